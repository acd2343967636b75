"""A file that one thread has filled while another reads it: the reader waits for more until it is told of the end.

git works ahead of us into such files, which a pipe allows by a megabyte only. Touches files of the scratch directory
that it is given, and a process's priority.
"""

from __future__ import annotations

import contextlib
import io
import os
import tempfile
import threading
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

WORTHWHILE = 1 << 17
"""Bytes to wait for while more are to come: many small pieces take the reader longer than few large ones."""

PATIENCE = 0.002
"""Seconds between two looks at how long the file is."""


class Spool(io.RawIOBase):
    """The reading end. `place` is written by whoever is given the path, who then calls `finish`."""

    def __init__(self, folder: Path) -> None:
        """Make a file in a folder, empty."""
        super().__init__()
        descriptor, place = tempfile.mkstemp(dir=folder, prefix="answer-")
        self.place = Path(place)
        self._file = os.fdopen(descriptor, "rb", buffering=0)
        self._over = threading.Event()
        self._failure: Exception | None = None

    def finish(self, failure: Exception | None = None) -> None:
        """Say that no more will come; a failure is raised where the reader would find the end."""
        self._failure = failure
        self._over.set()

    def readable(self) -> bool:
        """It is."""
        return True

    def readinto(self, buffer: WriteableBuffer) -> int:
        """Read what there is, at least something, once it is worthwhile; raises the writer's failure at the end."""
        wanted = self._file.tell() + min(WORTHWHILE, memoryview(buffer).nbytes)
        while not self._over.is_set() and os.fstat(self._file.fileno()).st_size < wanted:
            self._over.wait(PATIENCE)
        over = self._over.is_set()  # before reading: what is written until then is read
        count = self._file.readinto(buffer)
        if not count and over and self._failure:
            raise self._failure
        return int(count or 0)

    def close(self) -> None:
        """Delete the file."""
        if not self.closed:
            self._file.close()
            self.place.unlink(missing_ok=True)
        super().close()


def yield_to_reader(pid: int) -> None:
    """Let git have what the reader leaves: there is one reader, and all waits for it in the end."""
    if hasattr(os, "setpriority"):
        with contextlib.suppress(ProcessLookupError):  # it is done already
            os.setpriority(os.PRIO_PROCESS, pid, 10)
