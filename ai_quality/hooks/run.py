"""Runs one hook: reads what git gives it, decides, writes the message or a note. Fails open.

The installed shells (the folder `hooks`) call `main` and set the time limit; what has no shell in front (pre-commit's
own environments, `ai-quality hook`) comes through `run_as_hook`, which sets its own. The exit status is always 0; what
goes wrong is one line in hook.log.
"""

from __future__ import annotations

import os
import sys
import time

from ai_quality.hooks import agents, git, log, message, tagging

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

NOTES = "refs/notes/ai-quality"
HOOKS = ("prepare-commit-msg", "commit-msg", "post-commit", "post-rewrite", "pre-push")
MODES = ("trailer", "notes", "off")
LIMIT = 0.5
"""Seconds after which a hook gives up and the commit goes on without us; AI_QUALITY_LIMIT says another number."""

OFF = ("0", "off", "no", "false")
ANCESTORS = 8
"""How many processes may stand between git and us: a shell, a hook manager, its launcher."""

SETTLING = ("-I", "-m", "ai_quality.hooks.settling")
"""What Python is started with for the work that no commit waits for."""

MOST_SQUASHED = 200
_LONGEST_MESSAGE = 4 << 20


def main(words: Sequence[str], environ: Mapping[str, str], stdin: Callable[[], bytes] = lambda: b"") -> int:
    """Run the hook `words` name, with git's arguments; 0 whatever happens."""
    if not words or words[0] not in HOOKS or environ.get("AI_QUALITY", "") in OFF:
        return 0
    try:
        _run(words[0], words[1:], environ, stdin)
    except Exception as wrong:  # noqa: BLE001 (a shell: a meter never blocks a commit, so nothing may pass)
        log.note(f"{words[0]}: {type(wrong).__name__}: {wrong}")
    return 0


def _run(hook: str, arguments: Sequence[str], environ: Mapping[str, str], stdin: Callable[[], bytes]) -> None:
    if hook in ("prepare-commit-msg", "commit-msg"):
        _tag(hook, arguments, environ)
    elif hook == "post-commit":
        _settle(environ)
    elif hook == "post-rewrite":
        _follow(stdin(), environ)
    elif arguments:
        _push_notes(arguments[0], environ)


def _tag(hook: str, arguments: Sequence[str], environ: Mapping[str, str]) -> None:
    folder = git.git_dir(environ)
    running = agents.running(environ, os.path.isdir)
    if not (running or os.path.isfile(os.path.join(folder, "SQUASH_MSG"))):
        return
    settings = git.settings()
    mode = _mode(settings)
    if mode == "off" or os.stat(arguments[0]).st_size > _LONGEST_MESSAGE:
        return
    above = _git_above()
    moment = _moment(hook, arguments, environ, settings, above[1])
    models: dict[str, str] = {}

    def write(lines: Sequence[str]) -> None:
        """Put the lines where the mode says: into the message as it was, or aside for a note."""
        if mode == "notes" and lines:
            _write(_pending(environ), "\n".join([above[0], *lines]).encode("ascii"))
        elif (after := message.with_trailers(moment.message, lines, moment.comment)) != moment.message:
            _replace(arguments[0], after)

    def usage() -> list[str]:
        """Cost is asked for while the mark alone stands in the message already, should time run out."""
        if usage_mode(environ, settings) != "trailer":
            return []
        write(tagging.decide(moment, running).lines)
        return _usage(environ, running, models)

    write(tagging.with_models(tagging.decide(moment, running, usage).lines, models))


def _mode(settings: Mapping[str, str]) -> str:
    mode = settings.get("ai-quality.tagging", "trailer")
    if mode not in MODES:
        raise ValueError(f"ai-quality.tagging is {mode!r}: write {' or '.join(MODES)}")
    return mode


def _moment(
    hook: str, arguments: Sequence[str], environ: Mapping[str, str], settings: Mapping[str, str], command: Sequence[str]
) -> tagging.Moment:
    before = _read(arguments[0])
    folder = git.git_dir(environ)
    source, offered = _source(hook, arguments, environ, folder)
    squashed = _read_if_there(os.path.join(folder, "SQUASH_MSG"))
    if squashed and _mode(settings) == "notes":
        squashed += _notes_of(squashed)
    is_amend = source != "commit" and (tagging.amends(command) or (not command and _has_the_date_of_head(environ)))
    return tagging.Moment(
        hook=hook, message=before, source=source, editor=environ.get("GIT_EDITOR") != ":",
        states=[name for name in tagging.SEQUENCER if os.path.exists(os.path.join(folder, name))],
        command=command, is_amend=is_amend, head=_head() if is_amend else b"",
        squashed=squashed, offered=offered, comment=_comment(settings, before),
        cleanup=tagging.cleanup(command) or settings.get("commit.cleanup", ""),
    )  # fmt: skip


