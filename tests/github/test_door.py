"""The http door: what it sends, to whom, how often; how long it waits; what its errors say."""

from __future__ import annotations

import contextlib
import gzip
from collections.abc import Callable
from dataclasses import replace

import httpx2
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ai_quality.errors import (
    AiQualityError,
    ForgeBusy,
    ForgeDown,
    ForgeGarbled,
    ForgeProblem,
    NotOnForge,
    NotPermitted,
    RefusedByForge,
    TokenRefused,
    UsageError,
)
from ai_quality.sources import github, web
from ai_quality.sources.github import GitHub, connect
from tests.github import world
from tests.github.fake import REPOSITORY, TOKEN, FakeGitHub
from tests.github.wire import Clock

PULL = "GET .*/pulls/7"


@pytest.fixture(autouse=True)
def pull(fake: FakeGitHub) -> None:
    fake.pulls[7] = world.Pull(7)


def door(answer: Callable[[httpx2.Request], httpx2.Response], clock: Clock | None = None) -> web.Door:
    clock = clock or Clock()
    client = httpx2.Client(transport=httpx2.MockTransport(answer), trust_env=False)
    return web.Door("https://api.github.com", "https://api.github.com/graphql", TOKEN, client, clock.sleep, clock)


# --- what is read ---------------------------------------------------------------------------------


def test_a_pull_request_is_read_as_rest_has_it(fake: FakeGitHub, forge: GitHub) -> None:
    fake.pulls[7] = world.Pull(7, opened=1, merged=3, draft=True, author="dependabot[bot]", labels=["bug"], head="a/b")
    found = forge.pull(7)
    assert found == forge.pulls_by_head("a", "feature", state="all")[0] == forge.pulls_of_commit(world.sha("head"))[0]
    assert found._asdict() == {
        "number": 7, "state": "merged", "is_draft": True, "opened": world.at(1), "closed": world.at(3),
        "merged": world.at(3), "base_branch": "main", "base_sha": world.sha("base"), "head_branch": "feature",
        "head_sha": world.sha("head"), "head_repository": "a/b", "merge_commit": world.sha("merge of 7"),
        "author_is_bot": True, "labels": ("bug",),
    }  # fmt: skip


@pytest.mark.parametrize(("end", "state"), [({}, "open"), ({"closed": 2}, "closed"), ({"merged": 2}, "merged")])
def test_the_state_of_a_pull_request(fake: FakeGitHub, forge: GitHub, end: dict[str, float], state: str) -> None:
    fake.pulls[7] = replace(world.Pull(7), **end)  # type: ignore[arg-type]
    found = forge.pull(7)
    assert (found.state, found.merge_commit is None) == (state, state != "merged")


def test_a_fork_and_an_author_that_are_gone_are_nobody() -> None:
    """GitHub sends null for both, though its description says that it never does."""
    said = world.rest_pull(world.Pull(7), whole=True) | {"user": None}
    said["head"]["repo"] = None
    found = GitHub(REPOSITORY, door(lambda _: httpx2.Response(200, json=said))).pull(7)
    assert (found.head_repository, found.author_is_bot) == (None, False)


@pytest.mark.parametrize(
    "change",
    [
        {"number": "7"}, {"number": -1}, {"number": True}, {"number": None}, {"created_at": "yesterday"},
        {"created_at": 5}, {"head": None}, {"head": []}, {"head": {"ref": "x", "sha": "--output=x", "repo": None}},
        {"labels": [{}]}, {"labels": None}, {"base": "main"},
    ],
)  # fmt: skip
def test_an_answer_of_another_form_is_told_and_nothing_guessed(change: dict[str, object]) -> None:
    said = world.rest_pull(world.Pull(7), whole=True) | change
    odd = GitHub(REPOSITORY, door(lambda _: httpx2.Response(200, json=said)))
    with pytest.raises(ForgeGarbled, match=r"not of the form it promises \(pull\)"):
        odd.pull(7)


WORDS = st.sampled_from(["number", "head", "sha", "user", "repo", "state", "artifacts", "id", "labels"])
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(WORDS, inner, max_size=4),
    max_leaves=8,
)


