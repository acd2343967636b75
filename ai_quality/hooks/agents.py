"""Which agents run this process, by what they set for the commands they run. A table, and its reader. Pure.

A strong sign is set by an agent for its own commands and by nobody else; it alone marks a commit. A weak one (an
editor's terminal, a setting) people share with agents: `doctor` tells of it, and it marks nothing, however many there
are. Sources, as of 2026-11: the vendors' code and documentation, and five public detectors, which contradict each
other on just the weak ones. Ids are those of facts/marks.yml. hooks/common.sh tests the same strong signs.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

STRONG, WEAK = True, False
OFF = ("", "0", "false", "no", "off")
"""Values with which a variable says that it does not hold."""

SIGNS: tuple[tuple[str, bool, tuple[str, ...]], ...] = (
    # Agent, strength, and what must all hold: VARIABLE (set, and not off), VARIABLE=value, VARIABLE~part of it,
    # /a/folder that is there, and the same behind `not`.
    ("claude-code", STRONG, ("CLAUDECODE", "not AMP_CURRENT_THREAD_ID", "not AGENT=amp")),  # Amp sets it as well
    ("claude-code", STRONG, ("CLAUDE_CODE_ENTRYPOINT",)),
    ("claude-code", STRONG, ("CLAUDE_CODE_CHILD_SESSION",)),
    ("claude-code", STRONG, ("CLAUDE_CODE_REMOTE",)),
    ("codex", STRONG, ("CODEX_THREAD_ID",)),
    ("codex", STRONG, ("CODEX_CI",)),
    ("codex", STRONG, ("CODEX_SANDBOX",)),
    ("codex", STRONG, ("CODEX_SANDBOX_NETWORK_DISABLED",)),
    ("codex", STRONG, ("CODEX_INTERNAL_ORIGINATOR_OVERRIDE=codex_web_agent",)),
    ("cursor", STRONG, ("CURSOR_AGENT",)),
    ("cursor", STRONG, ("CURSOR_EXTENSION_HOST_ROLE=agent-exec",)),
    ("cursor", STRONG, ("CURSOR_SANDBOX",)),
    ("cursor", STRONG, ("CURSOR_TRACE_ID", "PAGER=head -n 10000 | cat")),  # older builds
    ("copilot-vscode", STRONG, ("COPILOT_AGENT",)),
    ("copilot-coding-agent", STRONG, ("COPILOT_AGENT_JOB_ID",)),
    ("copilot-coding-agent", STRONG, ("COPILOT_AGENT_COMMIT_LOGIN",)),
    ("copilot-cli", STRONG, ("COPILOT_CLI", "not COPILOT_AGENT_JOB_ID", "not COPILOT_AGENT_COMMIT_LOGIN")),
    ("copilot-cli", STRONG, ("COPILOT_AGENT_SESSION_ID", "not COPILOT_AGENT_JOB_ID", "not COPILOT_AGENT_COMMIT_LOGIN")),
    ("gemini-cli", STRONG, ("GEMINI_CLI", "not QWEN_CODE")),
    ("qwen-code", STRONG, ("QWEN_CODE",)),  # a fork of Gemini CLI
    ("antigravity", STRONG, ("ANTIGRAVITY_AGENT",)),
    ("opencode", STRONG, ("OPENCODE", "not OPENCODE_TERMINAL")),  # with it, a person's terminal inside opencode
    ("amp", STRONG, ("AMP_CURRENT_THREAD_ID",)),
    ("crush", STRONG, ("CRUSH",)),
    ("goose", STRONG, ("GOOSE_TERMINAL",)),
    ("cline", STRONG, ("CLINE_ACTIVE",)),
    ("augment", STRONG, ("AUGMENT_AGENT",)),
    ("junie", STRONG, ("JUNIE_DATA",)),
    ("junie", STRONG, ("JUNIE_SHIM_PATH",)),
    ("kiro", STRONG, ("AGENT_DISPLAY_OUT", "AGENT_CONTEXT_OUT")),
    ("pi-coding-agent", STRONG, ("PI_CODING_AGENT",)),
    ("warp", STRONG, ("OZ_RUN_ID",)),
    ("warp", STRONG, ("WARP_RUN_ID",)),
    ("replit", STRONG, ("REPLIT_MODE=assistant", "REPL_ID")),
    ("trae", STRONG, ("TRAE_AI_SHELL_ID",)),
    ("iflow", STRONG, ("IFLOW_CLI",)),
    ("amazon-q", STRONG, ("AWS_EXECUTION_ENV~AmazonQ-For-CLI",)),
    ("openclaw", STRONG, ("OPENCLAW_SHELL",)),
    ("jules", STRONG, ("HOME=/home/jules", "USER=swebot")),
    ("devin", STRONG, ("/opt/.devin",)),
    # Shared with people.
    ("claude-code", WEAK, ("CLAUDE_CODE",)),
    ("codex", WEAK, ("CODEX_HOME",)),
    ("cursor", WEAK, ("CURSOR_TRACE_ID",)),  # a person in the editor's terminal
    ("copilot-vscode", WEAK, ("TERM_PROGRAM=vscode", "GIT_PAGER=cat")),  # Copilot's before 2026-05, and some people's
    ("copilot-cli", WEAK, ("COPILOT_MODEL",)),
    ("copilot-cli", WEAK, ("COPILOT_ALLOW_ALL",)),
    ("copilot-cli", WEAK, ("COPILOT_GITHUB_TOKEN",)),
    ("antigravity", WEAK, ("ANTIGRAVITY_CLI_ALIAS",)),
    ("antigravity", WEAK, ("ANTIGRAVITY_PROJECT_ID",)),
    ("opencode", WEAK, ("OPENCODE_BIN_PATH",)),
    ("opencode", WEAK, ("OPENCODE_SERVER",)),
    ("amp", WEAK, ("AGENT_THREAD_ID",)),
    ("goose", WEAK, ("GOOSE_PROVIDER",)),
    ("roo-code", WEAK, ("ROO_ACTIVE",)),  # one detector's word, not seen in the tool
    ("kiro", WEAK, ("TERM_PROGRAM=kiro",)),
    ("pi-coding-agent", WEAK, ("PATH~.pi/agent",)),
    ("replit", WEAK, ("REPL_ID",)),
    ("windsurf", WEAK, ("CODEIUM_EDITOR_APP_ROOT",)),
)

NAMING = ("AI_AGENT", "AGENT")
"""Variables whose value is an agent's name: `claude-code_2-1-263_agent`, `crush`, `goose@1.2`."""

