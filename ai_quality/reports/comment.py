"""The comment under a change: ten seconds to read, a verdict first, quiet where there is nothing to say.

Only lays out what a `CommentView` holds. The marker is the first line, so that our own comment is found again.
Whatever does not fit is left out in a fixed order (`STAGES`), whole parts at a time.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from functools import partial

from ai_quality.reports import comment_details as details
from ai_quality.reports import comment_words as told
from ai_quality.reports import money as sums
from ai_quality.reports import words
from ai_quality.reports.comment_data import AgentLine, CommentView, CommitLine
from ai_quality.reports.comment_numbers import numbers, view_from
from ai_quality.reports.safe import md_cell
from ai_quality.reports.templating import Escaped, fill

__all__ = [
    "MARKER", "CommentView", "ai_share", "has_something_to_say", "numbers", "render", "render_summary", "verdict",
    "view_from",
]  # fmt: skip

MARKER = "<!-- ai-quality:pr v=1"
"""How our comment starts; behind it stand `head=<id> run=<n> at=<iso> -->`."""

_whole = partial(md_cell, limit=None)

LIMIT = 60_000
SUMMARY_LIMIT = 900 * 1024
"""UTF-8 bytes; GitHub's own limits are 65,536 characters and 1 MiB."""

SHORT = 7
PARTS = ("commits", "agents", "details", "reading", "table")
STAGES: tuple[frozenset[str], ...] = tuple(frozenset(PARTS[first:]) for first in range(len(PARTS) + 1))
"""What is shown: all, then without the first part, the first two ...; head and footer always stay."""

URL = re.compile(r"https?://[A-Za-z0-9.:-]{1,200}/[A-Za-z0-9._~/-]{1,500}")

READING = (
    "AI-marked: an author, a trailer or our hook says so. Unmarked: no mark was found, whoever wrote it.",
    "In brackets: the 95 % interval. n: the commits old enough to know (changes, in the rows on cost and merging).",
    "Below n = 10 there is no rate; below 30, or with fewer than 5 events, no comparison.",
    "Bold: the interval of the difference leaves 0 out. That is an association, not a cause.",
    "Cost: recorded tokens at list prices, as the commits claim them; a subscription is billed otherwise.",
    f'"{words.DASH}" is unknown, never 0. Nobody is named or ranked.',
)


def verdict(view: CommentView) -> str:
    """One sentence from a closed list, at most 90 characters: the comment's first line, an e-mail's preview."""
    return told.verdict(view).text


def ai_share(view: CommentView) -> float | None:
    """AI-marked share of the counted lines added, 0 to 1; None where no such line was added."""
    return view.own.lines_marked / view.own.lines_added if view.own.lines_added else None


def has_something_to_say(view: CommentView) -> bool:
    """Is there a reason to open a comment (`comment: changes`)? An AI mark, a record of spending, a failed policy."""
    return bool(view.own.marked or view.own.spend.recorded or any(one.result == "failed" for one in view.policy))


def render(view: CommentView, *, limit: int = LIMIT, report_url: str | None = None) -> str:
    """Return the comment's body, at most `limit` UTF-8 bytes; `report_url` is the forge's own page of this run."""
    values = _values(view, report_url)
    return _fitting(values, limit, whole=False)


def render_summary(view: CommentView, *, limit: int = SUMMARY_LIMIT) -> str:
    """Return the whole as Markdown for a job's step summary: nothing folded, nothing left out for brevity."""
    return _fitting(_values(view, None), limit, whole=True)


def cut(text: str, limit: int) -> str:
    """Return the longest start of `text` that has at most `limit` UTF-8 bytes; no character is cut in two."""
    return text.encode("utf-8", "replace")[: max(0, limit)].decode("utf-8", "ignore")


def _fitting(values: Mapping[str, object], limit: int, *, whole: bool) -> str:
    """The first stage that fits; of a limit that even the last exceeds, as much as it takes."""
    text = ""
    for stage in STAGES:
        show = {part: part in stage for part in PARTS}
        text = _tidy(fill("comment.md.j2", {**values, "show": show, "whole": whole}, escape=_whole))
        if len(text.encode()) <= limit:
            return text
    return cut(text, limit)


def _tidy(text: str) -> str:
    """One blank line where a part that is not there leaves several."""
    return re.sub(r"\n{3,}", "\n\n", text).strip("\n") + "\n"


