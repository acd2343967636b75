"""Cuts GitHub's own descriptions down to what we ask of it; run by hand when GitHub's change.

    python tests/github/cut.py openapi FILE    # api.github.com.json of the npm package @octokit/openapi
    python tests/github/cut.py graphql FILE    # schema.graphql of the npm package @octokit/graphql-schema

Both are MIT (see LICENSES.md). Left out of the first: webhooks, all operations and components that ours do not
reach; of the second: every object, interface and union that is not in TYPES, with the fields that lead there.
"""

from __future__ import annotations

import gzip
import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import graphql

HERE = Path(__file__).parent
OPENAPI, GRAPHQL = HERE / "openapi.json.gz", HERE / "schema.graphql"

OPERATIONS = frozenset({
    "actions/download-artifact",
    "actions/get-workflow-run",
    "actions/list-workflow-run-artifacts",
    "checks/list-for-ref",
    "issues/create-comment",
    "issues/list-comments",
    "issues/update-comment",
    "pulls/get",
    "pulls/list",
    "pulls/list-commits",
    "pulls/list-review-comments",
    "pulls/list-reviews",
    "repos/list-pull-requests-associated-with-commit",
})  # fmt: skip

TYPES = frozenset({
    "Actor", "Bot", "CheckRunStateCount", "Commit", "CommitConnection", "EnterpriseUserAccount", "GitActor",
    "GitObject", "Issue", "IssueComment", "IssueConnection", "Label", "LabelConnection", "Mannequin", "Minimizable",
    "MinimizeCommentPayload", "Mutation", "Node", "Organization", "PageInfo", "PullRequest", "PullRequestCommit",
    "PullRequestCommitConnection", "PullRequestConnection", "PullRequestReview", "PullRequestReviewComment",
    "PullRequestReviewCommentConnection", "PullRequestReviewConnection", "Query", "Repository", "StatusCheckRollup",
    "StatusCheckRollupContextConnection", "User",
})  # fmt: skip
ROOTS = {"Query": {"id", "nodes", "repository", "viewer"}, "Mutation": {"minimizeComment"}}


def openapi(whole: dict[str, Any]) -> dict[str, Any]:
    """Return the description of our operations with every component that they reach."""
    paths: dict[str, Any] = {}
    for path, item in whole["paths"].items():
        ours = {
            method: op for method, op in item.items() if isinstance(op, dict) and op.get("operationId") in OPERATIONS
        }
        if ours:
            paths[path] = ours
    cut: dict[str, Any] = {
        "openapi": whole["openapi"],
        "info": {name: whole["info"][name] for name in ("title", "version", "license")},
        "servers": whole["servers"],
        "paths": paths,
        "components": {},
    }
    waiting = list(_references(paths))
    while waiting:
        _, _, kind, name = waiting.pop().split("/")
        kept = cut["components"].setdefault(kind, {})
        if name not in kept:
            kept[name] = whole["components"][kind][name]
            waiting.extend(_references(kept[name]))
    return cut


def _references(node: Any) -> Iterator[str]:  # noqa: ANN401 (JSON)
    if isinstance(node, dict):
        if isinstance(node.get("$ref"), str):
            yield node["$ref"]
        for value in node.values():
            yield from _references(value)
    elif isinstance(node, list):
        for value in node:
            yield from _references(value)


def graph(sdl: str) -> str:
    """Return the schema of TYPES: their fields and interfaces, as far as these lead to no other type."""
    config = graphql.build_schema(sdl, assume_valid_sdl=True).to_kwargs()  # GitHub's defines two fields twice
    kept: dict[str, graphql.GraphQLNamedType] = {}
    for kind in config["types"] or ():
        if isinstance(kind, graphql.GraphQLInterfaceType | graphql.GraphQLObjectType):
            if kind.name not in TYPES:
                continue
            kind.interfaces = tuple(one for one in kind.interfaces if one.name in TYPES)
            kind.fields = {name: one for name, one in kind.fields.items() if _leads_to_ours(kind.name, name, one)}
        elif isinstance(kind, graphql.GraphQLUnionType):
            continue
        kept[kind.name] = kind
    reached = graphql.GraphQLSchema(
        query=config["query"], mutation=config["mutation"],
        types=[one for name, one in kept.items() if name in TYPES], directives=config["directives"][:3],
    )  # fmt: skip
    graphql.assert_valid_schema(reached)
    for kind in reached.type_map.values():
        kind.description = None
        for one in getattr(kind, "fields", {}).values():
            one.description = None
            for argument in getattr(one, "args", {}).values():
                argument.description = None
        for value in getattr(kind, "values", {}).values():
            value.description = None
    return graphql.print_schema(reached)


def _leads_to_ours(owner: str, name: str, field: graphql.GraphQLField) -> bool:
    kind = graphql.get_named_type(field.type)
    if name not in ROOTS.get(owner, {name}):
        return False
    return graphql.is_leaf_type(kind) or kind.name in TYPES


if __name__ == "__main__":
    what, source = sys.argv[1], Path(sys.argv[2]).read_text(encoding="utf-8")
    if what == "openapi":
        made, target = json.dumps(openapi(json.loads(source)), separators=(",", ":"), sort_keys=True), OPENAPI
    else:
        made, target = graph(source), GRAPHQL
    target.write_bytes(gzip.compress(made.encode(), mtime=0) if target is OPENAPI else made.encode())
    sys.stdout.write(f"{target.name}: {len(made)} bytes, {target.stat().st_size} on disk\n")
