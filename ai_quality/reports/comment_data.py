"""What the comment under a change knows: frozen rows of numbers and closed words, no free text at all.

A fork's job may only hand numbers on (`comment_numbers`), so nothing that a stranger words gets in here: no
branch, subject, author or path. What is left of the outside are names of agents and models and commit ids, and
each of those has to match a pattern. The types below are the schema of that artifact: bounds stand beside them.
None is unknown, never 0.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Annotated, Literal

from ai_quality.model import Evidence

OTHER = "other"
NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:+/-]{0,63}")
"""An agent or a model as it may be shown; anything else is `other`."""

MOST_COMMITS = 100
MOST_AGENTS = 20
"""Rows a view keeps; the totals count the others too."""

Name = Annotated[str, NAME]
CommitId = Annotated[str, re.compile(r"[0-9a-f]{7,64}")]
Version = Annotated[str, re.compile(r"[0-9][0-9A-Za-z.+-]{0,31}")]
Count = Annotated[int, (0, 10**15)]
Changes = Annotated[int, (0, 10**9)]
"""Few enough digits for a verdict."""
Seconds = Annotated[int, (0, 253_402_300_799)]
Number = Annotated[float, (-1e12, 1e12)]
Dollars = Annotated[float, (0.0, 1e9)]
Share = Annotated[float, (0.0, 1.0)]

State = Literal["open", "merged", "closed"]
RowName = Literal[
    "merged",
    "first_pass",
    "review_rounds",
    "review_comments",
    "reverted",
    "defect",
    "rework",
    "cost_median",
    "cost_per_stuck",
]
"""In the order of the table."""

Difference = Literal["higher", "lower", "none", "too_few", "unknown"]
"""AI-marked from unmarked: an interval that leaves 0 out, one that does not, or why there is none."""

WasteKind = Literal[
    "repeated_failure", "cold_cache", "reread", "unlanded", "closed_or_reverted", "premium_model", "unverified"
]
Rule = Literal["max_rework_rate", "max_revert_rate", "max_defect_rate", "max_unlanded_usd", "max_unknown_share"]
Note = Literal["incomplete_history", "no_offers", "partial_forge", "weak_marks", "commits_cut", "unrelated"]
WhyNot = Literal["no_code", "too_many_files", "too_large", "too_slow", "failed"]


@dataclass(frozen=True, slots=True)
class CommitLine:
    """A commit of the change: its mark, its counted lines added, and what it is recorded to have cost."""

    sha: CommitId
    agent: Name | None
    model: Name | None
    marked: bool
    evidence: Evidence
    lines_added: Count
    tokens: Count | None
    usd: Dollars | None
    spend_evidence: Name | None


@dataclass(frozen=True, slots=True)
class AgentLine:
    """What one agent with one model did in the change."""

    agent: Name
    model: Name | None
    commits: Count
    lines_added: Count
    tokens: Count | None
    usd: Dollars | None


@dataclass(frozen=True, slots=True)
class Spend:
    """What the change is recorded to have cost, at list prices.

    `of` commits should have a record (they are AI-marked, or have one), `recorded` have one, and of those `priced`
    have one with a price. `cached` of the tokens were read from a cache. `basis` is the price list, where it is one.
    """

    usd: Dollars | None
    tokens: Count | None
    cached: Count | None
    recorded: Count
    priced: Count
    of: Count
    basis: Name | None


@dataclass(frozen=True, slots=True)
class Own:
    """The change itself: counted lines of its commits, merges not among them.

    Vendored, generated, lock and binary files are left out. `uncertain` commits have weak marks only. `lines_changed`
    are added or deleted between base and head; the others are added by one commit, though a later one may rewrite them.
    """

    commits: Count
    marked: Count
    uncertain: Count
    lines_added: Count
    lines_marked: Count
    lines_left_out: Count
    lines_changed: Count
    spend: Spend
    lines: Annotated[tuple[CommitLine, ...], MOST_COMMITS]
    agents: Annotated[tuple[AgentLine, ...], MOST_AGENTS]


@dataclass(frozen=True, slots=True)
class Figure:
    """A rate (0 to 1), a median or a ratio with its 95 % interval; `n` independent units, None where unknown."""

    value: Number | None
    lo: Number | None
    hi: Number | None
    n: Count | None
    status: Literal["ok", "low_n", "too_few", "unknown"]


@dataclass(frozen=True, slots=True)
class Row:
    """A line of the table: both cohorts and the word for their difference."""

    name: RowName
    ai: Figure
    unmarked: Figure
    difference: Difference


@dataclass(frozen=True, slots=True)
class Comparable:
    """Changes of this size that landed in the period: how many, what became of them, what they usually cost.

    `low` and `high` are the lines of the size band (`high` None: no end); `usual_low` and `usual_high` hold the
    middle 80 % of the costs of the AI-marked ones, `usual` is their median; None where too few are recorded.
    """

    period_days: Changes
    enough: Changes
    low: Changes
    high: Changes | None
    ai: Changes
    unmarked: Changes
    usual: Dollars | None
    usual_low: Dollars | None
    usual_high: Dollars | None
    rows: Annotated[tuple[Row, ...], 10]


@dataclass(frozen=True, slots=True)
class Waste:
    """A waste signal: how often, and its tokens and cost where they are known."""

    kind: WasteKind
    measured: bool
    count: Count
    tokens: Count | None
    usd: Dollars | None


@dataclass(frozen=True, slots=True)
class Maintainability:
    """Delta maintainability (share of the change that is for the better, 0 to 1) of the whole change, and complexity.

    Complexity is the cyclomatic complexity of the changed files, before and after. Of `of` changed files of code
    `files` were measured; `why_not` says why not all, None where all were.
    """

    unit_size: Share | None
    unit_complexity: Share | None
    unit_interfacing: Share | None
    complexity_before: Count | None
    complexity_after: Count | None
    files: Count
    of: Count
    why_not: WhyNot | None


@dataclass(frozen=True, slots=True)
class Judgement:
    """A limit of the policy held against what was measured; only `failed` fails, the others are said."""

    rule: Rule
    limit: Dollars
    value: Dollars | None
    n: Count | None
    result: Literal["passed", "failed", "too_few", "unknown"]


@dataclass(frozen=True, slots=True)
class CommentView:
    """All that a comment, a step summary and the report in JSON say of one change.

    `run` counts up with every run, `at` is when it was (seconds since 1970 UTC), `head` the measured commit.
    """

    head: CommitId
    run: Count
    at: Seconds
    version: Version
    state: State
    own: Own
    comparable: Comparable | None
    waste: Annotated[tuple[Waste, ...], 10]
    maintainability: Maintainability | None
    policy: Annotated[tuple[Judgement, ...], 10]
    notes: Annotated[tuple[Note, ...], 10]


def name(text: str | None) -> str | None:
    """Return an agent's or a model's name as it may be shown; `other` for one that may not, None for none."""
    if text is None:
        return None
    return text if NAME.fullmatch(text) else OTHER
