"""Reverts as messages tell them: every row is a message, and the answer is the letters of what it undoes."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Mapping, Sequence
from typing import TypeAlias

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ai_quality.facts.reverts import find_reverts, is_revert_subject, title_of
from ai_quality.model import Commit, Person

NOBODY = Person("", "")
Row: TypeAlias = tuple[str, str] | tuple[str, str, str]


def sha(name: str) -> str:
    return hashlib.sha1(name.encode()).hexdigest()


class Ids(dict[str, str]):
    """`{A}` in a message is A's id, `{A8}` its first eight digits."""

    def __missing__(self, key: str) -> str:
        return sha(key[0])[: int(key[1:] or 40)]


def history(rows: Sequence[Row]) -> list[Commit]:
    """Rows are (name, message) or (name, message, parents); a row's parent is the row above."""
    commits: list[Commit] = []
    for row in rows:
        parents = row[2].split() if len(row) == 3 else [commits[-1].sha] if commits else []
        ids = tuple(parent if len(parent) == 40 else sha(parent) for parent in parents)
        commits.append(Commit(sha(row[0]), ids, NOBODY, NOBODY, 0, 0, row[1].format_map(Ids())))
    return commits


def told(rows: Sequence[Row], landed: Mapping[int, str] | None = None, *, use_ids: bool = True) -> str:
    """`B>A` for each pair; `~` before a partial one, `?` before one that only a title tells."""
    names = {sha(row[0]): row[0] for row in rows}
    found = find_reverts(history(rows), {number: sha(name) for number, name in (landed or {}).items()}, use_ids=use_ids)
    marks = {"declared": "", "title": "?"}
    return " ".join(
        f"{marks[row.evidence]}{'~' * row.partial}{names[row.revert]}>{names[row.reverted]}" for row in found
    )


PAST: list[Row] = [
    ("A", "add a cache (#7)"),
    ("B", "speed up the cache\n\nDifferential Revision: https://reviews.example.org/D4711"),
    ("C", "warm the cache on start.\n\nReviewed-on: https://review.example.org/c/cache/+/90210"),
    ("M", "Merge pull request #12 from someone/evict\n\nevict old entries", "C X"),
]
LANDED = {7: "A", 12: "M"}

DECLARED = {
    "as git words it": ('Revert "add a cache (#7)"\n\nThis reverts commit {A}.', "A"),
    "a short id": ("undo the cache\n\nThis reverts commit {A7}.", "A"),
    "an id in capitals": ("undo the cache\n\nThis reverts commit " + sha("A").upper(), "A"),
    "a merge, with what it brought": ("Revert it\n\nThis reverts commit {M}, reversing\nchanges made to {B}.", "M"),
    "two lines": ("back to the start\n\nThis reverts commit {A}.\nThis reverts commit {B}.", "A B"),
    "a list in a sentence": ("back\n\nThis reverts commits {A12}, {B12} and {C12}.", "A B C"),
    "a list with subjects": ('back\n\nThis reverts commit {A12} ("add a cache (#7)") and {B12} ("speed up").', "A B"),
    "a list by line": ("back\n\nThis reverts the following commits:\n\n  {A12} add a cache\n  {B12} speed up", "A B"),
    "a wrapped id": ("no cache\n\nIt was a bad idea, so this change reverts\ncommit {A} and\n{B}.", "A B"),
    "a range": ("back\n\nThis reverts commits {A}..{C}.", "C B"),
    "a range with its start": ("back\n\nThis reverts commits {A}^..{C}.", "C B A"),
    "a merge commit by name": ("Back to one thread\n\nThis reverts merge commit {M12} (PR #12).", "M"),
    "an id in the subject": ("Revert {A9}: it leaks", "A"),
    "an id in the subject behind a component": ("cache.c: revert commit {A9}", "A"),
    "in the past tense": ("[CACHE] Reverted {A} - makes trouble", "A"),
    "an address": ("Revert https://git.example.org/x/y/commit/{A}", "A"),
    "at a sentence's end": ("cache: simpler\n\nThis patch essentially reverts {A9}, which was slow.", "A"),
    "a revert of": ("cache: simpler\n\nThis is basically a revert of commit {A9}.", "A"),
    "a request's number": ("Revert the cache\n\nReverts someone/thing#7", "A"),
    "a bare number": ("Reverted #12 - data loss", "M"),
    "a request of GitLab": ("Undo\n\nThis reverts merge request !7", "A"),
    "the address of a request": ("Undo\n\nThis reverts https://git.example.org/x/y/pull/12.", "M"),
    "a field of a form": ('Reverts "add a cache"\n\nReverts: someone/thing#7\nInitiated by: someone', "A"),
    "a diff of Phabricator": ("Revert D4711: speed up the cache", "B"),
    "the original of Phabricator": ('Back out "faster"\n\nSummary:\nOriginal Phabricator Diff: D4711', "B"),
    "the original changeset": ('Back out "faster"\n\nSummary: Original commit changeset: {B12}', "B"),
    "a change of Gerrit": ("cache: undo\n\nThis reverts CL 90210.", "C"),
    "a changeset backed out": ("Backed out changeset {A12} (bug 1)", "A"),
}

