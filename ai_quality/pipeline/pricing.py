"""Prices for the ledger's requests: each is asked once, and again only when the price list or the price file changes.

The rates behind the answers are kept beside them, so that a hook can word dollars without loading the list.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from decimal import Decimal
from importlib import metadata

from ai_quality.errors import UsageError
from ai_quality.facts import price_file
from ai_quality.pipeline import choosing
from ai_quality.sources.git import Repository
from ai_quality.sources.ledger import Ledger
from ai_quality.sources.ledger_rows import PICO
from ai_quality.spend import Overrides, Stored

LIST = "genai-prices"
UNKNOWN = "none"
"""The basis kept of a request whose price nobody knows."""


def overrides(repository: Repository) -> Overrides | None:
    """The repository's own price file, where its settings name one."""
    name = choosing.settings(repository).prices
    if name is None:
        return None
    text = choosing.file(repository, name)
    if text is None:
        raise UsageError(f"the price file {name!r} of the settings is not there", hint="mend `prices:`")
    return price_file.read(text, name)


def stamp(own: Overrides | None) -> str:
    """What prices depend on, as a word."""
    return f"{metadata.version(LIST)}:{own.hash if own else ''}"


def priced(ledger: Ledger, rows: Iterable[Stored], own: Overrides | None) -> dict[int, tuple[Decimal | None, str]]:
    """Return row → (dollars, basis), dollars None where unknown; fresh answers are kept in the ledger."""
    name = f"pricing:{stamp(own)}"
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
        found |= _asked(ledger, fresh, own)
    if not is_known:
        ledger.remember(name, "")
    return found


def _asked(ledger: Ledger, rows: list[Stored], own: Overrides | None) -> dict[int, tuple[Decimal | None, str]]:
    from ai_quality.sources import prices  # noqa: PLC0415 (genai-prices takes 0.15 s to import)

    found: dict[int, tuple[Decimal | None, str]] = {}
    latest: dict[tuple[str | None, str | None, str | None], int] = {}
    for one in rows:
        usd, basis = prices.price(one.model, one.provider, one.tier, one.time, one.tokens, own)
        found[one.row] = usd, basis or UNKNOWN
        kind = (one.model, one.provider, one.tier)
        latest[kind] = max(latest.get(kind, 0), one.time)
    tables = {kind: prices.rates(*kind, time, own) for kind, time in latest.items()}
    ledger.keep_prices(
        ((row, usd, basis) for row, (usd, basis) in found.items()),
        {json.dumps(kind): json.dumps(table) for kind, table in tables.items()},
    )
    return found
