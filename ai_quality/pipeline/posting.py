"""Our one comment under a pull request: found again by marker and author, edited in place, quiet without news."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal, NamedTuple

from ai_quality.model import Run
from ai_quality.sources.github import GitHub

Outcome = Literal["created", "edited", "unchanged", "newer", "silent", "forbidden"]
"""`newer`: a later run's comment stands; `silent`: nothing was to be said; `forbidden`: the token may not comment."""

Mode = Literal["changes", "always", "off"]
"""`changes`: a first comment only when there is something to say; `always`: in any case; `off`: never a word."""

ARTIFACT = "ai-quality-comment"
MEMBER = "comment.json"
"""The artifact that a run without the right to comment leaves, and the one file in it: numbers(view) as JSON."""


class Posted(NamedTuple):
    """What became of a comment; `comment_id` None where there is none, `why` a sentence where it needs one."""

    outcome: Outcome
    comment_id: int | None
    why: str = ""


def upsert(forge: GitHub, number: int, body: str, run: int, *, mode: Mode = "changes", has_news: bool = True) -> Posted:
    """Let the pull request have this comment: at most one of ours, none older than `run`, none without news.

    `body` starts with the marker. Every other failure than 403 is raised as ForgeProblem.
    """
    raise NotImplementedError


class Words(NamedTuple):
    """What a poster says: the comment's body, and whether there is something to say (`has_news`)."""

    body: str
    has_news: bool


def post_for_run(
    forge: GitHub,
    run_id: int,
    *,
    speak: Callable[[bytes, Run], Words],
    mode: Mode = "changes",
) -> Posted:
    """Post the numbers that a fork's run left behind, on the pull request that the forge says the run was for.

    `speak(artifact, run)` turns the artifact's bytes into words and raises if they do not fit: `view_from`, its head
    and run replaced by the run's (`head_sha`, `id`), then `render`. Only its numbers are believed.
    Not one open pull request, or a head that has moved on: silent, with `why`.
    """
    raise NotImplementedError
