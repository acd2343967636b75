"""One metric in words: each cohort's rate with its evidence, and the difference between them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from ai_quality.metrics import COMPARED, Measured, Metric, rate
from ai_quality.metrics.adjusted import Adjusted
from ai_quality.metrics.rate import Rate, unknown
from ai_quality.metrics.statistics import Difference
from ai_quality.reports import words
from ai_quality.reports.safe import plain
from ai_quality.reports.words import Scale

AUTHOR = "author"
CHECKED = ("rework_rate", "revert_rate", "defect_rate", "line_survival")
NOT_ADJUSTED = "a median is not adjusted"


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
    scale: Scale
    words: str

    @property
    def unit(self) -> str:
        """`points`, `hours`, or what is counted."""
        return words.difference_unit(self.scale)

    @property
    def told(self) -> str:
        """`-11.9 points (-17 to -7), lower`; the words alone where there are no numbers."""
        if self.difference is None:
            return self.words
        return f"{self.value} {self.unit} ({self.interval}), {self.words}"


@dataclass(frozen=True, slots=True)
class Within:
    """AI-marked minus unmarked among like units: how much there was to compare, and what stayed outside.

    `alike` says in what they are like, `counted` what was counted.
    """

    found: Adjusted | None
    contrast: Contrast
    alike: str
    counted: str

    @property
    def told(self) -> str:
        """The difference and what it rests on; the words alone where there are no numbers."""
        return f"{self.contrast.told}; {self.basis}" if self.basis else self.contrast.told

    @property
    def basis(self) -> str:
        """`6 strata of quarter, without 18 % of AI-marked and 58 % of unmarked lines`; empty where there is none."""
        found = self.found
        if found is None:
            return ""
        told = words.amount(found.strata, "authors")
        if self.alike != AUTHOR:
            told = f"{words.amount(found.strata, 'strata')} of {self.alike}"
        without = words.left_out(found.dropped_ai, found.dropped_unmarked)
        return f"{told}, without {words.listed(without)} {self.counted}" if without else told


@dataclass(frozen=True, slots=True)
class MetricView:
    """A metric by cohort. `label` heads a row, `noun` stands in a sentence, `counted` is what a rate is of.

    `contrast` is crude; `adjusted` compares within strata, `within_author` each author with themselves.
    """

    metric: Metric
    label: str
    noun: str
    counted: str
    scale: Scale
    figures: dict[str, Figure]
    contrast: Contrast
    adjusted: Within
    within_author: Within
    signs_differ: bool
    why_unknown: str | None

    @property
    def told_difference(self) -> str:
        """`-11.9 points (-17 to -7), lower`, or why there is none."""
        return f"unknown: {self.why_unknown}" if self.why_unknown else self.contrast.told

    @property
    def told_accuracy(self) -> list[str]:
        """`measured precision 0.69, recall 0.67 on 171 fixes (ICSE 2021 oracle), 2026-11-22`, a data set each."""
        return [words.accuracy(one) for one in self.metric.accuracy]

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
    alike: str = "size, kind and quarter"


_WORDINGS = {
    "rework_rate": _Wording("Reworked in {horizon}", "rework", "lines"),
    "revert_rate": _Wording("Reverted in {horizon}", "reverts", "commits"),
    "defect_rate": _Wording("Defect in {horizon}", "defects", "commits"),
    "line_survival": _Wording("Alive after {horizon}", "survival", "lines"),
    "premerge_rewrite_rate": _Wording("Rewritten pre-merge", "pre-merge rewriting", "lines"),
    "merge_pass_rate": _Wording("Offers merged", "merging", "offers", alike="quarter"),
    "cycle_time": _Wording("Median time to land", "time to land", "changes", scale="hours"),
    "cost_per_landed_change": _Wording("Cost of a change", "cost of a change", "changes", scale="dollars"),
    "cost_per_surviving_line": _Wording("Cost of a line alive", "cost of a line", "changes", scale="dollars"),
    "spend_without_result": _Wording("Spent without result", "spend without result", "cents", "changes"),
    "first_pass_rate": _Wording("Merged at first pass", "first passes", "changes", alike="quarter"),
    "review_rounds": _Wording("Median review rounds", "review rounds", "changes", scale="rounds"),
    "review_comments": _Wording("Median review comments", "review comments", "changes", scale="comments"),
    "open_time": _Wording("Median time open", "time open", "changes", scale="hours"),
    "failed_checks": _Wording("With a failed check", "failed checks", "changes", alike="quarter"),
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
        adjusted=_within(measured, measured.adjusted, wording.alike, wording),
        within_author=_within(measured, measured.within_author, AUTHOR, wording),
        signs_differ=measured.signs_differ,
        why_unknown=plain(measured.why_unknown, 80) if measured.why_unknown else None,
    )


def too_young(metrics: Sequence[MetricView]) -> str:
    """`rework 1,204 / 5,210 lines; ...`; empty where nothing is."""
    return "; ".join(f"{metric.noun} {metric.told_too_young}" for metric in metrics if metric.has_too_young)


def commits_behind(name: str, metrics: Sequence[MetricView]) -> dict[str, int | None]:
    """Return how many commits a metric's rate of each cohort rests on; empty where it was not measured."""
    return {cohort: one.n for metric in metrics if metric.metric.name == name for cohort, one in metric.figures.items()}


