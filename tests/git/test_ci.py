"""`ai-quality ci` where there is no GitHub: GitLab, Jenkins, a shell; and what it does when we ourselves break."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from ai_quality.action import running
from ai_quality.cli import main
from tests.histories import C, History, build

ROWS = [
    C("A", files={"f.py": "a b c d"}),
    C("B", files={"f.py": "a B c d"}, ai="claude"),
    C("X", "B", files={"f.py": "a B X d"}, ai="codex"),
    C("D", "B", files={"f.py": "a B c d e"}),
    C("M", "D X", files={"f.py": "a B X d e"}),
]
NOW = ("--now", "2026-06-01")


@pytest.fixture(scope="module")
def story(tmp_path_factory: pytest.TempPathFactory) -> History:
    refs = {"refs/heads/topic": "X", "refs/remotes/origin/main": "D"}
    return build(tmp_path_factory.mktemp("story"), ROWS, refs=refs)


def ran(*words: str, at: Path) -> int:
    try:
        main(["-C", str(at), "ci", *words])
    except SystemExit as ended:
        return int(ended.code or 0)
    return 0


def told(capsys: pytest.CaptureFixture[str], *words: str, at: Path) -> Any:  # noqa: ANN401 (JSON)
    assert ran(*words, "--json", *NOW, at=at) == 0
    return json.loads(capsys.readouterr().out)


def test_a_shell_gets_the_report_on_the_branch_it_names(story: History, capsys: pytest.CaptureFixture[str]) -> None:
    assert ran("--head", "topic", *NOW, at=story.path) == 0
    said = capsys.readouterr().out
    assert "100 % of added lines AI-marked" in said
    assert "::" not in said.replace(":--", "").replace("--:", "")


@pytest.mark.parametrize(
    ("environ", "words"),
    [
        ({}, ("--head", "topic")),
        ({"CHANGE_TARGET": "main"}, ("--head", "topic")),
        (
            {
                "GITLAB_CI": "true",
                "CI_COMMIT_SHA": "M",
                "CI_MERGE_REQUEST_SOURCE_BRANCH_SHA": "X",
                "CI_MERGE_REQUEST_DIFF_BASE_SHA": "B",
            },
            (),
        ),
    ],
    ids=["shell", "jenkins", "gitlab"],
)
def test_every_ci_gets_the_same_numbers(
    story: History,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    environ: dict[str, str],
    words: tuple[str, ...],
) -> None:
    for name, value in environ.items():
        monkeypatch.setenv(name, story.ids.get(value, value))
    said = told(capsys, *words, at=story.path)
    assert said["head"] == story.ids["X"]
    assert (said["own"]["commits"], said["own"]["marked"]) == (1, 1)


def test_a_jenkins_merge_is_the_change_it_merges(
    story: History, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CHANGE_TARGET", "main")
    said = told(capsys, at=story.path)  # HEAD is M
    assert (said["own"]["commits"], said["own"]["lines_added"]) == (1, 1)


def test_the_default_branch_gets_its_own_report(story: History, capsys: pytest.CaptureFixture[str]) -> None:
    said = told(capsys, "--head", "origin/main", at=story.path)
    assert said["rev"] == story.ids["D"]
    assert "rework_rate" in said["metrics"]


@pytest.mark.parametrize(("gate", "status"), [("never", 0), ("policy", 1)])
def test_a_policy_is_a_gate_where_the_settings_say_so(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], gate: str, status: int
) -> None:
    settings = f"fail-on: {gate}\npolicy: {{max-rework-rate: 0.01}}\n".encode()
    rows = [C(f"B{n}", f=f"{n}", day=n, ai="claude", message=f"Change {n}") for n in range(40)]
    late = [C("P", files={".ai-quality.yml": settings}, day=119), C("X", f="x", day=121)]
    story = build(tmp_path / "r", [*rows, *late], refs={"refs/remotes/origin/main": "P"})
    assert ran("--now", "2026-05-15", at=story.path) == status
    assert "rework" in capsys.readouterr().out


def test_a_file_takes_the_report(story: History, tmp_path: Path) -> None:
    assert ran("--head", "topic", "-o", str(tmp_path / "out.md"), at=story.path) == 0
    assert "AI-marked" in (tmp_path / "out.md").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("words", "status", "hint"),
    [(("--base", "nowhere"), 2, "git branch -a"), (("--head", "--output=x"), 2, "not a revision")],
)
def test_a_revision_that_is_none_is_told(
    story: History, capsys: pytest.CaptureFixture[str], words: tuple[str, ...], status: int, hint: str
) -> None:
    assert ran(*words, at=story.path) == status
    assert hint in capsys.readouterr().err


def test_a_defect_of_ours_fails_nobodys_workflow(
    story: History, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "event.json").write_text("{}", encoding="utf-8")
    monkeypatch.setenv("GITHUB_EVENT_NAME", "push")
    monkeypatch.setenv("GITHUB_EVENT_PATH", str(tmp_path / "event.json"))

    def broken(*_: object) -> int:
        raise KeyError("::error::x")

    monkeypatch.setattr(running, "run", broken)
    assert ran(at=story.path) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[-1].startswith("::warning title=ai-quality::ai-quality itself broke (KeyError)")
    assert all(line.startswith("ai-quality: ") for line in lines[:-1])
