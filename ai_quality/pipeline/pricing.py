"""Prices for the ledger's requests: each is asked once, and again only when the price list itself is another one."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from importlib import metadata

from ai_quality.sources.ledger import Ledger
from ai_quality.sources.ledger_rows import PICO
from ai_quality.spend import Stored

LIST = "genai-prices"
UNKNOWN = "none"
"""The basis kept of a request whose price the list does not know."""


def priced(ledger: Ledger, rows: Iterable[Stored]) -> dict[int, tuple[Decimal | None, str]]:
    """Return row → (dollars, basis), dollars None where unknown; fresh answers are kept in the ledger."""
    name = f"pricing:{metadata.version(LIST)}"
    is_known = ledger.remembered(name) is not None
    found: dict[int, tuple[Decimal | None, str]] = {}
    fresh: list[Stored] = []
    for one in rows:
        if is_known and one.basis is not None:
            usd = None if one.dollars is None else one.dollars + Decimal(one.pico or 0) / PICO
            found[one.row] = usd, one.basis
        else:
            fresh.append(one)
    if fresh:
        asked = _asked(fresh)
        ledger.price((row, usd, basis) for row, (usd, basis) in asked.items())
        found |= asked
    if not is_known:
        ledger.remember(name, "")
    return found


def _asked(rows: Iterable[Stored]) -> dict[int, tuple[Decimal | None, str]]:
    from ai_quality.sources import prices  # noqa: PLC0415 (genai-prices takes 0.15 s to import)

    told = {one.row: prices.price(one.model, one.provider, one.tier, one.time, one.tokens) for one in rows}
    return {row: (price.usd, price.basis or UNKNOWN) for row, price in told.items()}
