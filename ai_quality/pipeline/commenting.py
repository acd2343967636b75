"""review() a change: its own commits, beside what became of comparable changes. Numbers only; words are in reports.

The change's commits are those of the head that the base lacks, merges left out, read as the pass over history reads
them: marks, lines without white-space edits, no vendored, generated, lock or binary file. Facts are only read, and
the repository is left as it is.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, datetime

import ai_quality
from ai_quality.config import Config
from ai_quality.facts import paths
from ai_quality.facts.store import Store
from ai_quality.pipeline.comparing import comparable
from ai_quality.pipeline.judging import judge
from ai_quality.pipeline.mining import kinds_of
from ai_quality.pipeline.owning import own_change, own_commits
from ai_quality.reports import comment_data
from ai_quality.reports.comment_data import CommentView, Note, Own, State, Waste
from ai_quality.sources import history, notes
from ai_quality.sources.changed import Changed, between, merge_base
from ai_quality.sources.git import Repository
from ai_quality.sources.maintainability import Delta, measure

CODE = ("source", "test")


def review(  # noqa: PLR0913 (a change has two ends, and every door is handed in)
    repository: Repository, facts: Store, *, base: str, head: str, config: Config, now: datetime,
    run: int = 0, state: State = "open",
    waste: tuple[Waste, ...] = (), clock: Callable[[], float] = time.monotonic,
) -> CommentView:  # fmt: skip
    """Return what there is to say of the change `base..head`; `facts` are those of the base branch.

    What a forge knows is in the facts where it was asked (`fetching`). `now` is naive UTC, `waste` what the ledger
    found; `clock` tells seconds. UsageError for a revision that is not here.
    """
    base, head = repository.resolve(base), repository.resolve(head)
    start = merge_base(repository, base, head)
    changed = between(repository, start or empty_tree(repository), head)
    kinds = kinds_of(repository, head, [one.change.new_path for one in changed])
    commits = own_commits(repository, history.log(repository, [head, f"^{base}"]), notes.read(repository), tip=head)
    lines = sum((c.added or 0) + (c.deleted or 0) for c in changed if kinds[c.change.new_path] not in paths.UNCOUNTED)
    own = own_change(commits, lines)
    found = comparable(facts, lines=lines, config=config, now=now)
    return CommentView(
        head=head,
        run=run,
        at=int(now.replace(tzinfo=UTC).timestamp()),
        version=ai_quality.__version__,
        state=state,
        own=own,
        comparable=found,
        waste=waste,
        maintainability=comment_data.Maintainability(*_delta(repository, changed, kinds, clock)),
        policy=judge(repository, facts, config=config, now=now),
        notes=tuple(_notes(facts, found, own, is_related=start is not None)),
    )


def empty_tree(repository: Repository) -> str:
    """Return the id of the tree that has no file, which git knows without having it."""
    return repository.ask("hash-object", "-t", "tree", "--stdin").decode("ascii").strip()


# --- what else there is to say ---------------------------------------------------------------------


def _delta(
    repository: Repository, changed: Sequence[Changed], kinds: Mapping[str, str], clock: Callable[[], float]
) -> Delta:
    return measure(repository, [c.change for c in changed if kinds[c.change.new_path] in CODE], clock=clock)


def _notes(facts: Store, found: comment_data.Comparable, own: Own, *, is_related: bool) -> Iterable[Note]:
    ((complete,),) = facts.rows("SELECT complete FROM runs")
    if not complete:
        yield "incomplete_history"
    if any(row.name == "merged" and "unknown" in (row.ai.status, row.unmarked.status) for row in found.rows):
        yield "no_offers"
    if own.uncertain:
        yield "weak_marks"
    if own.commits > len(own.lines):
        yield "commits_cut"
    if not is_related:
        yield "unrelated"
