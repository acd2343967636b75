"""Signals of waste: what counts, and beside it what does not."""

from __future__ import annotations

from decimal import Decimal

import pytest

from ai_quality.facts import waste
from ai_quality.facts.waste import Gap, Signal, Spent
from ai_quality.spend import Call, CallKind, Tokens

MINUTE = 60_000
DAY = 24 * 60 * MINUTE


def spent(minute: float = 0, *calls: Call, usd: str | None = "1", **more: object) -> Spent:
    row = Spent("s", "main", "t", round(minute * MINUTE), "claude-opus-4-8", None, None, Tokens(), None, calls, None)
    return row._replace(usd=None if usd is None else Decimal(usd), **more)  # type: ignore[arg-type]


def call(
    kind: CallKind = "test",
    print_: str = "a",
    *,
    failed: bool | None = True,
    path: str | None = None,
    size: int | None = None,
) -> Call:
    return Call("", kind, path, None, print_, failed, size, ())


def price(row: Spent, tokens: Tokens) -> Decimal | None:
    """A dollar a token of input, a tenth when read, 1.25 and 2 when written."""
    if row.usd is None:
        return None
    weights = (Decimal(1), Decimal("0.1"), Decimal("1.25"), Decimal(2), Decimal(5))
    return sum((count * weight for count, weight in zip(tokens, weights, strict=True)), Decimal(0))


def costing(row: Spent) -> Spent:
    return row._replace(usd=price(row, row.tokens or Tokens()))


EDIT = call("edit", "e", failed=False, path="f")


@pytest.mark.parametrize(
    ("rows", "times", "requests"),
    [
        pytest.param([spent(1, call()), spent(2, call()), spent(3, call())], 2, 2, id="twice again"),
        pytest.param([spent(1, call()), spent(2, call("lint", "b")), spent(3, call())], 1, 1, id="another between"),
        pytest.param([spent(1, call(), call(), call())], 2, 1, id="in one request"),
        pytest.param([spent(2, call()), spent(1, call())], 1, 1, id="rows in no order"),
        pytest.param([spent(1, call())], 0, 0, id="once"),
        pytest.param([spent(1, call()), spent(2, EDIT), spent(3, call())], 0, 0, id="an edit between"),
        pytest.param([spent(1, call(), EDIT, call())], 0, 0, id="an edit between, in one request"),
        pytest.param([spent(1, call()), spent(2, call(print_="b"))], 0, 0, id="another input"),
        pytest.param([spent(1, call()), spent(2, call(failed=False)), spent(3, call())], 0, 0, id="it passed between"),
        pytest.param([spent(1, call()), spent(2, call(), session="s2")], 0, 0, id="another session"),
        pytest.param([spent(1, call(failed=None)), spent(2, call(failed=None))], 0, 0, id="nobody knows"),
    ],
)
def test_failed_repeats(rows: list[Spent], times: int, requests: int) -> None:
    usd = Decimal(requests)
    assert waste.failed_repeats(rows) == Signal("failed repeats", "measured", times, requests, usd, 0)


def test_a_failed_edit_changes_nothing() -> None:
    failed = call("edit", "e", path="f")
    assert waste.failed_repeats([spent(1, call()), spent(2, failed), spent(3, call())]).times == 1


def test_what_has_no_price_is_counted_apart_and_never_as_zero() -> None:
    rows = [spent(1, call()), spent(2, call(), usd=None), spent(3, call(), usd="2")]
    assert waste.failed_repeats(rows)[2:6] == (2, 2, Decimal(2), 1)
    assert waste.failed_repeats(rows[:2])[2:6] == (1, 1, None, 1)


WARM = Tokens(10, 0, 50_000, 0, 100)
COLD = Tokens(10, 0, 52_000, 0, 100)


