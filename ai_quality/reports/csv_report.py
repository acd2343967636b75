"""The report as a table for spreadsheets: a row a metric and cohort, an empty cell for what is unknown."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Sequence

from ai_quality.reports.figures import Figure, MetricView, Within
from ai_quality.reports.slices import SlicedView
from ai_quality.reports.view import ReportView, RunFacts

COLUMNS = (
    "repo", "rev", "metric", "cohort", "status", "value", "lo", "hi", "method", "hits", "of", "n", "low_n",
    "too_young", "difference", "difference_lo", "difference_hi", "difference_method", "verdict", "why_unknown",
    *(f"{kind}{what}" for kind in ("adjusted", "within_author")
      for what in ("", "_lo", "_hi", "_method", "_strata", "_dropped_ai", "_dropped_unmarked")),
    "signs_differ",
)  # fmt: skip

_FORMULA = ("=", "+", "-", "@", "::")
"""A spreadsheet runs a cell that starts so (OWASP: CSV injection), a job's log the last one."""


def render(view: ReportView) -> str:
    """Return the report as CSV with a head line; differences are AI-marked minus unmarked, in both rows."""
    return _table(COLUMNS, (_row(view.run, *row) for row in _figures(view.metrics)))


def render_sliced(view: SlicedView) -> str:
    """Return the report by slices, a row a slice, metric and cohort; a slice whose marks name nothing has no value."""
    rows = (
        [view.by, one.value, *_row(view.run, *row)] for one in view.slices for row in _figures(one.metrics)
    )  # fmt: skip
    return _table(("by", "slice", *COLUMNS), rows)


def _table(head: Sequence[str], rows: Iterable[Iterable[object]]) -> str:
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(head)
    writer.writerows(map(_safe, row) for row in rows)
    return out.getvalue()


def _figures(metrics: Iterable[MetricView]) -> Iterator[tuple[MetricView, str, Figure]]:
    for metric in metrics:
        for cohort, figure in metric.figures.items():
            yield metric, cohort, figure


def _row(run: RunFacts, metric: MetricView, cohort: str, figure: Figure) -> list[object]:
    rate, contrast = figure.rate, metric.contrast
    return [
        run.repo, run.rev, metric.metric.name, cohort, rate.status, rate.value, rate.lo, rate.hi,
        rate.method, rate.hits, rate.of, figure.n, figure.low_n, figure.too_young,
        *(contrast.difference or (None,) * 4), contrast.words, metric.why_unknown,
        *_within(metric.adjusted), *_within(metric.within_author), metric.signs_differ,
    ]  # fmt: skip


def _within(within: Within) -> tuple[object, ...]:
    found = within.found
    if found is None:
        return (None,) * 7
    return (*found.difference, found.strata, found.dropped_ai, found.dropped_unmarked)


def _safe(cell: object) -> object:
    if isinstance(cell, bool):
        return str(cell).lower()
    return f"'{cell}" if isinstance(cell, str) and cell.startswith(_FORMULA) else cell
