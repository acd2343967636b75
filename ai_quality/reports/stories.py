"""Words for everything but the report: one commit's story, blame, marks, causes, the doctor's findings."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from ai_quality.model import Mark
from ai_quality.reports import words
from ai_quality.reports.money import money
from ai_quality.reports.safe import plain
from ai_quality.reports.tables import text_table
from ai_quality.reports.words import SHORT

NOT_KNOWN = "  which of its commits are AI-marked is unknown: the head of its pull request is not here"

MOST_MARKS = 3
"""Marks told of a commit that a squash was made of, strongest first."""


def table(headers: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """A plain table of anything."""
    return text_table(headers, [[plain(str("" if value is None else value)) for value in row] for row in rows])


def text(story: Any) -> str:  # noqa: ANN401 (a CommitStory or ChangeStory of the pipeline, which is above)
    """Tell the story of a commit, or of a change and its commits."""
    if hasattr(story, "commits"):
        facts = story.facts
        share = "unknown" if facts["ai_share"] is None else f"{facts['ai_share']:.0%}"
        told = f"{facts['state']}, {facts['shape']}, class {facts['class']}, AI share {share}"
        head = f"change #{facts['number']}: {told}"
        return "\n\n".join([head, *(_commit(one) for one in story.commits)])
    return _commit(story)


def _commit(story: Any) -> str:  # noqa: ANN401
    facts = story.facts
    lines = [
        f"{story.sha}  {plain(story.subject)}",
        f"  landed {facts['landed_time'] or 'at an unknown time'} with {facts['change'][:SHORT]}; kind {facts['kind']}",
        f"  class {facts['class']} (counted as {facts['cohort']}), evidence {facts['evidence']}",
        *(f"  mark: {_mark(mark)}" for mark in story.marks),
        *([] if story.marks else [_no_mark(story)]),
        *(_made_of(story.made_of) if story.made_of else [NOT_KNOWN] if facts["class"] == "mixed" else []),
    ]
    lines.append(_fate(story.fate))
    lines += [f"    {count:>6} ended by {sha[:SHORT]}" for sha, count in story.ended_by]
    for row in story.reverts:
        undone = "reverts" if row["revert"] == story.sha else "reverted by"
        other = row["reverted"] if row["revert"] == story.sha else row["revert"]
        again = f", reinstated by {row['reinstated_by'][:SHORT]}" if row["reinstated_by"] else ""
        lines.append(f"  {undone} {other[:SHORT]} ({row['evidence']}{again})")
    for row in story.blamed_by:
        lines.append(f"  blamed by fix {row['fix'][:SHORT]} ({row['lines']} lines, {row['evidence']})")
    for row in story.blames:
        lines.append(f"  mends what {row['introduced'][:SHORT]} introduced ({row['lines']} lines, {row['evidence']})")
    lines.append(f"  cost: {_cost(story.usage)}")
    return "\n".join(lines)


def _no_mark(story: Any) -> str:  # noqa: ANN401
    told = "  no AI mark on the commit itself"
    if story.made_of or story.facts["class"] not in ("agent", "assisted"):
        return told
    return f"{told}: its class is that of the pull request it landed with"


def _made_of(made_of: Any) -> list[str]:  # noqa: ANN401
    """What a squash's class comes of: how many of its commits are marked, and which."""
    found = f"{words.count(made_of.marked)} of {words.amount(made_of.commits, 'commits')} AI-marked"
    if made_of.lines:
        found += f", with {words.count(made_of.lines_marked)} of {words.amount(made_of.lines, 'lines')}"
    where = "its message:" if made_of.number is None else f"pull request #{made_of.number}:"
    lines = [f"  {where} {found}"]
    for own in made_of.shown:
        name = own.sha[:SHORT] if own.sha else f"* {plain(own.subject, 60)}"
        lines += [f"    {name}  {_mark(mark)}" for mark in own.marks[:MOST_MARKS]]
    if more := made_of.marked - len(made_of.shown):
        lines.append(f"    and {words.count(more)} more (`ai-quality facts squashed`)" if made_of.number is not None
                     else f"    and {words.count(more)} more")  # fmt: skip
    return lines


def _mark(mark: Mark) -> str:
    model = f" {plain(mark.model)}" if mark.model else ""
    return f"{plain(mark.agent)}{model} in the {mark.source} ({mark.evidence}): {plain(mark.text)}"


def _cost(usage: Sequence[Mapping[str, Any]]) -> str:
    """List-price dollars of its records; a part is told as a part, and nothing recorded is unknown, not free."""
    if not usage:
        return "unknown (no usage record)"
    known = [row["usd"] for row in usage if row["usd"] is not None]
    records = words.amount(len(usage), "records")
    if len(known) == len(usage):
        return f"{money(sum(known))} at list prices ({records})"
    lacking = f"{words.count(len(usage) - len(known))} of {records} without a known price"
    return f"at least {money(sum(known))} at list prices ({lacking})" if known else f"unknown ({lacking})"


def _fate(fate: Any) -> str:  # noqa: ANN401
    if not fate.added:
        return "  added no counted line"
    return (
        f"  {fate.added} counted lines: {fate.alive} alive, {fate.rewritten_21d} gone within 21 days,"
        f" {fate.gone_later} gone later, {fate.premerge} rewritten before landing"
    )


def blame_text(lines: Sequence[Mapping[str, Any]]) -> str:
    """A line a line: number, commit, class, agent."""
    rows = [[str(line["line"]), line["commit"][:SHORT], line["class"], line["agent"] or ""] for line in lines]
    return text_table(("line", "commit", "class", "agent"), rows)


def marks_text(found: Sequence[Mapping[str, Any]]) -> str:
    """A commit's class, then a line a mark."""
    lines: list[str] = []
    for commit in found:
        lines.append(f"{commit['commit'][:SHORT]}  {commit['class']}  evidence {commit['evidence']}")
        for mark in commit["marks"]:
            model = f" {mark['model']}" if mark["model"] else ""
            place = f"in the {mark['source']} ({mark['evidence']})"
            lines.append(f"  {mark['agent']}{model} {place}: {plain(mark['text'])}")
    return "\n".join(lines)


def defects_text(fixes: Sequence[Mapping[str, Any]]) -> str:
    """A line a fix and cause; fixes whose cause is unknown are counted at the end."""
    rows = [
        [fix["fix"][:SHORT], cause["commit"][:SHORT], str(cause["lines"]), cause["evidence"]]
        for fix in fixes
        for cause in fix["introduced"]
    ]
    untold = sum(not fix["introduced"] for fix in fixes)
    listed = text_table(("fix", "introduced", "lines", "evidence"), rows)
    return f"{listed}\n{untold} of {len(fixes)} fixes have no known cause"


def doctor_text(findings: Iterable[Any]) -> str:
    """A line a finding, its hint below it."""
    lines: list[str] = []
    for finding in findings:
        lines.append(f"{finding.status:<6}{finding.check}: {plain(finding.said, 300)}")
        if finding.hint:
            lines.append(f"      {plain(finding.hint, 300)}")
    return "\n".join(lines)
