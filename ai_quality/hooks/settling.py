"""`python -I -m ai_quality.hooks.settling [REMOTE]`: what takes longer than a hook may, started and not waited for.

Reads the rest of the logs, puts final numbers into notes and, with a remote, lets the notes follow the branch that was
pushed there. Not light: nobody waits for it. It fails open like the hooks, into the same hook.log.
"""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

from ai_quality.hooks import git, log
from ai_quality.hooks.run import NOTES
from ai_quality.pipeline import settling
from ai_quality.pipeline.spending import Homes
from ai_quality.sources.git import open_repository

NOBODY = ("-c", "user.name=ai-quality", "-c", "user.email=ai-quality@localhost")
"""Who merges notes: no person's name, since the notes' own history is pushed too."""

THEIRS = f"{NOTES}-remote"
"""Where a remote's notes are fetched to before they are merged with ours."""


def main(words: Sequence[str], environ: Mapping[str, str]) -> None:
    """Settle the repository of the current directory, then push its notes to the remote that `words` name."""
    try:
        with open_repository(Path.cwd()) as repository:
            settling.sync(repository, Homes((str(Path.home()),), environ, named=False), environ, int(time.time()))
        for remote in words[:1]:
            push_notes(remote)
    except Exception as wrong:  # noqa: BLE001 (a shell: there is nobody to tell, but the log)
        log.note(f"settling: {type(wrong).__name__}: {wrong}")


def push_notes(remote: str) -> None:
    """Push the notes; where the remote has others, merge them first, line by line."""
    if remote.startswith("-") or not git.ask("for-each-ref", NOTES):
        return
    push = ("push", "--quiet", "--no-verify", "--end-of-options", remote, NOTES)
    try:
        git.ask(*push)
    except git.GitSaysNo:
        git.ask("fetch", "--quiet", "--no-tags", "--end-of-options", remote, f"+{NOTES}:{THEIRS}")
        git.ask(*NOBODY, "notes", f"--ref={NOTES}", "merge", "--quiet", "--strategy=cat_sort_uniq", THEIRS)
        git.ask(*push)


if __name__ == "__main__":
    main(sys.argv[1:], os.environ)
