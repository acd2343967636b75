"""OpenTelemetry exports of agents as JSON lines: OTLP (a collector's file exporter) or an attribute object a line.

Read are the files that AI_QUALITY_OTEL and COPILOT_OTEL_FILE_EXPORTER_PATH name and `.copilot/otel/`. A key begins
with `otel:`: such a request counts only where no log tells of the same `request_id`, or, where it has none, of the
same session. One response told by a span and by a log record has one key; sums over several responses (agent turns,
`invoke_agent`) are left out. There is no directory, no branch and no split of cache writes in telemetry.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from ai_quality.sources.sessions import files, shapes
from ai_quality.sources.sessions.log import Log
from ai_quality.sources.sessions.shapes import Problems, Record, State, counts, each, name, note, table, text
from ai_quality.spend import Request, Tokens

AGENT = "otel"

NANOSECOND = 1e-6
SCALES = ((1e17, 1e-6), (1e14, 1e-3), (1e11, 1.0), (0.0, 1000.0))
"""A number of this size or more is a time in nano-, micro-, milli- or whole seconds; times this many milliseconds."""

TIMES = ("endTime", "startTime", "hrTime", "_hrTime", "time", "timestamp", "observedTimestamp")
NANO_TIMES = ("endTimeUnixNano", "timeUnixNano", "startTimeUnixNano", "observedTimeUnixNano")


def logs(home: str, environ: Mapping[str, str]) -> Iterator[Log]:
    """Files and folders that the variables name, a list with commas, and the Copilot CLI's own folder."""
    named = [environ.get(variable, "") for variable in ("AI_QUALITY_OTEL", "COPILOT_OTEL_FILE_EXPORTER_PATH")]
    places = [place.strip() for part in named for place in part.split(",") if place.strip()]
    for place in dict.fromkeys([*places, f"{home}/.copilot/otel"]):
        top = files.expanded(place, home)
        for found in files.one(top):
            yield Log(AGENT, found.path, "lines", found.size, found.changed)
        yield from files.logs(AGENT, top, ".jsonl")


def wanted(line: bytes) -> bool:
    """Whether a line can matter?"""
    return b'"attributes"' in line and b"token" in line


def requests(lines: Iterable[bytes], state: State, problems: Problems, log: Log) -> Iterator[Request]:
    """Exported lines → requests; nothing is carried from line to line."""
    del state, log
    for line in shapes.records(lines, wanted, problems):
        for record, given in _flat(line):
            yield from _request(record, given, problems)


def _flat(line: Record) -> Iterator[tuple[Record, Record]]:
    """Each log record or span with its attributes, those of its resource below them."""
    if isinstance(line.get("attributes"), dict):
        yield line, {**_values(table(line, "resource")), **table(line, "attributes")}
    for group, scopes, inside in (
        ("resourceLogs", "scopeLogs", "logRecords"),
        ("resourceSpans", "scopeSpans", "spans"),
    ):
        for resource in each(line, group):
            common = _values(table(resource, "resource"))
            for scope in each(resource, scopes):
                for record in each(scope, inside):
                    yield record, {**common, **_values(record)}


def _values(record: Record) -> dict[str, object]:
    """OTLP's list of keys and typed values, or a plain object, as one object."""
    if isinstance(record.get("attributes"), dict):
        return dict(table(record, "attributes"))
    return {
        key: value
        for attribute in each(record, "attributes")
        if (key := text(attribute, "key")) is not None
        for value in table(attribute, "value").values()
    }


def _request(record: Record, given: Record, problems: Problems) -> Iterator[Request]:
    event = text(given, "event.name") or text(record, "eventName") or text(record, "name") or _body(record)
    for agent, matches, told in KINDS:
        if matches(event.lower(), given):
            time = _time(record)
            if time is None:
                note(problems, shapes.NO_TIME)
                return
            numbers = {key: _number(value) for key, value in given.items() if "token" in key}
            tokens = told(numbers)
            if tokens is None:
                note(problems, shapes.NOT_COUNTABLE)
            yield _row(agent, record, given, time, tokens)
            return


