"""The rows of what agents spent, apart from `model` (which names them too) because the hook imports them.

`model` needs `dataclasses`, whose import alone takes 12 ms of the hook's 60; these rows take 4. Values only, as
there. A request is one paid call of a model, as a session log tells it; a log may tell it many times.
"""

from __future__ import annotations

from decimal import Decimal

from ai_quality.light import Literal, NamedTuple


class Tokens(NamedTuple):
    """Tokens in disjoint buckets: `input` was neither read from nor written to a cache; reasoning is in `output`."""

    input: int = 0
    cache_read: int = 0
    cache_write_5m: int = 0
    cache_write_1h: int = 0
    output: int = 0


CallKind = Literal["edit", "read", "commit", "test", "build", "lint", "other"]


class Call(NamedTuple):
    """One tool call of an agent: its kind and what is needed to count waste, never its text.

    `id` is the same wherever the log repeats the call. A log tells of a call twice, when it is made and when it is
    answered, perhaps in two readings: later knowledge fills what was None. `path` is absolute, as logged; `lines`
    how many an edit wrote, `fingerprint` a keyed hash of tool and input (equal within a session only),
    `result_bytes` the size of what came back, `commits` the ids that `git commit` printed (often abbreviated).
    None: the log does not say.
    """

    id: str
    kind: CallKind
    path: str | None
    lines: int | None
    fingerprint: str
    failed: bool | None
    result_bytes: int | None
    commits: tuple[str, ...]


class Request(NamedTuple):
    """One API request that an agent paid for, as its session log tells; a log line more or less changes nothing.

    `key` is the same wherever the log repeats the request (forks, resumes, sub-agents), `time` in milliseconds
    since 1970, `tokens` None where the agent logs none, `tier` a speed or service tier that changes the price.
    `turn` is a person's prompt with all that followed; "" on a sub-agent's request whose log does not tell: the
    session's turn at that time. Requests of a session with the same `context` saw the same context window, so a
    sub-agent has its own, and a compaction begins a new one. `request_id` is the provider's, where logged.
    `whole_session` marks agents that log only their sessions' totals. Never stored or sent: prompts and answers.
    """

    key: str
    agent: str
    session: str
    turn: str
    time: int
    model: str | None
    provider: str | None
    tier: str | None
    tokens: Tokens | None
    directory: str | None
    branch: str | None
    calls: tuple[Call, ...]
    whole_session: bool = False
    context: str = ""
    request_id: str | None = None


NOWHERE = "-"


class Stored(NamedTuple):
    """A request as the ledger keeps it: names as keyed hashes, and where it worked (sources/places.py).

    A call's `path` holds the hashes of what a commit may call the file, several guesses joined by blanks, NOWHERE for
    one that it is not below. `kind` is here, other, nowhere or gone; `place` the worktree. Dollars are `dollars` and
    `pico` trillionths by the price list `basis`. `row` and `record` come with being kept and being claimed.
    `exported` comes from telemetry: it counts only where no log tells of the same request.
    """

    key: str
    agent: str
    session: str
    turn: str
    context: str
    time: int
    model: str | None
    provider: str | None
    tier: str | None
    tokens: Tokens | None
    whole_session: bool
    exported: bool
    request_id: str | None
    kind: str
    place: str | None
    directory: str | None
    branch: str | None
    calls: tuple[Call, ...]
    dollars: int | None = None
    pico: int | None = None
    basis: str | None = None
    record: str | None = None
    row: int = 0


class Usage(NamedTuple):
    """What a commit cost, as one record in git: a trailer or a note. None: unknown, which is never 0.

    `usd` is a list-price estimate at `price_basis`; `evidence` says how the spend was tied to the commit.
    """

    id: str
    agent: str
    model: str | None
    requests: int | None
    tokens: Tokens | None
    usd: Decimal | None
    price_basis: str | None
    evidence: str


class Rates(NamedTuple):
    """Dollars for a million tokens of each bucket, exact from `since` to before `until` (milliseconds, None: open).

    A bucket's steps are (prompt tokens, price), ascending: the last step whose number the request's whole prompt
    exceeds sets the price of all its tokens. All values are JSON's own, so that a table of rates can be kept.
    """

    basis: str
    since: int | None
    until: int | None
    steps: tuple[tuple[tuple[int, str], ...], ...]


class Override(NamedTuple):
    """One entry of a repository's own price file: which model it prices, from which day (UTC) on, and how.

    `model` is an id without prefixes, `*` at its end standing for anything; `first_day` is ISO, None: always.
    """

    model: str
    provider: str | None
    tier: str | None
    first_day: str | None
    steps: tuple[tuple[tuple[int, str], ...], ...]


class Overrides(NamedTuple):
    """A price file as rows, with the hash that its prices name as their basis."""

    hash: str
    prices: tuple[Override, ...]
