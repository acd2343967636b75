"""What must hold for every log: nothing raises, a reading in two is a reading at once, a bad line loses only itself."""

from __future__ import annotations

import copy
import json
import sqlite3
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ai_quality.sources import sessions
from ai_quality.sources.sessions import AGENTS, database
from ai_quality.sources.sessions.log import Log
from ai_quality.sources.sessions.shapes import MOST_TOKENS, Problems, State, grown
from ai_quality.spend import Request
from tests.sessionlogs import once

HOME = Path(__file__).parents[1] / "golden" / "sessions" / "home"
PLACES = {
    "claude-code": "dot-claude/**/*.jsonl",
    "codex": "dot-codex/**/*.jsonl",
    "gemini-cli": "dot-gemini/**/*.jsonl",
    "copilot-cli": "dot-copilot/**/*.jsonl",
    "qwen-code": "dot-qwen/**/*.jsonl",
    "aider": "dot-aider/*.jsonl",
    "kimi": "dot-kimi/**/*.jsonl",
    "droid": "dot-factory/**/*.jsonl",
    "otel": "otel/*.jsonl",
}
DOCUMENTS = {
    "opencode": "dot-local/share/opencode/**/*.json",
    "amp": "dot-local/share/amp/**/*.json",
    "droid": "dot-factory/**/*.json",
    "gemini-cli": "dot-gemini/projects.json",
}
LINES = {
    agent: [line for file in sorted(HOME.glob(glob)) for line in file.read_bytes().splitlines()]
    for agent, glob in PLACES.items()
}

lines_agents = pytest.mark.parametrize("agent", PLACES)

odd = [-1, 10**12 + 1, 10**30, 1.5, "0", "\ud800", "a\0b", "x" * 300]
keys = st.sampled_from(["id", "type", "usage", "text", "x"])
anything = st.recursive(
    st.none() | st.booleans() | st.floats() | st.text(max_size=5) | st.integers() | st.sampled_from(odd),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(keys, inner, max_size=3),
    max_leaves=5,
)


def function(agent: str, name: str) -> Callable[..., Any]:
    module, prefix = AGENTS[agent]
    found: ModuleType = import_module(f"ai_quality.sources.sessions.{module}")
    return getattr(found, prefix + name)  # type: ignore[no-any-return]


def read(agent: str, lines: list[bytes], state: State | None = None) -> list[Request]:
    """Read lines, and hold what comes out to what every row promises."""
    log = Log(agent, "/logs/a/b/c/s1.jsonl", "lines", 0, 1_795_166_000_000)
    problems: Problems = {}
    state = {} if state is None else state
    told = once(function(agent, "requests")(iter(lines), state, problems, log))
    check(told)
    assert json.loads(json.dumps(state)) == state
    return told


def check(told: list[Request]) -> None:
    for one in told:
        assert one.key
        one.key.encode()
        assert 0 < one.time < 10**15
        assert one.tokens is None or all(type(count) is int and 0 <= count <= 2 * MOST_TOKENS for count in one.tokens)
        for word in (one.session, one.turn, one.model, one.provider, one.tier, one.branch, one.directory):
            assert word is None or len(word.encode()) <= 20_000
        json.dumps(one)  # any value is one that a store takes


