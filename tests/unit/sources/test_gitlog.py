r"""Literal bytes of git's streams → rows, a shape a test.

They stand here as git 2.39.5 printed them, with `<A>` for an id of forty A's and `<0>` for the id that means none.
"""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from itertools import islice
from textwrap import dedent
from typing import NamedTuple

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ai_quality.errors import HistoryGarbled
from ai_quality.model import Commit, FileChange, FileDiff, Hunk, MergeDiff, MergeHunk, Person
from ai_quality.sources.gitlog import commits, file_diffs, merge_diffs, unquote

NO_NEWLINE = "\\ No newline at end of file"


def whole(text: bytes, digits: int = 40) -> bytes:
    """Every <A> as a full id."""
    return re.sub(rb"<(\w)>", lambda found: found[1] * digits, text)


def said(text: str, digits: int = 40) -> bytes:
    r"""What git said: an indented block; a letter stands for its byte, so that "\xff" is one."""
    return whole(dedent(text).removeprefix("\n").encode("latin-1"), digits)


def many(stream: bytes) -> list[tuple[str, list[FileDiff]]]:
    """Commits and what they changed, each id by its first letter."""
    return [(sha[0], diffs) for sha, diffs in file_diffs(io.BytesIO(stream))]


class Edit(NamedTuple):
    """A hunk with the lines it adds."""

    start: int
    removed: int
    added: list[bytes]


def one(stream: bytes) -> list[FileDiff]:
    """What the one commit of a stream changed."""
    [(_, diffs)] = many(stream)
    return diffs


def merged(stream: bytes) -> list[MergeDiff]:
    """The files of the one merge of a stream."""
    [found] = [diffs for _, diffs in merge_diffs(io.BytesIO(stream))] or [[]]
    return found


EDIT = said("""
    <C>
    :100644 100644 <A> <B> M\tf

    diff --git a/f b/f
    index <A>..<B> 100644
    --- a/f
    +++ b/f
""")


def hunks(text: str) -> list[Edit]:
    """The hunks of the one file a commit edited."""
    [diff] = one(EDIT + said(text))
    return edits(diff)


def edits(diff: FileDiff) -> list[Edit]:
    texts = iter(diff.texts)
    return [Edit(start, removed, list(islice(texts, added))) for start, removed, added in diff.hunks]


def change(row: str) -> FileChange:
    """`100644 100644 A B M old new`, in ids of one letter."""
    old_mode, new_mode, old, new, status, *paths = row.split(" ")
    return FileChange(status, old_mode, new_mode, old * 40, new * 40, paths[0], paths[-1])


def text(row: str, *found: Edit) -> FileDiff:
    hunks = [Hunk(start, removed, len(added)) for start, removed, added in found]
    return FileDiff(change(row), hunks, [line for edit in found for line in edit.added], binary=False)


# Which lines gave way to which


def test_an_edit_is_a_run_of_lines_that_give_way_to_others() -> None:
    found = hunks("""
        @@ -2 +2 @@ a
        -b
        +B
        @@ -4,2 +4,3 @@ c
        -d
        -e
        +x
        +y
        +z
    """)
    assert found == [Edit(1, 1, [b"B"]), Edit(3, 2, [b"x", b"y", b"z"])]


def test_a_count_of_zero_names_the_line_before() -> None:
    inserted = hunks("""
        @@ -0,0 +1 @@
        +x
        @@ -2,0 +4 @@ b
        +y
    """)
    deleted = hunks("""
        @@ -1 +0,0 @@
        -a
        @@ -3,2 +1,0 @@ b
        -c
        -d
    """)
    assert inserted == [Edit(0, 0, [b"x"]), Edit(2, 0, [b"y"])]
    assert deleted == [Edit(0, 1, []), Edit(2, 2, [])]


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (["@@ -2 +2 @@ a", "-b", NO_NEWLINE, "+c"], Edit(1, 1, [b"c"])),
        (["@@ -2 +2 @@ a", "-b", "+c", NO_NEWLINE], Edit(1, 1, [b"c"])),
        (["@@ -2 +2 @@ a", "-b", NO_NEWLINE, "+c", NO_NEWLINE], Edit(1, 1, [b"c"])),
        (["@@ -1,0 +2 @@ a", "+b", NO_NEWLINE], Edit(1, 0, [b"b"])),
        (["@@ -2 +1,0 @@ a", "-b", NO_NEWLINE], Edit(1, 1, [])),
    ],
    ids=["before", "after", "both", "appended", "removed"],
)
def test_a_missing_newline_at_the_end_is_no_line(body: list[str], expected: Edit) -> None:
    assert hunks("\n".join([*body, ""])) == [expected]


