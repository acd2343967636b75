"""What the hooks promise beside the table of every way to commit: who is named, what survives, where notes go."""

from __future__ import annotations

import json
import shutil
import sys
import time
import types
from pathlib import Path

import pytest

from ai_quality.facts.marks import classify
from ai_quality.hooks import run
from ai_quality.model import Commit, Person
from ai_quality.pipeline.keeping import open_facts
from ai_quality.sources.git import open_repository
from tests.committing import NO_HOOKS, TAG, Repo, install, new_repo
from tests.spending import PERSON, Day

NOTES = "refs/notes/ai-quality"


@pytest.fixture
def repo(tmp_path: Path) -> Repo:
    made = new_repo(tmp_path / "r")
    install(made)
    return made


def agent(repo: Repo, message: str = "By an agent", *words: str, **more: str) -> None:
    """An agent's commit of a new file."""
    repo.change()
    repo.git("commit", "--quiet", "-m", message, *words, agent=True, **more)  # type: ignore[arg-type]  # variables by name


def ours_reads(message: str) -> list[str]:
    """The agents that our own reader finds declared, or observed, in a message."""
    ann = Person("Ann", "ann@example.com")
    said = classify(Commit("a" * 40, (), ann, ann, 1_790_000_000, 1_790_000_000, message))
    return [mark.agent for mark in said.marks] if said.evidence in {"declared", "observed"} else []


# Who is named.


def test_nested_agents_are_named_each_and_a_declared_one_is_not_doubled(repo: Repo) -> None:
    agent(repo, "One", CODEX_CI="1")
    assert repo.tags() == [TAG, "Assisted-by: codex"]
    own = "Co-Authored-By: Claude <noreply@anthropic.com>"
    agent(repo, f"Two\n\n{own}")
    assert repo.message() == f"Two\n\n{own}"
    agent(repo, f"Three\n\n{own}", CODEX_CI="1")
    assert repo.message() == f"Three\n\n{own}\nAssisted-by: codex"


def test_twice_is_once(repo: Repo) -> None:
    agent(repo, f"One\n\n{TAG}")
    assert repo.message() == f"One\n\n{TAG}"


def test_a_subject_that_looks_like_a_comment_is_one_only_where_git_takes_it_for_one(repo: Repo) -> None:
    agent(repo, "#12 Fix")
    assert repo.message() == f"#12 Fix\n\n{TAG}"
    for words in (
        ("-c", "commit.cleanup=strip", "commit"),
        ("commit", "--cleanup=strip"),
        ("commit", "--cleanup", "strip"),
    ):
        repo.change()
        repo.git(*words, "-m", "#12 Fix", agent=True, fails=True)


def test_an_agent_that_lost_its_own_mark_in_an_amend_is_named_again(repo: Repo) -> None:
    repo.person("One\n\nCo-Authored-By: Claude <noreply@anthropic.com>\n")
    repo.git("commit", "--quiet", "--amend", "-m", "Better", agent=True)
    assert repo.tags() == [TAG]
    repo.git("commit", "--quiet", "--amend", "-m", "Other hands", CODEX_CI="1")
    assert repo.tags() == [TAG], "what the commit carried, and no agent beside it"


def test_a_person_is_credited_and_that_is_no_mark_of_ours(repo: Repo) -> None:
    repo.person("One\n\nAssisted-by: Jane Doe\n")
    repo.git("commit", "--quiet", "--amend", "-m", "Better", agent=True)
    assert repo.message() == "Better"


def test_off_marks_nothing_and_an_unknown_mode_is_told_and_marks_nothing(repo: Repo) -> None:
    repo.git("config", "ai-quality.tagging", "off")
    agent(repo)
    assert (repo.message(), repo.log()) == ("By an agent", "")
    repo.git("config", "ai-quality.tagging", "sideways")
    agent(repo)
    assert repo.message() == "By an agent"
    assert "ai-quality.tagging is 'sideways'" in repo.log()


def test_what_a_variable_says_never_gets_into_a_message(repo: Repo) -> None:
    repo.change()
    repo.git("commit", "--quiet", "-m", "One", AI_AGENT="x\nSigned-off-by: Evil <e@e>", AGENT="$(touch /tmp/x)")
    assert repo.message() == "One"


# A hook that was there.


