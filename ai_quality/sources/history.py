"""Which questions the miner asks git, and in which order the answers come. Asks through the git door only.

A pass over history is three streams: `log` (every commit, parents before children), `differences` (what
each commit changed against its first parent, as text for ordinary commits and as raw rows for merges), and
`merge_answers` (a conversation about the few files that a merge left unlike they are in every parent).
Rename detection is asked for on ordinary commits (without it 3-10 % of lines are credited wrongly) and on
a merge only where a file is new to one of its parents (on all merges of git/git it costs 82 s against 7).
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable, Iterator, Sequence

from ai_quality.model import Commit, FileDiff, MergeDiff
from ai_quality.sources import gitlog
from ai_quality.sources.git import DIFF_OPTIONS, Repository

RENAMES = ("-M50%", "-l1000")
"""git's own defaults (diff.renames=true, diff.renameLimit=1000), which `git blame` uses too."""

CHUNK = 64
"""Commits handed to one of the two diff processes before the other's turn; their pipes hold about as much."""

MergeAnswers = Callable[[str, bool], list[MergeDiff]]


def log(repository: Repository, tips: Sequence[str]) -> Iterator[Commit]:
    """Yield every commit reachable from `tips`, parents before children, branch by branch."""
    arguments = ("log", "-z", "--topo-order", "--reverse", "--no-show-signature", "--no-mailmap", "--no-color",
                 "--encoding=UTF-8", f"--format={gitlog.LOG_FORMAT}", "--stdin")  # fmt: skip
    with repository.stream(*arguments, lines=tips) as stream:
        yield from gitlog.commits(stream)


def these(repository: Repository, ids: Sequence[str]) -> Iterator[Commit]:
    """Yield the commits of the given full ids alone, in their order."""
    arguments = ("log", "-z", "--no-walk=unsorted", "--no-show-signature", "--no-mailmap", "--no-color",
                 "--encoding=UTF-8", f"--format={gitlog.LOG_FORMAT}", "--stdin")  # fmt: skip
    if ids:  # without any, git would take HEAD
        with repository.stream(*arguments, lines=ids) as stream:
            yield from gitlog.commits(stream)


def differences(repository: Repository, history: Sequence[Commit]) -> Iterator[tuple[Commit, list[FileDiff]]]:
    """Yield each commit of `history`, in order, with what it changed against its first parent.

    An ordinary commit comes with hunks (whitespace-only edits are none, as in `git blame -w`); a merge with
    raw rows alone and no renames.
    """
    plain = [commit.sha for commit in history if len(commit.parents) < 2]  # noqa: PLR2004
    merged = [f"{commit.sha} {commit.parents[0]}" for commit in history if len(commit.parents) > 1]
    with contextlib.ExitStack() as stack:
        of_plain = _Ordered(_shared(repository, plain, stack))
        rows = stack.enter_context(
            repository.stream("diff-tree", "--stdin", "--raw", "--no-renames", *DIFF_OPTIONS, lines=merged),
        )
        of_merged = _Ordered(gitlog.file_diffs(rows))
        for commit in history:
            answers = of_merged if len(commit.parents) > 1 else of_plain
            yield commit, answers.take(commit.sha)


def _shared(
    repository: Repository, ids: list[str], stack: contextlib.ExitStack
) -> Iterator[tuple[str, list[FileDiff]]]:
    """Let several git processes work on chunks of `ids` in turn, and give their answers in order."""
    workers = max(1, min(2, os.cpu_count() or 1, len(ids) // CHUNK))
    chunks = [ids[first : first + CHUNK] for first in range(0, len(ids), CHUNK)]
    arguments = ("diff-tree", "--stdin", "--root", "--raw", "-p", "-U0", "-w", *RENAMES, *DIFF_OPTIONS)
    readers = []
    for worker in range(workers):
        mine = [sha for chunk in chunks[worker::workers] for sha in chunk]
        readers.append(_Ordered(gitlog.file_diffs(stack.enter_context(repository.stream(*arguments, lines=mine)))))
    for number, chunk in enumerate(chunks):
        reader = readers[number % workers]
        for sha in chunk:
            yield sha, reader.take(sha)


class _Ordered:
    """Answers in the order asked, where a commit that changed nothing has none."""

    def __init__(self, answers: Iterator[tuple[str, list[FileDiff]]]) -> None:
        self._answers = answers
        self._next = next(answers, None)

    def take(self, sha: str) -> list[FileDiff]:
        if self._next is None or self._next[0] != sha:
            return []
        found = self._next[1]
        self._next = next(self._answers, None)
        return found


@contextlib.contextmanager
def merge_answers(repository: Repository) -> Iterator[MergeAnswers]:
    """Give a function (merge id, follow renames?) → the files unlike they are in every parent.

    One line of context, because with none git miscounts a hunk at the end of a file: combine-diff.c takes the
    line past the end off twice and prints counts such as 18446744073709551615 (seen in git 2.39.5).
    """
    arguments = ("diff-tree", "--stdin", "-c", "--combined-all-paths", "--raw", "-p", "-U1", "-w", *DIFF_OPTIONS)
    with (
        repository.conversation(*arguments, "--no-renames") as without,
        repository.conversation(*arguments, *RENAMES) as following,
    ):
        yield lambda sha, renames: gitlog.merge_diffs((following if renames else without).ask(sha))
