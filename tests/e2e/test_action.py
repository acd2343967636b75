"""The Action as GitHub runs it: the real `act` runs action.yml and the recipes, against a GitHub of our own.

The fake holds every request and answer against GitHub's own description; what does not fit fails the test that
made it. One history serves all: main is A B D E, the pull request is X on B, M what a checkout makes of it.
"""

from __future__ import annotations

import io
import json
import re
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from ai_quality.pipeline import posting
from tests.acting import ROOT, Acted, Runner, runner
from tests.github import world
from tests.github.fake import TOKEN, FakeGitHub
from tests.histories import C, History, build

RECIPES = ROOT / "action/recipes"
MINIMAL = RECIPES / "minimal.yml"

ROWS = [
    C("A", files={"f.py": "a b c d"}, message="Start"),
    C("B", files={"f.py": "a B c d"}, ai="claude", message="Change b"),
    C("D", files={"f.py": "a B c d e"}, message="Add e"),
    C("X", "B", files={"f.py": "a B X d"}, ai="claude", message="Change c @octo-org/all\n\n::error::not ours"),
    C("Y", "X", files={"f.py": "a Y X d"}, message="Change b again"),
    C("M", "D X", files={"f.py": "a B X d e"}, message="Merge x into d"),
    C("E", "D", files={"f.py": "a B c d e f"}, message="Add f"),
]


class At(world.Commit):
    """A commit of the fake whose id is one of the history's."""

    @property
    def sha(self) -> str:
        return self.name


@pytest.fixture(scope="module")
def story(tmp_path_factory: pytest.TempPathFactory) -> History:
    refs = {"refs/heads/topic": "Y", "refs/remotes/pull/7/merge": "M"}
    return build(tmp_path_factory.mktemp("story") / "widgets", ROWS, refs=refs)


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("machine")


@pytest.fixture(scope="module")
def machine(place: Path) -> Runner:
    return runner(place)


@pytest.fixture
def fake(story: History) -> FakeGitHub:
    """A GitHub with the pull request of the history, which a fork offers."""
    made = FakeGitHub()
    made.pulls[7] = world.Pull(7, [At(story.ids["X"])], head="stranger/widgets", branch="topic")
    return made


@pytest.fixture
def forge(fake: FakeGitHub, machine: Runner) -> Iterator[Runner]:
    """The machine, with the fake as its GitHub; what was asked wrongly raises at the end."""
    with fake.serve() as address:
        yield machine.knowing(GITHUB_API_URL=address, GITHUB_GRAPHQL_URL=f"{address}/graphql", INPUT_TOKEN=TOKEN)


def pull(story: History, action: str = "opened", head: str = "X", **more: object) -> dict[str, Any]:
    change = {
        "number": 7,
        "base": {"sha": story.ids["E"], "ref": "main", "repo": {"full_name": "octo-org/widgets"}},
        "head": {"sha": story.ids[head], "ref": "topic", "repo": {"full_name": "stranger/widgets"}},
        "merged": False,
    }
    return {
        "action": action, "number": 7, "pull_request": change | more,
        "repository": {"default_branch": "main", "full_name": "octo-org/widgets"},
    }  # fmt: skip


def bodies(fake: FakeGitHub) -> list[str]:
    return [one.body for one in fake.comments.get(7, [])]


def reviewed(forge: Runner, story: History, run: int = 11, **more: Any) -> Acted:  # noqa: ANN401 (as an event has it)
    done = forge.run(story.path, MINIMAL, "pull_request", pull(story, **more), GITHUB_RUN_ID=str(run))
    assert done.status == 0, done.log
    return done


