"""Bytes of git's streams → Commit, FileDiff, MergeDiff rows. Pure generators: no process, no disk.

Three streams are read, all made by `sources/history.py`:

    git log -z --format=LOG_FORMAT                 → commits()
    git diff-tree --stdin --raw -p -U0 -w -M       → file_diffs()
    git diff-tree --stdin -c --raw -p -U0 -w       → merge_diffs()

Shapes that shift owners silently when misread, each with a test of literal bytes: raw rows and patches
are paired by blob ids and never by order, since -w leaves a raw row without a patch and a typechange
prints two patches for one row; patch text is read by the counts of its hunk header, so content can never
pose as a header; in a combined hunk header (`@@@`) every start is one-based, while a plain `-U0` header
with count 0 names the line *before*. Whatever else comes, a line cut short among it, raises HistoryGarbled.
"""

from __future__ import annotations

import contextlib
import functools
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from typing import IO, NamedTuple, TypeAlias, TypeVar

from ai_quality.errors import HistoryGarbled
from ai_quality.model import Commit, FileChange, FileDiff, Hunk, MergeDiff, MergeHunk, Person

LOG_FORMAT = "tformat:%H%x00%P%x00%at%x00%ct%x00%an%x00%ae%x00%cn%x00%ce%x00%B"
LOG_FIELDS = 9

LATEST_TIME = 253_402_300_799
"""9999-12-31: git stores and prints any number of digits; a time past this is a broken clock, read as unknown (0)."""

SUBMODULE = "160000"
BLOCK = 1 << 20
OPENS_PATCH, OPENS_COMBINED = b"\ndiff --git ", b"\ndiff --combined "
COMMIT_LINE = re.compile(rb"^[0-9a-fA-F]{40}(?:[0-9a-fA-F]{24})?\n", re.MULTILINE)
INDEX = re.compile(rb"\nindex ([0-9a-fA-F,]+\.\.[0-9a-fA-F]+)")
SUBMODULE_HEADER = re.compile(rb"^(?:new|deleted) file mode 160000\n", re.MULTILINE)
HUNK = re.compile(rb"@@ -(\d+)(?:,(\d+))? \+\d+(?:,(\d+))? @@.*\n((?:-.*\n)*+)(?:\\.*\n)?+((?:\+.*\n)*+)(?:\\.*\n)?+")
"""`@@ -start[,count] +start[,count] @@ …`, the lines taken out, the lines put in; possessive, so that it never
looks back. Matched as a whole because a loop over lines costs several times as much."""

COMBINED_HUNK = re.compile(rb"(@@@+) ((?:[-+]\d+,\d+ )++)\1.*\n((?:[-+ ].*\n)++)")
"""The same with a column a parent: signs lead each line, context is among them."""

QUOTED = re.compile(rb'"(?:[^"\\]|\\[abtnvfr"\\]|\\[0-3][0-7]{2})*"')
ESCAPED = re.compile(rb'\\([abtnvfr"\\]|[0-3][0-7]{2})')
ESCAPES = {b"a": 7, b"b": 8, b"t": 9, b"n": 10, b"v": 11, b"f": 12, b"r": 13, b'"': 34, b"\\": 92}


as_row = tuple.__new__
"""`as_row(Hunk, (0, 1, 1))` is `Hunk(0, 1, 1)` in half the time, where there are a quarter of a million."""

Row = TypeVar("Row")
Found = TypeVar("Found")
Blobs: TypeAlias = tuple[str, ...]
"""What a patch leads from, and to, last."""


class Patch(NamedTuple):
    """What a patch tells beside its names: see FileDiff."""

    hunks: list[Hunk]
    texts: list[bytes]
    binary: bool


NO_PATCH = Patch([], [], binary=False)


@contextlib.contextmanager
def _no_surprise(what: str) -> Iterator[None]:
    """Bytes that do not even have the right number of fields are told as what they are."""
    try:
        yield
    except (ValueError, IndexError) as surprise:
        message = f"{what} did not follow its own format"
        raise HistoryGarbled(message) from surprise


