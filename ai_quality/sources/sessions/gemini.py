"""Gemini CLI: `tmp/<project>/chats/session-*.jsonl`, sub-agents in `chats/<session>/*.jsonl`, before 0.39 one `.json`.

What makes a plain sum too high, and what is done here: the whole message is appended again whenever tokens or tool
calls arrive, and a resumed `.json` is copied into a `.jsonl`: the key is the session's and the message's id. A
rewound message was paid for and counts. Input includes cached tokens, tool prompts come on top; thoughts are billed
as output and stand beside it. No directory is logged: it comes from `projects.json` or `.project_root`.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping

from ai_quality.sources.sessions import calls, exits, files, shapes
from ai_quality.sources.sessions.log import Log
from ai_quality.sources.sessions.shapes import Problems, Record, State, each, name, note, table, text
from ai_quality.spend import Call, Request, Tokens

AGENT = "gemini-cli"


def logs(home: str, environ: Mapping[str, str]) -> Iterator[Log]:
    """Logs below GEMINI_CLI_HOME, else the home directory, with the project's directory where it is known."""
    top = files.expanded(environ.get("GEMINI_CLI_HOME") or home, home) + "/.gemini"
    projects = _projects(files.small(f"{top}/projects.json"))
    for folder in files.folders(f"{top}/tmp"):  # noqa: S108 (the agent's own folder)
        root = (files.small(f"{folder}/.project_root") or b"").decode("utf-8", "replace").strip()
        directory = shapes.path({"at": root or projects.get(folder.rsplit("/", 1)[-1])}, "at")
        yield from files.logs(AGENT, f"{folder}/chats", ".jsonl", directory=directory)
        yield from files.logs(AGENT, f"{folder}/chats", ".json", "document", directory=directory)


def _projects(data: bytes | None) -> dict[str, str]:
    """Folder name → directory: a short name, or in old versions the hash of the path."""
    if data is None:
        return {}
    from hashlib import sha256  # noqa: PLC0415 (loads OpenSSL: several ms of the hook's 60)

    parsed = shapes.document(data, {})
    known = table(parsed, "projects") if isinstance(parsed, dict) else {}
    named = {short: place for place, short in known.items() if isinstance(short, str)}
    return named | {sha256(place.encode("utf-8", "surrogatepass")).hexdigest(): place for place in known}


def wanted(line: bytes) -> bool:
    """Whether a line can matter? The rest is user text and thoughts."""
    return b'"tokens"' in line or b'"sessionId"' in line or b'"user"' in line or b'"$set"' in line


def requests(lines: Iterable[bytes], state: State, problems: Problems, log: Log) -> Iterator[Request]:
    """Lines of one chat → requests."""
    for record in shapes.records(lines, wanted, problems):
        metadata = table(record, "$set") or record
        if "sessionId" in metadata and "id" not in metadata:
            state["session"] = name(metadata, "sessionId") or state.get("session")
            state["kind"] = name(metadata, "kind") or state.get("kind")
        for message in each(metadata, "messages") or [record]:
            yield from _message(message, state, problems, log)


def whole(data: bytes, problems: Problems, log: Log) -> Iterator[Request]:
    """The one JSON object of an old chat → requests."""
    parsed = shapes.document(data, problems)
    if isinstance(parsed, dict):
        state: State = {"session": name(parsed, "sessionId"), "kind": name(parsed, "kind")}
        for message in each(parsed, "messages"):
            yield from _message(message, state, problems, log)


def _message(message: Record, state: State, problems: Problems, log: Log) -> Iterator[Request]:
    identity = name(message, "id")
    if message.get("type") == "user":
        state["turn"] = identity or state.get("turn")
    usage = table(message, "tokens")
    if message.get("type") != "gemini" or identity is None or not usage:
        return
    time = shapes.moment(message, "timestamp")
    if time is None:
        note(problems, shapes.NO_TIME)
        return
    tokens = _tokens(usage)
    if tokens is None:
        note(problems, shapes.NOT_COUNTABLE)
    own = state.get("session") or files.stem(log.path)
    is_sub_agent = state.get("kind") == "subagent"
    session = log.path.rsplit("/", 2)[-2] if is_sub_agent else own
    yield Request(
        key=f"{AGENT}:{own}:{identity}",
        agent=AGENT,
        session=session,
        turn="" if is_sub_agent else state.get("turn") or "",
        time=time,
        model=name(message, "model"),
        provider="google",
        tier=None,
        tokens=tokens,
        directory=log.directory,
        branch=None,
        calls=tuple(_calls(message, session, log.directory)),
        context=own,
    )


def _tokens(usage: Record) -> Tokens | None:
    found = shapes.counts(usage, "input", "cached", "tool", "output", "thoughts")
    if found is None:
        return None
    prompt, cached, tool, output, thoughts = found
    return shapes.from_inclusive(prompt + tool, cached, 0, output + thoughts)


def _calls(message: Record, session: str, directory: str | None) -> Iterator[Call]:
    """Each telling of a message has its calls whole, answers included."""
    for told in each(message, "toolCalls"):
        identity = name(told, "id")
        if identity is None:
            continue
        given = table(told, "args")
        call = calls.made(identity, session, text(told, "name") or "", given, directory)
        status = text(told, "status")
        if status in {"success", "error"}:
            words = _answer(told)
            failed = status == "error" or exits.failed(words) is True
            call = calls.closed(call, failed, words, commits=calls.commits(given))
        yield call


def _answer(told: Record) -> list[str] | None:
    responses = [table(table(part, "functionResponse"), "response") for part in each(told, "result")]
    words = [word for response in responses if (word := text(response, "output")) is not None]
    if words:
        return words
    return [json.dumps(response) for response in responses if response] or None
