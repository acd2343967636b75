"""Aligned tables and wrapped lines for a terminal, in the columns a terminal takes: a CJK character has two."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from itertools import accumulate, takewhile

from ai_quality.reports.safe import printable, tamed
from ai_quality.reports.words import DASH, MINUS

_NUMBER = re.compile(rf"[-+{MINUS}]?[\d,.]*\d(?: ?%)?|[-{DASH}]?")


def text_table(
    headers: Sequence[str], rows: Iterable[Sequence[str]], *, align: str | None = None, gap: str = "  "
) -> str:
    """Return a table as lines: cells made printable, columns aligned, no blanks at line ends.

    `align` has `l` or `r` a column; without it columns of numbers go to the right. No headers, no head line.
    ValueError if the lines differ in their number of cells.
    """
    lines = [[printable(cell) for cell in line] for line in ([headers, *rows] if headers else rows)]
    cells = list(zip(*lines, strict=True))
    widths = [max(map(columns, column)) for column in cells]
    sides = align or "".join(_side(column[bool(headers) :]) for column in cells)
    return "\n".join(
        tamed(gap.join(_padded(*cell) for cell in zip(line, widths, sides, strict=True)).rstrip()) for line in lines
    )


def grouped(
    heads: Sequence[str], groups: Sequence[Sequence[Sequence[str]]], aligns: Sequence[str], *, gap: str = "  "
) -> list[str]:
    """Return a table's lines whose columns come in groups with one head each, aligned within their group.

    A group is a row of cells a line, all groups with as many rows; `aligns` has each group's sides.
    """
    blocks = [
        text_table((), group, align=align, gap=" ").split("\n") if group else []
        for group, align in zip(groups, aligns, strict=True)
    ]
    return text_table(heads, zip(*blocks, strict=True), align="l" * len(heads), gap=gap).split("\n")


def columns(text: str) -> int:
    """How many columns a terminal takes for `text`."""
    return len(text) if text.isascii() else sum(map(_columns, text))


def clipped(text: str, width: int) -> str:
    """Return `text` in at most `width` columns, with an ellipsis where something is missing."""
    return text if columns(text) <= width else text[: _fitting(text, width - 1)].rstrip() + "…"


def wrapped(text: str, width: int, *, indent: str = "") -> list[str]:
    """Return `text` in lines of at most `width` columns; the first keeps its own indent, the others get `indent`."""
    lines: list[str] = []
    line = text[: len(text) - len(text.lstrip())]
    for word in _words(text, width - columns(indent)):
        longer = f"{line} {word}" if line.strip() else line + word
        if columns(longer) <= width:
            line = longer
        else:
            lines.append(line)
            line = indent + word
    return [*lines, line] if line.strip() else lines


def _words(text: str, width: int) -> Iterator[str]:
    """The words, those longer than a line cut."""
    for word in text.split():
        rest = word
        while columns(rest) > width:
            end = max(1, _fitting(rest, width))
            yield rest[:end]
            rest = rest[end:]
        yield rest


def _fitting(text: str, width: int) -> int:
    """How many characters from the start fit."""
    return sum(1 for _ in takewhile(lambda used: used <= width, accumulate(map(_columns, text))))


def _side(cells: Sequence[str]) -> str:
    return "r" if any(cells) and all(_NUMBER.fullmatch(cell) for cell in cells) else "l"


def _padded(cell: str, width: int, side: str) -> str:
    blank = " " * (width - columns(cell))
    return blank + cell if side == "r" else cell + blank


def _columns(character: str) -> int:
    if unicodedata.category(character) in {"Mn", "Me", "Cf"}:
        return 0
    return 2 if unicodedata.east_asian_width(character) in "WF" else 1
