"""A usage record is written as one line and read back from wherever a message carries it, however hostile."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ai_quality.facts.usage_lines import EVIDENCE, counted, record_id, usages, word
from ai_quality.model import Tokens, Usage

LINE = (
    "AI-Usage: id=u7k3; agent=claude-code; model=claude-sonnet-4-5; req=3; in=12; cr=18000; cw=900; cw1h=600; out=450;"
    " usd=0.0169; px=genai-prices/0.2.3; ev=paths"
)
USAGE = Usage(
    id="u7k3",
    agent="claude-code",
    model="claude-sonnet-4-5",
    requests=3,
    tokens=Tokens(input=12, cache_read=18000, cache_write_5m=300, cache_write_1h=600, output=450),
    usd=Decimal("0.0169"),
    price_basis="genai-prices/0.2.3",
    evidence="paths",
)

NAMES = st.from_regex(r"[A-Za-z0-9][A-Za-z0-9._:+/-]{0,63}", fullmatch=True)
COUNTS = st.integers(0, 10**11)
USAGES = st.builds(
    Usage,
    id=st.binary(max_size=4).map(lambda salt: record_id(salt, "key")),
    agent=NAMES,
    model=st.none() | NAMES,
    requests=st.none() | COUNTS,
    tokens=st.none() | st.builds(Tokens, COUNTS, COUNTS, COUNTS, COUNTS, COUNTS),
    usd=st.none() | st.decimals(0, 999_999, places=6),
    price_basis=st.none() | NAMES,
    evidence=st.sampled_from(EVIDENCE),
)


def test_a_record_is_written_as_documented() -> None:
    assert word(USAGE) == LINE


def test_what_is_unknown_is_left_out_and_a_known_nought_is_written() -> None:
    bare = Usage("u7k3", "cursor", None, None, None, None, None, "paths")
    assert word(bare) == "AI-Usage: id=u7k3; agent=cursor; ev=paths"
    nothing = bare._replace(requests=1, tokens=Tokens(), usd=Decimal(0))
    assert word(nothing) == "AI-Usage: id=u7k3; agent=cursor; req=1; in=0; cr=0; cw=0; out=0; usd=0; ev=paths"


@given(usage=USAGES)
def test_what_is_written_is_read_back(usage: Usage) -> None:
    assert usages(word(usage)) == [usage]


@given(agent=st.text(), model=st.none() | st.text(), basis=st.none() | st.text(), usd=st.decimals(0, 999_999))
def test_any_name_is_written_as_one_harmless_line_that_can_be_read(
    agent: str, model: str | None, basis: str | None, usd: Decimal
) -> None:
    line = word(USAGE._replace(agent=agent, model=model, price_basis=basis, usd=usd))
    assert line.isascii()
    assert line.isprintable()
    assert "@" not in line
    assert "#" not in line
    (read,) = usages(line)
    assert read.tokens == USAGE.tokens
    assert (read.model is None) == (model is None)


@given(
    text=st.text()
    | st.lists(st.sampled_from([*LINE.split(), *"\n;=:> *", "revert", "cw1h=", "٣", "1e9"])).map(" ".join)
)
def test_no_text_raises_or_yields_a_number_out_of_bounds(text: str) -> None:
    for usage in usages(f"AI-Usage: id=u7k3; agent=x; ev=paths; {text}"):
        assert usage.tokens is None or min(usage.tokens) >= 0
        assert usage.usd is None or 0 <= usage.usd < 1_000_000


@pytest.mark.parametrize(
    "message",
    [
        f"Fix\n\n{LINE}\n",
        f"Fix\n\n{LINE}\n\nand prose after it\n",
        f"Fix\n{LINE}\n",
        f"Fix\n\nprose\n{LINE}\nSigned-off-by: dev <dev@example.com>\n",
        f"Add carts (#12)\n\n* Add cart\n\nAssisted-by: x\n{LINE}\n\n* Tidy\n\n---------\n\nBy: a\n",
        f"Squashed commit of the following:\n\ncommit 0123456789\nAuthor: dev\n\n    Add cart\n\n    {LINE}\n",
        f"Fix\n\n{LINE.replace('; cr', ';' + chr(10) + ' cr').replace('; px', ';' + chr(10) + 'px')}\n",
        f"Fix\n\n{LINE.lower()}\r\n",
        f"Fix\n\n{LINE}; later=field\n",
        f'Revert "Fix"\n\nThis reverts commit 0123456789.\n\n{LINE}\n',
    ],
)
def test_a_record_is_found_wherever_a_message_says_it(message: str) -> None:
    assert usages(message) == [USAGE]


@pytest.mark.parametrize(
    "message",
    [
        "Fix\n",
        f"Fix\n\n> {LINE}\n",
        f"Fix\n\n```\n{LINE}\n```\n",
        f"Fix\n\n+{LINE}\n",
        f"Fix\n\nas in {LINE}\n",
        f'Revert "Fix"\n\nThis reverts commit 0123456789.\n\nOriginal message:\nFix\n\n{LINE}\n',
        f'Revert "Fix"\n\nFix\n\n{LINE}\n\nThis reverts commit 0123456789.\n',
    ],
)
def test_what_is_only_quoted_is_no_record(message: str) -> None:
    assert usages(message) == []


@pytest.mark.parametrize(
    ("told", "instead"),
    [
        ("in=12", "in=-12"),
        ("in=12", "in=1_2"),
        ("in=12", "in=1e3"),
        ("in=12", "in=١٢"),
        ("in=12", "in=\uff11\uff12"),
        ("in=12", "in=nan"),
        ("in=12", "in="),
        ("in=12", "in=1234567890123"),
        ("in=12", "in=12; in=12"),
        ("req=3", "req=3.0"),
        ("usd=0.0169", "usd=inf"),
        ("usd=0.0169", "usd=.0169"),
        ("usd=0.0169", "usd=1e400"),
        ("usd=0.0169", "usd=0.01691234"),
        ("usd=0.0169", "usd=1000000"),
        ("cw1h=600", "cw1h=901"),
        ("id=u7k3", "id=u"),
        ("id=u7k3; ", ""),
        ("agent=claude-code; ", ""),
        ("agent=claude-code", "agent=<b>"),
        ("model=claude-sonnet-4-5", "model=@team"),
        ("; ev=paths", ""),
    ],
)
def test_a_malformed_record_is_skipped_whole(told: str, instead: str) -> None:
    assert told in LINE
    assert usages(f"Fix\n\n{LINE.replace(told, instead)}\nAI-Usage: id=next; agent=codex; ev=paths\n") == [
        Usage("next", "codex", None, None, None, None, None, "paths")
    ]


@pytest.mark.parametrize("absent", ["in=12; ", "cr=18000; ", "cw=900; ", "out=450; "])
def test_a_bucket_that_is_not_stated_makes_the_tokens_unknown_not_nought(absent: str) -> None:
    assert usages(LINE.replace(absent, "")) == [USAGE._replace(tokens=None)]


def test_an_id_is_counted_once_at_its_first_commit() -> None:
    other = word(USAGE._replace(id="u9x2", requests=1))
    history = [("A", f"Fix\n\n{LINE}\n"), ("B", f"Picked\n\n{LINE}\n"), ("C", f"Squash\n\n{LINE}\n{LINE}\n{other}\n")]
    assert [(sha, usage.id) for sha, usage in counted(history)] == [("A", "u7k3"), ("C", "u9x2")]


def test_a_note_overrides_the_trailer_of_the_same_id_wherever_it_hangs() -> None:
    final = USAGE._replace(requests=5, usd=Decimal(1))
    noted = USAGE._replace(id="u9x2")
    notes = {"gone": word(final), "B": f"{word(final)}\n{word(noted)}\n"}
    assert counted([("A", f"Fix\n\n{LINE}\n"), ("B", "no trailer\n")], notes) == [("A", final), ("B", noted)]


def test_ids_differ_by_part_and_by_salt_and_tell_nothing() -> None:
    ids = {record_id(salt, *parts) for salt in (b"a", b"b") for parts in (("x", "y"), ("xy",), ("y", "x"))}
    assert len(ids) == 6
    assert all(len(one) == 16 and one.isalnum() and one.islower() for one in ids)
