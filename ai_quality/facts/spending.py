"""Which request belongs to which commit: evidence ranked, each request to one commit at most, most to one at all.

`attribute` ties requests to commits. The unit is a turn (a person's prompt and all that followed), cut only
between requests, so that sums always come out even (docs/decisions/0013):

- a request that edited files goes to the first commit after it that changes one of them: made by the session
  itself (`agent-commit`: git printed the id in its log, or the message names the session), or by anybody in the
  same worktree (`paths`). Of several commits, the one with most of its edited lines;
- a request that edited nothing goes where the next edit or commit of its turn goes, else where the last one went;
- a turn that edited nothing goes to the next commit its session is tied to, else to the next commit on its
  worktree's branch within a day (`branch+time`);
- edits that no commit holds are tied to nothing, and nor is what is only known to have happened in this repository.

Where two sessions at work at the same time edited a path of one commit, nobody can say whose edit it holds: both
are tied to it as `ambiguous`. Pure; paths, places, branches and sessions are opaque words that are equal or not.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence

from ai_quality.light import NamedTuple
from ai_quality.spend import NOWHERE, Stored

DAY = 86_400
LONGEST_WAIT = 30 * DAY
"""Seconds from an edit to its commit: agents delete their logs after a month, so nobody can look further back."""

LONGEST_GUESS = DAY
"""Seconds from a turn without edits to the commit that only branch and time tie it to."""

DETACHED = frozenset({"", "HEAD"})


class Edit(NamedTuple):
    """One file edited: the paths under which a commit may list it (one, unless its root is a guess), and lines."""

    paths: tuple[str, ...]
    lines: int


class Spent(NamedTuple):
    """A request as far as attribution needs it. `time` in milliseconds; `printed` commit ids as git printed them."""

    row: int
    session: str
    turn: str
    time: int
    place: str | None
    branch: str | None
    edits: tuple[Edit, ...]
    printed: tuple[str, ...]
    whole_session: bool = False


class Made(NamedTuple):
    """A commit that may hold spend. Times in seconds.

    `closed` is when its content was finished as far as known: an amend moves it, a rebase does not; `time` is the
    committer's. `place` is the worktree that made it, where a reflog tells. `line` are the branches it was made on
    or landed on (first parents), `within` those that reach it. `sessions` are named by its message. `becomes` is
    the commit that stands for it in today's history: itself, its successor, None when it was dropped.
    """

    sha: str
    closed: int
    time: int
    paths: frozenset[str]
    place: str | None = None
    line: frozenset[str] = frozenset()
    within: frozenset[str] = frozenset()
    sessions: frozenset[str] = frozenset()
    becomes: str | None = None


class Tie(NamedTuple):
    """What a request belongs to: today's commit, and the evidence (usage_lines.EVIDENCE)."""

    commit: str
    evidence: str


class _Anchor(NamedTuple):
    """A commit that a request is tied to by itself, before the requests around it follow."""

    made: Made
    evidence: str


def attribute(
    spent: Iterable[Spent],
    commits: Iterable[Made],
    covered: Mapping[str, int] | None = None,
    fixed: Mapping[int, Tie] | None = None,
) -> dict[int, Tie]:
    """Return row → tie for every request that some evidence ties to a commit of today's history.

    `covered` tells for a worktree since when (seconds) its reflog knows every commit made there. `fixed` ties stay
    as they are, and what edited nothing follows them too.
    """
    history = _History(list(commits), covered or {})
    known = {row: _Anchor(history.named(tie.commit), tie.evidence) for row, tie in (fixed or {}).items()}
    sessions = _sessions(spent)
    spans = {session: (rows[0].time, rows[-1].time) for session, rows in sessions.items()}
    tied: dict[int, _Anchor] = {}
    edited: dict[tuple[str, str], set[str]] = defaultdict(set)
    for session, rows in sessions.items():
        own = history.own(session, rows)
        anchors = {one.row: anchor for one in rows if (anchor := known.get(one.row) or history.anchor(one, own))}
        for one in rows:
            if anchor := anchors.get(one.row):
                for path in _held(one, anchor.made):
                    edited[anchor.made.sha, path].add(session)
        tied.update(_spread(rows, anchors, history))
    doubtful = _doubtful(edited, spans)
    session_of = {one.row: session for session, rows in sessions.items() for one in rows}
    return {
        row: Tie(
            made.becomes, "ambiguous" if evidence == "paths" and (made.sha, session_of[row]) in doubtful else evidence
        )
        for row, (made, evidence) in tied.items()
        if made.becomes is not None
    }


