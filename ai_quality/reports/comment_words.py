"""What the comment says, in words: the verdict from a closed list, money, the cells of its tables.

All of it is ours: numbers, and words from the tables below. Names of agents and models pass through untouched and
are escaped where they are laid out. What is unknown is a dash, never 0; a part is told as a part.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal, NamedTuple

from ai_quality.model import Evidence
from ai_quality.reports import words
from ai_quality.reports.comment_data import (
    CommentView,
    CommitLine,
    Comparable,
    Figure,
    Judgement,
    Maintainability,
    Note,
    Row,
    RowName,
    Rule,
    Spend,
    State,
    Waste,
    WasteKind,
    WhyNot,
)

Kind = Literal["merged", "closed", "failed", "unmarked", "uncertain", "no_baseline", "not_enough", "outside", "typical"]
"""What a verdict can be, in the order it is looked for."""

LIGHT: dict[Kind, str] = {"failed": "🔴", "outside": "🟡", "typical": "🟢"}
NEUTRAL = "⚪"

UNKNOWN = words.DASH
TENS = 10
THOUSAND = 1000
CENT = 0.01
SMALLEST = 0.0001


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
    return Verdict("failed", f"Policy failed: {_breach(failed[0])}{_more(failed)}") if failed else None


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


# --- money and amounts -----------------------------------------------------------------------------


def money(usd: float | None) -> str:
    """`$4.12`, `$1,204`, `$0.0042`; a dash for what nobody knows. What is not 0 never reads as 0."""
    if usd is None:
        return UNKNOWN
    if round(usd, 2) >= THOUSAND:
        return f"${usd:,.0f}"
    if not usd or usd >= CENT:
        return f"${usd:.2f}"
    return f"${usd:.2g}" if usd >= SMALLEST else f"under ${SMALLEST:f}"


def amount_of(tokens: int | None) -> str:
    """`1.9 M`, `120 k`, `640`; a dash for what nobody knows."""
    if tokens is None:
        return UNKNOWN
    for size, unit in ((10**9, "G"), (10**6, "M"), (10**3, "k")):
        if tokens >= size:
            share = tokens / size
            return f"{share:.1f} {unit}" if share < TENS else f"{share:,.0f} {unit}"
    return str(tokens)


def times(ratio: float) -> str:
    """`1.4 times`, `24 times`."""
    if ratio >= THOUSAND:
        return "over 1,000 times"
    return f"{ratio:,.1f} times" if ratio < TENS else f"{ratio:,.0f} times"


def is_whole(spend: Spend) -> bool:
    """Is every cost known that should be?"""
    return spend.priced == spend.recorded == spend.of


def at_least(spend: Spend) -> str:
    """`$4.12`, or `≥ $3.05` where only a part is known."""
    return money(spend.usd) if spend.usd is None or is_whole(spend) else f"≥ {money(spend.usd)}"


def lacking(spend: Spend) -> str:
    """`2 of 5 commits not recorded, 1 without a price`; empty where nothing is."""
    told = []
    if missing := spend.of - spend.recorded:
        told.append(f"{words.count(missing)} of {words.amount(spend.of, 'commits')} not recorded")
    if unpriced := spend.recorded - spend.priced:
        told.append(f"{words.count(unpriced)} without a known price")
    return ", ".join(told)


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


def tokens(spend: Spend) -> str:
    """`1.9 M tokens, 92 % of them cached`; empty where nobody knows."""
    if spend.tokens is None:
        return ""
    cached = (
        f", {words.rounded_share(spend.cached / spend.tokens)} of them from a cache"
        if spend.cached and spend.tokens
        else ""
    )
    return f"{'' if spend.recorded == spend.of else 'at least '}{amount_of(spend.tokens)} tokens{cached}"


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
    "first_pass": "Merged without another push",
    "review_rounds": "Review rounds, median",
    "reverted": "Reverted within 30 days",
    "defect": "Blamed for a fix within 90 days",
    "rework": "Lines rewritten within 21 days",
    "cost_per_stuck": "Cost per change that stuck",
}
VISIBLE: tuple[RowName, ...] = ("cost_median", "merged", "reverted", "defect", "rework", "cost_per_stuck")
"""The rows of the table a reader sees without unfolding, in order."""

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
    elif name == "review_rounds":
        value, interval = f"{figure.value:.1f}", f"{figure.lo:.0f}{words.DASH}{figure.hi:.0f}"
    else:
        value = words.value(figure.value, "share")
        interval = words.interval(figure.value, figure.lo, figure.hi, "share")
    return f"{value} ({interval}), n = {words.count(figure.n)}"


# --- what is folded --------------------------------------------------------------------------------

_RULES: dict[Rule, str] = {
    "max_rework_rate": "rework",
    "max_revert_rate": "reverts",
    "max_defect_rate": "defects",
    "max_unlanded_usd": "unlanded spend",
    "max_unknown_share": "changes of unknown cost",
}


def judgement(one: Judgement) -> str:
    """`rework 31.0 % is above the limit of 25.0 % (n = 40)`."""
    n = "" if one.n is None else f" (n = {words.count(one.n)})"
    if one.result == "unknown" or one.value is None:
        few = one.result == "too_few"
        return f"{_RULES[one.rule]}: {'too few to judge' if few else 'unknown, so not judged'}{n}"
    if one.result == "failed":
        return f"{_breach(one)}{n}"
    return f"{_RULES[one.rule]} {_amount(one, one.value)} is within the limit of {_amount(one, one.limit)}{n}"


def _breach(one: Judgement) -> str:
    assert one.value is not None
    return f"{_RULES[one.rule]} {_amount(one, one.value)}, limit {_amount(one, one.limit)}"


def _amount(one: Judgement, number: float) -> str:
    return money(number) if one.rule == "max_unlanded_usd" else words.value(number, "share")


_WASTE: dict[WasteKind, str] = {
    "repeated_failure": "the same failing call again, with nothing changed between",
    "cold_cache": "cache written anew after it had expired",
    "reread": "an unchanged file read again",
    "unlanded": "work that did not land within 14 days",
    "closed_or_reverted": "work on changes closed or reverted",
    "premium_model": "a dear model on a trivial commit (a possible saving, no waste)",
    "unverified": "changes made without a test, build or lint run",
}


def waste(one: Waste) -> str:
    """`an unchanged file read again: 12 times, 40 k tokens, $0.12 (estimated)`."""
    said = [f"{words.count(one.count)} {'time' if one.count == 1 else 'times'}"]
    said += [f"{amount_of(one.tokens)} tokens"] if one.tokens is not None else []
    said += [money(one.usd)] if one.usd is not None else []
    return f"{_WASTE[one.kind]}: {', '.join(said)} ({'measured' if one.measured else 'estimated'})"


def mark(one: CommitLine) -> str:
    """`declared`, `only weak signs`, `none`: how the commit's AI mark was seen."""
    return _MARKS[one.evidence] if one.marked or one.evidence in ("weak", "pull_request") else "none"


