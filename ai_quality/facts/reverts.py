"""Which commit undoes which, as the messages say: by a reference (`declared`) or by a repeated `title`.

A message is taken apart first (`undoings`): its own words only, one part for each commit of a squash. What a
part claims is then looked up among the commits that came earlier. One pass, every look-up a dictionary's.

Putting a change back is a revert too, of the revert: `Reapply "T"`, `Reland "T"`, `Revert "Revert "T""` and
Gerrit's `Revert^2 "T"` all undo the latest commit that took T out, so whether T stands is a matter of parity.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import lru_cache
from itertools import takewhile
from typing import NamedTuple

from ai_quality.facts.trailers import MESSAGE_LIMIT, own_lines, sections
from ai_quality.model import Commit


class Revert(NamedTuple):
    """`revert` undoes `reverted`; `partial` when it says, or looks as if, it undoes only part of it."""

    revert: str
    reverted: str
    evidence: str
    reinstated_by: str | None
    partial: bool


TOLD = ("declared", "title")  # what messages say; `exact` and `inferred` are what lines say (inverses.py)


class Title(NamedTuple):
    """`Revert "text"`; `again` for words that put a change back, `sure` if quotes mark where it begins."""

    text: str
    again: bool
    sure: bool
    partial: bool


class Reference(NamedTuple):
    """What a message points at: a commit `id`, a `range`, a request's `number`, a review tool's `key`."""

    kind: str
    value: str
    again: bool
    partial: bool


class Undoing(NamedTuple):
    """What one message, or one part of a squash, claims to undo."""

    titles: list[Title]
    references: list[Reference]
    partial: bool


_AGAIN = r"re-?appl(?:y|ies|ied|ying)|re-?land(?:s|ed|ing)?"
_BACK = r"revert(?:s|ed|ing)?|back(?:s|ed|ing)?[ -]?out|undo(?:es|ing)?|roll(?:s|ed|ing)?[ -]?back"
_PARTLY = r"partial(?:ly)?|partly|mostly|selectively"

# A tag, a scope, an issue's key or an emoji may come first: `BUG/MINOR: Revert "T"`, `[x] Revert "T"`.
_TITLE = re.compile(
    r"(?:[^\w\"“(]{0,8}|[^\"“]{0,60}?(?:[:\])}>] {0,2}|[A-Z]-\d{1,6} ))"
    rf"(?:(?P<part>{_PARTLY}) )?(?:(?P<again>{_AGAIN})|{_BACK})\b(?:\^(?P<power>\d))?"
    r"(?: ?[(#]{0,2}\d{1,2}\)?(?=[\]:]))?(?:\([^)]{0,40}\))?(?P<typed>!?[\]:]{0,2})\s+(?:of )?(?P<rest>\S.*)",
    re.IGNORECASE,
)
_HINTS = (
    "revert", "reappl", "re-appl", "reland", "re-land", "undo", "original commit", "original phab", "rollback",
    "roll back", "rolls back", "rolled back", "backout", "back-out", "back out", "backs out", "backed out",
)  # fmt: skip
_QUOTES = {'"': '"', "“": "”", "'": "'", "`": "`", "«": "»", "\u2018": "\u2019"}
_NUMBER = re.compile(r"\s*\((?:[a-z-]{1,12} )?(?:#|!|gh-)(\d{1,9})\)$", re.IGNORECASE)
_TAIL = ' ."”'
_CUT = re.compile(r"(.{24,}?)\s*(?:\(?#?\d*)?(?:…|\.\.\.)\W*$")
_LONGEST = 500


def subject_of(message: str) -> str:
    """Return a message's first line; what is longer than any title is cut, so that no pattern runs away."""
    return message[:_LONGEST].partition("\n")[0].strip()


