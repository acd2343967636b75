"""Views to render: the states a repository can be in, as literal figures. `STATES` has them by name."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime

from ai_quality.metrics import METRICS, Counts, Measured, load
from ai_quality.metrics.rate import Method, Rate, unknown
from ai_quality.metrics.statistics import Difference
from ai_quality.reports.view import ReportView, RunFacts, build_view

RUN = RunFacts(
    repo="fastmcp",
    rev="3f2c9ab12d4e5f60718293a4b5c6d7e8f9012345",
    tip_time=datetime(2026, 5, 1, 12, 30),  # noqa: DTZ001 (naive UTC, as the facts are)
    now=datetime(2026, 5, 2, 8, tzinfo=UTC),
    since=datetime(2025, 6, 1, tzinfo=UTC),
    until=datetime(2026, 5, 1, 12, 30, tzinfo=UTC),
    why_since="since the first AI mark landed",
    commits=2_857,
    merges=411,
    changes=1_320,
    lines_alive=148_230,
    pull_refs=1_204,
    complete=True,
    notes=(),
    fix_convention="conventional commits (fix:)",
)

COUNTS = {
    "ai": Counts(164, 121, 12_345, 10_101),
    "unmarked": Counts(912, 640, 54_901, 44_001),
    "mixed": Counts(9, 9, 1_204, 900),
    "bot": Counts(212, 212, 3_400, 1_100),
    "uncertain": Counts(4, 4, 133, 120),
}

EXCLUDED: list[tuple[str, int | None, int]] = [
    ("lines in lock files", None, 48_211),
    ("bots", 212, 3_400),
    ("squashes only partly AI-marked, share known", 9, 1_204),
    ("marks too weak to count (branch name, suggestion)", 4, 133),
]

PULL_NOTE = (
    "no pull-request refs here, so offers that never landed are invisible: "
    "run git fetch origin '+refs/pull/*:refs/pull/*' (GitLab: '+refs/merge-requests/*:refs/merge-requests/*')"
)


def trials(hits: int, of: int, value: float, lo: float, hi: float, *, low_n: bool = False) -> Rate:
    return Rate(value, hits, of, lo, hi, "ok", "wilson", low_n)


def lines(hits: int, of: int, value: float, lo: float, hi: float, *, commits: int) -> Rate:
    clusters = ((hits, of), *[(0, 1)] * (commits - 1))
    return Rate(value, hits, of, lo, hi, "ok", "cluster-bootstrap", low_n=commits < 30, clusters=clusters)


def median(value: float, lo: float, hi: float, of: int) -> Rate:
    return Rate(value, None, of, lo, hi, "ok", "order-statistic", low_n=of < 30)


def few(hits: int | None, of: int, method: Method = "wilson", commits: int = 0) -> Rate:
    clusters = ((hits or 0, of), *[(0, 1)] * (commits - 1)) if commits else ()
    return Rate(None, hits, of, None, None, "too_few", method, clusters=clusters)


def measured(
    name: str, ai: Rate, unmarked: Rate, difference: Difference | None = None, young: tuple[int, int] = (0, 0)
) -> Measured:
    return Measured(
        load(name), {"ai": ai, "unmarked": unmarked}, difference, dict(zip(("ai", "unmarked"), young, strict=True))
    )


def rework(difference: Difference | None) -> Measured:
    """The one metric that many tests vary."""
    ai, unmarked = (
        lines(720, 9_730, 0.074, 0.041, 0.118, commits=132),
        lines(9_870, 51_140, 0.193, 0.152, 0.241, commits=861),
    )
    return measured("rework_rate", ai, unmarked, difference, (2_615, 3_761))


ORDINARY = [
    rework(Difference(-0.119, -0.1704, -0.0687, "cluster-bootstrap")),
    measured(
        "revert_rate",
        trials(2, 128, 0.015625, 0.0043, 0.0553),
        trials(27, 840, 0.0321, 0.0222, 0.0463),
        Difference(-0.0165, -0.0331, 0.0251, "newcombe"),
        young=(36, 72),
    ),
    measured(
        "defect_rate",
        trials(11, 90, 0.1222, 0.0697, 0.2057),
        trials(88, 701, 0.1255, 0.1030, 0.1521),
        Difference(-0.0033, -0.0614, 0.0823, "newcombe"),
        young=(74, 211),
    ),
    measured(
        "line_survival",
        lines(6_512, 7_300, 0.892, 0.841, 0.931, commits=90),
        lines(32_130, 44_900, 0.7156, 0.671, 0.754, commits=701),
        Difference(0.1764, 0.1127, 0.2399, "cluster-bootstrap"),
        young=(5_045, 10_001),
    ),
    measured(
        "premerge_rewrite_rate",
        lines(41, 611, 0.0671, 0.02, 0.14, commits=22),
        lines(3_004, 18_300, 0.164, 0.13, 0.2, commits=402),
    ),
    measured(
        "merge_pass_rate",
        trials(101, 140, 0.7214, 0.6419, 0.7892),
        trials(512, 610, 0.8393, 0.808, 0.8663),
        Difference(-0.1179, -0.2001, -0.0421, "newcombe"),
    ),
    measured(
        "cycle_time",
        median(2.25, 1.1, 4.6, 104),
        median(21.4, 17.9, 26.05, 498),
        Difference(-19.15, -24.2, -14.8, "median-bootstrap"),
    ),
]


def ordinary() -> ReportView:
    return build_view(ORDINARY, COUNTS, EXCLUDED, RUN)


def too_few() -> ReportView:
    figures = [
        measured("rework_rate", few(50, 110, "cluster-bootstrap", 7), ORDINARY[0].rates["unmarked"], young=(0, 3_761)),
        measured("revert_rate", few(0, 7), ORDINARY[1].rates["unmarked"], young=(0, 72)),
        measured("defect_rate", few(1, 4), trials(4, 21, 0.1905, 0.0767, 0.4, low_n=True), young=(3, 211)),
        measured(
            "line_survival", few(60, 80, "cluster-bootstrap", 5), ORDINARY[3].rates["unmarked"], young=(30, 10_001)
        ),
        measured("premerge_rewrite_rate", few(0, 0, "wilson-clusters"), ORDINARY[4].rates["unmarked"]),
        measured("merge_pass_rate", few(5, 6), ORDINARY[5].rates["unmarked"]),
        measured("cycle_time", few(None, 3, "order-statistic"), ORDINARY[6].rates["unmarked"]),
    ]
    return build_view(figures, {**COUNTS, "ai": Counts(7, 6, 110, 60)}, EXCLUDED[:2], RUN)


def no_ai_mark() -> ReportView:
    nothing = [
        replace(one, rates={**one.rates, "ai": few(0, 0)}, difference=None, too_young={**one.too_young, "ai": 0})
        for one in ORDINARY[:6]
    ]
    waiting = measured("cycle_time", few(None, 0, "order-statistic"), ORDINARY[6].rates["unmarked"])
    counts = {"unmarked": Counts(1_234, 800, 60_000, 45_000), "bot": COUNTS["bot"]}
    empty = dict.fromkeys(("ai", "mixed", "uncertain"), Counts(0, 0, 0, 0))
    run = replace(RUN, since=datetime(1970, 1, 1, tzinfo=UTC), why_since="the whole history: no AI mark")
    return build_view([*nothing, waiting], {**empty, **counts}, EXCLUDED[:2], run)


def unknown_merge_pass() -> ReportView:
    nobody_knows = Measured(
        load("merge_pass_rate"), {"ai": unknown(), "unmarked": unknown()}, None, {}, "no pull-request refs here"
    )
    figures = [nobody_knows if one.metric.name == "merge_pass_rate" else one for one in ORDINARY]
    return build_view(figures, COUNTS, EXCLUDED, replace(RUN, pull_refs=0, notes=(PULL_NOTE,)))


def incomplete() -> ReportView:
    note = "3 missing objects: those versions of files were read as binary, as --allow-missing asks"
    return build_view(ORDINARY, COUNTS, EXCLUDED, replace(RUN, complete=False, notes=(note,)))


STATES: dict[str, Callable[[], ReportView]] = {
    "ordinary": ordinary,
    "too-few": too_few,
    "no-ai-mark": no_ai_mark,
    "unknown-merge-pass": unknown_merge_pass,
    "incomplete": incomplete,
}

assert tuple(one.metric.name for one in ORDINARY) == METRICS
