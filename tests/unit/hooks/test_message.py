"""Where trailers go, against `git interpret-trailers` itself on every message hypothesis can think of."""

from __future__ import annotations

import subprocess

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from ai_quality.hooks.message import is_empty, is_fit, is_same, subject, trailers_within, with_trailers

OURS = "Assisted-by: claude-code:claude-opus-4-8"


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("One\n", f"One\n\n{OURS}\n"),
        ("One", f"One\n\n{OURS}\n"),
        ("One\n\nBody: not a trailer block, prose\nmore of it\n", None),
        ("One\n\nSigned-off-by: A <a>\n", f"One\n\nSigned-off-by: A <a>\n{OURS}\n"),
        ("Fix: one\n", f"Fix: one\n\n{OURS}\n"),
        ("One\n\nAbove\n\n---\n\nBelow\n", f"One\n\nAbove\n\n---\n\nBelow\n\n{OURS}\n"),
        ("One\n\n# a comment\n# another\n", f"One\n\n{OURS}\n\n# a comment\n# another\n"),
        ("One\r\n\r\nTwo\r\n", f"One\r\n\r\nTwo\r\n\n{OURS}\n"),
    ],
)
def test_the_lines_join_the_block_or_make_one(before: str, after: str | None) -> None:
    expected = before + f"\n{OURS}\n" if after is None else after
    assert with_trailers(before.encode(), [OURS]).decode() == expected


def test_what_follows_the_scissors_stays_there() -> None:
    cut = "# ------------------------ >8 ------------------------\ndiff --git a/x b/x\n"
    assert with_trailers(f"One\n{cut}".encode(), [OURS]).decode() == f"One\n\n{OURS}\n{cut}"


def test_another_comment_character_is_honoured() -> None:
    assert with_trailers(b"One\n\n; note\n", [OURS], b";").decode() == f"One\n\n{OURS}\n\n; note\n"
    assert with_trailers(b"One\n\n#5 is mended\n", [OURS], b";").decode() == f"One\n\n#5 is mended\n\n{OURS}\n"


@pytest.mark.parametrize("line", ["A: x\nB: y", "Assisted-by: a@b", "no key", "K: \x1b[31m", "K: é", "K: " + "x" * 900])
def test_an_unfit_line_is_never_written(line: str) -> None:
    assert not is_fit(line)
    assert with_trailers(b"One\n", [line]) == b"One\n"


@pytest.mark.parametrize(
    ("text", "empty"),
    [
        (b"", True), (b"\n\n# c\n", True), (b"Signed-off-by: A <a>\n", True), (b"x\n", False),
        (b"# ------------------------ >8 ------------------------\nx\n", True),
    ],
)  # fmt: skip
def test_a_message_is_empty_where_git_aborts(text: bytes, empty: bool) -> None:
    assert is_empty(text) is empty


def test_the_subject_is_the_first_line_that_is_no_comment() -> None:
    assert subject(b"\n# c\n fixup! a\n") == b"fixup! a"


def test_a_subject_that_looks_like_a_comment_stays_the_subject() -> None:
    assert with_trailers(b"#12 Fix\n", [OURS]).decode() == f"#12 Fix\n\n{OURS}\n"
    assert _parsed(f"#12 Fix\n\n{OURS}\n".encode()) == [OURS]
    assert (is_empty(b"#12 Fix\n"), is_empty(b"#12 Fix\n", None)) == (True, False)


def test_buried_trailers_are_found_indented_or_not() -> None:
    text = b"Squashed commit\n\n    One\n\n    Assisted-by: codex\n\nassisted-by: codex\n    Assisted-by: x@y\n"
    assert trailers_within(text, ["Assisted-by"]) == ["Assisted-by: codex", "assisted-by: codex"]


def test_two_messages_are_the_same_but_for_comments_blanks_and_sign_offs() -> None:
    assert is_same(b"One\n\n# hint\n", b"\nOne\n\nSigned-off-by: A <a>\n")
    assert not is_same(b"One\nTwo\n", b"One\n")


@pytest.mark.parametrize(
    ("last", "is_prose"),
    [
        ("Note: it now waits for the disk", True),
        ("Caveat: slow on very old machines", True),
        ("Fixes: the parser of empty files", False),
        ("Release-note: it now waits for the disk", False),
        ("Jira: ABC-12", False),
        ("Note: it now waits\nTest: by hand", False),
    ],
)
def test_a_last_line_of_prose_with_a_colon_is_no_block_of_trailers(last: str, is_prose: bool) -> None:
    gap = "\n" if is_prose else ""
    assert with_trailers(f"One\n\n{last}\n".encode(), [OURS]).decode() == f"One\n\n{last}\n{gap}{OURS}\n"


PROSE = "Note: it now waits for the disk"
WORDS = st.sampled_from([
    "word", "Key: value", "Signed-off-by: A <a@b>", "(cherry picked from commit 1234567)", "  continued", "---", "", "",
    "# comment", "Fix: it", PROSE, "Key : spaced", "no-colon", "\tTab: x", ": nokey", "a b: c", "Assisted-by: codex",
])  # fmt: skip


@given(st.lists(WORDS, max_size=9), st.booleans())
@example(["word", "", "Key: value", "  continued", "word"], True)
@example(["", "Key: value", "# comment", "  continued"], False)
def test_git_reads_our_lines_as_trailers_and_every_other_byte_stays(lines: list[str], final_newline: bool) -> None:
    before = "\n".join(["Subject", *lines]).encode() + (b"\n" if final_newline else b"")
    after = with_trailers(before, [OURS])
    assert _parsed(after)[-1:] == [OURS], "git finds it at the end of its block"
    assert with_trailers(after, [OURS]) == after, "twice is once"
    assert set(_parsed(before)) <= set(_parsed(after)) | {PROSE}, "what were trailers still are"
    at = after.index(OURS.encode())
    rest = after[:at].removesuffix(b"\n") + after[at + len(OURS) + 1 :]
    assert rest.replace(b"\n", b"") == before.replace(b"\n", b"")


@given(st.binary(max_size=200))
def test_arbitrary_bytes_stay_and_never_raise(before: bytes) -> None:
    after = with_trailers(before, [OURS])
    assert after.replace(OURS.encode(), b"").replace(b"\n", b"") == before.replace(b"\n", b"")


def _parsed(message: bytes) -> list[str]:
    command = ["git", "-c", "core.commentChar=#", "interpret-trailers", "--parse", "--no-divider"]
    done = subprocess.run(command, input=message, capture_output=True, check=True)
    return done.stdout.decode().splitlines()