def commits(stream: IO[bytes]) -> Iterator[Commit]:
    """Read `git log -z --format=LOG_FORMAT`; git itself cuts a message at a NUL byte."""
    left = b""
    pending: list[bytes] = []
    while block := stream.read(1 << 20):
        *whole, left = (left + block).split(b"\0")
        pending.extend(whole)
        full = len(pending) - len(pending) % LOG_FIELDS
        for first in range(0, full, LOG_FIELDS):
            yield _commit(pending[first : first + LOG_FIELDS])
        del pending[:full]
    if pending or left:
        message = f"git log ended inside a commit ({len(pending)} fields left)"
        raise HistoryGarbled(message)


def _commit(fields: list[bytes]) -> Commit:
    sha, parents, *rest = (field.decode("utf-8", "replace") for field in fields)
    if len(sha) not in (40, 64):
        message = f"git log gave {sha[:60]!r} where a commit id belongs"
        raise HistoryGarbled(message)
    author_time, commit_time, author, author_email, committer, committer_email, text = rest
    return Commit(
        sha,
        tuple(parents.split()),
        Person(author, author_email),
        Person(committer, committer_email),
        _time(author_time),
        _time(commit_time),
        text,
    )


def _time(field: str) -> int:
    """Return the seconds, 0 for a time git could not read or that no calendar holds."""
    seconds = int(field) if field.isascii() and field.isdigit() and len(field) <= len(str(LATEST_TIME)) else 0
    return seconds if seconds <= LATEST_TIME else 0


def file_diffs(stream: IO[bytes]) -> Iterator[tuple[str, list[FileDiff]]]:
    """Read `diff-tree --stdin --raw -p -U0`: one item a commit that changed anything, in the order asked."""
    with _no_surprise("git diff-tree"):
        for sha, rows, patches in _by_commit(_pieces(stream, OPENS_PATCH), _raw_row, _patch):
            yield sha, _paired(rows, patches)


def merge_diffs(stream: IO[bytes]) -> Iterator[tuple[str, list[MergeDiff]]]:
    """Read `diff-tree --stdin -c --combined-all-paths --raw -p`: a merge's files unlike they are in every parent."""
    with _no_surprise("git diff-tree -c"):
        for sha, rows, patches in _by_commit(_pieces(stream, OPENS_COMBINED), _combined_row, _combined_patch):
            yield (
                sha,
                [
                    row._replace(hunks=found or [], binary=found is None)
                    for row in rows
                    for found in [patches.get((*row.parent_blobs, row.blob), [])]
                    if row.mode != SUBMODULE
                ],
            )


def _by_commit(
    pieces: Iterable[tuple[bytes, bool]],
    read_row: Callable[[str], Row],
    read_patch: Callable[[bytes], tuple[Blobs, Found, int]],
) -> Iterator[tuple[str, list[Row], dict[Blobs, Found]]]:
    """Put pieces together: a commit's id, its raw rows, its patches by the blobs they lead from and to."""
    sha = ""
    rows: list[Row] = []
    patches: dict[Blobs, Found] = {}
    for piece, is_patch in pieces:
        at = 0
        if is_patch:
            blobs, patches[blobs], at = read_patch(piece)
        for line in piece[at:].decode("utf-8", "surrogateescape").split("\n") if at < len(piece) else ():
            if line[:1] == ":" and sha:
                rows.append(read_row(line))
            elif line or not sha:
                if sha:
                    yield sha, rows, patches
                sha, rows, patches = _commit_id(line), [], {}
    if sha:
        yield sha, rows, patches


