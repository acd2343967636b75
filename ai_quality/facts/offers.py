"""Pull and merge requests known by their heads: their own commits, and those merged into another branch.

Where refs of offers were fetched, most of what becomes of them shows in the graph. An offer's own commits
are those that what it was offered to does not have: the branch, another branch that takes offers in, an
offer that landed before and that it was stacked on. A commit elsewhere that names the offer's number took
it in, if it can have: it stands on the commit from which the offer's branch began (an imported history
that used the same numbers does not), it is no part of the offer, and it is not older than the offer.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from functools import partial
from typing import NamedTuple

from ai_quality.facts.ground import Ground

PULL_REF = re.compile(r"refs/(?:remotes/[^/]+/)?(?:pull|merge-requests|pull-requests)/(\d{1,9})/(head|from)\Z")
BRANCH_REFS = ("refs/heads/", "refs/remotes/")

SLACK = 86_400
"""Seconds an author's clock may be ahead of the forge's; histories that share numbers lie years apart."""

TAKES_OFFERS = 2
"""Offers merged into a branch from which on it counts as one that takes offers, like the measured one."""


class Offer(NamedTuple):
    """A pull request known by its head."""

    number: int
    head: str
    own: tuple[str, ...]
    """The commits that what it was offered to does not have, oldest first; none if its head is the branch's own."""
    first_written: int | None
    """Earliest author time of the own commits, merges left out; None without any."""
    merged: str | None = None
    """How it was merged into another branch (merge or squash), None if that is not known of it."""
    squash: str | None = None
    """The commit off the mainline that it was squashed into."""


class Taken(NamedTuple):
    """The commit off the mainline that took an offer in, and how: merge or squash."""

    by: str
    how: str


def pull_heads(refs: Mapping[str, str]) -> dict[int, str]:
    """Return number → head commit of the pull or merge requests whose refs were fetched."""
    return {int(found[1]): sha for ref, sha in refs.items() if (found := PULL_REF.search(ref))}


def branch_tips(refs: Mapping[str, str]) -> list[str]:
    """Return the tips of all branches, local and remote."""
    tips = (sha for ref, sha in refs.items() if ref.startswith(BRANCH_REFS) and not PULL_REF.search(ref))
    return list(dict.fromkeys(tips))


def may_have_taken(ground: Ground, head: str, sha: str) -> bool:
    """Can the commit that names an offer's number be the one that took it in, given the offer's head?"""
    taken = ground.commits[sha].commit_time + SLACK
    if not ground.is_landed(head):
        start = ground.starts[head]
        is_younger = start.written is None or taken >= start.written
        stands = ground.at[sha] > start.forked if sha in ground.at else ground.since[sha] >= start.forked
        return is_younger and stands and not ground.reaches(head, sha)
    landed, number = ground.shape.landed, ground.shape.number
    is_before = sha in number and landed[number[sha]] <= landed[number[head]]
    return is_before and taken >= ground.commits[head].author_time


def merged_elsewhere(
    ground: Ground,
    heads: Mapping[int, str],
    landed: Collection[int],
    named: Iterable[tuple[str, int]],
    tips: Sequence[str],
) -> dict[int, Taken]:
    """Return number → what took the offer in, of those that the mainline did not take itself.

    `landed` are the numbers that it did, `named` (commit, number) pairs off the mainline, `tips` those of all branches.
    """
    waiting = {number: head for number, head in heads.items() if number not in landed}
    taken: dict[int, Taken] = {}
    for sha, number in named:
        if number in waiting and number not in taken and may_have_taken(ground, waiting[number], sha):
            taken[number] = Taken(sha, "merge" if len(ground.commits[sha].parents) > 1 else "squash")
    twins = {heads[number] for number in (*landed, *taken)}
    for number, head in waiting.items():
        if number not in taken and head not in twins and (by := _reached_by(ground, head)):
            taken[number] = Taken(by, "merge")
    for tip in _other_bases(ground, taken, tips):
        line, reached = set(ground.line(tip)), set(ground.walk(tip))
        for number, head in waiting.items():
            taker = ground.taker.get(head, "")
            if taker in reached and head not in line and head not in twins:
                taken.setdefault(number, Taken(taker, "merge"))
    return taken


def _reached_by(ground: Ground, head: str) -> str | None:
    """The landed commit that took in an offer whose head landed, though not as a mainline commit."""
    if not ground.is_landed(head) or head in ground.at:
        return None
    taker = ground.taker.get(head)
    return taker if taker and ground.is_landed(taker) else ground.landing(head)


def _other_bases(ground: Ground, taken: Mapping[int, Taken], tips: Sequence[str]) -> list[str]:
    """Return the newest commits that took an offer in, of each other branch that takes offers."""
    takers = {one.by for one in taken.values()}
    found: dict[str, set[str]] = {}
    for tip in tips:
        line = ground.line(tip)
        took = [at for at, sha in enumerate(line) if sha in takers]
        if len(took) >= TAKES_OFFERS:
            found[line[took[0]]] = set(line[took[0] + 1 :])
    return [sha for sha in found if not any(sha in line for line in found.values())]


def offers(
    ground: Ground, heads: Mapping[int, str], taken: Mapping[int, Taken], landed: Mapping[int, int], tips: Sequence[str]
) -> dict[int, Offer]:
    """Return number → offer with its own commits: what neither what it was offered to nor what it was stacked on has.

    `landed` is number → the landing's commit number, of those that the mainline took.
    """
    never = len(ground.commits) + 1
    settled = {heads[number]: at for number, at in landed.items()} | dict.fromkeys(ground.originals(), 0)
    bases = [set(ground.walk(base)) for base in _other_bases(ground, taken, tips)]
    found: dict[int, Offer] = {}
    for number, head in heads.items():
        if how := taken.get(number):
            base = next(iter(ground.commits[how.by].parents), "")
            found[number] = _offer(ground, number, head, ground.beyond(head, base), how)
        else:
            below = [reached for reached in bases if head not in reached]
            ends = partial(_is_settled, before=landed.get(number, never), settled=settled, below=below)
            found[number] = _offer(ground, number, head, ground.walk(head, ends))
    return found


def _is_settled(sha: str, before: int, settled: Mapping[str, int], below: Sequence[Collection[str]]) -> bool:
    """Had the commit landed some way before a landing, or is it of a branch that lies below?"""
    return settled.get(sha, before) < before or any(sha in reached for reached in below)


def _offer(ground: Ground, number: int, head: str, own: Sequence[str], taken: Taken | None = None) -> Offer:
    commits = (ground.commits[sha] for sha in own)
    written = (commit.author_time for commit in commits if len(commit.parents) < 2)  # noqa: PLR2004
    first = min(filter(None, written), default=None)
    squash = taken.by if taken and taken.how == "squash" else None
    return Offer(number, head, tuple(own), first, taken and taken.how, squash)
