"""Numbers in words: as few digits as tell the truth.

A value that is not 0 never reads as 0, and an interval that does not touch 0 never reads as if it did. Shares
from 0 to 1 are shown in per cent, their differences in points.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from ai_quality.metrics.accuracy import Accuracy

Scale = Literal["share", "hours", "dollars", "rounds", "comments"]

MINUS = "\N{MINUS SIGN}"
DASH = "\N{EN DASH}"
SHORT = 12
"""Digits of a commit id in text; JSON has them all."""

MOST_DECIMALS = 6
WIDE_VALUE = 100
"""From here on an hour's tenth says nothing."""

HALF_PERCENT = 0.005

_SINGULAR = {"strata": "stratum"}
_UNIT = {"share": " %", "hours": " h", "dollars": " $", "rounds": "", "comments": ""}
_DIFFERENCE_UNIT = {
    "share": "points", "hours": "hours", "dollars": "dollars", "rounds": "rounds", "comments": "comments",
}  # fmt: skip


def count(number: int | None) -> str:
    """`12,345`, or a dash for what nobody knows."""
    return DASH if number is None else f"{number:,}".replace("-", MINUS)


def amount(number: int, noun: str) -> str:
    """`2 commits`, `1 commit`."""
    return f"{count(number)} {_SINGULAR.get(noun, noun.removesuffix('s')) if number == 1 else noun}"


def value(number: float, scale: Scale) -> str:
    """`7.4 %`, `2.3 h`."""
    shown = _scaled(number, scale)
    return _text(shown, _value_decimals(shown, scale)) + _UNIT[scale]


def rounded_share(share: float) -> str:
    """`18 %`; a little is `below 1 %`, nearly all `over 99 %`."""
    if 0 < share < HALF_PERCENT:
        return "below 1 %"
    return "over 99 %" if 1 - HALF_PERCENT < share < 1 else f"{share * 100:.0f} %"


def shares(lo: float, hi: float) -> str:
    """`9.4 to 14.4 %`; `9.4 %` where both ends read alike."""
    low, high = value(lo, "share"), value(hi, "share")
    return high if low == high else f"{low.removesuffix(_UNIT['share'])} to {high}"


def left_out(ai: float, unmarked: float) -> list[str]:
    """`["18 % of AI-marked", "58 % of unmarked"]`, of shares; what is nothing is left out."""
    sides = ((ai, "AI-marked"), (unmarked, "unmarked"))
    return [f"{rounded_share(share)} of {cohort}" for share, cohort in sides if share]


def accuracy(found: Accuracy) -> str:
    """`measured precision 0.69, recall 0.67 on 171 fixes (ICSE 2021 oracle), 2026-11-22`."""
    if not found.is_measured:
        return f"not yet measured on {found.unit} ({found.data})"
    told = f"measured precision {found.precision:.2f}, recall {found.recall:.2f}"
    return f"{told} on {count(found.n)} {found.unit} ({found.data}), {found.date}"


def tick(number: float, scale: Scale) -> str:
    """`50 %`, `12 h`, `3`: a mark on an axis."""
    return f"{_scaled(number, scale):.6g}{_UNIT[scale]}"


def interval(middle: float, lo: float, hi: float, scale: Scale) -> str:
    """`4-12`, in the unit of the value it surrounds."""
    return DASH.join(_bounds(middle, lo, hi, scale))


def difference(number: float, scale: Scale) -> str:
    """`-11.9`, `+3.0`: always with its sign."""
    shown = _scaled(number, scale)
    text = _text(shown, _value_decimals(shown, scale))
    return f"+{text}" if shown > 0 else text


def difference_interval(middle: float, lo: float, hi: float, scale: Scale) -> str:
    """`-17 to -7`."""
    return " to ".join(_bounds(middle, lo, hi, scale))


def difference_unit(scale: Scale) -> str:
    """`points`, `hours`, or what is counted."""
    return _DIFFERENCE_UNIT[scale]


def sentence(text: str) -> str:
    """The text with a capital first letter, the rest untouched."""
    return text[:1].upper() + text[1:]


def listed(names: list[str]) -> str:
    """`reverts`, `reverts and defects`, `rework, reverts and defects`."""
    return " and ".join(filter(None, [", ".join(names[:-1]), names[-1]])) if names else ""


def _scaled(number: float, scale: Scale) -> float:
    return number * 100 if scale == "share" else number


def _text(shown: float, decimals: int) -> str:
    text = f"{shown:,.{decimals}f}"
    return text.lstrip("-") if not float(text.replace(",", "")) else text.replace("-", MINUS)


def _value_decimals(shown: float, scale: Scale) -> int:
    fewest = 2 if scale == "dollars" else 0 if scale == "hours" and abs(shown) >= WIDE_VALUE else 1
    return _enough(shown, scale, lambda _: True, fewest)


def _bounds(middle: float, lo: float, hi: float, scale: Scale) -> tuple[str, str]:
    """Whole numbers where they still hold the value shown between them, more digits where not."""
    center, low, high = (_scaled(number, scale) for number in (middle, lo, hi))
    center = round(center, _value_decimals(center, scale))
    below = _enough(low, scale, lambda decimals: round(low, decimals) <= center)
    above = _enough(high, scale, lambda decimals: center <= round(high, decimals))
    return _text(low, below), _text(high, above)


def _enough(shown: float, scale: Scale, holds: Callable[[int], bool], fewest: int = 0) -> int:
    """The fewest decimals that hold and do not turn a little into nothing, or nearly all into all."""
    landmarks = (-100, 0, 100) if scale == "share" else (0,)
    enough = (
        d for d in range(fewest, MOST_DECIMALS) if holds(d) and (shown in landmarks or round(shown, d) not in landmarks)
    )
    return next(enough, MOST_DECIMALS)