@pytest.mark.parametrize(
    ("rows", "tokens_again"),
    [
        pytest.param([spent(0, tokens=WARM), spent(6, tokens=COLD)], 50_010, id="after 6 minutes"),
        pytest.param([spent(0, tokens=WARM), spent(6, tokens=COLD._replace(cache_read=20_000))], 30_010, id="in part"),
        pytest.param([spent(0, tokens=WARM), spent(5, tokens=COLD)], 0, id="within 5 minutes"),
        pytest.param([spent(0, tokens=WARM), spent(6, tokens=COLD, context="sub")], 0, id="another context"),
        pytest.param([spent(0, tokens=WARM), spent(6, tokens=COLD._replace(cache_read=45_000))], 0, id="mostly read"),
        pytest.param([spent(0, tokens=Tokens(9_000)), spent(6, tokens=COLD)], 0, id="little to rebuild"),
        pytest.param([spent(6, tokens=COLD)], 0, id="the first"),
        pytest.param([spent(0, tokens=None), spent(6, tokens=COLD)], 0, id="unknown before"),
    ],
)
def test_cold_rebuilds_cost_what_writing_costs_above_reading(rows: list[Spent], tokens_again: int) -> None:
    found = waste.cold_rebuilds(map(costing, rows), price)
    assert (found.label, found.times) == ("measured", int(bool(tokens_again)))
    assert found.usd == tokens_again * (Decimal("1.25") - Decimal("0.1"))


def test_a_cache_written_for_an_hour_lives_an_hour() -> None:
    hour = Tokens(10, 0, 0, 50_000, 100)
    assert waste.cold_rebuilds([costing(spent(0, tokens=hour)), costing(spent(59, tokens=COLD))], price).times == 0
    cold = waste.cold_rebuilds([costing(spent(0, tokens=hour)), costing(spent(61, tokens=hour))], price)
    assert cold.usd == 50_000 * (2 - Decimal("0.1"))


READ = call("read", "r", failed=False, path="f", size=400)
OTHER = call("edit", "e", failed=False, path="g")
ANY = call("edit", "e", failed=False)
REBASE = call("commit", "c", failed=False)


@pytest.mark.parametrize(
    ("rows", "times"),
    [
        pytest.param([spent(1, READ), spent(2, READ), spent(3, READ)], 2, id="three times"),
        pytest.param([spent(1, READ), spent(2, OTHER), spent(3, READ)], 1, id="another edited"),
        pytest.param([spent(1, READ), spent(2, EDIT), spent(3, READ)], 0, id="edited between"),
        pytest.param([spent(1, READ), spent(2, ANY), spent(3, READ)], 0, id="sed -i between"),
        pytest.param([spent(1, READ), spent(2, REBASE), spent(3, READ)], 0, id="a rebase between"),
        pytest.param([spent(1, READ), spent(2, READ, context="sub")], 0, id="a sub-agent"),
        pytest.param([spent(1, READ), spent(2, READ._replace(fingerprint="other"))], 0, id="another range"),
        pytest.param([spent(1, READ), spent(2, READ._replace(failed=True))], 0, id="it failed"),
        pytest.param([spent(1, READ), spent(2, READ._replace(result_bytes=None))], 0, id="size unknown"),
    ],
)  # fmt: skip
def test_rereads_are_estimated_from_the_size_of_the_answer(rows: list[Spent], times: int) -> None:
    found = waste.rereads(rows, price)
    assert (found.label, found.times, found.usd) == ("estimated", times, Decimal(100 * times))


def test_spend_never_landed_is_of_edits_and_older_than_14_days() -> None:
    now = 100 * DAY
    old, young = (now - 15 * DAY) / MINUTE, (now - 13 * DAY) / MINUTE
    rows = [
        spent(old, EDIT),
        spent(old, commit="lost"),
        spent(old, EDIT, commit="landed"),
        spent(old, EDIT, commit="pending"),
        spent(old),  # only looked
        spent(old, call("edit", failed=True)),
        spent(young, EDIT),
        spent(young, commit="lost"),
    ]
    found = waste.never_landed(rows, {"landed"}, {"pending"}, now)
    assert (found.times, found.requests, found.usd) == (2, 2, Decimal(2))


