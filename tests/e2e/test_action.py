"""The Action as GitHub runs it: the real `act` runs action.yml and the recipes."""

from __future__ import annotations

import re

import pytest

from tests.acting import ROOT, Runner, runner
from tests.histories import C, History, build

RECIPES = ROOT / "action/recipes"

ROWS = [
    C("A", files={"f.py": "a b c d"}, message="Start"),
    C("B", files={"f.py": "a B c d"}, ai="claude", message="Change b"),
    C("D", files={"f.py": "a B c d e"}, message="Add e"),
    C("X", "B", files={"f.py": "a B X d"}, ai="claude", message="Change c"),
    C("M", "D X", files={"f.py": "a B X d e"}, message="Merge x into d"),
    C("E", "D", files={"f.py": "a B c d e f"}, message="Add f"),
]


@pytest.fixture(scope="module")
def machine(tmp_path_factory: pytest.TempPathFactory) -> Runner:
    return runner(tmp_path_factory.mktemp("machine"), GITHUB_API_URL="http://127.0.0.1:9")


@pytest.fixture(scope="module")
def story(tmp_path_factory: pytest.TempPathFactory) -> History:
    refs = {"refs/heads/topic": "X", "refs/remotes/pull/7/merge": "M"}
    return build(tmp_path_factory.mktemp("story") / "widgets", ROWS, refs=refs)


def test_a_nightly_run_measures_the_branch_and_keeps_its_facts(machine: Runner, story: History) -> None:
    done = machine.run(story.path, RECIPES / "nightly.yml", "schedule", {"schedule": "23 3 * * *"})
    assert done.status == 0, done.log
    assert done.outputs["activity"] == "baseline"
    assert f"saved ai-quality-facts-1-{story.ids['E']}" in done.log
    again = machine.run(story.path, RECIPES / "nightly.yml", "schedule", {"schedule": "23 3 * * *"})
    assert f"restored ai-quality-facts-1-{story.ids['E']}" in again.log
    assert "saved" not in again.log, "nothing new, nothing kept"


def test_a_merge_queue_waits_for_nobody(machine: Runner, story: History) -> None:
    event = {"action": "checks_requested", "merge_group": {"head_sha": story.ids["E"]}}
    workflow = machine.place / "queue.yml"
    text = (RECIPES / "minimal.yml").read_text(encoding="utf-8")
    workflow.write_text(re.sub(r"pull_request:\n    types: .*", "merge_group:", text, count=1), encoding="utf-8")
    done = machine.run(story.path, workflow, "merge_group", event)
    assert (done.status, done.outputs["activity"]) == (0, "nothing"), done.log
    assert "nothing to do for merge_group" in done.log


def pull(story: History, action: str = "opened", base: str = "E", head: str = "X") -> dict[str, object]:
    change = {
        "number": 7,
        "base": {"sha": story.ids[base], "ref": "main", "repo": {"full_name": "octo-org/widgets"}},
        "head": {"sha": story.ids[head], "ref": "topic", "repo": {"full_name": "octo-org/widgets"}},
        "merged": False,
    }
    return {"action": action, "number": 7, "pull_request": change, "repository": {"default_branch": "main"}}
