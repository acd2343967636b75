"""measure() the facts within a window, and say it: the numbers of one report."""

from __future__ import annotations

import json
from datetime import datetime
from typing import NamedTuple

from ai_quality import metrics
from ai_quality.facts import store
from ai_quality.reports import view


class Window(NamedTuple):
    """Which landings a report speaks of, and until when it can know what became of them; naive UTC."""

    since: datetime
    until: datetime
    observed_until: datetime
    why_since: str


def window(
    facts: store.Store, *, since: datetime | None = None, until: datetime | None = None, now: datetime
) -> Window:
    """Return the window asked for, by default from the first AI mark's landing to the end of the history.

    What became of a line is known until the tip's committer date, or `now` if that is earlier.
    """
    (tip_time,) = facts.rows("SELECT tip_time FROM runs")[0]
    observed_until = min(tip_time or now, now)
    why = "as asked"
    if since is None:
        (since,) = facts.rows("SELECT MIN(landed_time) FROM commits WHERE cohort = 'ai' AND NOT is_merge")[0]
        why = "since the first AI mark landed" if since else "the whole history: no AI mark"
    return Window(since or datetime(1970, 1, 1), until or observed_until, observed_until, why)  # noqa: DTZ001 (naive UTC)


def report(facts: store.Store, asked: Window, now: datetime, *, seed: int = 0) -> view.ReportView:
    """Measure the facts within a window, and say it."""
    repo, rev, tip_time, commits, merges, pull_refs, convention, complete, notes = facts.rows(
        "SELECT repo, rev, tip_time, commits, merges, pull_refs, fix_convention, complete, notes FROM runs",
    )[0]
    facts.set_window(
        since=asked.since, until=asked.until, observed_until=asked.observed_until, pull_refs=float(pull_refs)
    )
    (landed,) = facts.rows("SELECT COUNT(*) FROM changes WHERE state = 'landed'")[0]
    (alive,) = facts.rows("SELECT SUM(lines) FROM owners")[0]
    run = view.RunFacts(
        repo=repo, rev=rev, tip_time=tip_time, now=now, since=asked.since, until=asked.until,
        why_since=asked.why_since, commits=commits, merges=merges, changes=landed, lines_alive=int(alive or 0),
        pull_refs=pull_refs, complete=complete, notes=tuple(json.loads(notes)), fix_convention=convention,
    )  # fmt: skip
    return view.build_view(
        metrics.measure(facts.rows, pull_refs=bool(pull_refs), seed=seed),
        metrics.cohort_counts(facts.rows),
        metrics.excluded(facts.rows),
        run,
    )
