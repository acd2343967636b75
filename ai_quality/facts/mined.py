"""Everything one pass over history found, before it is worded as rows. Values only."""

from __future__ import annotations

import functools
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from ai_quality.facts.changes import Landing, Offer
from ai_quality.facts.costs import Spent
from ai_quality.facts.fixes import Convention
from ai_quality.facts.inverses import Outline, Touch
from ai_quality.facts.landings import Landings
from ai_quality.facts.lines import LineBook
from ai_quality.facts.provenance import State
from ai_quality.facts.reverts import TOLD, Revert
from ai_quality.model import Commit, Verdict

__all__ = ["Mined", "Touch"]

PRODUCT_CODE = ("source", "other")
"""A fix that touches none of these mends no product: 20 % of conventional `fix:` commits are docs or tests."""


@dataclass(frozen=True)
class Mined:
    """One pass over the history of `tip`. Lists by commit are in the order of `commits`."""

    tip: str
    commits: list[Commit]
    """Landed commits in topological order, then those of pull requests whose lines were needed."""
    shape: Landings
    units: list[Landing]
    offers: dict[int, Offer]
    open_numbers: frozenset[int]
    """Offers that are open; empty where the repository's refs cannot tell open from closed."""
    verdicts: list[Verdict]
    """Of the landed commits."""
    own_verdicts: dict[str, Verdict]
    """Of pull requests' own commits, bots and merges left out."""
    ignored: frozenset[int]
    reverts: tuple[Revert, ...]
    """Those that messages tell."""
    convention: Convention
    fixing: list[bool]
    """Does its message say that it fixes something? Of the landed commits."""
    book: LineBook
    state: State
    touched: list[list[Touch]]
    outlines: list[Outline]
    moved: dict[int, int]
    """Line that a commit took out → the line it put down in its place, where it moved a block."""
    kinds: dict[str, str]
    spent: list[Spent]
    """What commits say they cost."""
    pull_refs: int
    complete: bool
    notes: list[str]

    @property
    def landed_commits(self) -> list[Commit]:
        """The commits the tip reaches."""
        return self.commits[: len(self.verdicts)]

    @functools.cached_property
    def kinds_of_commits(self) -> list[str]:
        """Fix, revert, merge or other for each landed commit; a fix must touch product code."""
        reverting = {one.revert for one in self.reverts if one.evidence in TOLD and not one.partial}
        landed = zip(self.landed_commits, self.touched, self.fixing, strict=False)  # touched: pull requests' own, too
        return [self._kind(commit, touches, reverting, fixing=fixing) for commit, touches, fixing in landed]

    def _kind(self, commit: Commit, touches: Sequence[Touch], reverting: Collection[str], *, fixing: bool) -> str:
        if len(commit.parents) > 1:
            return "merge"
        if commit.sha in reverting:
            return "revert"
        mends = fixing and any(self.kinds[touch.path] in PRODUCT_CODE for touch in touches)
        return "fix" if mends else "other"
