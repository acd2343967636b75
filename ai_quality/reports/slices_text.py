"""The report by slices for a terminal: a table of as many metrics as fit, its rows the slices by cohort."""

from __future__ import annotations

from collections.abc import Sequence

from ai_quality.reports import words
from ai_quality.reports.figures import Figure, MetricView
from ai_quality.reports.slices import SlicedView, SliceView
from ai_quality.reports.styling import BOLD, DIM, WIDTH, styled
from ai_quality.reports.tables import clipped, columns, grouped, wrapped
from ai_quality.reports.terminal import LOW_N, NARROWEST
from ai_quality.reports.view import Cohort

LABEL = 4
"""A slice's name takes no more than this part of a line."""


def render(view: SlicedView, *, colour: bool = False, width: int = WIDTH) -> str:
    """Return the report; `width` is the terminal's, of which no more than 100 are used."""
    width = max(NARROWEST, min(width, WIDTH))
    shown, table = _table(view, width)
    body = ["", *(clipped(line, width) for line in table), ""] if view.slices else []
    units = " or ".join(
        {"offers" if metric.counted == "offers" else "commits": None for metric in view.metrics[:shown]}
    )
    said = view.nothing or f"Landed {view.window}. Figures: rate, 95 % interval, {units}."
    return styled(
        (
            ("", wrapped(f"{view.title}: {view.heading}", width)),
            (BOLD, wrapped(said, width)),
            ("", body),
            (DIM, _closing(view, view.metrics[shown:], width)),
        ),
        colour=colour,
    )


def _table(view: SlicedView, width: int) -> tuple[int, list[str]]:
    """How many metrics fit, one at least, and their table."""
    for shown in range(len(view.metrics), 1, -1):
        table = _metrics(view, shown, width)
        if max(map(columns, table)) <= width:
            return shown, table
    return 1, _metrics(view, 1, width) if view.metrics else []


def _metrics(view: SlicedView, shown: int, width: int) -> list[str]:
    labels = [[clipped(_label(view, one, cohort), width // LABEL)] for one, cohort in view.rows]
    cohorts = [] if view.shares_unmarked else [[[cohort.label] for _, cohort in view.rows]]
    groups = [[_cells(one.metrics[place].figures[cohort.name]) for one, cohort in view.rows] for place in range(shown)]
    heads = [view.by, *["cohort"] * len(cohorts), *(metric.label for metric in view.metrics[:shown])]
    return grouped(heads, [labels, *cohorts, *groups], ["l", *["l"] * len(cohorts), *["rlr"] * shown])


def _label(view: SlicedView, one: SliceView, cohort: Cohort) -> str:
    if cohort.name == "ai":
        return one.label
    return cohort.label if view.shares_unmarked else ""


def _cells(figure: Figure) -> tuple[str, str, str]:
    """Value, interval, n."""
    n = words.count(figure.n) + ("*" if figure.rate.low_n else " ")
    return "too few" if figure.rate.status == "too_few" and figure.n else figure.value, figure.interval, n


def _closing(view: SlicedView, hidden: Sequence[MetricView], width: int) -> list[str]:
    figures = [figure for one in view.slices for metric in one.metrics for figure in metric.figures.values()]
    said = (
        f"{words.sentence(view.rest)}." if view.rest else "",
        f"No room for: {words.listed([metric.noun for metric in hidden])} (--json has all)." if hidden else "",
        LOW_N if any(figure.rate.low_n for figure in figures) else "",
        view.caveat if view.slices else "",
        f"Notes: {'; '.join(view.notes)}." if view.notes else "",
    )
    further = "Look further: " + " · ".join(step.command for step in view.further)
    return [line for text in (" ".join(filter(None, said)), further) for line in wrapped(text, width, indent="  ")]
