"""Gather what is known of one commit or change: its class and why, its lines' fate, its fixes and reverts."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from ai_quality.errors import UsageError
from ai_quality.facts.cohorts import HEADLINE
from ai_quality.facts.marks import marks_in_sections, read_marks
from ai_quality.facts.store import Store
from ai_quality.model import Commit, Mark
from ai_quality.sources import history, notes
from ai_quality.sources.git import Repository


@dataclass(frozen=True)
class Fate:
    """What became of a commit's lines: counted, non-blank, and no continuation of earlier ones."""

    added: int
    alive: int
    premerge: int
    rewritten_21d: int
    gone_later: int


@dataclass(frozen=True)
class OwnCommit:
    """A marked commit that a squash was made of, or is said to be made of: no id where only the message lists it."""

    sha: str | None
    subject: str
    marks: tuple[Mark, ...]
    lines: int | None


@dataclass(frozen=True)
class MadeOf:
    """What a squash was made of: by its pull request's own commits, or (`number` is None) by its own message.

    Of `commits` are `marked` AI-marked, the first MOST_OWN of them in `shown`; lines are None where not followed.
    """

    number: int | None
    commits: int
    marked: int
    lines: int | None
    lines_marked: int | None
    shown: tuple[OwnCommit, ...]


@dataclass(frozen=True)
class CommitStory:
    """One commit as the facts have it."""

    sha: str
    facts: dict[str, Any]
    subject: str
    marks: tuple[Mark, ...]
    made_of: MadeOf | None
    fate: Fate
    ended_by: tuple[tuple[str, int], ...]
    reverts: tuple[dict[str, Any], ...]
    blamed_by: tuple[dict[str, Any], ...]
    blames: tuple[dict[str, Any], ...]
    usage: tuple[dict[str, Any], ...]


@dataclass(frozen=True)
class ChangeStory:
    """One change with the stories of its commits."""

    facts: dict[str, Any]
    commits: tuple[CommitStory, ...]


FATE = """
SELECT COALESCE(SUM(l.lines), 0),
       COALESCE(SUM(CASE WHEN l.gone IS NULL THEN l.lines END), 0),
       COALESCE(SUM(CASE WHEN e.change = c.change THEN l.lines END), 0),
       COALESCE(SUM(CASE WHEN e.change <> c.change AND l.gone_time <= l.born_time + INTERVAL '21' DAY
                         THEN l.lines END), 0),
       COALESCE(SUM(CASE WHEN e.change <> c.change AND l.gone_time > l.born_time + INTERVAL '21' DAY
                         THEN l.lines END), 0)
FROM line_lives l JOIN commits c ON c.sha = l.born LEFT JOIN commits e ON e.sha = l.gone
WHERE l.born = $sha AND l.counted AND NOT l.blank AND NOT l.continues
"""
ENDED_BY = """
SELECT gone, SUM(lines) FROM line_lives
WHERE born = $sha AND gone IS NOT NULL AND counted AND NOT blank AND NOT continues
GROUP BY gone ORDER BY SUM(lines) DESC, gone LIMIT 10
"""
COST = """
SELECT * FROM usage
WHERE sha = $sha OR (change = $sha AND sha NOT IN (SELECT c.sha FROM commits c))
ORDER BY id
"""
"""A squash has the records of the commits it was made of."""

MOST_OWN = 10
"""Commits of a squash that are named; a pull request may have thousands."""


def explain(repository: Repository, facts: Store, asked: str) -> CommitStory | ChangeStory:
    """Return the story of a commit (`SHA`) or of a change (`#12`); UsageError if the facts hold neither."""
    if number := re.fullmatch(r"[#!]?(\d{1,6})", asked):
        found = records(facts, "SELECT * FROM changes WHERE number = $number ORDER BY landed", number=int(number[1]))
        if found:
            landing = {"change": found[0]["change"]}
            members = facts.rows("SELECT sha FROM commits WHERE change = $change AND NOT is_merge", landing)
            return ChangeStory(found[0], tuple(_commit(repository, facts, sha) for (sha,) in members))
        if asked[0] in "#!":
            message = f"no change {asked} is known here"
            raise UsageError(message, hint="see `ai-quality facts changes`; unfetched requests leave no trace in git")
    return _commit(repository, facts, repository.resolve(asked))


