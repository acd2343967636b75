"""Facts of a real repository with what a forge told of its changes, and the figures they give."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from ai_quality import metrics
from ai_quality.errors import ForgeDown
from ai_quality.facts import store
from ai_quality.facts.forge import Snapshot
from ai_quality.pipeline import fetching, keeping, measuring
from ai_quality.pipeline.state import state_folder
from ai_quality.sources.git import Repository, open_repository
from tests.github import world
from tests.github.fake import FakeGitHub
from tests.histories import C, History, at, build

NOW = datetime(2026, 12, 1)  # noqa: DTZ001 (naive UTC, as the facts are)
CLAUDE = "Work\n\nCo-Authored-By: Claude <noreply@anthropic.com>"
CHANGES = 12
"""A cohort: enough for a rate."""


@pytest.fixture(scope="module")
def story(tmp_path_factory: pytest.TempPathFactory) -> History:
    """Squashes of changes 1 to 24, the even ones AI-marked; no pull-request refs, as in a workflow's checkout."""
    rows = [C("base", f="a"), *(
        C(f"c{n}", ai="claude" if n % 2 == 0 else None, message=f"Change (#{n})", files={f"f{n}": "a b c"})
        for n in range(1, 2 * CHANGES + 1)
    )]  # fmt: skip
    return build(tmp_path_factory.mktemp("story"), rows)


@pytest.fixture
def repository(story: History, tmp_path: Path) -> Iterator[Repository]:
    copy = tmp_path / "copy"
    story.git("clone", "--quiet", str(story.path), str(copy))
    with open_repository(copy) as opened:
        yield opened


@pytest.fixture
def fake(story: History) -> FakeGitHub:
    """The forge's side of it: AI-marked changes were pushed to after a review, and failed a check, half of the time."""
    fake = FakeGitHub()
    for n in range(1, 2 * CHANGES + 1):
        says, is_odd_one = CLAUDE if n % 2 == 0 else "Work", n % 4 == 0
        commits = [world.Commit(f"own {n}.1", n - 0.5, says, failed=int(is_odd_one), passed=2)]
        reviews = [world.Review(f"own {n}.1", n - 0.2, comments=n % 3)]
        if is_odd_one:
            commits.append(world.Commit(f"own {n}.2", n - 0.1, "More", passed=3))
            reviews.append(world.Review(f"own {n}.2", n - 0.05))
        landing = story.ids[f"c{n}"]
        fake.pulls[n] = world.Pull(n, commits, n - 0.25, merged=n + 0.5, reviews=reviews, landing=landing)
    for n in range(101, 103):
        fake.pulls[n] = world.Pull(n, [world.Commit(f"own {n}", 3, CLAUDE)], opened=4, closed=5)
    fake.pulls[103] = world.Pull(103, [world.Commit("own 103", 3)], opened=4, draft=True)
    return fake


def ask(repository: Repository, fake: FakeGitHub) -> Snapshot:
    return fetching.refresh(repository, fake.connected(), now=int(fake.clock.now))


def figures(repository: Repository, *names: str) -> dict[str, metrics.Measured]:
    with keeping.open_facts(repository) as facts:
        window = measuring.window(facts, now=NOW, since=datetime(2025, 1, 1))  # noqa: DTZ001
        facts.set_window(since=window.since, until=window.until, observed_until=window.observed_until, pull_refs=0.0)
        wanted = names or metrics.METRICS + metrics.FORGE_METRICS
        return {one.metric.name: one for one in metrics.measure(facts.rows, pull_refs=False, names=wanted)}


def changes(facts: store.Store) -> dict[int, dict[str, Any]]:
    return {row["number"]: row for row in facts.all_of("changes") if row["number"]}


def test_without_a_forge_all_that_only_it_knows_is_unknown(repository: Repository) -> None:
    found = figures(repository)
    for name in (*metrics.FORGE_METRICS, "merge_pass_rate"):
        assert {one.status for one in found[name].rates.values()} == {"unknown"}, name
        assert found[name].why_unknown
    with keeping.open_facts(repository) as facts:
        assert {row["first_pass"] for row in facts.all_of("changes")} == {None}


def test_with_a_forge_they_are_known(repository: Repository, fake: FakeGitHub) -> None:
    ask(repository, fake)
    found = figures(repository)
    shares = {
        name: [(found[name].rates[cohort].hits, found[name].rates[cohort].of) for cohort in metrics.COMPARED]
        for name in ("first_pass_rate", "failed_checks", "merge_pass_rate")
    }
    assert shares == {
        "first_pass_rate": [(6, 12), (12, 12)],
        "failed_checks": [(6, 12), (0, 12)],
        "merge_pass_rate": [(12, 14), (12, 12)],
    }
    medians = {
        name: [found[name].rates[cohort].value for cohort in metrics.COMPARED]
        for name in ("review_rounds", "review_comments", "open_time", "cycle_time")
    }
    assert medians["review_rounds"] == [1.5, 1]
    assert medians["review_comments"] == [1, 1]
    assert medians["open_time"] == [pytest.approx(18)] * 2, "half a day's difference between the two calendars"
    assert medians["cycle_time"] == [pytest.approx(24)] * 2, "the first commit of a squash is the forge's to know"


