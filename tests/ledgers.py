"""Requests as the ledger keeps them, in few words: what the tests of the ledger and of what uses it share."""

from __future__ import annotations

from ai_quality.sources.ledger_rows import LogMark, Record
from ai_quality.spend import Call, Stored, Tokens

SOME = Tokens(1, 2, 3, 4, 5)
MARK = LogMark("log", 1, 1, 1, 1, 1, "{}")


def stored(
    key: str, *, time: int = 1000, session: str = "s", turn: str = "t", tokens: Tokens | None = SOME,
    kind: str = "here", place: str | None = "W", calls: tuple[Call, ...] = (), model: str | None = "claude-sonnet-4-5",
) -> Stored:  # fmt: skip
    return Stored(
        key, "claude-code", session, turn, "", time, model, None, None, tokens,
        whole_session=False, exported=False, request_id=None, kind=kind, place=place, directory=None, branch="main",
        calls=calls,
    )  # fmt: skip


def edit(path: str, lines: int = 1, name: str = "c") -> Call:
    return Call(name, "edit", path, lines, "f", None, None, ())


def record(name: str, *, sha: str | None = None, place: str = "W", made: int = 1, state: str = "handed") -> Record:
    return Record(name, "claude-code", "claude-sonnet-4-5", "paths", sha, "parent", place, made, state)
