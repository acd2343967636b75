"""Reports only word what they are given: no process, network, clock or environment below here."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from ai_quality.reports import csv_report, html, json_report, markdown, terminal
from ai_quality.reports.view import ReportView


class Renderer(Protocol):
    """A view in, text out; `colour` is asked of all and heeded by the one for terminals."""

    def __call__(self, view: ReportView, *, colour: bool = False) -> str:
        """Return the whole report, its last line ended."""


def _colourless(render: Callable[[ReportView], str]) -> Renderer:
    def rendered(view: ReportView, *, colour: bool = False) -> str:  # noqa: ARG001
        return render(view)

    return rendered


RENDERERS: dict[str, Renderer] = {
    "text": terminal.render,
    "json": _colourless(json_report.render),
    "md": _colourless(markdown.render),
    "html": _colourless(html.render),
    "csv": _colourless(csv_report.render),
}
"""By the name `--format` gives them."""
