"""Which commit undoes which, as their content says, whatever the messages do: one puts back what the other changed.

Two grades. `exact`: every file goes back to the blob it had, or the lines taken out are those the other added and the
lines added those it took out, none missing and none more (the text around may have moved on). `inferred`: COVERAGE of
the other's lines and no little of its own (PURITY), of a change of SUBSTANCE that not the same author made within the
hour. Blank lines and generated files say nothing. Only earlier commits are named, of several alike the latest.

Of forty such pairs without a word in the message that we read, 24 took a change back: version numbers, switches
and generated text come and go too. So these rows are shown (`ai-quality facts reverts`) and no rate counts them.
Pure: no process, no clock. Measured in docs/accuracy.md.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import compress
from typing import NamedTuple

from ai_quality.facts import paths
from ai_quality.facts.lines import BLANK, LineBook
from ai_quality.facts.paths import UNCOUNTED
from ai_quality.facts.reverts import Revert, settled
from ai_quality.model import Commit, FileDiff

COVERAGE = 0.9
"""Share of a change's lines that must be undone: 92.4 % of 3,929 declared reverts undo that many."""

PURITY = 0.5
"""Share of the undoing commit's own lines that undo; the rest of a declared revert is mostly what has changed since."""

SUBSTANCE = 3
"""Lines that a change must have, unless it is undone exactly: shorter ones toggle."""

AT_ONCE = 3600
"""Seconds within which an author who takes lines back is still writing."""

KEPT = 8
"""Texts by which it is remembered who took them out; a commit that puts nine in ten back has one of them."""


HAS_TEXT = bytes(not flags & BLANK for flags in range(256))
"""Flags of a line → 1 if it says something."""


class Touch(NamedTuple):
    """What a commit did to one file: text lines added and taken out."""

    path: str
    added: int
    deleted: int


class Outline(NamedTuple):
    """What a commit did to whole files, as a hash of their blobs before and after; `undone` is what its revert has."""

    done: int
    undone: int


class Inverse(NamedTuple):
    """`revert` undoes `reverted`, both commit numbers; shares of the latter's lines undone, of the former's undoing."""

    revert: int
    reverted: int
    evidence: str
    coverage: float
    purity: float


class Changed(NamedTuple):
    """The lines with text that a commit added to counted files and took out of them, and what it did to whole files."""

    added: list[int]
    ended: list[int]
    files: Outline | None
    """None where it touched no counted file."""

    @property
    def size(self) -> int:
        """Lines changed."""
        return len(self.added) + len(self.ended)


def outline(diffs: Iterable[FileDiff]) -> Outline:
    """Return what the diffs of one commit did to whole files."""
    ways = [(row.old_path, row.old_blob, row.new_path, row.new_blob) for row, *_ in diffs]
    return Outline(hash(frozenset(ways)), hash(frozenset([way[2:] + way[:2] for way in ways])))


def content_reverts(
    book: LineBook, changed: Sequence[Changed], commits: Sequence[Commit], told: Sequence[Revert]
) -> Iterator[Revert]:
    """Yield the pairs that content tells of and messages do not (`told`); `commits` are landed ones, parents first.

    A revert that another row undid in its turn says so, whichever of the two kinds that row is of.
    """
    by_message = {one.revert for one in told if not one.partial}
    found = []
    for one in find_inverses(book, changed):
        revert, reverted = commits[one.revert - 1], commits[one.reverted - 1]
        is_told = revert.sha in by_message or len(revert.parents) > 1
        if not is_told and (one.evidence == "exact" or not _is_still_writing(revert, reverted)):
            found.append(Revert(revert.sha, reverted.sha, one.evidence, None, partial=False))
    place = {commit.sha: at for at, commit in enumerate(commits)}
    every = sorted((*told, *found), key=lambda row: place[row.revert])
    yield from (row for row in settled(every) if row.evidence in ("exact", "inferred"))


def _is_still_writing(revert: Commit, reverted: Commit) -> bool:
    same = revert.author.email.lower() == reverted.author.email.lower()
    return same and abs(revert.author_time - reverted.author_time) < AT_ONCE


