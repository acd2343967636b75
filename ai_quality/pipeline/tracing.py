"""trace(): which commits introduced what the given ones mend, in a pass over no more of the history than it takes."""

from __future__ import annotations

from collections.abc import Sequence

from ai_quality.facts import rows
from ai_quality.facts.landings import landings
from ai_quality.pipeline.mining import Progress, Tracing, mine, no_progress, tip_of
from ai_quality.sources import git, history


def trace(
    repository: git.Repository,
    asked: Sequence[str],
    *,
    declared: bool = True,
    allow_missing: bool = False,
    progress: Progress = no_progress,
) -> dict[str, list[dict[str, object]]]:
    """Return fix → its causes: for the commits asked (full ids), whatever they are, or for every known fix.

    What comes after a fix cannot have caused it, so the pass ends where the last of them landed; the answer is that of
    a pass over all. With `declared` false every reference in a message is ignored.
    """
    if not asked:
        mined = mine(repository, allow_missing=allow_missing, progress=progress)
        return rows.traced(mined, [], declared=declared)
    head = tip_of(repository, "HEAD")
    landed = list(history.log(repository, [head]))
    shape = landings(landed, head)
    beside = [sha for sha in asked if sha not in shape.number]
    last = len(landed) if beside else max(shape.landed[shape.number[sha]] for sha in asked)
    until = landed[last - 1].sha
    mined = mine(repository, until, tracing=Tracing(beside, head), allow_missing=allow_missing, progress=progress)
    return rows.traced(mined, asked, declared=declared)
