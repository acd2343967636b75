"""How long things last when some are still alive: lines, changes, whatever was born and may end.

A lifetime is a duration, in any unit, and whether it ended (True) or observation did (False: censored,
alive as far as we saw). Lines come as counts: `counts[i]` lifetimes share entry i, and the result is the same
as with every one written out. Intervals take lifetimes as independent; lines of one commit are not, so where
that matters bootstrap the commits. Negative durations or counts, and columns of unequal length, raise
ValueError.
"""

from __future__ import annotations

import math
from bisect import bisect_right
from collections.abc import Sequence
from typing import NamedTuple

from ai_quality.metrics.statistics import Z, chi2_tail


class Lifetimes(NamedTuple):
    """One arm: parallel columns; `counts` None means one lifetime an entry."""

    durations: Sequence[float]
    events: Sequence[bool | int]
    counts: Sequence[int] | None = None


class KaplanMeierPoint(NamedTuple):
    """The share alive just after `time`, and how many were alive and watched just before it."""

    time: float
    survival: float
    lo: float | None
    hi: float | None
    at_risk: int


class LogRank(NamedTuple):
    """Chi-square with one degree of freedom and its tail."""

    chi2: float
    p: float


def kaplan_meier(
    durations: Sequence[float], events: Sequence[bool | int], counts: Sequence[int] | None = None
) -> list[KaplanMeierPoint]:
    """Return the product-limit curve (Kaplan and Meier 1958): a point at 0 and at each distinct duration.

    Greenwood's (1926) variance on the log-log scale (Kalbfleisch and Prentice 1980), so bounds stay within
    [0, 1]. They are None where that scale has no variance: after time 0 while nothing has ended, and once
    nothing is left. Who is censored at the time of an end was still at risk. No lifetimes, no points.
    """
    leaving = _leaving(Lifetimes(durations, events, counts))
    at_risk = sum(gone for gone, _ in leaving.values())
    survival, greenwood, points = 1.0, 0.0, []
    for time in sorted({0, *leaving}) if at_risk else ():
        gone, ended = leaving.get(time, (0, 0))
        survival *= (at_risk - ended) / at_risk
        greenwood += ended / (at_risk * (at_risk - ended)) if ended < at_risk else math.inf
        lo, hi = _log_log(survival, greenwood) if time or ended else (1.0, 1.0)
        points.append(KaplanMeierPoint(time, survival, lo, hi, at_risk))
        at_risk -= gone
    return points


def survival_at(curve: Sequence[KaplanMeierPoint], time: float) -> KaplanMeierPoint | None:
    """Return the curve's last point up to `time`; None past its end, where nobody was watched."""
    if not curve or not 0 <= time <= curve[-1].time:
        return None
    return curve[bisect_right(curve, time, key=lambda point: point.time) - 1]


def thinned(curve: Sequence[KaplanMeierPoint], most: int = 60) -> list[KaplanMeierPoint]:
    """Return at most `most` (two or more) of the curve's points, the first and the last among them.

    One for each equal stretch of the square root of time: curves fall early.
    """
    if len(curve) <= most:
        return list(curve)
    last = math.sqrt(curve[-1].time)
    kept = {math.ceil((most - 1) * math.sqrt(point.time) / last): point for point in curve}
    return [curve[0], *(point for stretch, point in kept.items() if stretch)]


def log_rank(first: Lifetimes, second: Lifetimes) -> LogRank | None:
    """Test two arms for one and the same curve (Mantel 1966).

    None when no end came while both arms were watched: nothing to compare.
    """
    a, b = _leaving(first), _leaving(second)
    at_risk_a, at_risk_b = (sum(gone for gone, _ in arm.values()) for arm in (a, b))
    surplus, variance = 0.0, 0.0
    for time in sorted({*a, *b}):
        (gone_a, ended_a), (gone_b, ended_b) = a.get(time, (0, 0)), b.get(time, (0, 0))
        n, ended = at_risk_a + at_risk_b, ended_a + ended_b
        surplus += ended_a - at_risk_a * ended / n
        if n > 1:
            variance += at_risk_a * at_risk_b * ended * (n - ended) / (n * n * (n - 1))
        at_risk_a, at_risk_b = at_risk_a - gone_a, at_risk_b - gone_b
    if not variance:
        return None
    return LogRank(surplus**2 / variance, chi2_tail(surplus**2 / variance))


def _log_log(survival: float, greenwood: float) -> tuple[float, float] | tuple[None, None]:
    if not 0 < survival < 1:
        return None, None
    reach = math.exp(Z * math.sqrt(greenwood) / -math.log(survival))
    return survival**reach, survival ** (1 / reach)


def _leaving(lives: Lifetimes) -> dict[float, tuple[int, int]]:
    """Return, for each distinct duration, how many lifetimes left then and how many of them ended."""
    leaving: dict[float, tuple[int, int]] = {}
    counts = [1] * len(lives.durations) if lives.counts is None else lives.counts
    for duration, event, count in zip(lives.durations, lives.events, counts, strict=True):
        if duration < 0 or count < 0:
            raise ValueError(f"{count} lifetimes of {duration} cannot be counted")
        if count:
            gone, ended = leaving.get(duration, (0, 0))
            leaving[duration] = (gone + count, ended + (count if event else 0))
    return leaving