def changes_of(
    book: LineBook, kinds: Mapping[str, str], outlines: Sequence[Outline], touched: Sequence[Sequence[Touch]]
) -> list[Changed]:
    """Return what each of the first commits changed, as many as there are `outlines`; `touched` are their files."""
    counted = paths.counted(book.paths, kinds)
    lines = bytearray(len(book.born))
    changed = [
        Changed([], [], files if any(kinds[touch.path] not in UNCOUNTED for touch in touches) else None)
        for files, touches in zip(outlines, touched, strict=False)
    ]
    for commit, path, first, size in book.births:
        if counted[path]:
            lines[first : first + size] = told = book.flags[first : first + size].translate(HAS_TEXT)
            if commit <= len(changed):
                changed[commit - 1].added.extend(compress(range(first, first + size), told))
    for number, one in enumerate(changed, 1):
        died = book.died_in(number)
        one.ended.extend(compress(died, map(lines.__getitem__, died)))
    return changed


def find_inverses(book: LineBook, changed: Sequence[Changed]) -> Iterator[Inverse]:
    """Yield every commit that undoes an earlier one, with that one; `changed` by commit number - 1."""
    by_files: dict[int, int] = {}
    by_lines: dict[tuple[int, int, int, int], int] = {}
    took_out: dict[int, int] = {}
    for commit, mine in enumerate(changed, 1):
        if mine.files is None:
            continue
        sums = _sums(book, mine.added), len(mine.added), _sums(book, mine.ended), len(mine.ended)
        exact = by_files.get(mine.files.undone)
        if not exact and mine.size:
            exact = by_lines.get((*sums[2:], *sums[:2]))
        if exact and (by_files.get(mine.files.undone) or _undoes(book, mine, changed[exact - 1]) == (1.0, 1.0)):
            yield Inverse(commit, exact, "exact", 1.0, 1.0)
        elif found := _nearly(book, changed, commit, took_out):
            yield found
        by_files[mine.files.done] = by_lines[sums] = commit
        for text in _first_texts(book, mine.ended):
            took_out[text] = commit


def _first_texts(book: LineBook, lines: Iterable[int]) -> dict[int, None]:
    found: dict[int, None] = {}
    for line in lines:
        found[book.content[line]] = None
        if len(found) == KEPT:
            break
    return found


def _sums(book: LineBook, lines: Iterable[int]) -> int:
    """A fingerprint of texts in any order."""
    return sum(map(book.content.__getitem__, lines))


def _nearly(book: LineBook, changed: Sequence[Changed], commit: int, took_out: Mapping[int, int]) -> Inverse | None:
    """Look at whose lines this commit took out most of, and at who had taken out what it put back."""
    mine = changed[commit - 1]
    if mine.size < COVERAGE * SUBSTANCE:
        return None
    writers = Counter(map(book.born.__getitem__, mine.ended))
    texts = dict.fromkeys(map(book.content.__getitem__, mine.added))  # each once: a thousand braces are one text
    takers = Counter(filter(None, map(took_out.get, texts)))
    for earlier in (*_two_most(writers), *_two_most(takers)):
        if earlier < commit and _can_undo(mine, changed[earlier - 1]):
            coverage, purity = _undoes(book, mine, changed[earlier - 1])
            if coverage >= COVERAGE and purity >= PURITY:
                return Inverse(commit, earlier, "inferred", coverage, purity)
    return None


def _two_most(counted: Counter[int]) -> list[int]:
    """As `most_common(2)`, which takes a heap for two of three."""
    return sorted(counted, key=counted.__getitem__, reverse=True)[:2]


def _can_undo(mine: Changed, theirs: Changed) -> bool:
    """Are there lines enough, whatever they say?"""
    most = min(len(mine.ended), len(theirs.added)) + min(len(mine.added), len(theirs.ended))
    return theirs.size >= SUBSTANCE and most >= COVERAGE * theirs.size and most >= PURITY * mine.size


def _undoes(book: LineBook, mine: Changed, theirs: Changed) -> tuple[float, float]:
    """Return the share of the earlier commit's lines that this one undid, and the share of its own that undid them."""
    undone = _alike(book, mine.ended, theirs.added)
    if undone + min(len(mine.added), len(theirs.ended)) >= COVERAGE * theirs.size:  # else the rest cannot help
        undone += _alike(book, mine.added, theirs.ended)
    return undone / (theirs.size or 1), undone / (mine.size or 1)


def _alike(book: LineBook, some: Sequence[int], others: Sequence[int]) -> int:
    """How many lines of the one have a line of the other to themselves that says the same."""
    text = book.content.__getitem__
    return (Counter(map(text, some)) & Counter(map(text, others))).total() if some and others else 0
