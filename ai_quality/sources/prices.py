"""THE price door: what a request costs by the makers' lists, offline, at its own time. Never a bill.

genai-prices knows the lists with their dates, long-context tiers, cache and 1-hour cache writes, fast and priority
tiers. A repository's own price file comes first for the models it names. A model nobody knows, or a tier or a bucket
without a price, is unpriced: a wrong number gets quoted, a missing one is seen. The basis names the list and its
version, so that any figure can be computed again.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from functools import cache, lru_cache
from typing import TYPE_CHECKING, NamedTuple

from ai_quality.sources.rates import amount, covers
from ai_quality.spend import Override, Overrides, Rates, Tokens

if TYPE_CHECKING:
    from genai_prices.types import ModelInfo, ModelPrice, Provider


class Price(NamedTuple):
    """Dollars and the list they stand on; both None where the price is not known."""

    usd: Decimal | None
    basis: str | None


UNPRICED = Price(None, None)

PROVIDERS = {
    "amazon-bedrock": "aws",
    "bedrock": "aws",
    "google-vertex": "google",
    "google-vertex-anthropic": "google",
    "vertex_ai": "google",
    "xai": "x-ai",
}
"""What agents call a provider → what the list calls it, where its own matching does not know."""

REGION = re.compile(
    r"^(?:(?:us|eu|apac|jp|au|global|us-gov)\.)?(?:anthropic|amazon|meta|mistral|cohere|deepseek|qwen)\."
)
VERSION = re.compile(r"(?:-v\d+)?:\d+$")
CONTEXT = re.compile(r"\[[0-9a-z]{1,5}\]$")
"""`[1m]`: the same model with a longer window, whose price the tokens decide."""

PRICE_KEYS = (
    ("input_mtok",),
    ("cache_read_mtok", "input_mtok"),
    ("cache_write_mtok", "input_mtok"),
    ("cache_write_1h_mtok",),
    ("output_mtok",),
)
"""By bucket of Tokens; a list without a price for cached tokens bills them as input, as the list's own rules do."""

BY_THE_HOUR = Rates("", 0, 0, ())
DAY = timedelta(days=1)
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MOST_KEPT = 4096


def price(  # noqa: PLR0913, PLR0917 (a request's own fields, and where else to look)
    model: str | None,
    provider: str | None,
    tier: str | None,
    time: int,
    tokens: Tokens | None,
    overrides: Overrides | None = None,
) -> Price:
    """The list-price estimate of a request at `time` (milliseconds since 1970); unpriced where anything is unknown."""
    if tokens is None:
        return UNPRICED
    known = rates(model, provider, tier, time, overrides)
    usd = known and amount(known, tokens)
    return UNPRICED if known is None or usd is None else Price(usd, known.basis)


def rates(
    model: str | None, provider: str | None, tier: str | None, time: int, overrides: Overrides | None = None
) -> Rates | None:
    """The rates that hold at `time`; None where the model's price is not known."""
    if not model:
        return None
    for entry in overrides.prices if overrides else ():
        if _names(entry, model, provider, tier):
            own = _own(entry, overrides.hash if overrides else "")
            if covers(own, time):
                return own
    day = time // (DAY // timedelta(milliseconds=1))
    listed = _listed(model, provider, tier, day)
    return listed if listed != BY_THE_HOUR else _of_the_hour(model, provider, tier, time)


def _own(entry: Override, file: str) -> Rates:
    since = entry.first_day and _milliseconds(datetime.fromisoformat(entry.first_day).replace(tzinfo=UTC))
    return Rates(f"override:{file}", since or None, None, entry.steps)


def _names(entry: Override, model: str, provider: str | None, tier: str | None) -> bool:
    if entry.tier != tier or (entry.provider is not None and entry.provider != provider):
        return False
    stem = entry.model.removesuffix("*")
    return any(
        spelling == entry.model or (stem != entry.model and spelling.startswith(stem)) for spelling in spellings(model)
    )


def spellings(model: str) -> Iterator[str]:
    """A model's id as logged, then without what providers and proxies put around it."""
    plain = CONTEXT.sub("", model.lower().strip())
    bare = plain.rsplit("/", 1)[-1]
    maker = VERSION.sub("", REGION.sub("", bare))
    yield from dict.fromkeys((plain, bare, maker))


