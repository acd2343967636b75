"""Gemini, Qwen, Aider, Droid, Amp, Kimi and telemetry → requests: buckets at the edges, repeats, totals."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import pytest

from ai_quality.sources.sessions import aider, amp, gemini, kimi, otel, qwen, totals
from ai_quality.spend import Tokens
from tests.sessionlogs import SHOP, Line, at, lines, ms, once, requests_of, whole

# Gemini CLI

CHAT = {"sessionId": "1a2b", "projectHash": "6d1f", "startTime": at(0), "lastUpdated": at(0), "kind": "main"}
COUNTS = {"input": 15_230, "output": 310, "cached": 12_000, "thoughts": 420, "tool": 30, "total": 15_990}


def said(identity: str, seconds: float, calls: Iterable[Line] = (), tokens: object = COUNTS) -> Line:
    return {
        "id": identity, "timestamp": at(seconds), "type": "gemini", "content": "", "model": "gemini-2.5-pro",
        "tokens": tokens, "toolCalls": list(calls),
    }  # fmt: skip


def ran(status: str, output: str = "") -> Line:
    response = {"functionResponse": {"id": "t", "response": {"output": output}}}
    given = {"command": "npm test"}
    return {"id": "t", "name": "run_shell_command", "args": given, "status": status, "result": [response]}


def test_gemini_thoughts_are_output_and_tool_prompts_input() -> None:
    asked = {"id": "u1", "timestamp": at(1), "type": "user", "content": "x"}
    [request] = requests_of(gemini, lines(CHAT, asked, said("m-7", 5)), path="/chats/session-1.jsonl")
    assert request.tokens == Tokens(15_260 - 12_000, 12_000, 0, 0, 730)
    assert (request.key, request.session, request.turn, request.provider) == (
        "gemini-cli:1a2b:m-7",
        "1a2b",
        "u1",
        "google",
    )


def test_gemini_appends_a_message_again_and_a_rewound_one_was_paid() -> None:
    told = requests_of(
        gemini,
        lines(
            CHAT,
            said("m-1", 5, tokens=None),
            said("m-1", 5, [ran("executing")]),
            said("m-1", 5, [ran("success", "Exit Code: 1")]),
            {"$rewindTo": "m-1"},
            {"$set": {"lastUpdated": at(6), "messages": [said("m-1", 5), said("m-2", 9)]}},
        ),
    )
    assert [one.key for one in told] == ["gemini-cli:1a2b:m-1", "gemini-cli:1a2b:m-2"]
    assert [(call.kind, call.failed) for call in told[0].calls] == [("test", True)]


def test_gemini_resumed_from_an_old_file_keeps_its_keys() -> None:
    old = whole(gemini, {**CHAT, "messages": [said("m-1", 5)]}, "/chats/session-1.json")
    new = requests_of(gemini, lines(CHAT, said("m-1", 5), said("m-2", 9)), path="/chats/session-1.jsonl")
    assert len(once([*old, *new])) == 2


def test_a_gemini_sub_agent_is_of_its_parents_session() -> None:
    [request] = requests_of(
        gemini, lines({**CHAT, "sessionId": "sub", "kind": "subagent"}, said("m-1", 5)), path="/chats/1a2b/sub.jsonl"
    )
    assert (request.session, request.turn, request.context) == ("1a2b", "", "sub")


@pytest.mark.parametrize(("total", "output"), [(1_100, 100), (1_130, 130)])
def test_qwen_thoughts_are_inside_the_output_where_the_total_says_so(total: int, output: int) -> None:
    counts = {
        "promptTokenCount": 1_000, "candidatesTokenCount": 100, "thoughtsTokenCount": 30,
        "cachedContentTokenCount": 600, "totalTokenCount": total,
    }  # fmt: skip
    record = {
        "uuid": "m1", "sessionId": "q1", "timestamp": at(1), "type": "assistant", "cwd": SHOP,
        "model": "qwen3-coder-plus",
        "message": {"parts": [{"functionCall": {"id": "c1", "name": "edit", "args": {"file_path": "a.py"}}}]},
        "usageMetadata": counts,
    }  # fmt: skip
    reply = {"functionResponse": {"id": "c1", "response": {"output": "done"}}}
    answer = {"type": "tool_result", "message": {"parts": [reply]}}
    [request] = requests_of(qwen, lines(record, answer))
    assert request.tokens == Tokens(400, 600, 0, 0, output)
    assert [(call.path, call.failed) for call in request.calls] == [(f"{SHOP}/a.py", False)]


# Aider, Goose, Droid, Cursor, Amp, Kimi


def test_aider_sums_no_total_and_knows_two_equal_messages_of_one_second() -> None:
    properties = {
        "main_model": "gemini/gemini-2.5-pro",
        "prompt_tokens": 10_006,
        "completion_tokens": 81,
        "total_cost": 5,
    }
    sent = {"event": "message_send", "properties": properties, "user_id": "u", "time": ms(0) // 1000}
    told = requests_of(aider, lines(sent, {**sent, "event": "command_add"}, sent))
    assert [one.tokens for one in told] == [Tokens(input=10_006, output=81)] * 2
    assert [one.time for one in told] == [ms(0)] * 2


def test_a_droid_session_joins_its_lines_and_its_settings() -> None:
    call = {"type": "tool_use", "id": "t1", "name": "Execute", "input": {"command": "go test ./..."}}
    told = requests_of(
        totals,
        lines(
            {"type": "session_start", "id": "d1", "cwd": SHOP, "timestamp": at(1)},
            {"type": "message", "timestamp": at(2), "message": {"role": "assistant", "content": [call]}},
            {
                "type": "message",
                "timestamp": at(3),
                "message": {"content": [{"type": "tool_result", "tool_use_id": "t1", "content": "ok"}]},
            },
        ),
        path="/sessions/x/d1.jsonl",
        prefix="droid_",
    )
    usage = {"inputTokens": 5, "outputTokens": 4, "cacheCreationTokens": 3, "cacheReadTokens": 2, "thinkingTokens": 1}
    settings = whole(
        totals, {"model": "claude-opus-4-8", "tokenUsage": usage}, "/sessions/x/d1.settings.json", "droid_", 99
    )
    [request] = once([*told, *settings])
    assert (request.tokens, request.model, request.time) == (Tokens(5, 2, 3, 0, 5), "claude-opus-4-8", ms(1))
    assert (request.directory, request.whole_session) == (SHOP, True)
    assert [(one.kind, one.failed) for one in request.calls] == [("test", False)]


def test_an_amp_thread_counts_its_ledger_or_its_messages_and_never_both() -> None:
    counts = {"inputTokens": 4, "outputTokens": 3, "cacheCreationInputTokens": 2, "cacheReadInputTokens": 1}
    messages = [
        {"messageId": 1, "usage": {"model": "claude-sonnet-4-5", "timestamp": at(1), **counts}},
        {"role": "user"},
    ]
    trees = {"initial": {"trees": [{"uri": f"file://{SHOP}"}]}}
    [told] = whole(amp, {"id": "T-1", "messages": messages, "env": trees}, "/threads/T-1.json")
    assert (told.tokens, told.directory) == (Tokens(4, 1, 2, 0, 3), SHOP)
    event = {"id": "e1", "timestamp": at(1), "model": "claude-sonnet-4-5", "tokens": {"input": 9, "output": 8}}
    [kept] = whole(amp, {"id": "T-1", "usageLedger": {"events": [event]}, "messages": messages}, "/threads/T-1.json")
    assert kept.tokens == Tokens(9, 0, 0, 0, 8)


def test_kimi_counts_exclude_what_was_cached() -> None:
    usage = {"input_other": 4, "input_cache_read": 3, "input_cache_creation": 2, "output": 1}
    update = {
        "timestamp": ms(1) / 1000,
        "message": {"type": "StatusUpdate", "payload": {"token_usage": usage, "message_id": "m"}},
    }
    [request] = requests_of(kimi, lines(update, update), path="/sessions/hash/k1/wire.jsonl")
    assert (request.key, request.tokens, request.model) == ("kimi:k1:m", Tokens(4, 3, 2, 0, 1), None)


# OpenTelemetry


def attributes(**values: object) -> list[Line]:
    def typed(value: object) -> Line:
        return {"intValue": str(value)} if isinstance(value, int) else {"stringValue": value}

    return [{"key": key.replace("__", "."), "value": typed(value)} for key, value in values.items()]


def test_a_claude_code_event_carries_the_id_that_drops_it_beside_a_log() -> None:
    record = {
        "timeUnixNano": str(ms(5) * 1_000_000),
        "body": {"stringValue": "claude_code.api_request"},
        "attributes": attributes(
            model="claude-sonnet-4-5", input_tokens=12, output_tokens=450, cache_read_tokens=18_000,
            cache_creation_tokens=900,
            request_id="req_1", session__id="s1", prompt__id="p1",
        ),
    }  # fmt: skip
    export = {
        "resourceLogs": [{"resource": {}, "scopeLogs": [{"logRecords": [record, {"body": {"stringValue": "x"}}]}]}]
    }
    [request] = requests_of(otel, lines(export))
    assert request.tokens == Tokens(12, 18_000, 900, 0, 450)
    assert (request.key, request.agent, request.request_id) == ("otel:claude-code:req_1", "claude-code", "req_1")
    assert (request.session, request.turn, request.time) == ("s1", "p1", ms(5))


@pytest.mark.parametrize(
    ("agent", "record", "tokens"),
    [
        (
            "codex",
            {"attributes": {"event.name": "codex.sse_event", "event.kind": "response.completed",
                            "input_token_count": 100, "cached_token_count": 80, "output_token_count": 9}},
            Tokens(20, 80, 0, 0, 9),
        ),
        (
            "gemini-cli",
            {"attributes": {"event.name": "gemini_cli.api_response", "input_token_count": 100,
                            "cached_content_token_count": 80, "output_token_count": 9, "thoughts_token_count": 3,
                            "tool_token_count": 5}},
            Tokens(25, 80, 0, 0, 12),
        ),
        (
            "copilot-cli",
            {"type": "span", "name": "chat gpt-5.5", "spanId": "a", "endTime": [1, 5],
             "attributes": {"gen_ai.operation.name": "chat", "gen_ai.usage.input_tokens": 100, "github.copilot.x": 1,
                            "gen_ai.usage.cache_read.input_tokens": 80, "gen_ai.usage.output_tokens": 9}},
            Tokens(20, 80, 0, 0, 9),
        ),
    ],
)  # fmt: skip
def test_a_flat_export_is_read_too(agent: str, record: dict[str, Any], tokens: Tokens) -> None:
    [request] = requests_of(otel, lines({"timestamp": ms(5), **record}))
    assert (request.agent, request.tokens) == (agent, tokens)


def test_a_span_and_a_log_record_of_one_response_are_one_request_and_a_sum_over_turns_is_none() -> None:
    counts = {"gen_ai.usage.input_tokens": 100, "gen_ai.usage.output_tokens": 9, "service.name": "github-copilot"}
    one = {**counts, "gen_ai.response.id": "r1"}
    told = requests_of(
        otel,
        lines(
            {
                "name": "chat gpt-5.5",
                "time": at(5),
                "spanId": "s",
                "attributes": {**one, "gen_ai.operation.name": "chat"},
            },
            {"time": at(5), "attributes": {**one, "event.name": "gen_ai.client.inference.operation.details"}},
            {
                "name": "invoke_agent x",
                "time": at(5),
                "attributes": {**counts, "gen_ai.operation.name": "invoke_agent"},
            },
        ),
    )
    assert [one.key for one in told] == ["otel:copilot-cli:r1"]