def usage_mode(environ: Mapping[str, str], settings: Mapping[str, str]) -> str:
    """Where cost goes: nowhere by the user's word, else as the repository says, else it stays here."""
    if environ.get("AI_QUALITY_USAGE", "").lower() in OFF:
        return "off"
    return settings.get("ai-quality.usage", "local")


def _usage(environ: Mapping[str, str], running: Sequence[str], models: dict[str, str]) -> list[str]:
    """What the commit cost, in lines for the message; a ledger in trouble costs the lines, not the mark."""
    from ai_quality.hooks import asking  # noqa: PLC0415 (for who wants it)

    try:
        asked = asking.begin(environ, int(time.time()))
        from ai_quality.hooks import spending  # noqa: PLC0415 (10 ms to import, while git answers)

        charged = spending.charge_commit(environ, running, _limit(environ), asked)
    except Exception as wrong:  # noqa: BLE001 (a shell: see main)
        log.note(f"usage: {type(wrong).__name__}: {wrong}")
        return []
    finally:
        git.forget()
    models |= charged.models
    if not charged.complete:
        git.start(SETTLING, sys.executable)
    return charged.lines


def _source(
    hook: str, arguments: Sequence[str], environ: Mapping[str, str], folder: str
) -> tuple[str | None, bytes | None]:
    """Where the message comes from, and the template it began with; prepare-commit-msg leaves word for commit-msg."""
    word = os.path.join(folder, "ai-quality-source")
    if hook == "commit-msg":
        left = _read_if_there(word)
        if not left:
            return None, None
        os.unlink(word)
        source, _, offered = left.partition(b"\n")
        return source.decode("ascii", "replace"), offered if source == b"template" else None
    given = arguments[1] if len(arguments) > 1 else environ.get("PRE_COMMIT_COMMIT_MSG_SOURCE", "")
    source_ = "" if given.startswith("{") else given  # as lefthook leaves {2} where there is none
    if environ.get("GIT_EDITOR") != ":":
        _write(
            word, source_.encode("ascii", "replace") + b"\n" + (_read(arguments[0]) if source_ == "template" else b"")
        )
    return source_, None


def _comment(settings: Mapping[str, str], text: bytes) -> bytes:
    """What a comment begins with; with `auto`, which git resolves without telling, the sign before its last hint."""
    said = (settings.get("core.commentstring") or settings.get("core.commentchar") or "#").encode()
    if said != b"auto":
        return said
    last = next((row for row in reversed(text.split(b"\n")) if row.strip()), b"")
    return (
        last[:1] if last[:1] in (b";", b"@", b"!", b"$", b"%", b"^", b"&", b"|", b":") and last[1:2] in b" \t" else b"#"
    )


def _has_the_date_of_head(environ: Mapping[str, str]) -> bool:
    """Whether HEAD is being replaced, as far as its author date tells: `--amend -m` looks like a new commit otherwise.

    git exports the date to hooks (builtin/commit.c, determine_author_info): an amend's is HEAD's, and so is that of a
    commit made in HEAD's second.
    """
    said = environ.get("GIT_AUTHOR_DATE", "").removeprefix("@").split()
    try:
        return bool(said) and git.ask("log", "-1", "--no-show-signature", "--format=%at").split() == [said[0].encode()]
    except git.GitSaysNo:  # no commit yet
        return False


def _head() -> bytes:
    return git.ask("log", "-1", "--no-show-signature", "--format=%B", "HEAD")


def _git_above() -> tuple[str, list[str]]:
    """The process id and the words of the git that runs this hook; "" and none where the system does not show them."""
    pid = str(os.getppid())
    try:
        for _ in range(ANCESTORS):
            words = _read(f"/proc/{pid}/cmdline").decode("utf-8", "replace").split("\0")[:-1]
            if os.path.basename(words[0]) in ("git", "git.exe", "git-commit"):
                return pid, words
            pid = _read(f"/proc/{pid}/stat").decode("ascii", "replace").rpartition(")")[2].split()[1]
    except (OSError, IndexError):
        return "", []
    return "", []


def _pending(environ: Mapping[str, str]) -> str:
    """Where the message hooks leave what waits for the commit's id; one a work tree."""
    return os.path.join(git.git_dir(environ), "ai-quality-pending")


