"""Put in and taken out again: what stood there before is back byte for byte, and nothing else was touched."""

from __future__ import annotations

import shlex
import sys
import tomllib
from collections.abc import Callable
from pathlib import Path

import pytest
import yaml

from ai_quality.hooks import checking, installing, managers
from ai_quality.hooks.installing import CHAINED, Found, needed, plan, shim
from ai_quality.hooks.run import HOOKS
from tests.committing import AGENT, BIN, TAG, Repo, install, lefthook_binary, new_repo

PRE_COMMIT = b"default_stages: [pre-commit]\nrepos: # none yet"


def uninstall(repo: Repo) -> str:
    return "\n".join(installing.uninstall(repo.path))


def doctor(repo: Repo, *, agent: bool = False, **more: str) -> str:
    environ = {**repo.environ, **(AGENT if agent else {}), **more}
    return "\n".join(f"{check.said} {check.hint}" for check in checking.checks(repo.path, environ))


# What was there.


def nothing(repo: Repo) -> None:
    """A plain repository."""


def hooks_of_somebody(repo: Repo) -> None:
    folder = repo.path / ".git" / "hooks"
    folder.mkdir()
    (folder / "commit-msg").write_bytes(b"#!/bin/sh\r\nexit 0\r\n")
    (folder / "commit-msg").chmod(0o711)
    (folder / "post-commit").write_bytes(b"not executable, so git passes it over")
    (folder / "pre-push").symlink_to("../../f")
    (folder / "pre-commit").write_bytes(b"#!/bin/sh\n")


def husky(repo: Repo) -> None:
    (repo.path / ".husky").mkdir()
    (repo.path / ".husky" / "commit-msg").write_bytes(b"npx commitlint --edit $1")


def lefthook(repo: Repo) -> None:
    (repo.path / "lefthook.yml").write_text("pre-commit: {}\n")


def pre_commit(repo: Repo) -> None:
    (repo.path / ".pre-commit-config.yaml").write_bytes(PRE_COMMIT)


def prek_toml(repo: Repo) -> None:
    (repo.path / "prek.toml").write_bytes(b'default_stages = ["pre-commit"]')


def team_hooks(repo: Repo) -> None:
    (repo.path / "team").mkdir()
    repo.git("config", "core.hooksPath", "team")


def a_default_hooks_path(repo: Repo) -> None:
    repo.git("config", "core.hooksPath", str(repo.path / ".git" / "hooks"))


@pytest.mark.parametrize(
    "given",
    [nothing, hooks_of_somebody, husky, lefthook, pre_commit, prek_toml, team_hooks, a_default_hooks_path],
    ids=lambda given: given.__name__,
)
def test_uninstall_restores_byte_for_byte(given: Callable[[Repo], None], tmp_path: Path) -> None:
    repo = new_repo(tmp_path / "r")
    given(repo)
    (repo.path / ".ai-quality.yml").write_text("tagging: notes\n")
    before = repo.settle()
    install(repo, write=True)
    assert repo.settle() != before
    assert repo.git("config", "ai-quality.tagging").strip() == "notes"
    once = repo.settle()
    install(repo, write=True)
    assert repo.settle() == once, "twice is once"
    uninstall(repo)
    assert repo.settle() == before
    assert not (repo.path / ".git" / "ai-quality" / "hooks").exists()
    assert "nothing of ours" in uninstall(repo)


@pytest.mark.parametrize("given", [husky, lefthook, pre_commit, prek_toml], ids=lambda given: given.__name__)
def test_without_write_a_managers_repository_is_as_it_was(given: Callable[[Repo], None], tmp_path: Path) -> None:
    repo = new_repo(tmp_path / "r")
    given(repo)
    before = repo.settle()
    said = install(repo)
    assert managers.line("commit-msg", "").rstrip() in said
    assert repo.settle() == before
    assert not (repo.path / ".git" / "ai-quality").exists()


def test_what_came_into_a_managers_file_since_stays_there(tmp_path: Path) -> None:
    repo = new_repo(tmp_path / "r")
    husky(repo)
    install(repo, write=True)
    place = repo.path / ".husky" / "commit-msg"
    place.write_bytes(b"first\n" + place.read_bytes() + b"last\n")
    uninstall(repo)
    assert place.read_bytes() == b"first\nnpx commitlint --edit $1last\n"
    install(repo, write=True)
    place.write_text(place.read_text().replace("ai-quality/hooks", "elsewhere"))
    assert "was changed or is gone" in uninstall(repo)


