"""Which commits introduced what a fix mended: said in its message, else traced through the lines it ended.

Tracing is SZZ on line lives (Sliwerski, Zimmermann, Zeller 2005; variants and measured accuracy in
docs/accuracy.md), in five steps:

1. Evidence is every line the fix took out, and a quarter of every line beside a place where it only inserted.
   Comments, tests and docs count: what stood beside the fault tells as well. Blank lines do not, nor do
   lock, vendored and generated files.
2. A line belongs to the commit that first wrote it. One that a revert or an ignored commit brought back is
   followed to the original, and so is one that a commit only moved: it took out the same text elsewhere.
3. Never blamed are the fix itself, what was committed within a minute of it (a series of patches is made
   before it is applied) and the commits the owners told blame to ignore.
4. Evidence fades with age: a commit weighs its lines over the square root of the days between it and the fix.
5. The commit that holds half of all weight is named. Where nobody does, nobody is.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from math import sqrt
from typing import NamedTuple

from ai_quality.facts import paths
from ai_quality.facts.lines import BLANK, LineBook

BESIDE = 0.25
"""What a line beside an insertion weighs against one taken out; from .1 to .5 F1 stays within .01."""

MAJORITY = 0.5
"""Share of the weight a commit needs; naming the heaviest whatever it holds costs precision and wins no F1."""

ONE_GO = 60
"""Seconds. Of 31 commits made in the very second of the fix that lines pointed at, none was the cause."""

REMEMBERED = 1 << 13
"""Commits whose texts taken out are kept at hand; the 2,176 fixes of pytest ask 8,755 times for those of 4,456."""

DAY = 86_400


class Cause(NamedTuple):
    """A commit blamed by a fix, and how many of its lines the fix ended: none where it only inserted beside them."""

    commit: int
    lines: int


class Tracer:
    """Traces fixes. Commits go by their numbers; the path of a line is where it was born."""

    def __init__(
        self, book: LineBook, kinds: Mapping[str, str], skipped: Iterable[int], committed: Sequence[int]
    ) -> None:
        """`skipped` are never blamed (the owners told blame to ignore them); `committed` are times, 0 if unknown."""
        self._book, self._committed = book, committed
        self._counted = paths.counted(book.paths, kinds)
        self._starts = [birth.first for birth in book.births]
        self._skipped = frozenset(skipped)
        self._taken_out_by = lru_cache(REMEMBERED)(self._texts_taken_out_by)

    def trace(self, fix: int) -> tuple[Cause, ...]:
        """Return the commit that introduced what `fix` mended, or nothing when its lines do not tell."""
        ended, beside = self._writers(fix, self._book.died_in(fix)), self._writers(fix, self._book.near(fix))
        weights = {
            commit: (ended[commit] + BESIDE * beside[commit]) / sqrt(1 + self._days(commit, fix))
            for commit in sorted(ended | beside, reverse=True)  # of two alike the newer is named
        }
        if not weights:
            return ()
        heaviest = max(weights, key=weights.__getitem__)
        named = weights[heaviest] >= MAJORITY * sum(weights.values())
        return (Cause(heaviest, ended[heaviest]),) if named else ()

    def lines_of(self, fix: int, commit: int) -> int:
        """Return how many lines of `commit` the fix ended, whatever they are."""
        return sum(1 for line in self._book.died_in(fix) if self._writer(line) == commit)

    def _writers(self, fix: int, lines: Iterable[int]) -> Counter[int]:
        book, found = self._book, Counter[int]()
        for line in lines:
            if book.flags[line] & BLANK or not self._counted[book.births[bisect_right(self._starts, line) - 1].path]:
                continue
            commit = self._writer(line)
            if commit not in self._skipped and not self._in_one_go(commit, fix):
                found[commit] += 1
        return found

    def _writer(self, line: int) -> int:
        """Follow a line back through reverts, ignored commits and moves to the commit that first wrote it."""
        book = self._book
        while True:
            first = book.origin(line)
            commit = book.born[first]
            earlier = self._taken_out_by(commit).get(book.content[first])
            if earlier is None:
                return commit
            line = earlier

    def _texts_taken_out_by(self, commit: int) -> dict[int, int]:
        """Text → the first line of that text which a commit took out; it may have put it down elsewhere."""
        book = self._book
        return {book.content[line]: line for line in reversed(book.died_in(commit)) if book.born[line] < commit}

    def _in_one_go(self, commit: int, fix: int) -> bool:
        known = self._committed[commit] and self._committed[fix]
        return commit == fix or bool(known and abs(self._committed[fix] - self._committed[commit]) <= ONE_GO)

    def _days(self, commit: int, fix: int) -> float:
        return max(0, self._committed[fix] - self._committed[commit]) / DAY
