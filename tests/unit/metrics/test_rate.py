"""What may be said of so many, and what not."""

from __future__ import annotations

import re
from dataclasses import FrozenInstanceError
from statistics import median

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ai_quality.metrics.rate import Rate, clustered, compare, median_of, merged, proportion, unknown, verdict
from ai_quality.metrics.statistics import (
    Cluster,
    Difference,
    bootstrap_median_difference,
    cluster_bootstrap,
    cluster_bootstrap_difference,
    newcombe_difference,
    wilson,
)

HITS_OF = st.integers(0, 60).flatmap(lambda of: st.tuples(st.integers(0, of), st.just(of)))
ARMS = st.lists(HITS_OF, max_size=35)
VALUES = st.lists(st.integers(0, 1000), max_size=45)

LINES: list[Cluster] = [(i % 4, 3 + i % 5) for i in range(40)]
"""Reworked lines of 40 commits, 30 of which have any."""


def wire(rate: Rate) -> tuple[object, ...]:
    """The published fields."""
    return rate.value, rate.hits, rate.of, rate.lo, rate.hi, rate.status, rate.method


def total(arm: list[Cluster]) -> tuple[int, int]:
    return sum(hits for hits, _ in arm), sum(of for _, of in arm)


# How much is enough


@pytest.mark.parametrize(
    ("of", "status", "low_n"),
    [(0, "too_few", False), (9, "too_few", False), (10, "ok", True), (29, "ok", True), (30, "ok", False)],
)
def test_n_decides_what_is_said(of: int, status: str, low_n: bool) -> None:
    of_trials = proportion(of // 3, of)
    of_clusters = clustered([(1 + i % 3, 5) for i in range(of)])
    of_values = median_of(range(of))
    assert [(rate.status, rate.low_n) for rate in (of_trials, of_clusters, of_values)] == [(status, low_n)] * 3


def test_too_few_keep_their_counts_and_have_nothing_else() -> None:
    assert wire(proportion(2, 9)) == (None, 2, 9, None, None, "too_few", "wilson")
    assert wire(proportion(0, 0)) == (None, 0, 0, None, None, "too_few", "wilson")
    assert wire(clustered([(0, 10), (50, 100)])) == (None, 50, 110, None, None, "too_few", "cluster-bootstrap")
    assert wire(median_of([4, 1, 1])) == (None, None, 3, None, None, "too_few", "order-statistic")


def test_a_thousand_lines_of_nine_commits_are_nine() -> None:
    rate = clustered([(i, 1000) for i in range(9)])
    assert (rate.n, rate.status) == (9, "too_few")


def test_commits_without_lines_do_not_make_up_the_number() -> None:
    rate = clustered([*((i, 1000) for i in range(9)), (0, 0), (0, 0)])
    assert (rate.n, rate.status) == (9, "too_few")
    assert clustered([(0, 0)] * 40).status == "too_few"


def test_the_unknown_is_not_zero() -> None:
    assert wire(unknown()) == (None, None, None, None, None, "unknown", "wilson")
    assert unknown("cluster-bootstrap").method == "cluster-bootstrap"
    assert unknown().n == 0


def test_a_rate_cannot_be_changed() -> None:
    with pytest.raises(FrozenInstanceError):
        proportion(1, 20).value = 0.5  # type: ignore[misc]


def test_more_hits_than_trials_are_refused() -> None:
    with pytest.raises(ValueError, match="3 hits of 2"):
        proportion(3, 2)
    with pytest.raises(ValueError, match="1 hits of 0"):
        clustered([(1, 2), (1, 0)])


# What is said


def test_a_proportion_has_wilsons_interval() -> None:
    interval = wilson(19, 100)
    assert interval is not None
    assert wire(proportion(19, 100)) == (0.19, 19, 100, interval.lo, interval.hi, "ok", "wilson")


def test_lines_in_commits_have_the_interval_of_the_commits() -> None:
    rate, interval = clustered(LINES, seed=3), cluster_bootstrap(LINES, seed=3)
    hits, of = total(LINES)
    assert interval is not None
    assert wire(rate) == (hits / of, hits, of, interval.lo, interval.hi, "ok", "cluster-bootstrap")
    assert (rate.n, rate.events) == (40, 30)
    assert rate == clustered(LINES, seed=3), "same seed, same rate"
    assert clustered(LINES) == clustered(LINES, seed=0) == merged([clustered(LINES)])
    assert rate != clustered(LINES, seed=4)


def test_forty_commits_with_nothing_reworked_are_not_a_certainty() -> None:
    rate, interval = clustered([(0, 200)] * 40), wilson(0, 40)
    assert interval is not None
    assert rate.method == "wilson-clusters"
    assert (rate.value, rate.lo, rate.hi) == pytest.approx((0.0, 0.0, interval.hi))


def test_a_median_is_told_in_its_unit_between_two_of_its_values() -> None:
    rate = median_of([3600 * hours for hours in range(40, 0, -1)])
    assert wire(rate) == (3600 * 20.5, None, 40, 3600 * 14, 3600 * 27, "ok", "order-statistic")


@given(HITS_OF)
def test_every_proportion_lies_within_0_and_1_and_its_interval(counts: Cluster) -> None:
    rate = proportion(*counts)
    assert (rate.hits, rate.of) == counts
    assert (rate.status == "ok") == (counts[1] >= 10)
    if rate.status == "ok":
        assert rate.value == counts[0] / counts[1]
        assert 0 <= (rate.lo or 0) <= rate.value <= (rate.hi or 0) <= 1


@given(ARMS)
def test_every_clustered_rate_lies_within_0_and_1_and_its_interval(arm: list[Cluster]) -> None:
    rate, (hits, of) = clustered(arm), total(arm)
    assert (rate.hits, rate.of) == (hits, of)
    assert (rate.status == "ok") == (sum(trials > 0 for _, trials in arm) >= 10)
    if rate.status == "ok":
        assert rate.value == hits / of
        assert 0 <= (rate.lo or 0) <= rate.value <= (rate.hi or 0) <= 1


@given(VALUES)
def test_every_median_lies_within_its_interval_and_that_within_the_values(values: list[int]) -> None:
    rate = median_of(values)
    assert (rate.status == "ok") == (len(values) >= 10)
    if rate.value is not None:
        assert rate.value == median(values)
        assert rate.lo in values
        assert rate.hi in values
        assert (rate.lo or 0) <= rate.value <= (rate.hi or 0)


# Merging


@given(st.lists(HITS_OF, min_size=1, max_size=5))
def test_merging_proportions_adds_their_counts(cohorts: list[Cluster]) -> None:
    assert merged([proportion(*counts) for counts in cohorts]) == proportion(*total(cohorts))


@given(st.lists(ARMS, min_size=1, max_size=3))
def test_merging_clustered_cohorts_is_rating_all_their_clusters(cohorts: list[list[Cluster]]) -> None:
    together = [cluster for arm in cohorts for cluster in arm]
    rate = merged([clustered(arm, seed=1) for arm in cohorts], seed=5)
    assert rate == clustered(together, seed=5)
    assert (rate.hits, rate.of) == total(together)


@given(st.lists(VALUES, min_size=1, max_size=3))
def test_merging_medians_is_the_median_of_all_values(cohorts: list[list[int]]) -> None:
    together = [value for values in cohorts for value in values]
    assert merged([median_of(values) for values in cohorts]) == median_of(together)


def test_what_is_merged_with_the_unknown_is_unknown() -> None:
    assert merged([proportion(5, 20), unknown()]).status == "unknown"
    assert merged([unknown("order-statistic")]).method == "order-statistic"
    assert merged([]) == unknown("wilson")


def test_rates_of_different_kinds_are_neither_merged_nor_compared() -> None:
    with pytest.raises(ValueError, match="different kinds: clusters, proportion"):
        merged([proportion(5, 50), clustered(LINES)])
    with pytest.raises(ValueError, match="different kinds: median, proportion"):
        compare(median_of(range(40)), proportion(5, 50))


# Comparing


@pytest.mark.parametrize(
    ("ai", "unmarked", "compared"),
    [
        ((3, 30), (2, 30), True),
        ((3, 29), (2, 30), False),
        ((3, 30), (2, 29), False),
        ((3, 30), (1, 30), False),
        ((0, 30), (5, 900), True),
        ((5, 30), (0, 900), True),
        ((0, 3000), (4, 9000), False),
    ],
)
def test_a_comparison_needs_30_on_each_side_and_5_events(ai: Cluster, unmarked: Cluster, compared: bool) -> None:
    expected = newcombe_difference(*ai, *unmarked) if compared else None
    assert compare(proportion(*ai), proportion(*unmarked)) == expected


def test_events_of_clustered_rates_are_clusters_and_not_lines() -> None:
    quiet = [(0, 100)] * 40
    assert compare(clustered([(90, 100)] * 4 + quiet), clustered(quiet)) is None
    assert compare(clustered([(90, 100)] * 5 + quiet), clustered(quiet)) is not None


def test_clustered_rates_are_compared_by_redrawing_both() -> None:
    calm: list[Cluster] = [(i % 2, 6) for i in range(50)]
    difference = compare(clustered(LINES), clustered(calm), seed=2)
    assert difference == cluster_bootstrap_difference(LINES, calm, seed=2)
    assert compare(clustered(LINES), clustered(calm)) == cluster_bootstrap_difference(LINES, calm, seed=0)
    assert difference is not None
    assert difference.value == pytest.approx(total(LINES)[0] / total(LINES)[1] - 25 / 300), "AI minus unmarked"


def test_alike_clusters_are_still_clusters_when_compared() -> None:
    difference = compare(clustered(LINES), clustered([(0, 9)] * 40))
    assert difference is not None
    assert difference.method == "square-and-add"


def test_medians_are_compared_by_redrawing_both() -> None:
    slow, fast = list(range(100, 140)), list(range(40))
    difference = compare(median_of(slow), median_of(fast), seed=2)
    assert difference == bootstrap_median_difference(slow, fast, seed=2)
    assert difference is not None
    assert (difference.value, verdict(difference)) == (100, "higher")
    assert compare(median_of(slow), median_of(fast[:29])) is None


def test_nothing_is_compared_with_the_unknown() -> None:
    assert compare(unknown(), clustered(LINES)) is None
    assert compare(proportion(50, 100), unknown()) is None


@pytest.mark.parametrize(
    ("lo", "value", "hi", "words"),
    [
        (-0.10, -0.02, 0.05, "no difference shown"),
        (0.0, 0.1, 0.2, "no difference shown"),
        (-0.2, -0.1, 0.0, "no difference shown"),
        (0.01, 0.1, 0.2, "higher"),
        (-0.2, -0.1, -0.01, "lower"),
    ],
)
def test_the_words_are_the_intervals(lo: float, value: float, hi: float, words: str) -> None:
    assert verdict(Difference(value, lo, hi, "newcombe")) == words


def test_what_was_not_compared_is_said_to_be_too_few() -> None:
    assert verdict(compare(proportion(9, 20), proportion(3, 500))) == "too few to compare"


@given(HITS_OF, HITS_OF)
def test_no_verdict_ever_names_a_cause(ai: Cluster, unmarked: Cluster) -> None:
    words = verdict(compare(proportion(*ai), proportion(*unmarked)))
    assert re.fullmatch("higher|lower|no difference shown|too few to compare", words)
