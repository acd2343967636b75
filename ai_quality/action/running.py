"""A run of the Action: reads its event, acts, tells. The shell around everything else here.

Opens the repository and the forge, writes outputs, summary and files below RUNNER_TEMP. Polite: whatever is
missing is a warning with what to do, and status 0. Only bad settings (2) and a failed policy (1) stop a workflow.
"""

from __future__ import annotations

import contextlib
import json
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from ai_quality import model
from ai_quality.action import events, noting, reviewing
from ai_quality.action.events import Event
from ai_quality.action.inputs import Inputs, read_inputs
from ai_quality.action.outputs import Runner
from ai_quality.errors import ArtifactRefused, EnvironmentProblem, ForgeProblem, ShallowHistory, UsageError
from ai_quality.pipeline import fetching, posting
from ai_quality.pipeline.posting import Posted
from ai_quality.reports import comment as words
from ai_quality.reports import comment_details
from ai_quality.reports.comment_data import State
from ai_quality.sources.git import Repository, open_repository
from ai_quality.sources.github import GitHub, connect
from ai_quality.sources.web import new_client

CLONE_IT_WHOLE = """\
### ai-quality needs the whole history

This checkout is cut off, so lines older than the cut would be credited to the wrong commit. In the workflow:

```yaml
- uses: actions/checkout@v7
  with:
    fetch-depth: 0
```
"""

PERMISSION = "give the job `permissions: pull-requests: write`"

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
        runner.set({"activity": decision.activity, "comment-written": False})
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
    with _forge(job) as forge, open_repository(job.directory) as repository:
        if forge is not None:
            _ask_forge(job, repository, forge)
        measured = reviewing.branch_report(repository, repository.resolve("HEAD"), job.now)
    _report(job, measured.text("md"), measured.text("json"))
    job.runner.set({"facts-of": measured.facts_of})
    return 0


def _ask_forge(job: Job, repository: Repository, forge: GitHub) -> None:
    """Let the facts have what only the forge knows. Where it does not tell, they are git's alone, and that is said."""
    try:
        fetching.refresh(repository, forge, now=int(job.now.replace(tzinfo=UTC).timestamp()))
    except ForgeProblem as problem:
        job.runner.tell("notice", f"measured from git alone: {problem}")


def comment(job: Job) -> int:
    """Review the pull request and tell of it; a failed policy is 1 where that is asked for."""
    return _of_pull_request(job, "open")


def outcome(job: Job) -> int:
    """Say in our comment what became of the change, if there is one; nothing is opened for a change that is over."""
    pull = job.event.pull_request
    assert pull
    _of_pull_request(job, "merged" if pull.merged else "closed")
    return 0


def post(job: Job) -> int:
    """Post the numbers of a fork's run. Nothing is checked out here, and only numbers are read."""
    followed = job.event.workflow_run
    assert followed
    with _forge(job) as forge:
        if forge is None:
            raise EnvironmentProblem("there is no token to post with", hint="leave github-token as it is")
        posted = posting.post_for_run(forge, followed.id, speak=_speak, mode=_mode(job.inputs.comment))
    _told(job, posted)
    return 0


def _of_pull_request(job: Job, state: State) -> int:
    pull = job.event.pull_request
    assert pull
    with _forge(job) as forge, open_repository(job.directory) as repository:
        change = reviewing.change_of(repository, pull, state)
        settings = reviewing.settings_of(repository, pull.base, job.inputs.config)
        done = reviewing.reviewed(repository, change, settings, reviewing.Run(job.now, run_number(job.environ)))
        numbers = json.dumps(words.numbers(done.view))
        _report(job, words.render_summary(done.view), numbers)
        _post(job, forge, done, numbers)
        if pull.merged and settings.usage == "notes":
            seconds = int(job.now.replace(tzinfo=UTC).timestamp())
            job.runner.set({"noted": noting.note_squash(repository, change, pull, seconds)})
    job.runner.set(
        {
            "verdict": words.verdict(done.view),
            "ai-share": words.ai_share(done.view),
            "cost-usd": done.view.own.spend.usd,
            "tokens": done.view.own.spend.tokens,
            "facts-of": done.facts_of,
        }
    )
    return _judged(job, done)


