"""What lies between two commits, a file a row: git's raw row and its counts of lines. Asks through the git door only.

White-space edits are no change, as in the pass over history (`history`) and in `git blame -w`; renames are followed
as there.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from ai_quality.errors import GitFailed, HistoryGarbled
from ai_quality.model import FileChange
from ai_quality.sources.git import DIFF_OPTIONS, Repository
from ai_quality.sources.history import RENAMES


class Changed(NamedTuple):
    """A file with the text lines added and deleted; None where git shows no text (binary)."""

    change: FileChange
    added: int | None
    deleted: int | None


def between(repository: Repository, base: str, head: str) -> list[Changed]:
    """Return what changed from one commit or tree to another; both are full ids."""
    arguments = ("diff-tree", "--raw", "--numstat", "-z", "-w", *RENAMES, *DIFF_OPTIONS)
    answer = repository.ask(*arguments, base, head).decode("utf-8", "surrogateescape")
    return parse(answer)


def parse(answer: str) -> list[Changed]:
    """Read `--raw --numstat -z`: all raw rows, then the counts of those files that still differ with `-w`."""
    fields = iter(answer.split("\0")[:-1])
    changes: list[FileChange] = []
    counts: dict[str, tuple[int | None, int | None]] = {}
    for field in fields:
        if field.startswith(":"):
            changes.append(_raw(field, fields))
        else:
            path, added, deleted = _counted(field, fields)
            counts[path] = (added, deleted)
    return [Changed(one, *counts.get(one.new_path, (0, 0))) for one in changes]


def _raw(field: str, rest: Iterator[str]) -> FileChange:
    old_mode, new_mode, old, new, status = field[1:].split(" ")
    old_path = new_path = _next(rest)
    if status[:1] in "RC":
        new_path = _next(rest)
    return FileChange(status[:1], old_mode, new_mode, old, new, old_path, new_path)


def _counted(field: str, rest: Iterator[str]) -> tuple[str, int | None, int | None]:
    """`3<tab>1<tab>path`, or with an empty path the old and the new one in fields of their own."""
    parts = field.split("\t", 2)
    if len(parts) != 3:  # noqa: PLR2004 (added, deleted, path)
        raise HistoryGarbled(f"git counts lines in another format than it should ({field[:40]!r})")
    added, deleted, path = parts
    if not path:
        _next(rest)
        path = _next(rest)
    return path, _count(added), _count(deleted)


def _count(text: str) -> int | None:
    return None if text == "-" else int(text)


def _next(rest: Iterator[str]) -> str:
    for field in rest:
        return field
    raise HistoryGarbled("git's list of changed files ends in the middle of a row")


def merge_base(repository: Repository, base: str, head: str) -> str | None:
    """Return the newest commit that both have, None where they share no history; both are full ids."""
    try:
        return repository.ask("merge-base", base, head).decode("ascii").split("\n", 1)[0] or None
    except GitFailed:  # exit status 1 and not a word: there is none
        return None
