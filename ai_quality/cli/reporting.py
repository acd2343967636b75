"""`report`: the rates by cohort, our main job. Parses words, measures, prints."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import click

from ai_quality.cli.common import MOMENT, as_json, write
from ai_quality.cli.opening import open_facts
from ai_quality.cli.settings import Settings
from ai_quality.pipeline import measuring
from ai_quality.pipeline.measuring import CUTS, report_by
from ai_quality.reports.renderers import RENDERERS, SLICED_RENDERERS


@click.command()
@click.argument("rev", default="HEAD")
@click.option("--since", type=MOMENT, help="Only changes landed since then (default: the first AI mark).")
@click.option("--until", type=MOMENT, help="Only changes landed until then.")
@click.option("--by", type=click.Choice(list(CUTS)), help="Slice by slice; no people.")
@click.option("--format", "form", type=click.Choice(sorted(RENDERERS)), default="text", show_default=True)
@click.option("-o", "--output", type=click.Path(path_type=Path), help="Write to a file instead of stdout.")
@click.option("--now", type=MOMENT, help="Pretend this is the time, for reproducible runs.")
@as_json
@click.pass_obj
def report(
    settings: Settings, rev: str, since: datetime | None, until: datetime | None, by: str | None, form: str,
    output: Path | None, now: datetime | None, json_too: bool,
) -> None:  # fmt: skip
    """The rates by cohort: how much carries an AI mark, and what became of it.

    \b
    Examples:
      ai-quality report
      ai-quality report v2.0 --since 2026-01-01
      ai-quality report --by agent
      ai-quality report --format html -o report.html
      ai-quality report --json --now 2026-11-22 | jq .metrics.rework_rate
    """
    now = now or datetime.now(UTC).replace(tzinfo=None, microsecond=0)
    form, colour = "json" if json_too else form, settings.colour and output is None
    with open_facts(settings, rev) as (_, facts):
        window = measuring.window(facts, since=since, until=until, now=now)
        if by:
            text = SLICED_RENDERERS[form](report_by(facts, window, now, by), colour=colour)
        else:
            text = RENDERERS[form](measuring.report(facts, window, now), colour=colour)
    write(text, output)
