"""GitHub's JSON as rows: what does not have the promised form is ForgeGarbled, nothing is guessed. Pure."""

from __future__ import annotations

import functools
import re
from collections.abc import Callable
from datetime import datetime
from typing import Any, NamedTuple, ParamSpec, TypeVar

from ai_quality.errors import ForgeDown, ForgeGarbled, NotOnForge
from ai_quality.model import Comment, Commit, ForgeChange, Person, Pull, Review, Run

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
def age(said: Any) -> tuple[int, int]:  # noqa: ANN401
    """Read a pull request's number, and when it was last updated."""
    return whole(said["number"]), moment(said["updated_at"])


@promised
def login(said: Any) -> str | None:  # noqa: ANN401
    """Read who opened a pull request, to know which reviews are somebody else's; kept nowhere."""
    return None if said["user"] is None else text(said["user"]["login"])


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


class Artifact(NamedTuple):
    """A run's artifact; later ones have higher ids."""

    id: int
    name: str
    size: int
    expired: bool


@promised
def artifact(said: Any) -> Artifact:  # noqa: ANN401
    """Read an artifact of a list."""
    return Artifact(whole(said["id"]), text(said["name"]), whole(said["size_in_bytes"]), bool(said["expired"]))


@promised
def commit(said: Any) -> Commit:  # noqa: ANN401
    """Read a commit of REST."""
    git = said["commit"]
    return Commit(
        sha(said["sha"]),
        tuple(sha(parent["sha"]) for parent in said["parents"]),
        person(git["author"]),
        person(git["committer"]),
        moment(git["author"]["date"]) if git["author"] else 0,
        moment(git["committer"]["date"]) if git["committer"] else 0,
        text(git["message"]),
    )


def person(said: Any) -> Person:  # noqa: ANN401
    """Read a name and an address; null is nobody."""
    said = said or {}
    return Person(text(said.get("name") or ""), text(said.get("email") or ""))


@promised
def review(said: Any, author: str | None, comments: int) -> Review | None:  # noqa: ANN401
    """Read a review of REST by somebody else or by `author`, the pull request's; None: it is not submitted yet."""
    if said["state"] == "PENDING" or said.get("submitted_at") is None:
        return None
    user = said["user"]
    return Review(
        moment(said["submitted_at"]),
        maybe(sha, said["commit_id"]),
        comments,
        by_person=bool(user) and user["type"] == "User",
        by_author=bool(user) and user["login"] == author,
    )


@promised
def review_of_comment(said: Any) -> int | None:  # noqa: ANN401
    """Read which review a comment beside a line came with."""
    return maybe(whole, said["pull_request_review_id"])


FAILED = frozenset({"failure", "timed_out", "startup_failure"})
"""Ends of a check run that cost somebody a look; a cancelled or a skipped one does not."""


@promised
def check_failed(said: Any) -> bool:  # noqa: ANN401
    """Did a check run of REST fail?"""
    return said["conclusion"] in FAILED


@promised
def nodes(said: Any) -> list[Any]:  # noqa: ANN401
    """Read GraphQL's answer on ids: a node or null for each."""
    return list(said["nodes"])


class GraphPage(NamedTuple):
    """A page of pull requests of GraphQL: changes, those of which it did not tell all, and the next page's cursor."""

    changes: list[ForgeChange]
    cut: frozenset[int]
    cursor: str | None


@promised
def graph_page(said: Any, *, checks_refused: bool) -> GraphPage:  # noqa: ANN401
    """Read a page; where checks were refused, a head without any may have had some.

    NotOnForge where the repository is not shown, ForgeDown where GraphQL gave up on a part: it leaves null there.
    """
    if said["repository"] is None:
        raise NotOnForge("GraphQL shows no such repository", hint="check the name and what the token may see")
    page = said["repository"]["pullRequests"]
    found = page["nodes"]
    if any(one is None for one in found):
        raise ForgeDown("GraphQL gave up on a part of a page", hint="try again later")
    info = page["pageInfo"]
    return GraphPage(
        [graph_change(one, checks_refused=checks_refused) for one in found],
        frozenset(whole(one["number"]) for one in found if _is_cut(one)),
        text(info["endCursor"]) if info["hasNextPage"] else None,
    )


