"""review() a change: its own commits, beside what became of comparable changes. Numbers only; words are in reports.

The change's commits are those of the head that the base lacks, merges left out, read as the pass over history reads
them: marks, lines without white-space edits, no vendored, generated, lock or binary file. Facts are only read, and
the repository is left as it is.
"""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, datetime
from decimal import Decimal
from functools import partial
from typing import NamedTuple

import ai_quality
from ai_quality.config import Config
from ai_quality.facts import marks, paths, usage_lines
from ai_quality.facts.cohorts import cohort_of
from ai_quality.facts.store import Store
from ai_quality.model import Commit, Usage, Verdict
from ai_quality.pipeline.comparing import comparable
from ai_quality.reports import comment_data
from ai_quality.reports.comment_data import AgentLine, CommentView, CommitLine, Note, Own, Spend, State, Waste
from ai_quality.sources import history
from ai_quality.sources.changed import Changed, between, merge_base
from ai_quality.sources.git import Repository
from ai_quality.sources.maintainability import Delta, measure

CODE = ("source", "test")
UNMARKED = "unmarked"


class OwnCommit(NamedTuple):
    """A commit of the change: its verdict, its counted and its other lines added, its usage records."""

    commit: Commit
    verdict: Verdict
    lines_added: int
    lines_left_out: int
    usages: tuple[Usage, ...]

    @property
    def is_marked(self) -> bool:
        """Does it count as AI-marked in the headline rates?"""
        return cohort_of(self.verdict) == "ai"


def review(  # noqa: PLR0913 (a change has two ends, and every door is handed in)
    repository: Repository, facts: Store, *, base: str, head: str, config: Config, now: datetime,
    run: int = 0, state: State = "open", forge: object | None = None, notes: Mapping[str, str] | None = None,
    waste: tuple[Waste, ...] = (), clock: Callable[[], float] = time.monotonic,
) -> CommentView:  # fmt: skip
    """Return what there is to say of the change `base..head`; `facts` are those of the base branch.

    `now` is naive UTC; `notes` are texts of usage notes by commit id; `clock` tells seconds. UsageError for a
    revision that is not here.
    """
    base, head = repository.resolve(base), repository.resolve(head)
    start = merge_base(repository, base, head)
    changed = between(repository, start or empty_tree(repository), head)
    kinds = kinds_of(repository, head, [one.change.new_path for one in changed])
    commits = own_commits(repository, base, head, notes)
    lines = sum((c.added or 0) + (c.deleted or 0) for c in changed if kinds[c.change.new_path] not in paths.UNCOUNTED)
    own = own_change(commits, lines)
    found = comparable(facts, lines=lines, config=config, now=now, records=partial(records, repository, notes=notes))
    return CommentView(
        head=head,
        run=run,
        at=int(now.replace(tzinfo=UTC).timestamp()),
        version=ai_quality.__version__,
        state=state,
        own=own,
        comparable=found,
        waste=waste,
        maintainability=comment_data.Maintainability(*_delta(repository, changed, kinds, clock)),
        policy=(),
        notes=tuple(_notes(facts, found, own, is_related=start is not None)),
    )


def empty_tree(repository: Repository) -> str:
    """Return the id of the tree that has no file, which git knows without having it."""
    return repository.ask("hash-object", "-t", "tree", "--stdin").decode("ascii").strip()


def kinds_of(repository: Repository, tip: str, names: Iterable[str]) -> dict[str, str]:
    """Return path → what kind of file it is, as the attributes at `tip` and the lists of paths say."""
    every = list(dict.fromkeys(names))
    said = repository.attributes(tip, every, paths.ATTRIBUTES) if every else {}
    return {path: paths.kind_of_path(path, said.get(path)) for path in every}


def own_commits(
    repository: Repository, base: str, head: str, notes: Mapping[str, str] | None = None
) -> list[OwnCommit]:
    """Return the commits that `head` has and `base` lacks, oldest first, merges left out."""
    commits = [one for one in history.log(repository, [head, f"^{base}"]) if len(one.parents) < 2]  # noqa: PLR2004
    added: dict[str, list[tuple[str, int]]] = {
        commit.sha: [(diff.change.new_path, sum(len(hunk.added) for hunk in diff.hunks)) for diff in diffs]
        for commit, diffs in history.differences(repository, commits)
    }
    kinds = kinds_of(repository, head, (path for files in added.values() for path, _ in files))
    usages = _by_commit(commits, notes)
    return [
        OwnCommit(
            one,
            marks.classify(one),
            sum(lines for path, lines in added[one.sha] if kinds[path] not in paths.UNCOUNTED),
            sum(lines for path, lines in added[one.sha] if kinds[path] in paths.UNCOUNTED),
            tuple(usages.get(one.sha, ())),
        )
        for one in commits
    ]


def records(
    repository: Repository, ids: Sequence[str], *, notes: Mapping[str, str] | None = None
) -> dict[str, list[Usage]]:
    """Return commit id → its usage records, from its message and its note; each record once."""
    return _by_commit(history.these(repository, ids), notes)


