"""What a report says, in which order and in which words; a renderer only lays out what stands in a `ReportView`.

Text from outside (names, notes, reasons) is made plain here, once. A cohort without AI marks is `unmarked`,
never human; words for a difference tell what was seen, never why; what is unknown is never 0.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from ai_quality.metrics import NOTHING_SPENT, Counts, Measured
from ai_quality.metrics.survival import KaplanMeierPoint
from ai_quality.reports import words
from ai_quality.reports.curves import Curve, curves
from ai_quality.reports.figures import (
    MetricView,
    accuracy,
    commits_behind,
    dropped,
    metric_view,
    signs_differ,
    too_young,
    within_authors,
)
from ai_quality.reports.safe import plain
from ai_quality.reports.verdict import verdict

COHORTS = {"ai": "AI-marked", "unmarked": "unmarked", "mixed": "mixed", "bot": "bots", "uncertain": "uncertain"}
"""In report order; the first two are compared."""

CAVEAT = (
    "Unmarked: no AI mark found, whoever wrote it. Crude: cohorts differ in more than marks; "
    "adjusted: within size, kind and quarter"
)

SHORT = 10
"""Digits of a commit id in text; JSON has them all."""

BEGINNING = datetime(1970, 1, 1, tzinfo=UTC)
"""A window that starts here has no start."""


@dataclass(frozen=True, slots=True)
class RunFacts:
    """What was measured, and when. Naive times are UTC; None is unknown, or a bound nobody set."""

    repo: str
    rev: str
    tip_time: datetime | None
    now: datetime
    since: datetime | None
    until: datetime | None
    why_since: str
    commits: int
    merges: int
    changes: int
    lines_alive: int
    pull_refs: int
    complete: bool
    notes: tuple[str, ...]
    fix_convention: str


@dataclass(frozen=True, slots=True)
class Cohort:
    """A cohort's size; None where nobody counted it."""

    name: str
    label: str
    counts: Counts | None


@dataclass(frozen=True, slots=True)
class Exclusion:
    """What no rate counts; `commits` is None where lines are the unit."""

    reason: str
    commits: int | None
    lines: int
    words: str


@dataclass(frozen=True, slots=True)
class Step:
    """A command for who wants to look further."""

    command: str
    shows: str


@dataclass(frozen=True, slots=True)
class ReportView:
    """A whole report, in the order of its fields."""

    run: RunFacts
    title: str
    history: str
    verdict: str
    cohorts: tuple[Cohort, ...]
    metrics: tuple[MetricView, ...]
    unrecorded: tuple[MetricView, ...]
    """What nobody recorded anything for: in JSON as unknown, elsewhere not a word."""
    signs_differ: str
    within_authors: str
    curves: tuple[Curve, ...]
    too_young: str
    excluded: tuple[Exclusion, ...]
    notes: tuple[str, ...]
    accuracy: str
    caveat: str
    further: tuple[Step, ...]


_FURTHER = (
    Step("ai-quality facts defects", "the rows behind the defects, to dispute one by one"),
    Step("ai-quality explain SHA", "why a commit is classed so, and what became of its lines"),
    Step("ai-quality report --json", "every number, with its method and definition"),
)


def build_view(
    measured: Sequence[Measured],
    counts: Mapping[str, Counts],
    excluded: Sequence[tuple[str, int | None, int]],
    run: RunFacts,
    survival: Mapping[str, Sequence[KaplanMeierPoint]] | None = None,
) -> ReportView:
    """Put everything a report says into words; `survival` has the curves of the compared cohorts."""
    run = cleaned(run)
    silent = {one.metric.name for one in measured if one.why_unknown == NOTHING_SPENT}
    metrics = tuple(metric_view(one) for one in measured if one.metric.name not in silent)
    return ReportView(
        run=run,
        title=title(run),
        history=_history(run),
        verdict=verdict(metrics, counts, window=window(run), complete=run.complete),
        cohorts=tuple(Cohort(name, label, counts.get(name)) for name, label in COHORTS.items()),
        metrics=metrics,
        unrecorded=tuple(metric_view(one) for one in measured if one.metric.name in silent),
        signs_differ=signs_differ(metrics),
        within_authors=within_authors(metrics),
        curves=curves(survival or {}, commits_behind("rework_rate", metrics)),
        too_young=too_young(metrics),
        excluded=tuple(_exclusion(*one) for one in excluded),
        notes=notes(run),
        accuracy=accuracy(metrics),
        caveat=f"{CAVEAT}{dropped(metrics)}.",
        further=_FURTHER,
    )


def title(run: RunFacts) -> str:
    """`fastmcp at 3f2c9ab12d (2026-05-01)`, of a cleaned run."""
    return f"{run.repo} at {run.rev[:SHORT]}" + (f" ({run.tip_time:%Y-%m-%d})" if run.tip_time else "")


def notes(run: RunFacts) -> tuple[str, ...]:
    """What there is to know about this run, of a cleaned run."""
    return (*run.notes, *([f"fixes are told by: {run.fix_convention}"] if run.fix_convention else []))


def cleaned(run: RunFacts) -> RunFacts:
    """Return the run with all text plain and all times UTC."""
    since = _utc(run.since) if run.since else None
    return replace(
        run,
        repo=plain(run.repo, 60) or "this repository",
        rev=plain(run.rev, 64),
        tip_time=_utc(run.tip_time) if run.tip_time else None,
        now=_utc(run.now),
        since=None if since == BEGINNING else since,
        until=_utc(run.until) if run.until else None,
        why_since=plain(run.why_since, 60),
        notes=tuple(filter(None, (plain(note, 400) for note in run.notes))),
        fix_convention=plain(run.fix_convention),
    )


def _utc(moment: datetime) -> datetime:
    return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)


def _history(run: RunFacts) -> str:
    commits = f"{words.amount(run.commits, 'commits')} ({words.amount(run.merges, 'merges')})"
    return f"{commits}, {words.amount(run.changes, 'changes')}, {words.amount(run.lines_alive, 'lines')} alive"


def window(run: RunFacts) -> str:
    """`since 2025-06-01, when the first AI mark landed`; an end only where the history goes on beyond it."""
    parts = []
    if run.since:
        why = run.why_since
        reason = f", when {why.removeprefix('since ')}" if why.startswith("since ") else f" ({why})" if why else ""
        parts.append(f"since {run.since:%Y-%m-%d}{reason}")
    if run.until and run.until < min(run.tip_time or run.now, run.now):
        parts.append(f"until {run.until:%Y-%m-%d}")
    return ", ".join(parts) or "in the whole history"


def _exclusion(reason: str, commits: int | None, lines: int) -> Exclusion:
    reason = plain(reason, 80)
    if commits is None:
        told = f"{words.amount(lines, 'lines')} {reason.removeprefix('lines ')}"
    else:
        told = f"{reason}: {words.amount(commits, 'commits')}, {words.amount(lines, 'lines')}"
    return Exclusion(reason, commits, lines, told)
