"""What a run of the Action does and says, without a runner: events and variables in; a GitHub of our own; files out."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from ai_quality.action import running
from ai_quality.pipeline import posting
from tests.github import world
from tests.github.fake import REPOSITORY, TOKEN, FakeGitHub
from tests.histories import C, History, build, run_git
from tests.pulls import bodies, followed, github, left_behind, made, pull

NOW = datetime(2026, 3, 1)  # noqa: DTZ001 (naive UTC)


@pytest.fixture(scope="module")
def story(tmp_path_factory: pytest.TempPathFactory) -> History:
    return made(tmp_path_factory.mktemp("story") / "widgets")


@pytest.fixture
def fake(story: History) -> FakeGitHub:
    return github(story)


class Ran(NamedTuple):
    """How a run went."""

    status: int
    log: str
    outputs: Mapping[str, str]
    summary: str


class Machine:
    """Runs the Action's own program as action/run.sh would, in this process."""

    def __init__(self, place: Path, address: str) -> None:
        self.place, self.address, self.count = place, address, 0

    def run(self, at: Path, name: str, event: object, run: int = 11, **inputs: str) -> Ran:
        self.count += 1
        here = self.place / str(self.count)
        here.mkdir()
        (here / "event.json").write_text(json.dumps(event), encoding="utf-8")
        environ = {
            "GITHUB_EVENT_NAME": name, "GITHUB_EVENT_PATH": str(here / "event.json"), "GITHUB_RUN_ID": str(run),
            "GITHUB_OUTPUT": str(here / "outputs"), "GITHUB_STEP_SUMMARY": str(here / "summary.md"),
            "RUNNER_TEMP": str(here), "GITHUB_REPOSITORY": REPOSITORY, "GITHUB_SERVER_URL": "https://git.example.com",
            "GITHUB_API_URL": self.address, "INPUT_GITHUB_TOKEN": TOKEN,
        } | {f"INPUT_{name.upper()}": value for name, value in inputs.items()}  # fmt: skip
        lines: list[str] = []
        status = running.run(environ, at, NOW, lines.append)
        said = {name: (here / name).read_text(encoding="utf-8") if (here / name).exists() else ""
                for name in ("outputs", "summary.md")}  # fmt: skip
        outputs = dict(line.split("=", 1) for line in said["outputs"].splitlines())
        return Ran(status, "\n".join(lines), outputs, said["summary.md"])


@pytest.fixture
def machine(fake: FakeGitHub, tmp_path: Path) -> Iterator[Machine]:
    with fake.serve() as address:
        yield Machine(tmp_path, address)


def test_the_reports_are_files_and_every_number_is_in_one(machine: Machine, story: History) -> None:
    done = machine.run(story.path, "pull_request", pull(story))
    assert (done.status, done.outputs["activity"]) == (0, "comment")
    assert json.loads(Path(done.outputs["report-json"]).read_text(encoding="utf-8"))["head"] == story.ids["X"]
    assert Path(done.outputs["report-md"]).read_text(encoding="utf-8") == done.summary
    assert "artifact-file" not in done.outputs


def test_settings_are_those_of_the_base_and_not_of_the_change(
    machine: Machine, fake: FakeGitHub, story: History
) -> None:
    machine.run(story.path, "pull_request", pull(story))
    assert len(bodies(fake)) == 1, "the change itself says `comment: off`"


def test_no_line_of_the_log_is_the_changes_own(machine: Machine, story: History) -> None:
    done = machine.run(story.path, "pull_request", pull(story, head="Y"))
    for line in done.log.splitlines():
        assert line.startswith(("ai-quality: ", "::notice title=ai-quality::", "::warning title=ai-quality::"))
        assert "not ours" not in line


