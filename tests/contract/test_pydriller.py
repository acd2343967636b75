"""PyDriller, which reads history its own way, counts the same lines and blames the same commits.

It writes into the configuration of the repository it walks, so it only ever sees a throw-away clone.
"""

from __future__ import annotations

from pathlib import Path

import pydriller
import pytest

from ai_quality.pipeline.mining import mine
from ai_quality.sources.git import open_repository
from tests.histories import C, Exec, History, build, run_git
from tests.tracing import trace

STORY = [
    C("A", f="a b c d e", g="v w x y z", files={"caf\u00e9 b.py": "1 2 3 4 5 6"}, bin=b"\0\n"),
    C("B", f="a B c d e", g="v w x y"),
    C("D", moves={"f": "src/f"}, src__f="a B c d D e", bin=b"\0\0\n"),
    C("X", on="B", g="v X x y", h="++ -- ++x --x"),
    C("Y", h="++ ++y --x", files={"caf\u00e9 b.py": "1 2 Y 4 5 6"}),
    C("M", on="D Y", g="v X x y", h="++ ++y --x", files={"caf\u00e9 b.py": "1 2 Y 4 5 6"}),
    C("N", src__f="a N d D e n", g=None),
    C("O", h=b"++\n++y\nlast", run=Exec("a b")),
    C("P", h=b"++\nP", src__f="n a N e", moves={"caf\u00e9 b.py": "moved"}, moved="1 2 P 4 5 7"),
    C("Q", moved=None, src__f=b"", h="++ Q", run=Exec("a b")),
]
"""Edits, renames, a deletion, a merge, binary files, a missing newline, lines that look like a patch."""

BLANKS = [
    C("A", f=b"a\nb c\nd\n"),
    C("B", f=b"\ta\nb  c\nD\n"),
    C("D", f=b"\ta\r\nb  c\r\n\r\nD\r\n"),
]


@pytest.fixture(params=[STORY, BLANKS[:1]], ids=["story", "root"])
def story(request: pytest.FixtureRequest, tmp_path: Path) -> History:
    return build(tmp_path / "origin", request.param)


def clone(story: History) -> str:
    path = story.path.parent / "clone"
    run_git(".", "clone", "--quiet", str(story.path), str(path))
    return str(path)


Counts = dict[str, dict[str, tuple[int, int]]]
"""Commit → file → lines added and deleted."""


def ours(story: History) -> Counts:
    with open_repository(story.path) as repository:
        mined = mine(repository)
    return {
        story.name(commit.sha): {touch.path: (touch.added, touch.deleted) for touch in touches}
        for commit, touches in zip(mined.commits, mined.touched, strict=True)
        if len(commit.parents) < 2
    }


def theirs(story: History, **options: bool) -> Counts:
    return {
        story.name(commit.hash): {
            file.new_path or file.old_path: (file.added_lines, file.deleted_lines) for file in commit.modified_files
        }
        for commit in pydriller.Repository(clone(story), **options).traverse_commits()
        if not commit.merge
    }


def test_added_and_deleted_lines_agree(story: History) -> None:
    assert ours(story) == theirs(story)


def test_they_agree_on_white_space_where_pydriller_is_told_to_skip_it(tmp_path: Path) -> None:
    story = build(tmp_path / "origin", BLANKS)
    assert ours(story) == theirs(story, skip_whitespaces=True)
    assert ours(story) == {"A": {"f": (3, 0)}, "B": {"f": (1, 1)}, "D": {"f": (1, 0)}}


def test_the_commits_that_szz_blames_are_the_owners_of_the_removed_lines(tmp_path: Path) -> None:
    story = build(tmp_path / "origin", STORY)
    traced = trace(story)
    walker = pydriller.Git(clone(story))
    found, expected = {}, {}
    for name, sha in story.ids.items():
        commit = walker.get_commit(sha)
        if len(commit.parents) == 1:
            blamed = walker.get_commits_last_modified_lines(commit)
            found[name] = {story.name(one) for commits in blamed.values() for one in commits}
            died = traced.book.died_in(traced.number(name))
            expected[name] = {traced.name(traced.book.born[line]) for line in died}
    assert found == expected
    assert expected["P"] == {"A", "D", "N", "O", "Y"}


def test_the_original_is_left_alone(tmp_path: Path) -> None:
    story = build(tmp_path / "origin", STORY)
    config = (story.path / ".git/config").read_bytes()
    theirs(story)
    assert (story.path / ".git/config").read_bytes() == config
    assert b"markUnblamableLines" in (tmp_path / "clone/.git/config").read_bytes()
