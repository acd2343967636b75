"""How long the Action takes on its own: installing, cold and kept, and a pull request's run with and without facts.

    python -m bench.action REPO [--commits 10000] [--uv PATH] [--rounds 3]

A change of five commits is cut out of REPO where about that many commits lie before it, in a clone that shares its
objects. action/run.sh is run as action.yml does, against the fake GitHub of the tests on loopback. "from a cache"
unpacks what actions/cache would have brought, without its download.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import NamedTuple

from tests.github import fake, world

ROOT = Path(__file__).parents[1]
AHEAD = 5


def git(place: Path, *words: str) -> str:
    """Git's answer."""
    return subprocess.run(["git", "-C", str(place), *words], check=True, capture_output=True, text=True).stdout


class Taken(NamedTuple):
    """Seconds by the clock, and of the processor: on a busy machine the second says more."""

    clock: float
    processor: float

    @classmethod
    def now(cls) -> Taken:
        """The time by now, children that have ended included."""
        used = resource.getrusage(resource.RUSAGE_CHILDREN)
        return cls(time.perf_counter(), used.ru_utime + used.ru_stime)

    def __add__(self, other: Taken) -> Taken:  # type: ignore[override]
        """One after the other."""
        return Taken(self.clock + other.clock, self.processor + other.processor)

    def __sub__(self, other: Taken) -> Taken:
        """From one moment to another."""
        return Taken(self.clock - other.clock, self.processor - other.processor)


class Machine:
    """A runner: its folders, its variables, and the steps of action.yml."""

    def __init__(self, place: Path, workspace: Path, event: dict[str, object], forge: str) -> None:
        """`place` is a folder of its own."""
        self.tools, self.output, self.action = place / "tools", place / "output", place / "action"
        payload = place / "event.json"
        payload.write_text(json.dumps(event))
        self.environ = os.environ | {
            "GITHUB_ACTION_PATH": str(self.action), "GITHUB_EVENT_NAME": "pull_request",
            "GITHUB_EVENT_PATH": str(payload), "GITHUB_WORKSPACE": str(workspace), "GITHUB_OUTPUT": str(self.output),
            "RUNNER_TOOL_CACHE": str(self.tools), "RUNNER_TEMP": str(place / "temp"), "INPUT_DIRECTORY": ".",
            "GITHUB_API_URL": forge, "GITHUB_REPOSITORY": fake.REPOSITORY, "INPUT_GITHUB_TOKEN": fake.TOKEN,
            "GITHUB_RUN_ID": "1", "PIP_NO_CACHE_DIR": "1", "UV_CACHE_DIR": str(place / "uv-cache"),
        }  # fmt: skip

    def download(self) -> None:
        """Have the action as a runner downloads it: without a compiled file."""
        shutil.rmtree(self.action, ignore_errors=True)
        self.action.mkdir()
        for name in ("action", "ai_quality", "requirements"):
            shutil.copytree(ROOT / name, self.action / name, ignore=shutil.ignore_patterns("__pycache__"))

    def step(self, name: str, **more: str) -> Taken:
        """What a step takes."""
        started = Taken.now()
        script = ["bash", str(self.action / "action" / "run.sh"), name]
        done = subprocess.run(script, env=self.environ | more, capture_output=True, text=True, check=False)
        taken = Taken.now() - started
        if done.returncode or "::warning" in done.stdout:
            sys.exit(done.stdout + done.stderr)
        return taken

    def run(self) -> Taken:
        """What both steps take together."""
        self.download()
        self.output.unlink(missing_ok=True)
        planned = self.step("plan")
        said = dict(line.split("=", 1) for line in self.output.read_text().splitlines())
        return planned + self.step("run", PLANNED_PYTHON=said["python"], PLANNED_VENV=said.get("venv", ""))


def change(repo: Path, clone: Path, commits: int) -> dict[str, object]:
    """Clone, cut out a change with about `commits` before it, and return its event."""
    subprocess.run(["git", "clone", "--quiet", "--shared", "--no-checkout", repo, clone], check=True)
    mainline = git(clone, "rev-list", "--first-parent", "HEAD").split()
    low, high = 0, len(mainline) - AHEAD - 1
    while low < high:
        middle = (low + high) // 2
        if int(git(clone, "rev-list", "--count", mainline[middle])) > commits:
            low = middle + 1
        else:
            high = middle
    base, head = mainline[low + AHEAD], mainline[low]
    print(f"{git(clone, 'rev-list', '--count', base).strip()} commits before the change {base[:12]}..{head[:12]}")
    sides = {name: {"sha": sha, "repo": {"full_name": "o/r"}} for name, sha in (("base", base), ("head", head))}
    return {"action": "synchronize", "pull_request": {"number": 1, "merged": False, **sides}}


def unpacking(folder: Path, scratch: Path) -> Taken:
    """What it takes to unpack what a cache holds of a folder."""
    packed, place = scratch / "packed.tar.zst", scratch / "unpacked"
    command = ["tar", "--zstd"] if shutil.which("zstd") else ["tar", "-z"]
    subprocess.run([*command, "-cf", packed, "-C", folder, "."], check=True)
    place.mkdir()
    started = Taken.now()
    subprocess.run([*command, "-xf", packed, "-C", place], check=True)
    taken = Taken.now() - started
    print(f"  ({packed.stat().st_size / 1e6:.0f} MB packed)")
    shutil.rmtree(place)
    return taken


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("repo", type=Path)
    parser.add_argument("--commits", type=int, default=10_000)
    parser.add_argument("--uv", type=Path, help="a folder that holds uv")
    parser.add_argument("--rounds", type=int, default=3)
    asked = parser.parse_args()
    forge = fake.FakeGitHub()
    forge.pulls[1] = world.Pull(1)
    with tempfile.TemporaryDirectory() as scratch, forge.serve() as address:
        place = Path(scratch)
        workspace = place / "workspace"
        machine = Machine(place, workspace, change(asked.repo, workspace, asked.commits), address)
        facts = workspace / ".git" / "ai-quality"
        found: dict[str, list[Taken]] = {}

        def told(name: str, taken: Taken) -> None:
            found.setdefault(name, []).append(taken)

        for _ in range(asked.rounds):
            shutil.rmtree(machine.tools, ignore_errors=True)
            shutil.rmtree(facts, ignore_errors=True)
            told("all cold with pip: install, mine, tell", machine.run())
            shutil.rmtree(machine.tools, ignore_errors=True)
            told("install with pip, facts kept", machine.run())
            told("all kept", machine.run())
            if asked.uv:
                shutil.rmtree(machine.tools, ignore_errors=True)
                shutil.rmtree(place / "uv-cache", ignore_errors=True)
                plain, machine.environ["PATH"] = machine.environ["PATH"], f"{asked.uv}:{os.environ['PATH']}"
                told("install with uv, facts kept", machine.run())
                machine.environ["PATH"] = plain
            told("unpacking the packages from a cache", unpacking(machine.tools, place))
            told("unpacking the facts from a cache", unpacking(facts / "baseline", place))
    print(f"{'':44}{'clock':>8}{'processor':>11}  (medians, in seconds)")
    for name, taken in found.items():
        clock, processor = (statistics.median(column) for column in zip(*taken, strict=True))
        print(f"{name:44}{clock:8.2f}{processor:11.2f}")
    print(f"load {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores")


if __name__ == "__main__":
    main()
