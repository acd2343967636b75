"""Which commits belong to changes, and which to changes that were closed without landing, for a bill by change.

Facts say what became of an offer (its pull-request ref, the forge where it was asked); which commits were its own, git
says. A commit that an open or landed offer has too is no closed one's. Writes nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from ai_quality.facts.offers import pull_heads
from ai_quality.facts.store import Store
from ai_quality.pipeline.mining import PULL_REFS
from ai_quality.sources.git import Repository


class Changes(NamedTuple):
    """Commit → the change it landed by and that one's number; the commits of changes closed unmerged, None unknown."""

    landed: Mapping[str, tuple[str, int | None]]
    closed: frozenset[str] | None


def changes(repository: Repository, facts: Store) -> Changes:
    """Read them from the facts; without pull-request refs nobody knows what was closed."""
    rows = facts.rows(
        "SELECT c.sha, c.change, d.number FROM commits c LEFT JOIN changes d ON d.change = c.change"
        " WHERE c.landed_time IS NOT NULL"
    )
    return Changes({sha: (change, number) for sha, change, number in rows}, _closed(repository, facts))


def _closed(repository: Repository, facts: Store) -> frozenset[str] | None:
    ((rev, pull_refs),) = facts.rows("SELECT rev, pull_refs FROM runs")
    if not pull_refs:
        return None
    told = facts.rows("SELECT number FROM changes WHERE state = 'closed' AND number IS NOT NULL")
    numbers = {number for (number,) in told}
    heads = pull_heads(repository.refs(*PULL_REFS))
    wanted = [sha for number, sha in heads.items() if number in numbers]
    if not wanted:
        return frozenset()
    others = [f"^{sha}" for sha in (rev, *(sha for number, sha in heads.items() if number not in numbers))]
    asked = "\n".join([*wanted, *others, ""]).encode()
    return frozenset(repository.ask("rev-list", "--stdin", stdin=asked).decode("ascii").split())
