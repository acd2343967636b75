"""Numbers out of a view and a view out of numbers; anything else is refused as a whole."""

from __future__ import annotations

import json
from dataclasses import fields, replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ai_quality.errors import ArtifactRefused
from ai_quality.reports import comment
from ai_quality.reports.comment_data import MOST_AGENTS, MOST_COMMITS, AgentLine, CommentView, CommitLine, name
from ai_quality.reports.comment_numbers import LIMIT, numbers, view_from
from tests.unit.reports.any_comment import VIEWS
from tests.unit.reports.comments import ORDINARY, STATES, with_own
from tests.unit.reports.hostile import TEXTS


def written(view: CommentView) -> dict[str, Any]:
    return json.loads(json.dumps(numbers(view)))  # type: ignore[no-any-return]


def read(given: object) -> CommentView:
    return view_from(json.dumps(given).encode())


def put(path: str, value: object) -> dict[str, Any]:
    """The ordinary view's numbers with one of them another."""
    found: Any = written(ORDINARY)
    at: Any = found
    *way, last = path.split(".")
    for step in way:
        at = at[int(step) if step.isdigit() else step]
    at[int(last) if last.isdigit() else last] = value
    return found  # type: ignore[no-any-return]


@pytest.mark.parametrize("state", STATES)
def test_a_view_comes_back_as_it_was(state: str) -> None:
    assert read(written(STATES[state])) == STATES[state]


@given(VIEWS)
def test_any_view_comes_back_as_it_was_and_reads_as_it_did(view: CommentView) -> None:
    again = read(written(view))
    assert again == view
    assert comment.render(again) == comment.render(view)


@given(VIEWS)
def test_any_view_renders_with_a_short_verdict_and_its_marker(view: CommentView) -> None:
    body = comment.render(view)
    assert body.startswith(comment.MARKER)
    assert body.count(comment.MARKER) == 1
    assert len(comment.verdict(view)) <= 90
    assert "\n" not in comment.verdict(view)
    assert len(body.encode()) <= 60_000
    assert comment.render_summary(view)


def test_the_largest_view_fits_the_artifact() -> None:
    long = "m" * 64
    line = CommitLine("f" * 64, long, long, True, "pull_request", 10**15, 10**15, 123456789.123456, long)
    agent = AgentLine(long, long, 10**15, 10**15, 10**15, 123456789.123456)
    view = with_own(lines=(line,) * MOST_COMMITS, agents=(agent,) * MOST_AGENTS, commits=10**15)
    text = json.dumps(numbers(view)).encode()
    assert 50_000 < len(text) <= LIMIT
    assert view_from(text) == view


def test_every_field_of_the_view_is_a_key_and_so_is_the_version() -> None:
    assert list(numbers(ORDINARY)) == ["schema_version", *(one.name for one in fields(CommentView))]


@pytest.mark.parametrize(
    ("text", "why"),
    [
        (b"", "no JSON"),
        (b"{", "no JSON"),
        (b"[" * 60_000, "no JSON"),
        (b'{"a":' * 10_000, "no JSON"),
        (b"[1]", "schema_version"),
        (b"null", "schema_version"),
        (b'"<!-- ai-quality:pr v=1 -->"', "schema_version"),
        (b"{}", "schema_version"),
        (b'{"schema_version": true}', "schema_version"),
        (b'{"schema_version": 1.0}', "schema_version"),
        (b'{"schema_version": 2}', "schema_version"),
        (b'{"schema_version": 1}', "other keys"),
        (b'{"schema_version": 1, "schema_version": 1}', "twice"),
        (b'{"schema_version": NaN}', "no report"),
        (b'{"schema_version": -Infinity}', "no report"),
        (b'{"schema_version": ' + b"9" * 5_000 + b"}", "no JSON"),
        ('{"a": "漢"}'.encode(), "no ASCII"),
        (b"\xff\xfe{}", "no ASCII"),
        (b" " * (LIMIT + 1), "longer"),
    ],
    ids=lambda value: str(value)[:24],
)  # fmt: skip
def test_what_is_no_report_of_ours_is_refused(text: bytes, why: str) -> None:
    with pytest.raises(ArtifactRefused, match=why):
        view_from(text)


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("head", "main"), ("head", "3f2c9ab\n"), ("head", "F" * 40), ("head", "a" * 65), ("head", None),
        ("run", -1), ("run", 1.5), ("run", True), ("run", "1"), ("run", 10**16), ("at", 10**12),
        ("version", "<b>1</b>"), ("state", "MERGED"), ("state", ""),
        ("own.commits", None), ("own.marked", 4), ("own.lines_marked", 313), ("own.lines", {}), ("own.lines", "x"),
        ("own.lines.0.agent", "@team"), ("own.lines.0.model", "a|b"), ("own.lines.0.model", "-x"),
        ("own.lines.0.model", "m" * 65), ("own.lines.0.evidence", "certain"), ("own.lines.0.marked", 1),
        ("own.lines.0.usd", 1e10), ("own.lines.0.usd", -0.01), ("own.lines.0.usd", "3.05"),
        ("own.spend.usd", None), ("own.spend.priced", 3), ("own.spend.of", 1), ("own.spend.cached", 10**9),
        ("own.spend.basis", "see https://x"),
        ("comparable.rows.0.name", "wages"), ("comparable.rows.0.ai.lo", 0.9), ("comparable.rows.0.ai.hi", None),
        ("comparable.rows.0.ai.value", 10**400), ("comparable.rows.0.ai.n", None),
        ("comparable.rows.0.ai.status", "unknown"), ("comparable.rows.0.difference", "worse"),
        ("comparable.rows", [None]), ("maintainability.unit_size", 1.01), ("maintainability.why_not", "lazy"),
        ("notes", ["hello"]), ("notes", ["no_offers"] * 11), ("waste.0.kind", "lunch"), ("policy", [{}]),
        ("own", []), ("own", None), ("comparable", 0),
    ],
)  # fmt: skip
def test_a_value_out_of_its_bounds_is_refused(path: str, value: object) -> None:
    with pytest.raises(ArtifactRefused, match=r"this is no report of ours"):
        read(put(path, value))


