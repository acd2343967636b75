"""How long 100,000 requests take to read: makes about 1 GB of Claude Code logs in a temporary home, reads it twice.

    python -m bench.sessions [REQUESTS [FOLDER]]

Prints wall and CPU time; the bars (issue 5): first read 30 s, a run with nothing new 0.2 s. FOLDER keeps the logs.
"""

from __future__ import annotations

import json
import random
import resource
import sys
import tempfile
import time
from pathlib import Path

from ai_quality.sources import sessions
from ai_quality.spend import Tokens
from tests.sessionlogs import answer, prompt, result, use

A_SESSION = 200
"""Requests in a file."""


def session(number: int, requests: int, made: random.Random):
    """Lines of one session: a third of the requests read a file, a third edit one, a third run a command."""
    words = [f"word{made.randrange(10**6)}" for _ in range(400)]
    name = f"s{number}"
    yield prompt(f"p{number}", 0, session=name)
    for at in range(requests):
        identity, call = f"msg_{number}_{at}", f"toolu_{number}_{at}"
        text = "\n".join(made.choices(words, k=260))  # about 2.8 KB
        given = {
            0: {"file_path": f"/home/dev/shop/f{at}.py"},
            1: {"file_path": f"/home/dev/shop/f{at}.py", "old_string": text, "new_string": text},
            2: {"command": "uv run pytest -q"},
        }[at % 3]
        tool = ("Read", "Edit", "Bash")[at % 3]
        counts = Tokens(made.randrange(50), made.randrange(150_000), made.randrange(3_000), 0, made.randrange(2_000))
        seconds = 20 * at
        yield answer(identity, seconds + 5, counts._replace(output=1), session=name)
        yield answer(identity, seconds + 6, counts, session=name, uses=[use(call, tool, **given)])
        yield result(call, seconds + 9, text, error=at % 12 == 0, toolUseResult={"stdout": text}) | {"sessionId": name}


def make(home: Path, requests: int) -> int:
    """Write the logs; their size in bytes."""
    made = random.Random(5)
    folder = home / ".claude/projects/-home-dev-shop"
    folder.mkdir(parents=True)
    size = 0
    for number in range(-(-requests // A_SESSION)):
        lines = (json.dumps(line, separators=(",", ":")) for line in session(number, A_SESSION, made))
        size += (folder / f"s{number}.jsonl").write_text("\n".join(lines) + "\n")
    return size


def run(home: Path, marks: dict[str, sessions.Mark | None]) -> int:
    """Read what is new of every log; how many requests."""
    found = 0
    for log in sessions.logs(home, {}):
        more = True
        while more:
            reading = sessions.read(log, marks.get(log.path))
            marks[log.path], more = reading.mark, reading.more
            found += len(reading.requests)
    return found


def main(requests: int, home: Path) -> None:
    """Make the logs if they are not there, read them, read them again."""
    if not (home / ".claude").exists():
        print(f"{make(home, requests) / 1e9:.2f} GB of logs")
    marks: dict[str, sessions.Mark | None] = {}
    for what in ("first read", "nothing new"):
        wall, cpu = time.perf_counter(), time.process_time()
        found = run(home, marks)
        wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
        print(f"{what}: {found:,} requests, {wall:.2f} s wall, {cpu:.2f} s CPU")
    state = max(len(mark.state) for mark in marks.values() if mark)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"{len(marks):,} logs, largest state {state:,} bytes, peak memory {peak:,.0f} MiB")


if __name__ == "__main__":
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 100_000
    if len(sys.argv) > 2:
        main(count, Path(sys.argv[2]))
    else:
        with tempfile.TemporaryDirectory() as folder:
            main(count, Path(folder))