def test_a_hook_that_was_there_still_blocks(tmp_path: Path) -> None:
    repo = new_repo(tmp_path / "r")
    folder = repo.path / ".git" / "hooks"
    folder.mkdir()
    (folder / "commit-msg").write_text('#!/bin/sh\ngrep -q allowed "$1" || exit 7\n')
    (folder / "commit-msg").chmod(0o755)
    install(repo)
    for is_agent in (True, False):
        repo.git("commit", "--allow-empty", "-m", "Two", agent=is_agent, fails=True)
        repo.git("commit", "--allow-empty", "-m", "allowed", agent=is_agent)


def test_a_hook_that_was_there_reads_what_git_says_to_the_byte(tmp_path: Path) -> None:
    repo = new_repo(tmp_path / "r")
    folder = repo.path / ".git" / "hooks"
    folder.mkdir()
    for name in ("post-rewrite", "pre-push"):
        (folder / name).write_text(f'#!/bin/sh\necho "$@" >> .git/{name}.words\ncat > .git/{name}.input\n')
        (folder / name).chmod(0o755)
    install(repo)
    repo.git("config", "ai-quality.tagging", "notes")
    agent(repo)
    repo.git("commit", "--quiet", "--amend", "-m", "Again")
    old, new = repo.git("rev-parse", "HEAD@{1}", "HEAD").split()
    assert (repo.path / ".git" / "post-rewrite.words").read_text() == "amend\n"
    assert (repo.path / ".git" / "post-rewrite.input").read_text() == f"{old} {new}\n"
    assert repo.note() == TAG, "and ours had it too"
    new_repo(tmp_path / "there")
    repo.git("push", "--quiet", str(tmp_path / "there"), "HEAD:refs/heads/one")
    assert (repo.path / ".git" / "pre-push.input").read_text().startswith(f"HEAD {new} refs/heads/one ")


@pytest.mark.parametrize("shell", ["dash", "busybox", "bash"])
def test_the_hooks_need_no_more_than_a_plain_shell(shell: str, repo: Repo) -> None:
    place = shutil.which(shell)
    if not place:
        pytest.skip(f"{shell} is not on this machine")
    for hook in (repo.path / ".git" / "hooks").iterdir():
        first = f"#!{place} sh" if shell == "busybox" else f"#!{place}"
        hook.write_text(hook.read_text().replace("#!/bin/sh", first, 1))
    repo.git("config", "ai-quality.tagging", "notes")
    agent(repo)
    repo.git("commit", "--quiet", "--amend", "-m", "Again")
    assert repo.note() == TAG
    repo.git("config", "ai-quality.tagging", "trailer")
    agent(repo)
    assert repo.tags() == [TAG]
    repo.change()
    repo.git("commit", "--quiet", "-m", "By a person")
    assert (repo.tags(), repo.log()) == ([], "")


# What survives: git's reading of the last block, and ours.


def both(repo: Repo) -> tuple[bool, bool]:
    return (repo.tags() != [], ours_reads(repo.message()) != [])


def test_what_we_write_is_read_back_after_each_of_gits_ways_to_rewrite(repo: Repo) -> None:
    """The last of several commits that an agent made, by our reader and by git's own `%(trailers)`."""
    agent(repo, "One\n\nBody")
    assert both(repo) == (True, True)
    for words in (["--amend", "--no-edit"], ["--amend", "-m", "Better", "-m", "Body"]):
        repo.git("commit", "--quiet", *words, agent=True)
        assert both(repo) == (True, True), words
    repo.git("checkout", "--quiet", "-b", "other", "HEAD~1")
    repo.person()
    repo.git("cherry-pick", "main")
    assert (both(repo), repo.message().count(TAG)) == ((True, True), 1)
    repo.git("cherry-pick", "-x", "main", "--keep-redundant-commits", "--allow-empty")
    assert both(repo) == (True, True)
    repo.git("rebase", "--quiet", "--force-rebase", "HEAD~1")
    assert (both(repo), repo.message().count(TAG)) == ((True, True), 1)
    repo.git("format-patch", "--quiet", "-1", "--stdout", "HEAD")


def test_a_fixup_keeps_the_first_commits_mark_and_a_squash_brings_it_to_the_end(repo: Repo) -> None:
    todo = {"GIT_SEQUENCE_EDITOR": "true", "GIT_EDITOR": "true"}
    agent(repo)
    for kind in ("--fixup", "--squash"):
        repo.change()
        repo.git("commit", "--quiet", kind, "HEAD", "-m", "a person's part")
        repo.git("rebase", "--quiet", "-i", "--autosquash", "HEAD~2", **todo)  # type: ignore[arg-type]
        assert both(repo) == (True, True), kind
    assert "a person's part" in repo.message()