def title_of(subject: str) -> Title | None:
    """Return the title a subject says it undoes or puts back; None for any other subject."""
    found = _TITLE.match(subject_of(subject))
    if not found:
        return None
    rest = found["rest"]
    close = _QUOTES.get(rest[0])
    if close:
        end = rest.rfind(close, 1)
        rest = rest[1:end] if end > 0 else rest[1:]
    elif " " not in rest:
        return None
    for _ in range(int(found["power"] or 1) - 1):
        rest = f'Revert "{rest}"'
    return Title(rest.strip(), bool(found["again"]), close is not None, bool(found["part"])) if _bare(rest) else None


@lru_cache(maxsize=1 << 15)  # three rules ask it of every subject
def is_revert_subject(subject: str) -> bool:
    """Whether a subject says the commit undoes another one, a revert perhaps; `Revert to HTTP/1` does not."""
    found = _TITLE.match(subject_of(subject))
    typed = found and found["typed"] and (found["again"] or "revert" in found[0][: found.start("rest")].lower())
    return bool(typed or (found and found["rest"][0] in _QUOTES) or (_may_undo(subject) and _references(subject)))


def _bare(title: str) -> str:
    """A title without the request numbers that forges append, a full stop or a stray quote at its end."""
    title = title.rstrip(_TAIL)
    while found := _NUMBER.search(title):
        title = title[: found.start()].rstrip(_TAIL)
    return title


def _rooted(subject: str) -> tuple[str, int]:
    """What a chain of reverts is about, and how many times it was turned: `Reapply "T"` is ("t", 2)."""
    turns = 0
    while found := title_of(subject):
        subject, turns = _bare(found.text), turns + 1 + found.again
    return _bare(subject).casefold(), turns


_HEX = r"[0-9a-f]{7,64}\b"
_POINTER = re.compile(
    rf"(?P<key>(?-i:\bD\d{{3,12}}|\bCL \d+)\b)|(?P<range>\b{_HEX}\^?\.\.{_HEX})|(?:https?://\S{{1,200}}/commit/)?\b(?P<id>{_HEX})"
    r"|(?:https?://\S{1,200}/(?:pull|merge_requests|pull-requests)/|(?:[\w.-]{1,80}/[\w.-]{1,80})?[#!])(?P<number>\d{1,9})\b",
    re.IGNORECASE,
)
_VERB = re.compile(
    rf"\b(?:(?P<says>reverts|undoes|backs out|rolls back|re-?lands|re-?applies)|(?P<noun>revert of)"
    rf"|(?P<facebook>Original (?:commit changeset|Phabricator Diff))|{_AGAIN}|{_BACK})(?=[\s:])",
    re.IGNORECASE,
)
_OPENING = re.compile(
    rf"(?:\n\s*\n|\n\s*(?P<item>[-*•])|[.:;!?\]])\s*(?:(?:{_PARTLY}|\w{{2,12}}ly|also)\s+)*\Z", re.IGNORECASE
)
_CALLED = re.compile(r"\b(?:is|was|it's|this)\s+(?:an?\s+)?(?:\w+\s+){0,2}\Z", re.IGNORECASE)
_OTHERS = re.compile(r"(?:\b(?:which|that|who)|[0-9a-f]{7,64}\)?)\s+\Z", re.IGNORECASE)
_FILLING = re.compile(
    r"(?:\s+(?:the|all|following|these|merge|pull|requests?|commits?|patch(?:es)?|changesets?|PRs?|MRs?|diffs?|gerrit|\d{1,2}"
    r"|(?:changes?|(?:\w+\s+)?parts?|some|hunks?|bits|most)(?:\s+(?:made|introduced))?(?:\s+(?:of|in|from|by))?)"
    r"(?=[\s:])){0,6}:?\s*",
    re.IGNORECASE,
)
_SOME = re.compile(rf"\b(?:parts?|some|hunks?|bits|most|{_PARTLY})\b", re.IGNORECASE)
_ONLY = re.compile(rf"\s*(?:\([^()]{{0,200}}\))?,?\s*(?:{_PARTLY}|in part|except|but only)\b", re.IGNORECASE)
_AND = re.compile(
    r"(?:\s*\((?:[^()]|\([^()]*\)){0,300}\)|\s*\"[^\"]{0,200}\")?\s*(?:,\s*and\b|,|\band\b|&)\s*(?:also\s+)?(?:commits?\s+)?",
    re.IGNORECASE,
)
_NEXT_LINE = re.compile(r"[^\n]*\n\s*(?:[-*•]\s*)?")
_QUOTED_FROM = re.compile(
    r"\W{0,4}(?:original [\w' ]{0,20}(?:message|description)|this change reverts the following)", re.IGNORECASE
)


