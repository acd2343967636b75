"""Which of the requests that logs tell of were spent on this repository (docs/decisions/0014).

A directory that is still there decides for itself when the log is read (sources/places.py). This is about the rest:
directories that are gone (a removed worktree, a container, another machine) and requests without one. Reads the
ledger and git's history, writes nothing.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import NamedTuple

from ai_quality.pipeline.charging import Past, past_of
from ai_quality.sources.git import Repository
from ai_quality.sources.ledger import Ledger
from ai_quality.sources.places import GUESSES
from ai_quality.spend import Stored

MANY = 3
"""So many files of a gone directory must have names of this history, where its own name proves nothing."""


class Located(NamedTuple):
    """Requests of this repository, those that nobody can place but counts here, and those of elsewhere.

    `root_of` tells for a gone directory how far above it the top of its worktree was.
    """

    ours: list[Stored]
    unplaced: list[Stored]
    others: list[Stored]
    root_of: dict[str, int]
    past: Past


def locate(repository: Repository, ledger: Ledger, homes: Sequence[str], *, named: bool) -> Located:
    """Place every request that these homes' logs tell of; `named` homes may be of another machine."""
    rows, others = _counting(ledger.sighted(homes, elsewhere=False), ledger.sighted(homes, elsewhere=True))
    past = past_of(repository, ledger, [one for one in rows if one.kind != "nowhere"])
    foreign = named and not any(one.kind == "here" for one in rows)
    root_of = roots(rows, past, lenient=foreign)
    turns: dict[tuple[str, str], Stored] = {}
    for one in rows:
        if one.kind == "here" or one.directory in root_of:
            turns.setdefault((one.session, one.turn), one)
    found = Located([], [], others, root_of, past)
    for one in rows:
        neighbour = turns.get((one.session, one.turn))
        if one.kind == "here" or one.directory in root_of:
            found.ours.append(one)
        elif neighbour and not one.directory:
            found.ours.append(one._replace(place=neighbour.place, branch=neighbour.branch))
        elif foreign and one.kind == "gone":
            found.unplaced.append(one)
        else:
            found.others.append(one)
    return found


def _counting(*told: list[Stored]) -> list[list[Stored]]:
    """Leave out telemetry of requests that a log tells of: by the provider's id, else all of a session with a log."""
    logged = [one for rows in told for one in rows if not one.exported]
    ids = {(one.agent, one.request_id) for one in logged}
    sessions = {(one.agent, one.session) for one in logged}

    def counts(one: Stored) -> bool:
        known = (one.agent, one.request_id) in ids if one.request_id else (one.agent, one.session) in sessions
        return not (one.exported and known)

    return [list(filter(counts, rows)) for rows in told]


def roots(rows: Sequence[Stored], past: Past, *, lenient: bool) -> dict[str, int]:
    """Gone directories that were in a worktree of this repository → how far above them its top was.

    A directory was here when a session in it printed a commit of this history, or when files that were touched from
    it have names of this history: one where it or a directory above is called like the repository, or where
    `lenient`; else MANY, and half of all.
    """
    ours = {path for made in past.made for path in made.paths}
    shas = {made.sha[:7] for made in past.made}
    by_directory: dict[str, list[Stored]] = defaultdict(list)
    for one in rows:
        if one.kind == "gone" and one.directory:
            by_directory[one.directory].append(one)
    found = {}
    for directory, here in by_directory.items():
        touched = {call.path for one in here for call in one.calls if call.path}
        fits = [_fitting(touched, level, ours) for level in range(GUESSES)]
        called = directory.partition(":")[2]
        best = max(range(GUESSES), key=lambda at: (fits[at], -at))
        level = int(called) if called and fits[int(called)] else best
        printed = any(sha[:7] in shas for one in here for call in one.calls for sha in call.commits)
        if printed or fits[level] >= (1 if called or lenient else max(MANY, (len(touched) + 1) // 2)):
            found[directory] = level
    return found


def _fitting(touched: set[str], level: int, ours: set[str]) -> int:
    """How many files have names of our history, if the top was so far above."""
    return len({name for path in touched for name in path.split(" ")[level : level + 1] if name in ours})
