"""THE door to our own state: a SQLite file with a row a request, so that each is spent once.

`$(git rev-parse --git-common-dir)/ai-quality/ledger.sqlite`, readable by its owner only, shared by the worktrees,
never pushed. It holds numbers, times, names of agents and models, and keyed hashes: of sessions, turns, branches,
directories and of paths inside the repository. No prompt, no command, no path: who has the file but not the log
learns how much was spent, not on what. Commit ids stand in clear.

A request names at most one record (`requests.record`), a record at most one commit: that is the whole invariant,
held by one column. Every change is one transaction, taken out with a lock (`writing`), so a killed process leaves
the file as before or as after. Standard library only: the hooks import this.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from decimal import Decimal

from ai_quality import errors
from ai_quality.light import TYPE_CHECKING, blake2b
from ai_quality.sources import ledger_rows
from ai_quality.sources.ledger_rows import COLUMNS, LogMark, Record, blanks, from_columns, grown, split, to_columns
from ai_quality.spend import Stored

FILE = "ledger.sqlite"
VERSION = 1
PATIENCE = 10.0
"""Seconds to wait for another process's transaction; the hooks wait less."""

MUCH = 32 << 20
"""Bytes that may wait in the write-ahead log, or stand in memory, while many logs are read."""

CHUNK = 500
MOST_HASHES = 65_536
"""Remembered: logs name few paths, sessions and branches, many times."""

if TYPE_CHECKING:
    import sqlite3
else:  # what sqlite3 gives too, but without its converters of dates and times: 1 ms
    try:
        import _sqlite3 as sqlite3
    except ImportError:
        import sqlite3

_left_open: list[sqlite3.Connection] = []
_LISTED = ", ".join(COLUMNS)


