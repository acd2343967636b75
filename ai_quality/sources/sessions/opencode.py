"""opencode: SQLite `opencode*.db`; before 1.2 a JSON file a message, `storage/message/<session>/<message>.json`.

What makes a plain sum too high, and what is done here: a fork copies messages under new ids, and a migrated message
is in the database and in a file: the key is a hash of what all copies keep (when it was created, model and counts).
Input excludes cached tokens. Reasoning is inside output in old versions, beside it in new ones: the total tells, and
where it is missing both are added, as opencode itself bills. A child session is a sub-agent.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import groupby

from ai_quality.sources.sessions import calls, files, shapes
from ai_quality.sources.sessions.database import Ask, Row, columns
from ai_quality.sources.sessions.log import Log
from ai_quality.sources.sessions.shapes import Problems, Record, State, count, name, note, path, table, text
from ai_quality.spend import Call, Request, Tokens

AGENT = "opencode"

MESSAGES = """
SELECT m.id, m.session_id, m.data, {updated}, p.data
FROM message m LEFT JOIN part p ON p.message_id = m.id AND p.data LIKE '%"tool"%'
{where} ORDER BY m.id
"""
CHANGED = "WHERE m.time_updated >= ? OR m.id IN (SELECT message_id FROM part WHERE time_updated >= ?)"
SESSION = "SELECT parent_id, directory FROM session WHERE id = ?"

ANSWERED = frozenset({"completed", "error"})


def logs(home: str, environ: Mapping[str, str]) -> Iterator[Log]:
    """Databases, then message files, below OPENCODE_DATA_DIR, XDG_DATA_HOME or ~/.local/share."""
    share = environ.get("XDG_DATA_HOME") or f"{home}/.local/share"
    top = files.expanded(environ.get("OPENCODE_DATA_DIR") or f"{share}/opencode", home)
    for found in files.inside(top, "opencode", ".db"):
        yield Log(AGENT, found.path, "database", found.size, found.changed)
    yield from files.logs(AGENT, f"{top}/storage/message", ".json", "document")


def rows(ask: Ask, state: State, problems: Problems, log: Log) -> Iterator[Request]:
    """Messages changed since the last reading, each with all its calls → requests."""
    del log
    has_times = "time_updated" in columns(ask, "message") and "time_updated" in columns(ask, "part")
    since = (state.get("updated", 0),) * 2 if has_times else ()
    query = (
        MESSAGES.format(updated="m.time_updated", where=CHANGED) if has_times else MESSAGES.format(updated=0, where="")
    )
    sessions: dict[str, Row] = {}
    for _, told in groupby(ask(query, since), key=lambda row: repr(row[0])):
        first, *others = told
        _, session, data, updated, _ = first
        state["updated"] = max(state.get("updated", 0), shapes.clock(updated) or 0)
        message = _parsed(data, problems)
        if message is None or not isinstance(session, str):
            continue
        if session not in sessions:
            sessions[session] = next(ask(SESSION, (session,)), (None, None))
        parent, directory = sessions[session]
        about: Record = {"parent": parent, "directory": directory}
        texts = (row[-1] for row in (first, *others) if row[-1] is not None)
        parts = [part for text_ in texts if (part := _parsed(text_, problems)) is not None]
        yield from _message(message, session, about, parts, problems)


def whole(data: bytes, problems: Problems, log: Log) -> Iterator[Request]:
    """One message file → its request; its calls stand in other files and stay unknown."""
    parsed = shapes.document(data, problems)
    if isinstance(parsed, dict):
        session = name(parsed, "sessionID") or log.path.rsplit("/", 2)[-2]
        yield from _message(parsed, session, {"directory": path(table(parsed, "path"), "cwd")}, [], problems)


def _parsed(data: object, problems: Problems) -> Record | None:
    parsed = shapes.document(data.encode("utf-8", "replace"), problems) if isinstance(data, str) else None
    return parsed if isinstance(parsed, dict) else None


def _message(
    message: Record, session: str, about: Record, parts: list[Record], problems: Problems
) -> Iterator[Request]:
    usage, model = table(message, "tokens"), name(message, "modelID")
    if message.get("role") != "assistant" or not usage:
        return
    times = table(message, "time")
    time = shapes.clock(times.get("created"))
    if time is None:
        note(problems, shapes.NO_TIME)
        return
    tokens = _tokens(usage)
    if tokens is None:
        note(problems, shapes.NOT_COUNTABLE)
    elif not any(tokens):
        return  # not answered yet
    parent, directory = name(about, "parent"), path(about, "directory")
    provider = name(message, "providerID")
    copied = f"{time} {provider} {model} {tuple(tokens) if tokens else message.get('id')}"
    yield Request(
        key=f"{AGENT}:{shapes.digest(copied)}",
        agent=AGENT,
        session=parent or session,
        turn="" if parent else name(message, "parentID") or "",
        time=time,
        model=model,
        provider=provider,
        tier=None,
        tokens=tokens,
        directory=directory,
        branch=None,
        calls=tuple(call for part in parts for call in _call(part, parent or session, directory)),
        context=session,
    )


def _tokens(usage: Record) -> Tokens | None:
    found = shapes.counts(usage, "input", "output", "reasoning")
    cached = shapes.counts(table(usage, "cache"), "read", "write")
    if found is None or cached is None:
        return None
    fresh, output, reasoning = found
    read, written = cached
    inside = count(usage, "total") == fresh + read + written + output
    return Tokens(fresh, read, written, 0, output if inside else output + reasoning)


def _call(part: Record, session: str, directory: str | None) -> Iterator[Call]:
    identity, state = name(part, "callID"), table(part, "state")
    if part.get("type") != "tool" or identity is None:
        return
    given = table(state, "input")
    call = calls.made(identity, session, text(part, "tool") or "", given, directory)
    status = text(state, "status")
    if status in ANSWERED:
        words = calls.words_of(state, "output")
        failed = status == "error" or bool(count(table(state, "metadata"), "exit"))
        call = calls.closed(call, failed, words, commits=calls.commits(given))
    yield call
