"""`check`, `budget` and `badge` as a user runs them."""

from __future__ import annotations

import json
import re
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest

from ai_quality.cli import main
from tests.e2e.test_cli import answer, run
from tests.git.test_commenting import landed
from tests.histories import C, History, build
from tests.unit.reports.hostile import TEXTS

NOW = ("--now", "2026-05-20")


def story_with(folder: Path, settings: bytes) -> History:
    rows = [
        *landed(12, ai="claude", usd=2.0),
        C("R0", reverts="L0", files={"l0.py": None}, day=13),
        C("Z", files={".ai-quality.yml": settings}, day=130),
    ]
    return build(folder, rows)


@pytest.fixture(scope="module")
def strict(tmp_path_factory: pytest.TempPathFactory) -> History:
    settings = b"policy:\n  max-revert-rate: 0.05\n  max-rework-rate: 0.5\nbudget-usd-per-month: 20\n"
    return story_with(tmp_path_factory.mktemp("strict"), settings)


def test_check_fails_with_its_reasons_on_stdout(strict: History) -> None:
    done = run("check", *NOW, at=strict.path)
    assert (done.returncode, done.stderr) == (1, "")
    assert done.stdout.startswith("Policy failed: 1 of 2 limits.")
    assert "reverts 8.3 %, limit 5.0 % (n = 12)" in done.stdout


def test_check_for_scripts_fails_as_well(strict: History) -> None:
    done = run("check", "--json", *NOW, at=strict.path)
    told = json.loads(done.stdout)
    assert (done.returncode, told["passed"]) == (1, False)
    assert [one["result"] for one in told["limits"]] == ["passed", "failed"]


def test_check_passes_where_no_limit_is_set_or_exceeded(strict: History, tmp_path: Path) -> None:
    assert run("check", strict.ids["R0"], *NOW, at=strict.path).stdout.startswith("No limit is set")
    lenient = story_with(tmp_path, b"policy: {max-revert-rate: 0.5}\n")
    done = run("check", *NOW, at=lenient.path)
    assert (done.returncode, done.stdout.split(".")[0]) == (0, "No limit is exceeded")


def test_budget_holds_a_month_against_its_limit(strict: History) -> None:
    done = run("budget", "--month", "2026-01", *NOW, at=strict.path)
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("2026-01: at least $24.00 recorded, at list prices; the budget is $20.00")
    told = answer("budget", "--month", "2026-01", "--json", *NOW, at=strict.path)
    assert (told["spent_usd"], told["limit_usd"], told["status"], told["unlanded"]) == (24.0, 20.0, "over", None)


def test_a_month_of_which_nothing_is_recorded_is_unknown(strict: History) -> None:
    told = answer("budget", "--month", "2026-03", "--json", *NOW, at=strict.path)
    assert (told["spent_usd"], told["status"]) == (None, "unknown")


@pytest.mark.parametrize("month", ["2026-13", "26-01", "2026-1", "now", "2026-01-01"])
def test_what_is_no_month_is_a_usage_error(strict: History, month: str) -> None:
    done = run("budget", "--month", month, at=strict.path)
    assert done.returncode == 2
    assert "is no month: write it as 2026-11" in done.stderr


def test_a_badge_is_json_or_a_picture(strict: History, tmp_path: Path) -> None:
    told = answer("badge", *NOW, at=strict.path)
    assert told == {"schemaVersion": 1, "label": "AI-marked lines", "message": "96 %", "color": "blue"}
    picture = tmp_path / "badge.svg"
    assert run("badge", "-o", str(picture), *NOW, at=strict.path).stdout == ""
    assert ET.parse(picture).getroot().attrib["aria-label"] == "AI-marked lines: 96 %"
    assert run("badge", "--format", "svg", *NOW, at=strict.path).stdout == picture.read_text(encoding="utf-8")


@pytest.mark.parametrize("name", ["mention", "workflow command", "ansi", "direction", "lines", "html", "template"])
def test_hostile_settings_are_one_harmless_line_of_an_error(
    name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for place, settings in enumerate((f"{TEXTS[name]!r}: 1", f"comment: {TEXTS[name]!r}", TEXTS[name])):
        story = build(tmp_path / str(place), [C("A", files={".ai-quality.yml": settings.encode()})])
        with pytest.raises(SystemExit, match="2"):
            main(["-C", str(story.path), "check"])
        out, err = capsys.readouterr()
        assert out == ""
        assert err.startswith("ai-quality: ")
        assert not re.search(r"^::|##\[|[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e]", err, re.MULTILINE)
        assert err.count("\n") == 1
