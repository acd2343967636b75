"""A curve in fewer points is still that curve."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from ai_quality.metrics.survival import kaplan_meier, thinned

LIVES = st.lists(st.tuples(st.integers(0, 4000), st.booleans()), min_size=1, max_size=300)


def test_a_short_curve_stays_whole() -> None:
    curve = kaplan_meier([1, 2, 3], [True, False, True])
    assert thinned(curve) == curve
    assert thinned([]) == []


def test_a_long_curve_keeps_its_ends_and_most_of_its_start() -> None:
    curve = kaplan_meier(range(1000), [True] * 1000)
    kept = thinned(curve)
    assert len(kept) <= 60
    assert (kept[0], kept[-1]) == (curve[0], curve[-1])
    assert sum(point.time < 100 for point in kept) > 15, "a tenth of the time, a quarter of the points"


@given(LIVES, st.integers(2, 80))
def test_no_more_points_than_asked_for_and_each_one_of_the_curve(lives: list[tuple[int, bool]], most: int) -> None:
    curve = kaplan_meier([days for days, _ in lives], [ended for _, ended in lives])
    kept = thinned(curve, most)
    assert len(kept) <= most
    assert set(kept) <= set(curve)
    assert [point.time for point in kept] == sorted(point.time for point in kept)
    assert (kept[0], kept[-1]) == (curve[0], curve[-1])
