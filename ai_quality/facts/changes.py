"""What landed, or was offered, as one unit, from git alone: merge, squash, rebase or direct.

A landing is one first-parent commit of the branch. Pull-request heads (`refs/pull/N/head`), where they
were fetched, tell what a squash was made of and which offers never landed. Guards of measured worth
(2,485 closed agent pull requests): a `(#N)` commit older than the offer's own first commit belongs to an
imported history that used the same numbers; a head on the mainline is an offer without own commits; of
several `(#N)` in a subject the last is the landing's own. Shares of lines are counted in `shares`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from ai_quality.facts.landings import Landings
from ai_quality.model import Commit

NUMBER_FORMS = (
    re.compile(r"Merge pull request #(\d{1,9}) from "),
    re.compile(r"Merge pull request '.{1,300}' \(#(\d{1,9})\) from "),
    re.compile(r"Auto merge of #(\d{1,9}) - "),
    re.compile(r"Merged PR (\d{1,9}): "),
    re.compile(r"Merged in \S{1,250} \(pull request #(\d{1,9})\)"),
    re.compile(r"Merge #(\d{1,9})(?: |$|:)"),
)
NUMBER_IN_BODY = re.compile(r"^See merge request \S{0,200}!(\d{1,9})\s*$", re.MULTILINE)
LAST_NUMBER = re.compile(r"\([#!](\d{1,9})\)(?=[^()]*$)")
PULL_REF = re.compile(r"refs/(?:remotes/[^/]+/)?(?:pull|merge-requests|pull-requests)/(\d{1,9})/(head|from)\Z")


class Offer(NamedTuple):
    """A pull request known by its head: own commits are those the branch does not reach, oldest first."""

    number: int
    head: str
    own: tuple[str, ...]
    first_written: int | None
    """Earliest author time of the own commits, merges left out; None without any."""


class Landing(NamedTuple):
    """One unit that reached the branch: its mainline commit, the forge's number if told, and how it came."""

    commit: int
    number: int | None
    shape: str
    offer: Offer | None
    """The offer behind a squash, if its head is here; its own commits are not the ones that landed."""


def number_of(commit: Commit) -> int | None:
    """Return the pull or merge request a landing names, None if it names none."""
    subject = commit.message.partition("\n")[0][:500].rstrip()
    for form in NUMBER_FORMS:
        if found := form.match(subject):
            return int(found[1])
    if found := NUMBER_IN_BODY.search(commit.message[:65_536]):
        return int(found[1])
    if found := LAST_NUMBER.search(subject):
        return int(found[1])
    return None


def pull_heads(refs: Mapping[str, str]) -> dict[int, str]:
    """Return number → head commit of the pull or merge requests whose refs were fetched."""
    return {int(found[1]): sha for ref, sha in refs.items() if (found := PULL_REF.search(ref))}


def offers(heads: Mapping[int, str], unlanded: Sequence[Commit]) -> dict[int, Offer]:
    """Return number → offer; `unlanded` are the commits of all heads that the branch does not reach, in order."""
    known = {commit.sha: commit for commit in unlanded}
    place = {commit.sha: position for position, commit in enumerate(unlanded)}
    found: dict[int, Offer] = {}
    for number, head in heads.items():
        own: set[str] = set()
        waiting = [head]
        while waiting:
            sha = waiting.pop()
            if sha in known and sha not in own:
                own.add(sha)
                waiting.extend(known[sha].parents)
        in_order = tuple(sorted(own, key=place.__getitem__))
        written = [known[sha].author_time for sha in in_order if len(known[sha].parents) < 2]  # noqa: PLR2004
        found[number] = Offer(number, head, in_order, min(filter(None, written), default=None))
    return found


def landed_units(history: Sequence[Commit], shape: Landings, offered: Mapping[int, Offer]) -> list[Landing]:
    """Return the landings of the mainline, oldest first, each with its number, shape and offer."""
    inside = {offer.head: number for number, offer in offered.items() if not offer.own}
    groups = shape.group()
    units: list[Landing] = []
    for number in shape.mainline:
        commit = history[number - 1]
        named = number_of(commit)
        if len(commit.parents) > 1:
            by_head = (inside.get(history[member - 1].sha) for member in reversed(groups[number][:-1]))
            units.append(Landing(number, named or next((n for n in by_head if n), None), "merge", None))
            continue
        offer = offered.get(named) if named else None
        if offer and offer.first_written and commit.commit_time < offer.first_written:
            offer, named = None, None
        shape_name = "squash" if named else "direct"
        units.append(Landing(number, named, shape_name, offer if offer and offer.own else None))
    return units


def needs_lines(unit: Landing, marked: Mapping[str, bool]) -> bool:
    """Is a squash made of marked and unmarked commits, so that only their lines tell the AI share?"""
    if unit.offer is None:
        return False
    kinds = {marked[sha] for sha in unit.offer.own if sha in marked}
    return len(kinds) > 1
