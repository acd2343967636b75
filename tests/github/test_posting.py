"""One comment of ours under a pull request, whatever else is there and whatever goes wrong."""

from __future__ import annotations

import pytest

from ai_quality.errors import ForgeBusy, ForgeDown, NotOnForge, RefusedByForge, TokenRefused
from ai_quality.pipeline.posting import MARKER, Posted, run_of, upsert
from ai_quality.sources.github import GitHub
from tests.github import world
from tests.github.fake import FakeGitHub

PR = 7


OUR_OWN = b'{"viewerDidAuthor": true, "isMinimized": false}'
KNOWN = b'{"data": {"nodes": [%b, %b]}}' % (OUR_OWN, OUR_OWN)
REFUSED = b'{"data": {"minimizeComment": null}, "errors": [{"type": "FORBIDDEN", "message": "no"}]}'


def body(run: int, says: str = "All is well.", *, head: str = "3f2c9ab", at: str = "2026-11-22T12:04Z") -> str:
    return f"{MARKER}head={head} run={run} at={at} -->\n### {says}\n"


@pytest.fixture(autouse=True)
def pull(fake: FakeGitHub) -> world.Pull:
    return fake.pulls.setdefault(PR, world.Pull(PR))


def ours(fake: FakeGitHub) -> list[world.Comment]:
    return [one for one in fake.comments.get(PR, []) if one.login == fake.me and one.body.startswith(MARKER)]


# --- finding it again -----------------------------------------------------------------------------


@pytest.mark.parametrize("others", [0, 1, 31, 250])
def test_a_second_run_edits_the_first_ones_comment_however_many_follow(
    fake: FakeGitHub, forge: GitHub, others: int
) -> None:
    first = upsert(forge, PR, body(1), 1)
    fake.say(PR, *["Nice work!"] * others, login="reviewer")
    second = upsert(forge, PR, body(2, "Now it is better."), 2)
    assert (first.outcome, second) == ("created", Posted("edited", first.comment_id))
    assert [one.body for one in ours(fake)] == [body(2, "Now it is better.")]


@pytest.mark.parametrize("others", [0, 1, 31, 250])
def test_the_first_run_opens_one_comment_however_many_are_there(fake: FakeGitHub, forge: GitHub, others: int) -> None:
    fake.say(PR, *["Nice work!"] * others, login="reviewer")
    assert upsert(forge, PR, body(1), 1).outcome == "created"
    assert (len(ours(fake)), len(fake.comments[PR])) == (1, others + 1)


def test_pages_are_followed_to_where_github_links_them(fake: FakeGitHub, forge: GitHub) -> None:
    fake.say(PR, *["Nice work!"] * 250, login="reviewer")
    fake.say(PR, body(1))
    assert upsert(forge, PR, body(2, "Other words."), 2).outcome == "edited"
    paths = [one.path for one in fake.seen if one.method == "GET"]
    assert paths == [
        f"/repos/octo-org/widgets/issues/{PR}/comments",
        *[f"/repositories/1296269/issues/{PR}/comments"] * 2,
    ]


def test_a_stranger_who_quotes_our_marker_does_not_capture_the_comment(fake: FakeGitHub, forge: GitHub) -> None:
    (quote,) = fake.say(PR, body(999_999, "Costs nothing!"), login="stranger")
    assert upsert(forge, PR, body(2), 2).outcome == "created"
    assert quote.body == body(999_999, "Costs nothing!")
    assert upsert(forge, PR, body(3, "Other words."), 3).outcome == "edited"
    assert not quote.minimised


def test_another_workflow_under_the_same_login_is_left_alone(fake: FakeGitHub, forge: GitHub) -> None:
    (other,) = fake.say(PR, "<!-- coverage -->\n98 %")
    (quoting,) = fake.say(PR, "> " + body(9))
    assert upsert(forge, PR, body(2), 2).outcome == "created"
    assert (other.body, quoting.body) == ("<!-- coverage -->\n98 %", "> " + body(9))


