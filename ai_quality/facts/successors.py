"""Which commit of today's history stands for one that was rewritten: amended, rebased, fixed up, squashed, picked.

A session's log and a reflog name commits as they were made. Later ones replace them, and spend has to follow.
`successors` tells for every commit which one stands for it, on the strongest sign there is: a rewrite that was seen
(our hook, a reflog's amend), the same author at the same second with the same subject and paths, the subject an
autosquash names, and at last content: a later commit that changes all its paths and holds a version of one that
it, or what was built on it, had. None where nothing stands for it: it was dropped, or nobody can tell. Pure.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

LONGEST_WAIT = 30 * 86_400
"""Seconds from a commit to the squash that swallows it."""

NO_BLOB = "0" * 40
_AUTOSQUASH = re.compile(r"(?:fixup|squash|amend)! ")


class Known(NamedTuple):
    """A commit as far as successors need it. `who` is its author as git shows one, `files` path → blob after it."""

    sha: str
    parents: tuple[str, ...]
    who: str
    written: int
    time: int
    subject: str
    files: Mapping[str, str]


def successors(
    commits: Sequence[Known], reachable: frozenset[str], mainline: frozenset[str], seen: Mapping[str, str]
) -> dict[str, str | None]:
    """Return commit → the reachable commit that stands for it, itself where nothing else does.

    `mainline` are those the default branch reaches: of a commit and its copies one there is preferred, then the
    oldest. `seen` are rewrites that were observed, old → new.
    """
    known = {one.sha: one for one in commits}
    copies = _copies(commits)
    found: dict[str, str | None] = {}
    for one in commits:
        if one.sha in reachable:
            alike = [other for other in copies[_identity(one)] if other.sha in reachable]
            found[one.sha] = _preferred(one, alike, mainline, known)
    vanished = _Vanished(known, reachable, copies)
    for one in commits:
        if one.sha not in reachable:
            heirs = (vanished.heir(sha) for sha in reversed(_followed(one.sha, seen)))
            heir = next(filter(None, heirs), None)
            found[one.sha] = found.get(heir) if heir else None
    return found


def _followed(sha: str, seen: Mapping[str, str]) -> list[str]:
    """A commit and where rewrites that were seen lead it, step by step."""
    steps = {sha: None}
    while (sha := seen.get(sha, sha)) not in steps:
        steps[sha] = None
    return list(steps)


def _identity(one: Known) -> tuple[str, int, str, frozenset[str]]:
    """What a rebase and a pick keep. Scripts commit many times a second: so subject and paths belong to it."""
    return one.who, one.written, one.subject, frozenset(one.files)


def _copies(commits: Iterable[Known]) -> dict[tuple[str, int, str, frozenset[str]], list[Known]]:
    found: dict[tuple[str, int, str, frozenset[str]], list[Known]] = defaultdict(list)
    for one in commits:
        if len(one.parents) < 2:  # noqa: PLR2004 (a merge is copied by nothing)
            found[_identity(one)].append(one)
    return found


def _preferred(one: Known, alike: Sequence[Known], mainline: frozenset[str], known: Mapping[str, Known]) -> str:
    """Of a commit and its copies the one to charge; what follows it in one line is no copy but another commit."""
    copies = [other for other in alike if other is one or not _in_line(one, other, known)]
    return min([one, *copies], key=lambda other: (other.sha not in mainline, other.time, other.sha)).sha


def _in_line(one: Known, other: Known, known: Mapping[str, Known]) -> bool:
    return other.sha in _ancestors(one, known) or one.sha in _ancestors(other, known)


def _ancestors(one: Known, known: Mapping[str, Known]) -> Iterator[str]:
    waiting, met = [one.sha], {one.sha}
    while waiting:
        for parent in known[waiting.pop()].parents:
            if parent in known and parent not in met:
                met.add(parent)
                waiting.append(parent)
                yield parent


class _Vanished:
    """Finds heirs for commits that nothing reaches any more."""

    def __init__(
        self,
        known: Mapping[str, Known],
        reachable: frozenset[str],
        copies: Mapping[tuple[str, int, str, frozenset[str]], list[Known]],
    ) -> None:
        self._copies = copies
        self._reachable = reachable
        self._known = known
        alive = sorted((known[sha] for sha in reachable if sha in known), key=lambda one: (one.time, one.sha))
        self._by_path: dict[str, list[Known]] = defaultdict(list)
        self._by_subject: dict[str, list[Known]] = defaultdict(list)
        for one in alive:
            self._by_subject[one.subject].append(one)
            for path in one.files:
                self._by_path[path].append(one)
        self._children: dict[str, list[Known]] = defaultdict(list)
        for one in known.values():
            for parent in one.parents:
                if one.sha not in reachable:
                    self._children[parent].append(one)

    def heir(self, sha: str) -> str | None:
        """Itself where today's history reaches it."""
        if sha in self._reachable or sha not in self._known:
            return sha if sha in self._reachable else None
        one = self._known[sha]
        for other in self._copies.get(_identity(one), ()):
            if other.sha in self._reachable:
                return other.sha
        if start := _AUTOSQUASH.match(one.subject):
            for other in self._by_subject.get(one.subject[start.end() :], ()):
                if other.time >= one.time:
                    return other.sha
        return self._swallowed(one)

    def _swallowed(self, one: Known) -> str | None:
        """The first later commit that changes all its paths and holds one of the versions that grew from it."""
        versions = self._versions(one)
        for other in self._by_path.get(next(iter(one.files), ""), ()):
            if not one.time <= other.time <= one.time + LONGEST_WAIT or not one.files.keys() <= other.files.keys():
                continue
            if any(other.files[path] in versions[path] for path in one.files):
                return other.sha
        return None

    def _versions(self, one: Known) -> dict[str, set[str]]:
        """Each path's blobs in the commit, in its copies, and in the vanished commits built on them."""
        found: dict[str, set[str]] = {path: set() for path in one.files}
        waiting = [one, *self._copies.get(_identity(one), ())]
        met = {other.sha for other in waiting}
        while waiting:
            commit = waiting.pop()
            for path in found.keys() & commit.files.keys():
                found[path].add(commit.files[path])
            for child in self._children.get(commit.sha, ()):
                if child.sha not in met:
                    met.add(child.sha)
                    waiting.append(child)
        for blobs in found.values():
            blobs.difference_update({NO_BLOB, NO_BLOB + "0" * 24})
        return found
