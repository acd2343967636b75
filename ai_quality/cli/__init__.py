"""The command line: parses words, opens the doors, calls one pipeline function a command, prints what comes back.

A module a family of commands, imported when one of them is named: a run pays for no other's (0.2 of 0.5 s).
stdout is data, stderr is talk. Exit status: 0 fine, 1 a policy failed,
2 usage, 3 environment.
"""

from __future__ import annotations

import importlib
import io
import os
import signal
import sys
import traceback
from collections.abc import Sequence
from pathlib import Path
from typing import NoReturn

import click

import ai_quality
from ai_quality.cli.settings import Settings
from ai_quality.errors import AiQualityError
from ai_quality.reports.safe import printable

COMMANDS = {
    "report": "reporting",
    "explain": "looking", "blame": "looking", "facts": "looking", "detect": "looking", "defects": "looking",
    "doctor": "looking",
    "ci": "running", "init": "adopting",
    "usage": "usage",
    "install": "hooking", "uninstall": "hooking", "hook": "hooking",
    "check": "policy", "budget": "policy", "badge": "policy",
}  # fmt: skip
"""Command → the module here that has a function of that name."""


class Commands(click.Group):
    """Imports a command's module when the command is asked for."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 (click's signature)
        """Every command's name."""
        return sorted(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002 (click's)
        """Return the command of that name, if there is one."""
        if cmd_name not in COMMANDS:
            return None
        command = getattr(importlib.import_module(f"ai_quality.cli.{COMMANDS[cmd_name]}"), cmd_name)
        assert isinstance(command, click.Command)
        return command


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.option(
    "-C", "directory", type=click.Path(path_type=Path), default=".", metavar="DIR", help="Run as if started there."
)
@click.option("-q", "--quiet", is_flag=True, help="No progress, no talk.")
@click.option("-v", "--verbose", is_flag=True, help="Show a traceback when something unexpected happens.")
@click.option("--no-color", is_flag=True, help="No colour (NO_COLOR does the same).")
@click.option("--allow-missing", is_flag=True, help="Read files whose object is missing as binary, and say so.")
@click.version_option(ai_quality.__version__, prog_name="ai-quality")
@click.pass_context
def cli(ctx: click.Context, directory: Path, quiet: bool, verbose: bool, no_color: bool, allow_missing: bool) -> None:
    """What became of AI-marked code, measured from a repository's own history.

    \b
    Examples:
      ai-quality report                      the rates of AI-marked and unmarked work
      ai-quality -C ~/src/app report --json  the same for scripts
      ai-quality explain HEAD~3              why a commit is classed so, and what became of it
      ai-quality facts defects               the rows behind the numbers
    """
    colour = not no_color and not os.environ.get("NO_COLOR") and sys.stdout.isatty()
    ctx.obj = Settings(directory, quiet, verbose, colour, allow_missing)


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command line; every failure is one line on stderr and an exit status."""
    words = list(sys.argv[1:] if arguments is None else arguments)
    if sys.stdout is None:  # closed by who called us
        sys.stdout = io.StringIO()
    signal.signal(signal.SIGTERM, _stopped)
    try:
        try:
            cli.main(args=words, prog_name="ai-quality", standalone_mode=False)
        finally:
            sys.stdout.flush()
    except AiQualityError as failure:
        click.echo(f"ai-quality: {printable(str(failure))}", err=True)
        sys.exit(failure.exit_status)
    except click.ClickException as failure:
        failure.show()
        sys.exit(failure.exit_code)
    except (click.Abort, KeyboardInterrupt):
        sys.exit(130)
    except BrokenPipeError:
        sys.stderr.close()
        sys.exit(0)
    except Exception as broken:  # noqa: BLE001 (the last line before a user's terminal)
        if {"-v", "--verbose"} & set(words):
            traceback.print_exc()
        said = broken.strerror if isinstance(broken, OSError) else f"{type(broken).__name__}: {broken}"
        advice = "" if isinstance(broken, OSError) else "; -v shows where, please report it"
        click.echo(f"ai-quality: something unexpected happened ({printable(str(said))[:200]}){advice}", err=True)
        _leave(AiQualityError.exit_status)


def _leave(status: int) -> NoReturn:
    """Exit without the interpreter writing once more to an output that refused."""
    sys.stdout = io.StringIO()
    sys.exit(status)


def _stopped(*_: object) -> NoReturn:
    """End as on Ctrl-C, so that no scratch directory and no git stays behind."""
    sys.exit(128 + signal.SIGTERM)
