"""How long lines live: each cohort's Kaplan-Meier curve, thinned for programs and plots, a few blocks for a terminal.

Its intervals take lines as independent, which lines of one commit are not: text and plots leave them out.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from ai_quality.metrics import COMPARED
from ai_quality.metrics.rate import FEWEST_TO_RATE
from ai_quality.metrics.survival import KaplanMeierPoint, survival_at, thinned
from ai_quality.reports import words

YEAR = 365
HEADING = f"Lines alive, day 0 to {YEAR}"
BLOCKS = "▁▂▃▄▅▆▇█"
SPARKS = 12
UNWATCHED = "·"

NOTE = (
    "Kaplan-Meier, by days since landing. Its intervals take lines as independent, which lines of one commit are "
    "not: they are too narrow."
)


@dataclass(frozen=True, slots=True)
class Curve:
    """A cohort's curve. `points` is empty where there are too few commits; `told` says how it goes."""

    cohort: str
    points: tuple[KaplanMeierPoint, ...]
    spark: str
    told: str


def curves(found: Mapping[str, Sequence[KaplanMeierPoint]], commits: Mapping[str, int | None]) -> tuple[Curve, ...]:
    """Return a curve a compared cohort, none of them where nobody asked; `commits` are those its lines came in."""
    return tuple(_curve(name, found.get(name, ()), commits.get(name)) for name in COMPARED) if found else ()


def _curve(cohort: str, points: Sequence[KaplanMeierPoint], commits: int | None) -> Curve:
    if not points:
        return Curve(cohort, (), UNWATCHED * SPARKS, "none")
    if (commits or 0) < FEWEST_TO_RATE:
        return Curve(cohort, (), UNWATCHED * SPARKS, "too few commits")
    return Curve(cohort, tuple(thinned(points)), _spark(points), _told(points))


def _spark(points: Sequence[KaplanMeierPoint]) -> str:
    """A block for each of twelve days from 0 to 365, as high as the share alive."""
    found = [survival_at(points, YEAR * step / (SPARKS - 1)) for step in range(SPARKS)]
    return "".join(UNWATCHED if point is None else _block(point.survival) for point in found)


def _block(share: float) -> str:
    return BLOCKS[min(len(BLOCKS) - 1, int(share * len(BLOCKS)))]


def _told(points: Sequence[KaplanMeierPoint]) -> str:
    """`49.1 %` at the end of the year; `61.0 % by day 210` where nobody was watched longer."""
    days = min(YEAR, int(points[-1].time))
    point = survival_at(points, days)
    assert point is not None
    return words.value(point.survival, "share") + (f" by day {days}" if days < YEAR else "")
