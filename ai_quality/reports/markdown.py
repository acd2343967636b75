"""The report for a step summary or an issue: GitHub's Markdown, every value escaped by `md_cell`."""

from __future__ import annotations

from functools import partial

from ai_quality.reports.curves import HEADING, NOTE
from ai_quality.reports.safe import md_cell
from ai_quality.reports.slices import SlicedView
from ai_quality.reports.templating import fill
from ai_quality.reports.view import ReportView

_whole = partial(md_cell, limit=None)


def render(view: ReportView) -> str:
    """Return the report; texts from outside were cut where they came in, so nothing is cut here."""
    return fill("report.md.j2", {"view": view, "curve_heading": HEADING, "curve_note": NOTE}, escape=_whole)


def render_sliced(view: SlicedView) -> str:
    """Return the report by slices."""
    return fill("slices.md.j2", {"view": view}, escape=_whole)
