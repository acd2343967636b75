"""Money and tokens in words: as few digits as tell the truth, a part told as a part, a dash for what is unknown."""

from __future__ import annotations

from ai_quality.reports import words
from ai_quality.reports.comment_data import Spend

UNKNOWN = words.DASH
TENS = 10
THOUSAND = 1000
CENT = 0.01
SMALLEST = 0.0001


def money(usd: float | None) -> str:
    """`$4.12`, `$1,204`, `$0.0042`; a dash for what nobody knows. What is not 0 never reads as 0."""
    if usd is None:
        return UNKNOWN
    if round(usd, 2) >= THOUSAND:
        return f"${usd:,.0f}"
    if not usd or usd >= CENT:
        return f"${usd:.2f}"
    return f"${usd:.2g}" if usd >= SMALLEST else f"under ${SMALLEST:f}"


def amount_of(tokens: int | None) -> str:
    """`1.9 M`, `120 k`, `640`; a dash for what nobody knows."""
    if tokens is None:
        return UNKNOWN
    for size, unit in ((10**9, "G"), (10**6, "M"), (10**3, "k")):
        if tokens >= size:
            share = tokens / size
            return f"{share:.1f} {unit}" if share < TENS else f"{share:,.0f} {unit}"
    return str(tokens)


def times(ratio: float) -> str:
    """`1.4 times`, `24 times`."""
    if ratio >= THOUSAND:
        return "over 1,000 times"
    return f"{ratio:,.1f} times" if ratio < TENS else f"{ratio:,.0f} times"


def is_whole(spend: Spend) -> bool:
    """Is every cost known that should be?"""
    return spend.priced == spend.recorded == spend.of


def at_least(spend: Spend) -> str:
    """`$4.12`, or `≥ $3.05` where only a part is known."""
    return money(spend.usd) if spend.usd is None or is_whole(spend) else f"≥ {money(spend.usd)}"


def lacking(spend: Spend) -> str:
    """`2 of 5 commits not recorded, 1 without a price`; empty where nothing is."""
    told = []
    if missing := spend.of - spend.recorded:
        told.append(f"{words.count(missing)} of {words.amount(spend.of, 'commits')} not recorded")
    if unpriced := spend.recorded - spend.priced:
        told.append(f"{words.count(unpriced)} without a known price")
    return ", ".join(told)


def tokens(spend: Spend) -> str:
    """`1.9 M tokens, 92 % of them cached`; empty where nobody knows."""
    if spend.tokens is None:
        return ""
    cached = (
        f", {words.rounded_share(spend.cached / spend.tokens)} of them from a cache"
        if spend.cached and spend.tokens
        else ""
    )
    return f"{'' if spend.recorded == spend.of else 'at least '}{amount_of(spend.tokens)} tokens{cached}"
