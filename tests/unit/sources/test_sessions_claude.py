"""Claude Code's log → requests: each answer once, whatever the log repeats."""

from __future__ import annotations

import pytest

from ai_quality.sources.sessions import claude
from ai_quality.sources.sessions.shapes import Problems, State, grown
from ai_quality.spend import Request, Tokens
from tests.sessionlogs import (
    SHOP,
    SONNET,
    TOKENS,
    Line,
    answer,
    at,
    lines,
    ms,
    once,
    prompt,
    requests_of,
    result,
    total,
    usage,
    use,
)

OTHER = Tokens(3, 20_000, 0, 0, 80)


def read(*records: Line | bytes, path: str = "/logs/s1.jsonl", problems: Problems | None = None) -> list[Request]:
    return requests_of(claude, lines(*records), path=path, problems=problems)


def test_one_answer_is_one_request_with_all_the_log_tells() -> None:
    [request] = read(prompt("p1"), answer("msg_1", 5))
    assert request == Request(
        key="claude-code:msg_1",
        agent="claude-code",
        session="s1",
        turn="p1",
        time=ms(5),
        model=SONNET,
        provider="anthropic",
        tier=None,
        tokens=TOKENS,
        directory=SHOP,
        branch="feat/cart",
        calls=(),
        context="main.0",
        request_id="req_msg_1",
    )


def test_a_streamed_answer_counts_its_last_numbers_at_its_first_time() -> None:
    growing = [
        answer("msg_1", second, TOKENS._replace(output=output)) for second, output in ((5, 1), (6, 90), (7, 450))
    ]
    [request] = read(*growing)
    assert (request.tokens, request.time) == (TOKENS, ms(5))


def test_a_fork_repeats_nothing_and_the_first_session_keeps_it() -> None:
    parent = read(answer("msg_1", 5), answer("msg_2", 9, OTHER))
    fork = read(
        answer("msg_1", 5, session="s2"), answer("msg_2", 9, OTHER, session="s2"), answer("msg_3", 60, session="s2")
    )
    both = once([*parent, *fork])
    assert [(one.key, one.session) for one in both] == [
        ("claude-code:msg_1", "s1"),
        ("claude-code:msg_2", "s1"),
        ("claude-code:msg_3", "s2"),
    ]


def test_a_side_chain_replays_a_message_under_a_new_request_id_and_adds_only_its_own() -> None:
    chain: Line = {"isSidechain": True, "agentId": "btw"}
    parent = read(answer("msg_1", 5, request="req_A"))
    aside = read(
        answer("msg_1", 5, request="req_B", **chain), answer("msg_9", 8, OTHER, **chain), path="/logs/agent-btw.jsonl"
    )
    assert total(once([*parent, *aside])) == Tokens(*map(sum, zip(TOKENS, OTHER, strict=True)))
    assert [one.context for one in aside] == ["btw.0", "btw.0"]


def test_a_sub_agent_is_of_the_same_session_in_a_context_of_its_own_and_no_turn() -> None:
    told = read(
        prompt("task", 3, isSidechain=True, agentId="a1"),
        answer("msg_2", 5, isSidechain=True, agentId="a1"),
        path="/logs/s1/subagents/agent-a1.jsonl",
    )
    assert [(one.session, one.turn, one.context) for one in told] == [("s1", "", "a1.0")]


def test_an_advisor_is_a_request_of_its_own_under_its_own_model() -> None:
    advice = {"type": "advisor_message", "model": "claude-opus-4-8", **usage(OTHER)}
    counts = usage(TOKENS, iterations=[{"type": "message", **usage(TOKENS)}, advice, advice])
    told = read(answer("msg_1", counts=counts), answer("msg_1", 6, counts=counts))
    assert [(one.key.partition(":")[2], one.model, one.tokens) for one in told] == [
        ("msg_1", SONNET, TOKENS),
        ("msg_1/advisor/1", "claude-opus-4-8", OTHER),
        ("msg_1/advisor/2", "claude-opus-4-8", OTHER),
    ]


