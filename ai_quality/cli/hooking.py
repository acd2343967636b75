"""The commands of the commit hooks: install, uninstall, and `hook`, which hook managers call."""

from __future__ import annotations

import click

from ai_quality.cli.common import write
from ai_quality.cli.settings import Settings
from ai_quality.errors import EnvironmentProblem
from ai_quality.hooks import git, installing
from ai_quality.hooks.run import HOOKS, run_as_hook


@click.command()
@click.option("--write", "written", is_flag=True, help="Add to a hook manager's configuration, too.")
@click.pass_obj
def install(settings: Settings, written: bool) -> None:
    """Put in the hooks that mark commits made by an agent; an existing hook goes on running.

    \b
    Examples:
      ai-quality install
      ai-quality install --write     with husky, lefthook, pre-commit or prek
    """
    try:
        found = installing.look(settings.directory)
        chosen = installing.plan(found)
        if chosen.how == "stop" and not written:
            raise EnvironmentProblem(chosen.problem, hint=chosen.hint)
        said = installing.install(settings.directory, write=written)
    except (git.GitSaysNo, OSError) as refused:
        raise EnvironmentProblem(f"the hooks did not go in ({refused})", hint="see `ai-quality doctor`") from refused
    write("\n".join(said))


@click.command()
@click.pass_obj
def uninstall(settings: Settings) -> None:
    """Take the hooks out; what stood there before is back, byte for byte.

    \b
    Example:
      ai-quality uninstall
    """
    try:
        said = installing.uninstall(settings.directory)
    except (git.GitSaysNo, OSError) as refused:
        raise EnvironmentProblem(f"not everything came out ({refused})", hint="see `ai-quality doctor`") from refused
    write("\n".join(said))


@click.command(context_settings={"ignore_unknown_options": True})
@click.argument("name", type=click.Choice(HOOKS))
@click.argument("arguments", nargs=-1, type=click.UNPROCESSED)
def hook(name: str, arguments: tuple[str, ...]) -> None:
    """Run a hook, as git does; `ai-quality-hook` does the same and starts faster. Never fails.

    \b
    Example:
      ai-quality hook commit-msg .git/COMMIT_EDITMSG
    """
    run_as_hook([name, *arguments])
