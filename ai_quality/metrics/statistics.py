"""Intervals and tests for counts, in closed form: counts in, numbers out, standard library only.

Proportions and their differences are shares from 0 to 1 (0.05 is five points); intervals are two-sided, 95 %.
What the counts cannot say is None, never 0. Whatever draws random numbers takes a seed: the same counts, in
any order, and the same seed give the same answer. Impossible counts (below 0, more hits than trials) raise
ValueError. Lifetimes are in `survival.py`.
"""

from __future__ import annotations

import math
import random
from collections import Counter
from collections.abc import Iterable, Sequence
from itertools import chain, groupby
from math import fsum
from statistics import NormalDist, median
from typing import NamedTuple

Cluster = tuple[int, int]
"""(hits, of) of units that share a fate: the reworked lines of one commit, and its lines."""

Table = Sequence[Sequence[int]]
"""((events, others) of the first arm, (events, others) of the second)."""

CONFIDENCE = 0.95
Z = NormalDist().inv_cdf(0.5 + CONFIDENCE / 2)
DRAWS = 1000
HEAVY = 100
"""From this many like clusters on, one binomial draw costs less than one by one (measured)."""


class Interval(NamedTuple):
    """From `lo` to `hi`, in the unit of what it surrounds."""

    lo: float
    hi: float


class Difference(NamedTuple):
    """First arm minus second, with its interval and the name of the method that made it."""

    value: float
    lo: float
    hi: float
    method: str


class MannWhitney(NamedTuple):
    """`u` pairs won by the first sample (ties half), two-sided `p`, Cliff's delta from -1 to 1."""

    u: float
    p: float
    cliffs_delta: float


class MantelHaenszel(NamedTuple):
    """Two arms compared within strata. `dropped_*`: share of an arm in strata lacking the other."""

    risk_difference: float | None
    se_sato: float | None
    lo: float | None
    hi: float | None
    odds_ratio: float | None
    or_lo: float | None
    or_hi: float | None
    risk_ratio: float | None
    cmh_chi2: float | None
    cmh_p: float | None
    dropped_first: float | None
    dropped_second: float | None


def chi2_tail(chi2: float) -> float:
    """P(X >= chi2) for one degree of freedom."""
    return math.erfc(math.sqrt(chi2 / 2))


def wilson(hits: int, of: int, confidence: float = CONFIDENCE) -> Interval | None:
    """Score interval of a proportion (Wilson 1927); None without trials."""
    _refuse_impossible(hits, of)
    z = NormalDist().inv_cdf(0.5 + confidence / 2)
    return _score_interval(hits / of, of, z) if of else None


def newcombe_difference(hits_1: int, of_1: int, hits_2: int, of_2: int) -> Difference | None:
    """First proportion minus second (Newcombe 1998, method 10: hybrid score); None if an arm is empty."""
    first, second = wilson(hits_1, of_1), wilson(hits_2, of_2)
    if first is None or second is None:
        return None
    return _square_and_add(hits_1 / of_1, first, hits_2 / of_2, second, "newcombe")


def _score_interval(share: float, trials: float, z: float = Z) -> Interval:
    spread = z * z / trials
    centre = (share + spread / 2) / (1 + spread)
    half = z * math.sqrt((share * (1 - share) + spread / 4) / trials) / (1 + spread)
    lo = centre - half if share else 0.0
    hi = centre + half if share < 1 else 1.0
    return Interval(lo, hi)


def _square_and_add(share_1: float, first: Interval, share_2: float, second: Interval, method: str) -> Difference:
    """Join two arms' own intervals (Newcombe 1998; in general Zou and Donner 2008, "MOVER")."""
    value = share_1 - share_2
    lo = value - math.hypot(share_1 - first.lo, second.hi - share_2)
    hi = value + math.hypot(first.hi - share_1, share_2 - second.lo)
    return Difference(value, lo, hi, method)


def _refuse_impossible(hits: int, of: int) -> None:
    if not 0 <= hits <= of:
        raise ValueError(f"{hits} hits of {of} cannot be counted")


