"""What a commit cost, as one self-contained line in its message or note: `word` writes it, `usages` reads it.

    AI-Usage: id=u7k3…; agent=claude-code; model=claude-sonnet-4-5; req=3; in=12; cr=18000; cw=900; cw1h=600; out=450;
    usd=0.0169; px=genai-prices/0.2.3; ev=paths                                       (one line; folded here to fit)

A line a record, because a squash strings whole lines together but breaks every pairing between lines. `in` is
what no cache gave or took, `cr` was read from a cache, `cw` written to one, `cw1h` how many of `cw` for an hour
(left out when none), `out` includes reasoning. What is unknown is left out, never 0. The same record may stand
on many commits (amended, picked, squashed) and in their notes: `counted` counts every id once.

Lines are claims by whoever wrote the message, so all of it is hostile: ASCII digits only, bounded, no exponent;
a name outside a small alphabet is not shown. Pure; the standard library only, since the hooks import it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal

from ai_quality.light import blake2b
from ai_quality.spend import Tokens, Usage

KEY = "AI-Usage"

EVIDENCE = ("agent-commit", "paths", "ambiguous", "branch+time")
"""How spend was tied to a commit, strongest first: the agent itself committed it; its turn edited what the commit
changes; so did another session's, and it was split; the same branch, between two commits."""

OTHER = "other"
"""Shown in place of a name that has no safe character."""

_DIGITS = frozenset("0123456789")
_PLAIN = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789")
_IN_ID, _IN_NAME = _PLAIN | set("_-"), _PLAIN | set("._:+/-")
_SHORTEST_ID, _LONGEST, _LONGEST_COUNT = 4, 64, 12
_LONGEST_MONEY = 6  # either side of the point: a million a record is no claim worth adding up
_BASE32 = "abcdefghijklmnopqrstuvwxyz234567"
_MICRO = Decimal("0.000001")
_TOKENS = ("in", "cr", "cw", "out")
_MOST_WRAPS = 8


def word(usage: Usage) -> str:
    """The record as one line, key included, no newline; dollars to six places, unsafe characters of names as `-`."""
    fields = {
        "id": usage.id,
        "agent": _name(usage.agent),
        "model": _name(usage.model),
        "req": usage.requests,
        **(_bucket_fields(usage.tokens) if usage.tokens else {}),
        "usd": _money(usage.usd),
        "px": _name(usage.price_basis),
        "ev": _name(usage.evidence),
    }
    return f"{KEY}: " + "; ".join(f"{key}={value}" for key, value in fields.items() if value is not None)


def usages(message: str) -> list[Usage]:
    """The records that a message or note states itself, in order; of an id the fullest, malformed ones not."""
    if KEY.lower() not in message.lower():
        return []
    from ai_quality.facts.trailers import Section, own_words, sections  # noqa: PLC0415 (3 ms that a hook can do without)

    found: dict[str, Usage] = {}
    whole = sections(message)
    subject = "" if whole.parts else message.partition("\n")[0]
    for section in (*whole.parts, Section(subject, whole.footer)):
        for value in _values(own_words(section)):
            if usage := _read(value):
                found[usage.id] = max(found.get(usage.id, usage), usage, key=_fullness)
    return list(found.values())


def counted(messages: Iterable[tuple[str, str]], notes: Mapping[str, str] | None = None) -> list[tuple[str, Usage]]:
    """The records of (commit id, message) pairs, each id once, at the first commit that carries it.

    `notes` are texts of refs/notes/ai-quality by commit id. A note on any commit, listed or not, overrides
    the numbers of a trailer with the same id; one on a listed commit counts there also without a trailer.
    """
    noted = {sha: usages(text) for sha, text in (notes or {}).items()}
    final: dict[str, Usage] = {}
    for usage in (usage for records in noted.values() for usage in records):
        final[usage.id] = max(final.get(usage.id, usage), usage, key=_fullness)  # an older copy hangs on an old commit
    found: dict[str, tuple[str, Usage]] = {}
    for sha, message in messages:
        for usage in (*usages(message), *noted.get(sha, ())):
            found.setdefault(usage.id, (sha, final.get(usage.id, usage)))
    return list(found.values())


