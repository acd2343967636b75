"""Decides whether a commit that is being made is marked, and with what. Pure: what a hook sees in, lines out.

Marked is what an agent commits by itself: a strong sign in the environment, a message of its own. Never what git
repeats or composes (merge, squash, rebase, cherry-pick, revert, fixup): an agent that rebases people's commits
marks none of them. An amend keeps what the amended commit carried, and a squash what the squashed ones did.
"""

from __future__ import annotations

import itertools

from ai_quality.hooks import declared
from ai_quality.hooks import message as text
from ai_quality.hooks.agents import written

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

CREDIT = "Assisted-by: "
KEYS = ("Assisted-by", "AI-Usage")
"""The trailers we write, and carry over from commits that are squashed or amended."""

SEQUENCER = (
    "MERGE_MSG", "MERGE_HEAD", "CHERRY_PICK_HEAD", "REVERT_HEAD", "rebase-merge", "rebase-apply", "sequencer",
)  # fmt: skip
"""git's files that tell of a commit being repeated or a merge being made; a clean revert leaves only the first."""

COMPOSERS = ("am", "cherry-pick", "merge", "pull", "rebase", "revert")
"""Commands of git that commit what is not their caller's."""

_REPEATED = (
    b"fixup!", b"squash!", b"amend!", b"revert ", b"revert:", b"revert(", b"revert!", b"revert^", b'reapply "',
)  # fmt: skip
_REVERTS = b"this reverts commit "
_READ = 65_536
_MODEL = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._/+-")
_MODEL_LENGTH = 64


class Moment:
    """What a hook sees of the commit being made; `decide` reads it, nobody changes it.

    `source` is where the message comes from, as git tells prepare-commit-msg ("" an editor, None not known), `editor`
    whether one opens, `states` which of SEQUENCER are there, `command` the words git was called with, [] not known.
    `is_amend`: HEAD is being replaced, `head` is its message then. `squashed` is the text of SQUASH_MSG. `offered`
    is what the editor began with where that was a template, `cleanup` what is to become of comments ("" git's default).
    """

    def __init__(  # noqa: PLR0913 (a row: a field a parameter)
        self,
        *,
        hook: str,
        message: bytes,
        source: str | None = "message",
        editor: bool = False,
        states: Sequence[str] = (),
        command: Sequence[str] = (),
        is_amend: bool = False,
        head: bytes = b"",
        squashed: bytes = b"",
        offered: bytes | None = None,
        comment: bytes = b"#",
        cleanup: str = "",
    ) -> None:
        """The defaults are an ordinary `git commit -m`."""
        self.hook, self.message, self.source, self.editor = hook, message, source, editor
        self.states, self.command, self.is_amend, self.head = states, command, is_amend, head
        self.squashed, self.offered, self.comment, self.cleanup = squashed, offered, comment, cleanup


class Decision:
    """The trailer lines to write, and why these or none, for people."""

    def __init__(self, lines: list[str], why: str) -> None:
        """`lines` may be empty."""
        self.lines, self.why = lines, why


def decide(moment: Moment, agents: Sequence[str], usage: Callable[[], list[str]] = list) -> Decision:
    """Return what the commit is marked with; `usage` gives the spending's lines, asked only for an agent's commit."""
    if moment.squashed:
        if moment.hook == "commit-msg":
            return Decision([], "prepare-commit-msg has carried the squashed commits' lines over")
        return Decision(carried(moment.squashed), "carried over from the squashed commits")
    if reason := reason_against(moment):
        return Decision([], reason)
    if moment.is_amend:
        again = [agent for agent in agents if declared.names(moment.head, agent)]
        lines = carried(moment.head)
        lines += [line for line in _credits(again, moment.message) if not _is_credited(line, lines)]
        return Decision(lines, "an amend keeps what the commit carried")
    if not agents:
        return Decision([], "no agent runs this commit")
    return Decision([*_credits(agents, moment.message), *usage()], f"run by {', '.join(agents)}")