@pytest.mark.parametrize("literal", ["1e400", "-1e400", "NaN", "Infinity"])
def test_a_number_that_is_none_is_refused(literal: str) -> None:
    text = json.dumps(put("own.spend.usd", 4321)).replace("4321", literal)
    assert literal in text
    with pytest.raises(ArtifactRefused):
        view_from(text.encode())


@pytest.mark.parametrize("path", ["", "own.", "comparable.rows.0.ai.", "own.lines.0."])
def test_a_key_more_or_less_is_refused(path: str) -> None:
    with pytest.raises(ArtifactRefused):
        read(put(f"{path}note", "hello"))
    found = written(ORDINARY)
    del found["run"]
    with pytest.raises(ArtifactRefused):
        read(found)


PLACES = ("head", "version", "own.lines.0.sha", "own.lines.0.agent", "own.lines.0.model", "own.lines.0.spend_evidence",
          "own.agents.0.agent", "own.agents.0.model", "own.spend.basis")  # fmt: skip
"""Where a text of the outside may stand at all."""


@pytest.mark.parametrize("place", PLACES)
def test_no_hostile_text_gets_through_and_none_is_quoted(place: str) -> None:
    for text in TEXTS.values():
        with pytest.raises(ArtifactRefused) as refused:
            read(put(place, text))
        assert len(text) < 4 or text not in str(refused.value)


def test_only_those_places_are_texts_that_no_closed_list_holds() -> None:
    def texts(value: object, where: str = "") -> set[str]:
        if isinstance(value, dict):
            return {one for key, inner in value.items() for one in texts(inner, f"{where}.{key}")}
        if isinstance(value, list):
            return {one for inner in value[:1] for one in texts(inner, f"{where}.0")}
        return {where.removeprefix(".")} if isinstance(value, str) else set()

    closed = {"state", "own.lines.0.evidence", "comparable.rows.0.name", "comparable.rows.0.ai.status",
              "comparable.rows.0.unmarked.status", "comparable.rows.0.difference", "waste.0.kind"}  # fmt: skip
    assert texts(written(ORDINARY)) == closed | set(PLACES)


@given(st.recursive(st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
                    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner)))  # fmt: skip
def test_whatever_json_comes_it_is_refused_in_a_sentence(given: object) -> None:
    text = json.dumps({"schema_version": 1, "head": given}).encode()
    with pytest.raises(ArtifactRefused):
        view_from(text)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        (None, None), ("claude-opus-4-8", "claude-opus-4-8"), ("bedrock/us.anthropic:v1", "bedrock/us.anthropic:v1"),
        ("", "other"), ("@me", "other"), ("a b", "other"), ("m" * 65, "other"), ("modèle", "other"), ("m\n", "other"),
    ],
)  # fmt: skip
def test_a_name_outside_the_small_alphabet_is_other(text: str | None, shown: str | None) -> None:
    assert name(text) == shown


def test_a_missing_comparison_and_an_empty_change_come_back_too() -> None:
    empty = replace(ORDINARY, comparable=None, maintainability=None, own=replace(ORDINARY.own, lines=(), agents=()))
    assert read(written(empty)) == empty
