"""`ai-quality usage` as a user runs it: any home, no settings, no ledger before; and where cost may go."""

from __future__ import annotations

import contextlib
import io
import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple
from unittest import mock

import pytest

from ai_quality.cli import main as run_cli
from tests.histories import C, History, at, build, run_git
from tests.sessionlogs import GOLDEN, golden_home
from tests.spending import Day

KNOWN = {"unpriced_requests": 0, "untold_requests": 0}
ZEROS = {"requests": 0, "input": 0, "cache_read": 0, "cache_write_5m": 0, "cache_write_1h": 0, "output": 0}


@pytest.fixture
def story(tmp_path: Path) -> History:
    return build(tmp_path / "shop", [C("A", f="a"), C("B", f="b")])


class Said(NamedTuple):
    """What a run printed."""

    stdout: str
    stderr: str


def usage(where: Path, *words: str, status: int = 0, environ: Mapping[str, str] | None = None) -> Said:
    """Run the command line, in this process: a start takes half a second."""
    with (
        contextlib.redirect_stdout(io.StringIO()) as out,
        contextlib.redirect_stderr(io.StringIO()) as err,
        mock.patch.dict(os.environ, environ or {}),
    ):
        try:
            run_cli(["-C", str(where), "usage", *words])
        except SystemExit as ended:
            ended_with = ended.code
        else:
            ended_with = 0
    assert ended_with == status, err.getvalue()
    return Said(out.getvalue(), err.getvalue())


def test_every_agents_log_of_a_foreign_home_counts_once(story: History, tmp_path: Path) -> None:
    """The home's directories are not on this machine: its requests count, and are tied to no commit."""
    home = golden_home(tmp_path / "home")
    (home / "otel").rename(home / ".copilot/otel")  # where exports are looked for without a variable
    told = json.loads(usage(story.path, "--logs", str(home), "--json").stdout)
    rows = [line.split() for line in (GOLDEN / "totals.txt").read_text().splitlines()[1:]]
    for agent in {row[0] for row in rows}:
        mine = [row for row in rows if row[0] == agent]
        found = told["by_agent"][agent]
        assert found["requests"] == sum(int(row[4]) for row in mine)
        for column, bucket in enumerate(("input", "cache_read", "cache_write_5m", "cache_write_1h", "output"), 5):
            known = [int(row[column]) for row in mine if row[column] != "unknown"]
            assert found[bucket] == (sum(known) if known else None), (agent, bucket)
        dollars = [float(row[10]) for row in mine if row[10] != "unpriced"]
        assert found["usd"] == (pytest.approx(sum(dollars), abs=1e-5) if dollars else None)
        assert (found["unpriced_requests"] > 0) == any(row[10] == "unpriced" for row in mine)
    assert told["unattributed"] == told["total"]
    assert told["by_commit"] == []
    again = json.loads(usage(story.path, "--logs", str(home), "--json").stdout)
    assert again == told


def test_what_was_spent_before_the_first_commit_is_tied_to_none(tmp_path: Path) -> None:
    run_git(tmp_path, "init", "--quiet", "shop")
    told = json.loads(usage(tmp_path / "shop", "--logs", str(golden_home(tmp_path / "home")), "--json").stdout)
    assert told["total"]["requests"] > 0
    assert told["by_commit"] == []


def test_the_shape_is_the_documented_one(tmp_path: Path) -> None:
    day = Day(tmp_path, at(3))
    day.session("A")
    day.answer("A", "cart")
    sha = day.commit("cart", "cart")
    told = json.loads(usage(day.shop, "--logs", str(day.home), "--json").stdout)
    one = {**ZEROS, "requests": 1, "input": 1, "output": 10, "usd": 0.000153, **KNOWN}
    assert told["total"] == one
    assert told["by_agent"] == {"claude-code": one}
    assert told["by_model"] == {"claude-sonnet-4-5": one}
    assert told["by_commit"] == [
        {"commit": sha, "usage": one, "evidence": "paths", "requests_by_evidence": {"paths": 1}}
    ]
    assert told["unattributed"] == {**ZEROS, "usd": None, **KNOWN}
    assert (told["schema_version"], told["estimate"], told["logs"]) == (1, "list price", {"found": 1, "problems": []})


def test_the_users_own_logs_and_variables_do_not_leak_into_a_named_home(story: History, tmp_path: Path) -> None:
    own, other = golden_home(tmp_path / "own"), tmp_path / "other"
    other.mkdir()
    leaky = {"HOME": str(own), "CLAUDE_CONFIG_DIR": f"{own}/.claude", "CODEX_HOME": f"{own}/.codex"}
    told = json.loads(usage(story.path, "--logs", str(other), "--json", environ=leaky).stdout)
    assert told["total"]["requests"] == told["elsewhere"]["requests"] == told["logs"]["found"] == 0


def test_ones_own_home_counts_only_what_was_done_here(story: History, tmp_path: Path) -> None:
    told = json.loads(usage(story.path, "--json", environ={"HOME": str(golden_home(tmp_path / "own"))}).stdout)
    assert told["total"]["requests"] == 0
    assert told["elsewhere"]["requests"] > 20


def test_the_text_fits_a_screen_and_says_what_it_does_not_know(story: History, tmp_path: Path) -> None:
    told = usage(story.path, "--logs", str(golden_home(tmp_path / "home"))).stdout
    lines = told.splitlines()
    assert len(lines) < 50
    assert max(map(len, lines)) <= 100
    assert "no known price" in told
    assert "may belong to another repository" in told
    assert "damaged line (1), of claude-code" in told


