"""THE DuckDB door: rows → Parquet, one folder a table, and the connection that metrics query.

Parquet is written through CSV because DuckDB's own row-by-row insert is slow and its fast ways need numpy
or pyarrow. A table set is written beside the old one and swapped in whole, so a reader never sees half.
"""

from __future__ import annotations

import contextlib
import csv
import json
import re
import shutil
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from importlib import resources
from itertools import chain
from pathlib import Path
from typing import Any, NamedTuple, Self, TypeAlias

import duckdb

from ai_quality.errors import EnvironmentProblem, UsageError
from ai_quality.facts.keyed import Given, Keyed, Row

SCHEMA_VERSION = 1

ROW_GROUP = 16_384
"""Rows that one core reads by itself; by DuckDB's 122,880 one core reads all. A third off the queries on pytest."""

Tables: TypeAlias = "Mapping[str, Iterable[Row] | Keyed]"

STORED = "memory.main"
"""What a table is called by a view that stands before it: `memory.main.commits`."""


class Column(NamedTuple):
    """A column of schema.sql: name, SQL type, may it be NULL, and its definition."""

    name: str
    type: str
    nullable: bool
    definition: str


class Table(NamedTuple):
    """A table of schema.sql with the comment above it."""

    name: str
    definition: str
    columns: tuple[Column, ...]


def schema() -> tuple[Table, ...]:
    """Return the tables of schema.sql, in its order."""
    text = resources.files("ai_quality.facts").joinpath("schema.sql").read_text(encoding="utf-8")
    tables = re.findall(r"^-- ([^\n]+)\nCREATE TABLE (\w+) \(\n(.*?)^\);", text, re.MULTILINE | re.DOTALL)
    column = re.compile(r"^    (\w+) (\w+)( NOT NULL)?,? *-- (.*)$", re.MULTILINE)
    return tuple(
        Table(name, said, tuple(Column(c, kind, not required, why) for c, kind, required, why in column.findall(body)))
        for said, name, body in tables
    )


class Store:
    """The facts of one measured revision, in a folder. Close it, or use it as a context manager."""

    def __init__(self, folder: Path) -> None:
        """Open the tables in `folder`; EnvironmentProblem if they cannot be read."""
        self.folder = folder
        self._connection = duckdb.connect(":memory:")
        self._connection.execute("SET TimeZone = 'UTC'")
        try:
            for table in schema():
                files = str(folder / table.name / "*.parquet").replace("'", "''")
                self._connection.execute(
                    f"CREATE VIEW {table.name} AS SELECT * FROM read_parquet('{files}')",  # noqa: S608 (our own names)
                )
        except duckdb.Error as broken:
            message = f"the facts in {str(folder)!r} cannot be read"
            raise EnvironmentProblem(message, hint="delete that folder, they will be made again") from broken

    def __enter__(self) -> Self:
        """Nothing more to open."""
        return self

    def __exit__(self, *_: object) -> None:
        """Close the connection."""
        self._connection.close()

    def rows(self, sql: str, parameters: Mapping[str, object] | None = None) -> list[tuple[Any, ...]]:
        """Run a query and return its rows; times come as naive UTC datetimes."""
        return self._connection.execute(sql, parameters or None).fetchall()

    def count(self, table: str) -> int:
        """Return how many rows a table has; UsageError if there is no such table."""
        (count,) = self.rows(f"SELECT COUNT(*) FROM {table_name(table)}")[0]  # noqa: S608 (a name of the schema)
        return int(count)

    def all_of(self, table: str) -> list[dict[str, Any]]:
        """Return a table's rows; UsageError if there is no such table."""
        return self.records(f"SELECT * FROM {table_name(table)}")  # noqa: S608 (a name of the schema)

    def records(self, sql: str, parameters: Mapping[str, object] | None = None) -> list[dict[str, Any]]:
        """Run a query and return a dict a row, by column name."""
        found = self._connection.execute(sql, parameters or None)
        names = [column[0] for column in found.description or ()]
        return [dict(zip(names, row, strict=True)) for row in found.fetchall()]

    def set_window(self, **values: object) -> None:
        """Put the run's settings where the metrics' SQL finds them: a one-row table `params`."""
        columns = ", ".join(f"CAST(${name} AS {_sql_type(value)}) AS {name}" for name, value in values.items())
        self._connection.execute(f"CREATE OR REPLACE TEMPORARY TABLE params AS SELECT {columns}", values)

    @contextlib.contextmanager
    def sliced(self, value: str | None, views: Mapping[str, str]) -> Iterator[None]:
        """Let views stand before the tables they are named after, so that the same query sees a slice of the facts.

        The views' SQL finds `value` in the one-row table `slice`, and the tables themselves under `STORED`.
        """
        self._connection.execute(
            "CREATE OR REPLACE TEMPORARY TABLE slice AS SELECT CAST($value AS VARCHAR) AS value", {"value": value}
        )
        try:
            for table, sql in views.items():
                self._connection.execute(f"CREATE TEMPORARY VIEW {table_name(table)} AS {sql}")
            yield
        finally:
            for table in views:
                self._connection.execute(f"DROP VIEW IF EXISTS temp.{table_name(table)}")

    def dump(self, table: str, path: Path, form: str) -> None:
        """Write a table to a file as csv or parquet."""
        target = str(path).replace("'", "''")
        options = "FORMAT parquet" if form == "parquet" else "FORMAT csv, HEADER"
        rows = f"SELECT * FROM {table_name(table)}"  # noqa: S608 (a name of the schema)
        try:
            self._connection.execute(f"COPY ({rows}) TO '{target}' ({options})")
        except duckdb.IOException as refused:
            message = f"cannot write {str(path)!r}"
            raise UsageError(message, hint="name a file in a directory that is there and may be written") from refused


