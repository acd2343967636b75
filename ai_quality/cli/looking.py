"""The commands that show the rows behind the numbers: explain, blame, facts, detect, defects, doctor."""

from __future__ import annotations

import json
import os
import posixpath
import sys
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, Any

import click

from ai_quality.cli.common import as_json, as_json_text, write
from ai_quality.cli.opening import open_facts, progress_bar
from ai_quality.cli.settings import Settings
from ai_quality.errors import AiQualityError, UsageError
from ai_quality.facts import marks, store
from ai_quality.hooks import checking
from ai_quality.model import Commit, Person
from ai_quality.pipeline import doctor as doctor_checks
from ai_quality.pipeline import tracing
from ai_quality.pipeline.explaining import explain as tell
from ai_quality.pipeline.explaining import told_rows
from ai_quality.reports import stories
from ai_quality.sources import history, notes
from ai_quality.sources.git import open_repository


@click.command()
@click.argument("what")
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text", show_default=True)
@as_json
@click.pass_obj
def explain(settings: Settings, what: str, form: str, json_too: bool) -> None:
    """Why a commit (SHA) or change (#PR) is classed so, and what became of its lines.

    \b
    Examples:
      ai-quality explain 1a2b3c4
      ai-quality explain '#128' --json
    """
    with open_facts(settings) as (repository, facts):
        story = tell(repository, facts, what)
    write(as_json_text(asdict(story)) if json_too or form == "json" else stories.text(story), None)


@click.command()
@click.argument("arguments", nargs=-1, required=True, metavar="[REV] [--] PATH")
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text", show_default=True)
@as_json
@click.pass_obj
def blame(settings: Settings, arguments: tuple[str, ...], form: str, json_too: bool) -> None:
    """Each line of a file with its commit, class and agent.

    \b
    Examples:
      ai-quality blame -- src/app.py
      ai-quality blame v2.0 -- src/app.py --json
    """
    if len(arguments) > 2:  # noqa: PLR2004 (a revision and a path)
        raise UsageError("blame takes one revision and one path", hint="ai-quality blame [REV] -- PATH")
    rev, path = ("HEAD", arguments[0]) if len(arguments) == 1 else arguments
    with open_facts(settings, rev) as (_, facts):
        asked, path, owners = path, "", []
        for path in _named_paths(settings.directory, asked):
            if owners := facts.rows(OWNERS, {"path": path}):
                break
        (tip,) = facts.rows("SELECT rev FROM runs")[0]
    if not owners:
        hint = "give its path from here or from the top of the repository"
        raise UsageError(f"no text file {asked!r} at {rev}", hint=hint)
    lines = [
        {"line": first + offset, "commit": born, "class": kind, "agent": agent}
        for first, count, born, kind, agent in owners
        for offset in range(count)
    ]
    if json_too or form == "json":
        write(as_json_text({"rev": tip, "path": path, "lines": lines}), None)
    else:
        write(stories.blame_text(lines), None)


OWNERS = """
SELECT o.first_line, o.lines, o.born, c.class, c.agent FROM owners o JOIN commits c ON c.sha = o.born
WHERE o.path = $path ORDER BY o.first_line
"""


def _named_paths(directory: Path, asked: str) -> list[str]:
    """The paths from the top that a path may mean: from where the user stands, as for git, or from the top."""
    here = directory.absolute()
    top = next((place for place in (here, *here.parents) if (place / ".git").exists()), here)
    from_here = posixpath.normpath(posixpath.join(here.relative_to(top).as_posix(), asked))
    return [from_here, posixpath.normpath(asked)]


@click.command()
@click.argument("table", required=False)
@click.option("--format", "form", type=click.Choice(["csv", "json", "parquet"]), default="csv", show_default=True)
@click.option("-o", "--output", type=click.Path(path_type=Path), help="A file to write to (parquet needs one).")
@as_json
@click.pass_obj
def facts(settings: Settings, table: str | None, form: str, output: Path | None, json_too: bool) -> None:
    """The disputable rows behind every number; without a table, which tables there are.

    \b
    Examples:
      ai-quality facts
      ai-quality facts reverts --json
      ai-quality facts line_lives --format parquet -o lives.parquet
    """
    form = "json" if json_too else form
    if table is not None:
        store.table_name(table)
    if form == "parquet" and output is None:
        raise UsageError("parquet is not for a terminal", hint="name a file with -o PATH")
    with open_facts(settings) as (repository, opened):
        if table is None:
            counts = [(t.name, opened.count(t.name), t.definition) for t in store.schema()]
            keys = ("table", "rows", "definition")
            listed = [dict(zip(keys, row, strict=True)) for row in counts]
            write(as_json_text(listed) if form == "json" else stories.table(keys, counts), output)
        elif form == "json":
            write(as_json_text(told_rows(opened.all_of(table))), output)
        else:
            place = output or repository.scratch / "dump"
            opened.dump(table, place, form)
            if output is None:
                sys.stdout.write(place.read_text(encoding="utf-8"))