@given(JSON)
def test_no_json_makes_a_reader_fail_otherwise(said: object) -> None:
    odd = GitHub(REPOSITORY, door(lambda _: httpx2.Response(200, json=said)))
    for ask in (odd.pull, odd.run, odd.comments, lambda n: odd.artifact(n, "x", "x"), lambda _: odd.changes()):
        with contextlib.suppress(ForgeProblem):
            ask(7)


@pytest.mark.parametrize("content", [b"", b"<html>", b"[" * 100_000, b'{"number": ' + b"9" * 5000 + b"}", b"\xff"])
def test_an_answer_that_is_no_json_is_told(content: bytes) -> None:
    with pytest.raises(ForgeGarbled):
        GitHub(REPOSITORY, door(lambda _: httpx2.Response(200, content=content))).pull(7)


@pytest.mark.parametrize("packed", [False, True])
def test_an_answer_without_end_is_cut_off(packed: bool) -> None:
    content, headers = (gzip.compress(bytes(10_000_000)), {"Content-Encoding": "gzip"}) if packed else (b"x" * 1001, {})
    cautious = door(lambda _: httpx2.Response(200, content=content, headers=headers))
    cautious.most_bytes = 1000
    with pytest.raises(RefusedByForge, match="longer than 1000 bytes"):
        GitHub(REPOSITORY, cautious).pull(7)


# --- errors ---------------------------------------------------------------------------------------

KINDS = {
    401: TokenRefused, 403: NotPermitted, 404: NotOnForge, 410: NotOnForge, 422: RefusedByForge, 451: RefusedByForge,
    500: ForgeDown, 503: ForgeDown,
}  # fmt: skip


@pytest.mark.parametrize(("status", "kind"), KINDS.items())
def test_every_refusal_has_its_kind_and_a_sentence(
    fake: FakeGitHub, forge: GitHub, status: int, kind: type[ForgeProblem]
) -> None:
    fake.fail(PULL, status, times=9, message="Their reason")
    with pytest.raises(ForgeProblem) as raised:
        forge.pull(7)
    assert (type(raised.value), raised.value.status, raised.value.exit_status) == (kind, status, 3)
    assert "Their reason" in str(raised.value)
    assert f"HTTP {status}" in str(raised.value)


def test_what_a_forge_says_is_kept_to_one_short_printable_line(fake: FakeGitHub, forge: GitHub) -> None:
    fake.fail(PULL, 404, message="a\n::error::b\x1b[31m\u202e" + "c" * 500)
    with pytest.raises(NotOnForge) as raised:
        forge.pull(7)
    assert str(raised.value).isprintable()
    assert len(str(raised.value)) < 400


def _refusal(forge: GitHub) -> str:
    with pytest.raises(AiQualityError) as raised:
        forge.pull(99)
    return f"{raised.value!r} {raised.value} {raised.value.__cause__!r} {raised.value.__dict__}"


ROUTES_TO_A_TEXT: dict[str, Callable[[GitHub], object]] = {
    "the client": repr,
    "its door": lambda forge: repr(forge.door),
    "a refusal": _refusal,
}


@pytest.mark.parametrize("what", ROUTES_TO_A_TEXT)
def test_the_token_is_in_no_text_about(forge: GitHub, what: str) -> None:
    assert TOKEN not in str(ROUTES_TO_A_TEXT[what](forge))


def test_a_forge_that_echoes_the_token_does_not_get_it_into_a_log(fake: FakeGitHub, forge: GitHub) -> None:
    fake.fail(PULL, 404, message=f"no access with {TOKEN}")
    with pytest.raises(NotOnForge) as raised:
        forge.pull(7)
    assert TOKEN not in str(raised.value)


# --- again, and how long --------------------------------------------------------------------------


def test_reading_is_tried_four_times(fake: FakeGitHub, forge: GitHub) -> None:
    fake.fail(PULL, times=3)
    assert forge.pull(7).number == 7
    fake.fail(PULL, times=4)
    with pytest.raises(ForgeDown):
        forge.pull(7)
    assert fake.clock.waits == [1, 2, 4] * 2


