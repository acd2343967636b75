"""Every way to commit, under every arrangement of hooks, with every shape of message: who is marked and who is not.

Real git, real lefthook, pre-commit and prek. What each commit's message ought to be is git's word: the same steps run
in a repository without hooks, and `git interpret-trailers` places the trailer in what comes out there. All pairs of
(way, arrangement), (way, shape) and (shape, arrangement) are run; an arrangement decides only whether and with which
words our hook is called, and a shape only what it then does to the file, so no third dimension is left to go wrong
together. The cells are shown in one table at the end of the run.
"""

from __future__ import annotations

import functools
import re
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import pytest

from tests.committing import BIN, NO_HOOKS, TAG, Repo, install, lefthook_binary, new_repo

# How the hooks are arranged.


def plain(place: Path) -> Repo:
    repo = new_repo(place)
    install(repo)
    return repo


def worktree(place: Path) -> Repo:
    main = new_repo(place / "main tree")
    main.git("worktree", "add", "--quiet", "-b", "side", str(place / "a linked one"))
    repo = Repo(place / "a linked one")
    install(repo)
    return repo


def hooks_path(place: Path) -> Repo:
    """Somebody's own folder of hooks, with the line in it that `install` asks for."""
    repo = new_repo(place)
    repo.git("config", "core.hooksPath", "team hooks")
    (repo.path / "team hooks").mkdir()
    told = install(repo)
    assert not (repo.path / ".git" / "ai-quality").exists(), "somebody chose that folder"
    line = re.search(r"there: (h=.*? \"\$@\");", told)
    assert line
    for name in ("prepare-commit-msg", "commit-msg"):
        hook = repo.path / "team hooks" / name
        hook.write_text(f"#!/bin/sh\n{line[1].replace('prepare-commit-msg', name)}\n")
        hook.chmod(0o755)
    install(repo, write=True)
    return repo


def husky_like(place: Path) -> Repo:
    """As husky 9 arranges it: git looks in .husky/_, whose files run those of .husky with `sh -e`."""
    repo = new_repo(place)
    inner = repo.path / ".husky" / "_"
    inner.mkdir(parents=True)
    repo.git("config", "core.hooksPath", ".husky/_")
    for name in ("prepare-commit-msg", "commit-msg", "post-commit", "post-rewrite", "pre-push"):
        runner = inner / name
        runner.write_text('#!/bin/sh\ns=".husky/$(basename "$0")"\n[ ! -f "$s" ] && exit 0\nsh -e "$s" "$@"\n')
        runner.chmod(0o755)
    assert "husky runs the hooks here" in install(repo)
    assert not (repo.path / ".husky" / "commit-msg").exists(), "shown, not written"
    install(repo, write=True)
    return repo


def lefthook(place: Path) -> Repo:
    repo = new_repo(place, {"LEFTHOOK_QUIET": "1", "LEFTHOOK_BIN": lefthook_binary()})
    (repo.path / "lefthook.yml").write_text("no_tty: true\n")
    install(repo, write=True)
    assert repo.run([lefthook_binary(), "install", "--force"]).returncode == 0
    return repo


def pre_commit(place: Path, tool: str = "pre-commit") -> Repo:
    repo = new_repo(place)
    (repo.path / ".pre-commit-config.yaml").write_text("repos:\n")
    told = install(repo, write=True)
    repo.git("add", ".pre-commit-config.yaml")
    repo.git("commit", "--quiet", "-m", "Config")
    then = re.search(r"then run: \S+ (.*)", told)
    assert then
    done = repo.run([str(BIN / tool), *then[1].split()])
    assert done.returncode == 0, done.stderr
    return repo


def prek(place: Path) -> Repo:
    return pre_commit(place, "prek")


def chained(place: Path) -> Repo:
    repo = new_repo(place)
    folder = repo.path / ".git" / "hooks"
    folder.mkdir()
    for name in ("prepare-commit-msg", "commit-msg", "post-commit"):
        hook = folder / name
        hook.write_text(f'#!/bin/sh\necho {name} >> "$(git rev-parse --git-common-dir)/foreign.log"\n')
        hook.chmod(0o755)
    install(repo)
    return repo


