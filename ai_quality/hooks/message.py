"""Where trailers stand in a commit message that is still being written. Bytes in, bytes out; every other byte is kept.

Follows git's own rules (trailer.c, wt-status.c; the tests ask `git interpret-trailers --parse --no-divider`): the last
paragraph is a block of trailers when all its lines are, or when it holds one that git writes itself and at least
a quarter of its lines are. It is never the subject. What follows a scissors line, and a last run of comments and
blank lines, is not part of the message. One thing is left to people where git takes it: a last line such as `Note: it
now waits for the disk` is prose, not a block to glue trailers to.

git's command is not used to write: it also runs the user's `trailer.*.command` (arbitrary shell), and puts a trailer
above a `---` in prose, where nobody finds it again. Pure.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

LONGEST = 400
"""Characters of a line that we write or carry over."""

_KEY = b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-"
_GITS_OWN = (b"Signed-off-by: ", b"(cherry picked from commit ")
_SCISSORS = b"------------------------ >8 ------------------------"
_SINGLE_WORDS = frozenset({
    b"bug", b"cc", b"closes", b"depends", b"fix", b"fixes", b"issue", b"issues", b"jira", b"link", b"part", b"ref",
    b"reference", b"references", b"refs", b"related", b"relates", b"resolves", b"reviewers", b"see", b"task", b"test",
    b"tested", b"ticket", b"topic", b"url",
})  # fmt: skip
"""Keys of one word that people do write trailers with; the others have a hyphen."""
_PROSE = 4
"""Words after the colon from which a lone line with an unknown one-word key is a sentence."""


def is_fit(line: str) -> bool:
    """Whether a line may be written as a trailer: printable ASCII, one line, no `@` (forges notify who is named so)."""
    return (
        len(line) <= LONGEST and line.isascii() and line.isprintable() and "@" not in line and bool(_key(line.encode()))
    )


def with_trailers(message: bytes, lines: Sequence[str], comment: bytes = b"#") -> bytes:
    """Return the message with those `lines` in its block of trailers that it lacks; unfit ones are left out."""
    rows = _rows(message)
    end = _end(rows, comment)
    block = _block_start(rows[:end], comment)
    said = set() if block is None else {row.strip().lower() for row in rows[block:end]}
    wanted = [line for line in dict.fromkeys(lines) if is_fit(line) and line.encode().strip().lower() not in said]
    if not wanted:
        return message
    if not end:  # nothing but what looks like comments, as `#12 Fix` does
        end = _scissors(rows, comment)
    head, tail = rows[:end], rows[end:]
    if head and not head[-1].endswith(b"\n"):
        head[-1] += b"\n"
    gap = [b"\n"] if block is None else []
    return b"".join([*head, *gap, *(line.encode() + b"\n" for line in wanted), *tail])


def is_empty(message: bytes, comment: bytes | None = b"#") -> bool:
    """Whether git would abort: nothing but comments, blank lines and sign-offs (builtin/commit.c, rest_is_empty).

    `comment` is None where git keeps comments, as it does without an editor.
    """
    return not any(_said(message, comment))


def is_same(message: bytes, other: bytes, comment: bytes = b"#") -> bool:
    """Whether two messages say the same, comments, blank lines and sign-offs aside: as an untouched template does."""
    return list(_said(message, comment)) == list(_said(other, comment))


def subject(message: bytes, comment: bytes | None = b"#") -> bytes:
    """Return the first line that is neither blank nor a comment."""
    return next(iter(_said(message, comment)), b"")


def trailers_within(message: bytes, keys: Iterable[str]) -> list[str]:
    """Return the trailer lines of those keys wherever they stand, indented or not: a squash buries them."""
    wanted = tuple(f"{key.lower()}: " for key in keys)
    rows = (row.strip().decode("ascii", "replace") for row in _rows(message))
    return [row for row in dict.fromkeys(rows) if row.lower().startswith(wanted) and is_fit(row)]


def _rows(message: bytes) -> list[bytes]:
    r"""Lines as git sees them: only \n ends one."""
    rows = [row + b"\n" for row in message.split(b"\n")]
    rows[-1] = rows[-1][:-1]
    return rows if rows[-1] else rows[:-1]


def _said(message: bytes, comment: bytes | None) -> list[bytes]:
    rows = _rows(message)
    if comment is not None:
        rows = [row for row in rows[: _scissors(rows, comment)] if not row.startswith(comment)]
    kept = (row.strip() for row in rows)
    return [row for row in kept if row and not row.lower().startswith(b"signed-off-by:")]


def _scissors(rows: Sequence[bytes], comment: bytes) -> int:
    """Where what git cuts off begins, or the end."""
    cut = comment + b" " + _SCISSORS
    return next((at for at, row in enumerate(rows) if row.startswith(cut) and row.rstrip() == cut), len(rows))


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
    title = next((at for at, row in enumerate(rows) if not row.startswith(comment)), len(rows))
    title_end = next((at for at in range(title, len(rows)) if not rows[at].strip()), len(rows))
    if start < title_end:
        return None
    block = rows[start:]
    return start if _is_block(block, comment) and not _is_sentence(block, comment) else None


def _is_block(rows: Sequence[bytes], comment: bytes) -> bool:
    trailers = others = loose = 0
    from_git = False
    for row in reversed(rows):  # as git does: a continuation belongs to the trailer above it
        if row.startswith(comment):
            others, loose = others + loose, 0
        elif row.startswith(_GITS_OWN):
            from_git, trailers, loose = True, trailers + 1, 0
        elif _key(row):
            trailers, loose = trailers + 1, 0
        elif row[:1].isspace():
            loose += 1
        else:
            others, loose = others + 1 + loose, 0
    others += loose
    return bool(trailers) and (not others or (from_git and trailers * 3 >= others))


def _is_sentence(rows: Sequence[bytes], comment: bytes) -> bool:
    """Whether this is one line of prose with a colon in it: a key that nobody uses as one, and a sentence behind."""
    said = [row for row in rows if not row.startswith(comment)]
    key = _key(said[0])
    behind = said[0].partition(b":")[2].split()
    return len(said) == 1 and len(behind) >= _PROSE and b"-" not in key and key.lower() not in _SINGLE_WORDS


def _key(row: bytes) -> bytes:
    """The key of a trailer, empty where the row is none (trailer.c, find_separator)."""
    before, colon, _ = row.partition(b":")
    key = before.rstrip(b" \t")
    return key if colon and not key.translate(None, _KEY) else b""
