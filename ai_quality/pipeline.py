"""The program in three functions: mine() history into rows, measure() the facts, report() them in words.

mine() is the one pass: git's streams in, facts out (`Mined`), nothing written. store_facts() puts them
under the git common directory; open_facts() reuses them while nothing they depend on has changed.
"""

from __future__ import annotations

import contextlib
import hashlib
import hmac
import json
import os
import secrets
from collections.abc import Callable, Iterable, Iterator, Sequence
from importlib import resources
from pathlib import Path

import ai_quality
from ai_quality.errors import EmptyHistory, EnvironmentProblem, UsageError
from ai_quality.facts import changes, fixes, lifetimes, marks, paths, reverts, rows, store
from ai_quality.facts.cohorts import is_marked, landed_verdicts
from ai_quality.facts.landings import Landings, landings
from ai_quality.facts.lines import LineBook
from ai_quality.facts.mined import Mined, Touch
from ai_quality.facts.provenance import Plan, Provenance, Questions, State
from ai_quality.model import Commit
from ai_quality.sources import git, history

IGNORE_REVS = ".git-blame-ignore-revs"
PULL_REFS = ("refs/pull", "refs/merge-requests", "refs/pull-requests", "refs/remotes")

Progress = Callable[[int, int], None]
"""Told (done, total) commits as the pass goes; the total is exact."""


def mine(
    repository: git.Repository,
    revision: str = "HEAD",
    *,
    also: Sequence[str] = (),
    allow_missing: bool = False,
    progress: Progress = lambda done, total: None,
) -> Mined:
    """Read the whole history of `revision` in one pass; raises before any number can be partial.

    `also` are commits whose history is followed too though the revision does not reach them.
    """
    tip = _tip(repository, revision)
    stand_ins = repository.stand_in_for_missing(tip) if allow_missing else 0
    landed = list(history.log(repository, [tip]))
    refs = repository.refs(*PULL_REFS)
    heads = changes.pull_heads(refs)
    unlanded = list(history.log(repository, [*heads.values(), *also, f"^{tip}"])) if heads or also else []
    offered = changes.offers(heads, unlanded)
    own = {c.sha: marks.classify(c) for c in unlanded if len(c.parents) < 2}  # noqa: PLR2004
    own = {sha: verdict for sha, verdict in own.items() if verdict.commit_class != "bot"}
    first_shape = landings(landed, tip)
    units = changes.landed_units(landed, first_shape, offered)
    marked = {sha: is_marked(verdict) for sha, verdict in own.items()}
    wanted = {sha for unit in units if unit.offer and changes.needs_lines(unit, marked) for sha in unit.offer.own}
    wanted |= _with_ancestors(also, unlanded)
    commits = landed + [commit for commit in unlanded if commit.sha in wanted]
    shape = landings(commits, tip)
    verdicts = landed_verdicts(landed, shape, units, own, [marks.classify(commit) for commit in landed])
    found = reverts.find_reverts(landed, {unit.number: landed[unit.commit - 1].sha for unit in units if unit.number})
    ignored = _ignored(repository, tip, shape)
    plan = Plan(shape.parents, shape.landed, _by_revert(found, shape), ignored, {shape.number[tip]})
    book, state, touched = _follow_lines(repository, commits, plan, shape.number[tip], progress)
    return Mined(
        tip=tip, commits=commits, shape=shape, units=units, offers=offered,
        open_numbers=_open_numbers(refs), verdicts=verdicts, own_verdicts=own, ignored=ignored,
        reverts=found, convention=fixes.learn_convention(landed), book=book, state=state, touched=touched,
        kinds=_kinds(repository, tip, book, touched), pull_refs=len(heads), complete=not stand_ins,
        notes=_notes(stand_ins, heads),
    )  # fmt: skip


