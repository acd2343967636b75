"""Tool calls of every agent as `Call`s, and the calls a log has told of but not yet answered.

A log tells of a call with the request that made it, and of its answer lines or readings later. In between the
call waits in the reader's state: no text, only what the `Call` holds and whether an answer can name commits.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from ai_quality.sources.sessions import commands, shapes
from ai_quality.sources.sessions.shapes import Record, State, each, path, text
from ai_quality.spend import Call, CallKind, Request

EDITS = frozenset(
    {
        "edit", "write", "multiedit", "notebookedit", "create", "patch", "apply_patch", "replace", "write_file",
        "edit_file", "create_file", "str_replace", "str_replace_editor", "insert", "delete_file", "smart_edit",
        "text_editor",
    },
)  # fmt: skip
READS = frozenset(
    {
        "read", "grep", "glob", "ls", "list", "notebookread", "view", "read_file", "read_many_files", "list_directory",
        "read_dir", "search_file_content", "grep_search", "glob_search", "find_files", "rg", "search_files",
    },
)  # fmt: skip
SHELLS = frozenset(
    {
        "bash", "shell", "exec", "exec_command", "shell_command", "local_shell", "execute", "run_shell_command",
        "run_terminal_cmd", "powershell", "terminal",
    },
)  # fmt: skip

PATHS = ("file_path", "filePath", "notebook_path", "absolute_path", "path", "file", "target_file")
WRITTEN = ("new_string", "newString", "content", "new_source", "file_text", "new_str", "insert_text")

MOST_WAITING = 200
"""Calls without an answer that are remembered; more than a few at once are never seen."""


def made(identity: str, session: str, tool: str, given: Record, directory: str | None = None) -> Call:
    """A call as it is made: nothing is known of its answer."""
    name = plain(tool)
    command = command_of(given) if name in SHELLS else ""
    kind: CallKind = "edit" if name in EDITS else "read" if name in READS else "other"
    return Call(
        id=identity,
        kind=commands.kind(command) if command else kind,
        path=absolute(next((found for key in PATHS if (found := path(given, key))), None), directory),
        lines=_lines(given) if kind == "edit" else None,
        fingerprint=shapes.fingerprint(session, tool, given),
        failed=None,
        result_bytes=None,
        commits=(),
    )


def plain(tool: str) -> str:
    """A tool's name without the server or extension before it, in lower case."""
    return tool.rsplit("__", 1)[-1].lower()


def command_of(given: Record) -> str:
    """The shell command in a call's input, whether a text or a list of words."""
    for key in ("command", "cmd", "script"):
        command = given.get(key)
        if isinstance(command, str):
            return command
        if isinstance(command, list):
            words = [word for word in command if isinstance(word, str)]
            return words[-1] if len(words) == 3 and words[1] in {"-lc", "-c"} else " ".join(words)  # noqa: PLR2004 (shell, flag, script)
    return ""


def absolute(place: str | None, directory: str | None) -> str | None:
    """A path as logged, below the session's directory where it is relative."""
    if place is None or place.startswith(("/", "~")) or place[1:2] == ":" or directory is None:
        return place
    return f"{directory.rstrip('/')}/{place.removeprefix('./')}"


def _lines(given: Record) -> int | None:
    parts = each(given, "edits") or [given]
    texts = [next((words for key in WRITTEN if (words := text(part, key)) is not None), None) for part in parts]
    known = [words for words in texts if words is not None]
    return sum(map(shapes.lines_in, known)) if known else None


def waiting(state: State) -> State:
    """The calls that wait for an answer, by id."""
    found = state.setdefault("waiting", {})
    return found if isinstance(found, dict) else {}


def wait(state: State, request: Request, call: Call, *, commits: bool) -> None:
    """Remember a call of a request until its answer comes; `commits`: look there for the ids of commits."""
    waiting(state)[call.id] = [*request[:5], *call[:5], commits]


def forget_old(state: State) -> None:
    """Keep the state small, whatever the log holds."""
    kept = waiting(state)
    for old in list(kept)[: max(0, len(kept) - MOST_WAITING)]:
        del kept[old]


def answer(
    state: State, identity: str | None, *, failed: bool | None, words: Sequence[str] | None
) -> Iterator[Request]:
    """The request again, of the same key, with the one call that was answered; nothing if no such call waits."""
    told = waiting(state).pop(identity, None) if identity else None
    if told is None:
        return
    key, agent, session, turn, time, name, kind, place, lines, fingerprint, commits = told
    call = closed(Call(name, kind, place, lines, fingerprint, None, None, ()), failed, words, commits=commits)
    yield Request(key, agent, session, turn, time, None, None, None, None, None, None, (call,))


def commits(given: Record) -> bool:
    """Whether a call's command may make commits, so that its answer names them?"""
    return commands.may_commit(command_of(given))


def closed(call: Call, failed: bool | None, words: Sequence[str] | None, *, commits: bool) -> Call:  # noqa: FBT001 (three-valued)
    """The call with what its answer tells."""
    return call._replace(
        failed=failed,
        result_bytes=None if words is None else sum(map(shapes.size, words)),
        commits=commands.committed("\n".join(words)) if commits and words else (),
    )


def words_of(record: Record, key: str) -> list[str] | None:
    """The texts of an answer, a text or a list of blocks; None where only something else came back, as an image."""
    content = record.get(key)
    if isinstance(content, str):
        return [content]
    texts = [words for block in each(record, key) if (words := text(block, "text")) is not None]
    return texts or None
