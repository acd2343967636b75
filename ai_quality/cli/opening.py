"""The facts of a repository for the commands that ask of them, mined under a progress bar where they are not fresh.

May touch the terminal. Apart from `common`, because DuckDB and the pass over history take 0.2 s to import.
"""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Callable, Iterator
from typing import Any

import click

from ai_quality.cli.settings import Settings
from ai_quality.facts import store
from ai_quality.pipeline import keeping
from ai_quality.pipeline.mining import no_progress
from ai_quality.sources.git import Repository, open_repository


@contextlib.contextmanager
def open_facts(settings: Settings, rev: str = "HEAD") -> Iterator[tuple[Repository, store.Store]]:
    """Open the repository and its facts, mining them under a progress bar where they are not fresh."""
    with open_repository(settings.directory) as repository, contextlib.ExitStack() as stack:
        with progress_bar(settings) as progress:
            opened = stack.enter_context(
                keeping.open_facts(repository, rev, allow_missing=settings.allow_missing, progress=progress),
            )
        yield repository, opened


@contextlib.contextmanager
def progress_bar(settings: Settings) -> Iterator[Callable[[int, int], None]]:
    """A bar on a terminal's stderr, with the exact number of commits as its length; elsewhere nothing."""
    if settings.quiet or not sys.stderr.isatty():
        yield no_progress
        return
    with contextlib.ExitStack() as stack:
        bar: list[Any] = []

        def progress(done: int, total: int) -> None:
            if not bar:
                shown = click.progressbar(length=total, label="reading history", file=sys.stderr)
                bar.append(stack.enter_context(shown))
            if done % 64 == 0 or done == total:
                bar[0].update(done - bar[0].pos)

        yield progress
