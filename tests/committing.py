"""Real commits in real repositories with the hooks in: what `tests/git/test_hooks*.py` share.

`Repo` runs git as a person or as an agent does, and says how a commit was tagged. No GIT_AUTHOR_DATE is set, as the
seal would: git's own clock tells amends from new commits.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

TAG = "Assisted-by: claude-code"
AGENT = {"CLAUDECODE": "1"}
BIN = Path(sys.executable).parent


@dataclass
class Repo:
    """A work tree and the variables its commits are made with."""

    path: Path
    environ: dict[str, str] = field(default_factory=dict)

    def git(self, *words: str, agent: bool = False, fails: bool = False, **more: str) -> str:
        """Git's answer; with `fails` its failing is expected, and anything else is an error."""
        done = self.run(["git", *words], agent=agent, **more)
        assert (done.returncode != 0) == fails, f"git {words}: {done.returncode} {done.stdout} {done.stderr}"
        return done.stdout

    def run(self, command: Sequence[str], *, agent: bool = False, **more: str) -> subprocess.CompletedProcess[str]:
        """Any command in the work tree."""
        surroundings = {**surroundings_of(), **self.environ, **(AGENT if agent else {}), **more}
        return subprocess.run(
            command, cwd=self.path, env=surroundings, capture_output=True, text=True, check=False, errors="replace"
        )

    def message(self, revision: str = "HEAD") -> str:
        """The whole message of a commit."""
        return self.git("log", "-1", "--format=%B", revision).rstrip("\n")

    def tags(self, revision: str = "HEAD") -> list[str]:
        """What git itself reads as our trailer."""
        told = self.git("log", "-1", "--format=%(trailers:key=Assisted-by,only)", revision)
        return [line for line in told.splitlines() if line]

    def write(self, name: str, text: str) -> None:
        """Write a file and stage it."""
        (self.path / name).write_text(text)
        self.git("add", name)


def surroundings_of() -> dict[str, str]:
    """The test's variables, without what would make git's clock stand still, with our commands on the PATH."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("GIT_AUTHOR", "GIT_COMMITTER"))}
    return {**kept, "PATH": f"{BIN}{os.pathsep}{kept['PATH']}", "AI_QUALITY_LIMIT": "30", "PYTHONDONTWRITEBYTECODE": ""}


def new_repo(path: Path, environ: Mapping[str, str] | None = None) -> Repo:
    """A repository with one commit by a person."""
    path.mkdir(parents=True)
    repo = Repo(path, dict(environ or {}))
    repo.git("init", "--quiet", "--template=", "--initial-branch=main")
    repo.git("config", "user.name", "Ann")
    repo.git("config", "user.email", "ann@example.com")
    repo.git("config", "gc.auto", "0")
    repo.write("f", "one\n")
    repo.git("commit", "--quiet", "-m", "First")
    return repo


def install(repo: Repo, *words: str) -> str:
    """`ai-quality install` as a user runs it."""
    done = repo.run([sys.executable, "-m", "ai_quality.cli", "install", *words])
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout
