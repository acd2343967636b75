"""How well reverts are found, against the pairs whose messages name the commit they undo.

    python -m bench.truth.reverts_title --truth reverts.json --repositories DIR [--each]

The truth is a list of {repo, revert, reverted, forms, coverage}. DIR holds a bare or ordinary repository for
each `owner/name`, as `owner+name/repo`, `owner+name`, `owner/name` or `name`; those missing are left out.
Two scores: `declared` with the ids in sight (the share of pairs found), and `title` with every reference
hidden. The title rule is asked only for pairs whose message repeats a title; its precision counts the
answers it gives for any revert of the truth.
"""

from __future__ import annotations

import argparse
import json
import re
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from ai_quality.facts.reverts import find_reverts
from ai_quality.model import Commit
from ai_quality.sources.git import open_repository
from ai_quality.sources.history import log

LANDED = re.compile(r"Merge pull request #(\d+) from |.*\(#(\d+)\)$")
REPEATS_A_TITLE = {"subject_revert_quote", "reapply"}


class Score(NamedTuple):
    """What was found in one repository, or in all."""

    pairs: int
    declared: int
    titled: int
    found: int
    right: int
    wrong: int
    misses: list[tuple[float, str]]

    def __str__(self) -> str:
        """The line that is printed."""
        precision, recall = self.right / max(self.right + self.wrong, 1), self.found / max(self.titled, 1)
        f1 = 2 * precision * recall / max(precision + recall, 1e-9)
        return (
            f"declared {self.declared}/{self.pairs} = {self.declared / max(self.pairs, 1):.4f}   "
            f"title P {precision:.4f} R {recall:.4f} F1 {f1:.4f} ({self.found}/{self.titled} pairs, {self.wrong} wrong)"
        )


def repository_of(folder: Path, name: str) -> Path | None:
    """Where the repository `owner/name` lies, if it is here."""
    plus = name.replace("/", "+", 1)
    places = (folder / plus / "repo", folder / plus, folder / name, folder / name.split("/")[1])
    return next((place for place in places if place.is_dir()), None)


def landings(commits: Sequence[Commit]) -> dict[int, str]:
    """Request number → the latest commit whose subject says that it landed it."""
    told = ((LANDED.match(commit.message.partition("\n")[0].rstrip()), commit.sha) for commit in commits)
    return {int(found[1] or found[2]): sha for found, sha in told if found}


def score(commits: Sequence[Commit], pairs: dict[tuple[str, str], dict]) -> Score:
    """Both rules on one repository."""
    subjects = {commit.sha: commit.message.partition("\n")[0].strip() for commit in commits}
    declared = {(row.revert, row.reverted) for row in find_reverts(commits, landings(commits))}
    titled = {(row.revert, row.reverted) for row in find_reverts(commits, {}, use_ids=False)}
    asked = {pair for pair, row in pairs.items() if REPEATS_A_TITLE & set(row["forms"])}
    reverts = {revert for revert, _ in pairs}
    wrong = {pair for pair in titled if pair[0] in reverts and pair not in pairs}
    misses = [
        *(("declared", pair) for pair in pairs if pair not in declared),
        *(("title", pair) for pair in asked - titled),
        *(("title, wrong", pair) for pair in wrong),
    ]
    told = []
    for rule, (revert, reverted) in misses:
        weight = pairs.get((revert, reverted), {}).get("coverage") or 0
        what = f"{subjects.get(revert, '')[:80]!r} -> {reverted[:10]} {subjects.get(reverted, '')[:60]!r}"
        told.append((weight + (rule == "declared"), f"{rule}: {revert[:10]} {what}"))
    return Score(len(pairs), len(pairs.keys() & declared), len(asked), len(asked & titled), len(pairs.keys() & titled),
                 len(wrong), told)  # fmt: skip


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--truth", type=Path, required=True)
    parser.add_argument("--repositories", type=Path, required=True)
    parser.add_argument("--each", action="store_true", help="a line for each repository")
    parser.add_argument("--misses", type=int, default=10)
    asked = parser.parse_args()
    truth: dict[str, dict[tuple[str, str], dict]] = defaultdict(dict)
    for row in json.loads(asked.truth.read_text()):
        truth[row["repo"]][row["revert"], row["reverted"]] = row
    scores = []
    for name, pairs in sorted(truth.items()):
        if place := repository_of(asked.repositories, name):
            with open_repository(place) as repository:
                commits = list(log(repository, [repository.resolve("HEAD")]))
            one = score(commits, pairs)
            scores.append(one._replace(misses=[(weight, f"{name} {words}") for weight, words in one.misses]))
            if asked.each:
                print(f"{name:40} {one}")
    every = Score(
        *(sum(column) for column in list(zip(*scores, strict=True))[:-1]), [m for s in scores for m in s.misses]
    )
    print(f"{len(scores)} of {len(truth)} repositories: {every}")
    for _, words in sorted(every.misses, reverse=True)[: asked.misses]:
        print(f"  {words}")


if __name__ == "__main__":
    main()
