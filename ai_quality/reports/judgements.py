"""What `check`, `budget` and `badge` say: a policy held against the facts, a month's spend, and one figure to show.

Rows of numbers, and their words. Unknown is said and never fails; nothing of this comes from outside but a number.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any, Literal

from ai_quality.metrics import MarkedShare
from ai_quality.reports import words
from ai_quality.reports.comment_data import Figure, Judgement, Spend
from ai_quality.reports.comment_details import judgement
from ai_quality.reports.comment_words import cell
from ai_quality.reports.money import at_least, is_whole, lacking, money
from ai_quality.reports.templating import fill

Status = Literal["within", "over", "unknown", "no_limit"]


@dataclass(frozen=True, slots=True)
class Budget:
    """A month (`2026-11`): its limit, what is recorded as spent, and what became of what landed in it.

    `landed` is spend on what landed, `unlanded` on offers closed without landing (None: which ones those are is not
    known here). Figures are of AI-marked work; changes and commits too young for a window are left out of its rate.
    """

    month: str
    limit_usd: float | None
    landed: Spend
    unlanded: Spend | None
    changes: int
    per_landed_usd: float | None
    reworked: Figure
    reverted: Figure
    defective: Figure

    @property
    def spent_usd(self) -> float | None:
        """All that is recorded, a lower bound where something is not; None where nothing is."""
        known = [one.usd for one in (self.landed, self.unlanded) if one is not None and one.usd is not None]
        return sum(known) if known else None

    @property
    def is_whole(self) -> bool:
        """Is every cost known that should be?"""
        return all(one is not None and is_whole(one) for one in (self.landed, self.unlanded))

    @property
    def status(self) -> Status:
        """`over` as soon as what is known is; `within` only where all is known."""
        if self.limit_usd is None:
            return "no_limit"
        if self.spent_usd is None:
            return "unknown"
        if self.spent_usd > self.limit_usd:
            return "over"
        return "within" if self.is_whole else "unknown"


# --- check -----------------------------------------------------------------------------------------


def check_text(judgements: Sequence[Judgement], period_days: int) -> str:
    """One line a limit, those that failed first; says so where no limit is set."""
    if not judgements:
        return "No limit is set: there is no policy in the .ai-quality.yml of this commit.\n"
    failed = sum(one.result == "failed" for one in judgements)
    result = f"Policy failed: {words.count(failed)} of {words.amount(len(judgements), 'limits')}."
    first = result if failed else "No limit is exceeded."
    lines = sorted(judgements, key=lambda one: one.result != "failed")
    marks = {"failed": "FAILED ", "passed": "ok     ", "too_few": "few    ", "unknown": "unknown"}
    listed = "\n".join(f"  {marks[one.result]}  {judgement(one)}" for one in lines)
    return f"{first} AI-marked work of the last {words.amount(period_days, 'days')}:\n{listed}\n"


def check_json(judgements: Sequence[Judgement], period_days: int) -> dict[str, Any]:
    """The same for scripts."""
    failed = any(one.result == "failed" for one in judgements)
    return {
        "schema_version": 1,
        "period_days": period_days,
        "passed": not failed,
        "limits": [{**asdict(one), "reason": judgement(one)} for one in judgements],
    }


# --- budget ----------------------------------------------------------------------------------------


def budget_text(found: Budget) -> str:
    """A month in a few lines: spend against the limit, and the results of the same month."""
    closed = _money(found.unlanded) if found.unlanded else "unknown: no pull-request refs here"
    each = "their cost is unknown"
    if found.per_landed_usd is not None:
        each = f"{money(found.per_landed_usd)} each where that is known"
    results = (
        f"{words.amount(found.changes, 'AI-marked changes')} landed, {each}",
        f"reverted {_rate(found.reverted)}",
        f"blamed for a fix {_rate(found.defective)}",
        f"lines rewritten {_rate(found.reworked)}",
    )
    lines = (f"on what landed: {_money(found.landed)}", f"on offers that were closed: {closed}", *results)
    return f"{found.month}: {_spent(found)}\n" + "".join(f"  {line}\n" for line in lines)


def budget_json(found: Budget) -> dict[str, Any]:
    """The same for scripts."""
    return {
        "schema_version": 1,
        "month": found.month,
        "limit_usd": found.limit_usd,
        "spent_usd": found.spent_usd,
        "is_whole": found.is_whole,
        "status": found.status,
        "landed": asdict(found.landed),
        "unlanded": asdict(found.unlanded) if found.unlanded else None,
        "results": {
            "ai_changes": found.changes,
            "usd_per_landed_change": found.per_landed_usd,
            "revert_rate": asdict(found.reverted),
            "defect_rate": asdict(found.defective),
            "rework_rate": asdict(found.reworked),
        },
    }


def _spent(found: Budget) -> str:
    if found.spent_usd is None:
        spent = "nothing is recorded, so the spend is unknown"
    else:
        spent = f"{'' if found.is_whole else 'at least '}{money(found.spent_usd)} recorded, at list prices"
    if found.limit_usd is None:
        return f"{spent}; no budget-usd-per-month is set"
    of = ""
    if found.spent_usd is not None and found.limit_usd:
        of = f", {words.rounded_share(found.spent_usd / found.limit_usd)} of it"
    said = {"over": " (over)", "within": "", "unknown": "", "no_limit": ""}[found.status]
    return f"{spent}; the budget is {money(found.limit_usd)}{of}{said}"


def _money(spend: Spend) -> str:
    if not spend.of:
        return "nothing: no AI-marked commit"
    missing = lacking(spend)
    known = at_least(spend) if spend.usd is not None else "unknown"
    return f"{known} ({missing})" if missing else known


def _rate(figure: Figure) -> str:
    return cell("reverted", figure)


# --- badge -----------------------------------------------------------------------------------------

LABEL = "AI-marked lines"
COLOUR = "blue"
"""Neutral: a share is neither good nor bad."""

_WIDE, _NARROW, _OTHER = 8.5, 4.0, 6.7


def badge_json(share: MarkedShare | None) -> dict[str, Any]:
    """The endpoint JSON that shields.io reads; it refuses any other key."""
    return {"schemaVersion": 1, "label": LABEL, "message": _message(share), "color": COLOUR}


def badge_svg(share: MarkedShare | None) -> str:
    """The same as a picture of our own, for private repositories: no service, no network."""
    message = _message(share)
    left, right = _width(LABEL), _width(message)
    return fill("badge.svg.j2", {"label": LABEL, "message": message, "left": left, "right": right})


def _message(share: MarkedShare | None) -> str:
    if share is None:
        return "unknown"
    low, high = words.rounded_share(share.lo), words.rounded_share(share.hi)
    return high if low == high else f"{low.removesuffix(' %')} to {high}"


def _width(text: str) -> int:
    """Pixels in Verdana 11, roughly: text-length in the picture makes the rest fit."""
    widths = (_WIDE if char in "mwMW%" else _NARROW if char in "ijlI .-" else _OTHER for char in text)
    return round(sum(widths)) + 10