def test_the_marker_of_another_version_or_tool_is_not_ours(fake: FakeGitHub, forge: GitHub) -> None:
    fake.say(PR, body(1).replace("v=1 ", "v=12 "), body(1).replace("ai-quality:pr", "ai-quality:prs"))
    assert upsert(forge, PR, body(2), 2).outcome == "created"


def test_a_person_who_writes_with_their_own_token_is_us_too(fake: FakeGitHub, forge: GitHub) -> None:
    fake.me = "release-manager"
    assert upsert(forge, PR, body(1), 1).outcome == "created"
    assert upsert(forge, PR, body(2, "Other words."), 2).outcome == "edited"


def test_more_comments_than_we_read_never_get_a_second_one_of_ours(fake: FakeGitHub, forge: GitHub) -> None:
    fake.page_cap = 10
    fake.say(PR, *["Nice work!"] * 200, login="reviewer")
    fake.say(PR, body(1))
    posted = upsert(forge, PR, body(2), 2)
    assert (posted.outcome, posted.comment_id, len(fake.written())) == ("silent", None, 0)
    assert "200 comments" in posted.why


# --- duplicates -----------------------------------------------------------------------------------


def test_of_several_the_newest_is_edited_and_older_ones_are_folded_away(fake: FakeGitHub, forge: GitHub) -> None:
    first, second = fake.say(PR, body(1), body(2), day=1)
    (newest,) = fake.say(PR, body(3), day=2)
    assert upsert(forge, PR, body(4, "Other words."), 4) == Posted("edited", newest.id)
    assert [one.minimised for one in (first, second, newest)] == [True, True, False]
    assert (first.body, second.body) == (body(1), body(2)), "nothing is deleted"


def test_what_is_folded_already_is_not_folded_again(fake: FakeGitHub, forge: GitHub) -> None:
    (old,) = fake.say(PR, body(1), day=1)
    old.minimised = True
    (newest,) = fake.say(PR, body(2), day=2)
    assert upsert(forge, PR, body(2), 2) == Posted("unchanged", newest.id)
    assert fake.written() == []


@pytest.mark.parametrize("status", [200, 401, 403])
def test_a_failure_to_fold_is_nobodys_concern(fake: FakeGitHub, forge: GitHub, status: int) -> None:
    fake.say(PR, body(1), day=1)
    (newest,) = fake.say(PR, body(2), day=2)
    fake.fail("POST /graphql", 200, raw=KNOWN)
    fake.fail("POST /graphql", status, raw=REFUSED if status == 200 else None)
    assert upsert(forge, PR, body(3, "Other words."), 3) == Posted("edited", newest.id)


def test_without_graphql_the_login_of_actions_tells_whose_it_is(fake: FakeGitHub, forge: GitHub) -> None:
    fake.has_graphql = False
    fake.say(PR, body(5), login="stranger")
    assert upsert(forge, PR, body(1), 1).outcome == "created"
    assert upsert(forge, PR, body(2, "Other words."), 2).outcome == "edited"


# --- quiet ----------------------------------------------------------------------------------------


def test_an_older_run_never_overwrites_a_newer_ones_words(fake: FakeGitHub, forge: GitHub) -> None:
    (newer,) = fake.say(PR, body(10))
    assert upsert(forge, PR, body(9, "Old news."), 9) == Posted("newer", newer.id)
    assert fake.written() == []


def test_the_same_run_tried_again_may_edit(fake: FakeGitHub, forge: GitHub) -> None:
    fake.say(PR, body(10))
    assert upsert(forge, PR, body(10, "Other words."), 10).outcome == "edited"


@pytest.mark.parametrize(
    "stored",
    [body(1), body(1, at="2025-01-01T00:00Z"), body(1).replace("\n", "\r\n"), body(1).rstrip(), body(1) + "\n \n"],
)
def test_what_differs_in_run_time_and_line_ends_alone_is_not_written(
    fake: FakeGitHub, forge: GitHub, stored: str
) -> None:
    (there,) = fake.say(PR, stored)
    assert upsert(forge, PR, body(2), 2) == Posted("unchanged", there.id)
    assert fake.written() == []


