"""Sums that say how much of them is known, and a bill that comes back from the ledger as it went in."""

from __future__ import annotations

from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from ai_quality.facts import bills, spent
from ai_quality.facts.bills import Bill
from ai_quality.facts.spent import Cell, Sums
from ai_quality.facts.waste import Gap, Signal
from ai_quality.spend import Tokens
from tests.ledgers import stored

COUNTS = st.integers(0, 10**12)
SUMS = st.builds(Sums, COUNTS, st.builds(Tokens, *[COUNTS] * 5), st.decimals(0, 10**9, places=12), COUNTS, COUNTS)
NAMES = st.text(max_size=5)
CELLS = st.builds(Cell, NAMES, st.none() | NAMES, NAMES, st.none() | NAMES, st.none() | NAMES, st.booleans(), SUMS)
SIGNALS = st.builds(
    Signal, NAMES, st.sampled_from(["measured", "estimated"]), COUNTS, COUNTS,
    st.none() | st.decimals(0, 99, places=12), COUNTS, st.lists(NAMES).map(tuple),
)  # fmt: skip
GAPS = st.builds(Gap, *[st.lists(NAMES).map(tuple)] * 3)
BILLS = st.builds(
    Bill, st.lists(CELLS), SUMS, COUNTS, st.lists(NAMES), st.lists(NAMES), COUNTS, st.lists(SIGNALS), GAPS,
    st.none() | st.floats(0, 1),
)  # fmt: skip


def test_what_is_unknown_is_counted_and_never_nought() -> None:
    known = spent.one(Tokens(1, 2, 3, 4, 5), Decimal("0.5"))
    unpriced = spent.one(Tokens(1), None)
    untold = spent.one(None, None)
    assert (known | unpriced | untold) == Sums(3, Tokens(2, 2, 3, 4, 5), Decimal("0.5"), 1, 1)
    assert (known | unpriced | untold).unpriced == 2
    assert (unpriced | untold).dollars is None
    assert Sums().dollars is None


def test_a_cut_sums_by_its_key_the_dearest_first() -> None:
    cells = [Cell("a", None, "d", None, None, True, spent.one(Tokens(1), Decimal(usd))) for usd in (1, 2)]
    cells.append(Cell("b", None, "d", "sha", "paths", True, spent.one(Tokens(1), Decimal(9))))
    assert list(spent.by(cells, lambda cell: cell.agent).items()) == [
        ("b", cells[2].sums), ("a", cells[0].sums | cells[1].sums),
    ]  # fmt: skip
    assert spent.by(cells, lambda cell: cell.commit) == {"sha": cells[2].sums}
    assert spent.total(cells).usd == 12


def test_a_record_sums_its_requests_and_knows_tokens_only_if_all_tell() -> None:
    told = spent.record("u1", "a", "m", "paths", [stored("k", tokens=Tokens(1)), stored("l", tokens=Tokens(0, 2))])
    assert (told.requests, told.tokens, told.usd) == (2, Tokens(1, 2), None)
    assert spent.record("u1", "a", "m", "paths", [stored("k"), stored("l", tokens=None)]).tokens is None


@given(bill=BILLS)
def test_a_bill_comes_back_as_it_went(bill: Bill) -> None:
    assert bills.unworded(bills.worded(bill)) == bill
