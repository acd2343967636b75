"""Which AI marks a commit carries, and what they make of it: `read_marks` and `classify`.

What an agent leaves behind is data, not code (`marks.yml`, read by `registry`); this module reads
commits against it. Addresses are compared whole and lines from their start, because names, vendors'
domains and keywords are shared with people: somebody is called Claude, and staff of an agent's maker
commit too. Marks that prove little are kept, as `weak`: an agent that only committed or suggested, an
editor that signed what a person typed, a mark older than its tool. Text that is only quoted never
counts (`trailers`). Callers choose by evidence what to count; no mark means `unmarked`, never "human".

Pure functions, linear in the message; most commits of most histories cost a few substring searches.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from typing import NamedTuple

from ai_quality.facts.registry import MODEL_ID, KeyRule, Reads, Registry, Tool, load_registry
from ai_quality.facts.trailers import MESSAGE_LIMIT, TRAILER, Section, own_words, sections
from ai_quality.model import EVIDENCE_ORDER, Commit, Evidence, Mark, MarkSource, Person, Verdict

__all__ = ["OTHER", "SquashPart", "SquashParts", "classify", "load_registry", "marks_in_sections", "read_marks"]

OTHER = "other"
"""The agent of a mark that says AI was used but not which tool."""

CREDIT = "assisted-by:"
_DAY = 86_400
_TEXT_LIMIT = 200
_RANK = {evidence: rank for rank, evidence in enumerate(EVIDENCE_ORDER)}
_HEADLINE = frozenset(EVIDENCE_ORDER[:3])
_AGENT_WORD = re.compile(r"[a-z][a-z0-9._+-]{0,63}")
_YES = frozenset({"true", "yes", "y", "1", "partial", "partially", "fully"})
_NO = frozenset({"false", "no", "n", "0", "0%", "none", "n/a", "never", "not"})
_DECORATION = re.compile(r"[ \t]{0,8}(?:[*-] )?(?:[^\x00-\x7f]{1,4} ?)?[*_]{0,3}")
_ROBOT = "🤖 "
_NUMBERED = re.compile(r" \(#\d{1,9}\)\s*$")
_LINK = re.compile(r"\[([^\[\]]{1,60})\]\(")
_MERGE = re.compile(
    r"Merge pull request #\d{1,9} from [^/\s]{1,100}/(?P<github>\S{1,250})$"
    r"|Merge remote-tracking branch '[^'/\s]{1,100}/(?P<remote>[^'\s]{1,250})'"
    r"|Merge branch(?:es)? '(?:origin/|upstream/)?(?P<git>[^'\s]{1,250})'"
    r"|Merged in (?P<bitbucket>\S{1,250}) \(pull request #"
    r"|Merge (?:pull request #\d{1,9} )?in \S{1,200} from (?P<server>\S{1,250}) to "
    r"|Merge pull request '.{1,300}' \([#!]\d{1,9}\) from (?:[^:\s]{1,100}:)?(?P<gitea>\S{1,250}) into "
)


class SquashPart(NamedTuple):
    """One commit of a squash message: its subject line and the marks in its share of the text."""

    subject: str
    marks: tuple[Mark, ...]


class SquashParts(NamedTuple):
    """A squash message by its commits; `footer_marks` speak for the whole (co-authors below the divider)."""

    parts: tuple[SquashPart, ...]
    footer_marks: tuple[Mark, ...]


class _Hit(NamedTuple):
    """A mark on its way: its rule's start date, and whether it leaves naming the agent to others."""

    mark: Mark
    since: int | None = None
    defers: bool = False


# --- a commit --------------------------------------------------------------------------------------


BOT_NAME = re.compile(r"(?:^|[ _-])bot$")


