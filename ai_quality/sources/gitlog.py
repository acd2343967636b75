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
from collections.abc import Callable, Iterator
from typing import IO

from ai_quality.errors import HistoryGarbled
from ai_quality.model import Commit, FileChange, FileDiff, Hunk, MergeDiff, MergeHunk, Person

LOG_FORMAT = "tformat:%H%x00%P%x00%at%x00%ct%x00%an%x00%ae%x00%cn%x00%ce%x00%B"
LOG_FIELDS = 9

LATEST_TIME = 253_402_300_799
"""9999-12-31: git stores and prints any number of digits; a time past this is a broken clock, read as unknown (0)."""

SUBMODULE = "160000"
SUBMODULE_HEADERS = (b"new file mode 160000\n", b"deleted file mode 160000\n")
QUOTED = re.compile(rb'"(?:[^"\\]|\\[abtnvfr"\\]|\\[0-3][0-7]{2})*"')
ESCAPED = re.compile(rb'\\([abtnvfr"\\]|[0-3][0-7]{2})')
ESCAPES = {b"a": 7, b"b": 8, b"t": 9, b"n": 10, b"v": 11, b"f": 12, b"r": 13, b'"': 34, b"\\": 92}


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
    line = stream.readline()
    while line:
        with _no_surprise("git diff-tree"):
            sha, diffs, line = _commit_diffs(line, stream.readline)
        yield sha, diffs


def _commit_diffs(line: bytes, readline: Callable[[], bytes]) -> tuple[str, list[FileDiff], bytes]:
    sha = _commit_line(line)
    rows: list[FileChange] = []
    line = readline()
    while line[:1] == b":":
        rows.append(_raw_row(_whole(line)))
        line = readline()
    if line == b"\n":
        line = readline()
    patches: dict[tuple[str, str], list[Hunk] | None] = {}
    while line[:11] == b"diff --git ":
        _whole(line)
        pair, hunks, line = _patch(readline)
        patches[pair] = hunks
    return sha, [diff for row in rows for diff in _paired(row, patches)], line


def _whole(line: bytes) -> bytes:
    if line[-1:] != b"\n":
        message = f"git's answer ends inside a line: {line[:60]!r}"
        raise HistoryGarbled(message)
    return line


def _commit_line(line: bytes) -> str:
    sha = line.strip().decode("ascii", "replace")
    if len(sha) not in (40, 64) or not line.endswith(b"\n"):
        message = f"git diff-tree gave {line[:60]!r} where a commit id belongs"
        raise HistoryGarbled(message)
    return sha


def _raw_row(line: bytes) -> FileChange:
    r"""`:100644 100644 <old> <new> M\tpath[\tnew path]\n`; a path holds no bare tab, git quotes those."""
    head, *paths = line[1:-1].split(b"\t")
    old_mode, new_mode, old_blob, new_blob, status = head.decode("ascii").split(" ")
    names = [unquote(path) for path in paths]
    return FileChange(status[0], old_mode, new_mode, old_blob, new_blob, names[0], names[-1])


def unquote(path: bytes) -> str:
    """Undo git's C-style quoting (quote.c) and decode; a path with no quotes is itself."""
    if path[:1] == b'"':
        if not QUOTED.fullmatch(path):
            message = f"not a path as git quotes one: {path[:60]!r}"
            raise HistoryGarbled(message)
        path = ESCAPED.sub(lambda found: bytes([ESCAPES.get(found[1]) or int(found[1], 8)]), path[1:-1])
    return path.decode("utf-8", "surrogateescape")


def _patch(readline: Callable[[], bytes]) -> tuple[tuple[str, str], list[Hunk] | None, bytes]:
    """Read one file's patch after its `diff --git` line → blob ids, hunks (None: binary), the next line.

    Header lines that a file name could forge are skipped by position: only `index`, the first `@@ ` and
    `Binary files` count, and git quotes any name that holds a newline. A submodule's patch gets no pair of
    its own: its id is whatever its author wrote, a blob's of another file too.
    """
    pair = ("", "")
    hunks: list[Hunk] | None = []
    submodule = False
    line = readline()
    while line[:3] not in (b"@@ ", b"dif", b"") and not _is_commit_line(line):
        if _whole(line) in SUBMODULE_HEADERS:
            submodule = True
        elif line[:6] == b"index " and not submodule:
            old, _, new = line[6:-1].split(b" ")[0].partition(b"..")
            pair = (old.decode("ascii"), new.decode("ascii"))
        elif line[:13] == b"Binary files ":
            hunks = None
        line = readline()
    while line[:3] == b"@@ ":
        hunk, line = _hunk(line, readline)
        if hunks is not None:
            hunks.append(hunk)
    return pair, hunks, line


def _is_commit_line(line: bytes) -> bool:
    """No header line of a patch is 40 or 64 characters of hex: each starts with a word or a sign."""
    return len(line) in (41, 65) and line[:-1].isalnum() and max(line[:-1].lstrip(b"0123456789")[:1], b"0") < b"g"


def _hunk(header: bytes, readline: Callable[[], bytes]) -> tuple[Hunk, bytes]:
    """`@@ -start[,count] +start[,count] @@ …`, then exactly that many lines of each sign."""
    _, old, new, _ = header.split(b" ", 3)
    start, removed = _range(old)
    _, added = _range(new)
    last, line = header, readline()
    for _ in range(removed):
        if line[:1] != b"-":
            raise _off(header, line)
        last, line = line, readline()
    if line[:1] == b"\\":
        last, line = line, readline()
    lines: list[bytes] = []
    for _ in range(added):
        if line[:1] != b"+":
            raise _off(header, line)
        lines.append(line[1:])
        last, line = line, readline()
    if line[:1] == b"\\":
        last, line = line, readline()
    if not line:
        _whole(last)
    return Hunk(start - 1 if removed else start, removed, lines), line


