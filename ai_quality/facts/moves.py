"""Which lines a commit only moved: blocks that it takes out in one place and puts down, as they were, in another.

`git blame -w` gives such lines to who moved them; as an outcome they are neither rewritten nor new work
(decisions/0023). A block is at least FEWEST lines that are not blank, taken out one after another and put down in a
row, in the same order, white space aside; fewer are what any two pieces of code share. Pure.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby
from operator import itemgetter

from ai_quality.facts.lines import BLANK, CONTINUES, LineBook

FEWEST = 3
"""Lines of a block. On fastmcp 16 % of what went within 21 days were blocks of three, 12 % blocks of ten or more."""

MOST_STARTS = 20
"""Places of one text that are tried as a block's start: a file of one line repeated has as many as lines."""


def moved(book: LineBook) -> dict[int, int]:
    """Return line taken out → the line put down in its place, of all commits.

    What a revert brings back is not asked about; where it carries on a line that was moved, too, the revert's wins.
    """
    found: dict[int, int] = {}
    content = book.content
    for commit, births in groupby(book.births, key=itemgetter(0)):
        lines = book.died_in(commit)
        if len(lines) < FEWEST:
            continue
        texts, taken = {content[line] for line in lines}, None
        for _, _, first, size in births:
            if size >= FEWEST and not texts.isdisjoint(content[first : first + size]):
                taken = taken or _Taken(book, lines)
                found.update(taken.blocks(_of_text(book, range(first, first + size))))
    return found


def _of_text(book: LineBook, lines: Sequence[int]) -> list[int]:
    return [line for line in lines if not book.flags[line] & BLANK]


class _Taken:
    """What one commit took out, in file order; each line is put down once."""

    def __init__(self, book: LineBook, lines: Sequence[int]) -> None:
        self._book = book
        self._lines = _of_text(book, lines)
        self._starts: dict[int, list[int]] = {}
        for place, line in enumerate(self._lines):
            self._starts.setdefault(book.content[line], []).append(place)
        self._used = bytearray(len(self._lines) + 1)

    def blocks(self, fresh: Sequence[int]) -> Iterator[tuple[int, int]]:
        """Yield (old, new) of every block of lines that stands, in its order, among those put down in a run."""
        at, content = 0, self._book.content
        while at <= len(fresh) - FEWEST:
            starts = self._starts.get(content[fresh[at]])
            size, place = max((self._alike(one, fresh, at), -one) for one in starts[:MOST_STARTS]) if starts else (0, 0)
            if size < FEWEST:
                at += 1
                continue
            for step in range(size):
                self._used[step - place] = 1
                old, new = self._lines[step - place], fresh[at + step]
                if not self._book.flags[new] & CONTINUES:
                    yield old, new
            at += size

    def _alike(self, place: int, fresh: Sequence[int], at: int) -> int:
        """How many lines from a place on, and not yet put down elsewhere, are those put down from `at` on."""
        content, size = self._book.content, 0
        most = min(len(self._lines) - place, len(fresh) - at)
        while (
            size < most
            and not self._used[place + size]
            and content[self._lines[place + size]] == content[fresh[at + size]]
        ):
            size += 1
        return size
