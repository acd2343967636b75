"""List prices: by hand, at the request's own time, by the list's own calculator, and unknown where anything is."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from decimal import Decimal

import pytest
from genai_prices import Usage, data_snapshot
from genai_prices.types import ModelInfo, Provider
from hypothesis import assume, given
from hypothesis import strategies as st

from ai_quality.facts import price_file
from ai_quality.sources.prices import UNPRICED, price, rates
from ai_quality.sources.rates import amount, covers, row
from ai_quality.spend import Rates, Tokens
from tests.sessionlogs import ms

NOW = ms(0)
TOKENS = Tokens(12, 18_000, 900, 0, 450)
LISTED = [(provider, model) for provider in data_snapshot.get_snapshot().providers for model in provider.models]


def at(year: int, month: int, day: int, hour: int = 12) -> int:
    return round(datetime(year, month, day, hour, tzinfo=UTC).timestamp() * 1000)


@pytest.mark.parametrize(
    ("model", "provider", "tokens", "by_hand"),
    [
        # 12 uncached, 18,000 read, 900 written, 450 out, dollars for a million tokens
        ("claude-sonnet-4-5", None, TOKENS, "12*3 + 18000*0.30 + 900*3.75 + 450*15"),
        ("claude-opus-4-8", None, TOKENS, "12*5 + 18000*0.50 + 900*6.25 + 450*25"),
        ("claude-haiku-4-5", None, TOKENS, "12*1 + 18000*0.10 + 900*1.25 + 450*5"),
        ("gpt-5.3-codex", "openai", TOKENS, "912*1.75 + 18000*0.175 + 450*14"),
        ("gpt-5.5", "openai", TOKENS, "912*5 + 18000*0.50 + 450*30"),
        ("gemini-2.5-pro", "google", TOKENS, "912*1.25 + 18000*0.125 + 450*10"),
        ("gemini-3-pro-preview", "google", TOKENS, "912*2 + 18000*0.20 + 450*12"),
        # 600 of the 900 written for an hour
        ("claude-sonnet-4-5", None, Tokens(12, 18_000, 300, 600, 450), "12*3 + 18000*0.30 + 300*3.75 + 600*6 + 450*15"),
        # a prompt over 200,000 tokens is dearer as a whole, output included
        ("gemini-2.5-pro", "google", Tokens(200_000, 0, 0, 0, 1_000), "200000*1.25 + 1000*10"),
        ("gemini-2.5-pro", "google", Tokens(200_001, 0, 0, 0, 1_000), "200001*2.50 + 1000*15"),
        ("gemini-2.5-pro", "google", Tokens(1, 200_000, 0, 0, 1_000), "1*2.50 + 200000*0.25 + 1000*15"),
        ("claude-sonnet-4-5", None, Tokens(), "0"),
    ],
)
def test_a_price_is_what_hand_arithmetic_says(model: str, provider: str | None, tokens: Tokens, by_hand: str) -> None:
    dollars = sum(
        Decimal(count) * Decimal(rate)
        for count, rate in (part.split("*") for part in by_hand.split(" + ") if "*" in part)
    )
    assert price(model, provider, None, NOW, tokens).usd == dollars / 1_000_000


def test_the_basis_names_the_list_and_its_version() -> None:
    assert price("claude-sonnet-4-5", None, None, NOW, TOKENS).basis == "genai-prices/0.2.3"


@pytest.mark.parametrize(
    ("model", "before", "then"),
    [("o3", at(2025, 6, 1), at(2025, 7, 1)), ("gpt-5.6-sol", at(2026, 8, 20), at(2026, 8, 21))],
)
def test_a_request_costs_what_the_list_said_on_its_day(model: str, before: int, then: int) -> None:
    tokens = Tokens(1_000, 0, 0, 0, 1_000)
    dearer, cheaper = (price(model, "openai", None, time, tokens).usd for time in (before, then))
    assert dearer is not None
    assert cheaper is not None
    assert dearer > cheaper
    known = rates(model, "openai", None, before)
    assert known is not None
    assert (covers(known, before), covers(known, then)) == (True, False)


@pytest.mark.parametrize(
    ("model", "provider", "same_as"),
    [
        ("claude-sonnet-4-5-20250929", "anthropic", "claude-sonnet-4-5"),
        ("Claude-Sonnet-4.5", None, "claude-sonnet-4-5"),
        ("anthropic/claude-sonnet-4.5", "openrouter", "claude-sonnet-4-5"),
        ("openrouter/anthropic/claude-sonnet-4.5", None, "claude-sonnet-4-5"),
        ("claude-sonnet-4-5[1m]", None, "claude-sonnet-4-5"),
        ("claude-sonnet-4-5@20250929", "google-vertex-anthropic", "claude-sonnet-4-5"),
        ("claude-sonnet-4.5", "github-copilot", "claude-sonnet-4-5"),
        ("claude-sonnet-4-5", "a-proxy-nobody-knows", "claude-sonnet-4-5"),
        ("global.anthropic.claude-sonnet-4-5-20250929-v1:0", "somewhere", "claude-sonnet-4-5"),
        ("models/gemini-2.5-pro", "google", "gemini-2.5-pro"),
        ("vertex_ai/gemini-2.5-pro", None, "gemini-2.5-pro"),
        ("openai/gpt-5.5", None, "gpt-5.5"),
    ],
)
def test_what_is_put_around_a_models_name_does_not_matter(model: str, provider: str | None, same_as: str) -> None:
    found = price(model, provider, None, NOW, TOKENS)
    assert found == price(same_as, None, None, NOW, TOKENS)
    assert found != UNPRICED


def test_a_region_of_bedrock_has_its_own_price() -> None:
    here = price("us.anthropic.claude-sonnet-4-5-20250929-v1:0", None, None, NOW, TOKENS)
    everywhere = price("claude-sonnet-4-5", None, None, NOW, TOKENS)
    assert here.usd == everywhere.usd * Decimal("1.1") if everywhere.usd else False


@pytest.mark.parametrize(
    ("model", "provider", "tier", "times"),
    [
        ("claude-opus-4-8", "anthropic", "fast", "2"),
        ("gpt-5.5", "openai", "priority", "2.5"),
        ("claude-opus-4-8", "anthropic", "batch", "0.5"),
    ],
)
def test_a_tier_has_its_own_price(model: str, provider: str, tier: str, times: str) -> None:
    standard = price(model, provider, None, NOW, TOKENS).usd
    assert standard is not None
    assert price(model, provider, tier, NOW, TOKENS).usd == standard * Decimal(times)


@pytest.mark.parametrize(
    ("model", "provider", "tier", "tokens"),
    [
        (None, None, None, TOKENS),
        ("", None, None, TOKENS),
        ("claude-sonnet-4-5", None, None, None),
        ("codex-auto-review", "openai", None, TOKENS),
        ("composer-1", None, None, TOKENS),
        ("auto", "github-copilot", None, TOKENS),
        ("claude-opus-4-8", "anthropic", "a tier of tomorrow", TOKENS),
        ("claude-3-opus", "google", None, Tokens(cache_write_1h=5)),
        ("x" * 200, "y" * 200, "z", TOKENS),
    ],
)  # fmt: skip
def test_what_is_not_known_is_unpriced_and_never_zero(
    model: str | None, provider: str | None, tier: str | None, tokens: Tokens | None
) -> None:
    assert price(model, provider, tier, NOW, tokens) == UNPRICED


counts = st.integers(0, 300_000)


@given(st.sampled_from(LISTED), st.tuples(*[counts] * 5), st.datetimes(datetime(2024, 1, 1), datetime(2027, 1, 1)))  # noqa: DTZ001 (hypothesis adds UTC itself)
def test_the_arithmetic_agrees_with_the_lists_own(
    listed: tuple[Provider, ModelInfo], given_counts: tuple[int, int, int, int, int], moment: datetime
) -> None:
    provider, model = listed
    moment = moment.replace(tzinfo=UTC, microsecond=0)
    tokens = Tokens(*given_counts)
    ours = price(model.id, provider.id, None, round(moment.timestamp() * 1000), tokens)
    try:
        of, info = data_snapshot.get_snapshot().find_provider_model(model.id, None, provider.id, None)
    except LookupError:
        assume(condition=False)
    assume((of, info) == (provider, model))
    priced = model.get_prices(moment)
    assume(priced.requests_kcount is None)  # a price a call, which no coding agent pays
    needed = {"input_mtok": tokens.input, "output_mtok": tokens.output, "cache_write_1h_mtok": tokens.cache_write_1h}
    if any(count and getattr(priced, key) is None for key, count in needed.items()) or (
        priced.input_mtok is None and any(tokens[:4])
    ):
        assert ours == UNPRICED or priced.input_mtok is None
        return
    written = tokens.cache_write_5m + tokens.cache_write_1h
    usage = Usage(
        input_tokens=tokens.input + tokens.cache_read + written,
        cache_read_tokens=tokens.cache_read,
        cache_write_tokens=written,
        cache_write_1h_tokens=tokens.cache_write_1h,
        output_tokens=tokens.output,
    )
    theirs = model.calc_price(usage, provider, genai_request_timestamp=moment)
    assert ours.usd == theirs.total_price


def test_rates_are_kept_as_json_and_compute_the_same() -> None:
    known = rates("gemini-2.5-pro", "google", None, NOW)
    assert known is not None
    kept = row(json.loads(json.dumps(known)))
    assert kept == known
    tokens = Tokens(250_000, 10, 0, 0, 7)
    assert amount(kept, tokens) == price("gemini-2.5-pro", "google", None, NOW, tokens).usd


@pytest.mark.parametrize(
    "kept",
    [None, [], {}, [1, 2, 3, 4], ["b", None, None, []], ["b", None, "x", [[]] * 5], ["b", 1, 2, [[[0, "x"]]] * 5]],
)
def test_what_is_no_table_of_rates_is_none(kept: object) -> None:
    assert row(kept) is None


def test_rates_that_change_within_the_day_hold_for_that_moment_only() -> None:
    known = rates("deepseek-chat", "deepseek", None, at(2025, 8, 1, 3))
    assert known is not None
    assert covers(known, at(2025, 8, 1, 3))
    assert not covers(known, at(2025, 8, 1, 4))


OWN = b"""
[[price]]
model = "codex-auto-*"
input = 1.75
cache-read = 0.175
output = 14

