"""What landed as one unit and how much of it is AI-marked, in every way a forge lands an offer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path

import pytest

from ai_quality import metrics
from ai_quality.facts import lifetimes, paths, rows
from ai_quality.model import Change, CommitFact
from ai_quality.pipeline.keeping import open_facts
from ai_quality.pipeline.measuring import window
from ai_quality.pipeline.mining import mine
from ai_quality.sources.git import open_repository
from tests.histories import C, History, Row, at, build

LONG_AGO, LATER = datetime(2025, 1, 1), datetime(2027, 1, 1)  # noqa: DTZ001 (naive UTC, as the facts are)
FORGE = "GitHub <noreply@github.com>"
CLAUDE = "Co-authored-by: Claude <noreply@anthropic.com>"
HEAD_7 = {"refs/pull/7/head": "X5"}
OPEN_9 = {"refs/pull/9/head": "N", "refs/pull/9/merge": "N"}

FIVE = [
    C("A", f="a"),
    C("X1", f="a b1 b2 b3 b4"),
    C("X2", f="a b1 b2 b3 b4 c1 c2 c3 c4 c5"),
    C("X3", f="a b1 b2 b3 b4 c1 c2 c3 c4 c5 d1 d2", ai="claude"),
    C("X4", f="a b1 b2 b3 b4 c1 c2 c3 c4 c5 d1 d2 e1 e2 e3 e4 e5"),
    C("X5", f="a b1 b2 b3 b4 c1 c2 c3 c4 c5 d1 d2 e1 e2 e3 e4 e5 g1 g2 g3 g4"),
]
"""An offer of five commits on A: twenty lines, of which one commit, an agent's, wrote two."""

WHOLE = FIVE[-1].files

TITLES = ("PR_TITLE", "COMMIT_OR_PR_TITLE")
MESSAGES = ("PR_BODY", "COMMIT_MESSAGES", "BLANK")
"""GitHub's settings squash_merge_commit_title and squash_merge_commit_message."""


def squash_message(title: str, message: str, own: Sequence[Row] = FIVE[1:], *, coauthors: bool = True) -> str:
    """Return what GitHub writes on a squash of `own` under these settings.

    A single commit gives its own subject under COMMIT_OR_PR_TITLE, and its body without a list. Whoever co-authored
    is named at the end whatever the setting, below dashes where text precedes; `coauthors=False`: the merger cut that.
    """
    single = own[0].name if len(own) == 1 else ""
    subject = f"{single if single and title == 'COMMIT_OR_PR_TITLE' else 'Words'} (#7)"
    marked = [CLAUDE] if any(row.trailers for row in own) else []
    listed = [part for row in own for part in (f"* {row.name}", *row.trailers)]
    body = {"PR_BODY": ["This adds words."], "COMMIT_MESSAGES": [] if single else listed, "BLANK": []}[message]
    ending = marked if coauthors else []
    divider = ["---------"] if body and ending else []
    return "\n\n".join([subject, *body, *divider, *ending])


SETTINGS = {
    "COMMIT_MESSAGES": squash_message("PR_TITLE", "COMMIT_MESSAGES"),
    "PR_BODY": squash_message("PR_TITLE", "PR_BODY", coauthors=False),
    "PR_BODY with co-authors": squash_message("PR_TITLE", "PR_BODY"),
    "BLANK": squash_message("PR_TITLE", "BLANK", coauthors=False),
    "BLANK with co-authors": squash_message("PR_TITLE", "BLANK"),
}


def told(story: History) -> tuple[list[Change], dict[str, CommitFact]]:
    """The changes, and the landed commits by name, as `ai-quality facts` has them."""
    with open_repository(story.path) as repository:
        mined = mine(repository)
        fates = list(lifetimes.fates(mined.book, mined.moved))
        lines = lifetimes.landed_lines(fates, mined.shape, paths.counted(mined.book.paths, mined.kinds))
        facts = rows.commit_facts(mined, lines, lambda email: email)
        return list(rows.changes(mined, lines)), {story.name(fact.sha): fact for fact in facts}


def changes(tmp_path: Path, history: Sequence[Row], refs: Mapping[str, str] | None = None) -> dict[str, Change]:
    """Change by the name of its landing, or by `#number` where it never landed by itself."""
    story = build(tmp_path, history, refs=refs, bare=True)
    return {story.name(row.change) if row.change else f"#{row.number}": row for row in told(story)[0]}


