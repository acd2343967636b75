"""Who owns each line, and who ended it: tables of tiny histories, whose owners `git blame -w` confirms."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

import pytest

from ai_quality.errors import HistoryGarbled
from ai_quality.facts.lines import CONTINUES
from ai_quality.facts.provenance import NOTHING, Plan, Provenance, Questions
from ai_quality.model import Commit, FileChange, FileDiff, Hunk, MergeDiff, MergeHunk, Person
from tests.histories import C, Exec, Link, Row, Sub, blame_owners, build
from tests.tracing import Trace, trace

Story = tuple[list[Row], dict[str, str]]

EDITS: dict[str, Story] = {
    "a rewritten line": ([C("A", f="a b c"), C("B", f="a B c")], {"f": "A B A"}),
    "lines put in": ([C("A", f="a b"), C("B", f="x a y b z")], {"f": "B A B A B"}),
    "lines taken out": ([C("A", f="a b c d e"), C("B", f="b d")], {"f": "A A"}),
    "one line becomes three": ([C("A", f="a b c"), C("B", f="a x y z c")], {"f": "A B B B A"}),
    "three lines become one": ([C("A", f="a b c d e"), C("B", f="a x e")], {"f": "A B A"}),
    "the same line once more": ([C("A", f="a a"), C("B", f="a a a")], {"f": "A A B"}),
    "a line that moves": ([C("A", f="a b c"), C("B", f="b c a")], {"f": "A A B"}),
    "one commit after another": (
        [C("A", f="a b c"), C("B", f="a B c"), C("D", f="x a B c"), C("E", f="x a B C d")],
        {"f": "D A B E E"},
    ),
    "a file emptied and filled again": ([C("A", f="a"), C("B", f=b""), C("D", f="a")], {"f": "D"}),
    "a file deleted and made again": ([C("A", f="a"), C("B", f=None), C("D", f="a")], {"f": "D"}),
    "several files": ([C("A", f="a", g="a"), C("B", f="b", g="a b", h="b")], {"f": "B", "g": "A B", "h": "B"}),
    "commits that change nothing": ([C("0"), C("A", f="a"), C("B"), C("D", f="a d"), C("E")], {"f": "A D"}),
    "a copy": ([C("A", f="a b c d"), C("B", g="a b c d")], {"f": "A A A A", "g": "B B B B"}),
}

RENAMES: dict[str, Story] = {
    "a rename": ([C("A", f="a b c"), C("B", moves={"f": "g"})], {"g": "A A A"}),
    "a rename with edits": ([C("A", f="a b c d e"), C("B", moves={"f": "g"}, g="a b x d e y")], {"g": "A A B A A B"}),
    "a rename of one file in two": (
        [C("A", f="a b c", g="v w x"), C("B", moves={"f": "h"}, g="v w X")],
        {"h": "A A A", "g": "A A B"},
    ),
    "two names swapped": (
        [C("A", f="a b c", g="v w x"), C("B", f="v w x", g="a b c")],
        {"f": "B B B", "g": "B B B"},
    ),
    "names passed on": (
        [C("A", f="a b c d", g="v w x y"), C("B", moves={"g": "h", "f": "g"})],
        {"g": "B B B B", "h": "B B B B"},  # g never went away, so nobody looks for its heir
    ),
    "a directory renamed": (
        [C("A", d__f="a b c", d__e__g="v w x", d__e__h="1 2 3"), C("B", moves={"d": "n/d"}, n__d__f="a b c d")],
        {"n/d/f": "A A A B", "n/d/e/g": "A A A", "n/d/e/h": "A A A"},
    ),
    "a rename that leaves a new file behind": (
        [C("A", f="a b c d"), C("B", moves={"f": "g"}), C("D", f="new"), C("E", f="new er")],
        {"f": "D E", "g": "A A A A"},
    ),
    "a file and a directory trade places": (
        [C("A", f="a b c d"), C("B", moves={"f": "f.old"}), C("D", moves={"f.old": "f/g"})],
        {"f/g": "A A A A"},
    ),
    "there and back": (
        [C("A", f="a b c d"), C("B", moves={"f": "g"}, g="a b c d e"), C("D", moves={"g": "f"}, f="a b c d e f")],
        {"f": "A A A A B D"},
    ),
    "too little in common": ([C("A", f="a b c d"), C("B", f=None, g="a x y z")], {"g": "B B B B"}),
    "an odd name": (
        [C("A", files={'t\ta "b"\n\udce9': "a b"}), C("B", files={'t\ta "b"\n\udce9': "a B"})],
        {'t\ta "b"\n\udce9': "A B"},
    ),
}  # fmt: skip

WHITE_SPACE: dict[str, Story] = {
    "indented": ([C("A", f=b"a\nb\n"), C("B", f=b"\ta\n  b\n")], {"f": "A A"}),
    "trailing": ([C("A", f=b"a \nb\t\n"), C("B", f=b"a\nb\n")], {"f": "A A"}),
    "within a line": ([C("A", f=b"a b\nc d\n"), C("B", f=b"ab\nc  d\n")], {"f": "A A"}),
    "beside an edit": ([C("A", f=b"a\nb\nc\n"), C("B", f=b" a\nB\n c\n")], {"f": "A B A"}),
    "new line ends": ([C("A", f=b"a\nb\n"), C("B", f=b"a\r\nb\r\n")], {"f": "A A"}),
    "new line ends and a line": ([C("A", f=b"a\nb\n"), C("B", f=b"a\r\nx\r\nb\r\n")], {"f": "A B A"}),
    "a blank line put in": ([C("A", f=b"a\nb\n"), C("B", f=b"a\n\nb\n")], {"f": "A B A"}),
    "a blank line filled with blanks": ([C("A", f=b"a\n\nb\n"), C("B", f=b"a\n   \nb\n")], {"f": "A A A"}),
    "the last newline lost": ([C("A", f=b"a\nb\n"), C("B", f=b"a\nb")], {"f": "A A"}),
    "the last newline won": ([C("A", f=b"a\nb"), C("B", f=b"a\nb\n")], {"f": "A A"}),
    "no newline on either side": ([C("A", f=b"a\nb"), C("B", f=b"a\nc")], {"f": "A B"}),
    "a line after one without a newline": ([C("A", f=b"a\nb"), C("B", f=b"a\nb\nc")], {"f": "A A B"}),
    "and then an edit": (
        [C("A", f=b"a\nb\nc\n"), C("B", f=b"  a\n  b\n  c\n"), C("D", f=b"  a\n  b\n  x\n")],
        {"f": "A A D"},
    ),
    "in a renamed file": (
        [C("A", f=b"a\nb\nc\nd\ne\n"), C("B", moves={"f": "g"}, g=b"a\n b\nc\nd\nE\n")],
        {"g": "A A A A B"},
    ),
    "in a lone carriage return": ([C("A", f=b"a\rb\nc\n"), C("B", f=b"a\rb\nd\n")], {"f": "A B"}),
}

KINDS: dict[str, Story] = {
    "a mode": ([C("A", f="a b"), C("B", f=Exec("a b"))], {"f": "A A"}),
    "a mode and a line": ([C("A", f="a b"), C("B", f=Exec("a B"))], {"f": "A B"}),
    "a link to a file": ([C("A", f=Link("a")), C("B", f="a b")], {"f": "B B"}),
    "a file to a link and back": ([C("A", f="a b"), C("B", f=Link("a")), C("D", f="a b")], {"f": "D D"}),
    "a file with the content of a link": ([C("A", f=Link("a")), C("B", f=b"a"), C("D", f=b"a\nb\n")], {"f": "B D"}),
    "a submodule to a file": ([C("A", f=Sub("1" * 40)), C("B", f="a b")], {"f": "B B"}),
    "a file to a submodule and back": ([C("A", f="a b"), C("B", f=Sub("1" * 40)), C("D", f="a b")], {"f": "D D"}),
    "a submodule beside a file": (
        [C("A", f="a", s=Sub("1" * 40)), C("B", f="a b", s=Sub("2" * 40)), C("D", f="a b d", s=None)],
        {"f": "A B D"},
    ),
    "a binary file that became text and was edited": (
        [C("A", f=b"\0\n"), C("B", f="a b c"), C("D", f="a B c"), C("E", f="a B c e")],
        {"f": "B D B E"},
    ),
    "text, binary, text again": (
        [C("A", f="a b"), C("B", f=b"\0\n"), C("D", f="a b"), C("E", f="a b e"), C("F", f="x a b e")],
        {"f": "F D D E"},
    ),
    "two branches from a text that git showed as binary": (
        [
            C("A", f=b"\0\n"),
            C("B", f="a b c d"),
            C("X", f="x a b c d"),
            C("Y", on="B", f="a b c d y"),
            C("M", on="X Y", f="x a b c d y"),
        ],
        {"f": "X B B B B Y"},
    ),
}

MERGES: dict[str, Story] = {
    "of different files": (
        [C("A", f="a", g="a"), C("X", g="a x"), C("B", on="A", f="a b"), C("M", on="B X", g="a x")],
        {"f": "A B", "g": "A X"},
    ),
    "of different lines": (
        [C("A", f="a b c d"), C("X", f="x b c d"), C("B", on="A", f="a b c e"), C("M", on="B X", f="x b c e")],
        {"f": "X A A B"},
    ),
    "of a conflict": (
        [C("A", f="a b c"), C("X", f="a x c"), C("B", on="A", f="a y c"), C("M", on="B X", f="a y x m c")],
        {"f": "A B X M A"},
    ),
    "with a line of its own far from any conflict": (
        [
            C("A", f="a b c d e f"),
            C("X", f="x b c d e f"),
            C("B", on="A", f="a b c d e y"),
            C("M", on="B X", f="x b M d e y"),
        ],
        {"f": "X A M A A B"},
    ),
    "with a file of its own": (
        [C("A", f="a"), C("X", f="a x"), C("B", on="A", g="b"), C("M", on="B X", f="a x", h="m")],
        {"f": "A X", "g": "B", "h": "M"},
    ),
    "with our side taken": (
        [C("A", f="a b"), C("X", f="a x"), C("B", on="A", f="b b"), C("M", on="B X")],
        {"f": "B A"},
    ),
    "with their side taken": (
        [C("A", f="a b"), C("X", f="a x"), C("B", on="A", f="b b"), C("M", on="B X", f="a x")],
        {"f": "A X"},
    ),
    "of the same change on both sides": (
        [C("A", f="a b"), C("X", f="a c", g="x"), C("B", on="A", f="a c"), C("M", on="B X", g="x")],
        {"f": "A B", "g": "X"},
    ),
    "of the same change among others": (
        [C("A", f="a b c d"), C("X", f="x b C d"), C("B", on="A", f="a b C y"), C("M", on="B X", f="x b C y")],
        {"f": "X A B B"},
    ),
    "of three branches": (
        [
            C("A", f="a b c d e"),
            C("X", f="x b c d e"),
            C("Y", on="A", f="a b y d e"),
            C("B", on="A", f="a b c d z"),
            C("M", on="B X Y", f="x b y d z"),
        ],
        {"f": "X A Y A B"},
    ),
    "of three branches with a conflict": (
        [
            C("A", f="a b"),
            C("X", f="a x"),
            C("Y", on="A", f="a y"),
            C("B", on="A", f="a z"),
            C("M", on="B X Y", f="a y x m z"),
        ],
        {"f": "A Y X M B"},
    ),
    "of three branches, two of which agree": (
        [
            C("A", f="a b"),
            C("X", f="a P"),
            C("Y", on="A", f="a P"),
            C("B", on="A", g="g"),
            C("M", on="B X Y", f="a P"),
            C("N", on="B Y X", f="a P"),
            C("O", on="M N", f="a P o"),
        ],
        {"f": "A X O", "g": "B"},
    ),
    "of a rename and an edit": (
        [
            C("A", f="a b c d e"),
            C("X", moves={"f": "g"}),
            C("B", on="A", f="a b c d b"),
            C("M", on="B X", f=None, g="a b c d b"),
        ],
        {"g": "A A A A B"},
    ),
    "of a rename with an edit and another edit": (
        [
            C("A", f="a b c d e f"),
            C("X", moves={"f": "g"}, g="x b c d e f"),
            C("B", on="A", f="a b c d e y"),
            C("M", on="B X", f=None, g="x b c d m y"),
        ],
        {"g": "X A A A M B"},
    ),
    "with a rename of its own": (
        [
            C("A", f="a b c d e f"),
            C("X", f="x b c d e f"),
            C("B", on="A", f="a b c d e y"),
            C("M", on="B X", f=None, g="x b c d e y"),
        ],
        {"g": "X A A A A B"},
    ),
    "that takes a file whole under another name": (
        [
            C("A", f="1 2 3 4 5"),
            C("B", g="1 6 7"),
            C("X", g="1 6 7", f=None, h="1 2 3 4 5"),
            C("M", on="B X", f="1 6 7", g=None),
        ],
        {"f": "B B B"},
    ),
    "that deletes": (
        [C("A", f="a", g="a"), C("X", f="a x"), C("B", on="A", f="a b"), C("M", on="B X", f=None)],
        {"g": "A"},
    ),
    "that keeps what one side deleted": (
        [C("A", f="a b"), C("X", f="a b x"), C("B", on="A", f=None), C("M", on="B X", f="a b x")],
        {"f": "A A X"},
    ),
    "of white space alone": (
        [C("A", f=b"a\nb\n"), C("X", f=b" a\nb\n"), C("B", on="A", f=b"a\n b\n"), C("M", on="B X", f=b" a\n b\n")],
        {"f": "A A"},
    ),
    "of white space and a line": (
        [
            C("A", f=b"a\nb\nc\n"),
            C("X", f=b"a\nx\nc\n"),
            C("B", on="A", f=b"a\nb\n\tc\n"),
            C("M", on="B X", f=b"a\n x\n\tc\n"),
        ],
        {"f": "A X A"},
    ),
    "of line ends": (
        [
            C("A", f=b"a\nb\n"),
            C("X", f=b"a\nb\nx\n"),
            C("B", on="A", f=b"a\r\nb\r\n"),
            C("M", on="B X", f=b"a\r\nb\r\nx\r\n"),
        ],
        {"f": "A A X"},
    ),
    "without a newline at the end": (
        [C("A", f=b"a\nb"), C("X", f=b"x\nb"), C("B", on="A", f=b"a\nb\nc"), C("M", on="B X", f=b"x\nb\nm")],
        {"f": "X A M"},
    ),
    "that empties a file": (
        [C("A", f="a"), C("X", f="x"), C("B", on="A", f="b"), C("M", on="B X", f=b""), C("N", f="n")],
        {"f": "N"},
    ),
    "that forgets all and says it anew": (
        [C("A", f="a b"), C("X", f="a x"), C("B", on="A", f="a y"), C("M", on="B X", f="v w")],
        {"f": "M M"},
    ),
    "criss-cross": (
        [
            C("A", f="a b c d e"),
            C("X", f="x b c d e"),
            C("Y", on="A", f="a b c d y"),
            C("M1", on="X Y", f="x b c d y"),
            C("M2", on="Y X", f="x b M2 d y"),
            C("M", on="M1 M2", f="x b M2 m y"),
        ],
        {"f": "X A M2 M Y"},
    ),
    "of a cherry-picked line": (
        [
            C("A", f="a b c"),
            C("X", f="a P c"),
            C("Y", on="A", f="a P c"),
            C("Y2", f="a P c y"),
            C("M1", on="X Y2", f="a P c y"),
        ],
        {"f": "A Y A Y2"},
    ),
    "back and forth": (
        [
            C("A", f="a b c"),
            C("X", f="x b c"),
            C("B", on="A", f="a b d"),
            C("W", on="X B", f="x b d"),
            C("X2", f="x x2 d"),
            C("D", on="B", f="a b d e"),
            C("M", on="D X2", f="x x2 d e"),
        ],
        {"f": "X X2 B D"},
    ),
    "of a root of its own": (
        [C("A", f="a"), C("R", on="", f="r", g="g"), C("M", on="A R", f="a r", g="g"), C("N", g="g n")],
        {"f": "A R", "g": "R N"},
    ),
    "of three roots": (
        [C("A", f="a"), C("R", on="", f="r"), C("S", on="", f="s"), C("M", on="A R S", f="a r s m")],
        {"f": "A R S M"},
    ),
    "of a file and a link": (
        [C("A", f="a"), C("X", f=Link("z")), C("B", on="A", f="b k"), C("M", on="B X", f="b m")],
        {"f": "B M"},
    ),
    "of a link and a file": (
        [C("A", f="a"), C("X", f="b k"), C("B", on="A", f=Link("b")), C("M", on="B X", f="b m")],
        {"f": "X M"},
    ),
    "of a file and a link with the same content": (
        [C("A", f=b"a"), C("X"), C("B", on="A", f=Link("a")), C("M", on="B X", f=b"a"), C("N", f=b"a\nn")],
        {"f": "A N"},
    ),
    "of a file and a submodule": (
        [C("A", f="a"), C("X", f=Sub("1" * 40)), C("B", on="A", f="b k"), C("M", on="B X", f="b m")],
        {"f": "B M"},
    ),
    "of a submodule and a file": (
        [C("A", f="a"), C("X", f="b k"), C("B", on="A", f=Sub("1" * 40)), C("M", on="B X", f="b m")],
        {"f": "X M"},
    ),
    "that makes a file a link": (
        [C("A", f="a", g="g"), C("X", f="x"), C("B", on="A", f="b"), C("M", on="B X", f=Link("b"))],
        {"g": "A"},
    ),
    "that takes over a link": (
        [C("A", f="a", g="g"), C("X", f=Link("a")), C("B", on="A", g="g b"), C("M", on="B X", f=Link("a"))],
        {"g": "A B"},
    ),
    "of links alone": (
        [C("A", f="a"), C("X", f=Link("x")), C("B", on="A", f=Link("b")), C("M", on="B X", f="b m")],
        {"f": "M M"},
    ),
    "of modes": (
        [C("A", f="a b"), C("X", f=Exec("a b")), C("B", on="A", f="a B"), C("M", on="B X", f=Exec("a B"))],
        {"f": "A B"},
    ),
    "of text that git showed as binary": (
        [
            C("A", f=b"\0\n"),
            C("B", f="a b c"),
            C("X", f="x b c"),
            C("Y", on="B", f="a b y"),
            C("M", on="X Y", f="x m y"),
        ],
        {"f": "X M Y"},
    ),
}  # fmt: skip

BLOBS_THAT_RETURN: dict[str, Story] = {
    "while a branch starts from the first": (
        [
            C("A", f="a b"),
            C("B", f="a B"),
            C("R", f="a b", reverts="B"),
            C("X", on="A", f="a b x"),
            C("M", on="R X", f="a b x"),
        ],
        {"f": "A A X"},
    ),
    "while a branch starts from the second": (
        [
            C("A", f="a b"),
            C("X", f="a b x"),
            C("B", on="A", f="a B"),
            C("R", f="a b", reverts="B"),
            C("Y", f="y a b"),
            C("M", on="X Y", f="y a b x"),
        ],
        {"f": "Y A A X"},
    ),
    "on both sides of a merge": (
        [
            C("A", f="a b"),
            C("B", f="a B"),
            C("R", f="a b"),
            C("X", on="A", f="x b"),
            C("Z", f="a b"),
            C("M", on="Z R", f="a b"),
            C("N", f="a b n"),
        ],
        {"f": "Z A N"},
    ),
    "in another file": (
        [C("A", f="a b"), C("B", f="a B", g="a b"), C("D", f="a b", g="a b d")],
        {"f": "A D", "g": "B B D"},
    ),
    "under another name": (
        [C("A", f="a b c d"), C("B", moves={"f": "g"}), C("D", f="a b c d"), C("E", g=None), C("F", f="a b c d f")],
        {"f": "D D D D F"},
    ),
}


def named(*tables: Mapping[str, Story]) -> list[object]:
    return [pytest.param(*table[name], id=name) for table in tables for name in table]


@pytest.mark.parametrize(("rows", "owners"), named(EDITS, RENAMES, WHITE_SPACE, KINDS, MERGES, BLOBS_THAT_RETURN))
def test_owners_are_those_of_git_blame(tmp_path: Path, rows: list[Row], owners: dict[str, str]) -> None:
    story = build(tmp_path, rows, bare=True)
    traced = trace(story)
    assert {path: traced.owners(path) for path in owners} == owners
    assert {path: blame_owners(story, path) for path in owners} == owners
    assert {path for path in traced.readable if traced.owners(path)} == set(owners)


def test_a_link_and_a_submodule_have_no_lines(tmp_path: Path) -> None:
    story = build(tmp_path, [C("A", l=Link("f"), s=Sub("1" * 40), f="a"), C("B", l=Link("g"), f="b")], bare=True)
    traced = trace(story)
    assert traced.readable == ["f"]
    assert traced.owners("l") == traced.owners("s") == ""
    assert len(traced.book.born) == 3


def test_text_that_came_of_a_binary_file_is_read_once_somebody_edits_it(tmp_path: Path) -> None:
    """Of the step itself git says only that the files differ: until then nobody knows that it has lines."""
    rows = [C("A", f=b"\0\n"), C("B", f="a b"), C("D", f="a b d")]
    story = build(tmp_path, rows, bare=True)
    assert trace(story, "B").owners("f") == ""
    assert trace(story, "D").owners("f") == "B B D"


def test_two_branches_read_such_a_text_once(tmp_path: Path) -> None:
    rows = [
        C("A", f=b"\0\n"),
        C("B", f="a b c"),
        C("X", f="x b c"),
        C("Y", on="B", f="a b y"),
        C("M", on="X Y", f="x b y"),
    ]
    traced = trace(build(tmp_path, rows, bare=True))
    assert (traced.fates("a"), traced.fates("b"), traced.fates("c")) == (["B-X"], ["B-"], ["B-Y"])


def test_text_ends_where_the_file_becomes_binary(tmp_path: Path) -> None:
    traced = trace(build(tmp_path, [C("A", f="a b"), C("B", f=b"\0\n"), C("D", f=b"\0\0\n")], bare=True))
    assert traced.fates("a") == traced.fates("b") == ["A-B"]
    assert traced.owners("f") == ""


# Ends


ENDS: dict[str, tuple[list[Row], dict[str, list[str]]]] = {
    "where it is rewritten": ([C("A", f="a b c"), C("B", f="a B c")], {"a": ["A-"], "b": ["A-B"], "B": ["B-"]}),
    "where it is deleted": ([C("A", f="a b c"), C("B", f="a c"), C("D", f="c")], {"a": ["A-D"], "b": ["A-B"]}),
    "with its file": ([C("A", f="a b"), C("B", f=None)], {"a": ["A-B"], "b": ["A-B"]}),
    "in whatever place of the file": ([C("A", f="a b a"), C("B", f="a b")], {"a": ["A-", "A-B"], "b": ["A-"]}),
    "not by a change of white space": ([C("A", f=b"a\nb\n"), C("B", f=b" a\nb \n")], {"a": ["A-"], "b": ["A-"]}),
    "not by a rename": ([C("A", f="a b c"), C("B", moves={"f": "g"}, g="a b d")], {"a": ["A-"], "c": ["A-B"]}),
    "when a file gives way to a link": ([C("A", f="a b"), C("B", f=Link("a")), C("D", f="a")], {"a": ["A-B", "D-"]}),
    "when a file gives way to a submodule": ([C("A", f="a"), C("B", f=Sub("1" * 40))], {"a": ["A-B"]}),
    "by the commit of a branch, once it lands": (
        [C("A", f="a b"), C("X", f="a X"), C("B", on="A", g="g"), C("M", on="B X", f="a X")],
        {"b": ["A-X"], "X": ["X-"]},
    ),
    "first by the branch that lands first": (
        [
            C("A", f="a b c"),
            C("X", f="a X c"),
            C("Y", on="A", f="a Y c"),
            C("B", on="A", g="g"),
            C("M1", on="B Y", f="a Y c"),
            C("M2", on="M1 X", f="a Y X c"),
        ],
        {"b": ["A-Y"], "X": ["X-"], "Y": ["Y-"]},
    ),
    "by the branch that took it out for good, not by one whose change was turned down": (
        [
            C("A", f="a b"),
            C("X", f="a X"),
            C("B", on="A", g="g"),
            C("M1", on="B X"),
            C("Y", on="A", f="a Y"),
            C("M2", on="M1 Y", f="a Y"),
        ],
        {"b": ["A-Y"], "X": ["X-M1"], "Y": ["Y-"]},
    ),
    "first on the mainline, though a branch came earlier": (
        [
            C("A", f="a b c"),
            C("X", f="a X c", day=1),
            C("B", on="A", f="a B c", day=9),
            C("M", on="B X", f="a B X c", day=10),
        ],
        {"b": ["A-B"]},
    ),
    "at a landing, however deep the branch": (
        [
            C("A", f="a b c"),
            C("X", g="x"),
            C("Y", f="a Y c"),
            C("X2", on="X", h="x"),
            C("W", on="X2 Y", f="a Y c"),
            C("B", on="A", i="i"),
            C("M", on="B W", f="a Y c", g="x", h="x"),
        ],
        {"b": ["A-Y"]},
    ),
    "not in a branch merged with our side taken": (
        [C("A", f="a b"), C("X", f="a X"), C("B", on="A", g="g"), C("M", on="B X")],
        {"b": ["A-"], "X": ["X-M"]},
    ),
    "with the merge that took neither": (
        [C("A", f="a b c"), C("X", f="a X c"), C("B", on="A", f="a B c"), C("M", on="B X", f="a m c")],
        {"b": ["A-B"], "X": ["X-M"], "B": ["B-M"], "m": ["M-"]},
    ),
    "with a merge that deletes more than its parents": (
        [C("A", f="a b c"), C("X", f="a b c x"), C("B", on="A", f="b a b c"), C("M", on="B X", f="b a b x")],
        {"c": ["A-M"]},
    ),
    "with a file that a merge deletes": (
        [C("A", f="a", g="g"), C("X", f="a x"), C("B", on="A", g="g b"), C("M", on="B X", f=None)],
        {"a": ["A-M"], "x": ["X-M"]},
    ),
    "not if a merge brings it back from a branch": (
        [C("A", f="a b"), C("X", f="a b x"), C("B", on="A", f="a"), C("M", on="B X", f="a b x")],
        {"b": ["A-"], "x": ["X-"]},
    ),
    "after it was brought back": (
        [C("A", f="a b"), C("X", f="a b x"), C("B", on="A", f="a"), C("M", on="B X", f="a b x"), C("D", f="a x")],
        {"b": ["A-D"]},
    ),
    "before it lands": (
        [C("A", f="a"), C("X", f="a x"), C("X2", f="a y"), C("B", on="A", g="g"), C("M", on="B X2", f="a y")],
        {"x": ["X-X2"], "y": ["X2-"]},
    ),
    "before it lands, in a merge of its branch": (
        [
            C("A", f="a b c"),
            C("X", f="a x c"),
            C("B", on="A", f="a B c"),
            C("W", on="X B", f="a w c"),
            C("D", on="B", g="g"),
            C("M", on="D W", f="a w c"),
        ],
        {"b": ["A-B"], "x": ["X-W"], "B": ["B-W"], "w": ["W-"]},
    ),
    "on the mainline, though a branch merged it before": (
        [
            C("A", f="a b c"),
            C("X", x="x"),
            C("B", on="A", f="a B c"),
            C("W", on="X B", f="a B c"),
            C("X2", f="a X2 c"),
            C("M", on="B X2", f="a X2 c", x="x"),
        ],
        {"b": ["A-B"], "B": ["B-X2"], "x": ["X-"]},
    ),
    "with each cherry-pick of it": (
        [
            C("A", f="a b"),
            C("X", f="a P"),
            C("B", on="A", f="a P"),
            C("M", on="B X"),
        ],
        {"b": ["A-B"], "P": ["X-M", "B-"]},
    ),
    "by each commit of a branch that landed as it was": (
        [
            C("A", f="a b c d"),
            C("X", f="a x c d y"),
            C("X2", f="a x d y"),
            C("X3", f="a d z"),
            C("B", on="A", g="g"),
            C("M", on="B X3", f="a d z"),
        ],
        {"a": ["A-"], "b": ["A-X"], "c": ["A-X2"], "d": ["A-"], "x": ["X-X3"], "y": ["X-X3"], "z": ["X3-"]},
    ),
    "by the branches that start from what a branch landed": (
        [
            C("A", f="a b c d"),
            C("X", f="a c d x"),
            C("B", on="A", g="g"),
            C("M", on="B X", f="a c d x"),
            C("Y", f="c d x y"),
            C("Y2", f="c d y"),
            C("D", on="M", h="h"),
            C("N", on="D Y2", f="c d y"),
        ],
        {"a": ["A-Y"], "b": ["A-X"], "c": ["A-"], "x": ["X-Y2"], "y": ["Y-"]},
    ),
    "when a fast-forward made the branch the mainline": (
        [C("A", f="a b"), C("X", f="a X"), C("X2", f="a X2")],
        {"b": ["A-X"], "X": ["X-X2"]},
    ),
}  # fmt: skip


@pytest.mark.parametrize(("rows", "fates"), ENDS.values(), ids=ENDS)
def test_a_line_ends(tmp_path: Path, rows: list[Row], fates: dict[str, list[str]]) -> None:
    story = build(tmp_path, rows, bare=True)
    traced = trace(story)
    assert {word: sorted(traced.fates(word)) for word in fates} == {word: sorted(told) for word, told in fates.items()}
    assert {path: traced.owners(path) for path in traced.readable} == {
        path: blame_owners(story, path) for path in traced.readable
    }


def test_a_rewrite_before_landing_is_seen_as_one(tmp_path: Path) -> None:
    rows = [C("A", f="a"), C("X", f="a x"), C("X2", f="a y"), C("B", on="A", g="g"), C("M", on="B X2", f="a y")]
    traced = trace(build(tmp_path, rows, bare=True))
    [line] = traced.lines("x")
    born, ended = traced.book.born[line], traced.book.ended[line]
    assert [traced.name(traced.shape.landed[number]) for number in (born, ended)] == ["M", "M"]
    assert traced.name(traced.book.cut[line]) == "X2"


def test_a_branch_that_never_landed_is_followed_where_somebody_asks(tmp_path: Path) -> None:
    rows = [C("A", f="a b"), C("X", f="a x y"), C("X2", f="a x"), C("B", on="A", f="a B")]
    story = build(tmp_path, rows, bare=True, refs={"refs/pull/1/head": "X2"})
    traced = trace(story, also=["X2"])
    assert traced.fates("b") == ["A-B"]
    assert traced.fates("y") == ["X-X2"]
    assert traced.fates("x") == ["X-"]
    assert traced.owners("f") == "A B"
    assert traced.shape.landed[traced.number("X")] == 0
    assert trace(story).fates("x") == []


# Lines that go on in others


def test_a_revert_brings_back_what_the_reverted_commit_took_out(tmp_path: Path) -> None:
    rows = [C("A", f="a b c"), C("B", f="a B c"), C("R", f="a b c", reverts="B")]
    story = build(tmp_path, rows, bare=True)
    traced = trace(story, reverts={"R": "B"})
    old, new = traced.lines("b")
    book = traced.book
    assert traced.owners("f") == blame_owners(story, "f") == "A R A"
    assert traced.fates("b") == ["A-B", "R-"]
    assert (book.next, book.previous) == ({old: new}, {new: old})
    assert (book.flags[old], book.flags[new]) == (0, CONTINUES)
    assert (book.last(old), book.origin(new)) == (new, old)


def test_what_nobody_declares_a_revert_is_new_work(tmp_path: Path) -> None:
    traced = trace(build(tmp_path, [C("A", f="a b c"), C("B", f="a B c"), C("R", f="a b c")], bare=True))
    assert traced.book.next == traced.book.previous == {}
    assert set(traced.book.flags) == {0}


def chains(traced: Trace, word: str) -> list[str]:
    """For each line with this text that continues none: the commits of all that carry it on."""
    found = []
    for line in traced.lines(word):
        if line not in traced.book.previous:
            chain = [line]
            while chain[-1] in traced.book.next:
                chain.append(traced.book.next[chain[-1]])
            found.append(" ".join(traced.name(traced.book.born[one]) for one in chain))
    return found


REVERTS: dict[str, tuple[list[Row], dict[str, str], dict[str, list[str]]]] = {
    "of several commits": (
        [C("A", f="a b c"), C("B", f="a c"), C("D", f="a"), C("R", f="a b c")],
        {"R": "B D"},
        {"b": ["A R"], "c": ["A R"]},
    ),
    "of a merge": (
        [
            C("A", f="a b c"),
            C("X", f="a c"),
            C("X2", f="c"),
            C("B", on="A", g="g"),
            C("M", on="B X2", f="c"),
            C("R", f="a b c"),
        ],
        {"R": "M"},
        {"a": ["A R"], "b": ["A R"]},
    ),
    "of a revert": (
        [C("A", f="a"), C("B", f="a b"), C("R", f="a"), C("RR", f="a b")],
        {"R": "B", "RR": "R"},
        {"b": ["B RR"]},
    ),
    "of a revert of a revert": (
        [C("A", f="a b"), C("B", f="a"), C("R", f="a b"), C("RR", f="a"), C("RRR", f="a b")],
        {"R": "B", "RR": "R", "RRR": "RR"},
        {"b": ["A R RRR"]},
    ),
    "of a deleted file, under another name": (
        [C("A", f="a b"), C("B", f=None), C("R", g="a b")],
        {"R": "B"},
        {"a": ["A R"], "b": ["A R"]},
    ),
    "with other indentation": ([C("A", f=b"b\n"), C("B", f=b""), C("R", f=b"\tb\n")], {"R": "B"}, {"b": ["A R"]}),
    "line by line, each once": (
        [C("A", f="b x b"), C("B", f="x"), C("R", f="b b b x")],
        {"R": "B"},
        {"b": ["A R", "A R", "R"]},
    ),
    "in the order of the file": (
        [C("A", f="b"), C("B", f="b x b"), C("D", f="x"), C("R", f="b x")],
        {"R": "D"},
        {"b": ["A R", "B"]},
    ),
    "beside a text that is read only now": (
        [C("A", f=b"\0\n", g="b"), C("B", f="b c"), C("D", g=b""), C("R", f="b c d", g="b")],
        {"R": "D"},
        {"b": ["A R", "B"]},
    ),
    "with work of its own": (
        [C("A", f="a b c"), C("B", f="a"), C("R", f="a b n")],
        {"R": "B"},
        {"b": ["A R"], "c": ["A"], "n": ["R"]},
    ),
    "of what was brought back already": (
        [C("A", f="a b"), C("B", f="a"), C("R", f="a b"), C("S", f="a b b")],
        {"R": "B", "S": "B"},
        {"b": ["A R", "S"]},
    ),
}  # fmt: skip


@pytest.mark.parametrize(("rows", "reverts", "expected"), REVERTS.values(), ids=REVERTS)
def test_a_revert(tmp_path: Path, rows: list[Row], reverts: dict[str, str], expected: dict[str, list[str]]) -> None:
    traced = trace(build(tmp_path, rows, bare=True), reverts=reverts)
    assert {word: chains(traced, word) for word in expected} == expected


IGNORED: dict[str, tuple[list[Row], str]] = {
    "line for line": ([C("A", f="a b c"), C("I", f="A B C")], "A A A"),
    "some of the lines": ([C("A", f="a b c"), C("B", f="a B c"), C("I", f="A BB c")], "A B A"),
    "into more lines, of which one stands for each old one": ([C("A", f="a b"), C("I", f="1 2 3 4")], "A I A I"),
    "into fewer lines": ([C("A", f="a b c d"), C("I", f="1 2")], "A A"),
    "and edited later": ([C("A", f="a b"), C("I", f="A B"), C("D", f="A D")], "A D"),
    "twice": ([C("A", f="a b"), C("I", f="A B"), C("J", f="AA BB")], "A A"),
}


@pytest.mark.parametrize(("rows", "origins"), IGNORED.values(), ids=IGNORED)
def test_lines_pass_through_an_ignored_commit(tmp_path: Path, rows: list[Row], origins: str) -> None:
    story = build(tmp_path, rows, bare=True)
    ignored = [row.name for row in rows if row.name in {"I", "J"}]
    traced = trace(story, ignored=ignored)
    book = traced.book
    lines = traced.state["f"].lines or NOTHING
    assert " ".join(traced.name(book.born[book.origin(line)]) for line in lines) == origins
    assert traced.owners("f") == blame_owners(story, "f")
    fresh = [line for line in lines if traced.name(book.born[line]) in ignored]
    assert {book.flags[line] for line in fresh} == {CONTINUES}
    for line in range(1, len(book.born)):
        if traced.name(book.ended[line]) in ignored:
            assert book.last(line) in lines or book.ended[book.last(line)]


def test_an_ignored_commit_replaces_lines_as_git_blame_has_it(tmp_path: Path) -> None:
    story = build(tmp_path, [C("A", f="a1 b1 c1"), C("B", f="a1 b2 c1"), C("I", f="a1x b2x c1x")], bare=True)
    traced = trace(story, ignored=["I"])
    said = story.git("blame", "--line-porcelain", "--ignore-rev", story.ids["I"], "HEAD", "--", "f")
    ours = [traced.book.born[traced.book.origin(line)] for line in traced.state["f"].lines or []]
    assert [traced.name(number) for number in ours] == [
        story.name(sha) for sha in re.findall(r"(?m)^[0-9a-f]{40}", said)
    ]


def test_what_an_ignored_commit_only_adds_is_no_new_work_either(tmp_path: Path) -> None:
    traced = trace(build(tmp_path, [C("A", f="a b"), C("I", f="a i b")], bare=True), ignored=["I"])
    [line] = traced.lines("i")
    assert traced.book.flags[line] == CONTINUES
    assert line not in traced.book.previous


# What later passes ask of the book


def test_the_book_keeps_what_each_commit_took_out_and_what_stands_beside_its_insertions(tmp_path: Path) -> None:
    rows = [C("A", f="a b c d", g="v w"), C("B", f="a C d", g="v"), C("D", f="a x C d"), C("E", f="e a x C d")]
    traced = trace(build(tmp_path, rows, bare=True))
    book = traced.book

    assert list(book.died_in(traced.number("B"))) == [*traced.lines("b"), *traced.lines("c"), *traced.lines("w")]
    assert list(book.near(traced.number("D"))) == [*traced.lines("a"), *traced.lines("C")]
    assert list(book.near(traced.number("E"))) == traced.lines("a")
    assert list(book.died_in(traced.number("E"))) == []


# Size


def test_a_hundred_megabytes_in_one_line_are_data(tmp_path: Path) -> None:
    rows = [C("A", f="a b", g="g"), C("H", f=b"x" * 100_000_000), C("I", f="x y"), C("J", f="x y d", g="g d")]
    traced = trace(build(tmp_path, rows, bare=True))
    assert traced.fates("a") == traced.fates("b") == ["A-H"]
    assert {path: traced.owners(path) for path in traced.readable} == {"f": "I I J", "g": "A J"}
    assert len(traced.book.born) == 1 + len("abg" + "xy" + "dd")  # and none of H


def test_a_commit_of_three_thousand_files(tmp_path: Path) -> None:
    first: dict[str, str] = {f"d{number % 7}/f{number}": f"{number} a b" for number in range(3000)}
    rows = [
        C("A", files=first),
        C("B", files={path: f"{content} x" for path, content in first.items()}),
        C("D", moves={f"d{number}": f"e/d{number}" for number in range(7)}),
        C("E", files={f"e/{path}": "y z" for path in first}),
    ]
    story = build(tmp_path, rows, bare=True)
    before, after = trace(story, "D"), trace(story)
    assert {before.owners(f"e/{path}") for path in first} == {"A A A B"}
    assert blame_owners(story, "e/d3/f10", story.ids["D"]) == "A A A B"
    assert {after.owners(f"e/{path}") for path in first} == {"E E"}
    assert len(after.book.born) == 1 + 3000 * (3 + 1 + 2)


# What cannot be


SHA = "1" * 40
COMMIT = Commit(SHA, (), Person("", ""), Person("", ""), 0, 0, "")
ADDED = FileChange("A", "000000", "100644", "0" * 40, "A" * 40, "f", "f")
EDITED = FileChange("M", "100644", "100644", "A" * 40, "B" * 40, "f", "f")


def fold(parents: list[tuple[int, ...]], answer: list[MergeDiff]) -> Provenance:
    landed = [0, *range(1, len(parents))]
    return Provenance(
        Plan(parents, landed, {}, (), {len(landed) - 1}), Questions(lambda *_: answer, lambda _: None, lambda _: ())
    )


@pytest.mark.parametrize(
    "hunks",
    [[Hunk(3, 0, 1)], [Hunk(1, 2, 0)], [Hunk(-1, 1, 0)], [Hunk(1, 1, 0), Hunk(0, 1, 0)]],
    ids=["past the end", "over the end", "before the start", "backwards"],
)
def test_a_diff_of_lines_the_file_does_not_have_is_garbled(hunks: list[Hunk]) -> None:
    pass_ = fold([(), (), (1,)], [])
    pass_.commit(COMMIT, [FileDiff(ADDED, [Hunk(0, 0, 2)], [b"a", b"b"], binary=False)])
    with pytest.raises(HistoryGarbled, match="'f' in commit 2 speaks of lines the file does not have"):
        pass_.commit(COMMIT, [FileDiff(EDITED, hunks, [b"x"], binary=False)])


@pytest.mark.parametrize(
    "hunks",
    [
        [MergeHunk((1, 2, 1), [(b"  ", b"a")])],
        [MergeHunk((1, 1, 1), [(b"  ", b"a")] * 3)],
        [MergeHunk((4, 4, 4), [(b"--", b"a")])],
    ],
    ids=["out of step", "too many lines", "past the end"],
)
def test_a_combined_diff_of_lines_the_file_does_not_have_is_garbled(hunks: list[MergeHunk]) -> None:
    ids = ("A" * 40, "B" * 40)
    answer = MergeDiff("f", "100644", "C" * 40, ("f", "f"), ids, hunks, binary=False)
    pass_ = fold([(), (), (1,), (2, 1)], [answer])
    pass_.commit(COMMIT, [FileDiff(ADDED, [Hunk(0, 0, 2)], [b"a", b"b"], binary=False)])
    pass_.commit(COMMIT, [FileDiff(EDITED, [Hunk(0, 1, 1)], [b"x"], binary=False)])
    row = FileChange("M", "100644", "100644", "B" * 40, "C" * 40, "f", "f")
    with pytest.raises(HistoryGarbled, match="'f' speaks of lines the file does not have"):
        pass_.commit(COMMIT, [FileDiff(row, [], [], binary=False)])


def test_a_merge_git_does_not_explain_is_garbled() -> None:
    pass_ = fold([(), (), (1,), (2, 1)], [])
    pass_.commit(COMMIT, [FileDiff(ADDED, [Hunk(0, 0, 1)], [b"a"], binary=False)])
    pass_.commit(COMMIT, [FileDiff(EDITED, [Hunk(0, 1, 1)], [b"x"], binary=False)])
    row = FileChange("M", "100644", "100644", "B" * 40, "C" * 40, "f", "f")
    with pytest.raises(HistoryGarbled, match=f"git does not explain 'f' in merge {SHA}"):
        pass_.commit(COMMIT, [FileDiff(row, [], [], binary=False)])
