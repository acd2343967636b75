"""Every row type of the program, frozen. READ FIRST: sources yield these, facts turn some into others.

Rows hold values only; behaviour is functions elsewhere. Times are whole seconds since 1970 UTC;
commit ids are full lower-case hex (40 digits, 64 in a SHA-256 repository); paths are text decoded as
UTF-8 with `surrogateescape`, so that any bytes git stores survive a round trip.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, NamedTuple

from ai_quality.spend import Call as Call  # noqa: PLC0414 (this and the next seven: said again here, where all rows are)
from ai_quality.spend import CallKind as CallKind  # noqa: PLC0414
from ai_quality.spend import Override as Override  # noqa: PLC0414
from ai_quality.spend import Overrides as Overrides  # noqa: PLC0414
from ai_quality.spend import Rates as Rates  # noqa: PLC0414
from ai_quality.spend import Request as Request  # noqa: PLC0414
from ai_quality.spend import Tokens as Tokens  # noqa: PLC0414
from ai_quality.spend import Usage as Usage  # noqa: PLC0414

CommitClass = Literal["agent", "assisted", "mixed", "unmarked", "bot"]
"""Who wrote it, as far as marks tell. `unmarked` is never called human: no AI mark was found."""

Evidence = Literal["identity", "declared", "observed", "pull_request", "weak", "none"]
"""How a mark was seen, strongest first. Headline rates use the first three."""

EVIDENCE_ORDER: tuple[Evidence, ...] = (
    "identity",
    "declared",
    "observed",
    "pull_request",
    "weak",
    "none",
)

MarkSource = Literal["author", "committer", "trailer", "body", "branch"]


class Person(NamedTuple):
    """A name and an e-mail address as git stores them; neither ever leaves the machine."""

    name: str
    email: str


class Commit(NamedTuple):
    """One commit object: what git itself says, nothing derived."""

    sha: str
    parents: tuple[str, ...]
    author: Person
    committer: Person
    author_time: int
    commit_time: int
    message: str


class FileChange(NamedTuple):
    """One raw diff row. `status` is git's letter: A, D, M, R, T (C never asked for)."""

    status: str
    old_mode: str
    new_mode: str
    old_blob: str
    new_blob: str
    old_path: str
    new_path: str


class Hunk(NamedTuple):
    """A run of lines replaced: `removed` lines from 0-based `start` of the old version give way to `added` new ones."""

    start: int
    removed: int
    added: int


class FileDiff(NamedTuple):
    """A raw row with its hunks; `binary` when git shows no text, `hunks` empty when only the mode changed.

    `texts` are the lines that the hunks add, one hunk's after the other's, without their newlines.
    """

    change: FileChange
    hunks: list[Hunk]
    texts: list[bytes]
    binary: bool


class MergeHunk(NamedTuple):
    """A run of a combined diff: one-based starts (a column a parent, the result last) and (signs, text) lines.

    A sign is a column a parent: in a result line `+` means that parent lacks it, a blank that it has it; a
    line with a `-` is not in the result and was in the parents with that sign.
    """

    starts: tuple[int, ...]
    lines: list[tuple[bytes, bytes]]


class MergeDiff(NamedTuple):
    """A file that a merge left unlike it is in every parent; a parent that lacks it has an all-zero blob."""

    path: str
    mode: str
    blob: str
    parent_paths: tuple[str, ...]
    parent_blobs: tuple[str, ...]
    hunks: list[MergeHunk]
    binary: bool


@dataclass(frozen=True, slots=True)
class Mark:
    """One AI mark found on a commit, with the text a person can check."""

    agent: str
    model: str | None
    source: MarkSource
    evidence: Evidence
    text: str


@dataclass(frozen=True, slots=True)
class Verdict:
    """A commit's class with the marks that decided it, strongest first."""

    commit_class: CommitClass
    evidence: Evidence
    marks: tuple[Mark, ...]

    @property
    def agent(self) -> str | None:
        """The agent of the strongest mark; None on an unmarked commit."""
        return self.marks[0].agent if self.marks else None

    @property
    def model(self) -> str | None:
        """The first model any mark of the deciding agent names; None where none does."""
        return next((m.model for m in self.marks if m.agent == self.agent and m.model), None)


Cohort = Literal["ai", "unmarked", "mixed", "bot", "uncertain"]
"""How a commit is counted: `ai` by the first three evidences; `uncertain` by the weaker ones, in no rate."""


