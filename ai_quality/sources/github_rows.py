"""GitHub's JSON as rows: what does not have the promised form is ForgeGarbled, nothing is guessed. Pure."""

from __future__ import annotations

import functools
import re
from collections.abc import Callable
from datetime import datetime
from typing import Any, ParamSpec, TypeVar

from ai_quality.errors import ForgeGarbled
from ai_quality.model import Comment, Pull, Run

P = ParamSpec("P")
R = TypeVar("R")

FULL_ID = re.compile(r"[0-9a-f]{40}|[0-9a-f]{64}")


def promised(read: Callable[P, R]) -> Callable[P, R]:
    """Let a reader tell of a missing key or another type as ForgeGarbled."""

    @functools.wraps(read)
    def reads(*given: P.args, **named: P.kwargs) -> R:
        try:
            return read(*given, **named)
        except (KeyError, TypeError, ValueError, AttributeError, IndexError) as wrong:
            raise ForgeGarbled(f"the forge's answer is not of the form it promises ({read.__name__})") from wrong

    return reads


def text(given: object) -> str:
    """Return a text; TypeError if it is none."""
    if not isinstance(given, str):
        raise TypeError
    return given


def whole(given: object) -> int:
    """Return a whole number of 0 or more; TypeError or ValueError if it is none."""
    if not isinstance(given, int) or isinstance(given, bool):
        raise TypeError
    if not 0 <= given < 2**63:
        raise ValueError
    return given


def sha(given: object) -> str:
    """Return a full commit id; ValueError if it is none."""
    if not FULL_ID.fullmatch(text(given)):
        raise ValueError
    return text(given)


def moment(given: object) -> int:
    """Return a time in whole seconds since 1970."""
    return int(datetime.fromisoformat(text(given)).timestamp())


def maybe(read: Callable[[object], R], given: object) -> R | None:
    """Return None for null, else what the reader makes of it."""
    return None if given is None else read(given)


def is_bot(user: Any) -> bool:  # noqa: ANN401 (JSON)
    """Is it an app's account? A deleted account (null) is nobody's and no bot."""
    return bool(user) and user.get("type") == "Bot"


@promised
def pull(said: Any) -> Pull:  # noqa: ANN401
    """Read a pull request of REST, whole or as lists have it."""
    merged = maybe(moment, said["merged_at"])
    repository = said["head"]["repo"]
    return Pull(
        number=whole(said["number"]),
        state="merged" if merged is not None else "open" if said["state"] == "open" else "closed",
        is_draft=bool(said.get("draft")),
        opened=moment(said["created_at"]),
        closed=maybe(moment, said["closed_at"]),
        merged=merged,
        base_branch=text(said["base"]["ref"]),
        base_sha=sha(said["base"]["sha"]),
        head_branch=text(said["head"]["ref"]),
        head_sha=sha(said["head"]["sha"]),
        head_repository=None if repository is None else text(repository["full_name"]),
        merge_commit=maybe(sha, said.get("merge_commit_sha")) if merged is not None else None,
        author_is_bot=is_bot(said["user"]),
        labels=tuple(text(one["name"]) for one in said["labels"]),
    )


@promised
def comment(said: Any) -> Comment:  # noqa: ANN401
    """Read a comment of REST; one of a deleted account has no login."""
    return Comment(
        whole(said["id"]),
        text(said["node_id"]),
        text(said["user"]["login"]) if said["user"] else "",
        text(said.get("body") or ""),
        moment(said["created_at"]),
    )


@promised
def run(said: Any) -> Run:  # noqa: ANN401
    """Read a workflow run."""
    repository = said.get("head_repository")
    return Run(
        whole(said["id"]),
        text(said["event"]),
        maybe(text, said["conclusion"]),
        sha(said["head_sha"]),
        maybe(text, said["head_branch"]),
        None if repository is None else text(repository["full_name"]),
    )