@pytest.mark.parametrize(
    ("counts", "tokens"),
    [
        pytest.param({"input_tokens": 1, "output_tokens": 2}, Tokens(1, 0, 0, 0, 2), id="before caches"),
        pytest.param(
            {"input_tokens": 1, "cache_creation_input_tokens": 900, "output_tokens": 2},
            Tokens(1, 0, 900, 0, 2),
            id="a sum of writes only: of 5 minutes",
        ),
        pytest.param(
            {"cache_creation_input_tokens": 900, "cache_creation": {"ephemeral_1h_input_tokens": 900}},
            Tokens(0, 0, 0, 900, 0),
            id="all writes of 1 hour",
        ),
        pytest.param(
            {"cache_creation_input_tokens": 0, "cache_creation": {"ephemeral_5m_input_tokens": 7}},
            Tokens(0, 0, 7, 0, 0),
            id="parts without their sum",
        ),
        pytest.param({"input_tokens": 3.0, "output_tokens": None}, Tokens(3, 0, 0, 0, 0), id="a float that is whole"),
    ],
)
def test_counts_become_disjoint_buckets(counts: Line, tokens: Tokens) -> None:
    [request] = read(answer("msg_1", counts=counts))
    assert request.tokens == tokens


@pytest.mark.parametrize("wrong", [-1, 1.5, True, "12", 10**13, 10**400, float("nan"), float("inf"), [], {}])
def test_a_count_that_is_no_count_makes_the_tokens_unknown_and_not_zero(wrong: object) -> None:
    problems: Problems = {}
    told = read(answer("msg_1", counts=usage(TOKENS, output_tokens=wrong)), answer("msg_2"), problems=problems)
    assert [one.tokens for one in told] == [None, TOKENS]
    assert problems == {"token count that is no number": 1}


def test_a_synthetic_message_was_never_asked() -> None:
    assert read(answer("msg_1", model="<synthetic>")) == []


@pytest.mark.parametrize(
    ("identity", "model", "provider"),
    [
        ("msg_01", SONNET, "anthropic"),
        ("msg_bdrk_01", "us.anthropic.claude-sonnet-4-5-20250929-v1:0", "aws"),
        ("msg_vrtx_01", "claude-sonnet-4-5@20250929", "google"),
        ("20251120abc", "glm-4.6", None),
    ],
)
def test_the_message_id_tells_the_provider(identity: str, model: str, provider: str | None) -> None:
    [request] = read(answer(identity, model=model))
    assert request.provider == provider


@pytest.mark.parametrize(
    ("more", "tier"),
    [
        ({}, None),
        ({"speed": "standard"}, None),
        ({"speed": "fast"}, "fast"),
        ({"service_tier": "priority"}, "priority"),
    ],
)
def test_a_speed_or_service_tier_is_kept_when_it_changes_the_price(more: Line, tier: str | None) -> None:
    [request] = read(answer("msg_1", counts=usage(TOKENS, **more)))
    assert request.tier == tier


def test_turns_follow_prompts_and_contexts_follow_compactions() -> None:
    told = read(
        prompt("p1", 0),
        answer("msg_1", 1),
        prompt("meta", 2, isMeta=True),
        answer("msg_2", 3),
        {"type": "system", "subtype": "compact_boundary", "timestamp": at(4)},
        prompt("summary", 4, isCompactSummary=True),
        answer("msg_3", 5),
        prompt("p2", 6, promptId="prompt-2"),
        answer("msg_4", 7),
    )
    assert [(one.turn, one.context) for one in told] == [
        ("p1", "main.0"),
        ("p1", "main.0"),
        ("p1", "main.1"),
        ("prompt-2", "main.1"),
    ]


def test_a_detached_head_is_no_branch() -> None:
    [request] = read(answer("msg_1", gitBranch="HEAD"))
    assert request.branch is None


@pytest.mark.parametrize(
    ("tool", "given", "kind", "path", "written"),
    [
        ("Edit", {"file_path": "/r/a.py", "old_string": "a", "new_string": "b\nc"}, "edit", "/r/a.py", 2),
        ("Write", {"file_path": "/r/a.py", "content": "1\n2\n3\n"}, "edit", "/r/a.py", 3),
        ("MultiEdit", {"file_path": "/r/a", "edits": [{"new_string": "x"}, {"new_string": "y\nz"}]}, "edit", "/r/a", 3),
        ("NotebookEdit", {"notebook_path": "/r/n.ipynb", "new_source": "x"}, "edit", "/r/n.ipynb", 1),
        ("Read", {"file_path": "/r/a.py", "offset": 10}, "read", "/r/a.py", None),
        ("Grep", {"pattern": "x"}, "read", None, None),
        ("Bash", {"command": "cd /r && uv run pytest -q"}, "test", None, None),
        ("Task", {"prompt": "x"}, "other", None, None),
        ("Edit", {"file_path": 7, "new_string": None}, "edit", None, None),
    ],
)  # fmt: skip
def test_a_call_is_its_kind_path_and_lines(
    tool: str, given: Line, kind: str, path: str | None, written: int | None
) -> None:
    [request] = read(answer("msg_1", uses=[use("t1", tool, **given)]))
    [call] = request.calls
    assert (call.id, call.kind, call.path, call.lines) == ("t1", kind, path, written)
    assert (call.failed, call.result_bytes, call.commits) == (None, None, ())


