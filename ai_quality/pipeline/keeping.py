"""Keep what was mined as facts under the git common directory, and reuse it while nothing it depends on changed."""

from __future__ import annotations

import contextlib
import gc
import hashlib
import hmac
import json
import os
import secrets
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from ai_quality.errors import EnvironmentProblem
from ai_quality.facts import forge, lifetimes, paths, rows, store
from ai_quality.facts.mined import Mined
from ai_quality.facts.squashed import squashed
from ai_quality.pipeline.beside import beside
from ai_quality.pipeline.mining import FETCH_PULLS, PULL_REFS, Progress, mine, no_progress, tip_of
from ai_quality.pipeline.state import fingerprint, state_folder
from ai_quality.sources import git, notes


def digest(*given: object, told: forge.Snapshot | None) -> str:
    """16 digits for what facts depend on beside history and program: what is given, and what a forge told whenever."""
    text = json.dumps([*given, forge.text_of(told._replace(asked=0)) if told else ""])
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def author_key(repository: git.Repository) -> bytes:
    """The repository's own secret for hashing authors; made once, readable by its owner only."""
    place = state_folder(repository) / "author-key"
    try:
        place.parent.mkdir(exist_ok=True)
        with contextlib.suppress(FileExistsError):
            made = os.open(place, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with os.fdopen(made, "wb") as file:
                file.write(secrets.token_bytes(32))
        return place.read_bytes()
    except OSError:  # a read-only repository: hashes then hold for this run alone
        return secrets.token_bytes(32)


@contextlib.contextmanager
def open_facts(
    repository: git.Repository, revision: str = "HEAD", *, allow_missing: bool = False, progress: Progress = no_progress
) -> Iterator[store.Store]:
    """Give the facts of a revision: stored ones while nothing they depend on changed, else freshly mined.

    Those of HEAD are kept under the git common directory. Another revision's, or where that cannot be
    written, are made in a scratch directory and forgotten.
    """
    kept = state_folder(repository) / "facts"
    tip = tip_of(repository, revision)
    is_head = tip == tip_of(repository, "HEAD")
    refs = repository.refs(*PULL_REFS) | repository.refs(notes.REF)
    told = forge_told(repository)
    mark = fingerprint() + digest(sorted(refs.items()), allow_missing, told=told)
    if is_head and _is_fresh(kept, tip, mark):
        with store.Store(kept) as facts:
            yield facts
        return
    folder = kept if is_head and can_keep(kept) else repository.scratch / "facts"
    write_facts(repository, folder, tip, mark, told, allow_missing=allow_missing, progress=progress)
    with store.Store(folder) as facts:
        yield facts


def write_facts(  # noqa: PLR0913 (what to mine, where to, and all it depends on)
    repository: git.Repository,
    folder: Path,
    tip: str,
    mark: str,
    told: forge.Snapshot | None,
    *,
    allow_missing: bool = False,
    progress: Progress = no_progress,
) -> None:
    """Mine the commit `tip` and write its facts to `folder`, with what a forge told; `mark` is their fingerprint."""
    with _no_collector():
        mined = mine(repository, tip, allow_missing=allow_missing, progress=progress)
        numbered = {"numbered": lifetimes.numbered(mined.commits, mined.shape)}
        with beside(lambda: _longest(mined)) as answer:
            found = tables(mined, author_key(repository), mark, told)
            store.write(folder, repository_name(repository), found, numbered, later=answer)


@contextlib.contextmanager
def _no_collector() -> Iterator[None]:
    """Keep Python from looking for cycles among millions of rows that have none: a tenth of the time."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


FORGE = "forge.json"
FORGE_LIMIT = 64 * 1024 * 1024
"""Bytes; a change has about 600."""


def forge_told(repository: git.Repository) -> forge.Snapshot | None:
    """Return what a forge has told this program of the repository's changes; None where it was not asked."""
    place = state_folder(repository) / FORGE
    try:
        with place.open("rb") as file:
            text = file.read(FORGE_LIMIT + 1)
    except OSError:
        return None
    told = forge.snapshot_from(text.decode("utf-8", "replace")) if len(text) <= FORGE_LIMIT else None
    return told if told and told.mark == fingerprint() else None


def keep_forge(repository: git.Repository, told: forge.Snapshot) -> bool:
    """Keep what a forge told, as a whole or not at all; False where that cannot be written."""
    folder = state_folder(repository)
    try:
        folder.mkdir(exist_ok=True)
        with tempfile.NamedTemporaryFile("w", dir=folder, encoding="utf-8", delete=False) as file:  # mode 0600
            file.write(forge.text_of(told))
        Path(file.name).replace(folder / FORGE)
    except OSError:
        return False
    return True


def can_keep(folder: Path) -> bool:
    """Can facts be written there? Not into a read-only repository."""
    try:
        folder.parent.mkdir(exist_ok=True)
        with tempfile.TemporaryFile(dir=folder.parent):
            return True
    except OSError:
        return False


def _is_fresh(folder: Path, tip: str, mark: str) -> bool:
    if not (folder / "runs").is_dir():
        return False
    try:
        with store.Store(folder) as facts:
            return facts.rows("SELECT rev, fingerprint, schema_version FROM runs") == [
                (tip, mark, store.SCHEMA_VERSION)
            ]
    except EnvironmentProblem:
        return False


def repository_name(repository: git.Repository) -> str:
    """The name of the directory the repository lives in; no host, no owner, no address."""
    place = repository.common_dir
    return (place.parent if place.name == ".git" else place).name.removesuffix(".git")


def tables(mined: Mined, key: bytes, mark: str, told: forge.Snapshot | None = None) -> store.Tables:
    """Word what was mined as the rows of schema.sql, with what a forge told; `key` hashes authors' addresses.

    Left out are `reverts` and `defects`, which take longest.
    """
    hashed: dict[str, str] = {}

    def author(email: str) -> str:
        if email not in hashed:
            hashed[email] = hmac.new(key, email.lower().encode("utf-8", "replace"), hashlib.sha256).hexdigest()[:16]
        return hashed[email]

    every_fate = list(lifetimes.fates(mined.book, mined.moved))
    counted = paths.counted(mined.book.paths, mined.kinds)
    landed_lines = lifetimes.landed_lines(every_fate, mined.shape, counted)
    return {
        "commits": rows.commit_facts(mined, landed_lines, author),
        "line_lives": lifetimes.line_lives(every_fate, mined.book, mined.kinds),
        "changes": forge.completed(rows.changes(mined, landed_lines), told.facts if told else {}),
        "squashed": squashed(mined, landed_lines),
        "usage": rows.usage(mined),
        "owners": lifetimes.owners(mined.state.items(), mined.book),
        "runs": [rows.run(replace(mined, notes=_notes(mined.notes, told)), store.SCHEMA_VERSION, mark)],
    }


def _longest(mined: Mined) -> dict[str, list[tuple[object, ...]]]:
    """Word the two tables that all lines are looked through for."""
    return {"reverts": list(rows.reverts(mined)), "defects": list(rows.defects(mined))}


def _notes(notes: Sequence[str], told: forge.Snapshot | None) -> list[str]:
    """What there is to know of a run; offers that the refs do not show may be known from the forge."""
    if told is None:
        return list(notes)
    kept = [note for note in notes if FETCH_PULLS not in note or not told.facts]
    return [*kept, *(f"{told.repository} on its forge: {note}" for note in told.notes)]
