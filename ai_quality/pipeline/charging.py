"""Which commit is charged with which request: brings git's history and the ledger's rows together for `attribute`.

Commits come from the refs and, rewritten ones, from reflogs and from the ids that agents printed. Everything is
turned into the ledger's own words (keyed hashes) before it is compared. Writes nothing.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from ai_quality.facts.spending import DAY, LONGEST_WAIT, Made, Tie, attribute, spent
from ai_quality.facts.successors import Known, successors
from ai_quality.facts.trailers import trailer_lines
from ai_quality.facts.usage_lines import counted
from ai_quality.model import Commit
from ai_quality.sources import notes, recent, reflog
from ai_quality.sources.git import Repository
from ai_quality.sources.intake import place_name
from ai_quality.sources.ledger import Ledger
from ai_quality.sources.ledger_rows import Record
from ai_quality.spend import Stored

DEFAULT_BRANCHES = ("refs/remotes/origin/HEAD", "refs/heads/main", "refs/heads/master", "HEAD")
REPLACING = ("commit (amend)", "rebase (fixup", "rebase (squash")
"""What a reflog says where the commit before gave way to the one after."""

_MERGE = re.compile(
    r"Merge (?:remote-tracking )?branch '(?:origin/)?([^'\s]{1,250})'|Merge pull request #\d+ from [^/\s]+/(\S{1,250})"
)

SESSION_KEYS = ("session", "session-id", "thread-id")


class Past(NamedTuple):
    """The commits of a period as `attribute` wants them, and what else is asked of them.

    `stands_for` is commit → today's commit or None; `carried` where git itself carries which usage record; `reached`
    are those that today's refs reach, `mainline` those of them that the default branch reaches.
    """

    made: list[Made]
    covered: dict[str, int]
    stands_for: dict[str, str | None]
    carried: dict[str, str]
    reached: dict[str, Commit]
    mainline: frozenset[str]


def charge(ledger: Ledger, past: Past, rows: Sequence[Stored], root_of: Mapping[str, int]) -> dict[int, Tie]:
    """Return row → tie: by the record that has claimed it while its commit lives on, else by evidence.

    `root_of` tells for a gone directory how far above it the top of its worktree was.
    """
    homes = {record.id: (record, home(record, past)) for record in ledger.records()}
    fixed = {}
    for one in rows:
        record, sha = homes.get(one.record or "", (None, None))
        if record and sha:
            fixed[one.row] = Tie(sha, record.evidence)
    free = [spent(one, root_of.get(one.directory or "", -1)) for one in rows]
    return attribute(free, past.made, past.covered, fixed) | fixed


def home(record: Record, past: Past) -> str | None:
    """The commit of today that a record belongs to: the one that carries it, else the one that stands for its own."""
    return past.carried.get(record.id) or past.stands_for.get(record.sha or "")


def past_of(repository: Repository, ledger: Ledger, rows: Sequence[Stored]) -> Past:
    """Gather the commits that may hold the spend of these requests."""
    if not rows:
        return Past([], {}, {}, {}, {}, frozenset())
    since = min(one.time for one in rows) // 1000 - DAY
    tips = recent.tips(repository)
    reached = {commit.sha: commit for commit in recent.commits(repository, tips.values(), since)}
    heads, branches = recent.reflogs(repository)
    printed = {sha for one in rows for call in one.calls for sha in call.commits}
    claimed = {record.sha for record in ledger.records("sha NOT NULL") if record.sha}
    logged = {entry.new for log in (*heads.values(), *branches.values()) for entry in log if entry.time >= since}
    asked = {name for name in printed | claimed | logged if name not in reached}
    lost = {commit.sha: commit for commit in recent.named(repository, sorted(asked)) if commit.commit_time >= since}
    commits = {**lost, **reached}
    files = recent.changed(repository, [sha for sha, commit in commits.items() if len(commit.parents) < 2])  # noqa: PLR2004
    mainline = _reach(next((tips[name] for name in DEFAULT_BRANCHES if name in tips), None), reached)
    seen = ledger.rewrites() | {
        entry.old: entry.new for log in heads.values() for entry in log if entry.action.startswith(REPLACING)
    }
    stands_for = successors(
        [_known(commit, files.get(commit.sha, {})) for commit in commits.values()], frozenset(reached), mainline, seen
    )
    asked_branches = {one.branch for one in rows if one.branch}
    made = _made(ledger, commits, files, _Logs(heads, branches, tips, reached, asked_branches), stands_for)
    covered = {place_name(ledger, name): log[0].time for name, log in heads.items() if log}
    carried = {
        usage.id: stands_for.get(sha) or sha
        for sha, usage in counted(((c.sha, c.message) for c in reached.values()), notes.read(repository))
        if sha in reached
    }
    return Past(made, covered, stands_for, carried, reached, mainline)


class _Logs(NamedTuple):
    """What tells where commits were made: reflogs by worktree and by branch, tips, and which branches matter."""

    heads: Mapping[str, list[reflog.Entry]]
    branches: Mapping[str, list[reflog.Entry]]
    tips: Mapping[str, str]
    reached: Mapping[str, Commit]
    asked: set[str]


def _known(commit: Commit, files: Mapping[str, str]) -> Known:
    who = f"{commit.author.name} <{commit.author.email}>"
    subject = commit.message.partition("\n")[0]
    return Known(commit.sha, commit.parents, who, commit.author_time, commit.commit_time, subject, files)


def _made(
    ledger: Ledger, commits: Mapping[str, Commit], files: Mapping[str, Mapping[str, str]], logs: _Logs,
    stands_for: Mapping[str, str | None],
) -> list[Made]:  # fmt: skip
    made_in = _made_in(logs.heads)
    closed = _closed(commits, logs, stands_for)
    line, within = _branches(ledger, logs)
    hashed = {path: ledger.hashed(path) for changes in files.values() for path in changes}
    return [
        Made(
            sha=sha,
            closed=closed[sha],
            time=commit.commit_time,
            paths=frozenset(hashed[path] for path in files.get(sha, ())),
            place=place_name(ledger, made_in[sha]) if sha in made_in else None,
            line=frozenset(line.get(sha, ())),
            within=frozenset(within.get(sha, ())),
            sessions=frozenset(map(ledger.hashed, _sessions(commit.message))),
            becomes=stands_for.get(sha),
        )
        for sha, commit in commits.items()
    ]


def _made_in(heads: Mapping[str, list[reflog.Entry]]) -> dict[str, str]:
    """Commit → the worktree that made it: the first whose HEAD came to it by any act that writes commits."""
    found: dict[str, tuple[int, str]] = {}
    for name, log in heads.items():
        for entry in log:
            if entry.action.startswith(("commit", "cherry-pick", "revert", "rebase", "am")) and entry.new != entry.old:
                found[entry.new] = min(found.get(entry.new, (entry.time, name)), (entry.time, name))
    return {sha: name for sha, (_, name) in found.items()}


def _closed(commits: Mapping[str, Commit], logs: _Logs, stands_for: Mapping[str, str | None]) -> dict[str, int]:
    """When each commit's content was finished: by a reflog's commit or amend, else when its author wrote it."""
    acts = {
        entry.new: entry.time
        for log in (*logs.branches.values(), *logs.heads.values()) for entry in log if entry.action.startswith("commit")
    }  # fmt: skip
    of_heir: dict[str, int] = {}
    for sha, time in acts.items():
        if (heir := stands_for.get(sha)) and sha in commits:
            of_heir[heir] = max(of_heir.get(heir, 0), time)
    return {sha: acts.get(sha) or _written(commit, of_heir.get(sha, 0)) for sha, commit in commits.items()}


def _written(commit: Commit, at_least: int) -> int:
    """The author's time, which a rebase keeps; the committer's where somebody has set the author's."""
    written = max(commit.author_time, at_least)
    return written if commit.commit_time - LONGEST_WAIT <= written <= commit.commit_time else commit.commit_time


