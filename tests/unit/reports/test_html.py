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
from tests.unit.reports.views import (
    COUNTS,
    ORDINARY,
    RUN,
    SLICED,
    STATES,
    by_agent,
    few,
    measured,
    median,
    ordinary,
    trials,
)


def page(view: ReportView) -> ET.Element:
    """Our page is well-formed XML too."""
    return ET.fromstring(html.render(view))


def plots(view: ReportView) -> list[ET.Element]:
    return page(view).findall(".//td/svg[@role='img']")


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
    expected += [metric.adjusted.contrast.told for metric in view.metrics]
    expected += [told for metric in view.metrics for told in (metric.adjusted.basis, metric.within_author.basis)]
    expected += [told for metric in view.metrics for told in metric.told_accuracy]
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


def test_lines_alive_are_step_curves_within_their_axes() -> None:
    (svg,) = page(ordinary()).findall(".//figure/svg")
    assert svg.findtext("title") == "Lines alive, day 0 to 365: AI-marked to 66.7 % by day 210; unmarked to 48.0 %"
    marked, unmarked = (path.attrib["d"] for path in svg.findall("path"))
    assert [path.attrib["class"] for path in svg.findall("path")] == ["curve ai", "curve unmarked"]
    assert marked.startswith("M50.0 10H50.0V17.2H")
    assert marked.endswith("H331.9"), "it ends on day 210, where nobody was watched any more"
    assert unmarked.endswith("H540.0")
    for path in (marked, unmarked):
        along, down = ([float(number) for number in re.findall(rf"{axis}([\d.]+)", path)] for axis in "HV")
        assert along == sorted(along)
        assert down == sorted(down)
        assert 50 <= min(along) <= max(along) <= 540
        assert 10 <= min(down) <= max(down) <= 225


def test_the_curves_say_that_their_intervals_are_left_out() -> None:
    caption = page(ordinary()).findtext(".//figcaption") or ""
    assert "take lines as independent, which lines of one commit are not" in caption
    assert "No interval is drawn" in caption


def test_without_curves_there_is_no_chart() -> None:
    assert page(build_view(ORDINARY, COUNTS, [], RUN)).find(".//figure") is None


@pytest.mark.parametrize("state", SLICED)
def test_slices_are_a_page_that_needs_nothing_else(state: str) -> None:
    text = html.render_sliced(SLICED[state]())
    assert not re.search(r"<script|<link|<img|<iframe|@import|url\(|https?:|\bon\w+=|\bsrc=|\bhref=", text)
    rows = ET.fromstring(text).findall(".//tr")
    assert len({sum(1 for _ in row) for row in rows}) <= 1


def test_slices_have_crude_and_adjusted_differences_below_the_rate() -> None:
    said = " ".join("".join(ET.fromstring(html.render_sliced(by_agent())).itertext()).split())
    assert "AI minus unmarked: −11.9 points (−17 to −7), lower, crude" in said
    assert "adjusted: −8.4 points (−13 to −2), lower; 110 strata" in said


def skeleton(view: ReportView) -> list[tuple[str, list[str]]]:
    return [(element.tag, sorted(element.attrib)) for element in page(view).iter()]


HARMLESS = {field: skeleton(place("harmless")) for field, place in FIELDS.items()}


@pytest.mark.parametrize("text", TEXTS)
def test_no_text_from_outside_becomes_markup(text: str) -> None:
    for field, place in FIELDS.items():
        assert skeleton(place(TEXTS[text])) == HARMLESS[field], field