TITLES = {
    "with the number": ('Revert "add a cache (#7)"', "A"),
    "without the number": ('Revert "add a cache"', "A"),
    "with the revert's own number": ('Revert "add a cache (#7)" (#8)', "A"),
    "with a tag": ('BUG/MINOR: Revert "add a cache"', "A"),
    "with a scope": ('ci(deps): revert "add a cache"', "A"),
    "with an emoji": ('⏪️ Revert "add a cache"', "A"),
    "with an issue's key": ('CACHE-12 Revert "add a cache"', "A"),
    "conventional": ("revert: add a cache", "A"),
    "conventional, with a scope": ("revert(cache): speed up the cache", "B"),
    "without quotes": ("Revert speed up the cache", "B"),
    "backed out": ('Back out "speed up the cache"', "B"),
    "without its full stop": ('Revert "warm the cache on start"', "C"),
    "of a merged request": ('Revert "evict old entries"', "M"),
    "in the body": ('Make it start again\n\nRevert "speed up the cache"\n\nIt was too eager.', "B"),
    "two in the body": ('Revert "add a cache"\n\nRevert "speed up the cache"', "A B"),
    "with an id nobody has": ('Revert "add a cache"\n\nThis reverts commit ' + "0" * 40, "A"),
    "in curly quotes": ("Revert “add a cache”", "A"),
    "a quote never closed": ('Revert "add a cache (#7) (#8)', "A"),
}

NOTHING = {
    "another meaning": "Revert to a plain dictionary",
    "a button": "Add a revert button",
    "a title nobody has": 'Revert "add a database"',
    "the state of a commit": "cache.c: back to commit {A}",
    "a reset": "This reverts to commit {A} for now",
    "what another commit did": "Restore the cache\n\nIt was reverted in {A}, by accident.",
    "what another commit reverted": "Tidy up\n\nThis came with commit {B} which reverts {A}.",
    "a mention": 'Fix eviction\n\nFixes: {A12} ("Revert speed up the cache")',
    "a plan given up": "Fix eviction\n\nI had first tried to revert {A}, in vain.",
    "quoted by a mark": 'Notes\n\nThe message was:\n\n> Revert "add a cache"\n> \n> This reverts commit {A}.',
    "in a fence": "Notes\n\n```\nThis reverts commit {A}.\n```",
    "below a heading": "Restore\n\nOriginal commit message:\n\nRevert x\n\nThis reverts commit {A}.",
    "an id too short": "undo\n\nThis reverts commit {A6}.",
    "an id of nobody": "undo\n\nThis reverts commit " + "1" * 40,
    "a merge brings its own commits": "Merge branch 'undo'\n\nThis reverts commit {A}.",
    "an issue's number": "Reverted #99, see the discussion",
    "a word for a title": "Revert cache",
    "empty quotes": 'Revert ""',
}