def test_a_hook_somebody_else_has_taken_over_is_not_removed(tmp_path: Path) -> None:
    repo = new_repo(tmp_path / "r")
    hooks_of_somebody(repo)
    install(repo)
    taken = repo.path / ".git" / "hooks" / "commit-msg"
    taken.write_text("#!/bin/sh\n# another tool\n")
    assert "somebody else's now" in uninstall(repo)
    assert "another tool" in taken.read_text()
    assert taken.with_name("commit-msg" + CHAINED).exists()


@pytest.mark.parametrize("tool", ["pre-commit", "prek"])
def test_a_manager_that_comes_later_runs_ours_first(tool: str, tmp_path: Path) -> None:
    repo = new_repo(tmp_path / "r")
    install(repo)
    passes = "{id: x, name: x, language: system, entry: 'true', always_run: true}"
    (repo.path / ".pre-commit-config.yaml").write_text(f"repos: [{{repo: local, hooks: [{passes}]}}]\n")
    repo.git("add", ".")
    types = ("-t", "prepare-commit-msg", "-t", "commit-msg")
    assert repo.run([str(BIN / tool), "install", *types]).returncode == 0
    assert (repo.path / ".git" / "hooks" / "prepare-commit-msg.legacy").exists()
    repo.git("commit", "--quiet", "-m", "By an agent", agent=True)
    assert repo.tags() == [TAG]
    assert "which runs prepare-commit-msg.legacy first" in doctor(repo)
    uninstall(repo)
    repo.git("commit", "--quiet", "--allow-empty", "-m", "By an agent", agent=True)
    assert repo.tags() == []


@pytest.mark.parametrize(
    "text",
    ["repos: []\nci: {}\n", "repos:\n- repo: local\n  hooks: []\n", "repos: []\n"],
    ids=["not last", "indented in another way", "flow"],
)
def test_a_file_that_cannot_take_the_lines_is_told_and_left(text: str, tmp_path: Path) -> None:
    repo = new_repo(tmp_path / "r")
    config = repo.path / ".pre-commit-config.yaml"
    config.write_text(text)
    assert "add this yourself" in install(repo, write=True)
    assert config.read_text() == text


def test_what_is_added_is_what_the_managers_read(tmp_path: Path) -> None:
    for given, name in ((pre_commit, ".pre-commit-config.yaml"), (prek_toml, "prek.toml")):
        repo = new_repo(tmp_path / given.__name__)
        given(repo)
        (repo.path / ".ai-quality.yml").write_text("tagging: notes\npush-notes: true\n")
        install(repo, write=True)
        text = (repo.path / name).read_text()
        read = yaml.safe_load(text) if name.endswith("yaml") else tomllib.loads(text)
        hooks = {hook["stages"][0]: hook for hook in read["repos"][0]["hooks"]}
        assert tuple(hooks) == HOOKS, "notes need all five"
        assert shlex.split(hooks["commit-msg"]["entry"])[2].strip() == managers.line("commit-msg")
        assert repo.run([str(BIN / "prek"), "validate-config", name]).returncode == 0
        if name.endswith("yaml"):
            assert repo.run([str(BIN / "pre-commit"), "validate-config", name]).returncode == 0
    repo = new_repo(tmp_path / "lefthook")
    lefthook(repo)
    install(repo, write=True)
    told = repo.run([lefthook_binary(), "validate"])
    assert told.returncode == 0, told.stdout + told.stderr


def test_a_prek_toml_runs_ours(tmp_path: Path) -> None:
    repo = new_repo(tmp_path / "r")
    prek_toml(repo)
    assert "then run: prek install -t prepare-commit-msg -t commit-msg" in install(repo, write=True)
    repo.git("add", ".")
    done = repo.run([str(BIN / "prek"), "install", "-t", "prepare-commit-msg", "-t", "commit-msg"])
    assert done.returncode == 0, done.stderr
    repo.git("commit", "--quiet", "-m", "By an agent", agent=True)
    assert repo.tags() == [TAG]
    assert "prek by prek.toml" in doctor(repo)