def test_a_carriage_return_belongs_to_the_line() -> None:
    assert hunks("@@ -2,0 +3,2 @@ b\n+c\r\n+d\re\n") == [Edit(2, 0, [b"c\r", b"d\re"])]


HEADERS = [
    b"++ x",
    b"-- x",
    b"@@ -1 +1 @@",
    b"@@@ -1,1 -1,1 +1,1 @@@",
    b"diff --git a/f b/f",
    b"diff --combined f",
    b"D" * 40,
    b":100644 100644 A B M\tf",
    b"index A..B",
    b"Binary files a/f and b/f differ",
    b"\\ No newline at end of file",
    b"",
]
"""Lines of a file that look like parts of a patch: with its sign in front, the first is `+++ x`."""


def test_content_never_poses_as_a_header() -> None:
    count = len(HEADERS)
    body = b"@@ -1,%d +1,%d @@\n" % (count, count)
    body += b"".join(b"-%b\n" % line for line in HEADERS) + b"".join(b"+%b\n" % line for line in HEADERS)
    [diff] = one(EDIT + body + b"@@ -20 +19,0 @@ x\n-y\n")
    assert edits(diff) == [Edit(0, count, HEADERS), Edit(19, 1, [])]
    assert not diff.binary


def test_the_words_after_a_hunk_header_may_be_anything() -> None:
    assert hunks("@@ -9 +9 @@ @@ -1 +1 @@ \xff\r\n-a\n+b\n") == [Edit(8, 1, [b"b"])]


# What became of a file


def test_a_new_file_is_all_added_and_a_deleted_one_all_removed() -> None:
    stream = said("""
        <C>
        :000000 100644 <0> <A> A\tf
        :100644 000000 <B> <0> D\tg

        diff --git a/f b/f
        new file mode 100644
        index <0>..<A>
        --- /dev/null
        +++ b/f
        @@ -0,0 +1,2 @@
        +a
        +b
        diff --git a/g b/g
        deleted file mode 100644
        index <B>..<0>
        --- a/g
        +++ /dev/null
        @@ -1,2 +0,0 @@
        -a
        -b
    """)
    assert one(stream) == [
        text("000000 100644 0 A A f", Edit(0, 0, [b"a", b"b"])),
        text("100644 000000 B 0 D g", Edit(0, 2, [])),
    ]


def test_an_empty_file_has_a_patch_without_hunks() -> None:
    stream = said("""
        <C>
        :000000 100644 <0> <A> A\tf
        :100644 000000 <A> <0> D\tg

        diff --git a/f b/f
        new file mode 100644
        index <0>..<A>
        diff --git a/g b/g
        deleted file mode 100644
        index <A>..<0>
    """)
    assert one(stream) == [text("000000 100644 0 A A f"), text("100644 000000 A 0 D g")]


def test_a_rename_keeps_both_names() -> None:
    stream = said("""
        <C>
        :100644 100644 <A> <A> R100\tf\tg
        :100644 100644 <B> <D> R080\tx\ty

        diff --git a/f b/g
        similarity index 100%
        rename from f
        rename to g
        diff --git a/x b/y
        similarity index 80%
        rename from x
        rename to y
        index <B>..<D> 100644
        --- a/x
        +++ b/y
        @@ -5 +5 @@ d
        -e
        +E
    """)
    assert one(stream) == [text("100644 100644 A A R f g"), text("100644 100644 B D R x y", Edit(4, 1, [b"E"]))]


def test_a_copy_is_a_new_file_because_copies_are_not_asked_for() -> None:
    stream = said("""
        <C>
        :000000 100644 <0> <A> A\tcopy

        diff --git a/copy b/copy
        new file mode 100644
        index <0>..<A>
        --- /dev/null
        +++ b/copy
        @@ -0,0 +1 @@
        +a
    """)
    assert one(stream) == [text("000000 100644 0 A A copy", Edit(0, 0, [b"a"]))]


def test_a_binary_file_has_no_hunks_and_says_so() -> None:
    stream = said("""
        <C>
        :100644 100644 <A> <B> M\tf
        :000000 100644 <0> <D> A\tg

        diff --git a/f b/f
        index <A>..<B> 100644
        Binary files a/f and b/f differ
        diff --git a/g b/g
        new file mode 100644
        index <0>..<D>
        Binary files /dev/null and b/g differ
    """)
    assert one(stream) == [
        FileDiff(change("100644 100644 A B M f"), [], [], binary=True),
        FileDiff(change("000000 100644 0 D A g"), [], [], binary=True),
    ]


