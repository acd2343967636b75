"""What is said, in which words."""

# ruff: noqa: RUF001 (reports print true dashes and minus signs)

from __future__ import annotations

import re
from dataclasses import replace
from datetime import datetime, timedelta, timezone

import pytest

from ai_quality.metrics import METRICS, Counts, Measured, load
from ai_quality.metrics.adjusted import Adjusted
from ai_quality.metrics.rate import Rate, clustered, median_of, proportion, unknown
from ai_quality.metrics.statistics import Difference
from ai_quality.reports.figures import MetricView
from ai_quality.reports.renderers import RENDERERS
from ai_quality.reports.view import ReportView, build_view
from tests.unit.reports.views import (
    COUNTS,
    CURVES,
    EXCLUDED,
    ORDINARY,
    RUN,
    STATES,
    incomplete,
    measured,
    ordinary,
    rework,
    too_few,
    within,
)


def figures(name: str, ai: Rate, unmarked: Rate) -> MetricView:
    return build_view([measured(name, ai, unmarked)], COUNTS, [], RUN).metrics[0]


def told(*differences: Difference | None) -> str:
    """The verdict without its first sentence."""
    names = ("rework_rate", "revert_rate", "defect_rate")
    varied = [replace(rework(found), metric=load(name)) for name, found in zip(names, differences, strict=True)]
    return build_view(varied, COUNTS, [], RUN).verdict.partition("133 lines unknown). ")[2]


LOWER = Difference(-0.119, -0.1704, -0.0687, "newcombe")
HIGHER = Difference(0.031, 0.004, 0.06, "newcombe")
NONE = Difference(0.01, -0.02, 0.04, "newcombe")
REWORK_LOWER = "Rework lower than unmarked by 11.9 points (95 % interval 7 to 17)"
REVERTS_HIGHER = "reverts higher than unmarked by 3.1 points (95 % interval 0.4 to 6)"
CRUDE_ONLY = "crude, with too few alike to adjust"


# The verdict


def test_the_verdict_says_how_much_and_what_was_seen() -> None:
    assert ordinary().verdict == (
        "AI-marked lines: 18.9 to 19.1 % of 68,583 counted lines added since 2025-06-01, when the first AI mark landed "
        "(0.9 in mixed squashes; 133 lines unknown). "
        "Rework lower than unmarked by 11.9 points (95 % interval 7 to 17), and within size, kind and quarter "
        "by 8.4 (2 to 13); reverts and defects: no difference shown."
    )


@pytest.mark.parametrize(
    ("differences", "words"),
    [
        (
            (LOWER, HIGHER, None),
            f"{REWORK_LOWER} {CRUDE_ONLY}; {REVERTS_HIGHER} {CRUDE_ONLY}; defects: too few to compare.",
        ),
        ((NONE, NONE, NONE), "Rework, reverts and defects: no difference shown."),
        ((NONE, None, None), "Rework: no difference shown; reverts and defects: too few to compare."),
        ((None, None, None), "Rework, reverts and defects: too few to compare."),
    ],
)
def test_likes_are_told_together(differences: tuple[Difference | None, ...], words: str) -> None:
    assert told(*differences) == words


WITHIN = "within size, kind and quarter"
HIGHER_WITHIN = f"but {WITHIN} higher by 5.0 points (95 % interval 2 to 8)"


@pytest.mark.parametrize(
    ("crude", "adjusted", "words"),
    [
        (LOWER, within(-0.084, (-0.131, -0.021)), f"{REWORK_LOWER}, and {WITHIN} by 8.4 (2 to 13)."),
        (LOWER, within(-0.02, (-0.06, 0.02)), f"{REWORK_LOWER} crude, but {WITHIN} no difference is shown."),
        (LOWER, within(0.02, (-0.02, 0.06)), f"{REWORK_LOWER} crude, but {WITHIN} no difference is shown."),
        (LOWER, within(0.05, (0.02, 0.08)), f"{REWORK_LOWER} crude, {HIGHER_WITHIN}."),
        (NONE, within(0.05, (0.02, 0.08)), f"Rework: no difference shown crude, {HIGHER_WITHIN}."),
        (NONE, within(-0.01, (-0.02, 0.08)), "Rework: no difference shown."),
        (LOWER, None, f"{REWORK_LOWER} {CRUDE_ONLY}."),
    ],
)
def test_a_crude_difference_is_never_told_alone_where_the_adjusted_one_disagrees(
    crude: Difference, adjusted: Adjusted | None, words: str
) -> None:
    verdict = build_view([rework(crude, adjusted)], COUNTS, [], RUN).verdict
    assert verdict.partition("133 lines unknown). ")[2] == words


