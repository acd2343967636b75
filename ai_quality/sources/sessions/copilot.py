"""Copilot CLI: `session-store.db`, a row a request; for sessions without rows `session-state/*/events.jsonl`.

What makes a plain sum too high, and what is done here: a session's shutdown reports totals that go on from one resumed
leg to the next, so they are kept under one key a model and the greatest counts; counters that fall began anew, under
the next key. They count only for sessions of which the database has no row: rows are written as requests end, totals
only on a clean end. Input includes what was read from and written to a cache. Prices of its models are list prices of
the models' makers: what GitHub bills in credits is another thing.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from ai_quality.sources.sessions import database, files, shapes
from ai_quality.sources.sessions.database import Ask
from ai_quality.sources.sessions.log import Log
from ai_quality.sources.sessions.shapes import Problems, Record, State, name, note, path, table
from ai_quality.spend import Request, Tokens

AGENT = "copilot-cli"
COLUMNS = ("input_tokens", "cache_read_tokens", "cache_write_tokens", "output_tokens")

ROWS = """
SELECT e.id, e.session_id, {turn}, e.created_at, {model}, s.cwd, {branch},
       e.input_tokens, e.cache_read_tokens, e.cache_write_tokens, e.output_tokens
FROM assistant_usage_events e LEFT JOIN sessions s ON s.id = e.session_id WHERE e.id > ? ORDER BY e.id
"""


def logs(home: str, environ: Mapping[str, str]) -> Iterator[Log]:
    """The database below COPILOT_HOME, else ~/.copilot, and the events of sessions that it does not know."""
    top = files.expanded(environ.get("COPILOT_HOME") or f"{home}/.copilot", home)
    known: set[str] = set()
    for found in files.one(f"{top}/session-store.db"):
        yield Log(AGENT, found.path, "database", found.size, found.changed)
        known = _sessions(found.path)
    for log in files.logs(AGENT, f"{top}/session-state", "events.jsonl"):
        if log.path.rsplit("/", 2)[-2] not in known:
            yield log


def _sessions(path: str) -> set[str]:
    connection = database.opened(path)
    if connection is None:
        return set()
    try:
        ask = database.asking(connection, {})
        return {str(row[0]) for row in ask("SELECT DISTINCT session_id FROM assistant_usage_events", ())}
    finally:
        connection.close()


def rows(ask: Ask, state: State, problems: Problems, log: Log) -> Iterator[Request]:
    """Rows added since the last reading → requests."""
    del log
    have = database.columns(ask, "assistant_usage_events")
    if not have:
        return  # of a version before this table
    query = ROWS.format(
        turn="e.turn_index" if "turn_index" in have else "NULL",
        model="COALESCE(e.copilot_usage_model, e.model)" if "copilot_usage_model" in have else "e.model",
        branch="s.branch" if "branch" in database.columns(ask, "sessions") else "NULL",
    )
    for row in ask(query, (state.get("id", 0),)):
        number, told, turn, created, model, cwd, branch, *counts = row
        about: Record = {"session": told, "model": model, "cwd": cwd, "branch": branch}
        session = name(about, "session")
        if not isinstance(number, int) or session is None:
            note(problems, shapes.DAMAGED)
            continue
        state["id"] = max(state.get("id", 0), number)
        time = _time(created)
        if time is None:
            note(problems, shapes.NO_TIME)
            continue
        yield Request(
            key=f"{AGENT}:{session}:{number}",
            agent=AGENT,
            session=session,
            turn=f"{session}.{turn}" if isinstance(turn, int) else "",
            time=time,
            model=name(about, "model"),
            provider=None,
            tier=None,
            tokens=_tokens(dict(zip(COLUMNS, counts, strict=True)), COLUMNS, problems),
            directory=path(about, "cwd"),
            branch=name(about, "branch"),
            calls=(),
            context=session,
        )


def _time(created: object) -> int | None:
    """A row's time: text without a zone is UTC."""
    number = shapes.clock(created)
    return number if number is not None else shapes.moment({"at": created}, "at")


def _tokens(record: Record, keys: tuple[str, ...], problems: Problems) -> Tokens | None:
    """The buckets; None where a count is missing or no count: a row without numbers is unknown, not 0."""
    found = shapes.counts(record, *keys)
    if found is None:
        note(problems, shapes.NOT_COUNTABLE)
        return None
    if record.get(keys[0]) is None and record.get(keys[-1]) is None:
        return None
    return shapes.from_inclusive(*found)


def wanted(line: bytes) -> bool:
    """Whether a line can matter?"""
    return b'"session.' in line


TOTALS = ("inputTokens", "cacheReadTokens", "cacheWriteTokens", "outputTokens")


def requests(lines: Iterable[bytes], state: State, problems: Problems, log: Log) -> Iterator[Request]:
    """Events of one session → its totals, a request a model."""
    session = log.path.rsplit("/", 2)[-2]
    for record in shapes.records(lines, wanted, problems):
        data, kind = table(record, "data"), record.get("type")
        time = shapes.moment(record, "timestamp")
        if kind == "session.start":
            context = table(data, "context")
            state["directory"] = path(context, "cwd") or path(data, "cwd")
            state["branch"] = name(context, "branch")
        elif kind == "session.shutdown" and time is not None:
            for model, metrics in sorted(table(data, "modelMetrics").items()):
                if isinstance(metrics, dict):
                    yield from _total(session, model, table(metrics, "usage"), time, state, problems)


def _total(  # noqa: PLR0913, PLR0917 (one model's part of a line)
    session: str, model: str, usage: Record, time: int, state: State, problems: Problems
) -> Iterator[Request]:
    tokens = _tokens(usage, TOTALS, problems)
    if tokens is None:
        return
    label = shapes.named(model) or "unnamed"
    told = state.setdefault("told", {}).setdefault(label, [0, 0])
    if sum(tokens) < told[1]:
        told[0] += 1  # an older version counts each leg anew, and so does a compaction
    told[1] = sum(tokens)
    yield Request(
        key=f"{AGENT}:{session}:total:{label}:{told[0]}",
        agent=AGENT,
        session=session,
        turn="",
        time=time,
        model=label,
        provider=None,
        tier=None,
        tokens=tokens,
        directory=state.get("directory"),
        branch=state.get("branch"),
        calls=(),
        whole_session=True,
        context=session,
    )