def test_a_change_of_mode_may_come_with_an_edit_or_without() -> None:
    stream = said("""
        <C>
        :100644 100755 <A> <A> M\tf
        :100644 100755 <A> <B> M\tg

        diff --git a/f b/f
        old mode 100644
        new mode 100755
        diff --git a/g b/g
        old mode 100644
        new mode 100755
        index <A>..<B>
        --- a/g
        +++ b/g
        @@ -1 +1 @@
        -a
        +b
    """)
    assert one(stream) == [text("100644 100755 A A M f"), text("100644 100755 A B M g", Edit(0, 1, [b"b"]))]


def test_a_symbolic_link_is_text_of_another_mode() -> None:
    stream = said(f"""
        <C>
        :120000 120000 <A> <B> M\tf

        diff --git a/f b/f
        index <A>..<B> 120000
        --- a/f
        +++ b/f
        @@ -1 +1 @@
        -a
        {NO_NEWLINE}
        +b
        {NO_NEWLINE}
    """)
    assert one(stream) == [text("120000 120000 A B M f", Edit(0, 1, [b"b"]))]


def test_a_change_of_type_is_a_deletion_and_a_creation() -> None:
    stream = said(f"""
        <C>
        :100644 120000 <A> <B> T\tf
        :100644 100644 <D> <E> M\tg

        diff --git a/f b/f
        deleted file mode 100644
        index <A>..<0>
        --- a/f
        +++ /dev/null
        @@ -1,2 +0,0 @@
        -a
        -b
        diff --git a/f b/f
        new file mode 120000
        index <0>..<B>
        --- /dev/null
        +++ b/f
        @@ -0,0 +1 @@
        +b
        {NO_NEWLINE}
        diff --git a/g b/g
        index <D>..<E> 100644
        --- a/g
        +++ b/g
        @@ -1 +1 @@
        -x
        +y
    """)
    assert one(stream) == [
        text("100644 000000 A 0 D f", Edit(0, 2, [])),
        text("000000 120000 0 B A f", Edit(0, 0, [b"b"])),
        text("100644 100644 D E M g", Edit(0, 1, [b"y"])),
    ]


def test_a_file_that_gives_way_to_a_submodule_is_deleted() -> None:
    stream = said("""
        <C>
        :100644 160000 <A> <B> T\tf

        diff --git a/f b/f
        deleted file mode 100644
        index <A>..<0>
        --- a/f
        +++ /dev/null
        @@ -1 +0,0 @@
        -a
        diff --git a/f b/f
        new file mode 160000
        index <0>..<B>
        --- /dev/null
        +++ b/f
        @@ -0,0 +1 @@
        +Subproject commit <B>
    """)
    assert one(stream) == [text("100644 000000 A 0 D f", Edit(0, 1, []))]


def test_a_submodule_that_gives_way_to_a_file_is_a_new_file() -> None:
    stream = said("""
        <C>
        :160000 100644 <A> <B> T\tf

        diff --git a/f b/f
        deleted file mode 160000
        index <A>..<0>
        --- a/f
        +++ /dev/null
        @@ -1 +0,0 @@
        -Subproject commit <A>
        diff --git a/f b/f
        new file mode 100644
        index <0>..<B>
        --- /dev/null
        +++ b/f
        @@ -0,0 +1 @@
        +a
    """)
    assert one(stream) == [text("000000 100644 0 B A f", Edit(0, 0, [b"a"]))]


@pytest.mark.parametrize("row", ["160000 160000 <A> <B> M", "000000 160000 <0> <B> A", "160000 000000 <A> <0> D"])
def test_a_submodule_is_no_file(row: str) -> None:
    assert one(said(f"<C>\n:{row}\tf\n\n")) == []


def test_a_submodule_with_the_id_of_a_blob_does_not_lend_it_its_patch() -> None:
    stream = said("""
        <C>
        :000000 100644 <0> <B> A\tf
        :100644 160000 <A> <B> T\ts

        diff --git a/f b/f
        new file mode 100644
        index <0>..<B>
        --- /dev/null
        +++ b/f
        @@ -0,0 +1,2 @@
        +x
        +y
        diff --git a/s b/s
        deleted file mode 100644
        index <A>..<0>
        --- a/s
        +++ /dev/null
        @@ -1 +0,0 @@
        -a
        diff --git a/s b/s
        new file mode 160000
        index <0>..<B>
        --- /dev/null
        +++ b/s
        @@ -0,0 +1 @@
        +Subproject commit <B>
    """)
    assert one(stream)[0] == text("000000 100644 0 B A f", Edit(0, 0, [b"x", b"y"]))