def _settle(environ: Mapping[str, str]) -> None:
    """Attach what the message hook of the very same git decided; an aborted commit leaves nothing behind."""
    place = _pending(environ)
    left = _read_if_there(place)
    if left:
        age = time.time() - os.stat(place).st_mtime
        os.unlink(place)
        pid, *lines = left.decode("ascii").splitlines()
        if _git_above()[0] == pid if pid else age < 2 * LIMIT:
            git.ask("notes", f"--ref={NOTES}", "append", "--file=-", "HEAD", stdin="\n".join(lines).encode() + b"\n")
    elif _has_note("CHERRY_PICK_HEAD") and not _has_note("HEAD"):
        git.ask("notes", f"--ref={NOTES}", "copy", "CHERRY_PICK_HEAD", "HEAD")


def _has_note(revision: str) -> bool:
    try:
        return bool(git.ask("notes", f"--ref={NOTES}", "list", revision))
    except git.GitSaysNo:
        return False


def _notes_of(squashed: bytes) -> bytes:
    """The notes of the commits that `merge --squash` lists."""
    rows = (row.split() for row in squashed.split(b"\n") if row.startswith(b"commit "))
    ids = [row[1].decode("ascii", "replace") for row in rows if len(row) > 1 and row[1].isalnum()][:MOST_SQUASHED]
    if not ids:
        return b""
    shown = ("log", "--no-walk=unsorted", "--no-show-signature", "--format=%N", f"--notes={NOTES}")
    return b"\n" + git.ask(*shown, "--end-of-options", *ids, "--")


def _follow(pairs: bytes, environ: Mapping[str, str]) -> None:
    """Let what belongs to commits go to those that took their places."""
    _move_notes(pairs)
    if os.path.isfile(os.path.join(git.common_dir(git.git_dir(environ)), "ai-quality", "ledger.sqlite")):
        from ai_quality.hooks import spending  # noqa: PLC0415 (15 ms to import, for who has a ledger)

        spending.follow_rewrites(pairs)


def _move_notes(pairs: bytes) -> None:
    """After amend and rebase, let notes follow as git would with notes.rewriteRef; what is squashed comes together."""
    rows = [row for row in pairs.split(b"\n") if row.strip()]
    if rows and git.ask("for-each-ref", "--count=1", NOTES):
        os.environ["GIT_NOTES_REWRITE_REF"] = NOTES  # alone, whatever the user's configuration adds
        os.environ["GIT_NOTES_REWRITE_MODE"] = "cat_sort_uniq"
        git.ask(
            "-c",
            "notes.rewrite.amend=true",
            "notes",
            "copy",
            "--for-rewrite=amend",
            "--stdin",
            stdin=b"\n".join(rows) + b"\n",
        )


def _push_notes(remote: str, environ: Mapping[str, str]) -> None:
    """Let notes go where the branch goes, without waiting; our own push does not come back here."""
    settings = git.settings()
    is_wanted = settings.get("ai-quality.pushnotes", "").lower() in ("true", "yes", "on", "1")
    if "AI_QUALITY_PUSHING" in environ or remote.startswith("-") or not is_wanted:
        return
    os.environ["AI_QUALITY_PUSHING"] = "1"
    if usage_mode(environ, settings) in ("trailer", "notes"):
        git.start([*SETTLING, remote], sys.executable)
    elif git.ask("for-each-ref", NOTES):
        git.start(["push", "--quiet", "--no-verify", "--end-of-options", remote, NOTES])


def _read(place: str) -> bytes:
    with open(place, "rb") as file:
        return file.read()


def _read_if_there(place: str) -> bytes:
    return _read(place) if os.path.isfile(place) else b""


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
    except OSError:
        if os.path.exists(beside):
            os.unlink(beside)
        raise


def run_as_hook(arguments: Sequence[str] | None = None) -> None:
    """Run from a command line without a shell of ours in front; ends by itself after the limit."""
    words = sys.argv[1:] if arguments is None else arguments
    _give_up_after(_limit(os.environ), words[0] if words else "")
    end(main(words, os.environ, sys.stdin.buffer.read))


def end(status: int) -> None:
    """End the process without tidying up, which a commit would wait for."""
    os._exit(status)


def _give_up_after(seconds: float, hook: str) -> None:
    import threading  # noqa: PLC0415 (5 ms, which the installed hooks need not wait for)

    def give_up() -> None:
        log.note(f"{hook}: gave up after {seconds} s")
        os._exit(0)

    timer = threading.Timer(seconds, give_up)
    timer.daemon = True
    timer.start()


def _limit(environ: Mapping[str, str]) -> float:
    said = environ.get("AI_QUALITY_LIMIT", "")
    return float(said) if said and not said.strip("0123456789.") and said.count(".") <= 1 and said != "." else LIMIT
