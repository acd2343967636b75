"""What is known about agents' marks: `marks.yml`, parsed once and indexed for `marks.py`.

The file is data with dates, so it can be corrected without touching code: each rule carries the
evidence it yields, its source, an example and a look-alike. Here it becomes frozen rows and the
mappings that make reading cheap: address → rule, trailer key → rules, and `needles`, the few plain
substrings without which no line of a message can match. `tool_named` reads the free-text names people
and agents give ("Claude Opus 4.6 (1M context)", "GitHub Copilot", "aider (gpt-4o)") as agent and model;
it accepts a text only when nothing but a model follows the tool's name, so "Claude Dupont" stays a
person. Loading is the only place that touches PyYAML and the package's data files.
"""

from __future__ import annotations

import calendar
import datetime as dt
import functools
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from importlib import resources
from typing import Any, Literal, NamedTuple, TypeVar

from ai_quality.facts import yml
from ai_quality.model import Evidence

RuleKind = Literal["identity", "suffix", "coauthor", "trailer", "footer", "branch"]
Reads = Literal["email", "credit", "tool", "session", "fields"]

MODEL_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:+/-]{0,63}")
"""What a model's or agent's name may look like; anything else is dropped, since reports print it."""

_T = TypeVar("_T")

_WORDS_READ = 8
_GITHUB_NUMBER = re.compile(r"\d{1,20}\+(?=[^@]{1,100}@users\.noreply\.github\.com$)")
_NO_DIGITS = {ord(digit): None for digit in "0123456789"}  # `GPT-5.2-Codex` is a GPT-Codex
_VERSION = re.compile(r"v?\d{1,4}(?:\.\d{1,4}){0,3}[a-z]?")


class Example(NamedTuple):
    """A small commit that shows a rule, with what it must yield; empty fields mean an ordinary person's."""

    author: str = ""
    message: str = "Tidy up"
    agent: str | None = None
    model: str | None = None
    evidence: str | None = None


@dataclass(frozen=True, slots=True)
class Rule:
    """One thing one agent leaves behind."""

    agent: str
    kind: RuleKind
    match: tuple[str, ...]
    value: re.Pattern[str] | None
    grade: str
    evidence: Evidence
    source: str
    since: int | None
    until: int | None
    shared: bool
    """Other tools use the address too, so a known tool's name beside it wins."""
    defers: bool
    """Says that some agent worked, not which: the agent named beside it wins."""
    example: Example
    counter: Example


@dataclass(frozen=True, slots=True)
class KeyRule:
    """A trailer key that no single agent owns; `reads` names the reader of its value."""

    key: str
    reads: Reads
    evidence: Evidence
    unknown: bool
    """Whether a tool the registry does not know counts too."""
    source: str
    examples: tuple[Example, ...]
    counters: tuple[Example, ...]


class Tool(NamedTuple):
    """A tool's name understood."""

    agent: str
    model: str | None
    given_name: bool
    """The bare name is also a person's (Devin, Jules): it proves little on its own."""


