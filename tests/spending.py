"""Days of work told in a few words: agents edit and commit in worktrees, people rebase and squash, time goes by.

A `Day` has a clock, a repository with worktrees, and sessions that write logs as Claude Code does. Every answer costs a
power of two, so a commit's sum tells exactly which answers it was charged with: `day.charged()` gives, for each
commit by its subject, the letters of the answers.
"""

from __future__ import annotations

import os
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ai_quality.pipeline.spending import Homes, spend
from ai_quality.reports import spend_json
from ai_quality.sources.git import open_repository
from tests.logs import Session

LETTERS = "abcdefghijklmnopqrstuvwxyz"
PERSON = {
    "GIT_AUTHOR_NAME": "Ann", "GIT_AUTHOR_EMAIL": "ann@example.com",
    "GIT_COMMITTER_NAME": "Ann", "GIT_COMMITTER_EMAIL": "ann@example.com",
}  # fmt: skip


class Day:
    """The repository `shop` under `root`, a home with logs beside it, and a clock that starts at `morning`."""

    def __init__(self, root: Path, morning: float, *, words: str = "some words") -> None:
        self.root, self.home, self.shop, self.now, self.words = root, root / "home", root / "shop", morning, words
        self.sessions: dict[str, Session] = {}
        self.answers = 0
        self.home.mkdir()
        self.git(root, "init", "--quiet", "--template=", "--initial-branch=main", str(self.shop))
        self.write(self.shop, "README")
        self.commit("begin", "README")

    # --- time and git --------------------------------------------------------------------------------

    def wait(self, minutes: float = 1) -> float:
        self.now += minutes * 60
        return self.now

    def git(self, where: Path, *words: str, **more: str) -> str:
        """Run git there, at the clock's time."""
        date = f"@{int(self.now)} +0000"
        kept = {name: value for name, value in os.environ.items() if not name.startswith("GIT_COMMITTER")}
        surroundings = {
            **kept, **PERSON, "HOME": str(self.home), "GIT_AUTHOR_DATE": date, "GIT_COMMITTER_DATE": date,
            "AI_QUALITY_LIMIT": "30", **more,
        }  # fmt: skip
        done = subprocess.run(["git", *words], cwd=where, env=surroundings, capture_output=True, text=True, check=False)
        assert done.returncode == 0, f"git {words}: {done.stdout} {done.stderr}"
        return done.stdout.strip()

    def write(self, where: Path, *paths: str) -> None:
        """Add a line to files; each line is new."""
        for path in paths:
            with (where / path).open("a") as file:
                file.write(f"{path} at {self.now}\n")

    def commit(
        self, subject: str, *paths: str, where: Path | None = None, words: tuple[str, ...] = (),
        by: Mapping[str, str] | None = None,
    ) -> str:  # fmt: skip
        """Commit those paths, with the variables of who does it; returns the id."""
        where = where or self.shop
        self.wait()
        self.git(where, "add", "--", *paths)
        self.git(where, "commit", "--quiet", "-m", subject, *words, **(by or {}))
        return self.git(where, "rev-parse", "HEAD")

    # --- agents --------------------------------------------------------------------------------------

    def session(self, name: str, where: Path | None = None, branch: str = "main") -> Session:
        where = where or self.shop
        self.sessions[name] = Session(self.home, name, directory=where, branch=branch, words=self.words)
        return self.sessions[name]

    def ask(self, name: str) -> None:
        """A person asks: a new turn."""
        self.sessions[name].prompt(self.wait())

    def answer(self, name: str, *paths: str, commits: str = "", runs: str = "") -> str:
        """The next answer; it edits those paths for real. Returns its letter."""
        session = self.sessions[name]
        self.wait()
        for path in paths:
            self.write(Path(session.directory), path)
        session.answer(self.now, edits=dict.fromkeys(paths, 2), commits=commits[:7], runs=runs, tokens=2**self.answers)
        self.answers += 1
        return LETTERS[self.answers - 1]

    def agent_commits(
        self, name: str, subject: str, *paths: str, words: tuple[str, ...] = (), says: bool = True
    ) -> str:
        """The agent runs `git commit` itself, which takes one more answer; quietly where it `says` nothing."""
        session = self.sessions[name]
        where = Path(session.directory)
        sha = self.commit(subject, *paths, where=where, words=words, by=agent(name))
        self.now -= 80  # the request that ran it was made before
        self.answer(name, commits=sha if says else "", runs="" if says else "git commit -q")
        self.now += 20
        return sha

    # --- what comes of it ----------------------------------------------------------------------------

    def usage(self, *homes: Path, where: Path | None = None) -> dict[str, Any]:
        """What `ai-quality usage --logs HOME --json` says."""
        with open_repository(where or self.shop) as repository:
            chosen = Homes(tuple(map(str, homes or (self.home,))), {}, named=True)
            return spend_json.bill(spend(repository, chosen, int(self.now)))

    def charged(self, told: Mapping[str, Any]) -> dict[str, str]:
        """Subject → the answers charged to that commit, and "" → those tied to none; every answer once."""
        found = {self.subject(row["commit"]): letters(row["usage"]) for row in told["by_commit"]}
        found[""] = letters(told["unattributed"])
        assert sorted("".join(found.values())) == sorted(LETTERS[: self.answers]), "every answer in exactly one place"
        assert letters(told["total"]) == LETTERS[: self.answers]
        return found

    def subject(self, sha: str) -> str:
        return self.git(self.shop, "log", "-1", "--format=%s", sha)


def agent(session: str) -> dict[str, str]:
    """The variables that Claude Code sets for the commands of a session."""
    return {"CLAUDECODE": "1", "CLAUDE_CODE_SESSION_ID": session}


def letters(buckets: Mapping[str, Any]) -> str:
    """The answers in a sum."""
    found = "".join(letter for place, letter in enumerate(LETTERS) if buckets["input"] >> place & 1)
    assert len(found) == buckets["requests"]
    return found