def _branches(ledger: Ledger, logs: _Logs) -> tuple[dict[str, set[str]], dict[str, set[str]]]:
    """Commit → branches it was made on or that have it as a first parent, and branches that reach it; hashed."""
    line: dict[str, set[str]] = defaultdict(set)
    within: dict[str, set[str]] = defaultdict(set)
    for ref, tip in logs.tips.items():
        if (name := ledger.hashed(f"branch:{_branch_name(ref)}")) in logs.asked:
            for sha in _reach(tip, logs.reached):
                within[sha].add(name)
            for sha in _first_parents(tip, logs.reached):
                line[sha].add(name)

    def is_asked(short: str) -> bool:
        return ledger.hashed(f"branch:{short}") in logs.asked

    for short, sha in (*_merged(logs.reached, is_asked), *_committed(logs.branches)):
        if is_asked(short):
            line[sha].add(ledger.hashed(f"branch:{short}"))
    return line, within


def _first_parents(at: str, commits: Mapping[str, Commit]) -> Iterator[str]:
    while at in commits:
        yield at
        at = next(iter(commits[at].parents), "")


def _committed(branches: Mapping[str, list[reflog.Entry]]) -> Iterator[tuple[str, str]]:
    """Each local branch with the commits that its reflog saw being made."""
    return ((short, entry.new) for short, log in branches.items() for entry in log if entry.action.startswith("commit"))


def _merged(commits: Mapping[str, Commit], is_asked: Callable[[str], bool]) -> Iterator[tuple[str, str]]:
    """Branches that merges name, with the commits that came in by them: their refs are mostly gone."""
    for commit in commits.values():
        found = _MERGE.match(commit.message) if len(commit.parents) == 2 else None  # noqa: PLR2004
        if found and is_asked(found[1] or found[2]):
            before = _reach(commit.parents[0], commits)
            for sha in _first_parents(commit.parents[1], commits):
                if sha in before:
                    break
                yield found[1] or found[2], sha


def _branch_name(ref: str) -> str:
    """The short name of a local or a remote branch; "" for any other ref."""
    if ref.startswith("refs/heads/"):
        return ref.removeprefix("refs/heads/")
    return ref.removeprefix("refs/remotes/").partition("/")[2] if ref.startswith("refs/remotes/") else ""


def _reach(tip: str | None, commits: Mapping[str, Commit]) -> frozenset[str]:
    waiting = [tip] if tip in commits else []
    met = set(waiting)
    while waiting:
        for parent in commits[waiting.pop() or ""].parents:
            if parent in commits and parent not in met:
                met.add(parent)
                waiting.append(parent)
    return frozenset(sha for sha in met if sha)


def _sessions(message: str) -> Iterable[str]:
    """The ids of sessions that trailers name: as they stand, as the last part of an address, without its prefix."""
    for line in trailer_lines(message):
        if line.key.endswith(SESSION_KEYS):
            last = line.value.rstrip("/").rpartition("/")[2]
            yield from {line.value, last, last.removeprefix("session_")}