def _values(view: CommentView, report_url: str | None) -> dict[str, object]:
    own = view.own
    shows_ai = bool(own.marked or own.spend.recorded)
    agents = [_agent(one) for one in own.agents]
    commit_lines = [_commit(one) for one in own.lines]
    waste, maintainability = list(map(details.waste, view.waste)), _maintainability(view)
    more = told.lines(view, told.other_rows(view))
    left = own.commits - len(own.lines)
    return {
        "marker": Escaped(_marker(view)),
        "verdict": Escaped(told.verdict(view).text),
        "share": told.share(view) if shows_ai else "",
        "cost": Escaped(_cost(view)),
        "commits": told.commits(view),
        "head": _head(view),
        "rows": told.lines(view, told.VISIBLE) if shows_ai else [],
        "shows_ai": shows_ai,
        "has_details": bool(agents or commit_lines or waste or maintainability or more),
        "tokens": sums.tokens(own.spend),
        "agents": agents,
        "commit_lines": commit_lines,
        "left": f"And {words.amount(left, 'more commits')}." if left else "",
        "waste": waste,
        "maintainability": maintainability,
        "more": more,
        "reading": _reading(view),
        "policy": list(map(details.judgement, view.policy)),
        "notes": list(map(details.note, view.notes)),
        "footer": Escaped(_footer(view)),
        "report_url": Escaped(report_url) if report_url and URL.fullmatch(report_url) else None,
    }


def _marker(view: CommentView) -> str:
    at = datetime.fromtimestamp(view.at, UTC)
    return f"{MARKER} head={_id(view.head)} run={view.run} at={at:%Y-%m-%dT%H:%M:%SZ} -->"


def _cost(view: CommentView) -> str:
    """`**$4.12** at list prices`; that it is not recorded is said, and of nothing to record nothing."""
    spend = view.own.spend
    if not spend.of:
        return ""
    if spend.usd is None:
        return "cost unknown: no known price" if spend.recorded else "cost not recorded"
    lacking = sums.lacking(spend)
    return f"**{_dollars(sums.at_least(spend))}** at list prices" + (f" ({lacking})" if lacking else "")


def _dollars(text: str) -> str:
    """Two dollar signs on a line would be a formula."""
    return text.replace("$", "\\$")


def _head(view: CommentView) -> dict[str, str]:
    found = view.comparable
    if found is None:
        return {"size": "", "ai": "", "unmarked": ""}
    days = words.amount(found.period_days, "days")
    return {
        "size": f"Last {days}, {told.band(found)}",
        "ai": f"AI-marked, n = {words.count(found.ai)}",
        "unmarked": f"Unmarked, n = {words.count(found.unmarked)}",
    }


def _by(agent: str | None, model: str | None) -> str:
    return ", ".join(filter(None, (agent, model))) or words.DASH


def _agent(one: AgentLine) -> dict[str, object]:
    return {
        "by": _by(one.agent, one.model), "commits": words.count(one.commits), "lines": words.count(one.lines_added),
        "tokens": sums.amount_of(one.tokens), "cost": sums.money(one.usd),
    }  # fmt: skip


def _commit(one: CommitLine) -> dict[str, object]:
    return {
        "sha": Escaped(f"`{_id(one.sha)}`"),
        "by": _by(one.agent, one.model), "lines": words.count(one.lines_added), "tokens": sums.amount_of(one.tokens),
        "cost": sums.money(one.usd), "mark": details.mark(one), "known": details.known_by(one.spend_evidence),
    }  # fmt: skip


def _maintainability(view: CommentView) -> list[str]:
    return details.maintainability(view.maintainability) if view.maintainability else []


def _reading(view: CommentView) -> list[str]:
    left_out, partly = view.own.lines_left_out, view.own.marked < view.own.commits
    whole = [
        "A change counts as AI-marked when all its commits are; one that is so in part, as this, is on neither side."
    ]
    vendored = f" {words.amount(left_out, 'lines')} of such files here are not counted." if left_out else ""
    return [*READING, *(whole if partly else []), f"Lines: vendored, generated and lock files are left out.{vendored}"]


def _footer(view: CommentView) -> str:
    prices = f" · prices {md_cell(view.own.spend.basis)}" if view.own.spend.basis else ""
    return f"ai-quality {md_cell(view.version)}{prices} · updated for `{_id(view.head)}` · off with `comment: off`"


def _id(sha: str) -> str:
    """The first digits of a commit's id; `unknown` where it is none, which no view read or reviewed has."""
    return sha[:SHORT] if re.fullmatch(r"[0-9a-f]{7,64}", sha) else "unknown"
