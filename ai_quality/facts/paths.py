"""What a file is (source, test, docs, generated, lock ...) and how its comments begin. Path text only.

The lists are data (`paths.yml`); what the tree's own `.gitattributes` say comes in as `attributes` and wins.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Iterable, Mapping
from fnmatch import translate
from importlib import resources
from typing import Any

from ai_quality.facts import yml

UNCOUNTED = ("lock", "vendored", "generated", "binary")
"""Kinds left out of every rate, and openly counted instead."""

PRODUCT = ("source", "test", "other")
NAME_LISTS = ("lock", "vendored", "generated", "binary", "test", "docs", "config")
ATTRIBUTES = ("linguist-generated", "linguist-vendored", "linguist-documentation")


def kind_of_path(path: str, attributes: Mapping[str, str] | None = None) -> str:
    """Return one of lock, vendored, generated, binary, test, docs, config, source, other."""
    said = attributes or {}
    for name, kind in zip(ATTRIBUTES, ("generated", "vendored", "docs"), strict=True):
        if said.get(name) in ("set", "true"):
            return kind
    kind = _kind_by_lists(path)
    for name, refused in zip(ATTRIBUTES, ("generated", "vendored", "docs"), strict=True):
        if kind == refused and said.get(name) in ("unset", "false"):
            return "source"
    return kind


def counted(paths: Iterable[str], kinds: Mapping[str, str]) -> list[bool]:
    """Return for each path whether its lines are in the rates; `kinds` has the kind of each."""
    return [kinds[path] not in UNCOUNTED for path in paths]


@functools.lru_cache(maxsize=1 << 16)
def comment_marks(path: str) -> tuple[bytes, ...]:
    """Return what a comment line of this file starts with; empty where that is not known."""
    return _tables()[1].get(_ending(path), ())


def _kind_by_lists(path: str) -> str:
    lists, _, source, by_hand = _tables()
    name = path.rpartition("/")[2]
    for kind, (by_name, by_path) in lists.items():
        if kind == "generated" and by_hand.match(name):
            continue
        if by_name.match(name) or by_path.match(path):
            return kind
    return "source" if _ending(path) in source else "other"


def _ending(path: str) -> str:
    return path.rpartition("/")[2].rpartition(".")[2]


@functools.cache
def _tables() -> tuple[
    dict[str, tuple[re.Pattern[str], re.Pattern[str]]], dict[str, tuple[bytes, ...]], frozenset[str], re.Pattern[str]
]:
    text = resources.files("ai_quality.facts").joinpath("paths.yml").read_text(encoding="utf-8")
    data: dict[str, Any] = yml.read(text)
    lists = {
        kind: (
            _any_of([pattern for pattern in data[kind] if "/" not in pattern]),
            _any_of([pattern for pattern in data[kind] if "/" in pattern]),
        )
        for kind in NAME_LISTS
    }
    marks: dict[str, list[bytes]] = {}
    for opener, endings in data["comments"].items():
        for ending in endings:
            marks.setdefault(ending, []).append(opener.encode())
    known_marks = {ending: tuple(found) for ending, found in marks.items()}
    return lists, known_marks, frozenset(data["source"]), _any_of(data["by_hand"])


def _any_of(patterns: list[str]) -> re.Pattern[str]:
    return re.compile("|".join(translate(pattern) for pattern in patterns) or r"(?!)")
