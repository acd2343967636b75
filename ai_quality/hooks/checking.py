"""Says what git would really run here, and whether a commit made now would be tagged. Asks, changes nothing."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

from ai_quality.hooks import git, installing
from ai_quality.hooks.agents import agents_in, tagging_agents
from ai_quality.hooks.run import HOOKS, log_file

LAST = 3
"""How many lines of hook.log are shown."""


class Check(NamedTuple):
    """One finding: `status` is ok or note."""

    check: str
    status: str
    said: str
    hint: str


def checks(directory: Path, environ: Mapping[str, str]) -> list[Check]:
    """Return the findings on the hooks; outside a repository there are none."""
    try:
        found = installing.look(directory)
        settings = git.settings(directory)
    except git.GitSaysNo:
        return []
    return [_hooks(found), _now(found, settings, environ), _log(directory)]


def _runs(found: installing.Found) -> list[str]:
    """The hooks through which git would reach us."""
    shims = [
        name for name in HOOKS if installing.is_ours(found.hooks / name) and os.access(found.hooks / name, os.X_OK)
    ]
    managed = [name for name in HOOKS if _mentions_us(found, name)]
    return [name for name in HOOKS if name in shims or name in managed]


def _mentions_us(found: installing.Found, name: str) -> bool:
    """Whether a manager's configuration calls us for this hook."""
    if found.top is None:
        return False
    files = [found.top / ".husky" / name, found.top / "lefthook-local.yml"]
    files += [found.top / file for manager in ("lefthook", "pre-commit") for file in installing.MANAGERS[manager]]
    wanted = f"ai-quality-hook {name}".encode()
    return any(file.is_file() and wanted in file.read_bytes()[:1_000_000] for file in files)


def _hooks(found: installing.Found) -> Check:
    runs = _runs(found)
    where = f"git looks in {found.hooks}"
    if not runs:
        return Check(
            "hooks", "note", f"none of ours: commits are not tagged here ({where})", "run `ai-quality install`"
        )
    missing = [name for name in HOOKS if name not in runs]
    return Check("hooks", "ok", f"{', '.join(runs)} ({where})", f"without {', '.join(missing)}" if missing else "")


def _now(found: installing.Found, settings: Mapping[str, str], environ: Mapping[str, str]) -> Check:
    if environ.get("AI_QUALITY") == "0":
        return Check("a commit now", "ok", "would not be tagged: AI_QUALITY=0", "")
    mode = settings.get("ai-quality.tagging", "trailer")
    if mode == "off":
        return Check("a commit now", "ok", "would not be tagged: tagging is off", "")
    if not _runs(found):
        return Check("a commit now", "note", "would not be tagged: no hook of ours runs", "run `ai-quality install`")
    if agents := tagging_agents(environ):
        shown = {seen.agent: seen.variable for seen in agents_in(environ) if seen.strong}
        why = ", ".join(f"{agent} (by {shown[agent]})" for agent in agents)
        return Check("a commit now", "ok", f"would be tagged by {mode}: {why}", "")
    weak = ", ".join(f"{seen.agent} (by {seen.variable})" for seen in agents_in(environ))
    said = f"only signs that people share: {weak}" if weak else "no agent runs this shell"
    return Check("a commit now", "ok", f"would not be tagged: {said}", "")


def _log(directory: Path) -> Check:
    file = Path(log_file(directory))
    if not file.is_file():
        return Check("hook log", "ok", "no failure noted", "")
    last = file.read_text(encoding="ascii", errors="replace").splitlines()[-LAST:]
    return Check("hook log", "note", " · ".join(last), f"all of it: {file}")
