"""Our one comment under a pull request: found again by marker and author, edited in place, quiet without news.

The whole algorithm with its reasons is in docs/decisions/0015. What a comment says is not decided here.
"""

from __future__ import annotations

import contextlib
import re
from collections.abc import Callable, Sequence
from typing import Literal, NamedTuple

from ai_quality.errors import ForgeBusy, ForgeDown, ForgeProblem, NotOnForge, NotPermitted
from ai_quality.model import Comment, Pull, Run
from ai_quality.sources.github import Authorship, Comments, GitHub

Outcome = Literal["created", "edited", "unchanged", "newer", "silent", "forbidden"]
"""`newer`: a later run's comment stands; `silent`: nothing was to be said; `forbidden`: the token may not comment."""

Mode = Literal["changes", "always", "off"]
"""`changes`: a first comment only when there is something to say; `always`: in any case; `off`: never a word."""

MARKER = "<!-- ai-quality:pr v=1 "
"""How a comment of ours starts; `head=<id> run=<number> at=<time> -->` follow."""

ARTIFACT = "ai-quality-comment"
MEMBER = "comment.json"
"""The artifact that a run without the right to comment leaves, and the one file in it: numbers(view) as JSON."""

ACTIONS_LOGINS = frozenset({"github-actions[bot]", "gitea-actions", "forgejo-actions"})
"""Who writes for a workflow's own token; asked about only where GraphQL does not tell whose a comment is."""

FOLDED_AT_ONCE = 20
"""Older duplicates that one run folds away: each is a write, and GitHub slows down who writes much."""


class Posted(NamedTuple):
    """What became of a comment; `comment_id` None where there is none, `why` a sentence where it needs one."""

    outcome: Outcome
    comment_id: int | None
    why: str = ""


class Words(NamedTuple):
    """What a poster says: the comment's body, and whether there is something to say."""

    body: str
    has_news: bool


class _Ours(NamedTuple):
    comment: Comment
    is_minimised: bool


def upsert(  # noqa: PLR0913 (where, what, which run, and two settings)
    forge: GitHub, number: int, body: str, run: int, *, mode: Mode = "changes", has_news: bool = True
) -> Posted:
    """Let the pull request have this comment: at most one of ours, none older than `run`, none without news.

    `body` starts with the marker. Every other failure than 403 is raised as ForgeProblem.
    """
    if not body.startswith(MARKER) or run_of(body) != run:
        raise ValueError("a comment without our marker and run would never be found again, or never be out of date")
    if mode == "off":
        return Posted("silent", None, "comment: off")
    try:
        comments = forge.comments(number)
        if ours := _ours(forge, comments):
            return _edited(forge, ours, body, run)
        if not has_news and mode != "always":
            return Posted("silent", None)
        if not comments.complete:
            why = f"of more than {len(comments.rows)} comments one may be ours that was not read"
            return Posted("silent", None, why)
        return _opened(forge, number, body)
    except NotPermitted as refused:
        return Posted("forbidden", None, str(refused))


def _edited(forge: GitHub, ours: Sequence[_Ours], body: str, run: int) -> Posted:
    newest, *older = ours
    _fold(forge, older)
    identity = newest.comment.id
    if run_of(newest.comment.body) > run:
        return Posted("newer", identity)
    if _says_the_same(newest.comment.body, body):
        return Posted("unchanged", identity)
    try:
        return Posted("edited", forge.update_comment(identity, body).id)
    except NotOnForge:
        return Posted("silent", None, "our comment was deleted while we wrote")


def _opened(forge: GitHub, number: int, body: str) -> Posted:
    """Write the first comment. It is never sent twice: after a failure, look whether it is there nonetheless."""
    try:
        return Posted("created", forge.create_comment(number, body).id)
    except ForgeDown:
        for one in _ours(forge, forge.comments(number)):
            if one.comment.body.split("\n", 1)[0].rstrip("\r") == body.split("\n", 1)[0]:
                return Posted("created", one.comment.id)
        raise


