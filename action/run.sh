#!/usr/bin/env bash
# What action.yml's steps run: `plan` finds a Python and says what may be cached, `run` installs and starts the tool.
# Everything comes by the environment. A machine that lacks something gets a warning, never a failed workflow.
set -Eeuo pipefail
cd "${GITHUB_ACTION_PATH:?}" # not the workspace: its files are a stranger's, and Python, pip and uv look around

give_up() {
  trap - ERR
  echo "::warning title=ai-quality::$1"
  exit 0
}

# On Windows python3 may be the Store's stub: only what answers is one.
is_python() {
  "$1" -I -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null
}

python_of() {
  if [ -e "$1/Scripts/python.exe" ]; then echo "$1/Scripts/python.exe"; else echo "$1/bin/python"; fi
}

plan() {
  local python
  local installs_below=${RUNNER_TOOL_CACHE:-}
  if [ -z "$installs_below" ] || ! mkdir -p "$installs_below" 2>/dev/null || ! [ -w "$installs_below" ]; then
    installs_below=$HOME/.cache
  fi
  if [ -n "${AI_QUALITY_PYTHON:-}" ]; then # it has all packages already: nothing is installed (docs/action.md)
    set -- "$AI_QUALITY_PYTHON"
    installs_below=
  else
    set -- python3 python "${RUNNER_TOOL_CACHE:-}"/Python/3.1[1-9]*/*/bin/python3
  fi
  for python; do
    if is_python "$python"; then
      echo "python=$python" >>"$GITHUB_OUTPUT"
      "$python" -I action/plan.py "$installs_below" >>"$GITHUB_OUTPUT"
      return
    fi
  done
  give_up "no Python 3.11 or newer is here: put actions/setup-python before ai-quality"
}

# Nothing is compiled ahead: what a run imports is compiled by it, and kept with the rest (half of the time saved).
install() {
  local wanted=(--quiet --require-hashes --only-binary :all: --requirement requirements/runtime.txt)
  local python
  rm -rf "$PLANNED_VENV"
  if command -v uv >/dev/null; then
    uv venv --quiet --python "$PLANNED_PYTHON" "$PLANNED_VENV"
    uv pip install --python "$(python_of "$PLANNED_VENV")" "${wanted[@]}"
  elif "$PLANNED_PYTHON" -I -c 'import pip, sys; sys.exit(int(pip.__version__.split(".")[0]) < 23)' 2>/dev/null; then
    # A pip that can install elsewhere saves setting one up in there: 3 of 12 seconds.
    "$PLANNED_PYTHON" -I -m venv --without-pip "$PLANNED_VENV"
    python=$(python_of "$PLANNED_VENV")
    "$PLANNED_PYTHON" -I -m pip --python "$python" --disable-pip-version-check install --no-compile "${wanted[@]}"
  else
    "$PLANNED_PYTHON" -I -m venv "$PLANNED_VENV"
    python=$(python_of "$PLANNED_VENV")
    "$python" -I -m pip --disable-pip-version-check install --no-compile "${wanted[@]}"
  fi
  touch "$PLANNED_VENV/ready"
  echo "installed=true" >>"$GITHUB_OUTPUT"
}

run() {
  if [ -z "$PLANNED_PYTHON" ]; then exit 0; fi # plan has said why
  local python=$PLANNED_PYTHON
  if [ -n "$PLANNED_VENV" ]; then
    python=$(python_of "$PLANNED_VENV")
    if ! [ -e "$PLANNED_VENV/ready" ] || ! is_python "$python"; then
      trap 'give_up "its packages could not be installed: see the log above"' ERR
      install
      trap - ERR
    fi
  fi
  exec "$python" -I action/main.py -q -C "$GITHUB_WORKSPACE/$INPUT_DIRECTORY" ci
}

"$1"
