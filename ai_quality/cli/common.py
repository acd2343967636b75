"""What every command shares: the words before the command, dates, the open facts, the progress bar, writing.

May touch the terminal and files named with -o. Commands import this; it imports no command.
"""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click

from ai_quality.errors import UsageError


class Moment(click.ParamType[datetime]):
    """A date or time as ISO-8601; a naive one is UTC. Kept naive UTC, as the facts are."""

    name = "date"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> datetime:  # noqa: ANN401 (click's signature)
        """Return the moment, or fail in click's way."""
        if isinstance(value, datetime):
            return value
        try:
            read = datetime.fromisoformat(str(value))
            return read.astimezone(UTC).replace(tzinfo=None) if read.tzinfo else read
        except (ValueError, OverflowError):
            self.fail(f"{value!r} is no date; write 2026-01-31 or 2026-01-31T12:00:00Z", param, ctx)


MOMENT = Moment()
as_json = click.option("--json", "json_too", is_flag=True, help="Short for --format json.")


def as_json_text(value: object) -> str:
    """JSON as every command prints it; times as text."""
    return json.dumps(value, indent=1, default=str) + "\n"


def write(text: str, output: Path | None = None) -> None:
    """Print `text`, or write it to `output`; UsageError when that cannot be written."""
    if not text.endswith("\n"):
        text += "\n"
    if output is None:
        click.echo(text, nl=False, color=True)
        return
    try:
        output.write_text(text, encoding="utf-8")
    except OSError as refused:
        raise UsageError(f"cannot write {str(output)!r}: {refused.strerror}") from refused
