"""Offers that landed without a word of their number, known by their content.

A rebase keeps author, author date and subject of every commit, or at least its patch; a squash is the patch
from where the offer began to its head. A landing is never older than what it lands (a backport is the other
way round), stands on what the offer began from, and is nobody else's. Text is what costs: patches are read
last, and only where the same paths grow by the same number of bytes.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import pairwise
from typing import NamedTuple, TypeAlias

from ai_quality.facts.ground import Ground, identity
from ai_quality.model import Commit

MOST_COMMITS = 250
"""As many as GitHub shows of one pull request; a head with more of its own stands on another history."""

Outline: TypeAlias = tuple[bytes, tuple[str, ...]]
"""What a commit changes: a hash of the paths, and the blobs of each before and after, in their order."""

Alike: TypeAlias = Mapping[bytes, Sequence[str]]
"""Hash of the paths → the candidates that change them."""


class Ask(NamedTuple):
    """Doors handed in. A question is a commit id, or two: what the first changes against the second."""

    outlines: Callable[[Sequence[str]], Mapping[str, Outline]]
    sizes: Callable[[Iterable[str]], Mapping[str, int]]
    patch_ids: Callable[[Sequence[str]], Mapping[str, str]]


class Match(NamedTuple):
    """An offer found on the mainline: the numbers of the commits it landed as."""

    number: int
    shape: str
    members: tuple[int, ...]


class Waiting(NamedTuple):
    """An offer to be found: its plain commits, oldest first, and the question for its whole patch, if it has one."""

    number: int
    head: str
    plain: list[Commit]
    whole: str


class Matcher:
    """Finds offers among mainline commits that belong to nobody yet; each of these is given away once."""

    def __init__(self, ground: Ground, candidates: Iterable[Commit], ask: Ask) -> None:
        """`candidates` have one parent at most and are of the mainline."""
        self._ground = ground
        self._ask = ask
        self._free = {commit.sha: commit for commit in candidates}
        self._outlines: dict[str, Outline] = {}
        self._patches: dict[str, str] = {}

    def find(self, heads: Mapping[int, str]) -> list[Match]:
        """Return what landed of these offers, the youngest served first: an older twin was given up for it."""
        waiting = [one for number in sorted(heads, reverse=True) if (one := self._waiting(number, heads[number]))]
        found: list[Match] = []
        for search in (self._by_identity, self._by_patch):
            if waiting and self._free:
                found += search(waiting)
                done = {match.number for match in found}
                waiting = [one for one in waiting if one.number not in done]
        return found

    def _waiting(self, number: int, head: str) -> Waiting | None:
        own = self._ground.walk(head)
        plain = [commit for sha in own if len((commit := self._ground.commits[sha]).parents) < 2]  # noqa: PLR2004
        if not plain or len(own) > MOST_COMMITS:
            return None
        base = self._ground.starts[head].base
        return Waiting(number, head, plain, f"{head} {base}" if base else "")

    def _by_identity(self, waiting: Sequence[Waiting]) -> Iterator[Match]:
        """Rebased: who wrote each commit, when, and under which subject."""
        known: defaultdict[tuple[str, int, str], list[str]] = defaultdict(list)
        for commit in self._free.values():
            known[identity(commit)].append(commit.sha)
        for one in waiting:
            if all(commit.author_time for commit in one.plain):
                yield from self._given(one, "rebase", [(c, known.get(identity(c), [])) for c in one.plain])

    def _by_patch(self, waiting: Sequence[Waiting]) -> Iterator[Match]:
        """Squashed, or rebased by somebody who changed author, date or subject."""
        last = [one.plain[-1].sha for one in waiting if len(one.plain) > 1]
        self._outlines |= self._ask.outlines([*self._free, *last])
        self._outlines |= self._ask.outlines([one.whole for one in waiting if one.whole])
        alike = self._alike()
        rebased = [one for one in waiting if len(one.plain) > 1 and self._mates(one.plain[-1].sha, alike)]
        more = [commit.sha for one in rebased for commit in one.plain]
        self._outlines |= self._ask.outlines(more)
        self._read_patches([*(one.whole for one in waiting), *more], alike)
        for one in waiting:
            squash = [(self._ground.commits[one.head], self._same(one.whole, alike))]
            if match := next(self._given(one, "squash", squash), None):
                yield match
            elif one in rebased:
                yield from self._given(one, "rebase", [(c, self._same(c.sha, alike)) for c in one.plain])

    def _alike(self) -> Alike:
        alike: defaultdict[bytes, list[str]] = defaultdict(list)
        for sha in self._free:
            if sha in self._outlines:
                alike[self._outlines[sha][0]].append(sha)
        return alike

    def _mates(self, asked: str, alike: Alike) -> Sequence[str]:
        """The candidates that change the same paths and may have landed it."""
        outline, commits = self._outlines.get(asked), self._ground.commits
        if not outline:
            return ()
        made = commits[asked.partition(" ")[0]].commit_time
        return [mate for mate in alike.get(outline[0], ()) if commits[mate].commit_time >= made]

    def _read_patches(self, asked: Iterable[str], alike: Alike) -> None:
        """Read the text of what changes the same paths by as much; with the same blobs too it is the same anyway."""
        pairs = [
            (one, mate) for one in dict.fromkeys(asked) for mate in self._mates(one, alike)
            if self._outlines[mate][1] != self._outlines[one][1]
        ]  # fmt: skip
        blobs = {blob for one in {one for pair in pairs for one in pair} for blob in self._outlines[one][1]}
        sizes = self._ask.sizes(blobs)
        growth = {one: _growth(self._outlines[one], sizes) for one in {one for pair in pairs for one in pair}}
        texts = dict.fromkeys(one for pair in pairs if growth[pair[0]] == growth[pair[1]] for one in pair)
        for questions in ([one for one in texts if " " in one], [one for one in texts if " " not in one]):
            self._patches |= self._ask.patch_ids(questions)

    def _same(self, asked: str, alike: Alike) -> list[str]:
        patch = self._patches.get(asked)
        return [
            mate for mate in self._mates(asked, alike)
            if self._outlines[mate][1] == self._outlines[asked][1] or (patch and self._patches.get(mate) == patch)
        ]  # fmt: skip

    def _given(self, one: Waiting, shape: str, wanted: Sequence[tuple[Commit, Sequence[str]]]) -> Iterator[Match]:
        """Give an offer, for each commit wanted, the first landing that can be its; nothing unless all have one."""
        forked = self._ground.starts[one.head].forked
        given: list[str] = []
        for commit, landings in wanted:
            fitting = (
                sha for sha in landings
                if sha in self._free and sha not in given and self._ground.at[sha] > forked
                and self._free[sha].commit_time >= commit.commit_time
            )  # fmt: skip
            sha = next(fitting, None)
            if sha is None:
                return
            given.append(sha)
        for sha in given:
            del self._free[sha]
        yield Match(one.number, shape, self._run(given))

    def _run(self, given: Sequence[str]) -> tuple[int, ...]:
        """The landing's commits if they stand together on the mainline, else the last alone stands for them."""
        at = sorted(self._ground.at[sha] for sha in given)
        together = at if all(later - earlier == 1 for earlier, later in pairwise(at)) else at[-1:]
        return tuple(self._ground.shape.mainline[place] for place in together)


def _growth(outline: Outline, sizes: Mapping[str, int]) -> tuple[int, ...]:
    """By how many bytes each file grows; a blob that is not there has none, one that is not known one of its own."""
    blobs = outline[1]
    return tuple(sizes.get(new, -1) - sizes.get(old, -1) for old, new in zip(blobs[::2], blobs[1::2], strict=True))
