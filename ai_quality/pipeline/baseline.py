"""Facts to compare a change with: those of its base, or kept ones of a little earlier, which say the same.

A run for a pull request has seconds, a whole history takes longer. So facts that a run before it left are used as
long as they are of the same program, of an ancestor of the base, and not a week older (docs/decisions/0020).
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from ai_quality.errors import EnvironmentProblem
from ai_quality.facts import store
from ai_quality.pipeline import keeping
from ai_quality.pipeline.mining import Progress, no_progress
from ai_quality.pipeline.state import fingerprint, state_folder
from ai_quality.sources import notes
from ai_quality.sources.git import FULL_ID, Repository

WEEK = 7 * 86_400

FOLDER = "baseline"
"""Beside the `facts` of HEAD, which a person's own reports use; action.yml caches this one."""


class Baseline(NamedTuple):
    """The open facts, the commit they are of, and whether they were made just now and kept."""

    facts: store.Store
    rev: str
    is_new: bool


@contextlib.contextmanager
def open_baseline(
    repository: Repository, base: str, *, older: int = WEEK, progress: Progress = no_progress
) -> Iterator[Baseline]:
    """Give facts to compare with at the commit `base` (a full id), mined where no kept ones serve.

    `older` is how many seconds of committer time kept facts may be behind; 0 asks for exactly those of `base`, with
    what the forge and notes tell by now.
    """
    state, told = state_folder(repository), keeping.forge_told(repository)
    mark = fingerprint() + keeping.digest(sorted(repository.refs(notes.REF).items()), told=told)
    for folder in (state / FOLDER, state / "facts"):
        if rev := _kept_rev(repository, folder, base, older, mark):
            with store.Store(folder) as facts:
                yield Baseline(facts, rev, is_new=False)
            return
    is_kept = keeping.can_keep(state / FOLDER)
    folder = (state if is_kept else repository.scratch) / FOLDER
    keeping.write_facts(repository, folder, base, mark, told, progress=progress)
    with store.Store(folder) as facts:
        yield Baseline(facts, base, is_new=is_kept)


def _kept_rev(repository: Repository, folder: Path, base: str, older: int, mark: str) -> str | None:
    """The commit the kept facts are of, where they serve for `base`; what a cache holds is checked, not believed."""
    if not (folder / "runs").is_dir():
        return None
    try:
        with store.Store(folder) as facts:
            rev, made, *others = facts.rows("SELECT rev, fingerprint, schema_version, complete FROM runs")[0]
        if others != [store.SCHEMA_VERSION, True] or not FULL_ID.match(rev) or made[:16] != mark[:16]:
            return None
        if not older:
            return base if (rev, made) == (base, mark) else None
        if rev != base and repository.ask("merge-base", rev, base).decode().strip() != rev:
            return None
        then, now = (_time(repository, sha) for sha in (rev, base))
    except (EnvironmentProblem, IndexError):
        return None
    return str(rev) if now - then <= older else None


def _time(repository: Repository, sha: str) -> int:
    return int(repository.ask("log", "-1", "--format=%ct", sha, "--"))