def test_metrics_whose_signs_differ_are_named() -> None:
    assert STATES["signs-differ"]().signs_differ == (
        "Signs differ, so neither stands alone: rework −11.9 crude, +3.1 adjusted; reverts −1.7 crude, +5.4 adjusted."
    )
    assert ordinary().signs_differ == ""


def test_authors_are_compared_with_themselves_and_not_named() -> None:
    assert ordinary().within_authors == "rework −9.7 (−15 to −5); defects −1.3 (−7 to 4); survival +11.2 (−4 to 21)"
    rework_view = ordinary().metrics[0].within_author
    assert (
        rework_view.told
        == "−9.7 points (−15 to −5), lower; 8 authors, without 6 % of AI-marked and 8 % of unmarked lines"
    )


def test_an_adjusted_difference_is_told_with_what_it_rests_on() -> None:
    rework_view, *_, offers, hours = ordinary().metrics
    assert rework_view.adjusted.told == (
        "−8.4 points (−13 to −2), lower; "
        "110 strata of size, kind and quarter, without 18 % of AI-marked and 58 % of unmarked lines"
    )
    assert offers.adjusted.told == "−10.7 points (−19 to −2), lower; 6 strata of quarter"
    assert hours.adjusted.told == "a median is not adjusted"
    assert ordinary().metrics[4].adjusted.told == "too few alike"
    unknown_one = STATES["unknown-merge-pass"]().metrics[5]
    assert (unknown_one.adjusted.told, unknown_one.within_author.told) == ("unknown", "unknown")


def test_what_adjusting_leaves_out_is_told_at_its_most() -> None:
    assert ordinary().caveat.endswith(
        "adjusted: within size, kind and quarter, leaving out up to 22 % of AI-marked and 58 % of unmarked."
    )
    assert too_few().caveat.endswith("adjusted: within size, kind and quarter.")
    one_sided = build_view([rework(LOWER, within(-0.1, (-0.2, -0.02), 9, (0.0, 0.07)))], COUNTS, [], RUN)
    assert one_sided.caveat.endswith("leaving out up to 7 % of unmarked.")


# Lines alive and accuracy


def test_a_curve_has_a_block_for_each_of_twelve_days_and_a_dot_where_nobody_was_watched() -> None:
    marked, unmarked = ordinary().curves
    assert (marked.spark, marked.told) == ("█▇▆▆▆▆▆·····", "66.7 % by day 210")
    assert (unmarked.spark, unmarked.told) == ("█▇▆▆▆▅▅▅▅▄▄▄", "48.0 %")


def test_a_curve_of_few_commits_is_none() -> None:
    marked = too_few().curves[0]
    assert (marked.spark, marked.told, marked.points) == ("············", "too few commits", ())
    assert [curve.told for curve in STATES["no-ai-mark"]().curves] == ["none", "48.0 %"]
    nobody_knows = build_view([], COUNTS, [], RUN, CURVES)
    assert [curve.told for curve in nobody_knows.curves] == ["too few commits"] * 2, "nor of how many they are"


def test_accuracy_is_told_in_short_and_in_full() -> None:
    assert ordinary().accuracy == ("Defects: measured precision 0.70, recall 0.66 on 171 fixes; 0.64, 0.55 on 3,146.")
    assert ordinary().metrics[2].told_accuracy == [
        "measured precision 0.70, recall 0.66 on 171 fixes (ICSE 2021 oracle), 2026-11-22",
        "measured precision 0.64, recall 0.55 on 3,146 fixes (Fixes trailers), 2026-11-22",
    ]
    assert ordinary().metrics[0].told_accuracy == []
    assert too_few().accuracy == "Defects: accuracy not yet measured."
    assert too_few().metrics[2].told_accuracy == ["not yet measured on fixes (ICSE 2021 oracle)"]
    assert build_view([], COUNTS, [], RUN).accuracy == ""


# Few and none


def test_too_few_commits_are_told_with_their_number() -> None:
    assert too_few().verdict.endswith("Too few AI-marked commits to compare (n = 7).")
    few_unmarked = build_view([rework(None)], {**COUNTS, "unmarked": Counts(3, 3, 9, 9)}, [], RUN)
    assert few_unmarked.verdict.endswith("Too few unmarked commits to compare (n = 3).")


def test_no_mark_is_no_proof() -> None:
    assert STATES["no-ai-mark"]().verdict == (
        "No AI mark found in 1,234 commits landed in the whole history. That is not proof that no AI was used: "
        "one agent left a trace in 1.8 % of its pull requests (n = 2,686, AIDev 2025)."
    )


