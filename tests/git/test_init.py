"""`ai-quality init`: shows all, writes on yes, changes nothing else, may be run again."""

from __future__ import annotations

import os
import pty
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

import pytest

from ai_quality import config
from ai_quality.cli import main
from ai_quality.hooks.run import HOOKS as hook_names  # noqa: N811 (its paths are our HOOKS)
from tests.histories import C, History, build

HOOKS = {f".git/hooks/{name}" for name in hook_names}
GITHUB = {".ai-quality.yml", ".github/workflows/ai-quality.yml"}


@pytest.fixture
def story(tmp_path: Path) -> History:
    return build(tmp_path / "r", [C("A", f="a b c", src__deep="x")])


class Done(NamedTuple):
    returncode: int
    stdout: str
    stderr: str


class Run:
    """The command line in this process, which saves half a second a test."""

    def __init__(self, said: pytest.CaptureFixture[str]) -> None:
        self.said = said

    def __call__(self, *words: str, at: Path) -> Done:
        status = 0
        try:
            main(["-C", str(at), *words])
        except SystemExit as ended:
            status = int(ended.code or 0)
        return Done(status, *self.said.readouterr())


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]) -> Run:
    return Run(capsys)


def files(top: Path) -> dict[str, bytes]:
    """All files, git's own among them; its settings are looked at where hooks go in."""
    found = (p for p in top.rglob("*") if p.is_file())
    return {name: p.read_bytes() for p in found if (name := str(p.relative_to(top))) != ".git/config"}


def added(story: History, before: dict[str, bytes]) -> set[str]:
    """The files there are now beside those before, which must all be as they were."""
    after = files(story.path)
    assert {path: after[path] for path in before} == before
    return set(after) - set(before)


def answered(story: History, answer: str, *words: str) -> str:
    """What init says on a terminal, with the answers typed."""
    ours, theirs = pty.openpty()
    os.write(ours, answer.encode())
    command = [sys.executable, "-m", "ai_quality.cli", "-C", str(story.path), "init", *words]
    try:
        done = subprocess.run(command, stdin=theirs, capture_output=True, text=True, check=True)
    finally:
        os.close(ours)
        os.close(theirs)
    return done.stdout


def test_without_a_yes_it_shows_every_line_and_writes_nothing(run: Run, story: History) -> None:
    before = files(story.path)
    done = run("init", at=story.path)
    assert (done.returncode, added(story, before)) == (0, set())
    assert "new: .ai-quality.yml\n" in done.stdout
    assert "  | usage: local\n" in done.stdout
    assert "  |       - uses: actions/checkout@" in done.stdout
    assert "Nothing was written: say --yes to write it." in done.stdout


def test_yes_writes_what_was_shown_and_nothing_else(run: Run, story: History) -> None:
    before = files(story.path)
    shown = run("init", at=story.path).stdout
    done = run("init", "--yes", at=story.path)
    assert (done.returncode, done.stderr) == (0, "")
    assert added(story, before) == GITHUB | HOOKS
    assert "new: the commit hooks\n" in shown
    for path in GITHUB:
        for line in (story.path / path).read_text(encoding="utf-8").splitlines():
            assert f"  | {line}".rstrip() in shown.splitlines()
    assert "To commit: git add .ai-quality.yml .github/workflows/ai-quality.yml" in done.stdout


def test_it_can_be_run_twice(run: Run, story: History) -> None:
    run("init", "--yes", at=story.path)
    before = files(story.path)
    done = run("init", "--yes", at=story.path)
    assert (done.returncode, added(story, before)) == (0, set())
    assert "there already: .ai-quality.yml" in done.stdout
    assert "there already: the commit hooks" in done.stdout
    assert "Nothing to write." in done.stdout


def test_a_file_that_differs_is_kept_and_said_so(run: Run, story: History) -> None:
    (story.path / ".ai-quality.yml").write_text("comment: always\n", encoding="utf-8")
    before = files(story.path)
    done = run("init", "--yes", "--no-hook", "--usage", "notes", at=story.path)
    assert added(story, before) == {".github/workflows/ai-quality.yml"}
    assert "kept as it is, though it differs from what init writes: .ai-quality.yml" in done.stdout


def test_below_the_top_it_adopts_the_whole_repository(run: Run, story: History) -> None:
    before = files(story.path)
    assert run("init", "--yes", "--no-hook", at=story.path / "src").returncode == 0
    assert added(story, before) == GITHUB


@pytest.mark.parametrize("usage", ["local", "trailer", "notes"])
def test_the_settings_it_writes_can_be_read(run: Run, story: History, usage: str) -> None:
    run("init", "--yes", "--usage", usage, at=story.path)
    read = config.read((story.path / ".ai-quality.yml").read_bytes())
    assert read == config.Config(usage=usage)  # type: ignore[arg-type]


def test_on_gitlab_it_writes_a_file_to_include(run: Run, story: History) -> None:
    (story.path / ".gitlab-ci.yml").write_text("stages: [test]\n", encoding="utf-8")
    before = files(story.path)
    done = run("init", "--yes", "--no-hook", at=story.path)
    assert added(story, before) == {".ai-quality.yml", ".gitlab/ai-quality.yml"}
    assert "include: {local: .gitlab/ai-quality.yml}" in done.stdout


def test_a_link_does_not_lead_it_out_of_the_repository(run: Run, story: History, tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    (story.path / ".github").symlink_to(outside)
    done = run("init", "--yes", at=story.path)
    assert done.returncode == 2
    assert "outside the repository" in done.stderr
    assert not list(outside.iterdir())


def test_a_dangling_link_is_not_written_through(run: Run, story: History, tmp_path: Path) -> None:
    (story.path / ".ai-quality.yml").symlink_to(tmp_path / "elsewhere")
    done = run("init", "--yes", at=story.path)
    assert done.returncode == 0
    assert "kept as it is" in done.stdout
    assert not (tmp_path / "elsewhere").exists()


def test_a_bare_repository_has_nothing_to_add_to(run: Run, tmp_path: Path) -> None:
    build(tmp_path / "bare", [C("A", f="a")], bare=True)
    done = run("init", "--yes", at=tmp_path / "bare")
    assert done.returncode == 2
    assert "clone" in done.stderr


@pytest.mark.parametrize(("answers", "writes"), [("trailer\ny\n", True), ("trailer\nn\n", False)])
def test_on_a_terminal_it_asks(story: History, answers: str, writes: bool) -> None:
    before = files(story.path)
    said = answered(story, answers)
    assert "  | usage: trailer" in said
    assert added(story, before) == (GITHUB | HOOKS if writes else set())


def test_the_hooks_go_by_the_settings_just_chosen(run: Run, story: History) -> None:
    run("init", "--yes", "--usage", "notes", at=story.path)
    assert story.git("config", "ai-quality.usage").strip() == "notes"


def test_hooks_that_somebody_else_runs_are_left_to_them(run: Run, story: History) -> None:
    (story.path / ".pre-commit-config.yaml").write_text("repos: []\n", encoding="utf-8")
    before = files(story.path)
    done = run("init", "--yes", at=story.path)
    assert added(story, before) == GITHUB
    assert "not put in: the commit hooks (pre-commit runs them here" in done.stdout


def test_hooks_git_would_not_look_at_are_not_put_in(run: Run, story: History) -> None:
    story.git("config", "core.hooksPath", "elsewhere")
    before = files(story.path)
    done = run("init", "--yes", at=story.path)
    assert (done.returncode, added(story, before)) == (0, GITHUB)
    assert "core.hooksPath is 'elsewhere'" in done.stdout