# Rows and patches


def test_a_row_changed_in_white_space_only_has_no_patch() -> None:
    stream = said("""
        <C>
        :100644 100644 <A> <B> M\tf
        :100644 100644 <D> <E> M\tg

        diff --git a/g b/g
        index <D>..<E> 100644
        --- a/g
        +++ b/g
        @@ -1 +1 @@
        -x
        +y
    """)
    assert one(stream) == [text("100644 100644 A B M f"), text("100644 100644 D E M g", Edit(0, 1, [b"y"]))]
    assert one(said("<C>\n:100644 100644 <A> <B> M\tf\n\n")) == [text("100644 100644 A B M f")]


def test_two_rows_with_the_same_blobs_have_the_same_hunks() -> None:
    stream = said("""
        <C>
        :100644 100644 <A> <B> M\tf
        :100644 100644 <A> <B> M\tg

        diff --git a/f b/f
        index <A>..<B> 100644
        --- a/f
        +++ b/f
        @@ -1 +1 @@
        -a
        +b
        diff --git a/g b/g
        index <A>..<B> 100644
        --- a/g
        +++ b/g
        @@ -1 +1 @@
        -a
        +b
    """)
    edit = Edit(0, 1, [b"b"])
    assert one(stream) == [text("100644 100644 A B M f", edit), text("100644 100644 A B M g", edit)]


def test_commits_follow_each_other_whatever_the_last_patch_was() -> None:
    mode = "\n:100644 100755 <A> <A> M\tf\n\ndiff --git a/f b/f\nold mode 100644\nnew mode 100755\n"
    binary = "\n:100644 100644 <A> <B> M\tf\n\ndiff --git a/f b/f\nindex <A>..<B>\nBinary files a/f and b/f differ\n"
    blank = "\n:100644 100644 <A> <B> M\tf\n\n"
    edit = EDIT.partition(b"\n")[2].decode() + "@@ -1 +1 @@\n-a\n+b\n"
    stream = said(f"<1>{mode}<a>{binary}<3>{blank}<4>\n{edit}<5>{mode}<f>\n{edit}")
    assert [(name, len(diffs)) for name, diffs in many(stream)] == [(name, 1) for name in "1a345f"]


def test_a_merge_is_asked_for_raw_rows_alone() -> None:
    stream = said("""
        <1>
        :100644 100644 <A> <B> M\tf
        :100644 000000 <A> <0> D\tg
        <2>
        :100644 100644 <A> <B> M\tf
    """)
    assert many(stream) == [
        ("1", [text("100644 100644 A B M f"), text("100644 000000 A 0 D g")]),
        ("2", [text("100644 100644 A B M f")]),
    ]


def test_nothing_said_is_nothing_read() -> None:
    assert many(b"") == []
    assert list(merge_diffs(io.BytesIO(b""))) == []
    assert list(commits(io.BytesIO(b""))) == []


def test_the_ids_of_a_sha_256_repository_are_longer_and_no_different() -> None:
    stream = EDIT.decode() + "@@ -1 +1 @@\n-a\n+<D>\n<1>\n:100644 100755 <A> <A> M\tf\n\n"
    stream += "diff --git a/f b/f\nold mode 100644\nnew mode 100755\n<2>\n:100644 100644 <A> <B> M\tf\n\n"
    long = re.sub(rb"(.)\1{39}", rb"<\1>", said(stream)).decode()
    found = list(file_diffs(io.BytesIO(said(long, 64))))
    assert [sha for sha, _ in found] == ["C" * 64, "1" * 64, "2" * 64]
    assert found[0][1][0].change.new_blob == "B" * 64
    assert edits(found[0][1][0]) == [Edit(0, 1, [b"D" * 64 + b""])]


# Paths

PATHS = {
    b"a b": "a b",
    b" ": " ",
    b"end ": "end ",
    b"=> {a}": "=> {a}",
    b"don't": "don't",
    b"caf\xc3\xa9": "café",
    b"caf\xe9": "caf\udce9",
    rb'"t\tt"': "t\tt",
    rb'"n\nn"': "n\nn",
    rb'"r\rr"': "r\rr",
    rb'"q\"q"': 'q"q',
    rb'"b\\s"': "b\\s",
    rb'"\a\b\v\f\001\177"': "\a\b\v\f\x01\x7f",
    rb'"\\n\\\"\\001"': '\\n\\"\\001',
    rb'"caf\351\t"': "caf\udce9\t",
    b'"caf\xe9\\t"': "caf\udce9\t",
}
"""As git prints them with core.quotePath=false, and as they are."""