def undoings(message: str) -> list[Undoing]:
    """Return what a message claims to undo, a squash part by part.

    A squash that opens with a revert undoes that commit, whatever follows (of 37 in public histories 36 took
    back half its lines or more); a revert among its later parts is partial (12 of 17 took back nothing).
    """
    if not _may_undo(message):
        return []
    subject = subject_of(message)
    squash = sections(message).parts
    if not squash:
        return [_undoing(subject, own_lines(message)[1:])]
    parts = [_undoing(part.subject, part.lines) for part in squash]
    kept = _uncancelled(parts, [_rooted(part.subject) for part in squash])
    if not (parts[0].titles or parts[0].references):
        kept = [part._replace(titles=[], partial=True) for part in kept]
    return [*kept, _undoing(subject, [])]


def _may_undo(text: str) -> bool:
    return any(map(text.lower().__contains__, _HINTS))


def _undoing(subject: str, lines: Sequence[str]) -> Undoing:
    """Read one message; the part below a heading repeats what the undone commit had said."""
    own = list(takewhile(lambda line: not _QUOTED_FROM.match(line), lines)) if _may_undo("\n".join(lines)) else []
    titles = [title for line in own if line[:1].isalpha() and (title := title_of(line)) and title.sure]
    if first := title_of(subject):
        titles.insert(0, first)
    partial = first is not None and first.partial
    return Undoing(titles, _references("\n".join([subject, *own]), items=bool(first)), partial)


def _uncancelled(parts: list[Undoing], roots: list[tuple[str, int]]) -> list[Undoing]:
    """Leave out what a squash both does and undoes: a revert with its re-land, a title of its own part."""
    seen: dict[tuple[str, int], list[int]] = {}
    kept = dict(enumerate(parts))
    for at, (root, turns) in enumerate(roots):
        before = seen.get((root, turns - 1), [])
        if turns > 1 and before:
            del kept[before.pop()], kept[at]
            continue
        if before:
            kept[at] = parts[at]._replace(titles=[])
        seen.setdefault((root, turns), []).append(at)
    return list(kept.values())


def _references(text: str, *, items: bool = True) -> list[Reference]:
    """Every commit, request or review the text says this commit undoes; without `items` a list's are partial."""
    found: list[Reference] = []
    text = "\n\n" + re.sub(r"[ \t]+", " ", text)
    for verb in _VERB.finditer(text):
        before = text[max(0, verb.start() - 60) : verb.start()]
        filling = _FILLING.match(text, verb.end())
        pointer = _POINTER.match(text, filling.end()) if filling else None
        if not filling or not pointer or not _speaks(verb, before):
            continue
        opening = _OPENING.search(before)
        pointers = _listed(text, pointer, by_line=filling[0].rstrip().endswith(":") and not verb["facebook"])
        words = f"{opening[0] if opening else before[-20:]} {filling[0]}"
        partial = bool(_SOME.search(words) or _ONLY.match(text, pointers[-1].end()))
        partial = partial or not (items or opening is None or not opening["item"])
        again = re.match(_AGAIN, verb[0], re.IGNORECASE) is not None
        found += [Reference(p.lastgroup or "", p[p.lastgroup or 0].lower(), again, partial) for p in pointers]
    return found