@pytest.mark.parametrize(("message", "undone"), DECLARED.values(), ids=DECLARED)
def test_a_message_that_refers_to_a_commit_declares_its_revert(message: str, undone: str) -> None:
    answer = told([*PAST, ("R", message)], LANDED)
    assert answer.replace("~", "").replace("R>", "") == undone


@pytest.mark.parametrize(("message", "undone"), TITLES.values(), ids=TITLES)
def test_a_message_that_repeats_a_title_undoes_that_commit(message: str, undone: str) -> None:
    assert told([*PAST, ("R", message)]).replace("?R>", "") == undone


@pytest.mark.parametrize("message", NOTHING.values(), ids=NOTHING)
def test_a_message_that_undoes_nothing_is_no_revert(message: str) -> None:
    parents = "M X" if message.startswith("Merge") else sha("M")
    assert told([*PAST, ("R", message, parents)], LANDED) == ""


@pytest.mark.parametrize(
    "message",
    [
        "cache: simpler\n\nThis partially reverts commit {A}.",
        "Partial revert of commit {A}",
        "Revert part of {A}",
        "reverted some changes of {A}",
        "cache: simpler\n\nThis reverts the eviction part of {A}.",
        "cache: simpler\n\nThis mostly reverts {A}.",
        "Reverts {A} partially to fix the build",
        "cache: simpler\n\nThis reverts {A}, except for the tests.",
        'Partially revert "add a cache"\n\nThis reverts commit {A}.',
        "Release 2\n\n- faster\n- Revert commit {A}",
    ],
)
def test_a_revert_said_to_be_of_a_part_is_partial(message: str) -> None:
    assert told([*PAST, ("R", message)]) == "~R>A"


def test_ids_can_be_hidden_to_score_the_title_rule() -> None:
    rows = [*PAST, ("R", 'Revert "speed up the cache"\n\nThis reverts commit {A}.')]
    assert told(rows) == "R>A"
    assert told(rows, use_ids=False) == "?R>B"


def test_no_commit_reverts_itself_or_a_later_one() -> None:
    assert told([("A", "one\n\nThis reverts commit {A}.")]) == ""
    assert told([("A", "one\n\nThis reverts commit {B}."), ("B", "two")]) == ""
    assert told([("A", 'Revert "later"'), ("B", "later")]) == ""


def test_a_short_id_that_two_commits_share_names_neither() -> None:
    twin = sha("A")[:10] + "0" * 30
    commits = history([("A", "one"), ("B", "two"), ("R", "undo\n\nThis reverts commit {A8}.")])
    assert len(find_reverts(commits, {})) == 1
    commits[1] = commits[1]._replace(sha=twin)
    assert find_reverts(commits, {}) == ()


class TestSameTitles:
    def test_of_two_commits_with_one_title_the_later_is_meant(self) -> None:
        assert told([("A", "tidy up"), ("B", "tidy up"), ("R", 'Revert "tidy up"')]) == "?R>B"

    def test_a_commit_already_undone_is_not_meant_again(self) -> None:
        rows: list[Row] = [("A", "tidy up"), ("B", "tidy up"), ("R", 'Revert "tidy up"'), ("S", 'Revert "tidy up"')]
        assert told(rows) == "?R>B ?S>A"

    def test_the_one_on_the_same_line_is_meant_before_one_on_another_branch(self) -> None:
        rows: list[Row] = [
            ("O", "start"),
            ("A", "changelog"),
            ("B", "more"),
            ("C", "changelog", "O"),
            ("R", 'Revert "changelog"', "B"),
        ]
        assert told(rows) == "?R>A"

    def test_a_title_cut_short_by_a_forge_is_completed(self) -> None:
        long = "add a widget that shows how far the download of the archive has come (#8)"
        assert told([("A", long), ("R", 'Revert "add a widget that shows how far the down…" (#9)')]) == "?R>A"
        assert told([("A", long), ("R", 'Revert "add a widget that shows how far the up…" (#9)')]) == ""


