from __future__ import annotations

import pytest

from ai_quality.hooks.agents import agents_in, running


def nowhere(_: str) -> bool:
    return False


@pytest.mark.parametrize(
    ("environ", "agents"),
    [
        ({"CLAUDECODE": "1"}, ["claude-code"]),
        ({"CLAUDECODE": "1", "AI_AGENT": "claude-code_2-1-263_agent"}, ["claude-code"]),
        ({"AI_AGENT": "claude-code_2-1-263_agent"}, ["claude-code"]),
        ({"CODEX_THREAD_ID": "0197", "CODEX_SANDBOX": "seatbelt"}, ["codex"]),
        ({"CLAUDECODE": "1", "CODEX_CI": "1"}, ["claude-code", "codex"]),  # one runs the other: a line each
        ({"AGENT": "amp", "CLAUDECODE": "1"}, ["amp"]),  # Amp sets it as well
        ({"AMP_CURRENT_THREAD_ID": "T-1", "CLAUDECODE": "1"}, ["amp"]),
        ({"AGENT": "amp", "CLAUDECODE": "1", "CLAUDE_CODE_ENTRYPOINT": "cli"}, ["claude-code", "amp"]),
        ({"COPILOT_AGENT": "1", "AI_AGENT": "github_copilot_vscode_agent"}, ["copilot-vscode"]),
        ({"AI_AGENT": "github_copilot_vscode_agent"}, ["copilot-vscode"]),
        ({"COPILOT_CLI": "1", "AI_AGENT": "copilot"}, ["copilot-cli"]),  # one surface speaks for the brand
        ({"COPILOT_CLI": "1", "COPILOT_AGENT_SESSION_ID": "a", "COPILOT_AGENT_JOB_ID": "b"}, ["copilot-coding-agent"]),
        ({"QWEN_CODE": "1", "GEMINI_CLI": "1"}, ["qwen-code"]),  # a fork that sets its parent's variable too
        ({"AGENT": "goose@1.2", "GOOSE_TERMINAL": "1"}, ["goose"]),
        ({"AGENT": "crush", "CRUSH": "1", "AI_AGENT": "crush"}, ["crush"]),
        ({"OPENCODE": "1", "AGENT": "1"}, ["opencode"]),
        ({"CURSOR_TRACE_ID": "a", "PAGER": "head -n 10000 | cat"}, ["cursor"]),
        ({"AGENT_DISPLAY_OUT": "a", "AGENT_CONTEXT_OUT": "b"}, ["kiro"]),
        ({"REPLIT_MODE": "assistant", "REPL_ID": "r"}, ["replit"]),
        ({"AWS_EXECUTION_ENV": "x AmazonQ-For-CLI y"}, ["amazon-q"]),
        ({"HOME": "/home/jules", "USER": "swebot"}, ["jules"]),
        ({"AI_AGENT": "tidybot@1.2"}, ["LLM"]),  # an agent that nobody here knows
        ({"AI_AGENT": "tidybot@1.2", "CLAUDECODE": "1"}, ["claude-code"]),
    ],
)
def test_an_agent_shows_itself_by_what_it_sets_for_its_own_commands(environ: dict[str, str], agents: list[str]) -> None:
    assert running(environ, nowhere) == agents


@pytest.mark.parametrize(
    "environ",
    [
        {},
        {"CURSOR_TRACE_ID": "a"},  # a person in the editor's terminal
        {"TERM_PROGRAM": "vscode", "GIT_PAGER": "cat"},
        {"CODEX_HOME": "/x", "COPILOT_MODEL": "m", "GOOSE_PROVIDER": "p", "REPL_ID": "r", "TERM_PROGRAM": "kiro"},
        {"AGENT_DISPLAY_OUT": "a"},
        {"OPENCODE": "1", "OPENCODE_TERMINAL": "1"},
        {"CODEX_INTERNAL_ORIGINATOR_OVERRIDE": "else"},
        {"CLAUDECODE": ""},
        {"CLAUDECODE": "0"},
        {"CLAUDECODE": "false"},
        {"AGENT": "1"},
        {"AGENT": "node-7@3"},
        {"AI_AGENT": "true"},
        {"AI_AGENT": "yes"},
        {"AI_AGENT": "x\nAssisted-by: y@1"},
        {"AI_AGENT": "a" * 100_000},
        {"HOME": "/home/jules", "USER": "jules"},
    ],
)
def test_what_people_share_marks_nothing(environ: dict[str, str]) -> None:
    assert running(environ, nowhere) == []


def test_a_folder_of_a_cloud_machine_is_a_sign() -> None:
    assert running({}, lambda folder: folder == "/opt/.devin") == ["devin"]


def test_weak_signs_are_told_and_never_add_up() -> None:
    seen = agents_in({"CURSOR_TRACE_ID": "a", "CODEX_HOME": "b", "CLAUDE_CODE": "c"}, nowhere)
    assert [(agent, strong) for agent, _, strong in seen] == [
        ("claude-code", False),
        ("codex", False),
        ("cursor", False),
    ]
    assert agents_in({"CURSOR_TRACE_ID": "a", "CURSOR_AGENT": "1"}, nowhere) == [("cursor", "CURSOR_AGENT", True)]