def _pieces(stream: IO[bytes], opener: bytes) -> Iterator[tuple[bytes, bool]]:
    """Cut a stream before each line that opens a patch → (whole lines, do they start with a patch?).

    Nothing else starts such a line: content has a sign before it, a name with a newline is quoted. A piece
    holds what stands between two patches too: ids and raw rows.
    """
    left, is_patch = b"", False
    while block := stream.read(max(BLOCK, len(left))):  # more and more, so that a long patch is not copied often
        first, *others = (left + block).split(opener)
        for later in others:
            yield first + b"\n", is_patch
            first, is_patch = later, True
        end = len(first) if is_patch else max(first.rfind(b"\n"), 0)
        if not is_patch and end:
            yield first[: end + 1], False
        left = first if is_patch else first[end:]
    if left or is_patch:
        yield _whole(left), is_patch


def _whole(text: bytes) -> bytes:
    if text[-1:] != b"\n":
        message = f"git's answer ends inside a line: {text[-60:]!r}"
        raise HistoryGarbled(message)
    return text


def _commit_id(line: str) -> str:
    if len(line) not in (40, 64):
        message = f"git diff-tree gave {line[:60]!r} where a commit id belongs"
        raise HistoryGarbled(message)
    return line


def _raw_row(line: str) -> FileChange:
    r"""`:100644 100644 <old> <new> M\tpath[\tnew path]`; a path holds no bare tab, git quotes those."""
    head, _, names = line[1:].partition("\t")
    old_mode, new_mode, old_blob, new_blob, status = head.split(" ")
    old_path, _, new_path = names.partition("\t")
    if not names or not head.isascii():
        message = f"a raw row lacks something: {line[:200]!r}"
        raise HistoryGarbled(message)
    if '"' in names:
        old_path, new_path = unquote(old_path), unquote(new_path)
    return as_row(FileChange, (status[0], old_mode, new_mode, old_blob, new_blob, old_path, new_path or old_path))


def unquote(path: str) -> str:
    """Undo git's C-style quoting (quote.c); a path with no quotes is itself."""
    if path[:1] != '"':
        return path
    bare = path.encode("utf-8", "surrogateescape")
    if not QUOTED.fullmatch(bare):
        message = f"not a path as git quotes one: {path[:60]!r}"
        raise HistoryGarbled(message)
    bare = ESCAPED.sub(lambda found: bytes([ESCAPES.get(found[1]) or int(found[1], 8)]), bare[1:-1])
    return bare.decode("utf-8", "surrogateescape")


def _patch(piece: bytes) -> tuple[Blobs, Patch, int]:
    """Read one file's patch after its `diff --git` → blob ids, the patch, where it ends.

    A submodule's patch gets no blobs of its own: its id is whatever its author wrote, a blob's of another file too.
    """
    first = _header_end(piece)
    header = piece[:first]
    blobs = () if b" file mode 160000\n" in header and SUBMODULE_HEADER.search(header) else _blobs(header)
    hunks, texts, end = _hunks(piece, first)
    return blobs, as_row(Patch, (hunks, texts, not hunks and _is_binary(header))), _end(piece, end)


def _header_end(piece: bytes) -> int:
    """Return where a patch's first hunk starts, or what follows a patch without one.

    Of a header only `index` and `Binary files` are read; no file name can forge them, since each line of it starts
    with a word of git's own.
    """
    if first := piece.find(b"\n@@") + 1:
        return first
    next_commit = COMMIT_LINE.search(piece)
    return next_commit.start() if next_commit else len(piece)


def _blobs(header: bytes) -> Blobs:
    index = INDEX.match(header, at) if (at := header.find(b"\nindex ")) >= 0 else None
    return tuple(index[1].decode("ascii").replace("..", ",").split(",")) if index else ()


def _is_binary(header: bytes) -> bool:
    return b"\nBinary files " in header


def _end(piece: bytes, end: int) -> int:
    """Return the end of a patch, once it is known that the next commit starts there, if anything does."""
    if end < len(piece) and not COMMIT_LINE.match(piece, end):
        raise _off(piece[end:])
    return end


