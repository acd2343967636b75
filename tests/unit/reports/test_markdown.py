"""A Markdown page whose structure is ours alone."""

# ruff: noqa: RUF001 (reports print true dashes and minus signs)

from __future__ import annotations

import re

import pytest

from ai_quality.reports import markdown
from tests.unit.reports.hostile import FIELDS, TEXTS
from tests.unit.reports.views import SLICED, STATES

OUR_TAGS = re.compile(r"</?(?:details|summary)>")


def unescaped(text: str) -> str:
    """What a Markdown reader obeys."""
    return re.sub(r"\\[!-/:-@\[-`{-~]", "", text)


def skeleton(page: str) -> list[str]:
    """Each line's markup without its words."""
    return [re.sub(r"[^|<>`*#\[\]_~@$\\]", "", unescaped(line)) + str(line[:2] == "- ") for line in page.split("\n")]


@pytest.mark.parametrize("state", STATES)
def test_every_table_row_has_as_many_cells_as_its_head(state: str) -> None:
    rows = [line for line in markdown.render(STATES[state]()).split("\n") if line.startswith("|")]
    assert [unescaped(row).count("|") for row in rows] == [6] * (len(rows) - 9) + [7] * 9
    assert all(row.endswith((" |", "-|", ":|")) for row in rows)


@pytest.mark.parametrize("state", SLICED)
def test_slices_have_rows_as_wide_as_their_head(state: str) -> None:
    rows = [line for line in markdown.render_sliced(SLICED[state]()).split("\n") if line.startswith("|")]
    assert {unescaped(row).count("|") for row in rows} <= {8}
    assert all(row.endswith((" |", "-|", ":|")) for row in rows)


HARMLESS = {field: skeleton(markdown.render(place("harmless"))) for field, place in FIELDS.items()}


@pytest.mark.parametrize("text", TEXTS)
def test_no_text_from_outside_changes_the_structure(text: str) -> None:
    for field, place in FIELDS.items():
        page = markdown.render(place(TEXTS[text]))
        assert skeleton(page.replace("@\u200b", "")) == HARMLESS[field], field
        bare = OUR_TAGS.sub("", unescaped(page))
        assert not re.search(r"[<>]|@(?!\u200b)|://|\bwww\.|\bgh-\d", bare, re.IGNORECASE), field
        assert not re.search(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]", page), field


def test_commands_are_code_and_definitions_are_words() -> None:
    page = markdown.render(STATES["ordinary"]())
    assert "- `ai-quality explain SHA`: why a commit is classed so" in page
    assert "(rework\\_rate): Share of landed lines that were rewritten" in page


def test_crude_and_adjusted_are_columns_and_lines_alive_have_blocks() -> None:
    page = markdown.render(STATES["signs-differ"]())
    assert "| AI minus unmarked, crude | AI minus unmarked, adjusted |" in page
    assert "**Signs differ, so neither stands alone: rework −11.9 crude, +3.1 adjusted" in page
    assert "- Lines alive, day 0 to 365, AI-marked: █▇" in page
    assert "Accuracy: measured precision 0.70, recall 0.66 on 171 fixes (ICSE 2021 oracle), 2026-11-22." in page
