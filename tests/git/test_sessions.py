"""A home directory with a log of every agent: what is found, read once, read on from a mark, and never kept.

`tests/golden/sessions/home` is that home (`dot-x` is `.x`), `stores/*.sql` its databases, `totals.txt` their sums.
"""

from __future__ import annotations

import os
import sqlite3
from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import pytest

from ai_quality.sources import sessions
from ai_quality.sources.prices import price
from ai_quality.sources.sessions import files
from ai_quality.sources.sessions.log import Log, Mark
from ai_quality.sources.sessions.shapes import grown
from ai_quality.spend import Request, Tokens
from tests.sessionlogs import CANARY, GOLDEN, TOKENS, answer, golden_home, lines, prompt, result, total, use


@pytest.fixture
def gold(tmp_path: Path) -> Path:
    """The golden home as agents would have left it."""
    return golden_home(tmp_path / "home")


def otel(home: Path) -> Mapping[str, str]:
    return {"AI_QUALITY_OTEL": str(home / "otel")}


def read_all(logs: Iterable[Log], known: dict[str, Request] | None = None) -> dict[str, Request]:
    """Every log from its beginning, merged as the ledger merges."""
    known = {} if known is None else known
    for log in logs:
        for one in sessions.read(log).requests:
            known[one.key] = grown(known[one.key], one) if one.key in known else one
    return known


def without_exported_copies(known: Mapping[str, Request]) -> list[Request]:
    """An export counts only where no log tells of the same request."""
    told = {(one.agent, one.request_id) for key, one in known.items() if not key.startswith("otel:")}
    return [one for key, one in known.items() if not (key.startswith("otel:") and (one.agent, one.request_id) in told)]


def table(requests: Iterable[Request]) -> str:
    """Sums by agent, day, model and tier, as text to check by hand."""
    cells: dict[tuple[str, ...], list[Request]] = defaultdict(list)
    for one in requests:
        day = datetime.fromtimestamp(one.time / 1000, UTC).date().isoformat()
        cells[one.agent, day, one.model or "-", one.tier or "-"].append(one)
    rows = [("agent", "day", "model", "tier", "requests", "in", "read", "write5m", "write1h", "out", "usd")]
    for cell, group in sorted(cells.items()):
        usd = [price(one.model, one.provider, one.tier, one.time, one.tokens).usd for one in group]
        dollars = "unpriced" if None in usd else f"{sum(filter(None, usd), Decimal(0)):.6f}"
        counts = map(str, total(group)) if all(one.tokens for one in group) else ["unknown"] * len(Tokens._fields)
        rows.append((*cell, str(len(group)), *counts, dollars))
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return "".join(
        "  ".join(word.ljust(width) for word, width in zip(row, widths, strict=True)).rstrip() + "\n" for row in rows
    )


def test_the_golden_home_comes_to_the_golden_totals(gold: Path, request: pytest.FixtureRequest) -> None:
    known = read_all(sessions.logs(gold, otel(gold)))
    fresh = table(without_exported_copies(known))
    if request.config.getoption("--write"):
        (GOLDEN / "totals.txt").write_text(fresh, encoding="utf-8")
    assert fresh == (GOLDEN / "totals.txt").read_text(encoding="utf-8")


def test_every_agent_is_found_and_what_is_damaged_is_told(gold: Path) -> None:
    found = sessions.logs(gold, otel(gold))
    assert {log.agent for log in found} == set(sessions.AGENTS)
    told = [(log.agent, problem) for log in found for problem in sessions.read(log).problems]
    assert told == [("claude-code", "damaged line (1)"), ("opencode", "damaged file (1)")]


@pytest.mark.parametrize("order", ["as found", "backwards"])
def test_the_order_of_logs_does_not_change_what_was_spent(gold: Path, order: str) -> None:
    found = sessions.logs(gold, {})
    turned = found if order == "as found" else found[::-1]
    assert {(one.key, one.tokens) for one in read_all(turned).values()} == {
        (one.key, one.tokens) for one in read_all(found).values()
    }


def test_nothing_new_is_nothing_read(gold: Path) -> None:
    for log in sessions.logs(gold, otel(gold)):
        first = sessions.read(log)
        assert sessions.read(log, first.mark) == (([]), first.mark, [], False), log


def test_no_text_of_a_log_gets_into_a_row_a_mark_or_a_problem(gold: Path) -> None:
    found = sessions.logs(gold, otel(gold))
    with_text = [log for log in found if CANARY.encode() in Path(log.path).read_bytes()]
    assert {log.agent for log in with_text} >= set(sessions.AGENTS) - {"aider"}
    for log in found:
        assert CANARY not in repr(sessions.read(log))


