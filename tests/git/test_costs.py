"""What commits say they cost, counted once, and set beside what became of them."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from ai_quality import metrics
from ai_quality.facts import store
from ai_quality.pipeline import keeping, measuring
from ai_quality.sources.git import open_repository
from tests.histories import C, History, Row, build

NOW = datetime(2027, 1, 1)  # noqa: DTZ001 (naive UTC, as the facts are)


def record(name: str, usd: str | None = "1.50", ev: str = "paths") -> str:
    price = f"; usd={usd}; px=genai-prices/0.2.3" if usd is not None else ""
    return (
        f"AI-Usage: id={name}; agent=claude-code; model=claude-opus-4-8; req=2; in=1; cr=2; cw=3; out=4{price}; ev={ev}"
    )


def ai(name: str, *records: str, **more: Any) -> Row:  # noqa: ANN401 (a row's own)
    return C(name, ai="claude", trailers=[*more.pop("trailers", ()), *records], **more)


def usage(history: History) -> tuple[list[dict[str, Any]], dict[str, Any]]:
    """The usage rows by name of their commit and change, and the spending metrics' AI rates."""
    with open_repository(history.path) as repository, keeping.open_facts(repository) as facts:
        rows = facts.all_of("usage")
        window = measuring.window(facts, now=NOW)
        measuring.report(facts, window, NOW)
        told = metrics.measure(facts.rows, pull_refs=True, names=metrics.SPENDING)
    names = {sha: name for name, sha in history.ids.items()}
    for row in rows:
        row["sha"], row["change"] = names[row["sha"]], names.get(row["change"])
    return rows, {one.metric.name: one for one in told}


def test_every_record_is_counted_once_wherever_it_was_carried(tmp_path: Path) -> None:
    story = build(tmp_path / "r", [
        C("A", f="a"),
        ai("B", record("aaaa"), f="a b"),
        C("P", on="B", f="a b p", trailers=[record("bbbb")]),
        C("S", on="B", message=f"Words (#7)\n\n* P\n\n{record('bbbb')}\n", f="a b p"),
        ai("D", record("aaaa"), f="a b p d"),  # picked again
    ], refs={"refs/pull/7/head": "P"})  # fmt: skip
    rows, _ = usage(story)
    assert [(row["id"], row["sha"], row["change"], row["number"]) for row in rows] == [
        ("aaaa", "B", "B", None), ("bbbb", "S", "S", 7),
    ]  # fmt: skip
    assert (rows[0]["usd"], rows[0]["input"], rows[0]["cache_write_1h"], rows[0]["requests"]) == (1.5, 1, 0, 2)


def test_a_squash_that_dropped_the_records_is_charged_by_its_requests_own_commits(tmp_path: Path) -> None:
    story = build(tmp_path / "r", [
        C("A", f="a"),
        ai("P", record("aaaa"), f="a p"),
        C("S", on="A", message="Words (#7)", f="a p"),
        ai("Q", record("cccc"), on="S", f="a p q"),
        C("E", on="S", f="a p e"),
    ], refs={"refs/pull/7/head": "P", "refs/pull/8/head": "Q", "refs/pull/9/merge": "E"})  # fmt: skip
    rows, _ = usage(story)
    assert [(row["id"], row["sha"], row["change"], row["number"]) for row in rows] == [
        ("aaaa", "P", "S", 7), ("cccc", "Q", None, 8),
    ]  # fmt: skip


def test_a_note_overrides_the_trailer_of_the_same_record_and_counts_without_one(tmp_path: Path) -> None:
    story = build(tmp_path / "r", [ai("A", record("aaaa", usd=None), f="a"), ai("B", f="a b")])
    for name, text in (("A", record("aaaa", "2")), ("B", record("bbbb", "3"))):
        story.git("notes", "--ref=refs/notes/ai-quality", "add", "-m", text, story.ids[name])
    rows, _ = usage(story)
    assert [(row["id"], row["sha"], row["usd"]) for row in rows] == [("aaaa", "A", 2.0), ("bbbb", "B", 3.0)]


def test_without_a_record_cost_is_unknown_and_never_nothing(tmp_path: Path) -> None:
    _, told = usage(build(tmp_path / "r", [C("A", f="a"), ai("B", f="a b")]))
    for one in told.values():
        assert {rate.status for rate in one.rates.values()} == {"unknown"}
        assert one.why_unknown == "no cost is recorded here"


def test_costs_stand_beside_what_became_of_the_changes(tmp_path: Path) -> None:
    rows = [C("Z", f="z")]
    for at in range(12):
        words = " ".join(f"l{at}_{line}" for line in range(4))
        rows.append(ai(f"B{at}", record(f"id-{at:02}", f"{at + 1}.00"), files={f"f{at}": words}))
    rows += [C("R", files={"f11": None}, reverts="B11"), C("T", day=400, f="z t")]
    _, told = usage(build(tmp_path / "r", rows))
    change, line, lost = (told[name].rates["ai"] for name in metrics.SPENDING)
    assert (change.value, change.of) == (6.5, 12), "median of 1 to 12 dollars"
    assert (line.value, line.of) == (pytest.approx(6 / 4), 11), "the reverted change has no line left"
    assert (lost.hits, lost.of) == (1200, 7800), "cents"
    assert told["spend_without_result"].rates["unmarked"].status == "too_few"


def test_a_change_with_an_unpriced_record_has_no_cost_rather_than_a_lower_one(tmp_path: Path) -> None:
    rows = [ai(f"B{at}", record(f"id-{at:02}"), files={f"f{at}": "x"}) for at in range(10)]
    rows.append(ai("U", record("idu0", "5"), record("idu1", usd=None), f="u"))
    _, told = usage(build(tmp_path / "r", rows))
    assert told["cost_per_landed_change"].rates["ai"].of == 10


def test_the_facts_are_the_schemas(tmp_path: Path) -> None:
    story = build(tmp_path / "r", [ai("A", record("aaaa"), f="a")])
    with open_repository(story.path) as repository, keeping.open_facts(repository) as facts:
        assert facts.count("usage") == 1
        assert "usage" in [table.name for table in store.schema()]
