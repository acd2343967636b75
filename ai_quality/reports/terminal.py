"""The report for a terminal: one screen, 24 lines of 100 columns, readable without colour.

Where the figures of a big repository or a narrow window do not fit side by side, they are told one below
the other. Details at the end give way first: JSON has all of them.
"""

from __future__ import annotations

from collections.abc import Sequence

from ai_quality.metrics import COMPARED
from ai_quality.metrics.rate import FEWEST_TO_COMPARE
from ai_quality.reports import words
from ai_quality.reports.curves import HEADING
from ai_quality.reports.figures import NOT_ADJUSTED, Contrast, Figure, MetricView
from ai_quality.reports.styling import BOLD, DIM, WIDTH, styled
from ai_quality.reports.tables import clipped, columns, grouped, text_table, wrapped
from ai_quality.reports.view import COHORTS, Cohort, ReportView

SCREEN = 24
NARROWEST = 40
LOW_N = f"* n below {FEWEST_TO_COMPARE}: not compared."


def render(view: ReportView, *, colour: bool = False, width: int = WIDTH) -> str:
    """Return the report; `width` is the terminal's, of which no more than 100 are used."""
    width = max(NARROWEST, min(width, WIDTH))
    verdict = [*wrapped(view.verdict, width), *wrapped(view.signs_differ, width)]
    cohorts, table = _cohorts(view.cohorts, width), [*_metrics(view.metrics, width), *_curves(view, width)]
    closing = _closing(view, width)
    room = SCREEN - 1 - len(verdict) - len(cohorts) - len(table) - len(closing)
    said = [wrapped(text, width, indent="  ") for text in _said(view, room)]
    above_table = room > len(said) + bool(view.run.notes)  # a note asks for something: it may have a second line first
    above_cohorts = room > sum(map(len, said)) + 1
    body = [*[""] * above_cohorts, *cohorts, *[""] * above_table, *table]
    details = _details(said, width, room - above_table - above_cohorts)
    parts = (
        ("", [clipped(f"{view.title}: {view.history}", width)]),
        (BOLD, verdict),
        ("", body),
        (DIM, [*details, *closing]),
    )
    return styled(parts, colour=colour)


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
    for gap in ("  ", " "):
        table = _side_by_side(metrics, gap)
        if max(map(columns, table)) <= width:
            return table
    return _stacked(metrics, width)


def _side_by_side(metrics: Sequence[MetricView], gap: str) -> list[str]:
    """A line a metric: label, then value, interval and n by cohort, then the differences."""
    heads = ["", *(f"{COHORTS[name]}, 95 %, n" for name in COMPARED)]
    groups = [column([metric.figures[name] for metric in metrics]) for name in COMPARED]
    tails = _tails(metrics, gap)
    labels = [[metric.label] for metric in metrics]
    tail_rows = [[line] for line in tails[1:]]
    return grouped([*heads, tails[0]], [labels, *groups, tail_rows], ["l", "rlr", "rlr", "l"], gap=gap)


def column(figures: Sequence[Figure]) -> list[tuple[str, str, str]]:
    """Value, interval, n of each; of too few the hits and the `of`. The place of a star is kept where there is one."""
    place = " " if any(figure.rate.low_n for figure in figures) else ""
    found = []
    for figure in figures:
        value, of, total = figure.value.partition(" of ")
        n = words.count(figure.n) + ("*" if figure.rate.low_n else place)
        found.append((value, figure.interval or (of + total).strip(), n))
    return found


def _tails(metrics: Sequence[MetricView], gap: str) -> list[str]:
    """A head, then the differences; a reason for what is unknown takes the room of both."""
    crude = [_difference_cells(metric.contrast) for metric in metrics]
    adjusted = [
        _difference_cells(metric.adjusted.contrast) if metric.contrast.difference else ("", "") for metric in metrics
    ]
    head, *lines = grouped(("AI minus unmarked", "adjusted, 95 %"), (crude, adjusted), ("rl", "rl"), gap=gap)
    room = max(map(columns, (head, *lines)))
    return [head, *(
        clipped(metric.why_unknown, room) if metric.why_unknown else line
        for metric, line in zip(metrics, lines, strict=True)
    )]  # fmt: skip


def _difference_cells(contrast: Contrast) -> tuple[str, str]:
    """Value and interval; words for their lack, a dash where there can be none."""
    if contrast.difference:
        return contrast.value, contrast.interval
    return (words.DASH, "") if contrast.words == NOT_ADJUSTED else ("", contrast.words.removesuffix(" to compare"))


def _curves(view: ReportView, width: int) -> list[str]:
    """A spark a cohort: how many of its lines were alive over a year."""
    told = "; ".join(f"{COHORTS[curve.cohort]} {curve.spark} {curve.told}" for curve in view.curves)
    return wrapped(f"{HEADING}: {told}", width, indent="  ") if told else []


def _stacked(metrics: Sequence[MetricView], width: int) -> list[str]:
    lines: list[str] = []
    for metric in metrics:
        lines += wrapped(metric.label, width)
        for name in COMPARED:
            lines += wrapped(f"  {COHORTS[name]}: {metric.figures[name].told}", width, indent="    ")
        lines += wrapped(f"  AI minus unmarked: {metric.told_difference}", width, indent="    ")
        if metric.adjusted.found:
            lines += wrapped(f"  adjusted: {metric.adjusted.told}", width, indent="    ")
    return lines


def _said(view: ReportView, room: int) -> list[str]:
    """What to tell in how few lines there are: where not each begins a line of its own, the last share one."""
    excluded = "; ".join(one.words for one in view.excluded)
    said = (
        f"Notes: {'; '.join(view.notes)}." if view.notes else "",
        f"Not counted: {excluded}." if excluded else "",
        f"Same authors, in points: {view.within_authors}." if view.within_authors else "",
        f"Too young to count, AI-marked / unmarked: {view.too_young}." if view.too_young else "",
    )
    texts = [text for text in said if text]
    own = max(0, min(len(texts), room) - 1)
    return [*texts[:own], *filter(None, [" ".join(texts[own:])])]


def _details(blocks: Sequence[list[str]], width: int, room: int) -> list[str]:
    """Notes, not counted, same authors, too young: each at least one line, the rest as far as the screen goes."""
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
    low = any(figure.rate.low_n for metric in view.metrics for figure in metric.figures.values())
    caveat = " ".join(filter(None, (LOW_N if low else "", view.caveat, view.accuracy)))
    return [line for text in (caveat, further) for line in wrapped(text, width, indent="  ")]
