"""`ci`: what the Action runs, and the same report in any other CI or shell, from git alone."""

from __future__ import annotations

import os
import sys
import traceback
from datetime import UTC, datetime
from pathlib import Path

import click

from ai_quality.action import reviewing, running
from ai_quality.action.inputs import Range, change_elsewhere, is_github
from ai_quality.action.outputs import Runner
from ai_quality.cli.common import MOMENT, as_json, write
from ai_quality.cli.settings import Settings


@click.command()
@click.option("--base", metavar="REV", help="What to compare with (default: as the CI says, or the default branch).")
@click.option("--head", metavar="REV", help="The change's last commit (default: as the CI says, or HEAD).")
@click.option("--format", "form", type=click.Choice(["md", "json"]), default="md", show_default=True)
@click.option("-o", "--output", type=click.Path(path_type=Path), help="Write to a file instead of stdout.")
@click.option("--now", type=MOMENT, help="Pretend this is the time, for reproducible runs.")
@as_json
@click.pass_obj
def ci(
    settings: Settings, base: str | None, head: str | None, form: str, output: Path | None, now: datetime | None,
    json_too: bool,
) -> None:  # fmt: skip
    """In a GitHub workflow: what the event asks for. Anywhere else: the report on a change, printed.

    Exit status 1 where a limit of the policy is passed and the settings say fail-on: policy.

    \b
    Examples:
      ai-quality ci
      ai-quality ci --base origin/main --head topic
      ai-quality ci --json -o change.json
    """
    now = now or datetime.now(UTC).replace(tzinfo=None, microsecond=0)
    if is_github(os.environ) and not (base or head):
        sys.exit(_on_github(settings, now))
    told = change_elsewhere(os.environ)
    asked = Range(head or told.head, base or told.base, told.target)
    text, is_failed = reviewing.report_elsewhere(settings.directory, asked, now, "json" if json_too else form)
    write(text, output)
    sys.exit(int(is_failed))


def _on_github(settings: Settings, now: datetime) -> int:
    """Run as the Action. A defect of ours must not stop other people's work: it is told, and the status is 0."""
    try:
        return running.run(os.environ, settings.directory, now, click.echo)
    except Exception as broken:  # noqa: BLE001 (the last line before a stranger's workflow)
        runner = Runner(click.echo, None, None)
        runner.say(traceback.format_exc())
        runner.tell("warning", f"ai-quality itself broke ({type(broken).__name__}), please report the log above")
        return 0
