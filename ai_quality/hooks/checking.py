"""Says what git would really run here, and whether a commit made now would be marked. Asks, changes nothing."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

from ai_quality.hooks import git, installing, managers
from ai_quality.hooks.agents import agents_in, written
from ai_quality.hooks.log import log_file
from ai_quality.hooks.run import MODES, OFF
from ai_quality.hooks.tagging import SEQUENCER

LAST = 3
"""How many lines of hook.log are shown."""

MOST = 1_000_000
"""Bytes of a file that are looked at."""


class Check(NamedTuple):
    """One finding: `status` is ok or note."""

    check: str
    status: str
    said: str
    hint: str


class Way(NamedTuple):
    """How git comes to one of our hooks: in words, and the shim it ends in; None: it does not, and why."""

    said: str
    shim: Path | None


def checks(directory: Path, environ: Mapping[str, str]) -> list[Check]:
    """Return the findings on the hooks; outside a repository there are none."""
    try:
        found = installing.look(directory)
        settings = git.settings(directory)
        configured = _configured(found, directory)
    except git.GitSaysNo:
        return []
    hooks = installing.needed({
        "tagging": settings.get("ai-quality.tagging", ""), "usage": settings.get("ai-quality.usage", ""),
        "pushNotes": settings.get("ai-quality.pushnotes", ""),
    })  # fmt: skip
    ways = {name: way_to(name, found, configured) for name in hooks}
    return [*_hooks(ways, found), _now(ways, found, settings, environ), _log(found)]


def way_to(name: str, found: installing.Found, configured: Mapping[str, str]) -> Way:
    """Follow git from the event `name` to our shim, as far as files tell."""
    place = found.hooks / name
    moved = place.with_name(f"{name}.legacy")
    ways = (
        (name in configured, Way("git's configuration", found.state / "hooks" / name)),
        (not place.is_file(), Way(f"there is no {place}", None)),
        (not os.access(place, os.X_OK), Way(f"{place} is not executable, so git passes it over", None)),
        (installing.is_ours(place), Way(str(place), place)),
        (installing.is_ours(moved), Way(f"pre-commit or prek, which runs {moved.name} first", moved)),
    )
    return next((way for is_so, way in ways if is_so), None) or _through_another(name, place, found)


def _through_another(name: str, place: Path, found: installing.Found) -> Way:
    """Whether somebody else's hook calls ours."""
    laid = found.state / "hooks" / name
    caller = _caller(name, place, found)
    if caller and not installing.is_ours(laid):
        return Way(f"{caller} calls ours, which is not laid out here: run `ai-quality install --write`", None)
    return Way(caller, laid) if caller else Way(f"{place} is somebody else's and does not call ours", None)


def _caller(name: str, place: Path, found: installing.Found) -> str:
    """What of a hook that is not ours calls ours: itself, or its manager's configuration."""
    text = _text(place)
    calls = re.compile(rf"ai-quality/hooks/{name}\b|ai-quality-hook {name}\b|ai-quality-{name}\b")
    if calls.search(text):
        return str(place)
    if found.top is None:
        return ""
    for manager, files in managers.MANAGERS.items():
        asked = [found.top / ".husky" / name] if manager == "husky" else [found.top / file for file in files]
        runs = "husky" in str(place) if manager == "husky" else re.search(rf"\b{manager}\b", text) is not None
        told = next((file for file in asked if runs and file.is_file() and calls.search(_text(file))), None)
        if told:
            return f"{manager} by {told.name}"
    return ""


def _text(place: Path) -> str:
    with place.open("rb") as file:
        return file.read(MOST).decode("utf-8", "replace")


def _configured(found: installing.Found, directory: Path) -> dict[str, str]:
    """The events for which git's configuration runs our shims."""
    if found.version < installing.CONFIG_HOOKS:
        return {}
    try:
        told = git.ask("config", "-z", "--get-regexp", r"^hook\.ai-quality-.*\.event$", directory=directory)
    except git.GitSaysNo:
        return {}
    rows = (row.partition("\n") for row in told.decode("utf-8", "replace").split("\0") if row)
    return {event: key for key, _, event in rows}


def _hooks(ways: Mapping[str, Way], found: installing.Found) -> list[Check]:
    there = {name: way for name, way in ways.items() if way.shim}
    if not there:
        why = next(iter(ways.values())).said
        said = f"git runs none of ours, so commits are not marked here ({why})"
        return [Check("hooks", "note", said, "run `ai-quality install`")]
    by = "; ".join(f"{name} by {way.said}" for name, way in there.items())
    missing = "; ".join(f"{name}: {way.said}" for name, way in ways.items() if not way.shim)
    checks = [Check("hooks", "note" if missing else "ok", f"git runs {by}", f"but {missing}" if missing else "")]
    for shim in dict.fromkeys(way.shim for way in there.values() if way.shim):
        told = re.findall(r"^(?:python|entry)=(\S.*)$", _text(shim), re.MULTILINE)
        lost = [path for path in told if not _is_there(path)]
        if lost:
            said = f"{shim.name} was to run {' and '.join(lost)}, which is not there any more"
            checks.append(Check("hooks", "note", said, "run `ai-quality install` again"))
    chained = [name for name in there if (found.hooks / (name + installing.CHAINED)).exists()]
    if chained:
        checks.append(Check("hooks", "ok", f"before ours, the hooks that were there: {', '.join(chained)}", ""))
    return checks


def _is_there(quoted: str) -> bool:
    return Path(quoted.strip("'").replace("'\"'\"'", "'")).exists()


def _now(
    ways: Mapping[str, Way], found: installing.Found, settings: Mapping[str, str], environ: Mapping[str, str]
) -> Check:
    mode = settings.get("ai-quality.tagging", "trailer")
    seen = agents_in(environ, os.path.isdir)
    strong = ", ".join(f"{written(agent)} (by {sign})" for agent, sign, is_strong in seen if is_strong)
    weak = ", ".join(f"{agent} (by {sign})" for agent, sign, is_strong in seen if not is_strong)
    states = [name for name in SEQUENCER if (_git_dir(found) / name).exists()]
    reasons = (
        (environ.get("AI_QUALITY", "") in OFF, f"AI_QUALITY={environ.get('AI_QUALITY', '')}"),
        (mode == "off", "tagging is off"),
        (mode not in MODES, f"ai-quality.tagging is {mode!r}, which is no way to mark"),
        (not any(way.shim for way in ways.values()), "git runs no hook of ours"),
        (not strong and weak, f"only signs that people share: {weak}"),
        (not strong, "no agent runs this shell"),
        (states, f"git is in the middle of something ({', '.join(states)})"),
    )
    against = next((why for is_so, why in reasons if is_so), "")
    if against:
        return Check("a commit now", "ok", f"would not be marked: {against}", "")
    return Check("a commit now", "ok", f"would be marked by {mode}: {strong}", "AI_QUALITY=0 leaves one commit alone")


def _git_dir(found: installing.Found) -> Path:
    try:
        return Path(os.fsdecode(git.ask("rev-parse", "--absolute-git-dir", directory=found.top).rstrip(b"\n")))
    except git.GitSaysNo:
        return found.state.parent


def _log(found: installing.Found) -> Check:
    file = Path(log_file(str(found.state.parent)))
    if not file.is_file():
        return Check("hook log", "ok", "no failure noted", "")
    last = [row for row in _text(file).splitlines() if row][-LAST:]
    return Check("hook log", "note", " · ".join(last), f"all of it: {file}")