def squash(name: str = "S", message: str = "Words (#7)", on: str = "A", day: float = 9) -> Row:
    return C(name, on=on, committer=FORGE, message=message, day=day, files=WHOLE)


@pytest.mark.parametrize("coauthors", [True, False], ids=["co-authors named", "co-authors cut"])
@pytest.mark.parametrize("message", MESSAGES)
@pytest.mark.parametrize("title", TITLES)
def test_one_ai_commit_of_a_tenth_of_the_lines_counts_a_tenth_whatever_the_squash_says(
    tmp_path: Path, title: str, message: str, coauthors: bool
) -> None:
    landed = squash(message=squash_message(title, message, coauthors=coauthors))
    (_, change), commits = told(build(tmp_path, [*FIVE, landed], refs=HEAD_7))
    assert (change.number, change.state, change.shape, change.commits) == (7, "landed", "squash", 5)
    assert (change.commit_class, change.cohort, change.agent) == ("mixed", "mixed", "claude-code")
    assert change.ai_share == pytest.approx(0.1)
    assert commits["S"].commit_class == "mixed"
    assert commits["S"].ai_share == pytest.approx(0.1)


@pytest.mark.parametrize("ai", ["claude", None], ids=["marked", "unmarked"])
@pytest.mark.parametrize("message", MESSAGES)
@pytest.mark.parametrize("title", TITLES)
def test_an_offer_of_one_commit_counts_whole_or_not_at_all(
    tmp_path: Path, title: str, message: str, ai: str | None
) -> None:
    own = C("X", f="a b", ai=ai)
    landed = C("S", on="A", f="a b", message=squash_message(title, message, [own]), committer=FORGE, day=9)
    change = changes(tmp_path, [C("A", f="a"), own, landed], {"refs/pull/7/head": "X"})["S"]
    assert (change.number, change.shape, change.commits) == (7, "squash", 1)
    assert (change.cohort, change.ai_share) == (("ai", 1) if ai else ("unmarked", 0))


def test_a_tenth_is_in_no_rate_and_openly_counted(tmp_path: Path) -> None:
    story = build(tmp_path, [*FIVE, squash()], refs=HEAD_7)
    with open_repository(story.path) as repository, open_facts(repository) as facts:
        facts.set_window(since=LONG_AGO, until=LATER, observed_until=LATER, pull_refs=1)
        measured = metrics.measure(facts.rows, pull_refs=True, names=["defect_rate", "line_survival"])
        left_out = metrics.excluded(facts.rows)
    assert [one.rates["ai"].of for one in measured] == [0, 0]
    assert ("squashes only partly AI-marked, share known", 1, 20) in left_out


@pytest.mark.parametrize(
    ("setting", "refs", "share"),
    [
        ("PR_BODY", HEAD_7, metrics.MarkedShare(24, 5, 2, 0)),
        ("COMMIT_MESSAGES", HEAD_7, metrics.MarkedShare(24, 5, 2, 0)),
        ("COMMIT_MESSAGES", {}, metrics.MarkedShare(24, 3, 0, 20)),
        ("BLANK", {}, metrics.MarkedShare(24, 3, 0, 0)),
    ],
)
def test_the_share_of_lines_has_the_ai_part_of_squashes_and_says_of_how_many_lines_it_is_unknown(
    tmp_path: Path, setting: str, refs: Mapping[str, str], share: metrics.MarkedShare
) -> None:
    more = C("T", g="t1 t2 t3", ai="claude", day=10)
    story = build(tmp_path, [*FIVE, squash(message=SETTINGS[setting]), more], refs=refs)
    with open_repository(story.path) as repository, open_facts(repository) as facts:
        facts.set_window(since=LONG_AGO, until=LATER, observed_until=LATER, pull_refs=len(refs))
        assert metrics.marked_share(metrics.cohort_counts(facts.rows)) == share


def test_the_window_starts_with_a_squash_that_is_only_partly_ai_marked_too(tmp_path: Path) -> None:
    later = C("T", g="t1 t2 t3", ai="claude", day=20)
    story = build(tmp_path, [*FIVE, squash(), later], refs=HEAD_7)
    with open_repository(story.path) as repository, open_facts(repository) as facts:
        assert window(facts, now=LATER).since == datetime(2026, 1, 10, 12)  # noqa: DTZ001


