"""measure() the facts within a window, and say it: the numbers of one report, of the whole or slice by slice.

A slice is measured by the same SQL as the whole: temporary views stand before the tables, in which every row
stays (a fix from anywhere may blame a commit of the slice) but a row outside the slice belongs to no cohort.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from ai_quality import metrics
from ai_quality.facts import store
from ai_quality.reports import slices, view

MOST_SLICES = 100
"""The largest are measured, the others counted: a monorepo may have thousands of directories."""

OF_COMMITS = ("rework_rate", "revert_rate", "defect_rate", "line_survival")
WITH_OFFERS = (*OF_COMMITS, "merge_pass_rate")
"""For what is known of an offer that never landed, too."""
BY_AGENT = ("rework_rate", "defect_rate", "merge_pass_rate", "revert_rate", "line_survival")
"""A terminal has room for the first ones: what became of offers is what agents differ in most (AIDev)."""


@dataclass(frozen=True)
class Cut:
    """A way to slice the facts. No people: authors are not compared with each other.

    `value` is the SQL of a commit's slice, or of its lines' (`of_lines`); `change` that of a change's, by default
    wherever its commits are. `ai_alone` cuts the AI-marked side, each slice beside all unmarked work.
    """

    value: str
    metrics: tuple[str, ...] = OF_COMMITS
    change: str | None = None
    ai_alone: bool = False
    of_lines: bool = False
    order: Callable[[str], str | int] | None = None


CUTS = {
    "agent": Cut("agent", BY_AGENT, "agent", ai_alone=True),
    "model": Cut("model", ai_alone=True),
    "path": Cut("CASE WHEN CONTAINS(path, '/') THEN SPLIT_PART(path, '/', 1) ELSE '.' END", of_lines=True),
    "month": Cut(
        "STRFTIME(landed_time, '%Y-%m')", WITH_OFFERS, "STRFTIME(COALESCE(landed, first_commit), '%Y-%m')", order=str
    ),
    "size": Cut("CAST(size_bin AS VARCHAR)", order=int),
}
"""By the name `--by` gives them; the directory `.` has the files at the top."""


SLICES = """
    SELECT value, COUNT(DISTINCT CASE WHEN cohort = 'ai' THEN sha END) AS marked, COUNT(DISTINCT sha) AS commits
    FROM ({units}) WHERE cohort IN ('ai', '{beside}')
    GROUP BY value ORDER BY marked DESC, commits DESC, COUNT(*) DESC, value
"""
COMMITS = """
    SELECT {value} AS value, c.cohort, c.sha
    FROM commits c {lines} CROSS JOIN params p
    WHERE NOT c.is_merge AND NOT c.ignored AND c.lines_added + c.lines_deleted > 0
      AND c.landed_time >= p.since AND c.landed_time <= p.until
"""
"""Only commits that a rate may count make a slice."""
LINES = "JOIN line_lives l ON l.repo = c.repo AND l.born = c.sha AND l.counted"
OFFERS = """
    UNION ALL
    SELECT {change}, cohort, NULL FROM changes CROSS JOIN params p
    WHERE number IS NOT NULL AND state IN ('landed', 'merged', 'closed')
      AND COALESCE(landed, first_commit) >= p.since AND COALESCE(landed, first_commit) <= p.until
"""
"""An agent none of whose offers landed is a slice too: its merge rate is 0, not missing."""

HERE = "IS NOT DISTINCT FROM (SELECT value FROM slice)"
RECAST = """
    SELECT * REPLACE (CASE WHEN {inside} THEN cohort ELSE 'outside' END AS cohort) FROM {stored}.{table}
"""
WHERE_ITS_COMMITS_ARE = "(change, cohort) IN (SELECT (o.change, o.cohort) FROM commits o WHERE NOT o.is_merge)"
LINES_HERE = "SELECT * FROM {stored}.line_lives WHERE {value} {here}"
COMMITS_OF_LINES = """
    SELECT c.* REPLACE (CASE WHEN h.born IS NULL THEN 'outside' ELSE c.cohort END AS cohort,
                        COALESCE(h.lines, 0) AS lines_added)
    FROM {stored}.commits c
    LEFT JOIN (SELECT repo, born, SUM(lines) AS lines FROM line_lives WHERE counted GROUP BY repo, born) h
      ON h.repo = c.repo AND h.born = c.sha
