"""Session logs as rows: invented content, the structure that each agent writes.

    log = lines(prompt("p1"), answer("m1", 5, uses=[use("t1", "Bash", command="pytest -q")]), result("t1", 9))
    [request] = requests_of(claude, log)

A time is seconds after START. Every text that must never get into a row holds CANARY.
"""

from __future__ import annotations

import json
import shutil
import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import ModuleType
from typing import Any

from ai_quality.sources.sessions import database
from ai_quality.sources.sessions.log import Log
from ai_quality.sources.sessions.shapes import Problems, State, grown
from ai_quality.spend import Request, Tokens

CANARY = "CANARY-b1f6"
START = datetime(2026, 11, 20, 9, 14, tzinfo=UTC)
SHOP = "/home/dev/shop"

GOLDEN = Path(__file__).parent / "golden" / "sessions"
"""A home with a log of every agent: `home` (`dot-x` is `.x`), its databases as `stores`, their sums in `totals.txt`."""

Line = dict[str, Any]


def golden_home(home: Path) -> Path:
    """The golden home as agents would have left it."""
    home.mkdir()
    for place in sorted((GOLDEN / "home").iterdir()):
        shutil.copytree(place, home / place.name.replace("dot-", ".", 1))
    for script in sorted((GOLDEN / "stores").iterdir()):
        path = home.joinpath(*script.name.removesuffix(".sql").replace("dot-", ".", 1).split("__"))
        path.parent.mkdir(parents=True, exist_ok=True)
        with sqlite3.connect(path) as made:
            made.executescript(script.read_text(encoding="utf-8"))
        made.close()
    return home


def at(seconds: float) -> str:
    """A time as logs write it."""
    return (START + timedelta(seconds=seconds)).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def ms(seconds: float) -> int:
    """The same time in a row."""
    return round((START + timedelta(seconds=seconds)).timestamp() * 1000)


def lines(*records: Line | bytes) -> list[bytes]:
    """Records as the lines of a JSONL file; bytes stand as they are."""
    return [one if isinstance(one, bytes) else json.dumps(one, separators=(",", ":")).encode() for one in records]


def requests_of(
    module: ModuleType,
    log: Iterable[bytes],
    *,
    state: State | None = None,
    problems: Problems | None = None,
    path: str = "/logs/s1.jsonl",
    prefix: str = "",
) -> list[Request]:
    """What a reader makes of lines, each key once."""
    reader = getattr(module, f"{prefix}requests")
    told = reader(
        iter(list(log)),
        {} if state is None else state,
        {} if problems is None else problems,
        Log("", path, "lines", 0, ms(0)),
    )
    return once(told)


def whole(module: ModuleType, parsed: object, path: str, prefix: str = "", changed: float = 0) -> list[Request]:
    """What a reader makes of a file that is one JSON value."""
    read = getattr(module, f"{prefix}whole")
    return once(read(json.dumps(parsed).encode(), {}, Log("", path, "document", 0, ms(changed))))


def rows(
    module: ModuleType,
    store: sqlite3.Connection,
    state: State | None = None,
    *,
    prefix: str = "",
    problems: Problems | None = None,
) -> list[Request]:
    """What a reader makes of a database."""
    read = getattr(module, f"{prefix}rows")
    ask = database.asking(store, {} if problems is None else problems)
    return once(read(ask, {} if state is None else state, {}, Log("", "/x.db", "database", 0, ms(0))))


def store(schema: str, **tables: Sequence[tuple[object, ...]]) -> sqlite3.Connection:
    """A database in memory with these rows."""
    made = sqlite3.connect(":memory:")
    made.executescript(schema)
    for table, values in tables.items():
        made.executemany(f"INSERT INTO {table} VALUES ({', '.join('?' * len(values[0]))})", values)
    return made


def once(told: Iterable[Request]) -> list[Request]:
    """Each key once, as the ledger keeps it."""
    known: dict[str, Request] = {}
    for one in told:
        known[one.key] = grown(known[one.key], one) if one.key in known else one
    return list(known.values())


