"""The table of how every way to commit ended under every arrangement of hooks, shown at the end of a run."""

from __future__ import annotations

import pytest

CELLS = pytest.StashKey[dict[tuple[str, str], str]]()


KEY = (
    "tagged: the message is as git alone writes it, plus our trailer where git itself would put one; -: just as git",
    "writes it; aborts: no commit, as without us. Columns of arrangements: ordinary messages. Columns of shapes: the",
    "plain arrangement. The last rows: each shape in each arrangement.",
)


@pytest.fixture
def hook_cells(request: pytest.FixtureRequest) -> dict[tuple[str, str], str]:
    """(row, column) → what happened."""
    return request.config.stash.setdefault(CELLS, {})


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    cells = config.stash.get(CELLS, {})
    if not cells:
        return
    columns = list(dict.fromkeys(column for _, column in cells))
    write = terminalreporter.write_line
    terminalreporter.section("commits by an agent, and what our hooks did")
    write(f"{'':24}" + "".join(f"{name:12}" for name in columns))
    for row in dict.fromkeys(row for row, _ in cells):
        write(f"{row:24}" + "".join(f"{cells.get((row, name), ''):12}" for name in columns))
    for line in KEY:
        write(line)
