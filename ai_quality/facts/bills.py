"""The whole bill, and the bill as JSON text and back, to be kept beside the ledger: decimals exact, as text. Pure."""

from __future__ import annotations

import json
from collections.abc import Sequence
from decimal import Decimal
from typing import Any, NamedTuple

from ai_quality.facts.spent import Cell, Sums
from ai_quality.facts.waste import Gap, Signal
from ai_quality.spend import Tokens


class Bill(NamedTuple):
    """What logs tell of a repository: its cells, the sum of other repositories' requests, and how it was come by.

    `logs` is how many were found, `problems` what in them could not be read, `bases` which price lists were used,
    `untold` how many commits since the first request carry an AI mark and no request. `signals` of waste overlap;
    the `gap` names commits by whether their sessions ran a check; `cache_hit_rate` is a share of all prompt tokens.
    """

    cells: list[Cell]
    elsewhere: Sums
    logs: int
    problems: list[str]
    bases: list[str]
    untold: int = 0
    signals: Sequence[Signal] = ()
    gap: Gap = Gap((), (), ())
    cache_hit_rate: float | None = None


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