@pytest.mark.parametrize("words", [["--no-edit"], ["-m", "Feature"]], ids=["git's message", "another"])
def test_a_local_squash_carries_the_marks_over_also_for_a_person(repo: Repo, words: list[str]) -> None:
    repo.git("checkout", "--quiet", "-b", "topic")
    agent(repo)
    agent(repo, "By two", CODEX_CI="1")
    repo.person("By Jane\n\nAssisted-by: Jane\n")
    repo.git("checkout", "--quiet", "main")
    repo.git("merge", "--quiet", "--squash", "topic")
    repo.git("commit", "--quiet", *words)
    assert (repo.tags(), both(repo)) == ([TAG, "Assisted-by: codex"], (True, True))


def test_a_squash_of_peoples_commits_by_an_agent_is_not_marked(repo: Repo) -> None:
    repo.git("checkout", "--quiet", "-b", "topic")
    repo.person()
    repo.git("checkout", "--quiet", "main")
    repo.git("merge", "--quiet", "--squash", "topic", agent=True)
    repo.git("commit", "--quiet", "-m", "Feature", agent=True)
    assert repo.message() == "Feature"


def test_who_takes_the_carried_lines_out_in_the_editor_has_the_last_word(repo: Repo) -> None:
    repo.git("checkout", "--quiet", "-b", "topic")
    agent(repo)
    repo.git("checkout", "--quiet", "main")
    repo.git("merge", "--quiet", "--squash", "topic")
    repo.put_message("Feature\n")
    repo.git("commit", "--quiet", GIT_EDITOR=f'grep -q "^{TAG}" "$1" && cp "{repo.message_file}"')
    assert repo.message() == "Feature"


@pytest.mark.parametrize(
    ("setting", "message", "gits", "ours"),
    [
        ("COMMIT_MESSAGES", f"Add (#1)\n\n* One\n\nBody\n\n{TAG}\n\n* Two\n\n{TAG}", True, True),
        ("COMMIT_MESSAGES, co-authors", f"Add (#1)\n\n* One\n\n{TAG}\n\n* Two\n\n---------\n\nCo-authored-by: B <b@c>",
         False, True),
        ("COMMIT_OR_PR_TITLE of one commit", f"Add (#1)\n\nBody\n\n{TAG}", True, True),
        ("PR_BODY", "Add (#1)\n\nWhat the author of the pull request wrote", False, False),
        ("BLANK", "Add (#1)", False, False),
    ],
)  # fmt: skip
def test_what_githubs_squashes_leave(repo: Repo, setting: str, message: str, gits: bool, ours: bool) -> None:
    """Where the text is gone, only the pull request's own commits can tell (facts/changes reads refs/pull)."""
    repo.person(f"{message}\n")
    assert both(repo) == (gits, ours), setting


# Notes.


@pytest.fixture
def noted(repo: Repo) -> Repo:
    repo.git("config", "ai-quality.tagging", "notes")
    return repo


def test_a_note_instead_of_a_trailer_follows_amend_and_rebase(noted: Repo) -> None:
    agent(noted)
    assert (noted.message(), noted.note()) == ("By an agent", TAG)
    noted.git("commit", "--quiet", "--amend", "-m", "Better")
    assert (noted.message(), noted.note()) == ("Better", TAG)
    noted.git("commit", "--quiet", "--amend", "-m", "Best", agent=True)
    assert (noted.message(), noted.note()) == ("Best", TAG)
    noted.git("checkout", "--quiet", "-b", "other", "HEAD~1")
    noted.person()
    noted.git("cherry-pick", "main")
    assert noted.note() == TAG
    noted.git("rebase", "--quiet", "main", agent=True)
    assert noted.log() == ""


def test_our_own_reader_reads_the_notes_too(noted: Repo) -> None:
    agent(noted)
    noted.person()
    with open_repository(noted.path) as opened, open_facts(opened) as facts:
        told = facts.rows("SELECT kind, class, agent, evidence FROM commits ORDER BY commit_time DESC, sha")
    assert ("other", "assisted", "claude-code", "declared") in told
    assert [row[1] for row in told].count("assisted") == 1
    done = noted.run([sys.executable, "-m", "ai_quality.cli", "detect", "HEAD~1", "--json"])
    assert json.loads(done.stdout)[0]["marks"][0]["agent"] == "claude-code"


