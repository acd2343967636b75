"""Codex's rollout → requests: cumulative counters, repeats, forks, sub-agents, archived copies."""

from __future__ import annotations

import json

import pytest

from ai_quality.sources.sessions import codex as reader
from ai_quality.sources.sessions.shapes import Problems, State
from ai_quality.spend import Request, Tokens
from tests.sessionlogs import SHOP, Line, codex, counted, lines, meta, ms, once, requests_of, total, turn

FIRST, SECOND = (20_000, 0, 300), (50_000, 21_504, 712)
LAST = (30_000, 21_504, 412)


def read(
    *records: Line | bytes, path: str = "/logs/rollout-1.jsonl", problems: Problems | None = None
) -> list[Request]:
    return requests_of(reader, lines(*records), path=path, problems=problems)


def item(kind: str, seconds: float, **payload: object) -> Line:
    return codex("response_item", seconds, type=kind, **payload)


def shell(identity: str, command: str, seconds: float = 2) -> Line:
    arguments = json.dumps({"command": ["bash", "-lc", command]})
    return item("function_call", seconds, name="shell", arguments=arguments, call_id=identity)


def test_an_answers_counters_are_one_request_with_disjoint_buckets() -> None:
    [request] = read(meta(), turn(), counted(5, FIRST, (20_000, 16_384, 300)))
    assert request == Request(
        key="codex:turn-1:20000.0.0.300.20300",
        agent="codex",
        session="own",
        turn="turn-1",
        time=ms(5),
        model="gpt-5.3-codex",
        provider="openai",
        tier=None,
        tokens=Tokens(3_616, 16_384, 0, 0, 300),
        directory=SHOP,
        branch="feat/cart",
        calls=(),
        context="own.0",
    )


def test_repeated_counters_are_no_request() -> None:
    repeats = [counted(second, SECOND, LAST) for second in (9, 9, 10, 400)]
    told = read(meta(), turn(), counted(5, FIRST, FIRST), *repeats)
    assert total(told) == Tokens(20_000 + 8_496, 21_504, 0, 0, 712)
    assert [one.time for one in told] == [ms(5), ms(9)]


def test_without_its_own_counters_an_answer_is_the_difference_of_the_sums() -> None:
    told = read(meta(), turn(), counted(5, FIRST), counted(9, SECOND), counted(9, SECOND))
    assert [one.tokens for one in told] == [Tokens(20_000, 0, 0, 0, 300), Tokens(8_496, 21_504, 0, 0, 412)]


def test_sums_that_begin_anew_count_whole() -> None:
    told = read(meta(), turn(), counted(5, SECOND), turn("turn-2", 6), counted(9, FIRST))
    assert [one.tokens for one in told] == [Tokens(28_496, 21_504, 0, 0, 712), Tokens(20_000, 0, 0, 0, 300)]


def test_written_tokens_are_part_of_the_input() -> None:
    given = counted(5, FIRST)
    usage = given["payload"]["info"]["total_token_usage"]
    usage |= {"cached_input_tokens": 16_000, "cache_write_input_tokens": 3_000}
    [request] = read(meta(), turn(), given)
    assert request.tokens == Tokens(1_000, 16_000, 3_000, 0, 300)


def test_a_session_opens_with_a_count_of_nothing() -> None:
    problems: Problems = {}
    opening = codex("event_msg", 1, type="token_count", info=None, rate_limits={})
    assert read(meta(), opening, problems=problems) == []
    assert problems == {}


PARENT = [meta("old"), turn("t1"), counted(5, FIRST, FIRST), turn("t2", 6), counted(9, SECOND, LAST)]
REPLAYED = [meta("old", 100), turn("t1", 100), counted(100, FIRST, FIRST), turn("t2", 100), counted(100, SECOND, LAST)]
NEW = [turn("t3", 101), counted(130, (51_000, 21_504, 800), (1_000, 0, 88))]


def test_a_fork_counts_only_what_it_adds() -> None:
    parent = read(*PARENT)
    fork = read(meta("own", 100, forked_from_id="old"), *REPLAYED, *NEW)
    both = once([*parent, *fork])
    assert total(both) == Tokens(*map(sum, zip(total(parent), Tokens(1_000, 0, 0, 0, 88), strict=True)))
    assert [(one.session, one.time) for one in both] == [("old", ms(5)), ("old", ms(9)), ("own", ms(130))]


def test_a_fork_counts_only_what_it_adds_in_logs_older_than_turn_ids() -> None:
    def older(*log: Line) -> list[Line]:
        return [turn(None, 1) if one["type"] == "turn_context" else one for one in log]

    parent = read(*older(*PARENT))
    fork = read(meta("own", 100, forked_from_id="old"), *older(*REPLAYED, *NEW))
    fork_of_fork = read(
        meta("third", 200, forked_from_id="own"), meta("own", 200, forked_from_id="old"), *older(*REPLAYED, *NEW)
    )
    assert len(once([*parent, *fork, *fork_of_fork])) == 3


def test_a_fork_whose_parent_is_gone_still_counts_it() -> None:
    assert total(read(meta("own", 100, forked_from_id="old"), *REPLAYED)) == total(read(*PARENT))


def test_a_sub_agent_is_of_its_parents_session_and_its_own_turns_count() -> None:
    spawned = {"subagent": {"thread_spawn": {"parent_thread_id": "old", "depth": 1}}}
    told = read(meta("child", 50, source=spawned), meta("old", 50), turn("t9", 51), counted(60, FIRST, FIRST))
    assert [(one.session, one.turn, one.context) for one in told] == [("old", "", "child.0")]
    assert len(once([*read(*PARENT), *told])) == 3


