"""What the hooks add to a bare `git commit --allow-empty`: nobody in sight, and an agent that is tagged.

    python -m bench.hooks [--rounds 30]

Three repositories are committed to in turn, so that a machine that slows down slows all of them: without hooks, with
ours as a person, with ours as an agent. Bytecode is compiled first. Prints medians in milliseconds and what was added:
of the time that went by, and of the processor's time, which other work on the machine changes less.
"""

from __future__ import annotations

import argparse
import compileall
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import ai_quality
from ai_quality.hooks import installing


def commit(place: Path, environ: dict[str, str]) -> tuple[float, float]:
    """Milliseconds of one commit: gone by, and of the processor in git and all it started."""
    words = ["git", "-C", str(place), "commit", "--quiet", "--allow-empty", "-m", "x"]
    started = time.perf_counter()
    process = subprocess.Popen(words, env=environ, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    _, status, used = os.wait4(process.pid, 0)
    gone = time.perf_counter() - started
    if status:
        sys.exit(f"a commit failed in {place}")
    return 1000 * gone, 1000 * (used.ru_utime + used.ru_stime)


def repository(place: Path, environ: dict[str, str], *, hooks: bool) -> Path:
    """A new repository with an identity."""
    place.mkdir()
    for words in (("init", "-q", "--template="), ("config", "user.name", "A"), ("config", "user.email", "a@b")):
        subprocess.run(["git", *words], cwd=place, env=environ, check=True)
    if hooks:
        installing.install(place, write=False, python=sys.executable)
    return place


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=30)
    rounds = parser.parse_args().rounds
    compileall.compile_dir(Path(ai_quality.__file__).parent, quiet=1)
    with tempfile.TemporaryDirectory() as folder:
        kept = {"PATH": os.environ["PATH"], "HOME": folder, "GIT_CONFIG_NOSYSTEM": "1"}
        agent = {**kept, "CLAUDECODE": "1"}
        none = repository(Path(folder) / "none", kept, hooks=False)
        ours = repository(Path(folder) / "ours", kept, hooks=True)
        asked = {"no hook": (none, kept), "a person": (ours, kept), "an agent": (ours, agent)}
        times: dict[str, list[tuple[float, float]]] = {name: [] for name in asked}
        for _ in range(rounds + 1):
            for name, (place, environ) in asked.items():
                times[name].append(commit(place, environ))
    middle = {
        name: [statistics.median(column) for column in zip(*found[1:], strict=True)] for name, found in times.items()
    }
    print(f"{'':12}{'ms':>8}{'added':>8}{'least':>8}{'CPU ms':>10}{'added':>8}   medians of {rounds}")
    for name, (gone, used) in middle.items():
        base_gone, base_used = middle["no hook"]
        least = min(found[0] for found in times[name][1:])
        print(f"{name:12}{gone:8.1f}{gone - base_gone:8.1f}{least:8.1f}{used:10.1f}{used - base_used:8.1f}")


if __name__ == "__main__":
    main()