@pytest.mark.parametrize("now", [body(2, "Other words."), body(2, head="0000000"), body(2) + "More.\n"])
def test_whatever_else_differs_is_written(fake: FakeGitHub, forge: GitHub, now: str) -> None:
    fake.say(PR, body(1))
    assert upsert(forge, PR, now, 2).outcome == "edited"


def test_text_that_looks_like_run_and_time_counts_below_the_marker(fake: FakeGitHub, forge: GitHub) -> None:
    fake.say(PR, body(1, "it is run=5 at=noon"))
    assert upsert(forge, PR, body(2, "it is run=6 at=noon"), 2).outcome == "edited"


def test_nothing_to_say_opens_no_comment_but_edits_one(forge: GitHub) -> None:
    assert upsert(forge, PR, body(1), 1, has_news=False) == Posted("silent", None)
    assert upsert(forge, PR, body(2), 2, has_news=False, mode="always").outcome == "created"
    assert upsert(forge, PR, body(3, "Nothing marked any more."), 3, has_news=False).outcome == "edited"


def test_off_does_not_even_look(fake: FakeGitHub, forge: GitHub) -> None:
    assert upsert(forge, PR, body(1), 1, mode="off").outcome == "silent"
    assert fake.seen == []


@pytest.mark.parametrize("wrong", ["### Hello\n", " " + body(1), body(2), f"{MARKER}head=1 -->\n"])
def test_a_body_that_would_not_be_found_again_is_a_mistake_of_ours(forge: GitHub, wrong: str) -> None:
    with pytest.raises(ValueError, match="never be found again"):
        upsert(forge, PR, wrong, 1)


@pytest.mark.parametrize(
    ("first_line", "run"),
    [
        (f"{MARKER}head=3f run=12 at=x -->", 12),
        (f"{MARKER}run=12 -->", 12),
        (f"{MARKER}head=3f at=x -->", 0),
        (f"{MARKER}head=3f run=1234567890123456 at=x -->", 0),
        (f"{MARKER}head=3f run=-5 at=x -->", 0),
        (f"{MARKER}head=3f --> run=12 -->", 0),
        ("> quoted", 0),
    ],
)
def test_the_run_is_read_from_the_marker_alone(first_line: str, run: int) -> None:
    assert run_of(first_line + "\nrun=99 -->") == run


# --- when it goes wrong ---------------------------------------------------------------------------


@pytest.mark.parametrize("there", [[], [body(1)]])
def test_a_token_that_may_not_write_is_told_as_such(fake: FakeGitHub, forge: GitHub, there: list[str]) -> None:
    fake.say(PR, *there)
    fake.may_write = False
    posted = upsert(forge, PR, body(2, "Other words."), 2)
    assert (posted.outcome, posted.comment_id) == ("forbidden", None)
    assert "permissions" in posted.why
    assert len(fake.written()) == 1, "a refusal is not tried again"


def test_a_comment_that_is_too_long_is_refused_in_words(forge: GitHub) -> None:
    with pytest.raises(RefusedByForge, match=r"Body is too long \(maximum is 65536 characters\) \(HTTP 422\)"):
        upsert(forge, PR, body(1, "x" * 66_000), 1)


def test_a_pull_request_that_is_not_there_is_told(forge: GitHub) -> None:
    with pytest.raises(NotOnForge, match=r"issues/99/comments.*HTTP 404"):
        upsert(forge, 99, body(1), 1)


def test_an_unknown_token_is_told(fake: FakeGitHub) -> None:
    with pytest.raises(TokenRefused, match="does not know this token"):
        upsert(fake.connected(token="ghs_other"), PR, body(1), 1)


@pytest.mark.parametrize("status", [500, 502, 503, 504])
def test_a_comment_is_never_sent_twice_after_a_failure(fake: FakeGitHub, forge: GitHub, status: int) -> None:
    fake.fail("POST .*/comments", status)
    with pytest.raises(ForgeDown):
        upsert(forge, PR, body(1), 1)
    assert len(fake.written()) == 1
    assert ours(fake) == []


