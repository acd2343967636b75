"""`ai-quality` as a user runs it: a process, its stdout, its stderr in one line, its exit status."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.histories import C, History, build

ROWS = [
    C("A", files={"f.py": "a b c d"}, message="Start"),
    C("B", files={"f.py": "a B c d"}, ai="claude", message="Change b"),
    C("D", files={"f.py": "a B c d e"}, message="Add e"),
    C("E", files={"f.py": "a X c d e"}, message="fix: b was wrong (#3)"),
    C("F", files={"f.py": "a B c d e"}, reverts="E"),
    C("G", files={"f.py": "a B c d e g"}, by="Claude Code", email="noreply@anthropic.com", message="Add g"),
]


def run(*words: str, at: Path, given: str | None = None, **environment: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "ai_quality.cli", "-C", str(at), *words]
    surroundings = os.environ | environment
    return subprocess.run(command, capture_output=True, text=True, input=given, check=False, env=surroundings)


def answer(*words: str, at: Path) -> Any:  # noqa: ANN401 (JSON)
    done = run(*words, at=at)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


@pytest.fixture(scope="module")
def story(tmp_path_factory: pytest.TempPathFactory) -> History:
    return build(tmp_path_factory.mktemp("story"), ROWS)


def test_a_report_fits_one_screen_and_names_both_cohorts(story: History) -> None:
    done = run("report", "--now", "2026-06-01", at=story.path)
    assert done.returncode == 0, done.stderr
    assert len(done.stdout.splitlines()) <= 24
    assert "unmarked" in done.stdout
    assert "human" not in done.stdout
    assert "\x1b" not in done.stdout, "no colour where stdout is no terminal"


def test_a_report_in_json_keeps_its_contract(story: History) -> None:
    told = answer("report", "--json", "--now", "2026-06-01", at=story.path)
    assert told["schema_version"] == 1
    assert told["rev"] == story.ids["G"]
    assert told["history"]["commits"] == 6
    assert told["history"]["lines_alive"] == 6
    assert told["history"]["complete"] is True
    assert {"ai", "unmarked", "mixed", "bot"} <= set(told["cohorts"])
    assert told["cohorts"]["ai"]["commits"] == 2
    for metric in told["metrics"].values():
        assert {"definition", "unit", "cohorts", "difference"} <= set(metric)
        for rate in metric["cohorts"].values():
            assert {"value", "hits", "of", "lo", "hi", "status", "method"} <= set(rate)
            assert rate["status"] in {"ok", "too_few", "unknown"}
    passed = told["metrics"]["merge_pass_rate"]["cohorts"]["ai"]
    assert passed["status"] == "unknown"
    assert passed["hits"] is None, "what nobody could see is not zero"


def test_two_runs_of_a_report_say_the_same(story: History) -> None:
    first, second = (run("report", "--json", "--now", "2026-06-01", at=story.path).stdout for _ in range(2))
    assert first == second


@pytest.mark.parametrize("form", ["text", "json", "md", "html", "csv"])
def test_every_format_is_written_to_a_file(story: History, tmp_path: Path, form: str) -> None:
    done = run("report", "--format", form, "-o", str(tmp_path / "out"), at=story.path)
    assert (done.returncode, done.stdout) == (0, "")
    assert (tmp_path / "out").read_text(encoding="utf-8").strip()


def test_measuring_leaves_the_repository_as_it_was(tmp_path: Path) -> None:
    story = build(tmp_path / "r", ROWS)

    def state() -> list[bytes]:
        asked = (["status", "--porcelain", "--ignored"], ["config", "--list", "--local"], ["for-each-ref"])
        git = ["git", "-C", str(story.path)]
        return [subprocess.run([*git, *words], capture_output=True, check=True).stdout for words in asked]

    config = (story.path / ".git" / "config").read_bytes()
    index = (story.path / ".git" / "index").read_bytes()
    before = state()
    commands = ("report", "facts commits", "blame -- f.py", "defects", "doctor", "explain HEAD", "detect")
    for words in map(str.split, commands):
        assert run(*words, at=story.path).returncode == 0, words
    assert state() == before
    assert (story.path / ".git" / "config").read_bytes() == config
    assert (story.path / ".git" / "index").read_bytes() == index
    assert sorted(p.name for p in (story.path / ".git" / "ai-quality").iterdir()) == ["author-key", "facts"]


def test_blame_names_the_commit_the_class_and_the_agent_of_each_line(story: History) -> None:
    told = answer("blame", "--json", "--", "f.py", at=story.path)
    assert [story.name(line["commit"]) for line in told["lines"]] == ["A", "F", "A", "A", "D", "G"]
    assert told["lines"][5] == {"line": 6, "commit": story.ids["G"], "class": "agent", "agent": "claude-code"}
    earlier = answer("blame", story.ids["D"], "--json", "--", "f.py", at=story.path)
    assert [story.name(line["commit"]) for line in earlier["lines"]] == ["A", "B", "A", "A", "D"]


def test_facts_show_a_revert_with_its_evidence(story: History) -> None:
    (told,) = answer("facts", "reverts", "--json", at=story.path)
    assert (told["revert"], told["reverted"]) == (story.ids["F"], story.ids["E"])
    assert told["evidence"] == "declared"
    assert told["reinstated_by"] is None


def test_facts_changes_know_number_shape_and_share(story: History) -> None:
    told = {change["change"]: change for change in answer("facts", "changes", "--json", at=story.path)}
    squash = told[story.ids["E"]]
    assert (squash["number"], squash["state"], squash["shape"], squash["ai_share"]) == (3, "landed", "squash", 0.0)
    assert told[story.ids["B"]]["ai_share"] == 1.0


def test_facts_without_a_table_list_the_tables(story: History) -> None:
    done = run("facts", at=story.path)
    assert done.returncode == 0
    assert "line_lives" in done.stdout


def test_defects_trace_a_fix_to_the_commit_whose_line_it_took_out(story: History) -> None:
    told = answer("defects", "--json", at=story.path)
    assert told == {
        "fixes": [
            {"fix": story.ids["E"], "introduced": [{"commit": story.ids["B"], "lines": 1, "evidence": "traced"}]},
        ],
    }
    asked = answer("defects", "--fix", story.ids["E"], "--traced-only", "--json", at=story.path)
    assert asked == told


def test_several_fixes_are_answered_in_one_call_in_the_order_asked(story: History) -> None:
    asked = answer(
        "defects", "--fix", story.ids["F"], "--fix", story.ids["E"][:10], "--traced-only", "--json", at=story.path
    )
    found = [
        (story.name(one["fix"]), [story.name(cause["commit"]) for cause in one["introduced"]]) for one in asked["fixes"]
    ]
    assert found == [("F", ["E"]), ("E", ["B"])]


def test_explain_tells_marks_and_fate(story: History) -> None:
    done = run("explain", story.ids["B"][:10], at=story.path)
    assert done.returncode == 0, done.stderr
    assert "claude-code" in done.stdout
    told = answer("explain", "#3", "--json", at=story.path)
    assert told["commits"][0]["sha"] == story.ids["E"]
    assert told["commits"][0]["reverts"][0]["revert"] == story.ids["F"]


def test_detect_reads_a_commit_and_a_batch(story: History) -> None:
    (told,) = answer("detect", story.ids["B"], "--json", at=story.path)
    assert (told["class"], told["evidence"], told["marks"][0]["agent"]) == ("assisted", "declared", "claude-code")
    lines = [
        {"id": 7, "author": {"name": "J", "email": "j@x.org"}, "message": "Hi\n\nAssisted-by: Claude:claude-3-opus"},
        {"id": 8, "author": {"name": "J", "email": "j@x.org"}, "message": "Talk with Claude about it"},
    ]
    done = run("detect", "--batch", at=story.path, given="\n".join(json.dumps(line) for line in lines))
    told = [json.loads(line) for line in done.stdout.splitlines()]
    assert [(t["id"], t["class"]) for t in told] == [(7, "assisted"), (8, "unmarked")]
    assert told[0]["marks"][0]["model"] == "claude-3-opus"


def test_a_batch_line_that_is_no_commit_is_answered_in_its_place(story: History) -> None:
    good = json.dumps({"id": 1, "message": "x"})
    done = run("detect", "--batch", at=story.path, given=f"{good}\nnonsense\n[1]\n{good}\n")
    told = [json.loads(line) for line in done.stdout.splitlines()]
    assert [t["id"] for t in told] == [1, None, None, 1]
    assert done.returncode == 2


def test_doctor_says_what_will_be_missing(story: History) -> None:
    told = {finding["check"]: finding for finding in answer("doctor", "--json", at=story.path)}
    assert told["pull requests"]["status"] == "note"
    assert "git fetch" in told["pull requests"]["hint"]


@pytest.mark.parametrize(
    ("words", "status", "hint"),
    [
        (("report", "no-such-branch"), 2, "git branch"),
        (("report", "--", "--output=x"), 2, "not a revision"),
        (("report", "--since", "yesterday-ish"), 2, "2026-01-31"),
        (("report", "--format", "docx"), 2, "text"),
        (("facts", "people"), 2, "line_lives"),
        (("facts", "commits", "--format", "parquet"), 2, "-o"),
        (("facts", "commits", "-o", "/no/such/place.csv"), 2, "cannot write '/no/such/place.csv'"),
        (("facts", "commits", "--format", "parquet", "-o", "/"), 2, "cannot write '/'"),
        (("detect", "--batch", "HEAD"), 2, "stdin"),
        (("report", "--now", "9999-12-31T23:59:59-12:00"), 2, "is no date"),
        (("explain", "#999"), 2, "facts changes"),
        (("explain", "0" * 40), 2, ""),
        (("blame", "--", "no/such/file"), 2, "top of the repository"),
        (("defects", "--fix", "zzz"), 2, ""),
        (("nonsense",), 2, ""),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, tuple) else str(value),
)
def test_bad_words_get_one_clear_line_and_status_2(
    story: History, words: tuple[str, ...], status: int, hint: str
) -> None:
    done = run(*words, at=story.path)
    assert (done.returncode, done.stdout) == (status, "")
    assert "Traceback" not in done.stderr
    assert hint in done.stderr
    assert not (story.path / "x").exists()


def test_a_place_without_a_repository_gets_one_line_and_status_3(tmp_path: Path) -> None:
    for at in (tmp_path, tmp_path / "nowhere"):
        done = run("report", at=at)
        assert done.returncode == 3
        assert len(done.stderr.splitlines()) == 1
        assert "name one with -C DIR" in done.stderr


def test_an_empty_repository_gets_one_line_and_status_3(tmp_path: Path) -> None:
    subprocess.run(["git", "init", "-q", str(tmp_path)], check=True)
    done = run("report", at=tmp_path)
    assert (done.returncode, len(done.stderr.splitlines())) == (3, 1)
    assert "no commit yet" in done.stderr


def lose(story: History, revision: str) -> None:
    """Unpack the repository and take one object away."""
    objects = story.path / ".git" / "objects"
    moved = next((objects / "pack").glob("*.pack")).rename(story.path / "moved.pack")
    for other in (objects / "pack").iterdir():
        other.unlink()
    subprocess.run(["git", "-C", story.path, "unpack-objects", "-q"], check=True, input=moved.read_bytes())
    lost = story.git("rev-parse", revision).strip()
    (objects / lost[:2] / lost[2:]).unlink()


def test_a_missing_object_gives_no_number_unless_asked(tmp_path: Path) -> None:
    story = build(tmp_path / "r", ROWS)
    lose(story, f"{story.ids['B']}:f.py")
    done = run("report", "--json", at=story.path)
    assert (done.returncode, done.stdout) == (3, "")
    assert len(done.stderr.splitlines()) == 1
    assert "--allow-missing" in done.stderr
    told = answer("--allow-missing", "report", "--json", at=story.path)
    assert told["history"]["complete"] is False
    assert any("missing" in note for note in told["history"]["notes"])


@pytest.mark.parametrize("at", ["on the branch", "beside it"])
def test_a_fix_is_traced_past_a_missing_object_only_if_asked(tmp_path: Path, at: str) -> None:
    parent, after = ("D", "a B Y d e") if at == "beside it" else ("G", "a B Y d e g")
    fix = C("X", on=parent, files={"f.py": after}, z="new", message="fix: c")
    story = build(
        tmp_path / "r", [*ROWS, fix, C("H", on="G" if at == "beside it" else "X")], refs={"refs/heads/aside": "X"}
    )
    lose(story, f"{story.ids['X']}:z")
    words = ("defects", "--fix", story.ids["X"], "--traced-only", "--json")
    done = run(*words, at=story.path)
    assert (done.returncode, done.stdout, len(done.stderr.splitlines())) == (3, "", 1)
    assert "--allow-missing" in done.stderr
    (told,) = answer("--allow-missing", *words, at=story.path)["fixes"]
    assert [story.name(cause["commit"]) for cause in told["introduced"]] == ["A"]


def test_a_shallow_clone_gets_the_exact_command(story: History, tmp_path: Path) -> None:
    subprocess.run(["git", "clone", "-q", "--depth=2", f"file://{story.path}", str(tmp_path / "s")], check=True)
    done = run("report", at=tmp_path / "s")
    assert done.returncode == 3
    assert "git fetch --unshallow" in done.stderr


def test_a_read_only_repository_is_measured_all_the_same(story: History, tmp_path: Path) -> None:
    subprocess.run(["git", "clone", "-q", "--bare", str(story.path), str(tmp_path / "bare")], check=True)
    (tmp_path / "bare" / "ai-quality").write_text("in the way")
    done = run("report", "--json", at=tmp_path / "bare")
    assert done.returncode == 0, done.stderr


def test_blame_takes_a_path_from_where_the_user_stands_or_from_the_top(tmp_path: Path) -> None:
    rows = [C("A", files={"f": "a", "sub/f": "b c", "sub/g": "d"})]
    story = build(tmp_path / "r", rows)
    counts = {
        (at, path): len(answer("blame", "--json", "--", path, at=story.path / at)["lines"])
        for at, path in (("sub", "f"), ("sub", "../f"), ("sub", "./g"), ("sub", "sub/g"), (".", "f"), (".", "sub/../f"))
    }
    assert list(counts.values()) == [2, 1, 1, 1, 1, 1]
    assert answer("blame", "--json", "--", "f", at=story.path / "sub")["path"] == "sub/f"


@pytest.mark.parametrize("words", [("report", "--json"), ("facts", "line_lives"), ("detect",)])
def test_an_output_that_is_closed_full_or_read_no_further_is_no_defect_of_ours(
    story: History, words: tuple[str, ...]
) -> None:
    ours = f"'{sys.executable}' -m ai_quality.cli -C '{story.path}' {' '.join(words)}"
    for place, status, said in ((">&-", 0, ""), (">/dev/full", 3, "No space left"), ("| true", 0, "")):
        done = subprocess.run(["bash", "-c", f"{ours} {place}"], capture_output=True, text=True, check=False)
        assert done.returncode == status, (place, done.stderr)
        assert said in done.stderr
        assert len(done.stderr.splitlines()) == bool(said), done.stderr


def test_a_defect_of_ours_is_one_line_and_status_3_and_says_where_only_if_asked(story: History) -> None:
    broken = (
        "from ai_quality import cli; from ai_quality.pipeline import measuring; measuring.report = None; cli.main()"
    )
    for words in ([], ["-v"]):
        command = [sys.executable, "-c", broken, *words, "-C", str(story.path), "report"]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        assert (done.returncode, done.stdout) == (3, "")
        assert "TypeError" in done.stderr.splitlines()[-1]
        assert "please report it" in done.stderr
        assert (len(done.stderr.splitlines()) == 1) == (not words)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_who_is_stopped_leaves_no_scratch_directory_behind(tmp_path: Path, number: signal.Signals) -> None:
    story, scratch = build(tmp_path / "r", ROWS), tmp_path / "scratch"
    scratch.mkdir()
    waiting = (
        "import signal, sys, time; signal.signal(signal.SIGINT, signal.default_int_handler)\n"
        "from ai_quality import cli\nfrom ai_quality.pipeline import measuring\n"
        "def wait(*_, **__): print('here', flush=True); time.sleep(60)\n"
        "measuring.report = wait; cli.main()"
    )
    command = [sys.executable, "-c", waiting, "-C", str(story.path), "report"]
    with subprocess.Popen(command, env=os.environ | {"TMPDIR": str(scratch)}, stdout=subprocess.PIPE) as process:
        assert process.stdout
        assert process.stdout.readline() == b"here\n"
        assert list(scratch.iterdir())
        process.send_signal(number)
        assert process.wait(30) in {130, 143}
    assert list(scratch.iterdir()) == []


def test_help_has_examples() -> None:
    for command in ("report", "explain", "blame", "facts", "detect", "defects", "doctor"):
        done = run(command, "--help", at=Path())
        assert done.returncode == 0
        assert "Examples:" in done.stdout
