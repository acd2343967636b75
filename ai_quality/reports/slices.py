"""A report slice by slice (by agent, model, directory, month, size): what stands in it, and in which words.

Slices are measured as the whole is, and told the same way. People are no slices.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from ai_quality.metrics import COMPARED, Counts, Measured
from ai_quality.reports import words
from ai_quality.reports.figures import MetricView, metric_view
from ai_quality.reports.safe import plain
from ai_quality.reports.view import COHORTS, Cohort, RunFacts, Step, cleaned, notes, title, window

AI_ALONE = ("agent", "model")
"""Slices of the AI-marked side, each beside all unmarked work; the others slice both sides."""

SHOWN = 12
"""Slices in a table for people; programs get all that were measured."""

_HEADINGS = {
    "agent": "AI-marked work by agent, each beside all unmarked work",
    "model": "AI-marked work by model as its marks name it, each beside all unmarked work",
    "path": "by directory where lines were added; a commit counts in each of its directories",
    "month": "by month of landing",
    "size": "by size of commit, in lines added and deleted",
}

CAVEAT = (
    "Many slices, many comparisons: some intervals miss the truth. Slices differ in kind, size and time of work. "
    "Unmarked: no AI mark found, whoever wrote it."
)

_FURTHER = (
    Step("ai-quality report", "the whole, crude and adjusted"),
    Step("ai-quality report --by {by} --json", "every slice and number, with the differences"),
)


@dataclass(frozen=True, slots=True)
class Slice:
    """What was measured of a slice; `value` is None where a mark names nothing."""

    value: str | None
    counts: Mapping[str, Counts]
    measured: tuple[Measured, ...]


@dataclass(frozen=True, slots=True)
class SliceView:
    """One slice in words; `value` is for programs, `label` for people."""

    value: str | None
    label: str
    cohorts: tuple[Cohort, ...]
    metrics: tuple[MetricView, ...]

    @property
    def size(self) -> tuple[int, ...]:
        """Commits of each compared cohort, AI-marked first."""
        return tuple(cohort.counts.commits if cohort.counts else 0 for cohort in self.cohorts)


@dataclass(frozen=True, slots=True)
class SlicedView:
    """A report slice by slice. `left_out` counts the smaller slices that nobody measured."""

    run: RunFacts
    title: str
    heading: str
    window: str
    by: str
    slices: tuple[SliceView, ...]
    left_out: int
    notes: tuple[str, ...]
    caveat: str
    further: tuple[Step, ...]

    @property
    def shares_unmarked(self) -> bool:
        """Do all slices stand beside the same unmarked work?"""
        return self.by in AI_ALONE

    @property
    def largest(self) -> tuple[SliceView, ...]:
        """The slices for a table that people read, in the order of all."""
        places = sorted(range(len(self.slices)), key=lambda place: self.slices[place].size, reverse=True)
        return tuple(self.slices[place] for place in sorted(places[:SHOWN]))

    @property
    def metrics(self) -> tuple[MetricView, ...]:
        """The metrics of every slice, for heads and definitions."""
        return self.slices[0].metrics if self.slices else ()

    @property
    def nothing(self) -> str:
        """What to say where there is no slice; empty where there is one."""
        if self.slices:
            return ""
        return (
            f"No commit that {'carries an AI mark' if self.shares_unmarked else 'a rate counts'} landed {self.window}."
        )

    @property
    def rows(self) -> tuple[tuple[SliceView, Cohort], ...]:
        """A slice and cohort a row; unmarked work that all slices stand beside comes first, and once."""
        if not self.shares_unmarked:
            return tuple((one, cohort) for one in self.largest for cohort in one.cohorts)
        beside = [(one, one.cohorts[1]) for one in self.slices[:1]]
        return (*beside, *((one, one.cohorts[0]) for one in self.largest))

    @property
    def rest(self) -> str:
        """`4 smaller slices are not shown`; empty where all are."""
        count = len(self.slices) - len(self.largest) + self.left_out
        return f"{words.amount(count, 'smaller slices')} not shown" if count else ""


def build_sliced(by: str, found: Sequence[Slice], left_out: int, run: RunFacts) -> SlicedView:
    """Put everything a report by slices says into words, in the order given."""
    run = cleaned(run)
    return SlicedView(
        run=run,
        title=title(run),
        heading=_HEADINGS[by],
        window=window(run),
        by=by,
        slices=tuple(_slice(by, one) for one in found),
        left_out=left_out,
        notes=notes(run),
        caveat=CAVEAT,
        further=tuple(Step(step.command.format(by=by), step.shows) for step in _FURTHER),
    )


def _slice(by: str, found: Slice) -> SliceView:
    value = size_range(found.value) if by == "size" and found.value else found.value
    return SliceView(
        value=None if value is None else plain(value, None),
        label=_label(by, value),
        cohorts=tuple(Cohort(name, COHORTS[name], found.counts.get(name)) for name in COMPARED),
        metrics=tuple(metric_view(one) for one in found.measured),
    )


def _label(by: str, value: str | None) -> str:
    if value is None:
        return "not named"
    if by == "path":
        return "files at the top" if value == "." else f"{plain(value, 60)}/"
    return f"{value} lines" if by == "size" else plain(value, 60) or "not printable"


def size_range(size_bin: str) -> str:
    """`7-14` lines, from the whole log2 of 1 + lines that the facts keep."""
    least = 2 ** int(size_bin) - 1
    return f"{least}-{2 * least}" if least else "0"
