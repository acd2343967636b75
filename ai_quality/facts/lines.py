"""The book of lines: every added line of history gets the next number, and flat arrays hold its fate.

Line number 0 and commit number 0 mean "none". A version of a file is an array of line numbers. Everything
else (rework, defects, survival, AI share) is counting over these arrays. Pure: no process, no clock.
"""

from __future__ import annotations

from array import array
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

BLANK, COMMENT, CONTINUES = 1, 2, 4
"""Bits of `flags`: no text; a comment by its first characters; continues an earlier line, so is no new work."""

NO_COMMIT = array("I", [0])


class Birth(NamedTuple):
    """A run of `size` lines from number `first`, added by one commit to one file."""

    commit: int
    path: int
    first: int
    size: int


class LineBook:
    """Flat arrays by line number, filled in one pass; `provenance` writes, everything later reads."""

    def __init__(self) -> None:
        """Start with the line number 0 that stands for none."""
        self.born = array("I", [0])
        """The commit that added the line."""
        self.cut = array("I", [0])
        """The first commit, on any branch, that took the line out."""
        self.ended = array("I", [0])
        """The commit that took it out of the mainline (through its landing), or out of its own branch before that."""
        self.content = array("q", [0])
        """A hash of the line's text without surrounding white space; good within one process only."""
        self.flags = bytearray(1)
        self.births: list[Birth] = []
        self.paths: list[str] = []
        self.more_cuts: dict[int, list[int]] = {}
        self.next: dict[int, int] = {}
        """Line → the line that carries it on: brought back by a revert, or re-formatted by an ignored commit."""
        self.previous: dict[int, int] = {}
        self._path_numbers: dict[str, int] = {}
        self._died = array("I")
        self._died_from = array("I", [0])
        self._near = array("I")
        self._near_from = array("I", [0])

    def add(self, commit: int, path: str, texts: Sequence[bytes], comment_marks: tuple[bytes, ...]) -> array[int]:
        """Give numbers to lines a commit adds to a file; returns them."""
        number = self._path_numbers.setdefault(path, len(self.paths))
        if number == len(self.paths):
            self.paths.append(path)
        first, count = len(self.born), len(texts)
        bare = list(map(bytes.strip, texts))
        self.born.extend(array("I", (commit,)) * count)
        self.cut.extend(NO_COMMIT * count)
        self.ended.extend(NO_COMMIT * count)
        self.content.extend(map(hash, bare))
        self.flags.extend(
            [BLANK if not text else COMMENT if text.startswith(comment_marks) else 0 for text in bare],
        )
        self.births.append(Birth(commit, number, first, count))
        return array("I", range(first, first + count))

    def remove(self, commit: int, lines: Iterable[int]) -> None:
        """Note that a commit on any branch takes lines out of its version of a file."""
        cut = self.cut
        for line in lines:
            if not cut[line]:
                cut[line] = commit
            elif cut[line] != commit:
                self.more_cuts.setdefault(line, []).append(commit)

    def close_commit(self, died: array[int], near: array[int]) -> None:
        """Note, once a commit in order, the lines it took out and those beside its pure insertions."""
        self._died.extend(died)
        self._died_from.append(len(self._died))
        self._near.extend(near)
        self._near_from.append(len(self._near))

    def died_in(self, commit: int) -> array[int]:
        """Return the lines a commit took out, in file order."""
        return self._died[self._died_from[commit - 1] : self._died_from[commit]]

    def near(self, commit: int) -> array[int]:
        """Return the lines next to where a commit only inserted."""
        return self._near[self._near_from[commit - 1] : self._near_from[commit]]

    def carry_on(self, old: int, new: int) -> None:
        """Let `new` carry `old` on: the earlier line lives as long as the later one, which is no new work."""
        self.next[old] = new
        self.previous.setdefault(new, old)
        self.flags[new] |= CONTINUES

    def last(self, line: int, moved: Mapping[int, int] | None = None) -> int:
        """Follow a line to the one that carries it on last, through `moved` (see `moves`) where nothing else does."""
        while on := self.next.get(line) or (moved and moved.get(line)):
            line = on
        return line

    def origin(self, line: int) -> int:
        """Follow a line back to the one it carries on."""
        while line in self.previous:
            line = self.previous[line]
        return line

    def reinstate(self, commit_lines: Iterable[int], dead: Iterable[int]) -> None:
        """Pair lines that a revert adds with lines of the same text that the reverted commit took out."""
        waiting: defaultdict[int, list[int]] = defaultdict(list)
        for line in dead:
            waiting[self.content[line]].append(line)
        for lines in waiting.values():
            lines.reverse()
        for line in commit_lines:
            if same := waiting.get(self.content[line]):
                old = same.pop()
                if old not in self.next:
                    self.carry_on(old, line)