@pytest.mark.parametrize(("printed", "path"), PATHS.items())
def test_a_path_comes_out_as_it_went_in(printed: bytes, path: str) -> None:
    shown = printed.decode("latin-1")
    stream = said(f"""
        <C>
        :100644 100644 <A> <A> R100\t{shown}\t{shown}

        diff --git {shown} {shown}
        similarity index 100%
        rename from {shown}
        rename to {shown}
    """)
    assert unquote(printed.decode("utf-8", "surrogateescape")) == path
    assert [(diff.change.old_path, diff.change.new_path) for diff in one(stream)] == [(path, path)]
    of_merge = said(f"<C>\n::100644 100644 100644 <A> <B> <D> MM\t{shown}\t{shown}\t{shown}\n\n")
    assert [(diff.path, diff.parent_paths) for diff in merged(of_merge)] == [(path, (path, path))]


@given(st.binary(min_size=1, max_size=8))
def test_any_bytes_survive_the_round_trip_through_a_path(path: bytes) -> None:
    special = re.compile(rb'[\x00-\x1f\x7f"\\]')
    printed = b'"%b"' % special.sub(lambda found: b"\\%03o" % found[0][0], path) if special.search(path) else path
    assert unquote(printed.decode("utf-8", "surrogateescape")).encode("utf-8", "surrogateescape") == path


# Merges

MERGE = said("""
    <C>
    ::100644 100644 100644 <A> <B> <D> MM\tf\tf\tf

    diff --combined f
    index <A>,<B>..<D>
    --- a/f
    --- a/f
    +++ b/f
""")
CONFLICT = said("""
    @@@ -1,3 -1,3 +1,3 @@@
      a
    - x
     -y
    ++m
      c
""")


def test_a_combined_diff_has_a_column_a_parent() -> None:
    lines = [(b"  ", b"a"), (b"- ", b"x"), (b" -", b"y"), (b"++", b"m"), (b"  ", b"c")]
    blobs = ("A" * 40, "B" * 40)
    found = [MergeHunk((1, 1, 1), lines)]
    assert merged(MERGE + CONFLICT) == [
        MergeDiff("f", "100644", "D" * 40, ("f", "f"), blobs, found, binary=False),
    ]


def test_a_combined_diff_of_three_parents() -> None:
    [found] = merged(
        said("""
        <C>
        :::100644 100644 100644 100644 <A> <B> <D> <E> MMM\tf\tf\tf\tf

        diff --combined f
        index <A>,<B>,<D>..<E>
        --- a/f
        --- a/f
        --- a/f
        +++ b/f
        @@@@ -1,3 -1,3 -1,3 +1,3 @@@@
           a
        -  x
         - y
          -z
        +++m
           c
        """)
    )
    lines = [(b"   ", b"a"), (b"-  ", b"x"), (b" - ", b"y"), (b"  -", b"z"), (b"+++", b"m"), (b"   ", b"c")]
    assert (found.parent_blobs, found.blob) == (("A" * 40, "B" * 40, "D" * 40), "E" * 40)
    assert found.hunks == [MergeHunk((1, 1, 1, 1), lines)]


def test_every_start_of_a_combined_hunk_is_one_based_even_when_its_count_is_zero() -> None:
    [appended] = merged(MERGE + said("@@@ -1,0 -1,0 +1,1 @@@\n++a\n@@@ -4,1 -3,2 +5,2 @@@\n  c\n+ 2\n"))
    [emptied] = merged(MERGE + said("@@@ -1,1 -1,1 +1,0 @@@\n- b\n -c\n"))
    assert [hunk.starts for hunk in appended.hunks] == [(1, 1, 1), (4, 3, 5)]
    assert emptied.hunks == [MergeHunk((1, 1, 1), [(b"- ", b"b"), (b" -", b"c")])]


def test_content_never_poses_as_a_header_of_a_combined_diff() -> None:
    texts = [*HEADERS, b"cr\r"]
    rows = MERGE.replace(b"MM\tf\tf\tf\n", said("MM\tf\tf\tf\n::100644 100644 100644 <1> <2> <3> MM\tg\tg\tg\n"))
    body = b"@@@ -1,1 -1,1 +1,%d @@@\n- b\n -c\n" % len(texts) + b"".join(b"++%b\n" % line for line in texts)
    next_file = said("""
        diff --combined g
        index <1>,<2>..<3>
        Binary files differ
    """)
    found, other = merged(rows + body + next_file)
    assert [line for signs, line in found.hunks[0].lines if signs == b"++"] == texts
    assert (found.binary, other.path, other.binary, other.hunks) == (False, "g", True, [])


