"""opencode, Copilot, Goose and Cursor keep SQLite: rows → requests."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable

import pytest

from ai_quality.sources.sessions import copilot, opencode, totals
from ai_quality.sources.sessions.shapes import Problems, State
from ai_quality.spend import Tokens
from tests.sessionlogs import SHOP, Line, at, lines, ms, once, requests_of, rows, store, whole

# opencode

OPENCODE = """
CREATE TABLE session (id TEXT, parent_id TEXT, directory TEXT);
CREATE TABLE message (id TEXT, session_id TEXT, time_created INT, time_updated INT, data TEXT);
CREATE TABLE part (id TEXT, message_id TEXT, session_id TEXT, time_created INT, time_updated INT, data TEXT);
"""


def message(seconds: float, session: str = "ses_1", **more: object) -> Line:
    return {
        "role": "assistant", "sessionID": session, "parentID": "msg_user", "modelID": "claude-sonnet-4-5",
        "providerID": "anthropic", "cost": 0.02, "time": {"created": ms(seconds), "completed": ms(seconds + 20)},
        "path": {"cwd": SHOP},
        "tokens": {"input": 1_840, "output": 420, "reasoning": 0, "cache": {"read": 22_016, "write": 512}},
        **more,
    }  # fmt: skip


def opencode_store(
    *messages: tuple[str, str, int, Line], parts: Iterable[tuple[str, str, int, Line]] = ()
) -> sqlite3.Connection:
    made = store(OPENCODE, session=[("ses_1", None, SHOP), ("ses_2", None, SHOP), ("child", "ses_1", SHOP)])
    for identity, session, updated, data in messages:
        made.execute("INSERT INTO message VALUES (?, ?, 0, ?, ?)", (identity, session, updated, json.dumps(data)))
    for identity, of, updated, data in parts:
        made.execute("INSERT INTO part VALUES (?, ?, '', 0, ?, ?)", (identity, of, updated, json.dumps(data)))
    return made


def test_opencode_counts_a_message_once_in_the_database_a_file_and_a_fork() -> None:
    [stored] = rows(opencode, opencode_store(("msg_1", "ses_1", 1, message(5))))
    [filed] = whole(opencode, {"id": "msg_1", **message(5)}, "/storage/message/ses_1/msg_1.json")
    [forked] = rows(opencode, opencode_store(("msg_9", "ses_2", 1, message(5, "ses_2"))))
    assert stored.key == filed.key == forked.key
    assert stored.tokens == Tokens(1_840, 22_016, 512, 0, 420)
    assert (stored.session, stored.turn, stored.directory, stored.time) == ("ses_1", "msg_user", SHOP, ms(5))


@pytest.mark.parametrize(
    ("more", "output"),
    [({}, 130), ({"total": 10 + 100 + 20 + 5}, 100), ({"total": 10 + 100 + 30 + 20 + 5}, 130)],
    ids=["no total: as it bills", "inside", "beside"],
)
def test_opencode_reasoning_is_inside_the_output_where_the_total_says_so(more: Line, output: int) -> None:
    tokens = {"input": 10, "output": 100, "reasoning": 30, "cache": {"read": 20, "write": 5}, **more}
    [request] = rows(opencode, opencode_store(("msg_1", "ses_1", 1, message(5, tokens=tokens))))
    assert request.tokens == Tokens(10, 20, 5, 0, output)


def test_opencode_without_an_answer_yet_is_no_request() -> None:
    nothing = {"input": 0, "output": 0, "reasoning": 0, "cache": {"read": 0, "write": 0}}
    assert rows(opencode, opencode_store(("msg_1", "ses_1", 1, message(5, tokens=nothing)))) == []


def test_an_opencode_child_session_is_a_sub_agent() -> None:
    [request] = rows(opencode, opencode_store(("msg_1", "child", 1, message(5, "child"))))
    assert (request.session, request.turn, request.context) == ("ses_1", "", "child")


def test_opencode_reads_on_from_the_latest_change_and_takes_calls_whole() -> None:
    def part(status: str) -> Line:
        state = {"status": status, "input": {"filePath": "cart.py", "newString": "a\nb"}, "output": "ok"}
        return {"type": "tool", "tool": "edit", "callID": "c1", "state": state}

    made = opencode_store(
        ("msg_1", "ses_1", ms(1), message(5)),
        ("msg_2", "ses_1", ms(2), message(6)),
        parts=[("p1", "msg_1", ms(1), part("running"))],
    )
    state: State = {}
    first, _ = rows(opencode, made, state)
    assert [(call.path, call.lines, call.failed) for call in first.calls] == [(f"{SHOP}/cart.py", 2, None)]
    made.execute("UPDATE part SET data = ?, time_updated = ?", (json.dumps(part("completed")), ms(9)))
    again = rows(opencode, made, state)
    assert [one.key for one in again if one.calls] == [first.key]
    assert [call.failed for one in once([first, *again]) for call in one.calls] == [False]


def test_an_opencode_database_without_times_of_change_is_read_whole() -> None:
    schema = """CREATE TABLE session (id, parent_id, directory); CREATE TABLE part (message_id, data);
                CREATE TABLE message (id, session_id, data)"""
    made = store(schema, message=[("msg_1", "ses_1", json.dumps(message(5)))])
    problems: Problems = {}
    assert len(rows(opencode, made, problems=problems)) == 1


# Copilot CLI

COPILOT = """
CREATE TABLE sessions (id TEXT, cwd TEXT, branch TEXT);
CREATE TABLE assistant_usage_events (id INTEGER PRIMARY KEY, session_id TEXT, turn_index INT, model TEXT,
    input_tokens INT, output_tokens INT, cache_read_tokens INT, cache_write_tokens INT, reasoning_tokens INT,
    created_at TEXT);
