"""Every way to commit, under every arrangement of hooks, with every shape of message: who is tagged and who is not.

Real git, real lefthook, pre-commit and prek. The cells are shown in one table at the end of the run.
"""

from __future__ import annotations

import itertools
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.committing import BIN, TAG, Repo, install, new_repo

number = itertools.count()


def editor(text: str) -> dict[str, str]:
    """An editor that writes this text over what git offers."""
    return {"GIT_EDITOR": f'sh -c \'printf "{text}" > "$1"\' editor'}


APPENDS = {"GIT_EDITOR": 'sh -c \'printf "\\nmore\\n" >> "$1"\' editor'}


# How the hooks are arranged.


def plain(place: Path) -> Repo:
    repo = new_repo(place)
    install(repo)
    return repo


def worktree(place: Path) -> Repo:
    main = new_repo(place / "main tree")
    main.git("worktree", "add", "--quiet", "-b", "side", str(place / "a linked one"))
    repo = Repo(place / "a linked one")
    install(repo)
    return repo


def hooks_path(place: Path) -> Repo:
    repo = new_repo(place)
    repo.git("config", "core.hooksPath", "team hooks")
    (repo.path / "team hooks").mkdir()
    assert repo.run([str(BIN / "ai-quality"), "install"]).returncode == 2, "somebody chose that folder"
    for name in ("prepare-commit-msg", "commit-msg"):
        hook = repo.path / "team hooks" / name
        hook.write_text(f'#!/bin/sh\nai-quality-hook {name} "$@" || true\n')
        hook.chmod(0o755)
    return repo


def husky_like(place: Path) -> Repo:
    """As husky 9 arranges it: git looks in .husky/_, whose files run those of .husky with `sh -e`."""
    repo = new_repo(place)
    inner = repo.path / ".husky" / "_"
    inner.mkdir(parents=True)
    repo.git("config", "core.hooksPath", ".husky/_")
    for name in ("prepare-commit-msg", "commit-msg", "post-commit", "post-rewrite", "pre-push"):
        runner = inner / name
        runner.write_text('#!/bin/sh\ns=".husky/$(basename "$0")"\n[ ! -f "$s" ] && exit 0\nsh -e "$s" "$@"\n')
        runner.chmod(0o755)
    assert "husky runs the hooks here" in install(repo)
    assert not (repo.path / ".husky" / "commit-msg").exists(), "shown, not written"
    install(repo, "--write")
    return repo


def lefthook(place: Path) -> Repo:
    repo = new_repo(place, {"LEFTHOOK_QUIET": "1"})
    (repo.path / "lefthook.yml").write_text("no_tty: true\n")
    install(repo, "--write")
    assert repo.run([str(BIN / "lefthook"), "install", "--force"]).returncode == 0
    return repo


def pre_commit(place: Path, tool: str = "pre-commit") -> Repo:
    repo = new_repo(place)
    (repo.path / ".pre-commit-config.yaml").write_text("repos:\n")
    install(repo, "--write")
    repo.git("add", ".pre-commit-config.yaml")
    repo.git("commit", "--quiet", "-m", "Config")
    done = repo.run([str(BIN / tool), "install", "-t", "prepare-commit-msg", "-t", "commit-msg"])
    assert done.returncode == 0, done.stderr
    return repo


def prek(place: Path) -> Repo:
    return pre_commit(place, "prek")


def chained(place: Path) -> Repo:
    repo = new_repo(place)
    folder = repo.path / ".git" / "hooks"
    folder.mkdir()
    for name in ("prepare-commit-msg", "commit-msg", "post-commit"):
        hook = folder / name
        hook.write_text(f'#!/bin/sh\necho {name} >> "$(git rev-parse --git-common-dir)/foreign.log"\n')
        hook.chmod(0o755)
    install(repo)
    return repo


ARRANGEMENTS = {
    "plain": plain, "worktree": worktree, "hooksPath": hooks_path, "husky-like": husky_like, "lefthook": lefthook,
    "pre-commit": pre_commit, "prek": prek, "chained": chained,
}  # fmt: skip


# The ways to commit; each leaves the commit it is about at HEAD and returns how often it is to be tagged.


