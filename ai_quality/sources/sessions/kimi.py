"""Kimi CLI and Kimi Code: `sessions/**/wire.jsonl`, sub-agents in `subagents/*/wire.jsonl`.

Input excludes cached tokens. The model stands in no line, so its spend is unpriced.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from ai_quality.sources.sessions import files, shapes
from ai_quality.sources.sessions.log import Log
from ai_quality.sources.sessions.shapes import Problems, State, name, note, table
from ai_quality.spend import Request, Tokens

AGENT = "kimi"
COUNTS = ("input_other", "input_cache_read", "input_cache_creation", "output")
SECOND = 1000


def logs(home: str, environ: Mapping[str, str]) -> Iterator[Log]:
    """Logs below KIMI_SHARE_DIR and KIMI_CODE_HOME, else ~/.kimi and ~/.kimi-code."""
    for variable, place in (("KIMI_SHARE_DIR", ".kimi"), ("KIMI_CODE_HOME", ".kimi-code")):
        top = files.expanded(environ.get(variable) or f"{home}/{place}", home)
        yield from files.logs(AGENT, f"{top}/sessions", "wire.jsonl")


def wanted(line: bytes) -> bool:
    """Whether a line can matter?"""
    return b'"token_usage"' in line


def requests(lines: Iterable[bytes], state: State, problems: Problems, log: Log) -> Iterator[Request]:
    """Lines of one wire log → requests."""
    parts = log.path.split("/")
    session = parts[-4] if parts[-3] in {"subagents", "agents"} else parts[-2]
    for record in shapes.records(lines, wanted, problems):
        message = table(record, "message") or record
        payload = table(message, "payload")
        usage = table(payload, "token_usage")
        time = shapes.clock(record.get("timestamp"), SECOND)
        if not usage:
            continue
        if time is None:
            note(problems, shapes.NO_TIME)
            continue
        found = shapes.counts(usage, *COUNTS)
        if found is None:
            note(problems, shapes.NOT_COUNTABLE)
        state["number"] = state.get("number", 0) + 1
        identity = name(payload, "message_id") or f"{parts[-2]}.{state['number']}"
        yield Request(
            key=f"{AGENT}:{session}:{identity}",
            agent=AGENT,
            session=session,
            turn="",
            time=time,
            model=None,
            provider="moonshotai",
            tier=None,
            tokens=Tokens(found[0], found[1], found[2], 0, found[3]) if found else None,
            directory=None,
            branch=None,
            calls=(),
            context=parts[-2],
        )
