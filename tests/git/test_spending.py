"""What real histories and real logs come to: which answer is charged to which commit, after all that git does."""

from __future__ import annotations

from pathlib import Path

import pytest

from ai_quality.pipeline.spending import Homes, spend
from ai_quality.reports import spend_json
from ai_quality.sources.git import open_repository
from tests.histories import at, run_git
from tests.logs import Session
from tests.spending import Day


@pytest.fixture
def day(tmp_path: Path) -> Day:
    return Day(tmp_path, at(3))


def evidence(day: Day, told: dict[str, object]) -> dict[str, str]:
    rows = told["by_commit"]
    assert isinstance(rows, list)
    return {day.subject(row["commit"]): row["evidence"] for row in rows}


def test_a_turn_goes_to_the_commit_that_holds_its_edits_and_exploration_with_it(day: Day) -> None:
    day.session("A")
    day.ask("A")
    day.answer("A")
    day.ask("A")
    day.answer("A", "cart")
    day.answer("A")
    day.commit("cart", "cart")
    day.ask("A")
    day.answer("A", "lost")
    told = day.usage()
    assert day.charged(told) == {"cart": "abc", "": "d"}
    assert evidence(day, told) == {"cart": "paths"}


def test_the_agents_own_commit_is_told_by_the_id_it_printed(day: Day) -> None:
    day.session("A")
    day.ask("A")
    day.answer("A", "cart")
    day.agent_commits("A", "cart", "cart")
    day.answer("A")
    told = day.usage()
    assert day.charged(told) == {"cart": "abc", "": ""}
    assert evidence(day, told) == {"cart": "agent-commit"}


def test_an_amend_and_a_rebase_keep_what_they_rewrite(day: Day) -> None:
    day.session("A")
    day.ask("A")
    day.answer("A", "cart")
    day.agent_commits("A", "cart", "cart")
    day.answer("A", "cart")
    day.commit("cart, better", "cart", words=("--amend",))
    day.answer("A", "pay")
    day.agent_commits("A", "pay", "pay")
    day.git(day.shop, "checkout", "--quiet", "-b", "topic")
    day.git(day.shop, "checkout", "--quiet", "main")
    day.git(day.shop, "reset", "--quiet", "--hard", "HEAD~2")
    day.write(day.shop, "other")
    day.commit("other", "other")
    day.git(day.shop, "checkout", "--quiet", "topic")
    day.git(day.shop, "rebase", "--quiet", "main")
    assert day.charged(day.usage()) == {"cart, better": "abc", "pay": "de", "": ""}


def test_worktrees_at_work_at_once_keep_their_commits_apart(day: Day) -> None:
    tree = day.root / "topic"
    day.git(day.shop, "worktree", "add", "--quiet", "-b", "topic", str(tree))
    day.session("A")
    day.session("B", tree, "topic")
    day.answer("A", "cart")
    day.answer("B", "cart")
    day.commit("in topic", "cart", where=tree)
    day.commit("in main", "cart")
    told = day.usage()
    assert day.charged(told) == {"in main": "a", "in topic": "b", "": ""}
    assert day.charged(day.usage(where=tree)) == day.charged(told)


def test_two_sessions_on_one_file_are_ambiguous_on_two_files_are_not(day: Day) -> None:
    day.session("A")
    day.session("B")
    day.answer("A", "cart")
    day.answer("B", "pay")
    day.answer("A", "shared")
    day.answer("B", "shared")
    day.answer("A", "later")
    day.commit("cart", "cart")
    day.commit("pay", "pay")
    day.commit("shared", "shared")
    told = day.usage()
    assert day.charged(told) == {"cart": "a", "pay": "b", "shared": "cd", "": "e"}
    assert evidence(day, told) == {"cart": "paths", "pay": "paths", "shared": "ambiguous"}


def test_a_partial_commit_takes_its_part_and_the_rest_waits(day: Day) -> None:
    day.session("A")
    day.answer("A", "cart")
    day.answer("A", "pay")
    day.commit("half", "cart")
    assert day.charged(day.usage()) == {"half": "a", "": "b"}
    day.commit("rest", "pay")
    assert day.charged(day.usage()) == {"half": "a", "rest": "b", "": ""}


