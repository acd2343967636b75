"""The comment under a change: ten seconds to read, and never a word that is not ours."""

# ruff: noqa: RUF001 (reports print true dashes and minus signs)

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ai_quality.reports import comment, comment_words, money
from ai_quality.reports.comment_data import CommentView, Difference, Judgement, RowName
from tests.unit.reports.comments import (
    COST_UNKNOWN,
    COSTLY,
    FAILED,
    HEAD,
    NO_SPEND,
    ORDINARY,
    PARTLY,
    SPEND,
    STATES,
    UNMARKED,
    ok,
    row,
    with_own,
    with_rows,
)
from tests.unit.reports.hostile import COMMENT_FIELDS, TEXTS
from tests.unit.reports.test_markdown import skeleton, unescaped

URL = "https://github.com/o/r/actions/runs/1"


def visible(body: str) -> list[str]:
    """The lines a reader sees before unfolding anything."""
    shown = re.sub(r"(<details><summary>[^\n]*)\n.*?</details>", r"\1", body, flags=re.DOTALL)
    return [line for line in shown.split("\n") if line and not line.startswith(("<!--", "|:"))]


@pytest.mark.parametrize("state", STATES)
def test_a_state_reads_as_it_did(state: str, generated: Callable[[str, str], None]) -> None:
    generated(f"tests/golden/comment/{state}.md", comment.render(STATES[state], report_url=URL))


def test_the_summary_reads_as_it_did(generated: Callable[[str, str], None]) -> None:
    generated("tests/golden/comment/summary.md", comment.render_summary(FAILED))


# --- the first lines -------------------------------------------------------------------------------


@pytest.mark.parametrize("state", STATES)
def test_a_comment_starts_with_its_marker_and_then_the_verdict(state: str) -> None:
    marker, first, *_ = comment.render(STATES[state]).split("\n")
    assert marker == f"<!-- ai-quality:pr v=1 head={HEAD[:7]} run=987654321 at=2026-11-22T12:04:00Z -->"
    assert first == f"### {comment.verdict(STATES[state])}"


@pytest.mark.parametrize(
    ("state", "said"),
    [
        ("ordinary", "🟢 Typical beside 64 comparable AI-marked changes"),
        ("cost-unknown", "🟢 Typical beside 64 comparable AI-marked changes; its cost is unknown"),
        ("outside", "🟡 Changes like it are rewritten more often than unmarked ones"),
        ("costly", "🟡 Costs 4.3 times the usual $2.90 of changes like it"),
        ("policy-failed", "🔴 Policy failed: rework 19.1 %, limit 15.0 %"),
        ("not-enough-history", "⚪ Not enough history yet: 7 of 20 comparable AI-marked changes"),
        ("no-baseline", "⚪ Nothing to compare with: the base branch was not measured"),
        ("no-mark", "⚪ No AI mark found on this change"),
        ("weak-marks", "⚪ Only weak signs of AI (a branch name, a suggestion): counted on no side"),
        ("merged", "⚪ Merged: what becomes of it is counted from here on"),
        ("closed", "⚪ Closed unmerged: the $4.00 recorded for it bought no landed change"),
    ],
)
def test_the_verdict_is_a_sentence_of_a_closed_list(state: str, said: str) -> None:
    assert comment.verdict(STATES[state]) == said


@pytest.mark.parametrize(
    ("name", "unlike", "said"),
    [
        ("defect", "higher", "🟡 Fixes touch changes like it more often than unmarked ones"),
        ("reverted", "higher", "🟡 Changes like it are reverted more often than unmarked ones"),
        ("rework", "higher", "🟡 Changes like it are rewritten more often than unmarked ones"),
        ("merged", "lower", "🟡 AI-marked changes are merged less often than unmarked ones"),
    ],
)
def test_what_differs_for_the_worse_stands_out_and_for_the_better_does_not(
    name: RowName, unlike: Difference, said: str
) -> None:
    better: Difference = "lower" if unlike == "higher" else "higher"
    told = {one: comment.verdict(with_rows(row(name, ok(0.2, 0.1, 0.3, 64), ok(0.4, 0.3, 0.5, 64), one)))
            for one in (unlike, better, "none", "too_few", "unknown")}  # fmt: skip
    assert told.pop(unlike) == said
    assert set(told.values()) == {"🟢 Typical beside 64 comparable AI-marked changes"}


def test_red_is_for_a_failed_policy_alone() -> None:
    red = {state for state, view in STATES.items() if "🔴" in comment.render(view)}
    assert red == {"policy-failed"}


def test_of_several_figures_outside_the_dearest_is_named_and_the_others_counted() -> None:
    both = replace(with_rows(*STATES["outside"].comparable.rows), own=COSTLY.own)  # type: ignore[union-attr]
    assert comment.verdict(both) == "🟡 Costs 4.3 times the usual $2.90 of changes like it (+1 more)"