class TestChains:
    def reinstated(self, *rows: Row) -> dict[str, str | None]:
        names = {sha(row[0]): row[0] for row in rows}
        found = find_reverts(history(rows), {})
        return {f"{names[row.revert]}>{names[row.reverted]}": names.get(row.reinstated_by or "") for row in found}

    T: Row = ("A", "add a cache")
    R: Row = ("R", 'Revert "add a cache"\n\nThis reverts commit {A}.')

    @pytest.mark.parametrize(
        "words",
        [
            'Revert "Revert "add a cache""\n\nThis reverts commit {R}.',
            'Revert "Revert "add a cache""',
            'Reapply "add a cache"',
            'Reland "add a cache" (#12)',
            "Re-land: Add a cache",
            "[Reland] add a cache",
            "Reland 2: add a cache",
            'Revert^2 "add a cache"',
            'Back out "Revert "add a cache""',
            "cache: once more\n\nThis relands commit {A}.",
        ],
    )
    def test_a_revert_of_a_revert_reinstates(self, words: str) -> None:
        assert self.reinstated(self.T, self.R, ("S", words)) == {"R>A": "S", "S>R": None}

    def test_a_third_revert_takes_the_commit_out_again(self) -> None:
        rows: list[Row] = [self.T, self.R, ("S", 'Reapply "add a cache"'), ("U", 'Revert "Reapply "add a cache""')]
        assert self.reinstated(*rows) == {"R>A": None, "S>R": "U", "U>S": None}

    def test_the_fourth_puts_it_back(self) -> None:
        rows: list[Row] = [
            self.T, self.R,
            ("S", 'Reapply "add a cache"'), ("U", 'Revert "Reapply "add a cache""'), ("V", 'Reland "add a cache"'),
        ]  # fmt: skip
        assert self.reinstated(*rows) == {"R>A": "S", "S>R": None, "U>S": "V", "V>U": None}

    def test_a_revert_undone_in_part_still_stands(self) -> None:
        rows: list[Row] = [self.T, self.R, ("S", "cache: half of it\n\nThis partially reverts commit {R}.")]
        assert self.reinstated(*rows) == {"R>A": None, "S>R": None}

    def test_a_reland_of_what_was_never_taken_out_undoes_nothing(self) -> None:
        assert self.reinstated(self.T, ("S", 'Reland "add a cache"'), ("U", "again\n\nThis relands commit {A}.")) == {}

    def test_the_message_of_a_revert_repeated_in_its_revert_is_a_quotation(self) -> None:
        words = 'Revert "Revert "add a cache""\n\nThis reverts commit {R}.\n\nThis reverts commit {A}.'
        assert self.reinstated(self.T, self.R, ("S", words)) == {"R>A": "S", "S>R": None}


