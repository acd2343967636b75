"""`usage`: tokens and cost by commit, change, agent, model and day. Parses words, spends, prints."""

from __future__ import annotations

import os
import time
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from ai_quality.cli.common import MOMENT, as_json, as_json_text, write
from ai_quality.cli.settings import Settings
from ai_quality.errors import UsageError
from ai_quality.pipeline import settling, spending
from ai_quality.reports import spend_json, spend_text
from ai_quality.sources import notes
from ai_quality.sources.git import Repository, open_repository

if TYPE_CHECKING:
    from ai_quality.pipeline.unmerged import Changes

CUTS = ("commit", "change", "agent", "model", "day")


@click.command()
@click.option(
    "--logs",
    "homes",
    type=click.Path(path_type=Path),
    multiple=True,
    metavar="HOME",
    help="Read logs below this home (HOME/.claude, HOME/.codex ...) and not below yours; may be repeated.",
)
@click.option("--since", type=MOMENT, help="Only requests since then.")
@click.option("--by", type=click.Choice(CUTS), help="The whole table of one cut.")
@click.option("--dry-run", is_flag=True, help="Print, byte for byte, what --sync would put into git's notes, and stop.")
@click.option("--sync", is_flag=True, help="First put final numbers into git's notes, where `usage` says so.")
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text", show_default=True)
@as_json
@click.pass_obj
def usage(
    settings: Settings, homes: tuple[Path, ...], since: datetime | None, by: str | None, dry_run: bool, sync: bool,
    form: str, json_too: bool,
) -> None:  # fmt: skip
    """What agents spent on this repository, by commit, agent and model, from their own session logs.

    Counted is each request once, however often logs repeat it. The total is this repository's: what edited files in
    it, or ran in one of its directories; other repositories' requests are told apart. With --logs of another
    machine's home, whose directories are not here, what cannot be placed is counted and tied to no commit.
    Nothing leaves this machine unless `usage: trailer` or `notes` is chosen (docs/usage.md); AI_QUALITY_USAGE=off
    or `git config --global ai-quality.usage off` forbids it everywhere. No price is a bill: list prices, offline.

    \b
    Examples:
      ai-quality usage
      ai-quality usage --by commit --since 2026-11-01
      ai-quality usage --logs /mnt/laptop/home/dev --json
      ai-quality usage --dry-run
    """
    for home in homes:
        if not home.is_dir():
            raise UsageError(f"there is no directory {str(home)!r}", hint="name a home directory with --logs")
    chosen = spending.Homes(
        paths=tuple(str(home.absolute()) for home in homes) or (str(Path.home()),),
        environ={} if homes else dict(os.environ),
        named=bool(homes),
    )
    now = int(time.time())
    with open_repository(settings.directory) as repository:
        if dry_run:
            _show(settling.plan(repository, chosen, os.environ, now))
            return
        if sync:
            _say(settings, settling.sync(repository, chosen, os.environ, now))
        told = spending.spend(repository, chosen, now, since=since)
        changes = _changes(settings, repository) if by == "change" else None
    if json_too or form == "json":
        write(as_json_text(spend_json.bill(told, *(changes or ()))))
    else:
        write(spend_text.text(told, by, *(changes or ()), colour=settings.colour))


def _changes(settings: Settings, repository: Repository) -> Changes:
    """What the facts know of changes; importing DuckDB and the pass over history takes 0.2 s, for this cut alone."""
    from ai_quality.pipeline import keeping, unmerged  # noqa: PLC0415

    with keeping.open_facts(repository, allow_missing=settings.allow_missing) as facts:
        return unmerged.changes(repository, facts)


def _show(texts: settling.Texts) -> None:
    """The notes as they would be written, each below the ref and the commit it belongs to."""
    if texts.mode not in {"trailer", "notes"}:
        click.echo(f"ai-quality: usage is {texts.mode}: nothing leaves this machine", err=True)
    for sha, text in texts.notes.items():
        click.echo(f"{notes.REF} {sha}\n{text}", nl=False)


def _say(settings: Settings, texts: settling.Texts) -> None:
    if not settings.quiet and texts.mode in {"trailer", "notes"}:
        click.echo(f"ai-quality: {len(texts.notes)} notes written to {notes.REF}", err=True)
