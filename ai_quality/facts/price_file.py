"""A repository's own price file, for models the public list lacks: text in, rows out. Reads no file itself.

TOML, since its decimals are exact. Dollars for a million tokens; `above` gives other prices for requests whose whole
prompt is longer:

    [[price]]
    model = "qwen3-coder-*"      # without prefixes; a * at the end stands for anything
    provider = "acme"            # optional: only at this provider
    tier = "fast"                # optional: only of this speed or service tier
    from = 2026-01-01            # optional: from this day (UTC) on; the last that fits counts
    input = 1.20
    cache-read = 0.12            # left out: as input
    cache-write = 1.50           # left out: as input
    cache-write-1h = 2.40        # left out: requests with such writes stay unpriced
    output = 6.00

    [[price.above]]
    prompt = 200000
    input = 2.40
    output = 12.00
"""

from __future__ import annotations

import difflib
import tomllib
from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from hashlib import sha256
from typing import Any

from ai_quality.errors import UsageError
from ai_quality.spend import Override, Overrides

LIMIT = 262_144
"""Bytes; a longer file is refused before it is parsed."""

DEAREST = Decimal(100_000)
LONGEST_PROMPT = 10**9

RATES = ("input", "cache-read", "cache-write", "cache-write-1h", "output")
"""In the order of Tokens."""

INSTEAD = {"cache-read": "input", "cache-write": "input"}
TEXTS = ("model", "provider", "tier")
KEYS = frozenset({*TEXTS, *RATES, "from", "above"})
STEP_KEYS = frozenset({*RATES, "prompt"})


def read(text: bytes, name: str = "the price file") -> Overrides:
    """The rows of a price file; UsageError names what is wrong, and where."""
    if len(text) > LIMIT:
        raise UsageError(f"{name} is longer than {LIMIT} bytes", hint="list only models that the public list lacks")
    try:
        given = tomllib.loads(text.decode("utf-8"), parse_float=Decimal)
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, RecursionError, ArithmeticError, ValueError) as wrong:
        raise UsageError(f"{name} is no TOML ({wrong})", hint="write [[price]] tables") from wrong
    entries = given.get("price", [])
    if set(given) - {"price"} or not isinstance(entries, list):
        raise UsageError(f"{name} holds something else than [[price]] tables", hint="write [[price]] tables")
    rows = [_entry(entry, f"[[price]] number {number} in {name}") for number, entry in enumerate(entries, 1)]
    latest_first = sorted(rows, key=lambda row: row.first_day or "", reverse=True)
    return Overrides(sha256(text).hexdigest()[:12], tuple(latest_first))


def _entry(entry: object, where: str) -> Override:
    given = _table(entry, KEYS, where)
    texts = {key: given.get(key) for key in TEXTS}
    if not isinstance(texts["model"], str) or not texts["model"].rstrip("*"):
        raise UsageError(f"{where} names no model", hint='write model = "…"')
    for key, value in texts.items():
        if value is not None and not isinstance(value, str):
            raise UsageError(f"{where}: {key} is no text", hint=f'write {key} = "…"')
    day = given.get("from")
    if day is not None and (not isinstance(day, date) or isinstance(day, datetime)):
        raise UsageError(f"{where}: from is no day", hint="write from = 2026-01-01")
    base = {key: _money(given[key], key, where) for key in RATES if key in given}
    for needed in ("input", "output"):
        if needed not in base:
            raise UsageError(f"{where} has no {needed} price", hint=f"write {needed} = dollars for a million tokens")
    longer = given.get("above", [])
    if not isinstance(longer, list):
        raise UsageError(f"{where}: above is no list", hint="write [[price.above]] tables")
    above = sorted((_step(step, where) for step in longer), key=lambda step: step[0])
    model = texts["model"].lower()
    steps = tuple(_steps(key, base, above) for key in RATES)
    return Override(model, texts["provider"], texts["tier"], day.isoformat() if day else None, steps)


def _table(value: object, known: frozenset[str], where: str) -> Mapping[str, Any]:
    if not isinstance(value, Mapping):
        raise UsageError(f"{where} is no table", hint="write key = value lines")
    for key in value:
        if key not in known:
            near = difflib.get_close_matches(key, known, 1)
            hint = f"did you mean {near[0]}?" if near else f"known are {', '.join(sorted(known))}"
            raise UsageError(f"{where} has an unknown key {key[:80]!r}", hint=hint)
    return value


def _step(value: object, where: str) -> tuple[int, dict[str, Decimal]]:
    step = _table(value, STEP_KEYS, f"above of {where}")
    start = step.get("prompt")
    if not isinstance(start, int) or isinstance(start, bool) or not 0 < start <= LONGEST_PROMPT:
        raise UsageError(f"above of {where} has no prompt length", hint="write prompt = 200000")
    return start, {key: _money(step[key], key, where) for key in RATES if key in step}


def _money(value: object, key: str, where: str) -> Decimal:
    if isinstance(value, Decimal | int) and not isinstance(value, bool):
        dollars = Decimal(value)
        if dollars.is_finite() and 0 <= dollars <= DEAREST:
            return dollars
    raise UsageError(f"{where}: {key} is no price", hint=f"write {key} = dollars for a million tokens")


def _steps(
    key: str, base: Mapping[str, Decimal], above: list[tuple[int, dict[str, Decimal]]]
) -> tuple[tuple[int, str], ...]:
    """One bucket's prices by length of the prompt; a cached token without a price of its own is input."""
    instead = key if key in base else INSTEAD.get(key)
    if instead is None:
        return ()
    longer = [(start, step[instead]) for start, step in above if instead in step]
    return ((-1, str(base[instead])), *((start, str(price)) for start, price in longer))
