"""Whole reports, to be read as prose: tests/golden, a folder a state. `pytest --write` makes them anew."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from ai_quality.reports.renderers import RENDERERS, SLICED_RENDERERS
from tests.unit.reports.views import SLICED, STATES

ENDINGS = {"text": "txt", "json": "json", "md": "md"}


@pytest.mark.parametrize("form", ENDINGS)
@pytest.mark.parametrize("state", STATES)
def test_a_state_reads_as_it_did(state: str, form: str, generated: Callable[[str, str], None]) -> None:
    generated(f"tests/golden/{state}/report.{ENDINGS[form]}", RENDERERS[form](STATES[state]()))


@pytest.mark.parametrize("form", ["csv", "html"])
def test_the_ordinary_report_reads_as_it_did(form: str, generated: Callable[[str, str], None]) -> None:
    generated(f"tests/golden/ordinary/report.{form}", RENDERERS[form](STATES["ordinary"]()))


@pytest.mark.parametrize("form", ENDINGS)
@pytest.mark.parametrize("state", SLICED)
def test_slices_read_as_they_did(state: str, form: str, generated: Callable[[str, str], None]) -> None:
    generated(f"tests/golden/{state}/report.{ENDINGS[form]}", SLICED_RENDERERS[form](SLICED[state]()))


@pytest.mark.parametrize("form", ["csv", "html"])
def test_slices_by_agent_read_as_they_did(form: str, generated: Callable[[str, str], None]) -> None:
    generated(f"tests/golden/by-agent/report.{form}", SLICED_RENDERERS[form](SLICED["by-agent"]()))
