"""Puts the hooks in and takes them out again, byte for byte. `look` asks, `plan` decides (pure), the rest writes.

What is there decides: git's own config hooks where git has them, a hook manager's configuration (shown, and written
only when asked), else shims where git looks for hooks, in front of what already stands there. A `core.hooksPath`
that is nobody's we know is left alone: somebody chose it.
"""

from __future__ import annotations

import json
import os
import re
import shlex
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from ai_quality import config
from ai_quality.hooks import git, managers
from ai_quality.hooks.managers import Addition
from ai_quality.hooks.run import HOOKS

MARK = b"\n# ai-quality hook "
CONFIG_HOOKS = (2, 54)
"""The git from which `hook.<name>.command` is read (release notes of 2.54)."""

CHAINED = ".ai-quality-prev"
COMMON = b"# include common.sh\n"
ADDED = "added.json"
"""What we added to managers' files: path → the text, and whether the file was there."""

NOTE_HOOKS = ("post-commit", "post-rewrite")


class Found(NamedTuple):
    """What `look` saw; `top` is None in a bare repository.

    `hooks` is where git looks for hooks, `own_hooks` where it would without core.hooksPath, `state` our folder.
    """

    top: Path | None
    hooks: Path
    own_hooks: Path
    state: Path
    hooks_path: str | None
    managers: tuple[str, ...]
    version: tuple[int, int]


class Plan(NamedTuple):
    """How the hooks go in: `config`, `manager` (with its name), `shim`, or `stop` with the reason and what to do."""

    how: str
    manager: str = ""
    problem: str = ""
    hint: str = ""

    @property
    def say(self) -> str:
        """The plan in words."""
        return {
            "config": "hooks named in git's configuration, which run beside all others",
            "manager": f"lines in the configuration of {self.manager}",
            "shim": f"a short shell for each of {', '.join(HOOKS)}, where git looks for hooks",
            "stop": f"{self.problem}: {self.hint}",
        }[self.how]


def look(directory: Path) -> Found:
    """Ask git and the work tree; GitSaysNo outside a repository."""
    version = re.search(rb"(\d+)\.(\d+)", git.ask("version", directory=directory))
    hooks = _path(directory, "--git-path", "hooks")
    common = _path(directory, "--git-common-dir")
    bare = git.ask("rev-parse", "--is-bare-repository", directory=directory).strip() == b"true"
    top = None if bare else _path(directory, "--show-toplevel")
    try:
        hooks_path = os.fsdecode(git.ask("config", "--get", "core.hooksPath", directory=directory).rstrip(b"\n"))
    except git.GitSaysNo:
        hooks_path = None
    return Found(
        top, hooks, common / "hooks", common / "ai-quality", hooks_path, tuple(managers.found(top)) if top else (),
        (int(version[1]), int(version[2])) if version else (0, 0),
    )  # fmt: skip


def _path(directory: Path, *question: str) -> Path:
    """Git answers relative to where it is asked."""
    told = git.ask("rev-parse", *question, directory=directory).removesuffix(b"\n")
    return (directory.absolute() / os.fsdecode(told)).absolute()


def plan(found: Found) -> Plan:
    """Decide how the hooks go in."""
    if found.version >= CONFIG_HOOKS:
        return Plan("config")
    for manager in found.managers:
        if manager == "husky" or found.hooks_path is None or _is_own(found):
            return Plan("manager", manager)
    if found.hooks_path is not None and not _is_own(found):
        problem = f"core.hooksPath is {found.hooks_path!r}, so git looks for hooks nowhere else"
        hint = f"add to prepare-commit-msg there: {managers.line('prepare-commit-msg')}; and its like to commit-msg"
        return Plan("stop", problem=problem, hint=f"{hint}; then run `ai-quality install --write`")
    return Plan("shim")


def _is_own(found: Found) -> bool:
    return os.path.realpath(found.hooks) == os.path.realpath(found.own_hooks)