def test_a_rename_in_a_merge_keeps_the_name_each_parent_has() -> None:
    stream = said("""
        <C>
        ::100644 100644 100644 <A> <B> <D> RM\tf\tg\tg

        diff --combined g
        index <A>,<B>..<D>
        --- a/f
        --- a/g
        +++ b/g
        @@@ -1,1 -1,1 +1,1 @@@
        --e
        ++E
    """)
    assert [(found.path, found.parent_paths) for found in merged(stream)] == [("g", ("f", "g"))]


def test_a_merge_may_add_or_delete_a_file_change_its_type_or_its_white_space() -> None:
    stream = said("""
        <C>
        ::000000 100644 100644 <0> <A> <B> AM\tadded\tadded\tadded
        ::100644 100644 000000 <A> <B> <0> DD\tgone\tgone\tgone
        ::100644 120000 100644 <A> <D> <E> MT\ttype\ttype\ttype
        ::100644 100644 100755 <1> <2> <3> MM\tblank\tblank\tblank
        ::160000 160000 160000 <4> <5> <6> MM\tsub\tsub\tsub

        diff --combined added
        index <0>,<A>..<B>
        mode 000000,100644..100644
        --- /dev/null
        --- a/added
        +++ b/added
        @@@ -1,0 -1,1 +1,1 @@@
         -b
        ++x
        diff --combined gone
        index <A>,<B>..<0>
        deleted file mode 100644,100644
        --- a/gone
        --- a/gone
        +++ /dev/null
        @@@ -1,1 -1,1 +1,0 @@@
        --a
        diff --combined type
        index <A>,<D>..<E>
        mode 100644,120000..100644
        --- a/type
        --- a/type
        +++ b/type
        @@@ -1,1 -1,1 +1,1 @@@
        - b
         -c
        ++d
    """)
    assert [(found.path, found.mode, len(found.hunks)) for found in merged(stream)] == [
        ("added", "100644", 1),
        ("gone", "000000", 1),
        ("type", "100644", 1),
        ("blank", "100755", 0),
    ]


def test_a_merge_that_has_every_file_from_a_parent_has_no_rows() -> None:
    assert merged(said("<C>\n")) == []


# Commits

PLAIN = (b"<A>", b"<B> <C>", b"1", b"2", b"ann", b"a@x", b"bob", b"b@x", b"subject\n\nbody\n")


def record(*fields: bytes) -> bytes:
    return b"".join(whole(field) + b"\0" for field in fields)


def only(*fields: bytes) -> Commit:
    [found] = commits(io.BytesIO(record(*fields)))
    return found


def test_a_commit_is_what_git_says() -> None:
    assert only(*PLAIN) == Commit(
        sha="A" * 40,
        parents=("B" * 40, "C" * 40),
        author=Person("ann", "a@x"),
        committer=Person("bob", "b@x"),
        author_time=1,
        commit_time=2,
        message="subject\n\nbody\n",
    )


def test_a_root_has_no_parents_and_anybody_may_be_nameless_and_wordless() -> None:
    nobody = Person("", "")
    assert only(b"<A>", *[b""] * 8) == Commit("A" * 40, (), nobody, nobody, 0, 0, "")


def test_bytes_that_are_no_utf_8_do_not_stop_the_reading() -> None:
    found = only(*PLAIN[:4], b"J\xf6rg", *PLAIN[5:8], b"caf\xe9\n")
    assert (found.author.name, found.message) == ("J\ufffdrg", "caf\ufffd\n")


TIMES = {
    "an ordinary time": (b"1700000000", 1_700_000_000),
    "the last second of the year 9999": (b"253402300799", 253_402_300_799),
    "a second later": (b"253402300800", 0),
    "nearly 2 to the 64": (b"18446744073709551614", 0),
    "more digits than int() reads": (b"9" * 5000, 0),
    "no author line": (b"", 0),
    "negative": (b"-5", 0),
    "a float": (b"1e9", 0),
    "an underscore": (b"1_0", 0),
    "digits to int() alone": ("१२".encode(), 0),
    "digits to isdigit() alone": ("²".encode(), 0),
}