ARRANGEMENTS: dict[str, Callable[[Path], Repo]] = {
    "plain": plain, "worktree": worktree, "hooksPath": hooks_path, "husky-like": husky_like, "lefthook": lefthook,
    "pre-commit": pre_commit, "prek": prek, "chained": chained,
}  # fmt: skip


# The shapes of messages.


class Shape(NamedTuple):
    """What is written as a message, and the settings that give it its meaning."""

    text: str
    settings: tuple[tuple[str, str], ...] = ()


SHAPES = {
    "ordinary": Shape("Words\n"),
    "---": Shape("Words\n\nAbove\n\n---\n\nBelow\n"),
    "signed off": Shape("Words\n\nBody\n\nReviewed-by: B <b@c>\nSigned-off-by: A <a@b>\n"),
    "scissors": Shape(
        "Words\n\nBody\n# ------------------------ >8 ------------------------\nCut away: yes\n",
        (("commit.cleanup", "scissors"),),
    ),
    "commentChar": Shape(
        "Words\n\n#12 is mended\n\n; a comment\n", (("core.commentChar", ";"), ("commit.cleanup", "strip"))
    ),
    "CRLF": Shape("Words\r\n\r\nBody\r\n\r\nSigned-off-by: A <a@b>\r\n"),
    "empty": Shape(""),
}


# The ways to commit.


class Try:
    """One way to commit, in a repository and with a shape of message; `ends` are git's exit statuses."""

    def __init__(self, repo: Repo, shape: Shape) -> None:
        self.repo, self.text = repo, shape.text
        self.settings = [word for key, value in shape.settings for word in ("-c", f"{key}={value}")]
        self.ends: list[int] = []

    def agent(self, *words: str, **more: str) -> None:
        """A command of git, run by an agent."""
        done = self.repo.run(["git", *self.settings, *words], agent=True, **more)
        self.ends.append(done.returncode)

    def commit(self, *words: str, **more: str) -> None:
        self.repo.change()
        self.agent("commit", "--quiet", *words, **more)

    def by_editor(self, text: str | None = None) -> dict[str, str]:
        """An editor that writes the text over what git offers."""
        self.repo.put_message(self.text if text is None else text)
        return {"GIT_EDITOR": f'cp "{self.repo.message_file}"'}

    def person(self) -> None:
        self.repo.person(self.text)

    def beside(self) -> tuple[str, str]:
        """A branch with one commit by a person, and back on the first branch, which has gone on."""
        repo = self.repo
        here, there = repo.git("branch", "--show-current").strip(), f"topic{repo.files}"
        repo.git("checkout", "--quiet", "-b", there)
        self.person()
        repo.git("checkout", "--quiet", here)
        repo.person()
        return there, here


def by_m(at: Try) -> None:
    at.commit("-m", at.text)


def by_file(at: Try) -> None:
    at.repo.put_message(at.text)
    at.commit("-F", at.repo.message_file)


def by_editor(at: Try) -> None:
    at.commit(**at.by_editor())


def by_m_and_editor(at: Try) -> None:
    at.commit("-e", "-m", "Draft", **at.by_editor())


def by_template(at: Try) -> None:
    """The editor puts a first line above the template."""
    at.repo.put_message(at.text)
    fill = 'sh -c \'printf "Filled in\\n\\n" | cat - "$1" > "$1.new" && mv "$1.new" "$1"\' editor'
    at.commit("-t", at.repo.message_file, GIT_EDITOR=fill)


def by_template_untouched(at: Try) -> None:
    at.repo.put_message(at.text)
    at.commit("-t", at.repo.message_file, GIT_EDITOR="true")


def no_verify(at: Try) -> None:
    at.commit("--no-verify", "-m", at.text)


def sign_off(at: Try) -> None:
    at.commit("-s", "-m", at.text)


def nothing_written(at: Try) -> None:
    at.commit(**at.by_editor(""))


def only_signed(at: Try) -> None:
    at.commit("-s", GIT_EDITOR="true")


def editor_fails(at: Try) -> None:
    at.commit(GIT_EDITOR="false")


def no_op_editor(at: Try) -> None:
    """An agent's way to keep editors shut: the very word with which git tells hooks that none opens."""
    at.commit(GIT_EDITOR=":")


