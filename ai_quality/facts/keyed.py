"""Rows told by numbers, for the tables that have most of them. Values only; `store` has DuckDB put in what they mean.

Writing a 40-character id as text for each of a hundred thousand rows, three a row, takes Python as long as a fifth of
the whole pass; a number takes a tenth of that, and the join costs nothing that one would notice.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple, TypeAlias

Row: TypeAlias = Sequence[object]


class Given(NamedTuple):
    """Rows for a table that lives no longer than the writing: its columns as SQL names them with their types."""

    columns: str
    rows: Iterable[Row]


class Keyed(NamedTuple):
    """A table of the schema as the query in file `sql` makes it of the tables `given`, and of those all share."""

    sql: str
    given: Mapping[str, Given]