def test_a_submodule_and_its_superproject_share_nothing(tmp_path: Path) -> None:
    inner = new_repo(tmp_path / "inner")
    outer = new_repo(tmp_path / "outer")
    outer.git("-c", "protocol.file.allow=always", "submodule", "--quiet", "add", str(inner.path), "sub")
    sub = Repo(outer.path / "sub")
    sub.git("config", "user.name", "Ann")
    sub.git("config", "user.email", "ann@example.com")
    install(sub)
    sub.git("config", "ai-quality.tagging", "notes")
    sub.git("commit", "--quiet", "--allow-empty", "-m", "In the submodule", agent=True)
    assert sub.note() == TAG
    outer.git("commit", "--quiet", "--allow-empty", "-m", "Outside", agent=True)
    assert outer.tags() == []


def test_a_bare_repository_takes_the_hooks_too(tmp_path: Path) -> None:
    repo = new_repo(tmp_path / "r")
    repo.git("clone", "--quiet", "--bare", ".", "../bare.git")
    assert "commit-msg: installed" in install(Repo(tmp_path / "bare.git"))


def test_from_a_folder_below_the_top(tmp_path: Path) -> None:
    repo = new_repo(tmp_path / "a repository")
    (repo.path / "deep" / "down").mkdir(parents=True)
    install(Repo(repo.path / "deep" / "down"))
    repo.git("commit", "--quiet", "--allow-empty", "-m", "One", agent=True)
    assert repo.tags() == [TAG]


# What decides.

OWN = Path("/r/.git/hooks")


def found(
    *, version: tuple[int, int] = (2, 39), managers: tuple[str, ...] = (), hooks_path: str | None = None,
    hooks: Path = OWN,
) -> Found:  # fmt: skip
    return Found(Path("/r"), hooks, OWN, Path("/r/.git/ai-quality"), hooks_path, managers, version)


@pytest.mark.parametrize(
    ("seen", "how"),
    [
        (found(), "shim"),
        (found(version=(2, 54)), "config"),
        (found(version=(3, 0), managers=("lefthook",)), "config"),
        (found(version=(2, 53), managers=("lefthook",)), "manager"),
        (found(managers=("husky",), hooks_path=".husky/_", hooks=Path("/r/.husky/_")), "manager"),
        (found(managers=("pre-commit",), hooks_path="/team", hooks=Path("/team")), "stop"),
        (found(hooks_path="/team", hooks=Path("/team")), "stop"),
        (found(hooks_path=".git/hooks"), "shim"),
    ],
)
def test_how_the_hooks_go_in_follows_from_what_is_there(seen: Found, how: str) -> None:
    assert plan(seen).how == how


def test_gits_own_configuration_takes_them_where_git_is_new_enough(tmp_path: Path) -> None:
    """No git 2.54 is at hand: this shows what is written, and that the command in it runs as git would run it."""
    repo = new_repo(tmp_path / "a repository")
    before = repo.settle()
    seen = installing.look(repo.path)
    assert plan(seen._replace(version=(2, 54))).how == "config"
    installing.carry_out(repo.path, seen, installing.Plan("config"), write=False, python=sys.executable)
    assert repo.git("config", "hook.ai-quality-commit-msg.event") == "commit-msg\n"
    command = repo.git("config", "hook.ai-quality-prepare-commit-msg.command").strip()
    repo.put_message("One\n")
    run = repo.run(["sh", "-c", f'{command} "$@"', "sh", repo.message_file, "message"], agent=True, GIT_EDITOR=":")
    assert (run.returncode, Path(repo.message_file).read_text()) == (0, f"One\n\n{TAG}\n")
    Path(repo.message_file).unlink()
    uninstall(repo)
    assert repo.settle() == before


def test_only_the_hooks_that_have_something_to_do_go_through_a_manager() -> None:
    assert needed({}) == HOOKS[:2]
    assert needed({"tagging": "notes"}) == HOOKS[:4]
    assert needed({"usage": "trailer", "pushNotes": "true"}) == HOOKS


