"""What check, budget and badge say."""

# ruff: noqa: RUF001 (reports print true dashes and minus signs)

from __future__ import annotations

import xml.etree.ElementTree as ET
from dataclasses import replace

import pytest

from ai_quality.metrics import MarkedShare
from ai_quality.reports import judgements
from ai_quality.reports.comment_data import Judgement, Spend
from ai_quality.reports.judgements import Budget
from tests.unit.reports.comments import FAILED, few, ok

JUDGED = FAILED.policy
NOTHING = Spend(None, None, None, 0, 0, 0, None)
MONTH = Budget(
    "2026-11", 50.0, Spend(41.2, 9_000_000, 8_000_000, 14, 14, 14, None), Spend(3.1, 10, 0, 2, 2, 2, None), 12, 3.43,
    ok(0.094, 0.05, 0.14, 14), ok(0.0, 0.0, 0.24, 12), few(3),
)  # fmt: skip


def test_the_limits_that_failed_come_first_and_every_one_is_said() -> None:
    assert judgements.check_text((JUDGED[1], JUDGED[0], *JUDGED[2:]), 180) == (
        "Policy failed: 1 of 4 limits. AI-marked work of the last 180 days:\n"
        "  FAILED   rework 19.1 %, limit 15.0 % (n = 56)\n"
        "  ok       reverts 5.8 % is within the limit of 10.0 % (n = 52)\n"
        "  few      defects: too few to judge (n = 7)\n"
        "  unknown  unlanded spend: unknown, so not judged\n"
    )


def test_what_is_not_known_is_no_failure() -> None:
    said = judgements.check_text(JUDGED[2:], 180)
    assert said.startswith("No limit is exceeded.")
    assert judgements.check_json(JUDGED[2:], 180)["passed"] is True


def test_without_a_policy_that_is_said() -> None:
    assert judgements.check_text((), 180).startswith("No limit is set")


def test_scripts_get_numbers_and_the_reason() -> None:
    found = judgements.check_json(JUDGED, 180)
    assert (found["schema_version"], found["passed"], found["period_days"]) == (1, False, 180)
    assert found["limits"][0] == {
        "rule": "max_rework_rate", "limit": 0.15, "value": 0.191, "n": 56, "result": "failed",
        "reason": "rework 19.1 %, limit 15.0 % (n = 56)",
    }  # fmt: skip
    assert found["limits"][3]["value"] is None


def test_a_value_that_is_known_in_part_is_not_judged_within_the_limit() -> None:
    partly = Judgement("max_unlanded_usd", 50.0, 12.0, 2, "unknown")
    assert "unknown, so not judged" in judgements.check_text((partly,), 180)


def test_a_month_reads_in_a_few_lines() -> None:
    assert judgements.budget_text(MONTH) == (
        "2026-11: $44.30 recorded, at list prices; the budget is $50.00, 89 % of it\n"
        "  on what landed: $41.20\n"
        "  on offers that were closed: $3.10\n"
        "  12 AI-marked changes landed, $3.43 each where that is known\n"
        "  reverted 0.0 % (0–24), n = 12\n"
        "  blamed for a fix too few, n = 3\n"
        "  lines rewritten 9.4 % (5–14), n = 14\n"
    )


@pytest.mark.parametrize(
    ("found", "line"),
    [
        (replace(MONTH, limit_usd=None), "2026-11: $44.30 recorded, at list prices; no budget-usd-per-month is set"),
        (replace(MONTH, limit_usd=40.0),
         "2026-11: $44.30 recorded, at list prices; the budget is $40.00, 111 % of it (over)"),
        (replace(MONTH, unlanded=None),
         "2026-11: at least $41.20 recorded, at list prices; the budget is $50.00, 82 % of it"),
        (replace(MONTH, landed=NOTHING, unlanded=None, limit_usd=0.0),
         "2026-11: nothing is recorded, so the spend is unknown; the budget is $0.00"),
    ],
)  # fmt: skip
def test_the_first_line_says_spend_and_limit(found: Budget, line: str) -> None:
    assert judgements.budget_text(found).split("\n")[0] == line


def test_a_month_for_scripts_has_null_for_what_is_unknown() -> None:
    found = judgements.budget_json(replace(MONTH, landed=NOTHING, unlanded=None, per_landed_usd=None))
    assert (found["spent_usd"], found["status"], found["unlanded"]) == (None, "unknown", None)
    assert found["results"]["usd_per_landed_change"] is None
    assert judgements.budget_json(MONTH)["spent_usd"] == pytest.approx(44.3)


def share_of(marked: int, unknown: int = 0) -> MarkedShare:
    return MarkedShare(1_000, marked, 0, unknown)


@pytest.mark.parametrize(
    ("share", "message"),
    [
        (None, "unknown"), (share_of(0), "0 %"), (share_of(171), "17 %"), (share_of(1), "below 1 %"),
        (share_of(94, 2), "9 to 10 %"), (share_of(92, 2), "9 %"), (share_of(1, 39), "below 1 to 4 %"),
        (share_of(90, 908), "9 to over 99 %"),
    ],
)  # fmt: skip
def test_the_badge_has_the_keys_that_shields_knows_and_no_other(share: MarkedShare | None, message: str) -> None:
    assert judgements.badge_json(share) == {
        "schemaVersion": 1, "label": "AI-marked lines", "message": message, "color": "blue",
    }  # fmt: skip


@pytest.mark.parametrize("share", [None, share_of(0), share_of(171, 30), share_of(1_000)])
def test_the_picture_is_well_formed_says_the_same_and_loads_nothing(share: MarkedShare | None) -> None:
    text = judgements.badge_svg(share)
    root = ET.fromstring(text)
    said = [one.text for one in root.iter("{http://www.w3.org/2000/svg}text")]
    assert said == ["AI-marked lines", judgements.badge_json(share)["message"]]
    assert text.count("http") == 1
    assert root.attrib["height"] == "20"