def _post(job: Job, forge: GitHub | None, done: reviewing.Reviewed, numbers: str) -> None:
    """Write the comment. Where that is not allowed, leave the numbers for a run that may (docs/action.md, Forks)."""
    pull = job.event.pull_request
    assert pull
    mode = _mode(job.inputs.comment or done.settings.comment)
    body = words.render(done.view, report_url=_checks_page(job.environ, pull.number))
    has_news = done.view.state == "open" and words.has_something_to_say(done.view)
    posted = Posted("silent", None, "comment: off")
    if forge is None and mode != "off":
        posted = Posted("forbidden", None, "there is no token")
    elif forge is not None:
        try:
            posted = posting.upsert(forge, pull.number, body, done.view.run, mode=mode, has_news=has_news)
        except ForgeProblem as problem:
            job.runner.tell("warning", f"the comment could not be written: {problem}")
            posted = Posted("silent", None)
    if posted.outcome == "forbidden" and job.files is not None:
        (job.files / posting.MEMBER).write_text(numbers, encoding="utf-8")
        job.runner.set({"artifact-file": job.files / posting.MEMBER})
    _told(job, posted)


def _told(job: Job, posted: Posted) -> None:
    """Set what later steps read of the comment, and say what a person must do where it is not there."""
    is_there = posted.outcome in {"created", "edited", "unchanged"}
    job.runner.set({"comment-id": posted.comment_id, "comment-written": is_there})
    job.runner.say(f"comment: {posted.outcome}{f' ({posted.why})' if posted.why else ''}")
    pull = job.event.pull_request
    if posted.outcome != "forbidden":
        return
    if pull and pull.fork:
        job.runner.tell("notice", "a fork's run may not comment: its numbers are an artifact, which forks.yml posts")
    else:
        job.runner.tell("warning", f"the comment could not be written ({posted.why}): {PERMISSION}")


def _judged(job: Job, done: reviewing.Reviewed) -> int:
    is_gate = (job.inputs.fail_on or done.settings.fail_on) == "policy"
    for one in done.failed:
        job.runner.tell("error" if is_gate else "notice", f"policy: {comment_details.judgement(one)}")
    return FAILED if done.failed and is_gate else 0


def _speak(artifact: bytes, run: model.Run) -> posting.Words:
    """Turn a stranger's numbers into our words. What they say of themselves must be what the forge says of the run."""
    view = words.view_from(artifact)
    if view.head != run.head_sha:
        raise ArtifactRefused("the artifact is of another commit than its run", hint="nothing of it was posted")
    view = replace(view, run=run.id)
    return posting.Words(words.render(view), view.state == "open" and words.has_something_to_say(view))


@contextlib.contextmanager
def _forge(job: Job) -> Iterator[GitHub | None]:
    """The forge that the runner names, or None where there is no token to ask it with."""
    if not job.inputs.github_token:
        yield None
        return
    with new_client(job.environ) as client:
        yield connect(job.environ, token=job.inputs.github_token, client=client)


def _mode(said: str) -> posting.Mode:
    modes: dict[str, posting.Mode] = {"always": "always", "off": "off"}
    return modes.get(said, "changes")


def _checks_page(environ: Mapping[str, str], number: int) -> str | None:
    """Where the forge shows a pull request's runs. Not this run's own page: a comment would never be as it was."""
    server, repository = environ.get("GITHUB_SERVER_URL", ""), environ.get("GITHUB_REPOSITORY", "")
    return f"{server}/{repository}/pull/{number}/checks" if server and repository else None


def run_number(environ: Mapping[str, str]) -> int:
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


ACTS: Mapping[events.Activity, Callable[[Job], int]] = {
    "baseline": baseline,
    "comment": comment,
    "outcome": outcome,
    "post": post,
}
