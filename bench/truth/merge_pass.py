"""How well merged offers are told from unmerged ones by git alone, against what the forge says.

    python -m bench.truth.merge_pass --truth FILE --repositories DIR [--allow-missing] [--only OWNER/NAME]…

FILE is a JSON list of closed offers (repo, number, merged, pull_head, title); DIR holds `<owner>+<name>/repo`, each
with its `refs/pull/*`. Offers without a pull_head and repositories that are not there are left out. What is scored
is the rows of `changes`: landed and merged count as merged, everything else, and no row, does not.
"""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import NamedTuple

from ai_quality.facts.rows import changes
from ai_quality.model import Change
from ai_quality.pipeline.mining import mine
from ai_quality.sources.git import open_repository

MERGED = ("landed", "merged")


class Answer(NamedTuple):
    """An offer, what the forge says of it and what we say."""

    repo: str
    number: int
    merged: bool
    said: Change | None
    title: str

    @property
    def is_said(self) -> bool:
        """Whether we call it merged."""
        return self.said is not None and self.said.state in MERGED


def offered(place: Path, *, allow_missing: bool) -> dict[int, Change]:
    """Number → what became of it, as `ai-quality facts changes` has it."""
    with open_repository(place) as repository:
        mined = mine(repository, allow_missing=allow_missing)
        return {row.number: row for row in changes(mined, {}) if row.number}


def score(answers: Iterable[Answer]) -> str:
    """Precision, recall, F1 and the counts behind them, in one line."""
    pairs = [(answer.merged, answer.is_said) for answer in answers]
    hit, wrong, missed = pairs.count((True, True)), pairs.count((False, True)), pairs.count((True, False))
    precision, recall = hit / max(hit + wrong, 1), hit / max(hit + missed, 1)
    both = 2 * precision * recall / max(precision + recall, 1e-9)
    counts = f"{hit:5} merged, {wrong:3} wrongly, {missed:3} missed, {pairs.count((False, False)):5} not"
    return f"P {precision:.4f}  R {recall:.4f}  F1 {both:.4f}   {counts}"


def asked() -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--truth", type=Path, required=True)
    parser.add_argument("--repositories", type=Path, required=True)
    parser.add_argument("--allow-missing", action="store_true")
    parser.add_argument("--only", action="append", default=[])
    return parser.parse_args()


def answers_of(rows: Sequence[dict], place: Path, *, allow_missing: bool) -> list[Answer]:
    """Ask one repository about its offers."""
    found = offered(place, allow_missing=allow_missing)
    return [Answer(r["repo"], r["number"], r["merged"], found.get(r["number"]), r["title"]) for r in rows]


def main() -> None:
    """Score and print."""
    given = asked()
    rows = [row for row in json.loads(given.truth.read_text()) if row["pull_head"]]
    every: list[Answer] = []
    for name in sorted({row["repo"] for row in rows if not given.only or row["repo"] in given.only}):
        place = given.repositories / name.replace("/", "+") / "repo"
        if not place.is_dir():
            print(f"{name:32} is not here")
            continue
        started = time.perf_counter()
        here = answers_of([r for r in rows if r["repo"] == name], place, allow_missing=given.allow_missing)
        print(f"{name:32} {score(here)}  {time.perf_counter() - started:5.1f} s", flush=True)
        every += here
    print(f"{'all':32} {score(every)}")
    for answer in every:
        if answer.is_said != answer.merged:
            kind = "missed " if answer.merged else "wrongly"
            state = answer.said.state if answer.said else "no row"
            print(f"{kind} {answer.repo}#{answer.number} ({state}): {answer.title[:70]}")


if __name__ == "__main__":
    main()
