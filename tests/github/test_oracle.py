"""The judges of our fake GitHub bite, and every query that we have is one that GitHub knows."""

from __future__ import annotations

import json
from typing import Any

import graphql
import pytest
from werkzeug.datastructures import Headers

from ai_quality.sources import github_queries
from tests.github import oracle, world
from tests.github.oracle import Answered, Asked, NotGitHub

COMMENTS = "/repos/o/r/issues/1/comments"
PULLS = "/repos/o/r/pulls"

QUERIES = {name: text for name, text in vars(github_queries).items() if name.isupper()}


@pytest.mark.parametrize("name", QUERIES)
def test_github_knows_our_query(name: str) -> None:
    assert graphql.validate(oracle.graph_schema(), graphql.parse(QUERIES[name])) == []


@pytest.mark.parametrize("name", QUERIES)
def test_no_field_of_a_query_can_be_misspelt(name: str) -> None:
    document = graphql.parse(QUERIES[name])
    fields: list[str] = []

    class Fields(graphql.Visitor):
        def enter_field(self, node: graphql.FieldNode, *_: Any) -> None:  # noqa: ANN401
            fields.append(node.name.value)

    graphql.visit(document, Fields())
    for field in set(fields):
        misspelt = graphql.parse(QUERIES[name].replace(field, field + "x", 1))
        assert graphql.validate(oracle.graph_schema(), misspelt), field


GOOD = [
    Asked("GET", COMMENTS, (("per_page", "100"), ("page", "2"))),
    Asked("POST", COMMENTS, body=b'{"body": "hi"}'),
    Asked("PATCH", "/repos/o/r/issues/comments/5", body=b'{"body": "hi"}'),
    Asked("GET", PULLS, (("head", "o:b"), ("state", "open"))),
]
BAD = {
    "an unknown parameter": Asked("GET", COMMENTS, (("perpage", "100"),)),
    "a value that is none of the known": Asked("GET", PULLS, (("state", "merged"),)),
    "a number that is none": Asked("GET", "/repos/o/r/pulls/seven"),
    "a body without its key": Asked("POST", COMMENTS, body=b'{"text": "hi"}'),
    "a body with a key too many": Asked("POST", COMMENTS, body=b'{"body": "hi", "event": "COMMENT"}'),
    "a body of another type": Asked("POST", COMMENTS, body=b'{"body": 5}'),
    "no body": Asked("POST", COMMENTS),
    "an unknown path": Asked("GET", "/repos/o/r/pull/1"),
    "an unknown method": Asked("DELETE", COMMENTS),
}


@pytest.mark.parametrize("asked", GOOD, ids=lambda one: f"{one.method} {one.path}")
def test_a_request_that_github_knows_passes(asked: Asked) -> None:
    oracle.judge_request(asked)


@pytest.mark.parametrize("what", BAD)
def test_a_request_is_refused_with(what: str) -> None:
    with pytest.raises(NotGitHub):
        oracle.judge_request(BAD[what])


@pytest.mark.parametrize("change", [{}, {"id": "1"}, {"user": 5}, {"created_at": 7}])
def test_an_answer_must_be_one_that_github_gives(change: dict[str, Any]) -> None:
    said = world.rest_comment(world.Comment(1, "hi"))
    asked = Asked("POST", COMMENTS, body=b'{"body": "hi"}')
    oracle.judge_answer(asked, Answered(201, json.dumps(said).encode(), Headers()))
    changed = said | change if change else {"id": 1, "body": "hi"}
    with pytest.raises(NotGitHub):
        oracle.judge_answer(asked, Answered(201, json.dumps(changed).encode(), Headers()))


def test_data_that_do_not_fit_the_schema_are_refused() -> None:
    query = 'query { repository(owner: "o", name: "r") { pullRequests(first: 1) { totalCount } } }'
    assert oracle.execute(query, {}, {"repository": {"pullRequests": {"totalCount": 1}}})["data"]
    for wrong in ({"totalCount": "many"}, {}):
        with pytest.raises(NotGitHub):
            oracle.execute(query, {}, {"repository": {"pullRequests": wrong}})
