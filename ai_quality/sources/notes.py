"""Notes under refs/notes/ai-quality: one text a commit, read and written all at once. Asks git through its door.

Never refs/notes/ai or refs/notes/commits, which belong to others. The commits of the notes' own history carry no
person's name: notes are pushed where their owner says so.
"""

from __future__ import annotations

from collections.abc import Mapping

from ai_quality import errors
from ai_quality.sources.git import Repository

REF = "refs/notes/ai-quality"
LIMIT = 65_536
"""Bytes of a note that are read."""

WRITER = "ai-quality <ai-quality@localhost>"


def read(repository: Repository) -> dict[str, str]:
    """Commit → the text of its note; empty where there are none."""
    if REF not in repository.refs(REF):
        return {}
    listed = repository.ask("notes", f"--ref={REF}", "list").decode("ascii", "replace").split("\n")
    pairs = [line.split(" ") for line in listed if line]
    asked = "".join(f"{blob}\n" for blob, _ in pairs).encode()
    answer = repository.ask("cat-file", "--batch", stdin=asked)
    found: dict[str, str] = {}
    for _, sha in pairs:
        head, _, answer = answer.partition(b"\n")
        if head.endswith(b" missing"):
            continue
        size = int(head.rpartition(b" ")[2])
        found[sha] = answer[: min(size, LIMIT)].decode("utf-8", "replace")
        answer = answer[size + 1 :]
    return found


def write(repository: Repository, texts: Mapping[str, str], now: int) -> None:
    """Give commits these notes in one commit of the notes' history; other notes stay. `now` in seconds.

    Raises GitFailed when another process moved the ref meanwhile: read again and try again.
    """
    if not texts:
        return
    old = repository.refs(REF).get(REF)
    lines = [f"commit {REF}", f"committer {WRITER} {now} +0000", _data("Notes of what commits cost\n")]
    lines += [f"from {old}"] if old else []
    lines += [f"N inline {sha}\n{_data(text)}" for sha, text in sorted(texts.items())]
    script = "\n".join([*lines, "done", ""]).encode("utf-8", "surrogateescape")
    repository.ask("fast-import", "--quiet", "--done", "--date-format=raw", stdin=script)
    if repository.refs(REF).get(REF) == old:
        raise errors.GitFailed("the notes were not written", hint="try again")


def _data(text: str) -> str:
    return f"data {len(text.encode('utf-8', 'surrogateescape'))}\n{text}"
