"""GitHub's own descriptions as judges of both sides: what we ask, and what our fake answers.

`openapi.json.gz` and `schema.graphql` are cut from GitHub's by `cut.py`. The descriptions leave query parameters and
body keys open, so unknown ones are looked for here.
"""

from __future__ import annotations

import functools
import gzip
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import graphql
from openapi_core import OpenAPI
from openapi_core.datatypes import RequestParameters
from openapi_core.exceptions import OpenAPIError
from werkzeug.datastructures import Headers, ImmutableMultiDict

HERE = Path(__file__).parent
HOST = "https://api.github.com"


class NotGitHub(AssertionError):
    """A request that GitHub does not know, or an answer that GitHub would not give."""


@functools.cache
def description() -> dict[str, Any]:
    found: dict[str, Any] = json.loads(gzip.decompress((HERE / "openapi.json.gz").read_bytes()))
    return found


@functools.cache
def openapi() -> OpenAPI:
    return OpenAPI.from_dict(description())


@functools.cache
def graph_schema() -> graphql.GraphQLSchema:
    return graphql.build_schema((HERE / "schema.graphql").read_text(encoding="utf-8"))


def example(name: str) -> Any:  # noqa: ANN401 (JSON)
    """A fresh copy of GitHub's own example."""
    return json.loads(json.dumps(description()["components"]["examples"][name]["value"]))


@dataclass
class Asked:
    """A request as openapi-core wants it; `path` without a GHES prefix."""

    method: str
    path: str
    query: tuple[tuple[str, str], ...] = ()
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes | None = None
    host_url: str = HOST
    content_type: str = "application/json"

    def __post_init__(self) -> None:
        self.method = self.method.lower()
        self.parameters = RequestParameters(query=ImmutableMultiDict(self.query), header=Headers(dict(self.headers)))


@dataclass
class Answered:
    """An answer as openapi-core wants it."""

    status_code: int
    data: bytes
    headers: Headers
    content_type: str = "application/json"


def judge_request(asked: Asked) -> None:
    """NotGitHub if GitHub's description does not have this request, word for word."""
    try:
        openapi().validate_request(asked)
    except OpenAPIError as wrong:
        raise NotGitHub(f"{asked.method} {asked.path}: {_why(wrong)}") from None
    operation = _operation(asked)
    known = {_resolved(one)["name"] for one in operation.get("parameters", ())}
    if unknown := {name for name, _ in asked.query} - known:
        raise NotGitHub(f"{asked.method} {asked.path} has no parameters {sorted(unknown)}")
    if asked.body:
        schema = operation["requestBody"]["content"]["application/json"]["schema"]
        if unknown := set(json.loads(asked.body)) - set(schema["properties"]):
            raise NotGitHub(f"{asked.method} {asked.path} takes no {sorted(unknown)}")


def judge_answer(asked: Asked, answered: Answered) -> None:
    """NotGitHub if GitHub would not answer so. Of limits and failures the description says nothing."""
    if answered.status_code in {401, 429} or answered.status_code >= 500:
        return
    if answered.status_code not in map(int, _operation(asked)["responses"]):
        return  # 403 and 404 are told for some operations only
    try:
        openapi().validate_response(asked, answered)
    except OpenAPIError as wrong:
        raise NotGitHub(f"answer on {asked.method} {asked.path}: {_why(wrong)}") from None


def _operation(asked: Asked) -> dict[str, Any]:
    parts = asked.path.split("/")
    for path, item in description()["paths"].items():
        template = path.split("/")
        if len(template) == len(parts) and all(
            t == p or t.startswith("{") for t, p in zip(template, parts, strict=True)
        ):
            operation: dict[str, Any] = item.get(asked.method)
            if operation:
                return operation
    raise NotGitHub(f"no operation for {asked.method} {asked.path}")


def _resolved(parameter: dict[str, Any]) -> dict[str, Any]:
    if "$ref" not in parameter:
        return parameter
    found: dict[str, Any] = description()["components"]["parameters"][parameter["$ref"].rpartition("/")[2]]
    return found


def _why(wrong: BaseException) -> str:
    inner = getattr(wrong, "schema_errors", None) or getattr(wrong.__cause__, "schema_errors", None)
    if inner:
        return "; ".join(f"{'/'.join(map(str, one.path))}: {one.message[:200]}" for one in inner)
    return f"{wrong} ({wrong.__cause__})"


def execute(query: str, variables: Mapping[str, Any], root: Mapping[str, Any]) -> dict[str, Any]:
    """Run a query on GitHub's schema; NotGitHub if the schema does not have it, or the data do not fit it."""
    document = graphql.parse(query)
    if wrong := graphql.validate(graph_schema(), document):
        raise NotGitHub("; ".join(one.message for one in wrong))
    result = graphql.execute_sync(graph_schema(), document, dict(root), variable_values=dict(variables))
    errors = []
    for one in result.errors or ():
        kind = (one.extensions or {}).get("type")
        if kind is None:
            raise NotGitHub(f"GraphQL: {one.message} at {one.path}")
        errors.append({"type": kind, "path": one.path, "message": one.message})
    return {"data": result.data} | ({"errors": errors} if errors else {})