def test_an_answer_completes_its_call() -> None:
    uses = [
        use("t1", "Read", file_path="/r/a"),
        use("t2", "Bash", command="make"),
        use("t3", "Read", file_path="/r/i.png"),
    ]
    [request] = read(
        answer("msg_1", uses=uses),
        result("t1", 6, [{"type": "text", "text": "äb"}]),
        result("t2", 7, "no rule", error=True),
        result("t3", 8, [{"type": "image", "source": {"data": "…"}}]),
    )
    assert [(call.failed, call.result_bytes) for call in request.calls] == [(False, 3), (True, 7), (False, None)]


def test_an_interrupted_call_failed() -> None:
    log = (
        answer("msg_1", uses=[use("t1", "Bash", command="sleep 9")]),
        result("t1", 6, toolUseResult={"interrupted": True}),
    )
    assert [call.failed for one in read(*log) for call in one.calls] == [True]


@pytest.mark.parametrize(
    ("command", "said", "commits"),
    [
        ("git commit -m x", "[main 1a2b3c4] x\n 1 file changed", ("1a2b3c4",)),
        ("git commit -qm x", "", ()),
        ("git add -A && git commit -m x", "[feat/cart (root-commit) 1a2b3c4d] x", ("1a2b3c4d",)),
        ("git cherry-pick a b", "[main 1111111] a\n Date: x\n[detached HEAD 2222222] b", ("1111111", "2222222")),
        ("cat notes", "[main 1a2b3c4] x", ()),
        ("git commit -m x", "see [main 1a2b3c4] x", ()),
        ("git commit -m x", "[main 1a2b3c4z] x", ()),
    ],
)
def test_the_commits_are_those_that_git_commit_printed(command: str, said: str, commits: tuple[str, ...]) -> None:
    [request] = read(answer("msg_1", uses=[use("t1", "Bash", command=command)]), result("t1", 6, said))
    assert request.calls[0].commits == commits


def test_an_answer_in_a_later_reading_completes_the_call_of_the_earlier_one() -> None:
    log = lines(
        answer("msg_1", uses=[use("t1", "Bash", command="git commit -m x")]), result("t1", 9, "[main 1a2b3c4] x")
    )
    state: State = {}
    [asked] = requests_of(claude, log[:1], state=state)
    [answered] = requests_of(claude, log[1:], state=state)
    assert answered.tokens is None
    assert answered.key == asked.key
    whole = grown(asked, answered)
    assert whole == requests_of(claude, log)[0]
    assert whole.calls[0].commits == ("1a2b3c4",)
    assert whole.tokens == TOKENS


def test_equal_calls_have_equal_fingerprints_in_a_session_and_others_in_another() -> None:
    def print_of(session: str, command: str) -> str:
        [request] = read(answer("msg_1", session=session, uses=[use("t1", "Bash", command=command)]))
        return request.calls[0].fingerprint

    assert print_of("s1", "make") == print_of("s1", "make")
    assert len({print_of("s1", "make"), print_of("s1", "make x"), print_of("s2", "make")}) == 3


def test_a_crash_leaves_a_call_open_and_its_request_counted() -> None:
    [request] = read(answer("msg_1", uses=[use("t1", "Bash", command="make")]))
    assert (request.tokens, request.calls[0].failed) == (TOKENS, None)


def test_what_waits_for_an_answer_stays_few() -> None:
    state: State = {}
    uses = [use(f"t{number}", "Bash", command="make") for number in range(5_000)]
    requests_of(claude, lines(answer("msg_1", uses=uses)), state=state)
    assert len(state["waiting"]) == 200


@pytest.mark.parametrize(
    "bad",
    [
        b"{",
        b'{"type":"assistant","message":{"usage":',
        b'{"usage":' + b"[" * 100_000 + b"]" * 100_000 + b"}",
        b'["usage"]',
        b'{"usage":"\xff\xfe"}',
        b'{"usage":' + b"9" * 5_000 + b"}",
    ],
    ids=["cut", "cut later", "nested", "a list", "no UTF-8", "a number of 5,000 digits"],
)
def test_a_damaged_line_is_counted_and_loses_only_itself(bad: bytes) -> None:
    problems: Problems = {}
    told = read(answer("msg_1"), bad, answer("msg_2"), problems=problems)
    assert ([one.key for one in told], problems) == (["claude-code:msg_1", "claude-code:msg_2"], {"damaged line": 1})
