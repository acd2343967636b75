"""What the comment folds away, a line each: limits held or broken, waste, maintainability, marks, notes.

All of it is ours: numbers, and words from the tables below.
"""

from __future__ import annotations

from ai_quality.model import Evidence
from ai_quality.reports import words
from ai_quality.reports.comment_data import (
    CommitLine,
    Judgement,
    Maintainability,
    Note,
    Rule,
    Waste,
    WasteKind,
    WhyNot,
)
from ai_quality.reports.money import UNKNOWN, amount_of, money

_RULES: dict[Rule, str] = {
    "max_rework_rate": "rework",
    "max_revert_rate": "reverts",
    "max_defect_rate": "defects",
    "max_unlanded_usd": "unlanded spend",
    "max_unknown_share": "changes of unknown cost",
}


def judgement(one: Judgement) -> str:
    """`rework 31.0 % is above the limit of 25.0 % (n = 40)`."""
    n = "" if one.n is None else f" (n = {words.count(one.n)})"
    if one.result == "unknown" or one.value is None:
        few = one.result == "too_few"
        return f"{_RULES[one.rule]}: {'too few to judge' if few else 'unknown, so not judged'}{n}"
    if one.result == "failed":
        return f"{breach(one)}{n}"
    return f"{_RULES[one.rule]} {_amount(one, one.value)} is within the limit of {_amount(one, one.limit)}{n}"


def breach(one: Judgement) -> str:
    """`rework 31.0 %, limit 25.0 %`, of a limit that failed."""
    assert one.value is not None
    return f"{_RULES[one.rule]} {_amount(one, one.value)}, limit {_amount(one, one.limit)}"


def _amount(one: Judgement, number: float) -> str:
    return money(number) if one.rule == "max_unlanded_usd" else words.value(number, "share")


_WASTE: dict[WasteKind, str] = {
    "repeated_failure": "the same failing call again, with nothing changed between",
    "cold_cache": "cache written anew after it had expired",
    "reread": "an unchanged file read again",
    "unlanded": "work that did not land within 14 days",
    "closed_or_reverted": "work on changes closed or reverted",
    "premium_model": "a dear model on a trivial commit (a possible saving, no waste)",
    "unverified": "changes made without a test, build or lint run",
}


def waste(one: Waste) -> str:
    """`an unchanged file read again: 12 times, 40 k tokens, $0.12 (estimated)`."""
    said = [f"{words.count(one.count)} {'time' if one.count == 1 else 'times'}"]
    said += [f"{amount_of(one.tokens)} tokens"] if one.tokens is not None else []
    said += [money(one.usd)] if one.usd is not None else []
    return f"{_WASTE[one.kind]}: {', '.join(said)} ({'measured' if one.measured else 'estimated'})"


def mark(one: CommitLine) -> str:
    """`declared`, `only weak signs`, `none`: how the commit's AI mark was seen."""
    return _MARKS[one.evidence] if one.marked or one.evidence in ("weak", "pull_request") else "none"


_MARKS: dict[Evidence, str] = {
    "identity": "the author",
    "declared": "declared",
    "observed": "observed by our hook",
    "pull_request": "only weak signs",
    "weak": "only weak signs",
    "none": "none",
}


def known_by(evidence: str | None) -> str:
    """`edited paths`: how the spending was tied to the commit; a dash where none was recorded."""
    return _KNOWN_BY.get(evidence, evidence) if evidence else UNKNOWN


_KNOWN_BY = {
    "agent-commit": "the agent's own commit",
    "paths": "edited paths",
    "ambiguous": "paths shared between sessions",
    "branch+time": "branch and time",
}

_WHY_NOT: dict[WhyNot, str] = {
    "no_code": "no changed file is in a language it reads",
    "too_many_files": "more files than are measured in a comment",
    "too_large": "files too large to be measured in a comment",
    "too_slow": "it took too long",
    "failed": "the files could not be read",
}


def maintainability(found: Maintainability) -> list[str]:
    """Return the sentences for delta maintainability and complexity; those that could not be measured say why."""
    told = []
    parts = (
        ("function size", found.unit_size),
        ("complexity", found.unit_complexity),
        ("parameters", found.unit_interfacing),
    )
    known = [f"{name} {words.rounded_share(part)}" for name, part in parts if part is not None]
    if known:
        told.append(f"delta maintainability, the share of the change that is for the better: {', '.join(known)}")
    if found.complexity_before is not None and found.complexity_after is not None:
        before, after = words.count(found.complexity_before), words.count(found.complexity_after)
        told.append(f"cyclomatic complexity of the changed files: {before} before, {after} after")
    if found.why_not:
        part = f"{words.count(found.files)} of {words.amount(found.of, 'files')}" if found.of else "not"
        told.append(f"{part} measured: {_WHY_NOT[found.why_not]}")
    return told


_NOTES: dict[Note, str] = {
    "incomplete_history": "parts of the history are missing here, so old lines may be counted on the wrong commit",
    "no_offers": "changes that were never merged are invisible from git alone, so the merge rate is left out",
    "partial_forge": "the forge answered only in part",
    "weak_marks": "some commits have weak signs of AI only; they are counted on no side",
    "commits_cut": "not every commit is listed here; the totals count them all",
    "unrelated": "head and base share no history",
}


def note(code: Note) -> str:
    """Return the sentence of a note."""
    return _NOTES[code]
