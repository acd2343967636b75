"""What a change cost, noted on the commit that a squash or a rebase made of it: notes on its own commits stay behind.

Writes refs/notes/ai-quality of the checkout; pushing it is the workflow's, which has the right to (no-trailers.yml).
"""

from __future__ import annotations

from ai_quality.action.events import PullRequest
from ai_quality.action.reviewing import Change
from ai_quality.facts import usage_lines
from ai_quality.sources import history, notes
from ai_quality.sources.changed import merge_base
from ai_quality.sources.git import Repository


def note_squash(repository: Repository, change: Change, pull: PullRequest, now: int) -> bool:
    """Give the landed commit the usage records of the change's own; False where there is nothing to carry over.

    A merge keeps the commits, and their notes with them. A record has one id wherever it stands, so it counts once.
    `now` in seconds.
    """
    landed = pull.merge_commit
    if landed is None or merge_base(repository, change.head, landed) == change.head:
        return False
    known = notes.read(repository)
    own = history.log(repository, [change.head, f"^{change.base}"])
    records = usage_lines.counted(((commit.sha, commit.message) for commit in own), known)
    there = {usage.id for usage in usage_lines.usages(known.get(landed, ""))}
    fresh = [usage_lines.word(usage) for _, usage in records if usage.id not in there]
    if not fresh:
        return False
    before = known.get(landed, "").rstrip("\n")
    notes.write(repository, {landed: "\n".join(filter(None, [before, *fresh])) + "\n"}, now)
    return True
