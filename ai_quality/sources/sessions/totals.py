"""Agents that log only totals of a session, or nothing: Goose, Droid and Cursor.

How a session's total spreads over its commits is a guess, so such a request is marked `whole_session`; Cursor's are
without tokens, since the numbers it stores are zeros: unknown, never 0.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from ai_quality.sources.sessions import calls, exits, files, shapes
from ai_quality.sources.sessions.database import Ask
from ai_quality.sources.sessions.log import Log
from ai_quality.sources.sessions.shapes import Problems, Record, State, each, name, note, path, table, text
from ai_quality.spend import Request, Tokens

GOOSE, DROID, CURSOR = "goose", "droid", "cursor"

GOOSE_ROWS = """
SELECT id, created_at, updated_at, {directory}, {provider}, {model},
       accumulated_input_tokens, accumulated_output_tokens
FROM sessions WHERE updated_at >= ? ORDER BY updated_at
"""
MODEL_NAME = "CASE WHEN json_valid(model_config_json) THEN json_extract(model_config_json, '$.model_name') END"
"""One bad value must not end the whole query."""

CURSOR_ROWS = """
SELECT substr(key, 14), json_extract(text, '$.createdAt'), json_extract(text, '$.modelConfig.modelName')
FROM (SELECT key, CAST(value AS TEXT) AS text FROM cursorDiskKV WHERE key >= 'composerData:' AND key < 'composerData;')
WHERE json_valid(text)
"""
DROID_COUNTS = ("inputTokens", "cacheReadTokens", "cacheCreationTokens", "outputTokens", "thinkingTokens")


def goose_logs(home: str, environ: Mapping[str, str]) -> Iterator[Log]:
    """The database below GOOSE_PATH_ROOT, XDG_DATA_HOME or ~/.local/share."""
    root = environ.get("GOOSE_PATH_ROOT")
    share = f"{environ.get('XDG_DATA_HOME') or f'{home}/.local/share'}/goose"
    top = files.expanded(f"{root}/data" if root else share, home)
    for found in files.one(f"{top}/sessions/sessions.db"):
        yield Log(GOOSE, found.path, "database", found.size, found.changed)


def goose_rows(ask: Ask, state: State, problems: Problems, log: Log) -> Iterator[Request]:
    """Sessions changed since the last reading, a request each; what was cached is not told and counts as input."""
    del log
    have = {str(row[0]) for row in ask("SELECT name FROM pragma_table_info('sessions')", ())}
    query = GOOSE_ROWS.format(
        directory="working_dir" if "working_dir" in have else "NULL",
        provider="provider_name" if "provider_name" in have else "NULL",
        model=MODEL_NAME if "model_config_json" in have else "NULL",
    )
    for identity, created, updated, directory, provider, model, prompt, output in ask(
        query, (state.get("updated", ""),)
    ):
        about: Record = {
            "id": identity, "at": created, "cwd": directory, "provider": provider, "model": model,
            "in": prompt, "out": output,
        }  # fmt: skip
        state["updated"] = updated if isinstance(updated, str) else state.get("updated", "")
        session, time, found = name(about, "id"), shapes.moment(about, "at"), shapes.counts(about, "in", "out")
        if session is None or time is None:
            note(problems, shapes.NO_TIME)
            continue
        if found is None:
            note(problems, shapes.NOT_COUNTABLE)
        known = found is not None and prompt is not None
        tokens = Tokens(input=found[0], output=found[1]) if found and known else None
        if tokens is None or any(tokens):
            yield _whole(GOOSE, session, time, about, tokens)


def _whole(agent: str, session: str, time: int, about: Record, tokens: Tokens | None) -> Request:
    return Request(
        key=f"{agent}:{session}",
        agent=agent,
        session=session,
        turn="",
        time=time,
        model=name(about, "model"),
        provider=name(about, "provider"),
        tier=None,
        tokens=tokens,
        directory=path(about, "cwd"),
        branch=None,
        calls=(),
        whole_session=True,
        context=session,
    )


def droid_logs(home: str, environ: Mapping[str, str]) -> Iterator[Log]:
    """A session's lines, and the settings beside them with its totals, below FACTORY_DIR or ~/.factory."""
    top = files.expanded(environ.get("FACTORY_DIR") or f"{home}/.factory", home)
    yield from files.logs(DROID, f"{top}/sessions", ".jsonl")
    yield from files.logs(DROID, f"{top}/sessions", ".settings.json", "document")


def droid_wanted(line: bytes) -> bool:
    """Whether a line can matter?"""
    return b'"session_start"' in line or b'"tool_use"' in line or b'"tool_result"' in line


def droid_requests(lines: Iterable[bytes], state: State, problems: Problems, log: Log) -> Iterator[Request]:
    """Lines of one session → its one request, with calls and directory; its tokens stand in the settings."""
    session = files.stem(log.path)
    for record in shapes.records(lines, droid_wanted, problems):
        time = shapes.moment(record, "timestamp") or state.get("time")
        state["time"] = state.get("time") or time
        state["cwd"] = state.get("cwd") or path(record, "cwd")
        if state["time"] is None:
            continue
        request = _whole(DROID, session, state["time"], {"cwd": state["cwd"]}, None)
        if record.get("type") == "session_start":
            yield request
        for block in each(table(record, "message"), "content"):
            identity, given = name(block, "id"), table(block, "input")
            if block.get("type") == "tool_use" and identity:
                call = calls.made(identity, session, text(block, "name") or "", given, state["cwd"])
                request = request._replace(calls=(*request.calls, call))
                calls.wait(state, request, call, commits=calls.commits(given))
            elif block.get("type") == "tool_result":
                words = calls.words_of(block, "content")
                failed = block.get("is_error") is True or exits.failed(words) is True
                for answered in calls.answer(state, name(block, "tool_use_id"), failed=failed, words=words):
                    yield answered._replace(whole_session=True)
        if request.calls:
            yield request
    calls.forget_old(state)


def droid_whole(data: bytes, problems: Problems, log: Log) -> Iterator[Request]:
    """The settings of one session → its tokens; they tell no time but when they were written."""
    parsed = shapes.document(data, problems)
    usage = table(parsed, "tokenUsage") if isinstance(parsed, dict) else {}
    if not isinstance(parsed, dict) or not usage:
        return
    found = shapes.counts(usage, *DROID_COUNTS)
    if found is None:
        note(problems, shapes.NOT_COUNTABLE)
        return
    fresh, read, written, output, thinking = found
    yield _whole(DROID, files.stem(log.path), log.changed, parsed, Tokens(fresh, read, written, 0, output + thinking))


def cursor_logs(home: str, environ: Mapping[str, str]) -> Iterator[Log]:
    """The editor's store of state, in the place of each system."""
    for top in (environ.get("XDG_CONFIG_HOME") or f"{home}/.config", f"{home}/Library/Application Support"):
        for found in files.one(f"{top}/Cursor/User/globalStorage/state.vscdb"):
            yield Log(CURSOR, found.path, "database", found.size, found.changed)


def cursor_rows(ask: Ask, state: State, problems: Problems, log: Log) -> Iterator[Request]:
    """Conversations → requests without tokens: that there was spend is known, how much is not."""
    del state, problems, log
    for identity, created, model in ask(CURSOR_ROWS, ()):
        about: Record = {"id": identity, "model": None if model == "default" else model}
        session, time = name(about, "id"), shapes.clock(created)
        if session is not None and time is not None:
            yield _whole(CURSOR, session, time, about, None)
