"""However the tool is broken, a commit ends as without it: same tree, message and exit status, and nothing lost."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from ai_quality.hooks.run import LOG_BYTES, note_failure
from tests.committing import TAG, Repo, install, new_repo


def hooks(repo: Repo) -> Path:
    return repo.path / ".git" / "hooks"


def replace(repo: Repo, old: str, new: str) -> None:
    for hook in hooks(repo).iterdir():
        text = hook.read_text()
        assert old in text
        hook.write_text(text.replace(old, new, 1))


def no_python(repo: Repo) -> dict[str, str]:
    replace(repo, sys.executable, "/nowhere/python")
    return {"PATH": "/usr/bin:/bin"}


def moved_environment(repo: Repo) -> dict[str, str]:
    """An interpreter that is there, without our package in it."""
    replace(repo, sys.executable, os.path.realpath(sys.executable))
    return {}


def broken_config(repo: Repo) -> dict[str, str]:
    repo.git("config", "ai-quality.tagging", "sideways\n[x")
    repo.git("config", "core.commentChar", "auto")
    return {}


def log_is_no_folder(repo: Repo) -> dict[str, str]:
    """As on a read-only or full disk: nothing of ours can be written beside git's files."""
    folder = repo.path / ".git" / "ai-quality"
    folder.rmdir()
    folder.write_text("")
    replace(repo, sys.executable, "/nowhere/python")
    return {"PATH": "/usr/bin:/bin"}


def full_disk(repo: Repo) -> dict[str, str]:
    """No file may grow past a block: our message cannot be written."""
    replace(repo, '"$python" -I', 'ulimit -f 0; "$python" -I')
    return {}


def too_slow(_: Repo) -> dict[str, str]:
    return {"AI_QUALITY_LIMIT": "0.001"}


def killed(repo: Repo) -> dict[str, str]:
    replace(repo, '"$python" -I -m ai_quality.hooks', "\"$python\" -I -c 'import os; os.kill(os.getpid(), 9)'")
    return {}


BREAKS: list[Callable[[Repo], dict[str, str]]] = [
    no_python, moved_environment, log_is_no_folder, full_disk, too_slow, killed,
]  # fmt: skip


@pytest.mark.parametrize("breaks", BREAKS, ids=lambda breaks: breaks.__name__)
@pytest.mark.parametrize(
    "words", [("-m", "One\n\nSigned-off-by: A <a@b>"), ("--amend", "-m", "Two")], ids=["new", "amend"]
)
def test_a_commit_ends_as_without_the_tool(
    breaks: Callable[[Repo], dict[str, str]], words: tuple[str, ...], tmp_path: Path
) -> None:
    bare, hooked = new_repo(tmp_path / "bare"), new_repo(tmp_path / "hooked")
    install(hooked)
    surroundings = breaks(hooked)
    ends = []
    for repo in (bare, hooked):
        repo.write("g", "x\n")
        done = repo.run(["git", "commit", *words], agent=True, **surroundings)
        told = [line for line in done.stdout.splitlines() if "] " not in line]  # the line that names the new id
        ends.append((done.returncode, told, done.stderr, repo.message(), repo.git("rev-parse", "HEAD^{tree}")))
        assert repo.git("status", "--porcelain") == ""
    assert ends[0] == ends[1]


@pytest.mark.parametrize("breaks", [no_python, moved_environment, too_slow], ids=lambda breaks: breaks.__name__)
def test_what_went_wrong_is_one_line_in_the_log_that_doctor_shows(
    breaks: Callable[[Repo], dict[str, str]], tmp_path: Path
) -> None:
    repo = new_repo(tmp_path / "r")
    install(repo)
    surroundings = breaks(repo)
    repo.git("commit", "--quiet", "--allow-empty", "-m", "One", agent=True, **surroundings)  # type: ignore[arg-type]  # variables by name
    log = (repo.path / ".git" / "ai-quality" / "hook.log").read_text()
    assert log.count("\n") == 1, log
    assert "prepare-commit-msg: " in log
    shown = repo.run([sys.executable, "-m", "ai_quality.cli", "doctor"])
    assert log.split(" ", 1)[1].strip() in shown.stdout


def test_odd_settings_and_a_talkative_python_change_nothing_else(tmp_path: Path) -> None:
    repo = new_repo(tmp_path / "r")
    install(repo)
    broken_config(repo)
    done = repo.run(["git", "commit", "--allow-empty", "-m", "One"], agent=True, PYTHONVERBOSE="1")
    assert (done.returncode, done.stderr) == (0, "")
    assert repo.tags() == [TAG]


def test_a_hostile_message_is_left_whole(tmp_path: Path) -> None:
    repo = new_repo(tmp_path / "r")
    install(repo)
    text = b"One\n\n\xff\xfe \x1b[31m @all\n" + b"x" * 200_000 + b"\n"
    (repo.path / "message").write_bytes(text)
    repo.git("commit", "--quiet", "--allow-empty", "-F", "message", agent=True)
    raw = repo.run(["git", "cat-file", "commit", "HEAD"]).stdout
    assert "x" * 200_000 in raw
    assert repo.tags() == [TAG]


def test_the_log_stays_small_and_one_line_a_failure(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    repo = new_repo(tmp_path / "r")
    monkeypatch.chdir(repo.path)
    for _ in range(3):
        note_failure("bad\n::error::\x1b[31m" + "y" * 1000)
    log = repo.path / ".git" / "ai-quality" / "hook.log"
    assert log.read_text().count("\n") == 3
    log.write_text("z" * (LOG_BYTES + 1))
    note_failure("again")
    assert log.stat().st_size < 200
