"""Reflogs, read as the files they are: which commit a ref came to, when, and by what.

A line is git's: `old new Name <address> time zone TAB action: words`; name and address are passed over. A repository
with reftables has no such files: then nothing is known. Standard library only: the hook imports this.
"""

from __future__ import annotations

import os

from ai_quality.light import NamedTuple

LIMIT = 4 << 20
"""Bytes read of one reflog, its newest."""

_IDS = (40, 64)
_LONGEST_TIME = 12
_LONGEST_ACTION = 100


class Entry(NamedTuple):
    """One step of a ref: the commit before and after, when (seconds), and git's word for it ("commit (amend)")."""

    old: str
    new: str
    time: int
    action: str


def entries(file: str | os.PathLike[str], limit: int = LIMIT) -> list[Entry]:
    """The steps that a reflog's last `limit` bytes tell, oldest first; none where there is no such file."""
    return [entry for line in tail(file, limit).split(b"\n") if (entry := _entry(line))]


def _entry(line: bytes) -> Entry | None:
    """The step that a line tells, by string methods, since `re` takes 4 ms to import; None where it is no such line."""
    head, tab, said = line.partition(b"\t")
    ids, bracket, when = head.rpartition(b"> ")
    old, _, rest = ids.partition(b" ")
    new, _, _ = rest.partition(b" ")
    time, _, zone = when.partition(b" ")
    is_step = tab and bracket and len(old) in _IDS and len(new) == len(old) and (old + new).isalnum()
    if not (is_step and time.isdigit() and len(time) <= _LONGEST_TIME and zone[:1] in b"+-" and zone[1:].isdigit()):
        return None
    action = said.partition(b":")[0][:_LONGEST_ACTION]
    return Entry(
        old.decode("ascii", "replace"), new.decode("ascii", "replace"), int(time), action.decode("utf-8", "replace")
    )


def tail(file: str | os.PathLike[str], limit: int) -> bytes:
    """The last bytes of a file, none where it cannot be read."""
    try:
        with open(file, "rb") as opened:
            opened.seek(max(0, os.fstat(opened.fileno()).st_size - limit))
            return opened.read(limit)
    except OSError:
        return b""
