"""A row a metric and cohort."""

from __future__ import annotations

import csv
import io
from itertools import chain

import pytest

from ai_quality.metrics import METRICS
from ai_quality.reports import csv_report
from ai_quality.reports.view import ReportView
from tests.unit.reports.hostile import FIELDS, TEXTS
from tests.unit.reports.views import STATES, one_slice, ordinary, sliced


def rows(view: ReportView) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(csv_report.render(view)), strict=True))


@pytest.mark.parametrize("state", STATES)
def test_there_is_a_row_a_metric_and_cohort(state: str) -> None:
    assert [(row["metric"], row["cohort"]) for row in rows(STATES[state]())] == [
        (name, cohort) for name in METRICS for cohort in ("ai", "unmarked")
    ]


def test_a_row_has_the_numbers_as_they_are() -> None:
    row = rows(ordinary())[0]
    assert (row["value"], row["lo"], row["hi"], row["hits"], row["of"], row["n"]) == (
        "0.074", "0.041", "0.118", "720", "9730", "132",
    )  # fmt: skip
    assert (row["difference"], row["difference_lo"], row["verdict"]) == ("-0.119", "-0.1704", "lower")


def test_what_is_unknown_is_empty() -> None:
    row = next(row for row in rows(STATES["unknown-merge-pass"]()) if row["metric"] == "merge_pass_rate")
    filled = {key for key, value in row.items() if value}
    assert filled == {"repo", "rev", "metric", "cohort", "status", "method", "verdict", "why_unknown", "signs_differ"}
    assert row["signs_differ"] == "false"


def test_a_row_has_the_adjusted_difference_beside_the_crude_one() -> None:
    row = rows(ordinary())[1]
    assert (row["cohort"], row["difference"], row["adjusted"], row["adjusted_hi"]) == (
        "unmarked", "-0.119", "-0.0842", "-0.0214",
    )  # fmt: skip
    assert (row["adjusted_strata"], row["adjusted_dropped_unmarked"]) == ("110", "0.5768")
    assert (row["within_author"], row["within_author_strata"], row["signs_differ"]) == ("-0.0969", "8", "false")
    assert rows(STATES["signs-differ"]())[0]["signs_differ"] == "true"


def test_slices_are_rows_with_two_columns_more() -> None:
    view = sliced("model", one_slice(None, 3), one_slice("=x", 2))
    told = list(csv.DictReader(io.StringIO(csv_report.render_sliced(view)), strict=True))
    assert [*told[0]] == ["by", "slice", *csv_report.COLUMNS]
    assert [(row["by"], row["slice"], row["metric"], row["cohort"]) for row in told][:2] == [
        ("model", "", "rework_rate", "ai"), ("model", "", "rework_rate", "unmarked"),
    ]  # fmt: skip
    assert {row["slice"] for row in told} == {"", "'=x"}


@pytest.mark.parametrize("text", TEXTS)
def test_no_cell_is_a_formula_or_breaks_its_row(text: str) -> None:
    for row in chain.from_iterable(rows(place(TEXTS[text])) for place in FIELDS.values()):
        assert None not in row
        assert None not in row.values()
        assert not [
            row[name] for name in ("repo", "rev", "why_unknown") if row[name].startswith(("=", "+", "-", "@", "::"))
        ]