_MARKS: dict[Evidence, str] = {
    "identity": "the author",
    "declared": "declared",
    "observed": "observed by our hook",
    "pull_request": "only weak signs",
    "weak": "only weak signs",
    "none": "none",
}


def known_by(evidence: str | None) -> str:
    """`edited paths`: how the spending was tied to the commit; a dash where none was recorded."""
    return _KNOWN_BY.get(evidence, evidence) if evidence else UNKNOWN


_KNOWN_BY = {
    "agent-commit": "the agent's own commit",
    "paths": "edited paths",
    "ambiguous": "paths shared between sessions",
    "branch+time": "branch and time",
}

_WHY_NOT: dict[WhyNot, str] = {
    "no_code": "no changed file is in a language it reads",
    "too_many_files": "more files than are measured in a comment",
    "too_large": "files too large to be measured in a comment",
    "too_slow": "it took too long",
    "failed": "the files could not be read",
}


def maintainability(found: Maintainability) -> list[str]:
    """Return the sentences for delta maintainability and complexity; those that could not be measured say why."""
    told = []
    parts = (
        ("function size", found.unit_size),
        ("complexity", found.unit_complexity),
        ("parameters", found.unit_interfacing),
    )
    known = [f"{name} {words.rounded_share(part)}" for name, part in parts if part is not None]
    if known:
        told.append(f"delta maintainability, the share of the change that is for the better: {', '.join(known)}")
    if found.complexity_before is not None and found.complexity_after is not None:
        before, after = words.count(found.complexity_before), words.count(found.complexity_after)
        told.append(f"cyclomatic complexity of the changed files: {before} before, {after} after")
    if found.why_not:
        part = f"{words.count(found.files)} of {words.amount(found.of, 'files')}" if found.of else "not"
        told.append(f"{part} measured: {_WHY_NOT[found.why_not]}")
    return told


_NOTES: dict[Note, str] = {
    "incomplete_history": "parts of the history are missing here, so old lines may be counted on the wrong commit",
    "no_offers": "changes that were never merged are invisible from git alone, so the merge rate is left out",
    "partial_forge": "the forge answered only in part",
    "weak_marks": "some commits have weak signs of AI only; they are counted on no side",
    "commits_cut": "not every commit is listed here; the totals count them all",
    "unrelated": "head and base share no history",
}


def note(code: Note) -> str:
    """Return the sentence of a note."""
    return _NOTES[code]
