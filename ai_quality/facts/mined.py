"""Everything one pass over history found, before it is worded as rows. Values only."""

from __future__ import annotations

from dataclasses import dataclass

from ai_quality.facts.changes import Landing, Offer
from ai_quality.facts.fixes import Convention
from ai_quality.facts.inverses import Outline, Touch
from ai_quality.facts.landings import Landings
from ai_quality.facts.lines import LineBook
from ai_quality.facts.provenance import State
from ai_quality.facts.reverts import Revert
from ai_quality.model import Commit, Verdict

__all__ = ["Mined", "Touch"]


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
    convention: Convention
    book: LineBook
    state: State
    touched: list[list[Touch]]
    outlines: list[Outline]
    kinds: dict[str, str]
    pull_refs: int
    complete: bool
    notes: list[str]

    @property
    def landed_commits(self) -> list[Commit]:
        """The commits the tip reaches."""
        return self.commits[: len(self.verdicts)]
