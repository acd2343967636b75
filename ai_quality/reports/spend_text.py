"""`usage` for a terminal: the sum, what took it, how it is tied to commits, what is tied to none; one screen."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from decimal import Decimal

from ai_quality.facts import spent
from ai_quality.facts.bills import Bill
from ai_quality.facts.spent import Cell, Sums
from ai_quality.facts.usage_lines import EVIDENCE
from ai_quality.facts.waste import Gap, gap_of_changes
from ai_quality.reports import words
from ai_quality.reports.safe import plain
from ai_quality.reports.spend_json import UNKNOWN, strongest
from ai_quality.reports.styling import BOLD, DIM, WIDTH, styled
from ai_quality.reports.tables import text_table, wrapped
from ai_quality.reports.words import SHORT

SHOWN = 5
"""Lines of a table in the overview; the one asked for with --by is shown whole."""

LEVELS = {
    "agent-commit": "the agent made the commit",
    "paths": "it edited the commit's files",
    "ambiguous": "so did another session",
    "branch+time": "same branch, next commit",
}
KEYS: dict[str, Callable[[Cell], str | None]] = {
    "agent": lambda cell: cell.agent,
    "model": lambda cell: cell.model or UNKNOWN,
    "day": lambda cell: cell.day,
    "commit": lambda cell: cell.commit and cell.commit[:SHORT],
}


def text(
    told: Bill,
    by: str | None = None,
    changes: Mapping[str, tuple[str, int | None]] | None = None,
    closed: Collection[str] | None = None,
    *,
    colour: bool = False,
) -> str:
    """Return the overview, or the whole table of one cut; of changes as for `spend_json.bill`."""
    total = spent.total(told.cells)
    if not total.requests:
        return styled((("", _nothing(told)),), colour=colour)
    body = _changes(told, changes or {}, closed) if by == "change" else _cut(told, by) if by else _overview(told)
    return styled(
        (("", [_heading(told)]), (BOLD, ["", *_total(total)]), ("", ["", *body]), (DIM, ["", *_closing(told)])),
        colour=colour,
    )


def _heading(told: Bill) -> str:
    lists = words.listed(told.bases)
    return f"Spent on this repository, as {words.amount(told.logs, 'logs')} of agents tell" + (
        f" (list prices: {lists})" if lists else ""
    )


def _nothing(told: Bill) -> list[str]:
    said = f"Nothing: {words.amount(told.logs, 'logs')} of agents found, none tells of a request in this repository."
    if told.elsewhere.requests:
        said += f" {words.amount(told.elsewhere.requests, 'requests')} were made elsewhere."
    return wrapped(said, WIDTH)


def _total(total: Sums) -> list[str]:
    tokens = total.tokens
    written = tokens.cache_write_5m + tokens.cache_write_1h
    parts = [
        f"{_amount(tokens.input)} input", f"{_amount(tokens.cache_read)} read from a cache",
        f"{_amount(written)} written to one", f"{_amount(tokens.output)} output",
    ]  # fmt: skip
    told = "tokens unknown" if total.untold == total.requests else " · ".join(parts)
    return [f"{_dollars(total)}   {words.amount(total.requests, 'requests')}", told]


def _overview(told: Bill) -> list[str]:
    lines: list[str] = []
    for by in ("agent", "model", "commit"):
        lines += [*_table(by, _rows(told, by), SHOWN), ""]
    return [*lines, *_coverage(told), *_waste(told)]


def _changes(
    told: Bill, changes: Mapping[str, tuple[str, int | None]], closed: Collection[str] | None
) -> list[str]:  # fmt: skip
    rows = spent.by(told.cells, lambda cell: _change(cell, changes, closed or ()))
    gap = gap_of_changes(told.gap, {sha: change for sha, (change, _) in changes.items()})
    unknown = ["", "Which changes were closed unmerged is unknown: no pull-request refs are here."]
    return [
        *_table("change", [(name, sums, "") for name, sums in rows.items()], len(rows)),
        *_gap(gap, "changes"),
        *(unknown if closed is None else []),
    ]


def _cut(told: Bill, by: str) -> list[str]:
    rows_of = _rows(told, by)
    return _table(by, rows_of, len(rows_of))


def _rows(told: Bill, by: str) -> list[tuple[str, Sums, str]]:
    """Name, sum, evidence (of commits)."""
    found = spent.by(told.cells, KEYS[by])
    if by == "day":
        return [(day, found[day], "") for day in sorted(found, reverse=True)]
    levels = (
        {sha: strongest([c for c in told.cells if KEYS["commit"](c) == sha]) for sha in found} if by == "commit" else {}
    )
    return [(name, sums, levels.get(name, "")) for name, sums in found.items()]


def _change(cell: Cell, changes: Mapping[str, tuple[str, int | None]], closed: Collection[str]) -> str | None:
    if cell.commit is None:
        return None
    change, number = changes.get(cell.commit, (None, None))
    if change is None:
        return "closed unmerged" if cell.commit in closed else "not landed"
    return f"#{number}" if number else change[:SHORT]


def _table(by: str, rows: Sequence[tuple[str, Sums, str]], shown: int) -> list[str]:
    if not rows:
        return [f"by {by}: none"]
    cells = [
        (plain(name), _dollars(sums), words.count(sums.requests), _amount(sum(sums.tokens)), level)
        for name, sums, level in rows[:shown]
    ]
    head = (f"by {by}", "list price", "requests", "tokens", "evidence" if by == "commit" else "")
    lines = text_table(head, cells, align="lrrrl").split("\n")
    return [*lines, f"… and {len(rows) - shown} more (--by {by})"] if len(rows) > shown else lines


def _coverage(told: Bill) -> list[str]:
    """How the spend is tied to commits, strongest first, and what is tied to none."""
    total = spent.total(told.cells)
    levels = spent.by(told.cells, lambda cell: cell.evidence)
    rows = [(level, levels[level], LEVELS[level]) for level in EVIDENCE if level in levels]
    tail = spent.total(cell for cell in told.cells if not cell.commit)
    if tail.requests:
        rows.append(("to none", tail, "never committed, or nobody can tell"))
    cells = [
        (level, _dollars(sums), words.count(sums.requests), words.rounded_share(_share(sums, total)), why)
        for level, sums, why in rows
    ]
    return text_table(("tied to a commit", "list price", "requests", "share", ""), cells, align="lrrrl").split("\n")


def _waste(told: Bill) -> list[str]:
    """Signals with their label; a saving that is only possible says so itself."""
    lines: list[str] = []
    if told.signals:
        cells = [
            (
                signal.name,
                words.DASH if signal.usd is None else _money(signal.usd),
                words.count(signal.times),
                signal.label,
            )
            for signal in told.signals
        ]
        head = ("waste (overlapping: no sum)", "list price", "times", "")
        lines += ["", *text_table(head, cells, align="lrrl").split("\n")]
    lines += _gap(told.gap, "commits")
    if told.cache_hit_rate is not None:
        lines.append(f"{words.value(told.cache_hit_rate, 'share')} of all prompt tokens were read from a cache")
    return lines


def _gap(gap: Gap, unit: str) -> list[str]:
    """How many of those that can be told were made without a check."""
    known = len(gap.checked) + len(gap.unchecked)
    if not known:
        return []
    untold = f" (of {words.count(len(gap.unknown))} more nobody can tell)" if gap.unknown else ""
    return ["", f"{len(gap.unchecked)} of {words.amount(known, unit)}: no test, build or lint was run before{untold}"]


def _share(part: Sums, whole: Sums) -> float:
    """Of dollars where all requests have a price, else of requests."""
    if whole.usd and whole.priced == whole.requests:
        return float(part.usd / whole.usd)
    return part.requests / whole.requests


def _closing(told: Bill) -> list[str]:
    total, unplaced = spent.total(told.cells), spent.total(cell for cell in told.cells if not cell.located)
    said = ["A list-price estimate: no subscription has such a bill."]
    if total.unpriced:
        said.append(f"{words.amount(total.unpriced, 'requests')} have no known price and are in no dollar figure.")
    if total.untold:
        said.append(f"Of {words.amount(total.untold, 'requests')} the agent logs no tokens.")
    if unplaced.requests:
        number = words.amount(unplaced.requests, "requests")
        said.append(f"{number} may belong to another repository: their directory is not on this machine.")
    if told.untold:
        number = words.amount(told.untold, "commits")
        said.append(f"{number} of the same time carry an AI mark and no spend: no log tells of them.")
    if told.elsewhere.requests:
        said.append(f"{words.amount(told.elsewhere.requests, 'requests')} in other places are not counted.")
    if told.problems:
        said.append(f"Not all could be read: {words.listed([plain(one) for one in told.problems[:SHOWN]])}.")
    return wrapped(" ".join(said), WIDTH)


def _dollars(sums: Sums) -> str:
    """`$12.34`, `≥ $12.34` where some have no price, a dash where none has."""
    usd = sums.dollars
    if usd is None:
        return words.DASH
    return f"≥ {_money(usd)}" if sums.unpriced else _money(usd)


def _money(usd: Decimal) -> str:
    """Cents, or as much below as it takes not to read as nothing."""
    return f"${usd:,.2f}" if usd >= Decimal("0.1") or not usd else f"${usd:.4f}"


def _amount(count: int) -> str:
    """`950`, `12 k`, `3.4 M`."""
    for size, unit in ((10**9, "G"), (10**6, "M"), (10**3, "k")):
        if count >= size:
            scaled = count / size
            return f"{scaled:.1f} {unit}" if scaled < 10 else f"{scaled:.0f} {unit}"  # noqa: PLR2004 (two digits tell enough)
    return str(count)