def spent(one: Stored, root: int = -1) -> Spent:
    """A stored request as attribution wants it; `root` picks one of the guesses for the files of a gone directory."""
    edits = []
    for call in one.calls:
        if call.kind == "edit" and call.path and not call.failed:
            guesses = call.path.split(" ")
            names = guesses[root : root + 1] if root >= 0 else guesses
            if known := tuple(name for name in names if name != NOWHERE):
                edits.append(Edit(known, call.lines or 1))
    printed = tuple(sha for call in one.calls for sha in call.commits)
    return Spent(
        one.row, one.session, one.turn, one.time, one.place, one.branch, tuple(edits), printed, one.whole_session
    )


class _History:
    """The commits, looked up by path, by printed id and by branch."""

    def __init__(self, commits: list[Made], covered: Mapping[str, int]) -> None:
        self.covered = covered
        self.by_path: dict[str, list[Made]] = defaultdict(list)
        self.by_start: dict[str, list[Made]] = defaultdict(list)
        self.by_session: dict[str, list[Made]] = defaultdict(list)
        self.in_order = sorted(commits, key=lambda made: (made.closed, made.time, made.sha))
        self.closings = [made.closed for made in self.in_order]
        self.closings_of: dict[str, list[int]] = {}
        self.branches = frozenset(branch for made in commits for branch in made.within)
        for made in self.in_order:
            self.by_start[made.sha[:7]].append(made)
            for path in made.paths:
                self.by_path[path].append(made)
            for session in made.sessions:
                self.by_session[session].append(made)

    def named(self, sha: str) -> Made:
        """The commit of an id; one that stands for itself where it is not among those we know."""
        return next(
            (made for made in self.by_start[sha[:7]] if made.sha == sha), Made(sha, 0, 0, frozenset(), becomes=sha)
        )

    def own(self, session: str, rows: Sequence[Spent]) -> dict[str, int]:
        """The commits a session made itself: id → the latest time (milliseconds) at which it can have edited them."""
        named = {made.sha: max(made.closed, made.time) * 1000 + 999 for made in self.by_session[session]}
        printed = {made.sha: one.time for one in rows for made in self._printed(one)}
        return named | printed

    def anchor(self, one: Spent, own: Mapping[str, int]) -> _Anchor | None:
        """What a request is tied to by itself: by its edits, else by the commit it made."""
        lines: Counter[str] = Counter()
        found: dict[str, Made] = {}
        for edit in one.edits:
            if made := self._first(edit, one, own):
                found[made.sha] = made
                lines[made.sha] += max(edit.lines, 1)
        if one.whole_session and (len(found) > 1 or sum(lines.values()) < sum(max(e.lines, 1) for e in one.edits)):
            return None  # a session's total cannot be cut, and so belongs to one commit or to none
        if found:
            made = min(found.values(), key=lambda made: (-lines[made.sha], made.closed))
            return _Anchor(made, "agent-commit" if made.sha in own else "paths")
        printed = self._printed(one)
        return _Anchor(printed[0], "agent-commit") if printed else None

    def next_on_branch(self, one: Spent) -> Made | None:
        """The first commit after a request on its worktree's branch, within a day."""
        second = one.time // 1000
        known = one.place is not None and self.covered.get(one.place, second + 1) <= second
        branch = None if one.branch is None or one.branch in DETACHED else one.branch
        for at in range(bisect_left(self.closings, second), len(self.in_order)):
            made = self.in_order[at]
            if made.closed > second + LONGEST_GUESS:
                return None
            if known:
                told = branch in self.branches and bool(made.within)
                if made.place == one.place and (branch in made.within or not told):
                    return made
            elif branch in made.line and made.place in {None, one.place}:
                return made
        return None

    def _printed(self, one: Spent) -> list[Made]:
        return [
            made
            for printed in one.printed
            for made in self.by_start.get(printed[:7], ())
            if made.sha.startswith(printed)
        ]

    def _first(self, edit: Edit, one: Spent, own: Mapping[str, int]) -> Made | None:
        """The first commit after an edit that changes its file: of its session or worktree before any other."""
        second = one.time // 1000
        best: tuple[tuple[int, bool, int, int], Made] | None = None
        for path in edit.paths:
            for made in self._around(path, second):
                if own.get(made.sha, -1) >= one.time:
                    rank, late, when = 0, False, own[made.sha] // 1000
                else:
                    rank, late = self._rank(made, one, second), made.closed < second
                    when = made.time if late else made.closed
                key = (rank, late, when, made.time)
                if rank < _NEVER and second <= when <= second + LONGEST_WAIT and (best is None or key < best[0]):
                    best = key, made
        return best[1] if best else None

    def _around(self, path: str, second: int) -> Iterator[Made]:
        """The commits that change a path, from a month before, as a rebase keeps when they were closed."""
        listed = self.by_path.get(path)
        if listed:
            closings = self.closings_of.get(path) or self.closings_of.setdefault(path, [made.closed for made in listed])
            yield from listed[
                bisect_left(closings, second - LONGEST_WAIT) : bisect_right(closings, second + LONGEST_WAIT)
            ]

    def _rank(self, made: Made, one: Spent, second: int) -> int:
        """How well a commit's place fits a request: 0 the same worktree, then the branch, `_NEVER` another worktree."""
        if made.place is not None and one.place is not None:
            if made.place != one.place:
                return _NEVER
            if self.covered.get(one.place, second + 1) <= second:
                return 0
        if one.branch in made.line:
            return 1
        return 2 if one.branch in made.within else 3


