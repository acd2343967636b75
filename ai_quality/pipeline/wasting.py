"""The waste signals and the verification gap for a bill: gathers what facts/waste.py asks for. Writes nothing.

Landed is what the default branch reaches; waiting is a branch that moved within 14 days (an open pull request's head
says so itself, where its refs are here). A change is a commit here: which commits landed as one unit is a matter
of facts that take a pass over the whole history.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import NamedTuple

from ai_quality.facts import waste
from ai_quality.facts.paths import kind_of_path
from ai_quality.facts.reverts import find_reverts
from ai_quality.facts.spending import Tie
from ai_quality.facts.waste import Gap, Signal, Spent
from ai_quality.pipeline.charging import Past
from ai_quality.sources import recent
from ai_quality.sources.git import Repository
from ai_quality.spend import Overrides, Stored, Tokens

CODE = frozenset({"source", "test", "other"})


class Findings(NamedTuple):
    """What else the logs tell: signals that overlap, the gap, and the share of prompt tokens read from a cache."""

    signals: list[Signal]
    gap: Gap
    cache_hit_rate: float | None


class Spending(NamedTuple):
    """The requests of this repository with what was made of them."""

    rows: list[Stored]
    ties: Mapping[int, Tie]
    prices: Mapping[int, tuple[Decimal | None, str]]


def findings(repository: Repository, past: Past, spending: Spending, own: Overrides | None, now: int) -> Findings:
    """Return every signal with something in it; `now` in seconds."""
    from ai_quality.sources import prices  # noqa: PLC0415 (genai-prices takes 0.15 s to import)

    def price(row: Spent, tokens: Tokens) -> Decimal | None:
        return prices.price(row.model, row.provider, row.tier, row.time, tokens, own).usd

    def price_as(row: Spent, model: str) -> Decimal | None:
        return prices.price(model, row.provider, row.tier, row.time, row.tokens, own).usd

    rows = [_row(one, spending) for one in spending.rows]
    charged = {row.commit for row in rows if row.commit}
    reverts = find_reverts(list(past.reached.values()), {})
    undone = {row.reverted for row in reverts if not row.partial and not row.reinstated_by}
    lines, only_docs = _sizes(repository, sorted(charged))
    signals = [
        waste.failed_repeats(rows),
        waste.cold_rebuilds(rows, price),
        waste.rereads(rows, price),
        waste.never_landed(rows, past.mainline, _waiting(repository, past, now), now * 1000),
        waste.on_commits("spend on reverted commits", rows, undone),
        waste.potential_saving(rows, lines, only_docs, price_as),
    ]
    times = {sha: commit.commit_time * 1000 for sha, commit in past.reached.items() if sha in charged}
    return Findings(
        [signal for signal in signals if signal.times],
        waste.verification_gap(rows, {sha: {sha: time} for sha, time in times.items()}),
        waste.cache_hit_rate(row.tokens for row in rows),
    )


def _row(one: Stored, spending: Spending) -> Spent:
    tie = spending.ties.get(one.row)
    return Spent(
        session=one.session, context=one.context, turn=one.turn, time=one.time, model=one.model, provider=one.provider,
        tier=one.tier, tokens=one.tokens, usd=spending.prices[one.row][0], calls=one.calls,
        commit=tie.commit if tie else None,
    )  # fmt: skip


def _waiting(repository: Repository, past: Past, now: int) -> set[str]:
    """Commits that may yet land: of an open pull request, or of a branch that moved lately."""
    tips = recent.tips(repository)
    waiting: set[str] = set()
    for ref, tip in tips.items():
        is_open = ref.startswith("refs/pull/") and ref.removesuffix("/head") + "/merge" in tips
        at = past.reached.get(tip)
        moved = at is not None and (now - at.commit_time) * 1000 <= waste.UNLANDED_AFTER
        if is_open or (moved and not ref.startswith("refs/pull/")):
            waiting |= _branch(tip, past)
    return waiting


def _branch(tip: str, past: Past) -> set[str]:
    """The commits of a branch that have not landed."""
    waiting, met = [tip], {tip}
    while waiting:
        commit = past.reached.get(waiting.pop())
        for parent in commit.parents if commit else ():
            if parent not in met and parent not in past.mainline:
                met.add(parent)
                waiting.append(parent)
    return met


def _sizes(repository: Repository, shas: list[str]) -> tuple[dict[str, int], set[str]]:
    """Changed lines of code by commit, and the commits of documentation and configuration only."""
    lines: dict[str, int] = {}
    only_docs: set[str] = set()
    for sha, files in recent.sizes(repository, shas).items():
        kinds = {path: kind_of_path(path) for path in files}
        lines[sha] = sum(count for path, count in files.items() if kinds[path] in CODE)
        if set(kinds.values()) <= {"docs", "config"}:
            only_docs.add(sha)
    return lines, only_docs