def quality(repo: Repo, *words: str) -> tuple[int, str]:
    """Our command line, as a user runs it."""
    done = repo.run([sys.executable, "-m", "ai_quality.cli", *words])
    return done.returncode, done.stdout + done.stderr


def test_the_commands_say_what_they_did_and_bad_places_and_settings_are_one_sentence(tmp_path: Path) -> None:
    status, said = quality(Repo(tmp_path), "install")
    assert (status, said.count("\n")) == (3, 1), said
    repo = new_repo(tmp_path / "r")
    (repo.path / ".ai-quality.yml").write_text("taging: notes\n")
    status, said = quality(repo, "install")
    assert (status, "did you mean tagging?" in said) == (2, True), said
    assert not (repo.path / ".git" / "hooks").exists()
    (repo.path / ".ai-quality.yml").unlink()
    assert quality(repo, "install") == (0, "".join(f"{name}: installed\n" for name in HOOKS))
    repo.put_message("One\n")
    assert repo.run([str(BIN / "ai-quality"), "hook", "commit-msg", repo.message_file], agent=True).returncode == 0
    assert Path(repo.message_file).read_text() == f"One\n\n{TAG}\n"
    assert quality(repo, "uninstall") == (0, "".join(f"{name}: taken out\n" for name in HOOKS))


def test_each_hook_is_the_shipped_one_with_its_interpreter_and_an_older_one_stands_behind_it(tmp_path: Path) -> None:
    repo = new_repo(tmp_path / "r")
    hooks_of_somebody(repo)
    install(repo)
    folder = repo.path / ".git" / "hooks"
    behind = {name + CHAINED for name in ("commit-msg", "post-commit", "pre-push")}
    assert {path.name for path in folder.iterdir()} == {*HOOKS, *behind, "pre-commit"}
    for name in HOOKS:
        assert (folder / name).read_bytes() == shim(name, sys.executable)
    assert (folder / ("commit-msg" + CHAINED)).stat().st_mode & 0o777 == 0o711


# What doctor says.


def test_doctor_says_whether_and_why_a_commit_would_be_marked(tmp_path: Path) -> None:
    repo = new_repo(tmp_path / "r")
    assert "git runs none of ours" in doctor(repo)
    assert "would not be marked: git runs no hook of ours" in doctor(repo, agent=True)
    install(repo)
    assert "would be marked by trailer: claude-code (by CLAUDECODE)" in doctor(repo, agent=True)
    assert "only signs that people share: cursor (by CURSOR_TRACE_ID)" in doctor(repo, CURSOR_TRACE_ID="x")
    assert "would not be marked: AI_QUALITY=0" in doctor(repo, agent=True, AI_QUALITY="0")
    assert "no agent runs this shell" in doctor(repo)
    (repo.path / ".git" / "CHERRY_PICK_HEAD").write_text("0" * 40)
    assert "git is in the middle of something (CHERRY_PICK_HEAD)" in doctor(repo, agent=True)


def test_doctor_says_what_git_would_really_run(tmp_path: Path) -> None:
    repo = new_repo(tmp_path / "r")
    install(repo)
    hook = repo.path / ".git" / "hooks" / "prepare-commit-msg"
    hook.chmod(0o644)
    assert "is not executable, so git passes it over" in doctor(repo)
    hook.chmod(0o755)
    whole = hook.read_text()
    hook.write_text(whole.replace(sys.executable, "/nowhere/python"))
    assert "was to run /nowhere/python, which is not there any more" in doctor(repo)
    hook.write_text("#!/bin/sh\n")
    assert "is somebody else's and does not call ours" in doctor(repo)
    team_hooks(repo)
    assert "there is no" in doctor(repo)


def test_doctor_follows_a_manager_to_what_it_calls(tmp_path: Path) -> None:
    repo = new_repo(tmp_path / "r", {"LEFTHOOK_BIN": lefthook_binary()})
    lefthook(repo)
    install(repo, write=True)
    assert "there is no" in doctor(repo), "lefthook itself is not installed yet"
    repo.run([lefthook_binary(), "install"])
    assert "prepare-commit-msg by lefthook by lefthook-local.yml" in doctor(repo)
    (repo.path / ".git" / "ai-quality" / "hooks" / "commit-msg").unlink()
    assert "which is not laid out here" in doctor(repo)