def reason_against(moment: Moment) -> str:
    """Why the commit must not be touched, "" if nothing speaks against it."""
    hidden = moment.comment if moment.editor or moment.cleanup == "strip" else None  # a comment is kept otherwise
    subject = text.subject(moment.message, hidden).lower()
    checks = (
        (moment.hook == "prepare-commit-msg" and moment.editor, "an editor opens, so commit-msg decides"),
        (moment.hook == "commit-msg" and not moment.editor, "no editor opened, so prepare-commit-msg has decided"),
        (moment.source == "commit" or _reuses(moment.command), "the message of another commit is used again"),
        (moment.source == "merge" or moment.states or _composes(moment.command), "git repeats or merges"),
        (moment.source in ("", "template") and not moment.editor, "nobody has written a message, so git aborts"),
        (text.is_empty(moment.message, hidden), "the message is empty, so git aborts"),
        (_is_untouched(moment), "the template was not filled in, so git aborts"),
        (subject.startswith(_REPEATED), "a revert, fixup or squash of another commit"),
        (_REVERTS in moment.message[:_READ].lower(), "a revert of another commit"),
    )
    return next((reason for is_so, reason in checks if is_so), "")


def carried(message: bytes) -> list[str]:
    """Return our lines of a message, wherever they stand; a credit of a person is not ours."""
    found = text.trailers_within(message[: 16 * _READ], KEYS)
    return [line for line in found if not _credit(line) or declared.credited(_credit(line))]


def amends(command: Sequence[str]) -> bool:
    """Whether git was told to replace HEAD; it takes any beginning of the option that no other shares."""
    return any(len(word) > len("--a") and "--amend".startswith(word) for word in _options(command))


def cleanup(command: Sequence[str]) -> str:
    """What git was told to do with comments, "" where it was not, or its words are not known."""
    words = list(_options(command))
    told = [word.partition("=")[2] for word in words if word.startswith("--cleanup=")]
    told += [after for word, after in itertools.pairwise(words) if word == "--cleanup"]
    return told[-1] if told else ""


def with_models(lines: Sequence[str], models: Mapping[str, str]) -> list[str]:
    """Return the credits with the model where it is known by the agent's id: `Assisted-by: AGENT:MODEL`."""
    by_name = {written(agent): model for agent, model in models.items()}
    named = []
    for line in lines:
        model = by_name.get(_credit(line), "")
        is_model = 0 < len(model) <= _MODEL_LENGTH and model[0].isalnum() and set(model) <= _MODEL
        named.append(f"{line}:{model}" if is_model else line)
    return named


def _credits(agents: Sequence[str], message: bytes) -> list[str]:
    return [f"{CREDIT}{written(agent)}" for agent in agents if not declared.names(message, agent)]


def _credit(line: str) -> str:
    """Who an `Assisted-by` credits, "" for another line."""
    return line[len(CREDIT) :].strip() if line.lower().startswith(CREDIT.lower()) else ""


def _is_credited(line: str, lines: Sequence[str]) -> bool:
    return any(_credit(line) == _credit(other).partition(":")[0] for other in lines)


def _options(command: Sequence[str]) -> Sequence[str]:
    """What stands before `--`."""
    return command[: command.index("--")] if "--" in command else command


def _subcommand(command: Sequence[str]) -> str:
    """`commit` of `git -c x=y -C dir commit -m text`; "" where it is not known."""
    words = iter(command)
    name = next(words, "").replace("\\", "/").rpartition("/")[2]
    if name.startswith("git-"):
        return name[4:]
    for word in words:
        if word in ("-c", "-C", "--git-dir", "--work-tree", "--namespace", "--config-env"):
            next(words, "")
        elif not word.startswith("-"):
            return word
    return ""


def _composes(command: Sequence[str]) -> bool:
    return _subcommand(command) in COMPOSERS


def _reuses(command: Sequence[str]) -> bool:
    """Whether the message is another commit's (`-c`, `-C`): commit-msg is not told."""
    if _subcommand(command) != "commit":
        return False
    options = _options(command)
    own = options[options.index("commit") + 1 :] if "commit" in options else ()
    return any(word in ("-c", "-C") or word.startswith(("--reuse-m", "--reedit-m")) for word in own)


def _is_untouched(moment: Moment) -> bool:
    return moment.offered is not None and text.is_same(moment.message, moment.offered, moment.comment)
