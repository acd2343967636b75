"""mine(): git's streams in, everything one pass can find out. Writes nothing, decides nothing disputable."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import chain
from typing import NamedTuple

from ai_quality.errors import EmptyHistory, MissingObjects, UsageError
from ai_quality.facts import changes, costs, fixes, inverses, marks, matching, moves, offers, paths, reverts
from ai_quality.facts.cohorts import merged_verdicts, partly_marked, squash_verdicts
from ai_quality.facts.ground import Ground
from ai_quality.facts.landings import Landings, landings
from ai_quality.facts.lines import LineBook
from ai_quality.facts.mined import Mined, Touch
from ai_quality.facts.provenance import Plan, Provenance, Questions, State
from ai_quality.model import Commit, FileDiff, Verdict
from ai_quality.sources import git, history, notes, patches

IGNORE_REVS = ".git-blame-ignore-revs"
PULL_REFS = ("refs/pull", "refs/merge-requests", "refs/pull-requests", "refs/remotes", "refs/heads")
"""What tells of offers: their heads, and the branches they may have been merged into."""

FETCH_PULLS = "git fetch origin '+refs/pull/*:refs/pull/*' (GitLab: '+refs/merge-requests/*:refs/merge-requests/*')"

Progress = Callable[[int, int], None]
"""Told (done, total) commits as the pass goes; the total is exact."""


class Tracing(NamedTuple):
    """A pass that only traces single commits: offers are left alone, commits beside the revision followed too."""

    beside: Sequence[str]
    told_at: str
    """The revision whose files say of which kind files are, and which commits to ignore."""


def no_progress(done: int, total: int) -> None:
    """Tell nobody."""


def mine(
    repository: git.Repository,
    revision: str = "HEAD",
    *,
    tracing: Tracing | None = None,
    allow_missing: bool = False,
    progress: Progress = no_progress,
) -> Mined:
    """Read the whole history of `revision` in one pass; raises before any number can be partial."""
    tip = tip_of(repository, revision)
    also, told_at = tracing or ((), tip)
    refs = {} if tracing else repository.refs(*PULL_REFS)
    heads = offers.pull_heads(refs)
    tips = offers.branch_tips(refs) if heads else []
    stand_ins = _stand_ins(repository, [tip, *also], heads) if allow_missing else 0
    landed = list(history.log(repository, [tip]))
    with history.differences(repository, landed) as of_landed:  # git starts on them while we read their messages
        unlanded = list(history.log(repository, [*heads.values(), *tips, *also, f"^{tip}"])) if heads or also else []
        ground = Ground(landed, unlanded, landings(landed, tip))
        units, offered = _offered(repository, ground, landed, heads, tips)
        noted = notes.read(repository)
        said = [marks.classify(commit, note=noted.get(commit.sha, "")) for commit in landed]
        own = _own_verdicts(ground, offered, said, noted)
        squashed = changes.squashes(units, offered, ground.shape)
        wanted = _with_ancestors([*partly_marked(squashed.values(), own), *also], unlanded)
        others = [commit for commit in unlanded if commit.sha in wanted]
        commits = landed + others
        shape = landings(commits, tip)
        verdicts = merged_verdicts(squash_verdicts(landed, squashed, own, said), shape, units)
        numbered = {unit.number: landed[unit.commit - 1].sha for unit in units if unit.number}
        found = reverts.find_reverts(landed, numbered)
        ignored = _ignored(repository, told_at, shape)
        plan = Plan(shape.parents, shape.landed, _by_revert(found, shape), ignored, {shape.number[tip]})
        people = [commit for commit, verdict in zip(landed, said, strict=True) if verdict.commit_class != "bot"]
        convention = fixes.learn_convention(people)
        fixing = [bool(fixes.fix_evidence(commit, convention)) for commit in landed]
        with history.differences(repository, others) as of_others:
            told = chain(of_landed, of_others)
            lines = _follow_lines(repository, commits, told, plan, progress)
    named = [*lines.book.paths, *(touch.path for touches in lines.touched for touch in touches)]
    kinds = kinds_of(repository, told_at, named)
    spent = [] if tracing else costs.spent(landed, offered, ground.commits, noted)
    return Mined(
        tip=tip, commits=commits, shape=changes.grouped(landed, shape, units), units=units, offers=offered,
        open_numbers=_open_numbers(refs), verdicts=verdicts, own_verdicts=own, ignored=ignored,
        reverts=found, convention=convention, fixing=fixing,
        spent=spent, **lines._asdict(), kinds=kinds, pull_refs=len(heads), complete=not stand_ins,
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


def _stand_ins(repository: git.Repository, tips: Sequence[str], heads: dict[int, str]) -> int:
    """Let git read on where objects are missing; return how many are, those that only offers need among them."""
    missing = sum(map(repository.stand_in_for_missing, tips))
    return missing + (repository.stand_in_for_missing("--all") if heads else 0)


def _offered(
    repository: git.Repository, ground: Ground, landed: Sequence[Commit], heads: dict[int, str], tips: Sequence[str]
) -> tuple[list[changes.Landing], dict[int, offers.Offer]]:
    """Find what became of the offers: by their numbers, by the graph, at last by their content."""
    named = changes.named_landings(ground, landed, heads)
    numbers = changes.numbered(landed, ground.shape, named, heads)
    when = {number: at for at, number in numbers.items() if number in heads}
    taken = offers.merged_elsewhere(ground, heads, when, changes.named_off_mainline(ground), tips) if heads else {}
    waiting = {number: head for number, head in heads.items() if number not in when and number not in taken}
    unclaimed = (landed[at - 1] for at in ground.shape.mainline if numbers.get(at) not in heads)
    candidates = [commit for commit in unclaimed if len(commit.parents) < 2]  # noqa: PLR2004
    matched = matching.Matcher(ground, candidates, _questions(repository)).find(waiting)
    when |= {match.number: match.members[-1] for match in matched}
    offered = offers.offers(ground, heads, taken, when, tips)
    return changes.landed_units(landed, ground.shape, numbers, offered, matched), offered


def _questions(repository: git.Repository) -> matching.Ask:
    """Patches may need files that nothing else needs: where one is missing, no patch is like another."""

    def patch_ids(asked: Sequence[str]) -> dict[str, str]:
        try:
            return patches.patch_ids(repository, asked)
        except MissingObjects:
            return {}

    return matching.Ask(
        lambda asked: patches.outlines(repository, asked), lambda blobs: patches.sizes(repository, blobs), patch_ids
    )


def _own_verdicts(
    ground: Ground, offered: dict[int, offers.Offer], said: Sequence[Verdict], noted: Mapping[str, str]
) -> dict[str, Verdict]:
    """What the offers' own commits say of themselves; bots and merges left out."""
    own: dict[str, Verdict] = {}
    for sha in dict.fromkeys(sha for offer in offered.values() for sha in offer.own):
        commit = ground.commits[sha]
        if len(commit.parents) < 2:  # noqa: PLR2004
            if ground.is_landed(sha):
                verdict = said[ground.shape.number[sha] - 1]
            else:
                verdict = marks.classify(commit, note=noted.get(sha, ""))
            if verdict.commit_class != "bot":
                own[sha] = verdict
    return own


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


