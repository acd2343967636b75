"""Reverts that only their lines tell of: found, graded, and in no rate."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import pytest

from ai_quality import metrics
from ai_quality.facts.rows import reverts
from ai_quality.pipeline.keeping import open_facts
from ai_quality.pipeline.mining import mine
from ai_quality.sources.git import open_repository
from tests.histories import C, History, Row, build


def told(history: History) -> dict[tuple[str, str], str]:
    """(revert, reverted) → evidence."""
    with open_repository(history.path) as repository:
        found = list(reverts(mine(repository)))
    return {(history.name(str(row[0])), history.name(str(row[1]))): str(row[2]) for row in found}


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


def test_files_that_go_back_to_what_they_were_are_exact_though_no_line_shows_it(tmp_path: Path) -> None:
    rows = [
        C("A", files={"f.py": b"if a:\n  b\n"}),
        C("B", files={"f.py": b"if a:\n        b\n"}),  # white space is no line of its own
        C("D", files={"f.py": b"if a:\n  b\n"}),
    ]
    assert told(build(tmp_path / "r", rows)) == {("D", "B"): "exact"}


def test_most_of_what_was_deleted_put_back_is_inferred(tmp_path: Path) -> None:
    rows = [C("A", f=f"{TEN} k"), C("B", f="k"), C("E", by="eve", f="a b c d e f g h i k")]
    assert told(build(tmp_path / "r", rows))["E", "B"] == "inferred"


def test_what_content_tells_was_reinstated_says_by_what(tmp_path: Path) -> None:
    on = f"{TEN} x y z"
    history = build(tmp_path / "r", [C("A", f=TEN), C("B", f=on), C("D", f=TEN), C("E", f=on)])
    with open_repository(history.path) as repository:
        found = {history.name(str(revert)): by for revert, *_, by in reverts(mine(repository))}
    assert found == {"D": history.ids["E"], "E": None}


def test_no_rate_knows_of_what_only_content_tells(tmp_path: Path) -> None:
    history = build(tmp_path / "r", [C("A", f=TEN), C("B", f=f"{TEN} x y z"), C("D", f=TEN), C("Z", g="z", day=99)])
    long_ago, later = datetime(2025, 1, 1), datetime(2027, 1, 1)  # noqa: DTZ001 (naive UTC, as the facts are)
    with open_repository(history.path) as repository, open_facts(repository) as facts:
        facts.set_window(since=long_ago, until=later, observed_until=later, pull_refs=0)
        rework, reverted = metrics.measure(facts.rows, pull_refs=False, names=["rework_rate", "revert_rate"])
    assert rework.rates["unmarked"].of is not None
    assert (rework.rates["unmarked"].hits, reverted.rates["unmarked"].hits) == (3, 0), (
        "x y z were reworked, not reverted"
    )