def test_edits_through_a_shell_go_to_the_next_commit_on_the_branch(day: Day) -> None:
    day.session("A")
    day.answer("A", runs="python generate.py")
    day.write(day.shop, "made")
    day.commit("generated", "made")
    told = day.usage()
    assert day.charged(told) == {"generated": "a", "": ""}
    assert evidence(day, told) == {"generated": "branch+time"}


def test_a_long_weekend_between_edit_and_commit_is_bridged_by_paths_only(day: Day) -> None:
    day.session("A")
    day.answer("A", "cart")
    day.ask("A")
    day.answer("A")
    day.wait(4 * 24 * 60)
    day.commit("on Tuesday", "cart")
    assert day.charged(day.usage()) == {"on Tuesday": "a", "": "b"}


def test_a_fixup_and_a_squash_are_charged_to_what_they_went_into(day: Day) -> None:
    day.session("A")
    for subject in ("cart", "pay", "fixup! cart", "squash! pay"):
        day.ask("A")
        path = subject.rpartition(" ")[2]
        day.answer("A", path)
        day.agent_commits("A", subject, path)
    day.git(
        day.shop, "rebase", "--quiet", "-i", "--autosquash", "HEAD~4", GIT_EDITOR="true", GIT_SEQUENCE_EDITOR="true"
    )
    assert day.charged(day.usage()) == {"cart": "abef", "pay": "cdgh", "": ""}


def test_a_local_squash_whose_branch_is_gone_holds_what_its_commits_held(day: Day) -> None:
    day.session("A")
    day.git(day.shop, "checkout", "--quiet", "-b", "spike")
    day.answer("A", "cart")
    day.agent_commits("A", "cart", "cart")
    day.answer("A", "cart")
    day.agent_commits("A", "cart again", "cart")
    day.git(day.shop, "checkout", "--quiet", "main")
    day.git(day.shop, "merge", "--quiet", "--squash", "spike")
    assert day.charged(day.usage()) == {"cart": "ab", "cart again": "cd", "": ""}
    day.commit("squashed", "cart")
    day.git(day.shop, "branch", "--quiet", "-D", "spike")
    assert day.charged(day.usage()) == {"squashed": "abcd", "": ""}


def test_a_dropped_commit_is_charged_to_nothing_until_it_is_made_again(day: Day) -> None:
    day.session("A")
    day.answer("A", "cart")
    day.agent_commits("A", "cart", "cart")
    day.git(day.shop, "reset", "--quiet", "--soft", "HEAD~1")
    assert day.charged(day.usage()) == {"": "ab"}
    day.commit("cart after all", "cart")
    assert day.charged(day.usage()) == {"cart after all": "ab", "": ""}


def test_a_worktree_that_is_gone_is_known_by_its_commits_and_files(day: Day) -> None:
    tree = day.root / "topic"
    day.git(day.shop, "worktree", "add", "--quiet", "-b", "topic", str(tree))
    day.session("B", tree, "topic")
    day.answer("B", "cart")
    day.agent_commits("B", "cart", "cart")
    day.git(day.shop, "merge", "--quiet", "--ff-only", "topic")
    day.git(day.shop, "worktree", "remove", str(tree))
    day.git(day.shop, "branch", "--quiet", "-d", "topic")
    assert day.charged(day.usage()) == {"cart": "ab", "": ""}


def test_a_clone_on_another_machine_is_charged_from_the_logs_of_the_first(day: Day, tmp_path: Path) -> None:
    day.session("A")
    day.answer("A", "src")
    day.commit("src", "src")
    day.answer("A", "src")
    clone = tmp_path / "elsewhere"
    day.git(tmp_path, "clone", "--quiet", str(day.shop), str(clone))
    day.shop.rename(tmp_path / "moved")
    day.shop = clone
    told = day.usage()
    assert day.charged(told) == {"src": "a", "": "b"}


def test_logs_that_name_no_directory_of_this_machine_count_but_are_tied_to_nothing(day: Day) -> None:
    day.session("A", Path("/no/such/place"))
    day.sessions["A"].answer(day.now, tokens=2**0)
    day.sessions["A"].answer(day.now, tokens=2**1, edits={"stranger": 1})
    day.answers = 2
    told = day.usage()
    assert day.charged(told) == {"": "ab"}
    assert told["unplaced"]["requests"] == 2


