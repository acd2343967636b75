"""Which commit undoes which, as their lines say, whatever the messages do: one puts back what the other changed.

Two grades. `exact`: the lines it took out are those the other added, and the lines it added those the other took
out, none missing and none more. `inferred`: COVERAGE of the other's lines and no little of its own (PURITY), of a
change of SUBSTANCE that not the same author made within the hour. Blank lines and generated files say nothing. Only
earlier commits are named, of several alike the latest.

Of forty such pairs without a word in the message that we read, 24 took a change back: version numbers, switches
and generated text come and go too. So these rows are shown (`ai-quality facts reverts`) and no rate counts them.
Pure: no process, no clock. Measured in docs/accuracy.md.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from ai_quality.facts.lines import BLANK, LineBook
from ai_quality.facts.paths import UNCOUNTED
from ai_quality.facts.reverts import Revert
from ai_quality.model import Commit

COVERAGE = 0.9
"""Share of a change's lines that must be undone: 92.4 % of 3,929 declared reverts undo that many."""

PURITY = 0.5
"""Share of the undoing commit's own lines that undo; the rest of a declared revert is mostly what has changed since."""

SUBSTANCE = 3
"""Lines that a change must have, unless it is undone exactly: shorter ones toggle."""

AT_ONCE = 3600
"""Seconds within which an author who takes lines back is still writing."""


class Inverse(NamedTuple):
    """`revert` undoes `reverted`, both commit numbers; shares of the latter's lines undone, of the former's undoing."""

    revert: int
    reverted: int
    evidence: str
    coverage: float
    purity: float


def content_reverts(
    book: LineBook, kinds: Mapping[str, str], commits: Sequence[Commit], told: Sequence[Revert]
) -> Iterator[Revert]:
    """Yield the pairs that lines tell of and messages do not (`told`); `commits` are the landed ones, parents first."""
    by_message = {one.revert for one in told if not one.partial}
    undone_again = {one.reverted: one.revert for one in told if not one.partial and not one.reinstated_by}
    for found in find_inverses(book, kinds, len(commits)):
        revert, reverted = commits[found.revert - 1], commits[found.reverted - 1]
        if revert.sha in by_message or len(revert.parents) > 1:
            continue
        if found.evidence == "exact" or not _is_still_writing(revert, reverted):
            yield Revert(revert.sha, reverted.sha, found.evidence, undone_again.get(revert.sha), partial=False)


def _is_still_writing(revert: Commit, reverted: Commit) -> bool:
    same = revert.author.email.lower() == reverted.author.email.lower()
    return same and abs(revert.author_time - reverted.author_time) < AT_ONCE


def find_inverses(book: LineBook, kinds: Mapping[str, str], commits: int) -> Iterator[Inverse]:
    """Yield every commit from 1 to `commits` whose lines undo those of an earlier one, with that one."""
    added, ended = _added(book, kinds, commits), _ended(book, kinds, commits)
    earlier: dict[tuple[int, int, int, int], int] = {}
    for commit in range(1, commits + 1):
        mine = _sums(book, added[commit], ended[commit])
        if added[commit] or ended[commit]:
            exact = earlier.get((*mine[2:], *mine[:2]))
            if exact and _undoes(book, added, ended, commit, exact) == (1.0, 1.0):
                yield Inverse(commit, exact, "exact", 1.0, 1.0)
            elif found := _nearly(book, added, ended, commit):
                yield found
            earlier[mine] = commit


def _added(book: LineBook, kinds: Mapping[str, str], commits: int) -> list[list[int]]:
    """Commit → the lines with text that it added to counted files."""
    added: list[list[int]] = [[] for _ in range(commits + 1)]
    counted = [kinds[path] not in UNCOUNTED for path in book.paths]
    flags = book.flags
    for commit, path, first, size in book.births:
        if commit <= commits and counted[path]:
            added[commit] += [line for line in range(first, first + size) if not flags[line] & BLANK]
    return added


def _ended(book: LineBook, kinds: Mapping[str, str], commits: int) -> list[list[int]]:
    """Commit → the lines with text that it took out of counted files."""
    counted = bytearray(len(book.born))
    for _, path, first, size in book.births:
        if kinds[book.paths[path]] not in UNCOUNTED:
            counted[first : first + size] = b"\1" * size
    flags = book.flags
    return [
        [],
        *(
            [line for line in book.died_in(n) if counted[line] and not flags[line] & BLANK]
            for n in range(1, commits + 1)
        ),
    ]


def _sums(book: LineBook, added: Sequence[int], ended: Sequence[int]) -> tuple[int, int, int, int]:
    """A fingerprint in which the two sides of an inverse change places: equal texts have equal sums in any order."""
    text = book.content.__getitem__
    return sum(map(text, added)), len(added), sum(map(text, ended)), len(ended)


def _nearly(book: LineBook, added: list[list[int]], ended: list[list[int]], commit: int) -> Inverse | None:
    """The commit whose lines this one took out most of, if it undoes most of it and does little else."""
    owners = Counter(map(book.born.__getitem__, ended[commit]))
    for earlier, lines in owners.most_common(1):
        size = len(added[earlier]) + len(ended[earlier])
        if earlier < commit and size >= SUBSTANCE and lines >= COVERAGE * len(added[earlier]):
            coverage, purity = _undoes(book, added, ended, commit, earlier)
            if coverage >= COVERAGE and purity >= PURITY:
                return Inverse(commit, earlier, "inferred", coverage, purity)
    return None


def _undoes(
    book: LineBook, added: list[list[int]], ended: list[list[int]], commit: int, earlier: int
) -> tuple[float, float]:
    """Return the share of the earlier commit's lines that this one undid, and the share of its own that undid them."""
    text = book.content.__getitem__
    taken = Counter(map(text, ended[commit])) & Counter(map(text, added[earlier]))
    back = Counter(map(text, added[commit])) & Counter(map(text, ended[earlier]))
    undone = taken.total() + back.total()
    return (
        undone / ((len(added[earlier]) + len(ended[earlier])) or 1),
        undone / ((len(added[commit]) + len(ended[commit])) or 1),
    )
