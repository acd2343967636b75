"""The Action as GitHub runs it: the real `act` runs action.yml and the recipes, against a GitHub of our own.

The fake holds every request and answer against GitHub's own description; what does not fit fails the test that
made it. What needs no runner is in test_action_runs.py.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from ai_quality.pipeline import posting
from tests.acting import ROOT, Acted, Runner, runner
from tests.github import world
from tests.github.fake import TOKEN, FakeGitHub
from tests.histories import History, build
from tests.pulls import At, bodies, followed, github, left_behind, made, pull

RECIPES = ROOT / "action/recipes"
MINIMAL = RECIPES / "minimal.yml"


@pytest.fixture(scope="module")
def story(tmp_path_factory: pytest.TempPathFactory) -> History:
    return made(tmp_path_factory.mktemp("story") / "widgets")


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("machine")


@pytest.fixture(scope="module")
def machine(place: Path) -> Runner:
    return runner(place)


@pytest.fixture
def fake(story: History) -> FakeGitHub:
    return github(story)


@pytest.fixture
def forge(fake: FakeGitHub, machine: Runner) -> Iterator[Runner]:
    """The machine, with the fake as its GitHub; what was asked wrongly raises at the end."""
    with fake.serve() as address:
        yield machine.knowing(GITHUB_API_URL=address, GITHUB_GRAPHQL_URL=f"{address}/graphql", INPUT_TOKEN=TOKEN)


def reviewed(forge: Runner, story: History, run: int = 11, **more: Any) -> Acted:  # noqa: ANN401 (as an event has it)
    done = forge.run(story.path, MINIMAL, "pull_request", pull(story, **more), GITHUB_RUN_ID=str(run))
    assert done.status == 0, done.log
    return done


def test_a_pull_request_gets_one_comment_that_later_runs_edit(forge: Runner, fake: FakeGitHub, story: History) -> None:
    fake.say(7, *(f"a remark, number {number}" for number in range(249)), login="jane")
    fake.say(7, f"{posting.MARKER}head=0000000 run=999 at=x -->\nquoted by a stranger", login="jane")

    first = reviewed(forge, story)
    body = bodies(fake)[-1]
    assert len(bodies(fake)) == 251
    assert body.startswith(f"{posting.MARKER}head={story.ids['X'][:7]} run=11 ")
    assert (first.outputs["activity"], first.outputs["comment-written"]) == ("comment", "true")
    assert first.outputs["verdict"] in body
    assert first.outputs["ai-share"] == "1.0"
    assert first.outputs["cost-usd"] == "", "unknown is never 0"
    assert "@octo-org/all" not in body
    assert "not ours" not in "".join(first.commands), "no word of the change is a command"
    assert f"saved ai-quality-facts-1-{story.ids['E']}" in first.log

    writes = len(fake.written())
    fake.fail("GET .*/comments", 502)
    again = reviewed(forge, story, 12)
    assert again.outputs["comment-written"] == "true"
    assert len(fake.written()) == writes, "an identical run writes nothing"
    assert f"restored ai-quality-facts-1-{story.ids['E']}" in again.log
    assert "saved" not in again.log, "nothing new, nothing kept"

    fake.fail("PATCH", 403, headers={"Retry-After": "1"}, message="You have exceeded a secondary rate limit")
    reviewed(forge, story, 13, action="synchronize", head="Y")
    edited = bodies(fake)
    assert len(edited) == 251
    assert "run=13" in edited[-1]
    assert edited[-1] != body

    late = reviewed(forge, story, 12)
    assert bodies(fake) == edited, "a newer run wins"
    assert late.outputs["comment-written"] == "false"


@pytest.mark.parametrize(("status", "message"), [(404, "Not Found"), (422, "Body is too long")])
def test_a_forge_that_refuses_fails_no_workflow(
    forge: Runner, fake: FakeGitHub, story: History, status: int, message: str
) -> None:
    fake.fail("POST .*/comments", status, times=9, message=message)
    done = reviewed(forge, story)
    assert done.outputs["comment-written"] == "false"
    assert "the comment could not be written" in done.log
    assert message in done.log


def test_a_forks_numbers_are_handed_on_and_posted_by_a_second_run(
    forge: Runner, fake: FakeGitHub, story: History, place: Path, tmp_path: Path
) -> None:
    fake.may_write = False
    done = reviewed(forge, story)
    assert done.outputs["comment-written"] == "false"
    assert "forks.yml posts" in done.log
    handed = json.loads((place / "artifacts" / posting.ARTIFACT / posting.MEMBER).read_text(encoding="utf-8"))
    fake.may_write = True
    fake.pulls[8] = world.Pull(8, [world.Commit("other")], branch="other")
    nothing = build(tmp_path / "nothing", [])  # where a poster runs, nothing is checked out

    def posted(**forged: object) -> Acted:
        fake.artifacts.clear()
        left_behind(fake, story, json.dumps(handed | forged))
        second = forge.run(nothing.path, RECIPES / "forks.yml", "workflow_run", followed(story), GITHUB_RUN_ID="12")
        assert second.status == 0, second.log
        return second

    assert posted(pull=8).outputs["comment-written"] == "false", "a forged number"
    assert posted(head="f" * 40).outputs["comment-written"] == "false", "a swapped artifact"
    fake.pulls[7].commits.append(At(story.ids["Y"]))
    assert posted().outputs["comment-written"] == "false", "a stale head"
    fake.pulls[7].commits.pop()
    assert fake.comments == {}

    second = posted()
    assert second.outputs["comment-written"] == "true", second.log
    (body,) = bodies(fake)
    assert body.startswith(f"{posting.MARKER}head={story.ids['X'][:7]} run=11 ")
    assert "restored" not in second.log, "a run with rights trusts no cache"


def test_a_change_that_is_over_is_said_so_in_our_comment(forge: Runner, fake: FakeGitHub, story: History) -> None:
    closed = reviewed(forge, story, 10, action="closed")
    assert closed.outputs["activity"] == "outcome"
    assert bodies(fake) == [], "for a change that is over, none is opened"
    reviewed(forge, story, 11)
    reviewed(forge, story, 12, action="closed", merged=True, merge_commit_sha=story.ids["S"])
    (body,) = bodies(fake)
    assert "run=12" in body
    assert "merged" in body.splitlines()[1].lower()


def test_a_nightly_run_measures_the_branch(forge: Runner, story: History) -> None:
    done = forge.run(story.path, RECIPES / "nightly.yml", "schedule", {"schedule": "23 3 * * *"})
    assert done.status == 0, done.log
    assert done.outputs["activity"] == "baseline"
    assert f"saved ai-quality-facts-1-{story.ids['L']}" in done.log


def test_a_merge_queue_waits_for_nobody(forge: Runner, fake: FakeGitHub, story: History, tmp_path: Path) -> None:
    event = {"action": "checks_requested", "merge_group": {"head_sha": story.ids["E"]}}
    workflow = tmp_path / "queue.yml"
    text = MINIMAL.read_text(encoding="utf-8")
    workflow.write_text(re.sub(r"pull_request:\n    types: .*", "merge_group:", text, count=1), encoding="utf-8")
    done = forge.run(story.path, workflow, "merge_group", event)
    assert (done.status, done.outputs["activity"]) == (0, "nothing"), done.log
    assert "nothing to do for merge_group" in done.log
    assert fake.seen == []


def test_a_machine_without_a_python_gets_a_warning_and_a_green_check(forge: Runner, story: History) -> None:
    done = forge.run(story.path, MINIMAL, "pull_request", pull(story), AI_QUALITY_PYTHON="/no/such/python")
    assert done.status == 0, done.log
    assert "put actions/setup-python before ai-quality" in done.log
