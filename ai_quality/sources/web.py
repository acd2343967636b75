"""THE http door: a forge's interface below one address, asked politely. Only this module imports httpx2.

Waits for rate limits within a budget, follows pages as the forge links them, and never sends the token to another
host. What may have been carried out is not sent again: a POST only where the forge said that it refused it.
"""

from __future__ import annotations

import ipaddress
import json
import re
import ssl
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, NamedTuple

import httpx2

from ai_quality.errors import (
    ForgeBusy,
    ForgeDown,
    ForgeGarbled,
    ForgeProblem,
    NotOnForge,
    NotPermitted,
    RefusedByForge,
    TokenRefused,
    UsageError,
)

PATIENCE = 90.0
"""Seconds a door waits in all, rate limits and second tries together; then it says what it has."""

TRIES = 4
REDIRECTS = 3
MOST_BYTES = 32 * 1024 * 1024
"""Of one answer, unpacked. The largest that GitHub gives us (a page of GraphQL) is about 1 MB."""

API_VERSION = "2022-11-28"
"""Known to github.com and to every GitHub Enterprise Server of today."""

TIMEOUT = httpx2.Timeout(30.0, connect=10.0)
A_MINUTE = 60.0
"""What GitHub asks for when a secondary limit names no time."""

Client = httpx2.Client
"""For signatures elsewhere: only this module names httpx2."""

Method = Literal["GET", "POST", "PATCH"]


class Answer(NamedTuple):
    """An answer of 2xx: its JSON (None: no body) and where the forge says that the next page is."""

    data: Any
    next: str | None


class _Wanted(NamedTuple):
    method: Method
    address: httpx2.URL
    query: Mapping[str, str | int] | None = None
    body: object = None


class GraphAnswer(NamedTuple):
    """GraphQL's `data`, and the kinds (`type`) of the errors beside it: a part that is refused is null."""

    data: Any
    refused: tuple[str, ...]