@pytest.mark.parametrize("cut", ["commit", "change", "agent", "model", "day"])
def test_each_cut_has_its_table(tmp_path: Path, cut: str) -> None:
    day = Day(tmp_path, at(3))
    day.session("A")
    day.answer("A", "cart")
    sha = day.commit("cart", "cart")
    row = {
        "commit": sha[:12],
        "change": sha[:12],
        "agent": "claude-code",
        "model": "claude-sonnet",
        "day": "2026-01-04",
    }
    told = usage(day.shop, "--logs", str(day.home), "--by", cut).stdout
    assert f"by {cut}" in told
    assert row[cut] in told


def test_the_verification_gap_counts_changes_where_changes_are_known(tmp_path: Path) -> None:
    day = Day(tmp_path, at(3))
    day.session("A", branch="work")
    day.git(day.shop, "switch", "--quiet", "-c", "work")
    day.answer("A", "cart")
    first = day.commit("cart", "cart")
    day.answer("A", runs="pytest -q")
    day.answer("A", "pay")
    day.commit("pay", "pay")
    day.git(day.shop, "switch", "--quiet", "main")
    day.git(day.shop, "merge", "--quiet", "--no-ff", "-m", "merge work", "work")
    day.session("B")
    day.answer("B", "tax")
    alone = day.commit("tax", "tax")
    told = json.loads(usage(day.shop, "--logs", str(day.home), "--by", "change", "--json").stdout)
    assert told["verification"] == {"unit": "commit", "checked": 1, "unchecked": [first, alone], "unknown": 0}
    assert told["verification_by_change"] == {"unit": "change", "checked": 1, "unchecked": [alone], "unknown": 0}
    said = usage(day.shop, "--logs", str(day.home), "--by", "change").stdout
    assert "1 of 2 changes: no test, build or lint was run before" in said


def test_spend_on_changes_closed_unmerged_is_told_where_their_refs_are(tmp_path: Path) -> None:
    day = Day(tmp_path, at(3))
    for number, name in ((7, "A"), (8, "B")):
        day.session(name, branch=name)
        day.git(day.shop, "switch", "--quiet", "-c", name, "main")
        day.answer(name, name)
        day.commit(f"offer {name}", name)
        day.git(day.shop, "update-ref", f"refs/pull/{number}/head", "HEAD")
        day.git(day.shop, "switch", "--quiet", "main")
        day.git(day.shop, "branch", "--quiet", "-D", name)
    day.git(day.shop, "update-ref", "refs/pull/8/merge", "refs/pull/8/head")
    words = ("--logs", str(day.home), "--by", "change")
    told = json.loads(usage(day.shop, *words, "--json").stdout)
    assert (told["closed_unmerged"]["requests"], told["closed_unmerged"]["input"]) == (1, 1), "8 is open"
    said = usage(day.shop, *words).stdout
    assert "closed unmerged" in said
    assert "not landed" in said
    for number in (7, 8):
        day.git(day.shop, "update-ref", "-d", f"refs/pull/{number}/head")
    assert json.loads(usage(day.shop, *words, "--json").stdout)["closed_unmerged"] is None
    assert "closed unmerged is unknown" in usage(day.shop, *words).stdout


def test_a_repository_that_cannot_be_written_is_read_all_the_same(story: History, tmp_path: Path) -> None:
    state = story.path / ".git/ai-quality"
    state.write_text("in the way")
    told = json.loads(usage(story.path, "--logs", str(golden_home(tmp_path / "home")), "--json").stdout)
    assert told["total"]["requests"] > 20


def test_a_home_that_is_not_there_is_told(story: History) -> None:
    assert "name a home" in usage(story.path, "--logs", "/no/such/home", status=2).stderr


def test_nothing_leaves_by_itself_and_the_user_has_the_last_word(tmp_path: Path) -> None:
    day = Day(tmp_path, at(3))
    day.session("A")
    day.answer("A", "cart")
    sha = day.commit("cart", "cart")
    home = ("--logs", str(day.home))

    def left(*words: str, **more: str) -> Said:
        return usage(day.shop, *home, *words, environ=more)

    def noted() -> str:
        return run_git(day.shop, "for-each-ref", "refs/notes").decode()

    assert left("--dry-run") == ("", "ai-quality: usage is local: nothing leaves this machine\n")
    left("--sync")
    assert noted() == ""
    (day.shop / ".ai-quality.yml").write_text("usage: notes\n")
    off = day.root / "off"
    off.write_text("[ai-quality]\n\tusage = off\n")
    for forbidden in ({"AI_QUALITY_USAGE": "off"}, {"GIT_CONFIG_GLOBAL": str(off)}):
        assert left("--dry-run", **forbidden) == ("", "ai-quality: usage is off: nothing leaves this machine\n")
        left("--sync", **forbidden)
        assert noted() == ""
    shown, _ = left("--dry-run")
    assert noted() == "", "looking writes nothing"
    left("--sync")
    text = run_git(day.shop, "notes", "--ref=ai-quality", "show", sha).decode()
    assert shown == f"refs/notes/ai-quality {sha}\n{text}"
    assert text.startswith("AI-Usage: id=u")
    assert left("--dry-run") == ("", ""), "what is there already does not leave again"
