"""Spend that bought little, by definitions anybody can check. Pure: rows in, one `Signal` out of each function.

`measured` means that every dollar is a request's own price, or the difference of two prices of its own tokens;
`estimated` that something stands in for a number nobody logged. Signals overlap (a failed repeat may also have been
reverted), so they are shown side by side and never added up. A potential saving is no waste: nobody knows whether the
cheaper model would have done. Thresholds stand here as constants; docs/decisions/0012 says where they come from.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from itertools import groupby
from typing import Literal, NamedTuple, TypeVar

from ai_quality.spend import Call, Tokens

Key = TypeVar("Key", str, tuple[str, str])
Label = Literal["measured", "estimated"]

REBUILD = 10_000
"""Tokens written to a cache from which a rebuild is worth telling."""

SHORT_LIFE, LONG_LIFE = 5 * 60_000, 60 * 60_000
"""Milliseconds a cache entry lives after its last use: written for 5 minutes or for 1 hour."""

BYTES_A_TOKEN = 4
UNLANDED_AFTER = 14 * 24 * 60 * 60_000
TRIVIAL_LINES = 10
CHECKS = frozenset({"test", "build", "lint"})

CHEAPER: tuple[tuple[str, str], ...] = (
    ("claude-fable-5-2", "claude-opus-5-5"),
    ("claude-fable-5", "claude-opus-5"),
    ("claude-mythos-5", "claude-opus-5-5"),
    ("claude-opus-5-5", "claude-sonnet-5-5"),
    ("claude-opus-5", "claude-sonnet-5"),
    ("claude-opus-4-6", "claude-sonnet-4-6"),
    ("claude-opus-4-7", "claude-sonnet-4-6"),
    ("claude-opus-4-8", "claude-sonnet-4-6"),
    ("claude-opus-4", "claude-sonnet-4-5"),
    ("gpt-5-pro", "gpt-5"),
    ("gpt-5.2-pro", "gpt-5.2"),
    ("gpt-5.4-pro", "gpt-5.4"),
    ("gpt-5.5-pro", "gpt-5.5"),
    ("gpt-5.6-sol", "gpt-5.6-terra"),
    ("gpt-6-astra", "gpt-6-sol"),
    ("gpt-6.1-sol", "gpt-6.1-terra"),
    ("o3-pro", "o3"),
    ("gemini-2.5-pro", "gemini-2.5-flash"),
    ("gemini-3-pro", "gemini-3-flash-preview"),
    ("gemini-3.1-pro", "gemini-3-flash-preview"),
)
"""A premium model's beginning → the same maker's next tier at the time; the first that fits counts."""


class Spent(NamedTuple):
    """A request with its list price and the commit that its spend was tied to. Times in milliseconds.

    Names (session, context, turn, paths and fingerprints in calls) are only compared: hashes will do.
    """

    session: str
    context: str
    turn: str
    time: int
    model: str | None
    provider: str | None
    tier: str | None
    tokens: Tokens | None
    usd: Decimal | None
    calls: tuple[Call, ...]
    commit: str | None


class Signal(NamedTuple):
    """What a signal found, how many `times` and in how many requests; `usd` of those with a price.

    `unpriced` requests belong to it as well, at unknown cost; `usd` None: nothing of it is priced. `names` are the
    commits or changes it is about, where it is about such.
    """

    name: str
    label: Label
    times: int
    requests: int
    usd: Decimal | None
    unpriced: int
    names: tuple[str, ...] = ()


Price = Callable[[Spent, Tokens], Decimal | None]
"""What a request would have cost with other tokens, at its own model and time."""

PriceAs = Callable[[Spent, str], Decimal | None]
"""What a request's tokens would have cost at another model, at its own time."""


def failed_repeats(rows: Iterable[Spent]) -> Signal:
    """Calls that failed and were made again unchanged, with no edit in between, and failed again.

    Counted are repeats 2 to n of an equal tool and input in a session; the cost is that of the requests that made
    them, each once.
    """
    count = 0
    paid: list[Spent] = []
    for _, session in _by(rows, lambda row: row.session):
        failed: set[str] = set()
        for row in session:
            repeats = 0
            for call in row.calls:
                if call.kind == "edit" and not call.failed:
                    failed.clear()
                elif call.failed:
                    repeats += call.fingerprint in failed
                    failed.add(call.fingerprint)
                elif call.failed is False:
                    failed.discard(call.fingerprint)
            count += repeats
            paid += [row] * bool(repeats)
    return _signal("failed repeats", "measured", count, [(row, row.usd) for row in paid])


