"""How many lines we credit to the commit that `git blame -w` credits, on a sample of a repository's files.

    python -m bench.owners REPO [--files 200] [--seed 1] [--allow-missing]

Prints the share of agreeing lines and every file that disagrees, with the two commits of its first line.
"""

from __future__ import annotations

import argparse
import random
import subprocess
import tempfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from ai_quality.pipeline.mining import mine
from ai_quality.sources.git import open_repository


def blamed(repo: Path, rev: str, path: str, alternates: str) -> dict[int, str]:
    """Return line number → commit, as `git blame -w --incremental` says."""
    name = path.encode("utf-8", "surrogateescape")
    command = ["git", f"--git-dir={repo}", "blame", "-w", "--incremental", rev, "--", name]
    with tempfile.TemporaryDirectory() as empty:
        environment = {"GIT_ALTERNATE_OBJECT_DIRECTORIES": alternates, "PATH": "/usr/bin:/bin:/usr/local/bin"}
        told = subprocess.run(command, capture_output=True, check=True, cwd=empty, env=environment).stdout
    owners: dict[int, str] = {}
    for line in told.splitlines():
        words = line.split(b" ")
        if len(words) == 4 and len(words[0]) in (40, 64) and words[2].isdigit() and words[3].isdigit():
            first, count = int(words[2]), int(words[3])
            owners |= dict.fromkeys(range(first, first + count), words[0].decode())
    return owners


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("repo", type=Path)
    parser.add_argument("--files", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--allow-missing", action="store_true")
    asked = parser.parse_args()
    with open_repository(asked.repo) as repository:
        mined = mine(repository, allow_missing=asked.allow_missing)
        versions = {path: version.lines for path, version in mined.state.items() if version.lines}
        paths = random.Random(asked.seed).sample(sorted(versions), min(asked.files, len(versions)))
        alternates = str(repository.scratch / "stand-ins") if asked.allow_missing else ""
        with ThreadPoolExecutor() as pool:
            answers = pool.map(lambda path: blamed(repository.git_dir, mined.tip, path, alternates), paths)
            differing = list(compared(mined, versions, paths, answers))
    lines = sum(len(versions[path]) for path in paths)
    wrong = sum(count for count, _ in differing)
    print(f"{mined.tip[:12]}: {len(paths)} files, {lines} lines, {wrong} differ: {1 - wrong / max(lines, 1):.4%} agree")
    for count, words in sorted(differing, reverse=True)[:20]:
        print(f"{count:7} {words}")


def compared(mined, versions, paths, answers) -> Iterator[tuple[int, str]]:
    """Yield (lines that differ, where) for every file with some."""
    for path, owners in zip(paths, answers, strict=True):
        ours = [mined.commits[mined.book.born[line] - 1].sha for line in versions[path]]
        assert len(ours) == len(owners), path
        wrong = [(at, mine_, owners[at]) for at, mine_ in enumerate(ours, 1) if mine_ != owners[at]]
        if wrong:
            at, ours_, gits = wrong[0]
            yield len(wrong), f"of {len(ours)} in {path}, first line {at}: {ours_[:12]}, git says {gits[:12]}"


if __name__ == "__main__":
    main()
