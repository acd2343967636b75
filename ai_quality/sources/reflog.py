"""Reflogs, read as the files they are: which commit a ref came to, when, and by what.

A line is git's: `old new Name <address> time zone TAB action: words`; name and address are passed over. A repository
with reftables has no such files: then nothing is known. Standard library only: the hook imports this.
"""

from __future__ import annotations

import os
import re
from typing import NamedTuple

LIMIT = 4 << 20
"""Bytes read of one reflog, its newest."""

_ENTRY = re.compile(rb"([0-9a-f]{40,64}) ([0-9a-f]{40,64}) [^\n]*> (\d{1,12}) [+-]\d{4}\t([^:\n]{0,100})")


class Entry(NamedTuple):
    """One step of a ref: the commit before and after, when (seconds), and git's word for it ("commit (amend)")."""

    old: str
    new: str
    time: int
    action: str


def entries(file: str | os.PathLike[str], limit: int = LIMIT) -> list[Entry]:
    """The steps that a reflog's last `limit` bytes tell, oldest first; none where there is no such file."""
    found = (_ENTRY.match(line) for line in tail(file, limit).split(b"\n"))
    return [
        Entry(one[1].decode(), one[2].decode(), int(one[3]), one[4].decode("utf-8", "replace")) for one in found if one
    ]


def tail(file: str | os.PathLike[str], limit: int) -> bytes:
    """The last bytes of a file, none where it cannot be read."""
    try:
        with open(file, "rb") as opened:
            opened.seek(max(0, os.fstat(opened.fileno()).st_size - limit))
            return opened.read(limit)
    except OSError:
        return b""
