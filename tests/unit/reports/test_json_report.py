"""The machine interface: the documented shape, and null for what is unknown."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from itertools import chain
from typing import Any

import pytest

from ai_quality.metrics import METRICS, Counts
from ai_quality.reports import json_report
from ai_quality.reports.view import ReportView, build_view
from tests.unit.reports.hostile import FIELDS, TEXTS
from tests.unit.reports.views import COUNTS, ORDINARY, RUN, STATES, by_path, by_size, one_slice, ordinary, sliced

NUMBER = (int, float)
NONE = type(None)
MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ")

RATE = {
    "value": (*NUMBER, NONE), "hits": (int, NONE), "of": (int, NONE), "lo": (*NUMBER, NONE), "hi": (*NUMBER, NONE),
    "status": str, "method": str, "n": (int, NONE), "low_n": (bool, NONE), "too_young": (int, NONE),
}  # fmt: skip
DIFFERENCE = {"value": NUMBER, "lo": NUMBER, "hi": NUMBER, "method": str}
METRIC = {
    **dict.fromkeys(("definition", "unit", "hit", "horizon", "scale", "verdict"), str),
    "why_unknown": (str, NONE),
    "cohorts": {"ai": RATE, "unmarked": RATE},
    "difference": (dict, NONE),
    "adjusted": (dict, NONE),
    "within_author": (dict, NONE),
    "signs_differ": bool,
    "accuracy": list,
}
WITHIN = {
    **DIFFERENCE,
    "verdict": str,
    "within": str,
    "strata": int,
    "dropped": {"ai": NUMBER, "unmarked": NUMBER},
}
ACCURACY = {
    "question": str, "data": str, "unit": str, "n": (int, NONE), "precision": (*NUMBER, NONE),
    "recall": (*NUMBER, NONE), "f1": (*NUMBER, NONE), "date": (str, NONE), "repeat": (str, NONE),
}  # fmt: skip
POINT = {"days": NUMBER, "survival": NUMBER, "lo": (*NUMBER, NONE), "hi": (*NUMBER, NONE), "at_risk": int}
COHORT = dict.fromkeys(("commits", "changes", "lines_added", "lines_alive"), int)
SHAPE = {
    "schema_version": int, "repo": str, "rev": str, "now": MOMENT, "verdict": str, "caveat": str,
    "window": {"since": (str, NONE), "until": (str, NONE), "why_since": str},
    "history": {
        "commits": int, "merges": int, "changes": int, "lines_alive": int, "complete": bool, "tip_time": MOMENT,
        "pull_refs": int, "fix_convention": str, "notes": list,
    },
    "marked_share": {
        "definition": str, "lo": NUMBER, "hi": NUMBER, "lines": int, "marked": int, "marked_in_part": int,
        "unknown": int,
    },
    "cohorts": dict.fromkeys(("ai", "unmarked", "mixed", "bot", "uncertain"), COHORT),
    "metrics": dict.fromkeys(METRICS, METRIC),
    "survival_curves": {
        "unit": str, "method": str, "note": str, "cohorts": dict.fromkeys(("ai", "unmarked"), (list, NONE)),
    },
    "excluded": list,
}  # fmt: skip


def told(view: ReportView) -> Any:  # noqa: ANN401 (JSON)
    return json.loads(json_report.render(view))


def check(value: object, shape: Any, where: str = "report") -> None:  # noqa: ANN401
    """Keys exactly as documented, each of its type."""
    if isinstance(shape, dict):
        assert isinstance(value, dict), where
        assert set(value) == set(shape), where
        for key, inner in shape.items():
            check(value[key], inner, f"{where}.{key}")
    elif isinstance(shape, re.Pattern):
        assert shape.fullmatch(str(value)), where
    else:
        assert isinstance(value, shape), where
        assert not isinstance(value, bool) or bool in (shape if isinstance(shape, tuple) else (shape,)), where


@pytest.mark.parametrize("state", STATES)
def test_every_state_has_the_documented_shape(state: str) -> None:
    report = told(STATES[state]())
    check(report, SHAPE)
    assert report["schema_version"] == 1
    assert re.fullmatch("[0-9a-f]{40}", report["rev"])
    for name, metric in report["metrics"].items():
        if metric["difference"] is not None:
            check(metric["difference"], DIFFERENCE, name)
        for within in (metric["adjusted"], metric["within_author"]):
            if within is not None:
                check(within, WITHIN, name)
        for accuracy in metric["accuracy"]:
            check(accuracy, ACCURACY, name)
        assert metric["verdict"] in {"lower", "higher", "no difference shown", "too few to compare", "unknown"}
        assert {rate["status"] for rate in metric["cohorts"].values()} <= {"ok", "too_few", "unknown"}
    for point in chain.from_iterable(points or () for points in report["survival_curves"]["cohorts"].values()):
        check(point, POINT)
    for row in report["excluded"]:
        check(row, {"reason": str, "commits": (int, NONE), "lines": int})


def test_a_rate_has_its_counts_interval_and_method() -> None:
    assert told(ordinary())["metrics"]["rework_rate"]["cohorts"]["ai"] == {
        "value": 0.074, "hits": 720, "of": 9730, "lo": 0.041, "hi": 0.118, "status": "ok",
        "method": "cluster-bootstrap", "n": 132, "low_n": False, "too_young": 2615,
    }  # fmt: skip


def test_crude_and_adjusted_stand_side_by_side() -> None:
    metrics = told(STATES["signs-differ"]())["metrics"]
    assert metrics["rework_rate"]["difference"]["value"] == -0.119
    assert metrics["rework_rate"]["adjusted"] == {
        "value": 0.0312, "lo": -0.0104, "hi": 0.0728, "method": "mantel-haenszel-sato", "strata": 80,
        "verdict": "no difference shown", "within": "size, kind and quarter", "dropped": {"ai": 0.2, "unmarked": 0.5},
    }  # fmt: skip
    assert metrics["rework_rate"]["within_author"] is None
    assert metrics["defect_rate"]["within_author"]["within"] == "author"
    assert [name for name, metric in metrics.items() if metric["signs_differ"]] == ["rework_rate", "revert_rate"]


def test_curves_are_thinned_points_and_null_where_there_are_none() -> None:
    curves = told(ordinary())["survival_curves"]
    assert "independent" in curves["note"]
    assert 30 < len(curves["cohorts"]["unmarked"]) <= 60
    assert curves["cohorts"]["ai"][0] == {
        "days": 0,
        "survival": 1 - 3 / 90,
        "lo": pytest.approx(0.9002, abs=1e-4),
        "hi": pytest.approx(0.9891, abs=1e-4),
        "at_risk": 90,
    }
    assert told(STATES["too-few"]())["survival_curves"]["cohorts"]["ai"] is None
    assert told(build_view(ORDINARY, COUNTS, [], RUN))["survival_curves"]["cohorts"] == {"ai": None, "unmarked": None}


def test_a_judgement_has_its_accuracy_and_null_until_it_is_measured() -> None:
    measured = told(ordinary())["metrics"]["defect_rate"]["accuracy"][0]
    assert (measured["precision"], measured["recall"], measured["f1"], measured["n"]) == (0.7, 0.66, 0.68, 171)
    assert (measured["date"], measured["repeat"]) == ("2026-11-22", "make accuracy")
    (not_yet,) = told(STATES["too-few"]())["metrics"]["defect_rate"]["accuracy"]
    assert {key for key, value in not_yet.items() if value is not None} == {"question", "data", "unit"}


def test_slices_have_a_value_and_the_shapes_of_the_whole() -> None:
    report = json.loads(json_report.render_sliced(by_path()))
    head = ("schema_version", "repo", "rev", "now", "window", "history", "caveat")
    check({key: report[key] for key in head}, {key: SHAPE[key] for key in head})
    assert set(report) == {*head, "by", "slices", "left_out"}
    assert (report["by"], report["left_out"], [one["value"] for one in report["slices"]][:3]) == (
        "path", 3, ["src", ".", "package_a"],
    )  # fmt: skip
    for one in report["slices"]:
        check(one, {
            "value": str,
            "cohorts": dict.fromkeys(("ai", "unmarked"), COHORT),
            "metrics": dict.fromkeys(METRICS[:4], METRIC),
        })  # fmt: skip


def test_a_slice_that_no_mark_names_is_null_and_a_size_is_a_range() -> None:
    report = json.loads(json_report.render_sliced(sliced("model", one_slice(None, 3), one_slice("x-1", 2))))
    assert [one["value"] for one in report["slices"]] == [None, "x-1"]
    assert [one["value"] for one in json.loads(json_report.render_sliced(by_size()))["slices"]] == [
        "1-2", "7-14", "4095-8190",
    ]  # fmt: skip


def test_too_few_keep_their_counts_and_have_no_value() -> None:
    rate = told(STATES["too-few"]())["metrics"]["revert_rate"]["cohorts"]["ai"]
    assert (rate["status"], rate["hits"], rate["of"], rate["n"]) == ("too_few", 0, 7, 7)
    assert (rate["value"], rate["lo"], rate["hi"]) == (None, None, None)


def test_unknown_is_null_and_never_zero() -> None:
    metric = told(STATES["unknown-merge-pass"]())["metrics"]["merge_pass_rate"]
    assert metric["why_unknown"] == "no pull-request refs here"
    assert (metric["difference"], metric["verdict"]) == (None, "unknown")
    assert (metric["adjusted"], metric["within_author"], metric["signs_differ"]) == (None, None, False)
    for rate in metric["cohorts"].values():
        assert {key for key, value in rate.items() if value is not None} == {"status", "method"}


def test_an_uncounted_cohort_is_null() -> None:
    assert told(build_view(ORDINARY, {"ai": Counts(0, 0, 0, 0)}, [], RUN))["cohorts"] == {
        "ai": dict.fromkeys(COHORT, 0),
        **{name: dict.fromkeys(COHORT) for name in ("unmarked", "mixed", "bot", "uncertain")},
    }


def test_the_window_is_as_asked_and_open_ends_are_null() -> None:
    assert told(ordinary())["window"] == {
        "since": "2025-06-01T00:00:00Z", "until": "2026-05-01T12:30:00Z", "why_since": "since the first AI mark landed",
    }  # fmt: skip
    assert told(build_view([], COUNTS, [], replace(RUN, since=None, until=None)))["window"]["since"] is None
    assert told(STATES["no-ai-mark"]())["window"]["since"] is None


def test_an_incomplete_history_says_so() -> None:
    history = told(STATES["incomplete"]())["history"]
    assert history["complete"] is False
    assert history["notes"] == [
        "3 missing objects: those versions of files were read as binary, as --allow-missing asks"
    ]


@pytest.mark.parametrize("text", TEXTS)
def test_no_text_breaks_the_shape(text: str) -> None:
    for field, place in FIELDS.items():
        check(told(place(TEXTS[text])), SHAPE, field)