def _tip(repository: git.Repository, revision: str) -> str:
    try:
        return repository.resolve(revision)
    except UsageError:
        if revision == "HEAD":
            message = "this repository has no commit yet"
            raise EmptyHistory(message, hint="commit something first") from None
        raise


def _with_ancestors(tips: Sequence[str], commits: Sequence[Commit]) -> set[str]:
    """The ids of `commits` that a tip reaches."""
    parents = {commit.sha: commit.parents for commit in commits}
    reached: set[str] = set()
    waiting = [tip for tip in tips if tip in parents]
    while waiting:
        sha = waiting.pop()
        if sha not in reached:
            reached.add(sha)
            waiting.extend(parent for parent in parents[sha] if parent in parents)
    return reached


def _ignored(repository: git.Repository, tip: str, shape: Landings) -> frozenset[int]:
    """Commits the repository's owners tell blame to ignore: full ids, one a line, `#` comments."""
    text = repository.blob(f"{tip}:{IGNORE_REVS}") or b""
    ids = (line.partition(b"#")[0].strip().decode("ascii", "replace") for line in text.splitlines())
    return frozenset(shape.number[sha] for sha in ids if sha in shape.number)


def _by_revert(found: Sequence[reverts.Revert], shape: Landings) -> dict[int, list[int]]:
    undone: dict[int, list[int]] = {}
    for one in found:
        undone.setdefault(shape.number[one.revert], []).append(shape.number[one.reverted])
    return undone


def _open_numbers(refs: dict[str, str]) -> frozenset[int]:
    """Numbers GitHub keeps a test merge for: those offers are open (closed ones have none)."""
    return frozenset(int(ref.split("/")[-2]) for ref in refs if ref.startswith("refs/pull/") and ref.endswith("/merge"))


def _follow_lines(
    repository: git.Repository, commits: list[Commit], plan: Plan, tip: int, progress: Progress
) -> tuple[LineBook, State, list[list[Touch]]]:
    """Fold all diffs into the book of lines; returns it with the tip's files and what each commit touched."""
    touched: list[list[Touch]] = []
    with history.merge_answers(repository) as ask_merge:
        fold = Provenance(plan, Questions(ask_merge, repository.blob, paths.comment_marks))
        for done, (commit, diffs) in enumerate(history.differences(repository, commits), 1):
            fold.commit(commit, diffs)
            is_merge = len(commit.parents) > 1
            touched.append([] if is_merge else [
                Touch(d.change.new_path, sum(len(h.added) for h in d.hunks), sum(h.removed for h in d.hunks))
                for d in diffs
            ])  # fmt: skip
            progress(done, len(commits))
        return fold.finish(tip), fold.states[tip], touched


def _kinds(repository: git.Repository, tip: str, book: LineBook, touched: list[list[Touch]]) -> dict[str, str]:
    every = dict.fromkeys([*book.paths, *(touch.path for touches in touched for touch in touches)])
    said = repository.attributes(tip, every, paths.ATTRIBUTES)
    return {path: paths.kind_of_path(path, said.get(path)) for path in every}


def _notes(stand_ins: int, heads: dict[int, str]) -> list[str]:
    notes = []
    if stand_ins:
        notes.append(f"{stand_ins} missing objects: those versions of files were read as binary, as --allow-missing asks")
    if not heads:
        notes.append(
            "no pull-request refs here, so offers that never landed are invisible: "
            "run git fetch origin '+refs/pull/*:refs/pull/*' (GitLab: '+refs/merge-requests/*:refs/merge-requests/*')",
        )
    return notes