def test_a_connection_that_was_never_made_may_be_tried_again_for_anything() -> None:
    tried: list[str] = []

    def answer(request: httpx2.Request) -> httpx2.Response:
        tried.append(request.method)
        if len(tried) < 3:
            raise httpx2.ConnectError("refused", request=request)
        return httpx2.Response(201, json=world.rest_comment(world.Comment(1, "hi")))

    assert GitHub(REPOSITORY, door(answer)).create_comment(7, "hi").id == 1
    assert tried == ["POST"] * 3


def test_silence_is_told_as_such(fake: FakeGitHub, forge: GitHub) -> None:
    fake.hang_up(PULL, times=9)
    with pytest.raises(ForgeDown, match=r"api\.github\.com gave no answer in time"):
        forge.pull(7)


def test_the_hours_limit_is_waited_for_when_it_ends_soon(fake: FakeGitHub, forge: GitHub) -> None:
    fake.left, fake.reset = 0, int(fake.clock.now) + 40
    assert forge.pull(7).number == 7
    assert fake.clock.waits == [41]


def test_the_hours_limit_is_not_waited_for_when_it_ends_late(fake: FakeGitHub, forge: GitHub) -> None:
    fake.left, fake.reset = 0, int(fake.clock.now) + 1800
    with pytest.raises(ForgeBusy, match="1801 s"):
        forge.pull(7)
    assert fake.clock.waits == []


LIMITS = [
    (403, {"Retry-After": "3"}, "whatever", 3.0),
    (429, {"Retry-After": "3"}, "whatever", 3.0),
    (429, {}, "whatever", 60.0),
    (403, {}, "You have exceeded a secondary rate limit. Please wait", 60.0),
    (403, {"Retry-After": "Wed, 21 Oct 2026 07:28:00 GMT"}, "whatever", 60.0),
    (403, {"Retry-After": "-5"}, "whatever", 60.0),
    (403, {"Retry-After": "1e3"}, "whatever", 60.0),
    (403, {"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": "0"}, "whatever", 1.0),
]


@pytest.mark.parametrize("limit", LIMITS)
def test_a_limit_is_known_by_its_status_its_headers_or_its_words(
    fake: FakeGitHub, forge: GitHub, limit: tuple[int, dict[str, str], str, float]
) -> None:
    status, headers, message, pause = limit
    fake.fail(PULL, status, headers=headers, message=message)
    assert forge.pull(7).number == 7
    assert fake.clock.waits == [pause]


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"X-RateLimit-Remaining": "12", "X-RateLimit-Reset": "0"},
        {"X-RateLimit-Remaining": "0"},
        {"Retry-After": ""},
    ],
)
def test_a_403_without_any_of_these_is_a_refusal(fake: FakeGitHub, forge: GitHub, headers: dict[str, str]) -> None:
    fake.fail(PULL, 403, headers=headers, message="Resource not accessible by integration")
    with pytest.raises(NotPermitted):
        forge.pull(7)
    assert fake.clock.waits == []


def test_patience_is_one_for_all_requests_of_a_client(fake: FakeGitHub, forge: GitHub) -> None:
    fake.fail(PULL, 429, headers={"Retry-After": "50"})
    forge.pull(7)
    fake.fail(PULL, 429, headers={"Retry-After": "50"})
    with pytest.raises(ForgeBusy, match="more than the 40 s left"):
        forge.pull(7)


def test_a_limit_that_never_ends_is_given_up(fake: FakeGitHub, forge: GitHub) -> None:
    fake.fail(PULL, 429, times=99, headers={"Retry-After": "0"})
    with pytest.raises(ForgeBusy, match="holds on"):
        forge.pull(7)
    assert len(fake.seen) == 4


def test_graphqls_own_limit_is_waited_for(fake: FakeGitHub, forge: GitHub) -> None:
    busy = b'{"errors": [{"type": "RATE_LIMITED", "message": "API rate limit exceeded"}]}'
    reset = {"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": str(int(fake.clock.now) + 9)}
    fake.fail("POST /graphql", 200, headers=reset, raw=busy)
    (comment,) = fake.say(7, "hello")
    known = forge.authorship([forge.comments(7).rows[0]])
    assert known == {comment.id: github.Authorship(is_ours=True, is_minimised=False)}
    assert fake.clock.waits == [10]


# --- other hosts ----------------------------------------------------------------------------------

