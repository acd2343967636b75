"""Facts to compare a change with: kept ones serve for a while, others never."""

from __future__ import annotations

from pathlib import Path

import pytest

from ai_quality.facts import store
from ai_quality.pipeline.baseline import FOLDER, open_baseline
from ai_quality.pipeline.keeping import open_facts
from ai_quality.sources.git import open_repository
from tests.histories import C, History, build

ROWS = [
    C("A", f="a b c"),
    C("B", f="a B c", ai="claude"),
    C("X", "A", f="x b c"),
    C("D", "B", f="a B c d"),
    C("E", f="a B c d e", day=9),
]


@pytest.fixture
def story(tmp_path: Path) -> History:
    return build(tmp_path / "r", ROWS, refs={"refs/heads/topic": "X"})


def opened(story: History, name: str, older: int = 7 * 86_400) -> tuple[str, bool]:
    """Which row's facts are given for a row, and were they just made?"""
    with open_repository(story.path) as repository, open_baseline(repository, story.ids[name], older=older) as found:
        assert found.facts.rows("SELECT rev FROM runs") == [(found.rev,)]
        return story.name(found.rev), found.is_new


def test_facts_are_mined_once_and_serve_descendants_for_a_week(story: History) -> None:
    assert opened(story, "B") == ("B", True)
    assert opened(story, "B") == ("B", False)
    assert opened(story, "D") == ("B", False)
    assert opened(story, "E") == ("E", True), "eight days later they are too old"


def test_another_branch_and_an_ancestor_get_their_own(story: History) -> None:
    assert opened(story, "D") == ("D", True)
    assert opened(story, "X") == ("X", True)
    assert opened(story, "A") == ("A", True)


def test_exactly_those_of_a_commit_can_be_asked_for(story: History) -> None:
    assert opened(story, "B") == ("B", True)
    assert opened(story, "D", older=0) == ("D", True)


def test_facts_of_head_serve_too_and_are_not_written_over(story: History) -> None:
    with open_repository(story.path) as repository, open_facts(repository):
        pass
    assert opened(story, "E") == ("E", False)
    assert opened(story, "B") == ("B", True)
    with store.Store(story.path / ".git/ai-quality/facts") as facts:
        assert facts.rows("SELECT rev FROM runs") == [(story.ids["E"],)]


@pytest.mark.parametrize(
    "spoiled",
    [
        {"rev": "--output=x"},
        {"rev": "0" * 40},
        {"fingerprint": "another program"},
        {"schema_version": 99},
        {"complete": False},
        None,
    ],
)
def test_a_cache_is_checked_and_not_believed(
    story: History, monkeypatch: pytest.MonkeyPatch, spoiled: dict[str, object] | None
) -> None:
    assert opened(story, "B") == ("B", True)
    place = story.path / ".git/ai-quality" / FOLDER
    if spoiled is None:
        for file in (place / "runs").iterdir():
            file.write_bytes(b"PAR1 no more")
    else:
        with store.Store(place) as facts:
            (run,) = facts.all_of("runs")
            tables: dict[str, list[list[object]]] = {table.name: [] for table in store.schema()}
        repo, *row = (run | spoiled).values()
        row[1] = 0
        store.write(place, repo, tables | {"runs": [row]})
    monkeypatch.chdir(story.path)
    assert opened(story, "D") == ("D", True)
    assert not (story.path / "x").exists()
