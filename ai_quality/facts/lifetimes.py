"""From the book of lines to rows: line lives, the tip's owners, and how many lines each commit landed."""

from __future__ import annotations

from array import array
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import groupby
from operator import itemgetter
from typing import NamedTuple

from ai_quality.facts.landings import Landings
from ai_quality.facts.lines import BLANK, COMMENT, CONTINUES, LineBook
from ai_quality.facts.paths import UNCOUNTED
from ai_quality.facts.provenance import Version
from ai_quality.model import Commit, LineLife, Owner


class Fate(NamedTuple):
    """Lines that one commit added to one file and that went the same way, by commit numbers."""

    path: str
    born: int
    ended: int
    gone: int
    flags: int
    lines: int


def fates(book: LineBook, moved: Mapping[int, int] | None = None) -> Iterator[Fate]:
    """Group the lines of every birth by what became of them, in order of birth; `moved` are those of `moves`."""
    gone, flags_of, further = array("I", book.ended), bytearray(book.flags), {**(moved or {}), **book.next}
    for line in (moved or {}).values():
        flags_of[line] |= CONTINUES
    for line, last in further.items():
        while last in further:
            last = further[last]  # noqa: PLW2901 (followed to its end)
        gone[line] = book.ended[last]
    for (commit, path), births in groupby(book.births, key=itemgetter(0, 1)):
        counted: Counter[tuple[int, int, int]] = Counter()
        for _, _, first, count in births:
            run = slice(first, first + count)
            counted.update(zip(book.ended[run], gone[run], flags_of[run], strict=True))
        for (ended, really, flags), lines in counted.items():
            yield Fate(book.paths[path], commit, ended, really, flags, lines)


def line_lives(
    fates_of_all: Iterable[Fate], history: Sequence[Commit], shape: Landings, kinds: Mapping[str, str]
) -> Iterator[LineLife]:
    """Turn fates of landed commits into rows a person can inspect; times are those of the landings."""
    ids = [None, *(commit.sha for commit in history)]
    times = landed_times(history, shape)
    for path, born, ended, gone, flags, lines in fates_of_all:
        if shape.landed[born]:
            kind = kinds[path]
            yield LineLife(
                path, kind, kind not in UNCOUNTED, ids[born] or "", ids[ended], ids[gone],
                times[born], times[ended], times[gone],
                bool(flags & BLANK), bool(flags & (BLANK | COMMENT)), bool(flags & CONTINUES), lines,
            )  # fmt: skip


def landed_times(history: Sequence[Commit], shape: Landings) -> list[int | None]:
    """Return commit number → committer time of its landing, None where there is none or git cannot tell."""
    return [None, *((history[landing - 1].commit_time or None) if landing else None for landing in shape.landed[1:])]


def landed_lines(fates_of_all: Iterable[Fate], shape: Landings, kinds: Mapping[str, str]) -> Counter[int]:
    """Return commit number → its non-blank counted lines that were there when its unit landed.

    For a commit that never landed (a pull request's own) these are the lines alive at the head.
    """
    counted: Counter[int] = Counter()
    for path, born, ended, _, flags, lines in fates_of_all:
        if flags & (BLANK | CONTINUES) or kinds[path] in UNCOUNTED:
            continue
        if not ended or shape.landed[ended] != shape.landed[born]:
            counted[born] += lines
    return counted


def owners(state: Iterable[tuple[str, Version]], book: LineBook, history: Sequence[Commit]) -> Iterator[Owner]:
    """Yield the tip's lines as runs of one owner, file by file, as `git blame -w` would name them."""
    for path, version in sorted(state, key=lambda item: item[0]):
        at = 1
        for commit, run in groupby(version.lines or (), key=book.born.__getitem__):
            count = sum(1 for _ in run)
            yield Owner(path, at, count, history[commit - 1].sha)
            at += count