def told_rows(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return rows with their times as UTC ISO-8601 text."""
    return [{name: _told(value) for name, value in row.items()} for row in rows]


def _told(value: object) -> object:
    return value.isoformat() + "Z" if isinstance(value, datetime) else value


def records(facts: Store, sql: str, **parameters: object) -> list[dict[str, Any]]:
    """Run a query → a dict a row, times as text."""
    return told_rows(facts.records(sql, parameters))


def _commit(repository: Repository, facts: Store, sha: str) -> CommitStory:
    found = records(facts, "SELECT * FROM commits WHERE sha = $sha", sha=sha)
    if not found:
        message = f"commit {sha} is not part of the measured history"
        raise UsageError(message, hint="name a commit that the branch reaches")
    (commit,) = history.these(repository, [sha])
    noted = notes.read(repository)
    return CommitStory(
        sha=sha,
        facts=found[0],
        subject=_subject(commit),
        marks=read_marks(commit, note=noted.get(sha, "")),
        made_of=_made_of(repository, facts, commit, noted) if found[0]["cohort"] in MARKED else None,
        fate=Fate(*(int(value) for value in facts.rows(FATE, {"sha": sha})[0])),
        ended_by=tuple((str(by), int(lines)) for by, lines in facts.rows(ENDED_BY, {"sha": sha})),
        reverts=tuple(records(facts, "SELECT * FROM reverts WHERE revert = $sha OR reverted = $sha", sha=sha)),
        blamed_by=tuple(records(facts, "SELECT * FROM defects WHERE introduced = $sha ORDER BY fix", sha=sha)),
        blames=tuple(records(facts, "SELECT * FROM defects WHERE fix = $sha ORDER BY introduced", sha=sha)),
        usage=tuple(records(facts, COST, sha=sha)),
    )


MARKED = ("ai", "mixed")


def _made_of(repository: Repository, facts: Store, commit: Commit, noted: Mapping[str, str]) -> MadeOf | None:
    """Return what a squash's class comes of; None of what is no squash, or known by its whole message alone."""
    own = facts.rows(
        "SELECT sha, number, cohort, lines FROM squashed WHERE squash = $sha ORDER BY lines DESC NULLS LAST, sha",
        {"sha": commit.sha},
    )
    if not own:
        return _made_of_parts(commit)
    marked = [(sha, lines) for sha, _, cohort, lines in own if cohort == "ai"]
    shown = {one.sha: one for one in history.these(repository, [sha for sha, _ in marked[:MOST_OWN]])}
    followed = [lines for _, _, _, lines in own if lines is not None]
    return MadeOf(
        number=own[0][1],
        commits=len(own),
        marked=len(marked),
        lines=sum(followed) if len(followed) == len(own) else None,
        lines_marked=sum(lines for _, lines in marked) if len(followed) == len(own) else None,
        shown=tuple(
            OwnCommit(sha, _subject(shown[sha]), read_marks(shown[sha], note=noted.get(sha, "")), lines)
            for sha, lines in marked[:MOST_OWN]
        ),
    )


def _made_of_parts(commit: Commit) -> MadeOf | None:
    parts = marks_in_sections(commit.message, time=commit.commit_time).parts
    marked = [part for part in parts if any(mark.evidence in HEADLINE for mark in part.marks)]
    shown = tuple(OwnCommit(None, part.subject, part.marks, None) for part in marked[:MOST_OWN])
    return MadeOf(None, len(parts), len(marked), None, None, shown) if parts else None


def _subject(commit: Commit) -> str:
    return commit.message.partition("\n")[0]
