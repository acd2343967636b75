"""Runs one hook: reads what git gives it, decides, writes the message or a note. Fails open, within half a second.

The shells in front (hooks/shim, `ai-quality hook`) call `main`. It always returns 0. What goes wrong is one line in
`ai-quality/hook.log` under the git common directory, which `ai-quality doctor` shows.
"""

from __future__ import annotations

import contextlib
import os
import re
import sys
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING

from ai_quality.hooks import git, message, tagging
from ai_quality.hooks.agents import tagging_agents

if TYPE_CHECKING:
    from pathlib import Path  # 5 ms to import, which a hook does not need

NOTES = "refs/notes/ai-quality"
HOOKS = ("prepare-commit-msg", "commit-msg", "post-commit", "post-rewrite", "pre-push")
LIMIT = 0.5
"""Seconds after which a hook gives up and the commit goes on without us; AI_QUALITY_LIMIT says another number."""

ANCESTORS = 8
"""How many processes may stand between git and us: a shell, a hook manager, its launcher."""

LOG_BYTES = 65_536
_in_hand: list[Callable[[], None]] = []
"""How to write what is already decided, while something slower is still asked."""

_writing = threading.Lock()
SETTLING = ("-I", "-m", "ai_quality.hooks.settling")
"""What Python is started with for the work that no commit waits for."""

_AMEND = re.compile(r"--am(?:e(?:n(?:d)?)?)?\Z")


def main(words: Sequence[str], environ: Mapping[str, str], stdin: Callable[[], bytes] = lambda: b"") -> int:
    """Run the hook `words` name, with git's arguments; 0 whatever happens, even when time runs out."""
    if not words or words[0] not in HOOKS or environ.get("AI_QUALITY") == "0":
        return 0
    limit = _limit(environ)
    git.limit_each_question(limit)
    give_up = threading.Timer(limit, _give_up, [words[0], limit])
    give_up.daemon = True
    give_up.start()
    try:
        _run(words[0], words[1:], environ, stdin)
    except Exception as wrong:  # noqa: BLE001 (a shell: a meter never blocks a commit, so nothing may pass)
        note_failure(f"{words[0]}: {type(wrong).__name__}: {wrong}")
    finally:
        give_up.cancel()
    return 0


def _run(hook: str, arguments: Sequence[str], environ: Mapping[str, str], stdin: Callable[[], bytes]) -> None:
    settings = git.settings()
    mode = settings.get("ai-quality.tagging", "trailer")
    if mode == "off":
        return
    if hook in ("prepare-commit-msg", "commit-msg"):
        _tag(hook, arguments, environ, settings, mode)
    elif hook == "post-commit" and mode == "notes":
        _write_note()
    elif hook == "post-rewrite":
        pairs = stdin()
        _move_notes(pairs)
        if os.path.isfile(os.path.join(os.path.dirname(log_file()), "ledger.sqlite")):
            from ai_quality.hooks import spending  # noqa: PLC0415 (15 ms to import, for who has a ledger)

            spending.follow_rewrites(pairs)
    elif hook == "pre-push" and settings.get("ai-quality.pushnotes") == "true" and arguments:
        _push_notes(arguments[0], environ, settings)


def _tag(
    hook: str, arguments: Sequence[str], environ: Mapping[str, str], settings: Mapping[str, str], mode: str
) -> None:
    agents = tagging_agents(environ)
    before = _read(arguments[0])
    moment = _moment(hook, arguments, environ, settings, before)
    write = partial(_write_lines, arguments[0], before, _comment(settings), mode)
    models: dict[str, str] = {}

    def usage() -> list[str]:
        """Cost is asked for while the tag alone stands ready, should time run out."""
        _in_hand.append(partial(write, tagging.decide(moment, agents).lines))
        try:
            return _usage(environ, settings, agents, models)
        finally:
            with _writing:
                _in_hand.clear()

    decision = tagging.decide(moment, agents, usage)
    write(tagging.with_models(decision.lines, models))