def test_the_rows_hold_what_the_forge_told(repository: Repository, fake: FakeGitHub, story: History) -> None:
    ask(repository, fake)
    with keeping.open_facts(repository) as facts:
        found = changes(facts)
        (notes,) = facts.rows("SELECT notes FROM runs")[0]
    assert set(found) == set(fake.pulls)
    four = found[4]
    told = {name: four[name] for name in ("change", "state", "commits", "review_rounds", "review_comments", "draft",
                                          "bug", "first_pass", "failed_checks", "checks", "cohort")}  # fmt: skip
    assert told == {
        "change": story.ids["c4"], "state": "landed", "commits": 2, "review_rounds": 2, "review_comments": 1,
        "draft": False, "bug": False, "first_pass": False, "failed_checks": 1, "checks": 6, "cohort": "ai",
    }  # fmt: skip
    assert (found[101]["state"], found[101]["cohort"], found[101]["first_pass"]) == ("closed", "ai", None)
    assert (found[103]["state"], found[103]["draft"], found[103]["closed"]) == ("open", True, None)
    assert "invisible" not in notes, "offers are seen now"


def test_what_is_kept_is_used_until_the_forge_tells_more(repository: Repository, fake: FakeGitHub) -> None:
    def mark() -> object:
        with keeping.open_facts(repository) as facts:
            return facts.rows("SELECT fingerprint FROM runs")

    alone = mark()
    ask(repository, fake)
    asked = mark()
    ask(repository, fake)
    assert mark() == asked != alone, "asking again without news makes nothing anew"
    fake.pulls[103].closed = 301
    ask(repository, fake)
    assert mark() != asked


def test_only_what_was_touched_since_is_asked_for(repository: Repository, fake: FakeGitHub) -> None:
    first = ask(repository, fake)
    fake.pulls[103].closed = 301
    fake.seen.clear()
    second = ask(repository, fake)
    assert (len(first.facts), len(second.facts), second.facts[103].state) == (27, 27, "closed")
    assert len(fake.seen) == 1


def test_a_forge_that_is_down_leaves_what_was_known(repository: Repository, fake: FakeGitHub) -> None:
    ask(repository, fake)
    fake.fail(".", times=99)
    with pytest.raises(ForgeDown):
        ask(repository, fake)
    assert figures(repository, "first_pass_rate")["first_pass_rate"].rates["ai"].of == 12


def test_what_a_limit_kept_from_us_is_asked_for_again(repository: Repository, fake: FakeGitHub) -> None:
    fake.left = 1
    partial = ask(repository, fake)
    assert (len(partial.facts), partial.asked, partial.cut) == (25, 0, False)
    assert "answered only in part" in partial.notes[0]
    fake.clock.now += 2000
    whole = ask(repository, fake)
    assert (len(whole.facts), whole.asked, whole.notes) == (27, int(fake.clock.now), ())


def test_a_history_longer_than_asked_for_is_told_in_the_report(repository: Repository, fake: FakeGitHub) -> None:
    forge = fake.connected()
    first = fetching.refresh(repository, forge, now=int(fake.clock.now), limit=20)
    assert (len(first.facts), first.cut) == (20, True)
    later = fetching.refresh(repository, forge, now=int(fake.clock.now), limit=20)
    assert (len(later.facts), later.cut, later.notes) == (20, True, (fetching.CUT,))
    with keeping.open_facts(repository) as facts:
        assert fetching.CUT in facts.rows("SELECT notes FROM runs")[0][0]


def test_another_repositorys_snapshot_is_not_added_to(repository: Repository, fake: FakeGitHub) -> None:
    told = ask(repository, fake)
    keeping.keep_forge(repository, told._replace(repository="octo-org/other"))
    fake.pulls.pop(101)
    assert 101 not in ask(repository, fake).facts


@pytest.mark.parametrize("spoilt", [b"", b"{}", b"\xff\xfe", b"[" * 10_000])
def test_a_spoilt_snapshot_is_as_if_there_were_none(repository: Repository, fake: FakeGitHub, spoilt: bytes) -> None:
    ask(repository, fake)
    (state_folder(repository) / keeping.FORGE).write_bytes(spoilt)
    assert figures(repository, "first_pass_rate")["first_pass_rate"].rates["ai"].status == "unknown"


def test_a_snapshot_of_another_program_is_asked_for_anew(repository: Repository, fake: FakeGitHub) -> None:
    told = ask(repository, fake)
    keeping.keep_forge(repository, told._replace(mark="older"))
    assert keeping.forge_told(repository) is None
    assert len(ask(repository, fake).facts) == 27


def test_the_snapshot_is_its_owners_alone_and_names_nobody(repository: Repository, fake: FakeGitHub) -> None:
    ask(repository, fake)
    place = state_folder(repository) / keeping.FORGE
    assert place.stat().st_mode & 0o777 == 0o600
    text = place.read_text(encoding="utf-8")
    assert not [word for word in ("jane", "reviewer", "Work", "feature") if word in text]


def test_a_report_has_a_line_for_each_once_a_forge_was_asked(repository: Repository, fake: FakeGitHub) -> None:
    def labels() -> list[str]:
        with keeping.open_facts(repository) as facts:
            window = measuring.window(facts, now=NOW)
            return [one.label for one in measuring.report(facts, window, NOW).metrics]

    alone = labels()
    ask(repository, fake)
    assert labels() == [*alone, "Merged at first pass", "Median review rounds", "Median review comments",
                        "Median time open", "With a failed check"]  # fmt: skip


def test_times_of_the_story_are_those_of_the_fake() -> None:
    assert at(0) - world.at(0) == 12 * 3600
