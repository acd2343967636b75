"""Files of a log: found under a directory, and read as whole lines from where the last reading ended.

Memory stays bounded whatever lies there: blocks of 1 MiB, no line over `LONGEST_LINE`, no file that is no file
(a pipe would block). Links are followed; a directory or file met twice is taken once.
"""

from __future__ import annotations

import os
import stat
import zlib
from collections.abc import Iterator

from ai_quality.light import NamedTuple
from ai_quality.sources.sessions.log import Kind, Log

BLOCK = 1 << 20
LONGEST_LINE = 16 << 20
"""Bytes. Answers are below 1 MiB; a longer line is a pasted file or an attack, and is skipped and counted."""

DEEPEST = 12

TOO_LONG = "line longer than 16 MiB"


class Found(NamedTuple):
    """A regular file: its size in bytes and when it changed, in milliseconds since 1970."""

    path: str
    size: int
    changed: int


def walk(top: str, *suffixes: str) -> Iterator[Found | None]:
    """Every regular file below `top` whose name ends so, parents before children, names in order.

    None stands for a directory that could not be listed; a `top` that does not exist has no files.
    """
    seen: set[tuple[int, int]] = set()
    waiting = [(top, 0)]
    while waiting:
        directory, depth = waiting.pop()
        try:
            with os.scandir(directory) as entries:
                inside = sorted(entries, key=lambda entry: entry.name)
        except (FileNotFoundError, NotADirectoryError):
            continue
        except OSError:
            yield None
            continue
        below: list[tuple[str, int]] = []
        for entry in inside:
            try:
                about = entry.stat()
                is_directory, is_file = stat.S_ISDIR(about.st_mode), stat.S_ISREG(about.st_mode)
            except OSError:  # a link to nothing, or gone meanwhile
                continue
            identity = (about.st_dev, about.st_ino)
            if is_directory:
                if depth < DEEPEST and identity not in seen:
                    seen.add(identity)
                    below.append((entry.path, depth + 1))
            elif is_file and entry.name.endswith(suffixes) and identity not in seen:
                seen.add(identity)
                yield Found(entry.path, about.st_size, about.st_mtime_ns // 1_000_000)
        waiting.extend(reversed(below))


def logs(agent: str, top: str, suffix: str, kind: Kind = "lines", *, directory: str | None = None) -> Iterator[Log]:
    """The files below a directory as logs of an agent; one that cannot be listed as such."""
    for found in walk(top, suffix):
        if found is None:
            yield Log(agent, top, "unreadable", 0, 0)
        else:
            yield Log(agent, found.path, kind, found.size, found.changed, directory)


def folders(top: str) -> list[str]:
    """The directories in a directory, links followed, names in order; none where it cannot be listed."""
    try:
        with os.scandir(top) as entries:
            return sorted(entry.path for entry in entries if entry.is_dir())
    except OSError:
        return []


def inside(top: str, prefix: str, suffix: str) -> Iterator[Found]:
    """The regular files right inside a directory whose names begin and end so."""
    try:
        with os.scandir(top) as entries:
            paths = sorted(entry.path for entry in entries if entry.name.startswith(prefix))
    except OSError:
        return
    for path in paths:
        if path.endswith(suffix):
            yield from one(path)


def small(path: str) -> bytes | None:
    """The content of a small file that says where things are; None where there is none or it is too long."""
    descriptor = opened(path)
    if descriptor is None:
        return None
    try:
        data = os.read(descriptor, BLOCK)
    except OSError:
        return None
    finally:
        os.close(descriptor)
    return data if len(data) < BLOCK else None


def expanded(path: str, home: str) -> str:
    """A path of an environment variable; a leading `~/` is the home that is read, not the user's own."""
    return f"{home}/{path[2:]}" if path.startswith("~/") else path


def stem(path: str) -> str:
    """A file's name without what follows its first dot: most agents name a log after its session."""
    return path.rsplit("/", 1)[-1].partition(".")[0]


def one(path: str) -> Iterator[Found]:
    """The file itself, if there is one."""
    about = _about(path)
    if about and stat.S_ISREG(about.st_mode):
        yield Found(path, about.st_size, about.st_mtime_ns // 1_000_000)


def _about(path: str) -> os.stat_result | None:
    try:
        return os.stat(path)  # noqa: PTH116 (pathlib costs the hook 10 ms)
    except (OSError, ValueError):
        return None


def opened(path: str) -> int | None:
    """A descriptor of a regular file, or None; never waits for a pipe."""
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    except (OSError, ValueError):
        return None
    if stat.S_ISREG(os.fstat(descriptor).st_mode):
        return descriptor
    os.close(descriptor)
    return None


def content(descriptor: int) -> bytes:
    """All of an open file."""
    blocks: list[bytes] = []
    at = 0
    while block := os.pread(descriptor, BLOCK, at):
        blocks.append(block)
        at += len(block)
    return b"".join(blocks)


def stamp(descriptor: int, path: str) -> int:
    """A checksum of what changes when a file, or the write-ahead log beside a database, is written."""
    seen = filter(None, (os.fstat(descriptor), _about(f"{path}-wal")))
    told = ",".join(f"{about.st_ino},{about.st_size},{about.st_mtime_ns}" for about in seen)
    return zlib.crc32(told.encode())


class Lines:
    """The whole lines of an open file from `offset` on; `offset` then says how far they were handed out.

    A last line without its newline is still being written: it is not handed out. `skipping` says that offset lies
    inside a line that is too long; `skipped` counts those that ended here. Stops after about `limit` bytes.
    """

    def __init__(self, descriptor: int, offset: int, limit: int, *, skipping: bool) -> None:
        """Read from `offset` of the descriptor, which the caller closes."""
        self.offset = offset
        self.skipping = skipping
        self.skipped = 0
        self.more = False
        self._descriptor = descriptor
        self._end = offset + limit

    def __iter__(self) -> Iterator[bytes]:
        """Hand out each line without its line end, keeping `offset` behind the last one handed out."""
        left: list[bytes] = []  # the beginning of a line, in blocks
        length = 0
        at = self.offset
        while block := os.pread(self._descriptor, BLOCK, at):
            at += len(block)
            if b"\n" not in block:
                left.append(block)
                length += len(block)
            else:
                head, *lines = block.split(b"\n")
                lines.insert(0, b"".join([*left, head]))
                rest = lines.pop()
                yield from self._whole(lines)
                left, length = [rest], len(rest)
                if self.offset >= self._end:
                    self.more = True
                    return
            if self.skipping or length > LONGEST_LINE:
                self.skipping = True
                self.offset += length
                left, length = [], 0
                if self.offset >= self._end:
                    self.more = True
                    return

    def _whole(self, lines: list[bytes]) -> Iterator[bytes]:
        for line in lines:
            self.offset += len(line) + 1
            if self.skipping:
                self.skipping = False
                self.skipped += 1
            elif len(line) > LONGEST_LINE:
                self.skipped += 1
            else:
                yield line.rstrip()
