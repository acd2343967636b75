"""The machine interface: the documented shape, and null for what is unknown."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from typing import Any

import pytest

from ai_quality.metrics import METRICS, Counts
from ai_quality.reports import json_report
from ai_quality.reports.view import ReportView, build_view
from tests.unit.reports.hostile import FIELDS, TEXTS
from tests.unit.reports.views import COUNTS, ORDINARY, RUN, STATES, ordinary

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
}
COHORT = dict.fromkeys(("commits", "changes", "lines_added", "lines_alive"), int)
SHAPE = {
    "schema_version": int, "repo": str, "rev": str, "now": MOMENT, "verdict": str, "caveat": str,
    "window": {"since": (str, NONE), "until": (str, NONE), "why_since": str},
    "history": {
        "commits": int, "merges": int, "changes": int, "lines_alive": int, "complete": bool, "tip_time": MOMENT,
        "pull_refs": int, "fix_convention": str, "notes": list,
    },
    "cohorts": dict.fromkeys(("ai", "unmarked", "mixed", "bot", "uncertain"), COHORT),
    "metrics": dict.fromkeys(METRICS, METRIC),
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
        assert metric["verdict"] in {"lower", "higher", "no difference shown", "too few to compare", "unknown"}
        assert {rate["status"] for rate in metric["cohorts"].values()} <= {"ok", "too_few", "unknown"}
    for row in report["excluded"]:
        check(row, {"reason": str, "commits": (int, NONE), "lines": int})


def test_a_rate_has_its_counts_interval_and_method() -> None:
    assert told(ordinary())["metrics"]["rework_rate"]["cohorts"]["ai"] == {
        "value": 0.074, "hits": 720, "of": 9730, "lo": 0.041, "hi": 0.118, "status": "ok",
        "method": "cluster-bootstrap", "n": 132, "low_n": False, "too_young": 2615,
    }  # fmt: skip


def test_too_few_keep_their_counts_and_have_no_value() -> None:
    rate = told(STATES["too-few"]())["metrics"]["revert_rate"]["cohorts"]["ai"]
    assert (rate["status"], rate["hits"], rate["of"], rate["n"]) == ("too_few", 0, 7, 7)
    assert (rate["value"], rate["lo"], rate["hi"]) == (None, None, None)


def test_unknown_is_null_and_never_zero() -> None:
    metric = told(STATES["unknown-merge-pass"]())["metrics"]["merge_pass_rate"]
    assert metric["why_unknown"] == "no pull-request refs here"
    assert (metric["difference"], metric["verdict"]) == (None, "unknown")
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
