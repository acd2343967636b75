"""`--raw --numstat -z` as rows: literal answers of git."""

from __future__ import annotations

import pytest

from ai_quality.errors import HistoryGarbled
from ai_quality.model import FileChange
from ai_quality.sources.changed import Changed, parse

OLD, NEW, NONE = "a" * 40, "b" * 40, "0" * 40


def changed(status: str, old: str, new: str, added: int | None, deleted: int | None) -> Changed:
    before, after = (NONE if status == "A" else OLD), (NONE if status == "D" else NEW)
    modes = ("000000" if status == "A" else "100644", "000000" if status == "D" else "100644")
    return Changed(FileChange(status, *modes, before, after, old, new), added, deleted)


@pytest.mark.parametrize(
    ("answer", "rows"),
    [
        ("", []),
        (f":100644 100644 {OLD} {NEW} M\0f.py\x003\t1\tf.py\0", [changed("M", "f.py", "f.py", 3, 1)]),
        (f":000000 100644 {NONE} {NEW} A\0f.py\x003\t0\tf.py\0", [changed("A", "f.py", "f.py", 3, 0)]),
        (f":100644 000000 {OLD} {NONE} D\0f.py\x000\t3\tf.py\0", [changed("D", "f.py", "f.py", 0, 3)]),
        (f":100644 100644 {OLD} {NEW} R087\0old\0new\x001\t2\t\0old\0new\0", [changed("R", "old", "new", 1, 2)]),
        (f":100644 100644 {OLD} {NEW} M\0p.png\0-\t-\tp.png\0", [changed("M", "p.png", "p.png", None, None)]),
        (f":100644 100644 {OLD} {NEW} M\0blank.py\0", [changed("M", "blank.py", "blank.py", 0, 0)]),
        (f":100644 100644 {OLD} {NEW} M\0a\tb\nc\x001\t0\ta\tb\nc\0", [changed("M", "a\tb\nc", "a\tb\nc", 1, 0)]),
        (f":100644 100644 {OLD} {NEW} M\0:100644 x\x001\t0\t:100644 x\0",
         [changed("M", ":100644 x", ":100644 x", 1, 0)]),
        (f":100644 100644 {OLD} {NEW} M\0caf\udce9\x001\t0\tcaf\udce9\0",
         [changed("M", "caf\udce9", "caf\udce9", 1, 0)]),
    ],
    ids=["nothing", "edit", "new", "gone", "rename", "binary", "white space", "odd path", "like a row", "no UTF-8"],
)  # fmt: skip
def test_an_answer_is_rows(answer: str, rows: list[Changed]) -> None:
    assert parse(answer) == rows


@pytest.mark.parametrize("answer", [f":100644 100644 {OLD} {NEW} M\0", "three\0", "1\t2\0", "1\t2\t\0old\0"])
def test_an_answer_cut_short_is_an_error_and_not_fewer_rows(answer: str) -> None:
    with pytest.raises(HistoryGarbled):
        parse(answer)
