"""The closed forms against statsmodels, scipy and lifelines (their answers are in stats_reference.json),
against brute force where a case is small, and against what must hold of any numbers at all."""

from __future__ import annotations

import itertools
import json
import math
import random
import statistics as stdlib
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from ai_quality.metrics import statistics
from ai_quality.metrics.statistics import (
    Cluster,
    all_alike,
    bootstrap_median_difference,
    chi2_tail,
    cluster_bootstrap,
    cluster_bootstrap_difference,
    fisher_exact,
    mann_whitney,
    mantel_haenszel,
    median_interval,
    newcombe_difference,
    wilson,
)
from ai_quality.metrics.survival import KaplanMeierPoint, Lifetimes, kaplan_meier, log_rank, survival_at

REFERENCE: dict[str, Any] = json.loads((Path(__file__).parent / "stats_reference.json").read_text("utf-8"))


def same(expected: object) -> object:
    """Equal but for rounding."""
    return pytest.approx(expected, rel=1e-9, abs=1e-12)


def mirrored(counts: Cluster) -> Cluster:
    """The misses in place of the hits."""
    hits, of = counts
    return of - hits, of


def hits_of(most: int, *, least: int = 0) -> st.SearchStrategy[Cluster]:
    pairs = st.integers(least, most).flatmap(lambda of: st.tuples(st.integers(0, of), st.just(of)))
    return pairs.map(lambda pair: (pair[0], pair[1]))


TABLES = st.lists(st.tuples(hits_of(12), hits_of(12)).map(lambda arms: [mirrored(arm) for arm in arms]))
VALUES = st.lists(st.integers(-5, 5).map(float), min_size=1, max_size=12)
LIVES = st.lists(st.tuples(st.integers(0, 6), st.booleans(), st.integers(0, 4)), max_size=8)


# One proportion


@pytest.mark.parametrize("case", REFERENCE["wilson95"], ids=lambda case: f"{case['x']}-of-{case['n']}")
def test_wilson_is_what_statsmodels_says(case: dict[str, Any]) -> None:
    assert wilson(case["x"], case["n"]) == same((case["lo"], case["hi"]))


