"""A policy, a month's budget and a badge, held against a real history."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path

import pytest

from ai_quality.config import Config, Policy
from ai_quality.errors import UsageError
from ai_quality.pipeline.judging import budget, judge, marked_share, settings_at
from ai_quality.reports.comment_data import Judgement, Rule
from ai_quality.reports.judgements import Budget
from tests.git.test_commenting import landed, moment, opened, reviewed, usage, with_change
from tests.histories import C, History, Row, build


def judged(story: History, day: float, **limits: float) -> tuple[Judgement, ...]:
    config = Config(policy=Policy(**limits))
    with opened(story, "HEAD") as (repository, facts):
        return judge(repository, facts, config=config, now=moment(day))


def only(story: History, day: float, rule: Rule, limit: float) -> Judgement:
    (found,) = judged(story, day, **{rule: limit})
    return found


@pytest.fixture(scope="module")
def story(tmp_path_factory: pytest.TempPathFactory) -> History:
    """Twelve AI-marked commits of eight lines, two reverted, one mended, three of unknown cost; as many unmarked."""
    rows = [
        *landed(9, ai="claude", usd=2.0),
        *landed(3, ai="claude", start=9, prefix="FREE"),
        C("R0", reverts="L0", files={"l0.py": None}, day=13),
        C("R1", reverts="L1", files={"l1.py": None}, day=13.5),
        C("F", message="fix: it", files={"l2.py": "w0 w1 w2 w3 w4 w5 w6 mended"}, day=14),
        *landed(12, ai=None, start=15, prefix="P"),
        C("Z", files={"z.md": "z"}, day=130),
    ]
    return build(tmp_path_factory.mktemp("judged"), rows)


@pytest.mark.parametrize(
    ("rule", "value", "n"),
    [("max_revert_rate", 2 / 12, 12), ("max_defect_rate", 1 / 12, 12), ("max_rework_rate", 1 / 96, 12),
     ("max_unknown_share", 3 / 12, 12)],
)  # fmt: skip
def test_a_limit_fails_only_when_it_is_exceeded(story: History, rule: Rule, value: float, n: int) -> None:
    assert only(story, 131, rule, value - 0.001) == Judgement(rule, value - 0.001, value, n, "failed")
    assert only(story, 131, rule, value) == Judgement(rule, value, value, n, "passed")


def test_without_a_limit_nothing_is_judged(story: History) -> None:
    assert judged(story, 131) == ()


def test_every_limit_that_is_set_has_its_judgement(story: History) -> None:
    limits = dict.fromkeys(("max_rework_rate", "max_revert_rate", "max_defect_rate", "max_unlanded_usd",
                            "max_unknown_share"), 0.5)  # fmt: skip
    assert [one.rule for one in judged(story, 131, **limits)] == list(limits)


def test_too_few_are_said_and_do_not_fail(tmp_path: Path) -> None:
    few = build(tmp_path, [*landed(4, ai="claude"), C("R", reverts="L0", files={"l0.py": None}, day=5),
                           C("Z", files={"z.md": "z"}, day=130)])  # fmt: skip
    assert only(few, 131, "max_revert_rate", 0.01) == Judgement("max_revert_rate", 0.01, None, 4, "too_few")
    assert only(few, 131, "max_unknown_share", 0.01) == Judgement("max_unknown_share", 0.01, None, 4, "too_few")


def test_what_landed_before_the_period_is_not_judged(story: History) -> None:
    config = Config(policy=Policy(max_revert_rate=0.0), period_days=20)
    with opened(story, "HEAD") as (repository, facts):
        (found,) = judge(repository, facts, config=config, now=moment(131))
    assert (found.result, found.n) == ("too_few", 0)


def test_a_failed_policy_is_the_comment_s_verdict_too(tmp_path: Path) -> None:
    rows, base, head = with_change([
        *landed(12, ai="claude"), C("R0", reverts="L0", files={"l0.py": None}, day=13),
        C("Z", files={"z.md": "z"}, day=100),
    ])  # fmt: skip
    config = Config(policy=Policy(max_revert_rate=0.01))
    view = reviewed(build(tmp_path, rows), base, head, 110, config)
    assert [(one.rule, one.result) for one in view.policy] == [("max_revert_rate", "failed")]


# --- spend on what did not land --------------------------------------------------------------------


def offered(folder: Path, own: Sequence[Row], *, closed: bool = True) -> History:
    """A branch `main` and offer 1 with commits of its own; offer 2 is open, so that closed ones show."""
    refs = {"refs/pull/1/head": own[-1].name, "refs/pull/2/head": "O", "refs/pull/2/merge": "O"}
    if not closed:
        refs["refs/pull/1/merge"] = own[-1].name
    rows = [C("A", files={"a.py": "a"}), *own, C("O", on="A", files={"o.py": "o"}), C("M", on="A", files={"m.py": "m"})]
    return build(folder, rows, refs=refs)


def test_spend_on_a_closed_offer_counts_and_that_on_an_open_one_does_not(tmp_path: Path) -> None:
    own = [C("X", files={"x.py": "x"}, ai="claude", trailers=[usage("uxxxx", 3.5)])]
    failed = Judgement("max_unlanded_usd", 3.0, 3.5, 1, "failed")
    assert only(offered(tmp_path / "closed", own), 9, "max_unlanded_usd", 3) == failed
    open_one = only(offered(tmp_path / "open", own, closed=False), 9, "max_unlanded_usd", 3)
    assert (open_one.result, open_one.value) == ("passed", 0)


def test_a_part_of_it_that_is_too_much_already_fails_and_one_within_the_limit_stays_unknown(tmp_path: Path) -> None:
    own = [
        C("X", files={"x.py": "x"}, ai="claude", trailers=[usage("uxxxx", 3.5)]),
        C("Y", files={"x.py": "x y"}, ai="claude"),
    ]
    story = offered(tmp_path, own)
    assert only(story, 9, "max_unlanded_usd", 3).result == "failed"
    assert only(story, 9, "max_unlanded_usd", 4).result == "unknown"


def test_without_a_record_or_without_offers_it_is_unknown(tmp_path: Path) -> None:
    bare = offered(tmp_path / "bare", [C("X", files={"x.py": "x"}, ai="claude")])
    assert only(bare, 9, "max_unlanded_usd", 0) == Judgement("max_unlanded_usd", 0, None, 1, "unknown")
    none = build(tmp_path / "none", [C("A", files={"a.py": "a"})])
    assert only(none, 9, "max_unlanded_usd", 0) == Judgement("max_unlanded_usd", 0, None, None, "unknown")


# --- a month ---------------------------------------------------------------------------------------


def month_of(story: History, day: float, days: int = 31, limit: float | None = None, now: float = 400) -> Budget:
    with opened(story, "HEAD") as (repository, facts):
        asked = (moment(day), moment(day) + timedelta(days=days))
        return budget(
            repository, facts, month=asked, config=Config(budget_usd_per_month=limit), now=moment(now)
        )  # fmt: skip


def test_a_month_has_its_spend_and_its_results(story: History) -> None:
    found = month_of(story, 0, limit=20)
    assert (found.month, found.limit_usd, found.changes) == ("2026-01", 20, 12)
    assert (found.landed.usd, found.landed.recorded, found.landed.of) == (18.0, 9, 12)
    assert (found.spent_usd, found.per_landed_usd) == (18.0, 2.0)
    assert (found.reverted.value, found.reverted.n) == (2 / 12, 12)


@pytest.mark.parametrize(("limit", "status"), [(None, "no_limit"), (17.9, "over"), (20, "unknown")])
def test_a_part_over_the_limit_is_over_and_a_part_within_it_unknown(
    story: History, limit: float | None, status: str
) -> None:
    assert month_of(story, 0, limit=limit).status == status


def test_a_month_all_of_which_is_known_is_within(tmp_path: Path) -> None:
    own = [C("X", files={"x.py": "x"}, ai="claude", trailers=[usage("uxxxx", 3.5)])]
    found = month_of(offered(tmp_path, own), 0, limit=4)
    assert (found.unlanded and found.unlanded.usd, found.spent_usd, found.status) == (3.5, 3.5, "within")


def test_a_month_without_a_record_is_unknown_and_not_free(story: History) -> None:
    found = month_of(story, 60, limit=4)
    assert (found.spent_usd, found.status, found.per_landed_usd) == (None, "unknown", None)


# --- badge and settings ----------------------------------------------------------------------------


def test_the_badge_shows_the_share_of_lines_that_landed_in_the_period(story: History) -> None:
    with opened(story, "HEAD") as (_, facts):
        found = marked_share(facts, config=Config(), now=moment(131))
        nothing = marked_share(facts, config=Config(period_days=1), now=moment(400))
    assert found is not None
    assert (found.marked, found.unknown, found.lines) == (96, 0, 96 + 96 + 1 + 1)
    assert nothing is None


def test_settings_are_those_of_the_commit_and_not_of_the_work_tree(tmp_path: Path) -> None:
    story = build(tmp_path, [C("A", a="a"), C("B", files={".ai-quality.yml": b"period-days: 7\n"})])
    (tmp_path / ".ai-quality.yml").write_text("period-days: 9\n")
    with opened(story, "HEAD") as (repository, _):
        assert settings_at(repository, story.ids["A"]).period_days == 180
        assert settings_at(repository, "HEAD").period_days == 7


def test_settings_that_are_wrong_are_told_in_a_sentence(tmp_path: Path) -> None:
    story = build(tmp_path, [C("A", files={".ai-quality.yml": b"polcy: {}\n"})])
    with opened(story, "HEAD") as (repository, _), pytest.raises(UsageError, match="did you mean policy"):
        settings_at(repository, "HEAD")