def test_a_cost_known_in_part_that_is_already_too_much_is_said_to_be_a_part() -> None:
    view = with_own(spend=replace(SPEND, usd=29.0, recorded=1, priced=1))
    assert comment.verdict(view) == "🟡 Costs at least 10 times the usual $2.90 of changes like it"


@pytest.mark.parametrize("usd", [9.75, 0.1, None])
def test_a_cost_within_what_nine_in_ten_cost_is_typical(usd: float | None) -> None:
    view = with_own(spend=replace(SPEND, usd=usd, priced=0 if usd is None else 2))
    assert comment_words.verdict(view).kind == "typical"


def test_two_failed_limits_are_one_verdict() -> None:
    failed = (*FAILED.policy[:1], Judgement("max_unlanded_usd", 50.0, 71.5, 4, "failed"))
    assert comment.verdict(replace(FAILED, policy=failed)) == "🔴 Policy failed: rework 19.1 %, limit 15.0 % (+1 more)"


@pytest.mark.parametrize(
    ("view", "speaks"),
    [
        (ORDINARY, True), (COST_UNKNOWN, True), (STATES["merged"], True), (UNMARKED, False),
        (STATES["weak-marks"], False), (replace(UNMARKED, policy=FAILED.policy), True),
        (replace(UNMARKED, policy=FAILED.policy[1:]), False),
        (with_own(UNMARKED, spend=replace(SPEND, recorded=1, priced=1, of=1)), True),
    ],
)  # fmt: skip
def test_it_opens_a_comment_only_where_there_is_something_to_say(view: CommentView, speaks: bool) -> None:
    assert comment.has_something_to_say(view) is speaks


# --- money -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("state", STATES)
def test_what_is_unknown_is_never_zero_dollars(state: str) -> None:
    assert not re.search(r"\$0(?!\.\d*[1-9])", comment.render(STATES[state]))


def test_an_unrecorded_cost_is_said_to_be_that() -> None:
    assert "· cost not recorded ·" in comment.render(COST_UNKNOWN)
    assert "| Cost, median | – |" in comment.render(COST_UNKNOWN)


def test_a_cost_known_in_part_is_a_lower_bound_with_its_reason() -> None:
    body = comment.render(PARTLY)
    assert "**≥ \\$3.05** at list prices (2 of 4 commits not recorded, 1 without a known price)" in body
    assert "| Cost, median | ≥ \\$3.05 |" in body


def test_a_record_without_a_price_makes_the_cost_a_part_too() -> None:
    body = comment.render(with_own(spend=replace(SPEND, priced=1)))
    assert "**≥ \\$4.00** at list prices (1 without a known price)" in body
    assert "at least" not in body.partition("<details>")[0]


def test_a_model_without_a_price_leaves_the_cost_unknown() -> None:
    body = comment.render(with_own(spend=replace(NO_SPEND, tokens=900, recorded=2)))
    assert "cost unknown: no known price" in body
    assert "900 tokens" in body


@pytest.mark.parametrize(
    ("usd", "said"),
    [
        (None, "–"), (0.0, "$0.00"), (4.12, "$4.12"), (0.994, "$0.99"), (0.0042, "$0.0042"), (0.00234, "$0.0023"),
        (0.000001, "under $0.000100"), (999.994, "$999.99"), (999.999, "$1,000"), (1204.4, "$1,204"),
    ],
)  # fmt: skip
def test_money_has_as_many_digits_as_tell_the_truth(usd: float | None, said: str) -> None:
    assert money.money(usd) == said


@pytest.mark.parametrize(
    ("tokens", "said"),
    [(None, "–"), (0, "0"), (640, "640"), (1_240, "1.2 k"), (119_600, "120 k"), (1_880_000, "1.9 M"), (10**10, "10 G")],
)
def test_tokens_are_short(tokens: int | None, said: str) -> None:
    assert money.amount_of(tokens) == said


# --- layout ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("state", STATES)
def test_at_most_twelve_lines_are_visible(state: str) -> None:
    assert len(visible(comment.render(STATES[state], report_url=URL))) <= 12


@pytest.mark.parametrize("state", STATES)
def test_the_verdict_fits_an_email_s_preview(state: str) -> None:
    assert len(comment.verdict(STATES[state])) <= 90


def test_no_image_and_no_person_is_in_it() -> None:
    for view in STATES.values():
        assert not re.search(r"!\[|<img|shields\.io|mermaid|@", comment.render(view))


@pytest.mark.parametrize("state", STATES)
def test_every_table_row_has_as_many_cells_as_its_head(state: str) -> None:
    for block in re.split(r"\n(?!\|)", comment.render(STATES[state])):
        rows = [line for line in block.split("\n") if line.startswith("|")]
        assert len({row.count("|") for row in rows}) <= 1


def test_a_row_of_which_nobody_knows_anything_vanishes() -> None:
    assert "Merged" not in comment.render(STATES["not-enough-history"]).partition("<details>")[0]


