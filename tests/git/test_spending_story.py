"""Twenty commits, two worktrees, three sessions, an amend, a rebase, two squashes ...: each dollar in one place.

With the hooks in and `usage: trailer`, git itself carries the costs: what a fresh clone with its notes adds up to,
without any log, is what the logs tell.
"""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

import pytest

from ai_quality.facts.usage_lines import counted
from ai_quality.pipeline import settling
from ai_quality.pipeline.spending import Homes
from ai_quality.sources import notes
from ai_quality.sources.git import open_repository
from ai_quality.spend import Usage
from tests.spending import LETTERS, Day, agent


@pytest.fixture
def day(tmp_path: Path) -> Day:
    """This very day, as the hooks look at the clock; the hooks are in, and cost goes into trailers."""
    day = Day(tmp_path, time.time() - 3 * 3600)
    command = [sys.executable, "-m", "ai_quality.cli", "-C", str(day.shop), "install"]
    subprocess.run(command, check=True, capture_output=True)
    day.git(day.shop, "config", "ai-quality.usage", "trailer")
    return day


def test_every_dollar_is_in_exactly_one_place(day: Day) -> None:
    tree = day.root / "topic"
    day.git(day.shop, "worktree", "add", "--quiet", "-b", "topic", str(tree))
    three_sessions_at_once(day, tree)
    an_amend_a_fixup_and_a_rebase(day, tree)
    a_local_squash(day)
    a_person_commits_what_an_agent_edited(day)
    a_pick_and_a_revert(day)
    sync(day)
    told = {
        "cart": "abe", "search": "dfkno", "ship": "cg", "shared": "hij", "index": "lm", "typo": "",
        "Squashed commit of the following:": "pqrs", "page": "t", "style": "u", "": "v",
    }  # fmt: skip
    assert day.charged(day.usage()) == costly(told)
    assert carried(day, day.shop) == costly(told) - {""}

    merge_as_github_does(day, "topic", "Search (#7)")
    day.git(day.shop, "worktree", "remove", str(tree))
    day.git(day.shop, "branch", "--quiet", "-D", "topic")
    sync(day)
    told["Search (#7)"] = "".join(sorted(told.pop("search") + told.pop("index")))
    assert day.charged(day.usage()) == costly(told)
    assert carried(day, day.shop) == costly(told) - {""}

    clone = day.root / "clone"  # a machine without logs
    day.git(day.root, "clone", "--quiet", str(day.shop), str(clone))
    day.git(clone, "fetch", "--quiet", "origin", "refs/notes/ai-quality:refs/notes/ai-quality")
    assert carried(day, clone) == costly(told) - {""}
    assert commits_ever_made(day) == 20


def three_sessions_at_once(day: Day, tree: Path) -> None:
    day.session("A")
    day.session("B", tree, "topic")
    day.session("C")
    day.ask("A")
    day.answer("A")  # a explores
    day.answer("A", "cart")  # b
    day.answer("C", "ship")  # c, in the same worktree
    day.answer("B", "search")  # d, in the other
    day.agent_commits("A", "cart", "cart")  # e
    day.agent_commits("B", "search", "search")  # f
    day.agent_commits("C", "ship", "ship")  # g
    day.answer("A", "shared")  # h
    day.answer("C", "shared")  # i
    day.agent_commits("A", "shared", "shared")  # j; whose lines are in it, nobody can say


def an_amend_a_fixup_and_a_rebase(day: Day, tree: Path) -> None:
    day.answer("B", "search")  # k
    day.commit("search", "search", where=tree, words=("--amend",), by=agent("B"))
    day.write(day.shop, "typo")
    day.commit("typo", "typo")  # by a person: costs nothing
    day.answer("B", "index")  # l
    day.agent_commits("B", "index", "index")  # m
    day.answer("B", "search")  # n
    day.agent_commits("B", "fixup! search", "search")  # o
    day.git(tree, "rebase", "--quiet", "-i", "--autosquash", "main", GIT_EDITOR="true", GIT_SEQUENCE_EDITOR="true")


def a_local_squash(day: Day) -> None:
    day.git(day.shop, "checkout", "--quiet", "-b", "spike")
    day.answer("A", "model")  # p
    day.agent_commits("A", "model", "model")  # q
    day.answer("A", "model")  # r
    day.agent_commits("A", "model again", "model")  # s
    day.git(day.shop, "checkout", "--quiet", "main")
    day.git(day.shop, "merge", "--quiet", "--squash", "spike")
    day.wait()
    day.git(day.shop, "commit", "--quiet", "--no-edit")
    day.git(day.shop, "branch", "--quiet", "-D", "spike")


def a_person_commits_what_an_agent_edited(day: Day) -> None:
    day.answer("A", "page", "style")  # t: for two commits, a file each
    day.answer("A", "style")  # u
    day.commit("page", "page")
    day.commit("style", "style")
    day.answer("A", "lost")  # v: never committed


def a_pick_and_a_revert(day: Day) -> None:
    """Both repeat what was paid for, or undo it; neither costs anything."""
    day.wait()
    day.git(day.shop, "checkout", "--quiet", "-b", "release", ":/begin")
    day.git(day.shop, "cherry-pick", ":/ship")
    day.git(day.shop, "checkout", "--quiet", "main")
    day.git(day.shop, "revert", "--no-edit", ":/^page")


def merge_as_github_does(day: Day, branch: str, title: str) -> None:
    """Squash on the server: no hook runs, and each message stands below the title (COMMIT_MESSAGES)."""
    told = day.git(day.shop, "log", "--reverse", "--format=* %B", f"main..{branch}")
    tree = day.git(day.shop, "merge-tree", "--write-tree", "main", branch)
    sha = day.git(day.shop, "commit-tree", tree, "-p", "main", "-m", f"{title}\n\n{told}")
    day.wait()
    day.git(day.shop, "update-ref", "refs/heads/main", sha)
    day.git(day.shop, "reset", "--quiet", "--hard")


def sync(day: Day) -> None:
    with open_repository(day.shop) as repository:
        settling.sync(repository, Homes((str(day.home),), {}, named=False), {}, int(time.time()))


class Told(dict[str, str]):
    """Subject → answers."""

    def __sub__(self, names: set[str]) -> Told:
        return Told({name: letters for name, letters in self.items() if name not in names})


def costly(told: dict[str, str]) -> Told:
    return Told({name: letters for name, letters in told.items() if letters})


def carried(day: Day, where: Path) -> Told:
    """What the messages and notes of a repository alone tell."""
    shas = day.git(where, "log", "--topo-order", "--reverse", "--format=%H", "--branches", "--").split()
    messages = [(sha, day.git(where, "log", "-1", "--format=%B", sha)) for sha in shas]
    with open_repository(where) as repository:
        records = counted(messages, notes.read(repository))
    found = Told()
    for sha, usage in records:
        subject = day.git(where, "log", "-1", "--format=%s", sha)
        found[subject] = "".join(sorted(found.get(subject, "") + answers(usage)))
    return found


def answers(usage: Usage) -> str:
    assert usage.tokens is not None
    return "".join(letter for place, letter in enumerate(LETTERS) if usage.tokens.input >> place & 1)


def commits_ever_made(day: Day) -> int:
    objects = day.git(day.shop, "cat-file", "--batch-all-objects", "--batch-check=%(objectname) %(objecttype)")
    made = {line.split()[0] for line in objects.splitlines() if line.endswith(" commit")}
    return len(made - set(day.git(day.shop, "rev-list", "refs/notes/ai-quality").split()))
