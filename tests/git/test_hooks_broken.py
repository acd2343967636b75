"""However the tool is broken, a commit ends as without it: same tree, message, words and exit status, nothing lost."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from ai_quality.hooks import log
from tests.committing import AGENT, TAG, Repo, install, new_repo, surroundings_of

NEEDED = ("cat", "cp", "date", "git", "mkdir", "mv", "sed", "sh", "sleep", "wc")


def point(repo: Repo, **lines: str) -> None:
    """Let the installed hooks have another interpreter or program."""
    for hook in (repo.path / ".git" / "hooks").iterdir():
        text = hook.read_text()
        for key, value in lines.items():
            text, count = re.subn(rf"(?m)^{key}=.*", lambda _, key=key, value=value: f"{key}='{value}'", text)  # type: ignore[misc]
            assert count == 1
        hook.write_text(text)


def bare_path(repo: Repo) -> dict[str, str]:
    """A PATH on which there is no Python and nothing of ours."""
    folder = repo.path.parent / "bin"
    folder.mkdir(exist_ok=True)
    for name in NEEDED:
        if not (folder / name).exists():
            (folder / name).symlink_to(shutil.which(name) or "")
    return {"PATH": str(folder)}


def stand_in(repo: Repo, body: str) -> dict[str, str]:
    """A program in the place of Python."""
    place = repo.path.parent / f"stand-in {repo.path.name}"
    place.write_text(f"#!/bin/sh\n{body}\n")
    place.chmod(0o755)
    point(repo, python=str(place))
    return {}


def no_python(repo: Repo) -> dict[str, str]:
    point(repo, python="/nowhere/python")
    return bare_path(repo)


def moved_environment(repo: Repo) -> dict[str, str]:
    point(repo, entry="/nowhere/ai_quality/hooks/__main__.py")
    return bare_path(repo)


def never_filled_in(repo: Repo) -> dict[str, str]:
    point(repo, python="", entry="")
    return bare_path(repo)


def python_too_old(repo: Repo) -> dict[str, str]:
    return stand_in(repo, 'echo "SyntaxError: invalid syntax" >&2; exit 1')


def python_crashes(repo: Repo) -> dict[str, str]:
    return stand_in(repo, "kill -11 $$")


def python_hangs(repo: Repo) -> dict[str, str]:
    return stand_in(repo, "exec sleep 20") | {"AI_QUALITY_LIMIT": "0.2"}


def python_deaf_to_signals(repo: Repo) -> dict[str, str]:
    return stand_in(repo, "trap '' TERM HUP INT; sleep 20") | {"AI_QUALITY_LIMIT": "0.2"}


def python_talks(repo: Repo) -> dict[str, str]:
    return stand_in(repo, "echo out; echo err >&2; exit 3")


def full_disk(repo: Repo) -> dict[str, str]:
    """No file may grow: our message cannot be written beside the old one."""
    return stand_in(repo, f'ulimit -f 0; exec "{sys.executable}" "$@"')


def no_place_for_state(repo: Repo) -> dict[str, str]:
    """As in a folder nobody may write to: neither the log nor anything else of ours finds a place."""
    (repo.path / ".git" / "ai-quality").rmdir()
    (repo.path / ".git" / "ai-quality").write_text("")
    (repo.path / ".git" / "ai-quality-source").mkdir()
    return stand_in(repo, "exit 1")


def no_place_for_notes(repo: Repo) -> dict[str, str]:
    repo.git("config", "ai-quality.tagging", "notes")
    (repo.path / ".git" / "ai-quality-pending").mkdir()
    return {}


def log_is_a_pipe(repo: Repo) -> dict[str, str]:
    os.mkfifo(repo.path / ".git" / "ai-quality" / "hook.log")
    return stand_in(repo, "exit 1")


def unknown_setting(repo: Repo) -> dict[str, str]:
    repo.git("config", "ai-quality.tagging", "sideways\n[x")
    return {}


def odd_limit(repo: Repo) -> dict[str, str]:
    return stand_in(repo, "exit 1") | {"AI_QUALITY_LIMIT": "soon; touch /nowhere"}


BREAKS: list[Callable[[Repo], dict[str, str]]] = [
    no_python, moved_environment, never_filled_in, python_too_old, python_crashes, python_hangs,
    python_deaf_to_signals, python_talks, full_disk, no_place_for_state, no_place_for_notes, log_is_a_pipe,
    unknown_setting, odd_limit,
]  # fmt: skip

MESSAGE = "One\n\nSigned-off-by: A <a@b>"
COMMANDS: dict[str, tuple[str, ...]] = {
    "new": ("-m", MESSAGE),
    "in an editor": (),
    "amended": ("--amend", "-m", "Two"),
    "nothing written": ("-t", "/dev/null"),
}


@pytest.mark.parametrize("breaks", BREAKS, ids=lambda breaks: breaks.__name__)
def test_a_commit_ends_as_without_the_tool(breaks: Callable[[Repo], dict[str, str]], tmp_path: Path) -> None:
    bare, hooked = new_repo(tmp_path / "bare"), new_repo(tmp_path / "hooked")
    install(hooked)
    surroundings = breaks(hooked)
    for name, words in COMMANDS.items():
        ends = []
        for repo in (bare, hooked):
            repo.put_message(MESSAGE)
            editor = "true" if name == "nothing written" else f'cp "{repo.message_file}"'
            repo.change()
            done = repo.run(["git", "commit", *words], agent=True, GIT_EDITOR=editor, **surroundings)
            told = [line for line in done.stdout.splitlines() if "] " not in line and " Date: " not in line]
            tree = repo.git("rev-parse", "HEAD^{tree}")
            ends.append((done.returncode, told, done.stderr, repo.message(), tree, repo.git("status", "--porcelain")))
        assert ends[0] == ends[1], name
    assert not list((hooked.path / ".git").glob("*.ai-quality-*")), "nothing half written lies about"


def test_a_broken_git_configuration_is_told_by_git_alone(tmp_path: Path) -> None:
    ends = []
    for name in ("bare", "hooked"):
        repo = new_repo(tmp_path / name)
        if name == "hooked":
            install(repo)
        config = repo.path / ".git" / "config"
        config.write_text(config.read_text() + "[core\n")
        done = repo.run(["git", "commit", "--allow-empty", "-m", "One"], agent=True)
        ends.append((done.returncode, done.stdout, done.stderr.replace(name, "")))
    assert ends[0] == ends[1]
    assert ends[0][0] != 0


@pytest.mark.parametrize(
    ("breaks", "said"),
    [
        (no_python, "ai-quality is not where it was: run ai-quality install"),
        (moved_environment, "ai-quality is not where it was: run ai-quality install"),
        (python_too_old, "Python ended with status 1: run ai-quality install"),
        (python_hangs, "gave up after 0.2 s"),
        (python_deaf_to_signals, "gave up after 0.2 s"),
        (unknown_setting, "ai-quality.tagging is 'sideways [x': write trailer or notes or off"),
        (no_place_for_notes, "IsADirectoryError"),
    ],
    ids=lambda value: getattr(value, "__name__", ""),
)
def test_what_went_wrong_is_one_line_in_the_log_that_doctor_shows(
    breaks: Callable[[Repo], dict[str, str]], said: str, tmp_path: Path
) -> None:
    repo = new_repo(tmp_path / "r")
    install(repo)
    surroundings = breaks(repo)
    started = time.monotonic()
    repo.git("commit", "--quiet", "--allow-empty", "-m", "One", agent=True, **surroundings)  # type: ignore[arg-type]  # variables by name
    assert time.monotonic() - started < 10
    assert repo.log().count("\n") == 1, repo.log()
    assert said in repo.log().replace("\\n", " ")
    shown = repo.run([sys.executable, "-m", "ai_quality.cli", "doctor"])
    assert repo.log().split(" ", 1)[1].strip() in shown.stdout


@pytest.mark.parametrize("shell", ["dash", "busybox sh", "bash"])
def test_the_guard_does_not_outlive_a_commit_that_is_interrupted(shell: str, tmp_path: Path) -> None:
    """Or it would end whoever has the worker's number by then."""
    if not shutil.which(shell.split(maxsplit=1)[0]):
        pytest.skip(f"{shell} is not on this machine")
    repo = new_repo(tmp_path / "r")
    install(repo)
    stand_in(repo, f'echo $$ > "{tmp_path}/worker"; exec sleep 3')
    hook = repo.path / ".git" / "hooks" / "prepare-commit-msg"
    repo.put_message("One\n")
    surroundings = {**surroundings_of(), **AGENT, "GIT_EDITOR": ":", "AI_QUALITY_LIMIT": "1.0"}
    process = subprocess.Popen([*shell.split(), hook, repo.message_file, "message"], cwd=repo.path, env=surroundings)
    for _ in range(100):
        if (tmp_path / "worker").exists():
            break
        time.sleep(0.05)
    process.kill()
    process.wait()
    time.sleep(1.5)
    assert Path(f"/proc/{(tmp_path / 'worker').read_text().strip()}").exists(), "nobody has ended it"


