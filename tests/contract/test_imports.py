"""The layers and doors of pyproject.toml hold, and each of those contracts bites when it is broken."""

from __future__ import annotations

import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
CONTRACTS = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["importlinter"]["contracts"]
LINT = "from importlinter.cli import lint_imports_command; lint_imports_command()"

OFFENCES = {
    "layers": ("errors.py", "import ai_quality.cli"),
    "pure": ("metrics/__init__.py", "import socket"),
    "git-door": ("pipeline.py", "import subprocess"),
    "duckdb-door": ("metrics/__init__.py", "import duckdb"),
    "click-door": ("pipeline.py", "import click"),
    "yaml-door": ("pipeline.py", "import yaml"),
    "jinja2-door": ("pipeline.py", "import jinja2"),
    "prices-door": ("metrics/__init__.py", "import genai_prices"),
    "http-door": ("sources/github.py", "import httpx2"),
    "pydriller-door": ("pipeline.py", "import pydriller"),
}


def lint(project: Path, *options: str) -> tuple[int, str]:
    """In a process of its own: import-linter keeps what it has read of a package."""
    command = [sys.executable, "-c", LINT, "--no-cache", "--no-logo", *options]
    done = subprocess.run(command, cwd=project, capture_output=True, text=True, check=False)
    return done.returncode, done.stdout + done.stderr


def test_the_package_keeps_every_contract() -> None:
    status, said = lint(ROOT)
    assert status == 0, said


def test_every_contract_has_an_offence_to_catch() -> None:
    assert {contract["id"] for contract in CONTRACTS} == set(OFFENCES)


@pytest.fixture
def package(tmp_path: Path) -> Path:
    """A copy of the package, with the contracts beside it, to spoil."""
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    return Path(shutil.copytree(ROOT / "ai_quality", tmp_path / "ai_quality"))


@pytest.mark.parametrize("contract", OFFENCES)
def test_a_contract_bites(contract: str, package: Path) -> None:
    module, line = OFFENCES[contract]
    with (package / module).open("a", encoding="utf-8") as source:
        source.write(f"\n{line}\n")
    status, said = lint(package.parent, "--contract", contract)
    assert (status, "BROKEN" in said) == (1, True), said


def test_a_module_without_a_place_in_the_layers_is_told(package: Path) -> None:
    (package / "stray.py").touch()
    status, said = lint(package.parent, "--contract", "layers")
    assert (status, "ai_quality.stray" in said) == (1, True), said