@pytest.mark.parametrize(("comment", "count"), [("off", 0), ("changes", 0), ("always", 1)])
def test_a_change_without_news_is_commented_only_when_asked(
    machine: Machine, fake: FakeGitHub, story: History, comment: str, count: int
) -> None:
    plain = pull(story, base="B", head="D")
    done = machine.run(story.path, "pull_request", plain, comment=comment)
    assert (done.status, len(bodies(fake))) == (0, count)
    assert done.summary, "the summary is there in any case"
    assert done.outputs["comment-written"] == str(bool(count)).lower()


def test_off_writes_nothing_and_asks_nothing(machine: Machine, fake: FakeGitHub, story: History) -> None:
    done = machine.run(story.path, "pull_request", pull(story), comment="off")
    assert (done.outputs["comment-written"], fake.seen) == ("false", [])


@pytest.mark.parametrize(
    ("fork", "words"),
    [(True, "::notice title=ai-quality::a fork's run may not comment"),
     (False, "permissions: pull-requests: write")],
)  # fmt: skip
def test_without_the_right_to_comment_the_numbers_are_handed_on(
    machine: Machine, fake: FakeGitHub, story: History, fork: bool, words: str
) -> None:
    fake.may_write = False
    done = machine.run(story.path, "pull_request", pull(story, fork=fork))
    assert (done.status, done.outputs["comment-written"]) == (0, "false")
    assert words in done.log
    handed = Path(done.outputs["artifact-file"])
    assert handed.name == posting.MEMBER
    assert json.loads(handed.read_text(encoding="utf-8"))["head"] == story.ids["X"]


def test_without_a_token_too(machine: Machine, fake: FakeGitHub, story: History) -> None:
    done = machine.run(story.path, "pull_request", pull(story), github_token="")
    assert (done.status, done.outputs["comment-written"]) == (0, "false")
    assert Path(done.outputs["artifact-file"]).exists()
    assert fake.seen == []


@pytest.mark.parametrize("status", [404, 422, 451])
def test_a_forge_that_refuses_fails_no_workflow(
    machine: Machine, fake: FakeGitHub, story: History, status: int
) -> None:
    fake.fail("comments", status, times=99, message="No\n::error::not ours")
    done = machine.run(story.path, "pull_request", pull(story))
    assert (done.status, done.outputs["comment-written"]) == (0, "false")
    assert "::warning title=ai-quality::the comment could not be written" in done.log
    assert done.outputs["verdict"]
    assert "\n::error" not in done.log


def test_a_change_that_is_over_is_said_so_and_opens_no_comment(
    machine: Machine, fake: FakeGitHub, story: History
) -> None:
    closed = pull(story, action="closed")
    assert machine.run(story.path, "pull_request", closed).outputs["activity"] == "outcome"
    assert bodies(fake) == []
    machine.run(story.path, "pull_request", pull(story))
    assert machine.run(story.path, "pull_request", closed, 12).outputs["comment-written"] == "true"
    (body,) = bodies(fake)
    assert "closed" in body.splitlines()[1].lower()


USAGE = "AI-Usage: id=u2345; agent=claude-code; req=3; in=12; cr=0; cw=0; out=450; usd=0.5; ev=paths"


@pytest.fixture
def noted(tmp_path: Path) -> History:
    """A change whose cost is in a trailer and in a note, as a squash (S) and as a merge (M) of it landed."""
    rows = [
        C("A", f="a", files={".ai-quality.yml": b"usage: notes\n"}),
        C("E", f="a b"),
        C("W", "A", g="x", ai="claude", trailers=[USAGE]),
        C("X", "W", g="x y", ai="claude"),
        C("S", "E", g="x y", message="Change (#7)"),
        C("M", "E X", message="Merge pull request #7 from stranger/topic"),
    ]
    story = build(tmp_path / "r", rows, refs={"refs/heads/squash": "S", "refs/heads/topic": "X"})
    story.git("notes", "--ref=ai-quality", "add", "-m", USAGE.replace("u2345", "u6789"), story.ids["X"])
    return story


