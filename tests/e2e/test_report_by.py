"""`ai-quality report --by`: each slice is measured as the whole is, and slices that share nothing add up to it."""

from __future__ import annotations

import functools
import re
from pathlib import Path
from typing import Any

import pytest

from tests.e2e.test_cli import answer, run
from tests.histories import C, History, build

CLAUDE = "Assisted-by: Claude:claude-3-opus"
ROWS = [
    C("A", files={"src/f.py": "a b c d", "README.md": "x y"}, day=0),
    C("B", files={"src/f.py": "a B c d"}, ai="claude", day=1),
    C("D", files={"lib/g.py": "p q r"}, ai="codex", day=2),
    C("E", files={"src/f.py": "a B c d e", "lib/g.py": "p q r s"}, trailers=[CLAUDE], day=3),
    C("F", files={"lib/g.py": "p Q r s"}, ai="codex", day=12),
    C("G", files={"src/f.py": "a X c d e"}, message="fix: b was wrong", day=40),
    C("H", files={"README.md": "x y z"}, day=200),
]
"""In February G mends what B did in January; F reworks a line of D ten days later."""

NOW = ("--now", "2027-01-01")


@pytest.fixture(scope="module")
def story(tmp_path_factory: pytest.TempPathFactory) -> History:
    return build(tmp_path_factory.mktemp("slices"), ROWS)


@functools.cache
def told(path: Path, *words: str) -> Any:  # noqa: ANN401 (JSON)
    return answer("report", "--since", "2026-01-01", "--json", *words, *NOW, at=path)


def by(story: History, dimension: str) -> dict[str | None, Any]:
    report = told(story.path, "--by", dimension)
    assert report["by"] == dimension
    return {one["value"]: one for one in report["slices"]}


def hits_of(one: Any, metric: str, cohort: str = "ai") -> tuple[int, int]:  # noqa: ANN401 (JSON)
    rate = one["metrics"][metric]["cohorts"][cohort]
    assert rate["status"] == "too_few"
    assert rate["value"] is None, "too few for a rate"
    return rate["hits"], rate["of"]


def test_each_agent_stands_beside_all_unmarked_work(story: History) -> None:
    slices = by(story, "agent")
    assert list(slices) == ["claude-code", "codex"]
    claude, codex = slices.values()
    assert (claude["cohorts"]["ai"]["commits"], codex["cohorts"]["ai"]["commits"]) == (2, 2)
    assert claude["cohorts"]["unmarked"] == codex["cohorts"]["unmarked"]
    assert claude["cohorts"]["unmarked"]["commits"] == 3
    assert (hits_of(claude, "rework_rate"), hits_of(codex, "rework_rate")) == ((0, 3), (1, 4))
    assert (hits_of(claude, "defect_rate"), hits_of(codex, "defect_rate")) == ((1, 2), (0, 2))


def test_an_agent_none_of_whose_offers_landed_is_a_slice_too(tmp_path: Path) -> None:
    offers = [
        C("A", files={"f.py": "a b"}),
        C("X", on="A", files={"f.py": "a b x"}, by="Cursor Agent", email="cursoragent@cursor.com"),
        C("Y", on="A", files={"f.py": "a b y"}),
        C("B", on="A", files={"f.py": "a b c"}, ai="claude", message="Add c (#1)"),
    ]
    refs = {"refs/pull/2/head": "X", "refs/pull/3/head": "Y", "refs/pull/3/merge": "Y"}
    slices = by(build(tmp_path / "r", offers, refs=refs), "agent")
    assert list(slices) == ["claude-code", "cursor"]
    assert (hits_of(slices["claude-code"], "merge_pass_rate"), hits_of(slices["cursor"], "merge_pass_rate")) == (
        (1, 1), (0, 1),
    )  # fmt: skip
    assert slices["cursor"]["cohorts"]["ai"]["commits"] == 0


def test_a_model_is_what_the_mark_names_and_null_where_it_names_none(story: History) -> None:
    slices = by(story, "model")
    assert {name: one["cohorts"]["ai"]["commits"] for name, one in slices.items()} == {None: 3, "claude-3-opus": 1}