@pytest.mark.parametrize(("printed", "seconds"), TIMES.values(), ids=TIMES)
def test_a_time_no_calendar_holds_is_unknown(printed: bytes, seconds: int) -> None:
    found = only(*PLAIN[:2], printed, printed, *PLAIN[4:])
    assert (found.author_time, found.commit_time) == (seconds, seconds)


class Dripping(io.BytesIO):
    """A pipe that gives seven bytes at a time."""

    def read(self, size: int | None = -1, /) -> bytes:
        del size
        return super().read(7)


def test_a_record_may_come_in_pieces() -> None:
    assert list(commits(Dripping(record(*PLAIN) * 3))) == [only(*PLAIN)] * 3


def test_a_commit_cut_short_is_garbled_wherever_the_cut_is() -> None:
    stream = record(*PLAIN)
    for kept in range(1, len(stream)):
        with pytest.raises(HistoryGarbled, match="ended inside a commit"):
            list(commits(io.BytesIO(stream + stream[:kept])))


def test_records_out_of_step_are_garbled() -> None:
    with pytest.raises(HistoryGarbled, match="where a commit id belongs"):
        list(commits(io.BytesIO(record(*PLAIN, b"a field too many", *PLAIN[:8]))))


# Streams that break off, and bytes git never printed

STREAM = EDIT + said(f"""
    @@ -1,2 +1 @@ a
    -b
    -c
    +d
    @@ -9,0 +9,2 @@
    +e
    +f
    {NO_NEWLINE}
    <2>
    :100644 100755 <A> <A> M\tf

    diff --git a/f b/f
    old mode 100644
    new mode 100755
""")


def test_a_stream_cut_inside_a_line_is_garbled() -> None:
    """Between two lines a cut can look whole, as a row needs no patch: there git's exit status tells."""
    for kept in range(1, len(STREAM)):
        if STREAM[kept - 1 : kept] != b"\n":
            with pytest.raises(HistoryGarbled):
                many(STREAM[:kept])


@pytest.mark.parametrize("last", ["+1 @@ a", "-b", "-c", "+9,2 @@", "+e"])
def test_a_hunk_cut_short_is_garbled(last: str) -> None:
    kept = STREAM.index(f"{last}\n".encode(), len(EDIT)) + len(last) + 1
    with pytest.raises(HistoryGarbled):
        many(STREAM[:kept])


def test_a_combined_hunk_cut_short_is_garbled() -> None:
    for kept in range(1, len(CONFLICT)):
        with pytest.raises(HistoryGarbled):
            merged(MERGE + CONFLICT[:kept])


@pytest.mark.parametrize(
    "hunk",
    [
        "@@ -1 +1 @@\n+b\n-a\n",
        "@@ -1,2 +1 @@\n-a\n+b\n",
        "@@ -1 +1,2 @@\n-a\n+b\n",
        "@@ -1 +1 @@\n-a\n+b\n+c\n",
        "@@ -1 +1 @@\n a\n",
        "@@ -1,18446744073709551615 +1 @@\n-a\n+b\n",
        "@@ -1,-2 +1 @@\n+b\n",
        "@@ -1,1_0 +1 @@\n-a\n+b\n",
        f"@@ -{'1' * 5000} +1 @@\n-a\n+b\n",
        "@@ -x +1 @@\n-a\n+b\n",
        "@@ - + @@\n",
        "@@ -1\n-a\n+b\n",
    ],
)
def test_a_hunk_that_belies_its_header_is_garbled(hunk: str) -> None:
    with pytest.raises(HistoryGarbled):
        hunks(hunk)


@pytest.mark.parametrize(
    "hunk",
    [
        "@@@ -1,1 -1,1 +1,1 @@@\n- a\n",
        "@@@ -1,1 -1,1 +1,1 @@@\n--a\n++b\n++c\n",
        "@@@ -1,1 -1,1 +1,18446744073709551615 @@@\n--a\n++b\n",  # seen of git 2.39.5 with -U0
        "@@@ -2,0 -1,1 +1,1 @@@\n--a\n++b\n",
        "@@@ -1,1 -1,2 +1,1 @@@\n- a\n- b\n -c\n++d\n",
        "@@@ -1,1 -1,1 +1,1 @@@\n~~a\n",
        "@@@ -1,1 -1,1 +1,1 @@@\n-\n",
        "@@@ -1,1 -1,1 @@@\n--a\n",
        "@@@ -1,-1 -1,1 +1,1 @@@\n--a\n++b\n",
        "@@@ -x -1,1 +1,1 @@@\n--a\n++b\n",
        "@@@\n",
        "@@@@@@@@@\n",
    ],
)
def test_a_combined_hunk_that_belies_its_header_is_garbled(hunk: str) -> None:
    with pytest.raises(HistoryGarbled):
        merged(MERGE + said(hunk))


