"""Decides whether a commit that is being made is tagged, and with what. Pure: rows in, lines or a reason out.

Tagged is what an agent commits by itself: a strong sign in the environment, a message of its own. Never what git
repeats or composes (merge, squash, rebase, cherry-pick, revert, fixup): an agent that rebases people's commits
tags none of them. An amend keeps what the amended commit carried and adds nothing.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import NamedTuple

from ai_quality.hooks import message as text

KEYS = (b"Assisted-by", b"AI-Usage")
"""The trailers we write, and carry over from commits that are squashed or amended."""

SEQUENCER = ("CHERRY_PICK_HEAD", "REVERT_HEAD", "rebase-merge", "rebase-apply", "sequencer", "MERGE_HEAD")
"""git's files that tell of a commit being repeated or a merge being made."""

DECLARED = {
    "claude-code": rb"noreply@anthropic\.com|generated with \[claude code\]",
    "codex": rb"(?:noreply|codex)@openai\.com",
    "cursor": rb"cursoragent@cursor\.com|made-with: cursor",
    "copilot": rb"copilot@users\.noreply\.github\.com|copilot@github\.com",
    "copilot-cli": rb"copilot@users\.noreply\.github\.com",
    "copilot-coding-agent": rb"copilot@users\.noreply\.github\.com|agent-logs-url:",
    "amp": rb"amp@ampcode\.com",
    "opencode": rb"noreply@opencode\.ai",
    "crush": rb"crush@charm\.land",
    "qwen-code": rb"qwen-coder@alibabacloud\.com",
    "junie": rb"junie@jetbrains\.com",
    "gemini-cli": rb"gemini-cli-agent@google\.com",
    "warp": rb"@warp\.dev",
    "replit": rb"replit-commit-author:",
    "goose": rb"goose <",
    "kiro": rb"noreply@kiro\.dev|kiro-agent@users",
    "trae": rb"traecli@bytedance\.com",
}
"""How an agent names itself in a message; its own `Assisted-by:` does so for every agent."""

_REPEATED = re.compile(rb'(?:fixup|squash|amend)! |Revert(?:\^\d)? "|Reapply "|Revert\b|revert(?:\(|:|!)')
_REVERTS = re.compile(rb"^This reverts commit [0-9a-f]{7,64}", re.MULTILINE)


class Moment(NamedTuple):
    """What a hook sees of the commit being made.

    `source` is git's second argument of prepare-commit-msg ("" in commit-msg), `editor` whether one opens,
    `in_progress` which of SEQUENCER are there, `is_amend` whether HEAD is being replaced, `head` its message,
    `squashed` the text of SQUASH_MSG.
    """

    hook: str
    source: str
    editor: bool
    in_progress: Sequence[str]
    is_amend: bool
    head: bytes
    squashed: bytes
    message: bytes
    comment: bytes


class Decision(NamedTuple):
    """The trailer lines to write, and why these or none, for people."""

    lines: list[str]
    why: str


def decide(moment: Moment, agents: Sequence[str], usage: Callable[[], list[str]] = list) -> Decision:
    """Return what the commit is tagged with; `usage` gives the spending's lines, asked only when it is tagged."""
    if moment.squashed or moment.source == "squash":
        return Decision(text.trailers_within(moment.squashed or moment.message, KEYS), "carried over from the squashed")
    if reason := _reason_against(moment):
        return Decision([], reason)
    if moment.is_amend:
        return Decision(text.trailers_within(moment.head, KEYS), "an amend keeps what the commit carried")
    if not agents:
        return Decision([], "no agent runs this commit")
    tags = [f"Assisted-by: {agent}" for agent in agents if not is_declared(moment.message, agent)]
    return Decision([*tags, *usage()], f"run by {', '.join(agents)}")


def _reason_against(moment: Moment) -> str:
    """Why the commit must not be touched, "" if nothing speaks against it."""
    subject = text.subject(moment.message, moment.comment)
    by_editor = moment.hook == "prepare-commit-msg" and (moment.editor or moment.source == "template")
    return next((reason for is_so, reason in (
        (by_editor, "an editor opens, so commit-msg decides"),
        (moment.hook == "commit-msg" and not moment.editor, "no editor opened, so prepare-commit-msg has decided"),
        (text.is_empty(moment.message, moment.comment), "the message is empty, so git aborts"),
        (moment.source == "merge" or moment.in_progress, "git repeats or merges"),
        (_REPEATED.match(subject), "a revert, fixup or squash of another commit"),
        (_REVERTS.search(moment.message[:65_536]), "a revert of another commit"),
        (moment.source == "commit", "the message of another commit is used again"),
    ) if is_so), "")  # fmt: skip


def is_declared(message: bytes, agent: str) -> bool:
    """Whether the message already names the agent, in its own way or in ours."""
    named = rb"^[ \t]*(?:assisted-by|generated-by):[ \t]*" + re.escape(agent.encode()) + rb"(?:[:\s]|$)"
    pattern = b"|".join(filter(None, (named, DECLARED.get(agent))))
    return re.search(pattern, message[:65_536], re.IGNORECASE | re.MULTILINE) is not None


def with_models(lines: Sequence[str], models: dict[str, str]) -> list[str]:
    """Return the tags with the model where it is known: `Assisted-by: AGENT:MODEL`, the kernel's form."""
    named = []
    for line in lines:
        agent = line.removeprefix("Assisted-by: ")
        model = models.get(agent, "") if line.startswith("Assisted-by: ") else ""
        named.append(f"{line}:{model}" if re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9._/+-]{0,63}", model) else line)
    return named
