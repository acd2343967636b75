"""Compute something on another core: in a forked copy of this process where that is safe, else here, when asked for.

Python computes on one core at a time, and what follows the fold over history, a quarter of a run, is all Python. A copy
made by fork has everything that was found without a byte sent; its answer alone comes back, through a pipe. This is
the one place that forks: docs/decisions/0024.
"""

from __future__ import annotations

import contextlib
import os
import pickle
import signal
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NoReturn, TypeVar

Found = TypeVar("Found")


@contextlib.contextmanager
def beside(task: Callable[[], Found]) -> Iterator[Callable[[], Found]]:
    """Start on `task`, which must be pure; the function given waits for its answer, and may be called once.

    If the copy does not come to an answer, for whatever reason, the task is done here: it then raises as it would.
    """
    if not _can_fork():
        yield task
        return
    reading, writing = os.pipe()
    child = os.fork()
    if not child:
        os.close(reading)
        _answer(task, writing)
    os.close(writing)
    status: list[int] = []

    def answer() -> Found:
        told = pipe.read()
        status.append(os.waitpid(child, 0)[1])
        return task() if status[0] else pickle.loads(told)  # noqa: S301 (our own words)

    with os.fdopen(reading, "rb") as pipe:
        try:
            yield answer
        finally:
            if not status:
                os.kill(child, signal.SIGKILL)
                os.waitpid(child, 0)


def _answer(task: Callable[[], object], writing: int) -> NoReturn:
    """Be the copy: nothing of what this process has open is flushed, closed or deleted by it."""
    status = 1
    try:
        with os.fdopen(writing, "wb") as pipe:
            pickle.dump(task(), pipe)
        status = 0
    finally:
        os._exit(status)


def _can_fork() -> bool:
    """Is this Linux, with a core to spare, and no thread but ours, which the copy would lack?"""
    if sys.platform != "linux" or (os.cpu_count() or 1) < 2:  # noqa: PLR2004
        return False
    try:
        return len(list(Path("/proc/self/task").iterdir())) == 1
    except OSError:
        return False
