"""Claude Code: `projects/<slug>/<session>.jsonl`, sub-agents in `<session>/subagents/**/agent-*.jsonl`.

What makes a plain sum two to three times too high, and what is done here:
- an answer is logged as a line a content block, its usage growing: the key is the message id, the greatest count wins;
- forks, resumes, sub-agents and `/btw` side chains copy messages, the last even under a new request id: the message
  id alone is the key, in whatever file and session it stands;
- an advisor's spend stands only in `usage.iterations`, under its own model: a request of its own.
Input excludes cached tokens here; thinking is inside output. Model `<synthetic>` was never asked.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from ai_quality.sources.sessions import calls, files, shapes
from ai_quality.sources.sessions.log import Log
from ai_quality.sources.sessions.shapes import Problems, Record, State, each, name, note, path, table, text
from ai_quality.spend import Request, Tokens

AGENT = "claude-code"


def logs(home: str, environ: Mapping[str, str]) -> Iterator[Log]:
    """Logs below CLAUDE_CONFIG_DIR (several, with commas between), else below both of its usual places."""
    given = environ.get("CLAUDE_CONFIG_DIR", "")
    tops = [top.strip() for top in given.split(",") if top.strip()]
    for top in tops or [f"{home}/.claude", f"{home}/.config/claude"]:
        yield from files.logs(AGENT, f"{files.expanded(top, home)}/projects", ".jsonl")


def wanted(line: bytes) -> bool:
    """Whether a line can matter? Such a key cannot stand inside a text: its quotes would be escaped."""
    return b'"usage"' in line or b'"user"' in line or b'"compact_boundary"' in line


def requests(lines: Iterable[bytes], state: State, problems: Problems, log: Log) -> Iterator[Request]:
    """Lines of one file → requests; an answered call comes again, on a request of the same key without tokens."""
    for record in shapes.records(lines, wanted, problems):
        state["time"] = shapes.moment(record, "timestamp") or state.get("time")
        kind = record.get("type")
        if kind == "assistant":
            yield from _answer(record, state, problems, log)
        elif kind == "user":
            yield from _user(record, state)
        elif kind == "system" and record.get("subtype") == "compact_boundary":
            state["compactions"] = state.get("compactions", 0) + 1
    calls.forget_old(state)


def _answer(record: Record, state: State, problems: Problems, log: Log) -> Iterator[Request]:
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
    uses = [(found, use) for use in each(message, "content") if _is(use, "tool_use") and (found := name(use, "id"))]
    session = name(record, "sessionId") or files.stem(log.path)
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
        calls=tuple(
            calls.made(identity, session, text(use, "name") or "", table(use, "input")) for identity, use in uses
        ),
        context=f"{name(record, 'agentId') or 'main'}.{state.get('compactions', 0)}",
        request_id=name(record, "requestId"),
    )
    for call, (_, use) in zip(request.calls, uses, strict=True):
        calls.wait(state, request, call, commits=calls.commits(table(use, "input")))
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
            request_id=None,
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


def _is(block: Record, kind: str) -> bool:
    return block.get("type") == kind


def _user(record: Record, state: State) -> Iterator[Request]:
    """A prompt begins a turn; the answer of a tool completes its call."""
    message = table(record, "message")
    answers = [block for block in each(message, "content") if _is(block, "tool_result")]
    interrupted = table(record, "toolUseResult").get("interrupted") is True
    for block in answers:
        failed = block.get("is_error") is True or interrupted
        words = calls.words_of(block, "content")
        yield from calls.answer(state, name(block, "tool_use_id"), failed=failed, words=words)
    quiet = any(record.get(flag) for flag in ("isMeta", "isSidechain", "isCompactSummary"))
    if message.get("content") and not answers and not quiet:
        state["turn"] = name(record, "promptId") or name(record, "uuid")
