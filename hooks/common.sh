# ai-quality hook 2: marks the commits that an agent makes. It fails open: whatever goes wrong, the commit is as git
# alone would have made it. `ai-quality uninstall` takes it out; AI_QUALITY=0 switches it off for one commit.
# POSIX sh only: dash, busybox, the bash of Git for Windows. `ai-quality install` fills in the next two lines.
python=''
entry=''
limit=${AI_QUALITY_LIMIT:-0.5} # seconds that a commit waits for us, then it goes on without

# The hook that stood here before ours goes first, and its refusal counts. Two hooks read their input: kept for both.
earlier() {
  input=
  [ -x "${0%/*}/$hook.ai-quality-prev" ] || return 0
  case $hook in
    post-rewrite | pre-push)
      input=$(cat && echo .)
      input=${input%.}
      printf %s "$input" | "${0%/*}/$hook.ai-quality-prev" "$@" || exit $?
      ;;
    *) "${0%/*}/$hook.ai-quality-prev" "$@" || exit $? ;;
  esac
}

wanted() {
  case ${AI_QUALITY-} in 0 | off | no | false) return 1 ;; esac
}

# The strong signs of ai_quality/hooks/agents.py (a test compares): without one, no interpreter is started.
agent_in_sight() {
  case ${CLAUDECODE-}${CLAUDE_CODE_ENTRYPOINT-}${CLAUDE_CODE_CHILD_SESSION-}${CLAUDE_CODE_REMOTE-}${CODEX_THREAD_ID-}\
${CODEX_CI-}${CODEX_SANDBOX-}${CODEX_SANDBOX_NETWORK_DISABLED-}${CODEX_INTERNAL_ORIGINATOR_OVERRIDE-}${CURSOR_AGENT-}\
${CURSOR_SANDBOX-}${COPILOT_AGENT-}${COPILOT_CLI-}${COPILOT_AGENT_SESSION_ID-}${COPILOT_AGENT_JOB_ID-}${GEMINI_CLI-}\
${COPILOT_AGENT_COMMIT_LOGIN-}${QWEN_CODE-}${ANTIGRAVITY_AGENT-}${OPENCODE-}${AMP_CURRENT_THREAD_ID-}${CRUSH-}\
${GOOSE_TERMINAL-}${CLINE_ACTIVE-}${AUGMENT_AGENT-}${JUNIE_DATA-}${JUNIE_SHIM_PATH-}${PI_CODING_AGENT-}${OZ_RUN_ID-}\
${WARP_RUN_ID-}${TRAE_AI_SHELL_ID-}${IFLOW_CLI-}${OPENCLAW_SHELL-}${AI_AGENT-} in ?*) return 0 ;; esac
  case ${AGENT-} in
    amp* | antigravity* | augment* | auggie* | claude* | cline* | codex* | copilot* | crush* | cursor* | devin* | droid*) return 0 ;;
    gemini* | github* | goose* | junie* | kiro* | opencode* | pi | pi@* | qwen* | replit* | v0*) return 0 ;;
  esac
  case ${AGENT_CONTEXT_OUT:+1}${AGENT_DISPLAY_OUT:+2} in 12) return 0 ;; esac
  case ${CURSOR_EXTENSION_HOST_ROLE-} in agent-exec) return 0 ;; esac
  case ${CURSOR_TRACE_ID:+1}${PAGER-} in '1head -n 10000 | cat') return 0 ;; esac
  case ${REPLIT_MODE-} in assistant) return 0 ;; esac
  case ${AWS_EXECUTION_ENV-} in *AmazonQ-For-CLI*) return 0 ;; esac
  case ${HOME-}:${USER-} in /home/jules:swebot) return 0 ;; esac
  [ -d /opt/.devin ]
}

# Python with its standard library alone, for as long as `limit` says; what goes wrong is a line in hook.log.
# Its input is descriptor 3: a shell gives what runs in the background none of its own.
run() {
  [ -x "$python" ] || python=$(command -v python3)
  if [ -f "$entry" ] && [ -x "$python" ]; then
    limited "$python" -I -S "$entry" "$hook" "$@"
  elif command -v ai-quality-hook; then
    limited ai-quality-hook "$hook" "$@"
  else
    complain 'ai-quality is not where it was: run ai-quality install'
    return 0
  fi
  status=$?
  case $status in
    0) ;;
    137) complain "gave up after $limit s" ;;
    *) complain "Python ended with status $status: run ai-quality install" ;;
  esac
  return 0
}

limited() {
  "$@" <&3 3<&- &
  worker=$!
  { cd / && { sleep "$limit" || sleep 1; } && kill -9 "$worker"; } 3<&- &
  guard=$!
  wait "$worker"
  status=$?
  kill "$guard"
  return "$status"
}

complain() {
  log=$(git rev-parse --git-common-dir)/ai-quality
  mkdir "$log"
  log=$log/hook.log
  [ -f "$log" ] || [ ! -e "$log" ] || return 0
  [ ! -f "$log" ] || [ "$(wc -c < "$log")" -lt 65536 ] || mv -f "$log" "$log.1"
  echo "$(date -u +%Y-%m-%dT%H:%M:%SZ) $hook: $1" >> "$log"
}

earlier "$@"
wanted || exit 0
