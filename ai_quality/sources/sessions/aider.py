"""Aider: the file of `--analytics-log`, which the user must ask for; AIDER_ANALYTICS_LOG or .aider.analytics.jsonl.

Only totals of the prompt are logged, without what came from a cache: all of it counts as uncached input, which prices
it too high where a cache was used. No directory and no session: the file is the session. Aider commits by itself.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from ai_quality.sources.sessions import files, shapes
from ai_quality.sources.sessions.log import Log
from ai_quality.sources.sessions.shapes import Problems, State, name, note, table
from ai_quality.spend import Request, Tokens

AGENT = "aider"
SECOND = 1000


def logs(home: str, environ: Mapping[str, str]) -> Iterator[Log]:
    """The log that the variable names, and one in the home directory."""
    given = environ.get("AIDER_ANALYTICS_LOG")
    for place in dict.fromkeys(
        filter(None, (given, f"{home}/.aider/analytics.jsonl", f"{home}/.aider.analytics.jsonl"))
    ):
        for found in files.one(files.expanded(place, home)):
            yield Log(AGENT, found.path, "lines", found.size, found.changed)


def wanted(line: bytes) -> bool:
    """Whether a line can matter?"""
    return b'"message_send"' in line


def requests(lines: Iterable[bytes], state: State, problems: Problems, log: Log) -> Iterator[Request]:
    """Lines of the file → requests; lines of one second with equal counts are told apart by their number there."""
    session = shapes.digest(log.path)
    for record in shapes.records(lines, wanted, problems):
        properties = table(record, "properties")
        time = shapes.clock(record.get("time"), SECOND)
        if record.get("event") != "message_send":
            continue
        if time is None:
            note(problems, shapes.NO_TIME)
            continue
        found = shapes.counts(properties, "prompt_tokens", "completion_tokens")
        if found is None:
            note(problems, shapes.NOT_COUNTABLE)
        prompt, output = found or (0, 0)
        same = f"{time}.{prompt}.{output}"
        state["same"] = [same, state["same"][1] + 1] if state.get("same", [""])[0] == same else [same, 0]
        model = name(properties, "main_model")
        yield Request(
            key=f"{AGENT}:{name(record, 'user_id')}:{same}.{state['same'][1]}",
            agent=AGENT,
            session=session,
            turn="",
            time=time,
            model=model,
            provider=None,
            tier=None,
            tokens=Tokens(input=prompt, output=output) if found else None,
            directory=None,
            branch=None,
            calls=(),
        )
