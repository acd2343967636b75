"""A change reviewed in a real repository: its own commits, and what became of changes like it."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from ai_quality.config import Config
from ai_quality.errors import UsageError
from ai_quality.facts.forge import Snapshot
from ai_quality.facts.store import Store
from ai_quality.model import ForgeFact
from ai_quality.pipeline import keeping
from ai_quality.pipeline.commenting import review
from ai_quality.pipeline.comparing import BANDS, band
from ai_quality.pipeline.keeping import open_facts
from ai_quality.pipeline.state import fingerprint
from ai_quality.reports.comment_data import CommentView, Row
from ai_quality.sources import notes
from ai_quality.sources.git import Repository, open_repository
from tests.histories import C, Content, History, at, build
from tests.histories import Row as Told

CONFIG = Config(enough_changes=2)


def moment(day: float) -> datetime:
    return datetime.fromtimestamp(at(day), UTC).replace(tzinfo=None)


@contextlib.contextmanager
def opened(story: History, rev: str) -> Iterator[tuple[Repository, Store]]:
    with open_repository(story.path) as repository, open_facts(repository, rev) as facts:
        yield repository, facts


def reviewed(story: History, base: str, head: str, day: float, config: Config = CONFIG) -> CommentView:
    with opened(story, story.ids[base]) as (repository, facts):
        return review(
            repository, facts, base=story.ids[base], head=story.ids[head], config=config, now=moment(day),
            clock=lambda: 0.0,
        )  # fmt: skip


def words(prefix: str, count: int) -> str:
    return " ".join(f"{prefix}{number}" for number in range(count))


def usage(name: str, usd: float | None = None) -> str:
    price = f" usd={usd}; px=genai-prices/0.2.3;" if usd is not None else ""
    return f"AI-Usage: id={name}; agent=claude-code; model=opus; in=10; cr=80; cw=0; out=10;{price} ev=paths"


# --- the change's own ------------------------------------------------------------------------------


def test_the_share_is_of_lines_that_marked_commits_added(tmp_path: Path) -> None:
    story = build(tmp_path, [
        C("A", files={"app.py": "a"}),
        C("B", files={"app.py": "a b c d"}, ai="claude"),
        C("D", files={"app.py": "a b c d e"}),
    ])  # fmt: skip
    own = reviewed(story, "A", "D", 3).own
    assert (own.commits, own.marked, own.lines_added, own.lines_marked, own.lines_changed) == (2, 1, 4, 3, 4)
    assert [(one.sha, one.agent, one.marked, one.lines_added, one.evidence) for one in own.lines] == [
        (story.ids["B"], "claude-code", True, 3, "declared"),
        (story.ids["D"], None, False, 1, "none"),
    ]
    assert [(one.agent, one.commits, one.lines_added) for one in own.agents] == [
        ("claude-code", 1, 3), ("unmarked", 1, 1),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("path", "attributes"),
    [("package-lock.json", ""), ("vendor/x.go", ""), ("api.pb.go", ""), ("made.py", "made.py linguist-generated\n")],
)
def test_vendored_generated_and_lock_files_are_left_out_and_said(tmp_path: Path, path: str, attributes: str) -> None:
    files: dict[str, Content] = {path: words("x", 500), "app.py": "a b"}
    story = build(tmp_path, [
        C("A", files={"app.py": "a", ".gitattributes": attributes.encode()}), C("B", files=files, ai="codex"),
    ])  # fmt: skip
    own = reviewed(story, "A", "B", 3).own
    assert (own.lines_added, own.lines_marked, own.lines_left_out, own.lines_changed) == (1, 1, 500, 1)


def test_white_space_edits_are_no_lines(tmp_path: Path) -> None:
    story = build(
        tmp_path, [C("A", files={"app.py": b"a\nb\n"}), C("B", files={"app.py": b" a\n\tb\nc\n"}, ai="codex")]
    )
    own = reviewed(story, "A", "B", 3).own
    assert (own.lines_added, own.lines_changed) == (1, 1)


def test_a_merge_of_the_base_brings_nothing_of_the_base_into_the_change(tmp_path: Path) -> None:
    story = build(tmp_path, [
        C("A", files={"app.py": "a"}),
        C("X", files={"app.py": "a x"}, ai="claude"),
        C("B", on="A", files={"other.py": words("o", 90)}, ai="codex"),
        C("M", on="X B", files={"other.py": words("o", 90)}),
        C("Y", files={"app.py": "a x y"}, ai="claude"),
    ])  # fmt: skip
    own = reviewed(story, "B", "Y", 5).own
    assert [one.sha for one in own.lines] == [story.ids["X"], story.ids["Y"]]
    assert (own.lines_added, own.lines_changed) == (2, 2)


def test_lines_that_the_change_itself_rewrote_count_once_in_its_size(tmp_path: Path) -> None:
    story = build(tmp_path, [
        C("A", files={"app.py": "a"}),
        C("B", files={"app.py": "a b c d"}, ai="claude"),
        C("D", files={"app.py": "a B C d"}, ai="claude"),
    ])  # fmt: skip
    own = reviewed(story, "A", "D", 3).own
    assert (own.lines_added, own.lines_changed) == (5, 3)


def test_weak_signs_are_counted_on_no_side_and_said(tmp_path: Path) -> None:
    row = C("B", files={"app.py": "a b"}, committer="Claude <noreply@anthropic.com>")
    story = build(tmp_path, [C("A", files={"app.py": "a"}), row])
    view = reviewed(story, "A", "B", 3)
    assert (view.own.marked, view.own.uncertain, view.own.agents[0].agent) == (0, 1, "uncertain")
    assert "weak_marks" in view.notes


def test_an_orphan_is_measured_against_nothing_and_said_to_be_one(tmp_path: Path) -> None:
    story = build(tmp_path, [C("A", files={"app.py": "a"}), C("O", on="", files={"app.py": "a b"}, ai="codex")])
    view = reviewed(story, "A", "O", 3)
    assert (view.own.commits, view.own.lines_changed) == (1, 2)
    assert "unrelated" in view.notes


def test_a_change_of_nothing_is_one_of_no_commits(tmp_path: Path) -> None:
    story = build(tmp_path, [C("A", files={"app.py": "a"})])
    view = reviewed(story, "A", "A", 3)
    assert (view.own.commits, view.own.lines, view.own.lines_changed) == (0, (), 0)


def test_more_commits_than_a_comment_lists_are_in_its_totals(tmp_path: Path) -> None:
    rows = [C(f"B{n}", files={"app.py": words("b", n + 1)}, ai="claude", day=n / 100) for n in range(120)]
    story = build(tmp_path, [C("A", files={"app.py": "a"}, day=0), *rows])
    view = reviewed(story, "A", "B119", 3)
    assert (view.own.commits, len(view.own.lines), view.own.agents[0].commits) == (120, 100, 120)
    assert "commits_cut" in view.notes


def test_a_commit_that_is_not_here_is_a_usage_error(tmp_path: Path) -> None:
    story = build(tmp_path, [C("A", files={"app.py": "a"})])
    with opened(story, "HEAD") as (repository, facts), pytest.raises(UsageError, match="no commit is named"):
        review(repository, facts, base="HEAD", head="feedface", config=CONFIG, now=moment(1))


def test_reviewing_writes_nothing_into_the_repository(tmp_path: Path) -> None:
    story = build(tmp_path, [C("A", files={"app.py": "a"}), C("B", files={"app.py": "a b"}, ai="codex")])
    with opened(story, "HEAD"):
        pass
    before = {path: path.read_bytes() for path in sorted(story.path.rglob("*")) if path.is_file()}
    reviewed(story, "A", "B", 3)
    assert {path: path.read_bytes() for path in sorted(story.path.rglob("*")) if path.is_file()} == before


# --- its cost --------------------------------------------------------------------------------------


def costs(tmp_path: Path, *commits: Sequence[str] | None) -> CommentView:
    """A change of one commit a list of trailers, each AI-marked, None apart."""
    rows = [
        C(
            f"B{n}",
            files={"app.py": words("b", n + 2)},
            trailers=trailers or (),
            ai=None if trailers is None else "claude",
        )
        for n, trailers in enumerate(commits)
    ]
    story = build(tmp_path, [C("A", files={"app.py": "a"}), *rows])
    return reviewed(story, "A", rows[-1].name, 30)


def test_costs_add_up_and_every_record_counts_once(tmp_path: Path) -> None:
    twice = usage("uaaaa", 1.5)
    spend = costs(tmp_path, [twice, usage("ubbbb", 0.25)], [twice, usage("ucccc", 2)], None).own.spend
    assert (spend.usd, spend.tokens, spend.cached) == (3.75, 300, 240)
    assert (spend.recorded, spend.priced, spend.of, spend.basis) == (2, 2, 2, "genai-prices/0.2.3")


def test_what_is_not_recorded_is_unknown_and_counted_as_such(tmp_path: Path) -> None:
    spend = costs(tmp_path, [usage("uaaaa", 1.5)], [], [usage("ubbbb")]).own.spend
    assert (spend.usd, spend.recorded, spend.priced, spend.of) == (1.5, 2, 1, 3)


def test_nothing_recorded_is_no_cost_of_zero(tmp_path: Path) -> None:
    view = costs(tmp_path, [], [])
    assert (view.own.spend.usd, view.own.spend.tokens, view.own.spend.of) == (None, None, 2)
    assert {(one.usd, one.tokens) for one in view.own.lines} == {(None, None)}


def test_a_record_of_nothing_is_a_cost_of_zero(tmp_path: Path) -> None:
    assert costs(tmp_path, [usage("uaaaa", 0)]).own.spend.usd == 0


@pytest.mark.parametrize("usd", ["nan", "inf", "1e400", "-1", "1_000", "\u0661", "99999999"])
def test_a_claim_that_is_no_number_is_no_record(tmp_path: Path, usd: str) -> None:
    line = f"AI-Usage: id=uaaaa; agent=codex; usd={usd}; ev=paths"
    assert costs(tmp_path, [line]).own.spend.usd is None


# --- what became of changes like it ----------------------------------------------------------------


def landed(count: int, *, ai: str | None, lines: int = 8, start: float = 0, prefix: str = "L", usd: float | None = None,
           ) -> list[Told]:  # fmt: skip
    """Direct commits a day apart, each with a file of its own."""
    return [
        C(f"{prefix}{n}", day=start + n, ai=ai, files={f"{prefix.lower()}{n}.py": words("w", lines)},
          trailers=[usage(f"u{prefix}{n:04}", usd)] if usd is not None else ())
        for n in range(count)
    ]  # fmt: skip


def row(view: CommentView, name: str) -> Row:
    assert view.comparable is not None
    return next(one for one in view.comparable.rows if one.name == name)


def with_change(rows: Sequence[Told], lines: int = 8, **fields: object) -> tuple[list[Told], str, str]:
    last = rows[-1]
    head = C("HEAD-OF-IT", ai="claude", files={"new.py": words("n", lines)}, **fields)  # type: ignore[arg-type]
    return [*rows, head], last.name, head.name


def test_only_changes_of_the_same_band_and_period_are_beside_it(tmp_path: Path) -> None:
    rows = [
        *landed(3, ai="claude", prefix="OLD"),
        *landed(4, ai="claude", start=100),
        *landed(2, ai="claude", start=105, lines=200, prefix="BIG"),
        *landed(5, ai=None, start=110, prefix="P"),
    ]
    rows, base, head = with_change(rows, day=120)
    found = reviewed(build(tmp_path, rows), base, head, 121, replace(CONFIG, period_days=60)).comparable
    assert found is not None
    assert (found.low, found.high, found.ai, found.unmarked) == (7, 30, 4, 5)


def test_a_change_marked_in_part_is_on_neither_side(tmp_path: Path) -> None:
    rows = [
        C("A", files={"a.py": "a"}),
        C("X", files={"x.py": words("x", 5)}, ai="claude"),
        C("Y", files={"y.py": words("y", 5)}),
        C("M", on="A Y", files={"x.py": words("x", 5), "y.py": words("y", 5)}),
    ]
    rows, base, head = with_change(rows)
    found = reviewed(build(tmp_path, rows), base, head, 9).comparable
    assert found is not None
    assert (found.ai, found.unmarked) == (0, 0)


def test_reverts_within_thirty_days_are_counted_of_those_old_enough(tmp_path: Path) -> None:
    rows = [
        *landed(12, ai="claude"),
        C("R1", reverts="L3", files={"l3.py": None}, day=13),
        C("R2", reverts="L4", files={"l4.py": None}, day=60),
        *landed(3, ai="claude", start=61, prefix="NEW"),
    ]
    rows, base, head = with_change(rows, day=64)
    figure = row(reviewed(build(tmp_path, rows), base, head, 65), "reverted").ai
    assert (figure.n, figure.value) == (12, 1 / 12)


def test_a_fix_from_another_band_still_blames_and_rewrites_lines_of_this_one(tmp_path: Path) -> None:
    rows = [
        *landed(12, ai="claude"),
        C("F", day=14, message="fix: the third one", files={"l2.py": words("f", 400)}),
        C("Z", day=120, files={"z.py": "z"}),
    ]
    rows, base, head = with_change(rows, day=121)
    view = reviewed(build(tmp_path, rows), base, head, 122)
    assert row(view, "defect").ai.value == 1 / 12
    assert row(view, "rework").ai.value == 8 / 96
    assert row(view, "rework").ai.n == 12


def test_with_too_few_there_are_counts_and_no_rate(tmp_path: Path) -> None:
    rows, base, head = with_change([*landed(9, ai="claude"), C("Z", day=90, files={"z.py": "z"})], day=91)
    view = reviewed(build(tmp_path, rows), base, head, 92)
    assert (row(view, "reverted").ai.status, row(view, "reverted").ai.n) == ("too_few", 9)
    assert row(view, "reverted").unmarked.value is None


def test_without_offers_the_merge_rate_is_unknown_and_said(tmp_path: Path) -> None:
    rows, base, head = with_change(landed(2, ai="claude"))
    view = reviewed(build(tmp_path, rows), base, head, 9)
    assert row(view, "merged").ai.status == "unknown"
    assert "no_offers" in view.notes


def test_usual_costs_and_the_cost_of_one_that_stuck(tmp_path: Path) -> None:
    rows = [
        *landed(12, ai="claude", usd=2.0),
        C("R1", reverts="L3", files={"l3.py": None}, day=13),
        *landed(3, ai="claude", start=50, prefix="FREE"),
        C("Z", day=90, files={"z.py": "z"}),
    ]
    rows, base, head = with_change(rows, day=91)
    view = reviewed(build(tmp_path, rows), base, head, 92)
    assert view.comparable is not None
    assert (view.comparable.ai, view.comparable.usual, view.comparable.usual_high) == (15, 2.0, 2.0)
    assert (row(view, "cost_median").ai.n, row(view, "cost_median").ai.value) == (12, 2.0)
    stuck = row(view, "cost_per_stuck").ai
    assert stuck.n == 12
    assert stuck.value == pytest.approx(24 / 11)
    assert stuck.lo is not None
    assert stuck.hi is not None
    assert stuck.lo <= 24 / 11 <= stuck.hi


def test_a_revert_that_was_itself_undone_in_time_leaves_the_change_standing(tmp_path: Path) -> None:
    rows = [
        *landed(10, ai="claude", usd=1.0),
        C("R1", reverts="L3", files={"l3.py": None}, day=13),
        C("R2", reverts="R1", files={"l3.py": words("w", 8)}, day=14),
        C("Z", day=90, files={"z.py": "z"}),
    ]
    rows, base, head = with_change(rows, day=91)
    assert row(reviewed(build(tmp_path, rows), base, head, 92), "cost_per_stuck").ai.value == 1.0


def test_a_change_whose_cost_is_recorded_in_part_is_not_among_the_costs(tmp_path: Path) -> None:
    rows = [
        C("A", files={"a.py": "a"}),
        C("X", files={"x.py": words("x", 5)}, ai="claude", trailers=[usage("uxxxx", 1)]),
        C("Y", files={"y.py": words("y", 5)}, ai="claude"),
        C("M", on="A Y", files={"x.py": words("x", 5), "y.py": words("y", 5)}),
    ]
    rows, base, head = with_change(rows)
    view = reviewed(build(tmp_path, rows), base, head, 9)
    assert view.comparable is not None
    assert (view.comparable.ai, row(view, "cost_median").ai.n) == (1, 0)


@pytest.mark.parametrize("lines", [0, 1, 6, 7, 30, 31, 126, 127, 510, 511, 2046, 2047, 10**6])
def test_a_band_holds_whole_size_bins(lines: int) -> None:
    low, high = band(lines)
    assert low <= lines <= (lines if high is None else high)
    assert low in BANDS
    assert high is None or high + 1 in BANDS
    assert all((1 + edge) & edge == 0 for edge in (low, *([high + 1] if high else ())))


# --- what else is known ----------------------------------------------------------------------------


def test_a_note_overrides_a_trailer_and_counts_where_there_is_none(tmp_path: Path) -> None:
    story = build(tmp_path, [
        C("A", files={"app.py": "a"}),
        C("B", files={"app.py": "a b"}, ai="claude", trailers=[usage("uaaaa", 1)]),
        C("D", files={"app.py": "a b d"}, ai="claude"),
    ])  # fmt: skip
    with open_repository(story.path) as repository:
        notes.write(repository, {story.ids["B"]: usage("uaaaa", 1.75), story.ids["D"]: usage("ubbbb", 0.5)}, at(9))
    spend = reviewed(story, "A", "D", 9).own.spend
    assert (spend.usd, spend.recorded, spend.of) == (2.25, 2, 2)


def test_a_note_on_a_landing_speaks_for_the_whole_change(tmp_path: Path) -> None:
    rows = [
        C("A", files={"a.py": "a"}),
        C("X", files={"x.py": words("x", 5)}, ai="claude"),
        C("Y", files={"y.py": words("y", 5)}, ai="claude"),
        C("M", on="A Y", files={"x.py": words("x", 5), "y.py": words("y", 5)}),
    ]
    rows, base, head = with_change(rows)
    story = build(tmp_path, rows)
    with open_repository(story.path) as repository:
        notes.write(repository, {story.ids["M"]: usage("uaaaa", 3)}, at(9))
    assert row(reviewed(story, base, head, 9), "cost_median").ai.n == 1


def test_what_a_forge_told_is_beside_it_and_without_one_unknown(tmp_path: Path) -> None:
    rows, base, head = with_change(landed(12, ai="claude"), day=20)
    story = build(tmp_path, rows)
    before = reviewed(story, base, head, 21)
    assert [row(before, name).ai.status for name in ("merged", "first_pass", "review_rounds")] == ["unknown"] * 3
    told = {
        n: ForgeFact(
            number=n + 1, state="merged", updated=at(n), opened=at(n), closed=at(n), head_sha=story.ids[f"L{n}"],
            merge_commit=story.ids[f"L{n}"], first_commit=at(n), commits=1, commit_class="assisted", cohort="ai",
            agent="claude-code", draft=False, bug=False, first_pass=n > 2, review_rounds=2, review_comments=n,
            failed_checks=0, checks=1,
        )
        for n in range(12)
    }  # fmt: skip
    with open_repository(story.path) as repository:
        mark = fingerprint()
        snapshot = Snapshot("o/r", mark, at(20), cut=False, notes=(), facts={one.number: one for one in told.values()})
        assert keeping.keep_forge(repository, snapshot)
    view = reviewed(story, base, head, 21)
    assert (row(view, "merged").ai.value, row(view, "merged").ai.n) == (1.0, 12)
    assert (row(view, "first_pass").ai.value, row(view, "review_rounds").ai.value) == (9 / 12, 2)
    assert row(view, "review_comments").ai.value == 5.5
    assert "no_offers" not in view.notes
