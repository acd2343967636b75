"""What a commit cost, inside the commit hooks: reads the newest of the logs, claims, words `AI-Usage` lines.

Asked only for a commit that an agent makes, where the repository's `usage` is `trailer`, and within the hook's 60 ms:
two questions to git, asked while this loads, the log's last bytes, one transaction. What does not fit waits for
`ai-quality usage --sync`, which puts the final numbers, and the dollars, into a note under the same id. Without a
setting nothing is read here.

A line is handed to a message before there is a commit. So a record is `handed` first; where HEAD has not moved when
the next commit is made in this worktree, the commit was given up and the record's requests are free again.
Standard library only.
"""

from __future__ import annotations

import os
import time
from collections.abc import Mapping, Sequence
from decimal import Decimal

from ai_quality.facts import spending as facts
from ai_quality.facts import spent
from ai_quality.facts.spending import Made
from ai_quality.facts.usage_lines import record_id, word
from ai_quality.hooks.asking import LOOKED_BACK, Asked
from ai_quality.light import NamedTuple, dumps, loads
from ai_quality.sources import rates
from ai_quality.sources.intake import Haste, collect, place_name
from ai_quality.sources.ledger import FILE, Ledger, open_ledger
from ai_quality.sources.ledger_rows import Record
from ai_quality.sources.places import Places, git_dirs
from ai_quality.sources.sessions import AGENTS
from ai_quality.spend import Stored, Usage

PATIENCE = 0.1
"""Seconds to wait for another process's transaction."""

READING = 0.05
"""The part of a hook's time in which another log may be begun: 25 ms of half a second."""

AT_ONCE = 256 << 10
"""Bytes of a log between two looks at the clock."""

MOST_REQUESTS = 300
"""Older spend, before so many requests, waits for `sync`."""

SESSIONS = (
    "CLAUDE_CODE_SESSION_ID", "CODEX_THREAD_ID", "COPILOT_AGENT_SESSION_ID", "AMP_CURRENT_THREAD_ID",
    "QWEN_CODE_SESSION_ID",
)  # fmt: skip
"""Variables in which an agent tells its commands which session runs them."""


class Charged(NamedTuple):
    """The lines for the message, each agent's chief model, and whether all logs have been read."""

    lines: list[str]
    models: dict[str, str]
    complete: bool


def charge_commit(environ: Mapping[str, str], agents: Sequence[str], limit: float, asked: Asked) -> Charged:
    """Claim what the commit being made cost, and word it. `limit` is the hook's whole time, in seconds."""
    git_dir, common_dir = git_dirs(environ.get("GIT_DIR") or ".git")
    places = Places(common_dir)
    now = time.time()
    with open_ledger(os.path.join(common_dir, "ai-quality"), PATIENCE, leave_open=True) as ledger:
        end = time.monotonic() + READING * limit
        mine = [agent for agent in agents if agent in AGENTS]
        haste = Haste(mine, int((now - LOOKED_BACK) * 1000), AT_ONCE, lambda: time.monotonic() < end)
        read = collect(ledger, places, os.path.expanduser("~"), environ, haste)
        worktree = "" if git_dir == common_dir else os.path.basename(git_dir)
        records = _claim(ledger, place_name(ledger, worktree), environ, int(now), asked)
    return Charged([word(usage) for usage in records], _models(records), read.complete)