def notes_on(story: History, name: str) -> list[str]:
    listed = story.git("notes", "--ref=ai-quality", "list").splitlines()
    found = [line for line in listed if line.endswith(story.ids[name])]
    return story.git("notes", "--ref=ai-quality", "show", story.ids[name]).splitlines() if found else []


def test_what_a_squashed_change_cost_is_noted_on_its_commit_once(machine: Machine, noted: History) -> None:
    merged = pull(noted, action="closed", merged=True, merge_commit_sha=noted.ids["S"])
    done = machine.run(noted.path, "pull_request", merged)
    assert (done.status, done.outputs["noted"]) == (0, "true"), done.log
    assert sorted(notes_on(noted, "S")) == [USAGE, USAGE.replace("u2345", "u6789")]
    again = machine.run(noted.path, "pull_request", merged)
    assert again.outputs["noted"] == "false"
    assert len(notes_on(noted, "S")) == 2


def test_a_merge_keeps_the_commits_and_needs_no_note(machine: Machine, noted: History) -> None:
    merged = pull(noted, action="closed", merged=True, merge_commit_sha=noted.ids["M"])
    assert machine.run(noted.path, "pull_request", merged).outputs["noted"] == "false"
    closed = pull(noted, action="closed")
    assert "noted" not in machine.run(noted.path, "pull_request", closed).outputs
    assert (notes_on(noted, "M"), notes_on(noted, "S")) == ([], [])


def test_the_cost_in_notes_is_the_changes_cost(machine: Machine, noted: History) -> None:
    done = machine.run(noted.path, "pull_request", pull(noted), comment="off")
    assert (done.outputs["cost-usd"], done.outputs["tokens"]) == ("1.0", "924")


def test_a_failed_policy_is_a_failure_only_where_that_is_asked_for(tmp_path: Path) -> None:
    rows = [C(f"B{n}", f=f"{n}", day=n, ai="claude", message=f"Change {n}") for n in range(40)]
    late = [C("Z", f="z", day=120), C("X", f="x", day=121)]
    settings = C("P", files={".ai-quality.yml": b"period-days: 180\npolicy: {max-rework-rate: 0.01}\n"}, day=119)
    story = build(tmp_path / "r", [*rows, settings, *late])
    event = pull(story, base="Z")
    machine = Machine(tmp_path, "http://127.0.0.1:9")
    for fail_on, status, level in (("", 0, "notice"), ("never", 0, "notice"), ("policy", 1, "error")):
        done = machine.run(story.path, "pull_request", event, fail_on=fail_on, comment="off")
        assert done.status == status, done.log
        assert f"::{level} title=ai-quality::policy: " in done.log


@pytest.mark.parametrize(
    ("inputs", "words"),
    [
        ({"mode": "everything"}, "write auto or comment"),
        ({"mode": "post"}, "it needs `on: workflow_run`"),
        ({"comment": "loud"}, "write changes or always or off"),
        ({"config": "no-such.yml"}, "commit it there first"),
        ({"config": "f.py"}, "f.py"),
    ],
)
def test_wrong_settings_fail(machine: Machine, story: History, inputs: dict[str, str], words: str) -> None:
    done = machine.run(story.path, "pull_request", pull(story), 11, **inputs)
    assert done.status == 2
    assert done.log.startswith("::error title=ai-quality::")
    assert words in done.log


def test_a_shallow_checkout_is_refused_with_the_lines_to_write(
    machine: Machine, story: History, tmp_path: Path
) -> None:
    shallow = tmp_path / "shallow"
    run_git(tmp_path, "clone", "-q", "--depth=1", f"file://{story.path}", str(shallow))
    done = machine.run(shallow, "pull_request", pull(story))
    assert done.status == 0
    assert "fetch-depth: 0" in done.log
    assert "```yaml\n- uses: actions/checkout@" in done.summary


def test_a_checkout_without_the_change_says_so(machine: Machine, story: History) -> None:
    gone = pull(story) | {"pull_request": pull(story)["pull_request"] | {"head": {"sha": "0" * 40}}}
    done = machine.run(story.path, "pull_request", gone)
    assert done.status == 0
    assert "is not in this checkout" in done.log


