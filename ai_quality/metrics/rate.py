"""What may be said of a number: its interval, whether there is enough of it, and the word for a difference.

All rules are about `n`, the units that vary independently: trials; values; or, where lines come in clusters,
the commits or changes they came in. Below 10 there are only counts, below 30 the rate is marked `low_n`, and
two rates are compared only from 30 units each and 5 events together. Words tell what was seen, never why: a
cohort's rate is higher; nothing is said to have made it so.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from itertools import chain
from statistics import median
from typing import Literal

from ai_quality.metrics.statistics import (
    Cluster,
    Difference,
    all_alike,
    bootstrap_median_difference,
    cluster_bootstrap,
    cluster_bootstrap_difference,
    median_interval,
    newcombe_difference,
    wilson,
)

Status = Literal["ok", "too_few", "unknown"]

Method = Literal["wilson", "cluster-bootstrap", "wilson-clusters", "order-statistic"]
"""How `lo` and `hi` were made; `wilson-clusters` where all clusters are alike: no redraw can differ."""

FEWEST_TO_RATE = 10
FEWEST_TO_COMPARE = 30
FEWEST_EVENTS = 5


@dataclass(frozen=True, slots=True)
class Rate:
    """A share from 0 to 1 (or a median, in its values' unit) with the interval and counts behind it.

    `too_few` keeps its counts and has neither value nor interval; `unknown` has nothing. A median has no
    hits. `clusters` and `values` are what it was made of, kept to merge and compare, not to be published.
    """

    value: float | None
    hits: int | None
    of: int | None
    lo: float | None
    hi: float | None
    status: Status
    method: Method
    low_n: bool = False
    clusters: tuple[Cluster, ...] = field(default=(), repr=False)
    values: tuple[float, ...] = field(default=(), repr=False)

    @property
    def n(self) -> int:
        """Independent units: clusters that have trials, else trials or values."""
        return len(self.clusters) or self.of or 0

    @property
    def events(self) -> int:
        """Independent units with a hit; of a median every value counts."""
        if self.clusters:
            return sum(hits > 0 for hits, _ in self.clusters)
        return self.n if self.hits is None else self.hits


def unknown(method: Method = "wilson") -> Rate:
    """Return the rate of what nobody could observe, which is not a rate of 0."""
    return Rate(None, None, None, None, None, "unknown", method)


def proportion(hits: int, of: int) -> Rate:
    """Return `hits` of `of` independent trials with Wilson's interval; ValueError if hits exceed them."""
    lo, hi = wilson(hits, of) or (None, None)
    return _as_far_as_it_goes(Rate(hits / of if of else None, hits, of, lo, hi, "ok", "wilson"))


def clustered(clusters: Iterable[Cluster], seed: int = 0) -> Rate:
    """Return sum(hits) / sum(of) of units that share fates, with a cluster bootstrap interval.

    A cluster without trials says nothing and is not counted. ValueError if one has more hits than trials.
    """
    arm = list(clusters)
    lo, hi = cluster_bootstrap(arm, seed=seed) or (None, None)
    hits, of = sum(hits for hits, _ in arm), sum(of for _, of in arm)
    kept = tuple(cluster for cluster in arm if cluster[1])
    method: Method = "wilson-clusters" if all_alike(kept) else "cluster-bootstrap"
    return _as_far_as_it_goes(Rate(hits / of if of else None, hits, of, lo, hi, "ok", method, clusters=kept))


def median_of(values: Iterable[float]) -> Rate:
    """Return the median, in the values' unit, with its order-statistic interval; `of` counts the values."""
    kept = tuple(values)
    lo, hi = median_interval(kept) or (None, None)
    middle = median(kept) if kept else None
    return _as_far_as_it_goes(Rate(middle, None, len(kept), lo, hi, "ok", "order-statistic", values=kept))


def merged(rates: Sequence[Rate], seed: int = 0) -> Rate:
    """Return the rate of disjoint cohorts taken as one; unknown if any of them is, or none is given."""
    if not rates or any(rate.status == "unknown" for rate in rates):
        return unknown(rates[0].method if rates else "wilson")
    kind = _common_kind(rates)
    if kind == "median":
        return median_of(chain.from_iterable(rate.values for rate in rates))
    if kind == "clusters":
        return clustered(chain.from_iterable(rate.clusters for rate in rates), seed)
    return proportion(sum(rate.hits or 0 for rate in rates), sum(rate.of or 0 for rate in rates))


def compare(ai: Rate, unmarked: Rate, seed: int = 0) -> Difference | None:
    """Return AI minus unmarked with its interval; None where there is too little to compare.

    Crude: cohorts differ in more than their marks. ValueError if the two are not rates of one kind.
    """
    pair = (ai, unmarked)
    if any(rate.status == "unknown" for rate in pair):
        return None
    kind = _common_kind(pair)
    if min(rate.n for rate in pair) < FEWEST_TO_COMPARE or sum(rate.events for rate in pair) < FEWEST_EVENTS:
        return None
    if kind == "median":
        return bootstrap_median_difference(ai.values, unmarked.values, seed=seed)
    if kind == "clusters":
        return cluster_bootstrap_difference(ai.clusters, unmarked.clusters, seed=seed)
    return newcombe_difference(ai.hits or 0, ai.n, unmarked.hits or 0, unmarked.n)


def verdict(difference: Difference | None) -> str:
    """Return the words for a crude difference, of AI from unmarked."""
    if difference is None:
        return "too few to compare"
    if difference.lo <= 0 <= difference.hi:
        return "no difference shown"
    return "higher" if difference.value > 0 else "lower"


_KIND: dict[Method, Literal["proportion", "clusters", "median"]] = {
    "wilson": "proportion",
    "cluster-bootstrap": "clusters",
    "wilson-clusters": "clusters",
    "order-statistic": "median",
}


def _common_kind(rates: Sequence[Rate]) -> Literal["proportion", "clusters", "median"]:
    kinds = {_KIND[rate.method] for rate in rates}
    if len(kinds) > 1:
        raise ValueError(f"rates of different kinds: {', '.join(sorted(kinds))}")
    return kinds.pop()


def _as_far_as_it_goes(rate: Rate) -> Rate:
    """Take away what the rules do not allow to be said."""
    if rate.n < FEWEST_TO_RATE:
        return replace(rate, value=None, lo=None, hi=None, status="too_few")
    return replace(rate, low_n=rate.n < FEWEST_TO_COMPARE)
