"""The graph of every known commit: the measured history, and what branches and offers have beyond it."""

from __future__ import annotations

import heapq
from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

from ai_quality.facts.landings import Landings
from ai_quality.model import Commit

NOWHERE = -1


class Start(NamedTuple):
    """Where the commits began that lead to a commit and that the measured history does not have."""

    written: int | None
    """Earliest author time among them, merges left out."""
    forked: int
    """Place on the mainline of the oldest commit they stand on; NOWHERE if that is of another history."""
    base: str | None
    """The newest commit of the measured history that they stand on."""


class Ground:
    """Every known commit by id, those of the measured history first, and where it stands to the mainline."""

    def __init__(self, landed: Sequence[Commit], unlanded: Sequence[Commit], shape: Landings) -> None:
        """Both lists are in topological order, parents first."""
        self.commits = {commit.sha: commit for commit in (*landed, *unlanded)}
        self.shape = shape
        self._line = {number: landed[number - 1].sha for number in shape.mainline}
        self._place = {sha: place for place, sha in enumerate(self.commits)}
        self.at = {sha: at for at, sha in enumerate(self._line.values())}
        """Mainline commit → its place on the mainline."""
        self.since: dict[str, int] = {}
        """Commit → the place of the newest mainline commit it is or stands on."""
        self.taker: dict[str, str] = {}
        """Commit → the first merge that took it in as another parent than the first."""
        self.starts: dict[str, Start] = {}
        for sha, commit in self.commits.items():
            below = max((self.since.get(parent, NOWHERE) for parent in commit.parents), default=NOWHERE)
            self.since[sha] = self.at.get(sha, below)
            for parent in commit.parents[1:]:
                self.taker.setdefault(parent, sha)
            if not self.is_landed(sha):
                self.starts[sha] = self._start(commit)

    def _start(self, commit: Commit) -> Start:
        known = [parent for parent in commit.parents if parent in self.commits]
        stand = [parent for parent in known if self.is_landed(parent)]
        below = [self.starts[parent] for parent in known if parent in self.starts]
        written = [start.written for start in below] + [commit.author_time if len(commit.parents) < 2 else None]  # noqa: PLR2004
        forked = [self.since[sha] for sha in stand] + [start.forked for start in below]
        bases = stand + [start.base for start in below if start.base]
        return Start(
            min(filter(None, written), default=None),
            min(forked, default=NOWHERE),
            max(bases, key=lambda sha: (self.since[sha], self._place[sha]), default=None),
        )

    def originals(self) -> set[str]:
        """Return the commits beyond the measured history that a landed one repeats: rebased, or history rewritten.

        Who wrote it, when, and its subject tell; a repetition is not older, so a backport's commits are none.
        """
        landed = {identity(self.commits[sha]): self.commits[sha].commit_time for sha in self.shape.number}
        return {
            sha for sha in self.starts
            if (commit := self.commits[sha]).author_time and landed.get(identity(commit), -1) >= commit.commit_time
        }  # fmt: skip

    def is_landed(self, sha: str) -> bool:
        """Does the measured branch reach the commit?"""
        return sha in self.shape.number

    def landing(self, sha: str) -> str:
        """Return the mainline commit by which a landed commit reached the branch."""
        return self._line[self.shape.landed[self.shape.number[sha]]]

    def line(self, tip: str) -> list[str]:
        """Return the first-parent commits of a branch that the measured one does not reach, newest first."""
        found = []
        while tip in self.starts:
            found.append(tip)
            tip = next(iter(self.commits[tip].parents), "")
        return found

    def reaches(self, head: str, sha: str) -> bool:
        """Does a commit stand on another, neither of them landed, or is it that one?"""
        oldest = self._place[sha]
        return sha in self.starts and sha in self._down(head, lambda one: self._place[one] < oldest)

    def walk(self, head: str, ends: Callable[[str], bool] = lambda _: False) -> list[str]:
        """Return what `head` reaches beyond the measured history, oldest first; `ends` says where to stop before."""
        below = self._down(head, lambda sha: sha != head and ends(sha))
        return sorted(below, key=self._place.__getitem__)

    def _down(self, head: str, ends: Callable[[str], bool]) -> set[str]:
        found: set[str] = set()
        waiting = [head]
        while waiting:
            sha = waiting.pop()
            if sha in self.starts and sha not in found and not ends(sha):
                found.add(sha)
                waiting.extend(self.commits[sha].parents)
        return found

    def beyond(self, head: str, base: str) -> list[str]:
        """Return what `head` reaches and `base` does not, oldest first; landed commits count like all others."""
        if head == base or base not in self._place:
            return []
        return list(self._painted(head, base))[::-1]

    def _painted(self, head: str, base: str) -> Iterator[str]:
        """Go down from both, newest first, so that a commit's colour is settled before it is met."""
        by_base = {head: False, base: True}
        waiting = [(-self._place[sha], sha) for sha in by_base]
        heapq.heapify(waiting)
        undecided = 1
        while undecided:
            _, sha = heapq.heappop(waiting)
            if not by_base[sha]:
                undecided -= 1
                yield sha
            for parent in self.commits[sha].parents:
                before = by_base.get(parent)
                if before is None and parent in self._place:
                    heapq.heappush(waiting, (-self._place[parent], parent))
                    by_base[parent] = by_base[sha]
                    undecided += not by_base[sha]
                elif before is False and by_base[sha]:
                    by_base[parent] = True
                    undecided -= 1


def identity(commit: Commit) -> tuple[str, int, str]:
    """Return what a rebase leaves of a commit: its author, the time of writing and the subject."""
    return commit.author.email, commit.author_time, commit.message.partition("\n")[0].strip()
