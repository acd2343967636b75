"""Claude Code: `projects/<slug>/<session>.jsonl`, sub-agents in `<session>/subagents/**/agent-*.jsonl`.

What makes a plain sum two to three times too high, and what is done here:
- an answer is logged as a line a content block, its usage growing: the key is the message id, the greatest count wins;
- forks, resumes, sub-agents and `/btw` side chains copy messages, the last even under a new request id: the message
  id alone is the key, in whatever file and session it stands;
- an advisor's spend stands only in `usage.iterations`, under its own model: a request of its own.
Input excludes cached tokens here; thinking is inside output. Model `<synthetic>` was never asked.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from ai_quality.sources.sessions import commands, files, shapes
from ai_quality.sources.sessions.log import Log
from ai_quality.sources.sessions.shapes import Problems, Record, State, each, name, note, path, table, text
from ai_quality.spend import Call, CallKind, Request, Tokens

AGENT = "claude-code"

EDITS = {"Edit": "new_string", "Write": "content", "NotebookEdit": "new_source", "MultiEdit": ""}
READS = frozenset({"Read", "Grep", "Glob", "LS", "NotebookRead"})

MOST_WAITING = 200
"""Calls without an answer that are remembered; more than a few at once are never seen."""


def logs(home: str, environ: Mapping[str, str]) -> Iterator[Log]:
    """Logs below CLAUDE_CONFIG_DIR (several, with commas between), else below both of its usual places."""
    given = environ.get("CLAUDE_CONFIG_DIR", "")
    tops = [top.strip() for top in given.split(",") if top.strip()]
    for top in tops or [f"{home}/.claude", f"{home}/.config/claude"]:
        yield from files.logs(AGENT, f"{files.expanded(top, home)}/projects", ".jsonl")


def wanted(line: bytes) -> bool:
    """Whether a line can matter? Such a key cannot stand inside a text: its quotes would be escaped."""
    return b'"usage"' in line or b'"type":"user"' in line or b'"compact_boundary"' in line


def requests(lines: Iterator[bytes], state: State, problems: Problems, log: str) -> Iterator[Request]:
    """Lines of one file → requests; an answered call comes again, on a request of the same key without tokens."""
    state.setdefault("waiting", {})
    for record in shapes.records(lines, wanted, problems):
        state["time"] = shapes.moment(record, "timestamp") or state.get("time")
        kind = record.get("type")
        if kind == "assistant":
            yield from _answer(record, state, problems, log)
        elif kind == "user":
            yield from _user(record, state)
        elif kind == "system" and record.get("subtype") == "compact_boundary":
            state["compactions"] = state.get("compactions", 0) + 1
    while len(state["waiting"]) > MOST_WAITING:
        del state["waiting"][next(iter(state["waiting"]))]


def _answer(record: Record, state: State, problems: Problems, log: str) -> Iterator[Request]:
    message = table(record, "message")
    usage = table(message, "usage")
    model = name(message, "model")
    if not usage or model == "<synthetic>":
        return
    identity = name(message, "id") or name(record, "requestId") or name(record, "uuid")
    if identity is None:
        note(problems, "request without an id")
        return
    if state["time"] is None:
        note(problems, shapes.NO_TIME)
        return
    tokens = _tokens(usage)
    if tokens is None:
        note(problems, shapes.NOT_COUNTABLE)
    session = name(record, "sessionId") or log.rsplit("/", 1)[-1].removesuffix(".jsonl")
    branch = name(record, "gitBranch")
    request = Request(
        key=f"{AGENT}:{identity}",
        agent=AGENT,
        session=session,
        turn=name(record, "promptId") or state.get("turn") or "",
        time=state["time"],
        model=model,
        provider=_provider(identity, model),
        tier=_tier(usage),
        tokens=tokens,
        directory=path(record, "cwd"),
        branch=None if branch == "HEAD" else branch,  # detached
        calls=tuple(_calls(message, session)),
        context=f"{name(record, 'agentId') or 'main'}.{state.get('compactions', 0)}",
    )
    for call, block in zip(request.calls, _tool_uses(message), strict=True):
        given = table(block, "input")
        state["waiting"][call.id] = [
            *request[:5],
            *call[:5],
            commands.may_commit(text(given, "command") or ""),
        ]
    yield request
    yield from _advice(request, usage, problems)


def _advice(request: Request, usage: Record, problems: Problems) -> Iterator[Request]:
    asked = [step for step in each(usage, "iterations") if step.get("type") == "advisor_message"]
    for number, step in enumerate(asked, 1):
        tokens = _tokens(step)
        if tokens is None:
            note(problems, shapes.NOT_COUNTABLE)
        yield request._replace(
            key=f"{request.key}/advisor/{number}",
            model=name(step, "model"),
            tier=_tier(step),
            tokens=tokens,
            calls=(),
            context=f"advisor.{request.context}",
        )


def _tokens(usage: Record) -> Tokens | None:
    plain = shapes.counts(
        usage, "input_tokens", "cache_read_input_tokens", "cache_creation_input_tokens", "output_tokens"
    )
    split = shapes.counts(table(usage, "cache_creation"), "ephemeral_5m_input_tokens", "ephemeral_1h_input_tokens")
    if plain is None or split is None:
        return None
    fresh, read, written, output = plain
    _, hour = split
    written = max(written, sum(split))  # old versions have the sum only, and it is of 5 minutes
    return Tokens(fresh, read, written - hour, hour, output)


def _tier(usage: Record) -> str | None:
    """What changes the price: fast mode, or a service tier other than the standard one."""
    speed, service = name(usage, "speed"), name(usage, "service_tier")
    if speed and speed != "standard":
        return speed
    return None if service in {None, "standard"} else service


def _provider(identity: str, model: str | None) -> str | None:
    if identity.startswith("msg_bdrk_"):
        return "aws"
    if identity.startswith("msg_vrtx_"):
        return "google"
    return "anthropic" if model and model.startswith("claude") else None


def _tool_uses(message: Record) -> list[Record]:
    return [block for block in each(message, "content") if block.get("type") == "tool_use" and name(block, "id")]


def _calls(message: Record, session: str) -> Iterator[Call]:
    for block in _tool_uses(message):
        tool, given = text(block, "name") or "", table(block, "input")
        yield Call(
            id=name(block, "id") or "",
            kind=_kind(tool, given),
            path=path(given, "file_path") or path(given, "notebook_path"),
            lines=_lines(tool, given),
            fingerprint=shapes.fingerprint(session, tool, given),
            failed=None,
            result_bytes=None,
            commits=(),
        )


def _kind(tool: str, given: Record) -> CallKind:
    if tool in EDITS:
        return "edit"
    if tool in READS:
        return "read"
    return commands.kind(text(given, "command") or "") if tool == "Bash" else "other"


def _lines(tool: str, given: Record) -> int | None:
    if tool not in EDITS:
        return None
    parts = each(given, "edits") if tool == "MultiEdit" else [given]
    written = [text(part, EDITS[tool] or "new_string") for part in parts]
    return sum(shapes.lines_in(part) for part in written if part is not None)


def _user(record: Record, state: State) -> Iterator[Request]:
    """A prompt begins a turn; the answer of a tool completes its call."""
    content = table(record, "message").get("content")
    answers = [block for block in each(table(record, "message"), "content") if block.get("type") == "tool_result"]
    if answers:
        for answer in answers:
            yield from _answered(answer, table(record, "toolUseResult"), state)
    elif content and not any(record.get(flag) for flag in ("isMeta", "isSidechain", "isCompactSummary")):
        state["turn"] = name(record, "promptId") or name(record, "uuid")


def _answered(answer: Record, result: Record, state: State) -> Iterator[Request]:
    waiting = state["waiting"].pop(name(answer, "tool_use_id"), None)
    if waiting is None:
        return
    key, agent, session, turn, time, identity, kind, place, lines, fingerprint, commits = waiting
    words = _words(answer)
    failed = answer.get("is_error") is True or result.get("interrupted") is True
    size = None if words is None else sum(map(shapes.size, words))
    made = commands.committed("\n".join(words)) if commits and words else ()
    call = Call(identity, kind, place, lines, fingerprint, failed, size, made)
    yield Request(key, agent, session, turn, time, None, None, None, None, None, None, (call,))


def _words(answer: Record) -> list[str] | None:
    """The texts that came back; None where only something else did, as an image."""
    content = answer.get("content")
    if isinstance(content, str):
        return [content]
    texts = [words for block in each(answer, "content") if (words := text(block, "text")) is not None]
    return texts or None