def test_an_agents_variable_points_elsewhere(gold: Path, tmp_path: Path) -> None:
    moved = tmp_path / "elsewhere"
    (gold / ".claude").rename(moved)
    assert not sessions.logs(gold, {}, ["claude-code"])
    places = f"{tmp_path}/none, {moved} ,"
    assert len(sessions.logs(gold, {"CLAUDE_CONFIG_DIR": places}, ["claude-code"])) == 4
    (gold / "own").mkdir()
    moved.rename(gold / "own" / "claude")
    assert len(sessions.logs(gold, {"CLAUDE_CONFIG_DIR": "~/own/claude"}, ["claude-code"])) == 4


def test_another_home_is_read_without_the_users_own_variables(gold: Path) -> None:
    assert len(sessions.logs(gold, {})) == len(sessions.logs(str(gold), {}))
    assert sessions.logs(gold / "nobody", {}) == []


def claude(home: Path, name: str = "s1") -> Path:
    path = home / ".claude/projects/-r" / f"{name}.jsonl"
    path.parent.mkdir(parents=True, exist_ok=True)
    return path


def the_log(home: Path) -> Log:
    [log] = sessions.logs(home, {}, ["claude-code"])
    return log


def keys(reading: sessions.Reading) -> list[str]:
    return [one.key.removeprefix("claude-code:") for one in reading.requests]


def test_a_line_that_is_still_being_written_waits_for_its_end(tmp_path: Path) -> None:
    first, second = lines(answer("msg_1"), answer("msg_2"))
    path = claude(tmp_path)
    path.write_bytes(first + b"\n" + second[:200])
    one = sessions.read(the_log(tmp_path))
    assert (keys(one), one.problems) == (["msg_1"], [])
    with path.open("ab") as file:
        file.write(second[200:] + b"\n")
    assert keys(sessions.read(the_log(tmp_path), one.mark)) == ["msg_2"]


@pytest.mark.parametrize("how", ["another file", "shorter", "written anew in place"])
def test_a_file_that_is_another_one_is_read_from_its_beginning(tmp_path: Path, how: str) -> None:
    path = claude(tmp_path)
    path.write_bytes(b"\n".join(lines(answer("msg_1"), answer("msg_2"))) + b"\n")
    mark = sessions.read(the_log(tmp_path)).mark
    fresh = [answer("msg_3")] if how == "shorter" else [answer(f"msg_{number}") for number in range(3, 9)]
    if how == "another file":
        path.rename(path.with_suffix(".old"))
    path.write_bytes(b"\n".join(lines(*fresh)) + b"\n")
    assert keys(sessions.read(the_log(tmp_path), mark))[0] == "msg_3"


def test_a_mark_that_somebody_spoiled_reads_again(tmp_path: Path) -> None:
    claude(tmp_path).write_bytes(b"\n".join(lines(prompt("p"), answer("msg_1"))) + b"\n")
    mark = sessions.read(the_log(tmp_path)).mark
    assert mark is not None
    for state in ("no JSON", "[]", "{}"):
        assert sessions.read(the_log(tmp_path), Mark(mark.inode, 0, 0, state)).requests


def test_a_small_limit_reads_a_log_in_steps_that_come_to_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(files, "BLOCK", 1_000)
    log = [prompt("p"), *(answer(f"msg_{n}", n, uses=[use(f"t{n}", "Bash", command="make")]) for n in range(30))]
    log += [result(f"t{n}", 40) for n in range(30)]
    claude(tmp_path).write_bytes(b"\n".join(lines(*log)) + b"\n")
    known: dict[str, Request] = {}
    mark, more, steps = None, True, 0
    while more:
        reading = sessions.read(the_log(tmp_path), mark, limit=2_000)
        mark, more, steps = reading.mark, reading.more, steps + 1
        for one in reading.requests:
            known[one.key] = grown(known[one.key], one) if one.key in known else one
    assert steps > 5
    assert known == read_all([the_log(tmp_path)])
    assert all(call.failed is False for one in known.values() for call in one.calls)


def test_a_line_of_20_megabytes_is_skipped_and_told_wherever_a_reading_ends(tmp_path: Path) -> None:
    path = claude(tmp_path)
    first, second = lines(answer("msg_1"), answer("msg_2"))
    path.write_bytes(first + b"\n" + b'{"usage":"' + b"x" * (20 << 20))
    one = sessions.read(the_log(tmp_path))
    assert (keys(one), one.mark and one.mark.offset) == (["msg_1"], path.stat().st_size)
    with path.open("ab") as file:
        file.write(b'"}\n' + second + b"\n")
    two = sessions.read(the_log(tmp_path), one.mark)
    assert (keys(two), two.problems) == (["msg_2"], ["line longer than 16 MiB (1)"])
    at_once = sessions.read(the_log(tmp_path))
    assert (keys(at_once), at_once.problems) == (["msg_1", "msg_2"], two.problems)