def _range(field: bytes) -> tuple[int, int]:
    """`-12,3` → (12, 3); a missing count is 1."""
    start, comma, count = field[1:].partition(b",")
    if not (start + count).isdigit():
        message = f"not a range: {field[:40]!r}"
        raise HistoryGarbled(message)
    return int(start), int(count) if comma else 1


def _off(header: bytes, line: bytes) -> HistoryGarbled:
    return HistoryGarbled(f"a hunk does not hold what its header {header[:40]!r} says: {line[:40]!r}")


def _paired(row: FileChange, patches: dict[tuple[str, str], list[Hunk] | None]) -> Iterator[FileDiff]:
    """Give a raw row its patch. A typechange becomes a deletion and a creation; submodules are no files."""
    if row.status == "T":
        gone = row._replace(status="D", new_mode="000000", new_blob="0" * len(row.old_blob))
        come = row._replace(status="A", old_mode="000000", old_blob="0" * len(row.new_blob))
        yield from _paired(gone, patches)
        yield from _paired(come, patches)
        return
    mode = row.old_mode if row.status == "D" else row.new_mode
    if mode == SUBMODULE:
        return
    hunks = patches.get((row.old_blob, row.new_blob), [])
    yield FileDiff(row, hunks or [], hunks is None)


def merge_diffs(lines: list[bytes]) -> list[MergeDiff]:
    """Read one answer of `diff-tree --stdin -c --combined-all-paths --raw -p -U0` (files unlike every parent)."""
    if not lines:
        return []
    _whole(lines[-1])
    waiting = iter(lines)
    with _no_surprise("git diff-tree -c"):
        return _merge_diffs(lambda: next(waiting, b""))


def _merge_diffs(readline: Callable[[], bytes]) -> list[MergeDiff]:
    _commit_line(readline())
    rows: list[MergeDiff] = []
    line = readline()
    while line[:1] == b":":
        rows.append(_combined_row(line))
        line = readline()
    if line == b"\n":
        line = readline()
    patches: dict[tuple[str, ...], list[MergeHunk] | None] = {}
    while line[:5] == b"diff ":
        blobs, hunks, line = _combined_patch(readline)
        patches[blobs] = hunks
    if line:
        message = f"git diff-tree -c gave {line[:60]!r} where a file belongs"
        raise HistoryGarbled(message)
    return [
        row._replace(hunks=found or [], binary=found is None)
        for row in rows
        for found in [patches.get((*row.parent_blobs, row.blob), [])]
        if row.mode != SUBMODULE
    ]


def _combined_row(line: bytes) -> MergeDiff:
    r"""`::mode mode mode blob blob blob MM\tpath\tpath\tpath`: a column a parent, the result last."""
    count = len(line) - len(line.lstrip(b":"))
    head, *paths = line[count:-1].split(b"\t")
    fields = head.decode("ascii").split(" ")
    names = [unquote(path) for path in paths]
    if len(fields) != 2 * count + 3 or len(names) != count + 1:
        message = f"a combined row of {count} parents lacks some: {line[:200]!r}"
        raise HistoryGarbled(message)
    blobs = fields[count + 1 : 2 * count + 2]
    return MergeDiff(names[-1], fields[count], blobs[-1], tuple(names[:-1]), tuple(blobs[:-1]), [], binary=False)


def _combined_patch(readline: Callable[[], bytes]) -> tuple[tuple[str, ...], list[MergeHunk] | None, bytes]:
    blobs: tuple[str, ...] = ()
    hunks: list[MergeHunk] | None = []
    line = readline()
    while line and line[:3] != b"@@@" and line[:5] != b"diff ":
        if line[:6] == b"index ":
            olds, _, new = line[6:-1].split(b" ")[0].partition(b"..")
            blobs = (*olds.decode("ascii").split(","), new.decode("ascii"))
        elif line[:13] == b"Binary files ":
            hunks = None
        line = readline()
    while line[:3] == b"@@@":
        hunk, line = _combined_hunk(line, readline)
        if hunks is not None:
            hunks.append(hunk)
    return blobs, hunks, line


@functools.lru_cache(maxsize=4096)
def _columns(signs: bytes) -> tuple[int, ...]:
    """Which columns (a parent each, the result last) count a line with these signs; none if they are no signs."""
    if signs.strip(b"+- "):
        return ()
    in_result = b"-" not in signs
    held = ord(" ") if in_result else ord("-")
    return (*(parent for parent, sign in enumerate(signs) if sign == held), *((len(signs),) if in_result else ()))


def _combined_hunk(header: bytes, readline: Callable[[], bytes]) -> tuple[MergeHunk, bytes]:
    """Read until every parent's count and the result's are used up; each line leads with a sign a parent."""
    parents = len(header) - len(header.lstrip(b"@")) - 1
    ranges = [_range(field) for field in header.split(b" ")[1 : parents + 2]]
    if len(ranges) != parents + 1:
        raise _off(header, b"")
    left = [count for _, count in ranges]
    body: list[tuple[bytes, bytes]] = []
    waiting = sum(left)
    line = readline()
    while waiting > 0:
        signs = line[:parents]
        columns = _columns(signs) if line else ()
        if len(signs) < parents or not columns:
            raise _off(header, line)
        for column in columns:
            left[column] -= 1
        waiting -= len(columns)
        body.append((signs, line[parents:]))
        line = readline()
    if any(left):
        raise _off(header, line)
    return MergeHunk(tuple(start for start, _ in ranges), body), line
