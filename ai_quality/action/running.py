"""A run of the Action: reads its event, acts, tells. The shell around everything else here.

Opens the repository and the forge, writes outputs, summary and files below RUNNER_TEMP. Polite: whatever is
missing is a warning with what to do, and status 0. Only bad settings (2) and a failed policy (1) stop a workflow.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from ai_quality.action import events, reviewing
from ai_quality.action.events import Event
from ai_quality.action.inputs import Inputs, read_inputs
from ai_quality.action.outputs import Runner
from ai_quality.errors import EnvironmentProblem, ShallowHistory, UsageError
from ai_quality.reports import comment as words
from ai_quality.sources.git import open_repository

CLONE_IT_WHOLE = """\
### ai-quality needs the whole history

This checkout is cut off, so lines older than the cut would be credited to the wrong commit. In the workflow:

```yaml
- uses: actions/checkout@v7
  with:
    fetch-depth: 0
```
"""

FAILED = 1


@dataclass(frozen=True)
class Job:
    """All that an activity may use. `files` is where it may write its reports, None for nowhere."""

    runner: Runner
    inputs: Inputs
    event: Event
    directory: Path
    environ: Mapping[str, str]
    now: datetime
    files: Path | None


def run(environ: Mapping[str, str], directory: Path, now: datetime, log: Callable[[str], None] = print) -> int:
    """Do what the event asks for, and return the exit status; `now` is naive UTC."""
    runner = Runner(log, _path(environ, "GITHUB_OUTPUT"), _path(environ, "GITHUB_STEP_SUMMARY"))
    try:
        inputs = read_inputs(environ)
        event = _event(environ)
        decision = events.decide(event, inputs.mode)
        runner.set({"activity": decision.activity})
        if decision.activity == "nothing":
            runner.tell("notice", decision.why)
            return 0
        temp = _path(environ, "RUNNER_TEMP")
        job = Job(runner, inputs, event, directory, environ, now, temp / "ai-quality" if temp else None)
        return ACTS[decision.activity](job)
    except UsageError as wrong:
        runner.tell("error", str(wrong))
        return wrong.exit_status
    except EnvironmentProblem as problem:
        runner.tell("warning", str(problem))
        if isinstance(problem, ShallowHistory):
            runner.summarise(CLONE_IT_WHOLE)
        return 0


def baseline(job: Job) -> int:
    """Measure the checked-out commit, put its report into the summary, and leave its facts for later runs."""
    with open_repository(job.directory) as repository:
        measured = reviewing.branch_report(repository, repository.resolve("HEAD"), job.now)
    _report(job, measured.text("md"), measured.text("json"))
    job.runner.set({"facts-of": measured.facts_of})
    return 0


def comment(job: Job) -> int:
    """Review the pull request, tell of it, and hold it to the policy where that is asked for."""
    pull = job.event.pull_request
    assert pull
    with open_repository(job.directory) as repository:
        change = reviewing.change_of(repository, pull.base, pull.head)
        settings = reviewing.settings_of(repository, pull.base, job.inputs.config)
        done = reviewing.reviewed(repository, change, settings, reviewing.Run(job.now, _run_number(job.environ)))
    view = done.view
    numbers = json.dumps(words.numbers(view), indent=1) + "\n"
    _report(job, words.render_summary(view), numbers)
    job.runner.set(
        {
            "verdict": words.verdict(view),
            "ai-share": words.ai_share(view),
            "cost-usd": view.own.spend.usd,
            "tokens": view.own.spend.tokens,
            "facts-of": done.facts_of,
        }
    )
    return 0


def _run_number(environ: Mapping[str, str]) -> int:
    """A number that counts up with every run of the server."""
    said = environ.get("GITHUB_RUN_ID", "")
    return int(said) if re.fullmatch(r"[0-9]{1,15}", said) else 0


def _report(job: Job, markdown: str, numbers: str) -> None:
    """Write the step summary, the two report files, and their outputs."""
    job.runner.summarise(markdown)
    if job.files is None:
        return
    job.files.mkdir(parents=True, exist_ok=True)
    for name, text in (("report-md", markdown), ("report-json", numbers)):
        place = job.files / name.replace("-", ".")
        place.write_text(text, encoding="utf-8", errors="replace")
        job.runner.set({name: place})


def _event(environ: Mapping[str, str]) -> Event:
    place = Path(environ["GITHUB_EVENT_PATH"])
    try:
        with place.open("rb") as file:
            text = file.read(events.LIMIT + 1)
    except OSError as refused:
        raise EnvironmentProblem(f"the event cannot be read: {refused.strerror}") from refused
    return events.read_event(environ["GITHUB_EVENT_NAME"], text)


def _path(environ: Mapping[str, str], name: str) -> Path | None:
    return Path(environ[name]) if environ.get(name) else None


ACTS: Mapping[events.Activity, Callable[[Job], int]] = {"baseline": baseline, "comment": comment}