def table_name(name: str) -> str:
    """Return a table's name if there is such a table; UsageError names those there are."""
    names = [table.name for table in schema()]
    if name not in names:
        message = f"there is no table {name!r}"
        raise UsageError(message, hint="tables are " + ", ".join(names))
    return name


def write(
    folder: Path,
    repo: str,
    tables: Tables,
    shared: Mapping[str, Given] | None = None,
    later: Callable[[], Tables] = dict,
) -> None:
    """Write all tables of the schema as Parquet under `folder`, replacing what was there as a whole.

    Rows have the schema's columns in order but the first, which is `repo`; times are seconds since 1970 UTC. The
    queries of keyed tables see those of `shared`, too. `later` gives the tables still being made, and is asked last.
    OSError if the disk refuses.
    """
    folder.parent.mkdir(parents=True, exist_ok=True)
    named = {table.name: table for table in schema()}
    with tempfile.TemporaryDirectory(prefix=".facts-", dir=folder.parent) as scratch:
        fresh = Path(scratch) / "facts"
        with duckdb.connect(":memory:") as connection, _Writer(connection, Path(scratch)) as writer:
            for name, given in (shared or {}).items():
                writer.load(name, given)
            for name, rows in chain(tables.items(), _asked_last(later)):
                writer.write(named.pop(name), repo, rows, fresh)
        if named:
            message = f"no rows were given for {', '.join(named)}"
            raise ValueError(message)
        if folder.exists():
            folder.rename(Path(scratch) / "old")
        fresh.rename(folder)


def _asked_last(later: Callable[[], Tables]) -> Iterator[tuple[str, Iterable[Row] | Keyed]]:
    yield from later().items()


class _Writer:
    """Has DuckDB read what Python wrote as text, while Python writes the next; raises what went wrong on leaving."""

    def __init__(self, connection: duckdb.DuckDBPyConnection, scratch: Path) -> None:
        self._connection, self._scratch = connection, scratch
        self._beside = ThreadPoolExecutor(1)
        self._waiting: list[Future[None]] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: object, *_: object) -> None:
        self._beside.shutdown(cancel_futures=kind is not None)
        if kind is None:
            for done in self._waiting:
                done.result()

    def load(self, name: str, given: Given) -> None:
        """Make a table of this connection alone."""
        columns = dict(column.rsplit(" ", 1) for column in given.columns.split(", "))
        self._later(given.rows, lambda source: f"CREATE TABLE {name} AS FROM {source}", columns)

    def write(self, table: Table, repo: str, rows: Iterable[Row] | Keyed, fresh: Path) -> None:
        """Make a table's Parquet file."""
        (fresh / table.name).mkdir(parents=True)
        given = {c.name: "BIGINT" if c.type == "TIMESTAMP" else c.type for c in table.columns[1:]}
        timed = {c.name for c in table.columns if c.type == "TIMESTAMP"}
        named = ", ".join(f"make_timestamp({name} * 1000000) AS {name}" if name in timed else name for name in given)
        target = _quoted(fresh / table.name / "part-0.parquet")
        repo_sql = _quoted(repo.encode("utf-8", "backslashreplace").decode())

        def copy(source: str) -> str:
            rows_of = f"SELECT {repo_sql} AS repo, {named} FROM {source}"  # noqa: S608 (our own names)
            return f"COPY ({rows_of}) TO {target} (FORMAT parquet, COMPRESSION zstd, ROW_GROUP_SIZE {ROW_GROUP})"

        if isinstance(rows, Keyed):
            for name, rows_given in rows.given.items():
                self.load(name, rows_given)
            query = resources.files("ai_quality.facts").joinpath(rows.sql).read_text(encoding="utf-8")
            self._submit(copy(f"(\n{query})"))
        else:
            self._later(rows, copy, given)

    def _later(self, rows: Iterable[Row], statement: Callable[[str], str], columns: Mapping[str, str]) -> None:
        text = self._scratch / f"{len(self._waiting)}.csv"
        # Parquet text is UTF-8: bytes of a path that are not are shown as \udcNN.
        with text.open("w", encoding="utf-8", errors="backslashreplace", newline="") as file:
            csv.writer(file, lineterminator="\n", quoting=csv.QUOTE_MINIMAL).writerows(rows)
        shape = "header=false, auto_detect=false, delim=',', quote='\"', escape='\"', nullstr='', strict_mode=true"
        names = json.dumps(columns).replace('"', "'")
        self._submit(
            statement(f"read_csv({_quoted(text)}, columns={names}, {shape}, max_line_size=16000000, parallel=false)")
        )

    def _submit(self, sql: str) -> None:
        self._waiting.append(self._beside.submit(self._run, sql))

    def _run(self, sql: str) -> None:
        self._connection.execute(sql)


def _quoted(text: object) -> str:
    return "'" + str(text).replace("'", "''") + "'"


def _sql_type(value: object) -> str:
    return "TIMESTAMP" if value is None or hasattr(value, "isoformat") else "DOUBLE"


def forget(folder: Path) -> None:
    """Delete stored facts; nothing happens where there are none."""
    shutil.rmtree(folder, ignore_errors=True)