def test_an_archived_copy_is_the_same_requests() -> None:
    active = read(*PARENT, path="/sessions/2026/11/20/rollout-1.jsonl")
    archived = read(*PARENT, path="/archived_sessions/rollout-1.jsonl")
    assert once([*active, *archived]) == active


def test_the_model_is_the_latest_turns() -> None:
    told = read(meta(), turn(), counted(5, FIRST), turn("t2", 6, model="gpt-5.5"), counted(9, SECOND))
    assert [one.model for one in told] == ["gpt-5.3-codex", "gpt-5.5"]


def test_a_compaction_begins_a_context() -> None:
    told = read(meta(), turn(), counted(5, FIRST), codex("compacted", 6, message="x"), counted(9, SECOND))
    assert [one.context for one in told] == ["own.0", "own.1"]


def test_prompts_are_turns_in_logs_older_than_turn_ids() -> None:
    said = codex("event_msg", 1, type="user_message", message="x")
    told = read(meta(), turn(None), said, counted(5, FIRST), said, counted(9, SECOND))
    assert [one.turn for one in told] == ["own.1", "own.2"]


@pytest.mark.parametrize(
    ("output", "failed"),
    [
        ("Exit code: 0\nWall time: 1 s\nOutput:\nok", False),
        ("Chunk ID: 1\nProcess exited with code 2\nOutput:\nno", True),
        ('{"output":"no","metadata":{"exit_code":1}}', True),
        ("plain", None),
    ],
)
def test_a_call_belongs_to_the_counters_that_follow_and_its_answer_to_it(output: str, failed: bool | None) -> None:
    said = item("function_call_output", 6, call_id="c1", output=output)
    for log in ([counted(5, FIRST), said], [said, counted(7, FIRST)]):
        [request] = read(meta(), turn(), shell("c1", "pytest -q"), *log)
        assert [(call.id, call.kind, call.failed, call.result_bytes) for call in request.calls] == [
            ("c1", "test", failed, len(output))
        ]


PATCH = "*** Begin Patch\n*** Update File: cart.py\n@@\n-a\n+b\n+c\n*** Add File: /abs/new.py\n+x\n*** End Patch"


@pytest.mark.parametrize(
    "call",
    [
        item("custom_tool_call", 2, name="apply_patch", input=PATCH, call_id="c1"),
        item("function_call", 2, name="shell", arguments=json.dumps({"command": ["apply_patch", PATCH]}), call_id="c1"),
    ],
    ids=["a tool", "a command"],
)
def test_a_patch_is_an_edit_a_file(call: Line) -> None:
    ended = codex("event_msg", 6, type="patch_apply_end", call_id="c1", success=True, changes={})
    [request] = read(meta(), turn(), call, counted(5, FIRST), ended)
    assert [(one.kind, one.path, one.lines, one.failed) for one in request.calls] == [
        ("edit", f"{SHOP}/cart.py", 3, False),
        ("edit", "/abs/new.py", 0, False),
    ]


def test_the_commits_of_a_command_are_found_in_its_answer() -> None:
    said = item("function_call_output", 6, call_id="c1", output="Exit code: 0\nOutput:\n[main 1a2b3c4] x\n")
    [request] = read(meta(), turn(), shell("c1", "git commit -am x"), counted(5, FIRST), said)
    assert request.calls[0].commits == ("1a2b3c4",)


def test_a_script_that_runs_commands_is_looked_into() -> None:
    script = 'const r = await tools.exec_command({cmd: "cargo test --all", workdir: "/r"});'
    call = item("custom_tool_call", 2, name="exec", input=script, call_id="c1")
    [request] = read(meta(), turn(), call, counted(5, FIRST))
    assert request.calls[0].kind == "test"


def test_the_branch_is_unknown_once_a_command_may_have_changed_it() -> None:
    told = read(meta(), turn(), counted(5, FIRST), shell("c1", "git switch -c feat/other"), counted(9, SECOND))
    assert [one.branch for one in told] == ["feat/cart", None]


def test_a_call_without_counters_waits_without_a_request() -> None:
    state: State = {}
    assert requests_of(reader, lines(meta(), turn(), shell("c1", "make")), state=state) == []
    [request] = requests_of(reader, lines(counted(5, FIRST)), state=state)
    assert [call.id for call in request.calls] == ["c1"]


def test_a_count_that_is_no_count_makes_the_tokens_unknown() -> None:
    problems: Problems = {}
    bad = counted(5, FIRST)
    bad["payload"]["info"]["total_token_usage"]["output_tokens"] = -5
    told = read(meta(), turn(), bad, counted(9, SECOND, LAST), problems=problems)
    assert ([one.tokens for one in told], problems) == (
        [None, Tokens(8_496, 21_504, 0, 0, 412)],
        {"token count that is no number": 1},
    )


def test_a_patch_whose_call_was_not_logged_tells_its_files_itself() -> None:
    changes = {
        f"{SHOP}/cart.py": {"type": "update", "unified_diff": "@@ -1 +1,2 @@\n-a\n+b\n+c\n", "move_path": None},
        "new.py": {"type": "add", "content": "x\ny\nz\n"},
    }
    told = codex("event_msg", 4, type="patch_apply_end", success=True, changes=changes)
    [request] = read(meta(), turn(), told, counted(5, FIRST, FIRST))
    assert [(call.kind, call.path, call.lines, call.failed) for call in request.calls] == [
        ("edit", f"{SHOP}/cart.py", 2, False),
        ("edit", f"{SHOP}/new.py", 3, False),
    ]
