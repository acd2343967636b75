"""Which change a run means, and which settings it goes by."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from ai_quality.action.events import PullRequest
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
    C("Y", "A", g="y"),
    C("M", "B Y"),
    C("D", "B", f="a b d"),
]


@pytest.fixture(scope="module")
def story(tmp_path_factory: pytest.TempPathFactory) -> History:
    refs = {"refs/heads/topic": "X", "refs/heads/alone": "Z", "refs/heads/next": "M", "refs/remotes/origin/main": "B"}
    return build(tmp_path_factory.mktemp("story"), ROWS, refs=refs)


@pytest.fixture
def repository(story: History) -> Iterator[Repository]:
    with open_repository(story.path) as opened:
        yield opened


def pull(base: str, head: str, merge_commit: str | None = None) -> PullRequest:
    return PullRequest(7, base, head, merged=bool(merge_commit), merge_commit=merge_commit, fork=False)


def test_a_change_is_between_the_ids_of_its_event(story: History, repository: Repository) -> None:
    ids = story.ids
    assert change_of(repository, pull(ids["D"], ids["X"]), "closed") == Change(ids["D"], ids["X"], "closed")


def test_a_base_told_after_the_merge_is_taken_back_to_before_it(story: History, repository: Repository) -> None:
    ids = story.ids
    for told in ("M", "B"):
        change = change_of(repository, pull(ids[told], ids["Y"], ids["M"]), "merged")
        assert change == Change(ids["B"], ids["Y"], "merged")


def test_a_commit_that_is_not_here_is_told_with_what_to_do(story: History, repository: Repository) -> None:
    here, gone = story.ids["D"], "0" * 40
    for one in (pull(here, gone), pull(gone, here), pull(here, here, gone)):
        with pytest.raises(EnvironmentProblem, match="fetch-depth: 0"):
            change_of(repository, one)


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
    assert found == Change(story.ids[base], story.ids["X"])


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
