"""The facts that are kept: the same rows however they were made."""

from __future__ import annotations

from pathlib import Path

import pytest

from ai_quality.facts import store
from ai_quality.pipeline import beside
from ai_quality.pipeline.keeping import open_facts
from ai_quality.sources.git import open_repository
from tests.histories import C, Exec, History, Link, Sub, build, run_git

TEN = "a b c d e f g h i j"


def all_rows(history: History) -> dict[str, list[dict[str, object]]]:
    with open_repository(history.path) as repository, open_facts(repository) as facts:
        return {table.name: facts.all_of(table.name) for table in store.schema()}


def test_a_copy_of_the_process_finds_the_rows_that_it_itself_would(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = [
        C("A", f=TEN), C("B", f=f"{TEN} x y z"), C("D", f=TEN), C("E", f=f"{TEN} wrong"),
        C("F", f=f"{TEN} right", message="Fix the crash"), C("G", reverts="F", f=f"{TEN} wrong"),
    ]  # fmt: skip
    found = []
    for at, forks in enumerate((True, False)):
        monkeypatch.setattr(beside, "_can_fork", lambda forks=forks: forks)
        found.append(all_rows(build(tmp_path / str(at) / "r", rows, bare=True)))
    assert found[0]["reverts"]
    assert found[0]["defects"]
    for tables in found:
        for row in tables["commits"]:
            del row["author"]  # hashed with a key of each repository's own
    assert found[0] == found[1]


def test_what_a_deletion_takes_out_is_what_git_counts(tmp_path: Path) -> None:
    files: dict[str, str | bytes | Exec | Link | Sub | None] = {
        "text": b"a\n\n b\nno end", "empty": b"", "binary": b"a\0b\n", "once-binary": b"\0\n", "link": Link("text"),
    }  # fmt: skip
    story = build(
        tmp_path / "r",
        [
            C("A", files=files),
            C("B", files={"once-binary": b"now\nthis\nis text\n"}),
            C("D", files=dict.fromkeys(files)),
        ],
    )
    counted = run_git(story.path, "diff-tree", "--numstat", "-r", story.ids["B"], story.ids["D"]).decode()
    lines = sum(int(row.split("\t")[1]) for row in counted.splitlines() if row[:1] != "-")
    (row,) = (row for row in all_rows(story)["commits"] if row["sha"] == story.ids["D"])
    assert row["lines_deleted"] == lines == 4 + 3 + 1
