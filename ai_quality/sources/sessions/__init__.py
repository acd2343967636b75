"""Session logs of coding agents → requests: what each agent was asked to pay, once for each request.

    for log in logs(home, os.environ):
        reading = read(log, mark)      # mark: what the last reading of this log returned, or None
        ...                            # keep reading.requests and reading.mark together
        # while reading.more: read again with the new mark

One module an agent, each a pure function from lines or rows to `Request`s; this file finds logs and reads them.
Nothing in a log raises: what is damaged is left out and counted in `problems`, whose words are ours. No prompt,
answer, command or file text gets into a row. Standard library only, and light: the hook imports this.
"""

from __future__ import annotations

import os
import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping

from ai_quality.light import cast, dumps, loads
from ai_quality.sources.sessions import database, files
from ai_quality.sources.sessions.log import Log, Mark, Reading
from ai_quality.sources.sessions.shapes import Problems, State, grown, note
from ai_quality.spend import Request

__all__ = ["AGENTS", "Log", "Mark", "Reading", "logs", "read"]

AGENTS: dict[str, tuple[str, str]] = {
    "claude-code": ("claude", ""),
    "codex": ("codex", ""),
    "opencode": ("opencode", ""),
    "gemini-cli": ("gemini", ""),
    "copilot-cli": ("copilot", ""),
    "qwen-code": ("qwen", ""),
    "aider": ("aider", ""),
    "amp": ("amp", ""),
    "kimi": ("kimi", ""),
    "goose": ("totals", "goose_"),
    "droid": ("totals", "droid_"),
    "cursor": ("totals", "cursor_"),
    "otel": ("otel", ""),
}
"""Agent → its module here, and what its functions' names begin with there; imported when needed."""

Find = Callable[[str, Mapping[str, str]], Iterator[Log]]
Lines = Callable[[Iterator[bytes], State, Problems, Log], Iterator[Request]]
Whole = Callable[[bytes, Problems, Log], Iterator[Request]]
Rows = Callable[[object, State, Problems, Log], Iterator[Request]]

MOST_AT_ONCE = 64 << 20
LARGEST_DOCUMENT = 64 << 20
TAIL = 256
UNFINISHED = -1
"""A checksum that no file has: the next reading finds it changed."""


def logs(home: str | os.PathLike[str], environ: Mapping[str, str], agents: Iterable[str] = AGENTS) -> list[Log]:
    """Every session log below a home directory, where the agents' own environment variables do not point elsewhere."""
    found: list[Log] = []
    for agent in agents:
        found.extend(cast("Find", _function(agent, "logs"))(os.fspath(home), environ))
    return found


def read(log: Log, mark: Mark | None = None, limit: int = MOST_AT_ONCE) -> Reading:
    """Read what a log says that it did not say at `mark`, about `limit` bytes of it at most."""
    descriptor = None if log.kind == "unreadable" else files.opened(log.path)
    if descriptor is None:
        return Reading([], mark, ["a log that cannot be opened"])
    try:
        if log.kind == "lines":
            return _read_lines(log, descriptor, mark, limit)
        return _read_whole(log, descriptor, mark)
    except OSError:  # an unplugged disk, a lost network share
        return Reading([], mark, ["a log that cannot be read"])
    finally:
        os.close(descriptor)


def _read_lines(log: Log, descriptor: int, mark: Mark | None, limit: int) -> Reading:
    about = os.fstat(descriptor)
    if mark and not _continues(mark, descriptor, about):
        mark = None
    if mark and mark.offset == about.st_size:
        return Reading([], mark, [])
    state = _state(mark)
    problems: Problems = {}
    lines = files.Lines(descriptor, mark.offset if mark else 0, limit, skipping=bool(state.pop("skipping", None)))
    requests = _once(cast("Lines", _function(log.agent, "requests"))(iter(lines), state, problems, log))
    for _ in range(lines.skipped):
        note(problems, files.TOO_LONG)
    if lines.skipping:
        state["skipping"] = True
    after = Mark(about.st_ino, lines.offset, _tail(descriptor, lines.offset), _text(state))
    return Reading(requests, after, _sentences(problems), lines.more)


def _read_whole(log: Log, descriptor: int, mark: Mark | None) -> Reading:
    """A file that is written anew: read again whenever it or its write-ahead log has changed."""
    stamp = files.stamp(descriptor, log.path)
    about = os.fstat(descriptor)
    if mark and (mark.inode, mark.tail) == (about.st_ino, stamp):
        return Reading([], mark, [])
    problems: Problems = {}
    state: State = _state(mark) if mark and mark.inode == about.st_ino else {}
    if log.kind == "database":
        requests = _rows(log, state, problems)
        if problems.keys() & database.UNANSWERED:  # locked, perhaps: what was read is kept, and all is asked again
            return Reading(
                requests, Mark(about.st_ino, 0, UNFINISHED, mark.state if mark else "{}"), _sentences(problems)
            )
    elif about.st_size > LARGEST_DOCUMENT:
        return Reading([], Mark(about.st_ino, 0, stamp, "{}"), ["a file larger than 64 MiB"])
    else:
        requests = _once(cast("Whole", _function(log.agent, "whole"))(files.content(descriptor), problems, log))
    return Reading(requests, Mark(about.st_ino, about.st_size, stamp, _text(state)), _sentences(problems))


def _rows(log: Log, state: State, problems: Problems) -> list[Request]:
    connection = database.opened(log.path)
    if connection is None:
        note(problems, database.CLOSED)
        return []
    try:
        ask = database.asking(connection, problems)
        return _once(cast("Rows", _function(log.agent, "rows"))(ask, state, problems, log))
    finally:
        connection.close()


def _state(mark: Mark | None) -> State:
    try:
        state = loads(mark.state) if mark else {}
    except ValueError:  # a ledger that somebody edited: keys make a second reading harmless
        state = {}
    return state if isinstance(state, dict) else {}


def _text(state: State) -> str:
    return dumps(state, compact=True)


def _continues(mark: Mark, descriptor: int, about: os.stat_result) -> bool:
    if mark.inode != about.st_ino or mark.offset > about.st_size:
        return False
    return mark.tail == _tail(descriptor, mark.offset)


def _tail(descriptor: int, offset: int) -> int:
    """A checksum of the first and the last of what was read."""
    first = os.pread(descriptor, min(TAIL, offset), 0)
    start = max(0, offset - TAIL)
    return zlib.crc32(os.pread(descriptor, offset - start, start), zlib.crc32(first))


def _once(requests: Iterator[Request]) -> list[Request]:
    known: dict[str, Request] = {}
    for request in requests:
        known[request.key] = grown(known[request.key], request) if request.key in known else request
    return list(known.values())


def _sentences(problems: Problems) -> list[str]:
    return [f"{what} ({times})" for what, times in problems.items()]


def _function(agent: str, name: str) -> object:
    module, prefix = AGENTS[agent]
    found = __import__(f"{__name__}.{module}", fromlist=[module])  # importlib brings `warnings`: 0.5 ms
    return getattr(found, prefix + name)