def test_only_the_forge_s_own_page_is_linked() -> None:
    assert f"[Full report]({URL})" in comment.render(ORDINARY, report_url=URL)
    for bad in ("javascript:alert(1)", f"{URL}) [x](https://evil.example/y", "https://a/ b", "https://a/b\n# c"):
        assert "Full report" not in comment.render(ORDINARY, report_url=bad)


def test_the_summary_folds_nothing_and_has_all_that_a_comment_has() -> None:
    for view in STATES.values():
        summary, body = comment.render_summary(view), comment.render(view)
        assert "<details>" not in summary
        words = {line for line in body.split("\n") if line and not line.startswith("<")}
        assert words <= set(summary.split("\n"))


# --- size ------------------------------------------------------------------------------------------

DROPPED = ("| Commit |", "| Agent, model | Commits |", "<details><summary>Commits", "How to read", "| Last 180 days")
"""What goes, in this order, where a body is too long."""


def has(body: str) -> list[bool]:
    return [part in body for part in DROPPED]


def test_parts_are_dropped_in_a_fixed_order() -> None:
    limit, seen = 60_000, list[list[bool]]()
    for _ in range(len(DROPPED) + 1):
        body = comment.render(ORDINARY, limit=limit)
        seen.append(has(body))
        limit = len(body.encode()) - 1
    assert seen == [[at >= gone for at in range(len(DROPPED))] for gone in range(len(DROPPED) + 1)]


@pytest.mark.parametrize("state", STATES)
def test_a_body_that_fits_to_the_byte_is_kept_and_one_byte_less_drops_a_part(state: str) -> None:
    whole = comment.render(STATES[state])
    size = len(whole.encode())
    assert size > len(whole)
    assert comment.render(STATES[state], limit=size) == whole
    assert comment.render(STATES[state], limit=size - 1) != whole


@given(st.sampled_from(sorted(STATES)), st.integers(0, 4_000))
def test_no_limit_is_exceeded_and_the_marker_comes_first(state: str, limit: int) -> None:
    body = comment.render(STATES[state], limit=limit)
    assert len(body.encode()) <= limit
    assert comment.render(STATES[state]).startswith(body.split("\n", 1)[0])


@given(st.text("a🟡漢é\u0301👩‍🚀 ", max_size=40), st.integers(-2, 140))
def test_a_cut_is_at_a_byte_and_never_within_a_character(text: str, limit: int) -> None:
    shown = comment.cut(text, limit)
    assert text.startswith(shown)
    assert len(shown.encode()) <= max(limit, 0)
    rest = text[len(shown) :]
    assert not rest or len((shown + rest[0]).encode()) > limit


def test_ten_thousand_rows_would_not_get_into_a_view_but_would_be_dropped_all_the_same() -> None:
    long = with_own(lines=ORDINARY.own.lines * 1_000, commits=3_000)
    body = comment.render(long)
    assert len(body.encode()) <= 60_000
    assert has(body) == [False, True, True, True, True]
    assert len(comment.render_summary(long).encode()) > 60_000


# --- what comes from outside -----------------------------------------------------------------------

HARMLESS = {field: skeleton(comment.render(place("harmless"))) for field, place in COMMENT_FIELDS.items()}
OUR_TAGS = re.compile(r"</?(?:details|summary|sub)>|^<!-- ai-quality:pr v=1 [^<>]* -->$", re.MULTILINE)
LIVE = re.compile(r"[<>]|@(?!\u200b)|(?<!\(https):(?=//)|\bwww\.|\bgh-\d|#(?![# ])", re.IGNORECASE)


def is_harmless(body: str) -> bool:
    """No live mention, reference, link or tag, no control or direction character, no command to a job's log."""
    bare = OUR_TAGS.sub("", unescaped(body))
    hidden = re.search(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]", body)
    command = re.search(r"^\s*::|##\[", body, re.MULTILINE)
    return not (LIVE.search(bare.replace("#\u200b", "")) or hidden or command)


@pytest.mark.parametrize("text", TEXTS)
def test_no_text_from_outside_changes_the_structure(text: str) -> None:
    for field, place in COMMENT_FIELDS.items():
        body = comment.render(place(TEXTS[text]))
        assert body.count(comment.MARKER) == 1, field
        assert [len(line) > 0 for line in skeleton(body)] == [len(line) > 0 for line in HARMLESS[field]], field
        assert [line.count("|") for line in skeleton(body)] == [line.count("|") for line in HARMLESS[field]], field
        assert is_harmless(body), field


@given(st.sampled_from(sorted(COMMENT_FIELDS)), st.text(st.characters(exclude_categories=()), max_size=40))
def test_nor_does_any_other_text(field: str, text: str) -> None:
    body = comment.render(COMMENT_FIELDS[field](text))
    assert body.count("\n") == len(HARMLESS[field]) - 1
    assert is_harmless(body)


def test_what_is_alive_would_be_seen() -> None:
    for bad in ("@me", "#1", "<b>", "https://x", "www.x", "GH-1", "\u202e", "::error::x", "x ##[error]"):
        assert not is_harmless(f"### a\n{bad}\n"), bad
