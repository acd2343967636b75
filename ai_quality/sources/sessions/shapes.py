"""What a log holds, taken out with care: values of the wrong type are missing values, never an exception.

A log is written by programs of many versions and may be damaged or made to harm. So every field goes through
one of these: numbers are bounded, names are short and printable (a stranger one becomes its hash), times lie
between 1970 and 9999. Imports are light: the hook reads logs within its 60 ms.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping

from ai_quality.light import UTC, Any, blake2b, datetime, dumps, loads
from ai_quality.spend import Call, Request, Tokens

Record = Mapping[str, Any]
State = dict[str, Any]
"""What a reader carries from one reading to the next: small, and only what JSON can hold."""

Problems = dict[str, int]
"""How often what was wrong: a sentence of ours (never words of the log) → times."""

DAMAGED = "damaged line"
NOT_COUNTABLE = "token count that is no number"
NO_TIME = "request without a time"

MOST_TOKENS = 10**12
LATEST = 253_402_300_799_999
"""9999-12-31, in milliseconds."""

LONGEST_NAME = 200
LONGEST_PATH = 4096
EMPTY: Record = {}


def note(problems: Problems, what: str) -> None:
    """Count one more of this problem."""
    problems[what] = problems.get(what, 0) + 1


def records(lines: Iterable[bytes], wanted: Callable[[bytes], bool], problems: Problems) -> Iterator[Record]:
    """Parse the wanted lines of a JSONL log; what is no JSON object is counted and left out."""
    for line in lines:
        if wanted(line):
            try:
                record = loads(line)
            except (ValueError, RecursionError):  # no JSON, no UTF-8, a number of 5,000 digits; nested too deep
                note(problems, DAMAGED)
                continue
            if isinstance(record, dict):
                yield record
            else:
                note(problems, DAMAGED)
        elif line and not line.endswith(b"}"):
            note(problems, DAMAGED)


def document(data: bytes, problems: Problems) -> object:
    """Parse a whole JSON file; None and a count where it is damaged."""
    try:
        parsed: object = loads(data)
    except (ValueError, RecursionError):
        note(problems, "damaged file")
        return None
    return parsed


def table(record: Record, key: str) -> Record:
    """The object at `key`, empty where there is none."""
    value = record.get(key)
    return value if isinstance(value, dict) else EMPTY


def each(record: Record, key: str) -> list[Record]:
    """The objects in the list at `key`; other things in it are left out."""
    value = record.get(key)
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []


def text(record: Record, key: str) -> str | None:
    """The text at `key` as it stands: only to look at, never to keep."""
    value = record.get(key)
    return value if isinstance(value, str) else None


def name(record: Record, key: str) -> str | None:
    """An id, a model, a branch: short and printable, or its hash where it is not; None where it is no text or empty."""
    value = record.get(key)
    if not isinstance(value, str):
        return None
    return value if value and len(value) <= LONGEST_NAME and value.isprintable() else named(value)


def named(value: str) -> str | None:
    """A short printable text as it is, any other by its hash; None when empty."""
    if len(value) <= LONGEST_NAME and value.isprintable():
        return value or None
    return "hash:" + digest(value)


def path(record: Record, key: str) -> str | None:
    """A path as logged; None where there is none or no file system could have it."""
    value = record.get(key)
    if not isinstance(value, str) or not 0 < len(value) <= LONGEST_PATH or "\0" in value:
        return None
    return value if value.isascii() else value.encode("utf-8", "replace").decode()


def count(record: Record, key: str) -> int | None:
    """The token count at `key`: 0 when absent or null, None when it is no number from 0 to 10¹²."""
    value = record.get(key)
    if type(value) is int:
        return value if 0 <= value <= MOST_TOKENS else None
    if value is None:
        return 0
    if type(value) is float and value.is_integer() and 0 <= value <= MOST_TOKENS:
        return int(value)
    return None


def counts(record: Record, *keys: str) -> tuple[int, ...] | None:
    """The counts at all keys, or None when one of them is no count."""
    known = []
    for key in keys:  # a loop: this runs for every line
        value = record.get(key)
        if type(value) is not int or not 0 <= value <= MOST_TOKENS:
            value = count(record, key)
            if value is None:
                return None
        known.append(value)
    return tuple(known)


def moment(record: Record, key: str) -> int | None:
    """The time at `key`, an ISO 8601 text (UTC where it names no zone), in milliseconds since 1970."""
    value = record.get(key)
    if not isinstance(value, str) or len(value) > LONGEST_NAME:
        return None
    try:
        read = datetime.fromisoformat(value)
        stamp = (read if read.tzinfo else read.replace(tzinfo=UTC)).timestamp()
    except (ValueError, OverflowError):
        return None
    return clock(round(stamp * 1000))


def clock(value: object, unit: float = 1) -> int | None:
    """A time as a number of `unit` milliseconds since 1970, in milliseconds; None when it is no such number."""
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 < value * unit <= LATEST:
        return None  # NaN fails both comparisons
    return round(value * unit) or None


def digest(value: str, key: str = "") -> str:
    """A hash of 16 hex digits, keyed by the session so that equal texts of two sessions cannot be told equal."""
    secret = key.encode("utf-8", "surrogatepass")
    secret = secret if len(secret) <= blake2b.MAX_KEY_SIZE else blake2b(secret).digest()
    return blake2b(value.encode("utf-8", "surrogatepass"), digest_size=8, key=secret).hexdigest()


def fingerprint(session: str, tool: str, given: object) -> str:
    """Equal for equal calls of one session: a keyed hash of the tool and its input, its keys in order."""
    try:
        canonical = dumps([tool, given], sort_keys=True)
    except (ValueError, RecursionError):
        canonical = repr((tool, type(given)))
    return digest(canonical, session)


def size(value: str) -> int:
    """The size of a text in bytes."""
    return len(value) if value.isascii() else len(value.encode("utf-8", "surrogatepass"))


def lines_in(value: str) -> int:
    """How many lines a text has, a last one without newline included."""
    return value.count("\n") + (not value.endswith("\n")) if value else 0


def from_inclusive(prompt: int, read: int, written: int, output: int) -> Tokens:
    """The buckets of an agent whose `prompt` counts cached tokens too; more cached than prompt is capped."""
    read = min(read, prompt)
    written = min(written, prompt - read)
    return Tokens(prompt - read - written, read, written, 0, output)


def grown(one: Request, other: Request) -> Request:
    """One request told twice, `one` first: the greatest count of each bucket, the first time, calls with all known.

    Counts in a log only grow while an answer streams in, so the greatest is the last.
    """
    first, later = (other, one) if other.time < one.time else (one, other)
    if one.tokens is None or other.tokens is None:
        tokens = one.tokens or other.tokens
    else:
        tokens = one.tokens if one.tokens == other.tokens else Tokens(*map(max, one.tokens, other.tokens))
    return first._replace(
        turn=first.turn or later.turn,
        model=first.model or later.model,
        provider=first.provider or later.provider,
        tier=first.tier or later.tier,
        tokens=tokens,
        directory=first.directory or later.directory,
        branch=first.branch or later.branch,
        calls=_calls(one.calls, other.calls),
        context=first.context or later.context,
        request_id=first.request_id or later.request_id,
    )


def _calls(one: tuple[Call, ...], other: tuple[Call, ...]) -> tuple[Call, ...]:
    if not one or not other:
        return one or other
    known = {call.id: call for call in one}
    for call in other:
        known[call.id] = answered(known[call.id], call) if call.id in known else call
    return tuple(known.values())


def answered(call: Call, later: Call) -> Call:
    """One call told twice: what the first telling did not know comes from the later one."""
    return call._replace(
        path=call.path if call.path is not None else later.path,
        lines=call.lines if call.lines is not None else later.lines,
        failed=call.failed if call.failed is not None else later.failed,
        result_bytes=call.result_bytes if call.result_bytes is not None else later.result_bytes,
        commits=call.commits or later.commits,
    )
