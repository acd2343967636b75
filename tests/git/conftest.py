"""The table of how every way to commit ended under every arrangement of hooks, shown at the end of a run."""

from __future__ import annotations

import pytest

CELLS = pytest.StashKey[dict[tuple[str, str], str]]()


@pytest.fixture
def hook_cells(request: pytest.FixtureRequest) -> dict[tuple[str, str], str]:
    """(way, arrangement) → what happened."""
    return request.config.stash.setdefault(CELLS, {})


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    cells = config.stash.get(CELLS, {})
    if not cells:
        return
    columns = list(dict.fromkeys(arrangement for _, arrangement in cells))
    terminalreporter.section("commits by an agent, and what our hooks did")
    terminalreporter.write_line(f"{'':24}" + "".join(f"{name:12}" for name in columns))
    for way in dict.fromkeys(way for way, _ in cells):
        terminalreporter.write_line(f"{way:24}" + "".join(f"{cells.get((way, name), ''):12}" for name in columns))
