"""What a forge tells of a change, as a fact; and git's changes completed by such facts."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ai_quality.facts.forge import BUG, Snapshot, completed, fact_of, snapshot_from, text_of
from ai_quality.model import Change, Commit, ForgeChange, ForgeFact, Person, Pull, Review

JANE = Person("Jane", "jane@example.org")
CLAUDE = "Mend\n\nCo-Authored-By: Claude <noreply@anthropic.com>"


def commit(name: str, *parents: str, message: str = "Mend", time: int = 50) -> Commit:
    return Commit(name, parents or ("base",), JANE, JANE, time, time, message)


def review(time: int, on: str | None, *, comments: int = 0, person: bool = True, author: bool = False) -> Review:
    return Review(time, on, comments, person, author)


def change(*names: str | Commit, reviews: Sequence[Review] | None = (), **given: Any) -> ForgeChange:  # noqa: ANN401
    """A merged pull request of these commits, the last its head."""
    commits = tuple(commit(one) if isinstance(one, str) else one for one in names)
    pull = Pull(
        number=7, state="merged", is_draft=False, opened=100, closed=900, merged=900, base_branch="main",
        base_sha="base", head_branch="x", head_sha=commits[-1].sha if commits else "?", head_repository="a/b",
        merge_commit="landing", author_is_bot=False, labels=(),
    )  # fmt: skip
    pull = pull._replace(**{name: given.pop(name) for name in list(given) if name in Pull._fields})
    found = ForgeChange(pull, 901, commits, len(commits), None if reviews is None else tuple(reviews), (), 0, 3)
    return found._replace(**given)


MERGE = commit("m", "b", "base")

FIRST_PASS: dict[str, tuple[ForgeChange, bool | None]] = {
    "approved as it was": (change("a", "b", reviews=[review(200, "b")]), True),
    "looked at twice as it was": (change("a", "b", reviews=[review(200, "b"), review(300, "b")]), True),
    "pushed to after the first look": (change("a", "b", reviews=[review(200, "a"), review(300, "b")]), False),
    "only merged with its base since": (change("a", "b", MERGE, reviews=[review(200, "b")]), True),
    "merged with its base and pushed to": (change("a", "b", MERGE, "c", reviews=[review(200, "b")]), False),
    "rewritten since": (change("a2", "b2", reviews=[review(200, "b")]), False),
    "the later look comes first in the list": (change("a", "b", reviews=[review(300, "b"), review(200, "a")]), False),
    "closed": (change("a", reviews=[review(200, "a")], state="closed", merged=None, merge_commit=None), False),
    "still open": (change("a", reviews=[review(200, "a")], state="open", closed=None, merged=None), None),
    "never reviewed": (change("a"), None),
    "only the author answered": (change("a", reviews=[review(200, "a", author=True)]), None),
    "only a bot looked": (change("a", "b", reviews=[review(200, "a", person=False)]), None),
    "a bot first, a person later": (change("a", "b", reviews=[review(100, "a", person=False), review(200, "b")]), True),
    "reviews not told": (change("a", reviews=None), None),
    "what was reviewed not told": (change("a", "b", reviews=[review(200, None)]), None),
    "commits not told": (change("a", "b", reviews=[review(200, "a")], commits=None), None),
    "commits not told, but head is": (change("a", "b", reviews=[review(200, "b")], commits=None), True),
    "reviewed among commits not listed": (change("b", reviews=[review(200, "a")], commits_count=300), None),
    "reviewed among an unknown number": (change("b", reviews=[review(200, "a")], commits_count=None), None),
}


@pytest.mark.parametrize("story", FIRST_PASS)
def test_merged_at_first_pass(story: str) -> None:
    told, expected = FIRST_PASS[story]
    assert fact_of(told).first_pass is expected


def test_rounds_are_the_heads_that_others_looked_at() -> None:
    told = change("a", "b", "c", reviews=[
        review(200, "a", comments=3), review(210, "a", comments=1), review(220, "a", comments=5, author=True),
        review(230, "b", comments=2, person=False), review(300, "c", comments=1), review(400, None),
    ])  # fmt: skip
    assert (fact_of(told).review_rounds, fact_of(told).review_comments) == (3, 5)


def test_no_review_is_none_and_reviews_not_told_are_unknown() -> None:
    assert (fact_of(change("a")).review_rounds, fact_of(change("a")).review_comments) == (0, 0)
    unknown = fact_of(change("a", reviews=None))
    assert (unknown.review_rounds, unknown.review_comments) == (None, None)


@pytest.mark.parametrize(
    ("messages", "expected"),
    [
        (["Mend"], ("unmarked", "unmarked", None)),
        ([CLAUDE], ("assisted", "ai", "claude-code")),
        ([CLAUDE, "Mend"], ("mixed", "mixed", "claude-code")),
        ([], ("unmarked", "uncertain", None)),
    ],
)
def test_a_change_is_classed_by_its_own_commits(messages: list[str], expected: tuple[str, str, str | None]) -> None:
    fact = fact_of(change(*[commit(f"c{n}", message=text, time=1_780_000_000) for n, text in enumerate(messages)]))
    assert (fact.commit_class, fact.cohort, fact.agent) == expected


def test_a_merge_among_its_commits_is_none_of_its_own() -> None:
    fact = fact_of(change(commit("a", time=70), MERGE, commit("b", time=60)))
    assert (fact.commits, fact.first_commit) == (2, 60)


@pytest.mark.parametrize(
    ("commits_count", "listed", "expected"), [(2, ("a", "b"), 2), (300, ("a",), 300), (None, ("a",), None)]
)
def test_commits_not_listed_are_counted_or_unknown(
    commits_count: int | None, listed: tuple[str, ...], expected: int | None
) -> None:
    assert fact_of(change(*listed, commits_count=commits_count)).commits == expected


LABELS = {
    "bug": True, "Bug": True, "type: bug": True, "kind/bug": True, "C-bug": True, "bugs": True, "regression": True,
    "is:crash": True, "defect": True, "debugging": False, "bugfix-backport": False, "ladybug": False,
    "enhancement": False, "": False,
}  # fmt: skip


@pytest.mark.parametrize(("label", "expected"), LABELS.items())
def test_a_label_says_bug(label: str, expected: bool) -> None:
    assert bool(BUG.search(label)) is expected


@pytest.mark.parametrize(
    ("labels", "closes", "expected"),
    [
        (["bug"], (), True), ([], (("bug",),), True), ([], (("p1",), ("p2", "bug")), True), ([], (("p1",),), False),
        ([], (), False), ([], None, None), (["bug"], None, True),
    ],
)  # fmt: skip
def test_a_change_mends_a_bug_by_its_own_label_or_that_of_what_it_closes(
    labels: list[str], closes: tuple[tuple[str, ...], ...] | None, expected: bool | None
) -> None:
    assert fact_of(change("a", labels=tuple(labels), closes=closes)).bug is expected


def test_no_name_and_no_text_is_kept() -> None:
    told = change(
        commit("a", message="secret words"), reviews=[review(200, "a")], head_branch="secret-branch",
        labels=("secret label",), head_repository="secret/repository", closes=(("secret",),),
    )  # fmt: skip
    kept = text_of(Snapshot("o/r", "m", 1, False, (), {7: fact_of(told)}))
    assert not [word for word in ("secret", "Jane", "jane@example.org") if word in kept]


# --- beside git -----------------------------------------------------------------------------------


def row(change: str | None, number: int | None, **given: Any) -> Change:  # noqa: ANN401
    known = Change(change, number, "landed" if change else "unknown", "squash" if change else "unknown", None, 5, 1000,
                   None, "assisted", "ai", "codex", "2026q1", 1.0, 1, None, None)  # fmt: skip
    return known._replace(**given)


def fact(number: int = 7, **given: Any) -> ForgeFact:  # noqa: ANN401
    return fact_of(change("a", "b", reviews=[review(200, "b", comments=2)]))._replace(number=number, **given)


def test_a_change_that_the_forge_does_not_know_stays_as_git_has_it() -> None:
    rows = [row("x", 1), row("y", None), row(None, 3)]
    assert list(completed(rows, {})) == rows


def test_a_landing_is_completed_by_its_number() -> None:
    (found,) = completed([row("elsewhere", 7)], {7: fact()})
    assert found == row("elsewhere", 7)._replace(
        opened=100, closed=900, review_rounds=1, review_comments=2, draft=False, bug=False, first_pass=True,
        failed_checks=0, checks=3, commits=2,
    )  # fmt: skip


def test_a_landing_without_a_number_gets_it_from_the_forge() -> None:
    (found,) = completed([row("landing", None)], {7: fact()})
    assert (found.number, found.opened) == (7, 100)


def test_a_landing_whose_subject_names_another_number_gets_the_right_one() -> None:
    """Of `Mend it (#5) (#7)`, or `Fix #7`, a subject alone does not tell which is the pull request."""
    (found,) = completed([row("landing", 5)], {7: fact()})
    assert (found.number, found.opened) == (7, 100)


def test_a_backport_that_names_the_number_is_not_taken_for_the_change() -> None:
    first, second = completed([row("landing", 7), row("backport", 7)], {7: fact()})
    assert (first.opened, second.opened, second.first_pass) == (100, None, None)
    second, first = completed([row("backport", 7), row("landing", 7)], {7: fact()})
    assert (first.opened, second.opened) == (100, None)


@pytest.mark.parametrize("state", ["open", "closed", "merged"])
def test_what_git_cannot_tell_of_an_offer_the_forge_does(state: str) -> None:
    (found,) = completed([row(None, 7)], {7: fact(state=state, merge_commit=None)})
    assert (found.state, found.cohort, found.first_commit) == (state, "ai", 5)


@pytest.mark.parametrize("state", ["open", "closed"])
def test_what_git_saw_landing_has_landed_whatever_the_forge_says(state: str) -> None:
    (found,) = completed([row("by hand", 7)], {7: fact(state=state, merge_commit=None)})
    assert found.state == "landed"


def test_marks_and_shares_are_gits() -> None:
    (found,) = completed([row("landing", 7)], {7: fact(cohort="unmarked", agent=None)})
    assert (found.cohort, found.agent, found.ai_share) == ("ai", "codex", 1.0)


def test_the_first_commit_of_a_squash_without_its_refs_comes_from_the_forge() -> None:
    (found,) = completed([row("landing", 7, first_commit=None)], {7: fact()})
    assert (found.first_commit, found.commits) == (50, 2)


def test_an_offer_that_git_never_saw_has_a_row_of_its_own() -> None:
    unseen = fact(8, state="closed", merge_commit=None, cohort="ai", commit_class="agent", agent="codex")
    known, found = completed([row("x", 1)], {8: unseen})
    assert known == row("x", 1)
    assert (found.change, found.number, found.state, found.shape) == (None, 8, "closed", "unknown")
    assert (found.cohort, found.agent, found.ai_share, found.opened) == ("ai", "codex", 1.0, 100)
    assert found.stratum == "1970q1"


def test_one_change_never_has_two_rows() -> None:
    rows = [row("landing", None), row(None, 8)]
    numbers = [one.number for one in completed(rows, {7: fact(), 8: fact(8, merge_commit=None), 9: fact(9)})]
    assert numbers in ([7, 8], [9, 8]), "two facts of one landing commit: one is believed, none is doubled"


# --- kept -----------------------------------------------------------------------------------------

FACTS = st.builds(
    ForgeFact,
    number=st.integers(1, 10**6), state=st.sampled_from(["open", "merged", "closed"]), updated=st.integers(0, 2**33),
    opened=st.integers(0, 2**33), closed=st.none() | st.integers(0, 2**33), head_sha=st.just("a" * 40),
    merge_commit=st.none() | st.just("b" * 40), first_commit=st.none() | st.integers(0, 2**33),
    commits=st.none() | st.integers(0, 300), commit_class=st.sampled_from(["agent", "unmarked"]),
    cohort=st.sampled_from(["ai", "unmarked"]), agent=st.none() | st.just("codex"), draft=st.booleans(),
    bug=st.none() | st.booleans(), first_pass=st.none() | st.booleans(),
    review_rounds=st.none() | st.integers(0, 9), review_comments=st.none() | st.integers(0, 99),
    failed_checks=st.none() | st.integers(0, 9), checks=st.none() | st.integers(0, 99),
)  # fmt: skip
SNAPSHOT = Snapshot("o/r", "mark", 5, False, ("a note",), {7: fact()})


@given(st.lists(FACTS, unique_by=lambda one: one.number, max_size=4))
def test_what_is_kept_comes_back(facts: list[ForgeFact]) -> None:
    told = SNAPSHOT._replace(facts={one.number: one for one in facts})
    assert snapshot_from(text_of(told)) == told


SPOILT: dict[str, dict[str, Any]] = {
    "another version": {"version": 2},
    "a field too many": {"more": 1},
    "a truth for a number": {"asked": True},
    "a text for a number": {"asked": "5"},
    "a note that is none": {"notes": [5]},
    "no list of facts": {"facts": {"7": {}}},
    "a fact without fields": {"facts": [{}]},
    "a fact with a state nobody knows": {"facts": [fact()._asdict() | {"state": "lost"}]},
    "a fact with a number that is none": {"facts": [fact()._asdict() | {"checks": "3"}]},
    "a fact with a list for a word": {"facts": [fact()._asdict() | {"cohort": ["ai"]}]},
    "a fact with half a field": {"facts": [fact()._asdict() | {"opened": 1.5}]},
}


@pytest.mark.parametrize("what", SPOILT)
def test_a_text_that_is_not_ours_is_no_snapshot(what: str) -> None:
    assert snapshot_from(text_of(SNAPSHOT)) == SNAPSHOT
    assert snapshot_from(json.dumps(json.loads(text_of(SNAPSHOT)) | SPOILT[what])) is None


@pytest.mark.parametrize("text", ["", "[]", "5", "null", "{", "[" * 100_000, '{"version": 1}'])
def test_neither_is_any_other_text(text: str) -> None:
    assert snapshot_from(text) is None
