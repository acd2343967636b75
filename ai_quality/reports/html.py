"""The report as one page that needs nothing else: no script, no request, dark where the reader's screen is.

Each metric has a plot: a dot for the rate, a whisker for its 95 % interval, a row a cohort; the lines alive have a
step curve a cohort.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from ai_quality.reports.curves import HEADING, NOTE, YEAR, Curve
from ai_quality.reports.figures import Figure, MetricView
from ai_quality.reports.slices import SlicedView
from ai_quality.reports.templating import fill
from ai_quality.reports.view import COHORTS, ReportView
from ai_quality.reports.words import Scale, tick

LEFT, RIGHT = 12, 260
FIRST_ROW, ROW = 12, 18
"""In the units of the plot's view box, which is 280 wide."""


@dataclass(frozen=True, slots=True)
class Dot:
    """One cohort's rate; without an interval `lo` and `hi` are `x`."""

    cohort: str
    x: float
    lo: float
    hi: float
    y: int


@dataclass(frozen=True, slots=True)
class Tick:
    """A labelled place on the axis."""

    x: float
    label: str


@dataclass(frozen=True, slots=True)
class Plot:
    """A metric's dots on one axis from 0; `title` says the same in words."""

    title: str
    dots: tuple[Dot, ...]
    ticks: tuple[Tick, ...]


@dataclass(frozen=True, slots=True)
class Chart:
    """The curves of lines alive on one pair of axes, as SVG paths by cohort; `title` says the same in words."""

    title: str
    paths: tuple[tuple[str, str], ...]
    across: tuple[Tick, ...]
    up: tuple[Tick, ...]
    note: str = NOTE
    width: int = 560
    height: int = 250
    left: int = 50
    right: int = 540
    top: int = 10
    bottom: int = 225

    def x(self, day: float) -> float:
        """Where a day is."""
        return round(self.left + (self.right - self.left) * day / YEAR, 1)

    def y(self, share: float) -> float:
        """Where a share is."""
        return round(self.bottom - (self.bottom - self.top) * share, 1)


def render(view: ReportView) -> str:
    """Return the whole page."""
    plots = [(metric, plot(metric)) for metric in view.metrics]
    return fill("report.html.j2", {"view": view, "plots": plots, "chart": chart(view.curves)})


def render_sliced(view: SlicedView) -> str:
    """Return the whole page of the report by slices."""
    return fill("slices.html.j2", {"view": view})


def chart(curves: Sequence[Curve]) -> Chart | None:
    """Return the chart of the first year; None where no cohort has a curve."""
    drawn = [curve for curve in curves if curve.points]
    if not drawn:
        return None
    axes = Chart("", (), (), ())
    return replace(
        axes,
        title=f"{HEADING}: " + "; ".join(f"{COHORTS[curve.cohort]} to {curve.told}" for curve in drawn),
        paths=tuple((curve.cohort, _steps(curve, axes)) for curve in drawn),
        across=tuple(Tick(axes.x(day), f"{day}") for day in (0, 90, 180, 270, YEAR)),
        up=tuple(Tick(axes.y(share), tick(share, "share")) for share in (0, 0.5, 1)),
    )


def _steps(curve: Curve, axes: Chart) -> str:
    """From all alive at day 0, along to each death and down; it ends where nobody was watched any more."""
    within = [point for point in curve.points if point.time <= YEAR]
    end = min(YEAR, curve.points[-1].time)
    steps = "".join(f"H{axes.x(point.time)}V{axes.y(point.survival)}" for point in within)
    return f"M{axes.x(0)} {axes.y(1)}{steps}H{axes.x(end)}"


def plot(metric: MetricView) -> Plot | None:
    """Return the plot; None where no cohort has a rate."""
    figures = [(name, figure) for name, figure in metric.figures.items() if figure.rate.value is not None]
    if not figures:
        return None
    top = _top((max(_values(figure)) for _, figure in figures), metric.scale)
    rows = {name: FIRST_ROW + ROW * row for row, name in enumerate(metric.figures)}
    return Plot(
        title=f"{metric.label}: " + "; ".join(f"{COHORTS[name]} {figure.told}" for name, figure in figures),
        dots=tuple(_dot(name, figure, top, rows[name]) for name, figure in figures),
        ticks=tuple(Tick(_place(part, 1), tick(top * part, metric.scale)) for part in (0, 0.5, 1)),
    )


def _values(figure: Figure) -> list[float]:
    return [value for value in (figure.rate.value, figure.rate.lo, figure.rate.hi) if value is not None]


def _dot(name: str, figure: Figure, top: float, y: int) -> Dot:
    values = _values(figure)
    return Dot(name, _place(values[0], top), _place(min(values), top), _place(max(values), top), y)


def _place(value: float, top: float) -> float:
    return round(LEFT + (RIGHT - LEFT) * min(1.0, max(0.0, value / top)), 1)


def _top(values: Iterable[float], scale: Scale) -> float:
    """The round number (1, 2 or 5 times a power of ten) at or above all values; no share is above 1."""
    highest = max(values)
    if highest <= 0:
        return 1.0
    power = 10.0 ** math.floor(math.log10(highest))
    top = next(step * power for step in (1, 2, 5, 10, 20) if step * power >= highest)
    return min(top, 1.0) if scale == "share" else top