def test_a_directory_has_the_lines_born_there_and_the_commits_that_added_them(story: History) -> None:
    slices = by(story, "path")
    assert set(slices) == {"src", "lib", "."}
    assert hits_of(slices["src"], "rework_rate") == (0, 2)
    assert hits_of(slices["lib"], "rework_rate") == (1, 5)
    assert hits_of(slices["src"], "defect_rate") == (1, 2)
    assert hits_of(slices["lib"], "defect_rate") == (0, 3)
    assert slices["lib"]["cohorts"]["ai"] == {"commits": 3, "changes": 3, "lines_added": 5, "lines_alive": 4}
    assert slices["."]["cohorts"]["unmarked"] == {"commits": 2, "changes": 2, "lines_added": 3, "lines_alive": 3}


def test_a_month_keeps_its_defects_though_they_were_mended_in_another(story: History) -> None:
    slices = by(story, "month")
    assert list(slices) == ["2026-01", "2026-02", "2026-07"], "in their own order"
    assert hits_of(slices["2026-01"], "defect_rate") == (1, 4)
    assert slices["2026-02"]["metrics"]["defect_rate"]["cohorts"]["unmarked"]["of"] == 1


def test_a_size_is_a_range_of_changed_lines(story: History) -> None:
    slices = by(story, "size")
    assert list(slices) == ["1-2", "3-6"]
    assert slices["1-2"]["cohorts"]["ai"]["commits"] == 3
    assert slices["3-6"]["cohorts"]["ai"]["commits"] == 1


@pytest.mark.parametrize(
    ("dimension", "cohorts", "metrics"),
    [
        ("agent", ["ai"], ["rework_rate", "revert_rate", "defect_rate", "line_survival"]),
        ("model", ["ai"], ["rework_rate", "revert_rate", "defect_rate", "line_survival"]),
        ("path", ["ai", "unmarked"], ["rework_rate", "line_survival"]),  # a commit is in each of its directories
        ("month", ["ai", "unmarked"], ["rework_rate", "revert_rate", "defect_rate", "line_survival"]),
        ("size", ["ai", "unmarked"], ["rework_rate", "revert_rate", "defect_rate", "line_survival"]),
    ],
)
def test_slices_add_up_to_the_whole(story: History, dimension: str, cohorts: list[str], metrics: list[str]) -> None:
    whole = told(story.path)
    slices = by(story, dimension).values()
    for metric in metrics:
        for cohort in cohorts:
            expected = whole["metrics"][metric]["cohorts"][cohort]
            parts = [hits_of(one, metric, cohort) for one in slices]
            assert tuple(map(sum, zip(*parts, strict=True))) == (expected["hits"], expected["of"]), (metric, cohort)


def test_the_table_says_too_few_and_names_no_author(story: History) -> None:
    done = run("report", "--by", "agent", *NOW, at=story.path)
    assert done.returncode == 0, done.stderr
    assert re.search(r"^claude-code +too few +2 ", done.stdout, re.MULTILINE)
    assert "dev" not in done.stdout


@pytest.mark.parametrize("form", ["text", "json", "md", "html", "csv"])
@pytest.mark.parametrize("dimension", ["agent", "path"])
def test_every_format_has_slices(story: History, dimension: str, form: str) -> None:
    done = run("report", "--by", dimension, "--format", form, *NOW, at=story.path)
    assert done.returncode == 0, done.stderr
    assert ("codex" if dimension == "agent" else "lib") in done.stdout


def test_two_runs_say_the_same(story: History) -> None:
    first, second = (run("report", "--by", "path", "--json", *NOW, at=story.path).stdout for _ in range(2))
    assert first == second


def test_people_are_no_slices(story: History) -> None:
    done = run("report", "--by", "author", at=story.path)
    assert (done.returncode, done.stdout) == (2, "")
    assert "'agent', 'model', 'path', 'month', 'size'" in done.stderr


def test_a_history_without_marks_has_no_agents_but_directories(tmp_path: Path) -> None:
    plain = build(tmp_path / "r", [C("A", files={"src/f.py": "a b"}), C("B", files={"src/f.py": "a b c"})])
    assert by(plain, "agent") == {}
    assert by(plain, "path")["src"]["cohorts"]["unmarked"]["commits"] == 2
    done = run("report", "--by", "agent", at=plain.path)
    assert "No commit that carries an AI mark landed" in done.stdout