def test_a_pull_request_gets_one_comment_that_later_runs_edit(forge: Runner, fake: FakeGitHub, story: History) -> None:
    first = reviewed(forge, story)
    (body,) = bodies(fake)
    assert body.startswith(f"{posting.MARKER}head={story.ids['X'][:7]} run=11 ")
    assert (first.outputs["activity"], first.outputs["comment-written"]) == ("comment", "true")
    assert first.outputs["verdict"] in body
    assert first.outputs["ai-share"] == "1.0"
    assert first.outputs["cost-usd"] == "", "unknown is never 0"
    assert "@octo-org/all" not in body
    writes = len(fake.written())

    again = reviewed(forge, story, 12)
    assert again.outputs["comment-written"] == "true"
    assert len(fake.written()) == writes, "an identical run writes nothing"

    reviewed(forge, story, 13, action="synchronize", head="Y")
    (edited,) = bodies(fake)
    assert "run=13" in edited
    assert edited != body

    late = reviewed(forge, story, 12)
    assert bodies(fake) == [edited], "a newer run wins"
    assert late.outputs["comment-written"] == "false"


def test_nothing_the_change_says_becomes_a_command_or_a_mention(
    forge: Runner, fake: FakeGitHub, story: History
) -> None:
    done = reviewed(forge, story)
    assert "not ours" not in "".join(done.commands)
    assert {line.split("::")[1].split(" ")[0] for line in done.commands if "::" in line} <= {"set-output", "notice"}
    assert "@octo-org/all" not in "".join(bodies(fake))


def test_without_the_right_to_comment_the_numbers_are_handed_on(
    forge: Runner, fake: FakeGitHub, story: History, place: Path
) -> None:
    fake.may_write = False
    done = reviewed(forge, story)
    assert done.outputs["comment-written"] == "false"
    assert "forks.yml posts" in done.log
    assert "### ⚪ Not enough history yet" in done.log, "the step summary says it all"
    handed = json.loads((place / "artifacts" / posting.ARTIFACT / posting.MEMBER).read_text(encoding="utf-8"))
    assert handed["head"] == story.ids["X"]
    home = {"sha": story.ids["X"], "ref": "topic", "repo": {"full_name": "octo-org/widgets"}}
    ours = reviewed(forge, story, head_=home)
    assert "permissions: pull-requests: write" in ours.log, "at home, a line is missing, and it is named"


def test_a_forge_that_fails_fails_no_workflow(forge: Runner, fake: FakeGitHub, story: History) -> None:
    fake.fail("comments", 404, times=99, message="Not Found")
    done = reviewed(forge, story)
    assert done.outputs["comment-written"] == "false"
    assert "the comment could not be written" in done.log


def followed(story: History, run: int = 11) -> dict[str, Any]:
    about = {"id": run, "event": "pull_request", "head_sha": story.ids["X"], "head_branch": "topic"}
    return {"action": "completed", "workflow_run": about, "repository": {"default_branch": "main"}}


def packed(text: str) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(posting.MEMBER, text)
    return made.getvalue()


@pytest.fixture
def empty(tmp_path: Path) -> History:
    """Where a poster runs: nothing is checked out."""
    return build(tmp_path / "empty", [])


@pytest.fixture(scope="module")
def handed(machine: Runner, story: History, place: Path) -> dict[str, Any]:
    """What a fork's run leaves behind."""
    fake = FakeGitHub()
    fake.may_write = False
    with fake.serve() as address:
        known = machine.knowing(GITHUB_API_URL=address, GITHUB_GRAPHQL_URL=f"{address}/graphql", INPUT_TOKEN=TOKEN)
        fake.pulls[7] = world.Pull(7)
        reviewed(known, story)
    text = (place / "artifacts" / posting.ARTIFACT / posting.MEMBER).read_text(encoding="utf-8")
    read: dict[str, Any] = json.loads(text)
    return read


def posted(forge: Runner, fake: FakeGitHub, story: History, empty: History, left: object) -> Acted:
    fake.runs[11] = world.Run(11, story.ids["X"], branch="topic")
    fake.artifacts.append(world.Artifact(1, 11, posting.ARTIFACT, packed(json.dumps(left))))
    done = forge.run(empty.path, RECIPES / "forks.yml", "workflow_run", followed(story), GITHUB_RUN_ID="12")
    assert done.status == 0, done.log
    return done


