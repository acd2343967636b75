"""The metrics: one `.sql` file each, whose header comment is its definition. SQL counts, Python adds intervals.

Every file answers with rows (cohort, old_enough, stratum, author, cluster, hits, total); `interval:` in its header
says how an interval is put on them. Nothing here reaches a process, the network or the clock: the rows come
through a function that the pipeline hands in.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from importlib import resources
from typing import Any

from ai_quality.metrics import rate
from ai_quality.metrics.accuracy import Accuracy, accuracies
from ai_quality.metrics.adjusted import Adjusted, adjusted, signs_differ, stratified
from ai_quality.metrics.rate import Rate
from ai_quality.metrics.statistics import Difference
from ai_quality.metrics.survival import KaplanMeierPoint, kaplan_meier

METRICS = (
    "rework_rate",
    "revert_rate",
    "defect_rate",
    "line_survival",
    "premerge_rewrite_rate",
    "merge_pass_rate",
    "cycle_time",
)
"""In report order."""

SPENDING = ("cost_per_landed_change", "cost_per_surviving_line", "spend_without_result")
"""What stands beside them where commits carry records of what they cost."""

NOTHING_SPENT = "no cost is recorded here"
FORGE_METRICS = ("first_pass_rate", "review_rounds", "review_comments", "open_time", "failed_checks")
"""What only a forge can tell; they follow in a report where one was asked, and are unknown where none was."""

COMPARED = ("ai", "unmarked")

Query = Callable[[str], list[tuple[Any, ...]]]


@dataclass(frozen=True, slots=True)
class Metric:
    """A metric's file: its definition for people, the fields of its header, and its SQL."""

    name: str
    definition: str
    unit: str
    hit: str
    horizon: str
    interval: str
    source: str
    sql: str
    accuracy: tuple[Accuracy, ...] = ()
    """How right the judgement behind a hit is; empty where none is made."""
    needs: str = ""
    """`forge` where git alone cannot tell."""

    @property
    def is_median(self) -> bool:
        """Is it a median of values rather than a share?"""
        return self.interval == "order-statistic"


@dataclass(frozen=True, slots=True)
class Measured:
    """A metric's figures by cohort, the crude difference AI minus unmarked, and what was too young to count."""

    metric: Metric
    rates: dict[str, Rate]
    difference: Difference | None
    too_young: dict[str, int]
    why_unknown: str | None = None
    adjusted: Adjusted | None = None
    """The difference within size x kind of work x quarter; None for medians and where too little is left."""
    within_author: Adjusted | None = None
    """The difference within authors who have both kinds of commits."""

    @property
    def signs_differ(self) -> bool:
        """Do the crude and the adjusted difference point opposite ways?"""
        return signs_differ(self.difference, self.adjusted)

    @property
    def verdict(self) -> str:
        """Words for the difference, never causal ones."""
        return rate.verdict(self.difference)


@functools.cache
def load(name: str) -> Metric:
    """Read a metric's file; KeyError if its header lacks a field."""
    text = resources.files("ai_quality.metrics").joinpath(f"{name}.sql").read_text(encoding="utf-8")
    header = [line[2:].strip() for line in text.splitlines() if line.startswith("--")]
    fields = dict(re.findall(r"^(\w+): (.*)$", "\n".join(header), re.MULTILINE))
    hit = fields.get("hit") or fields["value"]
    return Metric(
        name, header[0], fields["unit"], hit, fields["horizon"], fields["interval"], fields["source"], text,
        accuracies().get(name, ()), fields.get("needs", ""),
    )  # fmt: skip


def measure(query: Query, *, pull_refs: bool, names: Sequence[str] = METRICS, seed: int = 0) -> list[Measured]:
    """Run metrics over the facts that `query` reads; same facts and seed, same figures."""
    return [_measured(load(name), query, pull_refs=pull_refs, seed=seed) for name in names]


def _measured(metric: Metric, query: Query, *, pull_refs: bool, seed: int) -> Measured:
    if why := _why_unknown(metric, query, pull_refs=pull_refs):
        return Measured(metric, dict.fromkeys(COMPARED, rate.unknown()), None, {}, why)
    rows = query(metric.sql)
    old = [row for row in rows if row[1] and row[0] in COMPARED]
    rates = {cohort: _rate(metric, [row for row in old if row[0] == cohort], seed) for cohort in COMPARED}
    young = {cohort: sum(int(row[TOTAL]) for row in rows if row[0] == cohort and not row[1]) for cohort in COMPARED}
    return Measured(
        metric, rates, rate.compare(rates["ai"], rates["unmarked"], seed), young,
        adjusted=_adjusted(metric, old, STRATUM, seed), within_author=_adjusted(metric, old, AUTHOR, seed),
    )  # fmt: skip


def _why_unknown(metric: Metric, query: Query, *, pull_refs: bool) -> str | None:
    if metric.needs == "forge":
        return None if knows_forge(query) else "no forge was asked"
    if metric.name in SPENDING and query("SELECT COUNT(*) FROM usage") == [(0,)]:
        return NOTHING_SPENT
    if metric.name == "merge_pass_rate" and not pull_refs and not knows_forge(query):
        return "no pull-request refs here"
    return None


