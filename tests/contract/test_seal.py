"""The seal of tests/conftest.py holds."""

from __future__ import annotations

import os
import socket
import urllib.request
from pathlib import Path

import pytest


def test_nothing_of_the_user_gets_in(home: Path) -> None:
    assert Path.home() == home
    assert list(home.iterdir()) == []
    assert {name for name in os.environ if "TOKEN" in name or "CLAUDE" in name or name.startswith("AI_")} == set()


def test_no_connection_leaves_the_machine() -> None:
    with pytest.raises(RuntimeError, match="no network"):
        urllib.request.urlopen("http://example.com", timeout=1)
    with pytest.raises(RuntimeError, match="no network"), socket.socket() as outside:
        outside.connect(("192.0.2.1", 80))


def test_loopback_stays_open() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server, socket.create_connection(server.getsockname()):
        pass
