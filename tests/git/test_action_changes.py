"""Which change a run means, and which settings it goes by."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from ai_quality.action.inputs import Range
from ai_quality.action.reviewing import Change, change_elsewhere, change_of, settings_of
from ai_quality.errors import EnvironmentProblem, UsageError
from ai_quality.sources.git import Repository, open_repository
from tests.histories import C, History, build

ROWS = [
    C("A", f="a", files={".ai-quality.yml": b"comment: always\n", "other.yml": b"comment: off\n"}),
    C("B", f="a b"),
    C("X", "A", f="x", files={".ai-quality.yml": b"comment: off\n"}),
    C("Z", "", f="z"),
    C("D", "B", f="a b d"),
]


@pytest.fixture(scope="module")
def story(tmp_path_factory: pytest.TempPathFactory) -> History:
    refs = {"refs/heads/topic": "X", "refs/heads/alone": "Z", "refs/remotes/origin/main": "B"}
    return build(tmp_path_factory.mktemp("story"), ROWS, refs=refs)


@pytest.fixture
def repository(story: History) -> Iterator[Repository]:
    with open_repository(story.path) as opened:
        yield opened


def test_a_change_starts_where_it_forked(story: History, repository: Repository) -> None:
    ids = story.ids
    assert change_of(repository, ids["D"], ids["X"]) == Change(ids["A"], ids["D"], ids["X"])


def test_a_commit_that_is_not_here_is_told_with_what_to_do(story: History, repository: Repository) -> None:
    for base, head in ((story.ids["D"], "0" * 40), ("0" * 40, story.ids["X"])):
        with pytest.raises(EnvironmentProblem, match="fetch-depth: 0"):
            change_of(repository, base, head)


def test_without_a_common_commit_there_is_no_change(story: History, repository: Repository) -> None:
    with pytest.raises(EnvironmentProblem, match="share no history"):
        change_of(repository, story.ids["D"], story.ids["Z"])


@pytest.mark.parametrize(
    ("asked", "base"),
    [
        (Range("topic", None, None), "B"),
        (Range("topic", None, "main"), "B"),
        (Range("topic", "main", None), "D"),
    ],
    ids=["the default branch as fetched", "the named target as fetched", "what is asked for"],
)
def test_elsewhere_the_base_is_found(story: History, repository: Repository, asked: Range, base: str) -> None:
    found = change_elsewhere(repository, asked)
    assert found == Change(story.ids["A"], story.ids[base], story.ids["X"])


def test_the_base_branch_itself_is_no_change(repository: Repository) -> None:
    assert change_elsewhere(repository, Range("refs/remotes/origin/main", None, None)) is None


def test_a_target_that_is_not_here_is_a_usage_error(repository: Repository) -> None:
    with pytest.raises(UsageError, match="--base REV"):
        change_elsewhere(repository, Range("topic", None, "release"))


def test_settings_come_from_the_base_whatever_the_change_says(story: History, repository: Repository) -> None:
    assert settings_of(repository, story.ids["D"]).comment == "always"
    assert settings_of(repository, story.ids["D"], "other.yml").comment == "off"
    assert settings_of(repository, story.ids["Z"]).comment == "changes", "without a file, the defaults"


@pytest.mark.parametrize("name", ["missing.yml", "/etc/passwd", "a\nb", ":(top)x", "../x"])
def test_a_settings_file_that_is_not_there_is_a_usage_error(story: History, repository: Repository, name: str) -> None:
    with pytest.raises(UsageError):
        settings_of(repository, story.ids["D"], name)
