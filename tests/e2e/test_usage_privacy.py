"""No word of a prompt, an answer, a command, a file or its path leaves the log: not into any output, note or file."""

from __future__ import annotations

import contextlib
import json
import os
import sqlite3
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from ai_quality.cli import main as run_cli
from ai_quality.hooks.run import main as run_hook
from tests.spending import Day

CANARY = "canary5f1e"
BLOCKED: list[str] = []
"""Names of the tests that may open no socket at all, not even to this machine; an audit hook cannot be taken out."""


def _no_socket(event: str, _: tuple[object, ...]) -> None:
    if BLOCKED and event.startswith("socket."):
        message = f"something tried to use the network: {event}"
        raise RuntimeError(message)


sys.addaudithook(_no_socket)


@pytest.fixture(autouse=True)
def no_sockets() -> Iterator[None]:
    BLOCKED.append("this one")
    yield
    BLOCKED.clear()


@pytest.fixture
def day(tmp_path: Path) -> Day:
    """A day whose logs say the canary everywhere: texts, commands, files, branches, sessions, calls."""
    day = Day(tmp_path, time.time() - 3600, words=f"{CANARY} said {CANARY}")
    day.git(day.shop, "checkout", "--quiet", "-b", f"topic/{CANARY}")
    day.git(day.shop, "config", "ai-quality.usage", "trailer")
    day.session(f"session-{CANARY}", branch=f"topic/{CANARY}")
    return day


def test_no_word_of_a_log_is_anywhere_else(
    day: Day, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    name = f"session-{CANARY}"
    day.ask(name)
    day.answer(name, f"{CANARY}_cart", runs=f"pytest {CANARY}")
    day.sessions[name].answer(day.now, edits={f"../{CANARY}/outside": 1}, runs=f"sed -i s/{CANARY}/x/ f")
    _codex_and_damage(day)
    monkeypatch.setenv("HOME", str(day.home))
    monkeypatch.chdir(day.shop)
    day.git(day.shop, "add", ".")

    message = day.shop / ".git/COMMIT_EDITMSG"
    message.write_text("Add cart\n")
    environ = {
        **os.environ,
        "CLAUDECODE": "1",
        "CLAUDE_CODE_SESSION_ID": name,
        "GIT_EDITOR": ":",
        "AI_QUALITY_LIMIT": "30",
    }
    assert run_hook(["prepare-commit-msg", str(message), "message"], environ) == 0
    assert "AI-Usage: id=" in message.read_text()
    day.git(day.shop, "commit", "--quiet", "-F", str(message))
    said = message.read_text()

    for words in ("--sync", "", "--json", "--dry-run", "--by commit", "--by change", "--by day", "-h"):
        assert run(words.split()) == 0
    _spoil(day.shop / ".git/ai-quality/ledger.sqlite")
    assert run(["--json"]) == 3, "a ledger that is none any more"
    assert run(["--json"]) == 0
    noted = day.git(day.shop, "log", "-p", "refs/notes/ai-quality")
    assert "AI-Usage: id=" in noted
    shown = capfd.readouterr()
    assert "damaged" in shown.err

    state = day.shop / ".git/ai-quality"
    kept = {place.name: place.read_bytes() for place in state.glob("*") if place.is_file()}  # facts/ is git's own words
    assert {"ledger.sqlite", "ledger.sqlite.damaged-1"} <= set(kept)
    told: dict[str, str | bytes] = {"message": said, "stdout": shown.out, "stderr": shown.err, "notes": noted, **kept}
    for place, text in told.items():
        assert CANARY not in (text if isinstance(text, str) else text.decode("latin-1")), f"{place} tells"


def run(words: list[str]) -> int:
    """The command line, here and now; its exit status."""
    try:
        run_cli(["usage", *words])
    except SystemExit as ended:
        return int(ended.code or 0)
    return 0


def _codex_and_damage(day: Day) -> None:
    """A second agent, whose reader has to remember a directory; lines that are cut off, and no JSON at all."""
    folder = day.home / ".codex/sessions/2026/01/01"
    folder.mkdir(parents=True)
    cwd, at = str(day.shop), "2026-01-01T10:00:00.000Z"
    usage = {"input_tokens": 100, "cached_input_tokens": 50, "output_tokens": 9, "total_tokens": 109}
    call = {"type": "function_call", "name": "shell", "call_id": CANARY, "arguments": CANARY}
    info = {"total_token_usage": usage, "last_token_usage": usage}
    lines = [
        {"type": "session_meta", "payload": {"id": f"id-{CANARY}", "cwd": cwd, "git": {"branch": CANARY}}},
        {"type": "turn_context", "payload": {"cwd": f"{cwd}/{CANARY}", "model": "gpt-5.2"}},
        {"type": "response_item", "payload": call},
        {"type": "event_msg", "payload": {"type": "user_message", "message": CANARY}},
        {"type": "event_msg", "payload": {"type": "token_count", "info": info}},
    ]
    text = "".join(json.dumps({"timestamp": at, **line}, separators=(",", ":")) + "\n" for line in lines)
    (folder / f"rollout-{CANARY}.jsonl").write_text(text + f'{{"type":"event_msg","{CANARY}\n')
    with day.sessions[f"session-{CANARY}"].file.open("a") as log:
        log.write(f'{{"usage":"{CANARY}\n{{"type":"user","{CANARY}":')


def _spoil(ledger: Path) -> None:
    """Let all pages but the first be garbage, as after a bad disk."""
    with contextlib.closing(sqlite3.connect(ledger)) as db:
        db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    for ending in ("-wal", "-shm"):
        ledger.with_name(ledger.name + ending).unlink(missing_ok=True)
    whole = ledger.read_bytes()
    ledger.write_bytes(whole[:4096] + b"\xff" * (len(whole) - 4096))
