"""What the hook that counts cost asks git, begun before its modules are loaded: two processors do both at once.

Which paths the coming commit changes, and which the commits of the last day that this worktree made.
"""

from __future__ import annotations

import os

from ai_quality.hooks import git

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from ai_quality.sources.reflog import Entry

LOOKED_BACK = 86_400
MOST_COMMITS = 50
"""Older spend, of a day ago or before so many commits, waits for `sync`."""

MOST_OF_A_LOG = 65_536


class Asked:
    """HEAD, the steps that made commits, since when spend is looked at (seconds); `coming` and `made` wait for git."""

    def __init__(self, folder: str, now: int, coming: Callable[[], bytes]) -> None:
        """`folder` is the worktree's git directory; git is at work on `coming` already."""
        from ai_quality.sources import reflog  # noqa: PLC0415 (git has begun by now)

        log = reflog.entries(os.path.join(folder, "logs", "HEAD"), limit=MOST_OF_A_LOG)
        commits = [entry for entry in log if entry.action.startswith("commit") and entry.time >= now - LOOKED_BACK]
        self.head = log[-1].new if log else ""
        self.since = commits[-MOST_COMMITS].time if len(commits) >= MOST_COMMITS else now - LOOKED_BACK
        self.commits: list[Entry] = [entry for entry in commits if entry.time >= self.since]
        self.coming = coming
        self.made: Callable[[], bytes] = _paths_of(self.commits)


def begin(environ: Mapping[str, str], now: int) -> Asked:
    """Ask what the coming commit and those before it change."""
    coming = git.begin("diff-index", "--cached", "--name-only", "--no-renames", "-z", "HEAD")

    def changed() -> bytes:
        try:
            return coming()
        except git.GitSaysNo:  # the first commit
            return git.ask("ls-files", "-z")

    return Asked(git.git_dir(environ), now, changed)


def _paths_of(commits: list[Entry]) -> Callable[[], bytes]:
    if not commits:
        return bytes
    asked = "".join(f"{entry.new}\n" for entry in commits).encode()
    return git.begin("diff-tree", "--stdin", "--root", "-r", "--name-only", "--no-renames", "-z", stdin=asked)
