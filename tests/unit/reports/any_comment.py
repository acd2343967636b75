"""Any view that the schema of `comment_data` allows, for hypothesis: made from the row types themselves."""

from __future__ import annotations

import re
from dataclasses import fields, is_dataclass, replace
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin, get_type_hints

from hypothesis import strategies as st

from ai_quality.reports import comment_numbers
from ai_quality.reports.comment_data import CommentView, Figure, Judgement, Own, Spend

Status = Literal["ok", "low_n", "too_few", "unknown"]


def of(kind: object) -> st.SearchStrategy[Any]:
    """Whatever `kind` allows, as its annotation says."""
    if get_origin(kind) is Annotated:
        return within(*get_args(kind))
    if get_origin(kind) in (Union, UnionType):
        (inner,) = (one for one in get_args(kind) if one is not NoneType)
        return st.none() | of(inner)
    if get_origin(kind) is Literal:
        return st.sampled_from(get_args(kind))
    if kind in OWN_WAY:
        return OWN_WAY[kind]
    return st.booleans() if kind is bool else rows(kind)


def within(inner: object, bound: Any) -> st.SearchStrategy[Any]:  # noqa: ANN401 (a pattern, a length or two ends)
    if isinstance(bound, re.Pattern):
        return st.from_regex(bound, fullmatch=True)
    if get_origin(inner) is tuple:
        return st.lists(of(get_args(inner)[0]), max_size=min(bound, 5)).map(tuple)
    return st.floats(*bound) if inner is float else st.integers(*bound)


def rows(kind: object) -> st.SearchStrategy[Any]:
    assert isinstance(kind, type)
    assert is_dataclass(kind)
    hints = get_type_hints(kind, include_extras=True)
    return st.builds(kind, **{one.name: of(hints[one.name]) for one in fields(kind)})


@st.composite
def figures(draw: st.DrawFn) -> Figure:
    status: Status = draw(st.sampled_from(get_args(Status)))
    if status == "unknown":
        return Figure(None, None, None, None, "unknown")
    n = draw(st.integers(0, 10**15))
    if status == "too_few":
        return Figure(None, None, None, n, "too_few")
    lo, value, hi = sorted(draw(st.tuples(*[st.floats(-1e12, 1e12)] * 3)))
    return Figure(value, lo, hi, n, status)


@st.composite
def spends(draw: st.DrawFn) -> Spend:
    priced, recorded, of_ = sorted(draw(st.tuples(*[st.integers(0, 10**15)] * 3)))
    usd = draw(st.floats(0, 1e9)) if priced else None
    cached, tokens = sorted(draw(st.tuples(*[st.integers(0, 10**15)] * 2)))
    known, known_cached = draw(st.sampled_from([(None, None), (tokens, None), (tokens, cached)]))
    return Spend(usd, known, known_cached, recorded, priced, of_, draw(st.none() | st.just("genai-prices/0.2.3")))


OWN_WAY: dict[Any, st.SearchStrategy[Any]] = {Figure: figures(), Spend: spends()}


@st.composite
def owns(draw: st.DrawFn) -> Own:
    one: Own = draw(rows(Own))
    marked, uncertain = one.marked // 3, one.uncertain // 3
    commits = max(one.commits, marked + uncertain, len(one.lines))
    added, of_marked = sorted((one.lines_added, one.lines_marked), reverse=True)
    return replace(one, commits=commits, marked=marked, uncertain=uncertain, lines_added=added, lines_marked=of_marked)


OWN_WAY[Own] = owns()
OWN_WAY[Judgement] = rows(Judgement).filter(comment_numbers._is_judgement)

VIEWS: st.SearchStrategy[CommentView] = rows(CommentView)