@click.command()
@click.argument("shas", nargs=-1)
@click.option("--batch", is_flag=True, help="Commits as JSON Lines on stdin, answers as JSON Lines on stdout.")
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text", show_default=True)
@as_json
@click.pass_obj
def detect(settings: Settings, shas: tuple[str, ...], batch: bool, form: str, json_too: bool) -> None:
    """Which AI marks a commit carries (default: HEAD).

    \b
    Examples:
      ai-quality detect HEAD~5
      ai-quality detect --batch < commits.jsonl
    """
    if batch and shas:
        raise UsageError("--batch reads commits from stdin", hint="name no commit beside it")
    if batch:
        sys.exit(_detect_batch(sys.stdin.buffer))
    with open_repository(settings.directory) as repository:
        wanted = [repository.resolve(sha) for sha in shas or ("HEAD",)]
        found = {c.sha: c for sha in wanted for c in history.log(repository, [sha, f"^{sha}^@"])}
        noted = notes.read(repository)
    told = [_detected(sha, found[sha], noted.get(sha, "")) for sha in wanted]
    write(as_json_text(told) if json_too or form == "json" else stories.marks_text(told), None)


@click.command()
@click.option("--fix", "fixes", multiple=True, metavar="SHA", help="Trace this commit, fix or not; may be repeated.")
@click.option("--traced-only", is_flag=True, help="Ignore every reference in messages.")
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text", show_default=True)
@as_json
@click.pass_obj
def defects(settings: Settings, fixes: tuple[str, ...], traced_only: bool, form: str, json_too: bool) -> None:
    """For each fix, the commits that introduced what it mended.

    \b
    Examples:
      ai-quality defects --json
      ai-quality defects --fix 1a2b3c4 --traced-only --json
    """
    if fixes or traced_only:
        with open_repository(settings.directory) as repository:
            asked = [repository.resolve(sha) for sha in fixes]
            with progress_bar(settings) as progress:
                found = tracing.trace(
                    repository, asked, declared=not traced_only, allow_missing=settings.allow_missing, progress=progress
                )
    else:
        with open_facts(settings) as (_, opened):
            listed = opened.rows("SELECT sha FROM commits WHERE kind = 'fix'")
            found = {sha: [] for (sha,) in listed}
            for fix, introduced, lines, evidence in opened.rows("SELECT fix, introduced, lines, evidence FROM defects"):
                found[fix].append({"commit": introduced, "lines": lines, "evidence": evidence})
    told = {"fixes": [{"fix": fix, "introduced": blamed} for fix, blamed in found.items()]}
    write(as_json_text(told) if json_too or form == "json" else stories.defects_text(told["fixes"]), None)


@click.command()
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text", show_default=True)
@as_json
@click.pass_obj
def doctor(settings: Settings, form: str, json_too: bool) -> None:
    """Say whether this repository can be measured here, what will be missing, and what the commit hooks would do.

    \b
    Examples:
      ai-quality doctor
      ai-quality -C ~/src/app doctor --json
    """
    hooks = (doctor_checks.Finding(*check) for check in checking.checks(settings.directory, os.environ))
    findings = [*doctor_checks.examine(settings.directory), *hooks]
    if json_too or form == "json":
        write(as_json_text([finding._asdict() for finding in findings]), None)
    else:
        write(stories.doctor_text(findings), None)
    if any(finding.status == "error" for finding in findings):
        sys.exit(AiQualityError.exit_status)


def _detect_batch(stream: IO[bytes]) -> int:
    """Answer every line of JSON, in order; a line that cannot be read is answered with its error and status 2."""
    status = 0
    for number, line in enumerate(stream, 1):
        if not line.strip():
            continue
        try:
            asked = json.loads(line)
            answer = {"id": asked.get("id"), **_verdict(_commit_of(asked))}
        except (ValueError, AttributeError, TypeError, KeyError, RecursionError) as wrong:
            answer, status = {"id": None, "error": f"line {number} is no commit: {str(wrong)[:200]}"}, 2
        sys.stdout.write(json.dumps(answer) + "\n")
    return status


def _commit_of(asked: dict[str, Any]) -> Commit:
    author = asked.get("author") or {}
    committer = asked.get("committer") or author
    time = asked.get("time")
    seconds = 0
    if time is not None:
        read = datetime.fromisoformat(str(time))
        seconds = int((read if read.tzinfo else read.replace(tzinfo=UTC)).timestamp())
    people = [Person(str(p.get("name") or ""), str(p.get("email") or "")) for p in (author, committer)]
    return Commit("", (), people[0], people[1], seconds, seconds, str(asked["message"] or ""))


def _detected(sha: str, commit: Commit, note: str) -> dict[str, Any]:
    return {"commit": sha, **_verdict(commit, note)}


def _verdict(commit: Commit, note: str = "") -> dict[str, Any]:
    said = marks.classify(commit, note=note)
    return {"class": said.commit_class, "evidence": said.evidence, "marks": [asdict(mark) for mark in said.marks]}
