"""Puts the hooks in and takes them out again, byte for byte. `look` asks, `plan` decides (pure), `carry_out` writes.

What is there decides: git's own config hooks where git has them, a hook manager's configuration (shown, and written
only when asked), else shims where git looks for hooks, in front of what already stands there. A `core.hooksPath`
that is nobody's we know is left alone: somebody chose it.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import re
import shlex
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

from ai_quality.hooks import git
from ai_quality.hooks.run import HOOKS

MARK = b"\n# ai-quality hook "
CONFIG_HOOKS = (2, 54)
"""The git from which `hook.<name>.command` is read (release notes of 2.54)."""

CHAINED = ".ai-quality-prev"
MANAGERS = {
    "husky": (".husky",),
    "lefthook": ("lefthook.yml", "lefthook.yaml", ".lefthook.yml", ".lefthook.yaml", "lefthook.toml", "lefthook.json"),
    "pre-commit": (".pre-commit-config.yaml", ".pre-commit-config.yml", "prek.toml"),
}
SNIPPETS = {"husky": "husky.sh", "lefthook": "lefthook.yml", "pre-commit": "pre-commit.yml"}
"""Files beside the shim; a husky file is one hook, whose NAME stands in it."""

THEN = {"pre-commit": "then: pre-commit install -t prepare-commit-msg -t commit-msg (prek takes the same words)"}


class Found(NamedTuple):
    """What `look` saw; `top` is None in a bare repository.

    `hooks` is where git looks for hooks, `own_hooks` where it would without core.hooksPath.
    """

    top: Path | None
    hooks: Path
    own_hooks: Path
    state: Path
    hooks_path: str | None
    managers: tuple[str, ...]
    version: tuple[int, int]


class Plan(NamedTuple):
    """How the hooks go in: `config`, `manager` (with its name and what to add), `shim`, or `stop` with the reason."""

    how: str
    manager: str
    say: str


def look(directory: Path) -> Found:
    """Ask git and the work tree; GitSaysNo outside a repository."""
    version = re.search(rb"(\d+)\.(\d+)", git.ask("version", directory=directory))
    (hooks,) = map(Path, git.paths("hooks", directory=directory))
    told = git.ask("rev-parse", "--git-common-dir", directory=directory).decode("utf-8", "surrogateescape").rstrip("\n")
    common = directory / told
    bare = git.ask("rev-parse", "--is-bare-repository", directory=directory).strip() == b"true"
    top = (
        None if bare else Path(os.fsdecode(git.ask("rev-parse", "--show-toplevel", directory=directory).rstrip(b"\n")))
    )
    try:
        path = os.fsdecode(git.ask("config", "--get", "core.hooksPath", directory=directory).rstrip(b"\n"))
    except git.GitSaysNo:
        path = None
    managers = tuple(name for name, files in MANAGERS.items() if top and any((top / file).exists() for file in files))
    return Found(
        top, hooks.absolute(), (common / "hooks").absolute(), (common / "ai-quality").absolute(), path, managers,
        (int(version[1]), int(version[2])) if version else (0, 0),
    )  # fmt: skip


def plan(found: Found) -> Plan:
    """Decide how the hooks go in."""
    if found.version >= CONFIG_HOOKS:
        return Plan("config", "", "git runs hooks named in its configuration beside all others")
    for manager in found.managers:
        if manager == "husky" or found.hooks_path is None or _is_own(found):
            return Plan("manager", manager, snippet(manager))
    if found.hooks_path is not None and not _is_own(found):
        hint = f'add `ai-quality-hook NAME "$@" || true` to its {HOOKS[0]} and {HOOKS[1]}'
        return Plan("stop", "", f"core.hooksPath is {found.hooks_path!r}, so git looks nowhere else: {hint}")
    return Plan("shim", "", f"a shim for each of {', '.join(HOOKS)} in {found.hooks}")


def _is_own(found: Found) -> bool:
    return os.path.realpath(found.hooks) == os.path.realpath(found.own_hooks)


def shim(python: str) -> bytes:
    """Return the shim with the interpreter it is to run."""
    return shipped("shim").replace(b"python=''", b"python=" + os.fsencode(shlex.quote(python)), 1)


def snippet(manager: str) -> str:
    """Return what a manager's configuration needs."""
    return shipped("snippets", SNIPPETS[manager]).decode()


def shipped(*parts: str) -> bytes:
    """Return a file of the folder `hooks`: inside the package in a wheel, beside it in a checkout."""
    here = Path(__file__).parent
    places = (here.joinpath("sh", *parts), here.parents[1].joinpath("hooks", *parts))
    return next(place for place in places if place.is_file()).read_bytes()


def install(directory: Path, *, write: bool, settings: Mapping[str, str], python: str = sys.executable) -> list[str]:
    """Put the hooks in; return what was done, or is to be done by hand, in sentences."""
    found = look(directory)
    chosen = plan(found)
    if chosen.how == "stop":
        return [chosen.say]
    if chosen.how == "manager" and not write:
        return [f"{chosen.manager} runs the hooks here; add this (or run `ai-quality install --write`):", chosen.say]
    found.state.mkdir(exist_ok=True)
    for key, value in settings.items():
        git.ask("config", "--local", f"ai-quality.{key}", value, directory=directory)
    if chosen.how == "config":
        return _into_config(found, python, directory)
    if chosen.how == "manager":
        return _into_manager(found, chosen)
    found.hooks.mkdir(exist_ok=True)
    return [_put(found.hooks / name, shim(python)) for name in HOOKS]


