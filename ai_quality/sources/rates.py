"""What a request costs by a table of rates. Standard library only: the hook computes with a table it finds kept.

`prices` makes the tables (genai-prices takes 0.15 s to import) and this is its arithmetic too, so both agree.
"""

from __future__ import annotations

from decimal import Decimal

from ai_quality.spend import Rates, Tokens

MILLION = Decimal(1_000_000)


def covers(rates: Rates, time: int) -> bool:
    """Whether the rates hold at this time, in milliseconds since 1970?"""
    return (rates.since is None or rates.since <= time) and (rates.until is None or time < rates.until)


def amount(rates: Rates, tokens: Tokens) -> Decimal | None:
    """Dollars, exact; None where the table has no price for a bucket that has tokens: unknown, never 0."""
    prompt = tokens.input + tokens.cache_read + tokens.cache_write_5m + tokens.cache_write_1h
    total = Decimal(0)
    for count, steps in zip(tokens, rates.steps, strict=True):
        if not count:
            continue
        price = next((price for start, price in reversed(steps) if prompt > start), None)
        if price is None:
            return None
        total += Decimal(price) * count / MILLION
    return total


def row(kept: object) -> Rates | None:
    """Rates as JSON gives them back, lists for tuples; None where it is no such table."""
    if not isinstance(kept, list | tuple) or len(kept) != len(Rates._fields):
        return None
    basis, since, until, buckets = kept
    if not isinstance(basis, str) or not isinstance(since, int | None) or not isinstance(until, int | None):
        return None
    try:
        steps = tuple(tuple((int(start), str(Decimal(price))) for start, price in bucket) for bucket in buckets)
    except (ArithmeticError, TypeError, ValueError):
        return None
    return Rates(basis, since, until, steps) if len(steps) == len(Tokens._fields) else None