def tables(mined: Mined, name: str, key: bytes, mark: str) -> dict[str, Iterator[tuple[object, ...]]]:
    """Word what was mined as the rows of schema.sql; `key` hashes authors' addresses."""
    hashed: dict[str, str] = {}

    def author(email: str) -> str:
        if email not in hashed:
            hashed[email] = hmac.new(key, email.lower().encode("utf-8", "replace"), hashlib.sha256).hexdigest()[:16]
        return hashed[email]

    every_fate = list(lifetimes.fates(mined.book))
    landed_lines = lifetimes.landed_lines(every_fate, mined.shape, mined.kinds)
    found: dict[str, Iterable[Sequence[object]]] = {
        "commits": rows.commit_facts(mined, landed_lines, author),
        "line_lives": lifetimes.line_lives(every_fate, mined.commits, mined.shape, mined.kinds),
        "changes": rows.changes(mined, landed_lines),
        "reverts": ((r.revert, r.reverted, r.evidence, r.partial, r.reinstated_by) for r in mined.reverts),
        "defects": rows.defects(mined),
        "owners": lifetimes.owners(mined.state.items(), mined.book, mined.commits),
        "runs": [rows.run(mined, store.SCHEMA_VERSION, mark)],
    }
    return {table: _named(name, found[table]) for table in found}


def _named(name: str, rows_of: Iterable[Sequence[object]]) -> Iterator[tuple[object, ...]]:
    for row in rows_of:
        yield (name, *row)


def fingerprint() -> str:
    """A hash of all that facts depend on beside the repository: program, registry, path lists, schema."""
    digest = hashlib.sha256(ai_quality.__version__.encode())
    for name in ("marks.yml", "paths.yml", "schema.sql"):
        digest.update(resources.files("ai_quality.facts").joinpath(name).read_bytes())
    return digest.hexdigest()[:16]


def state_folder(repository: git.Repository) -> Path:
    """Where this program keeps what it knows of a repository: shared by its worktrees, never pushed."""
    return repository.common_dir / "ai-quality"


def author_key(repository: git.Repository) -> bytes:
    """The repository's own secret for hashing authors; made once, readable by its owner only."""
    place = state_folder(repository) / "author-key"
    try:
        place.parent.mkdir(exist_ok=True)
        with contextlib.suppress(FileExistsError), place.open("xb", opener=_owner_only) as file:
            file.write(secrets.token_bytes(32))
        return place.read_bytes()
    except OSError:  # a read-only repository: hashes then hold for this run alone
        return secrets.token_bytes(32)


def _owner_only(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)


@contextlib.contextmanager
def open_facts(
    repository: git.Repository, revision: str = "HEAD", *, allow_missing: bool = False, progress: Progress | None = None
) -> Iterator[store.Store]:
    """Give the facts of a revision: stored ones while nothing they depend on changed, else freshly mined.

    They are kept under the git common directory, or in a scratch directory where that cannot be written.
    """
    kept = state_folder(repository) / "facts"
    tip = _tip(repository, revision)
    refs = repository.refs(*PULL_REFS)
    mark = fingerprint() + hashlib.sha256(json.dumps([sorted(refs.items()), allow_missing]).encode()).hexdigest()[:16]
    if _is_fresh(kept, tip, mark):
        with store.Store(kept) as facts:
            yield facts
        return
    mined = mine(repository, tip, allow_missing=allow_missing, progress=progress or (lambda done, total: None))
    rows_of = tables(mined, repository_name(repository), author_key(repository), mark)
    del mined
    try:
        store.write(kept, rows_of)
        folder = kept
    except PermissionError:
        folder = repository.scratch / "facts"
        store.write(folder, rows_of)
    with store.Store(folder) as facts:
        yield facts


def _is_fresh(folder: Path, tip: str, mark: str) -> bool:
    if not (folder / "runs").is_dir():
        return False
    try:
        with store.Store(folder) as facts:
            return facts.rows("SELECT rev, fingerprint, schema_version FROM runs") == [(tip, mark, store.SCHEMA_VERSION)]
    except EnvironmentProblem:
        return False


def repository_name(repository: git.Repository) -> str:
    """The name of the directory the repository lives in; no host, no owner, no address."""
    place = repository.common_dir
    return (place.parent if place.name in (".git", "repo") else place).name.removesuffix(".git")
