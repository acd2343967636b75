"""The mini-DSL keeps its word: what a row says is what git then shows."""

from __future__ import annotations

import os
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal

import pytest

from tests.histories import DAY, C, Content, Exec, Link, Row, Sub, at, blame_owners, build

STORY = [
    C("A", f="a b c"),
    C("B", f="a B c", ai="claude"),
    C("D", f="x a B c"),
]


def test_a_row_is_a_commit_and_a_word_is_a_line(tmp_path: Path) -> None:
    story = build(tmp_path, STORY)
    assert story.git("log", "--reverse", "--format=%H %s").split() == [
        *(story.ids["A"], "A"),
        *(story.ids["B"], "B"),
        *(story.ids["D"], "D"),
    ]
    assert (tmp_path / "f").read_text() == "x\na\nB\nc\n"
    assert story.git("status", "--porcelain") == ""
    assert blame_owners(story, "f") == "D A B A"
    assert blame_owners(story, "f", rev=story.ids["B"]) == "A B A"


def test_the_same_rows_give_the_same_ids_every_run_and_on_every_machine(tmp_path: Path) -> None:
    first, second = build(tmp_path / "1", STORY), build(tmp_path / "2", STORY, bare=True)
    assert first.ids == second.ids
    assert first.ids["D"] == "f103294551fe8af3c68c89e6b9eb52d072e55473"
    assert first.name(second.ids["B"]) == "B"


def test_day_n_is_row_n_at_noon_unless_the_row_says_otherwise(tmp_path: Path) -> None:
    rows = [C("A"), C("B"), C("late", day=40.5, authored=2), C("D")]
    story = build(tmp_path, rows)
    assert story.git("log", "--reverse", "--format=%at %ct").split("\n")[:-1] == [
        f"{at(0)} {at(0)}",
        f"{at(1)} {at(1)}",
        f"{at(2)} {at(40) + DAY // 2}",
        f"{at(3)} {at(3)}",
    ]
    assert datetime.fromtimestamp(at(0), UTC).isoformat() == "2026-01-01T12:00:00+00:00"


def test_who_wrote_it(tmp_path: Path) -> None:
    rows = [
        C("A"),
        C("B", by="Zoë [bot]", email="1+z@example.org"),
        C("D", by="ann", committer="GitHub <noreply@github.com>"),
    ]
    assert build(tmp_path, rows).git("log", "--reverse", "--format=%an %ae, %cn %ce").splitlines() == [
        "dev dev@example.com, dev dev@example.com",
        "Zoë [bot] 1+z@example.org, Zoë [bot] 1+z@example.org",
        "ann ann@example.com, GitHub noreply@github.com",
    ]


@pytest.mark.parametrize(
    ("row", "message"),
    [
        (C("X"), "X\n"),
        (C("X", message=""), ""),
        (C("X", message="one\n\ntwo"), "one\n\ntwo\n"),
        (C("X", message="caf\udce9"), "caf\udce9\n"),
        (C("X", ai="claude"), "X\n\nCo-Authored-By: Claude <noreply@anthropic.com>\n"),
        (
            C("X", message="one\n", trailers=["A: 1", "B: 2"], ai="cursor"),
            "one\n\nA: 1\nB: 2\nCo-authored-by: Cursor <cursoragent@cursor.com>\n",
        ),
        (C("X", reverts="A"), 'Revert "first words"\n\nThis reverts commit {A}.\n'),
        (C("X", reverts="A", message="undo it"), "undo it\n\nThis reverts commit {A}.\n"),
        (
            C("X", fixes=12, ai="claude"),
            "X\n\nFixes #12\n\nCo-Authored-By: Claude <noreply@anthropic.com>\n",
        ),
        (C("X", fixes="A", trailers=["T: 1"]), 'X\n\nFixes: {A:.12} ("first words")\nT: 1\n'),
    ],
)
def test_the_message(tmp_path: Path, row: Row, message: str) -> None:
    story = build(tmp_path, [C("A", message="first words\n\nand more"), row], bare=True)
    raw = story.git("cat-file", "commit", "HEAD")
    assert raw.partition("\n\n")[2] == message.format(**story.ids)


def test_a_revert_of_a_revert_quotes_the_revert(tmp_path: Path) -> None:
    rows = [C("A", f="a"), C("B", f="b"), C("R", reverts="B", f="a"), C("RR", reverts="R", f="b")]
    story = build(tmp_path, rows, bare=True)
    assert story.git("log", "-1", "--format=%B").rstrip() == (
        f'Revert "Revert "B""\n\nThis reverts commit {story.ids["R"]}.'
    )


def test_a_merge_has_the_files_of_its_first_parent_then_its_own(tmp_path: Path) -> None:
    rows = [
        C("A", f="a", g="g"),
        C("X", on="A", x="x"),
        C("B", on="A", f="a b"),
        C("M", on="B X", x="x y"),
        C("Y", on="A"),
        C("O", on="M X Y"),
    ]
    story = build(tmp_path, rows)
    ids = story.ids
    assert story.git("log", "-1", "--format=%P", ids["M"]).split() == [ids["B"], ids["X"]]
    assert story.git("log", "-1", "--format=%P", ids["O"]).split() == [ids["M"], ids["X"], ids["Y"]]
    assert story.git("ls-tree", "--name-only", "HEAD").split() == ["f", "g", "x"]
    assert story.git("show", "HEAD:x") == "x\ny\n"
    assert blame_owners(story, "x") == "X M"


