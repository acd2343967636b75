"""What was spent on a repository: read the logs into the ledger, price, charge commits, add up.

`spend` is the whole of it, for the command line. Its result is kept beside the ledger and given again while neither
the logs nor the history nor this program changed, so that asking twice costs a look at the files' times.

What counts as this repository's: requests whose files or whose session's directory are in one of its worktrees; those
of a directory that is gone when their files or commits are this history's; those without a directory that share a
turn with such. Other repositories' are counted apart. Logs of a home that knows no directory of this machine
are taken as given: what cannot be placed counts here, tied to nothing (docs/decisions/0014).
"""

from __future__ import annotations

import contextlib
import hashlib
import json
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import NamedTuple

from ai_quality import errors
from ai_quality.facts import bills, marks, spent
from ai_quality.facts.bills import Bill
from ai_quality.facts.spending import DAY, Tie
from ai_quality.facts.spent import Cell, Sums
from ai_quality.pipeline import charging, locating, pricing, wasting
from ai_quality.pipeline.state import fingerprint, state_folder
from ai_quality.sources import intake, notes, recent
from ai_quality.sources.git import Repository
from ai_quality.sources.ledger import Ledger, open_ledger
from ai_quality.sources.places import Places

MARKED = frozenset({"agent", "assisted", "mixed"})


class Homes(NamedTuple):
    """Whose logs to read: home directories, the variables that may move an agent's logs, and whether it was named.

    The user's own home goes with the user's own variables; a home that was named (`--logs`) goes with none.
    """

    paths: tuple[str, ...]
    environ: Mapping[str, str]
    named: bool


def spend(repository: Repository, homes: Homes, now: int, *, since: datetime | None = None) -> Bill:
    """Return what the homes' logs tell of this repository, and keep what was read.

    `now` in seconds, `since` naive UTC: only requests since then are counted, but all help to tie them.
    """
    with ledger_of(repository) as ledger:
        read = take_in(ledger, repository, homes)
        name = f"bill:{_state(repository, ledger, homes, [since, now // DAY])}"
        if (kept := ledger.remembered(name)) is None:
            kept = bills.worded(_count(repository, ledger, homes, now, since))
            ledger.remember(name, kept)
    bill = bills.unworded(kept)
    problems = [problem for one in read for problem in one.problems]
    return bill._replace(logs=sum(one.logs for one in read), problems=problems)


@contextlib.contextmanager
def ledger_of(repository: Repository) -> Iterator[Ledger]:
    """Open the repository's ledger; one in memory where the repository cannot be written."""
    with contextlib.ExitStack() as stack:
        try:
            ledger = stack.enter_context(open_ledger(state_folder(repository)))
        except errors.LedgerUnwritable:
            ledger = stack.enter_context(open_ledger(None))
        yield ledger


def take_in(ledger: Ledger, repository: Repository, homes: Homes) -> list[intake.Intake]:
    """Read what is new in the logs of every home."""
    places = Places(repository.common_dir)
    return [intake.collect(ledger, places, home, homes.environ) for home in homes.paths]


def _state(repository: Repository, ledger: Ledger, homes: Homes, more: list[object]) -> str:
    """A hash of all that the answer depends on."""
    given = [
        fingerprint(), pricing.stamp(pricing.overrides(repository)), ledger.generation(),
        sorted(homes.paths), homes.named, *map(str, more),
        sorted(recent.tips(repository).items()), sorted(repository.refs(notes.REF).items()),
    ]  # fmt: skip
    return hashlib.sha256(json.dumps(given).encode()).hexdigest()[:32]


def _count(repository: Repository, ledger: Ledger, homes: Homes, now: int, since: datetime | None) -> Bill:
    own = pricing.overrides(repository)
    names = [intake.home_name(ledger, home) for home in homes.paths]
    found = locating.locate(repository, ledger, names, named=homes.named)
    ties = charging.charge(ledger, found.past, found.ours, found.root_of)
    first = 0 if since is None else int(since.replace(tzinfo=UTC).timestamp() * 1000)
    ours, unplaced, others = (
        [one for one in rows if one.time >= first] for rows in (found.ours, found.unplaced, found.others)
    )
    prices = pricing.priced(ledger, [*ours, *unplaced], own)
    cells: dict[tuple[str, str | None, str, Tie | None, bool], Sums] = {}
    for is_placed, rows in ((True, ours), (False, unplaced)):
        for one in rows:
            day = datetime.fromtimestamp(one.time / 1000, UTC).date().isoformat()
            key = (one.agent, one.model, day, ties.get(one.row), is_placed)
            cells[key] = cells.get(key, Sums()) | spent.one(one.tokens, prices[one.row][0])
    elsewhere = Sums()
    for one in others:
        elsewhere |= spent.one(one.tokens, None)
    more = wasting.findings(repository, found.past, wasting.Spending(ours, ties, prices), own, now)
    return Bill(
        cells=[
            Cell(agent, model, day, tie and tie.commit, tie and tie.evidence, is_placed, sums)
            for (agent, model, day, tie, is_placed), sums in cells.items()
        ],
        elsewhere=elsewhere,
        logs=0,
        problems=[],
        bases=sorted({basis for usd, basis in prices.values() if usd is not None}),
        untold=_untold(found, ties),
        signals=more.signals,
        gap=more.gap,
        cache_hit_rate=more.cache_hit_rate,
    )


def _untold(found: locating.Located, ties: Mapping[int, Tie]) -> int:
    """How many commits since the first request carry an AI mark, and no request: an agent whose log is not here."""
    first = min((one.time for one in found.ours), default=0) // 1000
    paid = {tie.commit for tie in ties.values()} | set(found.past.carried.values())
    unpaid = (commit for sha, commit in found.past.reached.items() if sha not in paid and commit.commit_time >= first)
    return sum(marks.classify(commit).commit_class in MARKED for commit in unpaid) if found.ours else 0
