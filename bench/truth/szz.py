"""How well the commits that a fix mends are traced, message-blind, against those known to have introduced the fault.

    python -m bench.truth.szz --truth FILE --repositories DIR [--allow-missing] [--limit N] [--only OWNER/NAME]…

FILE is a JSON list of fixes (repo, fix, inducing); DIR holds `<owner>+<name>/repo` (a `.git` inside is fine).
Scored as Rosa et al. (ICSE 2021) do: precision is correct of all named, recall correct of all inducing commits,
pooled over the fixes. Each reference in a message is ignored. `--limit` takes a seeded sample of the fixes of
each repository. At the end: the misses that most lines spoke for.
"""

from __future__ import annotations

import argparse
import json
import random
import time
from collections import defaultdict
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import NamedTuple

from ai_quality.pipeline.tracing import trace
from ai_quality.sources.git import open_repository


class Answer(NamedTuple):
    """A fix, who is known to have introduced the fault, who was named, and the lines of the latter."""

    where: str
    inducing: frozenset[str]
    named: frozenset[str]
    lines: int


def answers(place: Path, rows: Sequence[dict], *, allow_missing: bool) -> list[Answer]:
    """Trace the fixes of one repository, as `ai-quality defects --fix … --traced-only` does."""
    fixes = sorted({row["fix"] for row in rows})
    with open_repository(place) as repository:
        traced = trace(repository, fixes, declared=False, allow_missing=allow_missing)
    told = []
    for row in rows:
        causes = traced[row["fix"]]
        named = frozenset(str(cause["commit"]) for cause in causes)
        lines = sum(int(str(cause["lines"])) for cause in causes)
        told.append(Answer(f"{row['repo']} {row['fix'][:12]}", frozenset(row["inducing"]), named, lines))
    return told


def score(told: Iterable[Answer]) -> str:
    """Precision, recall and F1 in a line."""
    told = list(told)
    hits = sum(len(one.named & one.inducing) for one in told)
    named, inducing = sum(len(one.named) for one in told), sum(len(one.inducing) for one in told)
    f1 = 2 * hits / max(named + inducing, 1)
    precision, recall = hits / max(named, 1), hits / max(inducing, 1)
    return f"P {precision:.3f} R {recall:.3f} F1 {f1:.3f} ({len(told)} fixes, {named} named)"


def place_of(repositories: Path, name: str) -> Path:
    """Where a repository is: bare, or with its work tree beside it."""
    place = repositories / name.replace("/", "+") / "repo"
    return place / ".git" if (place / ".git").is_dir() else place


def asked() -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--truth", type=Path, required=True)
    parser.add_argument("--repositories", type=Path, required=True)
    parser.add_argument("--allow-missing", action="store_true")
    parser.add_argument("--limit", type=int, default=0, help="at most so many fixes a repository")
    parser.add_argument("--only", action="append", default=[])
    parser.add_argument("--misses", type=int, default=10)
    return parser.parse_args()


def main() -> None:
    """Score and print."""
    given = asked()
    by_repository: defaultdict[str, list[dict]] = defaultdict(list)
    for row in json.loads(given.truth.read_text()):
        by_repository[row["repo"]].append(row)
    every: list[Answer] = []
    for name in given.only or sorted(by_repository):
        rows, place = by_repository[name], place_of(given.repositories, name)
        if not place.is_dir():
            print(f"{name:32} is not here")
            continue
        if 0 < given.limit < len(rows):
            rows = random.Random(1).sample(rows, given.limit)
        started = time.perf_counter()
        here = answers(place, rows, allow_missing=given.allow_missing)
        print(f"{name:32} {score(here)}  {time.perf_counter() - started:5.1f} s", flush=True)
        every += here
    print(f"{'all':32} {score(every)}")
    wrong = sorted((one for one in every if one.named - one.inducing), key=lambda one: -one.lines)
    for one in wrong[: given.misses]:
        named, meant = (sorted(sha[:12] for sha in shas) for shas in (one.named, one.inducing))
        print(f"  {one.where} named {', '.join(named)} by {one.lines} lines, meant {', '.join(meant)}")


if __name__ == "__main__":
    main()