ELSEWHERE = [
    "https://evil.example/repositories/1/pulls?page=2",
    "http://api.github.com/repositories/1/pulls?page=2",
    "https://api.github.com:8443/repositories/1/pulls",
    "https://api.github.com@evil.example/pulls",
    "https://user:pass@api.github.com/pulls",
    "//evil.example/pulls",
    "https://api.github.com.evil.example/pulls",
    "http://[",
    "file:///etc/passwd",
]


@pytest.mark.parametrize("link", ELSEWHERE)
def test_a_page_on_another_host_is_not_asked_for(link: str) -> None:
    asked: list[str] = []

    def answer(request: httpx2.Request) -> httpx2.Response:
        asked.append(str(request.url))
        return httpx2.Response(200, json=[], headers={"Link": f'<{link}>; rel="next"'})

    with pytest.raises(ForgeGarbled):
        GitHub(REPOSITORY, door(answer)).pulls_by_head("a", "b")
    assert len(asked) == 1


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_renamed_repository_is_followed_on_its_own_host(status: int) -> None:
    def answer(request: httpx2.Request) -> httpx2.Response:
        if "/repositories/" not in request.url.path:
            return httpx2.Response(status, headers={"Location": "https://api.github.com/repositories/5/pulls/7"})
        assert request.headers["Authorization"] == f"Bearer {TOKEN}"
        return httpx2.Response(200, json=world.rest_pull(world.Pull(7), whole=True))

    assert GitHub(REPOSITORY, door(answer)).pull(7).number == 7


@pytest.mark.parametrize("told", ["", "?state=all&head=a%3Ab&per_page=100"])
def test_what_was_asked_goes_along_to_the_new_address(told: str) -> None:
    asked: list[str] = []

    def answer(request: httpx2.Request) -> httpx2.Response:
        asked.append(str(request.url))
        if "/repositories/" not in request.url.path:
            return httpx2.Response(301, headers={"Location": f"https://api.github.com/repositories/5/pulls{told}"})
        return httpx2.Response(200, json=[])

    assert GitHub(REPOSITORY, door(answer)).pulls_by_head("a", "b", state="all") == []
    assert dict(httpx2.URL(asked[1]).params) == {"state": "all", "head": "a:b", "per_page": "100"}


@pytest.mark.parametrize("target", [*ELSEWHERE, "https://api.github.com/repos/octo-org/widgets/pulls/7", ""])
def test_a_redirect_to_another_host_or_in_circles_is_not_followed(target: str) -> None:
    asked: list[str] = []

    def answer(request: httpx2.Request) -> httpx2.Response:
        asked.append(request.url.host)
        return httpx2.Response(302, headers={"Location": target})

    with pytest.raises(ForgeProblem):
        GitHub(REPOSITORY, door(answer)).pull(7)
    assert set(asked) == {"api.github.com"}
    assert len(asked) <= 4


def test_a_write_is_not_sent_on_to_where_a_redirect_makes_it_a_read() -> None:
    moved = door(lambda _: httpx2.Response(301, headers={"Location": "/repositories/5/issues/7/comments"}))
    with pytest.raises(ForgeGarbled, match="has moved what we wanted to write to"):
        GitHub(REPOSITORY, moved).create_comment(7, "hi")


@pytest.mark.parametrize("target", ["http://blobs.example/x", "ftp://blobs.example/x", "gopher://x", ""])
def test_a_file_is_fetched_over_https_alone(target: str) -> None:
    asked: list[str] = []

    def answer(request: httpx2.Request) -> httpx2.Response:
        asked.append(str(request.url))
        return httpx2.Response(302, headers={"Location": target})

    with pytest.raises(ForgeProblem):
        door(answer).download("/repos/a/b/actions/artifacts/1/zip", limit=10)
    assert all(one.startswith("https://api.github.com/") for one in asked)


# --- from a workflow's variables ------------------------------------------------------------------


def connected(**named: str) -> GitHub:
    return connect({"GITHUB_REPOSITORY": REPOSITORY, **named}, token=TOKEN)