def test_other_repositories_and_gone_directories_of_a_known_machine_are_told_apart(day: Day) -> None:
    day.git(day.root, "init", "--quiet", str(day.root / "blog"))
    day.session("A")
    day.answer("A", "cart")
    for directory in (day.root / "blog", day.root, Path("/no/such/place")):
        Session(day.home, f"in {directory.name}", directory=directory).answer(day.now, edits={"x": 1})
    told = day.usage()
    assert day.charged(told) == {"": "a"}
    assert (told["elsewhere"]["requests"], told["unplaced"]["requests"]) == (3, 0)


def test_what_edits_here_from_a_directory_above_is_ours_with_its_turn(day: Day) -> None:
    above = day.session("A", day.root)
    day.ask("A")
    day.wait()
    above.answer(day.now, tokens=1)
    above.answer(day.now, edits={"shop/cart": 3}, tokens=2)
    day.answers = 2
    day.ask("A")
    above.answer(day.wait(), tokens=4)
    day.write(day.shop, "cart")
    day.commit("cart", "cart")
    told = day.usage()
    assert day.charged(told) == {"cart": "ab", "": ""}
    assert told["elsewhere"]["requests"] == 1


def test_a_request_in_two_homes_and_in_a_fork_counts_once(day: Day, tmp_path: Path) -> None:
    day.session("A")
    key = f"msg_A_{1}"
    day.answer("A", "cart")
    fork = Session(day.home, "fork", directory=day.shop)
    fork.answer(day.now, key=key, tokens=1)
    other = tmp_path / "other"
    Session(other, "A", directory=day.shop).answer(day.now, key=key, tokens=1)
    assert day.charged(day.usage(day.home, other)) == {"": "a"}
    assert day.usage(other)["total"]["requests"] == 1


def test_what_is_read_again_later_only_adds_what_is_new(day: Day) -> None:
    day.session("A")
    day.answer("A", "cart")
    assert day.charged(day.usage()) == {"": "a"}
    day.answer("A", "pay")
    day.commit("both", "cart", "pay")
    assert day.charged(day.usage()) == {"both": "ab", "": ""}
    assert day.charged(day.usage()) == {"both": "ab", "": ""}


def test_an_empty_repository_and_an_empty_home_say_nothing_and_fail_at_nothing(tmp_path: Path) -> None:
    run_git(tmp_path, "init", "--quiet", str(tmp_path / "new"))
    (tmp_path / "home").mkdir()
    with open_repository(tmp_path / "new") as repository:
        told = spend_json.bill(spend(repository, Homes((str(tmp_path / "home"),), {}, named=True), at(0)))
    assert (told["total"]["requests"], told["total"]["usd"], told["by_commit"]) == (0, None, [])


def test_without_reflogs_a_merge_tells_on_which_branch_a_commit_was_made(day: Day, tmp_path: Path) -> None:
    tree = day.root / "topic"
    day.git(day.shop, "worktree", "add", "--quiet", "-b", "topic", str(tree))
    day.session("A")
    day.session("B", tree, "topic")
    day.answer("A", "cart")
    day.answer("B", "cart")
    day.answer("B", runs="sed -i s/a/b/ made")
    day.write(tree, "made")
    day.commit("in topic", "cart", "made", where=tree)
    day.commit("in main", "cart")
    day.wait()
    day.git(day.shop, "merge", "--quiet", "--no-edit", "--strategy=ours", "topic")
    clone = tmp_path / "elsewhere"
    day.git(tmp_path, "clone", "--quiet", "--single-branch", str(day.shop), str(clone))
    day.shop.rename(tmp_path / "moved")
    tree.rename(tmp_path / "moved too")
    day.shop = clone
    assert day.charged(day.usage()) == {"in main": "a", "in topic": "bc", "": ""}


@pytest.mark.parametrize("cloned", [False, True])
def test_an_author_date_that_somebody_set_misleads_nobody(day: Day, tmp_path: Path, cloned: bool) -> None:
    day.session("A")
    day.answer("A", "cart")
    day.commit("dated back", "cart", words=("--date=2020-01-01T00:00:00Z",))
    day.answer("A", "cart")
    day.commit("ordinary", "cart")
    if cloned:
        day.git(tmp_path, "clone", "--quiet", str(day.shop), str(tmp_path / "elsewhere"))
        day.shop.rename(tmp_path / "moved")
        day.shop = tmp_path / "elsewhere"
    assert day.charged(day.usage()) == {"dated back": "a", "ordinary": "b", "": ""}
