"""What there is on our fake GitHub, and how REST and GraphQL show it. Built on GitHub's own examples."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import graphql

from tests.github import oracle

DAY = 86_400
EPOCH = int(datetime(2026, 1, 1, tzinfo=UTC).timestamp())


def at(day: float) -> int:
    """Seconds since 1970 of a day of 2026, counted from 0."""
    return int(EPOCH + day * DAY)


def iso(seconds: int | None) -> str | None:
    return None if seconds is None else datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def sha(name: str) -> str:
    """A commit id that a test can name."""
    return hashlib.sha1(name.encode(), usedforsecurity=False).hexdigest()


@dataclass
class Comment:
    id: int
    body: str
    login: str = "github-actions[bot]"
    created: int = EPOCH
    updated: int = EPOCH
    minimised: bool = False

    @property
    def node(self) -> str:
        return f"IC_{self.id}"


@dataclass
class Commit:
    name: str
    day: float = 0
    message: str = "A commit"
    parents: Sequence[str] = ("base",)
    failed: int = 0
    passed: int = 0
    email: str = "jane@example.org"

    @property
    def sha(self) -> str:
        return sha(self.name)


@dataclass
class Review:
    on: str | None
    """The name of the commit it looked at; None: GitHub no longer has it."""
    day: float
    login: str = "reviewer"
    state: str = "APPROVED"
    comments: int = 0


@dataclass
class Pull:
    number: int
    commits: list[Commit] = field(default_factory=lambda: [Commit("head")])
    opened: float = 0
    closed: float | None = None
    merged: float | None = None
    updated: float | None = None
    draft: bool = False
    author: str | None = "jane"
    head: str | None = "octo-org/widgets"
    """The repository of the head; None: the fork is gone."""
    branch: str = "feature"
    base: str = "main"
    labels: Sequence[str] = ()
    closes: Sequence[Sequence[str]] = ()
    """The labels of each issue it closes."""
    reviews: list[Review] = field(default_factory=list)
    landing: str | None = None
    """The id of its merge commit, where a test has a real one."""

    @property
    def head_sha(self) -> str:
        return self.commits[-1].sha

    @property
    def last(self) -> float:
        days = (self.opened, self.closed, self.merged, self.updated, *(one.day for one in self.reviews))
        return max(day for day in days if day is not None)

    @property
    def end(self) -> float | None:
        return self.merged if self.closed is None else self.closed

    @property
    def merge_commit(self) -> str | None:
        return None if self.merged is None else self.landing or sha(f"merge of {self.number}")


@dataclass
class Run:
    id: int
    head: str
    event: str = "pull_request"
    repository: str = "stranger/widgets"
    branch: str = "feature"


@dataclass
class Artifact:
    id: int
    run: int
    name: str
    packed: bytes
    expired: bool = False
    says: int | None = None
    """The size that the list tells, where that is not the true one."""


# --- REST -----------------------------------------------------------------------------------------


def user(login: str | None) -> dict[str, Any] | None:
    if login is None:
        return None
    found: dict[str, Any] = oracle.example("issue-comment")["user"]
    return found | {"login": login, "type": kind_of(login)}


def kind_of(login: str) -> str:
    return "Bot" if login.endswith("[bot]") else "User"


def rest_comment(one: Comment) -> dict[str, Any]:
    found: dict[str, Any] = oracle.example("issue-comment")
    when = {"created_at": iso(one.created), "updated_at": iso(one.updated)}
    return found | {"id": one.id, "node_id": one.node, "body": one.body, "user": user(one.login), **when}


def rest_pull(one: Pull, *, whole: bool) -> dict[str, Any]:
    found: dict[str, Any] = oracle.example("pull-request") if whole else oracle.example("pull-request-simple-items")[0]
    found |= {
        "number": one.number,
        "state": "open" if one.end is None else "closed",
        "draft": one.draft,
        "created_at": iso(at(one.opened)),
        "updated_at": iso(at(one.last)),
        "closed_at": None if one.end is None else iso(at(one.end)),
        "merged_at": None if one.merged is None else iso(at(one.merged)),
        "merge_commit_sha": one.merge_commit,
        "user": user(one.author),
        "requested_teams": [],  # GitHub's example of a team does not fit GitHub's description of one
        "labels": [found["labels"][0] | {"name": name} for name in one.labels],
    }
    found["head"] |= {
        "ref": one.branch,
        "sha": one.head_sha,
        "label": f"{(one.head or 'x').split('/')[0]}:{one.branch}",
    }
    found["head"]["repo"] = None if one.head is None else found["head"]["repo"] | {"full_name": one.head}
    found["base"] |= {"ref": one.base, "sha": sha("base")}
    if whole:
        found |= {"merged": one.merged is not None, "commits": len(one.commits)}
    return found


def rest_commit(one: Commit) -> dict[str, Any]:
    found: dict[str, Any] = oracle.example("commit-items")[0]
    who = {"name": "Jane", "email": one.email, "date": iso(at(one.day))}
    found["commit"] |= {"message": one.message, "author": who, "committer": who}
    parents = [found["parents"][0] | {"sha": sha(name)} for name in one.parents]
    return found | {"sha": one.sha, "parents": parents}


def rest_reviews(one: Pull) -> list[dict[str, Any]]:
    template = oracle.example("pull-request-review-items")[0]
    return [
        template
        | {"id": number, "user": user(review.login), "state": review.state, "submitted_at": iso(at(review.day))}
        | {"commit_id": None if review.on is None else sha(review.on)}
        for number, review in enumerate(one.reviews, 1)
    ]


def rest_review_comments(one: Pull) -> list[dict[str, Any]]:
    template = oracle.example("pull-request-review-comment-items")[0]
    return [
        template | {"id": 1000 * number + nth, "pull_request_review_id": number, "user": user(review.login)}
        for number, review in enumerate(one.reviews, 1)
        for nth in range(review.comments)
    ]


def rest_checks(one: Commit) -> list[dict[str, Any]]:
    template = oracle.example("check-run-paginated")["check_runs"][0]
    ends = ["failure"] * one.failed + ["success"] * one.passed
    return [template | {"id": number, "head_sha": one.sha, "conclusion": end} for number, end in enumerate(ends, 1)]


def rest_run(one: Run) -> dict[str, Any]:
    found: dict[str, Any] = oracle.example("workflow-run")
    found |= {"id": one.id, "event": one.event, "head_sha": one.head, "head_branch": one.branch, "pull_requests": []}
    found["head_repository"] |= {"full_name": one.repository}
    return found


def rest_artifact(one: Artifact) -> dict[str, Any]:
    found: dict[str, Any] = oracle.example("artifact-paginated")["artifacts"][0]
    size = len(one.packed) if one.says is None else one.says
    return found | {"id": one.id, "name": one.name, "size_in_bytes": size, "expired": one.expired}


# --- GraphQL --------------------------------------------------------------------------------------


def graph_actor(login: str | None) -> dict[str, Any] | None:
    if login is None:
        return None
    return {"__typename": kind_of(login), "login": login.removesuffix("[bot]")}


def connection(every: Iterable[Any]) -> Callable[..., dict[str, Any]]:
    """A field with `first` and `after`, as GitHub pages it."""
    rows = list(every)

    def page(_: object, first: int = 0, after: str | None = None, **__: object) -> dict[str, Any]:
        start = int(after or 0)
        end = start + first
        return {
            "totalCount": len(rows),
            "nodes": rows[start:end],
            "pageInfo": {"hasNextPage": end < len(rows), "endCursor": str(end), "hasPreviousPage": start > 0},
        }

    return page


def graph_commit(one: Commit, *, may_see_checks: bool) -> dict[str, Any]:
    who = {"name": "Jane", "email": one.email}

    def rollup(_: object) -> dict[str, Any] | None:
        if not may_see_checks:
            raise graphql.GraphQLError("Resource not accessible by integration", extensions={"type": "FORBIDDEN"})
        counts = [{"state": "FAILURE", "count": one.failed}, {"state": "SUCCESS", "count": one.passed}]
        return {"contexts": {"checkRunCountsByState": counts}} if one.failed or one.passed else None

    return {
        "oid": one.sha, "message": one.message, "authoredDate": iso(at(one.day)), "committedDate": iso(at(one.day)),
        "author": who, "committer": who, "parents": connection({"oid": sha(name)} for name in one.parents),
        "statusCheckRollup": rollup,
    }  # fmt: skip


def graph_pull(one: Pull, *, may_see_checks: bool) -> dict[str, Any]:
    return {
        "number": one.number,
        "state": "MERGED" if one.merged is not None else "CLOSED" if one.closed is not None else "OPEN",
        "isDraft": one.draft,
        "createdAt": iso(at(one.opened)),
        "closedAt": None if one.end is None else iso(at(one.end)),
        "mergedAt": None if one.merged is None else iso(at(one.merged)),
        "updatedAt": iso(at(one.last)),
        "baseRefName": one.base,
        "baseRefOid": sha("base"),
        "headRefName": one.branch,
        "headRefOid": one.head_sha,
        "headRepository": None if one.head is None else {"nameWithOwner": one.head},
        "mergeCommit": None if one.merge_commit is None else {"oid": one.merge_commit},
        "author": graph_actor(one.author),
        "labels": connection({"name": name} for name in one.labels),
        "closingIssuesReferences": connection(
            {"labels": connection({"name": name} for name in labels)} for labels in one.closes
        ),
        "commits": connection({"commit": graph_commit(c, may_see_checks=may_see_checks)} for c in one.commits),
        "reviews": connection(map(graph_review, one.reviews)),
    }


def graph_review(one: Review) -> dict[str, Any]:
    return {
        "state": one.state,
        "submittedAt": iso(at(one.day)),
        "author": graph_actor(one.login),
        "commit": None if one.on is None else {"oid": sha(one.on)},
        "comments": {"totalCount": one.comments},
    }
