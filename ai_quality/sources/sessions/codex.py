"""Codex CLI: `sessions/YYYY/MM/DD/rollout-*.jsonl` and the same files moved to `archived_sessions/`.

What makes a plain sum too high, and what is done here:
- each answer is followed by a `token_count` event, often repeated: the key holds the session's cumulative counters,
  which a repeat does not change;
- a fork begins with a copy of its parent's turns, stamped anew: the key holds the turn's id, which the copy keeps
  (logs older than turn ids: the id of the session the copy comes from);
- an archived copy is the same file: the same keys.
Input includes cached tokens here, output includes reasoning. The branch is logged at the session's start only: it is
unknown after a command that can change it.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping

from ai_quality.sources.sessions import calls, commands, exits, files, shapes
from ai_quality.sources.sessions.log import Log
from ai_quality.sources.sessions.shapes import Problems, Record, State, name, note, path, table, text
from ai_quality.spend import Call, Request, Tokens

AGENT = "codex"

ANSWERS = frozenset({"function_call_output", "custom_tool_call_output", "local_shell_call_output"})
CALLS = frozenset({"function_call", "custom_tool_call", "local_shell_call"})

PATCHED = re.compile(r"^\*\*\* (?:Update|Add|Delete) File: (.{1,4096})$", re.MULTILINE)
ADDED = re.compile(r"^\+(?!\+\+ )", re.MULTILINE)
COMMAND_IN_SCRIPT = re.compile(r"\bcmd[\"']?\s*:\s*[\"'`]((?:[^\"'`\\]|\\.){1,2000})", re.DOTALL)


def logs(home: str, environ: Mapping[str, str]) -> Iterator[Log]:
    """Logs below CODEX_HOME, else ~/.codex."""
    top = files.expanded(environ.get("CODEX_HOME") or f"{home}/.codex", home)
    for folder in ("sessions", "archived_sessions"):
        yield from files.logs(AGENT, f"{top}/{folder}", ".jsonl")


def wanted(line: bytes) -> bool:
    """Whether a line can matter? Answers' texts are read for exit codes and commit ids, messages are not."""
    return (
        b'"token_count"' in line
        or b'_call"' in line
        or b'_output"' in line
        or b'"patch_apply_end"' in line
        or b'"session_meta"' in line
        or b'"turn_context"' in line
        or b'"task_started"' in line
        or b'"user_message"' in line
        or b'compacted"' in line
    )


def requests(lines: Iterable[bytes], state: State, problems: Problems, log: Log) -> Iterator[Request]:
    """Lines of one rollout → requests; a call belongs to the request whose counters come next."""
    state.setdefault("session", files.stem(log.path))
    for record in shapes.records(lines, wanted, problems):
        state["time"] = shapes.moment(record, "timestamp") or state.get("time")
        payload = table(record, "payload")
        match record.get("type"):
            case "session_meta":
                _session(payload, state)
            case "turn_context":
                _turn_context(payload, state)
            case "compacted":
                state["compactions"] = state.get("compactions", 0) + 1
            case "event_msg":
                yield from _event(payload, state, problems)
            case "response_item":
                yield from _item(payload, state)
    calls.forget_old(state)
    state["made"] = state.get("made", [])[-calls.MOST_WAITING :]


def _event(payload: Record, state: State, problems: Problems) -> Iterator[Request]:
    match payload.get("type"):
        case "token_count":
            yield from _counted(payload, state, problems)
        case "patch_apply_end":
            yield from _patched(payload, state)
        case "task_started":
            state["turn"] = name(payload, "turn_id") or state.get("turn")
        case "user_message":
            state["prompts"] = state.get("prompts", 0) + 1


def _item(payload: Record, state: State) -> Iterator[Request]:
    kind = text(payload, "type")
    if kind in CALLS:
        _called(payload, state)
    elif kind in ANSWERS:
        yield from _answered(payload, state)


