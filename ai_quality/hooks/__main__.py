"""`python -I -m ai_quality.hooks NAME ARGUMENTS`: what the installed shim calls."""

from ai_quality.hooks.run import run_as_hook

run_as_hook()
