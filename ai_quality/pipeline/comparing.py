"""What became of changes like this one: same band of sizes, landed in the last days, measured by the report's own SQL.

Temporary views stand before the tables, in which every row stays (a fix from anywhere may blame a change of the
band) but a row outside it belongs to no cohort. A change is AI-marked when all its commits are, unmarked when none
is; those between are on no side (docs/decisions/0017).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime, timedelta

from ai_quality import metrics
from ai_quality.config import Config
from ai_quality.facts import store
from ai_quality.metrics import costs, rate
from ai_quality.pipeline.measuring import window
from ai_quality.reports.comment_data import Comparable, Difference, Figure, Row, RowName

BANDS = (0, 7, 31, 127, 511, 2047)
"""Fewest lines of each band: two size bins of the facts each, the small and the large ones together.

Single bins hold 24 AI-marked changes at most in 180 days of fastmcp, too few to rate what is old enough.
"""

OF_COMMITS: dict[str, RowName] = {"revert_rate": "reverted", "defect_rate": "defect", "rework_rate": "rework"}
OF_OFFERS: dict[str, RowName] = {
    "merge_pass_rate": "merged",
    "first_pass_rate": "first_pass",
    "review_rounds": "review_rounds",
    "review_comments": "review_comments",
}
"""Of every size: nobody knows the lines of what never landed. The last three are unknown where no forge was asked."""

IN_BAND = """
    SELECT u.repo, u.change, u.cohort
    FROM {stored}.changes u
    JOIN (SELECT repo, change FROM {stored}.commits WHERE NOT is_merge GROUP BY repo, change
          HAVING SUM(lines_added + lines_deleted) BETWEEN {low} AND {high}) b ON b.repo = u.repo AND b.change = u.change
    WHERE u.state = 'landed'
"""
COMMITS = """
    SELECT c.* REPLACE (CASE WHEN l.change IS NULL THEN 'outside' WHEN c.cohort = 'bot' THEN 'bot'
                        ELSE l.cohort END AS cohort)
    FROM {stored}.commits c LEFT JOIN ({in_band}) l ON l.repo = c.repo AND l.change = c.change
"""
CHANGES = """
    SELECT u.* REPLACE (CASE WHEN l.change IS NULL THEN 'outside' ELSE u.cohort END AS cohort)
    FROM {stored}.changes u LEFT JOIN ({in_band}) l ON l.repo = u.repo AND l.change = u.change
"""

ENDLESS = 2**62


def band(lines: int) -> tuple[int, int | None]:
    """Return the fewest and the most lines of the band; a bin of the facts (`size_bin`) never lies in two bands."""
    at = max(place for place, low in enumerate(BANDS) if low <= lines)
    return BANDS[at], (BANDS[at + 1] - 1 if at + 1 < len(BANDS) else None)


def set_period(facts: store.Store, config: Config, now: datetime) -> float:
    """Let the metrics see what landed in the period before `now` (naive UTC); returns how many offers are known."""
    found = window(facts, since=now - timedelta(days=config.period_days), now=now)
    ((offers,),) = facts.rows("SELECT pull_refs FROM runs")
    facts.set_window(since=found.since, until=found.until, observed_until=found.observed_until, pull_refs=float(offers))
    return float(offers)


def comparable(facts: store.Store, *, lines: int, config: Config, now: datetime) -> Comparable:
    """Measure the changes of the band that `lines` added and deleted lie in."""
    low, high = band(lines)
    offers = set_period(facts, config, now)
    of_offers = metrics.measure(facts.rows, pull_refs=bool(offers), names=list(OF_OFFERS))
    with facts.sliced(None, _views(low, high)):
        of_commits = metrics.measure(facts.rows, pull_refs=bool(offers), names=list(OF_COMMITS))
        landed = costs.landings(facts.rows)
    of_ai = [one for one in landed if one.cohort == "ai"]
    spent = known_costs(facts, of_ai)
    usual = costs.usual(list(spent.values()))
    stuck = [(spent[one.change], not one.undone) for one in of_ai if one.old_enough and one.change in spent]
    return Comparable(
        config.period_days, config.enough_changes, low, high,
        len(of_ai), sum(one.cohort == "unmarked" for one in landed),
        usual.median if usual else None, usual.low if usual else None, usual.high if usual else None,
        (
            *(_row(name, one) for name, one in zip(OF_OFFERS.values(), of_offers, strict=True)),
            *(_row(name, one) for name, one in zip(OF_COMMITS.values(), of_commits, strict=True)),
            _of_ai_alone("cost_median", rate.median_of(spent.values())),
            _of_ai_alone("cost_per_stuck", costs.per_stuck(stuck)),
        ),
    )  # fmt: skip


def known_costs(facts: store.Store, landed: Sequence[costs.Landed]) -> dict[str, float]:
    """Return landing commit → US dollars, of those changes whose cost is recorded as a whole.

    That is where all commits have records, or the landing itself has (a note on a merge or a squash speaks for all),
    and every record has a price.
    """
    records: dict[str, list[tuple[str, float | None]]] = defaultdict(list)
    for change, sha, usd in facts.rows("SELECT change, sha, usd FROM usage WHERE change IS NOT NULL"):
        records[change].append((sha, usd))
    spent: dict[str, float] = {}
    for one in landed:
        have, prices = {sha for sha, _ in records[one.change]}, [usd for _, usd in records[one.change]]
        known = [usd for usd in prices if usd is not None]
        if known and len(known) == len(prices) and (one.change in have or have >= set(one.commits)):
            spent[one.change] = sum(known)
    return spent


def _views(low: int, high: int | None) -> dict[str, str]:
    in_band = IN_BAND.format(stored=store.STORED, low=low, high=ENDLESS if high is None else high)
    return {
        "commits": COMMITS.format(stored=store.STORED, in_band=in_band),
        "changes": CHANGES.format(stored=store.STORED, in_band=in_band),
    }


def _row(name: RowName, found: metrics.Measured) -> Row:
    ai, unmarked = (figure(found.rates[cohort]) for cohort in metrics.COMPARED)
    unknown = "unknown" in (ai.status, unmarked.status)
    return Row(name, ai, unmarked, "unknown" if unknown else _DIFFERENCES[found.verdict])


def _of_ai_alone(name: RowName, found: rate.Rate) -> Row:
    """A row on cost: of unmarked changes nothing is recorded, which is no cost of 0."""
    return Row(name, figure(found), Figure(None, None, None, None, "unknown"), "unknown")


_DIFFERENCES: dict[str, Difference] = {
    "higher": "higher", "lower": "lower", "no difference shown": "none", "too few to compare": "too_few",
}  # fmt: skip


def figure(found: rate.Rate) -> Figure:
    """Return a rate as the numbers that are shown of it."""
    if found.status == "unknown":
        return Figure(None, None, None, None, "unknown")
    if found.value is None or found.lo is None or found.hi is None:
        return Figure(None, None, None, found.n, "too_few")
    return Figure(found.value, found.lo, found.hi, found.n, "low_n" if found.low_n else "ok")
