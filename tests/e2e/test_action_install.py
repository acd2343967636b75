"""action/run.sh: where the tool is put, what a cache is keyed by, and that nothing on the way fails a workflow."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

from tests.acting import ROOT
from tests.histories import C, build

RUN = ROOT / "action/run.sh"


class Runner:
    """A runner's folders and variables; its workspace is a stranger's."""

    def __init__(self, place: Path) -> None:
        self.place, self.output = place, place / "output"
        self.workspace = build(place / "workspace", [C("A", f="a")]).path
        (place / "event.json").write_text(json.dumps({"action": "checks_requested"}), encoding="utf-8")

    def step(self, name: str, **environ: str) -> tuple[subprocess.CompletedProcess[str], Mapping[str, str]]:
        """Run a step, and return it with the outputs it has set."""
        self.output.unlink(missing_ok=True)
        given = {
            "GITHUB_ACTION_PATH": str(ROOT), "GITHUB_EVENT_NAME": "merge_group", "GITHUB_OUTPUT": str(self.output),
            "GITHUB_EVENT_PATH": str(self.place / "event.json"), "GITHUB_WORKSPACE": str(self.workspace),
            "RUNNER_TOOL_CACHE": str(self.place / "tools"), "INPUT_DIRECTORY": ".", "PLANNED_VENV": "",
        } | environ  # fmt: skip
        done = subprocess.run(
            ["bash", RUN, name], env=os.environ | given, cwd=self.workspace, capture_output=True, text=True, check=False
        )
        lines = self.output.read_text(encoding="utf-8").splitlines() if self.output.exists() else []
        return done, dict(line.split("=", 1) for line in lines)


@pytest.fixture
def runner(tmp_path: Path) -> Runner:
    return Runner(tmp_path)


@pytest.mark.parametrize("event", ["pull_request", "push", "schedule", "workflow_dispatch"])
def test_what_is_installed_and_measured_is_kept_between_runs(runner: Runner, event: str) -> None:
    done, said = runner.step("plan", GITHUB_EVENT_NAME=event)
    assert done.returncode == 0, done.stderr
    assert said["venv"] == str(runner.place / "tools/ai-quality" / said["venv-key"])
    assert said["facts-key"]


@pytest.mark.parametrize("event", ["workflow_run", "pull_request_target", "release", "issue_comment", "merge_group"])
def test_a_run_that_may_have_more_rights_reads_no_cache(runner: Runner, event: str) -> None:
    _, said = runner.step("plan", GITHUB_EVENT_NAME=event)
    assert set(said) == {"python", "venv"}


def test_packages_that_are_here_are_not_fetched(runner: Runner) -> None:
    _, said = runner.step("plan", GITHUB_EVENT_NAME="push")
    Path(said["venv"]).mkdir(parents=True)
    (Path(said["venv"]) / "ready").touch()
    _, again = runner.step("plan", GITHUB_EVENT_NAME="push")
    assert "venv-key" not in again


def test_a_given_interpreter_installs_nothing(runner: Runner) -> None:
    done, said = runner.step("plan", AI_QUALITY_PYTHON=sys.executable)
    assert (done.returncode, said) == (0, {"python": sys.executable})
    done, said = runner.step("run", PLANNED_PYTHON=sys.executable)
    assert (done.returncode, said["activity"]) == (0, "nothing"), done.stderr


def test_without_a_python_there_is_a_warning_and_no_failure(runner: Runner) -> None:
    done, said = runner.step("plan", AI_QUALITY_PYTHON="/no/such/python")
    assert (done.returncode, said) == (0, {})
    assert done.stdout.startswith("::warning title=ai-quality::no Python 3.11 or newer is here")
    done, said = runner.step("run", PLANNED_PYTHON="")
    assert (done.returncode, done.stdout, said) == (0, "", {})


def test_packages_that_cannot_be_had_are_a_warning_and_no_failure(runner: Runner) -> None:
    venv = runner.place / "venv"
    nowhere = {"PIP_NO_INDEX": "1", "PIP_FIND_LINKS": str(runner.place), "PIP_CONFIG_FILE": os.devnull}
    path = ":".join(part for part in os.environ["PATH"].split(":") if not (Path(part) / "uv").exists())
    done, said = runner.step("run", PLANNED_PYTHON=sys.executable, PLANNED_VENV=str(venv), PATH=path, **nowhere)
    assert done.returncode == 0, done.stderr
    assert "::warning title=ai-quality::its packages could not be installed" in done.stdout
    assert said == {}
    assert not (venv / "ready").exists(), "half an installation is no installation"


def test_a_strangers_files_are_never_run(runner: Runner) -> None:
    for name in ("json", "click", "duckdb", "ai_quality", "sitecustomize", "usercustomize"):
        (runner.workspace / f"{name}.py").write_text("raise SystemExit('a stranger ran')", encoding="utf-8")
    done, said = runner.step("run", PLANNED_PYTHON=sys.executable, PYTHONPATH=str(runner.workspace))
    assert (done.returncode, said["activity"]) == (0, "nothing"), done.stderr
    assert "a stranger ran" not in done.stdout + done.stderr
