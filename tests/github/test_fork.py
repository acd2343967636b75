"""What a fork's run left behind is posted by a run that trusts nothing of it but numbers."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Callable
from dataclasses import replace

import pytest

from ai_quality.errors import ForgeGarbled, NotOnForge, RefusedByForge, UsageError
from ai_quality.model import Run
from ai_quality.pipeline.posting import ARTIFACT, MARKER, MEMBER, Posted, Words, post_for_run
from ai_quality.sources.github import ARTIFACT_LIMIT, GitHub, only_member
from tests.github import world
from tests.github.fake import FakeGitHub

RUN, PR, OTHER = 555, 12, 13
HEAD = world.Commit("fork head")
SAYS = json.dumps({"lines": 40}).encode()


def zipped(*files: tuple[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", method) as archive:
        for name, content in files:
            archive.writestr(name, content)
    return made.getvalue()


def speak(artifact: bytes, run: Run) -> Words:
    """As the Action does: numbers are read strictly, head and run are the forge's."""
    said = json.loads(artifact)
    if not isinstance(said, dict) or set(said) != {"lines"} or not isinstance(said["lines"], int):
        raise UsageError("this is no report of ours")
    return Words(f"{MARKER}head={run.head_sha} run={run.id} at=now -->\n{said['lines']} lines\n", has_news=True)


def posted(forge: GitHub) -> Posted:
    return post_for_run(forge, RUN, speak=speak)


@pytest.fixture(autouse=True)
def story(fake: FakeGitHub) -> FakeGitHub:
    """A fork's pull request, its finished run with an artifact, and another pull request."""
    fake.pulls[PR] = world.Pull(PR, [HEAD], head="stranger/widgets", branch="fix", author="stranger")
    fake.pulls[OTHER] = world.Pull(OTHER, [world.Commit("other head")], branch="other")
    fake.runs[RUN] = world.Run(RUN, HEAD.sha, branch="fix")
    leave(fake, zipped((MEMBER, SAYS)))
    return fake


def leave(fake: FakeGitHub, packed: bytes, *, name: str = ARTIFACT, says: int | None = None) -> None:
    fake.artifacts[:] = [world.Artifact(1, RUN, name, packed, says=says)]


def said(fake: FakeGitHub, number: int = PR) -> list[str]:
    return [one.body for one in fake.comments.get(number, [])]


def test_the_numbers_of_a_forks_run_reach_its_pull_request(fake: FakeGitHub, forge: GitHub) -> None:
    assert posted(forge) == Posted("created", 1)
    assert said(fake) == [f"{MARKER}head={HEAD.sha} run={RUN} at=now -->\n40 lines\n"]


def test_the_file_is_fetched_from_another_host_without_the_token(fake: FakeGitHub, forge: GitHub) -> None:
    posted(forge)
    (blob,) = [one for one in fake.seen if one.host != "https://api.github.com"]
    assert "authorization" not in blob.headers
    assert all("authorization" in one.headers for one in fake.seen if one is not blob)


def test_over_a_real_connection_too(fake: FakeGitHub) -> None:
    with fake.serve() as base, fake.connecting(base) as forge:
        assert posted(forge).outcome == "created"


@pytest.mark.parametrize("field", ["number", "pull_request", "head", "repository"])
def test_a_number_in_the_artifact_leads_nowhere(fake: FakeGitHub, forge: GitHub, field: str) -> None:
    leave(fake, zipped((MEMBER, json.dumps({"lines": 40, field: OTHER}).encode())))
    with pytest.raises(UsageError, match="no report of ours"):
        posted(forge)
    assert (said(fake, PR), said(fake, OTHER)) == ([], [])


def test_an_artifact_of_another_run_is_not_taken(fake: FakeGitHub, forge: GitHub) -> None:
    """Whoever swaps artifacts must do so within the run that the event names."""
    fake.artifacts[:] = [world.Artifact(1, RUN + 1, ARTIFACT, zipped((MEMBER, SAYS)))]
    assert posted(forge) == Posted("silent", None, "the run left nothing to post")


def test_an_artifact_of_another_name_is_not_taken(fake: FakeGitHub, forge: GitHub) -> None:
    """Servers before 2023 do not know the filter by name, and list all."""
    other = {"total_count": 1, "artifacts": [world.rest_artifact(replace(fake.artifacts[0], name="coverage"))]}
    fake.fail("GET .*/artifacts", 200, raw=json.dumps(other).encode())
    assert posted(forge) == Posted("silent", None, "the run left nothing to post")


def test_of_several_attempts_the_last_ones_artifact_counts(fake: FakeGitHub, forge: GitHub) -> None:
    fake.artifacts.append(world.Artifact(2, RUN, ARTIFACT, zipped((MEMBER, b'{"lines": 41}'))))
    posted(forge)
    assert "41 lines" in said(fake)[0]


def test_a_head_that_has_moved_on_is_dropped(fake: FakeGitHub, forge: GitHub) -> None:
    fake.pulls[PR].commits.append(world.Commit("pushed since"))
    assert posted(forge).outcome == "silent"
    assert said(fake) == []
    assert not any("artifacts" in one.path for one in fake.seen), "not even read"


DROPPED: dict[str, Callable[[FakeGitHub], object]] = {
    "closed": lambda fake: setattr(fake.pulls[PR], "closed", 3),
    "merged": lambda fake: setattr(fake.pulls[PR], "merged", 3),
    "of another fork with that branch": lambda fake: setattr(fake.pulls[PR], "head", "stranger/other"),
    "of another owner": lambda fake: setattr(fake.pulls[PR], "head", "somebody/widgets"),
    "of another branch": lambda fake: setattr(fake.pulls[PR], "branch", "fix2"),
    "offered to two branches": lambda fake: fake.pulls.update({14: replace(fake.pulls[PR], number=14, base="next")}),
    "no pull request": lambda fake: setattr(fake.runs[RUN], "event", "push"),
    "a pull_request_target": lambda fake: setattr(fake.runs[RUN], "event", "pull_request_target"),
}  # fmt: skip