def _session(meta: Record, state: State) -> None:
    """The first line of a file is its own; a fork repeats its ancestors' after it, the oldest last."""
    identity = name(meta, "id") or name(meta, "session_id")
    spawned = table(table(table(meta, "source"), "subagent"), "thread_spawn")
    if "own" not in state:
        state["own"] = state["session"] = state["root"] = identity or state["session"]
        parent = name(spawned, "parent_thread_id") or name(meta, "parent_thread_id")
        state["root"] = name(meta, "forked_from_id") or state["own"]
        state["session"] = parent or state["own"]
        state["is sub-agent"] = parent is not None
        state["provider"] = name(meta, "model_provider")
        state["directory"] = path(meta, "cwd")
        state["branch"] = name(table(meta, "git"), "branch")
    elif identity and identity != state["own"]:
        state["root"] = identity


def _turn_context(context: Record, state: State) -> None:
    state["model"] = name(context, "model") or state.get("model")
    state["directory"] = path(context, "cwd") or state.get("directory")
    state["tier"] = name(context, "service_tier")
    if turn := name(context, "turn_id"):
        state["turn"] = turn


def _counted(payload: Record, state: State, problems: Problems) -> Iterator[Request]:
    """One answer's counters: a request, unless the same counters were logged before."""
    info = table(payload, "info")
    total, last = table(info, "total_token_usage"), table(info, "last_token_usage")
    if not total and not last:
        return  # opens a session, with nothing but rate limits
    sums = _sums(total) if total else None
    own = _sums(last) if last else sums and _since(sums, state.get("sums"))
    if sums is not None:
        state["sums"] = sums
    if state["time"] is None:
        note(problems, shapes.NO_TIME)
        return
    if not own or (total and sums is None):
        note(problems, shapes.NOT_COUNTABLE)
        own = None
    if own is not None and not any(own):
        return
    # Without cumulative counters nothing tells a repeat from an equal request but its time.
    identity = ".".join(map(str, sums)) if sums else f"{state['time']}:{'.'.join(map(str, own or []))}"
    made: list[tuple[Call, bool]] = [(_call(told), commits) for told, commits in state.pop("made", [])]
    key = f"{AGENT}:{state.get('turn') or state.get('root') or state['session']}:{identity}"
    request = _request(key, _tokens(own), [call for call, _ in made], state)
    for call, commits in made:
        if call.failed is None:
            calls.wait(state, request, call, commits=commits)
    yield request


def _request(key: str, tokens: Tokens | None, made: list[Call], state: State) -> Request:
    turn = state.get("turn") or f"{state.get('own')}.{state.get('prompts', 0)}"
    tier = state.get("tier")
    return Request(
        key=key,
        agent=AGENT,
        session=state["session"],
        turn="" if state.get("is sub-agent") else turn,
        time=state["time"],
        model=state.get("model"),
        provider=state.get("provider"),
        tier=None if tier in {"auto", "default", "standard"} else tier,
        tokens=tokens,
        directory=state.get("directory"),
        branch=state.get("branch"),
        calls=tuple(made),
        context=f"{state.get('own')}.{state.get('compactions', 0)}",
    )


def _since(sums: list[int], before: list[int] | None) -> list[int]:
    """What was added to the counters; all of it where they began anew."""
    added = [now - then for now, then in zip(sums, before or [0] * len(sums), strict=True)]
    return added if min(added) >= 0 else sums


def _sums(usage: Record) -> list[int] | None:
    keys = ("input_tokens", "cached_input_tokens", "cache_write_input_tokens", "output_tokens", "total_tokens")
    found = shapes.counts(usage, *keys)
    return list(found) if found else None


def _tokens(own: list[int] | None) -> Tokens | None:
    if own is None:
        return None
    prompt, read, written, output, _ = own
    return shapes.from_inclusive(prompt, read, written, output)


def _told(call: Call) -> list[object]:
    """A call as JSON gives it back."""
    return [*call[:-1], list(call.commits)]


def _call(told: list[object]) -> Call:
    *fields, commits = told
    return Call._make([*fields, tuple(commits) if isinstance(commits, list | tuple) else ()])


