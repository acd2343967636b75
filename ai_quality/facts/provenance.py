"""Fold over history: which commit added each line, and which commit ended it. The heart of the program.

In: commits in topological order with their diffs. Out: a LineBook. A file's state is a persistent map
path → version, so a branch costs nothing and each commit sees exactly its own parents' files (a map keyed
by path and blob alone credits the wrong commit when a revert makes an old blob again). A merge takes a
file whole from the first parent that has the same blob, as `git blame` does; only files unlike every
parent are asked about. Ends are settled at landings: a line is over when the mainline loses it, and the
commit to name is the one, among those that land there, which took it out.
"""

from __future__ import annotations

import functools
from array import array
from bisect import bisect_left
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from typing import NamedTuple, TypeAlias

from rpds import HashTrieMap

from ai_quality.errors import HistoryGarbled
from ai_quality.facts.lines import LineBook
from ai_quality.model import Commit, FileDiff, MergeDiff

SYMLINK = "120000"
SNIFFED = 8000
"""Bytes in which git looks for a NUL, which makes a file binary (xdiff-interface.c)."""
NOTHING: array[int] = array("I")


class Way(NamedTuple):
    """What a side branch did to a file it found on the mainline as `base`: lines taken out and put in, some of both."""

    base: array[int]
    gone: array[int]
    come: array[int]


class Version(NamedTuple):
    """A file as one commit has it: blob id and its lines' numbers; None lines: binary, or not read yet."""

    blob: str
    lines: array[int] | None
    since: int = 0
    """The commit that made it of a binary file: git shows no text of that step, even if it is text since then."""
    way: Way | None = None
    """How it came of the mainline's file; None where that would have to be found out."""


State: TypeAlias = "HashTrieMap[str, Version]"
NO_FILES: State = HashTrieMap()


class Plan(NamedTuple):
    """What the fold must know beforehand; commit numbers are 1-based positions in the order of the pass."""

    parents: Sequence[tuple[int, ...]]
    landed: Sequence[int]
    """Commit → the first-parent commit by which it reached the branch; 0 if it never did."""
    reverts: Mapping[int, Sequence[int]]
    ignored: Collection[int]
    keep: Collection[int]
    """Commits whose state is wanted afterwards (the tip)."""


class Questions(NamedTuple):
    """Doors handed in: the fold itself reaches nothing."""

    merge: Callable[[str, bool], list[MergeDiff]]
    blob: Callable[[str], bytes | None]
    comment_marks: Callable[[str], tuple[bytes, ...]]


