"""What the hooks add to a bare `git commit`: nobody in sight, an agent that is tagged, one whose spend is claimed.

    python -m bench.hooks [--rounds 30]

Four repositories are committed to in turn, so that a machine that slows down slows all of them: without hooks, with
ours as a person, with ours as an agent, and with `usage: trailer` after the agent's log has grown by a turn that edits
the committed file; then the line is in the message, with dollars, unless the disk stood still. Bytecode is compiled
first. Prints medians in milliseconds and what was added: of the time that went by, and of the processor's time, which
other work on the machine changes less.
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
from tests.logs import Session


def commit(place: Path, environ: dict[str, str]) -> tuple[float, float]:
    """Milliseconds of one commit: gone by, and of the processor in git and all it started."""
    subprocess.run(["git", "-C", str(place), "add", "."], env=environ, check=True)
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


class Agent:
    """A session at work in a repository where cost goes into trailers; its prices were looked up once."""

    def __init__(self, home: Path, place: Path, environ: dict[str, str]) -> None:
        """Begin, and let `usage` look the model's price up."""
        self.place, self.environ = place, environ
        self.session = Session(home, "s1", directory=place)
        subprocess.run(["git", "-C", str(place), "config", "ai-quality.usage", "trailer"], env=environ, check=True)
        self.work("first")
        commit(place, environ)
        subprocess.run(
            [sys.executable, "-m", "ai_quality.cli", "-C", str(place), "usage"], env=environ, check=True,
            stdout=subprocess.DEVNULL,
        )  # fmt: skip

    def work(self, file: str) -> None:
        """A turn of four requests, one of which edits."""
        now = time.time()
        self.session.prompt(now - 3)
        self.session.answer(now - 2, runs="ls -la")
        self.session.answer(now - 1.5, edits={file: 10})
        self.session.answer(now - 1, runs="pytest -q")
        self.session.answer(now - 0.5, runs="git add . && git commit -m 'x'")

    def claimed(self) -> bool:
        """Whether the last commit's message has a line with dollars."""
        words = ["git", "-C", str(self.place), "log", "-1", "--format=%B"]
        said = subprocess.run(words, env=self.environ, check=True, capture_output=True, text=True).stdout
        return "AI-Usage: " in said and "usd=" in said


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=30)
    rounds = parser.parse_args().rounds
    compileall.compile_dir(Path(ai_quality.__file__).parent, quiet=1)
    with tempfile.TemporaryDirectory() as folder:
        kept = {"PATH": os.environ["PATH"], "HOME": folder, "GIT_CONFIG_NOSYSTEM": "1"}
        agent = {**kept, "CLAUDECODE": "1", "AI_QUALITY_LIMIT": "5"}  # a busy machine would make it give up
        none = repository(Path(folder) / "none", kept, hooks=False)
        ours = repository(Path(folder) / "ours", kept, hooks=True)
        counted = repository(Path(folder) / "counted", kept, hooks=True)
        at_work = Agent(Path(folder), counted, agent)
        asked = {
            "no hook": (none, kept),
            "a person": (ours, kept),
            "an agent": (ours, agent),
            "its cost": (counted, agent),
        }
        times: dict[str, list[tuple[float, float]]] = {name: [] for name in asked}
        claimed = 0
        for number in range(rounds + 1):
            file = f"file{number % 50}"  # another than lately: commits are told apart by the second
            at_work.work(file)
            for name, (place, environ) in asked.items():
                with (place / file).open("a") as opened:
                    opened.write("a line\n")
                times[name].append(commit(place, environ))
            claimed += at_work.claimed()
    middle = {
        name: [statistics.median(column) for column in zip(*found[1:], strict=True)] for name, found in times.items()
    }
    print(f"{'':12}{'ms':>8}{'added':>8}{'least':>8}{'CPU ms':>10}{'added':>8}   medians of {rounds}")
    print(f"{claimed} of {rounds + 1} commits carry what they cost")
    for name, (gone, used) in middle.items():
        base_gone, base_used = middle["no hook"]
        least = min(found[0] for found in times[name][1:])
        print(f"{name:12}{gone:8.1f}{gone - base_gone:8.1f}{least:8.1f}{used:10.1f}{used - base_used:8.1f}")


if __name__ == "__main__":
    main()