@pytest.mark.parametrize("setting", ["COMMIT_MESSAGES", "PR_BODY with co-authors"])
def test_without_its_refs_the_share_of_a_squash_in_part_marked_is_unknown(tmp_path: Path, setting: str) -> None:
    change = changes(tmp_path, [*FIVE, squash(message=SETTINGS[setting])])["S"]
    assert (change.commit_class, change.cohort, change.ai_share) == ("mixed", "mixed", None)
    assert change.first_commit is None


@pytest.mark.parametrize(("setting", "cohort", "share"), [("BLANK", "unmarked", 0), ("BLANK with co-authors", "ai", 1)])
def test_without_its_refs_a_squash_is_what_its_message_says(
    tmp_path: Path, setting: str, cohort: str, share: float
) -> None:
    change = changes(tmp_path, [*FIVE, squash(message=SETTINGS[setting])])["S"]
    assert (change.cohort, change.ai_share) == (cohort, share)


@pytest.mark.parametrize("refs", [HEAD_7, None], ids=["with its refs", "without"])
@pytest.mark.parametrize("subject", ["Merge pull request #7 from dev/words", "Merge branch 'words'"])
def test_a_merge_is_shared_out_by_its_own_commits(tmp_path: Path, subject: str, refs: Mapping[str, str] | None) -> None:
    change = changes(tmp_path, [*FIVE, C("M", on="A X5", message=subject, files=WHOLE)], refs)["M"]
    assert change.number == (7 if refs or "#7" in subject else None)
    assert (change.state, change.shape, change.commits, change.cohort) == ("landed", "merge", 5, "mixed")
    assert change.ai_share == pytest.approx(0.1)


def rebased(*, days: float = 0, **authored: float) -> list[Row]:
    """The five commits again, landed on top of B in one go, or as many days apart."""
    again = [C("B", on="A", z="z", day=7)]
    for number, row in enumerate(FIVE[1:]):
        written = authored.get(row.name, int(row.name[1]))
        again.append(row._replace(name=f"R{row.name[1]}", message=row.name, day=10 + days * number, authored=written))
    return again


@pytest.mark.parametrize("days", [0, 1], ids=["in one go", "day after day"])
@pytest.mark.parametrize("dates", [{}, {"X1": 9.0, "X5": 9.5}], ids=["author dates kept", "author dates lost"])
def test_a_rebase_lands_as_one_change_of_its_own_commits(
    tmp_path: Path, dates: Mapping[str, float], days: float
) -> None:
    story = build(tmp_path, [*FIVE, *rebased(days=days, **dates)], refs=HEAD_7)
    landed, commits = told(story)
    change = next(row for row in landed if row.number == 7)
    assert [row.change and story.name(row.change) for row in landed] == ["A", "B", "R5"]
    assert (change.state, change.shape, change.commits, change.cohort) == ("landed", "rebase", 5, "mixed")
    assert change.ai_share == pytest.approx(0.1)
    assert [commits[name].ai_share for name in ("R1", "R3", "R5")] == [0, 1, 0]
    landings = [story.name(commits[name].change) for name in ("R1", "R3", "R5")]
    assert landings == (["R1", "R3", "R5"] if days else ["R5"] * 3), "what came day after day landed when it came"


def test_a_rebase_without_its_refs_is_direct_commits(tmp_path: Path) -> None:
    found = changes(tmp_path, [*FIVE, *rebased()])
    assert [(name, row.shape, row.ai_share) for name, row in found.items() if name[0] == "R"] == [
        ("R1", "direct", 0), ("R2", "direct", 0), ("R3", "direct", 1), ("R4", "direct", 0), ("R5", "direct", 0),
    ]  # fmt: skip


def test_commits_of_a_rebase_that_others_came_between_are_landings_of_their_own(tmp_path: Path) -> None:
    landed = rebased()
    between = [*landed[:3], C("C", z="z y", day=10), *landed[3:]]
    found = changes(tmp_path, [*FIVE, *between], HEAD_7)
    assert [name for name, row in found.items() if row.number == 7] == ["R5"]
    assert found["R1"].shape == "direct"


