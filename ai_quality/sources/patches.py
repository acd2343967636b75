"""What commits change, in forms to compare: paths, blobs and their sizes, and git's own patch ids.

A question is a line for `git diff-tree --stdin`: a commit id, against its parent, or two ids, the first
against the second; a call holds questions of one kind. What changes nothing has no answer.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from hashlib import blake2b

from ai_quality.sources.git import DIFF_OPTIONS, Repository

CHUNK = 64
"""Patches read at once: their text is held in memory."""


def outlines(repository: Repository, asked: Sequence[str]) -> dict[str, tuple[bytes, tuple[str, ...]]]:
    """Return question → (hash of what happens to which path, blob before and after of each in turn)."""
    found: dict[str, tuple[bytes, tuple[str, ...]]] = {}
    question = {one.partition(" ")[0]: one for one in asked}
    arguments = ("diff-tree", "--stdin", "--root", "--raw", "--no-renames", *DIFF_OPTIONS)
    with repository.stream(*arguments, lines=asked) as stream:
        line = stream.readline()
        while line:
            sha, paths, blobs = line.strip().decode("ascii"), blake2b(digest_size=16), list[str]()
            while (line := stream.readline())[:1] == b":":
                head, _, path = line.partition(b"\t")
                old_mode, new_mode, old, new, status = head.decode("ascii").split(" ")
                paths.update(f"{old_mode} {new_mode} {status} ".encode() + path)
                blobs += (old, new)
            found[question[sha]] = paths.digest(), tuple(blobs)
    return found


def sizes(repository: Repository, blobs: Iterable[str]) -> dict[str, int]:
    """Return blob → bytes, of those that are here."""
    given = "".join(f"{blob}\n" for blob in blobs).encode()
    answer = repository.ask("cat-file", "--batch-check=%(objectname) %(objectsize)", stdin=given).decode("ascii")
    fields = (line.split(" ") for line in answer.splitlines())
    return {blob: int(size) for blob, size in fields if size.isdigit()}


def patch_ids(repository: Repository, asked: Sequence[str]) -> dict[str, str]:
    """Return question → `git patch-id --stable` of its text: the same wherever in a file it applies."""
    question = {one.partition(" ")[0]: one for one in asked}
    found: dict[str, str] = {}
    arguments = ("diff-tree", "--stdin", "--root", "-p", "--no-renames", *DIFF_OPTIONS)
    for first in range(0, len(asked), CHUNK):
        lines = "".join(f"{one}\n" for one in asked[first : first + CHUNK])
        text = repository.ask(*arguments, stdin=lines.encode())
        for line in repository.ask("patch-id", "--stable", stdin=text).decode("ascii").splitlines():
            patch, sha = line.split()
            found[question[sha]] = patch
    return found