@pytest.mark.parametrize(
    "row",
    [
        ":",
        ":100644 100644 <A> <B> M",
        ":100644 100644 <A> <B>\tf",
        ":100644 100644 <A> <B> \tf",
        ":100644 100644 <A> <B> M x\tf",
        ":100644 100644 <A> \xff M\tf",
        ':100644 100644 <A> <B> M\t"',
        r':100644 100644 <A> <B> M	"\"',
        r':100644 100644 <A> <B> M	"\12"',
        r':100644 100644 <A> <B> M	"\777"',
        r':100644 100644 <A> <B> M	"\xyz"',
        ':100644 100644 <A> <B> M\t"a"b"',
    ],
)
def test_a_row_that_lacks_something_is_garbled(row: str) -> None:
    with pytest.raises(HistoryGarbled):
        many(said(f"<1>\n{row}\n\n"))
    with pytest.raises(HistoryGarbled):
        merged(said(f"<1>\n:{row}\n\n"))


@pytest.mark.parametrize("first", [b"warning: x\n", b"1234567\n", b"\n", b"@@ -1 +1 @@\n", b"\xff\n"])
def test_a_stream_that_does_not_start_with_a_commit_is_garbled(first: bytes) -> None:
    for read in (many, merged):
        with pytest.raises(HistoryGarbled, match="where a commit id belongs"):
            read(first)


def test_merges_follow_each_other_and_nothing_else_stands_between_them() -> None:
    two = said("<1>\n") + MERGE + CONFLICT + said("<2>\n") + MERGE.replace(b"f\n", b"g\n") + CONFLICT
    found = [(sha[0], [diff.path for diff in diffs]) for sha, diffs in merge_diffs(io.BytesIO(two))]
    assert found == [("1", []), ("C", ["f"]), ("2", []), ("C", ["g"])]
    for between in (b"x\n", b"\n", b"\\ No newline at end of file\n", b"D" * 39 + b"\n"):
        with pytest.raises(HistoryGarbled):
            merged(MERGE + CONFLICT + between)


PIECES = st.sampled_from([
    *(b"<1>\n", b"\n", b" ", b"\t", b"\0", b"-", b"+", b"--a\n", b"++b\n", b"-a\n", b"+b\n", b"  c\n", b"\\\n"),
    *(b":100644 100644 <A> <B> M\tf\n", b"::100644 100644 100644 <A> <B> <D> MM\tf\tf\tf\n", b":", b"T\tf\n"),
    *(b"diff --git a/f b/f\n", b"diff --combined f\n", b"index <A>..<B> 1\n", b"index <A>,<B>..<D>\n", b"index "),
    *(b"@@ -1 +1 @@\n", b"@@ -0,0 +1,2 @@\n", b"@@@ -1,1 -1,1 +1,1 @@@\n", b"@@ ", b"@@@", b"-1,-1", b"160000 "),
    *(b"9" * 5000, b"\xff", "²".encode(), b"<A>\0", b"\0" * 9, b'"', b"\\", b"Binary files "),
]).map(whole)  # fmt: skip
"""What streams are made of, and what could upset a reader of numbers and of text."""


@st.composite
def spoilt(draw: st.DrawFn) -> bytes:
    """A good stream with a few bytes replaced by others."""
    raw = draw(st.sampled_from([STREAM, MERGE + CONFLICT, record(*PLAIN) * 2]))
    for _ in range(draw(st.integers(1, 3))):
        start = draw(st.integers(0, len(raw)))
        end = start + draw(st.integers(0, 3))
        raw = raw[:start] + draw(PIECES | st.binary(max_size=2)) + raw[end:]
    return raw


@pytest.mark.parametrize(
    "read",
    [many, lambda raw: list(merge_diffs(io.BytesIO(raw))), lambda raw: list(commits(io.BytesIO(raw)))],
    ids=["diffs", "merge", "log"],
)
@given(raw=st.binary() | st.lists(PIECES, max_size=12).map(b"".join) | spoilt())
def test_bytes_git_never_printed_are_read_or_garbled_and_nothing_else(
    read: Callable[[bytes], object], raw: bytes
) -> None:
    try:
        read(raw)
    except HistoryGarbled as garbled:
        told = str(garbled)
    else:
        told = ""
    assert "\n" not in told