def knows_forge(query: Query) -> bool:
    """Has a forge told of any change? Where it has not, what only a forge knows is unknown."""
    return bool(query("SELECT 1 FROM changes WHERE opened IS NOT NULL LIMIT 1"))


STRATUM, AUTHOR, CLUSTER, HITS, TOTAL = range(2, 7)


def _adjusted(metric: Metric, rows: Sequence[tuple[Any, ...]], column: int, seed: int) -> Adjusted | None:
    if metric.is_median or any(row[column] is None for row in rows):
        return None
    given = ((row[0], row[column], (int(row[HITS]), int(row[TOTAL]))) for row in sorted(rows, key=_order))
    return adjusted(stratified(given), lines=metric.interval == "cluster-bootstrap", seed=seed)


def _order(row: tuple[Any, ...]) -> tuple[str, ...]:
    """Redraws go by it: not by author, since each clone hashes authors with a key of its own."""
    return tuple(str(value) for column, value in enumerate(row) if column != AUTHOR)


def _rate(metric: Metric, rows: Sequence[tuple[Any, ...]], seed: int) -> Rate:
    if metric.is_median:
        return rate.median_of(float(row[HITS]) for row in rows)
    if metric.interval == "cluster-bootstrap":
        return _clustered(tuple((int(row[HITS]), int(row[TOTAL])) for row in sorted(rows, key=_order)), seed)
    return rate.proportion(sum(int(row[HITS]) for row in rows), sum(int(row[TOTAL]) for row in rows))


_clustered = functools.lru_cache(maxsize=16)(rate.clustered)
"""Slices by agent share one unmarked side, whose redraws cost most."""


@dataclass(frozen=True, slots=True)
class Counts:
    """A cohort's size: commits without merges, changes, counted lines added, lines alive now.

    Of the lines added `lines_marked` are AI-marked; of `lines_unknown` more it cannot be known.
    """

    commits: int
    changes: int
    lines_added: int
    lines_alive: int
    lines_marked: int = 0
    lines_unknown: int = 0


def cohort_counts(query: Query) -> dict[str, Counts]:
    """Return the size of every cohort, those that occur nowhere included."""
    found = {row[0]: Counts(*(round(value) for value in row[1:])) for row in query(load_count("cohorts"))}
    return {name: found.get(name, Counts(0, 0, 0, 0)) for name in ("ai", "unmarked", "mixed", "bot", "uncertain")}


@dataclass(frozen=True, slots=True)
class MarkedShare:
    """How much of the counted lines added is AI-marked: between `lo` and `hi`, as far as it can be known."""

    lines: int
    marked: int
    marked_in_part: int
    """Of `marked`, those in squashes that are AI-marked only in part."""
    unknown: int

    @property
    def lo(self) -> float:
        """If nothing of what is unknown is AI-marked."""
        return self.marked / self.lines

    @property
    def hi(self) -> float:
        """If all of it is."""
        return (self.marked + self.unknown) / self.lines


MARKED_SHARE = (
    "AI-marked share of the counted lines added: all lines of AI-marked commits, and of squashes that are so only in"
    " part as many as their pull request's own commits tell; where these are not here, or a mark is too weak to"
    " count, it is unknown, and the share lies between none and all of such lines. Bots and merges are left out."
)
"""What the first sentence of a report and the badge say; docs/metrics.md publishes it."""


def marked_share(counts: Mapping[str, Counts]) -> MarkedShare | None:
    """Return the AI-marked share of the counted lines added; None where there is none."""
    people = [counted for name, counted in counts.items() if name != "bot"]
    if not (lines := sum(counted.lines_added for counted in people)):
        return None
    in_part = counts["mixed"].lines_marked if "mixed" in counts else 0
    marked, unknown = (sum(getattr(one, name) for one in people) for name in ("lines_marked", "lines_unknown"))
    return MarkedShare(lines, marked, in_part, unknown)


def excluded(query: Query) -> list[tuple[str, int | None, int]]:
    """Return what no rate counts: reason, commits (None where lines are the unit), lines; most lines first."""
    found = query(load_count("excluded"))
    rows = [(str(why), None if commits is None else int(commits), int(lines or 0)) for why, commits, lines in found]
    return sorted(rows, key=lambda row: (-row[2], row[0]))


def survival_curves(query: Query) -> dict[str, list[KaplanMeierPoint]]:
    """Return the Kaplan-Meier curve of line survival, in days since landing, of each compared cohort."""
    lives: dict[str, list[tuple[int, bool, int]]] = {cohort: [] for cohort in COMPARED}
    for cohort, days, gone, lines in query(load_count("lifetimes")):
        if cohort in lives:
            lives[cohort].append((int(days), bool(gone), int(lines)))
    return {cohort: kaplan_meier(*map(list, zip(*rows, strict=True))) for cohort, rows in lives.items() if rows}


def load_count(name: str) -> str:
    """Read a query of `counts/`."""
    return resources.files("ai_quality.metrics").joinpath("counts", f"{name}.sql").read_text(encoding="utf-8")