def _hunks(piece: bytes, at: int) -> tuple[list[Hunk], list[bytes], int]:
    """Read hunks from a place on → where they stand, the lines they add, one hunk's after the other's, their end."""
    hunks: list[Hunk] = []
    blocks: list[bytes] = []
    while hunk := HUNK.match(piece, at):
        old_start, old_count, new_count, gone, come = hunk.groups()
        start, removed, added = int(old_start), int(old_count or 1), int(new_count or 1)
        if gone.count(b"\n") != removed or come.count(b"\n") != added:
            raise _off(hunk[0])
        hunks.append(as_row(Hunk, (start - 1 if removed else start, removed, added)))
        blocks.append(come)
        at = hunk.end()
    text = b"".join(blocks)
    return hunks, text[1:-1].split(b"\n+") if text else [], at


def _off(hunk: bytes) -> HistoryGarbled:
    return HistoryGarbled(f"a hunk does not hold what its header says: {hunk[:80]!r}")


def _paired(rows: list[FileChange], patches: dict[Blobs, Patch]) -> list[FileDiff]:
    """Give each raw row its patch. A typechange becomes a deletion and a creation; submodules are no files."""
    if any(row.status == "T" for row in rows):
        rows = [half for row in rows for half in (_halves(row) if row.status == "T" else (row,))]
    return [
        as_row(FileDiff, (row, *patches.get((row.old_blob, row.new_blob), NO_PATCH)))
        for row in rows
        if SUBMODULE not in (row.old_mode, row.new_mode)
    ]


def _halves(row: FileChange) -> tuple[FileChange, FileChange]:
    gone = row._replace(status="D", new_mode="000000", new_blob="0" * len(row.old_blob))
    come = row._replace(status="A", old_mode="000000", old_blob="0" * len(row.new_blob))
    return gone, come


def _combined_row(line: str) -> MergeDiff:
    r"""`::mode mode mode blob blob blob MM\tpath\tpath\tpath`: a column a parent, the result last."""
    count = len(line) - len(line.lstrip(":"))
    head, *paths = line[count:].split("\t")
    fields = head.split(" ")
    if len(fields) != 2 * count + 3 or len(paths) != count + 1 or not head.isascii():
        message = f"a combined row of {count} parents lacks some: {line[:200]!r}"
        raise HistoryGarbled(message)
    names = [unquote(path) for path in paths]
    blobs = fields[count + 1 : 2 * count + 2]
    return MergeDiff(names[-1], fields[count], blobs[-1], tuple(names[:-1]), tuple(blobs[:-1]), [], binary=False)


def _combined_patch(piece: bytes) -> tuple[Blobs, list[MergeHunk] | None, int]:
    """Read one file's patch after its `diff --combined` → blob ids, hunks (None: binary), where it ends."""
    first = at = _header_end(piece)
    hunks: list[MergeHunk] = []
    while hunk := COMBINED_HUNK.match(piece, at):
        parents, fields = len(hunk[1]) - 1, hunk[2].split()
        starts, counts = zip(*(map(int, field[1:].split(b",")) for field in fields), strict=True)
        lines = [(line[:parents], line[parents:]) for line in hunk[3][:-1].split(b"\n")]
        if len(fields) != parents + 1 or counts != _counted([signs for signs, _ in lines], parents):
            raise _off(hunk[0])
        hunks.append(MergeHunk(starts, lines))
        at = hunk.end()
    header = piece[:first]
    return _blobs(header), None if not hunks and _is_binary(header) else hunks, _end(piece, at)


def _counted(signs_of_all: list[bytes], parents: int) -> tuple[int, ...]:
    """Return how many lines each parent has of a hunk, and the result."""
    counts = [0] * (parents + 1)
    for signs, lines in Counter(signs_of_all).items():
        for column in _columns(signs) if len(signs) == parents else ():
            counts[column] += lines
    return tuple(counts)


@functools.lru_cache(maxsize=4096)
def _columns(signs: bytes) -> tuple[int, ...]:
    """Which columns (a parent each, the result last) count a line with these signs."""
    in_result = b"-" not in signs
    held = ord(" ") if in_result else ord("-")
    return (*(parent for parent, sign in enumerate(signs) if sign == held), *((len(signs),) if in_result else ()))
