"""What the repository and its user have chosen, as the spending commands need it: settings, and where cost goes."""

from __future__ import annotations

import contextlib
from collections.abc import Mapping
from pathlib import Path

from ai_quality import config, errors
from ai_quality.sources.git import Repository

OPT_OUT = frozenset({"off", "0", "false", "no"})


def settings(repository: Repository) -> config.Config:
    """The settings of the work tree's file, else of HEAD's; the defaults where there is none."""
    return config.read(file(repository, config.FILE, config.LIMIT + 1) or b"")


def file(repository: Repository, name: str, limit: int = 1 << 20) -> bytes | None:
    """A file of the work tree, else of HEAD; None where neither has it. `name` stays inside the repository."""
    top = worktree(repository)
    if top is not None:
        with contextlib.suppress(OSError):
            place = (top / name).resolve(strict=True)
            if place.is_relative_to(top.resolve()):
                with place.open("rb") as opened:
                    return opened.read(limit)
    try:
        return repository.blob(f"HEAD:{name}")
    except errors.GitFailed:
        return None


def worktree(repository: Repository) -> Path | None:
    """The top of the work tree that the repository was opened in; None in a bare one."""
    if repository.git_dir == repository.common_dir:
        return repository.git_dir.parent if repository.git_dir.name == ".git" else None
    with contextlib.suppress(OSError, UnicodeDecodeError):
        return Path((repository.git_dir / "gitdir").read_text(encoding="utf-8").strip()).parent
    return None


def mode(repository: Repository, environ: Mapping[str, str]) -> str:
    """Where cost goes: off by the user's word before all, then by git's configuration, the settings, else local."""
    try:
        told = repository.ask("config", "-z", "--get-all", "ai-quality.usage").decode("utf-8", "replace").split("\0")
    except errors.GitFailed:  # it is not set
        told = []
    said = [value.strip().lower() for value in told if value.strip()]
    if environ.get("AI_QUALITY_USAGE", "").lower() in OPT_OUT or "off" in said:
        return "off"
    known = [value for value in said if value in {"trailer", "notes", "local"}]
    return known[-1] if known else settings(repository).usage
