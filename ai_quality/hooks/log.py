"""hook.log: what went wrong in a hook, one line each, where `ai-quality doctor` finds it. Never in a commit's way."""

from __future__ import annotations

import os
import time

from ai_quality.hooks import git

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

MOST = 65_536
"""Bytes; a longer log becomes hook.log.1, in the place of an older one."""

LONGEST = 300
"""Characters of a line."""


def note(words: str, environ: Mapping[str, str] = os.environ) -> None:
    """Put one line into the log; where even that cannot be done, say nothing."""
    clean = "".join(c if c.isprintable() and c.isascii() else " " for c in words)[:LONGEST]
    line = f"{time.strftime('%Y-%m-%dT%H:%M:%SZ', time.gmtime())} {clean}\n"
    try:
        _append(log_file(git.common_dir(git.git_dir(environ))), line)
    except (OSError, git.GitSaysNo):
        return


def log_file(common: str) -> str:
    """Where the log is, by the folder that all work trees share."""
    return os.path.join(common, "ai-quality", "hook.log")


def _append(place: str, line: str) -> None:
    os.makedirs(os.path.dirname(place), exist_ok=True)
    if os.path.exists(place):
        if not os.path.isfile(place):
            return  # a pipe would keep us waiting
        if os.stat(place).st_size > MOST:
            os.replace(place, f"{place}.1")
    with open(place, "a", encoding="ascii") as file:
        file.write(line)