@pytest.mark.parametrize(
    ("named", "base", "graph"),
    [
        ({}, "https://api.github.com", "https://api.github.com/graphql"),
        ({"GITHUB_API_URL": ""}, "https://api.github.com", "https://api.github.com/graphql"),
        ({"GITHUB_API_URL": "https://ghe.corp/api/v3"}, "https://ghe.corp/api/v3", "https://ghe.corp/api/graphql"),
        ({"GITHUB_API_URL": "https://ghe.corp/api/v3/"}, "https://ghe.corp/api/v3", "https://ghe.corp/api/graphql"),
        (
            {"GITHUB_API_URL": "https://api.octo.ghe.com"},
            "https://api.octo.ghe.com",
            "https://api.octo.ghe.com/graphql",
        ),
        ({"GITHUB_API_URL": "http://127.0.0.1:80/api/v3"}, "http://127.0.0.1/api/v3", "http://127.0.0.1/api/graphql"),
        (
            {"GITHUB_API_URL": "https://ghe.corp/api/v3", "GITHUB_GRAPHQL_URL": "https://ghe.corp/x/graphql"},
            "https://ghe.corp/api/v3",
            "https://ghe.corp/x/graphql",
        ),
    ],
)
def test_the_address_comes_from_the_runner(named: dict[str, str], base: str, graph: str) -> None:
    found = connected(**named)
    assert (found.door.base, found.door.graph) == (base, graph)


@pytest.mark.parametrize(
    ("address", "says"),
    [
        ("ghe.corp", "is no address"),
        ("https://", "is no address"),
        ("ftp://ghe.corp/api/v3", "is no address"),
        ("https://ghe.corp:x/api/v3", "is no address"),
        ("https://github.com", "the site, not its interface"),
        ("https://ghe.corp/api", "ends in '/api'"),
        ("https://ghe.corp/api/v3/repos/a/b", "ends in '/api/v3/repos/a/b'"),
        ("https://ghe.corp/api/graphql", "set it to https://ghe.corp/api/v3"),
        ("https://ghe.corp/api/v3?x=1", "more in it than a host and a path"),
        ("https://me:secret@ghe.corp/api/v3", "more in it than a host and a path"),
        ("http://ghe.corp/api/v3", "unencrypted"),
        ("http://127.0.0.1.evil.example/api/v3", "unencrypted"),
    ],
)
def test_an_odd_address_is_told_with_the_right_one(address: str, says: str) -> None:
    with pytest.raises(UsageError, match="GITHUB_API_URL") as raised:
        connected(GITHUB_API_URL=address)
    assert says in str(raised.value)
    assert "secret" not in str(raised.value)


def test_graphql_on_another_host_is_refused() -> None:
    with pytest.raises(UsageError, match="one host only"):
        connected(GITHUB_GRAPHQL_URL="https://evil.example/graphql")


@pytest.mark.parametrize(
    "name", ["", "widgets", "a/b/c", "../x", "a/..", "a/.", "a b/c", "a/b?x", "a/b#c", "-/x", "a/b\n"]
)
def test_a_repository_is_named_by_owner_and_name(name: str) -> None:
    with pytest.raises(UsageError, match="GITHUB_REPOSITORY"):
        connect({"GITHUB_REPOSITORY": name}, token=TOKEN)


@pytest.mark.parametrize("token", ["a b", "a\nX-Evil: 1", "a\t", "käse", "x" * 1001])
def test_a_token_that_would_garble_a_header_is_refused_unseen(token: str) -> None:
    with pytest.raises(UsageError) as raised:
        connect({"GITHUB_REPOSITORY": REPOSITORY}, token=token)
    assert token not in str(raised.value)


@pytest.mark.parametrize("token", [None, ""])
def test_without_a_token_nobody_is_named(fake: FakeGitHub, token: str | None) -> None:
    with pytest.raises(TokenRefused):
        fake.connected(token=token).pull(7)
    assert "authorization" not in fake.seen[0].headers


def test_a_file_of_certificates_that_is_not_there_is_told() -> None:
    with pytest.raises(UsageError, match="SSL_CERT_FILE"):
        connected(SSL_CERT_FILE="/nowhere/ca.pem")


def test_every_request_names_us_and_the_version_it_speaks(fake: FakeGitHub, forge: GitHub) -> None:
    forge.pull(7)
    headers = fake.seen[0].headers
    assert (headers["user-agent"], headers["x-github-api-version"]) == ("ai-quality", "2022-11-28")
    assert headers["accept"] == "application/vnd.github+json"