@pytest.mark.parametrize("case", REFERENCE["min_n_table"], ids=lambda case: str(case["n"]))
def test_so_many_trials_give_so_wide_an_interval(case: dict[str, Any]) -> None:
    lo, hi = wilson(case["n"] // 2, case["n"]) or (2, -1)
    assert (hi - lo) / 2 == same(case["half_width_at_p50"])
    assert wilson(0, case["n"]) == same((0.0, case["upper_at_0"]))


def test_no_trials_have_no_interval() -> None:
    assert wilson(0, 0) is None


@pytest.mark.parametrize("hits_and_trials", [(2, 1), (-1, 5), (0, -1)])
def test_impossible_counts_are_refused(hits_and_trials: Cluster) -> None:
    with pytest.raises(ValueError, match="cannot be counted"):
        wilson(*hits_and_trials)
    with pytest.raises(ValueError, match="cannot be counted"):
        cluster_bootstrap([(1, 2), hits_and_trials])


@given(hits_of(10**9, least=1))
def test_wilson_stays_within_0_and_1_and_contains_the_share(counts: Cluster) -> None:
    hits, of = counts
    lo, hi = wilson(hits, of) or (2, -1)
    assert 0 <= lo <= hits / of <= hi <= 1


@given(hits_of(1000, least=1))
def test_wilson_of_the_misses_is_the_mirror_of_wilson_of_the_hits(counts: Cluster) -> None:
    lo, hi = wilson(*counts) or (2, -1)
    assert wilson(*mirrored(counts)) == same((1 - hi, 1 - lo))


@given(hits_of(1000, least=1))
def test_more_confidence_needs_a_wider_interval(counts: Cluster) -> None:
    lo90, hi90 = wilson(*counts, confidence=0.9) or (2, -1)
    lo99, hi99 = wilson(*counts, confidence=0.99) or (2, -1)
    assert hi99 - lo99 > hi90 - lo90


# Two proportions


@pytest.mark.parametrize("case", REFERENCE["newcombe_diff95"], ids=lambda case: f"{case['x1']}-{case['n1']}")
def test_the_difference_is_what_statsmodels_says(case: dict[str, Any]) -> None:
    difference = newcombe_difference(case["x1"], case["n1"], case["x2"], case["n2"])
    assert difference is not None
    assert difference[:3] == same((case["diff"], case["lo"], case["hi"]))
    assert difference.method == "newcombe"


def test_there_is_no_difference_from_an_empty_arm() -> None:
    assert newcombe_difference(1, 2, 0, 0) is None
    assert newcombe_difference(0, 0, 1, 2) is None


@given(hits_of(500, least=1), hits_of(500, least=1))
def test_swapping_the_arms_turns_the_difference_round(first: Cluster, second: Cluster) -> None:
    there, back = newcombe_difference(*first, *second), newcombe_difference(*second, *first)
    assert there is not None
    assert back is not None
    assert -1 <= there.lo <= there.value <= there.hi <= 1
    assert back[:3] == same((-there.value, -there.hi, -there.lo))


# Tables


@pytest.mark.parametrize("case", REFERENCE["fisher"], ids=lambda case: str(case["table"]))
def test_fisher_is_what_scipy_says(case: dict[str, Any]) -> None:
    assert fisher_exact(case["table"]) == same(case["p"])


@given(hits_of(12, least=1), hits_of(12, least=1))
def test_fisher_adds_up_the_tables_no_likelier_than_this_one(first: Cluster, second: Cluster) -> None:
    hits = first[0] + second[0]
    ways = [math.comb(first[1], x) * math.comb(second[1], hits - x) for x in range(hits + 1)]
    expected = sum(w for w in ways if w <= ways[first[0]]) / sum(ways)
    table = [(hits, of - hits) for hits, of in (first, second)]
    assert fisher_exact(table) == same(expected)


def test_fisher_manages_counts_whose_factorials_no_float_holds() -> None:
    assert fisher_exact([[50_000, 100_000], [50_000, 100_000]]) == same(1.0)
    assert fisher_exact([[50_000, 100_000], [51_000, 100_000]]) == pytest.approx(0.0103720094, rel=1e-7)


def test_fisher_says_nothing_of_an_empty_arm_and_shows_nothing_without_events() -> None:
    assert fisher_exact([[0, 0], [1, 2]]) is None
    assert fisher_exact([[1, 2], [0, 0]]) is None
    assert fisher_exact([[0, 3], [0, 9]]) == 1


def test_a_table_of_negative_counts_is_refused() -> None:
    with pytest.raises(ValueError, match="cannot be counted"):
        fisher_exact([[1, 2], [-1, 4]])
    with pytest.raises(ValueError, match="cannot be counted"):
        mantel_haenszel([[[1, 2], [-1, 4]]])


@pytest.mark.parametrize("case", REFERENCE["mantel_haenszel"], ids=lambda case: case["name"][:13])
def test_pooled_strata_are_what_statsmodels_says(case: dict[str, Any]) -> None:
    pooled = mantel_haenszel(case["tables"])
    assert pooled.risk_difference == same(case["mh_rd"])
    assert pooled.se_sato == same(case["mh_rd_sato_se"])
    assert pooled.lo == same(case["mh_rd"] - 1.959963984540054 * case["mh_rd_sato_se"])
    assert pooled.hi == same(case["mh_rd"] + 1.959963984540054 * case["mh_rd_sato_se"])
    assert pooled.odds_ratio == same(case["mh_or"])
    assert (pooled.or_lo, pooled.or_hi) == same((case["mh_or_lo"], case["mh_or_hi"]))
    assert pooled.risk_ratio == same(case["mh_rr"])
    assert pooled.cmh_chi2 == same(case["cmh_chi2_nocorr"])
    assert pooled.cmh_p == same(case["cmh_p"])
    assert (pooled.dropped_first, pooled.dropped_second) == (0, 0)


def test_the_kidney_stones_favour_one_treatment_in_sum_and_the_other_in_every_stratum() -> None:
    case = REFERENCE["mantel_haenszel"][0]
    (small_a, small_b), (large_a, large_b) = case["tables"]
    events, others = ([x + y for x, y in zip(*pair, strict=True)] for pair in ((small_a, large_a), (small_b, large_b)))
    crude = newcombe_difference(events[0], sum(events), others[0], sum(others))
    assert crude is not None
    assert crude.value == same(case["crude_diff"])
    assert crude.value < 0 < (mantel_haenszel(case["tables"]).risk_difference or 0)


def test_strata_with_an_empty_arm_are_dropped_and_told() -> None:
    whole = [[[12, 8], [30, 70]], [[4, 16], [5, 95]]]
    pooled = mantel_haenszel([*whole, [[3, 7], [0, 0]], [[0, 0], [25, 25]]])
    assert pooled[:10] == mantel_haenszel(whole)[:10]
    assert (pooled.dropped_first, pooled.dropped_second) == (10 / 50, 50 / 250)


@pytest.mark.parametrize(("table", "lo", "hi"), [([[0, 5], [9, 1]], -1, -0.714), ([[4, 0], [1, 3]], 0.326, 1)])
def test_the_pooled_interval_is_cut_where_no_difference_can_be(table: list[list[int]], lo: float, hi: float) -> None:
    pooled = mantel_haenszel([table])
    assert (pooled.lo, pooled.hi) == pytest.approx((lo, hi), abs=0.001)
    assert -1 <= (pooled.lo or -2) < (pooled.hi or 2) <= 1


def test_without_strata_nothing_is_said() -> None:
    assert mantel_haenszel([]) == (None,) * 12
    assert mantel_haenszel([[[0, 0], [1, 1]]]) == (*(None,) * 11, 1.0)


def test_without_events_there_is_no_difference_and_no_certainty_either() -> None:
    pooled = mantel_haenszel([[[0, 20], [0, 30]], [[0, 7], [0, 11]]])
    assert pooled == (0.0, *(None,) * 9, 0.0, 0.0)


def test_events_in_one_arm_only_leave_the_odds_ratio_without_an_interval() -> None:
    none_of_first, none_of_second = mantel_haenszel([[[0, 20], [9, 21]]]), mantel_haenszel([[[9, 21], [0, 20]]])
    assert (none_of_first.odds_ratio, none_of_first.or_lo, none_of_first.or_hi) == (0, None, None)
    assert (none_of_second.odds_ratio, none_of_second.or_lo, none_of_second.or_hi) == (None, None, None)
    assert none_of_first.risk_difference == same(-0.3)
    assert (none_of_first.risk_ratio, none_of_second.risk_ratio) == (0, None)


@given(hits_of(50, least=1), hits_of(50, least=1))
def test_one_stratum_is_the_crude_comparison(first: Cluster, second: Cluster) -> None:
    (a, n1), (c, n2) = first, second
    pooled = mantel_haenszel([[[a, n1 - a], [c, n2 - c]]])
    assert pooled.risk_difference == same(a / n1 - c / n2)
    assert pooled.risk_ratio == (same((a / n1) / (c / n2)) if c else None)
    assert pooled.odds_ratio == (same(a * (n2 - c) / (c * (n1 - a))) if c and n1 - a else None)


@given(TABLES, st.randoms(use_true_random=False))
def test_the_order_of_the_strata_does_not_show(tables: list[list[Cluster]], rng: random.Random) -> None:
    shuffled = rng.sample(tables, len(tables))
    assert mantel_haenszel(shuffled) == mantel_haenszel(tables)


@given(TABLES)
def test_the_pooled_difference_lies_within_1_and_its_interval(tables: list[list[Cluster]]) -> None:
    pooled = mantel_haenszel(tables)
    assume(pooled.risk_difference is not None)
    lo, value, hi = pooled.lo, pooled.risk_difference or 0.0, pooled.hi
    assert -1 <= (value if lo is None else lo) <= value <= (value if hi is None else hi) <= 1


def test_the_chi_square_tail_has_its_textbook_quantiles() -> None:
    assert chi2_tail(0) == 1
    assert chi2_tail(3.841458820694124) == same(0.05)


# Samples


def test_mann_whitney_is_what_scipy_says() -> None:
    case = REFERENCE["mannwhitney"]
    result = mann_whitney(case["a"], case["b"])
    assert result is not None
    assert result.p == same(case["p"])
    assert result.cliffs_delta == same(case["cliffs_delta"])


@given(VALUES, VALUES)
def test_delta_is_the_balance_of_the_pairs_won_and_lost(first: list[float], second: list[float]) -> None:
    result = mann_whitney(first, second)
    pairs = [(x > y) - (x < y) for x in first for y in second]
    assert result is not None
    assert result.cliffs_delta == same(sum(pairs) / len(pairs))
    assert result.u == sum(pair > 0 for pair in pairs) + sum(pair == 0 for pair in pairs) / 2
    assert 0 <= result.p <= 1
    assert (mann_whitney(second, first) or result).p == same(result.p)


def test_samples_of_one_value_show_no_difference() -> None:
    assert mann_whitney([3.0] * 9, [3.0] * 7) == (31.5, 1.0, 0.0)


def test_an_empty_sample_is_not_compared() -> None:
    assert mann_whitney([], [1.0]) is None
    assert mann_whitney([1.0], []) is None


@pytest.mark.parametrize("n", [0, 1, 5, 6, 8, 9, 30, 31, 100, 1000])
def test_the_median_lies_between_the_ranks_the_binomial_gives(n: int) -> None:
    tails = itertools.accumulate(math.comb(n, heads) for heads in range(n + 1))
    rank = sum(tail <= 0.025 * 2**n for tail in tails)
    values = random.Random(n).sample(range(n), n)
    assert median_interval(values) == ((rank - 1, n - rank) if rank else None)


def test_a_million_values_have_the_median_interval_of_the_normal_limit() -> None:
    assert median_interval(range(1_000_000)) == (499_019, 500_980)


# The bootstrap of clusters

MIXED: list[Cluster] = [(0, 1)] * 150 + [(1, 1)] * statistics.HEAVY + [(i % 7, 6 + i % 5) for i in range(80)]
"""Two groups large enough for a binomial draw, one of them just so, and many small ones."""


def test_the_same_seed_gives_the_same_interval_whatever_the_order() -> None:
    shuffled = random.Random(1).sample(MIXED, len(MIXED))
    assert cluster_bootstrap(MIXED, seed=7) == cluster_bootstrap(shuffled, seed=7)
    assert cluster_bootstrap(MIXED, seed=7) != cluster_bootstrap(MIXED, seed=8)
    assert cluster_bootstrap(MIXED) == cluster_bootstrap(MIXED, draws=1000, seed=0)


def test_clusters_without_trials_change_nothing() -> None:
    assert cluster_bootstrap([(0, 0), *MIXED, (0, 0)]) == cluster_bootstrap(MIXED)
    assert cluster_bootstrap([(0, 0)] * 20) is None
    assert cluster_bootstrap([]) is None


@pytest.mark.parametrize("arm", [MIXED, MIXED[-80:], MIXED[:-80]], ids=["both", "small groups", "large groups"])
def test_redrawing_by_groups_spreads_as_redrawing_one_by_one_does(arm: list[Cluster]) -> None:
    rng = random.Random(3)
    plain = [
        sum(hits for hits, _ in redraw) / sum(of for _, of in redraw)
        for redraw in (rng.choices(arm, k=len(arm)) for _ in range(4000))
    ]
    grouped = statistics._redrawn_shares(arm, 4000, random.Random(4))
    # Standard errors of a mean and of a spread over 4,000 draws, twice; five of them never happen.
    spread = stdlib.stdev(plain)
    assert abs(stdlib.fmean(grouped) - stdlib.fmean(plain)) < 5 * spread * math.sqrt(2 / 4000)
    assert abs(stdlib.stdev(grouped) / spread - 1) < 5 * math.sqrt(1 / 4000)


@pytest.mark.parametrize(("draws", "ranks"), [(1000, (25, 976)), (999, (25, 975)), (100, (2, 99)), (20, (1, 20))])
def test_the_interval_leaves_a_fortieth_of_the_draws_on_either_side(draws: int, ranks: tuple[int, int]) -> None:
    redrawn = random.Random(2).sample(range(1, draws + 1), draws)
    assert statistics._percentiles([float(x) for x in redrawn], draws / 2) == ranks


def test_the_interval_is_widened_to_hold_the_value_it_is_of() -> None:
    assert statistics._percentiles([1.0, 2.0, 3.0], 0.5) == (0.5, 3.0)
    assert statistics._percentiles([1.0, 2.0, 3.0], 3.5) == (1.0, 3.5)


@pytest.mark.parametrize("chance", [0.0, 0.1, 0.5, 2 / 3, 1.0])
def test_binomial_draws_are_as_frequent_as_the_binomial_says(chance: float) -> None:
    rng, draws = random.Random(5), 20_000
    seen = Counter(statistics._binomial(4, chance, rng) for _ in range(draws))
    assert set(seen) <= set(range(5))
    for hits in range(5):
        expected = math.comb(4, hits) * chance**hits * (1 - chance) ** (4 - hits)
        allowed = 5 * math.sqrt(expected * (1 - expected) / draws)
        assert abs(seen[hits] / draws - expected) <= allowed


def test_clusters_of_one_trial_give_what_wilson_gives() -> None:
    interval = cluster_bootstrap([(1, 1)] * 300 + [(0, 1)] * 700)
    assert interval == pytest.approx(wilson(300, 1000), abs=0.006)


def test_lines_that_share_a_fate_are_worth_their_commits_and_not_their_lines() -> None:
    interval = cluster_bootstrap([(20, 20)] * 30 + [(0, 20)] * 70)
    assert interval == pytest.approx(wilson(30, 100), abs=0.02)


@pytest.mark.parametrize(
    ("clusters", "as_if"),
    [([(0, 5)] * 40, (0, 40)), ([(5, 5)] * 40, (40, 40)), ([(2, 4)] * 40, (20, 40)), ([(0, 9)], (0, 1))],
    ids=["all zero", "all one", "all a half", "one cluster"],
)
def test_like_clusters_are_as_many_trials_and_not_a_certainty(clusters: list[Cluster], as_if: Cluster) -> None:
    assert all_alike(clusters)
    assert cluster_bootstrap(clusters) == same(wilson(*as_if))


def test_one_large_cluster_among_small_ones_is_worth_little_more_than_itself() -> None:
    interval = cluster_bootstrap([(0, 1000)] + [(0, 1)] * 50)
    worth_two = wilson(0, 2)
    assert interval is not None
    assert worth_two is not None
    assert interval.hi > worth_two.hi


def test_clusters_are_not_alike_when_one_differs() -> None:
    assert not all_alike([(1, 2), (2, 4), (3, 5)])
    assert all_alike([(1, 2), (2, 4), (0, 0)])


@given(st.lists(hits_of(9), min_size=1, max_size=9), st.integers(0, 9))
def test_the_bootstrap_interval_stays_within_0_and_1_and_contains_the_share(arm: list[Cluster], seed: int) -> None:
    of = sum(of for _, of in arm)
    assume(of)
    lo, hi = cluster_bootstrap(arm, draws=60, seed=seed) or (2, -1)
    assert 0 <= lo <= sum(hits for hits, _ in arm) / of <= hi <= 1
    assert lo < hi, "never a certainty"


@given(st.lists(hits_of(9), max_size=9), st.lists(hits_of(9), max_size=9))
def test_the_bootstrapped_difference_is_between_shares_and_within_its_interval(
    first: list[Cluster], second: list[Cluster]
) -> None:
    difference = cluster_bootstrap_difference(first, second, draws=60)
    shares = [sum(h for h, _ in arm) / (sum(of for _, of in arm) or math.nan) for arm in (first, second)]
    assert (difference is None) == math.isnan(sum(shares))
    assume(difference)
    assert difference is not None
    assert difference.value == shares[0] - shares[1]
    assert -1 <= difference.lo <= difference.value <= difference.hi <= 1


def test_the_bootstrapped_difference_is_newcombes_where_each_cluster_is_one_trial() -> None:
    first, second = [(1, 1)] * 300 + [(0, 1)] * 700, [(1, 1)] * 100 + [(0, 1)] * 900
    difference = cluster_bootstrap_difference(first, second)
    expected = newcombe_difference(300, 1000, 100, 1000)
    assert difference is not None
    assert expected is not None
    assert difference[:3] == pytest.approx(expected[:3], abs=0.006)
    assert difference.method == "cluster-bootstrap"
    assert difference == cluster_bootstrap_difference(first, second), "same seed, same answer"
    assert difference != cluster_bootstrap_difference(first, second, seed=1)


def test_arms_that_cannot_vary_are_joined_as_newcombe_joins_them() -> None:
    difference = cluster_bootstrap_difference([(0, 3)] * 40, [(0, 7)] * 60)
    expected = newcombe_difference(0, 40, 0, 60)
    assert difference is not None
    assert expected is not None
    assert difference[:3] == same(expected[:3])
    assert difference.method == "square-and-add"


def test_one_arm_that_cannot_vary_still_adds_its_own_doubt() -> None:
    difference = cluster_bootstrap_difference([(0, 3)] * 40, MIXED)
    doubt, varying = wilson(0, 40), cluster_bootstrap(MIXED)
    assert difference is not None
    assert doubt is not None
    assert varying is not None
    assert difference.hi - difference.value > doubt.hi
    assert difference.hi - difference.lo > varying.hi - varying.lo


# The bootstrap of medians


@pytest.mark.parametrize("n", [1, 2, 3, 4, 5])
def test_medians_are_redrawn_as_often_as_all_resamples_have_them(n: int) -> None:
    values, rng, draws = [2.0**i for i in range(n)], random.Random(6), 20_000
    every = Counter(stdlib.median(redraw) for redraw in itertools.product(values, repeat=n))
    seen = Counter(statistics._redrawn_median(values, rng) for _ in range(draws))
    assert set(seen) <= set(every)
    for value, ways in every.items():
        expected = ways / n**n
        assert abs(seen[value] / draws - expected) <= 5 * math.sqrt(expected * (1 - expected) / draws)


@given(VALUES, VALUES, st.integers(0, 9))
def test_the_difference_of_medians_lies_in_its_interval(first: list[float], second: list[float], seed: int) -> None:
    difference = bootstrap_median_difference(first, second, draws=60, seed=seed)
    assert difference is not None
    assert difference.value == stdlib.median(first) - stdlib.median(second)
    assert difference.lo <= difference.value <= difference.hi
    assert difference.lo >= min(first) - max(second)
    assert difference.hi <= max(first) - min(second)
    assert difference == bootstrap_median_difference(first[::-1], second[::-1], draws=60, seed=seed)


def test_the_difference_of_medians_is_as_wide_as_the_normal_limit_says() -> None:
    # Of n uniform values the median has variance 1 / (4 n); of two such medians, twice that.
    first, second = ([i / 999 for i in range(1000)] for _ in range(2))
    difference = bootstrap_median_difference(first, second)
    assert difference is not None
    assert difference.value == 0
    assert difference.hi - difference.lo == pytest.approx(2 * 1.96 * math.sqrt(2 / 4000), rel=0.1)
    assert difference != bootstrap_median_difference(first, second, seed=1)


def test_an_empty_sample_has_no_median_to_compare() -> None:
    assert bootstrap_median_difference([], [1.0]) is None
    assert bootstrap_median_difference([1.0], []) is None


# Lifetimes


def test_the_curve_is_what_lifelines_says() -> None:
    case = REFERENCE["kaplan_meier"]
    curve = kaplan_meier(case["durations"], case["events"])
    assert {str(point.time): point.survival for point in curve} == same(case["S"])
    assert {str(point.time): (point.lo, point.hi) for point in curve} == {
        time: same(tuple(bounds)) for time, bounds in case["ci95_loglog"].items()
    }


def test_the_censored_are_at_risk_up_to_and_at_their_time() -> None:
    curve = kaplan_meier([2, 2, 5, 7], [True, False, True, False])
    assert [(p.time, p.survival, p.at_risk) for p in curve] == [
        (0, 1.0, 4),
        (2, 0.75, 4),
        (5, 0.375, 2),
        (7, 0.375, 1),
    ]


def test_what_ends_at_once_is_gone_from_time_0_on() -> None:
    assert [(p.time, p.survival) for p in kaplan_meier([0, 3], [True, True])] == [(0, 0.5), (3, 0.0)]


def test_bounds_are_unknown_while_nothing_has_ended_and_once_nothing_is_left() -> None:
    curve = kaplan_meier([1, 2, 3], [False, True, True])
    assert [(p.lo is None, p.hi is None) for p in curve] == [(False,) * 2, (True,) * 2, (False,) * 2, (True,) * 2]
    assert curve[-1].survival == 0


def test_no_lifetimes_make_no_curve() -> None:
    assert kaplan_meier([], []) == []
    assert kaplan_meier([4], [True], counts=[0]) == []


@given(LIVES)
def test_counted_lifetimes_are_as_many_single_ones(lives: list[tuple[int, bool, int]]) -> None:
    columns = list(zip(*lives, strict=True)) or [(), (), ()]
    single = [life[:2] for life in lives for _ in range(life[2])]
    written_out = Lifetimes([time for time, _ in single], [ended for _, ended in single])
    counted = Lifetimes(*columns)
    other = Lifetimes([1, 2, 3, 6], [True, False, True, True])
    assert kaplan_meier(*counted) == kaplan_meier(*written_out)
    assert log_rank(counted, other) == log_rank(written_out, other)


@given(LIVES)
def test_the_curve_falls_from_1_within_its_bounds(lives: list[tuple[int, bool, int]]) -> None:
    curve = kaplan_meier(*zip(*lives, strict=True)) if lives else []
    assert [p.survival for p in curve] == sorted((p.survival for p in curve), reverse=True)
    for p in curve:
        lo, hi = (p.survival if p.lo is None else p.lo), (p.survival if p.hi is None else p.hi)
        assert 0 <= lo <= p.survival <= hi <= 1


@pytest.mark.parametrize(
    ("time", "survival"), [(-1, None), (0, 1.0), (1.9, 1.0), (2, 0.75), (6, 0.375), (7, 0.375), (7.1, None)]
)
def test_a_curve_is_read_as_steps_and_not_beyond_what_was_watched(time: float, survival: float | None) -> None:
    point = survival_at(kaplan_meier([2, 2, 5, 7], [True, False, True, False]), time)
    assert (point and point.survival) == survival


def test_an_empty_curve_has_no_points_to_read() -> None:
    nothing: list[KaplanMeierPoint] = []
    assert survival_at(nothing, 0) is None


@pytest.mark.parametrize(
    ("lives", "complaint"),
    [
        (Lifetimes([-1], [True]), "cannot be counted"),
        (Lifetimes([1], [True], [-1]), "cannot be counted"),
        (Lifetimes([1, 2], [True]), "shorter"),
        (Lifetimes([1, 2], [True, True], [1]), "shorter"),
    ],
    ids=["negative time", "negative count", "an event too few", "a count too few"],
)
def test_lifetimes_that_cannot_be_are_refused(lives: Lifetimes, complaint: str) -> None:
    with pytest.raises(ValueError, match=complaint):
        kaplan_meier(*lives)


def test_log_rank_is_what_lifelines_says() -> None:
    case = REFERENCE["logrank"]
    first = Lifetimes(case["durations_a"], case["events_a"])
    second = Lifetimes(case["durations_b"], case["events_b"])
    assert log_rank(first, second) == same((case["chi2"], case["p"]))
    assert log_rank(second, first) == same((case["chi2"], case["p"]))


def test_two_like_arms_show_no_difference() -> None:
    arm = Lifetimes([1, 2, 2, 5], [True, True, False, True])
    assert log_rank(arm, arm) == (0.0, 1.0)


def test_log_rank_of_one_against_one_is_a_coin() -> None:
    assert log_rank(Lifetimes([1], [True]), Lifetimes([2], [True])) == same((1.0, chi2_tail(1.0)))


def test_arms_never_watched_together_are_not_compared() -> None:
    nothing, ended, censored = Lifetimes([], []), Lifetimes([3, 4], [True, True]), Lifetimes([1, 1], [False, False])
    assert log_rank(ended, nothing) is None
    assert log_rank(nothing, ended) is None
    assert log_rank(ended, censored) is None
    assert log_rank(censored, censored) is None