@lru_cache(maxsize=MOST_KEPT)
def _listed(model: str, provider: str | None, tier: str | None, day: int) -> Rates | None:
    """What the list says for a whole day (UTC), or that it changes within the day."""
    start = EPOCH + day * DAY
    found = _entry(model, provider, tier, start)
    if found is None:
        return None
    info, priced = found
    if _has_hours(info):
        return BY_THE_HOUR
    return _rates(priced, *_span(info, start.date()))


def _of_the_hour(model: str, provider: str | None, tier: str | None, time: int) -> Rates | None:
    """A list with night rates: right at this very time only."""
    found = _entry(model, provider, tier, datetime.fromtimestamp(time / 1000, UTC))
    return _rates(found[1], time, time + 1) if found else None


def _span(info: ModelInfo, day: date) -> tuple[int | None, int | None]:
    """From when and until when the list's prices of a day hold, as far as the list itself knows."""
    from genai_prices.types import StartDateConstraint  # noqa: PLC0415 (0.15 s)

    conditions = [*(info.prices if isinstance(info.prices, list) else ()), *(info.price_variants or ())]
    days = [one.constraint.start_date for one in conditions if isinstance(one.constraint, StartDateConstraint)]
    before, after = [start for start in days if start <= day], [start for start in days if start > day]
    return _midnight(max(before)) if before else None, _midnight(min(after)) if after else None


def _midnight(day: date) -> int:
    return _milliseconds(datetime(day.year, day.month, day.day, tzinfo=UTC))


def _rates(priced: ModelPrice, since: int | None, until: int | None) -> Rates:
    return Rates(_basis(), since, until, tuple(_steps(priced, keys) for keys in PRICE_KEYS))


def _steps(priced: ModelPrice, keys: tuple[str, ...]) -> tuple[tuple[int, str], ...]:
    """A bucket's steps, none where the list has no price for it; the first begins below any prompt, even none."""
    from genai_prices.types import TieredPrices  # noqa: PLC0415 (0.15 s)

    found = next((value for key in keys if (value := getattr(priced, key)) is not None), None)
    if found is None:
        return ()
    if not isinstance(found, TieredPrices):
        return ((-1, str(found)),)
    return ((-1, str(found.base)), *((tier.start, str(tier.price)) for tier in found.tiers))


def _entry(model: str, provider: str | None, tier: str | None, at: datetime) -> tuple[ModelInfo, ModelPrice] | None:
    """The list's entry for a model: at its provider as logged, then at the maker."""
    from genai_prices import data_snapshot  # noqa: PLC0415 (0.15 s)

    told = PROVIDERS.get(provider, provider) if provider else None
    for name in spellings(model):
        regional = "aws" if REGION.match(name) else None
        for where in dict.fromkeys((told, regional, None)):
            try:
                of, info = data_snapshot.get_snapshot().find_provider_model(name, None, where, None)
            except LookupError:
                continue
            context = _context(of, info, tier, at)
            if context is not None:
                return info, info.get_prices(at, context)
    return None


def _context(of: Provider, info: ModelInfo, tier: str | None, at: datetime) -> dict[str, str] | None:
    """The list's words for a tier; None where it has no prices for it: such a request is unpriced, not standard."""
    if tier is None:
        return {}
    wanted = ({"speed": tier}, {"service_tier": tier}, {"processing": tier})
    for variant in (info.price_variants or ()) if any(info is one for one in of.models) else ():
        active = variant.constraint is None or variant.constraint.active(at)
        if active and variant.when in wanted:
            return variant.when
    return None


def _has_hours(info: ModelInfo) -> bool:
    from genai_prices.types import TimeOfDateConstraint  # noqa: PLC0415 (0.15 s)

    conditions = [*(info.prices if isinstance(info.prices, list) else ()), *(info.price_variants or ())]
    return any(isinstance(condition.constraint, TimeOfDateConstraint) for condition in conditions)


@cache
def _basis() -> str:
    from genai_prices import __version__  # noqa: PLC0415 (0.15 s)

    return f"genai-prices/{__version__}"


def _milliseconds(moment: datetime) -> int:
    return round(moment.timestamp() * 1000)
