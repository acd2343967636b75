"""A file read while it is written: all of it, in order, and its writer's failure at the end."""

from __future__ import annotations

import threading
import time
from pathlib import Path

import pytest

from ai_quality.sources.spool import WORTHWHILE, Spool

TEXT = bytes(range(256)) * (WORTHWHILE // 100)


def written(spool: Spool, failure: Exception | None, pause: float) -> None:
    with spool.place.open("ab", buffering=0) as file:
        for at in range(0, len(TEXT), 70_001):
            file.write(TEXT[at : at + 70_001])
            time.sleep(pause)
    spool.finish(failure)


@pytest.mark.parametrize("pause", [0, 0.01], ids=["fast", "slow"])
def test_all_is_read_while_it_is_written(tmp_path: Path, pause: float) -> None:
    spool = Spool(tmp_path)
    writer = threading.Thread(target=written, args=(spool, None, pause))
    writer.start()
    parts = list(iter(lambda: spool.read(1 << 16), b""))
    writer.join()
    assert b"".join(part for part in parts if part) == TEXT
    assert spool.read(1) == b""
    spool.close()
    assert list(tmp_path.iterdir()) == []


def test_what_came_before_a_failure_is_given_and_then_it_is_raised(tmp_path: Path) -> None:
    spool = Spool(tmp_path)
    written(spool, OSError("no space left"), 0)
    assert b"".join(spool.read(1 << 20) or b"" for _ in range(1 + len(TEXT) // (1 << 20))) == TEXT
    with pytest.raises(OSError, match="no space left"):
        spool.read(1)
    spool.close()


def test_nothing_written_is_nothing_read(tmp_path: Path) -> None:
    spool = Spool(tmp_path)
    spool.finish()
    assert spool.read(10) == b""
    spool.close()