def test_spend_on_commits_names_them() -> None:
    rows = [spent(commit="a"), spent(commit="a"), spent(commit="b"), spent(commit="c"), spent()]
    found = waste.on_commits("spend on reverted changes", rows, {"a", "b", "z"})
    assert found == Signal("spend on reverted changes", "measured", 2, 3, Decimal(3), 0, ("a", "b"))


def test_a_potential_saving_is_of_trivial_commits_by_one_turn_of_a_premium_model() -> None:
    rows = [
        spent(commit="small"),
        spent(commit="small"),
        spent(commit="docs", model="claude-opus-5-5"),
        spent(commit="big"),
        spent(commit="unknown size"),
        spent(commit="cheap", model="claude-sonnet-5"),
        spent(commit="two turns"),
        spent(commit="two turns", turn="t2"),
    ]
    lines = {"small": 10, "docs": 400, "big": 11, "cheap": 1, "two turns": 1}
    asked: list[str] = []

    def price_as(row: Spent, model: str) -> Decimal | None:
        asked.append(model)
        return Decimal("0.25") if row.commit == "small" else None

    found = waste.potential_saving(rows, lines, {"docs"}, price_as)
    assert found == Signal("premium models on trivial commits", "estimated", 2, 3, Decimal("1.5"), 1, ("docs", "small"))
    assert sorted(asked) == ["claude-sonnet-4-6", "claude-sonnet-4-6", "claude-sonnet-5-5"]


@pytest.mark.parametrize(
    ("model", "cheaper"),
    [
        ("claude-opus-4-8", "claude-sonnet-4-6"),
        ("claude-opus-4-20250514", "claude-sonnet-4-5"),
        ("anthropic/Claude-Opus-5-5", "claude-sonnet-5-5"),
        ("claude-fable-5-2", "claude-opus-5-5"),
        ("gpt-5.5-pro", "gpt-5.5"),
        ("gpt-5.5", None),
        ("claude-sonnet-5", None),
        (None, None),
    ],
)
def test_the_next_tier_of_a_premium_model(model: str | None, cheaper: str | None) -> None:
    assert waste.next_tier(model) == cheaper


def test_a_change_was_checked_if_a_check_came_before_any_of_its_commits() -> None:
    commits = Gap(checked=("a1", "x"), unchecked=("a2", "b1", "c1"), unknown=("b2", "d1", "y"))
    landed = {"a1": "A", "a2": "A", "b1": "B", "b2": "B", "c1": "C", "d1": "D"}
    assert waste.gap_of_changes(commits, landed) == Gap(checked=("A",), unchecked=("B", "C"), unknown=("D",))
    assert waste.gap_of_changes(commits, {}) == Gap((), (), ())


def test_the_verification_gap_looks_at_what_sessions_ran_before_a_changes_last_commit() -> None:
    rows = [
        spent(1, call("test", failed=True), session="a"),
        spent(5, EDIT, session="a", commit="a1"),
        spent(1, EDIT, session="b", commit="b1"),
        spent(9, call("lint", failed=False), session="b"),
        spent(1, session="c", commit="c1"),
        spent(1, EDIT, session="d", commit="d1"),
        spent(2, EDIT, session="e", commit="d2"),
        spent(2, call("build", failed=False), session="e"),
        spent(1, call("test"), session="nobody"),
    ]
    commits = {"a": ["a1"], "b": ["b1"], "c": ["c1"], "d": ["d1", "d2"], "x": ["x1"]}
    changes = {change: dict.fromkeys(shas, 6 * MINUTE) for change, shas in commits.items()}
    assert waste.verification_gap(rows, changes) == Gap(checked=("a", "d"), unchecked=("b",), unknown=("c",))


def test_the_cache_hit_rate_is_of_all_prompt_tokens() -> None:
    assert waste.cache_hit_rate([Tokens(10, 60, 20, 10, 999), None]) == 0.6
    assert waste.cache_hit_rate([Tokens(output=5), None]) is None
    assert waste.cache_hit_rate([]) is None


def test_nothing_spent_is_nothing_wasted() -> None:
    assert waste.failed_repeats([]) == Signal("failed repeats", "measured", 0, 0, Decimal(0), 0)