def classify(commit: Commit, registry: Registry | None = None, *, note: str = "") -> Verdict:
    """The commit's class by its marks; weak and pull-request marks make it `assisted` with that evidence.

    `note` is its note of ours, for repositories where trailers are not wanted: its `Assisted-by` lines count as a
    message's do. What it says of cost is no mark: spending may be tied to a commit by time alone.
    """
    registry = registry or load_registry()
    marks = read_marks(commit, registry, note)
    evidence: Evidence = marks[0].evidence if marks else "none"
    if evidence == "identity":
        return Verdict("agent", evidence, marks)
    ai_author = any(mark.source == "author" for mark in marks)
    if _is_machine(commit.author, registry) and evidence not in _HEADLINE and not ai_author:
        return Verdict("bot", "none", ())
    return Verdict("assisted" if marks else "unmarked", evidence, marks)


def read_marks(commit: Commit, registry: Registry | None = None, note: str = "") -> tuple[Mark, ...]:
    """Every AI mark on the commit, strongest evidence first, each once."""
    registry = registry or load_registry()
    hits = _person_hits(commit, registry)
    if commit.message[:6].startswith(("Merge", "Pull r")):
        hits += _branch_hits(commit.message, registry)
    if needles := _needles_in(commit.message, registry):
        hits += _message_hits(commit.message, needles, registry)
    credits_ = [line for line in note[:MESSAGE_LIMIT].split("\n") if line.lower().startswith(CREDIT)]
    hits += [hit for line in credits_ for hit in _line_hits(line, registry)]
    return _settled(hits, max(commit.author_time, commit.commit_time)) if hits else ()


def marks_in_sections(message: str, registry: Registry | None = None, *, time: int = 0) -> SquashParts:
    """A squash message's marks by the commit they stand in; no parts when the message is not of that shape."""
    registry = registry or load_registry()
    whole = sections(message)
    if not whole.parts:
        return SquashParts((), ())
    needles = _needles_in(message, registry)
    parts = (SquashPart(part.subject, _settled(_section_hits(part, needles, registry), time)) for part in whole.parts)
    return SquashParts(tuple(parts), _settled(_section_hits(Section("", whole.footer), needles, registry), time))


def _is_machine(author: Person, registry: Registry) -> bool:
    name, email = author.name.lower(), author.email.lower()
    if name.endswith("[bot]") or "[bot]@" in email:
        return True
    if BOT_NAME.search(name) and "bot" in email.partition("@")[0]:
        return True  # a house's own: pytest bot <pytestbot@...>; the name alone may be a person's
    return email in registry.machines or f"{name} <{email}>" in registry.machines


def _needles_in(message: str, registry: Registry) -> list[str]:
    """What a line must contain to matter here. Cheap; for most commits of most histories: nothing."""
    low = message[:MESSAGE_LIMIT].lower()
    return [needle for needle in registry.needles if needle in low]


def _settled(hits: list[_Hit], time: int) -> tuple[Mark, ...]:
    """Judged by date, vague marks given to the agent named beside them, repeats dropped, strongest first."""
    dated = sorted((_dated(hit, time) for hit in hits), key=lambda hit: _RANK[hit.mark.evidence])
    sure = (hit.mark.agent for hit in dated if hit.mark.evidence in _HEADLINE and not hit.defers)
    named = next(sure, None)
    marks: dict[tuple[str, str, str], Mark] = {}
    for mark, _, defers in dated:
        settled = _but(mark, agent=named) if defers and named else mark
        key = (settled.agent, mark.source, mark.text.lower())
        twin = marks.setdefault(key, settled)
        if settled.model and not twin.model and settled.evidence == twin.evidence:
            marks[key] = settled
    return tuple(marks.values())


def _dated(hit: _Hit, time: int) -> _Hit:
    """Weak when the commit is older than the tool: a forged or stale mark. Time 0 means unknown."""
    stale = hit.since is not None and 0 < time < hit.since - _DAY
    return hit._replace(mark=_but(hit.mark, evidence="weak")) if stale else hit


def _but(mark: Mark, *, agent: str | None = None, evidence: Evidence | None = None) -> Mark:
    """The mark with another agent or evidence (`dataclasses.replace` is six times slower)."""
    return Mark(agent or mark.agent, mark.model, mark.source, evidence or mark.evidence, mark.text)


