"""Which commits and changes carry a record of what they cost: AI-Usage trailers and notes, as rows. Pure.

A record counts once, whatever it was squashed, amended or picked into: at the first landed commit that states it,
else at the first commit of an offer. A record of an offer's own commit belongs to the change the offer landed by.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from ai_quality.facts import usage_lines
from ai_quality.facts.changes import Landing
from ai_quality.facts.offers import Offer
from ai_quality.model import Commit, CommitUsage, Usage


class Spent(NamedTuple):
    """A record and the commit it stands at."""

    sha: str
    usage: Usage


def spent(
    landed: Sequence[Commit], offers: Mapping[int, Offer], commits: Mapping[str, Commit], notes: Mapping[str, str]
) -> list[Spent]:
    """Return every record of landed commits, then of offers' own ones; `notes` are texts by commit id."""
    seen = {commit.sha for commit in landed}
    own = (sha for _, offer in sorted(offers.items()) for sha in offer.own if sha not in seen)
    ordered = [*landed, *(commits[sha] for sha in dict.fromkeys(own))]
    told = ((commit.sha, commit.message) for commit in ordered)
    return [Spent(sha, usage) for sha, usage in usage_lines.counted(told, notes)]


def usage_rows(
    found: Sequence[Spent],
    change_of: Mapping[str, str],
    units: Sequence[Landing],
    offers: Mapping[int, Offer],
    landing_of: Mapping[int, str],
) -> Iterator[CommitUsage]:
    """Yield a row a record. `change_of` maps landed commits to changes, `landing_of` offers' numbers to them."""
    number_of = {sha: number for number, offer in sorted(offers.items()) for sha in offer.own}
    numbers = {landing_of[unit.number]: unit.number for unit in units if unit.number is not None}
    for sha, usage in found:
        number = number_of.get(sha)
        change = change_of.get(sha) or (landing_of.get(number) if number is not None else None)
        bucket = usage.tokens._asdict() if usage.tokens else {}
        yield CommitUsage(
            usage.id, sha, change, numbers.get(change, number) if change else number,
            usage.agent, usage.model, usage.requests,
            bucket.get("input"), bucket.get("cache_read"), bucket.get("cache_write_5m"), bucket.get("cache_write_1h"),
            bucket.get("output"), None if usage.usd is None else float(usage.usd), usage.price_basis, usage.evidence,
        )  # fmt: skip
