ai-quality-hook NAME "$@" || true
