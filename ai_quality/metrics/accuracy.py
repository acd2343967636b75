"""How right a metric's own judgement is: `accuracy.yml`, figures measured on labels that others made.

A rate that rests on a judgement (this commit introduced that defect) is worth what the judgement is worth, so
its precision and recall stand beside it. What nobody has measured yet says so.
"""

from __future__ import annotations

import functools
from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import date
from importlib import resources
from typing import Any

from ai_quality.facts import yml

ROUNDING = 0.006
"""How far a rounded F1 may be from that of a rounded precision and recall."""


@dataclass(frozen=True, slots=True)
class Accuracy:
    """One measurement of one judgement; its figures are None together, until it is made."""

    question: str
    data: str
    unit: str
    n: int | None
    precision: float | None
    recall: float | None
    f1: float | None
    date: date | None
    repeat: str | None

    @property
    def is_measured(self) -> bool:
        """Are there figures?"""
        return self.precision is not None


@functools.cache
def accuracies() -> Mapping[str, tuple[Accuracy, ...]]:
    """Return the measurements of every metric that has some, by its name."""
    return read(resources.files("ai_quality.metrics").joinpath("accuracy.yml").read_text(encoding="utf-8"))


def read(text: str) -> dict[str, tuple[Accuracy, ...]]:
    """Read the file's text; ValueError says what in it cannot be."""
    told = yml.read(text) or {}
    return {str(metric): tuple(_entry(str(metric), entry) for entry in entries) for metric, entries in told.items()}


def _entry(metric: str, entry: Mapping[str, Any]) -> Accuracy:
    names = {field.name for field in fields(Accuracy)}
    if set(entry) != names:
        raise ValueError(f"{metric}: fields {sorted(set(entry) ^ names)} are missing or unknown")
    found = Accuracy(**entry)
    figures = (found.n, found.precision, found.recall, found.f1, found.date)
    if any(figure is None for figure in figures):
        if any(figure is not None for figure in figures):
            raise ValueError(f"{metric}: n, precision, recall, f1 and date are measured together or not at all")
        return found
    _check(metric, found)
    return found


def _check(metric: str, found: Accuracy) -> None:
    precision, recall, f1 = (float(share or 0) for share in (found.precision, found.recall, found.f1))
    if not all(0 <= share <= 1 for share in (precision, recall, f1)):
        raise ValueError(f"{metric}: precision, recall and f1 are shares from 0 to 1")
    harmonic = 2 * precision * recall / (precision + recall) if precision + recall else 0.0
    if abs(harmonic - f1) > ROUNDING:
        raise ValueError(f"{metric}: f1 {f1} is not that of precision {precision} and recall {recall}")
    if not isinstance(found.n, int) or found.n < 1:
        raise ValueError(f"{metric}: n is a number of {found.unit}")
    if not isinstance(found.date, date):
        raise ValueError(f"{metric}: date is written 2026-01-31, without quotes")  # noqa: TRY004 (the file is wrong, not a caller)
