"""As few digits as tell the truth."""

# ruff: noqa: RUF001 (reports print true dashes and minus signs)

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ai_quality.reports import words
from ai_quality.reports.words import Scale


@pytest.mark.parametrize(
    ("number", "scale", "text"),
    [
        (0.074, "share", "7.4 %"),
        (0.0, "share", "0.0 %"),
        (1.0, "share", "100.0 %"),
        (0.0004, "share", "0.04 %"),
        (0.99996, "share", "99.996 %"),
        (2.25, "hours", "2.2 h"),
        (0.01, "hours", "0.01 h"),
        (340.6, "hours", "341 h"),
        (12_345.6, "hours", "12,346 h"),
    ],
)
def test_a_value_has_one_decimal_or_as_many_as_it_needs_not_to_read_as_nothing_or_all(
    number: float, scale: Scale, text: str
) -> None:
    assert words.value(number, scale) == text


@pytest.mark.parametrize(
    ("middle", "lo", "hi", "text"),
    [
        (0.074, 0.041, 0.118, "4–12"),
        (0.0156, 0.0043, 0.0553, "0.4–6"),
        (0.193, 0.1912, 0.1944, "19–19.4"),
        (0.0, 0.0, 0.11, "0–11"),
        (1.0, 0.89, 1.0, "89–100"),
        (0.998, 0.97, 0.9996, "97–99.96"),
    ],
)
def test_an_interval_is_in_whole_numbers_where_they_still_hold_the_value(
    middle: float, lo: float, hi: float, text: str
) -> None:
    assert words.interval(middle, lo, hi, "share") == text


@pytest.mark.parametrize(
    ("middle", "lo", "hi", "value", "interval"),
    [
        (-0.119, -0.1704, -0.0687, "−11.9", "−17 to −7"),
        (0.1764, 0.1127, 0.2399, "+17.6", "11 to 24"),
        (-0.1, -0.2, -0.002, "−10.0", "−20 to −0.2"),
        (0.0, -0.03, 0.03, "0.0", "−3 to 3"),
        (-0.0001, -0.03, 0.03, "−0.01", "−3 to 3"),
    ],
)
def test_a_difference_keeps_its_sign_and_its_distance_from_nothing(
    middle: float, lo: float, hi: float, value: str, interval: str
) -> None:
    assert words.difference(middle, "share") == value
    assert words.difference_interval(middle, lo, hi, "share") == interval


def test_counts_have_thousands_and_the_unknown_a_dash() -> None:
    assert [words.count(n) for n in (0, 999, 1_234_567, None)] == ["0", "999", "1,234,567", "–"]


def test_one_is_no_plural() -> None:
    assert [words.amount(n, "commits") for n in (0, 1, 2)] == ["0 commits", "1 commit", "2 commits"]
    assert [words.amount(n, "strata") for n in (1, 2)] == ["1 stratum", "2 strata"]


@pytest.mark.parametrize(
    ("share", "text"),
    [(0.0, "0 %"), (0.001, "below 1 %"), (0.18, "18 %"), (0.9951, "over 99 %"), (1.0, "100 %")],
)
def test_a_rounded_share_is_neither_nothing_nor_all_unless_it_is(share: float, text: str) -> None:
    assert words.rounded_share(share) == text


@pytest.mark.parametrize(
    ("names", "text"), [([], ""), (["a"], "a"), (["a", "b"], "a and b"), (["a", "b", "c"], "a, b and c")]
)
def test_names_are_listed_as_one_says_them(names: list[str], text: str) -> None:
    assert words.listed(names) == text


SHARES = st.floats(0, 1).filter(lambda share: share == 0 or min(share, 1 - share) > 1e-6 or share == 1)


@given(st.tuples(SHARES, SHARES, SHARES).map(sorted))
def test_an_interval_shown_holds_the_value_shown(shares: list[float]) -> None:
    lo, middle, hi = shares
    shown = float(words.value(middle, "share").removesuffix(" %"))
    low, high = map(float, words.interval(middle, lo, hi, "share").split("–"))
    assert low <= shown <= high
    assert [low == 0, high == 100, shown == 0] == [lo == 0, hi == 1, middle == 0]
