"""Whom a fix is traced to, on books of a few lines. A word is a line; the last row is the fix."""

from __future__ import annotations

from array import array
from typing import NamedTuple

import pytest

from ai_quality.facts.defects import DAY, ONE_GO, Cause, Tracer
from ai_quality.facts.lines import LineBook

NOON = 1_767_268_800
KINDS = {
    "code.c": "source", "test_code.c": "test", "guide.md": "docs", "code.pb.c": "generated", "x.lock": "lock",
    "vendor/code.c": "vendored",
}  # fmt: skip


class Did(NamedTuple):
    """What a commit did: lines it added (`-` is a blank one, `#…` a comment), took out, inserted beside."""

    adds: str = ""
    ends: str = ""
    beside: str = ""
    path: str = "code.c"
    day: float | None = None


def tracer(*rows: Did, skipped: tuple[int, ...] = (), carried: dict[str, int] | None = None) -> Tracer:
    """A tracer over commits 1, 2, 3 … of days 1, 2, 3 …; `carried` words are carried on by the line a commit added."""
    book, living, times = LineBook(), dict[str, int](), [0]
    for number, row in enumerate(rows, 1):
        ended = [living.pop(word) for word in row.ends.split()]
        beside = [living[word] for word in row.beside.split()]
        texts = [b"" if word == "-" else word.encode() for word in row.adds.split()]
        for word, line in zip(row.adds.split(), book.add(number, row.path, texts, (b"#",)), strict=True):
            if (carried or {}).get(word) == number:
                book.carry_on(next(old for old in range(1, line) if book.content[old] == book.content[line]), line)
            living[word] = line
        book.close_commit(array("I", ended), array("I", beside))
        day = number if row.day is None else row.day
        times.append(round(NOON + day * DAY) if day >= 0 else 0)
    return Tracer(book, KINDS, skipped, times)


def blamed(*rows: Did, skipped: tuple[int, ...] = (), carried: dict[str, int] | None = None) -> tuple[Cause, ...]:
    """Whom the last row is traced to."""
    return tracer(*rows, skipped=skipped, carried=carried).trace(len(rows))


def test_the_commit_whose_line_the_fix_took_out_is_blamed() -> None:
    assert blamed(Did("a b"), Did("c"), Did("d"), Did("C", ends="c")) == (Cause(2, 1),)


def test_a_fix_that_ended_nothing_and_inserted_beside_nothing_blames_nobody() -> None:
    assert blamed(Did("a b"), Did("new")) == ()


def test_of_equal_shares_the_newer_is_blamed() -> None:
    assert blamed(Did("a"), Did("b", day=500), Did("A B", ends="a b", day=510)) == (Cause(2, 1),)


def test_age_counts_by_its_square_root_so_that_many_old_lines_outweigh_a_new_one() -> None:
    old, new = Did("a b c d e f g h i j k l", day=0), Did("m", day=99)
    assert blamed(old, new, Did(ends="a m", day=100)) == (Cause(2, 1),)
    assert blamed(old, new, Did(ends="a b c d e f g m", day=100)) == (Cause(2, 1),)
    assert blamed(old, new, Did(ends="a b c d e f g h i m", day=100)) == (Cause(1, 9),)


def test_where_nobody_holds_half_of_the_weight_nobody_is_blamed() -> None:
    three = [Did("a", day=1), Did("b", day=1.01), Did("c", day=1.02)]
    assert blamed(*three, Did(ends="a b c", day=9)) == ()
    assert blamed(*three, Did(ends="a b", day=9)) == (Cause(2, 1),)


def test_a_fix_that_only_inserts_is_traced_by_the_lines_beside_and_ended_none() -> None:
    assert blamed(Did("a b"), Did("c d"), Did("new", beside="c d")) == (Cause(2, 0),)


def test_four_lines_beside_weigh_as_much_as_one_taken_out() -> None:
    ended, beside = Did("a", day=1), Did("b c d e f", day=1.01)
    assert blamed(ended, beside, Did("new", ends="a", beside="b c d", day=90)) == (Cause(1, 1),)
    assert blamed(ended, beside, Did("new", ends="a", beside="b c d e f", day=90)) == (Cause(2, 0),)


