"""How well reverts are found by their lines alone, the messages unread, against pairs that messages declare.

    python -m bench.truth.reverts_content --truth reverts.json --repositories DIR [--only OWNER/NAME]…

Asked are pairs of one commit each, named alone. `exact` is the share found among the pairs whose patches are exact
inverses, `covered` that among those where nine lines in ten are undone. `elsewhere` counts reverts for which another
commit was named. What is found beside the truth is counted, not judged: docs/accuracy.md says what a reader made of it.
"""

from __future__ import annotations

import argparse
import json
from collections import Counter, defaultdict
from pathlib import Path

from ai_quality.facts.inverses import changes_of, content_reverts
from ai_quality.pipeline.mining import mine
from ai_quality.sources.git import open_repository
from bench.truth.szz import place_of

COVERED = 0.9


def counts(place: Path, rows: list[dict]) -> Counter[str]:
    """What was asked and found in one repository."""
    with open_repository(place) as repository:
        mined = mine(repository, allow_missing=True)
    landed = mined.landed_commits
    changed = changes_of(mined.book, mined.kinds, mined.outlines[: len(landed)], mined.touched)
    found = {row.revert: row for row in content_reverts(mined.book, changed, landed, ())}
    told: Counter[str] = Counter(others=len(found))
    for row in rows:
        if not row["revert_parents"] == row["reverted_parents"] == row["shas_in_message"] == 1:
            continue
        here = found.get(row["revert"])
        hit = here is not None and here.reverted == row["reverted"]
        told.update(pairs=1, pairs_found=hit, elsewhere=here is not None and not hit, others=-(here is not None))
        if row["exact_inverse"]:
            told.update(exact=1, exact_found=hit, exact_said=hit and here is not None and here.evidence == "exact")
        if (row["coverage"] or 0) >= COVERED:
            told.update(covered=1, covered_found=hit)
    return told


def main() -> None:
    """Score and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--truth", type=Path, required=True)
    parser.add_argument("--repositories", type=Path, required=True)
    parser.add_argument("--only", action="append", default=[])
    given = parser.parse_args()
    by_repository: defaultdict[str, list[dict]] = defaultdict(list)
    for row in json.loads(given.truth.read_text()):
        by_repository[row["repo"]].append(row)
    every: Counter[str] = Counter()
    for name in given.only or sorted(by_repository):
        place = place_of(given.repositories, name)
        if place.is_dir():
            here = counts(place, by_repository[name])
            print(f"{name:36} {here['pairs_found']:4} of {here['pairs']:4}, {here['others']} others", flush=True)
            every += here
    print({name: every[name] for name in sorted(every)})
    for name in ("exact", "covered", "pairs"):
        print(f"{name:8} recall {every[f'{name}_found'] / max(every[name], 1):.3f} of {every[name]}")


if __name__ == "__main__":
    main()
