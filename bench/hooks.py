"""What the hooks add to a bare `git commit --allow-empty`: nobody in sight, and an agent that is tagged.

    python -m bench.hooks [--rounds 30]

Three repositories are committed to in turn, so that a machine that slows down slows all of them: without hooks, with
ours as a person, with ours as an agent. Bytecode is compiled first. Prints medians in milliseconds and what was added.
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


def commit(place: Path, environ: dict[str, str]) -> float:
    """Milliseconds of one commit."""
    started = time.perf_counter()
    subprocess.run(
        ["git", "commit", "--quiet", "--allow-empty", "-m", "x"],
        cwd=place,
        env=environ,
        check=True,
        capture_output=True,
    )
    return 1000 * (time.perf_counter() - started)


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
        times: dict[str, list[float]] = {"no hook": [], "a person": [], "an agent": []}
        for _ in range(rounds + 1):
            times["no hook"].append(commit(none, kept))
            times["a person"].append(commit(ours, kept))
            times["an agent"].append(commit(ours, agent))
    base = statistics.median(times["no hook"][1:])
    for name, found in times.items():
        middle = statistics.median(found[1:])
        print(f"{name:10} {middle:7.1f} ms (least {min(found[1:]):.1f})   added {middle - base:6.1f} ms")


if __name__ == "__main__":
    main()