def fisher_exact(table: Table) -> float | None:
    """Two-sided p: all tables of these margins no likelier than this one (Fisher 1934).

    None when an arm is empty. Likelihoods within 1e-7 of each other count as equal, as R has it.
    """
    (a, b), (c, d) = table
    _refuse_impossible(min(a, b, c, d), a + b + c + d)
    if not (a + b and c + d):
        return None
    least, most = max(0, a - d), min(a + b, a + c)
    mode = min(most, max(least, (a + b + 1) * (a + c + 1) // (a + b + c + d + 2)))
    # Weights relative to the likeliest table: no factorial to overflow, however many the counts.
    weights = {mode: 1.0}
    for x in range(mode, most):
        weights[x + 1] = weights[x] * (a + b - x) * (a + c - x) / ((x + 1) * (d - a + x + 1))
    for x in range(mode, least, -1):
        weights[x - 1] = weights[x] * x * (d - a + x) / ((a + b - x + 1) * (a + c - x + 1))
    as_rare = [weight for weight in weights.values() if weight <= weights[a] * (1 + 1e-7)]
    return fsum(as_rare) / fsum(weights.values())


class _Stratum(NamedTuple):
    a: int  # events of the first arm, then its others
    b: int
    c: int  # events of the second arm, then its others
    d: int
    first: int
    second: int
    n: int


def _stratum(table: Table) -> _Stratum:
    (a, b), (c, d) = table
    n = a + b + c + d
    _refuse_impossible(min(a, b, c, d), n)
    return _Stratum(a, b, c, d, a + b, c + d, n)


def mantel_haenszel(tables: Iterable[Table]) -> MantelHaenszel:
    """Compare two arms within strata and pool (Mantel and Haenszel 1959; Cochran 1954).

    Strata in which an arm is empty compare nothing: they are dropped and their shares told. Risk difference
    with Sato's (1989) variance, odds ratio with that of Robins, Breslow and Greenland (1986), CMH chi-square
    without continuity correction. A figure is None where its denominator is 0, an interval (and the standard
    error) where its variance is: no events at all, or nothing else.
    """
    strata = [_stratum(table) for table in tables]
    kept = [s for s in strata if s.first and s.second]
    return MantelHaenszel(
        *_risk_difference(kept),
        *_odds_ratio(kept),
        _ratio(fsum(s.a * s.second / s.n for s in kept), fsum(s.c * s.first / s.n for s in kept)),
        *_cmh_test(kept),
        _ratio(sum(s.first for s in strata if not s.second), sum(s.first for s in strata)),
        _ratio(sum(s.second for s in strata if not s.first), sum(s.second for s in strata)),
    )


def _risk_difference(
    strata: Sequence[_Stratum],
) -> tuple[float | None, float | None, float | None, float | None]:
    weight = fsum(s.first * s.second / s.n for s in strata)
    if not weight:
        return None, None, None, None
    value = fsum((s.a * s.second - s.c * s.first) / s.n for s in strata) / weight
    p = fsum(
        (s.first**2 * s.c - s.second**2 * s.a + s.first * s.second * (s.second - s.first) / 2) / s.n**2 for s in strata
    )
    q = fsum((s.a * s.d + s.c * s.b) / (2 * s.n) for s in strata)
    variance = value * p + q
    if variance <= 1e-12 * q:  # rounding of an exact 0: everybody, or nobody, had the event
        return value, None, None, None
    se = math.sqrt(variance) / weight
    return value, se, max(-1.0, value - Z * se), min(1.0, value + Z * se)


def _odds_ratio(strata: Sequence[_Stratum]) -> tuple[float | None, float | None, float | None]:
    parts = [((s.a + s.d) / s.n, (s.b + s.c) / s.n, s.a * s.d / s.n, s.b * s.c / s.n) for s in strata]
    r, t = fsum(part[2] for part in parts), fsum(part[3] for part in parts)
    if not r or not t:
        return _ratio(r, t), None, None
    variance = (
        fsum(p * rk for p, _, rk, _ in parts) / (2 * r * r)
        + fsum(p * tk + q * rk for p, q, rk, tk in parts) / (2 * r * t)
        + fsum(q * tk for _, q, _, tk in parts) / (2 * t * t)
    )
    reach = math.exp(Z * math.sqrt(variance))
    return r / t, r / t / reach, r / t * reach


def _cmh_test(strata: Sequence[_Stratum]) -> tuple[float | None, float | None]:
    surplus = fsum(s.a - s.first * (s.a + s.c) / s.n for s in strata)
    variance = fsum(s.first * s.second * (s.a + s.c) * (s.b + s.d) / (s.n**2 * (s.n - 1)) for s in strata)
    if not variance:
        return None, None
    return surplus**2 / variance, chi2_tail(surplus**2 / variance)


def _ratio(part: float, whole: float) -> float | None:
    return part / whole if whole else None


def mann_whitney(first: Sequence[float], second: Sequence[float]) -> MannWhitney | None:
    """Test whether one sample tends to be larger (Mann and Whitney 1947; delta: Cliff 1993).

    Normal approximation with tie and continuity correction; None when a sample is empty.
    """
    if not first or not second:
        return None
    n, pairs = len(first) + len(second), len(first) * len(second)
    rank_sum, below, ties = 0.0, 0, 0
    tagged = sorted(chain(((x, 1) for x in first), ((x, 0) for x in second)))
    for _, same in groupby(tagged, key=lambda pair: pair[0]):
        owners = [owner for _, owner in same]
        rank_sum += sum(owners) * (below + (len(owners) + 1) / 2)
        below += len(owners)
        ties += len(owners) ** 3 - len(owners)
    u = rank_sum - len(first) * (len(first) + 1) / 2
    delta = 2 * u / pairs - 1
    variance = pairs / 12 * (n + 1 - ties / (n * (n - 1)))
    if ties == n**3 - n:  # every value the same
        return MannWhitney(u, 1.0, delta)
    z = (abs(u - pairs / 2) - 0.5) / math.sqrt(variance)
    return MannWhitney(u, min(1.0, math.erfc(z / math.sqrt(2))), delta)


def median_interval(values: Sequence[float]) -> Interval | None:
    """Exact interval of the median, from one order statistic to its mirror (Thompson 1936).

    Assumes nothing about the values' distribution and covers at least 95 %. None when even the extremes do
    not reach that: fewer than 6 values.
    """
    n, beyond = len(values), (1 - CONFIDENCE) / 2
    # P(Binomial(n, 1/2) = rank), from 10 standard deviations below the mean upwards.
    rank = max(0, math.floor(n / 2 - 5 * math.sqrt(n)))
    ways = math.lgamma(n + 1) - math.lgamma(rank + 1) - math.lgamma(n - rank + 1)
    chance = math.exp(ways - n * math.log(2))
    while chance <= beyond:
        beyond -= chance
        chance *= (n - rank) / (rank + 1)
        rank += 1
    if not rank:
        return None
    ordered = sorted(values)
    return Interval(ordered[rank - 1], ordered[n - rank])


def cluster_bootstrap(clusters: Iterable[Cluster], draws: int = DRAWS, seed: int = 0) -> Interval | None:
    """Percentile interval of sum(hits) / sum(of), redrawing whole clusters (Davison, Hinkley 1997).

    None without trials. Where all clusters have the same share (all 0, all 1, one cluster) no redraw can
    differ and the bootstrap would claim certainty; then it is Wilson's interval for as many trials as the
    clusters are worth, at most one each: (sum of)^2 / sum of^2 (Kish 1965). Few clusters of very unequal size
    are covered less than told: in a simulation 86 % with 10, 89 % with 30, 94 % with 300.
    """
    arm = _informative(clusters)
    return _cluster_interval(arm, draws, seed) if arm else None


def cluster_bootstrap_difference(
    first: Iterable[Cluster], second: Iterable[Cluster], draws: int = DRAWS, seed: int = 0
) -> Difference | None:
    """First share minus second, both arms redrawn by whole clusters; None without trials.

    Where an arm cannot vary (see `cluster_bootstrap`) the arms' own intervals are joined instead.
    """
    a, b = _informative(first), _informative(second)
    if not a or not b:
        return None
    if all_alike(a) or all_alike(b):
        own_a, own_b = _cluster_interval(a, draws, seed), _cluster_interval(b, draws, seed)
        return _square_and_add(_share(a), own_a, _share(b), own_b, "square-and-add")
    rng = random.Random(seed)  # noqa: S311
    pairs = zip(_redrawn_shares(a, draws, rng), _redrawn_shares(b, draws, rng), strict=True)
    value = _share(a) - _share(b)
    return Difference(value, *_percentiles([x - y for x, y in pairs], value), "cluster-bootstrap")


def bootstrap_median_difference(
    first: Sequence[float], second: Sequence[float], draws: int = DRAWS, seed: int = 0
) -> Difference | None:
    """First median minus second, in the values' unit, percentile interval; None without values."""
    if not first or not second:
        return None
    rng, a, b = random.Random(seed), sorted(first), sorted(second)  # noqa: S311
    redrawn = [_redrawn_median(a, rng) - _redrawn_median(b, rng) for _ in range(draws)]
    value = median(a) - median(b)
    return Difference(value, *_percentiles(redrawn, value), "median-bootstrap")


def all_alike(clusters: Iterable[Cluster]) -> bool:
    """Whether no cluster's share differs from the others'; clusters without trials have none."""
    arm = _informative(clusters)
    return all(hits * arm[0][1] == arm[0][0] * of for hits, of in arm)


def _cluster_interval(arm: Sequence[Cluster], draws: int, seed: int) -> Interval:
    if all_alike(arm):
        worth = sum(of for _, of in arm) ** 2 / sum(of * of for _, of in arm)
        return _score_interval(_share(arm), worth)
    return _percentiles(_redrawn_shares(arm, draws, random.Random(seed)), _share(arm))  # noqa: S311


def _redrawn_shares(arm: Sequence[Cluster], draws: int, rng: random.Random) -> list[float]:
    """Shares of `draws` resamples of len(arm) clusters with replacement.

    Redrawing n clusters is one multinomial draw over them, and a multinomial may be drawn group by group,
    each count binomial given those before it. So every group of identical clusters takes one exact binomial
    draw, whatever its size, and only the clusters of small groups are drawn one by one. This is the plain
    bootstrap's distribution, not an approximation. Measured, 20,000 clusters x 1,000 draws: 0.04 s where each
    is one trial, 0.5 to 1.5 s for lines of commits, 1.7 s where no two are alike.
    """
    # hits and of travel in one integer; no resample's `of` can reach `base`, so none carries over.
    base = len(arm) * max(of for _, of in arm) + 1
    groups = Counter(sorted(hits * base + of for hits, of in arm)).most_common()
    heavy = [(packed, size) for packed, size in groups if size >= HEAVY]
    light = [packed for packed, size in groups if size < HEAVY for _ in range(size)]
    shares = []
    for _ in range(draws):
        total, missing, unseen = 0, len(arm), len(arm)
        for packed, size in heavy:
            count = _binomial(missing, size / unseen, rng)
            total, missing, unseen = total + packed * count, missing - count, unseen - size
        if light:
            total += sum(rng.choices(light, k=missing))
        hits, of = divmod(total, base)
        shares.append(hits / of)
    return shares


def _binomial(trials: int, chance: float, rng: random.Random) -> int:
    """Exact binomial draw, about log2(trials) steps.

    Each trial asks whether a uniform number is below `chance`, all trials at once, one binary digit at a
    time: a trial is decided at the first digit in which its number and `chance` differ.
    """
    hits = 0
    while trials and chance:
        chance *= 2
        ones = rng.getrandbits(trials).bit_count()
        if chance >= 1:
            hits, trials, chance = hits + trials - ones, ones, chance - 1
        else:
            trials -= ones
    return hits


def _redrawn_median(ordered: Sequence[float], rng: random.Random) -> float:
    """Median of one resample, without drawing it.

    A resample is n uniform numbers, each an index into `ordered`; indexing keeps their order, so its m-th
    smallest value is at the m-th smallest uniform number, which is Beta(m, n - m + 1). Given that one, the
    next is the least of n - m numbers uniform above it.
    """
    n = len(ordered)
    m = (n + 1) // 2
    lower = rng.betavariate(m, n - m + 1)
    value = ordered[min(n - 1, int(lower * n))]
    if n % 2:
        return value
    upper = 1 - (1 - lower) * rng.random() ** (1 / (n - m))
    return (value + ordered[min(n - 1, int(upper * n))]) / 2


def _percentiles(redrawn: list[float], value: float) -> Interval:
    """95 % of the resamples; widened, should a very skewed sample leave `value` outside."""
    rank = max(1, math.floor((len(redrawn) + 1) * (1 - CONFIDENCE) / 2))
    ordered = sorted(redrawn)
    return Interval(min(value, ordered[rank - 1]), max(value, ordered[-rank]))


def _informative(clusters: Iterable[Cluster]) -> list[Cluster]:
    arm = list(clusters)
    for hits, of in arm:
        _refuse_impossible(hits, of)
    return [cluster for cluster in arm if cluster[1]]


def _share(arm: Sequence[Cluster]) -> float:
    return sum(hits for hits, _ in arm) / sum(of for _, of in arm)