@dataclass(frozen=True, slots=True)
class Registry:
    """`marks.yml`, indexed; its mappings are never changed after loading."""

    updated: str
    rules: tuple[Rule, ...]
    keys: Mapping[str, KeyRule]
    identities: Mapping[str, Rule]
    coauthors: Mapping[str, Rule]
    suffixes: tuple[tuple[str, Rule], ...]
    trailers: Mapping[str, tuple[Rule, ...]]
    footers: tuple[tuple[str, Rule], ...]
    branches: tuple[tuple[re.Pattern[str], Rule], ...]
    names: Mapping[str, str]
    aliases: Mapping[str, str]
    since: Mapping[str, int | None]
    given_names: frozenset[str]
    model_words: Mapping[str, str]
    credit_lines: tuple[str, ...]
    body_starts: tuple[str, ...]
    """How a line outside the trailers may begin to matter: the footers and the credit lines."""
    machines: frozenset[str]
    machine_examples: tuple[Example, ...]
    machine_counters: tuple[Example, ...]
    needles: tuple[str, ...]

    def by_author(self, email: str) -> Rule | None:
        """The rule that knows this address as an author's."""
        return _by_address(email, self.identities, self.coauthors)

    def by_coauthor(self, email: str) -> Rule | None:
        """The rule that knows this address as a co-author's."""
        return _by_address(email, self.coauthors, self.identities)

    def agent_named(self, name: str) -> str | None:
        """The id of the agent with exactly this name, however it is spaced or cased."""
        return self.aliases.get(_folded(name.split()))

    def tool_named(self, text: str) -> Tool | None:
        """The tool when the whole text is its name, with nothing but a model or a link after it."""
        base, _, aside = text.partition("(")
        inner, _, tail = aside.partition(")")
        if tail.strip(" .") or (inner and not self._is_technical(inner)):
            return None
        for agent, head, rest in _splits(base, self):
            if all(self._is_model_word(word) for word in rest):
                model = _model(head, rest, aside, self)
                return Tool(agent, model, given_name=_folded(head) in self.given_names and not model)
        return None

    def described_by(self, name: str, rule: Rule) -> tuple[str, str | None]:
        """Agent and model behind an address `rule` knows: the address decides, the name adds the model."""
        base, _, aside = name.replace(":", " ").partition("(")
        for agent, head, rest in _splits(base, self):
            return agent if rule.shared else rule.agent, _model(head, rest, aside, self)
        return rule.agent, _model([], base.split()[:_WORDS_READ], aside, self)

    def _is_model_word(self, word: str) -> bool:
        return word.lower() in self.model_words or _has_digit(word)

    def _is_technical(self, aside: str) -> bool:
        """Whether a bracket tells a model, a tool or a link: `Claude (a colleague)` is a person."""
        known = "://" in aside or self.agent_named(aside) is not None
        return known or any(self._is_model_word(word) for word in aside.split())


def _by_address(email: str, *tables: Mapping[str, Rule]) -> Rule | None:
    """By the whole address; GitHub's account number is ignored unless the registry spells it out."""
    email = email.lower()
    bare = _GITHUB_NUMBER.sub("", email)
    for address in (email, bare) if bare != email else (email,):
        for table in tables:
            if rule := table.get(address):
                return rule
    return None


# --- names of tools and models ---------------------------------------------------------------------


def _splits(text: str, registry: Registry) -> Iterator[tuple[str, list[str], list[str]]]:
    """The ways to read a text as a known tool's name and a rest, longest name first."""
    words = text.split()
    if len(words) > _WORDS_READ:
        return
    for count in range(len(words), 0, -1):
        name = _folded(words[:count])
        if not _VERSION.fullmatch(words[count - 1]):
            name = name if name in registry.aliases else name.translate(_NO_DIGITS)
        if agent := registry.aliases.get(name):
            yield agent, words[:count], words[count:]


def _folded(words: Iterable[str]) -> str:
    return "".join(char for char in "".join(words).lower() if char.isalnum())


def _has_digit(word: str) -> bool:
    return any(char.isdigit() for char in word)


def _model(head: list[str], rest: list[str], aside: str, registry: Registry) -> str | None:
    """The model a tool's name tells: `Claude Opus 4.6`, `aider (gpt-4o)`; None when only the tool is named."""
    inner = aside.partition(")")[0].split()
    telling = inner[0] if len(inner) == 1 else ""
    ids = (telling, *(word.lower() for word in (*rest, *head) if "-" in word))
    named = next((word for word in ids if _has_digit(word) or word.lower() in registry.model_words), None)
    brand = head[-1].lower() if head and head[-1].lower() in registry.model_words else ""
    named = named or _slug(brand, rest, registry) or _slug(brand, inner, registry)
    return named if named and MODEL_ID.fullmatch(named) else None


def _slug(brand: str, words: list[str], registry: Registry) -> str | None:
    """`Opus 4.6` of Claude → `claude-opus-4-6`; other makers keep the dot of their model ids."""
    low = [word.lower() for word in words]
    versions = [word for word in low if _VERSION.fullmatch(word)]
    names = [word for word in low if word.isascii() and word.isalpha()]
    known = all(name in registry.model_words for name in names)
    new_family = bool(brand) and len(names) == len(versions) == 1  # `Claude Fable 5` before anyone listed it
    if not low or len(versions) + len(names) < len(low) or not (known or new_family):
        return None
    maker = brand or registry.model_words.get(names[0] if names else "", "")
    if not maker and not names:
        return None
    slug = "-".join(low if not maker or low[0] == maker else [maker, *low])
    return slug.replace(".", "-") if maker == "claude" else slug


# --- loading -----------------------------------------------------------------------------------------


