"""GitHub, one repository of it: pull requests, comments, runs and their artifacts, changes. Thin and typed.

Decides nothing. `connect` makes one from the variables of a workflow; tests hand in a client with another transport.
GitHub Enterprise Server works too: its address is in GITHUB_API_URL.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from ai_quality.model import Comment, ForgeChange, Pull, Run
from ai_quality.sources import github_changes, github_rows, web

ARTIFACT_LIMIT = 65_536
"""Bytes of the one member that is read."""
ZIP_LIMIT = 2 * ARTIFACT_LIMIT
COMMENT_PAGES = 20
LIST_PAGES = 10

REPOSITORY = re.compile(r"[A-Za-z0-9][A-Za-z0-9-]{0,99}/(?!\.{1,2}$)[A-Za-z0-9._-]{1,100}")


class Comments(NamedTuple):
    """Comments, oldest first; not `complete` when there are more pages than were read."""

    rows: list[Comment]
    complete: bool


class Authorship(NamedTuple):
    """What only GraphQL knows of a comment: is it ours, and is it folded away?"""

    is_ours: bool
    is_minimised: bool


class Fetched(NamedTuple):
    """Changes, last updated first; `notes` are sentences that say what is missing where they are not `complete`."""

    changes: list[ForgeChange]
    complete: bool
    notes: tuple[str, ...]


@dataclass(frozen=True)
class GitHub:
    """A repository on GitHub. Every method raises ForgeProblem, whose kinds tell 401, 403, 404, 422 and limits apart."""

    repository: str
    door: web.Door

    def pull(self, number: int) -> Pull:
        """Return a pull request."""
        return github_rows.pull(self._get(f"pulls/{number:d}"))

    def pulls_by_head(self, owner: str, branch: str, *, state: str = "open") -> list[Pull]:
        """Return the pull requests whose head is this branch of a repository of this owner, newest first."""
        query = {"head": f"{owner}:{branch}", "state": state}
        return [github_rows.pull(one) for one in self._all("pulls", query)]

    def pulls_of_commit(self, sha: str) -> list[Pull]:
        """Return the pull requests that a commit came with, or is in."""
        return [github_rows.pull(one) for one in self._all(f"commits/{github_rows.sha(sha)}/pulls", {})]

    def comments(self, number: int) -> Comments:
        """Return the comments under a pull request, at most 20 pages of 100."""
        found: list[Comment] = []
        try:
            for page in self._pages(f"issues/{number:d}/comments", {}, most=COMMENT_PAGES):
                found += map(github_rows.comment, page)
        except web.MorePages:
            return Comments(found, complete=False)
        return Comments(found, complete=True)

    def authorship(self, comments: Sequence[Comment]) -> dict[int, Authorship]:
        """Return by comment id what GraphQL knows; those it cannot see are missing."""
        raise NotImplementedError

    def create_comment(self, number: int, body: str) -> Comment:
        """Write a comment. Never sent twice: after ForgeDown it may be there or not."""
        answer = self.door.ask("POST", self._path(f"issues/{number:d}/comments"), body={"body": body})
        return github_rows.comment(answer.data)

    def update_comment(self, identity: int, body: str) -> Comment:
        """Give a comment another body; NotOnForge if it was deleted."""
        answer = self.door.ask("PATCH", self._path(f"issues/comments/{identity:d}"), body={"body": body})
        return github_rows.comment(answer.data)

    def minimise_comment(self, node: str) -> None:
        """Fold a comment away as outdated."""
        raise NotImplementedError

    def run(self, identity: int) -> Run:
        """Return a workflow run."""
        return github_rows.run(self._get(f"actions/runs/{identity:d}"))

    def artifact(self, run: int, name: str, member: str, *, limit: int = ARTIFACT_LIMIT) -> bytes:
        """Return the one file of a run's artifact; NotOnForge if there is no such artifact or it has expired.

        A stranger made it: RefusedByForge if it has another file, or more than `limit` bytes packed or unpacked.
        """
        raise NotImplementedError

    def changes(self, since: int | None = None, limit: int = 500) -> Fetched:
        """Return the pull requests updated since a time (seconds), last updated first, at most `limit` of them.

        A limit of the forge, a failure midway or a refused part gives what there is, not `complete`, and says why.
        """
        return Fetched(*github_changes.changes(self.door, self.repository, since, limit))

    def _path(self, rest: str) -> str:
        return f"/repos/{self.repository}/{rest}"

    def _get(self, rest: str) -> Any:  # noqa: ANN401 (JSON)
        return self.door.ask("GET", self._path(rest)).data

    def _pages(self, rest: str, query: Mapping[str, str | int], *, most: int, key: str = "") -> Iterator[list[Any]]:
        return self.door.pages(self._path(rest), query, most=most, key=key)

    def _all(self, rest: str, query: Mapping[str, str | int], *, key: str = "") -> list[Any]:
        return [one for page in self._pages(rest, query, most=LIST_PAGES, key=key) for one in page]


def connect(
    environ: Mapping[str, str],
    *,
    token: str | None,
    client: web.Client | None = None,
    sleep: Callable[[float], None] = time.sleep,
    clock: Callable[[], float] = time.time,
) -> GitHub:
    """Return the repository that a workflow's variables name; UsageError says which of them is odd.

    Read are GITHUB_REPOSITORY (needed), GITHUB_API_URL, GITHUB_GRAPHQL_URL, SSL_CERT_FILE and REQUESTS_CA_BUNDLE.
    """
    raise NotImplementedError
