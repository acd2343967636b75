"""Real commits in real repositories with the hooks in: what `tests/git/test_hooks*.py` share.

`Repo` runs git as a person or as an agent does, and says how a commit was marked. No GIT_AUTHOR_DATE is set, as the
seal would: git's own clock tells amends from new commits.
"""

from __future__ import annotations

import functools
import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from ai_quality.hooks import installing

TAG = "Assisted-by: claude-code"
AGENT = {"CLAUDECODE": "1"}
BIN = Path(sys.executable).parent
NO_HOOKS = ("-c", f"core.hooksPath={os.devnull}")


@dataclass
class Repo:
    """A work tree and the variables its commits are made with."""

    path: Path
    environ: dict[str, str] = field(default_factory=dict)
    files: int = 0

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

    def note(self, revision: str = "HEAD") -> str:
        """The commit's note of ours, "" for none."""
        done = self.run(["git", "notes", "--ref=refs/notes/ai-quality", "show", revision])
        return done.stdout.strip() if done.returncode == 0 else ""

    def write(self, name: str, text: str) -> None:
        """Write a file and stage it."""
        (self.path / name).write_text(text)
        self.git("add", name)

    def change(self, text: str = "x\n") -> str:
        """Write and stage a file with a name of its own; returns the name."""
        self.files += 1
        self.write(f"file{self.files}", text)
        return f"file{self.files}"

    def person(self, message: str | bytes = "By a person\n", text: str = "x\n") -> None:
        """A person's commit of a new file, made without hooks."""
        self.change(text)
        self.put_message(message)
        self.git(*NO_HOOKS, "commit", "--quiet", "--allow-empty-message", "-F", self.message_file)

    @functools.cached_property
    def message_file(self) -> str:
        """A file for `-F`, where no commit sees it."""
        return f"{self.git_dir / 'message'}"

    @functools.cached_property
    def git_dir(self) -> Path:
        """Where this work tree's own state is."""
        place = self.path / ".git"
        return place if place.is_dir() else Path(self.git("rev-parse", "--absolute-git-dir").rstrip("\n"))

    def put_message(self, message: str | bytes) -> None:
        """Fill `message_file`."""
        Path(self.message_file).write_bytes(message if isinstance(message, bytes) else message.encode())

    def log(self) -> str:
        """What the hooks complained of."""
        place = self.path / self.git("rev-parse", "--git-common-dir").rstrip("\n") / "ai-quality" / "hook.log"
        return place.read_text() if place.exists() else ""

    def settle(self) -> dict[str, tuple[int, bytes]]:
        """Every file of the work tree and of .git, with mode and content, but for our state and git's own logs."""
        found = {}
        for path in sorted(self.path.rglob("*")):
            inner = path.relative_to(self.path)
            if (path.is_file() or path.is_symlink()) and "ai-quality" not in inner.parts and path.name != "index":
                found[str(inner)] = (path.lstat().st_mode, path.read_bytes())
        return found


def surroundings_of() -> dict[str, str]:
    """The test's variables, without what would make git's clock stand still, with our commands on the PATH."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("GIT_AUTHOR", "GIT_COMMITTER"))}
    return {**kept, "PATH": f"{BIN}{os.pathsep}{kept['PATH']}", "AI_QUALITY_LIMIT": "30", "PYTHONDONTWRITEBYTECODE": ""}


def new_repo(path: Path, environ: Mapping[str, str] | None = None) -> Repo:
    """A repository with one commit by a person."""
    path.mkdir(parents=True)
    repo = Repo(path, dict(environ or {}))
    repo.git("init", "--quiet", "--template=", "--initial-branch=main")
    config = path / ".git" / "config"
    config.write_text(config.read_text() + "[user]\n\tname = Ann\n\temail = ann@example.com\n[gc]\n\tauto = 0\n")
    repo.write("f", "one\n")
    repo.git("commit", "--quiet", "-m", "First")
    return repo


def install(repo: Repo, *, write: bool = False) -> str:
    """What `ai-quality install` does and says, without half a second for the command line to load."""
    return "\n".join(installing.install(repo.path, write=write))


def lefthook_binary() -> str:
    """The program itself: what is on the PATH is a Python script that starts it, twice a hook."""
    packages = next((BIN.parent / "lib").glob("python*/site-packages/lefthook"))
    return str(next(path for path in packages.rglob("lefthook*") if path.is_file() and path.name == "lefthook"))
