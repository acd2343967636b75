"""Views to render: the states a repository can be in, as literal figures. `STATES` has them by name."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime

from ai_quality.metrics import METRICS, Counts, Measured, load
from ai_quality.metrics.accuracy import Accuracy
from ai_quality.metrics.adjusted import Adjusted
from ai_quality.metrics.rate import Method, Rate, unknown
from ai_quality.metrics.statistics import Difference
from ai_quality.metrics.survival import KaplanMeierPoint, kaplan_meier
from ai_quality.reports.slices import Slice, SlicedView, build_sliced
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
    "ai": Counts(164, 121, 12_345, 10_101, 12_345),
    "unmarked": Counts(912, 640, 54_901, 44_001),
    "mixed": Counts(9, 9, 1_204, 900, 602),
    "bot": Counts(212, 212, 3_400, 1_100),
    "uncertain": Counts(4, 4, 133, 120, 0, 133),
}

EXCLUDED: list[tuple[str, int | None, int]] = [
    ("lines in lock files", None, 48_211),
    ("bots", 212, 3_400),
    ("squashes only partly AI-marked, share known", 9, 1_204),
    ("marks too weak to count (branch name, suggestion)", 4, 133),
]

PULL_NOTE = (
    "for offers that never landed run git fetch origin '+refs/pull/*:refs/pull/*' "
    "(GitLab: '+refs/merge-requests/*:refs/merge-requests/*'); no such refs are here"
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


def within(
    value: float, bounds: tuple[float, float], strata: int = 9, dropped: tuple[float, float] = (0.0, 0.0)
) -> Adjusted:
    return Adjusted(Difference(value, *bounds, "mantel-haenszel-sato"), strata, *dropped)


QUESTION = "Did the commits blamed for a fix introduce what it mended, and are those that did blamed?"
ORACLE = Accuracy(QUESTION, "ICSE 2021 oracle", "fixes", 171, 0.7, 0.66, 0.68, date(2026, 11, 22), "make accuracy")
TRAILERS = Accuracy(QUESTION, "Fixes trailers", "fixes", 3_146, 0.64, 0.55, 0.59, date(2026, 11, 22), None)
ACCURACY = {"defect_rate": (ORACLE, TRAILERS)}
"""Not those of accuracy.yml: figures measured anew change no golden report."""

NOT_YET = replace(ORACLE, n=None, precision=None, recall=None, f1=None, date=None, repeat=None)


def measured(  # noqa: PLR0917 (name, both rates and their difference are what a table of them tells)
    name: str,
    ai: Rate,
    unmarked: Rate,
    difference: Difference | None = None,
    young: tuple[int, int] = (0, 0),
    adjusted: Adjusted | None = None,
    within_author: Adjusted | None = None,
) -> Measured:
    return Measured(
        replace(load(name), accuracy=ACCURACY.get(name, ())),
        {"ai": ai, "unmarked": unmarked},
        difference,
        dict(zip(("ai", "unmarked"), young, strict=True)),
        adjusted=adjusted,
        within_author=within_author,
    )


def rework(
    difference: Difference | None, adjusted: Adjusted | None = None, within_author: Adjusted | None = None
) -> Measured:
    """The one metric that many tests vary."""
    ai, unmarked = (
        lines(720, 9_730, 0.074, 0.041, 0.118, commits=132),
        lines(9_870, 51_140, 0.193, 0.152, 0.241, commits=861),
    )
    return measured("rework_rate", ai, unmarked, difference, (2_615, 3_761), adjusted, within_author)


ORDINARY = [
    rework(
        Difference(-0.119, -0.1704, -0.0687, "cluster-bootstrap"),
        within(-0.0842, (-0.1311, -0.0214), 110, (0.1803, 0.5768)),
        within(-0.0969, (-0.1462, -0.0475), 8, (0.0585, 0.0756)),
    ),
    measured(
        "revert_rate",
        trials(2, 128, 0.015625, 0.0043, 0.0553),
        trials(27, 840, 0.0321, 0.0222, 0.0463),
        Difference(-0.0165, -0.0331, 0.0251, "newcombe"),
        young=(36, 72),
        adjusted=within(-0.0112, (-0.0403, 0.0179), 61, (0.0156, 0.3012)),
    ),
    measured(
        "defect_rate",
        trials(11, 90, 0.1222, 0.0697, 0.2057),
        trials(88, 701, 0.1255, 0.1030, 0.1521),
        Difference(-0.0033, -0.0614, 0.0823, "newcombe"),
        young=(74, 211),
        adjusted=within(-0.0041, (-0.0443, 0.036), 93, (0.016, 0.2842)),
        within_author=within(-0.0134, (-0.0673, 0.0404), 8, (0.132, 0.2554)),
    ),
    measured(
        "line_survival",
        lines(6_512, 7_300, 0.892, 0.841, 0.931, commits=90),
        lines(32_130, 44_900, 0.7156, 0.671, 0.754, commits=701),
        Difference(0.1764, 0.1127, 0.2399, "cluster-bootstrap"),
        young=(5_045, 10_001),
        adjusted=within(0.0413, (-0.029, 0.1306), 91, (0.2227, 0.5773)),
        within_author=within(0.1121, (-0.0368, 0.2143), 8, (0.0582, 0.0901)),
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
        adjusted=within(-0.1066, (-0.1915, -0.0217), 6),
    ),
    measured(
        "cycle_time",
        median(2.25, 1.1, 4.6, 104),
        median(21.4, 17.9, 26.05, 498),
        Difference(-19.15, -24.2, -14.8, "median-bootstrap"),
    ),
]


def lives(dying: int, of: int, until: int) -> list[KaplanMeierPoint]:
    """Of `of` lines, `dying` die, ever more slowly, and the others are watched until a day."""
    return kaplan_meier(
        [*(step * step // 9 for step in range(dying)), until], [True] * dying + [False], [1] * dying + [of - dying]
    )


CURVES = {"ai": lives(30, 90, 210), "unmarked": lives(52, 100, 800)}


def ordinary() -> ReportView:
    return build_view(ORDINARY, COUNTS, EXCLUDED, RUN, CURVES)


def simpson() -> ReportView:
    """Crude and adjusted disagree: lower as a whole, not within strata; and the signs of another differ."""
    lower = Difference(-0.119, -0.1704, -0.0687, "cluster-bootstrap")
    disagreeing = [
        rework(lower, within(0.0312, (-0.0104, 0.0728), 80, (0.2, 0.5))),
        replace(ORDINARY[1], adjusted=within(0.0541, (0.0108, 0.0974), 40, (0.1, 0.4))),
        *ORDINARY[2:],
    ]
    return build_view(disagreeing, COUNTS, EXCLUDED, RUN, CURVES)


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
    figures[2] = replace(figures[2], metric=replace(figures[2].metric, accuracy=(NOT_YET,)))
    return build_view(figures, {**COUNTS, "ai": Counts(7, 6, 110, 60, 110)}, EXCLUDED[:2], RUN, CURVES)


def no_ai_mark() -> ReportView:
    nothing = [
        measured(one.metric.name, few(0, 0), one.rates["unmarked"], young=(0, one.too_young["unmarked"]))
        for one in ORDINARY[:6]
    ]
    waiting = measured("cycle_time", few(None, 0, "order-statistic"), ORDINARY[6].rates["unmarked"])
    counts = {"unmarked": Counts(1_234, 800, 60_000, 45_000), "bot": COUNTS["bot"]}
    empty = dict.fromkeys(("ai", "mixed", "uncertain"), Counts(0, 0, 0, 0))
    run = replace(RUN, since=datetime(1970, 1, 1, tzinfo=UTC), why_since="the whole history: no AI mark")
    return build_view([*nothing, waiting], {**empty, **counts}, EXCLUDED[:2], run, {"unmarked": CURVES["unmarked"]})


def unknown_merge_pass() -> ReportView:
    nobody_knows = Measured(
        load("merge_pass_rate"), {"ai": unknown(), "unmarked": unknown()}, None, {}, "no pull-request refs here"
    )
    figures = [nobody_knows if one.metric.name == "merge_pass_rate" else one for one in ORDINARY]
    return build_view(figures, COUNTS, EXCLUDED, replace(RUN, pull_refs=0, notes=(PULL_NOTE,)), CURVES)


def incomplete() -> ReportView:
    note = "3 missing objects: those versions of files were read as binary, as --allow-missing asks"
    return build_view(ORDINARY, COUNTS, EXCLUDED, replace(RUN, complete=False, notes=(note,)), CURVES)


STATES: dict[str, Callable[[], ReportView]] = {
    "ordinary": ordinary,
    "signs-differ": simpson,
    "too-few": too_few,
    "no-ai-mark": no_ai_mark,
    "unknown-merge-pass": unknown_merge_pass,
    "incomplete": incomplete,
}

OF_SLICES = ORDINARY[:4]


def small(commits: int) -> list[Measured]:
    """A slice with too few commits for any rate."""
    return [
        measured("rework_rate", few(2, 9 * commits, "cluster-bootstrap", commits), OF_SLICES[0].rates["unmarked"]),
        measured("revert_rate", few(0, commits), OF_SLICES[1].rates["unmarked"]),
        measured("defect_rate", few(0, 0), OF_SLICES[2].rates["unmarked"]),
        measured("line_survival", few(0, 0, "cluster-bootstrap"), OF_SLICES[3].rates["unmarked"]),
    ]


def one_slice(value: str | None, commits: int, told: Sequence[Measured] = ()) -> Slice:
    counts = {**COUNTS, "ai": Counts(commits, commits, 70 * commits, 50 * commits)}
    return Slice(value, counts, tuple(told or small(commits)))


def sliced(by: str, *slices: Slice, left_out: int = 0) -> SlicedView:
    return build_sliced(by, slices, left_out, RUN)


def by_agent() -> SlicedView:
    return sliced("agent", one_slice("claude-code", 132, OF_SLICES), one_slice("codex", 7), one_slice("jules", 2))


def by_path() -> SlicedView:
    folders = [one_slice(f"package_{letter}", max(1, 9 - place)) for place, letter in enumerate("abcdefghijklm")]
    return sliced("path", one_slice("src", 132, OF_SLICES), one_slice(".", 9), *folders, left_out=3)


def by_size() -> SlicedView:
    return sliced("size", one_slice("1", 4), one_slice("3", 132, OF_SLICES), one_slice("12", 2))


def by_nothing() -> SlicedView:
    return build_sliced("model", [], 0, replace(RUN, since=None, why_since="the whole history: no AI mark"))


SLICED: dict[str, Callable[[], SlicedView]] = {
    "by-agent": by_agent,
    "by-path": by_path,
    "by-size": by_size,
    "by-model-of-none": by_nothing,
}

assert tuple(one.metric.name for one in ORDINARY) == METRICS
