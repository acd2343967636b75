"""What is told by string methods, because a commit would wait for `re`, equals what these patterns tell."""

from __future__ import annotations

import re
from pathlib import Path

from hypothesis import example, given
from hypothesis import strategies as st

from ai_quality.facts import usage_lines
from ai_quality.sources import reflog
from ai_quality.sources.sessions import commands

PARTS = re.compile(r"'[^']*'|\"(?:[^\"\\]|\\.)*\"|\\.|&&|\|\|?|[;&\n]|[^'\"\\|;&\n]+|['\"\\]", re.DOTALL)
DOCUMENT = re.compile(r"<<-?\s*[\"']?(\w{1,50})")
ASSIGNMENT = re.compile(r"[A-Za-z_]\w*=")
COMMITTED = re.compile(r"^\[[^\[\]\n]{1,250} ([0-9a-f]{7,64})\] ", re.MULTILINE)
SCRIPT_WORDS = (
    ("test", re.compile(r"(?:^|[-:_])(?:tests?|spec|e2e|check|ci)(?:$|[-:_])")),
    ("lint", re.compile(r"(?:^|[-:_])(?:lint|format|fmt|typecheck|types?|style)(?:$|[-:_])")),
    ("build", re.compile(r"(?:^|[-:_])(?:build|compile|bundle|dist|all)(?:$|[-:_])")),
)
ENTRY = re.compile(rb"([0-9a-f]{40,64}) ([0-9a-f]{40,64}) [^\n]*> (\d{1,12}) [+-]\d{4}\t([^:\n]{0,100})")
NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:+/-]{0,63}")
COUNT = re.compile(r"[0-9]{1,12}")
MONEY = re.compile(r"[0-9]{1,6}(?:\.[0-9]{1,6})?")
ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{3,63}")


@given(st.text(alphabet="ab'\"\\|;&\n \1\2é", max_size=30))
def test_a_command_is_cut_where_the_pattern_cuts_it(text: str) -> None:
    assert list(commands._tokens(text)) == PARTS.findall(text)


@given(st.text(alphabet="<-'\" é_1E\t", max_size=12) | st.text(max_size=60).map("<<".__add__))
@example("<<" + "x" * 60)
def test_a_here_document_opens_where_the_pattern_finds_one(line: str) -> None:
    line = line.replace("\n", "")
    found = DOCUMENT.search(line)
    assert commands._opens(line) == (found[1] if found else None)


@given(st.text(alphabet="aZ_1=é-", max_size=6))
def test_a_variable_is_set_where_the_pattern_says(word: str) -> None:
    assert commands._assigns(word) == bool(ASSIGNMENT.match(word))


@given(st.lists(st.sampled_from(["tests", "test", "lint", "all", "x", "-", ":", "_", "t"]), max_size=6).map("".join))
def test_a_script_is_named_as_the_patterns_find_it(verb: str) -> None:
    found = next((kind for kind, pattern in SCRIPT_WORDS if pattern.search(verb)), None)
    if verb and verb not in commands.TESTS | commands.LINTS:
        assert commands._scripted([verb]) == found


@given(st.lists(st.sampled_from(["[main ", "abcdef1", "] ", "] x", "[", "\n", " ", "a" * 65, "b" * 251, "ABCDEF1"])))
@example(["[main ", "abcdef1", "] "])
def test_commits_are_read_as_the_pattern_reads_them(parts: list[str]) -> None:
    answer = "".join(parts)
    assert commands.committed(answer) == tuple(dict.fromkeys(COMMITTED.findall(answer)))


def test_blanks_are_all_that_unicode_calls_so() -> None:
    assert {character for character in map(chr, range(0x110000)) if character.isspace()} == commands.BLANKS


def test_a_reflogs_lines_are_read_as_the_pattern_reads_them(tmp_path: Path) -> None:
    ids = f"{'0' * 40} {'1' * 40}".encode()
    lines = [
        ids + b" A <a@b> 1700000000 +0100\tcommit (amend): words: more",
        ids + b" A > B <a@b> 1700000000 -0130\tcheckout",
        ids + b"  <> 1 +0000\t",
        ids + b" A <a@b> 1700000000 +0100",
        ids + b" A <a@b> x +0100\tcommit: x",
        b"f" * 39 + b" " + b"1" * 40 + b" A <a@b> 1 +0100\tcommit: x",
        b"f" * 64 + b" " + b"1" * 64 + b" A <a@b> 1 +0100\t" + b"c" * 120 + b": x",
        b"", b"\t", b"> ",
    ]  # fmt: skip
    (tmp_path / "log").write_bytes(b"\n".join(lines))
    found = [ENTRY.match(line) for line in lines]
    assert reflog.entries(tmp_path / "log") == [
        (one[1].decode(), one[2].decode(), int(one[3]), one[4].decode()) for one in found if one
    ]


@given(st.text(alphabet="aZ09.:+/-_é \n٣", max_size=70) | st.text(alphabet="09.", max_size=15))
@example("a" * 64)
@example("a" * 65)
def test_fields_of_a_usage_line_are_what_the_patterns_take(text: str) -> None:
    assert usage_lines._is_name(text) == bool(NAME.fullmatch(text))
    assert usage_lines._is_id(text) == bool(ID.fullmatch(text))
    assert usage_lines._is_count(text) == bool(COUNT.fullmatch(text))
    assert usage_lines._is_money(text) == bool(MONEY.fullmatch(text))


@given(st.text(alphabet="aZ09.:+/-_é \n", max_size=70))
def test_a_names_unsafe_characters_become_one_sign(text: str) -> None:
    safe = re.sub(r"[^A-Za-z0-9._:+/-]+", "-", text).strip("._:+/-")[:64]
    assert usage_lines._name(text) == (text if NAME.fullmatch(text) else safe or usage_lines.OTHER)
