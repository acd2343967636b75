"""What goes over the wire of our fake GitHub, and what may go wrong with it."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from tests.github import world


@dataclass
class Clock:
    """A clock that only sleeping moves."""

    now: float = float(world.at(300))
    waits: list[float] = field(default_factory=list)

    def sleep(self, seconds: float) -> None:
        self.waits.append(seconds)
        self.now += seconds

    def __call__(self) -> float:
        return self.now


@dataclass
class Seen:
    """A request that came in: `path` as sent, without the query."""

    method: str
    host: str
    path: str
    query: dict[str, str]
    headers: dict[str, str]
    body: Any

    @property
    def words(self) -> str:
        return f"{self.method} {self.path}"


@dataclass
class Reply:
    status: int
    data: Any = None
    headers: dict[str, str] = field(default_factory=dict)
    raw: bytes | None = None
    truncated: bool = False

    @property
    def content(self) -> bytes:
        if self.raw is not None:
            return self.raw
        whole = b"" if self.data is None else json.dumps(self.data).encode()
        return whole[: len(whole) // 2] if self.truncated else whole


@dataclass
class Fault:
    """What goes wrong with the next `times` requests that fit: an answer instead, or none at all."""

    pattern: str
    times: int
    reply: Callable[[], Reply] | None = None
    carried_out: bool = False
    """Is the request acted upon before it fails?"""
    silent: bool = False
    """Does no answer come?"""
    truncated: bool = False


class NoAnswer(Exception):
    """The fault of a connection, where no answer comes."""
