"""Where a session worked: in which worktree of a repository, in another repository, or where nothing is any more.

A directory belongs to the nearest repository above it, as git itself would find it: a nested repository or a
submodule is another one, a linked worktree the same. Only `.git` entries are looked at; no git is started and
no configuration read, so a hostile directory can do nothing. Standard library only: the hook imports this.
"""

from __future__ import annotations

import os
from collections.abc import Iterator

from ai_quality.light import Literal, NamedTuple

LONGEST_POINTER = 4096
"""Bytes of a `.git` file that are read: it holds one path."""

GUESSES = 4
"""How many directories, from the gone one upward, may have been the root of a worktree that is gone."""

MOST_NAMES = 65_536

Kind = Literal["here", "other", "nowhere", "gone"]


class Spot(NamedTuple):
    """Where a directory is: in a worktree of our repository (`here`), in another one, in none, or `gone`.

    `worktree` is git's name for it ("" the main one) and `root` its top, both only `here`; `is_there` says whether
    the directory itself still exists, since one gone from a worktree may have been a worktree of its own.
    """

    kind: Kind
    worktree: str = ""
    root: str = ""
    is_there: bool = True


GONE = Spot("gone", is_there=False)


class Places:
    """Answers for one repository, remembered: logs name few directories, many times."""

    def __init__(self, common_dir: str | os.PathLike[str]) -> None:
        """`common_dir` is what `git rev-parse --git-common-dir` says, absolute."""
        self.common_dir = os.path.realpath(common_dir)
        folder = os.path.dirname(self.common_dir) if os.path.basename(self.common_dir) == ".git" else self.common_dir
        self.called = frozenset({os.path.basename(folder).removesuffix(".git")})
        self._known: dict[str, Spot] = {}
        self._names: dict[tuple[str, str | None], tuple[str, ...]] = {}
        self._tops: dict[str, Spot | None] = {}

    def of(self, directory: str | None) -> Spot:
        """The spot of a directory as a log names it; a relative one says nothing."""
        if not directory or not os.path.isabs(directory):
            return GONE
        if directory not in self._known:
            self._known[directory] = self._find(directory)
        return self._known[directory]

    def of_file(self, path: str, directory: str | None) -> Spot:
        """The spot of a file, which may be gone; a relative path starts at the session's directory."""
        return self.of(os.path.dirname(_absolute(path, directory)))

    def names(self, path: str, directory: str | None) -> tuple[str, ...]:
        """What a commit may call a file: its path below the root of its worktree.

        Where the session's directory is gone, so is the root: then below each directory from it upward, "" where
        the file is not below that one; in a gone directory of a worktree also below that worktree's root.
        """
        if (path, directory) not in self._names:
            if len(self._names) >= MOST_NAMES:
                self._names.clear()
            self._names[path, directory] = self._named(path, directory)
        return self._names[path, directory]

    def _named(self, path: str, directory: str | None) -> tuple[str, ...]:
        absolute, spot, at = _absolute(path, directory), self.of_file(path, directory), self.of(directory)
        found: list[str] = []
        if spot.kind == "here":
            found.append(_below(os.path.realpath(os.path.dirname(absolute)), spot.root, os.path.basename(absolute)))
        if directory and not at.is_there and spot.kind in {"here", "gone"}:
            found += _guesses(absolute, directory, at.root)
        return tuple(found) if any(found) else ()

    def _find(self, directory: str) -> Spot:
        real = os.path.realpath(directory)
        is_there = os.path.isdir(real)
        for folder in _upward(real):
            if folder not in self._tops:
                self._tops[folder] = self._top(folder)
            if top := self._tops[folder]:
                return top._replace(is_there=is_there)
        return Spot("nowhere") if is_there else GONE

    def _top(self, folder: str) -> Spot | None:
        """The spot of what is below a folder, if that is the top of a worktree."""
        entry = os.path.join(folder, ".git")
        if not os.path.isdir(entry) and _pointer(entry, b"gitdir: ") is None:
            return None
        git_dir, common_dir = git_dirs(entry)
        if common_dir != self.common_dir:
            return Spot("other")
        return Spot("here", "" if git_dir == common_dir else os.path.basename(git_dir), folder)


def git_dirs(entry: str) -> tuple[str, str]:
    """A worktree's git directory and the common one, absolute, from its `.git` (a directory or a pointer to one)."""
    git_dir = os.path.realpath(entry)
    if (pointed := _pointer(entry, b"gitdir: ")) is not None:
        git_dir = os.path.realpath(os.path.join(os.path.dirname(git_dir), pointed))
    common = _pointer(os.path.join(git_dir, "commondir"), b"")
    return git_dir, git_dir if common is None else os.path.realpath(os.path.join(git_dir, common))


def _absolute(path: str, directory: str | None) -> str:
    return os.path.normpath(os.path.join(directory or "", path))


def _guesses(path: str, directory: str, above: str) -> Iterator[str]:
    """The path below a gone directory and those above it, as far as they may have been a root."""
    folders = (folder for folder in _upward(os.path.normpath(directory)) if len(folder) > max(1, len(above)))
    for _, folder in zip(range(GUESSES), folders, strict=False):
        yield _below(os.path.dirname(path), folder, os.path.basename(path))


def _below(folder: str, root: str, name: str) -> str:
    if folder == root:
        return name
    return os.path.join(folder, name)[len(root) + 1 :] if folder.startswith(root.rstrip("/") + "/") else ""


def _upward(folder: str) -> Iterator[str]:
    while True:
        yield folder
        parent = os.path.dirname(folder)
        if parent == folder:
            return
        folder = parent


def _pointer(file: str, key: bytes) -> str | None:
    """The path a one-line file holds behind `key`; None when there is no such file or no such line."""
    try:
        with open(file, "rb") as opened:
            text = opened.read(LONGEST_POINTER)
    except OSError:
        return None
    line = text.partition(b"\n")[0].rstrip(b"\r")
    return os.fsdecode(line[len(key) :]) if line.startswith(key) and len(line) > len(key) else None
