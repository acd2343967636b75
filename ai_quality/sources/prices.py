"""Stand-in until the readers' module arrives: list prices by genai-prices."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from typing import NamedTuple

from ai_quality.spend import Tokens


class Price(NamedTuple):
    """Dollars and the basis they stand on; None where nobody knows."""

    usd: Decimal | None
    basis: str | None


def price(model: str | None, provider: str | None, tier: str | None, time: int, tokens: Tokens | None) -> Price:
    """The list price of a request."""
    import genai_prices  # noqa: PLC0415

    if model is None or tokens is None:
        return Price(None, None)
    written = tokens.cache_write_5m + tokens.cache_write_1h
    usage = genai_prices.Usage(
        input_tokens=tokens.input + tokens.cache_read + written,
        cache_read_tokens=tokens.cache_read,
        cache_write_tokens=written,
        output_tokens=tokens.output,
    )
    try:
        found = genai_prices.calc_price(
            usage, model, provider_id=provider, genai_request_timestamp=datetime.fromtimestamp(time / 1000, UTC)
        )
    except LookupError:
        return Price(None, None)
    return Price(found.total_price, "genai-prices/0")
