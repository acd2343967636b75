"""A page that needs nothing else, and plots that say what the table says."""

# ruff: noqa: RUF001 (reports print true dashes and minus signs)

from __future__ import annotations

import re
from dataclasses import replace
from xml.etree import ElementTree as ET

import pytest

from ai_quality.metrics.rate import proportion
from ai_quality.reports import html
from ai_quality.reports.view import ReportView, build_view
from tests.unit.reports.hostile import FIELDS, TEXTS
from tests.unit.reports.views import COUNTS, RUN, STATES, few, measured, median, ordinary, trials


def page(view: ReportView) -> ET.Element:
    """Our page is well-formed XML too."""
    return ET.fromstring(html.render(view))


def plots(view: ReportView) -> list[ET.Element]:
    return page(view).findall(".//svg[@role='img']")


@pytest.mark.parametrize("state", STATES)
def test_the_page_needs_no_script_and_no_request(state: str) -> None:
    text = html.render(STATES[state]())
    assert text.startswith("<!DOCTYPE html>")
    assert not re.search(r"<script|<link|<img|<iframe|@import|url\(|https?:|\bon\w+=|\bsrc=|\bhref=", text)
    assert "prefers-color-scheme: dark" in text


def test_the_page_says_everything() -> None:
    said = " ".join("".join(page(ordinary()).itertext()).split())
    view = ordinary()
    expected = [view.title, view.history, view.verdict, view.caveat, *view.notes]
    expected += [one.words for one in view.excluded] + [step.command for step in view.further]
    expected += [figure.told for metric in view.metrics for figure in metric.figures.values()]
    expected += [metric.told_difference for metric in view.metrics] + [
        metric.metric.definition for metric in view.metrics
    ]
    assert [text for text in expected if " ".join(text.split()) not in said] == []


def test_each_metric_has_a_dot_within_its_whisker_for_each_cohort() -> None:
    found = plots(ordinary())
    assert len(found) == 7
    for svg in found:
        whiskers = svg.findall("line[@stroke-width]")
        centers = [float(dot.attrib["cx"]) for dot in svg.findall("circle")]
        centers += [float(dot.attrib["x"]) + 4 for dot in svg.findall("rect")]
        assert len(whiskers) == len(centers) == 2
        for whisker, center in zip(whiskers, centers, strict=True):
            assert html.LEFT <= float(whisker.attrib["x1"]) <= center <= float(whisker.attrib["x2"]) <= html.RIGHT


def test_a_plot_says_in_words_what_it_shows() -> None:
    title = plots(ordinary())[1].findtext("title")
    assert (
        title
        == "Reverted in 30 days: AI-marked 1.6 % (0.4–6), 2 of 128 commits; unmarked 3.2 % (2–5), 27 of 840 commits"
    )


@pytest.mark.parametrize(
    ("hi", "ticks"),
    [(0.0553, ["0 %", "5 %", "10 %"]), (0.19, ["0 %", "10 %", "20 %"]), (0.2, ["0 %", "10 %", "20 %"]),
     (0.931, ["0 %", "50 %", "100 %"]), (0.004, ["0 %", "0.25 %", "0.5 %"]), (0.0, ["0 %", "50 %", "100 %"])],
)  # fmt: skip
def test_an_axis_ends_at_a_round_number(hi: float, ticks: list[str]) -> None:
    view = build_view([measured("revert_rate", trials(0, 40, 0.0, 0.0, hi), few(0, 3))], COUNTS, [], RUN)
    assert [tick.text for tick in plots(view)[0].findall("text")] == ticks


def test_hours_have_an_axis_of_their_own() -> None:
    view = build_view([measured("cycle_time", median(2.0, 1.0, 130.0, 40), few(None, 3))], COUNTS, [], RUN)
    assert [tick.text for tick in plots(view)[0].findall("text")] == ["0 h", "100 h", "200 h"]


def test_a_metric_without_a_rate_has_no_plot() -> None:
    assert plots(build_view([measured("revert_rate", few(0, 3), proportion(1, 4))], COUNTS, [], RUN)) == []


def test_a_value_without_an_interval_is_a_dot() -> None:
    bare = replace(trials(1, 40, 0.025, 0.0, 0.1), lo=None, hi=None)
    (svg,) = plots(build_view([measured("revert_rate", bare, few(0, 3))], COUNTS, [], RUN))
    whisker = svg.find("line[@stroke-width]")
    assert whisker is not None
    assert whisker.attrib["x1"] == whisker.attrib["x2"]


def skeleton(view: ReportView) -> list[tuple[str, list[str]]]:
    return [(element.tag, sorted(element.attrib)) for element in page(view).iter()]


HARMLESS = {field: skeleton(place("harmless")) for field, place in FIELDS.items()}


@pytest.mark.parametrize("text", TEXTS)
def test_no_text_from_outside_becomes_markup(text: str) -> None:
    for field, place in FIELDS.items():
        assert skeleton(place(TEXTS[text])) == HARMLESS[field], field
