"""Work on another core: the same answer, the same failures, and nothing left behind, whatever becomes of the copy."""

from __future__ import annotations

import os
import signal
import sys
import time
from pathlib import Path

import pytest

from ai_quality.pipeline import beside as module
from ai_quality.pipeline.beside import beside

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="nowhere else is a copy made")

HERE = os.getpid()


@pytest.fixture(params=[True, False], ids=["copy", "here"])
def forks(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> bool:
    asked = bool(request.param)
    monkeypatch.setattr(module, "_can_fork", lambda: asked)
    return asked


def has_children() -> bool:
    try:
        os.waitpid(-1, os.WNOHANG)
    except ChildProcessError:
        return False
    return True


def test_the_answer_is_that_of_the_task(forks: bool) -> None:
    found = {"rows": [("a" * 100_000, n) for n in range(20)]}  # more than a pipe holds
    with beside(lambda: (found, os.getpid() == HERE)) as answer:
        assert answer() == (found, not forks)
    assert not has_children()


@pytest.mark.usefixtures("forks")
def test_a_failure_is_raised_where_the_answer_is_asked_for(capfd: pytest.CaptureFixture[str]) -> None:
    def task() -> None:
        raise ValueError("no lines")

    with beside(task) as answer, pytest.raises(ValueError, match="no lines"):
        answer()
    assert capfd.readouterr() == ("", "")
    assert not has_children()


@pytest.mark.usefixtures("forks")
def test_who_never_asks_leaves_no_process_behind(tmp_path: Path) -> None:
    def task() -> None:
        time.sleep(60)
        (tmp_path / "late").touch()

    with pytest.raises(KeyError), beside(task):
        raise KeyError
    assert not has_children()


def test_a_copy_that_is_killed_is_done_without(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_can_fork", lambda: True)

    def task() -> str:
        if os.getpid() != HERE:
            os.kill(os.getpid(), signal.SIGKILL)
        return "done here"

    with beside(task) as answer:
        assert answer() == "done here"


def test_no_copy_is_made_of_a_process_with_threads(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Path, "iterdir", lambda _: iter(["1", "2"]))
    assert not module._can_fork()
    monkeypatch.setattr(Path, "iterdir", lambda _: iter(["1"]))
    assert module._can_fork() == ((os.cpu_count() or 1) > 1)