def _write_lines(file: str, before: bytes, comment: bytes, mode: str, lines: Sequence[str]) -> None:
    """Put the lines where the mode says: into the message, or aside for a note."""
    if mode == "notes" and lines:
        above = _git_above()
        _write(_pending(), "\n".join([above[0] if above else "", *lines]).encode("ascii"))
        return
    after = message.with_trailers(before, lines, comment)
    if after != before:
        _replace(file, after)


def _usage_mode(environ: Mapping[str, str], settings: Mapping[str, str]) -> str:
    """Where cost goes: nowhere by the user's word, else as the repository says, else it stays here."""
    if environ.get("AI_QUALITY_USAGE", "").lower() in {"off", "0", "false", "no"}:
        return "off"
    return settings.get("ai-quality.usage", "local")


def _usage(
    environ: Mapping[str, str], settings: Mapping[str, str], agents: Sequence[str], models: dict[str, str]
) -> list[str]:
    """What the commit cost, where that goes into the message; a ledger in trouble costs the line, not the tag."""
    if _usage_mode(environ, settings) != "trailer":
        return []
    from ai_quality.hooks import spending  # noqa: PLC0415 (15 ms to import, for who wants it)

    try:
        charged = spending.charge_commit(environ, agents, _limit(environ))
    except Exception as wrong:  # noqa: BLE001 (a shell: see main)
        note_failure(f"usage: {type(wrong).__name__}: {wrong}")
        return []
    models |= charged.models
    if not charged.complete:
        git.start(SETTLING, sys.executable)
    return charged.lines


def _moment(
    hook: str, arguments: Sequence[str], environ: Mapping[str, str], settings: Mapping[str, str], before: bytes
) -> tagging.Moment:
    given = arguments[1] if len(arguments) > 1 else environ.get("PRE_COMMIT_COMMIT_MSG_SOURCE", "")
    source = given if hook == "prepare-commit-msg" else ""
    folder = git.git_dir()
    states = [name for name in tagging.SEQUENCER if os.path.exists(os.path.join(folder, name))]
    squash_file = os.path.join(folder, "SQUASH_MSG")
    squashed = _read(squash_file) if os.path.isfile(squash_file) else b""
    is_amend = source != "commit" and _is_amend(environ)
    return tagging.Moment(
        hook=hook, source=source, editor=environ.get("GIT_EDITOR") != ":",
        in_progress=states, is_amend=is_amend,
        head=git.ask("log", "-1", "--no-show-signature", "--format=%B", "HEAD") if is_amend else b"",
        squashed=squashed, message=before, comment=_comment(settings),
    )  # fmt: skip


def _comment(settings: Mapping[str, str]) -> bytes:
    """What a comment begins with; `auto` picks a character the message does not use, and we take the usual one."""
    said = settings.get("core.commentstring") or settings.get("core.commentchar") or "#"
    return b"#" if said == "auto" else said.encode()


def _is_amend(environ: Mapping[str, str]) -> bool:
    """Whether HEAD is being replaced: `--amend -m` gives hooks the arguments of a new commit.

    git's own words say --amend where the system shows them. Elsewhere the author date tells, which git exports to
    hooks (builtin/commit.c, determine_author_info): an amend's is HEAD's, and so is that of a commit in its second.
    """
    if above := _git_above():
        return any(map(_AMEND.match, above[1]))
    said = re.fullmatch(r"@(\d+) \S+", environ.get("GIT_AUTHOR_DATE", ""))
    if not said:
        return False
    try:
        return git.ask("log", "-1", "--no-show-signature", "--format=%at").split() == [said[1].encode()]
    except git.GitSaysNo:  # no commit yet
        return False


def _git_above() -> tuple[str, list[str]] | None:
    """The process and the command line of the git that runs this hook, None where the system does not show it."""
    pid = str(os.getppid())
    with contextlib.suppress(OSError, ValueError, IndexError):
        for _ in range(ANCESTORS):
            words = _read(f"/proc/{pid}/cmdline").decode("utf-8", "replace").split("\0")
            if os.path.basename(words[0]).startswith("git"):
                return pid, words
            pid = _read(f"/proc/{pid}/stat").decode("ascii", "replace").rpartition(")")[2].split()[1]
    return None