@dataclass
class Door:
    """A forge's interface. `token` None: ask as nobody. `sleep` waits seconds, `clock` tells seconds since 1970."""

    base: str
    graph: str
    token: str | None = field(repr=False)
    client: httpx2.Client = field(repr=False)
    sleep: Callable[[float], None] = field(default=time.sleep, repr=False)
    clock: Callable[[], float] = field(default=time.time, repr=False)
    patience: float = PATIENCE
    most_bytes: int = MOST_BYTES

    def ask(
        self,
        method: Method,
        place: str,
        *,
        query: Mapping[str, str | int] | None = None,
        body: object = None,
    ) -> Answer:
        """Send a request to a path below the base, or to an address that the forge gave; ForgeProblem if refused."""
        wanted = _Wanted(method, self._address(place), query, body)
        response = self._settled(wanted, may_repeat=method != "POST")
        following = response.links.get("next", {}).get("url")
        data = _json(response) if response.content else None
        return Answer(data, str(_joined(response, following)) if following else None)

    def pages(self, path: str, query: Mapping[str, str | int], *, key: str = "", most: int) -> Iterator[list[Any]]:
        """Yield page after page, at most `most`, each a list (the one under `key` where the forge wraps it).

        A generator that ends before `most` has seen all. Links are followed as given: GitHub's lead to
        /repositories/<id>/..., which its own description does not have.
        """
        answer = self.ask("GET", path, query={"per_page": 100, **query})
        for _ in range(most - 1):
            yield _list(answer.data, key)
            if answer.next is None:
                return
            answer = self.ask("GET", answer.next)
        yield _list(answer.data, key)
        if answer.next is not None:
            raise MorePages(f"the forge has more than {most} pages", hint="ask for a shorter time")

    def ask_graph(self, query: str, variables: Mapping[str, object], *, may_repeat: bool = True) -> GraphAnswer:
        """Send a GraphQL request; what may not be repeated is a mutation that adds something."""
        for _ in range(TRIES):
            body = {"query": query, "variables": dict(variables)}
            wanted = _Wanted("POST", httpx2.URL(self.graph), body=body)
            response = self._settled(wanted, may_repeat=may_repeat)
            said = _json(response)
            if not isinstance(said, dict):
                raise ForgeGarbled("GraphQL answered without an object")
            errors = said.get("errors") or []
            refused = tuple(str(e.get("type") or "") for e in errors if isinstance(e, dict))
            if "RATE_LIMITED" not in refused:
                if said.get("data") is None:
                    raise self._graph_problem(errors, refused)
                return GraphAnswer(said["data"], refused)
            self._wait(self._until_reset(response) or A_MINUTE)
        raise ForgeBusy("GraphQL's rate limit holds on", hint="try again in an hour")

    def download(self, path: str, *, limit: int) -> bytes:
        """Return a file that the forge keeps elsewhere; RefusedByForge if it has more than `limit` bytes.

        The other host gets no token, and must be asked as safely as the forge itself.
        """
        asked = _Wanted("GET", self._address(path))
        response = self._settled(asked, may_repeat=True, follow=False)
        if not response.is_redirect:
            return response.content
        target = _joined(response, response.headers.get("Location", ""))
        if target.scheme != "https" and not (target.scheme == "http" and _is_loopback(asked.address.host)):
            raise ForgeGarbled("the forge points to a file that is not behind https")
        try:
            found = self._once(_Wanted("GET", target), limit=limit)
        except httpx2.TransportError as failed:
            raise _unreachable(failed, target) from failed
        if not found.is_success:
            raise self._problem(found, "a file")
        return found.content

    def _address(self, place: str) -> httpx2.URL:
        """The whole address of a path, or a given address if it is on our host: no other may see the token."""
        if place.startswith("/"):
            return httpx2.URL(self.base + place)
        address = httpx2.URL(place)
        if not _is_web(address) or address.origin != httpx2.URL(self.base).origin or address.userinfo:
            raise ForgeGarbled("the forge links to another host, which may not see the token")
        return address

    def _settled(self, wanted: _Wanted, *, may_repeat: bool, follow: bool = True) -> httpx2.Response:
        """Send until there is an answer to keep: waits where the forge asks to, follows it when it has moved."""
        moves = 0
        for sent in range(TRIES + REDIRECTS):
            pause = 2.0 ** (sent - moves)
            again = sent - moves < TRIES - 1 and pause <= self.patience
            try:
                response = self._once(wanted)
            except httpx2.TransportError as failed:
                was_sent = not isinstance(failed, httpx2.ConnectError | httpx2.ConnectTimeout)
                if not again or (was_sent and not may_repeat):
                    raise _unreachable(failed, wanted.address) from failed
                self._wait(pause)
                continue
            if response.is_redirect and follow and moves < REDIRECTS:
                wanted, moves = self._moved(response, wanted), moves + 1
            elif (limited := self._limited(response)) is not None and again:
                self._wait(limited)
            elif response.is_server_error and may_repeat and again:
                self._wait(pause)
            elif response.is_success or (response.is_redirect and not follow):
                return response
            else:
                raise self._problem(response, wanted.address.path, is_limit=limited is not None)
        raise ForgeGarbled("the forge sends us round in circles")

    def _once(self, wanted: _Wanted, *, limit: int | None = None) -> httpx2.Response:
        """One request and its whole answer, of which no more than `limit` bytes are ever held."""
        limit = self.most_bytes if limit is None else limit
        headers = {"User-Agent": "ai-quality"}
        if wanted.address.origin == httpx2.URL(self.base).origin:
            headers |= {"Accept": "application/vnd.github+json", "X-GitHub-Api-Version": API_VERSION}
            if self.token:
                headers["Authorization"] = f"Bearer {self.token}"
        request = self.client.build_request(
            wanted.method, wanted.address, params=wanted.query or None, json=wanted.body, headers=headers,
            timeout=TIMEOUT,
        )  # fmt: skip
        response = self.client.send(request, auth=None, stream=True, follow_redirects=False)
        held = bytearray()
        try:
            for piece in response.iter_bytes():
                held += piece
                if len(held) > limit:
                    raise RefusedByForge(f"an answer is longer than {limit} bytes", hint="nothing of it was read")
        except httpx2.DecodingError as garbled:
            raise ForgeGarbled("an answer is packed in a way that cannot be undone") from garbled
        finally:
            response.close()
        plain = [(name, value) for name, value in response.headers.multi_items() if name.lower() not in UNPACKED]
        return httpx2.Response(response.status_code, headers=plain, content=bytes(held), request=request)

    def _moved(self, response: httpx2.Response, wanted: _Wanted) -> _Wanted:
        """The same request at its new address: a renamed repository is at /repositories/<id> of the same host."""
        if wanted.method != "GET" and response.status_code not in {307, 308}:
            raise ForgeGarbled("the forge has moved what we wanted to write to")
        address = _joined(response, response.headers.get("Location", ""))
        return wanted._replace(address=self._address(str(address)), query=None if address.query else wanted.query)

    def _limited(self, response: httpx2.Response) -> float | None:
        """Seconds to wait where the answer is that of a limit, primary or secondary; None: it is another one."""
        if response.status_code not in {403, 429}:
            return None
        after = response.headers.get("Retry-After", "")
        if re.fullmatch(r"[0-9]{1,6}", after):
            return float(after)
        if (reset := self._until_reset(response)) is not None:
            return reset
        is_limit = response.status_code == 429 or after or "secondary rate limit" in _message(response)  # noqa: PLR2004
        return A_MINUTE if is_limit else None

    def _until_reset(self, response: httpx2.Response) -> float | None:
        """Seconds until the hour's requests are given again; None where there are some left."""
        left, reset = (response.headers.get(f"X-RateLimit-{name}", "") for name in ("Remaining", "Reset"))
        if left != "0" or not re.fullmatch(r"[0-9]{1,12}", reset):
            return None
        return max(0.0, float(reset) - self.clock()) + 1.0

    def _problem(self, response: httpx2.Response, place: str, *, is_limit: bool = False) -> ForgeProblem:
        status = response.status_code
        words = f"{place}: {self._scrubbed(_message(response))} (HTTP {status})"
        if status >= 500:  # noqa: PLR2004
            return ForgeDown(f"the forge failed on {words}", hint="try again later", status=status)
        if is_limit:
            return ForgeBusy(f"the forge's rate limit holds on: {words}", hint="try again later", status=status)
        kind, problem, hint = _PROBLEMS.get(status, (RefusedByForge, "the forge refuses", ""))
        return kind(f"{problem}: {words}", hint=hint, status=status)

    def _graph_problem(self, errors: Any, refused: tuple[str, ...]) -> ForgeProblem:  # noqa: ANN401
        first = errors[0] if isinstance(errors, list) and errors and isinstance(errors[0], dict) else {}
        said = self._scrubbed(str(first.get("message") or ""))
        if "NOT_FOUND" in refused:
            return NotOnForge(f"GraphQL finds nothing: {said}", hint="check the name and what the token may see")
        if "FORBIDDEN" in refused or "INSUFFICIENT_SCOPES" in refused:
            return NotPermitted(f"GraphQL may not tell: {said}", hint="give the token more reach")
        return ForgeDown(f"GraphQL failed: {said}", hint="try again later")

    def _scrubbed(self, said: str) -> str:
        """Words of the forge, short and printable, and without the token should it repeat it."""
        words = re.sub(r"[^ -~]+", " ", said)[:2000]
        return (words.replace(self.token, "***") if self.token else words)[:200].strip() or "no reason given"

    def _wait(self, seconds: float) -> None:
        if seconds > self.patience:
            problem = f"the forge's rate limit asks to wait {seconds:.0f} s"
            raise ForgeBusy(problem, hint=f"that is more than the {self.patience:.0f} s left to us: try again later")
        self.patience -= seconds
        self.sleep(seconds)