def cold_rebuilds(rows: Iterable[Spent], price: Price) -> Signal:
    """Prompts written to the cache again because a context waited longer than its cache lived.

    Counted are requests that come after a wait longer than the life of what the context had written, and write 10,000
    tokens or more that it had cached before; the cost is what writing them cost above reading them.
    """
    found: list[tuple[Spent, Decimal | None]] = []
    for _, context in _by(rows, lambda row: (row.session, row.context)):
        last: Spent | None = None
        life = SHORT_LIFE
        for row in context:
            if row.tokens is None:
                continue
            if last is not None and last.tokens is not None and row.time - last.time > life:
                again = min(_written(row.tokens), _prompt(last.tokens) - row.tokens.cache_read)
                if again >= REBUILD:
                    found.append((row, _minus(row.usd, price(row, _as_read(row.tokens, again)))))
            if row.tokens.cache_write_1h or row.tokens.cache_write_5m:
                life = LONG_LIFE if row.tokens.cache_write_1h else SHORT_LIFE
            last = row
    return _signal("cold cache rebuilds", "measured", len(found), found)


def rereads(rows: Iterable[Spent], price: Price) -> Signal:
    """Files read again, in the same range and context, with no edit of them in between.

    The tokens are estimated from the size of what came back (4 bytes a token), priced as uncached input: the log
    tells neither. A command that may change any file (`sed -i`, `git checkout`) ends what is known to be unchanged.
    """
    found: list[tuple[Spent, Decimal | None]] = []
    for _, session in _by(rows, lambda row: row.session):
        read: dict[tuple[str, str], str] = {}
        for row in session:
            for call in row.calls:
                if call.kind == "read" and call.path and call.failed is False and call.result_bytes:
                    seen = (row.context, call.fingerprint)
                    if seen in read:
                        tokens = Tokens(input=call.result_bytes // BYTES_A_TOKEN)
                        found.append((row, price(row, tokens)))
                    read[seen] = call.path
                elif call.kind in {"edit", "commit"} and not call.failed:
                    read = {key: path for key, path in read.items() if call.path and path != call.path}
    return _signal("re-reads of unchanged files", "estimated", len(found), found)


def never_landed(rows: Iterable[Spent], landed: Collection[str], pending: Collection[str], now: int) -> Signal:
    """Spend on edits that nothing took up in 14 days: of a commit neither landed nor in an open change, or of none.

    Requests that edited nothing and are tied to nothing are left out: reading is no abandoned work. `now` in
    milliseconds.
    """
    found = [
        row
        for row in rows
        if now - row.time > UNLANDED_AFTER
        and row.commit not in landed
        and row.commit not in pending
        and (row.commit is not None or any(call.kind == "edit" and not call.failed for call in row.calls))
    ]
    return _signal("spend never landed", "measured", len(found), [(row, row.usd) for row in found])


def on_commits(name: str, rows: Iterable[Spent], commits: Collection[str]) -> Signal:
    """Spend tied to certain commits: those of changes closed unmerged, or those reverted later."""
    found = [row for row in rows if row.commit is not None and row.commit in commits]
    names = tuple(sorted({row.commit for row in found if row.commit}))
    return _signal(name, "measured", len(names), [(row, row.usd) for row in found], names)


def potential_saving(
    rows: Iterable[Spent], lines: Mapping[str, int], only_docs: Collection[str], price: PriceAs
) -> Signal:
    """What trivial commits by one turn of a premium model would have cost less at the maker's next tier.

    Trivial: at most 10 changed code `lines`, or documentation and configuration only. A potential saving, not waste.
    """
    found: list[tuple[Spent, Decimal | None]] = []
    names: list[str] = []
    for commit, group in _by((row for row in rows if row.commit), lambda row: row.commit or ""):
        of_commit = list(group)
        trivial = commit in only_docs or lines.get(commit, TRIVIAL_LINES + 1) <= TRIVIAL_LINES
        if not trivial or len({(row.session, row.turn) for row in of_commit}) > 1:
            continue
        told = [(row, cheaper) for row in of_commit if (cheaper := next_tier(row.model))]
        names += [commit] * bool(told)
        found += [(row, _minus(row.usd, price(row, cheaper))) for row, cheaper in told]
    return _signal("premium models on trivial commits", "estimated", len(names), found, tuple(names))


def next_tier(model: str | None) -> str | None:
    """The same maker's next tier below a premium model; None for any other."""
    name = (model or "").lower().rsplit("/", 1)[-1]
    return next((cheaper for premium, cheaper in CHEAPER if name.startswith(premium)), None)


class Gap(NamedTuple):
    """Of the changes with known sessions: those checked, those whose sessions ran no check, those nobody can tell."""

    checked: tuple[str, ...]
    unchecked: tuple[str, ...]
    unknown: tuple[str, ...]


def verification_gap(rows: Iterable[Spent], changes: Mapping[str, Mapping[str, int]]) -> Gap:
    """Whether the sessions behind each change ran a test, build or lint command before its last commit.

    `changes`: change → its commits with their times in milliseconds. A change whose sessions log no call at all is
    unknown; one that no session is tied to is left out.
    """
    ran: dict[str, list[tuple[int, bool]]] = {}
    sessions: dict[str, set[str]] = {}
    for row in rows:
        ran.setdefault(row.session, []).extend((row.time, call.kind in CHECKS) for call in row.calls)
        if row.commit:
            sessions.setdefault(row.commit, set()).add(row.session)
    verdicts: dict[bool | None, list[str]] = {True: [], False: [], None: []}
    for change, commits in changes.items():
        of_change: set[str] = set().union(*(sessions.get(commit, set()) for commit in commits))
        if of_change:
            last = max(commits.values())
            known = [checks for session in of_change for time, checks in ran[session] if time <= last]
            verdicts[any(known) if known else None].append(change)
    return Gap(tuple(verdicts[True]), tuple(verdicts[False]), tuple(verdicts[None]))


def gap_of_changes(gap: Gap, change_of: Mapping[str, str]) -> Gap:
    """The gap of commits as one of changes: checked where a check came before any of its commits that carry spend.

    `change_of`: commit → the change it landed with; other commits are left out. Unknown is a change of whose commits
    nobody can tell any.
    """
    found: dict[str, int] = {}
    for rank, commits in enumerate((gap.unknown, gap.unchecked, gap.checked)):
        for commit in commits:
            if change := change_of.get(commit):
                found[change] = rank
    unknown, unchecked, checked = (tuple(name for name, at in found.items() if at == rank) for rank in range(3))
    return Gap(checked, unchecked, unknown)


def cache_hit_rate(tokens: Iterable[Tokens | None]) -> float | None:
    """The share of all prompt tokens that was read from a cache; None where no prompt token is known."""
    known = [one for one in tokens if one is not None]
    prompt = sum(map(_prompt, known))
    return sum(one.cache_read for one in known) / prompt if prompt else None


def _by(rows: Iterable[Spent], key: Callable[[Spent], Key]) -> Iterator[tuple[Key, Iterator[Spent]]]:
    return groupby(sorted(rows, key=lambda row: (key(row), row.time)), key)


def _signal(
    name: str, label: Label, times: int, found: Sequence[tuple[Spent, Decimal | None]], names: tuple[str, ...] = ()
) -> Signal:
    known = [usd for _, usd in found if usd is not None]
    usd = sum(known, Decimal(0)) if known or not found else None
    return Signal(name, label, times, len({id(row) for row, _ in found}), usd, len(found) - len(known), names)


def _minus(whole: Decimal | None, part: Decimal | None) -> Decimal | None:
    return None if whole is None or part is None else whole - part


def _written(tokens: Tokens) -> int:
    return tokens.cache_write_5m + tokens.cache_write_1h


def _prompt(tokens: Tokens) -> int:
    return tokens.input + tokens.cache_read + _written(tokens)


def _as_read(tokens: Tokens, again: int) -> Tokens:
    """The tokens with so many of those written read from the cache instead, the dearer ones first."""
    hour = min(again, tokens.cache_write_1h)
    short = again - hour
    return tokens._replace(
        cache_read=tokens.cache_read + again,
        cache_write_1h=tokens.cache_write_1h - hour,
        cache_write_5m=tokens.cache_write_5m - short,
    )