class _Lines(NamedTuple):
    """What the fold leaves: the book of lines, the tip's files, what each commit touched and how, and moves."""

    book: LineBook
    state: State
    touched: list[list[Touch]]
    outlines: list[inverses.Outline]
    moved: dict[int, int]


def _follow_lines(
    repository: git.Repository,
    commits: Sequence[Commit],
    told: Iterable[tuple[Commit, list[FileDiff]]],
    plan: Plan,
    progress: Progress,
) -> _Lines:
    """Fold all diffs into the book of lines."""
    touched: list[list[Touch]] = []
    outlines: list[inverses.Outline] = []
    moved: dict[int, int] = {}
    (tip,) = plan.keep
    with history.merge_answers(repository, commits) as ask_merge:
        fold = Provenance(plan, Questions(ask_merge, repository.blob, paths.comment_marks))
        for done, (commit, diffs) in enumerate(told, 1):
            births = len(fold.book.births)
            fold.commit(commit, diffs)
            moved.update(moves.moved_by(fold.book, done, births))
            touched.append([] if len(commit.parents) > 1 else [_touch(diff, fold.deleted) for diff in diffs])
            outlines.append(inverses.outline(diffs))
            progress(done, len(commits))
        return _Lines(fold.finish(tip), fold.states[tip], touched, outlines, moved)


def _touch(diff: FileDiff, deleted: Mapping[str, int]) -> Touch:
    path = diff.change.new_path
    gone = deleted[path] if diff.change.status == "D" else sum([removed for _, removed, _ in diff.hunks])
    return Touch(path, len(diff.texts), gone)


def kinds_of(repository: git.Repository, tip: str, names: Iterable[str]) -> dict[str, str]:
    """Return path → what kind of file it is, as the attributes at `tip` and the lists of paths say."""
    every = list(dict.fromkeys(names))
    said = repository.attributes(tip, every, paths.ATTRIBUTES) if every else {}
    return {path: paths.kind_of_path(path, said.get(path)) for path in every}


def _notes(stand_ins: int, heads: dict[int, str]) -> list[str]:
    notes = []
    if stand_ins:
        notes.append(f"{stand_ins} missing objects: those versions of files were read as binary (--allow-missing)")
    if not heads:
        notes.append(f"for offers that never landed run {FETCH_PULLS}; no such refs are here")
    return notes