def agent_commits(repo: Repo, *words: str, **more: str) -> None:
    repo.git("commit", "--quiet", "--allow-empty", *words, agent=True, **more)  # type: ignore[arg-type]  # variables by name


def by_m(repo: Repo) -> int:
    agent_commits(repo, "-m", "By an agent")
    return 1


def by_file(repo: Repo) -> int:
    (repo.path / "message").write_text("By an agent\n\nFrom a file.\n")
    agent_commits(repo, "-F", "message")
    return 1


def by_editor(repo: Repo) -> int:
    agent_commits(repo, **editor("By an agent\\n"))
    return 1


def by_template(repo: Repo) -> int:
    (repo.path / "template").write_text("Template\n")
    agent_commits(repo, "-t", "template", **APPENDS)
    return 1


def no_verify(repo: Repo) -> int:
    agent_commits(repo, "--no-verify", "-m", "By an agent")
    return 1


def empty_editor(repo: Repo) -> int:
    before = repo.git("rev-parse", "HEAD")
    repo.git("commit", "--allow-empty", agent=True, fails=True, **editor(""))
    assert repo.git("rev-parse", "HEAD") == before, "abort-on-empty still aborts"
    return 0


def a_persons_commit(repo: Repo, text: str = "x\n") -> None:
    name = f"file{next(number)}"
    repo.write(name, text)
    repo.git("commit", "--quiet", "-m", f"By a person {name}")
    assert repo.tags() == []


def amend_no_edit(repo: Repo) -> int:
    a_persons_commit(repo)
    agent_commits(repo, "--amend", "--no-edit")
    return 0


def amend_m(repo: Repo) -> int:
    a_persons_commit(repo)
    agent_commits(repo, "--amend", "-m", "Another subject")
    return 0


def amend_m_of_its_own(repo: Repo) -> int:
    agent_commits(repo, "-m", "By an agent")
    agent_commits(repo, "--amend", "-m", "Better words")
    return 1


def reuse(repo: Repo) -> int:
    a_persons_commit(repo)
    agent_commits(repo, "-C", "HEAD")
    return 0


def fixup(repo: Repo) -> int:
    a_persons_commit(repo)
    agent_commits(repo, "--fixup", "HEAD")
    return 0


def squash_subject(repo: Repo) -> int:
    a_persons_commit(repo)
    agent_commits(repo, "--squash", "HEAD", "-m", "more")
    return 0


def beside(repo: Repo, *, agent: bool = False) -> tuple[str, str]:
    """A branch with one commit, back on the first branch, which has gone on; returns (branch, where we are)."""
    here, there = repo.git("branch", "--show-current").strip(), f"topic{next(number)}"
    repo.git("checkout", "--quiet", "-b", there)
    repo.write(f"file{next(number)}", "topic\n")
    repo.git("commit", "--quiet", "-m", f"On {there}", agent=agent)
    repo.git("checkout", "--quiet", here)
    a_persons_commit(repo)
    return there, here


def merge(repo: Repo) -> int:
    there, _ = beside(repo)
    repo.git("merge", "--quiet", "--no-ff", "--no-edit", there, agent=True)
    return 0


def merge_squash(repo: Repo) -> int:
    there, _ = beside(repo, agent=True)
    repo.git("merge", "--quiet", "--squash", there)
    repo.git("commit", "--quiet", "--no-edit")
    return 1  # carried over for a person, too


def cherry_pick(repo: Repo) -> int:
    there, _ = beside(repo)
    repo.git("cherry-pick", there, agent=True)
    return 0


def cherry_pick_after_conflict(repo: Repo) -> int:
    there, here = beside(repo)
    name = f"file{next(number)}"
    for branch, text in ((there, "theirs\n"), (here, "ours\n")):
        repo.git("checkout", "--quiet", branch)
        repo.write(name, text)
        repo.git("commit", "--quiet", "-m", f"{name} on {branch}")
    repo.git("cherry-pick", there, agent=True, fails=True)
    repo.write(name, "both\n")
    repo.git("cherry-pick", "--continue", agent=True, GIT_EDITOR="true")
    return 0


