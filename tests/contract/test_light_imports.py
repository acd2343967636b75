"""What the hook imports stays light: it has 60 ms altogether, and each of these modules would cost 4 to 150 of them."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]

HEAVY = """re enum typing json datetime dataclasses inspect pathlib hashlib _hashlib sqlite3 subprocess asyncio socket
click yaml git duckdb genai_prices"""

CLAUDE = "import ai_quality.sources.sessions as s; s.logs('/nowhere', {}, ['claude-code'])"


@pytest.mark.parametrize(
    "statement", [f"import ai_quality.hooks.spending; {CLAUDE}", "import ai_quality.sources.rates"]
)
def test_what_counts_a_commits_cost_imports_nothing_heavy(statement: str) -> None:
    ask = f"import sys; sys.path.insert(0, {str(ROOT)!r}); {statement}; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-I", "-S", "-c", ask], capture_output=True, text=True, check=True)
    assert set(done.stdout.split()) & set(HEAVY.split()) == set()


def test_the_claude_readers_imports_are_few() -> None:
    """A count cannot tell milliseconds, but it does not depend on who else uses the machine."""
    before = f"import sys; sys.path.insert(0, {str(ROOT)!r}); import ai_quality.light, decimal; b = set(sys.modules)"
    command = [sys.executable, "-I", "-S", "-c", f"{before}; {CLAUDE}; print(*set(sys.modules) - b)"]
    new = subprocess.run(command, capture_output=True, text=True, check=True).stdout.split()
    assert len(new) <= 25, new
