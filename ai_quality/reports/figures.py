"""One metric in words: each cohort's rate with its evidence, and the difference between them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from ai_quality.metrics import COMPARED, Measured, Metric
from ai_quality.metrics.rate import Rate, unknown
from ai_quality.metrics.statistics import Difference
from ai_quality.reports import words
from ai_quality.reports.safe import plain
from ai_quality.reports.words import Scale


@dataclass(frozen=True, slots=True)
class Figure:
    """A cohort's rate: its numbers, and their words. `interval` is empty where there is none."""

    rate: Rate
    too_young: int | None
    value: str
    interval: str
    evidence: str

    @property
    def n(self) -> int | None:
        """How many independent units; None: unknown."""
        return None if self.rate.status == "unknown" else self.rate.n

    @property
    def low_n(self) -> bool | None:
        """Return whether there are too few to compare; None: unknown."""
        return None if self.rate.status == "unknown" else self.rate.low_n

    @property
    def told(self) -> str:
        """`7.4 % (4-12), 121 of 1,634 lines in 64 commits`."""
        if not self.evidence:
            return self.value
        if self.rate.value is None:
            return f"{self.evidence}, too few for a rate"
        return f"{self.value} ({self.interval}), {self.evidence}" if self.interval else f"{self.value}, {self.evidence}"


@dataclass(frozen=True, slots=True)
class Contrast:
    """AI-marked minus unmarked: the numbers if there are enough, the words always."""

    difference: Difference | None
    value: str
    interval: str
    unit: str
    words: str


@dataclass(frozen=True, slots=True)
class MetricView:
    """A metric by cohort. `label` heads a row, `noun` stands in a sentence, `counted` is what a rate is of."""

    metric: Metric
    label: str
    noun: str
    counted: str
    scale: Scale
    figures: dict[str, Figure]
    contrast: Contrast
    why_unknown: str | None

    @property
    def told_difference(self) -> str:
        """`-11.9 points (-17 to -7), lower`, or why there is none."""
        found = self.contrast
        if found.difference is None:
            return f"unknown: {self.why_unknown}" if self.why_unknown else found.words
        return f"{found.value} {found.unit} ({found.interval}), {found.words}"

    @property
    def told_too_young(self) -> str:
        """`1,204 / 5,210 lines`, AI-marked first; a dash where nobody knows."""
        young = [figure.too_young for figure in self.figures.values()]
        if any(young):
            return f"{' / '.join(map(words.count, young))} {self.counted}"
        return words.DASH if None in young else "none"

    @property
    def has_too_young(self) -> bool:
        """Whether anything is left out because it landed too late to know."""
        return any(figure.too_young for figure in self.figures.values())


@dataclass(frozen=True, slots=True)
class _Wording:
    label: str
    noun: str
    counted: str
    cluster: str = "commits"
    scale: Scale = "share"


_WORDINGS = {
    "rework_rate": _Wording("Reworked in {horizon}", "rework", "lines"),
    "revert_rate": _Wording("Reverted in {horizon}", "reverts", "commits"),
    "defect_rate": _Wording("Defect in {horizon}", "defects", "commits"),
    "line_survival": _Wording("Alive after {horizon}", "survival", "lines"),
    "premerge_rewrite_rate": _Wording("Rewritten pre-merge", "pre-merge rewriting", "lines"),
    "merge_pass_rate": _Wording("Offers merged", "merging", "offers"),
    "cycle_time": _Wording("Median hours to land", "time to land", "changes", scale="hours"),
}


def metric_view(measured: Measured) -> MetricView:
    """Put one metric's figures into words."""
    wording = _wording(measured.metric)
    figures = {
        name: _figure(measured.rates.get(name, unknown()), measured.too_young.get(name), wording) for name in COMPARED
    }
    return MetricView(
        metric=measured.metric,
        label=wording.label,
        noun=wording.noun,
        counted=wording.counted,
        scale=wording.scale,
        figures=figures,
        contrast=_contrast(measured, figures, wording.scale),
        why_unknown=plain(measured.why_unknown, 80) if measured.why_unknown else None,
    )


def too_young(metrics: Sequence[MetricView]) -> str:
    """`rework 1,204 / 5,210 lines; ...`; empty where nothing is."""
    return "; ".join(f"{metric.noun} {metric.told_too_young}" for metric in metrics if metric.has_too_young)


def _wording(metric: Metric) -> _Wording:
    """The metric's own words; a new metric has some before anybody writes them."""
    name = metric.name.replace("_", " ")
    fallback = _Wording(words.sentence(name), name, "units", "units", "hours" if metric.is_median else "share")
    wording = _WORDINGS.get(metric.name, fallback)
    return replace(wording, label=wording.label.replace("{horizon}", metric.horizon.partition(";")[0]))


def _figure(rate: Rate, young: int | None, wording: _Wording) -> Figure:
    if rate.status == "unknown":
        return Figure(rate, young, "unknown", "", "")
    if not rate.of:
        return Figure(rate, young, "none", "", "")
    evidence = _evidence(rate, wording)
    if rate.value is None:
        few = "too few" if rate.hits is None else f"{words.count(rate.hits)} of {words.count(rate.of)}"
        return Figure(rate, young, few, "", evidence)
    interval = ""
    if rate.lo is not None and rate.hi is not None:
        interval = words.interval(rate.value, rate.lo, rate.hi, wording.scale)
    return Figure(rate, young, words.value(rate.value, wording.scale), interval, evidence)


def _evidence(rate: Rate, wording: _Wording) -> str:
    """`121 of 1,634 lines in 64 commits`, `2 of 64 commits`, `64 changes`."""
    told = words.amount(rate.of or 0, wording.counted)
    if rate.hits is not None:
        told = f"{words.count(rate.hits)} of {told}"
    if rate.clusters:
        told += f" in {words.amount(rate.n, wording.cluster)}"
    return told + (", low n" if rate.low_n else "")


def _contrast(measured: Measured, figures: dict[str, Figure], scale: Scale) -> Contrast:
    found, unit = measured.difference, words.difference_unit(scale)
    if found is None:
        lacking = measured.why_unknown or any(figure.n is None for figure in figures.values())
        return Contrast(None, "", "", unit, "unknown" if lacking else measured.verdict)
    interval = words.difference_interval(found.value, found.lo, found.hi, scale)
    return Contrast(found, words.difference(found.value, scale), interval, unit, measured.verdict)