def test_direct_commits_are_changes_of_their_own(tmp_path: Path) -> None:
    found = changes(tmp_path, FIVE)
    assert [(row.shape, row.cohort, row.ai_share) for row in found.values()] == [
        *[("direct", "unmarked", 0)] * 3, ("direct", "ai", 1), *[("direct", "unmarked", 0)] * 2,
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("email", "said"), [("dev@example.com", "assisted"), ("noreply@anthropic.com", "agent")], ids=["assisted", "agent"]
)
def test_a_squash_of_marked_commits_only_is_marked_though_its_message_is_silent(
    tmp_path: Path, email: str, said: str
) -> None:
    own = [C("A", f="a"), C("X1", f="a b", ai="claude", email=email), C("X2", f="a b c", ai="claude", email=email)]
    change = changes(tmp_path, [*own, C("S", on="A", message="Words (#7)", f="a b c")], {"refs/pull/7/head": "X2"})["S"]
    assert (change.commit_class, change.cohort, change.ai_share) == (said, "ai", 1)


def test_a_squash_of_unmarked_commits_is_what_its_message_declares(tmp_path: Path) -> None:
    own = [C("A", f="a"), C("X", f="a b"), C("S", on="A", message="Words (#7)", f="a b", ai="claude")]
    change = changes(tmp_path, own, {"refs/pull/7/head": "X"})["S"]
    assert (change.commit_class, change.cohort, change.ai_share) == ("assisted", "ai", 1)


@pytest.mark.parametrize("landing", [
    C("L", on="A", message="Words (#7)", f="a p q u v w", day=9),
    C("L", on="A Y2", message="Merge pull request #7 from dev/x", f="a p q u v w", day=9),
], ids=["squash", "merge"])  # fmt: skip
def test_only_lines_that_reached_the_landing_are_shared_out(tmp_path: Path, landing: Row) -> None:
    own = [C("A", f="a"), C("Y1", f="a p q x y z", ai="claude"), C("Y2", f="a p q u v w")]
    change = changes(tmp_path, [*own, landing], {"refs/pull/7/head": "Y2"})["L"]
    assert change.ai_share == pytest.approx(2 / 5)


def test_a_change_without_lines_is_shared_out_by_its_commits(tmp_path: Path) -> None:
    own = [C("A", f="a b c"), C("X1", f="a b", ai="claude"), C("X2", f="a")]
    change = changes(tmp_path, [*own, C("S", on="A", message="Less (#7)", f="a")], {"refs/pull/7/head": "X2"})["S"]
    assert (change.cohort, change.ai_share) == ("mixed", 0.5)


def test_a_branch_named_by_an_agent_makes_what_it_brought_uncertain(tmp_path: Path) -> None:
    own = [
        C("A", f="a"),
        C("X", f="a b"),
        C("M", on="A X", f="a b", message="Merge pull request #7 from dev/codex/add-b"),
    ]
    change = changes(tmp_path, own, {"refs/pull/7/head": "X"})["M"]
    assert (change.number, change.commit_class, change.cohort, change.ai_share) == (7, "assisted", "uncertain", None)
    assert change.agent == "codex"


def test_a_squash_that_does_not_tell_its_number_is_known_by_its_patch(tmp_path: Path) -> None:
    moved = C("B", on="A", f="0 a a a a", day=8)
    landed = C("S", on="B", f="0 a a a a b1 b2", message="Another title", day=9)
    own = [C("A", f="a a a a"), C("X1", f="a a a a b1"), C("X2", f="a a a a b1 b2", ai="claude")]
    story = build(tmp_path, [*own, C("N", on="A"), moved, landed], refs={"refs/pull/7/head": "X2", **OPEN_9})
    change = next(row for row in told(story)[0] if row.number == 7)
    assert (change.change, change.state, change.shape) == (story.ids["S"], "landed", "squash")
    assert change.ai_share == pytest.approx(0.5)


@pytest.mark.parametrize("landed", [
    C("S", on="A", f="a B1", message="Not the same", day=9),
    C("S", on="A", f="a b1", message="The same, but before", day=0.5),
    C("S", on="A", f="a b1", message="The same, but another's (#9)", day=9),
], ids=["another text", "older", "of another number"])  # fmt: skip
def test_what_only_looks_like_an_offer_is_not_its_landing(tmp_path: Path, landed: Row) -> None:
    own = [C("A", f="a"), C("X", f="a b1", day=2), C("N", on="A", f="a b1")]
    assert changes(tmp_path, [*own, landed], {"refs/pull/7/head": "X", **OPEN_9})["#7"].state == "closed"