def _fullness(usage: Usage) -> tuple[int, int]:
    return usage.requests or 0, sum(usage.tokens or ())


def record_id(salt: bytes, *parts: str) -> str:
    """A short id that tells nothing of its parts to who lacks the salt: `u` and 15 characters (75 bits) of base32."""
    digest = blake2b("\0".join(parts).encode("utf-8", "surrogateescape"), key=salt, digest_size=10).digest()
    number = int.from_bytes(digest, "big")
    return "u" + "".join(_BASE32[number >> 5 * place & 31] for place in range(15))


def _bucket_fields(tokens: Tokens) -> dict[str, int | None]:
    written = tokens.cache_write_5m + tokens.cache_write_1h
    return {
        "in": tokens.input,
        "cr": tokens.cache_read,
        "cw": written,
        "cw1h": tokens.cache_write_1h or None,
        "out": tokens.output,
    }


def _name(text: str | None) -> str | None:
    if text is None or _is_name(text):
        return text
    safe = "".join(c if c in _IN_NAME else " " for c in text)
    return "-".join(safe.split()).strip("._:+/-")[:_LONGEST] or OTHER


def _money(usd: Decimal | None) -> str | None:
    if usd is None:
        return None
    text = f"{usd.quantize(_MICRO):f}"
    return text.rstrip("0").rstrip(".") or "0"


def _values(lines: list[str]) -> Iterator[str]:
    """The values of our key; a line that ends in `;` was wrapped, and goes on in the next."""
    from ai_quality.facts.trailers import TRAILER  # noqa: PLC0415 (as above)

    for at, line in enumerate(lines):
        match = TRAILER.match(line)
        if match is None or match[1].lower() != KEY.lower():
            continue
        value = match[2]
        for more in lines[at + 1 : at + 1 + _MOST_WRAPS]:
            if not value.endswith(";") or TRAILER.match(more):
                break
            value += " " + more.strip()
        yield value


def _read(value: str) -> Usage | None:
    """The record a value states; None when anything in it that we know is malformed, absent or said twice."""
    fields: dict[str, str] = {}
    for part in value.split(";"):
        key, _, said = part.strip().partition("=")
        if key in fields:
            return None
        if key:
            fields[key] = said
    counts = {key: fields[key] for key in ("req", "in", "cr", "cw", "cw1h", "out") if key in fields}
    names = {key: fields[key] for key in ("agent", "model", "px", "ev") if key in fields}
    if not (
        all(_is_count(said) for said in counts.values())
        and all(map(_is_name, names.values()))
        and _is_id(fields.get("id", ""))
        and _is_money(fields.get("usd", "0"))
        and {"agent", "ev"} <= names.keys()
        and int(counts.get("cw1h", 0)) <= int(counts.get("cw", counts.get("cw1h", 0)))
    ):
        return None
    return Usage(
        id=fields["id"],
        agent=names["agent"],
        model=names.get("model"),
        requests=int(counts["req"]) if "req" in counts else None,
        tokens=_buckets({key: int(said) for key, said in counts.items()}),
        usd=Decimal(fields["usd"]) if "usd" in fields else None,
        price_basis=names.get("px"),
        evidence=names["ev"],
    )


def _is_name(text: str) -> bool:
    return 0 < len(text) <= _LONGEST and text[0] in _PLAIN and _IN_NAME.issuperset(text)


def _is_id(text: str) -> bool:
    return _SHORTEST_ID <= len(text) <= _LONGEST and text[0] in _PLAIN and _IN_ID.issuperset(text)


def _is_count(text: str, longest: int = _LONGEST_COUNT) -> bool:
    return 0 < len(text) <= longest and _DIGITS.issuperset(text)


def _is_money(text: str) -> bool:
    whole, point, part = text.partition(".")
    return _is_count(whole, _LONGEST_MONEY) and (not point or _is_count(part, _LONGEST_MONEY))


def _buckets(counts: Mapping[str, int]) -> Tokens | None:
    """Disjoint buckets; unknown unless all are stated, since an absent one may be anything."""
    if not all(key in counts for key in _TOKENS):
        return None
    hour = counts.get("cw1h", 0)
    return Tokens(counts["in"], counts["cr"], counts["cw"] - hour, hour, counts["out"])