def _speaks(verb: re.Match[str], before: str) -> bool:
    """Whether the verb tells what this commit does: in the third person, or at the head of a sentence."""
    if verb["says"]:
        return not _OTHERS.search(before)
    capital = verb[0][0].isupper() and before.rstrip(" ").endswith("\n")
    return bool(capital or verb["facebook"] or _OPENING.search(before) or (verb["noun"] and _CALLED.search(before)))


def _listed(text: str, pointer: re.Match[str], *, by_line: bool) -> list[re.Match[str]]:
    """The pointer found and those joined to it: `A, B and C`, or one a line after a colon."""
    found = [pointer]
    following: re.Match[str] | None = pointer
    while following:
        joints = (joint.match(text, found[-1].end()) for joint in ((_AND, _NEXT_LINE) if by_line else (_AND,)))
        followers = (_POINTER.match(text, joint.end()) for joint in joints if joint)
        following = next((match for match in followers if match and match.lastgroup == pointer.lastgroup), None)
        found += [following] if following else []
    return found


_KEYS = re.compile(r"^(?:Differential Revision: .*?\b(D\d{3,12})|Reviewed-on: \S*/(\d+))\b", re.MULTILINE)
_MANY = 200


def find_reverts(
    commits: Sequence[Commit], landing_of_number: Mapping[int, str], *, use_ids: bool = True
) -> tuple[Revert, ...]:
    """Return every pair that messages tell; `commits` come parents first.

    `landing_of_number` maps the number of a pull request to the commit by which it landed. With `use_ids`
    false only titles are read, to score that rule against what the ids say.
    """
    past = _Past(landing_of_number)
    found: list[Revert] = []
    for commit in commits:
        for sha, evidence, partial in past.undone_by(commit, use_ids=use_ids):
            found.append(Revert(commit.sha, sha, evidence, None, partial))
            if not partial:
                past.revert_of[sha] = commit.sha
                past.reverts.add(commit.sha)
        past.add(commit)
    return settled(found)


def settled(found: Sequence[Revert]) -> tuple[Revert, ...]:
    """Return the rows with `reinstated_by`, last commit first: only a revert that stands to the end undoes another."""
    undone: dict[str, str] = {}
    for row in reversed(found):
        if row.revert not in undone and not row.partial:
            undone[row.reverted] = row.revert
    return tuple(row._replace(reinstated_by=undone.get(row.revert)) for row in found)


