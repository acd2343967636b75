"""A fake GitHub and a client that asks it, for every test of this folder."""

from __future__ import annotations

import pytest

from ai_quality.sources.github import GitHub
from tests.github.fake import FakeGitHub


@pytest.fixture
def fake() -> FakeGitHub:
    return FakeGitHub()


@pytest.fixture
def forge(fake: FakeGitHub) -> GitHub:
    return fake.connected()