def test_links_are_followed_once_and_a_pipe_is_no_log(tmp_path: Path) -> None:
    real = tmp_path / "dotfiles"
    path = claude(real)
    path.write_bytes(b"\n".join(lines(answer("msg_1"))) + b"\n")
    home = tmp_path / "home"
    home.mkdir()
    (home / ".claude").symlink_to(real / ".claude")
    folder = path.parent
    (folder / "loop").symlink_to(folder)
    (folder / "same.jsonl").symlink_to(path)
    (folder / "gone.jsonl").symlink_to(folder / "nothing")
    os.mkfifo(folder / "pipe.jsonl")
    assert [Path(log.path).name for log in sessions.logs(home, {}, ["claude-code"])] == ["s1.jsonl"]
    pipe = Log("claude-code", str(folder / "pipe.jsonl"), "lines", 0, 0)
    assert sessions.read(pipe) == ([], None, ["a log that cannot be opened"], False)


@pytest.mark.skipif(os.geteuid() == 0, reason="root may list everything")
def test_a_directory_nobody_may_list_is_told(tmp_path: Path) -> None:
    folder = claude(tmp_path).parent
    folder.chmod(0)
    try:
        assert [sessions.read(log).problems for log in sessions.logs(tmp_path, {}, ["claude-code"])] == [
            ["a log that cannot be opened"]
        ]
    finally:
        folder.chmod(0o700)


def test_a_log_that_vanished_or_names_no_file_is_told(tmp_path: Path) -> None:
    for path in (f"{tmp_path}/gone.jsonl", "/proc/\0", str(tmp_path)):
        reading = sessions.read(Log("claude-code", path, "lines", 0, 0))
        assert reading.problems == ["a log that cannot be opened"]


@pytest.mark.parametrize("content", [b"", b"SQLite format 3\0" + b"\xff" * 5_000, b"no database at all" * 99])
@pytest.mark.parametrize("agent", ["opencode", "copilot-cli", "goose", "cursor"])
def test_a_damaged_database_is_told(tmp_path: Path, content: bytes, agent: str) -> None:
    path = tmp_path / "x.db"
    path.write_bytes(content)
    reading = sessions.read(Log(agent, str(path), "database", 0, 0))
    assert reading.requests == []
    assert bool(content) <= bool(reading.problems)


def test_a_database_is_read_while_its_agent_writes(tmp_path: Path) -> None:
    path = tmp_path / ".local/share/goose/sessions/sessions.db"
    path.parent.mkdir(parents=True)
    writer = sqlite3.connect(path)
    writer.execute("PRAGMA journal_mode = WAL")
    writer.execute(
        "CREATE TABLE sessions (id, created_at, updated_at, accumulated_input_tokens, accumulated_output_tokens)"
    )
    writer.execute("INSERT INTO sessions VALUES ('g1', '2026-11-20 09:14:00', '1', 5, 2)")
    writer.commit()
    [log] = sessions.logs(tmp_path, {}, ["goose"])
    first = sessions.read(log)
    assert [one.tokens for one in first.requests] == [Tokens(input=5, output=2)]
    assert sessions.read(log, first.mark).requests == []
    writer.execute("UPDATE sessions SET accumulated_output_tokens = 9, updated_at = '2'")
    writer.commit()
    assert [one.tokens for one in sessions.read(log, first.mark).requests] == [Tokens(input=5, output=9)]
    writer.close()


def test_a_database_that_is_locked_is_read_when_it_is_free(tmp_path: Path) -> None:
    path = tmp_path / ".local/share/opencode/opencode.db"
    path.parent.mkdir(parents=True)
    script = (GOLDEN / "stores" / "dot-local__share__opencode__opencode.db.sql").read_text(encoding="utf-8")
    writer = sqlite3.connect(path)
    writer.executescript(script)
    writer.execute("BEGIN EXCLUSIVE")
    [log] = sessions.logs(tmp_path, {}, ["opencode"])
    locked = sessions.read(log)
    assert (locked.requests, [word.partition(" (")[0] for word in locked.problems]) == (
        [],
        ["query that the database did not answer"],
    )
    writer.rollback()
    assert len(sessions.read(log, locked.mark).requests) == 2
    writer.close()


def test_one_message_is_tokens_and_no_double(tmp_path: Path) -> None:
    """The first bar in one line: a fork's copy adds nothing."""
    claude(tmp_path, "a").write_bytes(b"\n".join(lines(answer("msg_1"))) + b"\n")
    claude(tmp_path, "b").write_bytes(b"\n".join(lines(answer("msg_1", session="s2"))) + b"\n")
    assert total(read_all(sessions.logs(tmp_path, {})).values()) == TOKENS
