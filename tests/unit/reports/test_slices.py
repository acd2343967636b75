"""A report slice by slice: what stands in it, and its table for a terminal."""

# ruff: noqa: RUF001 (reports print true dashes and minus signs)

from __future__ import annotations

import csv
import io
import json
import re
from xml.etree import ElementTree as ET

import pytest

from ai_quality.pipeline.measuring import CUTS
from ai_quality.reports import slices_text, terminal
from ai_quality.reports.renderers import SLICED_RENDERERS
from ai_quality.reports.safe import plain
from ai_quality.reports.slices import SHOWN, size_range
from ai_quality.reports.styling import WIDTH
from ai_quality.reports.tables import columns
from tests.unit.reports.hostile import SLICE_FIELDS, TEXTS
from tests.unit.reports.test_terminal import UNSAFE
from tests.unit.reports.views import ORDINARY, SLICED, by_agent, by_path, by_size, one_slice, sliced


@pytest.mark.parametrize("by", CUTS)
def test_every_cut_has_words_of_its_own(by: str) -> None:
    heading = sliced(by).heading
    assert heading
    assert not re.search(r"\b(?:author|person|people|developer)s?\b", heading), "people are no slices"


@pytest.mark.parametrize(
    ("size_bin", "lines"), [("0", "0"), ("1", "1-2"), ("2", "3-6"), ("3", "7-14"), ("10", "1023-2046")]
)
def test_a_size_is_the_range_of_lines_its_bin_holds(size_bin: str, lines: str) -> None:
    assert size_range(size_bin) == lines
    least, _, most = lines.partition("-")
    assert {(1 + int(edge)).bit_length() - 1 for edge in (least, most or least)} == {int(size_bin)}


def test_a_slice_is_labelled_for_people() -> None:
    assert [one.label for one in sliced("path", one_slice("src", 1), one_slice(".", 1)).slices] == [
        "src/", "files at the top",
    ]  # fmt: skip
    assert [one.label for one in sliced("model", one_slice(None, 1), one_slice("\u200b", 1)).slices] == [
        "not named", "not printable",
    ]  # fmt: skip
    assert [one.label for one in by_size().slices] == ["1-2 lines", "7-14 lines", "4095-8190 lines"]


def test_the_largest_are_shown_in_their_order_and_the_rest_is_counted() -> None:
    months = [one_slice(f"2026-{month:02}", 100 - month if month % 5 else month) for month in range(1, 16)]
    view = sliced("month", *months, left_out=2)
    shown = [one.value for one in view.largest]
    assert len(shown) == SHOWN
    assert shown == sorted(str(one.value) for one in months if not str(one.value).endswith(("5", "0")))
    assert view.rest == "5 smaller slices not shown"
    assert sliced("month", *months[:3]).rest == ""


def test_all_unmarked_work_is_one_row_where_all_slices_stand_beside_it() -> None:
    assert [(one.label, cohort.name) for one, cohort in by_agent().rows] == [
        ("claude-code", "unmarked"), ("claude-code", "ai"), ("codex", "ai"), ("jules", "ai"),
    ]  # fmt: skip
    assert [cohort.name for _, cohort in by_size().rows] == ["ai", "unmarked"] * 3


def test_a_row_has_the_rate_its_interval_and_n_of_as_many_metrics_as_fit() -> None:
    text = slices_text.render(by_agent())
    assert "agent        Reworked in 21 days  Reverted in 30 days  Defect in 90 days  Alive after 90 days\n" in text
    assert re.search(r"unmarked +19\.3 % 15–24 861 +3\.2 % 2–5 +840", text)
    assert re.search(r"claude-code +7\.4 % 4–12 +132 +1\.6 % 0\.4–6 128 .* 89\.2 % 84–93 +90\n", text)
    assert re.search(r"codex +too few +7 +too few +7 +none +0 +none +0\n", text)
    narrow = slices_text.render(by_agent(), width=60)
    assert "No room for: defects and survival (--json has all)." in " ".join(narrow.split())


def test_a_slice_that_is_low_is_starred() -> None:
    assert "*" not in slices_text.render(by_agent())
    text = slices_text.render(sliced("size", one_slice("3", 22, [ORDINARY[4]])))
    assert re.search(r"6\.7 % 2–14 +22\*", text)
    assert "* n below 30: not compared." in text


def test_no_slices_are_told_as_none() -> None:
    assert "No commit that carries an AI mark landed in the whole history." in slices_text.render(
        SLICED["by-model-of-none"]()
    )
    assert "No commit that a rate counts landed since 2025-06-01" in slices_text.render(sliced("path"))


def test_colour_adds_nothing_but_colour() -> None:
    coloured = slices_text.render(by_path(), colour=True)
    assert "\x1b[1mLanded since" in coloured
    assert re.sub(r"\x1b\[[0-9]m", "", coloured) == slices_text.render(by_path())


@pytest.mark.parametrize("width", [1, 40, 60, 79, 80, 100, 500])
@pytest.mark.parametrize("state", SLICED)
def test_no_line_is_wider_than_the_terminal(state: str, width: int) -> None:
    text = slices_text.render(SLICED[state](), width=width)
    assert max(map(columns, text.split("\n"))) <= max(terminal.NARROWEST, min(width, WIDTH))


@pytest.mark.parametrize("text", TEXTS)
def test_nothing_from_outside_comes_alive(text: str) -> None:
    for field, place in SLICE_FIELDS.items():
        told = {name: render(place(TEXTS[text])) for name, render in SLICED_RENDERERS.items()}
        assert not UNSAFE.search(told["text"]), field
        assert not re.search(r"^\s*::|##\[", told["text"], re.MULTILINE), field
        harmless = SLICED_RENDERERS["html"](place("harmless"))
        assert [one.tag for one in ET.fromstring(told["html"]).iter()] == [
            one.tag for one in ET.fromstring(harmless).iter()
        ], field
        bare = re.sub(r"\\[!-/:-@\[-`{-~]", "", told["md"])
        assert not re.search(r"[<>]|@(?!\u200b)|://|\bwww\.|\bgh-\d", bare, re.IGNORECASE), field
        assert told["md"].count("\n|") == SLICED_RENDERERS["md"](place("harmless")).count("\n|"), field
        rows = list(csv.DictReader(io.StringIO(told["csv"]), strict=True))
        assert not [row for row in rows if None in row or row["slice"].startswith(("=", "+", "-", "@", "::"))], field


def test_json_has_a_value_whole_where_people_see_it_cut() -> None:
    long = "x" * 300
    view = sliced("path", one_slice(long, 4))
    assert json.loads(SLICED_RENDERERS["json"](view))["slices"][0]["value"] == long
    assert view.slices[0].label == plain(long, 60) + "/"
