"""The comment under a change: ten seconds to read, a verdict first, quiet where there is nothing to say.

Only lays out what a `CommentView` holds. The marker is the first line, so that our own comment is found again.
"""

from __future__ import annotations

from ai_quality.reports.comment_data import CommentView
from ai_quality.reports.comment_numbers import numbers, view_from

__all__ = [
    "MARKER",
    "CommentView",
    "has_something_to_say",
    "numbers",
    "render",
    "render_summary",
    "verdict",
    "view_from",
]

MARKER = "<!-- ai-quality:pr v=1"
"""How our comment starts; behind it stand `head=<id> run=<n> at=<iso> -->`."""


def verdict(view: CommentView) -> str:
    """One sentence from a closed list, at most 90 characters: the comment's first line, an e-mail's preview."""
    raise NotImplementedError


def has_something_to_say(view: CommentView) -> bool:
    """Is there a reason to open a comment (`comment: changes`)? An AI mark, a record of spending, a failed policy."""
    raise NotImplementedError


def render(view: CommentView, *, limit: int = 60_000, report_url: str | None = None) -> str:
    """Return the comment's body, at most `limit` UTF-8 bytes; `report_url` is the forge's own page of this run."""
    raise NotImplementedError


def render_summary(view: CommentView, *, limit: int = 900 * 1024) -> str:
    """Return the whole as Markdown for a job's step summary: nothing folded, nothing dropped for brevity."""
    raise NotImplementedError
