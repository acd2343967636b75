"""The policy and the budget of a repository held against its facts: `check`, `budget`, and the Action's `fail-on`.

Only AI-marked work is judged, of every size, and only by what is known: too few or unknown is said and never fails.
Spending is what commits and notes record (`usage_lines`); offers that were closed are found by the refs of pull and
merge requests, where those were fetched.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from ai_quality import metrics
from ai_quality.config import FILE, Config, Policy, read
from ai_quality.facts import offers
from ai_quality.facts.store import Store
from ai_quality.metrics import costs
from ai_quality.metrics.rate import FEWEST_TO_RATE
from ai_quality.pipeline.comparing import figure, known_costs, set_period
from ai_quality.pipeline.measuring import window
from ai_quality.pipeline.mining import PULL_REFS
from ai_quality.pipeline.owning import own_commits, spend
from ai_quality.reports.comment_data import Judgement, Rule, Spend
from ai_quality.reports.judgements import Budget
from ai_quality.sources import history, notes
from ai_quality.sources.git import Repository

RATES: dict[Rule, str] = {
    "max_rework_rate": "rework_rate",
    "max_revert_rate": "revert_rate",
    "max_defect_rate": "defect_rate",
}
OF_COMMITS = list(RATES.values())


def judge(repository: Repository, facts: Store, *, config: Config, now: datetime) -> tuple[Judgement, ...]:
    """Hold each limit of the policy against the period before `now` (naive UTC); no limit, no judgement."""
    policy = config.policy
    if policy == Policy():
        return ()
    set_period(facts, config, now)
    measured = {one.metric.name: one for one in metrics.measure(facts.rows, pull_refs=False, names=OF_COMMITS)}
    found = [
        _judged(rule, getattr(policy, rule), measured[name].rates["ai"].value, measured[name].rates["ai"].n)
        for rule, name in RATES.items()
        if getattr(policy, rule) is not None
    ]
    if policy.max_unlanded_usd is not None:
        found.append(_unlanded(policy.max_unlanded_usd, unlanded(repository, facts)))
    if policy.max_unknown_share is not None:
        found.append(_unknown_share(facts, policy.max_unknown_share))
    return tuple(found)


def _judged(rule: Rule, limit: float, value: float | None, n: int) -> Judgement:
    if value is None:
        return Judgement(rule, limit, None, n, "too_few")
    return Judgement(rule, limit, value, n, "failed" if value > limit else "passed")


def _unlanded(limit: float, spent: Spend | None) -> Judgement:
    """A part that is known may already be too much; that all is within the limit takes all to be known."""
    if spent is None or (spent.usd is None and spent.of):
        return Judgement("max_unlanded_usd", limit, None, spent.of if spent else None, "unknown")
    usd = spent.usd or 0.0
    if usd > limit:
        return Judgement("max_unlanded_usd", limit, usd, spent.recorded, "failed")
    is_whole = spent.priced == spent.recorded == spent.of
    return Judgement("max_unlanded_usd", limit, usd, spent.recorded, "passed" if is_whole else "unknown")


def _unknown_share(facts: Store, limit: float) -> Judgement:
    landed = [one for one in costs.landings(facts.rows) if one.cohort == "ai"]
    n = len(landed)
    if n < FEWEST_TO_RATE:
        return Judgement("max_unknown_share", limit, None, n, "too_few")
    known = known_costs(facts, landed)
    return _judged("max_unknown_share", limit, 1 - len(known) / n, n)


CLOSED = """
    SELECT number FROM changes CROSS JOIN params p
    WHERE state = 'closed' AND number IS NOT NULL AND first_commit >= p.since AND first_commit <= p.until
"""


def unlanded(repository: Repository, facts: Store) -> Spend | None:
    """Return what is recorded for offers of the window that were closed without landing; None where none are known.

    Commits that an open or a merged offer holds too are not theirs.
    """
    ((rev, known),) = facts.rows("SELECT rev, pull_refs FROM runs")
    if not known:
        return None
    heads = offers.pull_heads(repository.refs(*PULL_REFS))
    closed = {number for (number,) in facts.rows(CLOSED)}
    theirs = [head for number, head in heads.items() if number in closed]
    if not theirs:
        return spend([])
    others = [f"^{head}" for number, head in heads.items() if number not in closed]
    commits = own_commits(repository, history.log(repository, [*theirs, f"^{rev}", *others]), notes.read(repository))
    return spend([one for one in commits if one.is_marked or one.usages])


# --- a month ---------------------------------------------------------------------------------------


def budget(
    repository: Repository, facts: Store, *, month: tuple[datetime, datetime], config: Config, now: datetime
) -> Budget:  # fmt: skip
    """Return spend and results of what landed, or was offered and closed, in a month (naive UTC, its end left out)."""
    asked = window(facts, since=month[0], until=month[1], now=now)
    ((known,),) = facts.rows("SELECT pull_refs FROM runs")
    facts.set_window(since=asked.since, until=asked.until, observed_until=asked.observed_until, pull_refs=float(known))
    measured = {one.metric.name: one for one in metrics.measure(facts.rows, pull_refs=False, names=OF_COMMITS)}
    landed = costs.landings(facts.rows)
    commits = own_commits(repository, history.these(repository, _of_people(landed)), notes.read(repository))
    spent = spend([one for one in commits if one.is_marked or one.usages])
    of_ai = [one for one in landed if one.cohort == "ai"]
    known_of_ai = known_costs(facts, of_ai)
    return Budget(
        month=f"{month[0]:%Y-%m}",
        limit_usd=config.budget_usd_per_month,
        landed=spent,
        unlanded=unlanded(repository, facts),
        changes=len(of_ai),
        per_landed_usd=sum(known_of_ai.values()) / len(known_of_ai) if known_of_ai else None,
        reworked=figure(measured["rework_rate"].rates["ai"]),
        reverted=figure(measured["revert_rate"].rates["ai"]),
        defective=figure(measured["defect_rate"].rates["ai"]),
    )


def _of_people(landed: Sequence[costs.Landed]) -> list[str]:
    return [sha for one in landed if one.cohort != "bot" for sha in one.commits]


def marked_share(facts: Store, *, config: Config, now: datetime) -> metrics.MarkedShare | None:
    """Return the AI-marked share of the counted lines that landed in the period, bots left out; None of no line."""
    set_period(facts, config, now)
    return metrics.marked_share(metrics.cohort_counts(facts.rows))


def settings_at(repository: Repository, revision: str) -> Config:
    """Return the settings committed at a revision, the defaults where it has none; UsageError says what is wrong."""
    return read(repository.blob(f"{repository.resolve(revision)}:{FILE}") or b"")
