"""Text from outside, made harmless."""

# ruff: noqa: RUF001 (reports print true dashes and minus signs)

from __future__ import annotations

import re
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ai_quality.reports.safe import md_cell, plain, printable, tamed
from tests.unit.reports.hostile import TEXTS

ANYTHING = st.text(st.characters(exclude_categories=()), max_size=60)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("\x1b[31mred\x1b[0m", "red"),
        ("\x1b]0;title\x07after", "after"),
        ("\x1b]8;;https://evil.example\x1b\\link", "link"),
        ("\x9b2Jafter", "after"),
        ("\x1b", ""),
        ("a\x9dnever ended", "anever ended"),
        ("over\x08\x08write", "overwrite"),
        ("pay\u202egnp.exe", "paygnp.exe"),
        ("zero\u200bwidth\ufeff", "zerowidth"),
        ("caf\udce9", "caf\ufffd"),
        ("one\ntwo\tthree\u2028four", "one two three four"),
    ],
)
def test_what_does_not_print_is_taken_out(text: str, shown: str) -> None:
    assert printable(text) == shown


@pytest.mark.parametrize("text", ["plain", "  kept  blanks ", "café", "漢字", "🙂", "<b>&amp;</b>", "a|b"])
def test_what_prints_stays(text: str) -> None:
    assert printable(text) == text


@pytest.mark.parametrize(
    ("line", "shown"),
    [("::error::x", ":\u200b:error::x"), ("  ::error::x", "  :\u200b:error::x"), ("std::map", "std::map")],
)
def test_no_line_is_a_command_to_a_job_s_log(line: str, shown: str) -> None:
    assert tamed(line) == shown
    assert printable("a ##[error]b") == "a ## [error]b"


def test_plain_text_is_one_line_without_runs_of_blanks() -> None:
    assert plain("  one\n\n two\t three ") == "one two three"


def test_a_long_text_ends_with_an_ellipsis_within_the_limit() -> None:
    assert plain("x" * 300) == "x" * 199 + "…"
    assert plain("exactly", 7) == "exactly"
    assert plain("too long", 4) == "too…"
    assert plain("x" * 300, None) == "x" * 300


def test_composed_and_decomposed_letters_read_the_same() -> None:
    assert plain("cafe\u0301") == "café"


@pytest.mark.parametrize(
    ("text", "cell"),
    [
        ("a|b", "a\\|b"),
        ("a\\|b", "a\\\\\\|b"),
        ("`x` *y* _z_ ~w~ [l]", "\\`x\\` \\*y\\* \\_z\\_ \\~w\\~ \\[l\\]"),
        ("<b>&amp;", "&lt;b&gt;&amp;amp;"),
        ("@me", "@\u200bme"),
        ("#1", "\\#\u200b1"),
        ("GH-1 gh-2 !3", "GH-\u200b1 gh-\u200b2 !\u200b3"),
        ("https://x www.x", "https:\u200b//x www\u200b.x"),
        ("$x$", "\\$x\\$"),
        ("- item", "\\- item"),
        ("---", "\\---"),
        ("===", "\\==="),
        ("1. item", "1\\. item"),
        ("12) item", "12\\) item"),
    ],
)
def test_a_cell_shows_markup_instead_of_obeying_it(text: str, cell: str) -> None:
    assert md_cell(text) == cell


@pytest.mark.parametrize(
    "text", ["7.4 % (4–12)", "−11.9 points", "+3.0", "-3.0", "1.5", "18:30", "a - b", "well!", "high-2"]
)
def test_a_cell_leaves_ordinary_words_and_numbers_alone(text: str) -> None:
    assert md_cell(text) == text


def test_a_cell_is_cut_at_eighty_characters_before_it_is_escaped() -> None:
    assert md_cell("|" * 100) == "\\|" * 79 + "…"


@given(ANYTHING)
def test_plain_text_has_nothing_invisible_and_stays_plain(text: str) -> None:
    line = plain(text)
    assert {unicodedata.category(character) for character in line} & {"Cc", "Cf", "Cs", "Zl", "Zp"} == set()
    assert plain(line) == line
    line.encode()


@given(ANYTHING | st.sampled_from(sorted(TEXTS.values())))
def test_a_cell_has_no_live_markup(text: str) -> None:
    bare = re.sub(r"\\[!-/:-@\[-`{-~]", "", md_cell(text))  # without what is escaped
    assert not re.search(r"[<>|`*_\[\]~$#\\]|@(?!\u200b)|://|www\.|&(?!amp;|lt;|gt;)", bare, re.IGNORECASE)