def test_a_forks_numbers_are_posted_by_a_second_run(
    forge: Runner, fake: FakeGitHub, story: History, empty: History, handed: dict[str, Any]
) -> None:
    done = posted(forge, fake, story, empty, handed)
    assert done.outputs["comment-written"] == "true", done.log
    (body,) = bodies(fake)
    assert body.startswith(f"{posting.MARKER}head={story.ids['X'][:7]} run=11 ")
    assert "restored" not in done.log, "a run with rights trusts no cache"


@pytest.mark.parametrize(
    "forged",
    [
        {"head": "f" * 40},
        {"pull": 8},
        {"version": "1.0 <img src=x>"},
        {"run": 99},
        {},
    ],
    ids=["a swapped artifact", "a forged number", "free text", "a forged run", "no artifact of ours"],
)
def test_what_a_fork_forges_is_not_posted(
    forge: Runner, fake: FakeGitHub, story: History, empty: History, handed: dict[str, Any], forged: dict[str, object]
) -> None:
    fake.pulls[8] = world.Pull(8, [world.Commit("other")], branch="other")
    done = posted(forge, fake, story, empty, handed | forged if forged else {"hello": "world"})
    assert 8 not in fake.comments, "the pull request is never the artifact's choice"
    if forged == {"run": 99}:
        assert "run=11 " in bodies(fake)[0], "the run is the forge's word"
    else:
        assert bodies(fake) == []
        assert done.outputs["comment-written"] != "true"


def test_numbers_for_a_head_that_has_moved_on_are_dropped(
    forge: Runner, fake: FakeGitHub, story: History, empty: History, handed: dict[str, Any]
) -> None:
    fake.pulls[7].commits.append(At(story.ids["Y"]))
    done = posted(forge, fake, story, empty, handed)
    assert bodies(fake) == []
    assert "no open pull requests have what the run measured" in done.log


def test_a_change_that_is_over_is_said_so_in_our_comment_and_opens_none(
    forge: Runner, fake: FakeGitHub, story: History
) -> None:
    reviewed(forge, story, action="closed")
    assert bodies(fake) == []
    reviewed(forge, story, 11)
    merged = reviewed(forge, story, 12, action="closed", merged=True, merge_commit_sha=story.ids["M"])
    assert merged.outputs["activity"] == "outcome"
    (body,) = bodies(fake)
    assert "run=12" in body
    assert "merged" in body.splitlines()[1].lower()


def test_a_nightly_run_measures_the_branch_and_keeps_its_facts(forge: Runner, story: History) -> None:
    nightly = (RECIPES / "nightly.yml", "schedule", {"schedule": "23 3 * * *"})
    done = forge.run(story.path, *nightly)
    assert done.status == 0, done.log
    assert done.outputs["activity"] == "baseline"
    again = forge.run(story.path, *nightly)
    assert f"restored ai-quality-facts-1-{story.ids['E']}" in again.log
    assert "saved" not in again.log, "nothing new, nothing kept"


def test_a_merge_queue_waits_for_nobody(forge: Runner, fake: FakeGitHub, story: History, tmp_path: Path) -> None:
    event = {"action": "checks_requested", "merge_group": {"head_sha": story.ids["E"]}}
    workflow = tmp_path / "queue.yml"
    text = MINIMAL.read_text(encoding="utf-8")
    workflow.write_text(re.sub(r"pull_request:\n    types: .*", "merge_group:", text, count=1), encoding="utf-8")
    done = forge.run(story.path, workflow, "merge_group", event)
    assert (done.status, done.outputs["activity"]) == (0, "nothing"), done.log
    assert "nothing to do for merge_group" in done.log
    assert fake.seen == []
