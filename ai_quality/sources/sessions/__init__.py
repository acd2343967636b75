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

import json
import os
import zlib
from collections.abc import Callable, Iterator, Mapping
from importlib import import_module
from typing import cast

from ai_quality.sources.sessions import files
from ai_quality.sources.sessions.log import Log, Mark, Reading
from ai_quality.sources.sessions.shapes import Problems, State, grown, note
from ai_quality.spend import Request

LineReader = Callable[[Iterator[bytes], State, Problems, str], Iterator[Request]]

__all__ = ["Log", "Mark", "Reading", "logs", "read"]

READERS: dict[str, str] = {"claude-code": "claude"}
"""Agent → its module here, imported when one of its logs is read."""

MOST_AT_ONCE = 64 << 20
TAIL = 64


def logs(home: str | os.PathLike[str], environ: Mapping[str, str]) -> list[Log]:
    """Every session log below a home directory, where the agents' own environment variables do not point elsewhere."""
    found: list[Log] = []
    for module in READERS.values():
        find = cast("Callable[[str, Mapping[str, str]], Iterator[Log]]", _module(module, "logs"))
        found.extend(find(os.fspath(home), environ))
    return found


def read(log: Log, mark: Mark | None = None, limit: int = MOST_AT_ONCE) -> Reading:
    """Read what a log says that it did not say at `mark`, about `limit` bytes of it at most."""
    descriptor = None if log.kind == "unreadable" else files.opened(log.path)
    if descriptor is None:
        return Reading([], mark, ["a log that cannot be opened"])
    try:
        return _read_lines(log, descriptor, mark, limit)
    except OSError:  # an unplugged disk, a lost network share
        return Reading([], mark, ["a log that cannot be read"])
    finally:
        os.close(descriptor)


def _read_lines(log: Log, descriptor: int, mark: Mark | None, limit: int) -> Reading:
    about = os.fstat(descriptor)
    if mark and not _continues(mark, descriptor, about.st_ino, about.st_size):
        mark = None
    if mark and mark.offset == about.st_size:
        return Reading([], mark, [])
    state: State = json.loads(mark.state) if mark else {}
    problems: Problems = {}
    lines = files.Lines(descriptor, mark.offset if mark else 0, limit, skipping=bool(state.pop("skipping", None)))
    reader = cast("LineReader", _module(READERS[log.agent], "requests"))
    requests = _once(reader(iter(lines), state, problems, log.path))
    for _ in range(lines.skipped):
        note(problems, files.TOO_LONG)
    if lines.skipping:
        state["skipping"] = True
    after = Mark(about.st_ino, lines.offset, _tail(descriptor, lines.offset), json.dumps(state, separators=(",", ":")))
    return Reading(requests, after, _sentences(problems), lines.more)


def _continues(mark: Mark, descriptor: int, inode: int, size: int) -> bool:
    return mark.inode == inode and mark.offset <= size and mark.tail == _tail(descriptor, mark.offset)


def _tail(descriptor: int, offset: int) -> int:
    start = max(0, offset - TAIL)
    return zlib.crc32(os.pread(descriptor, offset - start, start))


def _once(requests: Iterator[Request]) -> list[Request]:
    known: dict[str, Request] = {}
    for request in requests:
        known[request.key] = grown(known[request.key], request) if request.key in known else request
    return list(known.values())


def _sentences(problems: Problems) -> list[str]:
    return [f"{what} ({times})" for what, times in problems.items()]


def _module(name: str, attribute: str) -> object:
    return getattr(import_module(f"ai_quality.sources.sessions.{name}"), attribute)
