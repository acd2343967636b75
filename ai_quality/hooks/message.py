"""Where trailers stand in a commit message that is still being written. Bytes in, bytes out; every other byte is kept.

Follows git's own rules (trailer.c, measured with `git interpret-trailers --parse --no-divider`, which the tests ask):
the last paragraph is a block of trailers when all its lines are, or when it holds one that git writes itself and
at least a quarter of its lines are. It is never the subject. What follows a scissors line, and a last run of
comments and blank lines, is not part of the message. git's command is not used to write: it also runs the
user's `trailer.*.command` (arbitrary shell) and stops at a `---` in prose. Pure.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

_TRAILER = re.compile(rb"[A-Za-z0-9-]+[ \t]*:")
_GITS_OWN = (b"Signed-off-by: ", b"(cherry picked from commit ")
_SCISSORS = b"------------------------ >8 ------------------------"
_SIGN_OFF = re.compile(rb"signed-off-by[ \t]*:", re.IGNORECASE)
_UNFIT = re.compile(r"[^\x20-\x7e]|@")
LONGEST = 200
"""Characters of a trailer's value; longer ones are not ours."""


def is_fit(line: str) -> bool:
    """Whether a line may be written as a trailer: printable ASCII, one line, no `@` (forges notify who is named so)."""
    return len(line) <= LONGEST * 2 and not _UNFIT.search(line) and _TRAILER.match(line.encode()) is not None


def with_trailers(message: bytes, lines: Sequence[str], comment: bytes = b"#") -> bytes:
    """Return the message with those `lines` in its block of trailers that it lacks; unfit ones are left out."""
    rows = message.splitlines(keepends=True)
    end = _end(rows, comment)
    block = _block_start(rows[:end], comment)
    said = set() if block is None else {row.strip().lower() for row in rows[block:end]}
    wanted = [line for line in dict.fromkeys(lines) if is_fit(line) and line.encode().strip().lower() not in said]
    if not wanted:
        return message
    head, tail = rows[:end], rows[end:]
    if head and not head[-1].endswith((b"\n", b"\r")):
        head[-1] += b"\n"
    gap = [b"\n"] if block is None else []
    return b"".join([*head, *gap, *(line.encode() + b"\n" for line in wanted), *tail])


def is_empty(message: bytes, comment: bytes = b"#") -> bool:
    """Whether git would abort: nothing but comments, blank lines and sign-offs (builtin/commit.c, rest_is_empty)."""
    rows = message.splitlines()
    return all(
        not row.strip() or row.startswith(comment) or _SIGN_OFF.match(row) for row in rows[: _scissors(rows, comment)]
    )


def subject(message: bytes, comment: bytes = b"#") -> bytes:
    """Return the first line that is neither blank nor a comment."""
    rows = message.splitlines()
    kept = (row.strip() for row in rows[: _scissors(rows, comment)] if not row.startswith(comment))
    return next((row for row in kept if row), b"")


def trailers_within(message: bytes, keys: Iterable[bytes]) -> list[str]:
    """Return the trailer lines of those keys wherever they stand, indented or not: a squash buries them."""
    wanted = tuple(key.lower() + b":" for key in keys)
    rows = (row.strip() for row in message.splitlines())
    found = (row.decode("ascii", "replace") for row in rows if row.lower().startswith(wanted))
    return [row for row in dict.fromkeys(found) if is_fit(row)]


def _scissors(rows: Sequence[bytes], comment: bytes) -> int:
    """Where what git cuts off begins, or the end."""
    for at, row in enumerate(rows):
        if row.rstrip() == comment + b" " + _SCISSORS:
            return at
    return len(rows)


def _end(rows: Sequence[bytes], comment: bytes) -> int:
    """Where the message ends: before the last run of comments and blank lines."""
    end = _scissors(rows, comment)
    while end and (not rows[end - 1].strip() or rows[end - 1].startswith(comment)):
        end -= 1
    return end


def _block_start(rows: Sequence[bytes], comment: bytes) -> int | None:
    """Where the block of trailers begins at the end of these rows, None if they end in none."""
    start = len(rows)
    while start and rows[start - 1].strip():
        start -= 1
    title = next((at for at, row in enumerate(rows) if row.strip() and not row.startswith(comment)), len(rows))
    title_end = next((at for at in range(title, len(rows)) if not rows[at].strip()), len(rows))
    if start < title_end:
        return None
    trailers = others = loose = 0
    from_git = False
    for row in reversed(rows[start:]):  # as git does: a continuation belongs to the trailer above it
        if row.startswith(comment):
            continue
        if row.startswith(_GITS_OWN):
            from_git, trailers, loose = True, trailers + 1, 0
        elif _TRAILER.match(row):
            trailers, loose = trailers + 1, 0
        elif row[:1].isspace():
            loose += 1
        else:
            others, loose = others + 1 + loose, 0
    others += loose
    is_block = trailers and (not others or (from_git and trailers * 3 >= others))
    return start if is_block else None
