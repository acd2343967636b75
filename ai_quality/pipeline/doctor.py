"""Can a repository be measured here, and what would be missing from the answer? Checks one after the other."""

from __future__ import annotations

import platform
from pathlib import Path
from typing import NamedTuple

from ai_quality.errors import AiQualityError
from ai_quality.facts import changes
from ai_quality.facts.marks import OTHER, load_registry
from ai_quality.pipeline.mining import FETCH_PULLS, IGNORE_REVS, PULL_REFS, tip_of
from ai_quality.pipeline.state import state_folder
from ai_quality.sources.git import Repository, git_version, open_repository


class Finding(NamedTuple):
    """One check: `status` is ok, note (something will be unknown) or error (nothing can be measured)."""

    check: str
    status: str
    said: str
    hint: str


def examine(directory: Path) -> list[Finding]:
    """Return the findings for the repository at or above `directory`; a failure ends the list as an error."""
    findings = [Finding("python", "ok", platform.python_version(), "")]
    try:
        findings.append(Finding("git", "ok", git_version(), ""))
        with open_repository(directory) as repository:
            findings += _repository(repository)
    except AiQualityError as failure:
        findings.append(Finding("repository", "error", failure.problem, failure.hint))
    return findings


def _repository(repository: Repository) -> list[Finding]:
    tip = tip_of(repository, "HEAD")
    found = [Finding("repository", "ok", f"HEAD is {tip[:12]}, the history is not cut", "")]
    heads = changes.pull_heads(repository.refs(*PULL_REFS))
    if heads:
        found.append(Finding("pull requests", "ok", f"{len(heads)} heads are here", ""))
    else:
        said = "none are here: the merge pass rate will be unknown"
        found.append(Finding("pull requests", "note", said, f"run {FETCH_PULLS}"))
    ignored = repository.blob(f"{tip}:{IGNORE_REVS}")
    said = f"{IGNORE_REVS} is honoured in the rates" if ignored else f"no {IGNORE_REVS}"
    found.append(Finding("ignored commits", "ok", said, ""))
    kept = state_folder(repository) / "facts"
    said = f"kept in {kept}" if kept.is_dir() else "not mined yet: `ai-quality report` does"
    found.append(Finding("facts", "ok", said, ""))
    agents = len(load_registry().names.keys() - {OTHER})
    found.append(Finding("marks", "ok", f"{agents} agents are known", ""))
    return found