@functools.cache
def load_registry() -> Registry:
    """The registry this program ships with."""
    return parse_registry(resources.files("ai_quality.facts").joinpath("marks.yml").read_text("utf-8"))


def parse_registry(text: str) -> Registry:
    """A registry from the text of a `marks.yml`; trusted, as it ships with the program."""
    data = yml.read(text)
    agents = data["agents"]
    rules = tuple(_rule(agent, raw) for agent in agents for raw in agent["rules"])
    keys = tuple(_key_rule(raw) for raw in data["keys"])
    credits_ = tuple(data["credit_lines"])
    trailers: dict[str, tuple[Rule, ...]] = {}
    for key, rule in _pairs(rules, "trailer"):
        trailers[key] = (*trailers.get(key, ()), rule)
    footers = tuple(_pairs(rules, "footer"))
    body_starts = (*(start for start, _ in footers), *credits_)
    return Registry(
        updated=str(data["updated"]),
        rules=rules,
        keys={rule.key: rule for rule in keys},
        identities=_unique(_pairs(rules, "identity")),
        coauthors=_unique(_pairs(rules, "coauthor")),
        suffixes=tuple((rule.match[0], rule) for rule in rules if rule.kind == "suffix"),
        trailers=trailers,
        footers=footers,
        branches=tuple((_any_of(rule.match), rule) for rule in rules if rule.kind == "branch"),
        names={agent["id"]: agent["name"] for agent in agents},
        aliases=_unique((_folded([name]), agent["id"]) for agent in agents for name in agent["aliases"]),
        since={agent["id"]: _seconds(agent["since"]) for agent in agents},
        given_names=frozenset(_folded([name]) for name in data["given_names"]),
        model_words={str(word): maker for maker, words in data["model_words"].items() for word in words},
        credit_lines=credits_,
        body_starts=body_starts,
        machines=frozenset(address.lower() for address in data["machines"]["match"]),
        machine_examples=tuple(Example(**raw) for raw in data["machines"]["examples"]),
        machine_counters=tuple(Example(**raw) for raw in data["machines"]["counters"]),
        needles=_needles((*trailers, *(rule.key for rule in keys), *body_starts)),
    )


def _rule(agent: dict[str, Any], raw: dict[str, Any]) -> Rule:
    return Rule(
        agent=agent["id"],
        kind=raw["kind"],
        match=tuple(raw["match"]),
        value=re.compile(raw["value"], re.IGNORECASE) if "value" in raw else None,
        grade=raw["grade"],
        evidence=raw["evidence"],
        source=raw["source"],
        since=_seconds(raw.get("since", agent["since"])),
        until=_seconds(raw.get("until")),
        shared=raw.get("shared", False),
        defers=raw.get("defers", False),
        example=Example(**raw["example"]),
        counter=Example(**raw["counter"]),
    )


def _key_rule(raw: dict[str, Any]) -> KeyRule:
    return KeyRule(
        key=raw["key"].lower(),
        reads=raw["reads"],
        evidence=raw["evidence"],
        unknown=raw.get("unknown", False),
        source=raw["source"],
        examples=tuple(Example(**example) for example in raw["examples"]),
        counters=tuple(Example(**counter) for counter in raw["counters"]),
    )


def _pairs(rules: Iterable[Rule], kind: RuleKind) -> list[tuple[str, Rule]]:
    return [(text.lower(), rule) for rule in rules if rule.kind == kind for text in rule.match]


def _unique(pairs: Iterable[tuple[str, _T]]) -> dict[str, _T]:
    """A mapping of pairs; two rules that claim the same key are a mistake in the file."""
    found: dict[str, _T] = {}
    for key, value in pairs:
        if found.setdefault(key, value) != value:
            raise ValueError(f"marks.yml gives {key!r} to two owners")
    return found


def _any_of(patterns: Iterable[str]) -> re.Pattern[str]:
    return re.compile("|".join(f"(?:{pattern})" for pattern in patterns), re.IGNORECASE)


def _seconds(day: dt.date | None) -> int | None:
    return calendar.timegm(day.timetuple()) if day else None


def _needles(texts: Iterable[str]) -> tuple[str, ...]:
    """The substrings to look for, without those that contain another: finding the shorter is enough."""
    kept: list[str] = []
    for text in sorted(set(texts), key=len):
        if not any(other in text for other in kept):
            kept.append(text)
    return tuple(kept)
