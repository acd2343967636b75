"""What a run is to do, from the event that started it: a pure table. Reads no file, no variable, no clock.

An event's text is hostile: whoever opens a pull request words most of it. Only what is needed is taken out of
it, each field by its pattern; branch names, titles and logins stay behind.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal, NamedTuple

from ai_quality.errors import EnvironmentProblem, UsageError

LIMIT = 32 * 1024 * 1024
"""Bytes; GitHub delivers no payload over 25 MB."""

MOST = 2**53

Activity = Literal["comment", "outcome", "baseline", "post", "nothing"]
"""Review a change; record what became of it; measure the branch; post what a fork's run may not; stay quiet."""

ACTIVITIES: Mapping[tuple[str, str | None], Activity] = {
    ("pull_request", "opened"): "comment",
    ("pull_request", "synchronize"): "comment",
    ("pull_request", "reopened"): "comment",
    ("pull_request", "ready_for_review"): "comment",
    ("pull_request", "closed"): "outcome",
    ("push", None): "baseline",
    ("schedule", None): "baseline",
    ("workflow_dispatch", None): "baseline",
    ("workflow_run", "completed"): "post",
}
"""By event and its `action`. Whatever is not here is a quiet success: a merge queue waits for every check."""

UNPRIVILEGED = frozenset({"pull_request", "push", "schedule", "workflow_dispatch"})
"""Events whose runs may read a cache. action.yml spells the same list, a test compares them."""


class EventGarbled(EnvironmentProblem):
    """The event's text lacks what its kind always has."""


@dataclass(frozen=True, slots=True)
class PullRequest:
    """A pull request as its event tells; `merge_commit` only once it is merged, `fork` when its head is elsewhere."""

    number: int
    base: str
    head: str
    merged: bool
    merge_commit: str | None
    fork: bool


@dataclass(frozen=True, slots=True)
class WorkflowRun:
    """The run that a poster follows: its id, the event it ran for, what it measured."""

    id: int
    event: str
    head: str


@dataclass(frozen=True, slots=True)
class Event:
    """What started this run. `branch` is what a push went to, None for a tag; `after` its new tip, None: deleted."""

    name: str
    action: str | None
    default_branch: str | None = None
    branch: str | None = None
    after: str | None = None
    pull_request: PullRequest | None = None
    workflow_run: WorkflowRun | None = None


class Decision(NamedTuple):
    """What to do, and why nothing where it is nothing."""

    activity: Activity
    why: str


def decide(event: Event, mode: str = "auto") -> Decision:
    """Return what a run for this event is to do; a `mode` other than auto says it, where the event allows that."""
    if mode != "auto":
        return Decision(_forced(event, mode), "")
    activity = ACTIVITIES.get((event.name, event.action))
    if activity is None:
        said = f"{event.name} ({event.action})" if event.action else event.name
        return Decision("nothing", f"nothing to do for {said}")
    if event.name == "push" and event.after is None:
        return Decision("nothing", "the branch was deleted")
    if event.name == "push" and (event.branch is None or event.branch != event.default_branch):
        return Decision("nothing", "only pushes to the default branch are measured")
    if event.workflow_run and event.workflow_run.event != "pull_request":
        return Decision("nothing", "the run before this one was for no pull request")
    return Decision(activity, "")


def _forced(event: Event, mode: str) -> Activity:
    needs: Mapping[str, tuple[Activity, bool, str]] = {
        "comment": ("comment", event.pull_request is not None, "pull_request"),
        "outcome": ("outcome", event.pull_request is not None, "pull_request"),
        "baseline": ("baseline", True, ""),
        "post": ("post", event.workflow_run is not None, "workflow_run"),
    }
    if mode not in needs:
        raise UsageError(f"mode is {mode[:40]!r}", hint=f"write auto or {' or '.join(needs)}")
    activity, is_given, wanted = needs[mode]
    if not is_given:
        raise UsageError(f"mode: {mode} does not go with the event {event.name}", hint=f"it needs `on: {wanted}`")
    return activity


def read_event(name: str, text: bytes) -> Event:
    """Return the event whose JSON is `text`; EventGarbled where it does not fit its name."""
    if not re.fullmatch(r"[a-z_]{1,64}", name):
        raise EventGarbled("GITHUB_EVENT_NAME is no event's name", hint="run this in a workflow, or unset it")
    said = _parsed(text)
    action = said.get("action") if name in {"pull_request", "workflow_run"} else None
    if action is not None and not re.fullmatch(r"[a-z_]{1,64}", str(action)):
        raise _garbled("action")
    if (name, action) not in ACTIVITIES:
        return Event(name, action)
    repository = _within(said, "repository")
    return Event(
        name,
        action,
        default_branch=_text(repository.get("default_branch")),
        branch=_branch(said.get("ref")),
        after=_after(said) if name == "push" else None,
        pull_request=_pull_request(said) if name == "pull_request" else None,
        workflow_run=_workflow_run(said) if name == "workflow_run" else None,
    )


def _parsed(text: bytes) -> dict[str, Any]:
    if len(text) > LIMIT:
        raise EventGarbled(f"the event is longer than {LIMIT} bytes", hint="no event of GitHub's is")
    try:
        said = json.loads(text)
    except (ValueError, RecursionError) as wrong:
        raise EventGarbled("the event is no JSON", hint="GITHUB_EVENT_PATH names the file") from wrong
    if not isinstance(said, dict):
        raise EventGarbled("the event is no JSON object", hint="GITHUB_EVENT_PATH names the file")
    return said


def _pull_request(said: dict[str, Any]) -> PullRequest:
    found = _within(said, "pull_request")
    base, head = _within(found, "base"), _within(found, "head")
    merged = found.get("merged") is True
    here, there = (_within(side, "repo").get("full_name") for side in (base, head))  # None: the fork is gone
    return PullRequest(
        number=_number(found, "number"),
        base=_commit(base, "sha"),
        head=_commit(head, "sha"),
        merged=merged,
        merge_commit=_commit(found, "merge_commit_sha") if merged else None,
        fork=here != there,
    )


def _workflow_run(said: dict[str, Any]) -> WorkflowRun:
    found = _within(said, "workflow_run")
    event = found.get("event")
    if not isinstance(event, str) or not re.fullmatch(r"[a-z_]{1,64}", event):
        raise _garbled("workflow_run.event")
    return WorkflowRun(_number(found, "id"), event, _commit(found, "head_sha"))


def _after(said: dict[str, Any]) -> str | None:
    return None if said.get("deleted") is True else _commit(said, "after")


def _branch(ref: object) -> str | None:
    named = _text(ref)
    return named.removeprefix("refs/heads/") if named and named.startswith("refs/heads/") else None


def _within(said: dict[str, Any], key: str) -> dict[str, Any]:
    found = said.get(key)
    return found if isinstance(found, dict) else {}


def _text(value: object) -> str | None:
    return value if isinstance(value, str) and len(value) <= 1024 else None  # noqa: PLR2004 (longer than any ref)


def _number(said: dict[str, Any], key: str) -> int:
    value = said.get(key)
    if type(value) is not int or not 0 < value < MOST:
        raise _garbled(key)
    return value


def _commit(said: dict[str, Any], key: str) -> str:
    value = said.get(key)
    if not isinstance(value, str) or not re.fullmatch(r"[0-9a-f]{40}(?:[0-9a-f]{24})?", value):
        raise _garbled(key)
    return value


def _garbled(key: str) -> EventGarbled:
    return EventGarbled(f"the event has no usable {key!r}", hint="run this in a workflow that GitHub started")
