"""Ask the forge what became of changes, and keep it beside the facts: later runs ask only for what was touched since.

`open_facts` uses what is kept here. Without it all that only a forge knows is unknown.
"""

from __future__ import annotations

from ai_quality.facts.forge import Snapshot, fact_of
from ai_quality.pipeline import keeping
from ai_quality.pipeline.state import fingerprint
from ai_quality.sources.git import Repository
from ai_quality.sources.github import Fetched, GitHub

MOST = 500
"""Changes asked for at most: 20 pages of GraphQL, and what an hour's thousand requests of a workflow allow by REST."""

OVERLAP = 3600
"""Seconds: what a forge calls updated may be a little behind its own clock, and pages shift while they are read."""


def fetch_changes(forge: GitHub, since: int | None = None, limit: int = MOST) -> Fetched:
    """Return the changes updated since a time (seconds), at most `limit`; ForgeProblem where that is nothing."""
    return forge.changes(since, limit)


def refresh(repository: Repository, forge: GitHub, *, now: int, limit: int = MOST) -> Snapshot:
    """Ask for what was touched since the last time, and keep it with what was known; `now` in seconds.

    ForgeProblem where the forge tells nothing; what was kept stays then. Where it cannot be kept it is returned all the
    same.
    """
    old = keeping.forge_told(repository)
    if old and (old.repository != forge.repository or not old.asked):
        old = None
    fetched = fetch_changes(forge, old.asked - OVERLAP if old else None, limit)
    is_cut = not fetched.complete and len(fetched.changes) >= limit
    has_failed = not fetched.complete and not is_cut
    cut = is_cut or bool(old and old.cut)
    told = Snapshot(
        repository=forge.repository,
        mark=fingerprint(),
        asked=(old.asked if old else 0) if has_failed else now,  # what is missing now is asked for again
        cut=cut,
        notes=(*fetched.notes, *([CUT] if cut and not is_cut else [])),
        facts={**(old.facts if old else {}), **{one.pull.number: fact_of(one) for one in fetched.changes}},
    )
    keeping.keep_forge(repository, told)
    return told


CUT = "changes that were last touched long ago are not all known"