class TestSquashes:
    def squash(self, *parts: str, subject: str = "Work on the cache (#20)") -> str:
        return told([*PAST, ("R", "\n\n".join([subject, *(f"* {part}" for part in parts)]))], LANDED)

    def test_one_that_only_reverts_is_a_revert(self) -> None:
        assert self.squash('Revert "add a cache (#7)"\n\nThis reverts commit {A}.') == "R>A"

    def test_one_that_opens_with_a_revert_undoes_that_commit(self) -> None:
        assert self.squash('Revert "add a cache"\n\nThis reverts commit {A}.', "tidy up") == "R>A"

    def test_a_revert_among_later_parts_is_partial(self) -> None:
        assert self.squash("tidy up", 'Revert "add a cache"\n\nThis reverts commit {A}.') == "~R>A"

    def test_a_later_part_that_only_repeats_a_title_is_none(self) -> None:
        assert self.squash("tidy up", 'Revert "add a cache"') == ""

    def test_a_revert_and_its_reland_are_none(self) -> None:
        first = 'Revert "add a cache"\n\nThis reverts commit {A}.'
        assert self.squash(first, 'Reapply "add a cache"') == ""
        assert self.squash(first, 'Revert "Revert "add a cache""', "tidy up") == ""

    def test_a_part_undone_within_the_squash_is_none(self) -> None:
        assert self.squash("speed up the cache", 'Revert "speed up the cache"') == ""

    def test_one_whose_subject_reverts_is_whole(self) -> None:
        subject = 'Revert "add a cache" (#20)'
        assert (
            self.squash("update the notes", 'Revert "add a cache"\n\nThis reverts commit {A}.', subject=subject)
            == "R>A"
        )


REVERT_SUBJECTS = [
    'Revert "add a cache"', "revert: add a cache", "revert(cache)!: add it", 'fix(deps): Revert "bump x"',
    "Revert D4711", "Revert #12", "Reverted 0123456789", 'Back out "add a cache"', "Backed out changeset 0123456789ab",
    'Reapply "add a cache"',
    'Reverts "add a cache" (#5)', 'Revert^2 "add a cache"', "Reland: add a cache", '[camera] Revert "add a cache"',
]  # fmt: skip
OTHER_SUBJECTS = [
    "Revert to a plain dictionary", "Add a revert button", "Merge branch 'revert-12'", "revert", "",
    "undo: fix the stack", "rollback: fix a race", "Fix revert of nested transactions", "feat: undo and redo",
    'Say "revert"', "reverting is slow",
]  # fmt: skip


@pytest.mark.parametrize("subject", REVERT_SUBJECTS)
def test_a_subject_that_undoes_a_commit_is_known(subject: str) -> None:
    assert is_revert_subject(subject)


@pytest.mark.parametrize("subject", OTHER_SUBJECTS)
def test_a_subject_that_only_speaks_of_reverting_is_none(subject: str) -> None:
    assert not is_revert_subject(subject)


def test_a_title_with_quotes_in_it_ends_at_the_last() -> None:
    found = title_of('Revert "say "hello" twice" (#3)')
    assert found is not None
    assert found.text == 'say "hello" twice'


PIECES = st.sampled_from([
    "Revert ", "revert", '"', "\n", "\n\n", " ", "This reverts commit ", "T", "Reapply ", "Reland ", "{A}", "{C}", "* ",
    "(#1)", "Reverts #1", ", ", " and ", "..", "^", ":", "commits", "D123456", "Differential Revision: D123456", "> ",
])  # fmt: skip


@given(st.lists(st.one_of(st.lists(PIECES, max_size=12).map("".join), st.text()), max_size=5))
def test_whatever_messages_say_only_earlier_commits_are_undone(messages: list[str]) -> None:
    commits = [
        Commit(sha(name), (), NOBODY, NOBODY, 0, 0, message.replace("{A}", sha("A")).replace("{C}", sha("C")))
        for name, message in zip("ABCDE", messages, strict=False)
    ]
    place = {commit.sha: at for at, commit in enumerate(commits)}
    found = find_reverts(commits, {1: sha("A"), 2: "gone"})
    assert all(place[row.reverted] < place[row.revert] for row in found)
    assert len({(row.revert, row.reverted) for row in found}) == len(found)


@pytest.mark.parametrize("piece", ['Revert "', "(#1) ", "revert   ", "reverts 0123456 and ", '"', "x: ", "(("])
def test_no_message_is_slow(piece: str) -> None:
    began = time.perf_counter()
    find_reverts([Commit(sha(name), (), NOBODY, NOBODY, 0, 0, piece * 5000) for name in "AB"], {})
    assert time.perf_counter() - began < 2