class Ledger:
    """An open ledger; only `open_ledger` makes one."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        """The schema is there already."""
        self._db = connection
        self._hashes: dict[tuple[str, int], str] = {}
        (self._salt,) = self._db.execute("SELECT value FROM meta WHERE name = 'salt'").fetchone()

    @property
    def salt(self) -> bytes:
        """The ledger's own secret: hashes tell nothing without it."""
        return bytes(self._salt)

    def hashed(self, text: str, size: int = 8) -> str:
        """A keyed hash: equal for equal texts in this ledger, and no way back."""
        known = self._hashes.get((text, size))
        if known is None:
            if len(self._hashes) >= MOST_HASHES:
                self._hashes.clear()
            known = blake2b(text.encode("utf-8", "surrogatepass"), digest_size=size, key=self._salt).hexdigest()
            self._hashes[text, size] = known
        return known

    @contextlib.contextmanager
    def writing(self) -> Iterator[None]:
        """One transaction that no other process can come between; nothing of it stays when it raises.

        A claim must outlive the commit that carries it, so this waits for the disk, unlike `keep`.
        """
        self._db.execute("PRAGMA synchronous = FULL")
        yield from self._transaction()
        self._db.execute("PRAGMA synchronous = NORMAL")

    def expect_much(self) -> None:
        """Prepare for many requests: fewer waits for the disk between them, and more of the file in memory."""
        self._db.execute(f"PRAGMA wal_autocheckpoint = {MUCH // 4096}")
        self._db.execute(f"PRAGMA cache_size = -{MUCH // 1024}")

    def _transaction(self) -> Iterator[None]:
        self._db.execute("BEGIN IMMEDIATE")
        try:
            yield
        except BaseException:
            self._db.execute("ROLLBACK")
            raise
        self._db.execute("COMMIT")

    # --- what the logs say ---------------------------------------------------------------------------

    def marks(self, names: Sequence[str] | None = None) -> dict[str, LogMark]:
        """Every log's mark by its hashed name, or those of some logs."""
        found: list[LogMark] = []
        if names is None:
            found += [LogMark(*mark) for mark in self._db.execute("SELECT * FROM logs")]
        for first in range(0, len(names or ()), CHUNK):
            some = (names or ())[first : first + CHUNK]
            told = self._db.execute(f"SELECT * FROM logs WHERE name IN ({blanks(some)})", some)
            found += [LogMark(*mark) for mark in told]
        return {mark.name: mark for mark in found}

    def keep(self, home: str, mark: LogMark, requests: Iterable[Stored]) -> None:
        """Keep what a log said together with how far it was read; a request told again grows, and is never doubled."""
        self.keep_all(home, [mark], requests)

    def keep_all(self, home: str, marks: Iterable[LogMark], requests: Iterable[Stored]) -> None:
        """Keep what several logs said in one transaction: each touches pages all over the indexes, and writes them."""
        told: dict[str, Stored] = {}
        for one in requests:
            told[one.key] = grown(told[one.key], one) if one.key in told else one
        with contextlib.contextmanager(self._transaction)():  # lost, it is read again
            keys, changed = list(told), False
            for first in range(0, len(keys), CHUNK):
                changed |= self._keep(home, [told[key] for key in keys[first : first + CHUNK]])
            self._db.executemany(f"INSERT OR REPLACE INTO logs VALUES ({blanks(LogMark._fields)})", marks)
            if changed:
                self._changed()

    def _keep(self, home: str, told: Sequence[Stored]) -> bool:
        before = self._db.total_changes
        known = {one.key: one for one in self._select(f"key IN ({blanks(told)})", [one.key for one in told])}
        fresh = [one for one in told if one.key not in known]
        self._db.executemany(f"INSERT INTO requests ({_LISTED}) VALUES ({blanks(COLUMNS)})", map(to_columns, fresh))
        for one in told:
            if one.key in known and (after := grown(known[one.key], one)) != known[one.key]:
                self._db.execute(f"UPDATE requests SET ({_LISTED}) = ({blanks(COLUMNS)}) WHERE row = ?",
                                 [*to_columns(after), after.row])  # fmt: skip
        sighted = "INSERT OR IGNORE INTO sightings SELECT ?, row FROM requests WHERE key = ?"
        self._db.executemany(sighted, [(home, one.key) for one in told])
        return self._db.total_changes > before

    def _changed(self) -> None:
        self._db.execute("UPDATE meta SET value = value + 1 WHERE name = 'generation'")

    def generation(self) -> int:
        """A number that grows whenever a request is added, grows, or changes its record."""
        return int(self._db.execute("SELECT value FROM meta WHERE name = 'generation'").fetchone()[0])

    def sighted(self, homes: Sequence[str], *, elsewhere: bool) -> list[Stored]:
        """The requests that logs of these homes tell of, in order: of this repository and of no known one, or
        those of other repositories.
        """  # noqa: D205 (one sentence)
        sign = "=" if elsewhere else "!="
        seen = f"row IN (SELECT request FROM sightings WHERE home IN ({blanks(homes)}))"
        return self._select(f"kind {sign} 'other' AND {seen} ORDER BY time, row", homes)

    def keep_prices(
        self, priced: Iterable[tuple[int, Decimal | None, str]], rates: Mapping[str, str] | None = None
    ) -> None:
        """Keep (row, dollars, basis), dollars None where nobody knows; and tables of rates by what they price."""
        with self.writing():
            self._db.executemany("INSERT OR REPLACE INTO rates VALUES (?, ?)", (rates or {}).items())
            self._db.executemany(
                "UPDATE requests SET dollars = ?, pico = ?, basis = ? WHERE row = ?",
                [(*split(usd), basis, row) for row, usd, basis in priced],
            )

    def rates(self) -> dict[str, str]:
        """The tables of rates by what they price, both as JSON."""
        return dict(self._db.execute("SELECT name, value FROM rates"))

    def remember(self, name: str, value: str) -> None:
        """Keep a result under a name that says what it depends on; only the last one of a kind (`kind:...`) stays."""
        with self.writing():
            self._db.execute("DELETE FROM meta WHERE name GLOB ?", [f"{name.partition(':')[0]}:*"])
            self._db.execute("INSERT INTO meta VALUES (?, ?)", (name, value))

    def remembered(self, name: str) -> str | None:
        """What was kept under exactly this name."""
        found = self._db.execute("SELECT value FROM meta WHERE name = ?", [name]).fetchone()
        return str(found[0]) if found else None

    # --- what is spent -------------------------------------------------------------------------------

    def unclaimed(self, place: str, since: int) -> list[Stored]:
        """The requests of a worktree from a time (ms) on that no record claims."""
        return [one for one in self.lately(place, since, -1) if one.record is None]

    def lately(self, place: str, since: int, most: int) -> list[Stored]:
        """The last `most` requests of a worktree from the first unclaimed one after a time (ms) on, in order."""
        where = "kind = 'here' AND place = ? AND time >="
        first = f"(SELECT MIN(time) FROM requests WHERE {where} ? AND record IS NULL)"
        found = self._select(f"{where} {first} ORDER BY time DESC, row DESC LIMIT ?", [place, place, since, most])
        return found[::-1]

    def claim(self, record: Record, rows: Iterable[int]) -> int:
        """Let a record, new or known, have those of the rows that no record has; returns how many it got.

        Call it inside `writing`, with rows read there, so that nobody else can have got them in between.
        """
        self._db.execute(f"INSERT OR IGNORE INTO records VALUES ({blanks(record)})", record)
        taken = self._db.executemany(
            "UPDATE requests SET record = ? WHERE row = ? AND record IS NULL", [(record.id, row) for row in rows]
        ).rowcount
        if taken < 1:  # nothing was left for it
            self._db.execute("DELETE FROM records WHERE id = ? AND NOT EXISTS"
                             " (SELECT 1 FROM requests WHERE record = records.id)", [record.id])  # fmt: skip
        self._changed()
        return max(taken, 0)

    def release(self, record: str) -> None:
        """Give a record's requests back: its commit never came to be."""
        self._db.execute("UPDATE requests SET record = NULL WHERE record = ?", [record])
        self._db.execute("DELETE FROM records WHERE id = ?", [record])
        self._changed()

    def records(self, where: str = "1", values: Sequence[str] = ()) -> list[Record]:
        """The records, oldest first; `where` is a condition on their columns, ours only."""
        found = self._db.execute(f"SELECT * FROM records WHERE {where} ORDER BY made, id", values)
        return [Record(*row) for row in found]

    def claimed(self, record: str) -> list[Stored]:
        """The requests a record has."""
        return self._select("record = ? ORDER BY time, row", [record])

    def update(self, record: Record) -> None:
        """Keep a record's new commit or state."""
        self._db.execute("UPDATE records SET sha = ?, state = ? WHERE id = ?", (record.sha, record.state, record.id))
        self._changed()

    def rewrite(self, pairs: Iterable[tuple[str, str]]) -> None:
        """Let records follow their commits from old id to new, and remember the way for what is claimed later."""
        listed = list(pairs)
        self._db.executemany("INSERT OR REPLACE INTO rewrites VALUES (?, ?)", listed)
        self._db.executemany("UPDATE records SET sha = ? WHERE sha = ?", [(new, old) for old, new in listed])
        self._changed()

    def rewrites(self) -> dict[str, str]:
        """Old commit id → new, one step."""
        return dict(self._db.execute("SELECT old, new FROM rewrites"))

    def _select(self, where: str, values: Sequence[str | int]) -> list[Stored]:
        return [
            from_columns(row) for row in self._db.execute(f"SELECT {_LISTED}, row FROM requests WHERE {where}", values)
        ]