def _read(place: str) -> bytes:
    with open(place, "rb") as file:
        return file.read()


def _write(place: str, text: bytes) -> None:
    with open(place, "wb") as file:
        file.write(text)


def _replace(place: str, text: bytes) -> None:
    """Write beside the file, then take its place: whatever happens half way, the message stays whole."""
    beside = f"{place}.ai-quality-{os.getpid()}"
    try:
        _write(beside, text)
        os.chmod(beside, os.stat(place).st_mode & 0o777)
        os.replace(beside, place)
    finally:
        with contextlib.suppress(FileNotFoundError):
            os.unlink(beside)


def _pending() -> str:
    """Where the message hooks leave a note's lines for post-commit; one a worktree."""
    return os.path.join(git.git_dir(), "ai-quality-pending")


def _write_note() -> None:
    """Attach what the message hook of the very same git run decided; an aborted commit leaves nothing behind."""
    place = _pending()
    if not os.path.isfile(place):
        return
    pid, *lines = _read(place).decode("ascii").splitlines()
    age = time.time() - os.stat(place).st_mtime
    os.unlink(place)
    above = _git_above()
    if (above and pid == above[0]) or (not above and age < 2 * LIMIT):
        git.ask("notes", f"--ref={NOTES}", "append", "--file=-", "HEAD", stdin="\n".join(lines).encode() + b"\n")


def _move_notes(pairs: bytes) -> None:
    """After amend and rebase, let notes follow: lines of `old new`."""
    moved = [line.split()[:2] for line in pairs.splitlines() if len(line.split()) > 1]
    if moved and git.ask("for-each-ref", "--count=1", NOTES):
        told = b"".join(b"%s %s\n" % (old, new) for old, new in moved)
        git.ask("notes", f"--ref={NOTES}", "copy", "--force", "--stdin", stdin=told)


def _push_notes(remote: str, environ: Mapping[str, str], settings: Mapping[str, str]) -> None:
    """Let notes go where the branch goes, without waiting; our own push does not come back here."""
    if "AI_QUALITY_PUSHING" in environ or remote.startswith("-"):
        return
    os.environ["AI_QUALITY_PUSHING"] = "1"
    if _usage_mode(environ, settings) in {"trailer", "notes"}:
        git.start([*SETTLING, remote], sys.executable)
    elif git.ask("for-each-ref", NOTES):
        git.start(["push", "--quiet", "--no-verify", "--end-of-options", remote, NOTES])


def note_failure(words: str) -> None:
    """Put one line into hook.log; where even that cannot be done, say nothing."""
    clean = "".join(c if c.isprintable() and c.isascii() else " " for c in words)[:300]
    line = f"{time.strftime('%Y-%m-%dT%H:%M:%SZ', time.gmtime())} {clean}\n"
    with contextlib.suppress(Exception):
        place = log_file()
        os.makedirs(os.path.dirname(place), exist_ok=True)
        if os.path.exists(place) and os.stat(place).st_size > LOG_BYTES:
            os.replace(place, f"{place}.1")
        with open(place, "a", encoding="ascii") as log:
            log.write(line)


def log_file(directory: Path | None = None) -> str:
    """Where failures are noted, shared by worktrees."""
    told = os.fsdecode(git.ask("rev-parse", "--git-common-dir", directory=directory).rstrip(b"\n"))
    return os.path.join(directory or os.getcwd(), told, "ai-quality", "hook.log")


def _limit(environ: Mapping[str, str]) -> float:
    said = environ.get("AI_QUALITY_LIMIT", "")
    return float(said) if re.fullmatch(r"\d{1,2}(?:\.\d{1,3})?", said) else LIMIT


def _give_up(hook: str, limit: float) -> None:
    git.limit_each_question(LIMIT)  # to find the log
    note_failure(f"{hook}: gave up after {limit} s")
    with _writing:
        for write in _in_hand:
            write()
        os._exit(0)


def run_as_hook() -> None:
    """Run from the command line of the interpreter; end it without tidying up, which a commit would wait for."""
    os._exit(main(sys.argv[1:], os.environ, sys.stdin.buffer.read))
