"""What a run does for an event: the table, its guards, and what a hostile event gets."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ai_quality.action import events
from ai_quality.action.events import Activity, EventGarbled, decide, read_event
from ai_quality.errors import UsageError

A, B, M = "a" * 40, "b" * 40, "c" * 40


def pull(action: str = "opened", **more: object) -> dict[str, Any]:
    change = {
        "number": 7,
        "base": {"sha": A, "ref": "main", "repo": {"full_name": "octo-org/widgets"}},
        "head": {"sha": B, "ref": "topic", "repo": {"full_name": "octo-org/widgets"}},
        "merged": False,
        "merge_commit_sha": M,
    }
    return {"action": action, "pull_request": change | more, "repository": {"default_branch": "main"}}


def push(ref: str = "refs/heads/main", **more: object) -> dict[str, Any]:
    return {"ref": ref, "after": B, "deleted": False, "repository": {"default_branch": "main"}} | more


def ran(**more: object) -> dict[str, Any]:
    run = {"id": 11, "event": "pull_request", "head_sha": B} | more
    return {"action": "completed", "workflow_run": run, "repository": {"default_branch": "main"}}


def activity(name: str, said: dict[str, Any]) -> Activity:
    return decide(read_event(name, json.dumps(said).encode())).activity


@pytest.mark.parametrize(
    ("name", "said", "does"),
    [
        ("pull_request", pull("opened"), "comment"),
        ("pull_request", pull("synchronize"), "comment"),
        ("pull_request", pull("reopened"), "comment"),
        ("pull_request", pull("ready_for_review"), "comment"),
        ("pull_request", pull("closed"), "outcome"),
        ("pull_request", pull("closed", merged=True), "outcome"),
        ("push", push(), "baseline"),
        ("schedule", {"schedule": "0 3 * * *"}, "baseline"),
        ("workflow_dispatch", {"ref": "refs/heads/topic"}, "baseline"),
        ("workflow_run", ran(), "post"),
    ],
)
def test_an_event_starts_its_activity(name: str, said: dict[str, Any], does: Activity) -> None:
    assert activity(name, said) == does


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("merge_group", {"action": "checks_requested"}),
        ("pull_request", pull("edited")),
        ("pull_request", pull("labeled")),
        ("pull_request", {"action": "assigned"}),
        ("pull_request_target", pull("opened")),
        ("pull_request_review", {"action": "submitted"}),
        ("issue_comment", {"action": "created"}),
        ("release", {"action": "published"}),
        ("an_event_of_tomorrow", {}),
        ("push", push("refs/heads/topic")),
        ("push", push("refs/tags/main")),
        ("push", push(deleted=True, after="0" * 40)),
        ("push", push("refs/heads/main", repository={})),
        ("workflow_run", ran(event="push")),
        ("workflow_run", ran() | {"action": "requested"}),
    ],
)
def test_everything_else_is_a_quiet_success_that_says_why(name: str, said: dict[str, Any]) -> None:
    decision = decide(read_event(name, json.dumps(said).encode()))
    assert decision.activity == "nothing"
    assert decision.why


def test_what_is_needed_of_a_pull_request_is_read_and_nothing_else() -> None:
    said = pull("closed", merged=True, title="@all", user={"login": "x"})
    read = read_event("pull_request", json.dumps(said).encode()).pull_request
    assert read == events.PullRequest(number=7, base=A, head=B, merged=True, merge_commit=M, fork=False)


@pytest.mark.parametrize("home", [None, {"full_name": "stranger/widgets"}])
def test_a_head_elsewhere_or_nowhere_is_a_fork(home: object) -> None:
    read = read_event("pull_request", json.dumps(pull(head={"sha": B, "repo": home})).encode()).pull_request
    assert read
    assert read.fork


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("pull_request", pull(number="7")),
        ("pull_request", pull(number=True)),
        ("pull_request", pull(number=-7)),
        ("pull_request", pull(number=2**64)),
        ("pull_request", pull(head={"sha": "--output=x"})),
        ("pull_request", pull(head={"sha": B + "\n"})),
        ("pull_request", pull(base=[])),
        ("pull_request", pull("closed", merged=True, merge_commit_sha=None)),
        ("pull_request", {"action": "opened"}),
        ("pull_request", {"action": ["opened"]}),
        ("push", push(after="$(id)")),
        ("workflow_run", ran(id="11; rm")),
        ("workflow_run", ran(head_sha=None)),
        ("workflow_run", ran(event={})),
    ],
)
def test_an_event_that_lacks_what_its_kind_has_is_told(name: str, said: dict[str, Any]) -> None:
    with pytest.raises(EventGarbled):
        read_event(name, json.dumps(said).encode())


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("push", b""),
        ("push", b"[" * 100_000),
        ("push", b"[]"),
        ("push", b"\xff{}"),
        ("push", b"9" * 5000),
        ("push", b" " * (events.LIMIT + 1)),
        ("push\n::error::x", b"{}"),
        ("", b"{}"),
    ],
)
def test_what_is_no_event_is_told(name: str, text: bytes) -> None:
    with pytest.raises(EventGarbled) as refused:
        read_event(name, text)
    assert "\n" not in str(refused.value)


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=10,
)


@given(
    st.sampled_from([*events.ACTIVITIES]),
    st.dictionaries(
        st.sampled_from(["pull_request", "workflow_run", "repository", "ref", "after", "deleted"]), json_values
    ),
)
def test_no_event_does_worse_than_being_refused(kind: tuple[str, str | None], said: dict[str, Any]) -> None:
    name, action = kind
    try:
        decide(read_event(name, json.dumps(said | {"action": action}).encode()))
    except EventGarbled:
        return


@pytest.mark.parametrize(("mode", "does"), [("comment", "comment"), ("outcome", "outcome"), ("baseline", "baseline")])
def test_a_mode_overrides_the_table(mode: str, does: Activity) -> None:
    event = read_event("pull_request", json.dumps(pull("opened")).encode())
    assert decide(event, mode).activity == does


@pytest.mark.parametrize(("mode", "hint"), [("post", "on: workflow_run"), ("pr", "write auto or comment")])
def test_a_mode_that_does_not_fit_is_a_usage_error(mode: str, hint: str) -> None:
    event = read_event("pull_request", json.dumps(pull("opened")).encode())
    with pytest.raises(UsageError) as refused:
        decide(event, mode)
    assert hint in str(refused.value)
