"""The commits of a change as they are counted: marks, lines, usage records; and the rows they make.

Read as the pass over history reads them: lines without white-space edits, no vendored, generated, lock or binary
file, each usage record once. Used for a change under review and for what landed or was closed in a month.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import NamedTuple

from ai_quality.facts import marks, paths, usage_lines
from ai_quality.facts.cohorts import cohort_of
from ai_quality.model import Commit, Usage, Verdict
from ai_quality.pipeline.mining import kinds_of
from ai_quality.reports import comment_data
from ai_quality.reports.comment_data import AgentLine, CommitLine, Own, Spend
from ai_quality.sources import history
from ai_quality.sources.git import Repository

UNMARKED, UNCERTAIN = "unmarked", "uncertain"
"""Who stands for commits without an agent of their own, or with weak signs of one."""


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


def own_commits(
    repository: Repository, commits: Iterable[Commit], notes: Mapping[str, str] | None = None, *, tip: str | None = None
) -> list[OwnCommit]:
    """Return the commits as they are counted, merges left out.

    `tip` is the commit whose attributes say what its files are; without one no line is counted.
    """
    plain = [one for one in commits if len(one.parents) < 2]  # noqa: PLR2004
    lines = _lines(repository, plain, tip) if tip else {}
    usages = _by_commit(plain, notes)
    return [
        OwnCommit(
            one,
            marks.classify(one, note=(notes or {}).get(one.sha, "")),
            *lines.get(one.sha, (0, 0)),
            tuple(usages.get(one.sha, ())),
        )
        for one in plain
    ]


def _lines(repository: Repository, commits: Sequence[Commit], tip: str) -> dict[str, tuple[int, int]]:
    """Commit id → lines added to counted files, and to others."""
    with history.differences(repository, commits) as differences:
        added: dict[str, list[tuple[str, int]]] = {
            commit.sha: [(diff.change.new_path, sum(hunk.added for hunk in diff.hunks)) for diff in diffs]
            for commit, diffs in differences
        }
    kinds = kinds_of(repository, tip, (path for files in added.values() for path, _ in files))
    left_out = {path for path, kind in kinds.items() if kind in paths.UNCOUNTED}
    return {
        sha: (sum(n for path, n in files if path not in left_out), sum(n for path, n in files if path in left_out))
        for sha, files in added.items()
    }


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
    """Group by agent and model, most lines first; commits of no agent come last."""
    grouped: dict[tuple[str, str | None], list[tuple[OwnCommit, CommitLine]]] = defaultdict(list)
    for one in commits:
        line = _commit_line(one)
        grouped[_group(one, line)].append((one, line))
    lines = [
        AgentLine(
            agent, model, len(members), sum(line.lines_added for _, line in members),
            _tokens(usage for one, _ in members for usage in one.usages),
            _dollars(usage for one, _ in members for usage in one.usages),
        )
        for (agent, model), members in grouped.items()
    ]  # fmt: skip
    lines.sort(key=lambda one: (one.agent in (UNCERTAIN, UNMARKED), -one.lines_added, one.agent, one.model or ""))
    return tuple(lines[: comment_data.MOST_AGENTS])


def _group(one: OwnCommit, line: CommitLine) -> tuple[str, str | None]:
    if one.is_marked or one.usages:
        return line.agent or comment_data.OTHER, line.model
    return (UNCERTAIN if cohort_of(one.verdict) == "uncertain" else UNMARKED), None
