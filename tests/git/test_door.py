"""The git door: what it refuses and how it says so, what it works on, and what cannot lead it astray."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

import pytest

from ai_quality import errors
from ai_quality.model import Commit, FileDiff, MergeDiff
from ai_quality.pipeline.mining import mine
from ai_quality.sources import git, history
from ai_quality.sources.git import open_repository
from tests.histories import C, Exec, History, Link, Row, Sub, blame_owners, build, run_git
from tests.tracing import trace


def story(digits: int = 40) -> list[Row]:
    """Something of everything that a setting could change: renames, merges, submodules, where algorithms differ ..."""
    return [
        C("A", f="c b c", files={"caf\udce9 \t": "one two three four five"}, big="1 2 3 4 5 6 7", l=Link("f")),
        C("B", f="c c b", ai="claude", sub=Sub("1" * digits), big="x 2 y 4 5 6 7"),
        C("D", moves={"caf\udce9 \t": "moved"}, moved="one two three four 5", sub=Sub("2" * digits)),
        C("X", on="B", f="c x b", run=Exec("go"), bin=b"\0\n"),
        C("M", on="D X", f="c m b", run=Exec("go"), bin=b"\0\n"),
        C("N", f=b" c\nm\nb", files={".gitattributes": b"f linguist-generated\n"}, indented=b"-\n  b\n"),
        C("O", indented=b"-\n-\n  b\n", moves={"moved": "moved_on", "run": "walk"}, moved_on="one two 3 four 5"),
    ]


STORY = story()
OWNERS = {"f": "A M B", "big": "B A B A A A A", "moved_on": "A A O A D", "walk": "X", "indented": "O N N"}
OWNERS_IN_B = {"f": "A A B", "big": "B A B A A A A"}


class Said(NamedTuple):
    """All that the door and the miner's questions say of a repository."""

    commits: list[Commit]
    differences: list[tuple[Commit, list[FileDiff]]]
    merges: list[list[MergeDiff]]
    attributes: Mapping[str, Mapping[str, str]]
    refs: Mapping[str, str]
    content: bytes | None
    places: tuple[Path, Path]


def everything(path: Path) -> Said:
    with open_repository(path) as repository:
        tip = repository.resolve("HEAD")
        commits = list(history.log(repository, [tip]))
        merges = [commit.sha for commit in commits if len(commit.parents) > 1]
        with history.merge_answers(repository, commits) as ask_merge:
            merged = [ask_merge(sha, renames) for sha in merges for renames in (False, True)]
        return Said(
            commits,
            differences(repository, commits),
            merged,
            repository.attributes(tip, ["f", "g.py"], ("linguist-generated", "diff")),
            repository.refs("refs/heads", "refs/tags"),
            repository.blob(f"{tip}:f"),
            (repository.git_dir.resolve(), repository.common_dir.resolve()),
        )


def differences(repository: git.Repository, commits: list[Commit]) -> list[tuple[Commit, list[FileDiff]]]:
    with history.differences(repository, commits) as answers:
        return list(answers)


def owners(told: History, *files: str) -> dict[str, str]:
    traced = trace(told)
    return {file: traced.owners(file) for file in files or OWNERS}


def content(path: Path) -> dict[str, bytes | Path]:
    """Every file and directory below one, byte for byte."""
    found: dict[str, bytes | Path] = {}
    for place in path.rglob("*"):
        is_link = place.is_symlink()
        found[str(place)] = place.readlink() if is_link else b"" if place.is_dir() else place.read_bytes()
    return found


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> History:
    """The story with a tag of a commit and one of a file; nobody changes it."""
    told = build(tmp_path_factory.mktemp("told"), STORY)
    told.git("tag", "--annotate", "--message=one", "v1", told.ids["D"])
    told.git("tag", "--annotate", "--message=of a file", "file", f"{told.ids['D']}:f")
    return told


@pytest.fixture(scope="module")
def said(told: History) -> Said:
    """What is said of the story before anybody meddles."""
    return everything(told.path)


def test_the_story_is_as_git_blame_tells_it(told: History, said: Said) -> None:
    assert owners(told) == OWNERS == {file: blame_owners(told, file) for file in OWNERS}
    assert said.attributes == {"f": {"linguist-generated": "set"}}


# What it refuses


def nothing(path: Path) -> None:
    path.mkdir()


def no_directory(path: Path) -> None:
    """What is not there."""


def a_file(path: Path) -> None:
    build(path.parent, [C("A", files={path.name: "a"})])


def a_broken_pointer(path: Path) -> None:
    path.mkdir()
    (path / ".git").write_text("gitdir: nowhere\n")


