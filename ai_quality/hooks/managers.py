"""Hook managers: what their configuration needs to run our hooks, and where that goes. Text in, text out.

What is written may be committed and shared: it runs the shims that `ai-quality install` puts below `.git`, by a
path that holds everywhere, and does nothing on a machine that has none.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

MANAGERS = {
    "husky": (".husky",),
    "lefthook": (
        "lefthook.yml", "lefthook.yaml", ".lefthook.yml", ".lefthook.yaml", "lefthook.toml", "lefthook.json",
        "lefthook-local.yml",
    ),
    "pre-commit": (".pre-commit-config.yaml",),
    "prek": ("prek.toml", ".pre-commit-config.yml"),
}  # fmt: skip
"""A manager and the files in the work tree that show it."""

LOCAL = "lefthook-local.yml"
"""lefthook reads it over its shared file, and nobody commits it."""

WITH_INPUT = ("post-rewrite", "pre-push")


class Addition(NamedTuple):
    """What to add to the end of a file, which may not be there yet, and what to run afterwards ("" nothing)."""

    file: Path
    text: str
    then: str


def found(top: Path) -> list[str]:
    """The managers whose files are in this work tree."""
    return [name for name, files in MANAGERS.items() if any((top / file).exists() for file in files)]


def line(hook: str, arguments: str = '"$@"') -> str:
    """One line of shell that runs our shim of a hook if this repository has it."""
    return f'h=$(git rev-parse --git-common-dir)/ai-quality/hooks/{hook}; [ ! -x "$h" ] || "$h" {arguments}'


def additions(manager: str, top: Path, hooks: Sequence[str]) -> list[Addition]:
    """What the manager's configuration needs for these hooks."""
    if manager == "husky":
        return [Addition(top / ".husky" / hook, line(hook) + "\n", "") for hook in hooks]
    if manager == "lefthook":
        return [Addition(top / LOCAL, "".join(map(_lefthook, hooks)), "lefthook install")]
    file = next((top / file for file in MANAGERS[manager] if (top / file).exists()), top / MANAGERS[manager][0])
    types = " ".join(f"-t {hook}" for hook in hooks)
    text = _local_repo_toml(hooks) if file.suffix == ".toml" else _local_repo(hooks)
    return [Addition(file, text, f"{manager} install {types}")]


def obstacle(manager: str, addition: Addition) -> str:
    """Why the text cannot simply be added to the end of its file, "" if it can."""
    place = addition.file
    if manager == "husky" or not place.exists():
        return ""
    if manager == "lefthook":
        return f"{place.name} is here already"
    if place.suffix == ".toml":
        return ""
    rows = place.read_text(encoding="utf-8", errors="replace").splitlines()
    keys = [row for row in rows if re.match(r"[A-Za-z_'\"]", row)]
    if not keys or not re.fullmatch(r"repos:\s*(?:#.*)?", keys[-1]):
        return f"{place.name} does not end in its list of repos"
    items = [row for row in rows[rows.index(keys[-1]) :] if row.lstrip().startswith("- repo:")]
    if items and not items[-1].startswith("  - "):
        return f"{place.name} indents its repos in another way"
    return ""


def _lefthook(hook: str) -> str:
    count = {"prepare-commit-msg": 2, "commit-msg": 1, "post-rewrite": 1, "pre-push": 2}.get(hook, 0)
    given = " ".join(f'"{{{number}}}"' for number in range(1, count + 1))
    said = f"{hook}:\n  jobs:\n    - name: ai-quality\n      run: {line(hook, given).rstrip()}\n"
    return said + ("      use_stdin: true\n" if hook in WITH_INPUT else "")


def _local_repo(hooks: Sequence[str]) -> str:
    said = "  - repo: local\n    hooks:\n"
    for hook in hooks:
        script = line(hook).replace("'", "'\\''")
        said += (
            f"      - id: ai-quality-{hook}\n        name: ai-quality\n        language: system\n"
            f"        entry: sh -c '{script}' --\n        stages: [{hook}]\n        always_run: true\n"
        )
        if hook not in {"prepare-commit-msg", "commit-msg"}:
            said += "        pass_filenames: false\n"
    return said


def _local_repo_toml(hooks: Sequence[str]) -> str:
    said = '\n[[repos]]\nrepo = "local"\n'
    for hook in hooks:
        said += (
            f'\n[[repos.hooks]]\nid = "ai-quality-{hook}"\nname = "ai-quality"\nlanguage = "system"\n'
            f"entry = '''sh -c '{line(hook)}' --'''\nstages = [\"{hook}\"]\nalways_run = true\n"
        )
        if hook not in {"prepare-commit-msg", "commit-msg"}:
            said += "pass_filenames = false\n"
    return said