class _Past:
    """The commits so far, by everything a message may call them."""

    def __init__(self, landing_of_number: Mapping[int, str]) -> None:
        self.revert_of: dict[str, str] = {}
        self.reverts: set[str] = set()
        self._landing = landing_of_number
        self._parent: dict[str, str | None] = {}
        self._by_short: dict[str, list[str]] = {}
        self._by_key: dict[str, str] = {}
        self._merges: set[str] = set()
        self._by_title: dict[str, list[str]] = {}
        self._by_head: dict[str, list[str]] = {}
        self._by_request: dict[str, str] = {}
        self._turned: dict[tuple[str, bool], str] = {}

    def add(self, commit: Commit) -> None:
        sha, message = commit.sha, commit.message
        subject, body = subject_of(message), message.partition("\n")[2][:MESSAGE_LIMIT]
        self._parent[sha] = commit.parents[0] if commit.parents else None
        self._by_short.setdefault(sha[:7], []).append(sha)
        for title in {subject, _bare(subject)}:
            self._by_title.setdefault(title, []).append(sha)
        self._by_head.setdefault(subject[:24], []).append(subject)
        if len(commit.parents) > 1:
            self._merges.add(sha)
            self._by_request[_bare(subject_of(body.lstrip()))] = sha
        if _may_undo(subject):
            root, turns = _rooted(subject)
            if turns:
                self._turned[root, turns % 2 == 1] = sha
        if "Differential Revision" in body or "Reviewed-on" in body:
            for diff, number in _KEYS.findall(body):
                self._by_key[diff.lower() or f"cl {number}"] = sha

    def undone_by(self, commit: Commit, *, use_ids: bool) -> list[tuple[str, str, bool]]:
        """Return (commit, evidence, partial) for each earlier commit this one undoes."""
        if len(commit.parents) > 1 and not is_revert_subject(subject_of(commit.message)):
            return []
        answers: dict[str, tuple[str, bool]] = {}
        claims = undoings(commit.message)
        named = [(part.partial, reference) for part in claims for reference in part.references if use_ids]
        for partial, reference in named:
            for sha in self._named(reference):
                answers.setdefault(sha, ("declared", partial or reference.partial))
        if all(partial for _, partial in answers.values()):
            for title in (title for part in claims for title in part.titles):
                if named_so := self._titled(title, commit):
                    answers[named_so] = ("declared" if named_so in answers else "title", title.partial)
        quoted = {sha for sha in answers if self.revert_of.get(sha) in answers}
        return [(sha, *answer) for sha, answer in answers.items() if sha not in quoted]

    def _named(self, reference: Reference) -> list[str]:
        kind, value = reference.kind, reference.value
        if kind == "range":
            return self._between(value)
        find = {"id": self._full, "number": self._landed}.get(kind, self._by_key.get)
        sha = find(value)
        if reference.again and sha not in self.reverts:
            sha = self.revert_of.get(sha or "")
        return [sha] if sha else []

    def _full(self, start: str) -> str | None:
        """The one earlier commit whose id starts so."""
        fitting = [sha for sha in self._by_short.get(start[:7], ()) if sha.startswith(start)]
        return fitting[0] if len(fitting) == 1 else None

    def _landed(self, number: str) -> str | None:
        sha = self._landing.get(int(number))
        return sha if sha in self._parent else None

    def _between(self, span: str) -> list[str]:
        """The commits of `A..B`, or `A^..B` with A: only along a line without merges, and not too many."""
        first, at = (self._full(end) for end in re.split(r"\^?\.\.", span))
        found: list[str] = []
        while first and at and at != first and at not in self._merges and len(found) < _MANY:
            found.append(at)
            at = self._parent.get(at)
        return [] if not first or at != first else [*found, first] if "^" in span else found

    def _titled(self, title: Title, child: Commit) -> str | None:
        """The latest earlier commit of that title; for a re-land, the latest that took the title out."""
        text, (root, turns) = title.text, _rooted(title.text)
        if title.again:
            return self._turned.get((root, turns % 2 == 0))
        same = (self._by_title.get(text) or self._by_title.get(_bare(text)) or self._cut_short(text))[-_MANY:]
        same = [sha for sha in same if self._stands(sha)] or same
        found = self._nearest(same, child) if same else self._by_request.get(_bare(text))
        if not found and turns:
            found = self._turned.get((root, turns % 2 == 1))
        elif found in self.revert_of:
            found = self._turned.get((root, False), found)
        if not found and (number := _NUMBER.search(text)):
            found = self._landed(number[1])
        return found

    def _stands(self, sha: str) -> bool:
        """Whether a commit was not undone so far, or its revert was in turn."""
        for turns in range(_MANY):
            if sha not in self.revert_of:
                return turns % 2 == 0
            sha = self.revert_of[sha]
        return True

    def _nearest(self, same: list[str], child: Commit) -> str:
        """Of commits with one title (`changelog`), the one on the child's own line; else the latest."""
        at = child.parents[0] if child.parents and len(same) > 1 else None
        for _ in range(_MANY):
            if not at or at in same:
                break
            at = self._parent.get(at)
        return at if at in same else same[-1]

    def _cut_short(self, text: str) -> list[str]:
        """Forges cut a long title: `Revert "add a new widget to repl…"`."""
        if not (cut := _CUT.match(_NUMBER.sub("", text))):
            return []
        alike = self._by_head.get(cut[1][:24], [])[-_MANY:]
        return [sha for title in dict.fromkeys(alike) if title.startswith(cut[1]) for sha in self._by_title[title]]
