"""THE PyDriller door: did a change make code easier or harder to maintain? Complexity, and delta maintainability.

PyDriller writes `blame.markUnblamableLines` into the configuration of the repository it opens, and starts git with
whatever environment it finds. So it sees a throw-away clone only (`clones`), with two commits that hold nothing but
the changed files before and after, under names of our own: no path of a stranger's reaches it. What would take
long is not measured, and that is said. It is imported late: that takes a tenth of a second.

Delta maintainability (di Biase et al., TechDebt 2019): the share of a change that is for the better, low-risk code
added or high-risk code taken away, by the size, the complexity and the number of parameters of its functions.
"""

from __future__ import annotations

import contextlib
import io
import logging
import re
from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING, Literal, NamedTuple

from ai_quality.errors import EnvironmentProblem
from ai_quality.model import FileChange
from ai_quality.sources import patches
from ai_quality.sources.clones import commit, our_environment, shared_clone
from ai_quality.sources.git import Repository

if TYPE_CHECKING:
    from pydriller import ModifiedFile

MOST_FILES = 100
MOST_BYTES = 100_000
"""A file's; a longer one is data, or generated. Made to be slow, one as long takes 20 s (lizard 1.24, as .vue)."""
MOST_SECONDS = 5.0
"""Looked at between files."""

WhyNot = Literal["no_code", "too_many_files", "too_large", "too_slow", "failed"]

REGULAR = ("100644", "100755")
ENDING = re.compile(r"\.[A-Za-z0-9_+]{1,10}\Z")

UNREADABLE = (ArithmeticError, AssertionError, AttributeError, LookupError, RecursionError, TypeError, ValueError)
"""What the readers of some thirty languages may raise over a text that is in none of them."""


class Delta(NamedTuple):
    """Delta maintainability by property (0 to 1; None: no function changed), and complexity before and after.

    `files` of `of` changed files of code were measured; `why_not` says why not all.
    """

    unit_size: float | None
    unit_complexity: float | None
    unit_interfacing: float | None
    complexity_before: int | None
    complexity_after: int | None
    files: int
    of: int
    why_not: WhyNot | None


NOTHING = Delta(None, None, None, None, None, 0, 0, "no_code")


def measure(
    repository: Repository, changes: Sequence[FileChange], *, clock: Callable[[], float], seconds: float = MOST_SECONDS
) -> Delta:
    """Measure the change as a whole; `clock` tells seconds, `changes` are its files of code. Raises nothing."""
    code = [one for one in changes if _is_code(one)]
    if not code or len(code) > MOST_FILES:
        return NOTHING._replace(of=len(code), why_not="too_many_files" if code else "no_code")
    try:
        sizes = patches.sizes(repository, {blob for one in code for blob in _blobs(one)})
        here = [one for one in code if all(blob in sizes for blob in _blobs(one))]
        fit = [one for one in here if all(sizes[blob] <= MOST_BYTES for blob in _blobs(one))]
        why: WhyNot | None = "failed" if len(here) < len(code) else "too_large" if len(fit) < len(here) else None
        with shared_clone(repository) as clone:
            head = _as_two_commits(clone, fit)
            with our_environment():
                return _measured(clone, head, NOTHING._replace(of=len(code), why_not=why), _Deadline(clock, seconds))
    except EnvironmentProblem:
        return NOTHING._replace(of=len(code), why_not="failed")


def _is_code(one: FileChange) -> bool:
    modes = {one.old_mode, one.new_mode} - {"000000"}
    return modes <= set(REGULAR) and one.old_blob != one.new_blob and ENDING.search(one.new_path) is not None


def _blobs(one: FileChange) -> list[str]:
    return [blob for blob in (one.old_blob, one.new_blob) if blob.strip("0")]


def _as_two_commits(clone: Repository, changes: Sequence[FileChange]) -> str:
    """Write the files before and after as two commits, and return the second; a file keeps its ending alone."""
    before, after = dict[str, str](), dict[str, str]()
    for number, one in enumerate(changes):
        ending = ENDING.search(one.new_path)
        assert ending is not None
        name = f"file{number}{ending[0]}"
        before |= {name: one.old_blob} if one.old_blob.strip("0") else {}
        after |= {name: one.new_blob} if one.new_blob.strip("0") else {}
    return commit(clone, after, commit(clone, before))


class _Deadline:
    def __init__(self, clock: Callable[[], float], seconds: float) -> None:
        self._clock, self._end = clock, clock() + seconds

    def is_over(self) -> bool:
        return self._clock() > self._end


def _measured(clone: Repository, head: str, start: Delta, deadline: _Deadline) -> Delta:
    """Read the files; `start` says how many there are, and why some of them are not in the clone."""
    import pydriller  # noqa: PLC0415 (see the head)
    from gitdb.exc import ODBError  # noqa: PLC0415 (what GitPython raises: an object it cannot read, a SHA-256 id)
    from pydriller.git import GitCommandError  # noqa: PLC0415

    logging.getLogger("pydriller").setLevel(logging.CRITICAL)
    of, why = start.of, start.why_not
    profiles: list[_Profile] = []
    try:
        walker = pydriller.Git(str(clone.git_dir))
        for file in walker.get_commit(head).modified_files:
            if not file.language_supported:
                of -= 1
            elif deadline.is_over():
                why = "too_slow"
            else:
                profiles += _profiles(file)
        walker.clear()
    except (ODBError, GitCommandError):
        return start._replace(why_not="failed")
    if of and not why and len(profiles) < of:
        why = "failed"
    return _told(profiles, of, why) if of else NOTHING


class _Profile(NamedTuple):
    """A file: its functions' lines in low-risk and in high-risk code, gained or lost, by property; complexities."""

    low: tuple[int, int, int]
    high: tuple[int, int, int]
    before: int
    after: int


def _profiles(file: ModifiedFile) -> Iterable[_Profile]:
    """Yield the file's profile, or nothing if its text cannot be read as its language."""
    from pydriller.domain.commit import DMMProperty  # noqa: PLC0415

    skipped = io.StringIO()  # lizard tells there that it gave a text up, and then finds no function in it
    try:
        with contextlib.redirect_stderr(skipped):
            before, after = file.methods_before, file.methods
    except UNREADABLE:
        return
    if skipped.getvalue():
        return
    low, high = list[int](), list[int]()
    for prop in (DMMProperty.UNIT_SIZE, DMMProperty.UNIT_COMPLEXITY, DMMProperty.UNIT_INTERFACING):
        safe = [sum(m.nloc for m in side if m.is_low_risk(prop)) for side in (before, after)]
        risky = [sum(m.nloc for m in side if not m.is_low_risk(prop)) for side in (before, after)]
        low.append(safe[1] - safe[0])
        high.append(risky[1] - risky[0])
    complexities = [sum(m.complexity for m in side) for side in (before, after)]
    yield _Profile((low[0], low[1], low[2]), (high[0], high[1], high[2]), *complexities)


def _told(profiles: Sequence[_Profile], of: int, why: WhyNot | None) -> Delta:
    if not profiles:
        return NOTHING._replace(of=of, why_not=why)
    shares = [_better(sum(p.low[at] for p in profiles), sum(p.high[at] for p in profiles)) for at in range(3)]
    before, after = sum(p.before for p in profiles), sum(p.after for p in profiles)
    return Delta(shares[0], shares[1], shares[2], before, after, len(profiles), of, why)


def _better(low: int, high: int) -> float | None:
    """The share of the change that is for the better; None where no function gained or lost a line."""
    good, bad = max(low, 0) + max(-high, 0), max(-low, 0) + max(high, 0)
    return good / (good + bad) if good + bad else None