# --- people ----------------------------------------------------------------------------------------


def _person_hits(commit: Commit, registry: Registry) -> list[_Hit]:
    """The author's mark, else the committer's: who only commits (rebases, lands) did not write, so weak."""
    if hit := _identity_hit(commit.author, "author", registry):
        return [hit]
    if commit.committer != commit.author and (hit := _identity_hit(commit.committer, "committer", registry)):
        return [hit._replace(mark=_but(hit.mark, evidence="weak"))]
    return []


def _identity_hit(person: Person, source: MarkSource, registry: Registry) -> _Hit | None:
    if rule := registry.by_author(person.email):
        agent, model = registry.described_by(person.name, rule)
        evidence: Evidence = "weak" if rule.evidence == "weak" else "identity"
        return _Hit(Mark(agent, model, source, evidence, _shown(f"{person.name} <{person.email}>")), rule.since)
    for suffix, rule in registry.suffixes:
        if person.name.endswith(suffix):  # shown without the person's name
            return _Hit(Mark(rule.agent, None, source, rule.evidence, suffix.strip()), rule.since)
    return None


# --- messages --------------------------------------------------------------------------------------


def _branch_hits(message: str, registry: Registry) -> Iterator[_Hit]:
    """The branch a merge brings in, where its subject names it; merging `into` an agent's branch says nothing."""
    lines = message[:MESSAGE_LIMIT].split("\n", 3)
    subject = lines[2] if len(lines) > 2 and lines[0].startswith("Pull request #") else lines[0]  # noqa: PLR2004
    merge = _MERGE.match(subject.rstrip())
    branch = next(filter(None, merge.groups()), "") if merge else ""
    for pattern, rule in registry.branches:
        if branch and pattern.match(branch):
            yield _Hit(Mark(rule.agent, None, "branch", rule.evidence, _shown(subject)), rule.since)


def _message_hits(message: str, needles: list[str], registry: Registry) -> list[_Hit]:
    whole = sections(message)
    subject = "" if whole.parts else message.partition("\n")[0]
    spoken = [*whole.parts, Section(subject, whole.footer)]
    return [hit for section in spoken for hit in _section_hits(section, needles, registry)]


def _section_hits(section: Section, needles: list[str], registry: Registry) -> list[_Hit]:
    lines = (line for line in own_words(section) if any(needle in line.lower() for needle in needles))
    return [hit for line in lines for hit in _line_hits(line, registry)]


def _line_hits(line: str, registry: Registry) -> Iterator[_Hit]:
    match = TRAILER.match(line)
    if match is None:
        yield from _footer_hits(line, registry)
        return
    key, value = match[1].lower(), match[2].strip()
    text = _shown(f"{match[1]}: {value}")
    for rule in registry.trailers.get(key, ()):
        if rule.value is None or rule.value.match(value):
            yield _Hit(Mark(rule.agent, None, "trailer", rule.evidence, text), rule.since, rule.defers)
    known = registry.keys.get(key)
    if known and (hit := _READERS[known.reads](value, known, registry)):
        mark = hit.mark
        yield hit._replace(mark=Mark(mark.agent, mark.model, mark.source, mark.evidence, text))


def _footer_hits(line: str, registry: Registry) -> Iterator[_Hit]:
    line = _NUMBERED.sub("", line[line.rfind(_ROBOT) :]) if _ROBOT in line else line
    decoration = _DECORATION.match(line)
    text = line[decoration.end() if decoration else 0 :]
    low = text.lower()
    if not low.startswith(registry.body_starts):
        return
    for start, rule in registry.footers:
        if low.startswith(start):
            yield _Hit(Mark(rule.agent, None, "body", rule.evidence, _shown(line)), rule.since, rule.defers)
            return
    for start in registry.credit_lines:
        if low.startswith(start):
            link = _LINK.match(text, len(start))
            tool = registry.tool_named(link[1] if link else text[len(start) :].strip(" *_."))
            if tool:
                yield _credit(tool, "declared", _shown(line), registry, "body")
            return


