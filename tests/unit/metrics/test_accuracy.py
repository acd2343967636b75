"""accuracy.yml: figures that stand together, or not at all."""

from __future__ import annotations

from datetime import date

import pytest

from ai_quality.metrics import METRICS, load
from ai_quality.metrics.accuracy import Accuracy, accuracies, read

ENTRY = {
    "question": "Right?", "data": "labels", "unit": "fixes", "n": "171", "precision": "0.7", "recall": "0.66",
    "f1": "0.68", "date": "2026-11-22", "repeat": "make accuracy",
}  # fmt: skip


def text(**changes: str | None) -> str:
    """A file of one entry; None leaves a field out."""
    fields = [f"{name}: {value}" for name, value in (ENTRY | changes).items() if value is not None]
    return "defect_rate:\n  - " + "\n    ".join(fields) + "\n"


def test_an_entry_is_read_as_it_stands() -> None:
    (found,) = read(text())["defect_rate"]
    assert found == Accuracy("Right?", "labels", "fixes", 171, 0.7, 0.66, 0.68, date(2026, 11, 22), "make accuracy")
    assert found.is_measured


def test_what_is_not_yet_measured_is_null_and_not_zero() -> None:
    nothing = dict.fromkeys(("n", "precision", "recall", "f1", "date", "repeat"), "null")
    (found,) = read(text(**nothing))["defect_rate"]
    assert not found.is_measured
    assert (found.n, found.precision, found.recall, found.f1, found.date) == (None,) * 5


def test_a_precision_of_zero_is_measured() -> None:
    (found,) = read(text(precision="0.0", recall="0", f1="0"))["defect_rate"]
    assert found.is_measured


def test_a_file_without_entries_has_none() -> None:
    assert read("# nothing yet\n") == {}


@pytest.mark.parametrize(
    ("changes", "complaint"),
    [
        ({"recall": None}, "recall.* missing or unknown"),
        ({"kappa": "0.4"}, "kappa.* missing or unknown"),
        ({"recall": "null"}, "together or not at all"),
        ({"n": "null"}, "together or not at all"),
        ({"date": "null"}, "together or not at all"),
        ({"precision": "70", "f1": "1.3"}, "shares from 0 to 1"),
        ({"recall": "-0.1"}, "shares from 0 to 1"),
        ({"f1": "0.72"}, "f1 0.72 is not that of precision 0.7 and recall 0.66"),
        ({"n": "0"}, "n is a number of fixes"),
        ({"n": "many"}, "n is a number of fixes"),
        ({"date": "'2026-11-22'"}, "without quotes"),
    ],
)
def test_what_cannot_be_is_refused(changes: dict[str, str | None], complaint: str) -> None:
    with pytest.raises(ValueError, match=f"defect_rate: .*{complaint}"):
        read(text(**changes))


def test_the_file_is_read_and_names_metrics_only() -> None:
    found = accuracies()
    assert set(found) <= set(METRICS)
    assert found["defect_rate"]


def test_a_metric_has_its_accuracy() -> None:
    assert load("defect_rate").accuracy == accuracies()["defect_rate"]
    assert load("rework_rate").accuracy == ()