def _called(payload: Record, state: State) -> None:
    """A call waits for the counters of the answer that it stands in."""
    identity = name(payload, "call_id") or name(payload, "id")
    if identity is None:
        return
    tool = text(payload, "name") or ("shell" if payload.get("type") == "local_shell_call" else "")
    given = _given(payload)
    command = calls.command_of(given)
    patch = command if "*** Begin Patch" in command else text(given, "patch") or ""
    if patch:
        paths = [found.strip() for found in PATCHED.findall(patch)][: calls.MOST_WAITING] or [None]
        state["patches"] = [*state.get("patches", []), identity][-calls.MOST_WAITING :]
        told = [_edit(identity, number, place, patch, state) for number, place in enumerate(paths)]
    else:
        told = [calls.made(identity, state["session"], tool, given, state.get("directory"))]
    if calls.plain(tool) in calls.SHELLS and commands.moves_branch(command):
        state["branch"] = None
    state.setdefault("made", []).extend([_told(call), commands.may_commit(command)] for call in told)


def _edit(identity: str, number: int, place: str | None, patch: str, state: State) -> Call:
    """One file of a patch; the lines of a patch of several files are shared out evenly."""
    return Call(
        id=f"{identity}/{number}" if number else identity,
        kind="edit",
        path=calls.absolute(place, state.get("directory")),
        lines=len(ADDED.findall(patch)) if number == 0 else 0,
        fingerprint=shapes.fingerprint(state["session"], f"patch {number}", patch),
        failed=None,
        result_bytes=None,
        commits=(),
    )


def _given(payload: Record) -> Record:
    """A call's input: JSON in a text, a script or a patch as text, or an object."""
    action = table(payload, "action")
    if action:
        return action
    words = text(payload, "arguments")
    if words is not None:
        try:
            parsed = json.loads(words)
        except (ValueError, RecursionError):
            return {}
        return parsed if isinstance(parsed, dict) else {}
    words = text(payload, "input")
    if words is None:
        return table(payload, "arguments") or table(payload, "input")
    if "*** Begin Patch" in words:
        return {"patch": words}
    commands_in = COMMAND_IN_SCRIPT.findall(words[: commands.LONGEST])
    return {"command": "\n".join(commands_in)} if commands_in else {"script": words}


def _answered(payload: Record, state: State) -> Iterator[Request]:
    words = calls.words_of(payload, "output")
    if words is None:
        inner = table(payload, "output")
        words = calls.words_of(inner, "content") or calls.words_of(inner, "output")
    failed = exits.failed(words)
    identity = name(payload, "call_id") or name(payload, "id")
    yield from _close(identity, failed, words, state)


def _patched(payload: Record, state: State) -> Iterator[Request]:
    success = payload.get("success")
    identity = name(payload, "call_id")
    failed = not success if isinstance(success, bool) else None
    if identity is None or identity not in state.get("patches", []):
        _changed(payload, identity, failed, state)
        return
    yield from _close(identity, failed, None, state)
    for number in range(1, calls.MOST_WAITING):
        later = f"{identity}/{number}"
        if later not in calls.waiting(state) and not any(told[0] == later for told, _ in state.get("made", [])):
            break
        yield from _close(later, failed, None, state)


def _changed(payload: Record, identity: str | None, failed: bool | None, state: State) -> None:  # noqa: FBT001
    """A patch whose call was not logged tells its files itself; it belongs to the counters that come next."""
    for number, place in enumerate(list(table(payload, "changes"))[: calls.MOST_WAITING]):
        change = table(table(payload, "changes"), place)
        diff = text(change, "unified_diff")
        added = shapes.lines_in(text(change, "content") or "") if diff is None else len(ADDED.findall(diff))
        call = Call(
            id=f"{identity or state['time']}/{number}",
            kind="edit",
            path=calls.absolute(place, state.get("directory")),
            lines=added,
            fingerprint=shapes.fingerprint(state["session"], f"patch {place}", change),
            failed=failed,
            result_bytes=None,
            commits=(),
        )
        state.setdefault("made", []).append([_told(call), False])


def _close(identity: str | None, failed: bool | None, words: list[str] | None, state: State) -> Iterator[Request]:  # noqa: FBT001
    """An answer to a call whose counters came, or did not come yet."""
    for entry in state.get("made", []):
        told, commits = entry
        if told[0] == identity:
            entry[0] = _told(calls.closed(_call(told), failed, words, commits=commits))
            return
    yield from calls.answer(state, identity, failed=failed, words=words)
