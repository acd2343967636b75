from __future__ import annotations

import pytest

from ai_quality.facts.marks import classify, load_registry
from ai_quality.hooks import tagging
from ai_quality.hooks.agents import NAMES, SIGNS, agents_in, tagging_agents
from ai_quality.model import Commit, Person


@pytest.mark.parametrize(
    ("environ", "agents"),
    [
        ({"CLAUDECODE": "1"}, ["claude-code"]),
        ({"CLAUDECODE": "1", "AI_AGENT": "claude-code_2-1-263_agent"}, ["claude-code"]),
        ({"AI_AGENT": "claude-code_2-1-263_agent"}, ["claude-code"]),
        ({"CODEX_THREAD_ID": "0197", "CODEX_SANDBOX": "seatbelt"}, ["codex"]),
        ({"CLAUDECODE": "1", "CODEX_CI": "1"}, ["claude-code", "codex"]),  # one runs the other: a line each
        ({"COPILOT_AGENT": "1", "AI_AGENT": "github_copilot_vscode_agent"}, ["copilot"]),
        ({"COPILOT_CLI": "1", "COPILOT_AGENT_SESSION_ID": "a", "COPILOT_AGENT_JOB_ID": "b"}, ["copilot-coding-agent"]),
        ({"QWEN_CODE": "1", "GEMINI_CLI": "1"}, ["qwen-code"]),  # a fork that sets its parent's variable too
        ({"AGENT": "goose@1.2", "GOOSE_TERMINAL": "1"}, ["goose"]),
        ({"AGENT": "amp"}, ["amp"]),
        ({"OPENCODE": "1"}, ["opencode"]),
    ],
)
def test_an_agent_shows_itself_by_what_it_sets_for_its_own_commands(environ: dict[str, str], agents: list[str]) -> None:
    assert tagging_agents(environ) == agents


@pytest.mark.parametrize(
    "environ",
    [
        {},
        {"CURSOR_TRACE_ID": "a"},  # a person in the editor's terminal
        {"CODEX_HOME": "/x", "COPILOT_MODEL": "m", "GOOSE_PROVIDER": "p", "REPL_ID": "r", "TERM_PROGRAM": "kiro"},
        {"OPENCODE": "1", "OPENCODE_TERMINAL": "1"},
        {"CLAUDECODE": ""},
        {"CLAUDECODE": "0"},
        {"AGENT": "1"},
        {"AI_AGENT": "true"},
        {"AI_AGENT": "x\nAssisted-by: y"},
        {"AI_AGENT": "a" * 100_000},
    ],
)
def test_what_people_share_tags_nothing(environ: dict[str, str]) -> None:
    assert tagging_agents(environ) == []


def test_a_weak_sign_is_told_and_a_strong_one_of_the_same_agent_stands_for_it() -> None:
    assert [seen.strong for seen in agents_in({"CURSOR_TRACE_ID": "a"})] == [False]
    assert [seen.variable for seen in agents_in({"CURSOR_TRACE_ID": "a", "CURSOR_AGENT": "1"})] == ["CURSOR_AGENT"]


def test_what_the_hook_writes_of_every_agent_our_own_reader_reads_back() -> None:
    person = Person("Ann", "ann@example.com")
    at = 1_790_000_000
    for agent in sorted({sign.agent for sign in SIGNS if sign.strong}):
        for line in (f"Assisted-by: {agent}", f"Assisted-by: {agent}:some-model-1"):
            commit = Commit("a" * 40, (), person, person, at, at, f"Subject\n\n{line}\n")
            said = classify(commit)
            assert (said.commit_class, said.agent) == ("assisted", agent), (line, said)


def test_every_agent_of_the_tables_is_in_the_registry() -> None:
    known = set(load_registry().since)
    assert {sign.agent for sign in SIGNS} <= known
    assert set(NAMES.values()) <= known
    assert set(tagging.DECLARED) <= known