def test_open_offers_have_a_test_merge_and_without_a_single_one_nobody_can_tell(tmp_path: Path) -> None:
    own = [C("A", f="a"), C("X", f="a b", ai="claude"), C("N", on="A", f="n"), C("B", on="A", f="c")]
    found = changes(tmp_path / "1", own, {"refs/pull/7/head": "X", **OPEN_9})
    assert (found["#7"].state, found["#7"].cohort, found["#7"].ai_share) == ("closed", "ai", 1)
    assert found["#9"].state == "open"
    assert changes(tmp_path / "2", own, {"refs/pull/7/head": "X"})["#7"].state == "unknown"


def test_a_number_that_an_imported_history_used_before_is_not_the_offers(tmp_path: Path) -> None:
    rows_of = [
        C("I", on="", g="g", message="Imported (#7)", day=0),
        C("A", on="", f="a", day=1),
        C("W", on="A I", f="a", g="g", message="Merge the other repository", day=2),
        C("X", on="W", f="a b", day=3),
        C("N", on="W", f="n", day=3),
        C("B", on="W", f="c", day=4),
    ]
    found = changes(tmp_path, rows_of, {"refs/pull/7/head": "X", **OPEN_9})
    assert found["#7"].state == "closed"


def test_a_number_used_before_the_offers_branch_began_is_not_the_offers(tmp_path: Path) -> None:
    own = [C("A", f="a", message="Old (#7)"), C("X", f="a b", authored=0), C("N", on="A"), C("B", on="A", f="c")]
    assert changes(tmp_path, own, {"refs/pull/7/head": "X", **OPEN_9})["#7"].state == "closed"


def test_an_offer_whose_head_is_a_commit_of_the_mainline_has_no_commits_of_its_own(tmp_path: Path) -> None:
    found = changes(tmp_path, [C("A", f="a"), C("B", f="b"), C("D", f="c")], {"refs/pull/7/head": "B"})
    assert list(found) == ["A", "B", "D"]
    assert {row.number for row in found.values()} == {None}


@pytest.mark.parametrize(("subject", "number"), [
    ("Backport of words (#3) (#7)", 7),
    ('Revert "Words (#7)"', None),
    ('Revert "Words (#3)" (#7)', 7),
])  # fmt: skip
def test_the_last_number_that_is_not_quoted_is_the_landings(tmp_path: Path, subject: str, number: int | None) -> None:
    assert changes(tmp_path, [C("A", f="a"), C("B", f="b", message=subject)])["B"].number == number


def test_a_number_lands_once(tmp_path: Path) -> None:
    found = changes(tmp_path, [C("A", f="a"), C("B", f="b", message="Words (#7)"), C("D", f="c", message="More (#7)")])
    assert [(row.number, row.shape) for row in found.values()] == [(None, "direct"), (7, "squash"), (None, "direct")]


STACK = [
    C("A", f="a", day=0),
    C("T1", on="A", f="a t", day=1),
    C("X", on="T1", f="a t x", ai="claude", day=2),
]


@pytest.mark.parametrize("taken", [
    C("T2", on="T1", f="a t x", message="Add x (#8)", committer=FORGE, day=3),
    C("T2", on="T1 X", f="a t x", message="Merge pull request #8 from dev/x", day=3),
], ids=["squash", "merge"])  # fmt: skip
def test_an_offer_merged_into_another_ones_branch_is_merged(tmp_path: Path, taken: Row) -> None:
    landed = C("S", on="A", f="a t x", message="Add t (#7)", committer=FORGE, day=5)
    refs = {"refs/pull/7/head": "T2", "refs/pull/8/head": "X"}
    found = changes(tmp_path, [*STACK, taken, landed], refs)
    assert (found["S"].number, found["S"].state) == (7, "landed")
    assert (found["#8"].state, found["#8"].cohort, found["#8"].commits) == ("merged", "ai", 1)
    assert found["#8"].shape == ("merge" if " " in (taken.on or "") else "squash")