NAMES = {
    "amp": "amp", "antigravity": "antigravity", "augment": "augment", "auggie": "augment", "claude": "claude-code",
    "claude-code": "claude-code", "claudecode": "claude-code", "cline": "cline", "codex": "codex", "copilot": "copilot",
    "copilot-cli": "copilot-cli", "github-copilot": "copilot", "github-copilot-vscode": "copilot-vscode",
    "github-copilot-cli": "copilot-cli", "crush": "crush", "cursor": "cursor", "cursor-cli": "cursor", "devin": "devin",
    "droid": "droid", "gemini": "gemini-cli", "gemini-cli": "gemini-cli", "goose": "goose", "junie": "junie",
    "kiro": "kiro", "opencode": "opencode", "pi": "pi-coding-agent", "qwen-code": "qwen-code", "replit": "replit",
    "v0": "v0",
}  # fmt: skip
"""What NAMING may say, in lower case with hyphens, without its version and `agent` → the id."""

SOME_AGENT = "LLM"
"""What is written for an agent that gives a name and a version (`tidybot@1.2`) but is not known here."""

WRITTEN = {
    "amp": "amp-code", "cline": "cline-bot", "devin": "devin-ai", "goose": "block-goose", "jules": "google-jules",
    "junie": "jetbrains-junie", "kiro": "kiro-agent",
}  # fmt: skip
"""Agents called as people are: what is written for them instead of the id, so that no reader takes them for one."""

Seen = tuple[str, str, bool]
"""An agent's id, the sign that shows it, and whether that is a strong one."""


def agents_in(environ: Mapping[str, str], is_folder: Callable[[str], bool]) -> list[Seen]:
    """Return every agent in sight, strong signs first, each agent once by its strongest."""
    found: dict[str, Seen] = {}
    for agent, strong, needs in SIGNS:
        if strong and agent not in found and all(_holds(need, environ, is_folder) for need in needs):
            found[agent] = (agent, needs[0], STRONG)
    for variable in NAMING:
        agent, strong = _named(variable, environ.get(variable, ""))
        family = agent.partition("-")[0]  # Copilot has many surfaces and one name
        is_known = any(agent == known or (agent == family and known.startswith(family)) for known in found)
        if agent and not is_known and (agent != SOME_AGENT or not found):
            found[agent] = (agent, variable, strong)
    for agent, strong, needs in SIGNS:
        if not strong and agent not in found and all(_holds(need, environ, is_folder) for need in needs):
            found[agent] = (agent, needs[0], WEAK)
    return sorted(found.values(), key=lambda seen: not seen[2])


def running(environ: Mapping[str, str], is_folder: Callable[[str], bool]) -> list[str]:
    """Return the ids of the agents whose sign is strong; nested ones are all there."""
    return [agent for agent, _, strong in agents_in(environ, is_folder) if strong]


def written(agent: str) -> str:
    """Return what stands for an agent in `Assisted-by`."""
    return WRITTEN.get(agent, agent)


def _holds(need: str, environ: Mapping[str, str], is_folder: Callable[[str], bool]) -> bool:
    if need.startswith("not "):
        return not _holds(need[4:], environ, is_folder)
    if need.startswith("/"):
        return is_folder(need)
    variable, equal, value = need.partition("=")
    if equal:
        return environ.get(variable) == value
    variable, tilde, part = need.partition("~")
    given = environ.get(variable, "")
    return part in given if tilde else given.strip().lower() not in OFF


def _named(variable: str, value: str) -> tuple[str, bool]:
    """The agent a variable names, ("", False) for none. Only a name with a version is an unknown agent's own doing."""
    words = value[:64].strip().lower().replace("@", "_").replace("/", "_").split("_")
    name = _without_version(words)
    if known := NAMES.get("-".join(name)):
        return known, STRONG
    is_agents = variable == "AI_AGENT" and len(name) < len(words) and all(word.isalnum() for word in name)
    return (SOME_AGENT, STRONG) if is_agents else ("", WEAK)


def _without_version(words: Sequence[str]) -> list[str]:
    """`claude-code 2-1-263 agent` without its last two; `github copilot vscode agent` without the last."""
    kept = list(words)
    while len(kept) > 1 and (kept[-1] == "agent" or kept[-1].removeprefix("v")[:1].isdigit()):
        del kept[-1]
    return kept
