"""GitHub, one repository of it: pull requests, comments, runs and their artifacts, changes. Thin and typed.

Decides nothing. `connect` makes one from the variables of a workflow; tests hand in a client with another transport.
GitHub Enterprise Server works too: its address is in GITHUB_API_URL.
"""

from __future__ import annotations

import io
import re
import time
import zipfile
import zlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from ai_quality.errors import ForgeGarbled, NotOnForge, RefusedByForge, UsageError
from ai_quality.model import Comment, Pull, Run
from ai_quality.sources import github_changes, github_queries, github_rows, web

ARTIFACT_LIMIT = 65_536
"""Bytes of the one member that is read."""
ZIP_LIMIT = 2 * ARTIFACT_LIMIT
"""Bytes of the archive: nothing that small holds a directory worth exploding."""

COMMENT_PAGES = 20
LIST_PAGES = 10
NODES = 100
"""Ids that one GraphQL request may ask about."""

GITHUB = "https://api.github.com"
REPOSITORY = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,99}/(?!\.{1,2}$)[A-Za-z0-9._-]{1,100}")
TOKEN = re.compile(r"[!-~]{1,1000}")
KNOWN_PATHS = ("/api/v3", "/api/v1")
"""Where GitHub Enterprise Server has its interface, and where Gitea and Forgejo have one much like it."""


class Comments(NamedTuple):
    """Comments, oldest first; not `complete` when there are more pages than were read."""

    rows: list[Comment]
    complete: bool


class Authorship(NamedTuple):
    """What only GraphQL knows of a comment: is it ours, and is it folded away?"""

    is_ours: bool
    is_minimised: bool


Fetched = github_changes.Fetched


@dataclass(frozen=True)
class GitHub:
    """A repository on GitHub. Every method may raise ForgeProblem, whose kinds tell 401, 403, 404 and 422 apart."""

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
        found: dict[int, Authorship] = {}
        for start in range(0, len(comments), NODES):
            asked = comments[start : start + NODES]
            ids = {"ids": [comment.node for comment in asked]}
            nodes = github_rows.nodes(self.door.ask_graph(github_queries.AUTHORSHIP, ids).data)
            for comment, node in zip(asked, nodes, strict=False):  # ids come back in another spelling
                if node:
                    found[comment.id] = Authorship(bool(node["viewerDidAuthor"]), bool(node["isMinimized"]))
        return found

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
        self.door.ask_graph(github_queries.MINIMISE, {"node": node})

    def run(self, identity: int) -> Run:
        """Return a workflow run."""
        return github_rows.run(self._get(f"actions/runs/{identity:d}"))

    def artifact(self, run: int, name: str, member: str, *, limit: int = ARTIFACT_LIMIT) -> bytes:
        """Return the one file of a run's artifact; NotOnForge if there is no such artifact or it has expired.

        A stranger made it: RefusedByForge if it has another file, or more than `limit` bytes packed or unpacked.
        """
        listed = self._all(f"actions/runs/{run:d}/artifacts", {"name": name}, key="artifacts")
        found = [one for one in map(github_rows.artifact, listed) if one.name == name]
        if not found or (newest := max(found)).expired:
            raise NotOnForge(f"the run left no artifact {name!r}", hint="nothing to post")
        if newest.size > ZIP_LIMIT:
            raise RefusedByForge(f"the artifact has {newest.size} bytes", hint="ours are smaller: it was not read")
        return only_member(self.door.download(self._path(f"actions/artifacts/{newest.id:d}/zip"), limit=ZIP_LIMIT),
                           member, limit)  # fmt: skip

    def changes(self, since: int | None = None, limit: int = 500) -> Fetched:
        """Return the pull requests updated since a time (seconds), last updated first, at most `limit` of them.

        A limit of the forge or a failure midway gives what there is, not `complete`, and says why in `notes`.
        """
        return github_changes.changes(self.door, self.repository, since, limit)

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
    repository = environ.get("GITHUB_REPOSITORY", "")
    if not REPOSITORY.fullmatch(repository):
        raise UsageError("GITHUB_REPOSITORY names no repository", hint="set it to OWNER/NAME")
    if token and not TOKEN.fullmatch(token):
        raise UsageError("the token has blanks or control characters in it", hint="give it as it was issued")
    base = _base(environ.get("GITHUB_API_URL") or GITHUB)
    graph = environ.get("GITHUB_GRAPHQL_URL") or re.sub("/api/v3$", "/api", base) + "/graphql"
    if not web.is_same_host(base, web.checked_base(graph, "GITHUB_GRAPHQL_URL")):
        problem = "GITHUB_GRAPHQL_URL is on another host than GITHUB_API_URL"
        raise UsageError(problem, hint="the token goes to one host only: unset one of them")
    door = web.Door(base, graph, token or None, client or web.new_client(environ), sleep, clock)
    return GitHub(repository, door)


def _base(said: str) -> str:
    """The base address as it must be; kind to those who set it by hand."""
    base = web.checked_base(said, "GITHUB_API_URL")
    host, path = web.host_of(base), web.path_of(base)
    if host in {"github.com", "www.github.com"}:
        raise UsageError("GITHUB_API_URL is the site, not its interface", hint=f"set it to {GITHUB}, or unset it")
    if path and not path.endswith(KNOWN_PATHS):
        hint = f"set it to https://{host}/api/v3, without anything behind that"
        raise UsageError(f"GITHUB_API_URL ends in {path[-40:]!r}", hint=hint)
    return base


def only_member(packed: bytes, name: str, limit: int = ARTIFACT_LIMIT) -> bytes:
    """Return the one file of an archive that strangers made; RefusedByForge where it is anything else than that.

    Its size is checked before it is read. bzip2 and lzma are refused: they unpack without a bound.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(packed)) as archive:
            (member,) = archive.infolist() if len(archive.infolist()) == 1 else (None,)
            if member is None or member.filename != name:
                raise RefusedByForge(f"the artifact is not one file {name!r}", hint="it was not made by us")
            if member.file_size > limit or member.compress_type not in {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED}:
                raise RefusedByForge(f"the artifact's file has more than {limit} bytes", hint="it was not read")
            with archive.open(member) as file:
                text = file.read(limit + 1)
    except (zipfile.BadZipFile, zlib.error, RuntimeError, NotImplementedError, EOFError, ValueError, OSError) as wrong:
        raise ForgeGarbled("the artifact is no archive that can be read") from wrong
    if len(text) > limit:
        raise RefusedByForge(f"the artifact's file has more than {limit} bytes", hint="it was not read")
    return text