def _put(place: Path, text: bytes) -> str:
    """Write one shim, with an earlier hook moved behind it."""
    said = f"{place.name}: installed"
    if place.exists() or place.is_symlink():
        if is_ours(place):
            said = f"{place.name}: brought up to date"
        else:
            place.rename(place.with_name(place.name + CHAINED))
            said = f"{place.name}: installed in front of the hook that was there"
    beside = place.with_name(place.name + ".ai-quality-new")
    beside.write_bytes(text)
    beside.chmod(0o755)
    beside.replace(place)
    return said


def is_ours(place: Path) -> bool:
    """Whether the hook at this place is our shim, and no link to it."""
    try:
        return not place.is_symlink() and MARK in place.read_bytes()[:200]
    except OSError:
        return False


def _into_config(found: Found, python: str, directory: Path) -> list[str]:
    folder = found.state / "hooks"
    folder.mkdir(exist_ok=True)
    said = []
    for name in HOOKS:
        place = folder / name
        place.write_bytes(shim(python))
        place.chmod(0o755)
        git.ask("config", "--local", f"hook.ai-quality-{name}.command", shlex.quote(str(place)), directory=directory)
        git.ask("config", "--local", f"hook.ai-quality-{name}.event", name, directory=directory)
        said.append(f"{name}: installed in git's configuration")
    return said


def _into_manager(found: Found, chosen: Plan) -> list[str]:
    """Write what the snippet says, keeping each file as it was for `uninstall`."""
    assert found.top is not None
    if chosen.manager == "husky":
        return [
            _append(found, found.top / ".husky" / name, chosen.say.replace("NAME", name).encode()) for name in HOOKS
        ]
    if chosen.manager == "lefthook":
        place = found.top / "lefthook-local.yml"
        if place.exists():
            return [f"{place.name} is here already; add this to it:", chosen.say]
        return [_append(found, place, chosen.say.encode())]
    place = next(found.top / file for file in MANAGERS["pre-commit"] if (found.top / file).exists())
    text = place.read_text(encoding="utf-8", errors="surrogateescape")
    keys = re.findall(r"^([A-Za-z_]+):", text, re.MULTILINE)
    if place.suffix not in {".yaml", ".yml"} or not keys or keys[-1] != "repos":
        return [f"{place.name} does not end in its list of repos; add this to it:", chosen.say]
    return [_append(found, place, chosen.say.encode()), THEN[chosen.manager]]


def _append(found: Found, place: Path, text: bytes) -> str:
    before = place.read_bytes() if place.exists() else None
    if before is not None and text in before:
        return f"{place.name}: nothing to add"
    joint = b"" if not before or before.endswith(b"\n") else b"\n"
    after = (before or b"") + joint + text
    kept = found.state / "before"
    kept.mkdir(exist_ok=True)
    name = hashlib.sha256(os.fsencode(place)).hexdigest()[:16]
    if before is not None:
        (kept / f"{name}.bytes").write_bytes(before)
    record = {"path": str(place), "after": hashlib.sha256(after).hexdigest(), "existed": before is not None}
    (kept / f"{name}.json").write_text(json.dumps(record), encoding="utf-8")
    place.write_bytes(after)
    if before is None:
        place.chmod(0o755)
    return f"{place.name}: added"


def uninstall(directory: Path) -> list[str]:
    """Take out what `install` put in, wherever that was; return what was done in sentences."""
    found = look(directory)
    places = [folder / name for folder in dict.fromkeys((found.hooks, found.own_hooks)) for name in HOOKS]
    said = [_take_out(place) for place in places if is_ours(place)]
    for name in HOOKS:
        try:
            git.ask("config", "--local", "--remove-section", f"hook.ai-quality-{name}", directory=directory)
            said.append(f"{name}: taken out of git's configuration")
        except git.GitSaysNo:
            continue
    said += [_restore(record) for record in sorted((found.state / "before").glob("*.json"))]
    with contextlib.suppress(git.GitSaysNo):
        git.ask("config", "--local", "--remove-section", "ai-quality", directory=directory)
    return said or ["nothing of ours is installed here"]


def _take_out(place: Path) -> str:
    before = place.with_name(place.name + CHAINED)
    place.unlink()
    if before.exists() or before.is_symlink():
        before.rename(place)
        return f"{place.name}: the hook that was there is back"
    return f"{place.name}: taken out"


def _restore(record: Path) -> str:
    told = json.loads(record.read_text(encoding="utf-8"))
    place, kept = Path(told["path"]), record.with_suffix(".bytes")
    now = place.read_bytes() if place.exists() else None
    if now is not None and hashlib.sha256(now).hexdigest() != told["after"]:
        return f"{place.name} was changed since: take the lines with ai-quality-hook out by hand"
    if told["existed"]:
        place.write_bytes(kept.read_bytes())
        kept.unlink()
    elif now is not None:
        place.unlink()
    record.unlink()
    return f"{place.name}: as it was"