def needed(settings: Mapping[str, str]) -> tuple[str, ...]:
    """The hooks that do something with these settings: each one more is a start of the manager at every commit."""
    notes = "notes" in {settings.get("tagging"), settings.get("usage")} or settings.get("usage") == "trailer"
    pushes = settings.get("pushNotes") == "true"
    return ("prepare-commit-msg", "commit-msg", *(NOTE_HOOKS if notes else ()), *(("pre-push",) if pushes else ()))


def shim(name: str, python: str) -> bytes:
    """Return a hook as it is installed: with what all share, and the interpreter and the program it is to run."""
    entry = str(Path(__file__).with_name("__main__.py"))
    filled = shipped("common.sh")
    for key, value in ((b"python", python), (b"entry", entry)):
        filled = filled.replace(key + b"=''", key + b"=" + os.fsencode(shlex.quote(value)), 1)
    return shipped(name).replace(COMMON, filled, 1)


def shipped(name: str) -> bytes:
    """Return a file of the folder `hooks`: inside the package in a wheel, beside it in a checkout."""
    here = Path(__file__).parent
    places = (here / "sh" / name, here.parents[1] / "hooks" / name)
    return next(place for place in places if place.is_file()).read_bytes()


def install(directory: Path, *, write: bool, python: str = sys.executable) -> list[str]:
    """Put the hooks in; return in sentences what was done, or what is to be done by hand.

    `write` allows adding to a manager's configuration, and with core.hooksPath laying out the shims its hooks call.
    UsageError for bad settings.
    """
    found = look(directory)
    return carry_out(directory, found, plan(found), write=write, python=python)


def carry_out(directory: Path, found: Found, chosen: Plan, *, write: bool, python: str) -> list[str]:
    """Do what `plan` has decided."""
    settings = settings_of(found)
    if chosen.how == "manager" and not write:
        return _shown(found, chosen.manager, needed(settings))
    if chosen.how == "stop" and not write:
        return [chosen.say]
    found.state.mkdir(exist_ok=True)
    _configure(directory, settings)
    if chosen.how == "shim":
        found.hooks.mkdir(exist_ok=True)
        return [_put(found.hooks / name, shim(name, python)) for name in HOOKS]
    folder = found.state / "hooks"
    folder.mkdir(exist_ok=True)
    for name in HOOKS:
        _put(folder / name, shim(name, python))
    if chosen.how == "config":
        return [_into_config(directory, folder / name) for name in HOOKS]
    if chosen.how == "stop":
        return [f"{folder}: laid out; {chosen.say}"]
    return _into_manager(found, chosen.manager, needed(settings))


def settings_of(found: Found) -> dict[str, str]:
    """What the hooks must know of the repository's settings; UsageError where those are wrong."""
    if found.top is None or not (found.top / config.FILE).is_file():
        return {}
    chosen = config.read((found.top / config.FILE).read_bytes())
    return {"tagging": chosen.tagging, "usage": chosen.usage, "pushNotes": str(chosen.push_notes).lower()}


def _configure(directory: Path, settings: Mapping[str, str]) -> None:
    """Hand the repository's settings over; hooks read git's configuration, not YAML."""
    for key, value in settings.items():
        git.ask("config", "--local", f"ai-quality.{key}", value, directory=directory)


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
        return not place.is_symlink() and MARK in place.read_bytes()[:500]
    except OSError:
        return False


def _into_config(directory: Path, place: Path) -> str:
    name = place.name
    git.ask("config", "--local", f"hook.ai-quality-{name}.command", shlex.quote(str(place)), directory=directory)
    git.ask("config", "--local", f"hook.ai-quality-{name}.event", name, directory=directory)
    return f"{name}: installed in git's configuration"


def _shown(found: Found, manager: str, hooks: Sequence[str]) -> list[str]:
    assert found.top is not None
    said = [f"{manager} runs the hooks here. Add this, and run `ai-quality install --write` (which adds it, too):"]
    for file, text, then in managers.additions(manager, found.top, hooks):
        said += ["", f"# {file.relative_to(found.top)}", text.rstrip("\n"), *([f"# then: {then}"] if then else [])]
    return said


