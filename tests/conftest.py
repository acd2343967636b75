"""The seal around every test: nothing of this machine or its user gets in, nothing goes out to a network."""

from __future__ import annotations

import ipaddress
import os
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import hypothesis
import pytest

from tests import histories

KEPT_VARIABLES = frozenset({
    "PATH", "TMPDIR", "TEMP", "TMP", "SYSTEMROOT", "TERM", "CI", "VIRTUAL_ENV",
    "PYTEST_CURRENT_TEST", "PYTEST_VERSION", "PYTHONDONTWRITEBYTECODE", "PYTHONPYCACHEPREFIX",
    "LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH", "DYLD_FALLBACK_LIBRARY_PATH",  # some Pythons do not start without
})  # fmt: skip
"""An allow-list: GIT_*, the marks of coding agents (CLAUDECODE, AI_AGENT ...) and tokens all stay outside."""

NOW = f"@{histories.at(100)} +0000"

SEAL = {
    "LC_ALL": "C.UTF-8",
    "TZ": "XXX-5:45",  # far from UTC and from whole hours: taking a local time for UTC shows
    "GIT_CONFIG_NOSYSTEM": "1",
    "GIT_ATTR_NOSYSTEM": "1",
    "GIT_CONFIG_GLOBAL": os.devnull,
    "GIT_AUTHOR_DATE": NOW,  # what a real `git commit` in a test gets: later than any row of a history
    "GIT_COMMITTER_DATE": NOW,
    "GIT_EDITOR": "false",  # an editor nobody expected fails at once instead of waiting
    "GIT_TERMINAL_PROMPT": "0",
    "GIT_ALLOW_PROTOCOL": "file",  # git's own children have no network either
}

hypothesis.settings.register_profile("here", max_examples=50, deadline=None)
hypothesis.settings.register_profile("ci", max_examples=200, deadline=None, print_blob=True)
hypothesis.settings.load_profile("ci" if os.environ.get("CI") else "here")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--write", action="store_true", help="write generated files instead of comparing them")


@pytest.fixture(scope="session", autouse=True)
def homes(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Seals the whole session, so that a fixture shared by many tests is sealed as well."""
    root = tmp_path_factory.mktemp("homes")
    with pytest.MonkeyPatch.context() as patch:
        for name in set(os.environ) - KEPT_VARIABLES:
            patch.delenv(name)
        for name, value in SEAL.items():
            patch.setenv(name, value)
        patch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path_factory.getbasetemp()))
        _live_in(root, patch)
        time.tzset()
        yield root
    time.tzset()


@pytest.fixture(autouse=True)
def home(homes: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty home directory of the test's own, outside its tmp_path (where repositories are built)."""
    path = Path(tempfile.mkdtemp(dir=homes))  # mktemp of tmp_path_factory reads the directory of all the others
    _live_in(path, monkeypatch)
    return path


def _live_in(path: Path, patch: pytest.MonkeyPatch) -> None:
    patch.setenv("HOME", str(path))
    for name, place in (
        ("CONFIG", ".config"),
        ("CACHE", ".cache"),
        ("DATA", ".local/share"),
        ("STATE", ".local/state"),
    ):
        patch.setenv(f"XDG_{name}_HOME", str(path / place))


@pytest.fixture
def generated(request: pytest.FixtureRequest) -> Callable[[str, str], None]:
    """`generated("docs/metrics.md", text)`: the file says what the code says now; --write makes it."""

    def check(name: str, fresh: str) -> None:
        path = request.config.rootpath / name
        if request.config.getoption("--write"):
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(fresh, encoding="utf-8")
        assert path.read_text(encoding="utf-8") == fresh, f"{name} is stale: run `make docs`"

    return check


def _only_loopback(event: str, arguments: tuple[object, ...]) -> None:
    """An audit hook: Python reports every connection here, whichever library makes it."""
    if event in {"socket.connect", "socket.sendto", "socket.sendmsg"}:
        address = arguments[1]
        host = address[0] if isinstance(address, tuple) else None  # not a tuple: a Unix socket
    elif event in {"socket.getaddrinfo", "socket.gethostbyname"}:
        host = arguments[0]
    else:
        return
    if not _is_here(host):
        message = f"a test tried to reach {host!r}: tests have no network, only loopback"
        raise RuntimeError(message)


def _is_here(host: object) -> bool:
    if host in {None, "", "localhost"}:
        return True
    try:
        return ipaddress.ip_address(str(host)).is_loopback
    except ValueError:
        return False


sys.addaudithook(_only_loopback)
