"""The shell's exit code in an answer, for agents that log none beside it. Apart from `calls`, since it needs `re`."""

from __future__ import annotations

import re
from collections.abc import Sequence

EXIT = re.compile(r"(?:exited with code|exit code:|\"exit_?code\":)\s*(-?\d{1,10})", re.IGNORECASE)
EXIT_WITHIN = 2_000
"""Characters at either end of an answer in which the shell's exit code stands."""


def failed(words: Sequence[str] | None) -> bool | None:
    """Whether an answer tells of an exit code other than 0? None where it tells of none."""
    if not words:
        return None
    found = EXIT.search(words[0][:EXIT_WITHIN]) or EXIT.search(words[-1][-EXIT_WITHIN:])
    return found[1] != "0" if found else None
