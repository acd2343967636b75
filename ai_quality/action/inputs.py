"""What the workflow's author, or another CI, says to a run: variables in, frozen rows out. Reads nothing itself.

`Inputs` is the table of action.yml's inputs: a field with hyphens for underscores, its docstring there. GitHub
gives a composite action no INPUT_ variables, so action.yml sets them, one a line.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import Literal, NamedTuple, get_args

from ai_quality.errors import UsageError

PREFIX = "INPUT_"

Choice = Literal["changes", "always", "off"]


@dataclass(frozen=True, slots=True)
class Inputs:
    """The inputs of action.yml. An empty text is what GitHub gives for none: the settings file decides."""

    github_token: str = field(default="", repr=False)
    mode: str = "auto"
    comment: str = ""
    fail_on: str = ""
    directory: str = "."
    config: str = ""


CHOICES = {"comment": ("", *get_args(Choice)), "fail_on": ("", "never", "policy")}
"""What an input may say; `mode` is checked where the event is known."""


def read_inputs(environ: Mapping[str, str]) -> Inputs:
    """Return the inputs action.yml put into the environment; UsageError for a word that means nothing."""
    values = {}
    for one in fields(Inputs):
        value = environ.get(PREFIX + one.name.upper(), "").strip()
        if value not in CHOICES.get(one.name, (value,)):
            wanted = " or ".join(choice for choice in CHOICES[one.name] if choice)
            raise UsageError(f"{one.name.replace('_', '-')} is {value[:40]!r}", hint=f"write {wanted}")
        if value:
            values[one.name] = value
    return Inputs(**values)


class Range(NamedTuple):
    """A change elsewhere than on GitHub: `head`, and `base` that it is to be measured against, as revisions.

    `target` is a branch the change goes to, where only that is told; None twice: the default branch.
    """

    head: str
    base: str | None
    target: str | None


def is_github(environ: Mapping[str, str]) -> bool:
    """Did a runner that speaks GitHub's language (Actions, act, Gitea, Forgejo) start this?"""
    return bool(environ.get("GITHUB_EVENT_NAME") and environ.get("GITHUB_EVENT_PATH"))


def change_elsewhere(environ: Mapping[str, str]) -> Range:
    """Return the change that another CI's variables name; in a plain shell, HEAD against the default branch.

    GitLab: the merge-base is told, and in a merged-results pipeline HEAD is a test merge.
    https://docs.gitlab.com/ci/variables/predefined_variables/ and Jenkins' CHANGE_TARGET of multibranch jobs.
    """
    if environ.get("GITLAB_CI"):
        head = environ.get("CI_MERGE_REQUEST_SOURCE_BRANCH_SHA") or environ.get("CI_COMMIT_SHA") or "HEAD"
        target = environ.get("CI_MERGE_REQUEST_TARGET_BRANCH_NAME") or environ.get("CI_DEFAULT_BRANCH")
        return Range(head, environ.get("CI_MERGE_REQUEST_DIFF_BASE_SHA") or None, target or None)
    if environ.get("CHANGE_TARGET"):
        return Range("HEAD", None, environ["CHANGE_TARGET"])
    return Range("HEAD", None, None)
