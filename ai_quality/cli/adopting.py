"""`init`: adopt the tool in a repository. Shows all it would write, writes it on yes, and nothing else.

The workflow it writes is action/recipes/minimal.yml, word by word (tests/contract/test_action.py). A file that is
there already is never written over. The hooks go in as `ai-quality install` puts them in.
"""

from __future__ import annotations

import sys
from importlib import resources
from pathlib import Path
from typing import Literal, NamedTuple

import click

from ai_quality import config
from ai_quality.cli import hooking
from ai_quality.cli.settings import Settings
from ai_quality.errors import EnvironmentProblem, UsageError
from ai_quality.hooks import checking, installing
from ai_quality.sources.git import open_repository

GITHUB = ".github/workflows/ai-quality.yml"
GITLAB = ".gitlab/ai-quality.yml"
USAGES = ("local", "trailer", "notes")


class Wanted(NamedTuple):
    """A file to be there: its path below the top, its text, and how what is there now compares."""

    path: str
    text: str
    state: Literal["new", "unchanged", "differs"]


@click.command()
@click.option("--usage", type=click.Choice(USAGES), help="Where token costs go (asked for on a terminal).")
@click.option("--forge", type=click.Choice(["github", "gitlab", "none"]), help="Default: as the repository looks.")
@click.option("--hook/--no-hook", default=True, help="Put the commit hooks in, too.", show_default=True)
@click.option("--yes", is_flag=True, help="Write without asking.")
@click.pass_context
def init(ctx: click.Context, usage: str | None, forge: str | None, hook: bool, yes: bool) -> None:
    """Adopt ai-quality in a repository: settings, workflow, commit hooks. Shows all before it writes.

    \b
    Examples:
      ai-quality init
      ai-quality init --usage trailer --no-hook --yes
    """
    directory = ctx.find_object(Settings).directory.absolute()  # type: ignore[union-attr]  # the group made it
    with open_repository(directory):
        top = _top(directory)
    is_asked = sys.stdin.isatty() and not yes
    if usage is None and is_asked and not (top / config.FILE).exists():
        usage = click.prompt("Where may token costs be written?", type=click.Choice(USAGES), default="local", err=True)
    wanted = wanted_files(top, usage or "local", forge or _forge(top))
    hooks = _hooks(top) if hook else None
    click.echo(_told(top, wanted, hooks), nl=False)
    fresh = [one for one in wanted if one.state == "new"]
    if not fresh and (hooks is None or hooks.state != "new"):
        click.echo("Nothing to write.")
    elif yes or (is_asked and click.confirm("Write this?", err=True)):
        for one in fresh:
            write_new(top, one)
        if hooks is not None and hooks.state == "new":
            ctx.invoke(hooking.install)
        click.echo(f"Written. To commit: git add {' '.join(one.path for one in fresh)}" if fresh else "Written.")
    else:
        click.echo("Nothing was written." if is_asked else "Nothing was written: say --yes to write it.")


def wanted_files(top: Path, usage: str, forge: str) -> list[Wanted]:
    """Return the files that adopting takes, beside what is there."""
    texts = {config.FILE: _recipe("settings.yml").replace("USAGE", usage)}
    if forge == "github":
        texts[GITHUB] = _recipe("github.yml")
    elif forge == "gitlab":
        texts[GITLAB] = _recipe("gitlab.yml")
    return [Wanted(path, text, _state(top / path, text)) for path, text in texts.items()]


def write_new(top: Path, wanted: Wanted) -> None:
    """Write a file that is not there; refuses where a link would lead out of the repository."""
    place = top / wanted.path
    if not place.parent.resolve().is_relative_to(top.resolve()):
        raise UsageError(f"{wanted.path} would be outside the repository", hint="a folder on its way is a link")
    try:
        place.parent.mkdir(parents=True, exist_ok=True)
        with place.open("x", encoding="utf-8", newline="\n") as file:
            file.write(wanted.text)
    except OSError as refused:
        raise EnvironmentProblem(f"cannot write {wanted.path}: {refused.strerror}") from refused


def _hooks(top: Path) -> Wanted:
    """The commit hooks as one thing to be there; `differs` where only its owner may change what git runs."""
    plan = installing.plan(installing.look(top))
    said = checking.checks(top, {})[0]
    if said.status == "ok" and not said.hint:
        return Wanted("the commit hooks", "", "unchanged")
    if plan.how == "manager":
        return Wanted("the commit hooks", f"{plan.manager} runs them here: see `ai-quality install`", "differs")
    return Wanted("the commit hooks", plan.say, "differs" if plan.how == "stop" else "new")


def _told(top: Path, wanted: list[Wanted], hooks: Wanted | None) -> str:
    lines = [f"In {top}:"]
    for one in [*wanted, *([hooks] if hooks else [])]:
        if one.state == "new":
            lines += ["", f"new: {one.path}", *(f"  | {line}".rstrip() for line in one.text.splitlines())]
        elif one.state == "unchanged":
            lines.append(f"there already: {one.path}")
        elif one is hooks:
            lines.append(f"not put in: {one.path} ({one.text})")
        else:
            lines.append(f"kept as it is, though it differs from what init writes: {one.path}")
    if any(one.path == GITLAB and one.state == "new" for one in wanted):
        lines += ["", f"and add to .gitlab-ci.yml yourself:  include: {{local: {GITLAB}}}"]
    return "\n".join(lines) + "\n\n"


def _state(place: Path, text: str) -> Literal["new", "unchanged", "differs"]:
    if place.is_symlink() or place.exists():
        same = place.is_file() and place.read_bytes().replace(b"\r\n", b"\n") == text.encode()
        return "unchanged" if same else "differs"
    return "new"


def _recipe(name: str) -> str:
    return resources.files("ai_quality.cli").joinpath("recipes", name).read_text(encoding="utf-8")


def _top(directory: Path) -> Path:
    """The work tree's top: where git's own entry is."""
    for place in (directory, *directory.parents):
        if (place / ".git").exists():
            return place
    raise UsageError("a bare repository has no files to add to", hint="run init in a clone of it")


def _forge(top: Path) -> str:
    if (top / ".gitlab-ci.yml").exists() and not (top / ".github").exists():
        return "gitlab"
    return "github"
