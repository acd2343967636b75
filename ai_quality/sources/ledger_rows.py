"""The rows of the ledger, and how a request goes into its columns, comes out, and grows when it is told again.

Values only. Names are keyed hashes by the time they get here. Standard library only: the hooks import this.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from ai_quality.light import Any, NamedTuple, dumps, loads
from ai_quality.sources.sessions.shapes import answered
from ai_quality.spend import Call, Stored, Tokens

SCHEMA = """
CREATE TABLE meta (name TEXT PRIMARY KEY, value NOT NULL) WITHOUT ROWID;
CREATE TABLE logs (
    name TEXT PRIMARY KEY, size INTEGER, changed INTEGER, inode INTEGER, at INTEGER, tail INTEGER, state TEXT,
    problems TEXT
) WITHOUT ROWID;
CREATE TABLE records (
    id TEXT PRIMARY KEY, agent TEXT NOT NULL, model TEXT, evidence TEXT NOT NULL, sha TEXT, parent TEXT,
    place TEXT, made INTEGER NOT NULL, state TEXT NOT NULL CHECK (state IN ('handed', 'kept', 'withheld'))
) WITHOUT ROWID;
CREATE TABLE requests (
    row INTEGER PRIMARY KEY, key TEXT NOT NULL UNIQUE, agent TEXT NOT NULL, session TEXT NOT NULL, turn TEXT NOT NULL,
    context TEXT NOT NULL, time INTEGER NOT NULL, model TEXT, provider TEXT, tier TEXT,
    input INTEGER, cache_read INTEGER, cache_write_5m INTEGER, cache_write_1h INTEGER, output INTEGER,
    whole_session INTEGER NOT NULL, exported INTEGER NOT NULL, request_id TEXT,
    kind TEXT NOT NULL, place TEXT, directory TEXT, branch TEXT, calls TEXT NOT NULL,
    dollars INTEGER, pico INTEGER, basis TEXT, record TEXT REFERENCES records (id)
);
CREATE INDEX placed_requests ON requests (place, time) WHERE kind = 'here';
CREATE INDEX claimed_requests ON requests (record) WHERE record IS NOT NULL;
CREATE TABLE sightings (home TEXT, request INTEGER, PRIMARY KEY (home, request)) WITHOUT ROWID;
CREATE TABLE rates (name TEXT PRIMARY KEY, value TEXT) WITHOUT ROWID;
CREATE TABLE rewrites (old TEXT PRIMARY KEY, new TEXT NOT NULL) WITHOUT ROWID;
"""

PICO = 10**12
"""Dollars are kept as whole dollars and trillionths: sums of integers are exact."""


class LogMark(NamedTuple):
    """How far a log has been read, and its size and change time (ms) then: unchanged, it need not be opened.

    `problems` are the sentences on what could not be read so far, a line each.
    """

    name: str
    size: int
    changed: int
    inode: int
    at: int
    tail: int
    state: str
    problems: str = ""


class Record(NamedTuple):
    """What one commit is charged by one agent and model at one evidence: the unit that git carries.

    `handed` to a message not yet known to be committed (`sha` None; `parent` is what HEAD was), `kept` by a commit,
    or `withheld`: a person took the line out, so it stays here.
    """

    id: str
    agent: str
    model: str | None
    evidence: str
    sha: str | None
    parent: str | None
    place: str | None
    made: int
    state: str


COLUMNS = (
    "key", "agent", "session", "turn", "context", "time", "model", "provider", "tier",
    "input", "cache_read", "cache_write_5m", "cache_write_1h", "output",
    "whole_session", "exported", "request_id", "kind", "place", "directory", "branch", "calls",
    "dollars", "pico", "basis", "record",
)  # fmt: skip
"""The columns of `requests` in the order of `Stored`, its tokens spread out; `row` comes last where it is asked for."""


def blanks(values: Sequence[object]) -> str:
    """A `?` a value, for SQL."""
    return ", ".join("?" * len(values))


def to_columns(one: Stored) -> list[object]:
    """The values of COLUMNS."""
    calls = dumps(one.calls, compact=True) if one.calls else ""
    tokens: tuple[int | None, ...] = one.tokens or (None,) * 5
    where = (one.whole_session, one.exported, one.request_id, one.kind, one.place, one.directory, one.branch)
    return [*one[:9], *tokens, *where, calls, one.dollars, one.pico, one.basis, one.record]


def from_columns(row: tuple[Any, ...]) -> Stored:
    """The request that the values of COLUMNS, and its `row`, hold."""
    key, agent, session, turn, context, time, model, provider, tier, *rest = row
    tokens = None if rest[0] is None else Tokens(*rest[:5])
    whole, exported, request_id, kind, place, directory, branch, calls, dollars, pico, basis, record, number = rest[5:]
    return Stored(
        key, agent, session, turn, context, time, model, provider, tier, tokens, bool(whole), bool(exported),
        request_id, kind, place, directory, branch, tuple(map(_call, loads(calls))) if calls else (),
        dollars, pico, basis, record, number,
    )  # fmt: skip


def _call(values: list[Any]) -> Call:
    name, kind, path, lines, fingerprint, failed, result_bytes, commits = values
    return Call(name, kind, path, lines, fingerprint, failed, result_bytes, tuple(commits))


def split(usd: Decimal | None) -> tuple[int, int] | tuple[None, None]:
    """Dollars as (whole, trillionths)."""
    return (None, None) if usd is None else divmod(int((usd * PICO).to_integral_value()), PICO)


def grown(one: Stored, other: Stored) -> Stored:
    """A request told twice, `one` as kept: the greatest counts, the first time and place, what either knows."""
    first, later = (other, one) if other.time < one.time else (one, other)
    both = one.tokens and other.tokens and Tokens(*map(max, one.tokens, other.tokens))
    after = first._replace(
        turn=first.turn or later.turn, context=first.context or later.context, model=first.model or later.model,
        provider=first.provider or later.provider, tier=first.tier or later.tier,
        request_id=first.request_id or later.request_id,
        tokens=both or one.tokens or other.tokens, calls=_calls(one.calls, other.calls),
        dollars=one.dollars, pico=one.pico, basis=one.basis, record=one.record, row=one.row,
    )  # fmt: skip
    priced_alike = all(getattr(after, name) == getattr(one, name) for name in ("tokens", "model", "tier", "time"))
    return after if priced_alike else after._replace(dollars=None, pico=None, basis=None)


def _calls(one: tuple[Call, ...], other: tuple[Call, ...]) -> tuple[Call, ...]:
    known = {call.id: call for call in one}
    for call in other:
        known[call.id] = answered(known[call.id], call) if call.id in known else call
    return tuple(known.values())
