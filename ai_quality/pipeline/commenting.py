"""review() a change: its own commits, beside what became of comparable changes. Numbers only; words are in reports."""

from __future__ import annotations

from datetime import datetime

from ai_quality.config import Config
from ai_quality.facts.store import Store
from ai_quality.reports.comment_data import CommentView, State
from ai_quality.sources.git import Repository


def review(
    repository: Repository, facts: Store, *, base: str, head: str, config: Config, now: datetime,
    run: int = 0, state: State = "open", forge: object | None = None,
) -> CommentView:  # fmt: skip
    """Return what there is to say of the change `base..head`; `facts` are those of the base branch.

    `now` is naive UTC. UsageError for a revision that is not here.
    """
    raise NotImplementedError
