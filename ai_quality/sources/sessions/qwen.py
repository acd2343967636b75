"""Qwen Code: `projects/<project>/chats/*.jsonl`, a descendant of Gemini CLI with another log.

Input includes cached tokens. `candidatesTokenCount` has the thoughts in it when the total says so, else they come on
top. The key is the session's and the line's id.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from ai_quality.sources.sessions import calls, exits, files, shapes
from ai_quality.sources.sessions.log import Log
from ai_quality.sources.sessions.shapes import Problems, Record, State, each, name, note, path, table, text
from ai_quality.spend import Call, Request, Tokens

AGENT = "qwen-code"


def logs(home: str, environ: Mapping[str, str]) -> Iterator[Log]:
    """Logs below QWEN_DATA_DIR, else ~/.qwen."""
    top = files.expanded(environ.get("QWEN_DATA_DIR") or f"{home}/.qwen", home)
    yield from files.logs(AGENT, f"{top}/projects", ".jsonl")


def wanted(line: bytes) -> bool:
    """Whether a line can matter?"""
    return b'"usageMetadata"' in line or b'"user"' in line or b'"functionResponse"' in line


def requests(lines: Iterable[bytes], state: State, problems: Problems, log: Log) -> Iterator[Request]:
    """Lines of one chat → requests."""
    for record in shapes.records(lines, wanted, problems):
        parts = each(table(record, "message"), "parts")
        answers = [response for part in parts if (response := table(part, "functionResponse"))]
        for response in answers:
            words = calls.words_of(table(response, "response"), "output")
            failed = "error" in table(response, "response") or exits.failed(words) is True
            yield from calls.answer(state, name(response, "id"), failed=failed, words=words)
        if record.get("type") == "user" and not answers:
            state["turn"] = name(record, "uuid") or state.get("turn")
        usage = table(record, "usageMetadata")
        if usage:
            yield from _answer(record, usage, parts, state, problems, log)
    calls.forget_old(state)


def _answer(  # noqa: PLR0913, PLR0917 (a line, taken apart once)
    record: Record, usage: Record, parts: list[Record], state: State, problems: Problems, log: Log
) -> Iterator[Request]:
    identity, time = name(record, "uuid"), shapes.moment(record, "timestamp")
    if identity is None or time is None:
        note(problems, shapes.NO_TIME)
        return
    tokens = _tokens(usage)
    if tokens is None:
        note(problems, shapes.NOT_COUNTABLE)
    session, directory = name(record, "sessionId") or files.stem(log.path), path(record, "cwd")
    uses = [use for part in parts if (use := table(part, "functionCall")) and name(use, "id")]
    request = Request(
        key=f"{AGENT}:{session}:{identity}",
        agent=AGENT,
        session=session,
        turn=state.get("turn") or "",
        time=time,
        model=name(record, "model"),
        provider=None,
        tier=None,
        tokens=tokens,
        directory=directory,
        branch=name(record, "gitBranch"),
        calls=tuple(_call(use, session, directory) for use in uses),
        context=session,
    )
    for call, use in zip(request.calls, uses, strict=True):
        calls.wait(state, request, call, commits=calls.commits(table(use, "args")))
    yield request


def _call(use: Record, session: str, directory: str | None) -> Call:
    return calls.made(name(use, "id") or "", session, text(use, "name") or "", table(use, "args"), directory)


def _tokens(usage: Record) -> Tokens | None:
    keys = ("promptTokenCount", "cachedContentTokenCount", "candidatesTokenCount", "thoughtsTokenCount")
    found = shapes.counts(usage, *keys, "totalTokenCount")
    if found is None:
        return None
    prompt, cached, output, thoughts, total = found
    inside = total == prompt + output
    return shapes.from_inclusive(prompt, cached, 0, output if inside else output + thoughts)
