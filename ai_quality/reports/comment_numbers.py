"""The view as numbers, and back: what a fork's job hands to the job that may write. Everything read is hostile.

The row types of `comment_data` are the schema: fields, closed words, patterns, bounds, lengths. A text that does not
fit is refused as a whole; nothing is mended, and nothing of it is quoted. Reads no file and knows no forge.
"""

from __future__ import annotations

import json
import re
from dataclasses import asdict, fields, is_dataclass
from functools import cache
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, NoReturn, Union, get_args, get_origin, get_type_hints

from ai_quality.errors import ArtifactRefused
from ai_quality.reports.comment_data import CommentView, Figure, Judgement, Own, Spend

LIMIT = 65_536
"""Bytes; a longer text is refused before it is parsed."""

SCHEMA_VERSION = 1


def numbers(view: CommentView) -> dict[str, Any]:
    """Return the view as JSON values with a `schema_version`; as JSON it is at most LIMIT bytes."""
    return {"schema_version": SCHEMA_VERSION, **asdict(view)}


def view_from(text: bytes) -> CommentView:
    """Return the view that `numbers` was made from; ArtifactRefused says where it does not fit."""
    if len(text) > LIMIT:
        _refuse(f"it is longer than {LIMIT} bytes")
    try:
        given = json.loads(text.decode("ascii"), object_pairs_hook=_once, parse_constant=_refuse)
    except UnicodeDecodeError:
        _refuse("it is no ASCII")
    except (ValueError, RecursionError):  # ValueError: also an integer of more than 4300 digits
        _refuse("it is no JSON")
    version = given.pop("schema_version", None) if isinstance(given, dict) else None
    if type(version) is not int or version != SCHEMA_VERSION:
        _refuse(f"it is not of schema_version {SCHEMA_VERSION}")
    view = _read(CommentView, given, "view")
    assert isinstance(view, CommentView)
    return view


def _refuse(why: str) -> NoReturn:
    raise ArtifactRefused(f"this is no report of ours ({why})", hint="run the job that makes it again")


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        _refuse("a key stands twice")
    return found


def _read(kind: Any, given: object, where: str) -> object:  # noqa: ANN401 (a type, as annotations give it)
    """Return `given` as an instance of `kind`; `where` is the path of our own field names to it."""
    if get_origin(kind) is Annotated:
        inner, bound = get_args(kind)
        return _bounded(_read(inner, given, where), bound, where)
    if get_origin(kind) in (Union, UnionType):
        (inner,) = (one for one in get_args(kind) if one is not NoneType)
        return None if given is None else _read(inner, given, where)
    if get_origin(kind) is tuple:
        if not isinstance(given, list):
            _refuse(f"{where} is no list")
        return tuple(_read(get_args(kind)[0], one, where) for one in given)
    return _row(kind, given, where) if is_dataclass(kind) else _value(kind, given, where)


def _row(kind: Any, given: object, where: str) -> object:  # noqa: ANN401
    hints = _hints(kind)
    if not isinstance(given, dict) or given.keys() != hints.keys():
        _refuse(f"{where} has other keys than it should")
    row = kind(**{name: _read(hint, given[name], f"{where}.{name}") for name, hint in hints.items()})
    if not _CONSISTENT.get(kind, _always)(row):
        _refuse(f"{where} contradicts itself")
    return row


def _value(kind: Any, given: object, where: str) -> object:  # noqa: ANN401
    """A bool is no number here, and a whole number is a float too."""
    if get_origin(kind) is Literal:
        fits = isinstance(given, str) and given in get_args(kind)
    elif kind is float:
        fits = isinstance(given, int | float) and not isinstance(given, bool)
    else:
        fits = type(given) is kind
    if not fits:
        _refuse(f"{where} is of another kind than it should be")
    return given


def _bounded(value: object, bound: Any, where: str) -> object:  # noqa: ANN401
    """A text's pattern, a list's length, a number's lowest and highest."""
    if isinstance(bound, re.Pattern):
        fits = isinstance(value, str) and bound.fullmatch(value) is not None
    elif isinstance(value, tuple):
        fits = len(value) <= bound
    else:
        assert isinstance(value, int | float)
        fits = bound[0] <= value <= bound[1]  # neither nan nor inf lies between two numbers
        value = float(value) if fits and isinstance(bound[0], float) else value
    if not fits:
        _refuse(f"{where} is out of bounds")
    return value


@cache
def _hints(kind: Any) -> dict[str, Any]:  # noqa: ANN401
    hints = get_type_hints(kind, include_extras=True)
    return {one.name: hints[one.name] for one in fields(kind)}


def _always(_: object) -> bool:
    return True


def _is_figure(one: Figure) -> bool:
    """A figure has all of its numbers or only a count, and its value lies within its interval."""
    if one.status in ("ok", "low_n"):
        if one.value is None or one.lo is None or one.hi is None or one.n is None:
            return False
        return one.lo <= one.value <= one.hi
    return one.value is None and one.lo is None and one.hi is None and (one.n is None) == (one.status == "unknown")


def _is_own(one: Own) -> bool:
    return (
        one.marked + one.uncertain <= one.commits
        and one.lines_marked <= one.lines_added
        and len(one.lines) <= one.commits
    )


def _is_spend(one: Spend) -> bool:
    if one.cached is not None and (one.tokens is None or one.cached > one.tokens):
        return False
    return one.priced <= one.recorded <= one.of and (one.priced == 0 or one.usd is not None)


def _is_judgement(one: Judgement) -> bool:
    if one.value is None:
        return one.result in ("too_few", "unknown")
    is_share = one.rule != "max_unlanded_usd"
    return (one.value <= 1 or not is_share) and (one.value > one.limit) == (one.result == "failed")


_CONSISTENT: dict[Any, Any] = {Figure: _is_figure, Own: _is_own, Spend: _is_spend, Judgement: _is_judgement}