@pytest.mark.parametrize(
    ("limit", "least", "most"), [("0.3", 0.3, 2.5), ("1", 1.0, 3.0), ("", 0.5, 2.5), ("08.x", 0.5, 2.5)]
)
def test_a_hanging_python_is_waited_for_as_long_as_was_said(
    limit: str, least: float, most: float, tmp_path: Path
) -> None:
    repo = new_repo(tmp_path / "r")
    install(repo)
    stand_in(repo, "exec sleep 20")
    started = time.monotonic()
    repo.git("commit", "--quiet", "--allow-empty", "-m", "One", agent=True, AI_QUALITY_LIMIT=limit)
    assert least <= time.monotonic() - started < most
    assert "gave up after" in repo.log()


def test_another_python_on_the_path_stands_in_for_one_that_is_gone(tmp_path: Path) -> None:
    repo = new_repo(tmp_path / "r")
    install(repo)
    point(repo, python="/nowhere/python")
    surroundings = bare_path(repo)
    (tmp_path / "bin" / "python3").symlink_to(sys.executable)
    repo.git("commit", "--quiet", "--allow-empty", "-m", "One", agent=True, **surroundings)  # type: ignore[arg-type]
    assert (repo.tags(), repo.log()) == ([TAG], "")


def test_our_command_on_the_path_stands_in_for_an_environment_that_is_gone(tmp_path: Path) -> None:
    repo = new_repo(tmp_path / "r")
    install(repo)
    point(repo, python="/nowhere/python", entry="/nowhere/entry")
    repo.git("commit", "--quiet", "--allow-empty", "-m", "One", agent=True)
    assert (repo.tags(), repo.log()) == ([TAG], "")


