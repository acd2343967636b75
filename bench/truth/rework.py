"""How well the fate of landed lines agrees with brute-force `git blame -w`, 7 to 90 days after landing.

    python -m bench.truth.rework --truth FILE --repositories DIR [--allow-missing] [--check]

FILE is a JSON list of commits (repo, commit, committed, born_nonblank_lines, survivors and snapshot by days); DIR
holds `<owner>+<name>/repo`. Compared are non-blank lines of source files (tests too), alive as long as no landing
up to then ended them. The survivors in FILE are those in files that one diff from the commit to the snapshot pairs
(`-M50%`); what `git blame` finds in a file that was renamed and rewritten step by step is missing there. With
--check git blames every source file of the snapshots that disagree, and says how many lines are in such files.
"""

from __future__ import annotations

import argparse
import json
import re
import subprocess
import tempfile
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

from ai_quality.pipeline.keeping import open_facts
from ai_quality.sources.git import open_repository

DAY = 86_400
SOURCE = (
    "c", "cc", "cpp", "cs", "go", "h", "java", "js", "jsx", "kt", "mjs", "php", "py", "rb", "rs", "svelte", "ts", "tsx",
    "vue",
)  # fmt: skip
NON_BLANK = "SELECT born, path, ended_time, lines FROM line_lives WHERE counted AND NOT blank"
OWNER = re.compile(rb"([0-9a-f]{40}) \d+ \d+")


class Difference(NamedTuple):
    """A commit and a horizon at which we and the table disagree."""

    row: Mapping
    days: str
    ours: int
    theirs: int


def is_source(path: str) -> bool:
    """Whether the table counts the file."""
    return path.rpartition(".")[2] in SOURCE


class Life(NamedTuple):
    """Lines with one fate; None: alive."""

    lines: int
    ended: datetime | None


def lives(place: Path, wanted: set[str], *, allow_missing: bool) -> dict[str, list[Life]]:
    """Commit → the fates of its non-blank lines of source, for the commits wanted."""
    found = defaultdict(list)
    with open_repository(place) as repository, open_facts(repository, allow_missing=allow_missing) as facts:
        for born, path, ended, lines in facts.rows(NON_BLANK):
            if born in wanted and is_source(path):
                found[born].append(Life(lines, ended))
    return found


def survivors(own: Sequence[Life], until: int) -> int:
    """How many lines no landing up to a time has ended."""
    return sum(life.lines for life in own if life.ended is None or life.ended.replace(tzinfo=UTC).timestamp() > until)


def differences(row: Mapping, own: Sequence[Life]) -> Iterator[Difference]:
    """Where we disagree about a commit; `born` is a horizon of its own."""
    born = sum(life.lines for life in own)
    if born != row["born_nonblank_lines"]:
        yield Difference(row, "born", born, row["born_nonblank_lines"])
    for days, theirs in row["survivors"].items():
        ours = survivors(own, row["committed"] + int(days) * DAY)
        if ours != theirs:
            yield Difference(row, days, ours, theirs)


def blamed(place: Path, one: Difference) -> str:
    """What git blame says: the lines in files that one diff pairs with the commit's, and in all files."""
    sha, snapshot = one.row["commit"], one.row["snapshot"][one.days]
    born = set(_git(place, "show", "--format=", "--name-only", sha).splitlines())
    renamed = (line.split("\t") for line in _git(place, "diff", "--name-status", "-M50%", sha, snapshot).splitlines())
    paired = born | {names[-1] for status, *names in renamed if status[:1] == "R" and names[0] in born}
    files = [path for path in _git(place, "ls-tree", "-r", "--name-only", snapshot).splitlines() if is_source(path)]
    counts = {path: lines for path in files if (lines := _owned(place, snapshot, path, sha.encode()))}
    return f"git blame: {sum(counts.values())}, in files one diff pairs {sum(counts[p] for p in counts if p in paired)}"


def _owned(place: Path, snapshot: str, path: str, sha: bytes) -> int:
    command = ["git", f"--git-dir={place}", "blame", "-w", "--line-porcelain", snapshot, "--", path]
    with tempfile.TemporaryDirectory() as empty:
        told = subprocess.run(command, capture_output=True, check=False, cwd=empty).stdout
    owner, count = b"", 0
    for line in told.split(b"\n"):
        if line[:1] == b"\t":
            count += owner == sha and bool(line.strip())
        elif found := OWNER.match(line):
            owner = found[1]
    return count


def _git(place: Path, *arguments: str) -> str:
    command = ["git", f"--git-dir={place}", "-c", "core.quotePath=false", *arguments]
    return subprocess.run(command, capture_output=True, check=True, text=True).stdout


def main() -> None:
    """Compare and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--truth", type=Path, required=True)
    parser.add_argument("--repositories", type=Path, required=True)
    parser.add_argument("--allow-missing", action="store_true")
    parser.add_argument("--check", action="store_true")
    asked = parser.parse_args()
    by_repo = defaultdict(list)
    for row in json.loads(asked.truth.read_text()):
        by_repo[row["repo"]].append(row)
    compared, found = 0, list[Difference]()
    for name, rows in by_repo.items():
        place = asked.repositories / name.replace("/", "+") / "repo"
        if place.is_dir():
            own = lives(place, {row["commit"] for row in rows}, allow_missing=asked.allow_missing)
            compared += len(rows)
            found += [one for row in rows for one in differences(row, own[row["commit"]])]
    print(f"equal in all: {compared - len({one.row['commit'] for one in found})} of {compared} commits")
    for days in ("born", "7", "14", "21", "30", "90"):
        print(f"{days:>6}: {compared - sum(one.days == days for one in found)} of {compared}")
    for one in found:
        place = (asked.repositories / one.row["repo"].replace("/", "+") / "repo").absolute()
        more = f"; {blamed(place, one)}" if asked.check and one.days in one.row["snapshot"] else ""
        print(f"{one.row['commit'][:12]} {one.days:>4}: ours {one.ours}, theirs {one.theirs}{more}")


if __name__ == "__main__":
    main()
