"""Changes as GitHub knows them: GraphQL in pages, REST where GraphQL is silent. What is missing is said.

A page that is too much for GraphQL (it gives up after ten seconds) is asked for again in smaller parts. REST has no
other way than about ten requests a pull request, so it is for what GraphQL cuts off, and for forges without it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from ai_quality.errors import ForgeDown, ForgeProblem, NotOnForge, NotPermitted, RefusedByForge, TokenRefused
from ai_quality.model import Commit, ForgeChange, Review
from ai_quality.sources import github_queries, github_rows, web

PAGE_SIZES = (25, 10, 3)
"""Pull requests a page of GraphQL, each with up to 100 commits and 100 reviews."""

MOST_PAGES = 100
PAGES_OF_ONE = 10
"""Of one pull request's commits (REST gives 250), reviews, review comments, and a commit's check runs."""

COMMITS_CHECKED = 10
"""Of a pull request with more commits REST does not tell how its checks went: a request a commit is too much."""


class Fetched(NamedTuple):
    """Changes, last updated first; `complete`: all that were asked for. `notes` are sentences on what is missing."""

    changes: list[ForgeChange]
    complete: bool
    notes: tuple[str, ...]


@dataclass
class _Asking:
    """One answer as it grows."""

    door: web.Door
    repository: str
    since: int | None
    limit: int
    found: dict[int, ForgeChange] = field(default_factory=dict)
    complete: bool = True
    notes: list[str] = field(default_factory=list)
    page_sizes: Sequence[int] = PAGE_SIZES

    def path(self, rest: str) -> str:
        return f"/repos/{self.repository}/{rest}"

    def is_wanted(self, number: int, updated: int) -> bool:
        """False once all that follow are of no use: older than was asked for, or too many."""
        if self.since is not None and updated < self.since:
            return False
        if len(self.found) < self.limit or number in self.found:
            return True
        self.cut()
        return False

    def cut(self) -> None:
        self.complete = False
        self.notes.append(f"only the {len(self.found)} pull requests that were updated last were read")


def changes(door: web.Door, repository: str, since: int | None, limit: int) -> Fetched:
    """Return what there is; raises ForgeProblem only where that is nothing."""
    asking = _Asking(door, repository, since, limit)
    try:
        try:
            _by_graph(asking)
        except (ForgeDown, NotPermitted, NotOnForge, RefusedByForge, TokenRefused):  # GraphQL answers nobody unnamed
            _by_rest(asking)
    except ForgeProblem as problem:
        if not asking.found:
            raise
        asking.complete = False
        asking.notes.append(f"the forge answered only in part: {problem.problem}")
    found = sorted(asking.found.values(), key=lambda change: (-change.updated, -change.pull.number))
    return Fetched(found, asking.complete, tuple(dict.fromkeys(asking.notes)))


# --- GraphQL --------------------------------------------------------------------------------------


def _by_graph(asking: _Asking) -> None:
    cursor: str | None = None
    for _ in range(MOST_PAGES):
        page = _graph_page(asking, cursor)
        for change in page.changes:
            number = change.pull.number
            if not asking.is_wanted(number, change.updated):
                return
            asking.found[number] = _completed(asking, change) if number in page.cut else change
        cursor = page.cursor
        if cursor is None:
            return
    asking.cut()


def _graph_page(asking: _Asking, cursor: str | None) -> github_rows.GraphPage:
    """One page of the size that GraphQL manages; it is not asked twice for what it could not do in ten seconds."""
    owner, _, name = asking.repository.partition("/")
    variables = {"owner": owner, "name": name, "after": cursor}
    while True:
        is_last_try = len(asking.page_sizes) == 1
        first = min(asking.page_sizes[0], asking.limit + 1)
        try:
            answer = asking.door.ask_graph(
                github_queries.CHANGES, {**variables, "first": first}, may_repeat=is_last_try
            )
            page = github_rows.graph_page(answer.data, checks_refused="FORBIDDEN" in answer.refused)
        except (ForgeDown, RefusedByForge):
            if is_last_try:
                raise
            asking.page_sizes = asking.page_sizes[1:]
            continue
        if "FORBIDDEN" in answer.refused:
            asking.notes.append("some of what was asked is not for this token: check runs need `checks: read`")
        return page


def _completed(asking: _Asking, change: ForgeChange) -> ForgeChange:
    """The change with all its commits and reviews; what only GraphQL tells stays."""
    said = asking.door.ask("GET", asking.path(f"pulls/{change.pull.number:d}")).data
    whole = _rest_change(asking, said)._replace(closes=change.closes)
    if len(change.commits or ()) < (change.commits_count or 0):
        return whole
    return whole._replace(checks=change.checks, failed_checks=change.failed_checks)


# --- REST -----------------------------------------------------------------------------------------


def _by_rest(asking: _Asking) -> None:
    query: dict[str, str | int] = {"state": "all", "sort": "updated", "direction": "desc"}
    try:
        for page in asking.door.pages(asking.path("pulls"), query, most=MOST_PAGES):
            for said in page:
                number, updated = github_rows.age(said)
                if not asking.is_wanted(number, updated):
                    return
                if number not in asking.found or asking.found[number].updated != updated:
                    asking.found[number] = _rest_change(asking, said)
    except web.MorePages:
        asking.cut()


def _rest_change(asking: _Asking, said: Any) -> ForgeChange:  # noqa: ANN401 (JSON)
    pull = github_rows.pull(said)
    commits = tuple(map(github_rows.commit, _all(asking, f"pulls/{pull.number:d}/commits")))
    failed, checks = _rest_checks(asking, commits)
    return ForgeChange(
        pull=pull,
        updated=github_rows.age(said)[1],
        commits=commits,
        commits_count=len(commits) if len(commits) < MOST_COMMITS else None,
        reviews=_rest_reviews(asking, pull.number, github_rows.login(said)),
        closes=None,
        failed_checks=failed,
        checks=checks,
    )


MOST_COMMITS = 250
"""GitHub lists no more of a pull request."""


def _rest_reviews(asking: _Asking, number: int, author: str | None) -> tuple[Review, ...]:
    beside = Counter(github_rows.review_of_comment(one) for one in _all(asking, f"pulls/{number:d}/comments"))
    found = (github_rows.review(one, author, beside[one["id"]]) for one in _all(asking, f"pulls/{number:d}/reviews"))
    return tuple(one for one in found if one)


def _rest_checks(asking: _Asking, commits: Sequence[Commit]) -> tuple[int | None, int | None]:
    """How many check runs failed, of how many; None, None where it cannot be told."""
    if len(commits) > COMMITS_CHECKED:
        return None, None
    try:
        runs = [run for one in commits for run in _all(asking, f"commits/{one.sha}/check-runs", key="check_runs")]
    except NotPermitted:
        asking.notes.append("check runs were not shown: they need `checks: read`")
        return None, None
    return sum(map(github_rows.check_failed, runs)), len(runs)


def _all(asking: _Asking, rest: str, *, key: str = "") -> list[Any]:
    pages = asking.door.pages(asking.path(rest), {}, key=key, most=PAGES_OF_ONE)
    return [one for page in pages for one in page]
