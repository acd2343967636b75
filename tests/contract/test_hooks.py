"""The hooks, their tables, the registry, the wheel and the managers' entries agree; and what a hook loads."""

from __future__ import annotations

import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
import yaml

from ai_quality.facts.marks import classify
from ai_quality.facts.registry import Rule, load_registry
from ai_quality.hooks import agents, declared, installing
from ai_quality.hooks.agents import NAMES, NAMING, SIGNS, WRITTEN, written
from ai_quality.hooks.installing import COMMON, shim, shipped
from ai_quality.hooks.run import HOOKS
from ai_quality.model import Commit, Person
from tests.committing import TAG, new_repo, surroundings_of

ROOT = Path(__file__).parents[2]
REGISTRY = load_registry()
SEEN = sorted({agent for agent, strong, _ in SIGNS if strong} | set(NAMES.values()))
DEAR = {
    "re",
    "typing",
    "dataclasses",
    "subprocess",
    "enum",
    "functools",
    "collections",
    "contextlib",
    "json",
    "pathlib",
}
"""Modules of the standard library that take as long to load as all of ours."""


# The shell in front.


@pytest.fixture
def called(tmp_path: Path) -> Path:
    """The prepare-commit-msg hook with a Python that leaves word; returns its folder."""
    python = tmp_path / "python"
    python.write_text(f'#!/bin/sh\n: > "{tmp_path}/called"\n')
    python.chmod(0o755)
    (tmp_path / "message").write_text("One\n")
    hook = tmp_path / "hook"
    hook.write_bytes(shim("prepare-commit-msg", str(python)))
    hook.chmod(0o755)
    return tmp_path


def starts_python(called: Path, environ: dict[str, str]) -> bool:
    given = {"PATH": surroundings_of()["PATH"], "GIT_EDITOR": ":", **environ}
    subprocess.run([called / "hook", called / "message", "message"], env=given, check=True, cwd=called)
    was = (called / "called").exists()
    (called / "called").unlink(missing_ok=True)
    return was


def environ_of(needs: tuple[str, ...]) -> dict[str, str]:
    found = {}
    for need in needs:
        if not need.startswith(("not ", "/")):
            name, _, value = need.replace("~", "=").partition("=")
            found[name] = value or "1"
    return found


def test_the_shell_starts_python_for_every_strong_sign(called: Path) -> None:
    for _, strong, needs in SIGNS:
        if strong and not needs[0].startswith("/"):
            assert starts_python(called, environ_of(needs)), needs
    assert "/opt/.devin" in shipped("common.sh").decode()


def test_the_shell_starts_python_for_every_name_an_agent_goes_by(called: Path) -> None:
    for name in NAMES:
        for value in (name, f"{name}@1.2"):
            assert starts_python(called, {"AI_AGENT": value}), value
            assert starts_python(called, {"AGENT": value}), value


def test_the_shell_starts_nothing_for_a_weak_sign_or_none(called: Path) -> None:
    for _, strong, needs in SIGNS:
        if not strong:
            assert not starts_python(called, environ_of(needs)), needs
    for environ in ({}, {"AGENT": "1"}, {"AGENT": "node-7"}, {"AGENT": "pipeline"}, {"CLAUDECODE": ""}):
        assert not starts_python(called, environ), environ


def test_a_persons_day_starts_no_interpreter_at_all(called: Path, tmp_path: Path) -> None:
    """Commits with and without an editor, an amend, a pick and a push: what five hooks would slow down."""
    repo, there = new_repo(tmp_path / "r"), new_repo(tmp_path / "there")
    installing.install(repo.path, write=False, python=str(called / "python"))
    repo.change()
    repo.git("commit", "--quiet", "-m", "One")
    repo.git("commit", "--quiet", "--amend", GIT_EDITOR="true")
    repo.git("checkout", "--quiet", "-b", "topic", "HEAD~1")
    repo.git("cherry-pick", "main")
    repo.git("rebase", "--quiet", "--force-rebase", "HEAD~1")
    repo.git("push", "--quiet", str(there.path), "HEAD:refs/heads/one")
    assert not (called / "called").exists()
    repo.git("commit", "--quiet", "--allow-empty", "-m", "Two", agent=True)
    assert (called / "called").exists(), "it would have left word"


def test_the_shell_tests_no_variable_that_is_in_no_table() -> None:
    text = shipped("common.sh").decode()
    tested = text[text.index("agent_in_sight() {") : text.index("\n}\n", text.index("agent_in_sight() {"))]
    known = {name for _, strong, needs in SIGNS if strong for name in environ_of(needs)}
    found = {part.split("}")[0].rstrip("-").split(":")[0] for part in tested.split("${")[1:]}
    assert found <= known | {*NAMING, "PAGER", "HOME", "USER"}
    assert len(found) > 30


@pytest.mark.parametrize("name", HOOKS)
def test_every_hook_is_short_plain_shell_and_complete_when_installed(name: str) -> None:
    source = shipped(name)
    assert source.startswith(b"#!/bin/sh\n")
    assert source.count(COMMON) == 1
    assert f"\nhook={name}\n".encode() in source
    assert len(source.splitlines()) <= 20
    installed = shim(name, "/a place/python's")
    assert COMMON not in installed
    assert b"python=''\n" not in installed
    for shell in ("/bin/sh", "/bin/bash"):
        if Path(shell).exists():
            subprocess.run([shell, "-n"], input=installed, check=True)