def _is_cut(said: Any) -> bool:  # noqa: ANN401
    return any(said[part] is None or said[part]["totalCount"] > len(said[part]["nodes"]) for part in PAGED)


PAGED = ("commits", "reviews")


@promised
def graph_change(said: Any, *, checks_refused: bool) -> ForgeChange:  # noqa: ANN401
    """Read a pull request of GraphQL."""
    author = said["author"] or {}
    commits = [one["commit"] for one in said["commits"]["nodes"] if one]
    found = [_graph_review(one, author.get("login")) for one in (said["reviews"] or {"nodes": []})["nodes"] if one]
    closes = said["closingIssuesReferences"]
    failed, checks = _graph_checks(commits)
    knows_checks = checks or not checks_refused
    return ForgeChange(
        pull=_graph_pull(said),
        updated=moment(said["updatedAt"]),
        commits=tuple(map(_graph_commit, commits)),
        commits_count=whole(said["commits"]["totalCount"]),
        reviews=None if said["reviews"] is None else tuple(one for one in found if one),
        closes=None if closes is None else tuple(_labels(one) for one in closes["nodes"] if one),
        failed_checks=failed if knows_checks else None,
        checks=checks if knows_checks else None,
    )


def _graph_pull(said: Any) -> Pull:  # noqa: ANN401
    repository = said["headRepository"]
    return Pull(
        number=whole(said["number"]),
        state={"OPEN": "open", "MERGED": "merged", "CLOSED": "closed"}[said["state"]],  # type: ignore[arg-type]
        is_draft=bool(said["isDraft"]),
        opened=moment(said["createdAt"]),
        closed=maybe(moment, said["closedAt"]),
        merged=maybe(moment, said["mergedAt"]),
        base_branch=text(said["baseRefName"]),
        base_sha=sha(said["baseRefOid"]),
        head_branch=text(said["headRefName"]),
        head_sha=sha(said["headRefOid"]),
        head_repository=None if repository is None else text(repository["nameWithOwner"]),
        merge_commit=None if said["mergeCommit"] is None else sha(said["mergeCommit"]["oid"]),
        author_is_bot=(said["author"] or {}).get("__typename") == "Bot",
        labels=_labels(said),
    )


def _labels(said: Any) -> tuple[str, ...]:  # noqa: ANN401
    return tuple(text(one["name"]) for one in (said["labels"] or {"nodes": []})["nodes"] if one)


def _graph_commit(said: Any) -> Commit:  # noqa: ANN401
    return Commit(
        sha(said["oid"]),
        tuple(sha(parent["oid"]) for parent in said["parents"]["nodes"]),
        person(said["author"]),
        person(said["committer"]),
        moment(said["authoredDate"]),
        moment(said["committedDate"]),
        text(said["message"]),
    )


def _graph_review(said: Any, author: str | None) -> Review | None:  # noqa: ANN401
    if said["state"] == "PENDING" or said["submittedAt"] is None:
        return None
    user = said["author"] or {}
    return Review(
        moment(said["submittedAt"]),
        None if said["commit"] is None else sha(said["commit"]["oid"]),
        whole(said["comments"]["totalCount"]),
        by_person=user.get("__typename") == "User",
        by_author=bool(user) and user["login"] == author,
    )


def _graph_checks(commits: list[Any]) -> tuple[int, int]:
    """How many check runs failed, of how many."""
    failed = every = 0
    for one in commits:
        counts = (one["statusCheckRollup"] or {"contexts": {}})["contexts"].get("checkRunCountsByState") or ()
        every += sum(whole(count["count"]) for count in counts)
        failed += sum(whole(count["count"]) for count in counts if count["state"].lower() in FAILED)
    return failed, every
