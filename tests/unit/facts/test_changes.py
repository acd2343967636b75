"""Numbers in subjects, landings of the mainline, and offers known by what they change."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import pytest

from ai_quality.facts.changes import grouped, landed_units, named_landings, number_of, numbered
from ai_quality.facts.ground import Ground
from ai_quality.facts.landings import landings
from ai_quality.facts.matching import Ask, Match, Matcher, Outline
from ai_quality.facts.offers import merged_elsewhere, offers, pull_heads
from ai_quality.model import Commit, Person

DEV = Person("dev", "dev@example.com")
DAY = 86_400


def commit(sha: str, parents: str = "", message: str = "", *, day: float = 0, written: float | None = None) -> Commit:
    """A commit whose id is one word; `day` is when it was committed, `written` when it was written."""
    author_time = round((day if written is None else written) * DAY) + 1
    return Commit(sha, tuple(parents.split()), DEV, DEV, author_time, round(day * DAY) + 1, message or sha)


def ground(landed: Sequence[Commit], beyond: Sequence[Commit] = ()) -> Ground:
    return Ground(landed, beyond, landings(landed, landed[-1].sha))


@pytest.mark.parametrize(("message", "number"), [
    ("Add words (#12)", 12),
    ("Add words (!12)", 12),
    ("Add words (#3) (#12)", 12),
    ("Add words (#12) [skip ci]", 12),
    ("Merge pull request #12 from dev/words\n\nAdd words (#3)", 12),
    ("Merge pull request 'Add words' (#12) from words into main", 12),
    ("Merged in words (pull request #12)", 12),
    ("Merged PR 12: Add words", 12),
    ("Auto merge of #12 - dev:words, r=me", 12),
    ("Merge #12 #13\n\n12: Add words", 12),
    ("Merge branch 'words' into 'main'\n\nAdd words\n\nSee merge request team/project!12", 12),
    ('Revert "Add words (#3)" (#12)', 12),
])  # fmt: skip
def test_a_landing_names_its_number(message: str, number: int) -> None:
    assert number_of(commit("a", message=message)) == number


@pytest.mark.parametrize("message", [
    "Add words",
    "Add words #12",
    "Fixes #12",
    "Add words\n\nAs in (#12).",
    'Revert "Add words (#12)"',
    "Reland “Add words (#12)”",
    "Merge branch 'words' (see team/project#12)",
    "Mentions (#12) (and more)",
    "",
])  # fmt: skip
def test_other_messages_name_none(message: str) -> None:
    assert number_of(commit("a")._replace(message=message)) is None


def test_heads_are_read_from_the_refs_of_every_forge() -> None:
    refs = {
        "refs/pull/1/head": "a", "refs/pull/2/merge": "b", "refs/merge-requests/3/head": "c",
        "refs/pull-requests/4/from": "d", "refs/remotes/origin/pull/5/head": "e", "refs/heads/pull/6/head": "f",
    }  # fmt: skip
    assert pull_heads(refs) == {1: "a", 3: "c", 4: "d", 5: "e"}


def test_a_number_is_taken_by_the_first_commit_that_can_have_taken_the_offer() -> None:
    mainline = [
        commit("a", message="Older (#7)"), commit("b", "a", day=1), commit("c", "b", "Words (#7)", day=3),
        commit("d", "c", "After words (#7)", day=4), commit("e", "d", "Not fetched (#5)", day=5),
    ]  # fmt: skip
    known = ground(mainline, [commit("x", "b", day=2)])
    assert named_landings(known, mainline, {7: "x"}) == {3: 7, 5: 5}


def test_an_authors_clock_may_be_a_day_ahead_but_not_a_year() -> None:
    mainline = [commit("a"), commit("b", "a", "Words (#7)", day=10)]
    for ahead, named in ((0.9, {2: 7}), (365, {})):
        known = ground(mainline, [commit("x", "a", day=9, written=10 + ahead)])
        assert named_landings(known, mainline, {7: "x"}) == named


def test_an_unnamed_merge_is_of_the_offer_whose_head_it_merged_else_of_the_only_one_it_brought() -> None:
    history = [
        commit("a"), commit("x", "a"), commit("y", "x"), commit("m", "a y"), commit("u", "m"), commit("v", "u"),
        commit("n", "m v"),
    ]  # fmt: skip
    shape = landings(history, "n")
    assert numbered(history, shape, {}, {7: "x", 8: "y", 9: "u"}) == {4: 8, 7: 9}
    assert numbered(history, shape, {}, {7: "u", 8: "v", 9: "v"}) == {7: 9}
    assert numbered(history, shape, {4: 3}, {7: "y"}) == {4: 3}


def test_a_rebase_is_one_landing_of_its_commits() -> None:
    history = [commit("a"), commit("b", "a"), commit("c", "b"), commit("d", "c")]
    shape = landings(history, "d")
    units = landed_units(history, shape, {}, {}, [Match(7, "rebase", (2, 3))])
    assert [(unit.commit, unit.number, unit.shape) for unit in units] == [
        (1, None, "direct"), (3, 7, "rebase"), (4, None, "direct"),
    ]  # fmt: skip
    assert grouped(history, shape, units).landed == [0, 1, 3, 3, 4]
    later = [*history[:2], history[2]._replace(commit_time=DAY), history[3]]
    assert grouped(later, shape, units) == shape, "one by one is not in one go"


def test_what_a_branch_took_in_without_a_name_is_merged_if_the_branch_takes_offers() -> None:
    line = [
        commit("d1", "a"),
        commit("p", "d1"), commit("d2", "d1 p", "Merge pull request #1 from x/p"),
        commit("q", "d2"), commit("d3", "d2 q", "Merge branch 'q'"),
        commit("r", "d3"), commit("d4", "d3 r", "Merge pull request #3 from x/r"),
    ]  # fmt: skip
    known = ground([commit("a")], line)
    heads = {1: "p", 2: "q", 3: "r"}
    named = [("d2", 1), ("d4", 3)]
    taken = merged_elsewhere(known, heads, (), named, ["d4"])
    assert {number: one.by for number, one in taken.items()} == {1: "d2", 2: "d3", 3: "d4"}
    assert set(merged_elsewhere(known, heads, (), named[:1], ["d4"])) == {1}, "one offer makes no such branch"
    own = {number: offer.own for number, offer in offers(known, heads, taken, {}, ["d4"]).items()}
    assert own == {1: ("p",), 2: ("q",), 3: ("r",)}


class Asked:
    """Patches as a table: commit (or two) → path, blobs before and after, patch id."""

    def __init__(self, table: Mapping[str, tuple[str, str, str, str]]) -> None:
        self.table = table
        self.texts: list[str] = []

    def doors(self) -> Ask:
        return Ask(self.outlines, self.sizes, self.patch_ids)

    def outlines(self, asked: Sequence[str]) -> dict[str, Outline]:
        known = ((one, self.table[one]) for one in asked if one in self.table)
        return {one: (path.encode(), (old, new)) for one, (path, old, new, _) in known}

    def sizes(self, blobs: Iterable[str]) -> dict[str, int]:
        return {blob: len(blob) for blob in blobs}

    def patch_ids(self, asked: Sequence[str]) -> dict[str, str]:
        self.texts += asked
        return {one: self.table[one][3] for one in asked}


MAINLINE = [commit("a"), commit("b", "a", day=4), commit("c", "b", day=5), commit("d", "c", day=6)]


def matches(known: Ground, heads: Mapping[int, str], asked: Asked) -> list[Match]:
    return Matcher(known, MAINLINE[1:], asked.doors()).find(heads)


@pytest.mark.parametrize(("landed", "texts"), [
    (("f", "o", "new", "!"), []),
    (("f", "oo", "newn", "="), ["c", "x a"]),
], ids=["the same blobs need no text", "the same growth and text"])  # fmt: skip
def test_a_squash_is_found_by_its_patch(landed: tuple[str, str, str, str], texts: list[str]) -> None:
    asked = Asked({"x a": ("f", "o", "new", "="), "c": landed, "b": ("g", "o", "new", "=")})
    known = ground(MAINLINE, [commit("x", "a", "Words", day=2)])
    assert matches(known, {7: "x"}, asked) == [Match(7, "squash", (3,))]
    assert sorted(asked.texts) == texts


@pytest.mark.parametrize("landed", [
    ("g", "o", "new", "="),
    ("f", "o", "newer", "="),
    ("f", "oo", "newn", "another"),
], ids=["another path", "another growth", "another text"])  # fmt: skip
def test_another_patch_is_no_match(landed: tuple[str, str, str, str]) -> None:
    asked = Asked({"x a": ("f", "o", "new", "="), "c": landed})
    assert matches(ground(MAINLINE, [commit("x", "a", "Words", day=2)]), {7: "x"}, asked) == []


def test_what_landed_is_given_once_and_to_the_younger_of_two_twins() -> None:
    same = ("f", "o", "new", "=")
    known = ground(MAINLINE, [commit("x", "a", "One", day=2), commit("y", "a", "Two", day=3)])
    assert matches(known, {7: "x", 8: "y"}, Asked({"x a": same, "y a": same, "c": same})) == [Match(8, "squash", (3,))]


def test_a_rebase_is_found_by_author_date_and_subject_without_reading_a_patch() -> None:
    own = [commit("x", "a", "b", day=1, written=4), commit("y", "x", "c", day=2, written=5)]
    asked = Asked({})
    assert matches(ground(MAINLINE, own), {7: "y"}, asked) == [Match(7, "rebase", (2, 3))]
    assert not asked.texts


def test_an_offer_of_which_only_a_part_landed_did_not_land() -> None:
    own = [commit("x", "a", "b", day=1, written=4), commit("y", "x", "more", day=2)]
    assert matches(ground(MAINLINE, own), {7: "y"}, Asked({})) == []