def a_shallow_clone(path: Path) -> None:
    origin = build(path.parent / "origin", STORY)
    run_git(".", "clone", "--quiet", "--depth=1", f"file://{origin.path}", str(path))


def a_partial_clone(path: Path, what: str = "blob:none") -> None:
    origin = build(path.parent / "origin", STORY)
    origin.git("config", "uploadpack.allowFilter", "true")
    run_git(".", "clone", "--quiet", "--bare", f"--filter={what}", f"file://{origin.path}", str(path))


def a_treeless_clone(path: Path) -> None:
    a_partial_clone(path, "tree:0")


def an_unreadable_configuration(path: Path) -> None:
    build(path, STORY)
    (path / ".git/config").write_text("[core\n")


def a_configuration_git_alone_puts_up_with(path: Path) -> None:
    build(path, STORY, bare=True)
    (path / "config").write_text("bare\n")


def a_newer_format(path: Path) -> None:
    with (build(path, STORY).path / ".git/config").open("a") as config:
        config.write("[core]\n\trepositoryFormatVersion = 1\n[extensions]\n\tmadeUpLater = true\n")


REFUSED: dict[Callable[[Path], None], tuple[type[errors.AiQualityError], str]] = {
    nothing: (errors.NotARepository, r"no git repository at '.*' or above: name one with -C DIR, or run `git init`"),
    no_directory: (errors.NotARepository, r"there is no directory '.*': name one with -C DIR"),
    a_file: (errors.NotARepository, r"there is no directory '.*': name one with -C DIR"),
    a_broken_pointer: (errors.NotARepository, r"no git repository at '.*' or above: name one with -C DIR, or .*"),
    a_shallow_clone: (errors.ShallowHistory, r"this clone is shallow: .*: run `git fetch --unshallow` \(in CI: .*\)"),
    a_partial_clone: (
        errors.MissingObjects,
        r"an object of this partial clone .*: run `git fetch --refetch --no-filt.*",
    ),
    a_treeless_clone: (
        errors.MissingObjects,
        r"an object of this partial clone .*: run `git fetch --refetch --no-filt.*",
    ),
    an_unreadable_configuration: (errors.GitFailed, r"git cannot read a configuration .*: mend the line it names"),
    a_configuration_git_alone_puts_up_with: (errors.GitFailed, r"the repository's config.*: mend the line it names"),
    a_newer_format: (errors.GitTooOld, r"this repository needs a newer git .*: update git"),
}


@pytest.mark.parametrize("make", REFUSED, ids=lambda make: make.__name__)
def test_what_cannot_be_measured_is_told_in_one_line_with_advice(tmp_path: Path, make: Callable[[Path], None]) -> None:
    kind, line = REFUSED[make]
    make(tmp_path / "place")
    with pytest.raises(errors.AiQualityError) as refused:
        trace(tmp_path / "place")
    assert (type(refused.value), refused.value.exit_status) == (kind, 3)
    assert re.fullmatch(line, str(refused.value)), str(refused.value)


def test_an_empty_repository_has_no_history_yet(tmp_path: Path) -> None:
    build(tmp_path, [])
    with open_repository(tmp_path) as repository, pytest.raises(errors.EmptyHistory) as refused:
        mine(repository)
    assert refused.value.exit_status == 3
    assert str(refused.value) == "this repository has no commit yet: commit something first"


