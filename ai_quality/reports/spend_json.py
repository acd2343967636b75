"""`usage --json`: the bill as numbers for scripts (docs/usage.md has the shape). Unknown is null, never 0."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from typing import Any

from ai_quality.facts import spent
from ai_quality.facts.bills import Bill
from ai_quality.facts.spent import Cell, Sums
from ai_quality.facts.usage_lines import EVIDENCE
from ai_quality.facts.waste import Gap, Signal, gap_of_changes

SCHEMA_VERSION = 1
UNKNOWN = "unknown"
"""The key of requests whose log names no model."""


def bill(
    told: Bill, changes: Mapping[str, tuple[str, int | None]] | None = None, closed: Collection[str] | None = None
) -> dict[str, Any]:
    """Return the bill as JSON values.

    `changes` is commit → (change, number) where that was asked for, `closed` the commits of changes closed unmerged,
    None where nobody knows.
    """
    cells = told.cells
    tied = [cell for cell in cells if cell.commit]
    found: dict[str, Any] = {
        "schema_version": SCHEMA_VERSION,
        "estimate": "list price",
        "price_basis": told.bases,
        "total": buckets(spent.total(cells)),
        "by_agent": _buckets_by(cells, lambda cell: cell.agent),
        "by_model": _buckets_by(cells, lambda cell: cell.model or UNKNOWN),
        "by_day": dict(sorted(_buckets_by(cells, lambda cell: cell.day).items())),
        "by_evidence": _buckets_by(tied, lambda cell: cell.evidence),
        "by_commit": [_commit(sha, cells_of) for sha, cells_of in _by_commit(tied).items()],
        "unattributed": buckets(spent.total(cell for cell in cells if not cell.commit)),
        "unplaced": buckets(spent.total(cell for cell in cells if not cell.located)),
        "elsewhere": {
            key: value for key, value in buckets(told.elsewhere).items() if "priced" not in key and key != "usd"
        },
        "marked_commits_without_usage": told.untold,
        "cache_hit_rate": told.cache_hit_rate,
        "waste": [_signal(signal) for signal in told.signals],
        "verification": _verification(told.gap, "commit"),
        "logs": {"found": told.logs, "problems": told.problems},
    }
    if changes is not None:
        found["by_change"] = _by_change(tied, changes)
        landed = gap_of_changes(told.gap, {sha: change for sha, (change, _) in changes.items()})
        found["verification_by_change"] = _verification(landed, "change")
        unmerged = spent.total(cell for cell in tied if cell.commit in (closed or ()))
        found["closed_unmerged"] = None if closed is None else buckets(unmerged)
    return found


def _verification(gap: Gap, unit: str) -> dict[str, Any]:
    """How many were checked, which were not, of how many nobody can tell."""
    return {
        "unit": unit, "checked": len(gap.checked), "unchecked": list(gap.unchecked), "unknown": len(gap.unknown),
    }  # fmt: skip


def buckets(sums: Sums) -> dict[str, int | float | None]:
    """A sum in the documented buckets; tokens are null where no request tells any, dollars where none is priced."""
    known = sums.untold < sums.requests or not sums.requests
    tokens = {name: count if known else None for name, count in sums.tokens._asdict().items()}
    return {
        "requests": sums.requests,
        **tokens,
        "usd": None if sums.dollars is None else float(sums.dollars),
        "unpriced_requests": sums.unpriced,
        "untold_requests": sums.untold,
    }


def strongest(cells: list[Cell]) -> str:
    """The strongest evidence among cells of one commit."""
    known = {cell.evidence for cell in cells}
    return next((level for level in EVIDENCE if level in known), "")


def _buckets_by(cells: list[Cell], key: Callable[[Cell], str | None]) -> dict[str, Any]:
    return {name: buckets(sums) for name, sums in spent.by(cells, key).items()}


def _by_commit(cells: list[Cell]) -> dict[str, list[Cell]]:
    """Cells by their commit, in the order of the first request."""
    found: dict[str, list[Cell]] = {}
    for cell in cells:
        found.setdefault(cell.commit or "", []).append(cell)
    return found


def _commit(sha: str, cells: list[Cell]) -> dict[str, Any]:
    levels = spent.by(cells, lambda cell: cell.evidence)
    return {
        "commit": sha,
        "usage": buckets(spent.total(cells)),
        "evidence": strongest(cells),
        "requests_by_evidence": {level: levels[level].requests for level in EVIDENCE if level in levels},
    }


def _signal(signal: Signal) -> dict[str, Any]:
    """Signals overlap: never add them up."""
    return {
        "name": signal.name,
        "measurement": signal.label,
        "times": signal.times,
        "requests": signal.requests,
        "usd": None if signal.usd is None else float(signal.usd),
        "unpriced_requests": signal.unpriced,
        "commits": list(signal.names),
    }


def _by_change(cells: list[Cell], changes: Mapping[str, tuple[str, int | None]]) -> list[dict[str, Any]]:
    found: dict[tuple[str | None, int | None], list[Cell]] = {}
    for cell in cells:
        found.setdefault(changes.get(cell.commit or "", (None, None)), []).append(cell)
    return [
        {"change": change, "number": number, "usage": buckets(spent.total(cells_of))}
        for (change, number), cells_of in found.items()
    ]