@pytest.mark.parametrize("event", [{}, {"action": "opened"}, {"action": "opened", "pull_request": {"number": "7"}}, []])
def test_an_event_that_is_none_fails_nothing(machine: Machine, story: History, event: object) -> None:
    done = machine.run(story.path, "pull_request", event)
    assert (done.status, done.outputs.get("comment-written", "false")) == (0, "false")


def test_the_branch_is_measured_with_its_report_in_the_summary(machine: Machine, story: History) -> None:
    event = {"ref": "refs/heads/main", "after": story.ids["L"], "repository": {"default_branch": "main"}}
    done = machine.run(story.path, "push", event)
    assert (done.status, done.outputs["activity"]) == (0, "baseline")
    assert done.summary.startswith("#")
    assert json.loads(Path(done.outputs["report-json"]).read_text(encoding="utf-8"))["rev"] == story.ids["L"]


# --- the poster ------------------------------------------------------------------------------------


@pytest.fixture
def handed(machine: Machine, fake: FakeGitHub, story: History) -> dict[str, Any]:
    """What a fork's run leaves behind."""
    fake.may_write = False
    done = machine.run(story.path, "pull_request", pull(story))
    fake.may_write = True
    read: dict[str, Any] = json.loads(Path(done.outputs["artifact-file"]).read_text(encoding="utf-8"))
    return read


def post(machine: Machine, fake: FakeGitHub, story: History, left: object) -> Ran:
    left_behind(fake, story, json.dumps(left))
    return machine.run(machine.place, "workflow_run", followed(story), 12, mode="post")


def test_a_forks_numbers_are_posted(machine: Machine, fake: FakeGitHub, story: History, handed: dict[str, Any]) -> None:
    done = post(machine, fake, story, handed)
    assert (done.status, done.outputs["comment-written"]) == (0, "true"), done.log
    (body,) = bodies(fake)
    assert body.startswith(f"{posting.MARKER}head={story.ids['X'][:7]} run=11 ")


@pytest.mark.parametrize(
    "forged",
    [{"head": "f" * 40}, {"version": "1.0 <img src=x>"}, {"pull": 8}, {"notes": ["@octo-org/all"]}, None],
    ids=["a swapped artifact", "free text", "a number of its own", "a mention", "no artifact of ours"],
)
def test_what_a_fork_forges_is_not_posted(
    machine: Machine, fake: FakeGitHub, story: History, handed: dict[str, Any], forged: dict[str, object] | None
) -> None:
    fake.pulls[8] = world.Pull(8, [world.Commit("other")], branch="other")
    done = post(machine, fake, story, {"hello": "world"} if forged is None else handed | forged)
    assert (done.status, done.outputs["comment-written"]) == (0, "false")
    assert fake.comments == {}, "and the pull request is never the artifact's choice"
    assert done.log.startswith("::warning title=ai-quality::")


def test_the_run_is_the_forges_word(machine: Machine, fake: FakeGitHub, story: History, handed: dict[str, Any]) -> None:
    post(machine, fake, story, handed | {"run": 10**12})
    assert "run=11 " in bodies(fake)[0], "a fork cannot outlive later runs"


def test_numbers_for_a_head_that_has_moved_on_are_dropped(
    machine: Machine, fake: FakeGitHub, story: History, handed: dict[str, Any]
) -> None:
    fake.pulls[7].commits.append(world.Commit("newer"))
    done = post(machine, fake, story, handed)
    assert (done.status, bodies(fake)) == (0, [])
    assert "no open pull requests have what the run measured" in done.log


def test_a_poster_without_a_token_says_so(machine: Machine, story: History) -> None:
    done = machine.run(machine.place, "workflow_run", followed(story), mode="post", github_token="")
    assert (done.status, "no token" in done.log) == (0, True)