def _shown(text: str) -> str:
    """The mark's text, safe to print: one line, no control or invisible characters, of bounded length."""
    text = text[:_TEXT_LIMIT]
    if not text.isprintable():
        text = "".join(char if char.isprintable() else " " for char in text)
    return text.strip(" *-")


# --- trailers anybody may use ----------------------------------------------------------------------


def _read_email(value: str, rule: KeyRule, registry: Registry) -> _Hit | None:
    """`Name <address>`: an agent's whole address makes the mark; the name only tells the model."""
    name, bracket, rest = value.partition("<")
    if not bracket:
        name, _, rest = value.rpartition(" ")
    known = registry.by_coauthor(rest.partition(">")[0].strip())
    if known is None:
        return None
    agent, model = registry.described_by(name, known)
    evidence: Evidence = "weak" if "weak" in (known.evidence, rule.evidence) else "declared"
    return _Hit(Mark(agent, model, "trailer", evidence, value), known.since)


def _read_credit(value: str, rule: KeyRule, registry: Registry) -> _Hit | None:
    """A tool by address, as AGENT:MODEL, or by a name the registry knows; people's names never match."""
    if "@" in value:
        return _read_email(value, rule, registry)
    name, _, rest = value.partition(":")
    if rest.strip() and not rest[0].isspace():
        model = MODEL_ID.fullmatch(rest.split()[0])
        unknown = _word(name) if model and rule.unknown else None
        if agent := registry.agent_named(name) or unknown:
            return _credit(Tool(agent, model and model[0], given_name=False), rule.evidence, value, registry)
    if tool := registry.tool_named(value):
        return _credit(tool, "weak" if tool.given_name else rule.evidence, value, registry)
    return None


def _read_tool(value: str, rule: KeyRule, registry: Registry) -> _Hit | None:
    """A tool's name, or where `unknown` ones count any answer but no: the key itself says AI."""
    if hit := _read_credit(value, rule, registry):
        return hit
    words = value.lower().strip(" .,!").split()
    if not rule.unknown or not words or words[0] in _NO:
        return None
    agent = (None if words[0] in _YES else _word(" ".join(words))) or OTHER
    return _Hit(Mark(agent, None, "trailer", rule.evidence, value), None, agent == OTHER)


def _read_session(value: str, rule: KeyRule, registry: Registry) -> _Hit | None:
    """Our own `AI-Session: codex/0a1b`; the part after the slash is opaque."""
    name, slash, _ = value.partition("/")
    agent = (registry.agent_named(name) or _word(name)) if slash else None
    return _Hit(Mark(agent, None, "trailer", rule.evidence, value)) if agent else None


def _read_fields(value: str, rule: KeyRule, registry: Registry) -> _Hit | None:
    """Our own `AI-Usage: id=…; agent=codex; in=1`; without `agent` it takes the agent named beside it."""
    fields = dict(word.split("=", 1) for word in value.replace(";", " ").split() if "=" in word)
    if not fields:
        return None
    name = fields.get("agent", "")
    agent = registry.agent_named(name) or _word(name) or OTHER
    model = MODEL_ID.fullmatch(fields.get("model", ""))
    return _Hit(Mark(agent, model[0] if model else None, "trailer", rule.evidence, value), None, agent == OTHER)


_READERS: Mapping[Reads, Callable[[str, KeyRule, Registry], _Hit | None]] = {
    "email": _read_email,
    "credit": _read_credit,
    "tool": _read_tool,
    "session": _read_session,
    "fields": _read_fields,
}


def _word(name: str) -> str | None:
    """The id of a tool the registry does not know: its own single word in lower case, if it is safe."""
    word = name.strip().lower()
    return word if _AGENT_WORD.fullmatch(word) else None


def _credit(tool: Tool, evidence: Evidence, text: str, registry: Registry, source: MarkSource = "trailer") -> _Hit:
    mark = Mark(tool.agent, tool.model, source, evidence, text)
    return _Hit(mark, registry.since.get(tool.agent), tool.agent == OTHER)