class MorePages(ForgeProblem):
    """There is more than may be read: what was yielded is only the beginning."""


UNPACKED = frozenset({"content-encoding", "content-length", "transfer-encoding"})
"""Headers that no longer fit once a body is read."""


def new_client(environ: Mapping[str, str]) -> httpx2.Client:
    """Return a client that trusts what the machine does, or the one file of certificates its variables name."""
    own = environ.get("SSL_CERT_FILE") or environ.get("REQUESTS_CA_BUNDLE")
    try:
        verify: ssl.SSLContext | bool = ssl.create_default_context(cafile=own) if own else True
    except OSError as missing:
        problem = "the file of certificates that SSL_CERT_FILE or REQUESTS_CA_BUNDLE names cannot be read"
        raise UsageError(problem, hint="name a readable PEM file, or unset the variable") from missing
    return httpx2.Client(verify=verify)


def checked_base(said: str, name: str) -> str:
    """Return a base address without a trailing slash; UsageError says what is odd about it."""
    hint = "write it as https://HOST or https://HOST/api/v3"
    try:
        address = httpx2.URL(said)
    except httpx2.InvalidURL as wrong:
        raise UsageError(f"{name} is no address", hint=hint) from wrong
    if not _is_web(address):
        raise UsageError(f"{name} is no address", hint=hint)
    if address.userinfo or address.query or address.fragment:
        raise UsageError(f"{name} has more in it than a host and a path", hint=hint)
    if address.scheme == "http" and not _is_loopback(address.host):
        raise UsageError(f"{name} would send the token unencrypted", hint="use https")
    return str(address).rstrip("/")


