"""What a run writes for its runner: raw outputs, a summary within its limit, a log that carries no command."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ai_quality.action import outputs
from ai_quality.action.outputs import Runner, fitted, output_line


@pytest.mark.parametrize(
    ("value", "line"),
    [
        ("ok", "a=ok\n"),
        (None, "a=\n"),
        (True, "a=true\n"),
        (0.25, "a=0.25\n"),
        (0, "a=0\n"),
        ("x\x00\x1b[31my", "a=xy\n"),
        ("one\ntwo", "a<<F\none\ntwo\nF\n"),
        ("one\r\nb=evil", "a<<F\none\nb=evil\nF\n"),
        ("one\x85b=evil", "a<<F\none\nb=evil\nF\n"),
    ],
)
def test_an_output_is_raw_and_stays_one_output(value: object, line: str) -> None:
    assert output_line("a", value, "F") == line


def test_a_text_cannot_end_its_own_output() -> None:
    with pytest.raises(ValueError, match="delimiter"):
        output_line("a", "one\nF\nb=evil", "F")
    first, second = (output_line("a", "x\ny").splitlines()[0] for _ in range(2))
    assert first != second, "the delimiter is a fresh one each time"


@given(st.text())
def test_no_line_of_the_log_is_a_command(text: str) -> None:
    lines: list[str] = []
    runner = Runner(lines.append, None, None)
    runner.say(text)
    runner.say(f"::error::{text}")
    runner.say(f"##[error]{text}")
    for line in lines:
        assert line.startswith("ai-quality: ")
        assert "##[" not in line
        assert "\n" not in line
        assert "\r" not in line


@given(st.text())
def test_a_notice_is_one_command_whatever_it_says(text: str) -> None:
    lines: list[str] = []
    Runner(lines.append, None, None).tell("notice", text)
    (line,) = lines
    assert line.startswith("::notice title=ai-quality::")
    assert len(line.splitlines()) == 1


@given(st.text(), st.integers(200, 400))
def test_a_summary_fits_in_whole_characters(text: str, limit: int) -> None:
    fit = fitted(text * 30, limit)
    assert len(fit.encode()) <= limit
    assert fit.endswith("\n")


def test_a_summary_that_fits_is_kept_and_one_that_does_not_is_cut_at_a_line() -> None:
    line = "| 漢字 🙂 |\n"
    whole = line * (outputs.SUMMARY_LIMIT // len(line.encode()))
    assert fitted(whole) == whole
    cut = fitted(whole + line)
    assert cut == line * cut.count("🙂") + outputs.CUT
    assert outputs.SUMMARY_LIMIT - 2 * len(line.encode()) < len(cut.encode()) <= outputs.SUMMARY_LIMIT


def test_outputs_and_summary_are_appended(tmp_path: Path) -> None:
    for file in ("outputs", "summary"):
        (tmp_path / file).write_text("before\n", encoding="utf-8")
    runner = Runner(print, tmp_path / "outputs", tmp_path / "summary")
    runner.set({"a": 1, "b": None})
    runner.summarise("# Hello")
    assert (tmp_path / "outputs").read_text(encoding="utf-8") == "before\na=1\nb=\n"
    assert (tmp_path / "summary").read_text(encoding="utf-8") == "before\n# Hello\n"


def test_without_a_runner_nothing_is_written() -> None:
    runner = Runner(print, None, None)
    runner.set({"a": 1})
    runner.summarise("# Hello")