@contextlib.contextmanager
def open_ledger(
    folder: str | os.PathLike[str] | None, patience: float = PATIENCE, *, leave_open: bool = False
) -> Iterator[Ledger]:
    """Open the ledger in a folder, making it where there is none; None keeps one in memory for this run.

    `leave_open` is for a process that ends at once: closing copies the write-ahead log into the file, which waits
    for the disk two or three times (5 ms each, measured) and may as well be done by who comes next.

    Raises LedgerTooNew, LedgerBusy, LedgerUnwritable or LedgerDamaged, each a sentence. A damaged file is moved aside
    before the last is raised, so that the next run begins a new one and nothing is lost.
    """
    path = ":memory:" if folder is None else os.path.join(folder, FILE)
    inode = None if folder is None else _ensure_private(path)
    try:
        connection = sqlite3.connect(path, timeout=patience, isolation_level=None)
        try:
            _prepare(connection)
            yield Ledger(connection)
        finally:
            if leave_open:
                _left_open.append(connection)
            else:
                connection.close()
    except sqlite3.DatabaseError as failure:
        if isinstance(failure, sqlite3.ProgrammingError | sqlite3.IntegrityError):
            raise  # a mistake of ours, not of the file
        raise _sentence(failure, path, inode) from failure


def _ensure_private(path: str) -> int:
    """Make the file readable by its owner only, from its first byte on; returns which file it is."""
    try:
        os.makedirs(os.path.dirname(path), exist_ok=True)
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | getattr(os, "O_CLOEXEC", 0), 0o600)
        with os.fdopen(descriptor, "rb") as opened:
            found = os.fstat(opened.fileno())
            if found.st_mode & 0o077:
                os.fchmod(opened.fileno(), 0o600)
            return found.st_ino
    except OSError as refused:
        message = f"cannot keep a ledger at {path!r} ({refused.strerror})"
        raise errors.LedgerUnwritable(message) from refused