def _claim(ledger: Ledger, place: str, environ: Mapping[str, str], now: int, asked: Asked) -> list[Usage]:
    """Hand the commit its records, in one transaction."""
    with ledger.writing():
        for given_up in ledger.records("state = 'handed' AND place = ? AND parent = ?", [place, asked.head]):
            ledger.release(given_up.id)
        rows = ledger.lately(place, asked.since * 1000, MOST_REQUESTS)
        if not rows:
            return []
        coming = _coming(ledger, environ, place, now, asked.coming())
        before = _made(ledger, asked, place, rows[0].time // 1000)
        ties = facts.attribute(map(facts.spent, rows), [*before, coming], {place: 0})
        groups: dict[tuple[str, str | None, str], list[Stored]] = {}
        for one in rows:
            tie = ties.get(one.row)
            if one.record is None and tie and tie.commit == coming.sha and tie.evidence != "branch+time":
                groups.setdefault((one.agent, one.model, tie.evidence), []).append(one)
        records = [
            Record(record_id(ledger.salt, mine[0].key), *key, None, asked.head, place, now, "handed")
            for key, mine in groups.items()
        ]
        for record, mine in zip(records, groups.values(), strict=True):
            ledger.claim(record, [one.row for one in mine])
        tables = ledger.rates()
    return [_usage(record, mine, tables) for record, mine in zip(records, groups.values(), strict=True)]


def _usage(record: Record, rows: Sequence[Stored], tables: Mapping[str, str]) -> Usage:
    """The record's numbers; dollars where the rates kept by the last `usage` hold for every request."""
    usage = spent.record(record.id, record.agent, record.model, record.evidence, rows)
    dollars, bases = Decimal(0), set[str]()
    for one in rows:
        kept = rates.row(loads(tables.get(dumps((one.model, one.provider, one.tier)), "null")))
        usd = rates.amount(kept, one.tokens) if kept and one.tokens and rates.covers(kept, one.time) else None
        if kept is None or usd is None:
            return usage
        dollars, bases = dollars + usd, bases | {kept.basis}
    return usage._replace(usd=dollars, price_basis=bases.pop()) if len(bases) == 1 else usage


def _coming(ledger: Ledger, environ: Mapping[str, str], place: str, now: int, told: bytes) -> Made:
    """The commit being made: what is in the index and not in HEAD, made now, by the session that runs us."""
    paths = _hashed(ledger, told)
    sessions = frozenset(ledger.hashed(environ[name]) for name in SESSIONS if environ.get(name))
    return Made("coming", now + 1, now + 1, paths, place, sessions=sessions, becomes="coming")


def _made(ledger: Ledger, asked: Asked, place: str, since: int) -> list[Made]:
    """The commits that were made here since a second."""
    times = {entry.new.encode(): entry.time for entry in asked.commits}
    if all(time < since for time in times.values()):
        return []
    found: dict[bytes, list[bytes]] = {}
    current: list[bytes] = []
    for part in asked.made().split(b"\0"):
        if part in times:
            current = found.setdefault(part, [])
        else:
            current.append(part)
    return [
        Made(sha.decode(), times[sha], times[sha], _hashed(ledger, b"\0".join(paths)), place, becomes=sha.decode())
        for sha, paths in found.items()
        if times[sha] >= since
    ]


def _hashed(ledger: Ledger, paths: bytes) -> frozenset[str]:
    return frozenset(ledger.hashed(path.decode("utf-8", "surrogateescape")) for path in paths.split(b"\0") if path)


def _models(records: Sequence[Usage]) -> dict[str, str]:
    """Each agent's model with most output."""
    found: dict[str, tuple[int, str]] = {}
    for usage in records:
        if usage.model:
            found[usage.agent] = max(found.get(usage.agent, (-1, "")), (sum(usage.tokens or ()), usage.model))
    return {agent: model for agent, (_, model) in found.items()}


def follow_rewrites(pairs: bytes) -> None:
    """After amend and rebase let records follow their commits; `old new` a line, as git gives them."""
    _, common_dir = git_dirs(os.environ.get("GIT_DIR") or ".git")
    folder = os.path.join(common_dir, "ai-quality")
    moved = [line.decode("ascii", "replace").split()[:2] for line in pairs.splitlines()]
    if os.path.exists(os.path.join(folder, FILE)) and moved:
        with open_ledger(folder, PATIENCE) as ledger, ledger.writing():
            ledger.rewrite([(pair[0], pair[1]) for pair in moved if len(pair) > 1])
