"""One screen, aligned, with or without colour."""

# ruff: noqa: RUF001 (reports print true dashes and minus signs)

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from ai_quality.metrics import Counts
from ai_quality.metrics.statistics import Difference
from ai_quality.reports import terminal
from ai_quality.reports.styling import WIDTH
from ai_quality.reports.tables import columns
from ai_quality.reports.view import build_view
from tests.unit.reports.hostile import FIELDS, TEXTS
from tests.unit.reports.views import COUNTS, EXCLUDED, ORDINARY, RUN, STATES, measured, ordinary, trials, within

UNSAFE = re.compile(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u200c-\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff]")


@pytest.mark.parametrize("state", STATES)
def test_every_state_fits_one_screen(state: str) -> None:
    text = terminal.render(STATES[state]())
    assert text.count("\n") <= terminal.SCREEN
    assert max(map(columns, text.split("\n"))) <= WIDTH


@pytest.mark.parametrize("width", [1, 40, 60, 79, 80, 100, 500])
@pytest.mark.parametrize("state", STATES)
def test_no_line_is_wider_than_the_terminal(state: str, width: int) -> None:
    text = terminal.render(STATES[state](), width=width)
    assert max(map(columns, text.split("\n"))) <= max(terminal.NARROWEST, min(width, WIDTH))


def test_columns_are_aligned() -> None:
    lines = terminal.render(ordinary()).split("\n")
    (head,) = (place for place, line in enumerate(lines) if "AI minus unmarked" in line)
    table = lines[head : head + 8]
    for name in ("AI-marked", "unmarked,", "AI minus", "adjusted"):
        start = table[0].index(name)
        assert {line[start - 1 : start] for line in table} <= {" ", ""}, name
    assert all(line[:4].strip() for line in table[1:])


def test_the_adjusted_difference_stands_beside_the_crude_one() -> None:
    text = terminal.render(ordinary())
    assert re.search(r"Reworked .* −11\.9 −17 to −7 +−8\.4 −13 to −2\n", text)
    assert re.search(r"Rewritten .* too few\n", text)
    assert re.search(r"Median .* −19\.1 −24 to −15 +–\n", text), "a median is not adjusted"
    assert "Same authors, in points: rework −9.7 (−15 to −5); defects" in text
    assert "leaving out up to 22 % of AI-marked and\n  58 % of unmarked." in text


def test_signs_that_differ_are_told_by_name() -> None:
    assert "\nSigns differ, so neither stands alone: rework −11.9 crude, +3.1 adjusted; reverts" in terminal.render(
        STATES["signs-differ"]()
    )
    assert "Signs differ" not in terminal.render(ordinary())


def test_lines_alive_are_a_row_of_blocks_a_cohort() -> None:
    text = terminal.render(ordinary())
    assert (
        "\nLines alive, day 0 to 365: AI-marked █▇▆▆▆▆▆····· 66.7 % by day 210; unmarked █▇▆▆▆▅▅▅▅▄▄▄ 48.0 %\n" in text
    )
    assert "AI-marked ············ too few commits; unmarked █" in terminal.render(STATES["too-few"]())
    assert "AI-marked ············ none; unmarked █" in terminal.render(STATES["no-ai-mark"]())
    assert "Lines alive" not in terminal.render(build_view(ORDINARY, COUNTS, [], RUN)), "nobody asked for curves"


def test_accuracy_is_always_said() -> None:
    assert "Defects: measured precision 0.70, recall 0.66 on 171 fixes; 0.64, 0.55 on 3,146." in terminal.render(
        ordinary()
    )
    assert "Defects: accuracy not yet measured." in " ".join(terminal.render(STATES["too-few"]()).split())


def test_figures_that_do_not_fit_side_by_side_are_told_one_below_the_other() -> None:
    text = terminal.render(ordinary(), width=70)
    assert "Reworked in 21 days\n  AI-marked: 7.4 % (4–12), 720 of 9,730 lines in 132 commits\n" in text
    assert "  AI minus unmarked: −11.9 points (−17 to −7), lower\n" in text
    assert "  adjusted: −8.4 points (−13 to −2), lower; 110 strata of size, kind" in text


def test_numbers_of_a_big_repository_stay_aligned() -> None:
    counts = {"ai": Counts(164_000, 121_000, 12_345_678, 10_101_000), "unmarked": Counts(1, 1, 1, 1)}
    lines = terminal.render(build_view(ORDINARY, counts, EXCLUDED, RUN)).split("\n")
    first, second = (line for line in lines if line.startswith(("AI-marked  ", "unmarked  ")))
    assert [found.end() for found in re.finditer(r" commits| changes| lines added", first)] == [
        found.end() for found in re.finditer(r" commit| change| line added", second)
    ]


def test_figures_of_a_big_repository_stand_closer_before_they_are_told_one_below_the_other() -> None:
    big = [
        measured(
            name, trials(42, 12_345, 0.00342, 0.0002, 0.0041), trials(412, 120_345, 0.00342, 0.0003, 0.0041),
            Difference(-0.1165, -0.1331, -0.004, "newcombe"), adjusted=within(-0.1112, (-0.1403, -0.0006)),
        )
        for name in ("revert_rate", "defect_rate")
    ]  # fmt: skip
    text = terminal.render(build_view(big, COUNTS, [], RUN))
    assert (
        "Reverted in 30 days 0.3 % 0.02–0.4 12,345 0.3 % 0.03–0.4 120,345 −11.7 −13 to −0.4 −11.1 −14 to −0.1\n" in text
    )
    assert max(map(columns, text.split("\n"))) <= WIDTH


def test_low_numbers_are_starred_and_the_star_explained() -> None:
    text = terminal.render(ordinary())
    assert re.search(r"6\.7 % 2–14 +22\*", text)
    assert "* n below 30: not compared." in text
    assert "*" not in terminal.render(build_view(ORDINARY[:4], {}, [], RUN))


def test_details_give_way_and_say_so() -> None:
    notes = tuple(f"note number {number} of many, each of some length" for number in range(20))
    text = terminal.render(build_view(ORDINARY, {}, EXCLUDED * 5, replace(RUN, notes=notes)))
    assert text.count("\n") <= terminal.SCREEN
    assert text.count("…") == 2
    assert text.endswith("Look further: ai-quality facts defects · ai-quality explain SHA · ai-quality report --json\n")


def test_colour_adds_nothing_but_colour() -> None:
    coloured = terminal.render(ordinary(), colour=True)
    assert "\x1b[1mAI-marked lines: 18.9 to 19.1 %" in coloured
    assert re.sub(r"\x1b\[[0-9]m", "", coloured) == terminal.render(ordinary())
    assert "\x1b" not in terminal.render(ordinary(), colour=False)


def test_a_report_without_metrics_is_still_one() -> None:
    assert "Look further" in terminal.render(build_view([], {}, [], RUN))


@pytest.mark.parametrize("text", TEXTS)
def test_nothing_from_outside_reaches_the_terminal_alive(text: str) -> None:
    for field, place in FIELDS.items():
        shown = terminal.render(place(TEXTS[text]))
        assert not UNSAFE.search(shown), field
        assert shown.count("\n") <= terminal.SCREEN, field
        assert max(map(columns, shown.split("\n"))) <= WIDTH, field
        assert not re.search(r"^\s*::|##\[", shown, re.MULTILINE), field
