"""From a line handed to a message to a note with final numbers: given up, taken out, lost, killed half way, at once."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from ai_quality.facts.usage_lines import counted, usages
from ai_quality.hooks import settling as background
from ai_quality.pipeline import settling
from ai_quality.pipeline.spending import Homes
from ai_quality.sources import notes
from ai_quality.sources.git import open_repository
from ai_quality.spend import Usage
from tests.spending import LETTERS, Day, agent

AS_A = agent("A")


@pytest.fixture
def day(tmp_path: Path) -> Day:
    """Today, less than an hour ago; hooks in, cost goes into trailers, session A is at work."""
    day = Day(tmp_path, time.time() - 50 * 60)
    command = [sys.executable, "-m", "ai_quality.cli", "-C", str(day.shop), "install"]
    subprocess.run(command, check=True, capture_output=True)
    day.git(day.shop, "config", "ai-quality.usage", "trailer")
    day.session("A")
    day.ask("A")
    return day


def sync(day: Day) -> settling.Texts:
    with open_repository(day.shop) as repository:
        return settling.sync(repository, Homes((str(day.home),), {}, named=False), {}, int(time.time()) + 2 * 3600)


def message(day: Day, revision: str = "HEAD") -> list[Usage]:
    return usages(day.git(day.shop, "log", "-1", "--format=%B", revision))


def noted(day: Day) -> dict[str, list[Usage]]:
    with open_repository(day.shop) as repository:
        return {sha: usages(text) for sha, text in notes.read(repository).items()}


def carried(day: Day) -> str:
    """The answers that git carries, those of several records as often."""
    shas = day.git(day.shop, "log", "--all", "--topo-order", "--reverse", "--format=%H").split()
    with open_repository(day.shop) as repository:
        told = counted(
            ((sha, day.git(day.shop, "log", "-1", "--format=%B", sha)) for sha in shas), notes.read(repository)
        )
    sums = [usage.tokens.input for _, usage in told if usage.tokens]
    return "".join(sorted(letter for total in sums for place, letter in enumerate(LETTERS) if total >> place & 1))


def test_a_line_tells_what_was_known_and_the_note_what_it_came_to(day: Day) -> None:
    day.answer("A", "cart")
    sha = day.commit("cart", "cart", by=AS_A)
    day.answer("A")  # the turn goes on after its commit
    (line,) = message(day)
    assert (line.requests, line.usd, line.evidence) == (1, None, "agent-commit")
    sync(day)
    (note,) = noted(day)[sha]
    assert (note.id, note.requests) == (line.id, 2)
    assert note.usd is not None
    assert note.usd > 0


def test_the_next_line_has_dollars_once_a_price_was_looked_up(day: Day) -> None:
    day.answer("A", "cart")
    day.commit("cart", "cart", by=AS_A)
    sync(day)
    day.ask("A")
    day.answer("A", "pay")
    day.commit("pay", "pay", by=AS_A)
    (line,) = message(day)
    assert line.usd is not None
    assert (line.price_basis or "").startswith("genai-prices/")
    assert "Assisted-by: claude-code:claude-sonnet-4-5" in day.git(day.shop, "log", "-1", "--format=%B")


def test_a_commit_that_is_given_up_gives_its_requests_back(day: Day) -> None:
    day.answer("A", "cart")
    day.git(day.shop, "add", "cart")
    refuse = day.shop / ".git/hooks/commit-msg.ai-quality-prev"
    refuse.write_text("#!/bin/sh\nexit 1\n")
    refuse.chmod(0o755)
    with pytest.raises(AssertionError):
        day.git(day.shop, "commit", "-m", "cart", **AS_A)
    refuse.unlink()
    day.commit("cart, again", "cart", by=AS_A)
    sync(day)
    assert carried(day) == "a"


def test_a_line_that_a_person_takes_out_is_written_nowhere_else(day: Day) -> None:
    day.answer("A", "cart")
    day.commit("cart", "cart", by=AS_A)
    assert message(day)
    day.git(day.shop, "commit", "--quiet", "--amend", "-m", "cart, said by me", AI_QUALITY="0")
    sync(day)
    assert noted(day) == {}
    assert day.charged(day.usage()) == {"cart, said by me": "a", "": ""}


def test_an_amend_that_loses_the_line_keeps_the_record_by_its_note(day: Day) -> None:
    day.answer("A", "cart")
    day.commit("cart", "cart", by=AS_A)
    (line,) = message(day)
    sync(day)
    day.git(day.shop, "commit", "--quiet", "--amend", "-m", "cart, better", AI_QUALITY="0")
    sync(day)
    assert [one.id for one in noted(day)[day.git(day.shop, "rev-parse", "HEAD")]] == [line.id]
    assert carried(day) == "a"


def test_a_lost_ledger_does_not_charge_a_commit_again(day: Day) -> None:
    day.answer("A", "cart")
    day.commit("cart", "cart", by=AS_A)
    for place in (day.shop / ".git/ai-quality").glob("ledger*"):
        place.unlink()
    sync(day)
    assert carried(day) == "a"


def test_a_note_keeps_what_others_wrote_into_it(day: Day) -> None:
    theirs = "Assisted-by: somebody\nAI-Usage: id=utheirs; agent=codex; ev=paths"
    day.answer("A", "cart")
    sha = day.commit("cart", "cart")
    day.git(day.shop, "notes", "--ref=ai-quality", "add", "-m", theirs, day.git(day.shop, "rev-parse", "HEAD~1"))
    day.git(day.shop, "notes", "--ref=ai-quality", "add", "-m", "Assisted-by: somebody", sha)
    sync(day)
    with open_repository(day.shop) as repository:
        texts = notes.read(repository)
    assert texts[sha].startswith("Assisted-by: somebody\nAI-Usage: id=u")
    assert theirs in texts[day.git(day.shop, "rev-parse", "HEAD~1")]
    assert sync(day).notes == {}, "nothing new is nothing written"


def test_notes_of_two_machines_meet_at_the_remote(day: Day, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    remote, other = tmp_path / "remote", tmp_path / "other"
    day.git(tmp_path, "clone", "--quiet", "--bare", str(day.shop), str(remote))
    day.git(tmp_path, "clone", "--quiet", str(remote), str(other))
    day.git(other, "notes", "--ref=ai-quality", "add", "-m", "AI-Usage: id=uother; agent=codex; ev=paths")
    day.git(other, "push", "--quiet", "origin", "refs/notes/ai-quality")
    day.git(day.shop, "remote", "add", "origin", str(remote))
    day.answer("A", "cart")
    sha = day.commit("cart", "cart")
    sync(day)
    monkeypatch.chdir(day.shop)
    background.push_notes("origin")
    told = day.git(remote, "notes", "--ref=ai-quality", "list")
    assert len(told.splitlines()) == 2
    assert sha in told


def test_hooks_killed_at_any_moment_and_syncs_at_once_spend_no_request_twice(day: Day) -> None:
    chance = random.Random(11)
    tree = day.root / "tree"
    day.git(day.shop, "worktree", "add", "--quiet", "-b", "tree", str(tree))
    day.session("B", tree, "tree")
    for turn in range(3):
        for name, where in (("A", day.shop), ("B", tree)):
            day.answer(name, f"f{turn}")
            day.git(where, "add", ".")
        for name, where in (("A", day.shop), ("B", tree)):
            file = where / "message"
            file.write_text("given up\n")
            killed = start_hook(day, where, name, file)
            time.sleep(chance.uniform(0.02, 0.3))
            killed.send_signal(signal.SIGKILL)
            killed.wait()
            file.unlink()
        running = [start_sync(day) for _ in range(2 - turn)]
        for name, where in (("A", day.shop), ("B", tree)):
            day.commit(f"{name}{turn}", f"f{turn}", where=where, by=agent(name))
        assert [process.wait() for process in running] == [0] * len(running)
    sync(day)
    assert carried(day) == LETTERS[:6]
    assert day.charged(day.usage()) == {
        **{f"{n}{t}": LETTERS[2 * t + i] for t in range(3) for i, n in enumerate("AB")},
        "": "",
    }


def start_hook(day: Day, where: Path, name: str, file: Path) -> subprocess.Popen[bytes]:
    """What git starts before a commit."""
    environ = {
        **os.environ,
        "HOME": str(day.home),
        "CLAUDECODE": "1",
        "CLAUDE_CODE_SESSION_ID": name,
        "GIT_EDITOR": ":",
    }
    command = [sys.executable, "-I", "-m", "ai_quality.hooks", "prepare-commit-msg", str(file), "message"]
    return subprocess.Popen(command, cwd=where, env=environ)


def start_sync(day: Day) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "ai_quality.cli", "-C", str(day.shop), "-q", "usage", "--sync"]
    return subprocess.Popen(command, env={**os.environ, "HOME": str(day.home)}, stdout=subprocess.DEVNULL)
