"""Tiny git histories, readable at a glance: a row is a commit, a file is a string of words, one word a line.

    story = build(tmp_path, [
        C("A", f="a b c"),                  # three lines
        C("B", f="a B c", ai="claude"),     # B rewrites the second
        C("D", f="x a B c"),                # D puts one on top
    ])
    assert blame_owners(story, "f") == "D A B A"

A row's parent is the row above, or what `on` says: "X" (that row), "X Y" (a merge: the files of X, then the
row's own), "" (a root). Row N, counted from 0, is of day N, noon UTC. The same rows give the same ids.
"""

from __future__ import annotations

import subprocess
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal, NamedTuple, TypeVar

Told = TypeVar("Told")

DAY = 86_400
EPOCH = int(datetime(2026, 1, 1, 12, tzinfo=UTC).timestamp())

AGENTS = {
    "claude": "Co-Authored-By: Claude <noreply@anthropic.com>",
    "codex": "Co-authored-by: Codex <noreply@openai.com>",
    "copilot": "Co-authored-by: Copilot <223556219+Copilot@users.noreply.github.com>",
    "cursor": "Co-authored-by: Cursor <cursoragent@cursor.com>",
}
"""The trailer that `ai=` adds: what these agents write by themselves."""

QUICKLY = ("-c", "core.fsync=none", "-c", "fastimport.unpackLimit=1")
"""No waiting for the disk, one pack instead of loose objects: 13 ms less for ten commits."""


def at(day: float) -> int:
    """The time of a day: `at(0)` is when a history's first row was made."""
    return EPOCH + round(day * DAY)


class Exec(NamedTuple):
    """An executable file."""

    content: str | bytes


class Link(NamedTuple):
    """A symbolic link."""

    target: str | bytes


class Sub(NamedTuple):
    """A submodule at a commit of some other repository."""

    sha: str


Content = str | bytes | Exec | Link | Sub | None
"""Words, one a line; bytes as they are; a special entry; None deletes the path."""


class Row(NamedTuple):
    """One commit to be; `C` says what the fields mean."""

    name: str
    on: str | None
    author: str
    committer: str
    day: float | None
    authored: float | None
    message: str | None
    reverts: str | None
    fixes: str | int | None
    trailers: tuple[str, ...]
    moves: Mapping[str, str]
    files: Mapping[str, Content]


def C(  # noqa: N802 (one letter, so that the story stands out)
    name: str,
    on: str | None = None,
    *,
    by: str = "dev",
    email: str | None = None,
    committer: str | None = None,
    ai: str | None = None,
    reverts: str | None = None,
    fixes: str | int | None = None,
    message: str | None = None,
    day: float | None = None,
    authored: float | None = None,
    trailers: Sequence[str] = (),
    moves: Mapping[str, str] | None = None,
    files: Mapping[str, Content] | None = None,
    **words: Content,
) -> Row:
    """A row: `src__a="x y"` is the file src/a of two lines; `files={"any path": ...}` takes every other name.

    `message` is the name where it is not given. `committer` is "Name <address>" where it is not the author,
    `authored` the day of writing where it is not `day`. `reverts` and `fixes` name a row above (`fixes=12` an
    issue) and are worded as git and GitHub do it. `moves={"old": "new"}` happens before files are written.
    """
    author = f"{by} <{email or f'{by}@example.com'}>"
    return Row(
        name=name,
        on=on,
        author=author,
        committer=committer or author,
        day=day,
        authored=authored,
        message=message,
        reverts=reverts,
        fixes=fixes,
        trailers=(*trailers, AGENTS[ai]) if ai else tuple(trailers),
        moves=moves or {},
        files={**(files or {}), **{path.replace("__", "/"): content for path, content in words.items()}},
    )


@dataclass(frozen=True)
class History:
    """A repository whose commits have names."""

    path: Path
    ids: Mapping[str, str]

    def name(self, sha: str) -> str:
        """The name of a commit, from its full id."""
        return {known: name for name, known in self.ids.items()}[sha]

    def git(self, *arguments: str) -> str:
        """Git's answer in this repository."""
        return run_git(self.path, *arguments).decode("utf-8", "surrogateescape")


def build(
    path: Path,
    rows: Sequence[Row],
    *,
    bare: bool = False,
    branch: str = "main",
    object_format: Literal["sha1", "sha256"] = "sha1",
    refs: Mapping[str, str] | None = None,
) -> History:
    """Make the rows a repository whose `branch` is at the last one; `refs` puts more refs on rows.

    {"refs/heads/topic": "X"} keeps a row reachable that no later row stands on.
    """
    options = ["--quiet", "--template=", f"--initial-branch={branch}", f"--object-format={object_format}"]
    run_git(".", "init", *options, *(["--bare"] if bare else []), str(path))
    with (path / "config" if bare else path / ".git/config").open("a") as config:
        config.write("[user]\n\tname = dev\n\temail = dev@example.com\n[gc]\n\tauto = 0\n")
    ids = _import(path, rows, f"refs/heads/{branch}", refs or {})
    if rows and not bare:
        run_git(path, "reset", "--quiet", "--hard")
    return History(path, ids)


def blame_owners(history: History, path: str, rev: str = "HEAD") -> str:
    """The name of each line's commit, as `git blame -w` says: what our own answer must equal."""
    lines = run_git(history.path, "blame", "-w", "--porcelain", rev, "--", path).split(b"\n")
    owners = []
    fresh = True  # before each line's text, which alone starts with a tab, stands a header: its commit first
    for line in lines[:-1]:
        if fresh:
            owners.append(history.name(line.split()[0].decode()))
        fresh = line.startswith(b"\t")
    return " ".join(owners)


