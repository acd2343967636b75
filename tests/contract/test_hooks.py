"""The shim, its table, the wheel and the hook managers' entries agree; a hook loads the standard library only."""

from __future__ import annotations

import re
import subprocess
import sys
import tomllib
from pathlib import Path

import yaml

from ai_quality.hooks.agents import NAMING, SIGNS
from ai_quality.hooks.installing import shipped
from ai_quality.hooks.run import HOOKS
from tests.committing import AGENT, new_repo, surroundings_of

ROOT = Path(__file__).parents[2]
KNOWN = {*sys.stdlib_module_names, "ai_quality", "__main__", "_virtualenv", "_distutils_hack"}
"""The last two are what virtual environments start with."""


def test_the_shim_looks_for_exactly_the_strong_signs() -> None:
    looked_for = re.search(r'\[ -z "((?:\$\{\w+-\})+)" \]', shipped("shim").decode())
    assert looked_for
    assert re.findall(r"\$\{(\w+)-\}", looked_for[1]) == [
        *dict.fromkeys(sign.variable for sign in SIGNS if sign.strong), *NAMING,
    ]  # fmt: skip


def test_a_hook_that_tags_imports_the_standard_library_only(tmp_path: Path) -> None:
    repo = new_repo(tmp_path / "r")
    message = repo.path / "message"
    message.write_text("One\n")
    code = (
        "import sys; from ai_quality.hooks.run import main; import os;"
        "main(sys.argv[1:], os.environ); print(*sorted({name.split('.')[0] for name in sys.modules}))"
    )
    surroundings = {**surroundings_of(), **AGENT, "GIT_EDITOR": ":"}
    done = subprocess.run(
        [sys.executable, "-I", "-c", code, "prepare-commit-msg", str(message), "message"],
        cwd=repo.path, env=surroundings, capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert "Assisted-by: claude-code" in message.read_text()
    foreign = {name for name in done.stdout.split() if name not in KNOWN and not name.startswith("__editable__")}
    assert foreign == set(), foreign


def test_the_folder_ships_in_the_wheel() -> None:
    build = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["hatch"]["build"]
    assert build["targets"]["wheel"]["force-include"] == {"hooks": "ai_quality/hooks/sh"}
    assert (ROOT / "hooks" / "shim").is_file()


def test_pre_commit_users_get_both_message_hooks() -> None:
    offered = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text(encoding="utf-8"))
    assert [(hook["id"], hook["stages"]) for hook in offered] == [
        ("ai-quality-prepare-commit-msg", ["prepare-commit-msg"]),
        ("ai-quality-commit-msg", ["commit-msg"]),
    ]
    assert {hook["entry"].split()[1] for hook in offered} <= set(HOOKS)