def _by_commit(commits: Iterable[Commit], notes: Mapping[str, str] | None) -> dict[str, list[Usage]]:
    found: dict[str, list[Usage]] = defaultdict(list)
    for sha, usage in usage_lines.counted(((one.sha, one.message) for one in commits), notes):
        found[sha].append(usage)
    return found


# --- from commits to rows --------------------------------------------------------------------------


def own_change(commits: Sequence[OwnCommit], lines_changed: int) -> Own:
    """Return the change's rows and totals; `lines_changed` are the counted lines it adds and deletes as a whole."""
    return Own(
        commits=len(commits),
        marked=sum(one.is_marked for one in commits),
        uncertain=sum(cohort_of(one.verdict) == "uncertain" for one in commits),
        lines_added=sum(one.lines_added for one in commits),
        lines_marked=sum(one.lines_added for one in commits if one.is_marked),
        lines_left_out=sum(one.lines_left_out for one in commits),
        lines_changed=lines_changed,
        spend=spend([one for one in commits if one.is_marked or one.usages]),
        lines=tuple(_commit_line(one) for one in commits[: comment_data.MOST_COMMITS]),
        agents=_agent_lines(commits),
    )


def spend(commits: Sequence[OwnCommit]) -> Spend:
    """Add up what is recorded of commits that should have a record."""
    recorded = [one for one in commits if one.usages]
    every = [usage for one in recorded for usage in one.usages]
    known = [usage.tokens for usage in every if usage.tokens is not None]
    bases = {usage.price_basis for usage in every if usage.usd is not None}
    return Spend(
        usd=_dollars(every),
        tokens=_tokens(every),
        cached=sum(one.cache_read for one in known) if known else None,
        recorded=len(recorded),
        priced=sum(all(usage.usd is not None for usage in one.usages) for one in recorded),
        of=len(commits),
        basis=comment_data.name(bases.pop()) if len(bases) == 1 else None,
    )


def _dollars(usages: Iterable[Usage]) -> float | None:
    known = [usage.usd for usage in usages if usage.usd is not None]
    return float(sum(known, Decimal())) if known else None


def _tokens(usages: Iterable[Usage]) -> int | None:
    known = [sum(usage.tokens) for usage in usages if usage.tokens is not None]
    return sum(known) if known else None


def _commit_line(one: OwnCommit) -> CommitLine:
    """The record's model where there is one: a mark often names none."""
    models = {usage.model for usage in one.usages if usage.model}
    agents = {usage.agent for usage in one.usages}
    evidences = {usage.evidence for usage in one.usages}
    return CommitLine(
        sha=one.commit.sha,
        agent=comment_data.name(one.verdict.agent or (agents.pop() if len(agents) == 1 else None)),
        model=comment_data.name(models.pop() if len(models) == 1 else one.verdict.model),
        marked=one.is_marked,
        evidence=one.verdict.evidence,
        lines_added=one.lines_added,
        tokens=_tokens(one.usages),
        usd=_dollars(one.usages),
        spend_evidence=comment_data.name(_weakest(evidences)) if evidences else None,
    )


def _weakest(evidences: Iterable[str]) -> str:
    ranks = usage_lines.EVIDENCE
    return max(evidences, key=lambda one: (ranks.index(one) if one in ranks else len(ranks), one))


def _agent_lines(commits: Sequence[OwnCommit]) -> tuple[AgentLine, ...]:
    """Group by agent and model, most lines first; unmarked commits come last, as one."""
    grouped: dict[tuple[str, str | None], list[tuple[OwnCommit, CommitLine]]] = defaultdict(list)
    for one in commits:
        line = _commit_line(one)
        grouped[(line.agent or UNMARKED, line.model)].append((one, line))
    lines = [
        AgentLine(
            agent, model, len(members), sum(line.lines_added for _, line in members),
            _tokens(usage for one, _ in members for usage in one.usages),
            _dollars(usage for one, _ in members for usage in one.usages),
        )
        for (agent, model), members in grouped.items()
    ]  # fmt: skip
    lines.sort(key=lambda one: (one.agent == UNMARKED, -one.lines_added, one.agent, one.model or ""))
    return tuple(lines[: comment_data.MOST_AGENTS])


# --- what else there is to say ---------------------------------------------------------------------


def _delta(
    repository: Repository, changed: Sequence[Changed], kinds: Mapping[str, str], clock: Callable[[], float]
) -> Delta:
    return measure(repository, [c.change for c in changed if kinds[c.change.new_path] in CODE], clock=clock)


def _notes(facts: Store, found: comment_data.Comparable, own: Own, *, is_related: bool) -> Iterable[Note]:
    ((complete,),) = facts.rows("SELECT complete FROM runs")
    if not complete:
        yield "incomplete_history"
    if any(row.name == "merged" and "unknown" in (row.ai.status, row.unmarked.status) for row in found.rows):
        yield "no_offers"
    if own.uncertain:
        yield "weak_marks"
    if own.commits > len(own.lines):
        yield "commits_cut"
    if not is_related:
        yield "unrelated"
