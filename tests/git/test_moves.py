"""Blocks that a commit only moves: carried on in `gone`, no new work where they stand, while `ended` stays blame's."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

import pytest

from ai_quality import metrics
from ai_quality.facts.moves import MOST_STARTS
from ai_quality.pipeline.keeping import open_facts
from ai_quality.sources.git import open_repository
from tests.histories import C, Row, build
from tests.tracing import trace

LONG_AGO, LATER = datetime(2025, 1, 1), datetime(2027, 1, 1)  # noqa: DTZ001 (naive UTC, as the facts are)

MOVES: dict[str, tuple[list[Row], str]] = {
    "to another file": ([C("A", f="a b c d"), C("B", f="d", g="a b c")], "a b c"),
    "within its file": ([C("A", f="a b c v w x y z"), C("B", f="v w x y z a b c")], "a b c"),
    "into the middle of new lines": ([C("A", f="a b c d"), C("B", f="d", g="x a b c y")], "a b c"),
    "re-indented": ([C("A", f="a b c d"), C("B", f="d", g=b"  a\n  b\n\tc\n")], "a b c"),
    "with a blank line more": ([C("A", f="a b c d"), C("B", f="d", g=b"a\n\nb\nc\n")], "a b c"),
    "in two pieces": ([C("A", f="a b c p q r s"), C("B", f="s", g="a b c", h="p q r")], "a b c p q r"),
    "with one line of it edited": ([C("A", f="a b c p q r s t"), C("B", f="t", g="a b c P q r s")], "a b c q r s"),
    "from between lines that stay": ([C("A", f="a x b y c d"), C("B", f="x y d", g="a b c")], "a b c"),
    "out of two files": ([C("A", f="a b c d", g="p q r s"), C("B", f="d", g="s", h="p q r a b c")], "a b c p q r"),
}
STAYS: dict[str, list[Row]] = {
    "two lines": [C("A", f="a b c d"), C("B", f="c d", g="a b")],
    "three lines in another order": [C("A", f="a b c d"), C("B", f="d", g="c b a")],
    "three blank lines": [C("A", f=b"\n\n\na\n"), C("B", f="a", g=b"\n\n\n")],
    "a copy": [C("A", f="a b c d"), C("B", g="a b c")],
    "in another commit": [C("A", f="a b c d"), C("B", f="d"), C("D", g="a b c")],
    "a rename": [C("A", f="a b c d"), C("B", moves={"f": "g"})],
}


def moves(path: Path, rows: Sequence[Row], words: str = "a b c d p q r s t") -> str:
    """The words whose first line is moved to their second, in their order; a second move is none of A's."""
    book_of = trace(build(path, rows, bare=True))
    found = book_of.moved
    told = []
    for word in words.split():
        first, *others = book_of.lines(word) or [0]
        if first in found:
            assert found[first] in others, "to a line of the same text"
            told.append(word)
    assert len(found) == len(set(found.values())), "no line carries on two"
    return " ".join(told)


@pytest.mark.parametrize("what", MOVES)
def test_a_block_is_moved(tmp_path: Path, what: str) -> None:
    rows, words = MOVES[what]
    assert moves(tmp_path, rows) == words


@pytest.mark.parametrize("what", STAYS)
def test_what_is_no_block_or_not_moved_stays(tmp_path: Path, what: str) -> None:
    assert moves(tmp_path, STAYS[what]) == ""


def test_a_block_put_down_twice_was_moved_once(tmp_path: Path) -> None:
    traced = trace(build(tmp_path, [C("A", f="a b c d"), C("B", f="d", g="a b c", h="a b c")], bare=True))
    found = traced.moved
    assert sorted(found) == [traced.lines(word)[0] for word in "abc"]


def test_a_file_of_one_text_repeated_takes_no_time(tmp_path: Path) -> None:
    rows = [C("A", f=b"x\n" * 3_000 + b"end\n"), C("B", f="end", g=b"x\ny\n" * 3_000)]
    assert MOST_STARTS < 3_000
    assert trace(build(tmp_path, rows, bare=True)).moved == {}


def rework(path: Path, rows: Sequence[Row], name: str = "rework_rate") -> tuple[int | None, int]:
    """Hits and total of the unmarked side."""
    story = build(path, [*rows, C("Z", z="z", day=200)])
    with open_repository(story.path) as repository, open_facts(repository) as facts:
        facts.set_window(since=LONG_AGO, until=LATER, observed_until=LATER, pull_refs=0)
        (found,) = metrics.measure(facts.rows, pull_refs=False, names=[name])
    return found.rates["unmarked"].hits, found.rates["unmarked"].of or 0


SPLIT = [C("A", f="a b c d"), C("B", f="d", g="a b c")]


@pytest.mark.parametrize(
    ("rows", "hits", "of"),
    [
        (SPLIT, 0, 5),  # a b c d and Z's z: what B put down is no new work
        ([*SPLIT, C("D", g="a")], 2, 5),  # b and c are taken out after all, and are A's
        ([*SPLIT, C("D", g="a", day=100)], 0, 5),  # long after A landed
        ([*SPLIT, C("D", g=None, h="a b c")], 0, 5),  # moved again
        ([*SPLIT, C("R", f="a b c d", g=None, reverts="B")], 0, 5),
        ([C("A", f="a b c d"), C("B", f="d", g="a b")], 3, 7),  # two are no block: a, b and c are gone
    ],
)
def test_moved_lines_are_no_rework_and_no_new_work(tmp_path: Path, rows: list[Row], hits: int, of: int) -> None:
    assert rework(tmp_path, rows) == (hits, of)
    assert rework(tmp_path / "again", rows, "line_survival")[1] == of


def test_a_move_before_landing_is_no_rewrite(tmp_path: Path) -> None:
    rows = [C("A", k="k"), C("X", f="a b c d"), C("X2", f="d", g="a b c"), C("M", on="A X2", f="d", g="a b c")]
    assert rework(tmp_path, rows, "premerge_rewrite_rate") == (0, 4)


def test_who_ended_and_who_owns_a_moved_line_stays_as_blame_says(tmp_path: Path) -> None:
    story = build(tmp_path, SPLIT)
    with open_repository(story.path) as repository, open_facts(repository) as facts:
        lives = facts.rows(
            "SELECT path, born, ended, gone, continues, lines FROM line_lives ORDER BY path, ended NULLS LAST"
        )
        owners = facts.rows("SELECT path, born, lines FROM owners ORDER BY path")
    a, b = story.ids["A"], story.ids["B"]
    assert lives == [("f", a, b, None, False, 3), ("f", a, None, None, False, 1), ("g", b, None, None, True, 3)]
    assert owners == [("f", a, 1), ("g", b, 3)]