def _ours(forge: GitHub, comments: Comments) -> list[_Ours]:
    """Our own comments, newest first: they start with our marker, and we wrote them.

    Neither is enough: a stranger may quote the marker, and every workflow of a repository writes under one login.
    """
    candidates = [one for one in comments.rows if one.body.startswith(MARKER)]
    if not candidates:
        return []
    known = _authorship(forge, candidates)
    found = [_Ours(one, known[one.id].is_minimised) for one in candidates if one.id in known and known[one.id].is_ours]
    return sorted(found, key=lambda one: (one.comment.created, one.comment.id), reverse=True)


def _authorship(forge: GitHub, candidates: Sequence[Comment]) -> dict[int, Authorship]:
    try:
        return forge.authorship(candidates)
    except ForgeBusy:
        raise
    except ForgeProblem:  # no GraphQL here, or none for this token
        return {one.id: Authorship(one.login in ACTIONS_LOGINS, is_minimised=False) for one in candidates}


def _fold(forge: GitHub, older: Sequence[_Ours]) -> None:
    """Fold older duplicates away; a nicety, so a failure is nobody's concern."""
    with contextlib.suppress(ForgeProblem):
        for one in [one for one in older if not one.is_minimised][:FOLDED_AT_ONCE]:
            forge.minimise_comment(one.comment.node)


RUN = re.compile(r"<!-- ai-quality:pr v=1 [^\n>]*?\brun=([0-9]{1,15})\b[^\n>]*-->")
CHANGING = re.compile(r"\b(?:run|at)=\S*")


def run_of(body: str) -> int:
    """Return the number of the run that wrote a comment; 0 where its marker tells none."""
    found = RUN.match(body)
    return int(found[1]) if found else 0


def _says_the_same(one: str, other: str) -> bool:
    """Are two bodies alike but for run and time? The forge stores line ends and blanks at the end as it likes."""
    return _settled(one) == _settled(other)


def _settled(body: str) -> str:
    marker, _, rest = body.replace("\r\n", "\n").rstrip().partition("\n")
    return CHANGING.sub("", marker) + "\n" + rest


# --- for a run that may not write itself ------------------------------------------------------------


def post_for_run(forge: GitHub, run_id: int, *, speak: Callable[[bytes, Run], Words], mode: Mode = "changes") -> Posted:
    """Post the numbers that a fork's run left behind, on the pull request that the forge says the run was for.

    `speak(artifact, run)` turns the artifact's bytes into words and raises if they do not fit: `view_from`, its head
    and run replaced by the run's (`head_sha`, `id`), then `render`. Only its numbers are believed.
    Not one open pull request, or a head that has moved on: silent, with `why`.
    """
    run = forge.run(run_id)
    if run.event != "pull_request":
        return Posted("silent", None, "the run was for no pull request")
    found = _pulls_of(forge, run)
    if len(found) != 1:
        return Posted(
            "silent", None, f"{len(found) or 'no'} open pull requests have what the run measured as their head"
        )
    try:
        artifact = forge.artifact(run.id, ARTIFACT, MEMBER)
    except NotOnForge:  # the run could comment itself, or had nothing to say
        return Posted("silent", None, "the run left nothing to post")
    words = speak(artifact, run)
    return upsert(forge, found[0].number, words.body, run.id, mode=mode, has_news=words.has_news)


def _pulls_of(forge: GitHub, run: Run) -> list[Pull]:
    """The open pull requests whose head is just what the run measured; never what an artifact says.

    An older head is left alone: its successor has a run of its own. `pull_requests` of a run is empty for forks.
    """
    if run.head_repository is None or run.head_branch is None:
        return []
    owner = run.head_repository.partition("/")[0]
    return [
        pull
        for pull in forge.pulls_by_head(owner, run.head_branch)
        if pull.state == "open" and pull.head_sha == run.head_sha and pull.head_repository == run.head_repository
    ]
