"""What the comment says first, in words: the verdict from a closed list, a line of sums, the cells of its table.

All of it is ours: numbers, and words from the tables below. Names of agents and models pass through untouched and
are escaped where they are laid out.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal, NamedTuple

from ai_quality.reports import words
from ai_quality.reports.comment_data import CommentView, Comparable, Figure, Row, RowName, Spend, State
from ai_quality.reports.comment_details import breach
from ai_quality.reports.money import UNKNOWN, at_least, is_whole, money, times

Kind = Literal["merged", "closed", "failed", "unmarked", "uncertain", "no_baseline", "not_enough", "outside", "typical"]
"""What a verdict can be, in the order it is looked for."""

LIGHT: dict[Kind, str] = {"failed": "🔴", "outside": "🟡", "typical": "🟢"}
NEUTRAL = "⚪"


class Verdict(NamedTuple):
    """The kind, and its sentence of at most 90 characters with the light before it."""

    kind: Kind
    text: str


@dataclass(frozen=True, slots=True)
class Line:
    """A line of the table: its head, a cell for this change, one a cohort; `bold` where their difference shows."""

    head: str
    own: str
    ai: str
    unmarked: str
    bold: bool


# --- the verdict -----------------------------------------------------------------------------------


def verdict(view: CommentView) -> Verdict:
    """Judge the change; the first kind that applies is the verdict."""
    found = next(filter(None, (one(view) for one in _VERDICTS)))
    return found._replace(text=f"{LIGHT.get(found.kind, NEUTRAL)} {found.text}")


def _settled(view: CommentView) -> Verdict | None:
    if view.state == "merged":
        return Verdict("merged", "Merged: what becomes of it is counted from here on")
    if view.state == "closed":
        spent = view.own.spend.usd
        told = "counted among the changes that did not land"
        if spent is not None:
            told = f"the {money(spent)} recorded for it bought no landed change"
        return Verdict("closed", f"Closed unmerged: {told}")
    return None


def _failed(view: CommentView) -> Verdict | None:
    failed = [one for one in view.policy if one.result == "failed"]
    return Verdict("failed", f"Policy failed: {breach(failed[0])}{_more(failed)}") if failed else None


def _unmarked(view: CommentView) -> Verdict | None:
    if view.own.marked or view.own.spend.recorded:
        return None
    if view.own.uncertain:
        return Verdict("uncertain", "Only weak signs of AI (a branch name, a suggestion): counted on no side")
    return Verdict("unmarked", "No AI mark found on this change")


def _too_early(view: CommentView) -> Verdict | None:
    found = view.comparable
    if found is None:
        return Verdict("no_baseline", "Nothing to compare with: the base branch was not measured")
    if found.ai < found.enough:
        few = f"{words.count(found.ai)} of {words.count(found.enough)}"
        return Verdict("not_enough", f"Not enough history yet: {few} comparable AI-marked changes")
    return None


_OUTCOMES: dict[RowName, tuple[str, str]] = {
    "defect": ("Fixes touch changes like it more often than unmarked ones", "higher"),
    "reverted": ("Changes like it are reverted more often than unmarked ones", "higher"),
    "rework": ("Changes like it are rewritten more often than unmarked ones", "higher"),
    "merged": ("AI-marked changes are merged less often than unmarked ones", "lower"),
}


def _outside(view: CommentView) -> Verdict | None:
    assert view.comparable is not None
    told = [*_costly(view.own.spend, view.comparable), *_unlike(view.comparable)]
    return Verdict("outside", f"{told[0]}{_more(told)}") if told else None


def _costly(spend: Spend, usual: Comparable) -> Iterator[str]:
    """Above what nine in ten comparable changes cost; of a cost known in part, that part already is."""
    if spend.usd is not None and usual.usual and usual.usual_high is not None and spend.usd > usual.usual_high:
        at_least = "" if is_whole(spend) else "at least "
        yield f"Costs {at_least}{times(spend.usd / usual.usual)} the usual {money(usual.usual)} of changes like it"


def _unlike(found: Comparable) -> Iterator[str]:
    by_name = {row.name: row for row in found.rows}
    for name, (told, direction) in _OUTCOMES.items():
        if name in by_name and by_name[name].difference == direction:
            yield told


def _typical(view: CommentView) -> Verdict:
    assert view.comparable is not None
    unknown = "; its cost is unknown" if view.own.spend.usd is None else ""
    return Verdict("typical", f"Typical beside {words.count(view.comparable.ai)} comparable AI-marked changes{unknown}")


_VERDICTS = (_settled, _failed, _unmarked, _too_early, _outside, _typical)


def _more(told: Sequence[object]) -> str:
    return f" (+{len(told) - 1} more)" if len(told) > 1 else ""


# --- lines of text ---------------------------------------------------------------------------------


def share(view: CommentView) -> str:
    """`78 % of added lines AI-marked`; by commits where no counted line was added."""
    own = view.own
    if own.lines_added:
        return f"{words.rounded_share(own.lines_marked / own.lines_added)} of added lines AI-marked"
    return f"{words.count(own.marked)} of {words.amount(own.commits, 'commits')} AI-marked"


def commits(view: CommentView) -> str:
    """`5 commits (4 marked), 280 lines changed`."""
    own = view.own
    marked = ""
    if 0 < own.marked < own.commits:
        marked = f" ({words.count(own.marked)} marked)"
    return f"{words.amount(own.commits, 'commits')}{marked}, {words.amount(own.lines_changed, 'lines')} changed"


def band(found: Comparable) -> str:
    """`127 to 510 lines`."""
    if found.high is None:
        return f"{words.count(found.low)} or more lines"
    if not found.low:
        return f"up to {words.count(found.high)} lines"
    return f"{words.count(found.low)} to {words.count(found.high)} lines"


# --- the table -------------------------------------------------------------------------------------

_HEADS: dict[RowName, str] = {
    "cost_median": "Cost, median",
    "merged": "Merged, any size",
    "first_pass": "Merged as first reviewed",
    "review_rounds": "Review rounds, median",
    "review_comments": "Review comments, median",
    "reverted": "Reverted within 30 days",
    "defect": "Blamed for a fix within 90 days",
    "rework": "Lines rewritten within 21 days",
    "cost_per_stuck": "Cost per change that stuck",
}
VISIBLE: tuple[RowName, ...] = ("cost_median", "merged", "reverted", "defect", "rework", "cost_per_stuck")
"""The rows of the table a reader sees without unfolding, in order."""

_COUNTS = ("review_rounds", "review_comments")
_DOLLARS = ("cost_median", "cost_per_stuck")
_STATES: dict[State, str] = {"open": "open", "merged": "yes", "closed": "no"}


def lines(view: CommentView, names: Sequence[RowName]) -> list[Line]:
    """Return the table's lines of these names; a row of which nobody knows anything vanishes."""
    found = {row.name: row for row in view.comparable.rows} if view.comparable else {}
    return [_line(view, found[name]) for name in names if name in found and _says_something(found[name])]


