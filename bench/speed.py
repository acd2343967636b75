"""How long the whole pass takes beside git itself and PyDriller, in one run on one repository.

    python -m bench.speed REPO [--rounds 3] [--no-pydriller]

Prints seconds of wall time and of processor time (user and system, of all processes; on a busy machine the better
measure), their ratio to `git log -p -U0 -M HEAD`, and peak memory of the largest process. The commands take turns,
so that a drifting machine slows all alike; each figure is a median. Nothing is written into REPO: our facts are
mined afresh in a clone that shares its objects, and PyDriller, which writes into the config of what it reads, gets
one of its own.
"""

from __future__ import annotations

import argparse
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import NamedTuple

OURS = "ai-quality report"
PYDRILLER = """
import sys, pydriller
for commit in pydriller.Repository(sys.argv[1]).traverse_commits():
    [file.diff_parsed for file in commit.modified_files]
"""


class Run(NamedTuple):
    """One run: wall seconds, seconds of all its processes on a processor, peak memory in MB of its largest process."""

    wall: float
    cpu: float
    megabytes: float


def timed(command: list[str]) -> Run:
    """Run a command with its output thrown away; stops the benchmark if it fails."""
    started = time.perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    wall = time.perf_counter() - started
    if status:
        sys.exit(f"{command[0]} failed with {os.waitstatus_to_exitcode(status)}: {' '.join(command)}")
    per_megabyte = 1024 if sys.platform != "darwin" else 1024 * 1024
    return Run(wall, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / per_megabyte)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("repo", type=Path)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--no-pydriller", action="store_true")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        clone, other = Path(scratch) / "ours", Path(scratch) / "pydriller"
        for place in (clone, other):
            subprocess.run(["git", "clone", "--quiet", "--shared", "--no-checkout", asked.repo, place], check=True)
        facts = clone / ".git" / "ai-quality"
        commands = {
            "git log -p -U0 -M HEAD": ["git", "-C", str(clone), "log", "-p", "-U0", "-M", "HEAD"],
            OURS: [sys.executable, "-m", "ai_quality.cli", "-q", "-C", str(clone), "report"],
        }
        if not asked.no_pydriller:
            commands["PyDriller traversal with parsed diffs"] = [sys.executable, "-c", PYDRILLER, str(other)]
        runs: dict[str, list[Run]] = {name: [] for name in commands}
        for _ in range(asked.rounds):
            for name, command in commands.items():
                if name == OURS:
                    shutil.rmtree(facts, ignore_errors=True)
                runs[name].append(timed(command))
        runs["ai-quality report, again"] = [timed(commands[OURS])]
    git = middle(runs["git log -p -U0 -M HEAD"])
    print(f"{'':40}{'wall s':>9}{'ratio':>7}{'cpu s':>9}{'ratio':>7}{'peak MB':>9}  (medians; {os.cpu_count()} cores)")
    for name, found in runs.items():
        run = middle(found)
        times = f"{run.wall:9.2f}{run.wall / git.wall:7.2f}{run.cpu:9.2f}{run.cpu / git.cpu:7.2f}"
        print(f"{name:40}{times}{run.megabytes:9.0f}")


def middle(runs: list[Run]) -> Run:
    """The median of each figure, and the largest peak."""
    wall, cpu = (statistics.median(figures) for figures in list(zip(*runs, strict=True))[:2])
    return Run(wall, cpu, max(run.megabytes for run in runs))


if __name__ == "__main__":
    main()