def test_a_comment_is_evidence() -> None:
    assert blamed(Did("#why"), Did("#how", ends="#why")) == (Cause(1, 1),)


def test_a_blank_line_is_none() -> None:
    assert blamed(Did("-"), Did("a", ends="-")) == ()
    assert blamed(Did("-"), Did("a", beside="-")) == ()


@pytest.mark.parametrize("path", ["test_code.c", "guide.md"])
def test_tests_and_docs_are_evidence(path: str) -> None:
    assert blamed(Did("a", path=path), Did("b", ends="a")) == (Cause(1, 1),)


@pytest.mark.parametrize("path", ["x.lock", "code.pb.c", "vendor/code.c"])
def test_what_no_person_wrote_here_is_none(path: str) -> None:
    assert blamed(Did("a", path=path), Did("b", ends="a")) == ()


def test_what_was_committed_within_a_minute_of_the_fix_is_of_the_same_series_and_not_blamed() -> None:
    series = ONE_GO / DAY
    assert blamed(Did("a b"), Did("c", day=50), Did(ends="a c", day=50 + series)) == (Cause(1, 1),)
    assert blamed(Did("a b"), Did("c", day=50), Did(ends="a c", day=50 + 2 * series)) == (Cause(2, 1),)


def test_the_minute_counts_both_ways_because_clocks_differ() -> None:
    assert blamed(Did("c", day=50), Did(ends="c", day=50 - ONE_GO / DAY)) == ()
    assert blamed(Did("c", day=50), Did(ends="c", day=49)) == (Cause(1, 1),)


def test_commits_of_unknown_time_are_no_series() -> None:
    assert blamed(Did("a", day=-1), Did(ends="a", day=-1)) == (Cause(1, 1),)


def test_a_commit_that_blame_is_to_ignore_is_not_blamed() -> None:
    assert blamed(Did("a"), Did("b"), Did(ends="a b")) == (Cause(2, 1),)
    assert blamed(Did("a"), Did("b"), Did(ends="a b"), skipped=(2,)) == (Cause(1, 1),)


def test_a_line_brought_back_is_followed_to_who_wrote_it_first() -> None:
    story = Did("a"), Did("b", ends="a"), Did("a", ends="b"), Did(ends="a")
    assert blamed(*story, carried={"a": 3}) == (Cause(1, 1),)
    assert blamed(*story) == (Cause(3, 1),)


def test_a_moved_line_is_followed_to_who_wrote_it_first() -> None:
    assert blamed(Did("a b"), Did("a", ends="a", path="test_code.c"), Did(ends="a")) == (Cause(1, 1),)


def test_a_line_moved_twice_is_followed_twice() -> None:
    assert blamed(Did("a"), Did("a", ends="a"), Did("b"), Did("a", ends="a"), Did(ends="a")) == (Cause(1, 1),)


def test_a_line_rewritten_while_it_moved_belongs_to_the_mover() -> None:
    assert blamed(Did("a b"), Did("A", ends="a"), Did(ends="A")) == (Cause(2, 1),)


def test_a_copied_line_belongs_to_the_copier() -> None:
    assert blamed(Did("a b"), Did("a"), Did(ends="a")) == (Cause(2, 1),)


def test_a_commit_that_took_out_its_own_line_is_followed_no_further() -> None:
    book = LineBook()
    first = book.add(1, "code.c", [b"a"], ())  # a version that was binary: read, and changed, by one commit
    again = book.add(1, "code.c", [b"a"], ())
    book.close_commit(first, array("I"))
    book.close_commit(again, array("I"))
    assert Tracer(book, KINDS, (), [0, NOON, NOON + DAY]).trace(2) == (Cause(1, 1),)


def test_the_lines_of_a_declared_cause_are_counted_with_those_that_moved_since() -> None:
    traced = tracer(Did("a b c"), Did("a", ends="a"), Did("d"), Did(ends="a b d"))
    assert (traced.lines_of(4, 1), traced.lines_of(4, 2), traced.lines_of(4, 3)) == (2, 0, 1)