[[price]]
model = "claude-sonnet-4-5"
provider = "acme"
input = 1
output = 2

[[price]]
model = "codex-auto-review"
from = 2026-11-01
input = 10
output = 20

[[price.above]]
prompt = 1000
input = 20
"""


def test_a_repositorys_own_prices_come_first_for_the_models_they_name() -> None:
    own = price_file.read(OWN)
    found = price("openai/codex-auto-review", None, None, at(2026, 10, 1), Tokens(100, 200, 300, 0, 400), own)
    assert found.usd == (Decimal(400) * Decimal("1.75") + Decimal(200) * Decimal("0.175") + 400 * 14) / 1_000_000
    assert found.basis == f"override:{own.hash}"
    assert price("claude-sonnet-4-5", "acme", None, NOW, Tokens(input=5), own).usd == Decimal("0.000005")
    assert price("claude-sonnet-4-5", "anthropic", None, NOW, TOKENS, own) == price(
        "claude-sonnet-4-5", None, None, NOW, TOKENS
    )


def test_the_latest_own_price_that_fits_the_day_counts_and_its_steps_too() -> None:
    own = price_file.read(OWN)
    assert price("codex-auto-review", None, None, NOW, Tokens(1_000, 0, 0, 0, 1), own).usd == Decimal("0.01002")
    assert price("codex-auto-review", None, None, NOW, Tokens(1_001, 0, 0, 0, 1), own).usd == Decimal("0.02004")
    assert price("codex-auto-review", None, None, NOW, Tokens(cache_write_1h=1), own) == UNPRICED


def test_amounts_are_exact() -> None:
    third = Rates("x", None, None, (((-1, "0.1"),),) * 5)
    assert amount(third, Tokens(1, 1, 1, 1, 1)) == Decimal("0.0000005")
