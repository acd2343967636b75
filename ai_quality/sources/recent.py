"""Commits of a period with the paths they change, and what reflogs know of where commits were made.

Asks git through its door.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

from ai_quality.model import Commit
from ai_quality.sources import gitlog, reflog
from ai_quality.sources.git import DIFF_OPTIONS, Repository

BRANCHES = ("refs/heads", "refs/remotes", "refs/tags", "refs/pull")


def tips(repository: Repository) -> dict[str, str]:
    """Ref name → commit of every branch, tag and pull request, and `HEAD` and `worktrees/NAME/HEAD` where detached."""
    found = repository.refs(*BRANCHES)
    heads = {"HEAD": repository.common_dir / "HEAD"}
    heads |= {
        f"worktrees/{name}/HEAD": repository.common_dir / "worktrees" / name / "HEAD" for name in worktrees(repository)
    }
    for name, place in heads.items():
        text = reflog.tail(place, 100)
        if re.fullmatch(rb"[0-9a-f]{40,64}\n?", text):
            found[name] = text.strip().decode()
    return found


def worktrees(repository: Repository) -> list[str]:
    """Git's names for the linked worktrees."""
    folder = repository.common_dir / "worktrees"
    return sorted(place.name for place in folder.iterdir() if place.is_dir()) if folder.is_dir() else []


def reflogs(repository: Repository) -> tuple[dict[str, list[reflog.Entry]], dict[str, list[reflog.Entry]]]:
    """The reflogs of HEAD by worktree ("" is the main one), and those of the local branches by name, oldest first."""
    folder = repository.common_dir
    heads = {"": folder / "logs/HEAD"}
    heads |= {name: folder / "worktrees" / name / "logs/HEAD" for name in worktrees(repository)}
    branches = folder / "logs/refs/heads"
    files = {str(place.relative_to(branches)): place for place in branches.rglob("*")} if branches.is_dir() else {}
    return (
        {name: reflog.entries(place) for name, place in heads.items()},
        {name: reflog.entries(place) for name, place in files.items()},
    )


def commits(repository: Repository, reachable_from: Iterable[str], since: int) -> Iterator[Commit]:
    """Every commit that the tips reach, written after a time (seconds), parents before children."""
    arguments = ("log", "-z", "--topo-order", "--reverse", "--no-show-signature", "--no-mailmap", "--no-color",
                 "--encoding=UTF-8", f"--format={gitlog.LOG_FORMAT}", f"--since={since}", "--stdin")  # fmt: skip
    if tips_given := list(reachable_from):  # without any, git would take HEAD, which may not be born yet
        with repository.stream(*arguments, lines=[*tips_given, "--"]) as stream:
            yield from gitlog.commits(stream)


def named(repository: Repository, names: Iterable[str]) -> list[Commit]:
    """The commits that full or abbreviated ids name, of those that are here and mean one commit."""
    asked = "".join(f"{name}\n" for name in dict.fromkeys(names) if re.fullmatch(r"[0-9a-f]{7,64}", name))
    if not asked:
        return []
    answer = repository.ask("cat-file", "--batch-check=%(objectname) %(objecttype)", stdin=asked.encode())
    found = [line.split(b" ")[0].decode() for line in answer.splitlines() if line.endswith(b" commit")]
    arguments = ("log", "-z", "--no-walk=unsorted", "--no-show-signature", "--no-mailmap", "--no-color",
                 "--encoding=UTF-8", f"--format={gitlog.LOG_FORMAT}", "--stdin")  # fmt: skip
    if not found:
        return []
    with repository.stream(*arguments, lines=[*found, "--"]) as stream:
        return list(gitlog.commits(stream))


def sizes(repository: Repository, shas: Sequence[str]) -> dict[str, dict[str, int]]:
    """Commit → path → lines added and deleted (a binary file has none); no merges."""
    arguments = ("diff-tree", "--stdin", "--root", "--numstat", "--no-renames", *DIFF_OPTIONS)
    found: dict[str, dict[str, int]] = {}
    files: dict[str, int] = {}
    with repository.stream(*arguments, lines=shas) as stream:
        for line in stream:
            added, _, rest = line.rstrip(b"\n").partition(b"\t")
            if not rest:
                files = found.setdefault(added.decode("ascii", "replace"), {})
            else:
                deleted, _, path = rest.partition(b"\t")
                counts = [int(count) for count in (added, deleted) if count.isdigit()]
                files[gitlog.unquote(path.decode("utf-8", "surrogateescape"))] = sum(counts)
    return found


def changed(repository: Repository, shas: Sequence[str]) -> dict[str, dict[str, str]]:
    """Commit → path → blob after it (noughts where deleted), renames as a deletion and an addition; no merges."""
    arguments = ("diff-tree", "--stdin", "--root", "--raw", "--no-renames", *DIFF_OPTIONS)
    with repository.stream(*arguments, lines=shas) as stream:
        return {
            sha: {diff.change.new_path: diff.change.new_blob for diff in diffs}
            for sha, diffs in gitlog.file_diffs(stream)
        }
