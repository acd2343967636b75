"""How well fix commits are told from others, against the labels their own developers gave.

    python -m bench.truth.fixes --labels FILE [--repository DIR] [--each]

FILE is a table (tab-separated, `.gz` or not) with columns sha, label (bugfix or other) and subject, and perhaps
repo and type. With a type the subject is put back together, `type: subject`, and the convention is learned
for each repository; without one only the words can tell, and the convention is none. With --repository the
messages are read from there, and what is scored is the convention learned from them.
"""

from __future__ import annotations

import argparse
import csv
import gzip
import random
from collections import defaultdict
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import NamedTuple

from ai_quality.facts.fixes import Convention, fix_evidence, learn_convention
from ai_quality.model import Commit, Person
from ai_quality.sources.git import open_repository
from ai_quality.sources.history import log

NOBODY = Person("", "")
NO_CONVENTION = Convention("keywords", 0.0, 0)


class Answer(NamedTuple):
    """A labelled commit and what was said of it."""

    where: str
    subject: str
    is_fix: bool
    said: str


def labelled(table: Path) -> list[dict[str, str]]:
    """The rows of the table."""
    opened = gzip.open if table.suffix == ".gz" else open
    with opened(table, "rt", encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines, delimiter="\t", quoting=csv.QUOTE_NONE))


def commit_of(row: dict[str, str]) -> Commit:
    """A commit that has nothing but its labelled subject."""
    message = f"{row['type']}: {row['subject']}" if row.get("type") else row["subject"]
    return Commit(row["sha"], ("0" * 40,), NOBODY, NOBODY, 0, 0, message)


def answers(rows: Sequence[dict[str, str]], known: dict[str, Commit]) -> Iterable[Answer]:
    """Ask of each row, repository by repository."""
    by_repository = defaultdict(list)
    for row in rows:
        by_repository[row.get("repo", "")].append(row)
    for name, own in by_repository.items():
        commits = [known.get(row["sha"]) or commit_of(row) for row in own]
        marked = bool(known) or bool(own[0].get("type"))
        convention = learn_convention(list(known.values()) or commits) if marked else NO_CONVENTION
        print(f"{name or 'the table'}: {len(own)} commits, {convention}")
        for row, commit in zip(own, commits, strict=True):
            evidence = fix_evidence(commit, convention)
            said = f"{evidence.rule}: {evidence.text}" if evidence else ""
            yield Answer(f"{name} {row['sha'][:10]}", commit.message.partition("\n")[0], row["label"] == "bugfix", said)


def summary(told: Sequence[Answer]) -> str:
    """Precision, recall and F1 in a line."""
    hits = sum(one.is_fix and bool(one.said) for one in told)
    said, fixes = sum(bool(one.said) for one in told), sum(one.is_fix for one in told)
    precision, recall = hits / max(said, 1), hits / max(fixes, 1)
    f1 = 2 * precision * recall / max(precision + recall, 1e-9)
    return f"P {precision:.4f} R {recall:.4f} F1 {f1:.4f} ({len(told)} commits, {fixes} fixes, {said} said to be)"


def main() -> None:
    """Measure and print; of the misses a seeded sample, half wrongly said, half missed."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--labels", type=Path, required=True)
    parser.add_argument("--repository", type=Path)
    parser.add_argument("--each", action="store_true", help="a line for each repository")
    parser.add_argument("--misses", type=int, default=10)
    asked = parser.parse_args()
    known: dict[str, Commit] = {}
    if asked.repository:
        with open_repository(asked.repository) as repository:
            known = {commit.sha: commit for commit in log(repository, [repository.resolve("HEAD")])}
    told = list(answers(labelled(asked.labels), known))
    if asked.each:
        for name in dict.fromkeys(one.where.split(" ")[0] for one in told):
            print(f"{name}: {summary([one for one in told if one.where.startswith(name + ' ')])}")
    print(f"all: {summary(told)}")
    chosen = random.Random(1)
    for words, is_fix in (("said to be a fix", False), ("missed", True)):
        wrong = [one for one in told if one.is_fix is is_fix and bool(one.said) is not is_fix]
        for one in chosen.sample(wrong, min(asked.misses // 2, len(wrong))):
            print(f"  {words}: {one.where} {one.subject[:90]!r} {one.said}")


if __name__ == "__main__":
    main()
