"""What landed, or was offered, as one unit, from git alone: merge, squash, rebase or direct.

A landing is one first-parent commit of the branch, or a run of them that one offer was rebased into. Its
forge's number is in its subject (of several `(#N)` the last, never one inside a quoted title). Where heads of
offers (`refs/pull/N/head`) were fetched a number must fit its offer: see `offers.may_have_taken`. What landed
without a number is known by its content: see `matching`. Shares of lines are counted in `rows`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from ai_quality.facts.ground import Ground
from ai_quality.facts.landings import Landings
from ai_quality.facts.matching import Match
from ai_quality.facts.offers import Offer, may_have_taken, pull_heads
from ai_quality.model import Commit

__all__ = [
    "Landing", "Offer", "grouped", "landed_units", "named_landings", "named_off_mainline", "number_of",
    "numbered", "pull_heads", "squashes",
]  # fmt: skip

NUMBER_FORMS = (
    re.compile(r"Merge pull request #(\d{1,9}) from "),
    re.compile(r"Merge pull request '.{1,300}' \(#(\d{1,9})\) from "),
    re.compile(r"Auto merge of #(\d{1,9}) - "),
    re.compile(r"Merged PR (\d{1,9}): "),
    re.compile(r"Merged in \S{1,250} \(pull request #(\d{1,9})\)"),
    re.compile(r"Merge #(\d{1,9})(?: |$|:)"),
)
NUMBER_IN_BODY = re.compile(r"^See merge request \S{0,200}!(\d{1,9})\s*$", re.MULTILINE)
LAST_NUMBER = re.compile(r"""\([#!](\d{1,9})\)(?=[^()"'”]*$)""")


AT_ONCE = 60
"""Seconds between the committer dates of the commits of one rebase by a forge; it writes them in one go."""


class Landing(NamedTuple):
    """One unit that reached the branch: its (last) mainline commit, the forge's number if told, and how it came."""

    commit: int
    number: int | None
    shape: str
    offer: Offer | None
    """The offer behind a squash, if its head is here; its own commits are not the ones that landed."""
    members: tuple[int, ...] = ()
    """The mainline commits of a rebase, oldest first."""


def number_of(commit: Commit) -> int | None:
    """Return the pull or merge request a landing names, None if it names none."""
    subject = commit.message.partition("\n")[0][:500].rstrip()
    for form in NUMBER_FORMS:
        if found := form.match(subject):
            return int(found[1])
    if "See merge request " in commit.message and (found := NUMBER_IN_BODY.search(commit.message[:65_536])):
        return int(found[1])
    if found := LAST_NUMBER.search(subject):
        return int(found[1])
    return None


def named_landings(ground: Ground, history: Sequence[Commit], heads: Mapping[int, str]) -> dict[int, int]:
    """Return mainline commit number → the number it names, if it can have taken that offer in.

    A number is taken once, by the first: what names it again speaks of it.
    """
    named: dict[int, int] = {}
    taken: set[int] = set()
    for at in ground.shape.mainline:
        number = number_of(history[at - 1])
        if number and number not in taken:
            head = heads.get(number)
            if head is None or may_have_taken(ground, head, history[at - 1].sha):
                named[at] = number
                taken.add(number)
    return named


def named_off_mainline(ground: Ground) -> Iterator[tuple[str, int]]:
    """Yield (commit, number) of the commits off the mainline that name one, parents first."""
    for sha, commit in ground.commits.items():
        if sha not in ground.at and (number := number_of(commit)):
            yield sha, number


def numbered(
    history: Sequence[Commit], shape: Landings, named: Mapping[int, int], heads: Mapping[int, str]
) -> dict[int, int]:
    """Return `named` and unnamed merges of the mainline → the offer whose head each merged.

    Failing that it is the only offer whose head came with it.
    """
    known = set(named.values())
    numbers = {head: number for number, head in sorted(heads.items()) if number not in known}
    found = dict(named)
    for at, members in shape.group().items():
        if len(members) > 1 and at not in named:
            merged = [numbers[sha] for sha in history[at - 1].parents[1:] if sha in numbers]
            came = [numbers[sha] for member in members[:-1] if (sha := history[member - 1].sha) in numbers]
            if merged or len(came) == 1:
                found[at] = (merged or came)[0]
    return found


def landed_units(
    history: Sequence[Commit],
    shape: Landings,
    numbers: Mapping[int, int],
    offered: Mapping[int, Offer],
    matched: Sequence[Match] = (),
) -> list[Landing]:
    """Return the landings of the mainline, oldest first, each with its number, shape and offer."""
    by_last = {match.members[-1]: match for match in matched}
    joined = {member for match in matched for member in match.members[:-1]}
    units: list[Landing] = []
    for at in shape.mainline:
        if at in joined:
            continue
        number, how, members = numbers.get(at), "direct", tuple[int, ...]()
        if at in by_last:
            number, how, members = by_last[at]
        elif len(history[at - 1].parents) > 1:
            how = "merge"
        elif number:
            how = "squash"
        offer = offered.get(number or 0) if how == "squash" else None
        units.append(Landing(at, number, how, offer if offer and offer.own else None, members))
    return units


def grouped(history: Sequence[Commit], shape: Landings, units: Sequence[Landing]) -> Landings:
    """Return the shape with the commits of a rebase landing with its last, if all were written in one go.

    A forge that rebases does that; commits that somebody took over one by one landed when each of them did.
    """
    last: dict[int, int] = {}
    for unit in units:
        times = [history[member - 1].commit_time for member in unit.members]
        if times and max(times) - min(times) <= AT_ONCE:
            last |= dict.fromkeys(unit.members, unit.commit)
    return shape._replace(landed=[last.get(landing, landing) for landing in shape.landed]) if last else shape


def squashes(units: Sequence[Landing], offered: Mapping[int, Offer], shape: Landings) -> dict[int, Offer]:
    """Return number of each landed squash → its offer, those into another branch that landed among them."""
    inner = ((shape.number.get(offer.squash or "", 0), offer) for offer in offered.values() if offer.own)
    found = {number: offer for number, offer in inner if shape.landed[number]}
    return found | {unit.commit: unit.offer for unit in units if unit.offer}
