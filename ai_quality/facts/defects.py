"""Which commits introduced what a fix mended: said in its message, else traced through the lines it ended.

Tracing is SZZ on line lives (Sliwerski, Zimmermann, Zeller 2005; variants and measured accuracy in
docs/accuracy.md): of the lines a fix took out, leaving out blank lines, comments and files that are no
product source, the commit that added most of them most recently is named. A fix that only inserted is
traced by the lines next to its insertions. The fix's own change is never blamed, and a line that a revert
or an ignored commit brought back is followed to the commit that wrote it first.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter
from collections.abc import Iterable, Mapping
from typing import NamedTuple

from ai_quality.facts.landings import Landings
from ai_quality.facts.lines import BLANK, COMMENT, LineBook
from ai_quality.facts.paths import PRODUCT

SHARE_WEIGHT = 0.5
"""Weight of the share of lines against recency; .5 to .7 is within .01 F1 of the best on two oracles."""


class Cause(NamedTuple):
    """A commit blamed by a fix, and how many of its lines the fix ended."""

    commit: int
    lines: int


class Tracer:
    """Traces fixes; the path of a line is where it was born."""

    def __init__(self, book: LineBook, shape: Landings, kinds: Mapping[str, str], skipped: Iterable[int]) -> None:
        """`skipped` are commits never to be blamed (those the owners told blame to ignore)."""
        self._book, self._shape = book, shape
        self._kinds = [kinds[path] for path in book.paths]
        self._starts = [birth.first for birth in book.births]
        self._skipped = frozenset(skipped)

    def trace(self, fix: int) -> tuple[Cause, ...]:
        """Return the commit that introduced what `fix` mended, or nothing when its lines do not tell."""
        blamed = self._owners(fix, self._book.died_in(fix)) or self._owners(fix, self._book.near(fix))
        if not blamed:
            return ()
        total = sum(blamed.values())
        newest_first = sorted(blamed, reverse=True)
        recency = {commit: 1 - place / len(newest_first) for place, commit in enumerate(newest_first)}
        best = max(
            newest_first,
            key=lambda commit: SHARE_WEIGHT * blamed[commit] / total + (1 - SHARE_WEIGHT) * recency[commit],
        )
        return (Cause(best, blamed[best]),)

    def lines_of(self, fix: int, commit: int) -> int:
        """Return how many lines of `commit` the fix ended, whatever they are."""
        origin, born = self._book.origin, self._book.born
        return sum(1 for line in self._book.died_in(fix) if born[origin(line)] == commit)

    def _owners(self, fix: int, lines: Iterable[int]) -> Counter[int]:
        book, landed = self._book, self._shape.landed
        found: Counter[int] = Counter()
        for line in lines:
            first = book.origin(line)
            commit = book.born[first]
            if book.flags[line] & (BLANK | COMMENT) or commit in self._skipped or commit == fix:
                continue
            if landed[fix] and landed[commit] == landed[fix]:
                continue
            if self._kinds[book.births[bisect_right(self._starts, line) - 1].path] in PRODUCT:
                found[commit] += 1
        return found