_NEVER = 4


def _sessions(spent: Iterable[Spent]) -> dict[str, list[Spent]]:
    """The requests of each session in order; one that does not tell its turn is of the turn at that time."""
    found: dict[str, list[Spent]] = defaultdict(list)
    for one in sorted(spent, key=lambda one: (one.time, one.row)):
        rows = found[one.session]
        rows.append(one if one.turn or not rows else one._replace(turn=rows[-1].turn))
    return found


def _held(one: Spent, made: Made) -> Iterator[str]:
    return (path for edit in one.edits for path in edit.paths if path in made.paths)


def _spread(rows: Sequence[Spent], anchors: Mapping[int, _Anchor], history: _History) -> dict[int, _Anchor]:
    """Let the requests of a session that edited nothing follow the anchors around them."""
    tied = dict(anchors)
    turns: dict[str, list[Spent]] = defaultdict(list)
    for one in rows:
        turns[one.turn].append(one)
    named = [(made.closed * 1000 + 999, _Anchor(made, "agent-commit")) for made in history.by_session[rows[0].session]]
    coming: list[tuple[int, _Anchor]] = []  # the first anchor of the turns that follow
    for turn in reversed(turns.values()):
        if any(one.row in anchors for one in turn):
            tied.update(_within_turn(turn, anchors, named))
            coming = [next((one.time, anchors[one.row]) for one in turn if one.row in anchors)]
        elif not any(one.edits or one.whole_session for one in turn):
            ahead = {one.row: _next(one, [*coming, *named]) for one in turn}
            followed = {row: anchor for row, anchor in ahead.items() if anchor}
            tied.update(followed or _by_branch(turn, history))
    return tied


def _within_turn(
    turn: Sequence[Spent], anchors: Mapping[int, _Anchor], named: Sequence[tuple[int, _Anchor]]
) -> Iterator[tuple[int, _Anchor]]:
    """A request without edits serves the next anchor of its turn; behind the last one, it serves that."""
    waiting: list[Spent] = []
    last: _Anchor | None = None
    for one in turn:
        if anchor := anchors.get(one.row):
            yield from ((before.row, anchor) for before in waiting)
            waiting, last = [], anchor
        elif not one.edits:
            waiting.append(one)
            if one.printed and last:  # it made a commit that nobody knows: what it waited with belongs there
                yield from ((before.row, last) for before in waiting)
                waiting = []
    for one in waiting:
        if anchor := _next(one, named) or last:
            yield one.row, anchor


def _next(one: Spent, ahead: Iterable[tuple[int, _Anchor]]) -> _Anchor | None:
    """The first anchor after a request, within the longest wait."""
    near = [(time, anchor) for time, anchor in ahead if one.time <= time <= one.time + LONGEST_WAIT * 1000]
    return min(near, key=lambda item: item[0])[1] if near else None


def _by_branch(turn: Sequence[Spent], history: _History) -> dict[int, _Anchor]:
    found: dict[int, _Anchor] = {}
    last: Made | None = None
    for one in turn:
        last = history.next_on_branch(one) or last
        if last:
            found[one.row] = _Anchor(last, "branch+time")
    return found


def _doubtful(edited: Mapping[tuple[str, str], set[str]], spans: Mapping[str, tuple[int, int]]) -> set[tuple[str, str]]:
    """(commit, session) where another session, at work at the same time, edited one of the commit's paths too."""
    found: set[tuple[str, str]] = set()
    for (sha, _), sessions in edited.items():
        if len(sessions) > 1:
            found.update(
                (sha, one) for one in sessions if any(_overlap(spans[one], spans[other]) for other in sessions - {one})
            )
    return found


def _overlap(one: tuple[int, int], other: tuple[int, int]) -> bool:
    return one[0] <= other[1] and other[0] <= one[1]
