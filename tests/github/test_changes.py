"""Changes as the forge tells of them: by GraphQL, by REST, in parts, and what is said of missing parts."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from ai_quality.errors import ForgeBusy, ForgeDown, NotOnForge, NotPermitted, TokenRefused
from ai_quality.model import Commit, Person, Review
from ai_quality.sources.github import GitHub
from tests.github import world
from tests.github.fake import FakeGitHub


def story(number: int = 7) -> world.Pull:
    """A pull request on which everything has happened."""
    return world.Pull(
        number,
        [
            world.Commit("first", 1, "feat: one\n\nAssisted-by: Claude", failed=2, passed=3),
            world.Commit("second", 4, "Mend it", parents=["first"], passed=5),
        ],
        opened=2,
        merged=6,
        labels=["area/x"],
        closes=[["bug", "p1"], []],
        reviews=[
            world.Review("first", 3, "reviewer", "CHANGES_REQUESTED", comments=4),
            world.Review("first", 3.1, "jane", "COMMENTED", comments=2),
            world.Review("first", 3.2, "linter[bot]", "COMMENTED", comments=9),
            world.Review("first", 3.3, "reviewer", "PENDING", comments=1),
            world.Review("second", 5, "other", "APPROVED"),
            world.Review(None, 5.5, "other", "DISMISSED"),
        ],
    )


REVIEWS = (
    Review(world.at(3), world.sha("first"), 4, by_person=True, by_author=False),
    Review(world.at(3.1), world.sha("first"), 2, by_person=True, by_author=True),
    Review(world.at(3.2), world.sha("first"), 9, by_person=False, by_author=False),
    Review(world.at(5), world.sha("second"), 0, by_person=True, by_author=False),
    Review(world.at(5.5), None, 0, by_person=True, by_author=False),
)


def many(fake: FakeGitHub, count: int) -> None:
    """Pull requests 1, 2, 3 ..., each updated a day after the one before."""
    for number in range(1, count + 1):
        fake.pulls[number] = world.Pull(number, [world.Commit(f"head {number}")], opened=number)


def test_graphql_and_rest_tell_the_same_story(fake: FakeGitHub, forge: GitHub) -> None:
    fake.pulls[7] = story()
    by_graph = forge.changes()
    fake.has_graphql = False
    by_rest = forge.changes()
    assert by_graph.complete
    assert by_rest.complete
    (change,) = by_graph.changes
    assert by_rest.changes == [change._replace(closes=None)], "what only GraphQL tells is unknown, not none"
    assert change.reviews == REVIEWS
    assert (change.failed_checks, change.checks, change.closes) == (2, 10, (("bug", "p1"), ()))
    assert change.commits == tuple(
        Commit(world.sha(name), (world.sha(parent),), Person("Jane", "jane@example.org"),
               Person("Jane", "jane@example.org"), world.at(day), world.at(day), message)
        for name, parent, day, message in [
            ("first", "base", 1, "feat: one\n\nAssisted-by: Claude"), ("second", "first", 4, "Mend it"),
        ]
    )  # fmt: skip
    assert (change.commits_count, change.pull, change.updated) == (2, forge.pull(7), world.at(6))


@pytest.mark.parametrize("count", [0, 1, 24, 25, 26, 60])
def test_all_pages_come_last_updated_first(fake: FakeGitHub, forge: GitHub, count: int) -> None:
    many(fake, count)
    found = forge.changes()
    assert [one.pull.number for one in found.changes] == list(range(count, 0, -1))
    assert (found.complete, found.notes) == (True, ())


@pytest.mark.parametrize("graphql", [True, False])
def test_no_more_than_asked_for_are_read(fake: FakeGitHub, forge: GitHub, graphql: bool) -> None:
    many(fake, 30)
    fake.has_graphql = graphql
    found = forge.changes(limit=12)
    assert [one.pull.number for one in found.changes] == list(range(30, 18, -1))
    assert (found.complete, found.notes) == (False, ("only the 12 pull requests that were updated last were read",))
    assert forge.changes(limit=30).complete


@pytest.mark.parametrize("graphql", [True, False])
def test_since_leaves_out_what_was_not_touched(fake: FakeGitHub, forge: GitHub, graphql: bool) -> None:
    many(fake, 30)
    fake.has_graphql = graphql
    found = forge.changes(since=world.at(28))
    assert ([one.pull.number for one in found.changes], found.complete) == ([30, 29, 28], True)
    asked = [one for one in fake.seen if one.path.endswith(("/pulls", "/graphql"))]
    assert len(asked) == (1 if graphql else 2), "later pages are not asked for"


def test_what_is_too_much_for_graphql_comes_in_smaller_pages(fake: FakeGitHub, forge: GitHub) -> None:
    many(fake, 30)
    fake.graph_stamina = 12
    found = forge.changes()
    assert (len(found.changes), found.complete) == (30, True)
    sizes = [one.body["variables"]["first"] for one in fake.seen]
    assert sizes == [25, 10, 10, 10], "what failed once is not tried again for each page"
    assert fake.clock.waits == []


def test_where_graphql_fails_altogether_rest_answers(fake: FakeGitHub, forge: GitHub) -> None:
    many(fake, 3)
    fake.graph_stamina = 0
    found = forge.changes()
    assert (len(found.changes), found.complete) == (3, True)


def test_a_page_with_a_part_missing_is_asked_for_again_in_smaller_ones(fake: FakeGitHub, forge: GitHub) -> None:
    """GraphQL leaves null where it gave up (RESOURCE_LIMITS_EXCEEDED): a change skipped there would be lost unseen."""
    many(fake, 3)
    page = {"pageInfo": {"hasNextPage": False, "endCursor": None}, "nodes": [None]}
    errors = [{"type": "RESOURCE_LIMITS_EXCEEDED", "message": "too much"}]
    said = {"data": {"repository": {"pullRequests": page}}, "errors": errors}
    fake.fail("POST /graphql", 200, raw=json.dumps(said).encode())
    found = forge.changes()
    assert (len(found.changes), found.complete, len(fake.seen)) == (3, True, 2)


def test_a_repository_that_graphql_does_not_show_may_be_shown_by_rest(fake: FakeGitHub, forge: GitHub) -> None:
    many(fake, 3)
    hidden = {"data": {"repository": None}, "errors": [{"type": "NOT_FOUND", "message": "Could not resolve"}]}
    fake.fail("POST /graphql", 200, raw=json.dumps(hidden).encode())
    assert len(forge.changes().changes) == 3


@pytest.mark.parametrize(("commits", "reviews"), [(101, 1), (1, 101), (130, 130), (100, 100)])
def test_what_graphql_cuts_off_is_completed(fake: FakeGitHub, forge: GitHub, commits: int, reviews: int) -> None:
    fake.pulls[7] = world.Pull(
        7,
        [world.Commit(f"c{n}", n / 100, passed=1, failed=n % 2) for n in range(commits)],
        reviews=[world.Review("c0", 2 + n / 1000, comments=1) for n in range(reviews)],
        closes=[["bug"]],
    )
    (change,) = forge.changes().changes
    assert (len(change.commits or ()), change.commits_count) == (commits, commits)
    assert (len(change.reviews or ()), sum(one.comments for one in change.reviews or ())) == (reviews, reviews)
    assert change.closes == (("bug",),)
    checks = (commits // 2, commits + commits // 2) if commits <= 100 else (None, None)
    assert (change.failed_checks, change.checks) == checks, "a part of the checks is not their number"


def test_more_commits_than_github_lists_are_not_counted(fake: FakeGitHub, forge: GitHub) -> None:
    fake.pulls[7] = world.Pull(7, [world.Commit(f"c{n}", n / 100) for n in range(251)])
    (change,) = forge.changes().changes
    assert (len(change.commits or ()), change.commits_count) == (250, None)


@pytest.mark.parametrize("graphql", [True, False])
def test_checks_that_the_token_may_not_see_are_unknown_and_told(fake: FakeGitHub, forge: GitHub, graphql: bool) -> None:
    fake.pulls[7] = story()
    fake.may_see_checks, fake.has_graphql = False, graphql
    found = forge.changes()
    (change,) = found.changes
    assert (change.failed_checks, change.checks, change.reviews) == (None, None, REVIEWS)
    assert found.complete
    assert "checks: read" in found.notes[0]


def test_no_checks_at_all_are_none_and_not_unknown(fake: FakeGitHub, forge: GitHub) -> None:
    fake.pulls[7] = world.Pull(7)
    assert [(one.failed_checks, one.checks) for one in forge.changes().changes] == [(0, 0)]


def test_many_commits_are_not_asked_for_their_checks_one_by_one(fake: FakeGitHub, forge: GitHub) -> None:
    fake.pulls[7] = world.Pull(7, [world.Commit(f"c{n}", passed=1) for n in range(11)])
    fake.has_graphql = False
    assert [(one.failed_checks, one.checks) for one in forge.changes().changes] == [(None, None)]
    assert not any("check-runs" in one.path for one in fake.seen)


def test_a_limit_midway_gives_what_there_is_and_says_so(fake: FakeGitHub, forge: GitHub) -> None:
    many(fake, 60)
    fake.left = 2
    found = forge.changes()
    assert (len(found.changes), found.complete) == (50, False)
    assert "answered only in part" in found.notes[0]
    assert "1801 s" in found.notes[0]


def test_a_limit_midway_in_rest_gives_whole_changes_only(fake: FakeGitHub, forge: GitHub) -> None:
    fake.pulls |= {number: replace(story(number), updated=number + 10) for number in range(1, 5)}
    fake.has_graphql, fake.left = False, 9
    found = forge.changes()
    assert not found.complete
    assert found.changes
    assert all(one.reviews == REVIEWS for one in found.changes)


def test_graphqls_failure_after_a_page_is_made_up_for_by_rest(fake: FakeGitHub, forge: GitHub) -> None:
    many(fake, 30)
    page = fake.handle

    def failing(*given: object) -> object:
        reply = page(*given)  # type: ignore[arg-type]
        fake.has_graphql = False
        return reply

    fake.handle = failing  # type: ignore[method-assign,assignment]
    found = forge.changes()
    assert ([one.pull.number for one in found.changes], found.complete) == (list(range(30, 0, -1)), True)


def test_a_public_repository_can_be_read_without_a_token(fake: FakeGitHub, forge: GitHub) -> None:
    """GraphQL answers nobody who does not say who they are, REST does."""
    many(fake, 3)
    fake.fail("POST /graphql", 401, message="Bad credentials")
    assert len(forge.changes().changes) == 3


REFUSALS = {401: TokenRefused, 403: NotPermitted, 404: NotOnForge, 502: ForgeDown}


@pytest.mark.parametrize(("status", "kind"), REFUSALS.items())
def test_nothing_at_all_is_an_error_and_no_empty_list(
    fake: FakeGitHub, forge: GitHub, status: int, kind: type[Exception]
) -> None:
    many(fake, 3)
    fake.fail(".", status, times=99)
    with pytest.raises(kind):
        forge.changes()


def test_a_limit_at_once_is_an_error_and_no_empty_list(fake: FakeGitHub, forge: GitHub) -> None:
    fake.left = 0
    with pytest.raises(ForgeBusy):
        forge.changes()


def test_a_change_that_moves_between_pages_is_there_once(fake: FakeGitHub, forge: GitHub) -> None:
    """Pages are of the last updated first: whatever is touched meanwhile comes again or pushes others down."""
    many(fake, 30)
    inner = fake.handle

    def touching(*given: object) -> object:
        reply = inner(*given)  # type: ignore[arg-type]
        fake.pulls[10].updated = 99
        return reply

    fake.handle = touching  # type: ignore[method-assign,assignment]
    numbers = [one.pull.number for one in forge.changes().changes]
    assert sorted(numbers) == sorted(set(numbers))
    assert len(numbers) == 29 + (10 in numbers)
