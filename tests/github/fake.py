"""A GitHub of our own that remembers what is written to it, for tests: in process, or as a loopback server.

Every request and every answer is held against GitHub's own descriptions (`oracle`); what does not fit raises in the
test, and stands in `violations` for requests of another process. Faults are scripted with `fail`.
"""

from __future__ import annotations

import contextlib
import json
import re
import threading
from collections.abc import Iterator, Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

import graphql
import httpx2
from werkzeug.datastructures import Headers

from ai_quality.sources.github import GitHub, connect
from tests.github import oracle, world
from tests.github.wire import Clock, Fault, NoAnswer, Reply, Seen

HOST = "https://api.github.com"
GHES = "https://git.example.com"
TOKEN = "ghs_a-made-up-token"
REPOSITORY = "octo-org/widgets"
REPOSITORY_ID = 1296269
BLOBS = "https://blobs.example.net"
TOO_LONG = 65_536


class FakeGitHub:
    """One repository. Tests fill `pulls`, `comments`, `runs` and `artifacts`, and read them afterwards."""

    def __init__(self, *, prefix: str = "", me: str = "github-actions[bot]") -> None:
        self.prefix, self.me = prefix, me
        self.clock = Clock()
        self.pulls: dict[int, world.Pull] = {}
        self.comments: dict[int, list[world.Comment]] = {}
        self.runs: dict[int, world.Run] = {}
        self.artifacts: list[world.Artifact] = []
        self.faults: list[Fault] = []
        self.seen: list[Seen] = []
        self.violations: list[str] = []
        self.may_write = True
        self.may_see_checks = True
        self.has_graphql = True
        self.graph_stamina = 100
        self.page_cap = 100
        self.left = 5000
        self.reset = int(self.clock.now) + 1800
        self._lock = threading.Lock()

    # --- filling and scripting ---

    def say(self, number: int, *bodies: str, login: str | None = None, day: float = 1) -> list[world.Comment]:
        """Put comments under a pull request, oldest first."""
        made = []
        for body in bodies:
            identity = 1 + sum(map(len, self.comments.values()))
            made.append(world.Comment(identity, body, login or self.me, world.at(day), world.at(day)))
            self.comments.setdefault(number, []).append(made[-1])
        return made

    def fail(
        self,
        pattern: str,
        status: int = 502,
        *,
        times: int = 1,
        headers: Mapping[str, str] | None = None,
        message: str = "Server Error",
        raw: bytes | None = None,
        carried_out: bool = False,
    ) -> None:
        """Let the next requests whose `METHOD path` fits get this answer instead."""
        body = {"message": message, "documentation_url": "https://docs.github.com/rest"}
        given = dict(headers or {})
        self.faults.append(Fault(pattern, times, lambda: Reply(status, body, given, raw), carried_out=carried_out))

    def hang_up(self, pattern: str, *, times: int = 1, carried_out: bool = False) -> None:
        """Let the next requests that fit get no answer."""
        self.faults.append(Fault(pattern, times, carried_out=carried_out, silent=True))

    def cut_short(self, pattern: str) -> None:
        """Let the next answer that fits end in the middle."""
        self.faults.append(Fault(pattern, 1, truncated=True))

    def written(self) -> list[str]:
        """Requests that wanted to change something, in order; a mutation is `POST /graphql`."""
        return [one.words for one in self.seen if one.method != "GET" and "query " not in str(one.body)]

    # --- the two ways in ---

    def client(self) -> httpx2.Client:
        """A client whose every request ends up here."""
        return httpx2.Client(transport=httpx2.MockTransport(self._mock), trust_env=False)

    def connected(self, *, token: str | None = TOKEN) -> GitHub:
        """Our own client, on this fake; waiting moves its clock."""
        base = HOST if not self.prefix else GHES + self.prefix
        named = {"GITHUB_REPOSITORY": REPOSITORY, "GITHUB_API_URL": base}
        return connect(named, token=token, client=self.client(), sleep=self.clock.sleep, clock=self.clock)

    @contextlib.contextmanager
    def connecting(self, base: str) -> Iterator[GitHub]:
        """Our own client on a real connection to `serve`."""
        with httpx2.Client(trust_env=False) as client:
            named = {"GITHUB_REPOSITORY": REPOSITORY, "GITHUB_API_URL": base}
            yield connect(named, token=TOKEN, client=client, sleep=self.clock.sleep, clock=self.clock)

    def _mock(self, request: httpx2.Request) -> httpx2.Response:
        try:
            reply = self.handle(request.method, str(request.url), request.headers, request.content)
        except NoAnswer:
            raise httpx2.ReadTimeout("no answer", request=request) from None
        return httpx2.Response(reply.status, headers=reply.headers, content=reply.content)

    @contextlib.contextmanager
    def serve(self) -> Iterator[str]:
        """Give the base address of a loopback server for other processes; what they ask wrongly raises at the end."""
        server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self))
        server.daemon_threads = True
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_address[1]}{self.prefix}"
        finally:
            server.shutdown()
            server.server_close()
            thread.join()
        if self.violations:
            raise oracle.NotGitHub("\n".join(self.violations))

    # --- a request ---

    def handle(self, method: str, address: str, headers: Mapping[str, str], content: bytes) -> Reply:
        """Answer a request; NotGitHub if it or our answer does not fit, NoAnswer if a fault says so."""
        url, body = urlsplit(address), json.loads(content) if content else None
        given = {name.lower(): value for name, value in headers.items()}
        said = Seen(method, f"{url.scheme}://{url.netloc}", url.path, dict(parse_qsl(url.query)), given, body)
        with self._lock:
            self.seen.append(said)
            try:
                return self._faulty(said)
            except oracle.NotGitHub as wrong:
                self.violations.append(str(wrong))
                raise

    def _faulty(self, said: Seen) -> Reply:
        fault = next((one for one in self.faults if one.times and re.search(one.pattern, said.words)), None)
        if fault is None:
            return self._answer(said)
        fault.times -= 1
        if fault.truncated:
            reply = self._answer(said)
            reply.truncated = True
            return reply
        if fault.carried_out:
            self._answer(said)
        if fault.silent or fault.reply is None:
            raise NoAnswer
        return fault.reply()

    def _answer(self, said: Seen) -> Reply:
        if "/_blobs/" in said.path:
            return self._blob(said)
        if said.headers.get("authorization") != f"Bearer {TOKEN}":
            return Reply(401, {"message": "Bad credentials", "documentation_url": "https://docs.github.com/rest"})
        if self.left <= 0 and self.clock.now >= self.reset:
            self.left = 5000
        limits = {"X-RateLimit-Remaining": str(max(0, self.left - 1)), "X-RateLimit-Reset": str(self.reset)}
        if self.left <= 0:
            return Reply(403, {"message": "API rate limit exceeded", "documentation_url": "https://docs"}, limits)
        self.left -= 1
        reply = self._graph(said) if said.path.endswith("/graphql") else self._rest(said)
        reply.headers |= limits
        return reply

    def _rest(self, said: Seen) -> Reply:
        if not said.path.startswith(self.prefix + "/"):
            return Reply(404, {"message": "Not Found"})
        path = said.path.removeprefix(self.prefix)
        path = path.replace(f"/repositories/{REPOSITORY_ID}/", f"/repos/{REPOSITORY}/", 1)
        raw = json.dumps(said.body).encode() if said.body is not None else None
        asked = oracle.Asked(said.method, path, tuple(said.query.items()), said.headers, raw)
        oracle.judge_request(asked)
        reply = self._routed(said, path.removeprefix(f"/repos/{REPOSITORY}"))
        oracle.judge_answer(asked, oracle.Answered(reply.status, reply.content, Headers(reply.headers)))
        return reply

    def _routed(self, said: Seen, rest: str) -> Reply:
        for (method, pattern), answer in ROUTES.items():
            if said.method == method and (found := re.fullmatch(pattern, rest)):
                reply: Reply = getattr(self, answer)(said, *found.groups())
                return reply
        return Reply(404, {"message": "Not Found"})

    def _page(self, said: Seen, rows: list[Any], key: str = "") -> Reply:
        size, page = min(self.page_cap, int(said.query.get("per_page", "30"))), int(said.query.get("page", "1"))
        shown = rows[(page - 1) * size : page * size]
        headers = {}
        if page * size < len(rows):
            path = said.path.replace(f"/repos/{REPOSITORY}/", f"/repositories/{REPOSITORY_ID}/")
            links = {"next": page + 1, "last": -(-len(rows) // size)}
            queries = {rel: urlencode(said.query | {"page": str(at)}) for rel, at in links.items()}
            headers["Link"] = ", ".join(f'<{said.host}{path}?{q}>; rel="{rel}"' for rel, q in queries.items())
        return Reply(200, {"total_count": len(rows), key: shown} if key else shown, headers)

    # --- operations ---

    def _pull(self, _: Seen, number: str) -> Reply:
        found = self.pulls.get(int(number))
        return Reply(200, world.rest_pull(found, whole=True)) if found else _missing()

    def _pulls(self, said: Seen) -> Reply:
        found = [world.rest_pull(one, whole=False) for one in self.pulls.values()]
        if (state := said.query.get("state", "open")) != "all":
            found = [one for one in found if one["state"] == state]
        if head := said.query.get("head"):
            found = [one for one in found if one["head"]["label"] == head]
        by = {"updated": "updated_at"}.get(said.query.get("sort", "created"), "created_at")
        newest_first = said.query.get("direction", "desc" if by == "created_at" else "asc") == "desc"
        return self._page(said, sorted(found, key=lambda one: one[by], reverse=newest_first))

    def _pulls_of_commit(self, said: Seen, sha: str) -> Reply:
        found = [p for p in self.pulls.values() if sha == p.merge_commit or sha in {c.sha for c in p.commits}]
        return self._page(said, [world.rest_pull(one, whole=False) for one in found])

    def _commits(self, said: Seen, number: str) -> Reply:
        return self._page(said, [world.rest_commit(one) for one in self.pulls[int(number)].commits[:250]])

    def _reviews(self, said: Seen, number: str) -> Reply:
        return self._page(said, world.rest_reviews(self.pulls[int(number)]))

    def _review_comments(self, said: Seen, number: str) -> Reply:
        return self._page(said, world.rest_review_comments(self.pulls[int(number)]))

    def _checks(self, said: Seen, sha: str) -> Reply:
        if not self.may_see_checks:
            return Reply(403, {"message": "Resource not accessible by integration"})
        every = [one for pull in self.pulls.values() for one in pull.commits]
        found = next((one for one in every if one.sha == sha), None)
        return self._page(said, world.rest_checks(found) if found else [], "check_runs")

    def _list_comments(self, said: Seen, number: str) -> Reply:
        if int(number) not in self.pulls:
            return _missing()
        return self._page(said, [world.rest_comment(one) for one in self.comments.get(int(number), [])])

    def _create_comment(self, said: Seen, number: str) -> Reply:
        if not self.may_write:
            return _forbidden()
        if int(number) not in self.pulls:
            return _missing()
        if refused := _too_long(said.body["body"]):
            return refused
        made = self.say(int(number), said.body["body"])[0]
        made.created = made.updated = int(self.clock.now)
        return Reply(201, world.rest_comment(made))

    def _update_comment(self, said: Seen, identity: str) -> Reply:
        if not self.may_write:
            return _forbidden()
        found = [one for one in self._every_comment() if one.id == int(identity)]
        if not found:
            return _missing()
        if refused := _too_long(said.body["body"]):
            return refused
        found[0].body, found[0].updated = said.body["body"], int(self.clock.now)
        return Reply(200, world.rest_comment(found[0]))

    def _every_comment(self) -> list[world.Comment]:
        return [one for under in self.comments.values() for one in under]

    def _run(self, _: Seen, identity: str) -> Reply:
        found = self.runs.get(int(identity))
        return Reply(200, world.rest_run(found)) if found else _missing()

    def _list_artifacts(self, said: Seen, run: str) -> Reply:
        wanted = said.query.get("name")
        found = [one for one in self.artifacts if one.run == int(run) and wanted in {None, one.name}]
        return self._page(said, [world.rest_artifact(one) for one in found], "artifacts")

    def _download(self, said: Seen, identity: str) -> Reply:
        blobs = BLOBS if said.host.startswith("https") else said.host.replace("127.0.0.1", "localhost")
        return Reply(302, headers={"Location": f"{blobs}/_blobs/{identity}"})

    def _blob(self, said: Seen) -> Reply:
        if "authorization" in said.headers:
            raise oracle.NotGitHub("the token went to another host")
        identity = int(said.path.rpartition("/")[2])
        return Reply(200, raw=next(one.packed for one in self.artifacts if one.id == identity))

    # --- GraphQL ---

    def _graph(self, said: Seen) -> Reply:
        where = "/api/graphql" if self.prefix == "/api/v3" else self.prefix + "/graphql"
        if not self.has_graphql or said.path != where:
            return _missing()
        if said.method != "POST" or set(said.body) != {"query", "variables"}:
            raise oracle.NotGitHub(f"GraphQL is asked by POST, with query and variables, not {said.words}")
        if said.body["variables"].get("first", 0) > self.graph_stamina:
            return Reply(502, {"message": "Something went wrong while executing your query."})
        root = {"repository": self._graph_repository, "nodes": self._graph_nodes, "minimizeComment": self._minimise}
        return Reply(200, oracle.execute(said.body["query"], said.body["variables"], root))

    def _graph_repository(self, _: object, owner: str, name: str, **__: object) -> dict[str, Any]:
        if f"{owner}/{name}" != REPOSITORY:
            raise graphql.GraphQLError("Could not resolve to a Repository", extensions={"type": "NOT_FOUND"})
        found = sorted(self.pulls.values(), key=lambda one: one.last, reverse=True)
        shown = (world.graph_pull(one, may_see_checks=self.may_see_checks) for one in found)
        return {"pullRequests": world.connection(shown)}

    def _graph_nodes(self, _: object, ids: list[str]) -> list[dict[str, Any] | None]:
        if len(ids) > 100:
            raise oracle.NotGitHub("GraphQL takes no more than 100 ids")
        known = {one.node: one for one in self._every_comment()}
        return [self._graph_comment(known[one]) if one in known else None for one in ids]

    def _graph_comment(self, one: world.Comment) -> dict[str, Any]:
        is_ours = one.login == self.me
        return {"__typename": "IssueComment", "viewerDidAuthor": is_ours, "isMinimized": one.minimised}

    def _minimise(self, _: object, input: dict[str, Any]) -> dict[str, Any]:  # noqa: A002 (GitHub's)
        if not self.may_write:
            raise graphql.GraphQLError("Resource not accessible by integration", extensions={"type": "FORBIDDEN"})
        found = next(one for one in self._every_comment() if one.node == input["subjectId"])
        found.minimised = True
        return {"minimizedComment": {"__typename": "IssueComment", "isMinimized": True}}


ROUTES = {
    ("GET", r"/pulls/(\d+)"): "_pull",
    ("GET", r"/pulls"): "_pulls",
    ("GET", r"/commits/([0-9a-f]{40})/pulls"): "_pulls_of_commit",
    ("GET", r"/pulls/(\d+)/commits"): "_commits",
    ("GET", r"/pulls/(\d+)/reviews"): "_reviews",
    ("GET", r"/pulls/(\d+)/comments"): "_review_comments",
    ("GET", r"/commits/([0-9a-f]{40})/check-runs"): "_checks",
    ("GET", r"/issues/(\d+)/comments"): "_list_comments",
    ("POST", r"/issues/(\d+)/comments"): "_create_comment",
    ("PATCH", r"/issues/comments/(\d+)"): "_update_comment",
    ("GET", r"/actions/runs/(\d+)"): "_run",
    ("GET", r"/actions/runs/(\d+)/artifacts"): "_list_artifacts",
    ("GET", r"/actions/artifacts/(\d+)/zip"): "_download",
}


def _missing() -> Reply:
    return Reply(404, {"message": "Not Found", "documentation_url": "https://docs.github.com/rest", "status": "404"})


def _forbidden() -> Reply:
    words = "Resource not accessible by integration"
    return Reply(403, {"message": words, "documentation_url": "https://docs.github.com/rest", "status": "403"})


def _too_long(body: str) -> Reply | None:
    if len(body) <= TOO_LONG:
        return None
    wrong = {"resource": "IssueComment", "code": "unprocessable", "field": "data",
             "message": f"Body is too long (maximum is {TOO_LONG} characters)"}  # fmt: skip
    return Reply(422, {"message": "Validation Failed", "errors": [wrong], "documentation_url": "https://docs"})


def _handler(fake: FakeGitHub) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def _do(self) -> None:
            content = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            address = f"http://{self.headers['Host']}{self.path}"
            try:
                reply = fake.handle(self.command, address, dict(self.headers), content)
            except NoAnswer:
                self.close_connection = True
                return
            except oracle.NotGitHub as wrong:
                reply = Reply(599, {"message": str(wrong)})
            self.send_response(reply.status)
            for name, value in {"Content-Type": "application/json", **reply.headers}.items():
                self.send_header(name, value)
            whole = reply.content
            self.send_header("Content-Length", str(len(whole) + reply.truncated))
            self.end_headers()
            self.wfile.write(whole)
            self.close_connection = self.close_connection or reply.truncated

        do_GET = do_POST = do_PATCH = _do  # noqa: N815 (http.server's names)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 (http.server's)
            """Tests are quiet."""

    return Handler