def _into_manager(found: Found, manager: str, hooks: Sequence[str]) -> list[str]:
    assert found.top is not None
    said = []
    for addition in managers.additions(manager, found.top, hooks):
        name = addition.file.relative_to(found.top)
        before = addition.file.read_bytes() if addition.file.exists() else b""
        if all(f"/ai-quality/hooks/{hook};".encode() in before for hook in hooks) or addition.text.encode() in before:
            said.append(f"{name}: has it already")
        elif why := managers.obstacle(manager, addition):
            said += [f"{why}; add this yourself:", addition.text.rstrip("\n")]
        else:
            _add(found, addition)
            said.append(f"{name}: added")
        said += [f"then run: {addition.then}"] if addition.then else []
    return said


def _add(found: Found, addition: Addition) -> None:
    """Add to the end of a file, and note what it was: `uninstall` takes out just that."""
    existed = addition.file.exists()
    before = addition.file.read_bytes() if existed else b""
    text = addition.text if not before or before.endswith(b"\n") else f"\n{addition.text}"
    _note_added(found, {**_added(found), str(addition.file): [text, existed]})
    addition.file.write_bytes(before + text.encode())
    if not existed and addition.file.parent.name == ".husky":
        addition.file.chmod(0o755)


def _added(found: Found) -> dict[str, list[object]]:
    place = found.state / ADDED
    return dict(json.loads(place.read_text(encoding="utf-8"))) if place.exists() else {}


def _note_added(found: Found, added: Mapping[str, object]) -> None:
    place = found.state / ADDED
    if added:
        place.write_text(json.dumps(added, indent=1), encoding="utf-8")
    else:
        place.unlink(missing_ok=True)


def uninstall(directory: Path) -> list[str]:
    """Take out what `install` put in, wherever that was; return what was done in sentences."""
    found = look(directory)
    folders = dict.fromkeys((found.hooks, found.own_hooks, found.state / "hooks"))
    said = [sentence for folder in folders for name in HOOKS for sentence in _take_out(folder / name)]
    configured = [name for name in HOOKS if _is_forgotten(directory, f"hook.ai-quality-{name}")]
    said += [f"{name}: taken out of git's configuration" for name in configured]
    added = _added(found)
    said += [_take_back(Path(place), str(text), existed=bool(existed)) for place, (text, existed) in added.items()]
    _note_added(found, {})
    if _is_forgotten(directory, "ai-quality"):
        said.append("ai-quality.*: taken out of git's configuration")
    if (found.state / "hooks").is_dir():
        (found.state / "hooks").rmdir()
    return said or ["nothing of ours is installed here"]


def _is_forgotten(directory: Path, section: str) -> bool:
    try:
        git.ask("config", "--local", "--remove-section", section, directory=directory)
    except git.GitSaysNo:  # there is none
        return False
    return True


def _take_out(place: Path) -> list[str]:
    """Remove our shim and put back what stood there; one that a manager has moved aside goes, too."""
    said = []
    for moved in (place.with_name(place.name + ".legacy"), place.with_name(place.name + ".old")):
        if is_ours(moved):
            moved.unlink()
            said.append(f"{moved.name}: taken out")
    before = place.with_name(place.name + CHAINED)
    if is_ours(place):
        place.unlink()
        said.append(f"{place.name}: taken out")
    elif place.exists() and before.exists():
        return [*said, f"{place.name} is somebody else's now, so the hook that was there stays as {before.name}"]
    if before.exists() or before.is_symlink():
        before.rename(place)
        said.append(f"{place.name}: the hook that was there is back")
    return said


def _take_back(place: Path, text: str, *, existed: bool) -> str:
    now = place.read_bytes() if place.exists() else b""
    before, found, after = now.partition(text.encode())
    if not found:
        return f"{place.name}: what we added was changed or is gone; look for `ai-quality` in it"
    if existed or before or after:
        place.write_bytes(before + after)
    else:
        place.unlink()
    return f"{place.name}: as it was"
