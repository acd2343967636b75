"""Which agents run this process, by the variables they set for the commands they run. A table, and its reader.

A `strong` sign is set by an agent for its own commands and by nobody else; it alone tags a commit. A `weak` one
(an editor's terminal, a setting) is shared with people: it is told by `doctor` and tags nothing. Sources: the
vendors' documentation and code, as of 2026-11. Pure.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import NamedTuple


class Sign(NamedTuple):
    """An agent (its id in marks.yml), a variable, and the pattern its whole value must match; "" is any value."""

    agent: str
    variable: str
    value: str = ""
    strong: bool = True


TRUE = r"(?i:1|true|yes)"

SIGNS = (
    Sign("claude-code", "CLAUDECODE", TRUE),
    Sign("claude-code", "CLAUDE_CODE_CHILD_SESSION", TRUE),
    Sign("claude-code", "CLAUDE_CODE_REMOTE", TRUE),
    Sign("claude-code", "CLAUDE_CODE_ENTRYPOINT"),
    Sign("codex", "CODEX_THREAD_ID"),
    Sign("codex", "CODEX_CI", TRUE),
    Sign("codex", "CODEX_SANDBOX"),
    Sign("codex", "CODEX_SANDBOX_NETWORK_DISABLED", TRUE),
    Sign("codex", "CODEX_INTERNAL_ORIGINATOR_OVERRIDE"),
    Sign("cursor", "CURSOR_AGENT", TRUE),
    Sign("cursor", "CURSOR_EXTENSION_HOST_ROLE", "agent-exec"),
    Sign("cursor", "CURSOR_SANDBOX"),
    Sign("copilot", "COPILOT_AGENT", TRUE),
    Sign("copilot-coding-agent", "COPILOT_AGENT_JOB_ID"),
    Sign("copilot-cli", "COPILOT_CLI", TRUE),
    Sign("copilot-cli", "COPILOT_AGENT_SESSION_ID"),
    Sign("qwen-code", "QWEN_CODE", TRUE),
    Sign("gemini-cli", "GEMINI_CLI", TRUE),
    Sign("antigravity", "ANTIGRAVITY_AGENT"),
    Sign("opencode", "OPENCODE", TRUE),
    Sign("crush", "CRUSH", TRUE),
    Sign("goose", "GOOSE_TERMINAL", TRUE),
    Sign("cline", "CLINE_ACTIVE", TRUE),
    Sign("roo-code", "ROO_ACTIVE", TRUE),
    Sign("augment", "AUGMENT_AGENT", TRUE),
    Sign("junie", "JUNIE_DATA"),
    Sign("junie", "JUNIE_SHIM_PATH"),
    Sign("pi-coding-agent", "PI_CODING_AGENT", TRUE),
    Sign("warp", "OZ_RUN_ID"),
    Sign("warp", "WARP_RUN_ID"),
    Sign("replit", "REPLIT_MODE", "assistant"),
    Sign("trae", "TRAE_AI_SHELL_ID"),
    Sign("iflow", "IFLOW_CLI", TRUE),
    Sign("amazon-q", "AWS_EXECUTION_ENV", r".*AmazonQ-For-CLI.*"),
    Sign("openclaw", "OPENCLAW_SHELL"),
    # Shared with people: an editor's terminal, a setting, a shell opened from an agent's.
    Sign("claude-code", "CLAUDE_CODE", strong=False),
    Sign("codex", "CODEX_HOME", strong=False),
    Sign("cursor", "CURSOR_TRACE_ID", strong=False),
    Sign("copilot", "COPILOT_MODEL", strong=False),
    Sign("copilot", "COPILOT_ALLOW_ALL", strong=False),
    Sign("opencode", "OPENCODE_BIN_PATH", strong=False),
    Sign("goose", "GOOSE_PROVIDER", strong=False),
    Sign("windsurf", "CODEIUM_EDITOR_APP_ROOT", strong=False),
    Sign("kiro", "TERM_PROGRAM", "kiro", strong=False),
    Sign("replit", "REPL_ID", strong=False),
)

UNLESS = {"OPENCODE": "OPENCODE_TERMINAL"}
"""A sign → the variable beside which it means a person's terminal (opencode opens one)."""

NAMING = ("AI_AGENT", "AGENT")
"""Variables whose value is an agent's name: `claude-code_2-1-263_agent`, `crush`, `goose@1.2`."""

NAMES = {
    "claude": "claude-code", "claude-code": "claude-code", "claudecode": "claude-code", "codex": "codex",
    "cursor": "cursor", "cursor-cli": "cursor", "github-copilot": "copilot", "github_copilot_vscode_agent": "copilot",
    "copilot": "copilot", "copilot-cli": "copilot-cli", "crush": "crush", "goose": "goose", "amp": "amp",
    "opencode": "opencode", "gemini": "gemini-cli", "gemini-cli": "gemini-cli", "qwen-code": "qwen-code",
    "devin": "devin", "droid": "droid", "cline": "cline", "junie": "junie", "kiro": "kiro", "v0": "v0",
    "replit": "replit", "pi": "pi-coding-agent", "auggie": "augment", "augment": "augment",
    "antigravity": "antigravity",
}  # fmt: skip
"""What NAMING may say → the id; a version or `_agent` at the end is cut off first. Other names tag nothing."""

_VERSION = re.compile(r"(?:[@/_-]v?\d[\w.+-]*|_agent)\Z")


class Seen(NamedTuple):
    """An agent in sight, and the variable that shows it."""

    agent: str
    variable: str
    strong: bool


def agents_in(environ: Mapping[str, str]) -> list[Seen]:
    """Return every agent that the variables show, strong signs first, each agent once in each strength."""
    found: dict[tuple[str, bool], Seen] = {}
    for sign in SIGNS:
        value = environ.get(sign.variable)
        if value and not environ.get(UNLESS.get(sign.variable, "")) and _fits(sign, value):
            found.setdefault((sign.agent, sign.strong), Seen(sign.agent, sign.variable, sign.strong))
    for variable in NAMING:
        named = _named(environ.get(variable, ""))
        if named and not any(_same(named, agent) for agent, strong in found if strong):
            found[named, True] = Seen(named, variable, strong=True)
    ordered = sorted(found.values(), key=lambda seen: not seen.strong)
    return [seen for seen in ordered if seen.strong or (seen.agent, True) not in found]


def tagging_agents(environ: Mapping[str, str]) -> list[str]:
    """Return the ids of the agents in sight whose sign is strong; one surface of Copilot or Gemini speaks for all."""
    agents = [seen.agent for seen in agents_in(environ) if seen.strong]
    for narrow, wide in (
        ("copilot-coding-agent", "copilot-cli"),
        ("copilot-cli", "copilot"),
        ("qwen-code", "gemini-cli"),
    ):
        if narrow in agents and wide in agents:  # set together by one tool, its fork or its cloud
            agents.remove(wide)
    return agents


def _fits(sign: Sign, value: str) -> bool:
    return not sign.value or re.fullmatch(sign.value, value) is not None


def _named(value: str) -> str | None:
    name = value[:64].strip().lower()
    while (shorter := _VERSION.sub("", name)) != name:
        name = shorter
    return NAMES.get(name)


def _same(one: str, other: str) -> bool:
    """Copilot has several surfaces and one name."""
    return one == other or (one.startswith("copilot") and other.startswith("copilot"))