def revert(repo: Repo) -> int:
    a_persons_commit(repo)
    repo.git("revert", "--no-edit", "HEAD", agent=True)
    return 0


def rebase(repo: Repo, *words: str) -> int:
    there, here = beside(repo)
    repo.git("checkout", "--quiet", there)
    repo.git("rebase", "--quiet", *words, here, agent=True)
    tagged = repo.tags()
    repo.git("checkout", "--quiet", here)
    repo.git("merge", "--quiet", "--ff-only", there)
    assert tagged == []
    return 0


def rebase_apply(repo: Repo) -> int:
    return rebase(repo, "--apply")


def autosquash(repo: Repo) -> int:
    """A person's commits squashed by an agent: no tag; an agent's own: its tag stays, once."""
    a_persons_commit(repo)
    repo.write(f"file{next(number)}", "fix\n")
    repo.git("commit", "--quiet", "--fixup", "HEAD")
    repo.git("rebase", "--quiet", "-i", "--autosquash", "HEAD~2", agent=True, GIT_SEQUENCE_EDITOR="true")
    return 0


def am(repo: Repo) -> int:
    there, _ = beside(repo)
    patch = repo.git("format-patch", "-1", "--stdout", there)
    (repo.path / "mail").write_text(patch)
    repo.git("am", "--quiet", "mail", agent=True)
    return 0


def off_for_one(repo: Repo) -> int:
    agent_commits(repo, "-m", "By an agent", AI_QUALITY="0")
    return 0


def by_a_person(repo: Repo) -> int:
    a_persons_commit(repo)
    return 0


# The shapes of messages, all by an agent.


def says(message: str, expected: str, *words: str, **more: str) -> Callable[[Repo], int]:
    def commit(repo: Repo) -> int:
        (repo.path / "message").write_bytes(message.encode())
        agent_commits(repo, "-F", "message", *words, **more)
        assert repo.message() == expected, "every other word stays"
        return 1

    return commit


def scissors(repo: Repo) -> int:
    repo.write(f"file{next(number)}", "x\n")
    insert = 'sh -c \'f="$1"; printf "By an agent\\n" | cat - "$f" > "$f.new" && mv "$f.new" "$f"\' editor'
    repo.git("commit", "--quiet", "-v", "--cleanup=scissors", agent=True, GIT_EDITOR=insert)
    assert repo.message().startswith("By an agent\n")
    return 1


def comment_char(repo: Repo) -> int:
    repo.git("config", "core.commentChar", ";")
    try:
        agent_commits(repo, **editor("By an agent\\n\\n#12 is mended\\n\\n; a comment\\n"))
        assert repo.message() == f"By an agent\n\n#12 is mended\n\n{TAG}"
    finally:
        repo.git("config", "--unset", "core.commentChar")
    return 1


WAYS: dict[str, Callable[[Repo], int]] = {
    "-m": by_m, "-F": by_file, "editor": by_editor, "editor, empty": empty_editor, "-t": by_template,
    "--no-verify": no_verify, "--amend --no-edit": amend_no_edit, "--amend -m": amend_m,
    "--amend -m of its own": amend_m_of_its_own, "-C": reuse, "--fixup": fixup, "--squash": squash_subject,
    "merge --no-ff": merge, "merge --squash": merge_squash, "cherry-pick": cherry_pick,
    "cherry-pick, conflict": cherry_pick_after_conflict, "revert": revert, "rebase": rebase,
    "rebase --apply": rebase_apply, "rebase --autosquash": autosquash, "am": am, "AI_QUALITY=0": off_for_one,
    "a person": by_a_person,
    "body with ---": says("One\n\nAbove\n\n---\n\nBelow\n", f"One\n\nAbove\n\n---\n\nBelow\n\n{TAG}"),
    "Signed-off-by": says("One\n\nSigned-off-by: A <a@b>\n", f"One\n\nSigned-off-by: A <a@b>\n{TAG}"),
    "-s": says("One\n", f"One\n\nSigned-off-by: Ann <ann@example.com>\n{TAG}", "-s"),
    "CRLF": says("One\r\n\r\nTwo\r\n", f"One\n\nTwo\n\n{TAG}"),
    "scissors": scissors, "commentChar": comment_char,
}  # fmt: skip


