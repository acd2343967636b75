"""The report as a table for spreadsheets: a row a metric and cohort, an empty cell for what is unknown."""

from __future__ import annotations

import csv
import io

from ai_quality.reports.figures import Figure, MetricView
from ai_quality.reports.view import ReportView

COLUMNS = (
    "repo", "rev", "metric", "cohort", "status", "value", "lo", "hi", "method", "hits", "of", "n", "low_n",
    "too_young", "difference", "difference_lo", "difference_hi", "difference_method", "verdict", "why_unknown",
)  # fmt: skip

_FORMULA = ("=", "+", "-", "@", "::")
"""A spreadsheet runs a cell that starts so (OWASP: CSV injection), a job's log the last one."""


def render(view: ReportView) -> str:
    """Return the report as CSV with a head line; the difference is AI-marked minus unmarked, in both rows."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(COLUMNS)
    for metric in view.metrics:
        for cohort, figure in metric.figures.items():
            writer.writerow(_safe(cell) for cell in _row(view, metric, cohort, figure))
    return out.getvalue()


def _row(view: ReportView, metric: MetricView, cohort: str, figure: Figure) -> list[object]:
    rate, contrast = figure.rate, metric.contrast
    return [
        view.run.repo, view.run.rev, metric.metric.name, cohort, rate.status, rate.value, rate.lo, rate.hi,
        rate.method, rate.hits, rate.of, figure.n, figure.low_n, figure.too_young,
        *(contrast.difference or (None,) * 4), contrast.words, metric.why_unknown,
    ]  # fmt: skip


def _safe(cell: object) -> object:
    if isinstance(cell, bool):
        return str(cell).lower()
    return f"'{cell}" if isinstance(cell, str) and cell.startswith(_FORMULA) else cell