def total(requests: Iterable[Request]) -> Tokens:
    """The sum of what is known."""
    known = [one.tokens for one in requests if one.tokens]
    return Tokens(*map(sum, zip(*known, strict=True))) if known else Tokens()


# Claude Code


def prompt(identity: str, seconds: float = 0, *, session: str = "s1", **more: object) -> Line:
    return {
        "type": "user",
        "uuid": identity,
        "timestamp": at(seconds),
        "sessionId": session,
        "cwd": SHOP,
        "message": {"role": "user", "content": f"{CANARY} please"},
        **more,
    }


def usage(tokens: Tokens, **more: object) -> Line:
    """Counts as Anthropic's API gives them."""
    return {
        "input_tokens": tokens.input,
        "cache_creation_input_tokens": tokens.cache_write_5m + tokens.cache_write_1h,
        "cache_read_input_tokens": tokens.cache_read,
        "cache_creation": {
            "ephemeral_5m_input_tokens": tokens.cache_write_5m,
            "ephemeral_1h_input_tokens": tokens.cache_write_1h,
        },
        "output_tokens": tokens.output,
        "service_tier": "standard",
        **more,
    }


TOKENS = Tokens(12, 18_000, 300, 600, 450)
SONNET = "claude-sonnet-4-5-20250929"


def answer(
    identity: str,
    seconds: float = 5,
    tokens: Tokens = TOKENS,
    *,
    uses: Iterable[Line] = (),
    session: str = "s1",
    model: str = SONNET,
    request: str | None = None,
    counts: Mapping[str, object] | None = None,
    **more: object,
) -> Line:
    return {
        "parentUuid": "5f0c",
        "isSidechain": False,
        "cwd": SHOP,
        "sessionId": session,
        "version": "2.1.121",
        "gitBranch": "feat/cart",
        "type": "assistant",
        "uuid": f"u-{identity}-{seconds}",
        "timestamp": at(seconds),
        "requestId": request or f"req_{identity}",
        "message": {
            "id": identity,
            "type": "message",
            "role": "assistant",
            "model": model,
            "content": [{"type": "text", "text": f"{CANARY} done"}, *uses],
            "usage": usage(tokens) if counts is None else counts,
        },
        **more,
    }


def use(identity: str, tool: str, **given: object) -> Line:
    return {"type": "tool_use", "id": identity, "name": tool, "input": given}


def result(identity: str, seconds: float, words: object = "ok", *, error: bool = False, **more: object) -> Line:
    block = {"type": "tool_result", "tool_use_id": identity, "content": words, "is_error": error}
    return {
        "type": "user",
        "uuid": f"r-{identity}",
        "timestamp": at(seconds),
        "sessionId": "s1",
        "cwd": SHOP,
        "message": {"role": "user", "content": [block]},
        **more,
    }


# Codex CLI


def codex(kind: str, seconds: float = 0, **payload: object) -> Line:
    return {"timestamp": at(seconds), "type": kind, "payload": payload}


def meta(identity: str = "own", seconds: float = 0, **more: object) -> Line:
    git = {"commit_hash": "9f2c", "branch": "feat/cart"}
    return codex("session_meta", seconds, id=identity, cwd=SHOP, model_provider="openai", git=git, **more)


def turn(identity: str | None = "turn-1", seconds: float = 1, model: str = "gpt-5.3-codex", **more: object) -> Line:
    known = {} if identity is None else {"turn_id": identity}
    return codex("turn_context", seconds, cwd=SHOP, model=model, **known, **more)


def counted(seconds: float, sums: tuple[int, int, int], last: tuple[int, int, int] | None = None) -> Line:
    """Counters of one answer: (input, cached of it, output) since the session began, and of this answer."""

    def one(counts: tuple[int, int, int]) -> Line:
        given, cached, output = counts
        return {
            "input_tokens": given,
            "cached_input_tokens": cached,
            "output_tokens": output,
            "reasoning_output_tokens": output // 2,
            "total_tokens": given + output,
        }

    info = {"total_token_usage": one(sums)} | ({"last_token_usage": one(last)} if last else {})
    return codex("event_msg", seconds, type="token_count", info=info)
