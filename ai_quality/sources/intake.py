"""From session logs into the ledger: what is new in each log, with every name hashed and every place decided.

A request is of one repository, by a rule that every repository's ledger decides alike: where its first edit of a
file in a repository is, else where its session's directory is. Requests of other repositories are kept as bare
numbers, so that a log need not be read again and the whole can be told; only those of this one are ever charged.
Standard library only: the hook imports this.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

from ai_quality.light import NamedTuple, blake2b
from ai_quality.sources import sessions
from ai_quality.sources.ledger import Ledger
from ai_quality.sources.ledger_rows import LogMark
from ai_quality.sources.places import GUESSES, Places, Spot
from ai_quality.spend import NOWHERE, Call, Request, Stored

EXPORTED = "otel:"
"""What the keys of telemetry begin with."""

UNFINISHED = -1
"""The size kept of a log that was not read to its end: no log has it, so the next run opens the log again."""


AT_ONCE = 2_000
"""Requests kept in one transaction: about 40 ms, and a hook waits 100 for its turn."""


class Intake(NamedTuple):
    """What a run brought in: logs found and read, sentences about what could not be, whether all was read."""

    logs: int
    read: int
    problems: list[str]
    complete: bool


class _Basket:
    """Readings that are kept together: many small transactions would write the ledger's indexes many times.

    It is emptied before it holds so much that a hook would lose patience with the transaction.
    """

    def __init__(self, ledger: Ledger, home: str) -> None:
        self._ledger, self._home = ledger, home
        self._marks: dict[str, LogMark] = {}
        self._requests: list[Stored] = []

    def add(self, mark: LogMark, requests: Iterable[Stored]) -> None:
        """Take in what a reading found."""
        self._marks[mark.name] = mark
        self._requests += requests
        if len(self._requests) >= AT_ONCE:
            self.empty()

    def empty(self) -> None:
        """Keep what it holds."""
        if self._marks:
            self._ledger.keep_all(self._home, self._marks.values(), self._requests)
        self._marks, self._requests = {}, []


class Haste(NamedTuple):
    """For a hook, whose time is short: whose logs, changed since when (ms), how many bytes at once, and how long."""

    agents: Sequence[str]
    since: int
    limit: int
    go_on: Callable[[], bool]


def collect(
    ledger: Ledger, places: Places, home: str, environ: Mapping[str, str], haste: Haste | None = None
) -> Intake:
    """Read what the logs below a home say that the ledger does not know, the latest changed first."""
    found = sessions.logs(home, environ, haste.agents) if haste else sessions.logs(home, environ)
    found = [log for log in found if log.changed >= haste.since] if haste else found
    names = {log.path: ledger.hashed(f"{home}\0{log.path}", 12) for log in found}
    marks, name_of_home = ledger.marks(list(names.values()) if haste else None), home_name(ledger, home)
    basket = _Basket(ledger, name_of_home)
    if not haste:
        ledger.expect_much()
    unread: list[str] = []
    read, complete = 0, True
    for log in sorted(found, key=lambda log: -log.changed):
        name = names[log.path]
        known = marks.get(name)
        if known and (known.size, known.changed) == (log.size, log.changed):
            continue
        complete = False
        for after, told, requests in _readings(ledger, log, name, known, haste):
            if after is None:
                unread += told
            else:
                basket.add(after, (placed(one, ledger, places) for one in requests))
                marks[name] = after
            complete = after is None or after.size != UNFINISHED
        if not complete:
            break
        read += 1
    basket.empty()
    problems = [problem for name in names.values() if name in marks for problem in marks[name].problems.splitlines()]
    return Intake(len(found), read, [*problems, *unread], complete)


def _readings(
    ledger: Ledger, log: sessions.Log, name: str, known: LogMark | None, haste: Haste | None
) -> Iterator[tuple[LogMark | None, Iterable[str], list[Request]]]:
    """Read a log on from its mark, a part at a time: the mark behind it, what is wrong with it so far, its requests.

    Where time runs out, it ends early; the mark is None where the log cannot be read.
    """
    go_on, limit = (haste.go_on, haste.limit) if haste else (lambda: True, sessions.MOST_AT_ONCE)
    told = dict.fromkeys(known.problems.splitlines() if known else ())
    mark, more = known and sessions.Mark(known.inode, known.at, known.tail, _opened(ledger, log.path, known)), True
    while more and go_on():
        reading = sessions.read(log, mark, limit)
        mark, more = reading.mark, reading.more
        told |= dict.fromkeys(f"{problem}, of {log.agent}" for problem in reading.problems)
        if mark is None:
            yield None, told, []
            return
        size = UNFINISHED if more else log.size
        after = LogMark(name, size, log.changed, mark.inode, mark.offset, mark.tail, "", "\n".join(told))
        yield after._replace(state=_sealed(ledger, log.path, after, mark.state.encode()).hex()), told, reading.requests


def _sealed(ledger: Ledger, path: str, mark: LogMark, state: bytes) -> bytes:
    """What a reader wants to remember, which may hold paths and ids: readable again only to who has the log.

    The key is made of the log's own path, which names its session and stands nowhere in the ledger.
    """
    key = blake2b(path.encode("utf-8", "surrogatepass"), key=ledger.salt, digest_size=32).digest()
    nonce = f"{mark.at}:{mark.changed}:{mark.size}:".encode()
    stream = b"".join(
        blake2b(nonce + b"%d" % block, key=key).digest() for block in range(len(state) // blake2b.MAX_DIGEST_SIZE + 1)
    )
    return bytes(one ^ other for one, other in zip(state, stream, strict=False))


def _opened(ledger: Ledger, path: str, mark: LogMark) -> str:
    return _sealed(ledger, path, mark, bytes.fromhex(mark.state)).decode()


def home_name(ledger: Ledger, home: str) -> str:
    """The name under which the ledger keeps which home's logs told of a request."""
    return ledger.hashed(f"home:{os.path.realpath(home)}")