def run_git(directory: Path | str, *arguments: str) -> bytes:
    """Git's answer; its complaint goes with the exception."""
    command = ["git", "-C", str(directory), *arguments]
    try:
        return subprocess.run(command, check=True, capture_output=True).stdout
    except subprocess.CalledProcessError as error:
        error.add_note(error.stderr.decode("utf-8", "replace"))
        raise


def _import(path: Path, rows: Sequence[Row], ref: str, refs: Mapping[str, str]) -> dict[str, str]:
    """Write every row through one `git fast-import`, asking for each id as it goes: a revert quotes one."""
    story = _Story(ref)
    with subprocess.Popen(
        ["git", "-C", str(path), *QUICKLY, "fast-import", "--quiet", "--done", "--date-format=raw"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    ) as importer:
        assert importer.stdin
        assert importer.stdout
        assert importer.stderr
        for row in rows:
            importer.stdin.write(story.commit(row))
            importer.stdin.flush()
            if not (sha := importer.stdout.readline()):
                break  # it has died; it says why below
            story.ids[row.name] = sha.decode().strip()
        else:
            importer.stdin.write(story.ending(refs))
            importer.stdin.flush()
        complaint = importer.stderr.read().decode("utf-8", "replace")
    if importer.returncode:
        raise ValueError(complaint)
    return story.ids


class _Story:
    """Words rows in fast-import's language; knows the ids of the rows told so far."""

    def __init__(self, ref: str) -> None:
        self.ref = ref
        self.ids: dict[str, str] = {}
        self.marks: dict[str, int] = {}
        self.subjects: dict[str, str] = {}

    def commit(self, row: Row) -> bytes:
        if row.name in self.marks or row.name.split() != [row.name]:
            complaint = f"row {row.name!r}: a name is one word and stands once"
            raise ValueError(complaint)
        day = len(self.marks) if row.day is None else row.day
        authored = day if row.authored is None else row.authored
        message = self.message(row)
        parents = b"".join(self.parents(row))
        mark = self.marks[row.name] = len(self.marks) + 1
        self.subjects[row.name] = message.partition("\n")[0]
        head = (
            f"reset {self.ref}\n\n"
            f"commit {self.ref}\n"
            f"mark :{mark}\n"
            f"author {row.author} {at(authored)} +0000\n"
            f"committer {row.committer} {at(day)} +0000\n"
        )
        return _bytes(head) + _data(message) + parents + _changes(row) + b"\nget-mark :%d\n" % mark

    def message(self, row: Row) -> str:
        subject, more, trailers = row.message, [], row.trailers
        if row.reverts:
            subject = f'Revert "{_known(self.subjects, row.reverts)}"' if subject is None else subject
            more.append(f"This reverts commit {self.ids[row.reverts]}.")
        if isinstance(row.fixes, int):
            more.append(f"Fixes #{row.fixes}")
        elif row.fixes:
            fixed = _known(self.subjects, row.fixes)
            trailers = (f'Fixes: {self.ids[row.fixes][:12]} ("{fixed}")', *trailers)
        if trailers:
            more.append("\n".join(trailers))
        subject = row.name if subject is None else subject
        if more:
            return "\n\n".join([subject.rstrip("\n"), *more]) + "\n"
        return subject if subject == "" or subject.endswith("\n") else subject + "\n"

    def parents(self, row: Row) -> Iterator[bytes]:
        above = next(reversed(self.marks), "")
        names = (above if row.on is None else row.on).split()
        for index, name in enumerate(names):
            yield b"%s :%d\n" % (b"merge" if index else b"from", _known(self.marks, name))

    def ending(self, refs: Mapping[str, str]) -> bytes:
        resets = (f"reset {ref}\nfrom :{_known(self.marks, name)}\n\n" for ref, name in refs.items())
        return _bytes("".join(resets)) + b"done\n"


def _known(told: Mapping[str, Told], name: str) -> Told:
    if name not in told:
        complaint = f"{name!r} is no row above; there are {', '.join(told) or 'none'}"
        raise ValueError(complaint)
    return told[name]


def _changes(row: Row) -> bytes:
    """Moves, then deletions, then writing, so that a directory may take the place of a file."""
    moved = [b"R %s %s\n" % (_path(old), _path(new)) for old, new in row.moves.items()]
    gone = [b"D %s\n" % _path(path) for path, content in row.files.items() if content is None]
    written = [_entry(path, content) for path, content in row.files.items() if content is not None]
    return b"".join(moved + gone + written)


def _entry(path: str, content: str | bytes | Exec | Link | Sub) -> bytes:
    match content:
        case Sub(sha):
            return b"M 160000 %s %s\n" % (sha.encode(), _path(path))
        case Link(target):
            return b"M 120000 inline %s\n%s" % (_path(path), _data(target))
        case Exec(inner):
            return b"M 100755 inline %s\n%s" % (_path(path), _data(_lines(inner)))
        case _:
            return b"M 100644 inline %s\n%s" % (_path(path), _data(_lines(content)))


def _lines(content: str | bytes) -> bytes:
    """A word a line."""
    return content if isinstance(content, bytes) else b"".join(_bytes(word) + b"\n" for word in content.split())


def _data(content: str | bytes) -> bytes:
    raw = _bytes(content)
    return b"data %d\n%s\n" % (len(raw), raw)


def _path(path: str) -> bytes:
    """In C quotes, so that any name passes: a space, a newline, a quote, bytes that are no UTF-8."""
    return b'"%s"' % b"".join(b"\\%03o" % byte for byte in _bytes(path))


def _bytes(text: str | bytes) -> bytes:
    return text if isinstance(text, bytes) else text.encode("utf-8", "surrogateescape")
