"""From the book of lines to rows: line lives, the tip's owners, and how many lines each commit landed.

Line lives and owners are the many rows of a run. They leave here as numbers, and `line_lives.sql` and `owners.sql` put
in what the numbers stand for: DuckDB does so in a tenth of the time that writing 40-character ids as text takes.
"""

from __future__ import annotations

from array import array
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import chain, groupby
from operator import itemgetter
from typing import NamedTuple

from ai_quality.facts import paths
from ai_quality.facts.keyed import Given, Keyed
from ai_quality.facts.landings import Landings
from ai_quality.facts.lines import BLANK, CONTINUES, LineBook
from ai_quality.facts.provenance import Version
from ai_quality.model import Commit


class Fate(NamedTuple):
    """Lines that one commit added to one file and that went the same way; path and commits by their numbers."""

    path: int
    born: int
    ended: int
    gone: int
    flags: int
    lines: int


def fates(book: LineBook, moved: Mapping[int, int]) -> Iterator[Fate]:
    """Group the lines of every birth by what became of them, in order of birth; `moved` are those of `moves`."""
    gone, flags_of = array("I", book.ended), bytearray(book.flags)
    for line in moved.values():
        flags_of[line] |= CONTINUES
    for line in chain(moved, book.next):
        gone[line] = book.ended[book.last(line, moved)]
    for (commit, path), births in groupby(book.births, key=itemgetter(0, 1)):
        counted: Counter[tuple[int, int, int]] = Counter()
        for _, _, first, count in births:
            run = slice(first, first + count)
            counted.update(zip(book.ended[run], gone[run], flags_of[run], strict=True))
        for (ended, really, flags), lines in counted.items():
            yield Fate(path, commit, ended, really, flags, lines)


def landed_times(history: Sequence[Commit], shape: Landings) -> list[int | None]:
    """Return commit number → committer time of its landing, None where there is none or git cannot tell."""
    return [None, *((history[landing - 1].commit_time or None) if landing else None for landing in shape.landed[1:])]


def landed_lines(fates_of_all: Iterable[Fate], shape: Landings, counts: Sequence[bool]) -> Counter[int]:
    """Return commit number → its non-blank counted lines that were there when its unit landed.

    For a commit that never landed (a pull request's own) these are the lines alive at the head. `counts` says by the
    number of a path whether its lines are counted.
    """
    counted: Counter[int] = Counter()
    for path, born, ended, _, flags, lines in fates_of_all:
        if flags & (BLANK | CONTINUES) or not counts[path]:
            continue
        if not ended or shape.landed[ended] != shape.landed[born]:
            counted[born] += lines
    return counted


def numbered(history: Sequence[Commit], shape: Landings) -> Given:
    """Every commit by its number: id, time of its landing, did it land?"""
    times = landed_times(history, shape)
    return Given(
        "number BIGINT, sha VARCHAR, landed BIGINT, lands BOOLEAN",
        ((number, commit.sha, times[number], shape.landed[number] > 0) for number, commit in enumerate(history, 1)),
    )


def line_lives(every_fate: Iterable[Fate], book: LineBook, kinds: Mapping[str, str]) -> Keyed:
    """Fates of landed commits as rows a person can inspect; times are those of the landings."""
    counted = paths.counted(book.paths, kinds)
    columns = "row BIGINT, path BIGINT, born BIGINT, ended BIGINT, gone BIGINT, flags BIGINT, lines BIGINT"
    return Keyed("line_lives.sql", {
        "placed": Given(
            "number BIGINT, path VARCHAR, kind VARCHAR, counted BOOLEAN",
            ((at, path, kinds[path], counted[at]) for at, path in enumerate(book.paths)),
        ),
        "fates": Given(columns, ((at, *fate) for at, fate in enumerate(every_fate))),
    })  # fmt: skip


def owners(state: Iterable[tuple[str, Version]], book: LineBook) -> Keyed:
    """The tip's lines as runs of one owner, file by file, as `git blame -w` would name them."""
    files = sorted(state, key=itemgetter(0))
    runs = (run for at, (_, version) in enumerate(files) for run in _runs(at, version.lines or (), book))
    return Keyed("owners.sql", {
        "names": Given("number BIGINT, path VARCHAR", enumerate(path for path, _ in files)),
        "runs_of": Given("file BIGINT, first_line BIGINT, lines BIGINT, born BIGINT", runs),
    })  # fmt: skip


def _runs(file: int, lines: Iterable[int], book: LineBook) -> Iterator[tuple[int, int, int, int]]:
    at = 1
    for commit, run in groupby(lines, key=book.born.__getitem__):
        count = sum(1 for _ in run)
        yield file, at, count, commit
        at += count
