"""The commits that landed squashes were made of, as rows: what a squash's class and AI share come of. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from ai_quality.facts.changes import squashes
from ai_quality.facts.cohorts import cohort_of
from ai_quality.facts.mined import Mined
from ai_quality.model import SquashedCommit


def squashed(mined: Mined, landed_lines: Mapping[int, int]) -> Iterator[SquashedCommit]:
    """Yield a row a commit, squash by squash as they landed; bots and merges are left out.

    Lines are followed only where some of them are marked and some are not: elsewhere the share needs none.
    """
    for number, offer in sorted(squashes(mined.units, mined.offers, mined.shape).items()):
        for sha in offer.own:
            if verdict := mined.own_verdicts.get(sha):
                at = mined.shape.number.get(sha)
                yield SquashedCommit(
                    mined.commits[number - 1].sha, offer.number, sha, verdict.commit_class, cohort_of(verdict),
                    verdict.agent, verdict.model, verdict.evidence, landed_lines.get(at, 0) if at else None,
                )  # fmt: skip
