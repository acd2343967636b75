"""The difference between cohorts once work of the same sort is compared with its like: crude figures mislead.

Strata of commits are size (log2 of lines) x kind of work x quarter of landing; a second look compares each
author's AI-marked commits with the same author's unmarked ones. Strata that lack one side say nothing and
are left out; how much of each cohort that loses is part of the answer. Mantel-Haenszel risk difference,
variance of Sato (1989) for commits and changes, cluster bootstrap over commits for lines. Simpson's paradox
is told, not hidden. Values only.
"""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from ai_quality.metrics.rate import FEWEST_EVENTS, FEWEST_TO_COMPARE
from ai_quality.metrics.statistics import Cluster, Difference, mantel_haenszel

DRAWS = 400

Stratified = Mapping[str, tuple[Sequence[Cluster], Sequence[Cluster]]]
"""Stratum → clusters (hits, of) of the AI-marked and of the unmarked side."""


@dataclass(frozen=True, slots=True)
class Adjusted:
    """A stratified difference, AI minus unmarked, with the share of each cohort that its strata left out."""

    difference: Difference
    strata: int
    dropped_ai: float
    dropped_unmarked: float


def adjusted(strata: Stratified, *, lines: bool, seed: int = 0) -> Adjusted | None:
    """Return the Mantel-Haenszel difference over strata with both sides; None where too little is left.

    `lines` says that what is counted comes in clusters (a commit's lines), whose number decides what is too few.
    """
    both = {name: sides for name, sides in strata.items() if sides[0] and sides[1]}
    arms = [[cluster for sides in both.values() for cluster in sides[arm]] for arm in (0, 1)]
    units = [len(arm) if lines else sum(of for _, of in arm) for arm in arms]
    events = sum((hits > 0) if lines else hits for arm in arms for hits, _ in arm)
    if min(units) < FEWEST_TO_COMPARE or events < FEWEST_EVENTS:
        return None
    difference = _of_lines(both, seed) if lines else _of_units(both)
    if difference is None:
        return None
    dropped = [1 - _trials(both, arm) / _trials(strata, arm) for arm in (0, 1)]
    return Adjusted(difference, len(both), dropped[0], dropped[1])


def stratified(rows: Iterable[tuple[str, str, Cluster]]) -> dict[str, tuple[list[Cluster], list[Cluster]]]:
    """Group (cohort, stratum, (hits, of)) rows of the two compared cohorts by stratum."""
    found: defaultdict[str, tuple[list[Cluster], list[Cluster]]] = defaultdict(lambda: ([], []))
    for cohort, stratum, cluster in rows:
        if cluster[1]:
            found[stratum][0 if cohort == "ai" else 1].append(cluster)
    return dict(found)


def signs_differ(crude: Difference | None, other: Adjusted | None) -> bool:
    """Do the crude and the adjusted difference point opposite ways (Simpson's paradox)?"""
    return bool(crude and other and crude.value * other.difference.value < 0)


def _trials(strata: Stratified, arm: int) -> int:
    return sum(of for sides in strata.values() for _, of in sides[arm]) or 1


def _of_units(both: Stratified) -> Difference | None:
    tables = []
    for sides in both.values():
        (h1, n1), (h0, n0) = (tuple(map(sum, zip(*side, strict=True))) for side in sides)
        tables.append(((h1, n1 - h1), (h0, n0 - h0)))
    found = mantel_haenszel(tables)
    if found.risk_difference is None or found.lo is None or found.hi is None:
        return None
    return Difference(found.risk_difference, found.lo, found.hi, "mantel-haenszel-sato")


def _of_lines(both: Stratified, seed: int) -> Difference | None:
    """Redraw commits within each arm, keep each in its stratum, and take the percentiles of the difference."""
    rng = random.Random(seed)  # noqa: S311 (a statistic, not a secret)
    names = sorted(both, key=both.__getitem__)  # by what is in them: authors' names are hashes of one clone alone
    arms = [[(place, *cluster) for place, name in enumerate(names) for cluster in both[name][arm]] for arm in (0, 1)]
    value = _weighed(_sums(arms[0], len(names)), _sums(arms[1], len(names)))
    drawn = sorted(
        found
        for _ in range(DRAWS)
        for found in [_weighed(*(_sums(rng.choices(arm, k=len(arm)), len(names)) for arm in arms))]
        if found is not None
    )
    if value is None or len(drawn) < DRAWS // 2:
        return None
    tail = len(drawn) // 40
    return Difference(value, min(value, drawn[tail]), max(value, drawn[-1 - tail]), "mantel-haenszel-bootstrap")


def _sums(arm: Iterable[tuple[int, int, int]], strata: int) -> tuple[list[int], list[int]]:
    hits, trials = [0] * strata, [0] * strata
    for place, hit, of in arm:
        hits[place] += hit
        trials[place] += of
    return hits, trials


def _weighed(ai: tuple[list[int], list[int]], unmarked: tuple[list[int], list[int]]) -> float | None:
    """Mantel and Haenszel's weights n1 n0 / (n1 + n0) on each stratum's difference of shares."""
    total = weights = 0.0
    for h1, n1, h0, n0 in zip(*ai, *unmarked, strict=True):
        if n1 and n0:
            weight = n1 * n0 / (n1 + n0)
            weights += weight
            total += weight * (h1 / n1 - h0 / n0)
    return total / weights if weights else None
