"""Gather what is known of one commit or change: its class and why, its lines' fate, its fixes and reverts."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from ai_quality.errors import UsageError
from ai_quality.facts.marks import read_marks
from ai_quality.facts.store import Store
from ai_quality.model import Mark
from ai_quality.sources import history
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
class CommitStory:
    """One commit as the facts have it."""

    sha: str
    facts: dict[str, Any]
    subject: str
    marks: tuple[Mark, ...]
    fate: Fate
    ended_by: tuple[tuple[str, int], ...]
    reverts: tuple[dict[str, Any], ...]
    blamed_by: tuple[dict[str, Any], ...]
    blames: tuple[dict[str, Any], ...]


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
    commit = next(commit for commit in history.log(repository, [sha, *(f"^{sha}^@",)]) if commit.sha == sha)
    return CommitStory(
        sha=sha,
        facts=found[0],
        subject=commit.message.partition("\n")[0],
        marks=read_marks(commit),
        fate=Fate(*(int(value) for value in facts.rows(FATE, {"sha": sha})[0])),
        ended_by=tuple((str(by), int(lines)) for by, lines in facts.rows(ENDED_BY, {"sha": sha})),
        reverts=tuple(records(facts, "SELECT * FROM reverts WHERE revert = $sha OR reverted = $sha", sha=sha)),
        blamed_by=tuple(records(facts, "SELECT * FROM defects WHERE introduced = $sha ORDER BY fix", sha=sha)),
        blames=tuple(records(facts, "SELECT * FROM defects WHERE fix = $sha ORDER BY introduced", sha=sha)),
    )