def test_marks_that_do_not_count_are_told_where_no_other_was_found() -> None:
    found = build_view([], {**COUNTS, "ai": Counts(0, 0, 0, 0)}, [], RUN).verdict
    assert found == (
        "No commit counts as AI-marked, of 925 commits landed since 2025-06-01, when the first AI mark landed: "
        "9 only in part AI-marked and 4 with marks too weak to count. AI-marked lines: 1.1 to 1.3 % of 56,238 counted "
        "lines added (1.1 in mixed squashes; 133 lines unknown)."
    )


UNMARKED = Counts(900, 640, 90_000, 44_001)


@pytest.mark.parametrize(
    ("counts", "words"),
    [
        ({"ai": Counts(10, 9, 10_000, 1, 10_000)}, "10.0 % of 100,000 counted lines added."),
        (
            {"ai": Counts(10, 9, 5_000, 1, 5_000), "mixed": Counts(9, 9, 5_000, 1, 2_500)},
            "7.5 % of 100,000 counted lines added (2.5 in mixed squashes).",
        ),
        (
            {"ai": Counts(10, 9, 5_000, 1, 5_000), "mixed": Counts(9, 9, 5_000, 1, 0, 5_000)},
            "5.0 to 10.0 % of 100,000 counted lines added (5,000 lines unknown).",
        ),
        ({"ai": Counts(10, 9, 9_999, 1, 9_999), "uncertain": Counts(1, 1, 1, 1, 0, 1)}, "10.0 % of 100,000 counted"),
        ({"ai": Counts(10, 9, 10_000, 1, 10_000), "bot": Counts(9, 9, 99, 9, 0, 9)}, "10.0 % of 100,000 counted"),
    ],
)
def test_the_share_counts_what_is_known_of_squashes_and_spans_what_is_not(
    counts: dict[str, Counts], words: str
) -> None:
    told = build_view([], {"unmarked": UNMARKED, **counts}, [], replace(RUN, since=None)).verdict
    assert told.startswith(f"AI-marked lines: {words}".replace("added", "added in the whole history", 1))


def test_an_empty_window_is_told_as_one() -> None:
    assert build_view([], {"bot": COUNTS["bot"]}, [], replace(RUN, since=None)).verdict == (
        "No commit to count landed in the whole history."
    )


def test_marked_commits_without_lines_have_no_share() -> None:
    view = build_view([], {"ai": Counts(1, 1, 0, 0)}, [], replace(RUN, since=None))
    assert view.verdict.startswith("1 AI-marked commit landed in the whole history, with no counted line added.")


def test_an_incomplete_history_is_the_first_thing_said() -> None:
    assert incomplete().verdict.startswith(
        "Incomplete history: unreadable files were left out, so every figure may be off. "
    )


@pytest.mark.parametrize("state", STATES)
def test_unmarked_is_never_called_human_and_nothing_is_called_a_cause(state: str) -> None:
    for form in ("text", "md", "html", "json"):
        said = RENDERERS[form](STATES[state]()).lower()
        assert not re.search(
            r"\bhumans?\b|\bcaused\b|\bbecause\b|\bthanks to\b|\bimproved?\b|\bworse\b|\bbetter\b", said
        )


# The window


@pytest.mark.parametrize(
    ("since", "until", "why", "words"),
    [
        (RUN.since, RUN.until, "since the first AI mark landed", "since 2025-06-01, when the first AI mark landed."),
        (RUN.since, RUN.until, "as asked", "since 2025-06-01 (as asked)."),
        (RUN.since, RUN.until, "", "since 2025-06-01."),
        (None, None, "the whole history: no AI mark", "in the whole history."),
        (datetime(1970, 1, 1), None, "the whole history", "in the whole history."),  # noqa: DTZ001
        (None, datetime(2026, 1, 31), "", "until 2026-01-31."),  # noqa: DTZ001
        (RUN.since, datetime(2026, 1, 31), "as asked", "since 2025-06-01 (as asked), until 2026-01-31."),  # noqa: DTZ001
    ],
)  # fmt: skip
def test_a_window_is_told_by_its_bounds_and_why(
    since: datetime | None, until: datetime | None, why: str, words: str
) -> None:
    counts = {"ai": COUNTS["ai"], "unmarked": COUNTS["unmarked"]}
    view = build_view(ORDINARY, counts, [], replace(RUN, since=since, until=until, why_since=why))
    assert view.verdict.split(" counted lines added ")[1].startswith(words)


