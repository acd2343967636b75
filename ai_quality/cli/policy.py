"""`check`, `budget`, `badge`: a policy held against the facts, a month's spend, one figure to show. Parse and print."""

from __future__ import annotations

import re
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import click

from ai_quality.cli.common import MOMENT, as_json, as_json_text, write
from ai_quality.cli.opening import open_facts
from ai_quality.cli.settings import Settings
from ai_quality.errors import UsageError
from ai_quality.pipeline import judging
from ai_quality.reports import judgements

MONTH = re.compile(r"(20[0-9]{2})-(0[1-9]|1[0-2])")


@click.command()
@click.argument("rev", default="HEAD")
@click.option("--now", type=MOMENT, help="Pretend this is the time, for reproducible runs.")
@as_json
@click.pass_obj
def check(settings: Settings, rev: str, now: datetime | None, json_too: bool) -> None:
    """Hold the policy of .ai-quality.yml, as committed at REV, against the history; exit 1 when a limit is exceeded.

    Too few to judge, or unknown, is said and does not fail.

    \b
    Examples:
      ai-quality check
      ai-quality check origin/main --json
    """
    with open_facts(settings, rev) as (repository, facts):
        config = judging.settings_at(repository, rev)
        found = judging.judge(repository, facts, config=config, now=now or _now())
    as_text, as_rows = judgements.check_text, judgements.check_json
    write(as_json_text(as_rows(found, config.period_days)) if json_too else as_text(found, config.period_days))
    sys.exit(int(any(one.result == "failed" for one in found)))


@click.command()
@click.option("--month", metavar="M", help="As 2026-11; by default this month.")
@click.option("--now", type=MOMENT, help="Pretend this is the time, for reproducible runs.")
@as_json
@click.pass_obj
def budget(settings: Settings, month: str | None, now: datetime | None, json_too: bool) -> None:
    """A month's recorded spend against budget-usd-per-month, beside what became of what landed in it.

    \b
    Examples:
      ai-quality budget
      ai-quality budget --month 2026-10 --json
    """
    moment = now or _now()
    asked = _month(month or f"{moment:%Y-%m}")
    with open_facts(settings) as (repository, facts):
        config = judging.settings_at(repository, "HEAD")
        found = judging.budget(repository, facts, month=asked, config=config, now=moment)
    write(as_json_text(judgements.budget_json(found)) if json_too else judgements.budget_text(found))


@click.command()
@click.option("--format", "form", type=click.Choice(["json", "svg"]), help="By default what -o ends with, else json.")
@click.option("-o", "--output", type=click.Path(path_type=Path), help="Write to a file instead of stdout.")
@click.option("--now", type=MOMENT, help="Pretend this is the time, for reproducible runs.")
@click.pass_obj
def badge(settings: Settings, form: str | None, output: Path | None, now: datetime | None) -> None:
    """The AI-marked share of the lines that landed lately, as JSON for shields.io or as an SVG of our own.

    \b
    Examples:
      ai-quality badge -o badge.json
      ai-quality badge -o badge.svg
    """
    with open_facts(settings) as (repository, facts):
        share = judging.marked_share(facts, config=judging.settings_at(repository, "HEAD"), now=now or _now())
    if (form or ("svg" if output and output.suffix == ".svg" else "json")) == "svg":
        write(judgements.badge_svg(share), output)
    else:
        write(as_json_text(judgements.badge_json(share)), output)


def _now() -> datetime:
    return datetime.now(UTC).replace(tzinfo=None, microsecond=0)


def _month(text: str) -> tuple[datetime, datetime]:
    """Its first and its last second, naive UTC."""
    read = MONTH.fullmatch(text)
    if read is None:
        raise UsageError(f"{text[:40]!r} is no month", hint="write it as 2026-11")
    year, month = int(read[1]), int(read[2])
    after = datetime(year + month // 12, month % 12 + 1, 1)  # noqa: DTZ001 (naive UTC, as the facts are)
    return datetime(year, month, 1), after - timedelta(seconds=1)  # noqa: DTZ001