def test_a_repository_of_another_user_is_refused(told: History, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GIT_TEST_ASSUME_DIFFERENT_OWNER", "1")
    with pytest.raises(errors.UnsafeOwnership, match=r"run `git config --global --add safe\.directory") as refused:
        everything(told.path)
    assert refused.value.exit_status == 3
    assert "\n" not in str(refused.value)


def test_a_partial_clone_is_not_filled_behind_its_owners_back(tmp_path: Path) -> None:
    clone = tmp_path / "clone"
    a_partial_clone(clone)
    before = content(clone)
    with pytest.raises(errors.MissingObjects, match="run `git fetch --refetch --no-filter`"):
        trace(clone)
    assert content(clone) == before
    assert b"size-pack" in run_git(clone, "count-objects", "-v")


# Damage


@pytest.fixture(scope="module")
def loose(tmp_path_factory: pytest.TempPathFactory) -> History:
    """The story with a file an object; tests damage a copy."""
    told = build(tmp_path_factory.mktemp("loose"), STORY)
    for pack in (told.path / ".git/objects/pack").glob("*.pack"):
        with Path(shutil.move(pack, told.path / "pack")).open("rb") as objects:
            subprocess.run(["git", "-C", str(told.path), "unpack-objects", "-q"], stdin=objects, check=True)
    return told


def damaged(loose: History, path: Path, what: str, how: Callable[[Path], object] = Path.unlink) -> History:
    """A copy in which an object is spoilt; `what` is a revision in the names of the story."""
    shutil.copytree(loose.path / ".git", path / ".git")
    name = re.sub(r"^[A-Z]\b", lambda found: loose.ids[found[0]], what)
    sha = loose.git("rev-parse", name).strip()
    place = path / ".git/objects" / sha[:2] / sha[2:]
    place.chmod(0o644)
    how(place)
    return History(path, loose.ids)


DAMAGE: dict[str, Callable[[Path], object]] = {
    "missing": Path.unlink,
    "empty": lambda place: place.write_bytes(b""),
    "garbage": lambda place: place.write_bytes(b"garbage"),
    "truncated": lambda place: place.write_bytes(place.read_bytes()[:-5]),
}
"""git has other words for each."""


@pytest.mark.parametrize("how", DAMAGE)
@pytest.mark.parametrize("what", ["HEAD", "A", "A^{tree}", "A:f", "M^{tree}", "M:f"])
def test_damage_is_told_before_anything_passes_for_whole(tmp_path: Path, loose: History, what: str, how: str) -> None:
    with pytest.raises(errors.MissingObjects, match="run `git fsck`") as refused:
        trace(damaged(loose, tmp_path, what, DAMAGE[how]))
    assert refused.value.exit_status == 3
    assert "\n" not in str(refused.value)


def test_half_an_answer_is_never_all_of_one(tmp_path: Path, loose: History) -> None:
    damaged(loose, tmp_path, "O:indented")
    given: list[str] = []
    with open_repository(tmp_path) as repository:
        commits = list(history.log(repository, [loose.ids["O"]]))
        with pytest.raises(errors.MissingObjects), history.differences(repository, commits) as answers:
            given.extend(commit.message for commit, _ in answers)
    assert len(given) < len(commits)


def test_who_leaves_early_still_learns_that_git_failed(tmp_path: Path, loose: History) -> None:
    damaged(loose, tmp_path, "A")
    with (
        open_repository(tmp_path) as repository,
        pytest.raises(errors.MissingObjects),
        repository.stream("rev-list", loose.ids["O"]) as stream,
    ):
        stream.read(1)
    with (
        open_repository(tmp_path) as repository,
        pytest.raises(errors.MissingObjects),
        repository.answers_ahead("rev-list", "--stdin", chunks=[[loose.ids["O"]]] * 20),
    ):
        pass


def flat(answers: list[tuple[Commit, list[FileDiff]]]) -> list[FileDiff]:
    return [diff for _, diffs in answers for diff in diffs]


def test_placeholders_stand_in_for_what_a_partial_clone_lacks(tmp_path: Path) -> None:
    clone = tmp_path / "clone"
    a_partial_clone(clone)
    before = content(clone)
    kinds = run_git(tmp_path / "origin", "cat-file", "--batch-all-objects", "--batch-check=%(objecttype)").split()
    with open_repository(clone) as repository:
        tip = repository.resolve("HEAD")
        missing = repository.stand_in_for_missing(tip)
        answers = differences(repository, list(history.log(repository, [tip])))
    assert missing == kinds.count(b"blob")
    assert [diff for diff in flat(answers) if diff.hunks] == []
    assert [diff.change.new_path for diff in answers[0][1] if diff.binary] == ["big", "caf\udce9 \t", "f", "l"]
    assert content(clone) == before


def test_placeholders_leave_what_is_there_as_it_is(tmp_path: Path, loose: History) -> None:
    damaged(loose, tmp_path, "B:big")
    before = content(tmp_path)
    whole = everything(loose.path).differences
    with open_repository(tmp_path) as repository:
        assert repository.stand_in_for_missing(loose.ids["O"]) == 1
        answers = differences(repository, [commit for commit, _ in whole])
    unlike = [pair for pair in zip(flat(answers), flat(whole), strict=True) if pair[0] != pair[1]]
    assert [(found.change.new_path, found.binary, found.hunks) for found, _ in unlike] == [("big", True, [])]
    assert content(tmp_path) == before


# The git at hand


@pytest.fixture
def speak(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    """Puts a git on PATH that only says something."""

    def speak(words: str) -> None:
        (tmp_path / "git").write_text(f"#!/bin/sh\necho '{words}'\n")
        (tmp_path / "git").chmod(0o755)
        monkeypatch.setenv("PATH", str(tmp_path))

    return speak


@pytest.mark.parametrize("words", ["git version 2.30.9", "git version 1.99.0", "git version 2.5", "", "gut"])
def test_a_git_too_old_is_told(told: History, speak: Callable[[str], None], words: str) -> None:
    speak(words)
    with pytest.raises(errors.GitTooOld, match=r"is too old: install git 2\.31 or newer$") as refused:
        everything(told.path)
    assert refused.value.exit_status == 3


@pytest.mark.parametrize("version", ["2.31.0", "2.39.5 (Apple Git-154)", "2.45.1.windows.1", "3.0.0"])
def test_a_git_new_enough_is_taken(speak: Callable[[str], None], version: str) -> None:
    speak(f"git version {version}")
    assert git.git_version() == f"git version {version}"


def test_no_git_at_all_is_told(told: History, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(errors.GitTooOld, match=r"^git is not on PATH: install git 2\.31 or newer$"):
        everything(told.path)


ASKED: dict[str, Callable[[git.Repository], object]] = {
    "git merge-base failed (it said nothing)": lambda repository: repository.ask(
        "merge-base", "--is-ancestor", "HEAD", "v1"
    ),
    "git for-each-ref failed (error: unknown option": lambda repository: repository.ask("for-each-ref", "--no-such"),
    "git no-such failed (git: 'no-such' is not": lambda repository: repository.ask("no-such"),
    "git log failed (fatal: unrecognized argument": lambda repository: streamed(repository, "log", "--no-such"),
    "git diff-tree failed (fatal: ": lambda repository: streamed(repository, "diff-tree", "HEAD", "nobody"),
}


def streamed(repository: git.Repository, *arguments: str) -> bytes:
    with repository.stream(*arguments) as stream:
        return stream.read()


@pytest.mark.parametrize("words", ASKED)
def test_what_only_git_can_know_is_told_in_its_words(told: History, words: str) -> None:
    with open_repository(told.path) as repository, pytest.raises(errors.EnvironmentProblem, match=re.escape(words)):
        ASKED[words](repository)


# What it works on


def test_a_bare_repository(said: Said, tmp_path: Path) -> None:
    bare = build(tmp_path, STORY, bare=True)
    assert owners(bare) == OWNERS
    assert everything(tmp_path)[:4] == said[:4]


def test_a_bare_repository_that_its_owner_named_though_git_is_not_to_look_for_any(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    bare = build(tmp_path / "bare", STORY, bare=True)
    (tmp_path / "careful").write_text("[safe]\n\tbareRepository = explicit\n")
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", str(tmp_path / "careful"))
    assert owners(bare) == OWNERS
    with pytest.raises(errors.UnsafeOwnership, match="name it with -C DIR"):
        everything(bare.path / "objects")


def test_a_directory_inside_a_work_tree(tmp_path: Path) -> None:
    deep = build(tmp_path, [C("A", deep__er__f="a b"), C("B", deep__er__f="a B")])
    assert owners(History(tmp_path / "deep/er", deep.ids), "deep/er/f") == {"deep/er/f": "A B"}


def test_a_linked_work_tree(tmp_path: Path) -> None:
    main = build(tmp_path / "main", STORY)
    main.git("worktree", "add", "--quiet", "--detach", str(tmp_path / "linked"), main.ids["B"])
    assert owners(History(tmp_path / "linked", main.ids), *OWNERS_IN_B) == OWNERS_IN_B
    common = tmp_path / "main/.git"
    assert everything(tmp_path / "linked").places == (common / "worktrees/linked", common)


def test_a_submodule(tmp_path: Path) -> None:
    inner = build(tmp_path / "inner", STORY)
    outer = build(tmp_path / "outer", [C("P", f="outer")])
    outer.git("-c", "protocol.file.allow=always", "submodule", "--quiet", "add", str(inner.path), "sub")
    assert owners(History(outer.path / "sub", inner.ids)) == OWNERS
    assert owners(outer, "f") == {"f": "P"}


def test_a_sha_256_repository(tmp_path: Path) -> None:
    long = build(tmp_path, story(digits=64), object_format="sha256")
    assert {len(sha) for sha in long.ids.values()} == {64}
    assert owners(long) == OWNERS
    with open_repository(tmp_path) as repository:
        assert repository.resolve("main") == repository.resolve(long.ids["O"]) == long.ids["O"]


def test_a_detached_head(tmp_path: Path) -> None:
    detached = build(tmp_path, STORY)
    detached.git("checkout", "--quiet", "--detach", detached.ids["B"])
    assert owners(detached, *OWNERS_IN_B) == OWNERS_IN_B


@pytest.mark.parametrize("name", ["$HOME", "${PATH}", "~", "~root", "%TEMP%", "a b", "caf\udce9", "-C", "new\nline"])
def test_a_directory_of_any_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    rows = [C("A", f="a b"), C("B", f="a B")]
    odd = build(tmp_path / name, rows)
    monkeypatch.chdir(tmp_path)
    assert owners(odd, "f") == owners(History(Path(name), odd.ids), "f") == {"f": "A B"}


def test_a_branch_named_like_an_option(tmp_path: Path) -> None:
    odd = build(tmp_path / "odd", STORY)
    branch = f"refs/heads/--output={tmp_path / 'written'}"
    odd.git("update-ref", branch, odd.ids["B"])
    odd.git("symbolic-ref", "HEAD", branch)
    assert owners(odd, *OWNERS_IN_B) == OWNERS_IN_B
    assert everything(odd.path).refs == {"refs/heads/main": odd.ids["O"], branch: odd.ids["B"]}
    with open_repository(odd.path) as repository:
        assert repository.resolve(branch) == odd.ids["B"]
        with pytest.raises(errors.UsageError):
            repository.resolve(branch.removeprefix("refs/heads/"))
    assert not (tmp_path / "written").exists()


# Revisions


@pytest.mark.parametrize(
    ("revision", "name"),
    [("HEAD", "O"), ("main", "O"), ("v1", "D"), ("HEAD~2", "M"), ("HEAD~2^2", "X"), ("refs/tags/v1^{}", "D")],
)
def test_a_revision_names_a_commit(told: History, revision: str, name: str) -> None:
    with open_repository(told.path) as repository:
        for same in (revision, told.ids[name], told.ids[name][:12], told.ids[name].upper()):
            assert told.name(repository.resolve(same)) == name


@pytest.mark.parametrize(
    "revision",
    [
        *("", "-", "--", "-n1", "--all", "--output={}/written", "--end-of-options", "^HEAD", "@{{u}}", "^{{}}"),
        *(":/no such words", ":f", "HEAD^{{tree}}", "HEAD:f", "file", "HEAD..main", "HEAD^@", "HEAD^!", "HEAD~99"),
        *("main\n", "main\n--all", "main\0", "main main", "nobody", "caf\udce9", "0" * 40, "1" * 64),
    ],
)
def test_what_names_no_commit_is_a_usage_error(told: History, tmp_path: Path, revision: str) -> None:
    before = content(told.path)
    with open_repository(told.path) as repository, pytest.raises(errors.UsageError) as refused:
        repository.resolve(revision.format(tmp_path))
    assert refused.value.exit_status == 2
    assert refused.value.hint
    assert "\n" not in str(refused.value)
    assert list(tmp_path.iterdir()) == []
    assert content(told.path) == before


def test_the_id_of_what_is_no_commit_names_none(told: History) -> None:
    with open_repository(told.path) as repository:
        for name in ("HEAD:f", "HEAD^{tree}"):
            with pytest.raises(errors.UsageError, match="no commit is named"):
                repository.resolve(told.git("rev-parse", name).strip())


def test_a_name_that_stands_for_no_file_has_no_content(told: History) -> None:
    with open_repository(told.path) as repository:
        assert repository.blob("HEAD:f") == b" c\nm\nb"
        assert repository.blob(told.git("rev-parse", "HEAD:f").strip()) == b" c\nm\nb"
        for name in ("HEAD:nowhere", "HEAD", "HEAD:", "", "0" * 40, "HEAD:no blob", "HEAD:no blob 3"):
            assert repository.blob(name) is None


# What the repository says of itself


@pytest.fixture
def trap(tmp_path: Path) -> Iterator[Path]:
    """A program that must not run, beside files that name it."""
    sprung, path = tmp_path / "sprung", tmp_path / "trap"
    path.write_text(f"#!/bin/sh\necho \"$0 $*\" >>'{sprung}'\n")
    path.chmod(0o755)
    (tmp_path / "hooks").mkdir()
    for hook in ("post-index-change", "reference-transaction", "fsmonitor-watchman"):
        shutil.copy(path, tmp_path / "hooks" / hook)
    (tmp_path / "attributes").write_text("* -diff\n*.py diff=evil\n")
    (tmp_path / "order").write_text("*z*\nmoved*\n")
    (tmp_path / "config").write_text(f"[core]\n\tfsmonitor = {path}\n[diff]\n\texternal = {path}\n")
    yield path
    assert not sprung.exists(), sprung.read_text()


@pytest.fixture(scope="module")
def signed(tmp_path_factory: pytest.TempPathFactory) -> tuple[History, Said]:
    """The story with a signed last commit in Latin-1, and all that is said of it before anybody meddles."""
    told = build(tmp_path_factory.mktemp("signed"), STORY)
    head, _, message = run_git(told.path, "cat-file", "commit", "HEAD").partition(b"\n\n")
    headers = b"encoding ISO-8859-1\ngpgsig -----BEGIN PGP SIGNATURE-----\n x\n -----END PGP SIGNATURE-----"
    odd = subprocess.run(
        ["git", "-C", str(told.path), "hash-object", "-t", "commit", "-w", "--stdin"],
        input=b"%b\n%b\n\ncaf\xe9 %b" % (head, headers, message),
        capture_output=True,
        check=True,
    )
    told.git("update-ref", "HEAD", odd.stdout.decode().strip())
    said = everything(told.path)
    assert said.commits[-1].message == "café O\n"
    return told, said


MEDDLING = {
    "a file system monitor": "core.fsmonitor=TRAP",
    "hooks": "core.hooksPath=DIR/hooks",
    "a signature check": "log.showSignature=true gpg.program=TRAP",
    "attributes": "core.attributesFile=DIR/attributes diff.evil.textconv=TRAP diff.evil.command=TRAP",
    "a driver for every file": "diff.default.binary=true diff.default.command=TRAP diff.default.textconv=TRAP",
    "big files": "core.bigFileThreshold=1",
    "the indent heuristic": "diff.indentHeuristic=false",
    "the encoding of the log": "i18n.logOutputEncoding=ISO-8859-1",
    "the encoding of commits": "i18n.commitEncoding=UTF-16",
    "the work tree": "core.worktree=DIR core.bare=true",
    "inclusion": "include.path=DIR/config",
    "programs": """diff.external=TRAP core.pager=TRAP pager.log=TRAP pager.diff-tree=TRAP core.editor=TRAP
        core.askPass=TRAP core.sshCommand=TRAP credential.helper=!TRAP alias.log=!TRAP alias.diff-tree=!TRAP""",
    "the look of diffs": """diff.orderFile=DIR/order diff.noprefix=true diff.mnemonicPrefix=true diff.srcPrefix=x/
        diff.algorithm=histogram diff.suppressBlankEmpty=true diff.interHunkContext=9 diff.context=9 diff.relative=true
        diff.renames=copies diff.renameLimit=1 diff.submodule=log diff.ignoreSubmodules=none diff.colorMoved=zebra
        diff.wsErrorHighlight=all color.ui=always color.diff=always core.abbrev=4 core.quotePath=true""",
    "the look of the log": """log.date=relative log.mailmap=true log.follow=true log.showRoot=false
        log.diffMerges=combined log.decorate=full format.pretty=oneline format.notes=true notes.displayRef=*""",
    "the rest": """core.splitIndex=true core.untrackedCache=true attr.tree=HEAD submodule.recurse=true index.sparse=true
        core.commentChar=c extensions.worktreeConfig=true uploadpack.allowFilter=true feature.experimental=true""",
}
"""Of a configuration: what could run a program (TRAP) or change a number. The last four do so with porcelain only."""


def configure(path: Path, settings: str, trap: Path) -> None:
    for setting in settings.split():
        name, _, value = setting.partition("=")
        told = value.replace("TRAP", str(trap)).replace("DIR", str(trap.parent))
        run_git(".", "config", "--file", str(path), name, told)


@pytest.mark.parametrize("what", MEDDLING)
def test_the_repositorys_configuration_changes_nothing_and_runs_nothing(
    signed: tuple[History, Said], trap: Path, what: str
) -> None:
    told, said = signed
    config = told.path / ".git/config"
    innocent = config.read_bytes()
    try:
        configure(config, MEDDLING[what], trap)
        before = content(told.path)
        assert everything(told.path) == said
        assert content(told.path) == before
    finally:
        config.write_bytes(innocent)


def test_the_users_configuration_changes_nothing_and_runs_nothing(
    signed: tuple[History, Said], trap: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    told, said = signed
    configure(trap.parent / "everything", " ".join(MEDDLING.values()), trap)
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", str(trap.parent / "everything"))
    assert everything(told.path) == said


@pytest.mark.parametrize("bare", [False, True])
def test_attributes_in_the_tree_change_nothing_and_run_nothing(tmp_path: Path, trap: Path, bare: bool) -> None:
    rows = [
        C("A", files={".gitattributes": b"* -diff\n*.py diff=evil\n*.md binary\n", "f.py": "a b", "f.md": "a b"}),
        C("B", files={"f.py": "a B", "f.md": "a B"}),
    ]
    told = build(tmp_path / "told", rows, bare=bare)
    told.git("config", "diff.evil.command", str(trap))
    told.git("config", "diff.evil.textconv", str(trap))
    told.git("config", "diff.evil.cacheTextconv", "true")
    told.git("config", "diff.evil.binary", "true")
    assert owners(told, "f.py", "f.md") == {"f.py": "A B", "f.md": "A B"}


@pytest.mark.parametrize("bare", [False, True])
def test_attributes_beside_the_repository_change_nothing_and_run_nothing(
    tmp_path: Path, trap: Path, bare: bool
) -> None:
    told = build(tmp_path / "told", STORY, bare=bare)
    said = everything(told.path)
    info = told.path / ("info" if bare else ".git/info")
    info.mkdir()
    (info / "attributes").write_text("* -diff\n*.py diff=evil linguist-generated\nf -linguist-generated\n")
    told.git("config", "diff.evil.command", str(trap))
    told.git("config", "diff.evil.textconv", str(trap))
    obeyed = told.git("diff-tree", "-p", "--root", told.ids["A"])
    assert "Binary files" in obeyed
    assert everything(told.path) == said
    assert owners(told) == OWNERS


def test_attributes_beside_a_repository_with_a_work_tree_of_its_own_change_nothing(tmp_path: Path) -> None:
    told = build(tmp_path / "told", STORY)
    said = everything(told.path)
    told.git("worktree", "add", "--quiet", "--detach", str(tmp_path / "tree"))
    (told.path / ".git/info").mkdir()
    (told.path / ".git/info/attributes").write_text("* binary\nf !linguist-generated\n")
    beside = everything(tmp_path / "tree")
    assert (beside.differences, beside.merges, beside.attributes) == (said.differences, said.merges, said.attributes)


def test_grafts_and_replacements_rewrite_no_history(tmp_path: Path) -> None:
    told = build(tmp_path, STORY)
    said = everything(tmp_path)
    (tmp_path / ".git/info").mkdir()
    (tmp_path / ".git/info/grafts").write_text(f"{told.ids['O']} {told.ids['A']}\n")
    told.git("replace", told.ids["B"], told.ids["A"])
    assert told.git("rev-list", "--count", "HEAD").strip() == "2"
    assert everything(tmp_path) == said


def test_a_bare_repository_hidden_in_a_work_tree_is_not_obeyed(tmp_path: Path, trap: Path) -> None:
    outer = build(tmp_path / "outer", STORY)
    inner = build(tmp_path / "outer/sub/inner", [C("I", f="i")], bare=True)
    configure(inner.path / "config", "core.fsmonitor=TRAP core.worktree=DIR core.hooksPath=DIR/hooks", trap)
    assert owners(outer) == owners(History(tmp_path / "outer/sub", outer.ids)) == OWNERS
    assert owners(inner, "f") == {"f": "I"}


# What is inherited


INHERITED: dict[str, dict[str, str]] = {
    "another repository": {"GIT_DIR": "ELSE/.git", "GIT_WORK_TREE": "ELSE"},
    "another common directory": {"GIT_COMMON_DIR": "ELSE/.git"},
    "other objects": {"GIT_OBJECT_DIRECTORY": "ELSE/.git/objects"},
    "no objects": {"GIT_OBJECT_DIRECTORY": "DIR/nowhere"},
    "another index": {"GIT_INDEX_FILE": "DIR/order"},
    "a name space": {"GIT_NAMESPACE": "x"},
    "a diff program": {"GIT_EXTERNAL_DIFF": "TRAP"},
    "diff options": {"GIT_DIFF_OPTS": "--unified=9"},
    "settings": {"GIT_CONFIG_COUNT": "1", "GIT_CONFIG_KEY_0": "diff.indentHeuristic", "GIT_CONFIG_VALUE_0": "false"},
    "settings of -c": {"GIT_CONFIG_PARAMETERS": "'diff.indentheuristic'='false'"},
    "broken settings": {"GIT_CONFIG_COUNT": "many"},
    "grafts": {"GIT_GRAFT_FILE": "DIR/grafts"},
    "a shallow cut": {"GIT_SHALLOW_FILE": "DIR/shallow"},
    "replacements": {"GIT_REPLACE_REF_BASE": "refs/heads"},
    "attributes": {"GIT_ATTR_SOURCE": "HEAD"},
    "a trace": {"GIT_TRACE": "DIR/trace", "GIT_TRACE2": "DIR/trace2", "GIT_TRACE_SETUP": "1"},
    "a pager": {"GIT_PAGER": "TRAP", "PAGER": "TRAP", "GIT_PAGER_IN_USE": "1"},
    "an editor and helpers": {"GIT_EDITOR": "TRAP", "GIT_ASKPASS": "TRAP", "GIT_SSH_COMMAND": "TRAP"},
    "another language": {"LC_ALL": "de_DE.UTF-8", "LANGUAGE": "de"},
    "path rules": {"GIT_LITERAL_PATHSPECS": "1", "GIT_ICASE_PATHSPECS": "1"},
}


@pytest.mark.parametrize("what", INHERITED)
def test_what_is_inherited_changes_nothing(
    told: History, said: Said, trap: Path, monkeypatch: pytest.MonkeyPatch, what: str
) -> None:
    elsewhere = build(trap.parent / "elsewhere", [C("E", f="elsewhere")])
    (trap.parent / "grafts").write_text(f"{told.ids['O']} {told.ids['A']}\n")
    (trap.parent / "shallow").write_text(f"{told.ids['D']}\n")
    before = content(trap.parent)
    for name, value in INHERITED[what].items():
        here = value.replace("ELSE", str(elsewhere.path)).replace("DIR", str(trap.parent)).replace("TRAP", str(trap))
        monkeypatch.setenv(name, here)
    assert everything(told.path) == said
    assert INHERITED[what].keys() <= os.environ.keys()
    assert content(trap.parent) == before


# What it leaves behind


def test_measuring_leaves_the_repository_as_it_was(tmp_path: Path) -> None:
    told = build(tmp_path, STORY)
    (tmp_path / "f").write_text("staged\n")
    told.git("add", "f")
    (tmp_path / "f").write_text("and edited\n")
    (tmp_path / "untracked").write_text("new\n")
    questions = (("status", "--porcelain=v2", "--branch"), ("for-each-ref",), ("config", "--list"), ("stash", "list"))
    answers = [told.git(*question) for question in questions]
    before = content(tmp_path)
    everything(tmp_path)
    assert content(tmp_path) == before
    assert [told.git(*question) for question in questions] == answers


@pytest.fixture
def scratch(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where temporary directories go."""
    path = tmp_path / "scratch"
    path.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(path))
    return path


def children() -> list[int]:
    """Processes of ours that run or that nobody has waited for."""
    try:
        return [os.waitpid(-1, os.WNOHANG)[0]]
    except ChildProcessError:
        return []


@pytest.fixture
def long(tmp_path: Path) -> History:
    """A history whose diffs are longer than what a pipe and a buffer hold, so that git waits for its reader."""
    return build(tmp_path / "long", [C(name, f=f"{name}\n".encode() * 300_000) for name in "ABDEF"], bare=True)


def test_nothing_is_left_when_all_went_well(told: History, scratch: Path) -> None:
    everything(told.path)
    assert children() == []
    assert list(scratch.iterdir()) == []


def read_differences(repository: git.Repository) -> None:
    commits = list(history.log(repository, [repository.resolve("HEAD")]))
    with history.differences(repository, commits) as answers:
        next(answers)
        raise KeyboardInterrupt


def read_log(repository: git.Repository) -> None:
    log = history.log(repository, [repository.resolve("HEAD")])
    next(log)
    raise KeyboardInterrupt


def read_stream(repository: git.Repository) -> None:
    with repository.stream("log", "-p", "HEAD") as stream:
        stream.read(1)
        raise KeyboardInterrupt


@pytest.mark.parametrize("consumer", [read_differences, read_log, read_stream], ids=lambda one: one.__name__)
def test_nothing_is_left_when_the_consumer_of_a_stream_gives_up(
    long: History, scratch: Path, consumer: Callable[[git.Repository], None]
) -> None:
    with pytest.raises(KeyboardInterrupt) as stopped, open_repository(long.path) as repository:
        consumer(repository)
    assert stopped.traceback  # with it live the consumer's variables, a generator half way among them
    assert children() == []
    assert list(scratch.iterdir()) == []


@pytest.mark.parametrize("make", [nothing, a_shallow_clone, a_partial_clone], ids=lambda make: make.__name__)
def test_nothing_is_left_when_a_repository_is_refused(
    tmp_path: Path, scratch: Path, make: Callable[[Path], None]
) -> None:
    make(tmp_path / "place")
    with pytest.raises(errors.EnvironmentProblem):
        trace(tmp_path / "place")
    assert children() == []
    assert list(scratch.iterdir()) == []
