"""Reports only word what they are given: no process, network, clock or environment below here."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol, TypeVar

from ai_quality.reports import csv_report, html, json_report, markdown, slices_text, terminal
from ai_quality.reports.slices import SlicedView
from ai_quality.reports.view import ReportView

View_contra = TypeVar("View_contra", contravariant=True)


class Renderer(Protocol[View_contra]):
    """A view in, text out; `colour` is asked of all and heeded by the one for terminals."""

    def __call__(self, view: View_contra, /, *, colour: bool = False) -> str:
        """Return the whole report, its last line ended."""


def _colourless(render: Callable[[View_contra], str]) -> Renderer[View_contra]:
    def rendered(view: View_contra, /, *, colour: bool = False) -> str:  # noqa: ARG001
        return render(view)

    return rendered


RENDERERS: dict[str, Renderer[ReportView]] = {
    "text": terminal.render,
    "json": _colourless(json_report.render),
    "md": _colourless(markdown.render),
    "html": _colourless(html.render),
    "csv": _colourless(csv_report.render),
}
"""By the name `--format` gives them."""

SLICED_RENDERERS: dict[str, Renderer[SlicedView]] = {
    "text": slices_text.render,
    "json": _colourless(json_report.render_sliced),
    "md": _colourless(markdown.render_sliced),
    "html": _colourless(html.render_sliced),
    "csv": _colourless(csv_report.render_sliced),
}
"""The same for a report by slices."""
