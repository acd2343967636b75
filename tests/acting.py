"""Runs a workflow with the real `act`: our own action.yml, its steps, its script; foreign actions are stubs.

Host mode, no Docker, no network: the action finds this interpreter by AI_QUALITY_PYTHON and installs nothing.
`act` runs in a copy of the repository, whole history included, as a runner's checkout is.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

ROOT = Path(__file__).parents[1]
ACT = Path(sys.executable).with_name("act")
CACHE = "actions/cache@55cc8345863c7cc4c66a329aec7e433d2d1c52a9"
UPLOAD = "actions/upload-artifact@043fb46d1a93c77aae656e7c1c64a875d1fc6a0a"
OURS = "ai-quality/ai-quality@v1"
INSTEAD = {CACHE: "cache", UPLOAD: "upload", OURS: "ours"}
REPOSITORY = "octo-org/widgets"
SHIPPED = ("action.yml", "action", "ai_quality", "requirements")

STUB = """\
name: a stand-in
description: for tests
inputs:
{inputs}
runs:
  using: composite
  steps:
    - shell: bash
      env:
{env}
      run: |
        {script}
"""

RESTORE = """\
while read -r before; do
  for one in "$STORE/${before:-none}"*; do
    if [ -d "$one" ]; then
      while read -r where; do
        if [ -n "$where" ] && [ -e "$one/$(basename "$where")" ]; then
          mkdir -p "$(dirname "$where")"; cp -r "$one/$(basename "$where")" "$where"
        fi
      done <<<"$WHERE"
      echo "restored ${one##*/}"; exit 0
    fi
  done
done <<<"$BEFORE"
"""
SAVE = """\
mkdir -p "$STORE/$KEY"
while read -r where; do if [ -n "$where" ] && [ -e "$where" ]; then cp -r "$where" "$STORE/$KEY/"; fi; done <<<"$WHERE"
echo "saved $KEY"
"""
KEEP = 'mkdir -p "$STORE/$NAME"; cp "$WHERE" "$STORE/$NAME/"; echo "uploaded $NAME"'


@dataclass(frozen=True)
class Acted:
    """How a workflow went: act's exit status, its log, what our action set, what it wrote for the run's page."""

    status: int
    log: str
    outputs: Mapping[str, str]

    @property
    def commands(self) -> list[str]:
        """The workflow commands act obeyed: annotations, outputs, and whatever a hostile text smuggled in."""
        return re.findall(r"^\[.*?\]\s+(?:⚙|❗|🚧|❓)\s+(.*)$", self.log, re.MULTILINE)


@dataclass(frozen=True)
class Runner:
    """A machine that runs workflows: where the stand-ins are, and what outlives a run (cache, artifacts)."""

    place: Path
    environ: Mapping[str, str] = field(default_factory=dict)

    @property
    def artifacts(self) -> Path:
        return self.place / "artifacts"

    @property
    def cache(self) -> Path:
        return self.place / "cache"

    def knowing(self, **environ: str) -> Runner:
        """The same machine with more variables; INPUT_TOKEN is the secret that workflows call github.token."""
        return replace(self, environ={**self.environ, **environ})

    def run(self, repository: Path, workflow: Path, name: str, event: Mapping[str, object], **environ: str) -> Acted:
        """Run the workflow for an event, in a copy of the repository."""
        payload = self.place / "event.json"
        payload.write_text(json.dumps(event), encoding="utf-8")
        given = {"AI_QUALITY_PYTHON": sys.executable, "GITHUB_REPOSITORY": REPOSITORY, **self.environ, **environ}
        token = given.pop("INPUT_TOKEN", "fake")
        local = [f"{action}={self.place / folder}" for action, folder in INSTEAD.items()]
        command = [
            str(ACT), name, "-C", str(repository), "-W", str(workflow), "-e", str(payload),
            "-s", f"GITHUB_TOKEN={token}",
            "-P", "ubuntu-latest=-self-hosted", "--pull=false", "--no-cache-server",
            *(word for pair in given.items() for word in ("--env", "=".join(pair))),
            *(word for action in local for word in ("--local-repository", action)),
        ]  # fmt: skip
        done = subprocess.run(command, capture_output=True, text=True, check=False, env=self._around(), timeout=120)
        log = done.stdout + done.stderr
        outputs = dict(re.findall(r"::set-output:: ([\w-]+)=(.*)$", log, re.MULTILINE))
        return Acted(done.returncode, log, outputs)

    def _around(self) -> dict[str, str]:
        return os.environ | {"XDG_CACHE_HOME": str(self.place / "act"), "NO_COLOR": "1"}


def runner(place: Path, **environ: str) -> Runner:
    """Set a machine up: our action as it is shipped, and stand-ins for the actions of others."""
    ours = place / "ours"
    ours.mkdir(parents=True)
    for name in SHIPPED:
        source = ROOT / name
        if source.is_dir():
            shutil.copytree(source, ours / name, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(source, ours / name)
    made = Runner(place, environ)
    for folder, script in (("cache/restore", RESTORE), ("cache/save", SAVE)):
        inputs = {"path": "WHERE", "key": "KEY", "restore-keys": "BEFORE"}
        _stub(place / folder, inputs, script, made.cache)
    _stub(
        place / "upload",
        {"path": "WHERE", "name": "NAME", "overwrite": "_O", "retention-days": "_R"},
        KEEP,
        made.artifacts,
    )
    return made


def _stub(folder: Path, inputs: Mapping[str, str], script: str, store: Path) -> None:
    folder.mkdir(parents=True)
    env = {variable: f"${{{{ inputs.{name} }}}}" for name, variable in inputs.items()} | {"STORE": str(store)}
    text = STUB.format(
        inputs="\n".join(f"  {name}: {{description: x, required: false}}" for name in inputs),
        env="\n".join(f"        {name}: {json.dumps(value)}" for name, value in env.items()),
        script=script.replace("\n", "\n" + 8 * " "),
    )
    (folder / "action.yml").write_text(text, encoding="utf-8")