"""


class Window(NamedTuple):
    """Which landings a report speaks of, and until when it can know what became of them; naive UTC."""

    since: datetime
    until: datetime
    observed_until: datetime
    why_since: str


FIRST_MARK = "SELECT MIN(landed_time) FROM commits WHERE cohort IN ('ai', 'mixed') AND NOT is_merge"


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
        (since,) = facts.rows(FIRST_MARK)[0]
        why = "since the first AI mark landed" if since else "the whole history: no AI mark"
    return Window(since or datetime(1970, 1, 1), until or observed_until, observed_until, why)  # noqa: DTZ001 (naive UTC)


def report(facts: store.Store, asked: Window, now: datetime, *, seed: int = 0) -> view.ReportView:
    """Measure the facts within a window, and say it."""
    run = _run(facts, asked, now)
    return view.build_view(
        metrics.measure(facts.rows, pull_refs=bool(run.pull_refs), names=_names(facts), seed=seed),
        metrics.cohort_counts(facts.rows),
        metrics.excluded(facts.rows),
        run,
        metrics.survival_curves(facts.rows),
    )


def _names(facts: store.Store) -> tuple[str, ...]:
    """Rows that could only say "unknown" are left out: nobody has asked a forge."""
    forge = metrics.FORGE_METRICS if metrics.knows_forge(facts.rows) else ()
    return (*metrics.METRICS, *forge, *metrics.SPENDING)


def report_by(facts: store.Store, asked: Window, now: datetime, by: str, *, seed: int = 0) -> slices.SlicedView:
    """Measure each slice of the facts within a window by the very SQL of the whole, and say it.

    The slices with most AI-marked commits, then with most commits, come first; months and sizes in their own order.
    """
    run, cut = _run(facts, asked, now), CUTS[by]
    found = facts.rows(_slices_sql(cut))
    views = _views(cut)
    measured = []
    for value, _, _ in found[:MOST_SLICES]:
        with facts.sliced(value, views):
            told = metrics.measure(facts.rows, pull_refs=bool(run.pull_refs), names=cut.metrics, seed=seed)
            measured.append(slices.Slice(value, metrics.cohort_counts(facts.rows), tuple(told)))
    if order := cut.order:
        measured.sort(key=lambda one: order(one.value or "0"))
    return slices.build_sliced(by, measured, len(found) - len(measured), run)


def _run(facts: store.Store, asked: Window, now: datetime) -> view.RunFacts:
    """Set the window, and return what a report says of the run as a whole."""
    repo, rev, tip_time, commits, merges, pull_refs, convention, complete, notes = facts.rows(
        "SELECT repo, rev, tip_time, commits, merges, pull_refs, fix_convention, complete, notes FROM runs",
    )[0]
    facts.set_window(
        since=asked.since, until=asked.until, observed_until=asked.observed_until, pull_refs=float(pull_refs)
    )
    (landed,) = facts.rows("SELECT COUNT(*) FROM changes WHERE state = 'landed'")[0]
    (alive,) = facts.rows("SELECT SUM(lines) FROM owners")[0]
    return view.RunFacts(
        repo=repo, rev=rev, tip_time=tip_time, now=now, since=asked.since, until=asked.until,
        why_since=asked.why_since, commits=commits, merges=merges, changes=landed, lines_alive=int(alive or 0),
        pull_refs=pull_refs, complete=complete, notes=tuple(json.loads(notes)), fix_convention=convention,
    )  # fmt: skip


def _slices_sql(cut: Cut) -> str:
    commits = COMMITS.format(value=cut.value, lines=LINES if cut.of_lines else "")
    offers = OFFERS.format(change=cut.change) if cut.change else ""
    return SLICES.format(units=commits + offers, beside="ai" if cut.ai_alone else "unmarked")


def _views(cut: Cut) -> dict[str, str]:
    """Views that show one slice, by the table they stand before."""
    change = f"{cut.change} {HERE}" if cut.change else WHERE_ITS_COMMITS_ARE
    if cut.of_lines:
        lines = LINES_HERE.format(value=cut.value, here=HERE, stored=store.STORED)
        commits = COMMITS_OF_LINES.format(stored=store.STORED)
        return {"line_lives": lines, "commits": commits, "changes": _recast("changes", change)}
    beside = "cohort <> 'ai' OR " if cut.ai_alone else ""
    commits = _recast("commits", f"{beside}{cut.value} {HERE}")
    return {"commits": commits, "changes": _recast("changes", f"{beside}{change}" if cut.change else change)}


def _recast(table: str, inside: str) -> str:
    return RECAST.format(table=table, inside=inside, stored=store.STORED)