def places(value: object, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Every place in a JSON value, as the keys that lead there."""
    inside = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [path, *(found for key, item in inside for found in places(item, (*path, key)))]


def changed(value: object, path: tuple[Any, ...], new: object) -> object:
    if not path:
        return new
    made = copy.deepcopy(value)
    at: Any = made
    for key in path[:-1]:
        at = at[key]
    at[path[-1]] = new
    return made


@st.composite
def spoiled(draw: st.DrawFn, line: bytes) -> bytes:
    """A line of a real log with one thing wrong: a value of another kind, bytes changed, cut, or put in."""
    kind = draw(st.sampled_from(["value", "byte", "cut", "insert"]))
    at = draw(st.integers(0, len(line)))
    if kind == "value":
        try:
            record = json.loads(line)
        except ValueError:
            return line
        return json.dumps(changed(record, draw(st.sampled_from(places(record))), draw(anything))).encode()
    if kind == "cut":
        return line[:at]
    put = draw(st.binary(min_size=1, max_size=4)).replace(b"\n", b"")
    return line[:at] + put + line[at + (kind == "byte") :]


@st.composite
def logs(draw: st.DrawFn, agent: str) -> list[bytes]:
    """Lines of a real log, some spoiled, some anything."""
    chosen = draw(st.lists(st.sampled_from(LINES[agent]), max_size=8))
    return [
        draw(st.one_of(st.just(line), spoiled(line), st.binary(max_size=30))).replace(b"\n", b"") for line in chosen
    ]


@lines_agents
@given(data=st.data())
def test_no_line_raises_and_rows_keep_their_promises(agent: str, data: st.DataObject) -> None:
    read(agent, data.draw(logs(agent)))


@lines_agents
@given(data=st.data())
def test_reading_in_two_is_reading_at_once(agent: str, data: st.DataObject) -> None:
    log = data.draw(logs(agent))
    cut = data.draw(st.integers(0, len(log)))
    at_once: State = {}
    in_two: State = {}
    whole = read(agent, log, at_once)
    first = read(agent, log[:cut], in_two)
    in_two = json.loads(json.dumps(in_two))
    assert once([*first, *read(agent, log[cut:], in_two)]) == whole
    assert in_two == at_once


@lines_agents
@given(data=st.data())
def test_bytes_damaged_in_a_line_lose_only_that_line(agent: str, data: st.DataObject) -> None:
    log = [line for line in LINES[agent] if b"damaged" not in line]
    at = data.draw(st.integers(0, len(log) - 1))
    gone = read(agent, log[:at] + log[at + 1 :])
    bad = read(agent, [*log[:at], b"\xff" + log[at][1:], *log[at + 1 :]])
    assert [(one.key, one.tokens) for one in bad] == [(one.key, one.tokens) for one in gone]


@given(cut=st.integers(0, 9_000), data=st.data())
def test_a_file_read_while_it_is_written_comes_to_the_same(
    tmp_path_factory: pytest.TempPathFactory, cut: int, data: st.DataObject
) -> None:
    agent = data.draw(st.sampled_from(["claude-code", "codex"]))
    content = b"\n".join(LINES[agent]) + b"\n"
    path = tmp_path_factory.mktemp("log", numbered=True) / "s1.jsonl"
    log = Log(agent, str(path), "lines", 0, 0)
    path.write_bytes(content[:cut])
    first = sessions.read(log)
    with path.open("ab") as file:
        file.write(content[cut:])
    second = sessions.read(log, first.mark)
    whole = sessions.read(log)
    assert once([*first.requests, *second.requests]) == whole.requests
    assert second.mark is not None
    assert whole.mark is not None
    assert second.mark._replace(state="") == whole.mark._replace(state="")
    assert json.loads(second.mark.state) == json.loads(whole.mark.state)


@pytest.mark.parametrize("agent", DOCUMENTS)
@given(data=st.data())
def test_no_document_raises(agent: str, data: st.DataObject) -> None:
    [file] = HOME.glob(DOCUMENTS[agent])
    good = json.loads(file.read_bytes())
    content = data.draw(
        st.binary(max_size=60)
        | st.tuples(st.sampled_from(places(good)), anything).map(lambda put: json.dumps(changed(good, *put)).encode())
    )
    problems: Problems = {}
    check(
        once(function(agent, "whole")(content, problems, Log(agent, "/a/b/c.json", "document", 0, 1_795_166_000_000)))
    )


COPILOT_COUNTS = "input_tokens cache_read_tokens cache_write_tokens output_tokens"
GOOSE_COUNTS = "accumulated_input_tokens accumulated_output_tokens"
TABLES = {
    "opencode": {
        "session": "id parent_id directory",
        "message": "id session_id data time_updated",
        "part": "id message_id data time_updated",
    },
    "copilot-cli": {
        "sessions": "id cwd branch",
        "assistant_usage_events": f"id session_id turn_index model created_at {COPILOT_COUNTS}",
    },
    "goose": {
        "sessions": f"id created_at updated_at working_dir provider_name model_config_json {GOOSE_COUNTS}",
    },
    "cursor": {"cursorDiskKV": "key value"},
}
VALUES = [
    1,
    "1",
    1_795_166_000_000,
    "2026-11-20 09:14:00",
    "composerData:c1",
    '{"createdAt":1795166000000}',
    '{"model_name":[1]}',
    '{"role":"assistant","time":{"created":1795166000000},"tokens":{"input":1,"cache":{}}}',
    '{"type":"tool","callID":"c","state":[]}',
]
numbers = st.integers(-(2**63), 2**63 - 1) | st.floats()
texts = st.binary(max_size=9) | st.text(max_size=9).filter(str.isprintable)
cells = st.none() | numbers | texts | st.sampled_from(VALUES)


@pytest.mark.parametrize("agent", TABLES)
@given(data=st.data())
def test_no_row_of_a_database_raises(agent: str, data: st.DataObject) -> None:
    store = sqlite3.connect(":memory:")
    for table, names in TABLES[agent].items():
        columns = names.split()
        store.execute(f"CREATE TABLE {table} ({', '.join(columns)})")
        for row in data.draw(st.lists(st.tuples(*[cells] * len(columns)), max_size=4)):
            store.execute(f"INSERT INTO {table} VALUES ({', '.join('?' * len(row))})", row)
    problems: Problems = {}
    state: State = {}
    log = Log(agent, "/x.db", "database", 0, 0)
    for _ in range(2):
        check(once(function(agent, "rows")(database.asking(store, problems), state, problems, log)))
        state = json.loads(json.dumps(state))
    store.close()


@given(st.data())
def test_merging_knows_no_order_but_time_and_forgets_nothing(data: st.DataObject) -> None:
    told = read("claude-code", LINES["claude-code"])
    one, other = (data.draw(st.sampled_from(told)) for _ in range(2))
    other = other._replace(key=one.key)
    merged = grown(one, other)
    assert grown(merged, one) == merged
    assert grown(merged, other) == merged
    assert merged.tokens == grown(other, one).tokens
    assert merged.time == min(one.time, other.time)
    assert {call.id for call in merged.calls} == {call.id for call in (*one.calls, *other.calls)}