def all_and_paths(at: Try) -> None:
    """`-a` and a path: git hands hooks an index of their own."""
    (at.repo.path / "f").write_text(f"{at.repo.files}\n")
    at.agent("commit", "--quiet", "-a", "-m", at.text)
    (at.repo.path / "f").write_text(f"more {at.repo.files}\n")
    at.agent("commit", "--quiet", "-m", at.text, "f")


def amend_no_edit(at: Try) -> None:
    at.person()
    at.agent("commit", "--quiet", "--amend", "--no-edit")


def amend_m(at: Try) -> None:
    at.person()
    at.agent("commit", "--quiet", "--amend", "-m", at.text)


def amend_in_editor(at: Try) -> None:
    at.person()
    at.agent("commit", "--quiet", "--amend", **at.by_editor())


def amend_m_reset_author(at: Try) -> None:
    at.person()
    at.agent("commit", "--quiet", "--amend", "--reset-author", "-m", at.text)


def amend_by_alias(at: Try) -> None:
    at.person()
    at.agent("-c", "alias.again=commit --amend", "again", "--quiet", "-m", at.text)


def amend_m_of_its_own(at: Try) -> None:
    at.commit("-m", "By an agent")
    at.agent("commit", "--quiet", "--amend", "-m", at.text)


def reuse(at: Try) -> None:
    at.person()
    at.commit("-C", "HEAD")


def reuse_in_editor(at: Try) -> None:
    at.person()
    at.commit("-c", "HEAD", GIT_EDITOR="true")


def fixup(at: Try) -> None:
    at.person()
    at.commit("--fixup", "HEAD")


def squash_subject(at: Try) -> None:
    at.person()
    at.commit("--squash", "HEAD", "-m", at.text)


def merge(at: Try) -> None:
    there, _ = at.beside()
    at.agent("merge", "--quiet", "--no-ff", "--no-edit", there)


def merge_m(at: Try) -> None:
    there, _ = at.beside()
    at.agent("merge", "--quiet", "--no-ff", "-m", at.text or "Merge", there)


def merge_squash(at: Try) -> None:
    there, _ = at.beside()
    at.agent("merge", "--quiet", "--squash", there)
    at.agent("commit", "--quiet", "-m", at.text)


def cherry_pick(at: Try) -> None:
    there, _ = at.beside()
    at.agent("cherry-pick", "--allow-empty-message", there)


def cherry_pick_x(at: Try) -> None:
    there, _ = at.beside()
    at.agent("cherry-pick", "--allow-empty-message", "-x", there)


def cherry_pick_n(at: Try) -> None:
    there, _ = at.beside()
    at.agent("cherry-pick", "-n", there)
    at.agent("commit", "--quiet", "-m", at.text)


def after_conflict(at: Try) -> None:
    repo = at.repo
    there, here = at.beside()
    name = f"clash{repo.files}"
    for branch, text in ((there, "theirs\n"), (here, "ours\n")):
        repo.git("checkout", "--quiet", branch)
        repo.write(name, text)
        repo.put_message(at.text)
        repo.git(*NO_HOOKS, "commit", "--quiet", "--allow-empty-message", "-F", repo.message_file)
    at.agent("cherry-pick", "--allow-empty-message", there)
    repo.write(name, "both\n")
    at.agent("commit", "--quiet", "--no-edit", "--allow-empty-message")
    if not at.text:
        repo.run(["git", "cherry-pick", "--quit"])


def revert(at: Try) -> None:
    at.person()
    at.agent("revert", "--no-edit", "HEAD")


def revert_n(at: Try) -> None:
    at.person()
    at.agent("revert", "-n", "HEAD")
    at.agent("commit", "--quiet", "-m", at.text)


def rebase(at: Try, *words: str) -> None:
    there, here = at.beside()
    at.repo.git("checkout", "--quiet", there)
    at.agent("rebase", "--quiet", *words, here)
    at.repo.git("checkout", "--quiet", here)
    at.repo.git("merge", "--quiet", "--ff-only", there)


def rebase_apply(at: Try) -> None:
    rebase(at, "--apply")


def reword(at: Try) -> None:
    at.person()
    pick = {"GIT_SEQUENCE_EDITOR": "sed -i.bak 1s/pick/reword/"}
    at.agent("rebase", "--quiet", "-i", "HEAD~1", **pick, **at.by_editor())
    at.repo.run(["git", "rebase", "--abort"])


