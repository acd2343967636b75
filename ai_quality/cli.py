"""The command line: parses words, opens the doors, calls one pipeline function a command, prints what comes back.

stdout is data, stderr is talk. Exit status: 0 fine, 1 a policy failed, 2 usage, 3 environment.
"""

from __future__ import annotations

import contextlib
import json
import os
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, Any

import click

import ai_quality
from ai_quality import pipeline
from ai_quality.errors import AiQualityError, UsageError
from ai_quality.facts import marks, rows, store
from ai_quality.model import Commit, Person
from ai_quality.pipeline import doctor as doctor_checks
from ai_quality.pipeline.explaining import explain as tell
from ai_quality.pipeline.explaining import told_rows
from ai_quality.pipeline.measuring import CUTS, report_by
from ai_quality.reports import RENDERERS, SLICED_RENDERERS, stories
from ai_quality.sources import history
from ai_quality.sources.git import Repository, open_repository


@dataclass(frozen=True)
class Settings:
    """What the words before the command say."""

    directory: Path
    quiet: bool
    verbose: bool
    colour: bool
    allow_missing: bool


class Moment(click.ParamType[datetime]):
    """A date or time as ISO-8601; a naive one is UTC. Kept naive UTC, as the facts are."""

    name = "date"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> datetime:  # noqa: ANN401 (click's signature)
        """Return the moment, or fail in click's way."""
        if isinstance(value, datetime):
            return value
        try:
            read = datetime.fromisoformat(str(value))
        except ValueError:
            self.fail(f"{value!r} is no date; write 2026-01-31 or 2026-01-31T12:00:00Z", param, ctx)
        return read.astimezone(UTC).replace(tzinfo=None) if read.tzinfo else read


MOMENT = Moment()
as_json = click.option("--json", "json_too", is_flag=True, help="Short for --format json.")


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
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


@cli.command()
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
    with _facts(settings, rev) as (_, facts):
        window = pipeline.window(facts, since=since, until=until, now=now)
        if by:
            text = SLICED_RENDERERS[form](report_by(facts, window, now, by), colour=colour)
        else:
            text = RENDERERS[form](pipeline.report(facts, window, now), colour=colour)
    _write(text, output)


@cli.command()
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
    with _facts(settings) as (repository, facts):
        story = tell(repository, facts, what)
    _write(_json(asdict(story)) if json_too or form == "json" else stories.text(story), None)


@cli.command()
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
    with _facts(settings, rev) as (_, facts):
        owners = facts.rows(
            "SELECT o.first_line, o.lines, o.born, c.class, c.agent FROM owners o JOIN commits c ON c.sha = o.born"
            " WHERE o.path = $path ORDER BY o.first_line",
            {"path": path},
        )
        (tip,) = facts.rows("SELECT rev FROM runs")[0]
    if not owners:
        raise UsageError(f"no text file {path!r} at {rev}", hint="give its path from the top of the repository")
    lines = [
        {"line": first + offset, "commit": born, "class": kind, "agent": agent}
        for first, count, born, kind, agent in owners
        for offset in range(count)
    ]
    if json_too or form == "json":
        _write(_json({"rev": tip, "path": path, "lines": lines}), None)
    else:
        _write(stories.blame_text(lines), None)


@cli.command()
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
    with _facts(settings) as (repository, opened):
        if table is None:
            counts = [(t.name, opened.count(t.name), t.definition) for t in store.schema()]
            keys = ("table", "rows", "definition")
            listed = [dict(zip(keys, row, strict=True)) for row in counts]
            _write(_json(listed) if form == "json" else stories.table(keys, counts), output)
        elif form == "json":
            _write(_json(told_rows(opened.all_of(table))), output)
        else:
            place = output or repository.scratch / "dump"
            opened.dump(table, place, form)
            if output is None:
                sys.stdout.write(place.read_text(encoding="utf-8"))