def test_the_folder_ships_in_the_wheel() -> None:
    build = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["hatch"]["build"]
    assert build["targets"]["wheel"]["force-include"] == {"hooks": "ai_quality/hooks/sh"}
    assert "/hooks" in build["targets"]["sdist"]["include"]
    assert {path.name for path in (ROOT / "hooks").iterdir()} == {*HOOKS, "common.sh"}


# What Python loads.


def modules_of_a_commit(tmp_path: Path) -> set[str]:
    """What Python imports in a real commit that is marked, and in the note after it, by Python's own account."""
    repo = new_repo(tmp_path / "r")
    python = tmp_path / "python"
    python.write_text(f'#!/bin/sh\nexec "{sys.executable}" -X importtime "$@" 2>> "{tmp_path}/told"\n')
    python.chmod(0o755)
    installing.install(repo.path, write=False, python=str(python))
    repo.git("commit", "--quiet", "--allow-empty", "-m", "One", agent=True)
    assert repo.tags() == [TAG]
    repo.git("config", "ai-quality.tagging", "notes")
    repo.git("commit", "--quiet", "--allow-empty", "-m", "Two", agent=True)
    assert repo.note() == TAG
    rows = (tmp_path / "told").read_text().splitlines()
    return {row.rpartition("|")[2].strip() for row in rows if row.startswith("import time:")}


def test_a_hook_that_marks_imports_the_standard_library_only_and_little_of_it(tmp_path: Path) -> None:
    loaded = modules_of_a_commit(tmp_path)
    ours = {name for name in loaded if name.partition(".")[0] == "ai_quality"}
    parts = ("agents", "declared", "git", "log", "message", "run", "tagging")
    assert ours == {"ai_quality", "ai_quality.hooks", *(f"ai_quality.hooks.{part}" for part in parts)}
    foreign = {name.partition(".")[0] for name in loaded - ours} - {*sys.stdlib_module_names, "imported package"}
    assert foreign == set()
    assert loaded & DEAR == set()
    assert "site" not in loaded


# What is written, and what is known.


def test_what_the_hook_writes_of_every_agent_our_own_reader_counts_as_declared() -> None:
    ann = Person("Ann", "ann@example.com")
    for agent in SEEN:
        for value in (written(agent), f"{written(agent)}:some-model-1"):
            commit = Commit("a" * 40, (), ann, ann, 1_795_000_000, 1_795_000_000, f"Subject\n\nAssisted-by: {value}\n")
            said = classify(commit)
            assert (said.commit_class, said.evidence, said.agent) == ("assisted", "declared", agent), value
            assert declared.credited(value), value


def test_an_agent_without_a_name_is_declared_too() -> None:
    ann = Person("Ann", "ann@example.com")
    said = classify(
        Commit("a" * 40, (), ann, ann, 1_795_000_000, 1_795_000_000, f"S\n\nAssisted-by: {agents.SOME_AGENT}\n")
    )
    assert (said.evidence, said.agent) == ("declared", "other")


def test_every_agent_of_the_tables_is_in_the_registry() -> None:
    known = set(REGISTRY.since)
    assert {agent for agent, _, _ in SIGNS} <= known
    assert set(NAMES.values()) <= known
    assert set(declared.OWN) | set(declared.CALLED) | set(WRITTEN) <= known


def test_an_agent_goes_by_the_names_of_the_registry() -> None:
    for agent in SEEN:
        names = {folded for folded, owner in REGISTRY.aliases.items() if owner == agent}
        assert set(declared.CALLED[agent]) == names, agent


RULES = [
    rule
    for rule in REGISTRY.rules
    if rule.agent in SEEN and rule.evidence == "declared" and rule.kind in {"coauthor", "trailer", "footer"}
]


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: f"{rule.agent}-{rule.kind}-{rule.match[0]}")
def test_an_agents_own_declared_mark_is_known_and_its_look_alike_is_not(rule: Rule) -> None:
    assert declared.names(rule.example.message.encode(), rule.agent)
    assert not declared.names(rule.counter.message.encode(), rule.agent)


def test_a_credit_that_names_an_agent_is_known_for_it() -> None:
    for key in ("assisted-by", "generated-by", "made-with"):
        for example in REGISTRY.keys[key].examples:
            if example.agent in SEEN and example.evidence != "weak":
                assert declared.names(example.message.encode(), example.agent), example.message
        for counter in REGISTRY.keys[key].counters:
            assert not any(declared.names(counter.message.encode(), agent) for agent in SEEN), counter.message


# The managers' entries.


def test_pre_commit_users_get_both_message_hooks() -> None:
    offered = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text(encoding="utf-8"))
    assert [(hook["id"], hook["stages"]) for hook in offered] == [(f"ai-quality-{name}", [name]) for name in HOOKS[:3]]
    scripts = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["scripts"]
    for hook in offered:
        command, name = hook["entry"].split()
        assert command in scripts
        assert name == hook["stages"][0]
    page = (ROOT / "docs" / "hooks.md").read_text(encoding="utf-8")
    assert "default_install_hook_types: [pre-commit, prepare-commit-msg, commit-msg]" in page
    assert all(hook["id"] in page for hook in offered)