def autosquash(at: Try) -> None:
    at.person()
    for kind in ("--fixup", "--squash"):
        at.repo.change()
        at.repo.git(*NO_HOOKS, "commit", "--quiet", kind, "HEAD", "-m", "more")
    at.agent(
        "rebase", "--quiet", "-i", "--autosquash", "HEAD~3", GIT_SEQUENCE_EDITOR="true", GIT_EDITOR="true"
    )  # fmt: skip
    at.repo.run(["git", "rebase", "--abort"])


def am(at: Try) -> None:
    at.person()
    at.repo.git("format-patch", "--quiet", "-1", "-o", at.repo.git_dir / "patches")  # type: ignore[arg-type]
    at.repo.git("reset", "--quiet", "--hard", "HEAD~1")
    patch = max((at.repo.git_dir / "patches").iterdir())
    at.agent("am", "--quiet", str(patch))
    at.repo.run(["git", "am", "--abort"])
    patch.unlink()


def off_for_one(at: Try) -> None:
    at.commit("-m", at.text, AI_QUALITY="0")


def by_a_person(at: Try) -> None:
    at.repo.change()
    done = at.repo.run(["git", *at.settings, "commit", "--quiet", "-m", at.text])
    at.ends.append(done.returncode)


TAGGED: dict[str, Callable[[Try], None]] = {
    "-m": by_m, "-F": by_file, "editor": by_editor, "-m -e": by_m_and_editor, "-t": by_template,
    "--no-verify": no_verify, "-s": sign_off, "-a, path": all_and_paths, "--amend -m of its own": amend_m_of_its_own,
}  # fmt: skip
UNTAGGED: dict[str, Callable[[Try], None]] = {
    "-t, untouched": by_template_untouched, "editor, nothing": nothing_written, "editor, only -s": only_signed,
    "editor fails": editor_fails, "GIT_EDITOR=:": no_op_editor,
    "--amend --no-edit": amend_no_edit, "--amend -m": amend_m, "--amend in editor": amend_in_editor,
    "--amend --reset-author": amend_m_reset_author, "--amend by alias": amend_by_alias, "-C": reuse,
    "-c": reuse_in_editor, "--fixup": fixup, "--squash": squash_subject, "merge --no-ff": merge, "merge -m": merge_m,
    "merge --squash": merge_squash, "cherry-pick": cherry_pick, "cherry-pick -x": cherry_pick_x,
    "cherry-pick -n": cherry_pick_n, "cherry-pick, conflict": after_conflict, "revert": revert, "revert -n": revert_n,
    "rebase": rebase, "rebase --apply": rebase_apply, "rebase, reword": reword, "rebase --autosquash": autosquash,
    "am": am, "AI_QUALITY=0": off_for_one, "a person": by_a_person,
}  # fmt: skip
WAYS = {**TAGGED, **UNTAGGED}
VARIANTS = {
    "-m -e", "-s", "-a, path", "-t, untouched", "editor, only -s", "editor fails", "GIT_EDITOR=:", "--amend in editor",
    "--amend --reset-author", "--amend by alias", "merge -m", "cherry-pick -x", "cherry-pick -n", "revert -n",
    "rebase, reword",
}  # fmt: skip
"""Of these git tells a hook no more than of the others, so not every arrangement and shape has to meet them, too."""
VARYING = re.compile(r"[0-9a-f]{40}|(?:topic|clash)\d+| into side")
NEVER_MADE = ("-t, untouched", "editor, nothing", "editor, only -s", "editor fails", "GIT_EDITOR=:")


class Ended(NamedTuple):
    """How one way to commit ended: exit statuses, message, counts of lines changed, whether a commit was made."""

    ends: tuple[int, ...]
    message: str
    changed: list[str]
    is_made: bool


def run(repo: Repo, way: Callable[[Try], None], shape: Shape) -> Ended:
    before = repo.git("rev-parse", "HEAD")
    at = Try(repo, shape)
    way(at)
    told, _, changes = repo.git("log", "-1", "--numstat", "--format=%H%n%B%x00").partition("\0")
    head, message = told.split("\n", 1)
    changed = [line.rpartition("\t")[0] for line in changes.splitlines() if line]
    if any(at.ends):
        repo.git("reset", "--quiet", "--hard")
    return Ended(tuple(at.ends), VARYING.sub("", message), changed, head != before.strip())