def place_name(ledger: Ledger, worktree: str) -> str:
    """The name under which the ledger keeps a worktree ("" is the main one)."""
    return ledger.hashed(f"place:{worktree}")


def placed(request: Request, ledger: Ledger, places: Places) -> Stored:
    """The request as the ledger keeps it."""
    spot = _spot(request, places)
    is_known = spot.kind == "other"
    return Stored(
        key=ledger.hashed(request.key, 12),
        agent=request.agent,
        session=ledger.hashed(request.session),
        turn=request.turn and ledger.hashed(f"{request.session}\0{request.turn}"),
        context=request.context and ledger.hashed(request.context),
        time=request.time,
        model=request.model,
        provider=request.provider,
        tier=request.tier,
        tokens=request.tokens,
        whole_session=request.whole_session,
        exported=request.key.startswith(EXPORTED),
        request_id=request.request_id and ledger.hashed(request.request_id),
        kind=spot.kind,
        place=place_name(ledger, spot.worktree) if spot.kind == "here" else None,
        directory=None if is_known else _directory(request.directory, ledger, places),
        branch=ledger.hashed(f"branch:{request.branch}") if request.branch and not is_known else None,
        calls=() if is_known else tuple(_call(call, request, ledger, places) for call in request.calls),
    )


def _spot(request: Request, places: Places) -> Spot:
    """Where a request worked: the repository of its first edit in any, else that of its directory."""
    for call in edits(request.calls):
        spot = places.of_file(call.path or "", request.directory)
        if spot.kind in {"here", "other"}:
            return spot
    return places.of(request.directory)


def edits(calls: Iterable[Call]) -> list[Call]:
    """The calls that edited a file whose name is known."""
    return [call for call in calls if call.kind == "edit" and call.path and not call.failed]


def _directory(directory: str | None, ledger: Ledger, places: Places) -> str | None:
    """A gone directory's name, and how far above it a directory is called like this repository, if one is."""
    if directory is None or places.of(directory).kind != "gone":
        return None
    parts = reversed(os.path.normpath(directory).rsplit("/", GUESSES)[-GUESSES:])
    level = next((str(level) for level, part in enumerate(parts) if part in places.called), "")
    return f"{ledger.hashed(directory)}:{level}"


def _call(call: Call, request: Request, ledger: Ledger, places: Places) -> Call:
    names = places.names(call.path, request.directory) if call.path else ()
    return call._replace(
        id=ledger.hashed(call.id),
        path=" ".join(ledger.hashed(name) if name else NOWHERE for name in names) or None,
        fingerprint=ledger.hashed(call.fingerprint),
    )
