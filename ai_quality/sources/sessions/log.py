"""The rows of reading: a log, how far it was read, what a reading found. Apart, so that readers can name them."""

from __future__ import annotations

from ai_quality.light import Literal, NamedTuple
from ai_quality.spend import Request

Kind = Literal["lines", "document", "database", "unreadable"]
"""How a log is read: appended to line by line, written whole each time, SQLite; or a directory nobody may list."""


class Log(NamedTuple):
    """One log: whose, where, how it is read. Size in bytes and change time in milliseconds, when it was found.

    `directory` is where the sessions ran, for agents that tell it only by the place of the log.
    """

    agent: str
    path: str
    kind: Kind
    size: int
    changed: int
    directory: str | None = None


class Mark(NamedTuple):
    """How far a log was read: the next reading goes on there. `state` is a small JSON text without log content.

    `tail` is a checksum of what stands before `offset`: a file written anew in place is read from its beginning.
    """

    inode: int
    offset: int
    tail: int
    state: str


class Reading(NamedTuple):
    """What one reading found. The same key may come again later with grown counts and more known of its calls.

    `requests` holds each key once; merge with an earlier reading's by `shapes.grown`. `mark` is None when the log
    could not be opened. `problems` are sentences with counts. `more`: the limit was reached, read again.
    """

    requests: list[Request]
    mark: Mark | None
    problems: list[str]
    more: bool = False
