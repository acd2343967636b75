"""A price file that is wrong says what is wrong, and where."""

from __future__ import annotations

import pytest

from ai_quality.errors import UsageError
from ai_quality.facts.price_file import LIMIT, read

GOOD = '[[price]]\nmodel = "m"\ninput = 1\noutput = 2\n'


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("price = 1", "[[price]] tables"),
        ("[price]\nmodel = 1", "[[price]] tables"),
        ("prices = []", "[[price]] tables"),
        ("[[price", "is no TOML"),
        ("\xff", "is no TOML"),
        ("price = " + "[" * 5_000, "is no TOML"),
        ("[[price]]\ninput = 1", "names no model"),
        ('[[price]]\nmodel = "*"', "names no model"),
        ('[[price]]\nmodel = "m"\noutput = 2', "has no input price"),
        (GOOD + "provider = 3", "provider is no text"),
        (GOOD + "cache-reed = 1", "did you mean cache-read?"),
        (GOOD + 'from = "today"', "from is no day"),
        (GOOD + "from = 2026-01-01T00:00:00", "from is no day"),
        (GOOD + "cache-read = -1", "cache-read is no price"),
        (GOOD + "cache-read = nan", "cache-read is no price"),
        (GOOD + "cache-read = 1e999999999", "cache-read is no price"),
        (GOOD + "cache-read = true", "cache-read is no price"),
        (GOOD + "above = 1", "above is no list"),
        (GOOD + "above = [1]", "is no table"),
        (GOOD + "[[price.above]]\ninput = 2", "has no prompt length"),
        (GOOD + GOOD + "x = 1", "[[price]] number 2 in prices.toml"),
    ],
)
def test_what_is_wrong_is_told(text: str, says: str) -> None:
    with pytest.raises(UsageError) as told:
        read(text.encode("latin-1"), "prices.toml")
    assert says in str(told.value)
    assert "prices.toml" in str(told.value)


def test_a_file_that_is_too_long_is_not_parsed() -> None:
    with pytest.raises(UsageError, match="longer than"):
        read(b"#" * (LIMIT + 1))


def test_prices_are_the_decimals_that_were_written() -> None:
    [entry] = read(GOOD.encode() + b"cache-read = 0.10\n").prices
    assert entry.steps == (((-1, "1"),), ((-1, "0.10"),), ((-1, "1"),), (), ((-1, "2"),))


def test_an_empty_file_has_no_prices() -> None:
    assert read(b"").prices == ()