def test_an_offer_merged_into_a_branch_that_never_lands_is_merged(tmp_path: Path) -> None:
    taken = C("T2", on="T1 X", f="a t x", message="Merge pull request #8 from dev/x", day=3)
    refs = {"refs/heads/release": "T2", "refs/pull/8/head": "X"}
    found = changes(tmp_path, [*STACK, taken, C("B", on="A", f="b", day=4)], refs)
    assert (found["#8"].state, found["#8"].commits, found["#8"].first_commit) == ("merged", 1, at(2))


def test_an_offer_that_came_with_anothers_merge_is_merged_and_known_by_its_own_commits(tmp_path: Path) -> None:
    rest = [
        C("T2", on="T1 X", f="a t x", message="Merge branch 'x' into t", day=3),
        C("M", on="A T2", f="a t x", message="Merge pull request #7 from dev/t", day=4),
    ]
    found = changes(tmp_path, [*STACK, *rest], {"refs/pull/7/head": "T2", "refs/pull/8/head": "X"})
    assert (found["M"].number, found["M"].commits) == (7, 2)
    assert (found["#8"].state, found["#8"].cohort, found["#8"].commits) == ("merged", "ai", 1)


def test_two_offers_of_one_head_are_not_both_merged(tmp_path: Path) -> None:
    history = [C("A", f="a"), C("X", f="a b"), C("M", on="A X", f="a b", message="Merge pull request #8 from dev/x")]
    found = changes(tmp_path, history, {"refs/pull/7/head": "X", "refs/pull/8/head": "X"})
    assert [row.number for row in found.values()] == [None, 8]


def test_an_offer_does_not_own_the_commits_of_the_one_it_was_stacked_on(tmp_path: Path) -> None:
    history = [
        C("A", f="a"),
        C("L", f="a l1 l2", ai="claude"),
        C("U", f="a l1 l2 u"),
        C("S", on="A", f="a l1 l2", message="Lower (#7)", committer=FORGE),
        C("R", f="a l1 l2 u", message="Upper (#8)", committer=FORGE),
    ]
    found = changes(tmp_path, history, {"refs/pull/7/head": "L", "refs/pull/8/head": "U"})
    assert (found["S"].cohort, found["S"].ai_share) == ("ai", 1)
    assert (found["R"].cohort, found["R"].ai_share, found["R"].commits) == ("unmarked", 0, 1)


def test_a_backport_is_older_than_nothing_it_repeats(tmp_path: Path) -> None:
    history = [
        C("A", f="a", day=0),
        C("P", on="A", f="a b", day=3, authored=2, message="Add b"),
        C("K", on="A", f="a b", day=5, authored=2, message="Add b"),
        C("N", on="A", day=5),
        C("B", on="P", z="z", day=6),
    ]
    found = changes(tmp_path, history, {"refs/pull/7/head": "K", **OPEN_9})
    assert (found["P"].number, found["#7"].state) == (None, "closed")


def test_an_offer_squashed_into_a_branch_that_landed_later_is_shared_out_too(tmp_path: Path) -> None:
    history = [*FIVE, squash("D", on="A", day=9), C("B", on="A", z="z", day=9)]
    history.append(C("M", on="B D", message="Merge branch 'dev'", files=WHOLE, day=10))
    story = build(tmp_path, history, refs={**HEAD_7, "refs/heads/dev": "D"})
    landed, commits = told(story)
    assert commits["D"].ai_share == pytest.approx(0.1)
    assert [(row.state, row.shape, row.commits) for row in landed if row.number == 7] == [("merged", "squash", 5)]
    assert next(row.ai_share for row in landed if row.shape == "merge") == pytest.approx(0.1)


def test_a_rewritten_history_does_not_make_its_old_commits_an_offers_own(tmp_path: Path) -> None:
    history = [
        C("A", f="a", ai="claude", message="One", day=0),
        C("B", f="a b", ai="claude", message="Two", day=1),
        C("X", f="a b c", day=2),
        C("A2", on="", f="a", z="licence", ai="claude", message="One", day=0),
        C("B2", f="a b", ai="claude", message="Two", day=1),
        C("S", f="a b c", message="Add c (#7)", day=3),
    ]
    change = changes(tmp_path, history, {"refs/pull/7/head": "X"})["S"]
    assert (change.cohort, change.ai_share, change.commits) == ("unmarked", 0, 1)
