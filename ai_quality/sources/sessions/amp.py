"""Amp: `threads/T-*.json`, written whole each time.

A thread has a ledger of its requests, or in other versions usage on its messages: never both are counted. Input
excludes cached tokens.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from ai_quality.sources.sessions import files, shapes
from ai_quality.sources.sessions.log import Log
from ai_quality.sources.sessions.shapes import Problems, Record, each, name, note, table, text
from ai_quality.spend import Request, Tokens

AGENT = "amp"
COUNTS = ("inputTokens", "cacheReadInputTokens", "cacheCreationInputTokens", "outputTokens")
SHORT_COUNTS = ("input", "cacheReadInput", "cacheCreationInput", "output")


def logs(home: str, environ: Mapping[str, str]) -> Iterator[Log]:
    """Threads below AMP_DATA_DIR, XDG_DATA_HOME or ~/.local/share."""
    share = environ.get("XDG_DATA_HOME") or f"{home}/.local/share"
    top = files.expanded(environ.get("AMP_DATA_DIR") or f"{share}/amp", home)
    yield from files.logs(AGENT, f"{top}/threads", ".json", "document")


def whole(data: bytes, problems: Problems, log: Log) -> Iterator[Request]:
    """One thread → its requests."""
    parsed = shapes.document(data, problems)
    if not isinstance(parsed, dict):
        return
    thread = name(parsed, "id") or files.stem(log.path)
    directory = _directory(parsed)
    events = each(table(parsed, "usageLedger"), "events")
    told: list[tuple[str, Record, Record]] = [
        (name(event, "id") or f"event {number}", event, table(event, "tokens")) for number, event in enumerate(events)
    ] or [
        (f"message {message.get('messageId', number)}", usage, usage)
        for number, message in enumerate(each(parsed, "messages"))
        if (usage := table(message, "usage"))
    ]
    for identity, about, usage in told:
        time = shapes.moment(about, "timestamp") or shapes.clock(parsed.get("created"))
        if time is None:
            note(problems, shapes.NO_TIME)
            continue
        found = shapes.counts(usage, *(COUNTS if COUNTS[0] in usage else SHORT_COUNTS))
        if found is None:
            note(problems, shapes.NOT_COUNTABLE)
        yield Request(
            key=f"{AGENT}:{thread}:{shapes.named(identity)}",
            agent=AGENT,
            session=thread,
            turn="",
            time=time,
            model=name(about, "model"),
            provider=None,
            tier=None,
            tokens=Tokens(found[0], found[1], found[2], 0, found[3]) if found else None,
            directory=directory,
            branch=None,
            calls=(),
            context=thread,
        )


def _directory(thread: Record) -> str | None:
    trees = each(table(table(thread, "env"), "initial"), "trees")
    place = text(trees[0], "uri") if trees else None
    return place.removeprefix("file://")[: shapes.LONGEST_PATH] if place else None