@pytest.mark.parametrize("change", DROPPED)
def test_what_is_not_one_open_pull_request_at_just_that_commit_is_dropped(
    fake: FakeGitHub, forge: GitHub, change: str
) -> None:
    DROPPED[change](fake)
    found = posted(forge)
    assert (found.outcome, bool(found.why), fake.written()) == ("silent", True, [])


def test_a_run_of_a_fork_that_is_gone_is_dropped(fake: FakeGitHub, forge: GitHub) -> None:
    """GitHub has been seen to send null there, though its description says that it never does."""
    gone = world.rest_run(fake.runs[RUN]) | {"head_repository": None}
    fake.fail("GET .*/actions/runs", 200, raw=json.dumps(gone).encode())
    assert posted(forge).outcome == "silent"


def test_an_expired_artifact_is_nothing_to_post(fake: FakeGitHub, forge: GitHub) -> None:
    fake.artifacts[0].expired = True
    assert posted(forge).outcome == "silent"


def test_an_archive_that_the_list_calls_large_is_not_fetched(fake: FakeGitHub, forge: GitHub) -> None:
    leave(fake, zipped((MEMBER, SAYS)), says=10_000_000)
    with pytest.raises(RefusedByForge, match="10000000 bytes"):
        posted(forge)
    assert not any("zip" in one.path for one in fake.seen)


def test_an_archive_that_turns_out_large_is_not_read_to_its_end(fake: FakeGitHub, forge: GitHub) -> None:
    leave(fake, zipped((MEMBER, bytes(300_000)), method=zipfile.ZIP_STORED), says=900)
    with pytest.raises(RefusedByForge, match="longer than 131072 bytes"):
        posted(forge)


def test_a_bomb_is_not_unpacked(fake: FakeGitHub, forge: GitHub) -> None:
    bomb = zipped((MEMBER, bytes(50_000_000)))
    assert len(bomb) < 2 * ARTIFACT_LIMIT
    leave(fake, bomb)
    with pytest.raises(RefusedByForge, match="more than 65536 bytes"):
        posted(forge)
    assert said(fake) == []


def lying(packed: bytes, size: int) -> bytes:
    """The archive with another unpacked size in both of its headers."""
    local, central = packed.index(b"PK\x03\x04"), packed.index(b"PK\x01\x02")
    told = size.to_bytes(4, "little")
    changed = bytearray(packed)
    changed[local + 22 : local + 26] = changed[central + 24 : central + 28] = told
    return bytes(changed)


REFUSED: dict[str, bytes] = {
    "of more files": zipped((MEMBER, SAYS), ("more.json", b"{}")),
    "of no file": zipped(),
    "of another file": zipped(("evil.json", SAYS)),
    "of a file in a folder": zipped((f"x/{MEMBER}", SAYS)),
    "that climbs": zipped((f"../{MEMBER}", SAYS)),
    "one byte too large": zipped((MEMBER, bytes(ARTIFACT_LIMIT + 1))),
    "packed by bzip2": zipped((MEMBER, SAYS), method=zipfile.ZIP_BZIP2),
    "packed by lzma": zipped((MEMBER, SAYS), method=zipfile.ZIP_LZMA),
}
GARBLED: dict[str, bytes] = {
    "empty": b"",
    "no archive": b"PK\x03\x04 and so on",
    "half": zipped((MEMBER, SAYS))[:60],
    "larger than it says": lying(zipped((MEMBER, bytes(60_000))), 10),
    "spoilt": zipped((MEMBER, SAYS), method=zipfile.ZIP_STORED).replace(SAYS, b"x" * len(SAYS)),
    "encrypted": bytes(b | 1 if at in {6, zipped((MEMBER, SAYS)).index(b"PK\x01\x02") + 8} else b
                       for at, b in enumerate(zipped((MEMBER, SAYS)))),
}  # fmt: skip


@pytest.mark.parametrize("what", REFUSED)
def test_an_archive_is_refused_that_is(what: str) -> None:
    with pytest.raises(RefusedByForge):
        only_member(REFUSED[what], MEMBER)


@pytest.mark.parametrize("what", GARBLED)
def test_an_archive_cannot_be_read_that_is(what: str) -> None:
    with pytest.raises((ForgeGarbled, RefusedByForge)):
        only_member(GARBLED[what], MEMBER)


def test_a_size_is_looked_at_before_anything_is_unpacked() -> None:
    large = zipped((MEMBER, bytes(ARTIFACT_LIMIT + 1)), method=zipfile.ZIP_STORED)
    spoilt = large.replace(bytes(100), b"x" * 100, 1)
    with pytest.raises(RefusedByForge, match="more than"):
        only_member(spoilt, MEMBER)
    assert zipfile.ZipFile(io.BytesIO(spoilt)).testzip() == MEMBER, "reading it would have failed otherwise"


@pytest.mark.parametrize("method", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED])
def test_an_archive_of_just_the_limit_is_read(method: int) -> None:
    assert only_member(zipped((MEMBER, b"x" * ARTIFACT_LIMIT), method=method), MEMBER) == b"x" * ARTIFACT_LIMIT


def test_a_run_that_is_not_there_is_told(forge: GitHub) -> None:
    with pytest.raises(NotOnForge):
        post_for_run(forge, 1, speak=speak)


def test_a_poster_that_may_not_write_says_so(fake: FakeGitHub, forge: GitHub) -> None:
    fake.may_write = False
    assert posted(forge).outcome == "forbidden"
