"""From marks to the class and cohort of each landed commit; squashes and marked branches need their company.

The largest error measured in this field is a squash that puts one agent's trailer on a whole pull request
(it moved a survival gap from +15.0 to -1.1 points). So a squash is judged by the commits it was made of:
by the pull request's own commits where their refs are here, else by the parts its message lists; where
only a part is marked and its size cannot be known it is `mixed`, in no rate, and counted openly.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from ai_quality.facts.changes import Landing
from ai_quality.facts.landings import Landings
from ai_quality.facts.marks import marks_in_sections
from ai_quality.facts.offers import Offer
from ai_quality.facts.trailers import own_lines
from ai_quality.model import EVIDENCE_ORDER, Cohort, Commit, Evidence, Mark, Verdict

HEADLINE = EVIDENCE_ORDER[:3]
DIVIDER = "---------"


def cohort_of(verdict: Verdict) -> Cohort:
    """Return the cohort a verdict is counted in; marks too weak for a headline are `uncertain`, in no rate."""
    if verdict.commit_class in ("bot", "mixed", "unmarked"):
        return verdict.commit_class
    return "ai" if verdict.evidence in HEADLINE else "uncertain"


def is_marked(verdict: Verdict) -> bool:
    """Does the commit count as AI-marked in the headline rates?"""
    return cohort_of(verdict) == "ai"


def partly_marked(offered: Iterable[Offer], own: Mapping[str, Verdict]) -> list[str]:
    """Return the heads of offers with marked and unmarked commits: only their lines tell the AI share."""
    return [offer.head for offer in offered if len({is_marked(own[sha]) for sha in offer.own if sha in own}) > 1]


def squash_verdicts(
    history: Sequence[Commit], squashed: Mapping[int, Offer], own: Mapping[str, Verdict], said: Sequence[Verdict]
) -> list[Verdict]:
    """Return each landed commit's verdict, by commit number - 1, squashes judged by what they were made of.

    `said` is what each commit's own text says, `squashed` the offers that squashes were made of, `own` the
    verdicts of the offers' commits.
    """
    verdicts = list(said)
    for number, (commit, landing) in enumerate(zip(history, said, strict=True), 1):
        if offer := squashed.get(number):
            verdicts[number - 1] = _squash_of(landing, [own[sha] for sha in offer.own if sha in own])
        elif landing.commit_class == "assisted" and len(commit.parents) < 2:  # noqa: PLR2004
            verdicts[number - 1] = _squash_by_parts(landing, commit)
    return verdicts


def merged_verdicts(verdicts: Sequence[Verdict], shape: Landings, units: Sequence[Landing]) -> list[Verdict]:
    """Return the verdicts with unmarked commits judged by the branch that the merge they came with names."""
    judged = list(verdicts)
    groups = shape.group()
    for unit in units:
        landing = verdicts[unit.commit - 1]
        if unit.shape == "merge" and landing.evidence == "pull_request":
            for member in groups[unit.commit]:
                if judged[member - 1].commit_class == "unmarked":
                    judged[member - 1] = landing
    return judged


def _squash_of(landing: Verdict, own: list[Verdict]) -> Verdict:
    """Judge a squash by its pull request's own commits (bots and merges already left out)."""
    marked = [verdict for verdict in own if is_marked(verdict)]
    if not marked:
        return landing
    marks = _ordered([mark for verdict in marked for mark in verdict.marks])
    if len(marked) < len(own):
        return Verdict("mixed", marks[0].evidence, marks)
    agents = all(verdict.commit_class == "agent" for verdict in own)
    return Verdict("agent" if agents else "assisted", marks[0].evidence, marks)


def _squash_by_parts(landing: Verdict, commit: Commit) -> Verdict:
    """Judge a squash by the commits its message lists: marked throughout, or only in part.

    Below its rule of dashes GitHub lists the co-authors of several commits; where the message does not list these
    too, nobody can tell how many of them an agent wrote (31 % of 591 such squashes were its work only in part).
    """
    parts = marks_in_sections(commit.message, time=commit.commit_time).parts
    is_whole = len(parts) == 1 or all(_headline(part.marks) for part in parts)
    if not parts:
        is_whole = DIVIDER not in own_lines(commit.message)
    return landing if is_whole or landing.evidence not in HEADLINE else replace(landing, commit_class="mixed")


def _headline(marks: tuple[Mark, ...]) -> bool:
    return any(mark.evidence in HEADLINE for mark in marks)


def _ordered(marks: list[Mark]) -> tuple[Mark, ...]:
    rank: dict[Evidence, int] = {evidence: place for place, evidence in enumerate(EVIDENCE_ORDER)}
    return tuple(sorted(dict.fromkeys(marks), key=lambda mark: rank[mark.evidence]))
