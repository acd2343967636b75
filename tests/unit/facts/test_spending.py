"""Which request belongs to which commit, told as tiny days: minutes, files, sessions."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ai_quality.facts.spending import DAY, LONGEST_WAIT, Edit, Made, Spent, Tie, attribute

MINUTE = 60


def at(minute: float) -> int:
    return 1_000_000_000 + round(minute * MINUTE)


def ask(
    row: int, minute: float, edits: str = "", *, of: str = "s", turn: str = "t", ran: str = "", place: str | None = "W",
    branch: str | None = "main", whole: bool = False,
) -> Spent:  # fmt: skip
    """A request at a minute: `edits` are paths with lines ("a:3 b"), `ran` the commit that it made."""
    pairs = (word.partition(":") for word in edits.split())
    told = tuple(Edit((path,), int(lines or 1)) for path, _, lines in pairs)
    return Spent(row, of, turn, at(minute) * 1000 + 500, place, branch, told, tuple(ran.split()), whole)


def made(
    name: str, minute: float, paths: str, *, place: str | None = "W", branch: str = "main",
    committed: float | None = None, becomes: str | None = "", sessions: str = "",
) -> Made:  # fmt: skip
    """A commit of a minute; `committed` later where a rebase wrote it anew."""
    line, later = frozenset(branch.split()), at(minute if committed is None else committed)
    stands_for_it = (becomes or name).ljust(40, "0") if becomes is not None else None
    return Made(
        name.ljust(40, "0"), at(minute), later, frozenset(paths.split()),
        place, line, line, frozenset(sessions.split()), stands_for_it,
    )  # fmt: skip


WATCHED = {"W": at(-1000), "V": at(-1000)}
"""Worktrees whose reflog knows every commit of the day."""


def told(spent: list[Spent], commits: list[Made], covered: dict[str, int] | None = None) -> dict[int, str]:
    """Row → "commit evidence"."""
    ties = attribute(spent, commits, WATCHED if covered is None else covered)
    return {row: f"{tie.commit.rstrip('0')} {tie.evidence}" for row, tie in sorted(ties.items())}


def test_an_edit_goes_to_the_first_commit_after_it_that_changes_its_file() -> None:
    day = [made("aa", 5, "f"), made("bb", 10, "f g"), made("cc", 15, "f")]
    assert told([ask(1, 6, "f"), ask(2, 9, "g", turn="u")], day) == {1: "bb paths", 2: "bb paths"}
    assert told([ask(1, 16, "f")], day) == {}


def test_a_commit_the_session_made_itself_is_the_strongest_evidence() -> None:
    day = [made("aa1b2c3", 10, "f")]
    assert told([ask(1, 6, "f"), ask(2, 9.9, ran="aa1b2c3")], day) == {
        1: "aa1b2c3 agent-commit",
        2: "aa1b2c3 agent-commit",
    }


def test_a_message_that_names_the_session_says_the_same() -> None:
    day = [made("aa", 10, "f", sessions="s"), made("bb", 15, "g")]
    spent = [ask(1, 1, turn="explore"), ask(2, 2, turn="shell"), ask(3, 6, "f"), ask(4, 7), ask(5, 11)]
    assert told(spent, day) == dict.fromkeys(range(1, 6), "aa agent-commit")
    assert told([ask(1, 1), ask(2, 2, of="z")], day) == {1: "aa agent-commit", 2: "aa branch+time"}


def test_requests_without_edits_serve_the_next_edit_of_their_turn_and_the_rest_the_last() -> None:
    day = [made("aa", 5, "f"), made("bb", 10, "g")]
    turn = [ask(1, 1), ask(2, 2, "f"), ask(3, 6), ask(4, 7, "g"), ask(5, 11)]
    assert told(turn, day) == {1: "aa paths", 2: "aa paths", 3: "bb paths", 4: "bb paths", 5: "bb paths"}


def test_a_turn_without_edits_serves_the_next_commit_of_its_session() -> None:
    day = [made("aa", 10, "f")]
    assert told([ask(1, 1, turn="explore"), ask(2, 5, "f", turn="do")], day) == {1: "aa paths", 2: "aa paths"}


def test_an_edit_that_no_commit_holds_is_tied_to_nothing_and_nor_is_its_turn() -> None:
    day = [made("aa", 10, "f")]
    assert told([ask(1, 1, turn="idle"), ask(2, 2, "lost", turn="idle")], day) == {}
    assert told([ask(1, 1), ask(2, 2, "lost"), ask(3, 3, "f")], day) == {1: "aa paths", 3: "aa paths"}


def test_a_request_that_edits_for_two_commits_goes_whole_to_the_one_with_more_of_its_lines() -> None:
    day = [made("aa", 5, "f"), made("bb", 10, "g h")]
    assert told([ask(1, 1, "f:5 g:3 h:3")], day) == {1: "bb paths"}
    assert told([ask(1, 1, "f:6 g:3 h:3")], day) == {1: "aa paths"}


def test_a_partial_commit_takes_only_what_edited_its_paths() -> None:
    assert told([ask(1, 1, "f"), ask(2, 2, "g", turn="u")], [made("aa", 5, "f")]) == {1: "aa paths"}


def test_parallel_sessions_are_told_apart_by_their_paths() -> None:
    day = [made("aa", 10, "f"), made("bb", 11, "g")]
    spent = [ask(1, 1, "f"), ask(2, 2, "g", of="z"), ask(3, 3, of="z"), ask(4, 4)]
    assert told(spent, day) == {1: "aa paths", 2: "bb paths", 3: "bb paths", 4: "aa paths"}


def test_two_sessions_at_work_at_once_on_one_path_are_ambiguous() -> None:
    spent = [ask(1, 1, "f"), ask(2, 2, "f", of="z"), ask(3, 3)]
    assert told(spent, [made("aa", 10, "f")]) == {1: "aa ambiguous", 2: "aa ambiguous", 3: "aa ambiguous"}


def test_two_sessions_one_after_the_other_are_not() -> None:
    spent = [ask(1, 1, "f"), ask(2, 2, "f", of="z")]
    assert told(spent, [made("aa", 10, "f")]) == {1: "aa paths", 2: "aa paths"}


def test_of_two_sessions_on_one_path_the_one_that_committed_is_sure() -> None:
    spent = [ask(1, 1, "f"), ask(2, 2, "f", of="z"), ask(3, 3, ran="aa00000")]
    assert told(spent, [made("aa", 10, "f")])[1] == "aa agent-commit"
    assert told(spent, [made("aa", 10, "f")])[2] == "aa ambiguous"


def test_another_worktrees_commit_does_not_hold_an_edit() -> None:
    day = [made("aa", 5, "f", place="V"), made("bb", 10, "f")]
    assert told([ask(1, 1, "f")], day) == {1: "bb paths"}
    assert told([ask(1, 1, "f")], day[:1]) == {}


def test_without_a_reflog_the_branch_tells_two_worktrees_apart() -> None:
    day = [made("aa", 5, "f", place=None, branch="topic"), made("bb", 10, "f", place=None, branch="main")]
    spent = [ask(1, 1, "f"), ask(2, 1, "f", of="z", place="V", branch="topic")]
    assert told(spent, day, {}) == {1: "bb paths", 2: "aa paths"}


def test_a_reflog_that_begins_later_knows_no_better_than_a_commit_from_elsewhere() -> None:
    day = [made("aa", 5, "f", place=None), made("bb", 50, "f")]
    assert told([ask(1, 1, "f")], day, {"W": at(40)}) == {1: "aa paths"}


def test_after_a_rebase_the_time_of_writing_still_tells_commits_apart() -> None:
    day = [made("aa", 5, "f", committed=60), made("bb", 10, "f", committed=60)]
    assert told([ask(1, 1, "f"), ask(2, 7, "f", turn="u")], day) == {1: "aa paths", 2: "bb paths"}


def test_an_edit_between_writing_and_committing_belongs_to_an_amended_commit_when_none_else_holds_it() -> None:
    assert told([ask(1, 7, "f")], [made("aa", 5, "f", committed=60)]) == {1: "aa paths"}


def test_what_a_vanished_commit_held_goes_to_the_commit_that_stands_for_it() -> None:
    assert told([ask(1, 1, "f")], [made("aa", 5, "f", becomes="bb"), made("cc", 9, "f")]) == {1: "bb paths"}


def test_what_a_dropped_commit_held_is_tied_to_nothing() -> None:
    assert told([ask(1, 1, "f"), ask(2, 2)], [made("aa", 5, "f", becomes=None)]) == {}


def test_edits_through_a_shell_go_to_the_next_commit_on_the_branch() -> None:
    day = [made("aa", 5, "f"), made("bb", 10, "f")]
    assert told([ask(1, 6), ask(2, 7), ask(3, 12)], day) == {
        1: "bb branch+time",
        2: "bb branch+time",
        3: "bb branch+time",
    }


@pytest.mark.parametrize(
    "spent",
    [
        [ask(1, 1, place="V")],
        [ask(1, 11)],
        [ask(1, -DAY / MINUTE)],
        [ask(1, 1, "lost"), ask(2, 2)],
        [ask(1, 1, whole=True)],
    ],
)
def test_branch_and_time_prove_nothing_in_another_worktree_too_late_too_early_or_beside_lost_edits(
    spent: list[Spent],
) -> None:
    assert told(spent, [made("aa", 10, "f")]) == {}


def test_branch_and_time_prove_nothing_on_another_branch_or_on_none() -> None:
    day = [made("aa", 10, "f", branch="topic")]
    assert told([ask(1, 1)], [*day, made("bb", -5, "f")]) == {}
    assert told([ask(1, 1, branch="HEAD")], [made("aa", 10, "f", place=None)], {}) == {}


def test_an_edit_waits_a_month_for_its_commit_and_no_longer() -> None:
    day = LONGEST_WAIT / MINUTE
    assert told([ask(1, 1, "f")], [made("aa", day, "f")]) == {1: "aa paths"}
    assert told([ask(1, 1, "f")], [made("aa", day + 2, "f")]) == {}


def test_a_sessions_total_cannot_be_cut() -> None:
    day = [made("aa", 5, "f"), made("bb", 10, "g")]
    assert told([ask(1, 1, "f", whole=True)], day) == {1: "aa paths"}
    assert told([ask(1, 1, "f g", whole=True)], day) == {}
    assert told([ask(1, 1, "f lost", whole=True)], day) == {}


def test_a_sub_agent_that_does_not_tell_its_turn_is_of_the_turn_at_that_time() -> None:
    spent = [ask(1, 1, turn="t"), ask(2, 2, "f", turn=""), ask(3, 3, turn="u"), ask(4, 4, "g", turn="u")]
    assert told(spent, [made("aa", 10, "f"), made("bb", 11, "g")]) == {
        1: "aa paths", 2: "aa paths", 3: "bb paths", 4: "bb paths",
    }  # fmt: skip


REQUESTS = st.builds(
    ask,
    row=st.integers(0, 10**6),
    minute=st.integers(0, 30),
    edits=st.sampled_from(["", "", "f", "g", "f g", "f:9 h"]),
    of=st.sampled_from("xyz"),
    turn=st.sampled_from(["", "t", "u"]),
    ran=st.sampled_from(["", "", "aa00000", "ff"]),
    place=st.sampled_from(["W", "V", None]),
    branch=st.sampled_from(["main", "topic", "HEAD", None]),
    whole=st.sampled_from([False, False, True]),
)
COMMITS = st.builds(
    made,
    name=st.sampled_from(["aa", "bb", "cc", "dd"]),
    minute=st.integers(0, 30),
    paths=st.sampled_from(["", "f", "g", "f g h"]),
    place=st.sampled_from(["W", "V", None]),
    branch=st.sampled_from(["main", "topic", "main topic", ""]),
    committed=st.none() | st.integers(30, 60),
    becomes=st.sampled_from(["", "", "bb", None]),
)


@given(
    spent=st.lists(REQUESTS, max_size=12, unique_by=lambda one: one.row),
    commits=st.lists(COMMITS, max_size=4, unique_by=lambda one: one.sha),
    order=st.randoms(use_true_random=False),
)
def test_whatever_the_day_each_request_is_tied_once_to_a_commit_of_today_whatever_the_order(
    spent: list[Spent], commits: list[Made], order: object
) -> None:
    ties = attribute(spent, commits, WATCHED)
    assert ties.keys() <= {one.row for one in spent}
    assert {tie.commit for tie in ties.values()} <= {one.becomes for one in commits}
    shuffled, others = list(spent), list(commits)
    order.shuffle(shuffled)  # type: ignore[attr-defined]
    order.shuffle(others)  # type: ignore[attr-defined]
    assert attribute(shuffled, others, WATCHED) == ties
    held = {path for one in commits for path in one.paths}
    for one in spent:
        if one.edits and not one.printed and not any(path in held for edit in one.edits for path in edit.paths):
            assert one.row not in ties


def test_a_tie_names_a_commit_and_its_evidence() -> None:
    assert attribute([ask(1, 1, "f")], [made("aa", 5, "f")]) == {1: Tie("aa".ljust(40, "0"), "paths")}
