"""Our totals beside another tool's: makes Claude Code logs, or takes a home's, and prints tokens by day and model.

    python -m bench.independent FOLDER            makes FOLDER/.claude if there is none, prints our table
    HOME=FOLDER TZ=UTC npx ccusage@17.2.1 daily --offline --json > other.json
    python -m bench.independent FOLDER other.json prints the days and models that differ

The other tool counts a streamed answer's first line and a side chain's copies: right only on logs without those, as
the made ones are. They have forks, resumes, sub-agents' copies, several days and models. See docs/decisions/0011.
"""

from __future__ import annotations

import json
import random
import sys
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path

from ai_quality.sources import sessions
from ai_quality.sources.sessions.shapes import grown
from ai_quality.spend import Request, Tokens
from tests.sessionlogs import answer, prompt

MODELS = ("claude-sonnet-4-5-20250929", "claude-opus-4-5-20251101", "claude-haiku-4-5-20251001")
KINDS = ("inputTokens", "cacheReadTokens", "cacheCreationTokens", "outputTokens")


def make(home: Path, made: random.Random) -> None:
    """40 sessions over 9 days; every third is a fork that begins with a copy, every fifth has a sub-agent's copy."""
    folder = home / ".claude/projects/-home-dev-shop"
    folder.mkdir(parents=True)
    last: list[dict] = []
    for number in range(40):
        name = f"session-{number}"
        log = [{**line, "sessionId": name} for line in last] if number % 3 == 2 else []
        begin = number * 20_000
        log.append(prompt(f"p{number}", begin, session=name))
        for at in range(made.randrange(3, 30)):
            counts = Tokens(
                made.randrange(90),
                made.randrange(180_000),
                made.randrange(9_000),
                made.randrange(900),
                made.randrange(3_000),
            )
            log.append(answer(f"msg_{number}_{at}", begin + 30 * at, counts, session=name, model=made.choice(MODELS)))
        write(folder / f"{name}.jsonl", log)
        if number % 5 == 0:
            write(folder / name / "subagents" / "agent-a.jsonl", log[-3:])
        last = log


def write(path: Path, log: list[dict]) -> None:
    """One JSON object a line."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("".join(json.dumps(line, separators=(",", ":")) + "\n" for line in log))


def ours(home: Path) -> Counter:
    """(day, model, kind) → tokens."""
    known: dict[str, Request] = {}
    for log in sessions.logs(home, {}, ["claude-code"]):
        for one in sessions.read(log).requests:
            known[one.key] = grown(known[one.key], one) if one.key in known else one
    table: Counter = Counter()
    for one in known.values():
        if one.tokens:
            day = datetime.fromtimestamp(one.time / 1000, UTC).date().isoformat()
            fresh, read, short, hour, output = one.tokens
            for kind, count in zip(KINDS, (fresh, read, short + hour, output), strict=True):
                table[day, one.model, kind] += count
    return table


def theirs(path: Path) -> Counter:
    """The same of `daily --json`."""
    return Counter(
        {
            (day["date"], model["modelName"], kind): model[kind]
            for day in json.loads(path.read_text())["daily"]
            for model in day["modelBreakdowns"]
            for kind in KINDS
        }
    )


def main(home: Path, other: Path | None) -> None:
    """Make, print or compare."""
    if not (home / ".claude").exists():
        make(home, random.Random(11))
    mine = ours(home)
    if other is None:
        for (day, model, kind), count in sorted(mine.items()):
            print(day, model, kind, count)
        return
    his = theirs(other)
    differ = sorted(cell for cell in {*mine, *his} if mine[cell] != his[cell])
    for cell in differ:
        print(*cell, "ours", mine[cell], "theirs", his[cell])
    print(
        f"{len({*mine, *his}) - len(differ)} cells equal, {len(differ)} differ; {sum(mine.values()):,} tokens of ours"
    )


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]) if len(sys.argv) > 2 else None)