def is_same_host(one: str, other: str) -> bool:
    """Are two addresses on one host, port and scheme?"""
    return httpx2.URL(one).origin == httpx2.URL(other).origin


def path_of(address: str) -> str:
    """Return the path of an address, without a trailing slash."""
    return httpx2.URL(address).path.rstrip("/")


def host_of(address: str) -> str:
    """Return the host of an address."""
    return httpx2.URL(address).host


def _is_web(address: httpx2.URL) -> bool:
    return address.scheme in {"http", "https"} and bool(address.host)


def _joined(response: httpx2.Response, place: str) -> httpx2.URL:
    """An address that an answer gives, relative to what was asked."""
    try:
        return response.request.url.join(place)
    except httpx2.InvalidURL as wrong:
        raise ForgeGarbled("the forge links to no address") from wrong


def _is_loopback(host: str) -> bool:
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _json(response: httpx2.Response) -> Any:  # noqa: ANN401 (JSON)
    try:
        return json.loads(response.content)
    except (ValueError, RecursionError) as wrong:
        raise ForgeGarbled(f"the answer on {response.request.url.path} is no JSON") from wrong


def _list(data: Any, key: str) -> list[Any]:  # noqa: ANN401
    found = data.get(key) if key and isinstance(data, dict) else data
    if not isinstance(found, list):
        raise ForgeGarbled("the forge gave no list where it has one")
    return found


def _message(response: httpx2.Response) -> str:
    """The forge's own words on a refusal; none of a page of HTML."""
    try:
        said = json.loads(response.content)
    except (ValueError, RecursionError):
        return ""
    if not isinstance(said, dict):
        return ""
    errors = said.get("errors")
    first = errors[0] if isinstance(errors, list) and errors else None
    more = first.get("message") if isinstance(first, dict) else first
    words = [word for word in (said.get("message"), more) if isinstance(word, str)]
    return ": ".join(words)


_PROBLEMS: dict[int, tuple[type[ForgeProblem], str, str]] = {
    401: (TokenRefused, "the forge does not know this token", "give a valid one as github-token or GITHUB_TOKEN"),
    403: (NotPermitted, "the token may not do this", "add the permission to the job (permissions: ...)"),
    404: (NotOnForge, "the forge has no such thing, or hides it", "check the name and what the token may see"),
    410: (NotOnForge, "the forge no longer has it", "it was deleted or has expired"),
    422: (RefusedByForge, "the forge refuses what was sent", ""),
}  # fmt: skip


def _unreachable(failed: httpx2.TransportError, address: httpx2.URL) -> ForgeDown:
    kind = "gave no answer in time" if isinstance(failed, httpx2.TimeoutException) else "cannot be reached"
    return ForgeDown(f"{address.host} {kind} ({type(failed).__name__})", hint="check the network and try again")
