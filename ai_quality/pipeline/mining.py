"""mine(): git's streams in, everything one pass can find out. Writes nothing, decides nothing disputable."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from ai_quality.errors import EmptyHistory, UsageError
from ai_quality.facts import changes, fixes, marks, paths, reverts
from ai_quality.facts.cohorts import is_marked, landed_verdicts
from ai_quality.facts.landings import Landings, landings
from ai_quality.facts.lines import LineBook
from ai_quality.facts.mined import Mined, Touch
from ai_quality.facts.provenance import Plan, Provenance, Questions, State
from ai_quality.model import Commit
from ai_quality.sources import git, history

IGNORE_REVS = ".git-blame-ignore-revs"
PULL_REFS = ("refs/pull", "refs/merge-requests", "refs/pull-requests", "refs/remotes")

FETCH_PULLS = "git fetch origin '+refs/pull/*:refs/pull/*' (GitLab: '+refs/merge-requests/*:refs/merge-requests/*')"

Progress = Callable[[int, int], None]
"""Told (done, total) commits as the pass goes; the total is exact."""


def no_progress(done: int, total: int) -> None:
    """Tell nobody."""


def mine(
    repository: git.Repository,
    revision: str = "HEAD",
    *,
    also: Sequence[str] = (),
    allow_missing: bool = False,
    progress: Progress = no_progress,
) -> Mined:
    """Read the whole history of `revision` in one pass; raises before any number can be partial.

    `also` are commits whose history is followed too though the revision does not reach them.
    """
    tip = tip_of(repository, revision)
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


def tip_of(repository: git.Repository, revision: str) -> str:
    """Return the id of the commit to measure; EmptyHistory or UsageError if there is none."""
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
        notes.append(f"{stand_ins} missing objects: those versions of files were read as binary (--allow-missing)")
    if not heads:
        notes.append(f"no pull-request refs here, so offers that never landed are invisible: run {FETCH_PULLS}")
    return notes