def test_a_talkative_python_and_variables_of_python_change_nothing(tmp_path: Path) -> None:
    repo = new_repo(tmp_path / "r")
    install(repo)
    (tmp_path / "re.py").write_text("raise SystemExit('not the standard library')\n")
    odd = {"PYTHONVERBOSE": "1", "PYTHONPATH": str(tmp_path), "PYTHONHOME": "/nowhere", "PYTHONSTARTUP": "/nowhere"}
    done = repo.run(["git", "commit", "--allow-empty", "-m", "One"], agent=True, **odd)
    assert (done.returncode, done.stderr, repo.tags()) == (0, "", [TAG])


def test_a_hostile_message_is_left_whole(tmp_path: Path) -> None:
    repo = new_repo(tmp_path / "r")
    install(repo)
    text = b"One\n\n\xff\xfe \x1b[31m @all\n\x00".replace(b"\x00", b"") + b"x" * 200_000 + b"\n"
    repo.put_message(text)
    repo.git("commit", "--quiet", "--allow-empty", "-F", repo.message_file, agent=True)
    raw = repo.run(["git", "cat-file", "commit", "HEAD"]).stdout
    assert "x" * 200_000 in raw
    assert repo.tags() == [TAG]


def test_the_message_is_replaced_whole_and_never_written_into(tmp_path: Path) -> None:
    """Who is stopped half way, or runs out of disk, leaves the old message: another name of its file still has it."""
    repo = new_repo(tmp_path / "r")
    install(repo)
    repo.put_message("One\n")
    Path(repo.message_file).chmod(0o640)
    os.link(repo.message_file, tmp_path / "before")
    hook = repo.path / ".git" / "hooks" / "prepare-commit-msg"
    assert repo.run([str(hook), repo.message_file, "message"], agent=True, GIT_EDITOR=":").returncode == 0
    assert Path(repo.message_file).read_text() == f"One\n\n{TAG}\n"
    assert Path(repo.message_file).stat().st_mode & 0o777 == 0o640
    assert (tmp_path / "before").read_text() == "One\n"


def test_a_message_of_megabytes_is_passed_over_in_time(tmp_path: Path) -> None:
    repo = new_repo(tmp_path / "r")
    install(repo)
    repo.put_message(b"One\n\n" + b"Key: value\n" * 800_000)
    repo.git("commit", "--quiet", "--allow-empty", "-F", repo.message_file, agent=True)
    assert TAG not in repo.message()


def test_the_log_stays_small_and_one_line_a_failure(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    repo = new_repo(tmp_path / "r")
    monkeypatch.chdir(repo.path)
    for _ in range(3):
        log.note("bad\n::error::\x1b[31m" + "y" * 1000)
    place = repo.path / ".git" / "ai-quality" / "hook.log"
    assert place.read_text().count("\n") == 3
    assert "\x1b" not in place.read_text()
    place.write_text("z" * (log.MOST + 1))
    log.note("again")
    assert place.stat().st_size < 200
    install(repo)
    point(repo, python="/bin/false")
    place.write_text("z" * (log.MOST + 1))
    repo.git("commit", "--quiet", "--allow-empty", "-m", "One", agent=True)
    assert place.stat().st_size < 200
