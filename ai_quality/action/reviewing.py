"""A change reviewed from git alone: its base and head made sure of, its settings read, its report made.

The Action and `ai-quality ci` in any other CI share this. Opens the facts; posts and prints nothing.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import NamedTuple

from ai_quality import config
from ai_quality.action.events import PullRequest
from ai_quality.action.inputs import Range
from ai_quality.errors import EnvironmentProblem, UsageError
from ai_quality.pipeline import measuring
from ai_quality.pipeline.baseline import open_baseline
from ai_quality.pipeline.commenting import review
from ai_quality.reports import comment
from ai_quality.reports.comment_data import CommentView, Judgement, State
from ai_quality.reports.renderers import RENDERERS
from ai_quality.reports.view import ReportView
from ai_quality.sources.changed import merge_base
from ai_quality.sources.git import Repository, open_repository

DEFAULT_BRANCHES = ("refs/remotes/origin/HEAD", "refs/remotes/origin/main", "refs/remotes/origin/master",
                    "refs/heads/main", "refs/heads/master")  # fmt: skip


@dataclass(frozen=True, slots=True)
class Change:
    """A change to review: full ids of the tip of the branch it goes to, and of its own head."""

    base: str
    head: str
    state: State = "open"


class Run(NamedTuple):
    """When a run is (naive UTC), and its number, which counts up."""

    now: datetime
    number: int = 0


@dataclass(frozen=True, slots=True)
class Branch:
    """A branch's report, and the commit of freshly kept facts, if any."""

    view: ReportView
    facts_of: str | None

    def text(self, form: str) -> str:
        """The report as md or json."""
        return RENDERERS[form](self.view, colour=False)


@dataclass(frozen=True, slots=True)
class Reviewed:
    """What came out: the view, the settings it was made with, and the commit of freshly kept facts, if any."""

    view: CommentView
    settings: config.Config
    facts_of: str | None

    @property
    def failed(self) -> list[Judgement]:
        """The limits of the policy that are passed."""
        return [one for one in self.view.policy if one.result == "failed"]


def change_of(repository: Repository, pull: PullRequest, state: State = "open") -> Change:
    """Return a pull request's change; EnvironmentProblem when one of its commits is not in this checkout.

    The checkout is a test merge, so the event's ids count and never HEAD.
    """
    for sha in filter(None, (pull.base, pull.head, pull.merge_commit)):
        try:
            repository.resolve(sha)
        except UsageError as missing:
            problem = f"the commit {sha[:12]} is not in this checkout"
            raise EnvironmentProblem(problem, hint="let actions/checkout have fetch-depth: 0") from missing
    base = pull.base
    if pull.merge_commit and merge_base(repository, base, pull.head) == pull.head:
        base = repository.resolve(f"{pull.merge_commit}^1")  # told after the merge, the base has the change itself
    return Change(base, pull.head, state)


def change_elsewhere(repository: Repository, asked: Range) -> Change | None:
    """Return the change that another CI, or a person in a shell, means; None where head has nothing that base lacks."""
    head = repository.resolve(asked.head)
    base = repository.resolve(asked.base) if asked.base else _tip(repository, asked.target)
    return None if merge_base(repository, base, head) == head else Change(base, head)


def settings_of(repository: Repository, base: str, name: str = "") -> config.Config:
    """Return the settings as the base commit has them: a change must not move its own limits."""
    name = name or config.FILE
    if not name.isprintable() or {"", ".", ".."} & set(name.split("/")) or name.startswith(":"):
        raise UsageError(f"config is {name[:40]!r}", hint="give its path from the top of the repository")
    text = repository.blob(f"{base}:{name}")
    if text is None and name != config.FILE:
        raise UsageError(f"there is no file {name!r} on the base branch", hint="commit it there first")
    return config.read(text or b"", name)


def reviewed(repository: Repository, change: Change, settings: config.Config, run: Run) -> Reviewed:
    """Review the change beside what became of comparable ones."""
    with open_baseline(repository, change.base) as found:
        view = review(
            repository, found.facts, base=change.base, head=change.head, config=settings, now=run.now,
            run=run.number, state=change.state,
        )  # fmt: skip
        return Reviewed(view, settings, found.rev if found.is_new else None)


def report_elsewhere(directory: Path, asked: Range, now: datetime, form: str) -> tuple[str, bool]:
    """Return what a change's comment would say, or on the base branch itself the branch's report, as md or json.

    With it, whether it failed a policy that its settings make a gate.
    """
    with open_repository(directory) as repository:
        change = change_elsewhere(repository, asked)
        if change is None:
            return branch_report(repository, repository.resolve(asked.head), now).text(form), False
        done = reviewed(repository, change, settings_of(repository, change.base), Run(now))
    text = comment.render_summary(done.view) if form == "md" else json.dumps(comment.numbers(done.view), indent=1)
    return text, bool(done.failed) and done.settings.fail_on == "policy"


def branch_report(repository: Repository, tip: str, now: datetime) -> Branch:
    """Measure a branch at its tip, and keep its facts for the changes to come."""
    with open_baseline(repository, tip, older=0) as found:
        view = measuring.report(found.facts, measuring.window(found.facts, now=now), now)
        return Branch(view, found.rev if found.is_new else None)


def _tip(repository: Repository, target: str | None) -> str:
    """The tip of the branch a change goes to: as fetched, else the local one."""
    names = [f"refs/remotes/origin/{target}", f"refs/heads/{target}"] if target else DEFAULT_BRANCHES
    for name in names:
        try:
            return repository.resolve(name)
        except UsageError:
            continue
    problem = f"the branch {target!r} is not here" if target else "this clone has no origin, main or master"
    raise UsageError(problem, hint="name what to compare with: --base REV")