def signs_differ(metrics: Sequence[MetricView]) -> str:
    """Name the metrics whose crude and adjusted differences point opposite ways; empty where none do."""
    told = [
        f"{metric.noun} {metric.contrast.value} crude, {metric.adjusted.contrast.value} adjusted"
        for metric in metrics
        if metric.signs_differ
    ]
    return f"Signs differ, so neither stands alone: {'; '.join(told)}." if told else ""


def within_authors(metrics: Sequence[MetricView]) -> str:
    """`rework -9.7 points (-15 to -5); ...`: a check on the rest, since those who use agents differ; no names."""
    found = ((metric.noun, metric.within_author.contrast) for metric in metrics if metric.metric.name in CHECKED)
    return "; ".join(f"{noun} {one.value} ({one.interval})" for noun, one in found if one.difference)


def dropped(metrics: Sequence[MetricView]) -> str:
    """Tell how much of each cohort adjusting leaves out at most, for want of its like; empty where that is nothing."""
    found = [metric.adjusted.found for metric in metrics if metric.adjusted.found]
    most = [max((getattr(one, side) for one in found), default=0.0) for side in ("dropped_ai", "dropped_unmarked")]
    told = words.left_out(*most)
    return f", leaving out up to {words.listed(told)}" if told else ""


def accuracy(metrics: Sequence[MetricView]) -> str:
    """Tell in short how right the judgements behind the rates are; empty where none rests on one."""
    told = []
    for metric in metrics:
        measured = [one for one in metric.metric.accuracy if one.is_measured]
        if measured:
            pairs = [f"{one.precision:.2f}, {one.recall:.2f} on {words.count(one.n)}" for one in measured]
            first = f"precision {pairs[0].replace(', ', ', recall ')} {measured[0].unit}"
            told.append(f"{metric.noun}: measured {'; '.join([first, *pairs[1:]])}")
        elif metric.metric.accuracy:
            told.append(f"{metric.noun}: accuracy not yet measured")
    return words.sentence("; ".join(told)) + "." if told else ""


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
    found = measured.difference
    if found is None:
        lacking = measured.why_unknown or any(figure.n is None for figure in figures.values())
        return _nothing("unknown" if lacking else measured.verdict, scale)
    return _told(found, scale)


def _within(measured: Measured, found: Adjusted | None, alike: str, wording: _Wording) -> Within:
    if found:
        contrast = _told(found.difference, wording.scale)
    elif measured.metric.is_median:
        contrast = _nothing(NOT_ADJUSTED, wording.scale)
    else:
        contrast = _nothing("unknown" if measured.why_unknown else "too few alike", wording.scale)
    return Within(found, contrast, alike, wording.counted)


def _told(found: Difference, scale: Scale) -> Contrast:
    interval = words.difference_interval(found.value, found.lo, found.hi, scale)
    return Contrast(found, words.difference(found.value, scale), interval, scale, rate.verdict(found))


def _nothing(why: str, scale: Scale) -> Contrast:
    return Contrast(None, "", "", scale, why)