def other_rows(view: CommentView) -> list[RowName]:
    """Return the names of the rows that the visible table leaves out."""
    return [row.name for row in view.comparable.rows if row.name not in VISIBLE] if view.comparable else []


def _says_something(row: Row) -> bool:
    return any(figure.n for figure in (row.ai, row.unmarked))


def _line(view: CommentView, row: Row) -> Line:
    own = {"merged": _STATES[view.state], "cost_median": at_least(view.own.spend)}.get(row.name, UNKNOWN)
    shown = row.difference in ("higher", "lower")
    return Line(_HEADS[row.name], own, cell(row.name, row.ai), cell(row.name, row.unmarked), shown)


def cell(name: RowName, figure: Figure) -> str:
    """`6.1 % (2–14), n = 52`, `too few, n = 7`, or a dash."""  # noqa: RUF002 (an interval has an en dash)
    if not figure.n:
        return UNKNOWN
    if figure.value is None or figure.lo is None or figure.hi is None:
        return f"too few, n = {words.count(figure.n)}"
    if name in _DOLLARS:
        value, interval = money(figure.value), f"{money(figure.lo)} to {money(figure.hi)}"
    elif name in _COUNTS:
        value, interval = f"{figure.value:.1f}", f"{figure.lo:.0f}{words.DASH}{figure.hi:.0f}"
    else:
        value = words.value(figure.value, "share")
        interval = words.interval(figure.value, figure.lo, figure.hi, "share")
    return f"{value} ({interval}), n = {words.count(figure.n)}"
