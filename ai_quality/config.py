"""The repository's own settings, `.ai-quality.yml`: text in, a frozen `Config` out. Reads no file itself.

In CI the text comes from the base commit, never from a pull request's head (design: security 6.1). The table
of keys is `Config` itself: a key is a field with hyphens for underscores, its docstring what docs say of it.
Only this module and the registries in `facts` read YAML.
"""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from math import inf
from typing import Any, Literal, TypeVar, get_args, get_origin, get_type_hints

import yaml

from ai_quality.errors import UsageError

FILE = ".ai-quality.yml"
LIMIT = 65_536
"""Bytes; a longer file is refused before it is parsed."""

MOST = 100_000


@dataclass(frozen=True, slots=True)
class Policy:
    """Limits that `check` and the Action's `fail-on` hold a repository to; None: no limit. All off by default."""

    max_rework_rate: float | None = None
    max_revert_rate: float | None = None
    max_defect_rate: float | None = None
    max_unlanded_usd: float | None = None
    max_unknown_share: float | None = None


@dataclass(frozen=True, slots=True)
class Config:
    """What a repository decides for itself; every default is the quiet and local one."""

    tagging: Literal["trailer", "notes", "off"] = "trailer"
    usage: Literal["local", "trailer", "notes"] = "local"
    push_notes: bool = False
    prices: str | None = None
    comment: Literal["changes", "always", "off"] = "changes"
    period_days: int = 180
    enough_changes: int = 20
    fail_on: Literal["never", "policy"] = "never"
    budget_usd_per_month: float | None = None
    policy: Policy = field(default_factory=Policy)


Settings = TypeVar("Settings", Config, Policy)


def read(text: str | bytes, name: str = FILE) -> Config:
    """Return the settings a file's text holds; UsageError names what is wrong, where, and the nearest known key."""
    if len(text) > LIMIT:
        raise UsageError(f"{name} is longer than {LIMIT} bytes", hint="settings are a few lines")
    try:
        given = yaml.safe_load(text)
    except (yaml.YAMLError, UnicodeDecodeError, RecursionError, ValueError) as wrong:
        raise UsageError(f"{name} is no YAML ({wrong})", hint="write `key: value` lines") from wrong
    return _filled(Config, {} if given is None else given, name, "")


def _filled(kind: type[Settings], given: object, name: str, within: str) -> Settings:
    if not isinstance(given, Mapping):
        where = f"{within.rstrip('.')!r} in {name}" if within else name
        raise UsageError(f"{where} is no list of settings", hint="write `key: value` lines")
    types = get_type_hints(kind)
    keys = {one.name.replace("_", "-"): one.name for one in fields(kind)}
    values: dict[str, Any] = {}
    for key, value in given.items():
        if key not in keys:
            near = difflib.get_close_matches(str(key), keys, 1)
            hint = f"did you mean {within}{near[0]}?" if near else f"known are {', '.join(keys)}"
            raise UsageError(f"{name} has an unknown key {within}{str(key)[:80]!r}", hint=hint)
        values[keys[key]] = _value(types[keys[key]], value, name, f"{within}{key}")
    return kind(**values)


def _value(kind: Any, value: object, name: str, key: str) -> object:  # noqa: ANN401 (a type, as annotations give it)
    if kind is Policy:
        return _filled(Policy, value, name, f"{key}.")
    if get_origin(kind) is Literal:
        value = "off" if value is False else value  # YAML 1.1 reads a bare off so
        fits, wanted = value in get_args(kind), " or ".join(map(str, get_args(kind)))
    elif kind is bool:
        fits, wanted = isinstance(value, bool), "true or false"
    elif kind is int:
        fits = isinstance(value, int) and not isinstance(value, bool) and 0 < value <= MOST
        wanted = f"a whole number from 1 to {MOST}"
    elif kind == (float | None):
        fits = value is None or (isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value < inf)
        wanted = "a number of 0 or more"
        value = float(value) if fits and isinstance(value, int | float) else value
    else:
        fits, wanted = value is None or isinstance(value, str), "a text"
    if not fits:
        raise UsageError(f"{name}: {key} is {str(value)[:80]!r}", hint=f"write {wanted}")
    return value