def test_an_empty_on_is_a_root_with_no_files(tmp_path: Path) -> None:
    story = build(tmp_path, [C("A", f="a"), C("other", on="", g="g"), C("M", on="A other", g="g")])
    assert story.git("log", "-1", "--format=%P", story.ids["other"]).strip() == ""
    assert story.git("ls-tree", "--name-only", story.ids["other"]).split() == ["g"]
    assert sorted(path.name for path in tmp_path.iterdir()) == [".git", "f", "g"]


def test_none_deletes_and_a_directory_may_take_the_place_of_a_file(tmp_path: Path) -> None:
    story = build(tmp_path, [C("A", f="a", g="g"), C("B", f=None), C("D", g=None, g__inner="i")])
    assert story.git("log", "--format=%s", "--name-status", "--no-renames").split() == [
        *("D", "D", "g", "A", "g/inner"),
        *("B", "D", "f"),
        *("A", "A", "f", "A", "g"),
    ]
    assert (tmp_path / "g" / "inner").read_text() == "i\n"


def test_moves_happen_before_files_are_written(tmp_path: Path) -> None:
    story = build(tmp_path, [C("A", old="a b c d"), C("B", moves={"old": "new/place"}, new__place="a b c e")])
    assert story.git("show", "-M", "--format=", "--name-status").split() == ["R075", "old", "new/place"]
    assert blame_owners(story, "new/place") == "A A A B"


def test_modes_links_submodules_and_literal_bytes(tmp_path: Path) -> None:
    files: dict[str, Content] = {"run me": Exec("echo 1"), "raw": b"no newline\r\n\0at end", "empty": ""}
    story = build(tmp_path, [C("A", files=files, link=Link("run me"), sub=Sub("1" * 40))])
    entries = story.git("ls-tree", "HEAD").splitlines()
    assert [(entry.split()[0], entry.split("\t")[1]) for entry in entries] == [
        ("100644", "empty"),
        ("120000", "link"),
        ("100644", "raw"),
        ("100755", "run me"),
        ("160000", "sub"),
    ]
    assert (tmp_path / "link").readlink() == Path("run me")
    assert os.access(tmp_path / "run me", os.X_OK)
    assert (tmp_path / "raw").read_bytes() == b"no newline\r\n\0at end"
    assert (tmp_path / "empty").read_bytes() == b""


ODD_NAMES = [
    "with space",
    "tab\there",
    "new\nline",
    'quo"te',
    "back\\slash",
    "café",
    "\udcff\udcfe",
    "-dash",
    "a -> b",
]


@pytest.mark.parametrize("name", ODD_NAMES, ids=ascii)
def test_any_name_git_can_hold(tmp_path: Path, name: str) -> None:
    rows = [C("A", files={name: "a"}), C("B", files={name: "a b"}), C("D", moves={name: f"dir/{name}"})]
    story = build(tmp_path, rows, bare=True)  # bare: some file systems refuse what git takes
    assert story.git("ls-tree", "-rz", "--name-only", "HEAD") == f"dir/{name}\0"
    assert blame_owners(story, f"dir/{name}") == "A B"


@pytest.mark.parametrize("bare", [False, True])
@pytest.mark.parametrize(("object_format", "digits"), [("sha1", 40), ("sha256", 64)])
def test_every_kind_of_repository(
    tmp_path: Path, object_format: Literal["sha1", "sha256"], digits: int, *, bare: bool
) -> None:
    rows = [*STORY, C("R", reverts="B", f="x a b c")]
    story = build(tmp_path, rows, bare=bare, branch="dev/line", object_format=object_format)
    assert {len(sha) for sha in story.ids.values()} == {digits}
    assert story.git("symbolic-ref", "HEAD").strip() == "refs/heads/dev/line"
    assert story.git("rev-parse", "--is-bare-repository").strip() == str(bare).lower()
    assert blame_owners(story, "f") == "D A R A"
    assert story.git("fsck", "--strict") == ""


def test_more_refs_keep_rows_that_nothing_stands_on(tmp_path: Path) -> None:
    rows = [C("A", f="a"), C("X", f="x"), C("B", on="A", f="b")]
    story = build(tmp_path, rows, refs={"refs/heads/topic": "X", "refs/tags/v1": "A"})
    assert story.git("for-each-ref", "--format=%(refname) %(objectname)").split() == [
        *("refs/heads/main", story.ids["B"]),
        *("refs/heads/topic", story.ids["X"]),
        *("refs/tags/v1", story.ids["A"]),
    ]


def test_no_rows_are_a_repository_without_a_commit(tmp_path: Path) -> None:
    story = build(tmp_path, [])
    assert story.ids == {}
    assert story.git("status", "--porcelain", "--branch").strip() == "## No commits yet on main"


@pytest.mark.parametrize(
    ("rows", "complaint"),
    [
        ([C("A"), C("A")], "stands once"),
        ([C("two words")], "one word"),
        ([C("A"), C("B", on="Z")], "'Z' is no row above"),
        ([C("A"), C("B", reverts="B")], "'B' is no row above"),
        ([C("A", sub=Sub("no id"))], "fatal: "),
        ([C("A", moves={"nothing": "here"})], "fatal: "),
    ],
)
def test_a_row_that_makes_no_sense_is_told(tmp_path: Path, rows: list[Row], complaint: str) -> None:
    with pytest.raises(ValueError, match=complaint):
        build(tmp_path, rows, bare=True)


def test_a_real_commit_on_top_has_a_name_and_a_later_date(tmp_path: Path) -> None:
    story = build(tmp_path, STORY)
    story.git("commit", "--quiet", "--allow-empty", "--message", "by hand")
    assert story.git("log", "-1", "--format=%an <%ae> %at").strip() == f"dev <dev@example.com> {at(100)}"
