"""action.yml, the code behind it, the recipes and our own workflows agree, and no linter finds a hole in them."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import fields
from pathlib import Path
from typing import Any

import pytest
import yaml

from ai_quality.action import inputs, outputs
from ai_quality.pipeline import posting

ROOT = Path(__file__).parents[2]
BIN = Path(sys.executable).parent
ACTION = ROOT / "action.yml"
RECIPES = sorted((ROOT / "action/recipes").glob("*.yml"))
WORKFLOWS = [path for path in RECIPES if "gitlab" not in path.name] + sorted((ROOT / ".github/workflows").glob("*.yml"))
PINNED = re.compile(r"uses: (?P<action>[\w/-]+)@(?P<commit>[0-9a-f]{40}) # v\d+\.\d+\.\d+$")
OUR_OWN = {"ai-quality/ai-quality@v1", "./"}


def read(path: Path) -> Any:  # noqa: ANN401 (YAML)
    return yaml.safe_load(path.read_text(encoding="utf-8"))


def steps(said: Any) -> Iterator[dict[str, Any]]:  # noqa: ANN401 (YAML)
    if "runs" in said:
        yield from said["runs"]["steps"]
    for job in said.get("jobs", {}).values():
        yield from job["steps"]


def kebab(name: str) -> str:
    return name.replace("_", "-")


def step(name: str) -> dict[str, Any]:
    return next(one for one in steps(read(ACTION)) if one.get("id") == name)


def test_the_inputs_are_those_the_code_reads_with_the_same_defaults() -> None:
    said = {name: about["default"] for name, about in read(ACTION)["inputs"].items()}
    assert said.pop("github-token") == "${{ github.token }}"
    assert said == {kebab(f.name): f.default for f in fields(inputs.Inputs) if f.name != "github_token"}


def test_every_input_reaches_the_code_by_its_variable() -> None:
    given = {name: value for name, value in step("run")["env"].items() if name.startswith(inputs.PREFIX)}
    assert given == {
        inputs.PREFIX + f.name.upper(): f"${{{{ inputs.{kebab(f.name)} }}}}" for f in fields(inputs.Inputs)
    }


def test_every_output_is_one_the_code_sets() -> None:
    said = {name: about["value"] for name, about in read(ACTION)["outputs"].items()}
    assert said == {name: f"${{{{ steps.run.outputs.{name} }}}}" for name in outputs.PUBLIC}
    asked = set(re.findall(r"steps\.run\.outputs\.([\w-]+)", ACTION.read_text(encoding="utf-8")))
    assert asked == {*outputs.PUBLIC, *outputs.BETWEEN_STEPS}


def test_the_artifact_is_the_one_the_poster_looks_for() -> None:
    upload = next(one for one in steps(read(ACTION)) if "upload-artifact" in one.get("uses", ""))
    assert upload["with"]["name"] == posting.ARTIFACT
    assert upload["with"]["path"] == "${{ steps.run.outputs.artifact-file }}"


def test_the_docs_name_every_input_and_output() -> None:
    page = (ROOT / "docs/action.md").read_text(encoding="utf-8")
    for name in (*read(ACTION)["inputs"], *outputs.PUBLIC):
        assert f"`{name}`" in page, name


@pytest.mark.parametrize("path", [ACTION, *WORKFLOWS], ids=lambda path: path.name)
def test_nothing_is_interpolated_into_a_script(path: Path) -> None:
    assert [one["run"] for one in steps(read(path)) if "${{" in one.get("run", "")] == []


@pytest.mark.parametrize("path", [ACTION, *WORKFLOWS], ids=lambda path: path.name)
def test_actions_of_others_are_pinned_by_commit_with_their_version(path: Path) -> None:
    lines = [line for line in path.read_text(encoding="utf-8").splitlines() if re.search(r"^\s*(- )?uses:", line)]
    assert lines or path.name == "test.yml"
    for line in lines:
        assert PINNED.search(line) or line.split("uses: ")[1].split(" ")[0] in OUR_OWN, line


def test_an_action_has_one_pin_everywhere() -> None:
    pins: dict[str, set[str]] = {}
    for path in (ACTION, *WORKFLOWS):
        for line in path.read_text(encoding="utf-8").splitlines():
            if found := PINNED.search(line):
                pins.setdefault("/".join(found["action"].split("/")[:2]), set()).add(found["commit"])
    assert {action: len(commits) for action, commits in pins.items()} == dict.fromkeys(pins, 1)


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.name)
def test_a_workflow_starts_without_rights_and_says_why_it_takes_some(path: Path) -> None:
    said = read(path)
    assert said["permissions"] == {}
    assert said["concurrency"]["group"]
    for job in said["jobs"].values():
        assert job["timeout-minutes"]
    for one in steps(said):
        if "actions/checkout" in one.get("uses", ""):
            assert one["with"] == {"fetch-depth": 0, "persist-credentials": False}


@pytest.mark.parametrize("page", ["README.md", "docs/action.md"])
def test_the_eight_lines_that_pages_show_do_what_the_recipe_does(page: str) -> None:
    blocks = re.findall(r"^```yaml\n(.*?)^```", (ROOT / page).read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL)
    shown = [block for block in blocks if "ai-quality/ai-quality@" in block]
    assert shown or page == "README.md"
    (recipe,) = read(ROOT / "action/recipes/minimal.yml")["jobs"].values()
    for block in shown:
        assert len(block.splitlines()) == 8
        said = yaml.safe_load(block)
        (job,) = said["jobs"].values()
        assert said[True] == "pull_request"  # YAML 1.1 reads a bare `on` so
        assert job == {key: recipe[key] for key in ("runs-on", "permissions", "steps")}


def test_the_poster_for_forks_checks_nothing_out_and_runs_nothing() -> None:
    assert [one.get("uses") for one in steps(read(ROOT / "action/recipes/forks.yml"))] == ["ai-quality/ai-quality@v1"]


def test_the_environment_of_later_steps_is_never_written() -> None:
    sources = [ACTION, *(ROOT / "action").glob("*.*"), *(ROOT / "ai_quality").rglob("*.py")]
    for path in sources:
        written = re.findall(r"GITHUB_(?:ENV|PATH)\b", path.read_text(encoding="utf-8"))
        assert not written or path.name == "outputs.py", path


def test_init_writes_the_recipes(generated: Callable[[str, str], None]) -> None:
    for ours, recipe in (("github", "minimal"), ("gitlab", "gitlab-ci")):
        text = (ROOT / f"action/recipes/{recipe}.yml").read_text(encoding="utf-8")
        generated(f"ai_quality/cli/recipes/{ours}.yml", text)


def zizmor(*paths: Path, at: Path = ROOT) -> subprocess.CompletedProcess[str]:
    command: list[str | Path] = [
        BIN / "zizmor",
        "--offline",
        "--persona=pedantic",
        "--no-progress",
        "--strict-collection",
        *paths,
    ]
    return subprocess.run(command, cwd=at, capture_output=True, text=True, check=False)


def jactionlint(*paths: Path, at: Path = ROOT) -> subprocess.CompletedProcess[str]:
    command: list[str | Path] = [BIN / "jactionlint", "--strict-exit", "--shellcheck=", "--no-online", *paths]
    return subprocess.run(command, cwd=at, capture_output=True, text=True, check=False)


@pytest.mark.parametrize("linter", [zizmor, jactionlint])
def test_the_linters_find_nothing(linter: Callable[..., subprocess.CompletedProcess[str]]) -> None:
    done = linter(ACTION, *WORKFLOWS)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("linter", [zizmor, jactionlint])
def test_the_linters_find_a_hole(linter: Callable[..., subprocess.CompletedProcess[str]], tmp_path: Path) -> None:
    hole = "run: echo ${{ github.event.pull_request.title }} #"
    text = (ROOT / "action/recipes/minimal.yml").read_text(encoding="utf-8")
    spoiled = tmp_path / ".github/workflows/minimal.yml"
    spoiled.parent.mkdir(parents=True)
    spoiled.write_text(text.replace("uses: ai-quality/", f"{hole} "), encoding="utf-8")
    done = linter(spoiled, at=tmp_path)
    assert done.returncode != 0
    assert "title" in done.stdout


def test_the_script_is_a_script() -> None:
    subprocess.run(["bash", "-n", ROOT / "action/run.sh"], check=True)
