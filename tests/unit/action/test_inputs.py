"""What a workflow says to its run, and what other CIs say of a change."""

from __future__ import annotations

import pytest

from ai_quality.action.inputs import Inputs, Range, change_elsewhere, is_github, read_inputs
from ai_quality.errors import UsageError

BASE, HEAD = "a" * 40, "b" * 40


def test_an_empty_input_is_one_not_given() -> None:
    assert read_inputs({}) == Inputs()
    assert read_inputs({"INPUT_MODE": "", "INPUT_COMMENT": " ", "INPUT_DIRECTORY": ""}) == Inputs()


def test_inputs_are_read_by_their_names() -> None:
    said = {"INPUT_MODE": "post", "INPUT_FAIL_ON": "policy", "INPUT_COMMENT": "off", "INPUT_GITHUB_TOKEN": "secret"}
    assert read_inputs(said) == Inputs(github_token="secret", mode="post", comment="off", fail_on="policy")


def test_the_token_is_never_printed() -> None:
    assert "secret" not in repr(read_inputs({"INPUT_GITHUB_TOKEN": "secret"}))


@pytest.mark.parametrize(
    ("name", "value", "problem"),
    [
        ("COMMENT", "sometimes", "comment is 'sometimes': write changes or always or off"),
        ("FAIL_ON", "true", "fail-on is 'true': write never or policy"),
    ],
)
def test_a_word_that_means_nothing_is_a_usage_error(name: str, value: str, problem: str) -> None:
    with pytest.raises(UsageError) as refused:
        read_inputs({f"INPUT_{name}": value})
    assert str(refused.value) == problem


@pytest.mark.parametrize(
    ("environ", "told"),
    [
        ({}, Range("HEAD", None, None)),
        ({"CHANGE_TARGET": "main", "GIT_COMMIT": HEAD}, Range("HEAD", None, "main")),
        ({"GITLAB_CI": "true", "CI_COMMIT_SHA": HEAD, "CI_DEFAULT_BRANCH": "trunk"}, Range(HEAD, None, "trunk")),
        (
            {
                "GITLAB_CI": "true",
                "CI_COMMIT_SHA": "c" * 40,
                "CI_MERGE_REQUEST_SOURCE_BRANCH_SHA": HEAD,
                "CI_MERGE_REQUEST_DIFF_BASE_SHA": BASE,
                "CI_MERGE_REQUEST_TARGET_BRANCH_NAME": "main",
            },
            Range(HEAD, BASE, "main"),
        ),
        (
            {"GITLAB_CI": "true", "CI_COMMIT_SHA": HEAD, "CI_MERGE_REQUEST_SOURCE_BRANCH_SHA": ""},
            Range(HEAD, None, None),
        ),
    ],
    ids=["shell", "jenkins", "gitlab branch", "gitlab merged result", "gitlab empty"],
)
def test_another_ci_says_what_the_change_is(environ: dict[str, str], told: Range) -> None:
    assert change_elsewhere(environ) == told


def test_github_is_known_by_its_event() -> None:
    assert is_github({"GITHUB_EVENT_NAME": "push", "GITHUB_EVENT_PATH": "/e.json"})
    assert not is_github({"GITHUB_ACTIONS": "true"})
    assert not is_github({"GITHUB_EVENT_NAME": "push"})