@functools.cache
def without_hooks(place: Path, shape: str) -> dict[str, Ended]:
    """How git alone ends each way."""
    repo = new_repo(place / f"without hooks {sorted(SHAPES).index(shape)}")
    ways = WAYS if shape == "ordinary" else WAYS.keys() - VARIANTS
    return {way: run(repo, commit, SHAPES[shape]) for way, commit in WAYS.items() if way in ways}


def as_git_would(message: str, shape: Shape) -> str:
    """The message with our trailer where git itself puts one."""
    words = [word for key, value in shape.settings for word in ("-c", f"{key}={value}")]
    command = ["git", *words, "interpret-trailers", "--no-divider", "--trailer", TAG]
    return subprocess.run(command, input=message, capture_output=True, text=True, check=True).stdout


def cell(way: str, shape: str, ended: Ended, alone: Ended) -> str:
    """What happened, as a word of the table; anything but what git and we agree on is WRONG."""
    if (ended.ends, ended.is_made) != (alone.ends, alone.is_made):
        return "WRONG"
    if not ended.is_made:
        return "aborts"
    expected = as_git_would(f"{alone.message.rstrip()}\n", SHAPES[shape]) if way in TAGGED else alone.message
    if (ended.message.strip(), ended.changed) != (expected.strip(), alone.changed):
        return "WRONG"
    return "tagged" if way in TAGGED else "-"


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the repositories without hooks are, one a shape, made once."""
    return tmp_path_factory.mktemp("alone")


def check(
    repo: Repo, wanted: dict[tuple[str, str], tuple[str, str]], place: Path, cells: dict[tuple[str, str], str]
) -> None:
    """Run (way, shape) → (row, column) of the table; nothing may be wrong, and nothing complained of."""
    wrong = {}
    for (way, shape), where in wanted.items():
        ended, alone = run(repo, WAYS[way], SHAPES[shape]), without_hooks(place, shape)[way]
        cells[where] = cell(way, shape, ended, alone)
        if cells[where] == "WRONG":
            wrong[where] = (ended, alone)
    assert wrong == {}, repo.log()
    assert repo.log() == ""


@pytest.mark.parametrize("arrangement", ARRANGEMENTS)
def test_every_way_to_commit_under_every_arrangement(
    arrangement: str, place: Path, tmp_path: Path, hook_cells: dict[tuple[str, str], str]
) -> None:
    repo = ARRANGEMENTS[arrangement](tmp_path / "a repository")
    ways = WAYS if arrangement != "pre-commit" else [way for way in WAYS if way not in VARIANTS]  # 0.4 s a hook
    check(repo, {(way, "ordinary"): (way, arrangement) for way in ways}, place, hook_cells)
    for way in NEVER_MADE:
        assert hook_cells.get((way, arrangement), "aborts") == "aborts", "abort-on-empty still aborts"
    if arrangement == "chained":
        assert (repo.path / ".git" / "foreign.log").read_text().count("prepare-commit-msg") > len(WAYS)


@pytest.mark.parametrize("shape", [shape for shape in SHAPES if shape != "ordinary"])
def test_every_way_to_commit_with_every_shape_of_message(
    shape: str, place: Path, tmp_path: Path, hook_cells: dict[tuple[str, str], str]
) -> None:
    ways = [way for way in WAYS if way not in VARIANTS]
    check(plain(tmp_path / "r"), {(way, shape): (way, shape) for way in ways}, place, hook_cells)


@pytest.mark.parametrize("arrangement", ARRANGEMENTS)
def test_every_shape_of_message_under_every_arrangement(
    arrangement: str, place: Path, tmp_path: Path, hook_cells: dict[tuple[str, str], str]
) -> None:
    """One way for each of our two hooks."""
    wanted = {
        (way, shape): (f"{way}, {shape}", arrangement)
        for shape in SHAPES
        for way in ("-F", "editor")
        if shape != "ordinary"
    }
    check(ARRANGEMENTS[arrangement](tmp_path / "a repository"), wanted, place, hook_cells)