def test_times_of_any_zone_are_told_in_utc() -> None:
    late = datetime(2026, 4, 30, 23, 30, tzinfo=timezone(timedelta(hours=-5)))
    assert build_view([], COUNTS, [], replace(RUN, tip_time=late)).title == "fastmcp at 3f2c9ab12d (2026-05-01)"


def test_a_tip_without_a_readable_date_has_none() -> None:
    assert build_view([], COUNTS, [], replace(RUN, tip_time=None)).title == "fastmcp at 3f2c9ab12d"


def test_a_repository_without_a_printable_name_has_another() -> None:
    assert build_view([], COUNTS, [], replace(RUN, repo="\u200b")).title.startswith("this repository at ")


# Figures


def test_a_rate_is_told_with_its_interval_and_what_it_counts() -> None:
    view = figures("rework_rate", clustered([(1, 10)] * 20 + [(2, 10)] * 20), proportion(3, 40))
    assert view.figures["ai"].told == "15.0 % (14–16), 60 of 400 lines in 40 commits"
    assert view.figures["unmarked"].told == "7.5 % (3–20), 3 of 40 lines"


def test_few_are_told_by_counts_alone_and_low_numbers_as_such() -> None:
    view = figures("revert_rate", proportion(2, 7), proportion(1, 12))
    assert view.figures["ai"].told == "2 of 7 commits, too few for a rate"
    assert view.figures["unmarked"].told == "8.3 % (1–35), 1 of 12 commits, low n"


def test_a_median_is_told_in_its_unit() -> None:
    view = figures("cycle_time", median_of([1.0, 2, 3]), median_of([float(hours) for hours in range(1, 32)]))
    assert view.figures["ai"].told == "3 changes, too few for a rate"
    assert view.figures["unmarked"].told == "16.0 h (10–22), 31 changes"
    assert view.told_difference == "too few to compare"


def test_nothing_to_count_is_none_and_unknown_is_unknown() -> None:
    view = figures("defect_rate", proportion(0, 0), unknown())
    assert [figure.told for figure in view.figures.values()] == ["none", "unknown"]
    assert [figure.n for figure in view.figures.values()] == [0, None]
    assert view.contrast.words == "unknown"


def test_an_unknown_metric_says_why() -> None:
    view = next(one for one in STATES["unknown-merge-pass"]().metrics if one.metric.name == "merge_pass_rate")
    assert view.told_difference == "unknown: no pull-request refs here"
    assert (view.told_too_young, view.has_too_young) == ("–", False)


def test_what_is_too_young_is_told_by_metric() -> None:
    assert ordinary().too_young == (
        "rework 2,615 / 3,761 lines; reverts 36 / 72 commits; defects 74 / 211 commits; survival 5,045 / 10,001 lines"
    )


def test_every_metric_has_words_of_its_own_with_its_horizon_from_its_definition() -> None:
    labels = [one.label for one in ordinary().metrics]
    assert len(labels) == len(METRICS)
    assert labels[:3] == ["Reworked in 21 days", "Reverted in 30 days", "Defect in 90 days"]
    assert not [one.label for one in ordinary().metrics if one.counted == "units"], "words for it go into figures.py"


def test_a_metric_nobody_has_words_for_yet_is_told_by_its_name() -> None:
    new = replace(rework(None), metric=replace(load("rework_rate"), name="token_waste"))
    assert build_view([new], COUNTS, [], RUN).metrics[0].label == "Token waste"


def test_a_cohort_nobody_measured_is_unknown() -> None:
    half = Measured(load("rework_rate"), {"ai": proportion(3, 40)}, None, {})
    assert build_view([half], COUNTS, [], RUN).metrics[0].figures["unmarked"].told == "unknown"


# The rest


def test_exclusions_are_told_with_their_amounts() -> None:
    assert [one.words for one in build_view([], COUNTS, EXCLUDED, RUN).excluded][:3] == [
        "48,211 lines in lock files",
        "bots: 212 commits, 3,400 lines",
        "squashes only partly AI-marked, share known: 9 commits, 1,204 lines",
    ]


def test_notes_end_with_how_fixes_are_told() -> None:
    view: ReportView = build_view([], COUNTS, [], replace(RUN, notes=("first", " ", "second")))
    assert view.notes == ("first", "second", "fixes are told by: conventional commits (fix:)")


def test_there_are_three_ways_to_look_further() -> None:
    assert [step.command for step in ordinary().further] == [
        "ai-quality facts defects", "ai-quality explain SHA", "ai-quality report --json",
    ]  # fmt: skip