def test_notes_of_squashed_commits_come_together(noted: Repo) -> None:
    agent(noted)
    agent(noted, "By another", CODEX_CI="1", CLAUDECODE="")
    squash = {"GIT_SEQUENCE_EDITOR": "sed -i.bak 2s/pick/squash/", "GIT_EDITOR": "true"}
    noted.git("rebase", "--quiet", "-i", "HEAD~2", **squash)  # type: ignore[arg-type]
    assert noted.note().splitlines() == [TAG, "Assisted-by: codex"]
    noted.git("checkout", "--quiet", "-b", "topic")
    agent(noted)
    noted.git("checkout", "--quiet", "main")
    noted.git("merge", "--quiet", "--squash", "topic")
    noted.git("commit", "--quiet", "-m", "Squashed")
    assert (noted.message(), noted.note()) == ("Squashed", TAG)


def test_an_aborted_commit_leaves_no_note_on_the_next(noted: Repo) -> None:
    hook = noted.path / ".git" / "hooks" / "commit-msg.ai-quality-prev"
    hook.write_text("#!/bin/sh\nexit 1\n")
    hook.chmod(0o755)
    noted.change()
    noted.git("commit", "-m", "Refused", agent=True, fails=True)
    hook.unlink()
    noted.git("commit", "--quiet", "-m", "By a person")
    assert (noted.note(), noted.log()) == ("", "")


def test_notes_go_along_with_a_push_where_the_settings_say_so(noted: Repo, tmp_path: Path) -> None:
    there = new_repo(tmp_path / "there")
    agent(noted)
    noted.git("push", "--quiet", str(there.path), "HEAD:refs/heads/one")
    assert there.git("for-each-ref", NOTES) == ""
    noted.git("config", "ai-quality.pushNotes", "true")
    noted.git("push", "--quiet", str(there.path), "HEAD:refs/heads/two")
    for _ in range(100):  # git pushes them on its own, without keeping anybody waiting
        if there.git("for-each-ref", NOTES):
            break
        there.run(["sleep", "0.1"])
    assert there.git("for-each-ref", NOTES)


def test_a_person_with_no_hooks_changes_nothing(noted: Repo) -> None:
    noted.change()
    noted.git(*NO_HOOKS, "commit", "--quiet", "-m", "x", agent=True)
    assert (noted.message(), noted.note()) == ("x", "")


# What it cost.


def test_the_cost_comes_with_the_mark_and_both_stay_with_an_amend(tmp_path: Path) -> None:
    """Through the installed hook, so with Python's standard library alone."""
    day = Day(tmp_path, time.time() - 3600)
    repo = Repo(day.shop, {"HOME": str(day.home), **PERSON})
    install(repo)
    repo.git("config", "ai-quality.usage", "trailer")
    day.session("s1")
    day.ask("s1")
    day.answer("s1", "README")
    day.now = time.time()
    repo.git("commit", "--quiet", "-am", "By an agent", agent=True, CLAUDE_CODE_SESSION_ID="s1")
    credit, cost = repo.message().splitlines()[-2:]
    assert credit.startswith(f"{TAG}:claude-"), "the log tells the model"
    assert cost.startswith("AI-Usage: id=")
    assert both(repo) == (True, True)
    repo.git("commit", "--quiet", "--amend", "-m", "Better", agent=True)
    assert repo.message() == f"Better\n\n{credit}\n{cost}"
    assert repo.log() == ""


def test_the_mark_stands_in_the_message_before_its_cost_is_asked_for(
    repo: Repo, monkeypatch: pytest.MonkeyPatch
) -> None:
    """So it stays there when the time runs out meanwhile, and when the ledger is in trouble."""
    seen = []

    def charge_commit(*_: object) -> None:
        seen.append(Path(repo.message_file).read_text())
        raise RuntimeError("no such ledger")

    stand_in = types.ModuleType("ai_quality.hooks.spending")
    stand_in.__dict__["charge_commit"] = charge_commit
    monkeypatch.setitem(sys.modules, "ai_quality.hooks.spending", stand_in)
    monkeypatch.setattr("ai_quality.hooks.spending", stand_in, raising=False)
    monkeypatch.chdir(repo.path)
    repo.git("config", "ai-quality.usage", "trailer")
    repo.put_message("One\n")
    run.main(["prepare-commit-msg", repo.message_file, "message"], {"CLAUDECODE": "1", "GIT_EDITOR": ":"})
    assert seen == [f"One\n\n{TAG}\n"]
    assert Path(repo.message_file).read_text() == f"One\n\n{TAG}\n"
    assert "usage: RuntimeError: no such ledger" in repo.log()
