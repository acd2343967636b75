"""A bill as JSON text and back, to be kept beside the ledger: decimals exact, as text. Pure."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

from ai_quality.facts.spent import Bill, Cell, Sums
from ai_quality.facts.waste import Gap, Signal
from ai_quality.spend import Tokens


def worded(bill: Bill) -> str:
    """The bill as text."""
    return json.dumps(bill, default=str)  # tuples become lists, decimals text


def unworded(text: str) -> Bill:
    """The bill that `worded` wrote."""
    cells, elsewhere, logs, problems, bases, untold, signals, gap, cache_hit_rate = json.loads(text)
    return Bill(
        cells=[Cell(agent, model, day, commit, evidence, located, _sums(sums))
               for agent, model, day, commit, evidence, located, sums in cells],
        elsewhere=_sums(elsewhere),
        logs=logs,
        problems=problems,
        bases=bases,
        untold=untold,
        signals=[Signal(name, label, times, requests, usd and Decimal(usd), unpriced, tuple(names))
                 for name, label, times, requests, usd, unpriced, names in signals],
        gap=Gap(*map(tuple, gap)),
        cache_hit_rate=cache_hit_rate,
    )  # fmt: skip


def _sums(values: list[Any]) -> Sums:
    requests, tokens, usd, priced, untold = values
    return Sums(requests, Tokens(*tokens), Decimal(usd), priced, untold)
