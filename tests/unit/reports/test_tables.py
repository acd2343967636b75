"""Tables and lines for a terminal."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ai_quality.reports.tables import clipped, columns, grouped, text_table, wrapped

WORDS = st.text(st.sampled_from("ab 漢é\u0301"), max_size=60)


def test_columns_of_words_go_left_and_of_numbers_right() -> None:
    table = text_table(("commit", "lines", "agent"), [("3f2c9ab", "1,204", "claude-code"), ("b1", "7", "")])
    assert table.split("\n") == [
        "commit   lines  agent",
        "3f2c9ab  1,204  claude-code",
        "b1           7",
    ]


def test_sides_and_gap_can_be_told() -> None:
    assert text_table(("a", "b"), [("1", "x"), ("22", "yy")], align="lr", gap=" ").split("\n") == [
        "a   b",
        "1   x",
        "22 yy",
    ]


def test_columns_in_groups_have_one_head_each() -> None:
    numbers = [("1.0 %", "0-2", "7"), ("12.5 %", "10-15", "120")]
    assert grouped(("", "rate, 95 %, n", "b"), ([("x",), ("yyy",)], numbers, [("p",), ("q",)]), ("l", "rlr", "l")) == [
        "     rate, 95 %, n     b",
        "x     1.0 % 0-2     7  p",
        "yyy  12.5 % 10-15 120  q",
    ]
    assert grouped(("a", "b"), ([], []), ("l", "rl")) == ["a  b"]


def test_a_table_may_lack_a_head_or_rows() -> None:
    assert text_table((), [("a", "1"), ("b", "10")]) == "a   1\nb  10"
    assert text_table(("a", "b"), []) == "a  b"
    assert text_table((), []) == ""


def test_a_wide_character_takes_two_columns_and_an_accent_none() -> None:
    assert [columns(text) for text in ("ab", "漢字", "e\u0301", "🙂")] == [2, 4, 1, 2]
    assert text_table((), [("漢字", "x"), ("abcd", "y")]) == "漢字  x\nabcd  y"


def test_a_cell_cannot_break_the_table() -> None:
    assert text_table((), [("a\nb\x1b[2J", "c\u202e"), ("dddd", "e")]) == "a b   c\ndddd  e"


def test_a_row_cannot_be_a_command_to_a_job_s_log() -> None:
    assert text_table((), [("::error::x", "y")]) == ":\u200b:error::x  y"


def test_rows_of_different_length_are_refused() -> None:
    with pytest.raises(ValueError, match="zip"):
        text_table(("a", "b"), [("only one",)])


def test_a_text_is_wrapped_between_words() -> None:
    assert wrapped("one two three four", 9) == ["one two", "three", "four"]
    assert wrapped("one two three four", 9, indent="  ") == ["one two", "  three", "  four"]
    assert wrapped("  one two three", 9, indent="    ") == ["  one two", "    three"]
    assert wrapped("", 9) == []


def test_a_word_longer_than_a_line_is_cut() -> None:
    assert wrapped("abcdefghij kl", 4) == ["abcd", "efgh", "ij", "kl"]


def test_a_clipped_text_says_so() -> None:
    assert clipped("abcdef", 6) == "abcdef"
    assert clipped("abcdef", 5) == "abcd…"
    assert clipped("ab cdef", 4) == "ab…"
    assert clipped("漢字漢字", 6) == "漢字…"


@given(WORDS, st.integers(8, 30))
def test_no_wrapped_line_is_too_wide_and_no_letter_is_lost(text: str, width: int) -> None:
    lines = wrapped(text, width, indent="  ")
    assert all(columns(line) <= width for line in lines)
    assert "".join("".join(lines).split()) == "".join(text.split())
    assert columns(clipped(text, width)) <= width
