"""Put in and taken out again: what stood there before is back byte for byte, and nothing else was touched."""

from __future__ import annotations

import hashlib
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from ai_quality.hooks.installing import CHAINED, Found, plan, shipped
from ai_quality.hooks.run import HOOKS
from tests.committing import TAG, Repo, install, new_repo


def snapshot(repo: Repo) -> dict[str, tuple[str, int]]:
    """Every file of the work tree and of .git that is a person's, with its mode; our own state folder left out."""
    files = (path for path in sorted(repo.path.rglob("*")) if path.is_file() or path.is_symlink())
    kept = (path for path in files if "ai-quality" not in path.relative_to(repo.path).parts)
    return {
        str(path.relative_to(repo.path)): (hashlib.sha256(path.read_bytes()).hexdigest(), path.lstat().st_mode)
        for path in kept
    }


def quality(repo: Repo, *words: str) -> tuple[int, str]:
    done = repo.run([sys.executable, "-m", "ai_quality.cli", *words])
    return done.returncode, done.stdout + done.stderr


def nothing(repo: Repo) -> None:
    """A plain repository."""


def a_hook(repo: Repo) -> None:
    folder = repo.path / ".git" / "hooks"
    folder.mkdir()
    (folder / "commit-msg").write_bytes(b"#!/bin/sh\r\nexit 0\r\n")
    (folder / "commit-msg").chmod(0o711)
    (folder / "pre-push").symlink_to("../../f")


def husky(repo: Repo) -> None:
    (repo.path / ".husky").mkdir()
    (repo.path / ".husky" / "commit-msg").write_bytes(b"npx commitlint --edit $1")


def lefthook(repo: Repo) -> None:
    (repo.path / "lefthook.yml").write_text("pre-commit: {}\n")


def pre_commit(repo: Repo) -> None:
    (repo.path / ".pre-commit-config.yaml").write_bytes(b"default_stages: [pre-commit]\nrepos: # none yet")


@pytest.mark.parametrize("given", [nothing, a_hook, husky, lefthook, pre_commit], ids=lambda given: given.__name__)
def test_uninstall_restores_byte_for_byte(given: Callable[[Repo], None], tmp_path: Path) -> None:
    repo = new_repo(tmp_path / "r")
    given(repo)
    (repo.path / ".ai-quality.yml").write_text("tagging: notes\n")
    before = snapshot(repo)
    install(repo, "--write")
    assert snapshot(repo) != before
    assert repo.git("config", "ai-quality.tagging").strip() == "notes"
    install(repo, "--write")
    assert quality(repo, "uninstall")[0] == 0
    assert snapshot(repo) == before
    assert "nothing of ours" in quality(repo, "uninstall")[1]


def test_a_managers_file_that_changed_since_is_left_alone(tmp_path: Path) -> None:
    repo = new_repo(tmp_path / "r")
    husky(repo)
    install(repo, "--write")
    changed = repo.path / ".husky" / "commit-msg"
    changed.write_text(changed.read_text() + "more\n")
    assert "was changed since" in quality(repo, "uninstall")[1]
    assert "more" in changed.read_text()


def test_without_write_a_managers_repository_is_as_it_was(tmp_path: Path) -> None:
    repo = new_repo(tmp_path / "r")
    pre_commit(repo)
    before = snapshot(repo)
    said = install(repo)
    assert "ai-quality-hook prepare-commit-msg" in said
    assert snapshot(repo) == before


def test_a_list_of_repos_that_is_not_last_is_shown_and_not_written(tmp_path: Path) -> None:
    repo = new_repo(tmp_path / "r")
    config = repo.path / ".pre-commit-config.yaml"
    config.write_text("repos: []\nci: {}\n")
    assert "add this" in install(repo, "--write")
    assert config.read_text() == "repos: []\nci: {}\n"


def test_a_submodule_and_a_worktree_share_nothing_they_should_not(tmp_path: Path) -> None:
    inner = new_repo(tmp_path / "inner")
    outer = new_repo(tmp_path / "outer")
    outer.git("-c", "protocol.file.allow=always", "submodule", "--quiet", "add", str(inner.path), "sub")
    sub = Repo(outer.path / "sub")
    sub.git("config", "user.name", "Ann")
    sub.git("config", "user.email", "ann@example.com")
    install(sub)
    sub.git("commit", "--quiet", "--allow-empty", "-m", "In the submodule", agent=True)
    assert sub.tags() == [TAG]
    outer.git("commit", "--quiet", "--allow-empty", "-m", "Outside", agent=True)
    assert outer.tags() == []


OWN = Path("/r/.git/hooks")


def found(
    *,
    version: tuple[int, int] = (2, 39),
    managers: tuple[str, ...] = (),
    hooks_path: str | None = None,
    hooks: Path = OWN,
) -> Found:
    return Found(Path("/r"), hooks, OWN, Path("/r/.git/ai-quality"), hooks_path, managers, version)


@pytest.mark.parametrize(
    ("seen", "how"),
    [
        (found(), "shim"),
        (found(version=(2, 54)), "config"),
        (found(version=(2, 54), managers=("lefthook",)), "config"),
        (found(managers=("lefthook",)), "manager"),
        (found(managers=("husky",), hooks_path=".husky/_", hooks=Path("/r/.husky/_")), "manager"),
        (found(managers=("pre-commit",), hooks_path="/team", hooks=Path("/team")), "stop"),
        (found(hooks_path="/team", hooks=Path("/team")), "stop"),
        (found(hooks_path=".git/hooks"), "shim"),
    ],
)
def test_how_the_hooks_go_in_follows_from_what_is_there(seen: Found, how: str) -> None:
    assert plan(seen).how == how


def test_bad_places_and_settings_are_one_sentence(tmp_path: Path) -> None:
    outside = Repo(tmp_path)
    status, said = quality(outside, "install")
    assert (status, said.count("\n")) == (3, 1), said
    repo = new_repo(tmp_path / "r")
    (repo.path / ".ai-quality.yml").write_text("taging: notes\n")
    status, said = quality(repo, "install")
    assert (status, "did you mean tagging?" in said) == (2, True), said
    assert not (repo.path / ".git" / "hooks").exists()


def test_doctor_says_what_git_would_run_and_whether_a_commit_would_be_tagged(tmp_path: Path) -> None:
    repo = new_repo(tmp_path / "r")
    assert "none of ours" in quality(repo, "doctor")[1]
    install(repo)
    told = repo.run([sys.executable, "-m", "ai_quality.cli", "doctor"], agent=True).stdout
    assert "claude-code (by CLAUDECODE)" in told
    told = repo.run([sys.executable, "-m", "ai_quality.cli", "doctor"], CURSOR_TRACE_ID="x").stdout
    assert "only signs that people share: cursor (by CURSOR_TRACE_ID)" in told
    told = repo.run([sys.executable, "-m", "ai_quality.cli", "doctor"], agent=True, AI_QUALITY="0").stdout
    assert "AI_QUALITY=0" in told


def test_each_hook_is_the_shim_and_an_older_one_stands_behind_it(tmp_path: Path) -> None:
    repo = new_repo(tmp_path / "r")
    a_hook(repo)
    install(repo)
    folder = repo.path / ".git" / "hooks"
    assert {path.name for path in folder.iterdir()} == {*HOOKS, "commit-msg" + CHAINED, "pre-push" + CHAINED}
    assert (folder / "commit-msg").read_bytes().splitlines()[0] == shipped("shim").splitlines()[0]
