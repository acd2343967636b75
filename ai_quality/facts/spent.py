"""What was spent, added up: cells by agent, model, day, commit and evidence, and their sums. Pure.

Buckets are disjoint. Dollars are list-price estimates, exact decimals until they are shown; a request without a known
price adds nothing and is counted, as is one whose tokens nobody logged. So a sum says how much of it is known.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from decimal import Decimal

from ai_quality.light import NamedTuple
from ai_quality.spend import Stored, Tokens, Usage


class Sums(NamedTuple):
    """A sum over requests: tokens of those that tell, dollars of the `priced` ones, `untold` have no token count."""

    requests: int = 0
    tokens: Tokens = Tokens()
    usd: Decimal = Decimal(0)
    priced: int = 0
    untold: int = 0

    def __or__(self, other: Sums) -> Sums:
        """Both together."""
        return Sums(
            self.requests + other.requests,
            Tokens(*(one + two for one, two in zip(self.tokens, other.tokens, strict=True))),
            self.usd + other.usd,
            self.priced + other.priced,
            self.untold + other.untold,
        )

    @property
    def unpriced(self) -> int:
        """Requests whose price nobody knows: an unknown model, or no tokens."""
        return self.requests - self.priced

    @property
    def dollars(self) -> Decimal | None:
        """The dollars of what is priced; None where nothing is."""
        return self.usd if self.priced else None


class Cell(NamedTuple):
    """The sum of what one agent and model spent on a day (UTC, ISO) for a commit; no commit: tied to none.

    `located` is False where nobody can say whether it was spent on this repository at all.
    """

    agent: str
    model: str | None
    day: str
    commit: str | None
    evidence: str | None
    located: bool
    sums: Sums


def one(tokens: Tokens | None, usd: Decimal | None) -> Sums:
    """The sum of a single request."""
    return Sums(1, tokens or Tokens(), usd or Decimal(0), int(usd is not None), int(tokens is None))


def record(name: str, agent: str, model: str | None, evidence: str, rows: Sequence[Stored]) -> Usage:
    """What requests come to as one record, without dollars; tokens are unknown where one of them does not tell."""
    known = [row.tokens for row in rows if row.tokens is not None]
    tokens = Tokens(*map(sum, zip(*known, strict=True))) if known and len(known) == len(rows) else None
    return Usage(name, agent, model, len(rows), tokens, None, None, evidence)


def total(cells: Iterable[Cell]) -> Sums:
    """The sum of all cells."""
    sums = Sums()
    for cell in cells:
        sums |= cell.sums
    return sums


def by(cells: Iterable[Cell], key: Callable[[Cell], str | None]) -> dict[str, Sums]:
    """Sums by a key, the greatest first (by dollars, then requests); cells without the key are left out."""
    found: dict[str, Sums] = {}
    for cell in cells:
        name = key(cell)
        if name is not None:
            found[name] = found.get(name, Sums()) | cell.sums
    return dict(sorted(found.items(), key=lambda item: (-item[1].usd, -item[1].requests, item[0])))
