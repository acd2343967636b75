"""One pull request for all tests of the Action: a history, its events, and a fake GitHub that knows it.

main is A B D E; X on B is the change, Y its next commit, M what a checkout makes of it, S what a squash makes of it.
"""

from __future__ import annotations

import io
import zipfile
from pathlib import Path
from typing import Any

from ai_quality.pipeline import posting
from tests.github import world
from tests.github.fake import REPOSITORY, FakeGitHub
from tests.histories import C, History, build

HOSTILE = "Change c @octo-org/all\n\n::error::not ours\n##[error]not ours"

ROWS = [
    C("A", files={"f.py": "a b c d", ".ai-quality.yml": b"period-days: 90\n"}, message="Start"),
    C("B", files={"f.py": "a B c d"}, ai="claude", message="Change b"),
    C("D", files={"f.py": "a B c d e"}, message="Add e"),
    C("X", "B", files={"f.py": "a B X d", ".ai-quality.yml": b"comment: off\n"}, ai="claude", message=HOSTILE),
    C("Y", "X", files={"f.py": "a Y X d"}, message="Change b again"),
    C("M", "D X", files={"f.py": "a B X d e"}, message="Merge x into d"),
    C("E", "D", files={"f.py": "a B c d e f"}, message="Add f"),
    C("S", "E", files={"f.py": "a B X d e f"}, message="Change c (#7)"),
    C("L", "E", files={"f.py": "a B c d e f g"}, message="Add g"),
]


class At(world.Commit):
    """A commit of the fake whose id is one of the history's."""

    @property
    def sha(self) -> str:
        return self.name


def made(path: Path) -> History:
    """The history as actions/checkout leaves it on a pull request: branches under origin, HEAD at the test merge."""
    refs = {"refs/remotes/origin/topic": "Y", "refs/remotes/pull/7/merge": "M", "refs/remotes/origin/main": "S"}
    return build(path, ROWS, refs=refs)


def github(story: History, **more: object) -> FakeGitHub:
    """A GitHub with the pull request, which a fork offers."""
    fake = FakeGitHub(**more)  # type: ignore[arg-type]  # its own keywords
    fake.pulls[7] = world.Pull(7, [At(story.ids["X"])], head="stranger/widgets", branch="topic")
    return fake


def bodies(fake: FakeGitHub) -> list[str]:
    """The texts under the pull request."""
    return [one.body for one in fake.comments.get(7, [])]


def pull(
    story: History, action: str = "opened", head: str = "X", base: str = "E", *, fork: bool = True, **more: object
) -> dict[str, Any]:
    """The event of the pull request."""
    change = {
        "number": 7,
        "base": {"sha": story.ids[base], "ref": "main", "repo": {"full_name": REPOSITORY}},
        "head": {"sha": story.ids[head], "repo": {"full_name": "stranger/widgets" if fork else REPOSITORY}},
        "merged": False,
    }
    repository = {"default_branch": "main", "full_name": REPOSITORY}
    return {"action": action, "number": 7, "pull_request": change | more, "repository": repository}


def followed(story: History, run: int = 11) -> dict[str, Any]:
    """The event of a run that follows the pull request's."""
    about = {"id": run, "event": "pull_request", "head_sha": story.ids["X"], "head_branch": "topic"}
    return {"action": "completed", "workflow_run": about, "repository": {"default_branch": "main"}}


def left_behind(fake: FakeGitHub, story: History, text: str) -> None:
    """Let a fork's run have left this as its numbers."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(posting.MEMBER, text)
    fake.runs[11] = world.Run(11, story.ids["X"], branch="topic")
    fake.artifacts.append(world.Artifact(1, 11, posting.ARTIFACT, packed.getvalue()))
