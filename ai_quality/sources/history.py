"""Which questions the miner asks git, and in which order the answers come. Asks through the git door only.

A pass over history is three streams: `log` (every commit, parents before children), `differences` (what
each commit changed against its first parent, as text for ordinary commits and as raw rows for merges), and
`merge_answers` (the text of the few files that a merge left unlike they are in every parent; raw rows, which cost
little, say beforehand where there are some, so that git never waits to be asked).
Rename detection is asked for on ordinary commits (without it 3-10 % of lines are credited wrongly) and on
a merge only where a file is new to one of its parents (on all merges of git/git it costs 82 s against 7).
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator, Sequence

from ai_quality.model import Commit, FileDiff, MergeDiff
from ai_quality.sources import gitlog
from ai_quality.sources.git import DIFF_OPTIONS, Repository

RENAMES = ("-M50%", "-l1000")
"""git's own defaults (diff.renames=true, diff.renameLimit=1000), which `git blame` uses too."""

CHUNK = 64, 4096
"""How many commits one git is asked about, at least and at most: each starts with nothing in its cache, and maps the
packs anew. All of pytest at once takes 5.4 s of processor time, in four parts 5.5, in thirteen 7.4."""

Difference = tuple[Commit, list[FileDiff]]
Differences = Iterator[tuple[str, list[FileDiff]]]
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


@contextlib.contextmanager
def differences(repository: Repository, history: Sequence[Commit]) -> Iterator[Iterator[Difference]]:
    """Give each commit of `history`, in order, with what it changed against its first parent; git starts at once.

    An ordinary commit comes with hunks (whitespace-only edits are none, as in `git blame -w`), but for files that it
    deletes, whose lines are known; a merge with raw rows alone and no renames.
    """
    plain = [commit.sha for commit in history if len(commit.parents) < 2]  # noqa: PLR2004
    merged = [f"{commit.sha} {commit.parents[0]}" for commit in history if len(commit.parents) > 1]
    texts = ("diff-tree", "--stdin", "--root", "--raw", "-p", "-U0", "-w", "-D", *RENAMES, *DIFF_OPTIONS)
    raw = ("diff-tree", "--stdin", "--raw", "--no-renames", *DIFF_OPTIONS)
    with (
        repository.answers_ahead(*texts, chunks=_chunks(plain)) as answers,
        repository.stream(*raw, lines=merged) as rows,
    ):
        of_plain = (found for answer in answers for found in gitlog.file_diffs(answer))
        yield _in_order(history, of_plain, gitlog.file_diffs(rows))


def _chunks(ids: Sequence[str]) -> Iterator[Sequence[str]]:
    """Cut into parts of a third of what is left, so that the gits, wherever the work is, end at about the same time."""
    least, at = max(CHUNK[0], len(ids) // 12), 0
    while at < len(ids):
        size = min(CHUNK[1], max(least, (len(ids) - at) // 3))
        yield ids[at : at + size]
        at += size


def _in_order(history: Sequence[Commit], of_plain: Differences, of_merged: Differences) -> Iterator[Difference]:
    plain, merged = _Ordered(of_plain), _Ordered(of_merged)
    for commit in history:
        yield commit, (merged if len(commit.parents) > 1 else plain).take(commit.sha)


class _Ordered:
    """Answers in the order asked, where a commit that changed nothing has none."""

    def __init__(self, answers: Differences) -> None:
        self._answers = answers
        self._next = next(answers, None)

    def take(self, sha: str) -> list[FileDiff]:
        if self._next is None or self._next[0] != sha:
            return []
        found = self._next[1]
        self._next = next(self._answers, None)
        return found


@contextlib.contextmanager
def merge_answers(repository: Repository, history: Sequence[Commit]) -> Iterator[MergeAnswers]:
    """Give a function (merge id, follow renames?) → the files unlike they are in every parent.

    It must be asked in the order of `history`. One line of context, because with none git miscounts a hunk at
    the end of a file: combine-diff.c takes the line past the end off twice and prints counts such as
    18446744073709551615 (seen in git 2.39.5).
    """
    merges = [commit.sha for commit in history if len(commit.parents) > 1]
    combined = ("diff-tree", "--stdin", "-c", "--combined-all-paths", "--raw", *DIFF_OPTIONS)
    with repository.stream(*combined, "--no-renames", lines=merges) as rows:
        unlike = {sha: any(map(_is_new_somewhere, files)) for sha, files in gitlog.merge_diffs(rows) if files}
    renamed = [sha for sha, is_new in unlike.items() if is_new]
    texts = (*combined, "-p", "-U1", "-w")
    with (
        repository.stream(*texts, "--no-renames", lines=unlike) as without,
        repository.stream(*texts, *RENAMES, lines=renamed) as following,
    ):
        plain, following_names = gitlog.merge_diffs(without), gitlog.merge_diffs(following)

        def answer(sha: str, renames: bool) -> list[MergeDiff]:  # noqa: FBT001 (MergeAnswers says so)
            answers = following_names if renames else plain
            return next((files for merge, files in answers if merge == sha), []) if sha in unlike else []

        yield answer


def _is_new_somewhere(diff: MergeDiff) -> bool:
    return any(not blob.strip("0") for blob in diff.parent_blobs)