@cli.command()
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
    if batch:
        sys.exit(_detect_batch(sys.stdin.buffer))
    with open_repository(settings.directory) as repository:
        wanted = [repository.resolve(sha) for sha in shas or ("HEAD",)]
        found = {c.sha: c for sha in wanted for c in history.log(repository, [sha, f"^{sha}^@"])}
    told = [_detected(sha, found[sha]) for sha in wanted]
    _write(_json(told) if json_too or form == "json" else stories.marks_text(told), None)


@cli.command()
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
            with _progress(settings) as progress:
                mined = pipeline.mine(repository, also=asked, allow_missing=settings.allow_missing, progress=progress)
        found = rows.traced(mined, asked, declared=not traced_only)
    else:
        with _facts(settings) as (_, opened):
            listed = opened.rows("SELECT sha FROM commits WHERE kind = 'fix'")
            found = {sha: [] for (sha,) in listed}
            for fix, introduced, lines, evidence in opened.rows("SELECT fix, introduced, lines, evidence FROM defects"):
                found[fix].append({"commit": introduced, "lines": lines, "evidence": evidence})
    told = {"fixes": [{"fix": fix, "introduced": blamed} for fix, blamed in found.items()]}
    _write(_json(told) if json_too or form == "json" else stories.defects_text(told["fixes"]), None)


@cli.command()
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text", show_default=True)
@as_json
@click.pass_obj
def doctor(settings: Settings, form: str, json_too: bool) -> None:
    """Say whether this repository can be measured here, and what will be missing.

    \b
    Examples:
      ai-quality doctor
      ai-quality -C ~/src/app doctor --json
    """
    findings = doctor_checks.examine(settings.directory)
    if json_too or form == "json":
        _write(_json([finding._asdict() for finding in findings]), None)
    else:
        _write(stories.doctor_text(findings), None)
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


def _detected(sha: str, commit: Commit) -> dict[str, Any]:
    return {"commit": sha, **_verdict(commit)}


def _verdict(commit: Commit) -> dict[str, Any]:
    said = marks.classify(commit)
    return {"class": said.commit_class, "evidence": said.evidence, "marks": [asdict(mark) for mark in said.marks]}


@contextlib.contextmanager
def _facts(settings: Settings, rev: str = "HEAD") -> Iterator[tuple[Repository, store.Store]]:
    with open_repository(settings.directory) as repository, contextlib.ExitStack() as stack:
        with _progress(settings) as progress:
            opened = stack.enter_context(
                pipeline.open_facts(repository, rev, allow_missing=settings.allow_missing, progress=progress),
            )
        yield repository, opened


@contextlib.contextmanager
def _progress(settings: Settings) -> Iterator[Callable[[int, int], None]]:
    """A bar on a terminal's stderr, with the exact number of commits as its length; elsewhere nothing."""
    if settings.quiet or not sys.stderr.isatty():
        yield pipeline.no_progress
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


def _json(value: object) -> str:
    return json.dumps(value, indent=1, default=str) + "\n"


def _write(text: str, output: Path | None) -> None:
    if not text.endswith("\n"):
        text += "\n"
    if output is None:
        click.echo(text, nl=False, color=True)
        return
    try:
        output.write_text(text, encoding="utf-8")
    except OSError as refused:
        raise UsageError(f"cannot write {str(output)!r}: {refused.strerror}") from refused


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command line; every failure is one line on stderr and an exit status."""
    try:
        cli.main(args=list(arguments) if arguments is not None else None, prog_name="ai-quality", standalone_mode=False)
    except AiQualityError as failure:
        click.echo(f"ai-quality: {failure}", err=True)
        sys.exit(failure.exit_status)
    except click.ClickException as failure:
        failure.show()
        sys.exit(failure.exit_code)
    except (click.Abort, KeyboardInterrupt):
        sys.exit(130)
    except BrokenPipeError:
        sys.stderr.close()
        sys.exit(0)


if __name__ == "__main__":
    main()