class CommitFact(NamedTuple):
    """A commit reachable from the branch, with what was made of it. Times in seconds, None: unknown."""

    sha: str
    author: str
    author_time: int | None
    commit_time: int | None
    landed_time: int | None
    change: str
    is_merge: bool
    kind: str
    work: str
    size_bin: int
    stratum: str
    commit_class: CommitClass
    cohort: Cohort
    agent: str | None
    model: str | None
    evidence: Evidence
    ai_share: float | None
    ignored: bool
    lines_added: int
    lines_deleted: int
    files: int


class Change(NamedTuple):
    """What landed, or was offered, as one unit; None: git alone does not know."""

    change: str | None
    number: int | None
    state: str
    shape: str
    opened: int | None
    first_commit: int | None
    landed: int | None
    closed: int | None
    commit_class: CommitClass
    cohort: Cohort
    agent: str | None
    stratum: str
    ai_share: float | None
    commits: int
    review_rounds: int | None
    review_comments: int | None
    draft: bool | None = None
    bug: bool | None = None
    first_pass: bool | None = None
    failed_checks: int | None = None
    checks: int | None = None


class SquashedCommit(NamedTuple):
    """A commit that a landed squash was made of; lines are those it left at its offer's head, None: not followed."""

    squash: str
    number: int
    sha: str
    commit_class: CommitClass
    cohort: Cohort
    agent: str | None
    model: str | None
    evidence: Evidence
    lines: int | None


class Defect(NamedTuple):
    """A fix, and a commit that introduced what it mended: `declared` by its message or `traced` by its lines."""

    fix: str
    introduced: str
    lines: int
    evidence: str


class CommitUsage(NamedTuple):
    """A record of what a commit cost, as a fact: disjoint tokens, list-price dollars; None: the record does not say."""

    id: str
    sha: str
    change: str | None
    number: int | None
    agent: str
    model: str | None
    requests: int | None
    input: int | None
    cache_read: int | None
    cache_write_5m: int | None
    cache_write_1h: int | None
    output: int | None
    usd: float | None
    price_basis: str | None
    evidence: str


PullState = Literal["open", "merged", "closed"]


class Pull(NamedTuple):
    """A pull request as the forge has it now; times in seconds, None: it has not come to that.

    `head_repository` (owner/name) is None where the fork is gone. Branch names and labels are text of strangers.
    """

    number: int
    state: PullState
    is_draft: bool
    opened: int
    closed: int | None
    merged: int | None
    base_branch: str
    base_sha: str
    head_branch: str
    head_sha: str
    head_repository: str | None
    merge_commit: str | None
    author_is_bot: bool
    labels: tuple[str, ...]


class Comment(NamedTuple):
    """A comment under a pull request; `node` is its id in GraphQL, `login` who wrote it."""

    id: int
    node: str
    login: str
    body: str
    created: int


class Run(NamedTuple):
    """A run of a workflow: what it ran on. `head_repository` (owner/name) is None where the fork is gone."""

    id: int
    event: str
    conclusion: str | None
    head_sha: str
    head_branch: str | None
    head_repository: str | None


class Review(NamedTuple):
    """A submitted review. `commit` is the head it looked at, `comments` those it put beside lines."""

    time: int
    commit: str | None
    comments: int
    by_person: bool
    by_author: bool


class ForgeChange(NamedTuple):
    """A pull request with all that the forge knows of its way; None: the forge did not say.

    `commits` are its own, oldest first, not all of `commits_count` where there are very many; `closes` has the labels
    of each issue that it closes; `failed_checks` of `checks` runs on any of its commits failed.
    """

    pull: Pull
    updated: int
    commits: tuple[Commit, ...] | None
    commits_count: int | None
    reviews: tuple[Review, ...] | None
    closes: tuple[tuple[str, ...], ...] | None
    failed_checks: int | None
    checks: int | None


class ForgeFact(NamedTuple):
    """What is kept of a `ForgeChange`: numbers and times, no names and no text of anybody; None: unknown.

    `closed` is when it was merged or closed; `first_pass`, `review_rounds` and the like are those of schema.sql.
    """

    number: int
    state: PullState
    updated: int
    opened: int
    closed: int | None
    head_sha: str
    merge_commit: str | None
    first_commit: int | None
    commits: int | None
    commit_class: CommitClass
    cohort: Cohort
    agent: str | None
    draft: bool
    bug: bool | None
    first_pass: bool | None
    review_rounds: int | None
    review_comments: int | None
    failed_checks: int | None
    checks: int | None