@pytest.mark.parametrize("arrangement", ARRANGEMENTS)
def test_every_way_to_commit(arrangement: str, tmp_path: Path, hook_cells: dict[tuple[str, str], str]) -> None:
    repo = ARRANGEMENTS[arrangement](tmp_path / "a repository")
    wrong = {}
    for way, commit in WAYS.items():
        expected = [TAG] * commit(repo)
        tags = [] if way == "editor, empty" else repo.tags()
        fits = tags == expected
        hook_cells[way, arrangement] = ("tagged" if tags else "-") if fits else "WRONG"
        if not fits:
            wrong[way] = (tags, expected, repo.message())
    log = repo.path / repo.git("rev-parse", "--git-common-dir").strip() / "ai-quality" / "hook.log"
    assert wrong == {}, log.read_text() if log.exists() else ""
    assert not log.exists(), log.read_text()


def test_a_hook_that_was_there_goes_on_running(tmp_path: Path) -> None:
    repo = chained(tmp_path / "r")
    repo.git("commit", "--quiet", "--allow-empty", "-m", "One", agent=True)
    ran = (repo.path / ".git" / "foreign.log").read_text().split()
    assert ran == ["prepare-commit-msg", "commit-msg", "post-commit"]
    blocking = repo.path / ".git" / "hooks" / "commit-msg.ai-quality-prev"
    blocking.write_text("#!/bin/sh\nexit 7\n")
    repo.git("commit", "--allow-empty", "-m", "Two", agent=True, fails=True)
    repo.git("commit", "--allow-empty", "-m", "Two", fails=True)


@pytest.mark.parametrize("shell", ["dash", "busybox"])
def test_the_shim_needs_no_more_than_a_plain_shell(shell: str, tmp_path: Path) -> None:
    place = shutil.which(shell)
    if not place:
        pytest.skip(f"{shell} is not on this machine")
    repo = plain(tmp_path / "r")
    for hook in (repo.path / ".git" / "hooks").iterdir():
        first = f"#!{place} sh" if shell == "busybox" else f"#!{place}"
        hook.write_text(hook.read_text().replace("#!/bin/sh", first, 1))
    repo.git("commit", "--quiet", "--allow-empty", "-m", "One", agent=True)
    assert repo.tags() == [TAG]
    repo.git("commit", "--quiet", "--allow-empty", "-m", "Two")
    assert repo.tags() == []


def test_nested_agents_are_tagged_each_and_a_declared_one_is_not_doubled(tmp_path: Path) -> None:
    repo = plain(tmp_path / "r")
    repo.git("commit", "--quiet", "--allow-empty", "-m", "One", agent=True, CODEX_CI="1")
    assert repo.tags() == [TAG, "Assisted-by: codex"]
    own = "Co-Authored-By: Claude <noreply@anthropic.com>"
    repo.git("commit", "--quiet", "--allow-empty", "-m", f"Two\n\n{own}", agent=True)
    assert repo.message() == f"Two\n\n{own}"


def test_notes_instead_of_trailers_follow_amend_and_rebase(tmp_path: Path) -> None:
    repo = plain(tmp_path / "r")
    repo.git("config", "ai-quality.tagging", "notes")
    repo.write("g", "x\n")
    repo.git("commit", "--quiet", "-m", "One", agent=True)

    def note() -> str:
        return repo.git("notes", "--ref=refs/notes/ai-quality", "show", "HEAD").strip()

    assert (repo.message(), note()) == ("One", TAG)
    repo.git("commit", "--quiet", "--amend", "-m", "Better")
    assert (repo.message(), note()) == ("Better", TAG)
    repo.git("commit", "--allow-empty", agent=True, fails=True, **editor(""))
    repo.git("commit", "--quiet", "--allow-empty", "-m", "By a person")
    repo.git("notes", "--ref=refs/notes/ai-quality", "show", "HEAD", fails=True)


def test_off_tags_nothing(tmp_path: Path) -> None:
    repo = plain(tmp_path / "r")
    repo.git("config", "ai-quality.tagging", "off")
    repo.git("commit", "--quiet", "--allow-empty", "-m", "One", agent=True)
    assert repo.tags() == []
