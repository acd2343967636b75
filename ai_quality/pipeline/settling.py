"""Into git, where its owner says so: ties become records that claim requests, and notes carry their final numbers.

A hook writes a line before the turn that commits has ended and without dollars; the note under the same id has the
rest, and overrides the line. With `usage: notes` the note is all there is. With `local`, the default, and where the
user opted out, nothing is claimed and nothing leaves; `plan` shows the very bytes beforehand.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import NamedTuple

from ai_quality import errors
from ai_quality.facts import spent
from ai_quality.facts.usage_lines import KEY, record_id, usages, word
from ai_quality.pipeline import charging, choosing, locating, pricing, spending
from ai_quality.sources import intake, notes
from ai_quality.sources.git import Repository
from ai_quality.sources.ledger import Ledger
from ai_quality.sources.ledger_rows import Record
from ai_quality.spend import Stored

HOUR = 3600
"""Seconds after which a line handed to a message is either in a commit or was given up."""

ATTEMPTS = 3
"""How often notes are written again after another process was quicker."""


class Texts(NamedTuple):
    """Notes to be written: commit → text; and where cost goes (`mode`)."""

    mode: str
    notes: dict[str, str]


class _OnlyLooking(Exception):
    """Ends a transaction without keeping anything of it."""


def plan(repository: Repository, homes: spending.Homes, environ: Mapping[str, str], now: int) -> Texts:
    """Return the notes that `sync` would write now; keeps nothing but what was read of the logs."""
    mode = choosing.mode(repository, environ)
    with spending.ledger_of(repository) as ledger:
        return Texts(mode, _settled(repository, ledger, homes, now, keep=False) if _leaves(mode) else {})


def sync(repository: Repository, homes: spending.Homes, environ: Mapping[str, str], now: int) -> Texts:
    """Claim what belongs to commits and write their notes; nothing where the cost stays local.

    `environ` are the user's own variables, whose `off` counts whosever logs are read; `now` in seconds.
    """
    mode = choosing.mode(repository, environ)
    with spending.ledger_of(repository) as ledger:
        if not _leaves(mode):
            spending.take_in(ledger, repository, homes)
            return Texts(mode, {})
        for attempt in range(ATTEMPTS):
            texts = _settled(repository, ledger, homes, now, keep=True)
            try:
                notes.write(repository, texts, now)
            except errors.GitFailed:  # another process wrote notes meanwhile: theirs are read first
                if attempt + 1 == ATTEMPTS:
                    raise
            else:
                return Texts(mode, texts)
    raise AssertionError


def _leaves(mode: str) -> bool:
    return mode in {"trailer", "notes"}


def _settled(repository: Repository, ledger: Ledger, homes: spending.Homes, now: int, *, keep: bool) -> dict[str, str]:
    """Claim, and word the notes that then differ from those that are there."""
    spending.take_in(ledger, repository, homes)
    names = [intake.home_name(ledger, home) for home in homes.paths]
    found = locating.locate(repository, ledger, names, named=homes.named)
    prices = pricing.priced(ledger, found.ours, pricing.overrides(repository))
    texts: dict[str, str] = {}
    with contextlib.suppress(_OnlyLooking), ledger.writing():
        _settle_handed(ledger, found.past, now)
        _claim(ledger, found, now)
        texts = _texts(ledger, found.past, prices, notes.read(repository))
        if not keep:
            raise _OnlyLooking
    return texts


def _settle_handed(ledger: Ledger, past: charging.Past, now: int) -> None:
    """Tie a line handed to a message to the commit that carries it; one that no commit carries was given up.

    Where the commit was made without the line, a person took it out: it stays withheld.
    """
    children = {(commit.parents or ("",))[0]: commit for commit in past.reached.values()}
    for record in ledger.records("state = 'handed'"):
        child = children.get(record.parent or "")
        if sha := past.carried.get(record.id):
            ledger.update(record._replace(sha=sha, state="kept"))
        elif record.made > now - HOUR:
            continue
        elif child and abs(child.commit_time - record.made) <= HOUR:
            ledger.update(record._replace(sha=child.sha, state="withheld"))
        else:
            ledger.release(record.id)


def _claim(ledger: Ledger, found: locating.Located, now: int) -> None:
    """Give every free request that is tied to a commit to a record of that commit."""
    past = found.past
    records = {record.id: record for record in ledger.records()}
    for record in records.values():
        if record.state == "kept" and charging.home(record, past) is None and record.sha in past.stands_for:
            ledger.release(record.id)  # its commit was dropped: what it cost may belong to another, or to none
    ties = charging.charge(ledger, past, found.ours, found.root_of)
    groups: dict[tuple[str, str, str | None, str], list[Stored]] = {}
    for one in found.ours:
        tie = ties.get(one.row)
        if tie and _is_free(one, records, past):
            groups.setdefault((tie.commit, one.agent, one.model, tie.evidence), []).append(one)
    records = {record.id: record for record in ledger.records()}
    at: dict[tuple[str | None, str, str | None, str], Record] = {}
    for record in records.values():
        at[charging.home(record, past), record.agent, record.model, record.evidence] = record
    withheld = {charging.home(record, past) for record in records.values() if record.state == "withheld"}
    foreign = {sha for name, sha in past.carried.items() if name not in records}
    for key, rows in groups.items():
        sha, agent, model, evidence = key
        if sha in foreign and key not in at:
            continue  # carried by git already, under an id that only a lost ledger or another clone knows
        state = "withheld" if sha in withheld else "kept"
        name = record_id(ledger.salt, rows[0].key)
        record = at.get(key) or Record(name, agent, model, evidence, sha, None, rows[0].place, now, state)
        ledger.claim(record, [one.row for one in rows])


def _is_free(one: Stored, records: Mapping[str, Record], past: charging.Past) -> bool:
    record = records.get(one.record or "")
    return record is None or (record.state == "kept" and charging.home(record, past) is None)


def _texts(
    ledger: Ledger, past: charging.Past, prices: Mapping[int, tuple[Decimal | None, str]], there: Mapping[str, str]
) -> dict[str, str]:
    """Commit → note, where it is not there word for word; other lines of a note stay as they are."""
    by_commit: dict[str, list[str]] = {}
    ours = set()
    for record in ledger.records("state = 'kept'"):
        ours.add(record.id)
        if sha := charging.home(record, past):
            by_commit.setdefault(sha, []).append(_line(record, ledger.claimed(record.id), prices))
    found = {}
    for sha, lines in by_commit.items():
        before = there.get(sha, "")
        text = "\n".join([*_others(before, ours), *sorted(lines)]) + "\n"
        if text != before:
            found[sha] = text
    return found


def _line(record: Record, rows: Sequence[Stored], prices: Mapping[int, tuple[Decimal | None, str]]) -> str:
    """The record's final numbers; dollars only where every request has a price."""
    usage = spent.record(record.id, record.agent, record.model, record.evidence, rows)
    known = [prices.get(one.row, (None, "")) for one in rows]
    dollars = [usd for usd, _ in known if usd is not None]
    if dollars and len(dollars) == len(known):
        usage = usage._replace(usd=sum(dollars, Decimal(0)), price_basis=known[0][1])
    return word(usage)


def _others(text: str, ours: Iterable[str]) -> list[str]:
    """The lines of a note that are not records of this ledger."""
    mine = set(ours)
    kept = []
    for line in text.splitlines():
        told = usages(line) if line.lower().startswith(KEY.lower()) else []
        if not told or told[0].id not in mine:
            kept.append(line)
    return kept
