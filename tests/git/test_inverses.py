"""Reverts that only their lines tell of: found, graded, and in no rate."""

from __future__ import annotations

from pathlib import Path

import pytest

from ai_quality.pipeline import mine
from ai_quality.sources.git import open_repository
from tests.histories import C, History, Row, build


def told(history: History) -> dict[tuple[str, str], str]:
    """(revert, reverted) → evidence."""
    with open_repository(history.path) as repository:
        found = mine(repository).reverts
    return {(history.name(row.revert), history.name(row.reverted)): row.evidence for row in found}


TEN = "a b c d e f g h i j"


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        ([C("A", f=TEN), C("B", f=f"{TEN} x y z"), C("D", f=TEN)], {("D", "B"): "exact"}),
        ([C("A", f=TEN), C("B", f="a B C D e f g h i j"), C("D", f=TEN)], {("D", "B"): "exact"}),
        ([C("A", f=TEN), C("B", f="a b c d e f"), C("D", f=TEN)], {("D", "B"): "exact"}),  # what was deleted is back
        ([C("A", f=TEN), C("B", f=f"{TEN} x"), C("D", f=TEN)], {("D", "B"): "exact"}),
        (
            [C("A", f="a"), C("B", f=f"a {TEN}"), C("D", by="eve", f="a z")],  # all of it, and a line of its own
            {("D", "B"): "inferred"},
        ),
        ([C("A", f="a"), C("B", f=f"a {TEN}"), C("D", by="eve", f="a i j")], {}),  # eight of ten
        ([C("A", f="a"), C("B", f=f"a {TEN}"), C("D", by="eve", f=f"a {TEN.upper()} k l m n")], {}),  # a rewrite
        ([C("A", f="a"), C("B", f=f"a {TEN}"), C("D", day=1.01, f="a z")], {}),  # the same author, still writing
        ([C("A", f=TEN), C("B", f=f"{TEN} x y z"), C("D", reverts="B", f=TEN)], {("D", "B"): "declared"}),
        ([C("A", f=TEN), C("B", f=f"{TEN} x y z"), C("D", f=f"{TEN} x y z w")], {}),
    ],
)  # fmt: skip
def test_what_lines_tell(rows: list[Row], expected: dict[tuple[str, str], str], tmp_path: Path) -> None:
    assert told(build(tmp_path / "r", rows)) == expected


def test_generated_files_say_nothing(tmp_path: Path) -> None:
    rows = [
        C("A", files={"package-lock.json": TEN}),
        C("B", files={"package-lock.json": "x"}),
        C("D", files={"package-lock.json": TEN}),
    ]
    assert told(build(tmp_path / "r", rows)) == {}


def test_of_two_changes_alike_the_latest_is_undone(tmp_path: Path) -> None:
    on, off = f"{TEN} x y z", TEN
    rows = [C("A", f=off), C("B", f=on), C("D", f=off), C("E", f=on), C("F", f=off)]
    assert told(build(tmp_path / "r", rows)) == {
        ("D", "B"): "exact", ("E", "D"): "exact", ("F", "E"): "exact",
    }  # fmt: skip


def test_the_lines_of_another_branch_are_no_revert_of_the_future(tmp_path: Path) -> None:
    rows = [C("A", f=TEN), C("B", on="A", f=f"{TEN} x y z"), C("D", on="A", g="q"), C("M", on="B D", g="q")]
    assert told(build(tmp_path / "r", rows)) == {}