def _row(agent: str, record: Record, given: Record, time: int, tokens: Tokens | None) -> Request:
    session = _first(given, "session.id", "conversation.id", "gen_ai.conversation.id") or ""
    request_id = _first(given, "request_id", "gen_ai.response.id")
    span = name(record, "spanId")
    identity = request_id or span or f"{session}:{time}:{'.'.join(map(str, tokens or ()))}"
    speed = name(given, "speed")
    return Request(
        key=f"otel:{agent}:{identity}",
        agent=agent,
        session=session,
        turn=_first(given, "prompt.id", "prompt_id") or "",
        time=time,
        model=_first(given, "model", "gen_ai.response.model", "gen_ai.request.model"),
        provider=_first(given, "gen_ai.provider.name"),
        tier=None if speed in {None, "standard", "normal"} else speed,
        tokens=tokens,
        directory=None,
        branch=None,
        calls=(),
        request_id=request_id,
    )


def _first(given: Record, *keys: str) -> str | None:
    return next((found for key in keys if (found := name(given, key))), None)


def _body(record: Record) -> str:
    return text(record, "body") or text(record, "_body") or text(table(record, "body"), "stringValue") or ""


def _number(value: object) -> object:
    """OTLP writes whole numbers as text."""
    if isinstance(value, str) and value.isascii() and value.isdigit() and len(value) <= len(str(shapes.MOST_TOKENS)):
        return int(value)
    return value


def _time(record: Record) -> int | None:
    for key in NANO_TIMES:
        if (time := shapes.clock(_number_of_time(record.get(key)), NANOSECOND)) is not None:
            return time
    for key in TIMES:
        value = record.get(key)
        if isinstance(value, list) and len(value) > 1:  # seconds and nanoseconds
            seconds = shapes.clock(value[0], 1000)
            if seconds is not None:
                return seconds + (shapes.clock(value[1], NANOSECOND) or 0)
        if isinstance(value, str) and (time := shapes.moment(record, key)) is not None:
            return time
        number = _number_of_time(value)
        if isinstance(number, int | float):
            scale = next((scale for least, scale in SCALES if number >= least), 1.0)
            if (time := shapes.clock(number, scale)) is not None:
                return time
    return None


def _number_of_time(value: object) -> object:
    return int(value) if isinstance(value, str) and value.isascii() and value.isdigit() and len(value) < 20 else value  # noqa: PLR2004 (a count of nanoseconds has 19 digits)


def _is_claude(event: str, given: Record) -> bool:
    return event == "claude_code.api_request" or (event == "api_request" and "cache_creation_tokens" in given)


def _claude(given: Record) -> Tokens | None:
    found = counts(given, "input_tokens", "cache_read_tokens", "cache_creation_tokens", "output_tokens")
    return Tokens(found[0], found[1], found[2], 0, found[3]) if found else None


def _is_codex(event: str, given: Record) -> bool:
    return event == "codex.sse_event" and given.get("event.kind") == "response.completed"


def _codex(given: Record) -> Tokens | None:
    found = counts(given, "input_token_count", "cached_token_count", "output_token_count")
    return shapes.from_inclusive(found[0], found[1], 0, found[2]) if found else None


def _is_gemini(event: str, given: Record) -> bool:
    return event == "gemini_cli.api_response" and "input_token_count" in given


def _gemini(given: Record) -> Tokens | None:
    keys = ("input_token_count", "tool_token_count", "cached_content_token_count", "output_token_count")
    found = counts(given, *keys, "thoughts_token_count")
    if found is None:
        return None
    prompt, tool, cached, output, thoughts = found
    return shapes.from_inclusive(prompt + tool, cached, 0, output + thoughts)


def _is_copilot(event: str, given: Record) -> bool:
    chat = given.get("gen_ai.operation.name") == "chat" or event.startswith("chat ")
    return (chat or event == "gen_ai.client.inference.operation.details") and "copilot" in " ".join(
        value.lower() for key, value in given.items() if key == "service.name" and isinstance(value, str)
    ) + " ".join(key for key in given if key.startswith("github.copilot"))


def _copilot(given: Record) -> Tokens | None:
    write = "gen_ai.usage.cache_write.input_tokens"
    if write not in given:
        write = "gen_ai.usage.cache_creation.input_tokens"
    read = "gen_ai.usage.cache_read.input_tokens"
    found = counts(given, "gen_ai.usage.input_tokens", read, write, "gen_ai.usage.output_tokens")
    return shapes.from_inclusive(*found) if found else None


KINDS = (
    ("claude-code", _is_claude, _claude),
    ("codex", _is_codex, _codex),
    ("gemini-cli", _is_gemini, _gemini),
    ("copilot-cli", _is_copilot, _copilot),
)
"""Agent, what its event of one answered request looks like, and how it counts."""
