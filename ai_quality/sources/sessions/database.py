"""Agents' SQLite files, opened read-only; never one of our own. A query that fails is a counted problem.

Another program may be writing, and anybody may have made the file: no waiting beyond a moment, no value over
16 MiB, no query without end, text that is no UTF-8 replaced.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence

from ai_quality.light import TYPE_CHECKING, Any
from ai_quality.sources.sessions.shapes import Problems, note

if TYPE_CHECKING:  # 7 ms, which the hook spends only when it meets a database
    import sqlite3

Row = tuple[Any, ...]
Ask = Callable[[str, Sequence[object]], Iterator[Row]]
"""Rows of a query; none, and a counted problem, where it fails."""

PATIENCE = 0.2
"""Seconds to wait for a lock: the agent may be writing, and the next reading comes soon."""

LARGEST_VALUE = 16 << 20
STEPS = 100_000
MOST_STEPS = 20_000
"""Times STEPS of SQLite's virtual machine: two thousand million, a minute or so. A bomb is stopped."""

UNREADABLE = "query that the database did not answer"
CLOSED = "database that cannot be opened"
UNANSWERED = frozenset({UNREADABLE, CLOSED})


def opened(path: str) -> sqlite3.Connection | None:
    """A read-only connection, or None where there is no such database."""
    import sqlite3  # noqa: PLC0415 (see above)
    from urllib.parse import quote  # noqa: PLC0415

    if not os.path.isfile(path):  # noqa: PTH113 (pathlib costs the hook 10 ms)
        return None
    try:
        connection = sqlite3.connect(f"file:{quote(path)}?mode=ro", uri=True, timeout=PATIENCE)
    except sqlite3.Error:
        return None
    connection.text_factory = _text
    connection.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, LARGEST_VALUE)
    left = [MOST_STEPS]

    def run_out() -> int:
        left[0] -= 1
        return left[0] < 0

    connection.set_progress_handler(run_out, STEPS)
    return connection


def _text(value: bytes) -> str:
    return value.decode("utf-8", "replace")


def asking(connection: sqlite3.Connection, problems: Problems) -> Ask:
    """A door to ask a database through."""
    import sqlite3  # noqa: PLC0415 (see above)

    def ask(query: str, values: Sequence[object] = ()) -> Iterator[Row]:
        try:
            yield from connection.execute(query, values)
        except sqlite3.Error:  # no such table or column, locked, damaged, run out of patience
            note(problems, UNREADABLE)

    return ask


def columns(ask: Ask, table: str) -> set[str]:
    """The columns of a table; empty where there is none."""
    return {str(row[0]) for row in ask("SELECT name FROM pragma_table_info(?)", (table,))}