@pytest.mark.parametrize("silent", [True, False])
def test_a_comment_that_was_written_though_github_failed_is_found(
    fake: FakeGitHub, forge: GitHub, silent: bool
) -> None:
    if silent:
        fake.hang_up("POST .*/comments", carried_out=True)
    else:
        fake.fail("POST .*/comments", carried_out=True)
    assert upsert(forge, PR, body(1), 1) == Posted("created", ours(fake)[0].id)
    assert len(ours(fake)) == 1


def test_a_comment_of_another_run_is_not_taken_for_the_one_that_failed(fake: FakeGitHub, forge: GitHub) -> None:
    """Another run may have opened its own between our look and our failure."""
    fake.fail("GET .*/comments", 200, raw=b"[]")
    fake.fail("POST .*/comments")
    fake.say(PR, body(2))
    with pytest.raises(ForgeDown):
        upsert(forge, PR, body(1), 1)


def test_reading_and_editing_are_tried_again_after_a_failure(fake: FakeGitHub, forge: GitHub) -> None:
    fake.say(PR, body(1))
    fake.fail("GET .*/comments", 502, times=2)
    fake.hang_up("PATCH .*/comments")
    assert upsert(forge, PR, body(2, "Other words."), 2).outcome == "edited"
    assert fake.clock.waits == [1, 2, 1]


def test_a_secondary_limit_is_waited_for_as_long_as_github_asks(fake: FakeGitHub, forge: GitHub) -> None:
    message = "You have exceeded a secondary rate limit"
    fake.fail("POST .*/comments", 403, headers={"Retry-After": "7"}, message=message)
    assert upsert(forge, PR, body(1), 1).outcome == "created"
    assert (fake.clock.waits, len(ours(fake))) == ([7], 1)


def test_a_secondary_limit_longer_than_our_patience_ends_the_attempt(fake: FakeGitHub, forge: GitHub) -> None:
    fake.fail("POST .*/comments", 429, headers={"Retry-After": "600"})
    with pytest.raises(ForgeBusy, match="600 s"):
        upsert(forge, PR, body(1), 1)
    assert fake.clock.waits == []


def test_a_limit_is_no_refusal(fake: FakeGitHub, forge: GitHub) -> None:
    """Both are 403; taken for one, a slow hour would send a report to the artifact of forks."""
    fake.left = 0
    with pytest.raises(ForgeBusy):
        upsert(forge, PR, body(1), 1)


def test_a_comment_that_is_deleted_while_we_write_stays_deleted(fake: FakeGitHub, forge: GitHub) -> None:
    fake.say(PR, body(1))
    fake.fail("PATCH .*/comments", 404, message="Not Found")
    assert upsert(forge, PR, body(2, "Other words."), 2).outcome == "silent"


def test_on_an_enterprise_server_all_is_below_its_own_address() -> None:
    fake = FakeGitHub(prefix="/api/v3")
    fake.pulls[PR] = world.Pull(PR)
    fake.say(PR, *["Nice work!"] * 100, body(1))
    forge = fake.connected()
    assert upsert(forge, PR, body(2, "Other words."), 2).outcome == "edited"
    assert {one.path.split("/issues")[0] for one in fake.seen} == {
        "/api/v3/repos/octo-org/widgets", "/api/v3/repositories/1296269", "/api/graphql",
    }  # fmt: skip
    assert {one.host for one in fake.seen} == {"https://git.example.com"}


def test_the_comment_is_the_same_over_a_real_connection(fake: FakeGitHub) -> None:
    fake.say(PR, *["Nice work!"] * 100, login="reviewer")
    with fake.serve() as base, fake.connecting(base) as forge:
        fake.hang_up("GET .*/comments")
        fake.cut_short("GET .*/comments")
        assert upsert(forge, PR, body(1), 1).outcome == "created"
        assert upsert(forge, PR, body(2, "Other words."), 2).outcome == "edited"
    assert [one.body for one in ours(fake)] == [body(2, "Other words.")]