def _prepare(connection: sqlite3.Connection) -> None:
    """Make the schema where there is none; refuse one that we do not know before touching anything."""
    if (version := _version(connection)) > VERSION:
        message = f"the ledger has version {version}, and this ai-quality knows only {VERSION}"
        raise errors.LedgerTooNew(message, hint="update ai-quality; nothing was changed")
    connection.execute("PRAGMA journal_mode = WAL")  # a reader never waits for a writer
    connection.execute("PRAGMA synchronous = NORMAL")
    if version == 0:
        connection.execute("BEGIN IMMEDIATE")
        if _version(connection) == 0:  # nobody else was quicker
            for statement in filter(str.strip, ledger_rows.SCHEMA.split(";")):
                connection.execute(statement)
            connection.execute("INSERT INTO meta VALUES ('salt', ?), ('generation', 0)", [os.urandom(32)])
            connection.execute(f"PRAGMA user_version = {VERSION}")
        connection.execute("COMMIT")


def _version(connection: sqlite3.Connection) -> int:
    return int(connection.execute("PRAGMA user_version").fetchone()[0])


def _sentence(failure: sqlite3.DatabaseError, path: str, inode: int | None) -> errors.EnvironmentProblem:
    """Tell what is wrong with the file in our words; one that is no ledger is moved aside first."""
    name = getattr(failure, "sqlite_errorname", "")
    if name.startswith(("SQLITE_BUSY", "SQLITE_LOCKED")):
        return errors.LedgerBusy("another process is writing the ledger", hint="try again")
    if name.startswith(("SQLITE_NOTADB", "SQLITE_CORRUPT")) or "no such table" in str(failure):
        aside = _move_aside(path, inode)
        return errors.LedgerDamaged(
            "the ledger was damaged", hint=f"it is kept as {aside!r}; the next run begins a new one"
        )
    return errors.LedgerUnwritable(f"the ledger at {path!r} cannot be used ({failure})")


def _move_aside(path: str, inode: int | None) -> str:
    """Rename the file we opened, not one that another process has put in its place since."""
    number = 1
    while os.path.exists(aside := f"{path}.damaged-{number}"):
        number += 1
    with contextlib.suppress(OSError):
        if os.stat(path).st_ino == inode:
            for ending in ("", "-wal", "-shm"):
                with contextlib.suppress(FileNotFoundError):
                    os.rename(path + ending, aside + ending)
    return aside