"""


def test_copilot_rows_are_requests_and_an_empty_row_is_unknown() -> None:
    made = store(
        COPILOT,
        sessions=[("c1", SHOP, "main")],
        assistant_usage_events=[
            (1, "c1", 0, "gpt-5.3-codex", 23_110, 412, 20_000, 1_000, 256, "2026-11-20 09:14:05"),
            (2, "c1", 1, "gpt-5.3-codex", None, None, None, None, None, "2026-11-20 09:14:09"),
        ],
    )
    state: State = {}
    known, unknown = rows(copilot, made, state)
    assert known.tokens == Tokens(2_110, 20_000, 1_000, 0, 412)
    assert (known.time, known.turn, known.directory, known.branch) == (ms(5), "c1.0", SHOP, "main")
    assert unknown.tokens is None
    assert rows(copilot, made, state) == []


def shutdown(seconds: float, **models: tuple[int, int]) -> Line:
    metrics = {
        model.replace("_", "."): {"usage": {"inputTokens": given, "outputTokens": output}}
        for model, (given, output) in models.items()
    }
    return {"type": "session.shutdown", "timestamp": at(seconds), "data": {"modelMetrics": metrics}}


def test_copilot_totals_go_on_through_resumed_legs_and_falling_ones_began_anew() -> None:
    start = {"type": "session.start", "timestamp": at(0), "data": {"context": {"cwd": SHOP, "branch": "main"}}}
    legs = [shutdown(10, m=(100, 10)), shutdown(20, m=(250, 30), n=(7, 1)), shutdown(30, m=(40, 4))]
    told = requests_of(copilot, lines(start, *legs), path="/session-state/c1/events.jsonl")
    assert [(one.model, one.tokens, one.whole_session, one.directory) for one in told] == [
        ("m", Tokens(250, 0, 0, 0, 30), True, SHOP),
        ("n", Tokens(7, 0, 0, 0, 1), True, SHOP),
        ("m", Tokens(40, 0, 0, 0, 4), True, SHOP),
    ]


# Goose and Cursor


def test_a_goose_session_is_one_request_that_grows() -> None:
    schema = """CREATE TABLE sessions (id TEXT, created_at TEXT, updated_at TEXT, working_dir TEXT, provider_name TEXT,
                model_config_json TEXT, accumulated_input_tokens INT, accumulated_output_tokens INT)"""
    model = '{"model_name":"claude-sonnet-4-5"}'
    made = store(
        schema,
        sessions=[
            ("g1", "2026-11-20 09:14:00", "1", SHOP, "anthropic", model, 900, 80),
            ("g2", "2026-11-20 09:14:00", "1", SHOP, None, "no JSON", None, None),
        ],
    )
    one, other = rows(totals, made, prefix="goose_")
    assert (one.tokens, one.model, one.whole_session) == (Tokens(input=900, output=80), "claude-sonnet-4-5", True)
    assert (other.tokens, other.model) == (None, None)
    made.execute("UPDATE sessions SET accumulated_output_tokens = 95, updated_at = '2' WHERE id = 'g1'")
    [grown] = rows(totals, made, {"updated": "2"}, prefix="goose_")
    assert once([one, grown])[0].tokens == Tokens(input=900, output=95)


def test_cursor_tells_that_there_was_spend_and_never_how_much() -> None:
    values = [("composerData:c1", json.dumps({"createdAt": ms(1), "modelConfig": {"modelName": "default"}})),
              ("composerData:c2", "no JSON"), ("bubbleId:c1:b1", '{"tokenCount":{"inputTokens":0}}')]  # fmt: skip
    made = store("CREATE TABLE cursorDiskKV (key TEXT UNIQUE, value TEXT)", cursorDiskKV=values)
    [request] = rows(totals, made, prefix="cursor_")
    assert (request.session, request.tokens, request.whole_session) == ("c1", None, True)
