"""What counts as landing: a commit lands with the first-parent commit of the branch that first reaches it.

See docs/decisions/0004. Commit numbers are 1-based positions in topological order; 0 means none.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from ai_quality.errors import HistoryGarbled
from ai_quality.model import Commit


class Landings(NamedTuple):
    """The shape of history, by commit number; index 0 of every list stands for none."""

    number: dict[str, int]
    parents: list[tuple[int, ...]]
    landed: list[int]
    mainline: list[int]
    """First-parent commits of the tip, oldest first."""

    def group(self) -> dict[int, list[int]]:
        """Landing commit → the commits that came with it, itself last, in order."""
        groups: dict[int, list[int]] = {}
        for commit, landing in enumerate(self.landed):
            if landing:
                groups.setdefault(landing, []).append(commit)
        return groups


def landings(history: Sequence[Commit], tip: str) -> Landings:
    """Number the commits of a topologically ordered history and find by which mainline commit each landed."""
    number = {commit.sha: position for position, commit in enumerate(history, 1)}
    parents: list[tuple[int, ...]] = [()]
    for position, commit in enumerate(history, 1):
        mine = tuple(number.get(parent, 0) for parent in commit.parents)
        if not all(0 < parent < position for parent in mine):
            message = f"commit {commit.sha} comes before one of its parents, or without it"
            raise HistoryGarbled(message)
        parents.append(mine)
    mainline = [number[tip]]
    while parents[mainline[-1]]:
        mainline.append(parents[mainline[-1]][0])
    mainline.reverse()
    landed = [0] * len(parents)
    for landing in mainline:
        waiting = [landing]
        while waiting:
            commit_number = waiting.pop()
            if not landed[commit_number]:
                landed[commit_number] = landing
                waiting.extend(parents[commit_number])
    return Landings(number, parents, landed, mainline)
