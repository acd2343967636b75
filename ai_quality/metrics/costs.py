"""What changes cost: the median, the range most lie in, and the cost of one that stuck. US dollars at list prices.

Only changes whose cost is known come in; how many are not is for the caller to say.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from statistics import quantiles
from typing import Any, NamedTuple

from ai_quality.metrics import load_count
from ai_quality.metrics.rate import FEWEST_TO_COMPARE, FEWEST_TO_RATE, Rate
from ai_quality.metrics.statistics import DRAWS

Query = Callable[[str], list[tuple[Any, ...]]]


class Landed(NamedTuple):
    """A change that landed: its cohort, its commits that are no merges, is it 30 days old, was it reverted in them."""

    cohort: str
    change: str
    commits: tuple[str, ...]
    old_enough: bool
    undone: bool


@dataclass(frozen=True, slots=True)
class Usual:
    """The median and the bounds of the middle 80 % of costs."""

    median: float
    low: float
    high: float


def landings(query: Query) -> list[Landed]:
    """Return the changes that landed in the window, by their commit ids."""
    found: dict[str, tuple[str, bool, bool, list[str]]] = {}
    for cohort, change, sha, old_enough, undone in query(load_count("landings")):
        found.setdefault(change, (cohort, bool(old_enough), bool(undone), []))[3].append(sha)
    return [
        Landed(cohort, change, tuple(sorted(commits)), old_enough, undone)
        for change, (cohort, old_enough, undone, commits) in sorted(found.items())
    ]


def usual(costs: Sequence[float]) -> Usual | None:
    """Return what such changes usually cost; None below ten."""
    if len(costs) < FEWEST_TO_RATE:
        return None
    tenths = quantiles(costs, n=10, method="inclusive")
    return Usual(tenths[4], tenths[0], tenths[8])


def per_stuck(costs: Sequence[tuple[float, bool]], seed: int = 0) -> Rate:
    """Return all cost divided by the number of changes that stuck, of (cost, did it stick?), with a bootstrap interval.

    What did not stick is paid for by what did. `too_few` below ten, and where none stuck.
    """
    n, stuck = len(costs), sum(sticks for _, sticks in costs)
    if n < FEWEST_TO_RATE or not stuck:
        return Rate(None, None, n, None, None, "too_few", "order-statistic")
    rng = random.Random(seed)  # noqa: S311 (the same figures every time, no secret)
    redrawn = sorted(_ratio(rng.choices(costs, k=n)) for _ in range(DRAWS))
    value, edge = _ratio(costs), DRAWS // 40
    lo, hi = min(value, redrawn[edge]), max(value, redrawn[-edge - 1])
    return Rate(value, None, n, lo, hi, "ok", "order-statistic", n < FEWEST_TO_COMPARE)


def _ratio(costs: Sequence[tuple[float, bool]]) -> float:
    """With nothing that stuck in a draw, as if one had: the draw then counts as dear, not as endless."""
    return sum(cost for cost, _ in costs) / max(1, sum(sticks for _, sticks in costs))
