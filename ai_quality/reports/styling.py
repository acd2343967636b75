"""Bold, dim and no other style of a terminal, around lines made harmless."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from ai_quality.reports.safe import printable, tamed

WIDTH = 100
"""Columns, which no text for a terminal is wider than."""

BOLD, DIM, _END = "\x1b[1m", "\x1b[2m", "\x1b[0m"


def styled(parts: Iterable[tuple[str, Sequence[str]]], *, colour: bool) -> str:
    """Return blocks of lines in their styles, made harmless."""
    lines = [(style, tamed(printable(line))) for style, block in parts for line in block]
    return "".join(f"{style}{line}{_END}\n" if colour and style and line else f"{line}\n" for style, line in lines)
