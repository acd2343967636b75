"""The report for a terminal: one screen, 24 lines of 100 columns, readable without colour.

Where the figures of a big repository or a narrow window do not fit side by side, they are told one below
the other. Details at the end give way first: JSON has all of them.
"""

from __future__ import annotations

from collections.abc import Sequence

from ai_quality.metrics import COMPARED
from ai_quality.metrics.rate import FEWEST_TO_COMPARE
from ai_quality.reports import words
from ai_quality.reports.figures import Contrast, Figure, MetricView
from ai_quality.reports.safe import printable, tamed
from ai_quality.reports.tables import clipped, columns, text_table, wrapped
from ai_quality.reports.view import COHORTS, Cohort, ReportView

SCREEN = 24
WIDTH = 100
NARROWEST = 40
REASON = 27
"""Columns a difference takes, and so may the reason for there being none."""

LOW_N = f"* n below {FEWEST_TO_COMPARE}: low, not compared."

_BOLD, _DIM, _END = "\x1b[1m", "\x1b[2m", "\x1b[0m"

_SHORTER = {"no difference shown": "none shown", "too few to compare": "too few"}
"""Below `AI minus unmarked`."""


def render(view: ReportView, *, colour: bool = False, width: int = WIDTH) -> str:
    """Return the report; `width` is the terminal's, of which no more than 100 are used."""
    width = max(NARROWEST, min(width, WIDTH))
    verdict = wrapped(view.verdict, width)
    body = ["", *_cohorts(view.cohorts, width), "", *_metrics(view.metrics, width)]
    closing = _closing(view, width)
    details = _details(view, width, SCREEN - 1 - len(verdict) - len(body) - len(closing))
    parts = (
        ("", [clipped(f"{view.title}: {view.history}", width)]),
        (_BOLD, verdict),
        ("", body),
        (_DIM, [*details, *closing]),
    )
    lines = [(style, tamed(printable(line))) for style, block in parts for line in block]
    return "".join(f"{style}{line}{_END}\n" if colour and style and line else f"{line}\n" for style, line in lines)


def _cohorts(cohorts: Sequence[Cohort], width: int) -> list[str]:
    """The two compared; what the others amount to is told as not counted."""
    rows = [_cohort(cohort) for cohort in cohorts if cohort.name in COMPARED]
    table = text_table((), rows, align="lrrrr").split("\n")
    if max(map(columns, table)) <= width:
        return table
    return [line for row in rows for line in wrapped(f"{row[0]}: {', '.join(row[1:])}", width, indent="  ")]


def _cohort(cohort: Cohort) -> list[str]:
    counts = cohort.counts
    if counts is None:
        return [cohort.label, "unknown", "", "", ""]
    return [
        cohort.label,
        words.amount(counts.commits, "commits"),
        words.amount(counts.changes, "changes"),
        words.amount(counts.lines_added, "lines") + " added",
        words.count(counts.lines_alive) + " alive",
    ]


def _metrics(metrics: Sequence[MetricView], width: int) -> list[str]:
    table = _side_by_side(metrics)
    return table if max(map(columns, table)) <= width else _stacked(metrics, width)


def _side_by_side(metrics: Sequence[MetricView]) -> list[str]:
    """A line a metric: label, then value, interval and n by cohort, then the difference."""
    heads = [cell for name in COMPARED for cell in (f" {COHORTS[name]}", "95 %", "n ")]
    tails = _tails(metrics)
    rows = [
        [metric.label, *(cell for name in COMPARED for cell in _cells(metric.figures[name])), f" {tail}"]
        for metric, tail in zip(metrics, tails, strict=True)
    ]
    return text_table(("", *heads, " AI minus unmarked, 95 %"), rows, align="l" + "rlr" * 2 + "l", gap=" ").split("\n")


def _cells(figure: Figure) -> tuple[str, str, str]:
    """Value, interval, n; of too few the hits and the `of`."""
    value, of, total = figure.value.partition(" of ")
    n = words.count(figure.n) + ("*" if figure.rate.low_n else " ")
    return f" {value}", figure.interval or (of + total).strip(), n


def _tails(metrics: Sequence[MetricView]) -> list[str]:
    """The differences, aligned among themselves; a reason for what is unknown takes their room."""
    rows = [_difference_cells(metric.contrast) for metric in metrics]
    aligned = text_table((), rows, align="rll", gap=" ").split("\n") if rows else []
    return [
        clipped(metric.why_unknown, REASON) if metric.why_unknown else line
        for metric, line in zip(metrics, aligned, strict=True)
    ]


def _difference_cells(contrast: Contrast) -> tuple[str, str, str]:
    return contrast.value, contrast.interval, _SHORTER.get(contrast.words, contrast.words)


def _stacked(metrics: Sequence[MetricView], width: int) -> list[str]:
    lines: list[str] = []
    for metric in metrics:
        lines += wrapped(metric.label, width)
        for name in COMPARED:
            lines += wrapped(f"  {COHORTS[name]}: {metric.figures[name].told}", width, indent="    ")
        lines += wrapped(f"  AI minus unmarked: {metric.told_difference}", width, indent="    ")
    return lines


def _details(view: ReportView, width: int, room: int) -> list[str]:
    """Too young, not counted, notes: each at least one line, the rest as far as the screen goes."""
    low = any(figure.rate.low_n for metric in view.metrics for figure in metric.figures.values())
    young = f"Too young to count, AI-marked / unmarked: {view.too_young}." if view.too_young else ""
    excluded = "; ".join(one.words for one in view.excluded)
    said = (
        " ".join(filter(None, [young, LOW_N if low else ""])),
        f"Not counted: {excluded}." if excluded else "",
        f"Notes: {'; '.join(view.notes)}." if view.notes else "",
    )
    blocks = [wrapped(text, width, indent="  ") for text in said if text]
    return [
        line for block, most in zip(blocks, _shared(room, blocks), strict=True) for line in _cut(block, most, width)
    ]


def _shared(room: int, blocks: Sequence[Sequence[str]]) -> list[int]:
    """How many lines each block gets: one, then one more in turn while there is room and it has more to say."""
    lines = [1] * len(blocks)
    for most in range(2, max(map(len, blocks), default=0) + 1):
        for number, block in enumerate(blocks):
            if len(block) >= most and sum(lines) < room:
                lines[number] = most
    return lines


def _cut(block: list[str], most: int, width: int) -> list[str]:
    if len(block) <= most:
        return block
    return [*block[: most - 1], clipped(f"{block[most - 1]}{' ' * width}", width)]


def _closing(view: ReportView, width: int) -> list[str]:
    further = "Look further: " + " · ".join(step.command for step in view.further)
    return [line for text in (view.caveat, further) for line in wrapped(text, width, indent="  ")]
