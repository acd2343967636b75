"""The hooks' own door to git: a few short questions, asked of the very git that runs the hook.

Not `sources.git`: GitPython costs 84 ms to import, and a hook must keep the GIT_DIR and GIT_INDEX_FILE it was
given, which that door drops (docs/decisions/0009). Every call has a time limit and its exit status is read.
"""

from __future__ import annotations

import os
import subprocess
from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path  # 5 ms to import, which a hook does not need

OPTED_OUT = {"ai-quality.usage": ("off",)}
"""Values that nothing read later overrides: what a user chose for all repositories holds in each."""

_seconds = [10.0]  # as long as nobody waits for a commit


def limit_each_question(seconds: float) -> None:
    """Let no single question take longer; a hook that waits for git must still be able to say that it gave up."""
    _seconds[0] = 0.8 * seconds


class GitSaysNo(Exception):
    """git failed, or took too long; the words are git's own, for the log."""


def ask(*arguments: str, stdin: bytes = b"", directory: Path | None = None) -> bytes:
    """Return what git prints; GitSaysNo if it fails or is not there."""
    try:
        done = subprocess.run(
            ["git", *arguments], input=stdin, capture_output=True, cwd=directory, check=False, timeout=_seconds[0]
        )
    except (OSError, subprocess.TimeoutExpired) as failed:
        raise GitSaysNo(f"git {arguments[0]}: {failed}") from failed
    if done.returncode:
        raise GitSaysNo(f"git {arguments[0]}: {done.stderr.decode('utf-8', 'replace').strip()[:200]}")
    return done.stdout


def paths(*names: str, directory: Path | None = None) -> list[str]:
    """Return where git keeps these names here (`--git-path`: right in worktrees, with core.hooksPath), absolute."""
    asked = [word for name in names for word in ("--git-path", name)]
    told = ask("rev-parse", *asked, directory=directory).decode("utf-8", "surrogateescape").splitlines()
    return [os.path.join(directory or os.getcwd(), line) for line in told]


def git_dir() -> str:
    """Return the folder of this work tree's own state, asking git only where a look does not tell."""
    if given := os.environ.get("GIT_DIR"):
        return given
    return ".git" if os.path.isdir(".git") else os.fsdecode(ask("rev-parse", "--git-dir").rstrip(b"\n"))


def settings(directory: Path | None = None) -> dict[str, str]:
    """Return the settings a hook may need by lower-case key: ours, and how messages are commented; last value wins."""
    try:
        told = ask("config", "-z", "--get-regexp", r"^(ai-quality\.|core\.comment(char|string)$)", directory=directory)
    except GitSaysNo:  # exit status 1: there is none
        return {}
    found: dict[str, str] = {}
    for row in told.decode("utf-8", "replace").split("\0"):
        key, _, value = row.partition("\n")
        if row and found.get(key.lower()) not in OPTED_OUT.get(key.lower(), ()):
            found[key.lower()] = value
    return found


def start(arguments: Sequence[str], program: str = "git") -> None:
    """Start git, or another program, and do not wait for it."""
    subprocess.Popen(
        [program, *arguments], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        start_new_session=True,
    )  # fmt: skip