class Provenance:
    """The fold's state. Feed `commit()` every commit in order, then call `finish()`."""

    def __init__(self, plan: Plan, questions: Questions) -> None:
        """Nothing is read yet."""
        self.book = LineBook()
        self.states: dict[int, State] = {}
        self._plan = plan
        self._ask = questions
        self._readers = [0] * len(plan.parents)
        for parents in plan.parents:
            for parent in parents:
                self._readers[parent] += 1
        self._at = 0
        self.deleted: dict[str, int] = {}
        """How many lines the files had that the last commit deleted; 0 for a binary file."""
        self._died = array("I")
        self._near = array("I")
        self._late: dict[tuple[int, str, str], array[int]] = {}
        self._groups: dict[int, list[int]] = {}
        for number, landing in enumerate(plan.landed):
            if landing and landing != number:
                self._groups.setdefault(landing, []).append(number)

    def commit(self, commit: Commit, diffs: list[FileDiff]) -> None:
        """Take in the next commit; `diffs` are against its first parent, raw rows alone for a merge."""
        self._at += 1
        now, parents = self._at, self._plan.parents[self._at]
        self._died, self._near, self.deleted = array("I"), array("I"), {}
        first_birth = len(self.book.born)
        before = self.states[parents[0]] if parents else NO_FILES
        state = self._merge(commit, diffs) if len(parents) > 1 else self._apply(before, diffs)
        mainline = self._plan.landed[now] == now
        if len(parents) > 1:
            if mainline:
                state = self._land(diffs, before, state)
        else:
            self.book.remove(now, self._died)
            if mainline:
                ended = self.book.ended
                for line in self._died:
                    ended[line] = now
        self.book.close_commit(self._died, self._near)
        self._reinstate(first_birth)
        self.states[now] = state
        for parent in parents:
            self._readers[parent] -= 1
            if not self._readers[parent] and parent not in self._plan.keep:
                del self.states[parent]
        if not self._readers[now] and now not in self._plan.keep:
            del self.states[now]

    def finish(self, tip: int) -> LineBook:
        """Settle lines that never reached the mainline, and check the count: born = living + ended."""
        book, landed = self.book, self._plan.landed
        living = bytearray(len(book.born))
        for version in self.states[tip].values():
            for line in version.lines or ():
                living[line] = 1
        for line in range(1, len(living)):
            if living[line]:
                book.ended[line] = 0
            elif not book.ended[line]:
                book.ended[line] = self._cutter(line, landed[book.born[line]])
        return book

    def _apply(self, before: State, diffs: list[FileDiff]) -> State:
        """An ordinary commit: old versions are read before any is written, so swapped names are safe."""
        state = before
        written: list[tuple[str, Version]] = []
        for diff in diffs:
            change = diff.change
            if change.status == "D" or change.old_path != change.new_path:
                state = state.discard(change.old_path)
            if change.status == "D":
                old = before.get(change.old_path)
                gone = (old.lines or NOTHING) if old else NOTHING
                self._died.extend(gone)
                self.deleted[change.old_path] = len(gone) or self._unfollowed(old, change.old_blob)
            elif change.new_mode != SYMLINK:
                old = None if change.status == "A" else before.get(change.old_path)
                written.append((change.new_path, self._next_version(old, diff)))
        for path, version in written:
            state = state.insert(path, version)
        return state

    def _next_version(self, old: Version | None, diff: FileDiff) -> Version:
        change, blob = diff.change, diff.change.new_blob
        if old is not None and old.blob == blob:
            return old
        if diff.binary:
            self._died.extend((old.lines or NOTHING) if old else NOTHING)
            return Version(blob, None, self._at if old and old.lines is None else 0)
        before, died_before, next_line = self._lines(change.old_path, old), len(self._died), len(self.book.born)
        lines = self._edited(before, diff)
        if old is None or self._plan.landed[self._at] == self._at:
            return Version(blob, lines)
        base, gone, come = old.way or Way(before, NOTHING, NOTHING)
        come = come + array("I", range(next_line, len(self.book.born)))
        return Version(blob, lines, way=Way(base, gone + self._died[died_before:], come))

    def _unfollowed(self, version: Version | None, blob: str) -> int:
        """Count the lines of what has no numbers: 1 for where a link led, text that came of a binary file, else 0."""
        if version is None:
            return 1
        if not version.since:
            return 0
        text = self._ask.blob(blob) or b""
        return 0 if b"\0" in text[:SNIFFED] else text.count(b"\n") + (text[-1:] not in (b"", b"\n"))

    def _lines(self, path: str, version: Version | None) -> array[int]:
        """A version's lines; text that git called binary, because it came of a binary file, is read at last."""
        if version is None:
            return NOTHING
        if version.lines is not None:
            return version.lines
        key = (version.since, path, version.blob)
        if key not in self._late:
            self._late[key] = self._unread(version.blob, path, version.since)
        return self._late[key]

    def _unread(self, blob: str, path: str, since: int) -> array[int]:
        """Lines whose past no diff tells: they begin with the commit that made this version."""
        texts = (self._ask.blob(blob) or b"").split(b"\n")
        if not texts[-1]:
            texts.pop()
        return self.book.add(since or self._at, path, texts, self._ask.comment_marks(path))

    def _edited(self, old: array[int], diff: FileDiff) -> array[int]:
        path, died = diff.change.new_path, self._died
        come = self.book.add(self._at, path, diff.texts, self._ask.comment_marks(path)) if diff.texts else NOTHING
        new, at, told = array("I"), 0, 0
        for start, removed, added in diff.hunks:
            if start < at or start + removed > len(old):
                message = f"a diff of {path!r} in commit {self._at} speaks of lines the file does not have"
                raise HistoryGarbled(message)
            if start > at:
                new.extend(old[at:start])
            at = start + removed
            if removed:
                died.extend(old[start:at])
            if added:
                fresh = come[told : told + added]
                told += added
                new.extend(fresh)
                if self._at in self._plan.ignored:
                    self._pass_through(old[start:at], fresh)
                elif not removed:
                    self._near.extend(old[max(0, start - 1) : start + 1])
        new.extend(old[at:])
        return new

    def _pass_through(self, gone: Sequence[int], come: Sequence[int]) -> None:
        """A commit the owners told blame to ignore: its lines stand for those they replaced, in proportion."""
        for position, old in enumerate(gone):
            self.book.carry_on(old, come[position * len(come) // len(gone)])
        for line in come:
            self.book.flags[line] |= 4

    def _merge(self, commit: Commit, rows: list[FileDiff]) -> State:
        parents = [self.states[parent] for parent in self._plan.parents[self._at]]
        state = parents[0]
        unlike: list[str] = []
        for row in rows:
            path, blob = row.change.new_path, row.change.new_blob
            if row.change.status == "D" or row.change.new_mode == SYMLINK:
                state = state.discard(path)
                continue
            for parent in parents:
                version = parent.get(path)
                if version and version.blob == blob:
                    state = state.insert(path, version)
                    break
            else:
                unlike.append(path)
        for path, version in self._conflicts(commit, unlike):
            state = state.insert(path, version)
        return state

    def _conflicts(self, commit: Commit, unlike: list[str]) -> Iterable[tuple[str, Version]]:
        """Files the merge left unlike every parent; where one is new to a parent, look for its old name there."""
        if not unlike:
            return
        parents = [self.states[parent] for parent in self._plan.parents[self._at]]
        answers: dict[str, MergeDiff] = {}
        renamed = any(path not in parent for path in unlike for parent in parents)
        for renames in (False, True) if renamed else (False,):
            answers |= {diff.path: diff for diff in self._ask.merge(commit.sha, renames)}
        for path in unlike:
            if path not in answers:
                message = f"git does not explain {path!r} in merge {commit.sha}"
                raise HistoryGarbled(message)
            yield path, self._combined(answers[path], parents)

    def _combined(self, diff: MergeDiff, parents: list[State]) -> Version:
        """A file unlike every parent; None stands for the lines of a symlink or submodule, which are no file's."""
        olds: list[array[int] | None] = []
        binary = False
        for parent, path, blob in zip(parents, diff.parent_paths, diff.parent_blobs, strict=True):
            version = parent.get(path)
            if not blob.strip("0"):
                olds.append(NOTHING)
            elif version is None:
                olds.append(None)
            elif version.blob == diff.blob:
                return version  # taken over whole, under another name
            elif diff.binary:
                binary = binary or version.lines is None
            else:
                olds.append(self._lines(path, version))
        if diff.binary:
            return Version(diff.blob, None, self._at if binary else 0)
        try:
            new, lost = self._woven(diff, olds)
        except IndexError:
            raise _no_such_lines(diff) from None
        cut, ended = self.book.cut, self.book.ended
        lost = [line for line in lost if not cut[line] and not ended[line]]
        if lost:
            kept = set(new)
            lost = [line for line in dict.fromkeys(lost) if line not in kept]
            self.book.remove(self._at, lost)
            self._died.extend(lost)
        return Version(diff.blob, new)

    def _woven(self, diff: MergeDiff, olds: list[array[int] | None]) -> tuple[array[int], list[int]]:
        """Walk a combined diff → the result's lines and those some parent lost.

        A line belongs to the first parent that has it, else to the merge itself.
        """
        if all(old is None for old in olds):
            return self._unread(diff.blob, diff.path, self._at), []
        at = [0] * len(olds)
        new, lost, fresh, births = array("I"), list[int](), list[bytes](), len(self.book.born)
        first, whole = next((parent, old) for parent, old in enumerate(olds) if old is not None)
        for starts, lines in diff.hunks:
            gap = starts[-1] - 1 - len(new)
            new.extend(whole[at[first] : at[first] + gap])
            at = [position + gap for position in at]
            if at != [start - 1 for start in starts[:-1]] or len(new) != starts[-1] - 1:
                raise _no_such_lines(diff)
            for signs, text in lines:
                alive, holders = _holders(signs)
                numbers = [old[at[parent]] for parent in holders if (old := olds[parent]) is not None]
                if not alive:
                    lost.extend(numbers)
                elif numbers:
                    new.append(numbers[0])
                else:
                    new.append(births + len(fresh))
                    fresh.append(text)
                for parent in holders:
                    at[parent] += 1
        new.extend(whole[at[first] :])
        if fresh:
            self.book.add(self._at, diff.path, fresh, self._ask.comment_marks(diff.path))
        return new, lost

    def _land(self, rows: list[FileDiff], before: State, after: State) -> State:
        """A merge on the mainline: what the mainline loses here ends here, by the commit that cut it.

        Returns the state for who starts from here, to whom these files are the mainline's.
        """
        gone: set[int] = set()
        come: set[int] = set()
        state = after
        for row in rows:
            old, new = before.get(row.change.old_path), after.get(row.change.new_path)
            lost, won = _unlike(old, new)
            gone.update(lost)
            come.update(won)
            if new and new.way:
                state = state.insert(row.change.new_path, new._replace(way=None))
        ended = self.book.ended
        for line in gone - come:
            ended[line] = self._cutter(line, self._at)
        for line in come - gone:
            ended[line] = 0
        return state

    def _cutter(self, line: int, landing: int) -> int:
        """The commit landing with `landing` that cut the line; failing that the landing itself, or any cutter."""
        cut, landed = self.book.cut[line], self._plan.landed
        if cut and landed[cut] == landing:
            return cut
        return next((c for c in self.book.more_cuts.get(line, ()) if landed[c] == landing), landing or cut)

    def _reinstate(self, first_birth: int) -> None:
        """A declared revert brings lines back: pair them with what the reverted commits took out."""
        for reverted in self._plan.reverts.get(self._at, ()):
            dead = [line for c in (*self._groups.get(reverted, ()), reverted) for line in self.book.died_in(c)]
            fresh = [n for n in range(first_birth, len(self.book.born))
                     if n not in self.book.previous and self.book.born[n] == self._at]  # fmt: skip
            self.book.reinstate(fresh, dead)


@functools.lru_cache(maxsize=4096)
def _holders(signs: bytes) -> tuple[bool, tuple[int, ...]]:
    """Is a line with these signs in the result, and which parents hold it?"""
    alive = b"-" not in signs
    return alive, tuple(parent for parent, sign in enumerate(signs) if sign == (ord(" ") if alive else ord("-")))


def _no_such_lines(diff: MergeDiff) -> HistoryGarbled:
    return HistoryGarbled(f"a combined diff of {diff.path!r} speaks of lines the file does not have")


def _unlike(old: Version | None, new: Version | None) -> tuple[array[int], array[int]]:
    """Return the lines that only one of two versions has, and perhaps more, which then are in both answers."""
    before, after = (version.lines or NOTHING if version else NOTHING for version in (old, new))
    if new and new.way and new.way.base is before:
        return new.way.gone, new.way.come
    return _differing(before, after)


def _differing(old: array[int], new: array[int]) -> tuple[array[int], array[int]]:
    """Return both arrays without their common head and tail, found by halving."""
    shorter = range(1, min(len(old), len(new)) + 1)
    head = bisect_left(shorter, x=True, key=lambda n: old[:n] != new[:n])
    rest = range(1, min(len(old), len(new)) - head + 1)
    tail = bisect_left(rest, x=True, key=lambda n: old[len(old) - n :] != new[len(new) - n :])
    return old[head : len(old) - tail], new[head : len(new) - tail]
