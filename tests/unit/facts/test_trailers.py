"""Trailer lines are found where they stand, and only in what the message itself says."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ai_quality.facts.trailers import TrailerLine, own_lines, sections, trailer_lines


def pairs(message: str) -> list[tuple[str, str]]:
    return [(line.key, line.value) for line in trailer_lines(message)]


def test_keys_are_lower_case_values_as_written_and_lines_count_from_one() -> None:
    found = list(trailer_lines("Fix\n\nFixes: #7\nSigned-Off-By: Jane Doe <jane@example.org>  \n"))
    assert found == [
        TrailerLine("fixes", "#7", 3),
        TrailerLine("signed-off-by", "Jane Doe <jane@example.org>", 4),
    ]


@pytest.mark.parametrize(
    "line",
    [
        "Fixes: #7",
        "  Fixes: #7",
        "        Fixes: #7",
        "\tFixes: #7",
        "* Fixes: #7",
        "- Fixes: #7",
        "    * Fixes: #7",
        "🐛 Fixes: #7",
        "FIXES:#7",
        "Fixes : #7",
        "Fixes: #7\r",
    ],
)
def test_blanks_a_bullet_or_an_emoji_may_stand_before_the_key(line: str) -> None:
    assert pairs(f"Subject\n\n{line}\nand prose") == [("fixes", "#7")]


@pytest.mark.parametrize(
    "line",
    [
        "This Fixes: #7",
        "Fixes #7",
        "Fixes:",
        "Fixes:   ",
        "         Fixes: #7",
        "** Fixes: #7",
        "+Fixes: #7",
        "> Fixes: #7",
        "  > Fixes: #7",
        "https://example.org",
        "fixes_it: #7",
        "7: x",
    ],
)
def test_a_line_of_another_shape_is_no_trailer(line: str) -> None:
    assert pairs(f"Subject\n\n{line}") == []


def test_trailers_are_read_from_every_paragraph() -> None:
    message = "Fix\nRefs: 1\n\nProse\nRefs: 2\nmore prose\n\nRefs: 3\n\nlast words"
    assert [value for _, value in pairs(message)] == ["1", "2", "3"]


def test_fenced_code_is_not_read_but_an_unclosed_fence_hides_nothing() -> None:
    assert pairs("Fix\n\n```\nRefs: 1\n```\nRefs: 2") == [("refs", "2")]
    assert pairs("Fix\n\n~~~\n```\nRefs: 1\n~~~\nRefs: 2") == [("refs", "2")]
    assert pairs("Fix\n\n```\nRefs: 1") == [("refs", "1")]


def test_a_diff_is_not_read_and_ends_where_prose_begins() -> None:
    diff = "diff --git a/f b/f\nindex 1..2 100644\n--- a/f\n+++ b/f\n@@ -1,2 +1,2 @@\n Refs: 1\n-Refs: 2\n\n+Refs: 3\n"
    assert pairs(f"Fix\n\n{diff}Refs: 4\n Refs: 5") == [("refs", "4"), ("refs", "5")]
    indented = "".join(f"    {line}\n" for line in diff.splitlines())
    assert pairs(f"Fix\n\n{indented}\nRefs: 4") == [("refs", "4")]


def test_own_lines_keep_the_numbering() -> None:
    assert own_lines("a\n> b\n\nc") == ["a", "", "", "c"]


def test_a_gitlab_or_github_number_or_the_divider_makes_a_squash() -> None:
    body = "\n\n* One\n\ntext\n\n* Two"
    for message in (f"T (#1){body}", f"T (!1){body}", f"T{body}\n\n---------\n\nCo-authored-by: x"):
        assert [part.subject for part in sections(message).parts] == ["One", "Two"]
    assert sections(f"T{body}").parts == []


def test_a_squash_footer_is_what_stands_below_the_divider() -> None:
    whole = sections("T (#1)\n\n* One\n\ntext\n\n---------\n\nCo-authored-by: x")
    assert whole.parts[0].lines == ["", "text", ""]
    assert whole.footer == ["---------", "", "Co-authored-by: x"]


@given(st.text(alphabet=st.sampled_from("ab*:-> `@\t\r\n1(#)~+é"), max_size=80))
def test_no_text_makes_reading_fail(message: str) -> None:
    lines = message.split("\n")
    assert len(own_lines(message)) == len(lines)
    for line in trailer_lines(message):
        assert line.value in lines[line.line_number - 1]
    whole = sections(message)
    assert sum(len(part.lines) + 1 for part in whole.parts) + len(whole.footer) <= len(lines)
