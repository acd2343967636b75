"""Why a commit is classed so: what `explain` says of squashes, notes and costs, of real histories."""

from __future__ import annotations

from pathlib import Path

import pytest

from ai_quality.pipeline.explaining import MOST_OWN, CommitStory, MadeOf, explain
from ai_quality.pipeline.keeping import open_facts
from ai_quality.reports import stories
from ai_quality.sources.git import open_repository
from tests.git.test_changes import FIVE, HEAD_7, SETTINGS, squash
from tests.histories import AGENTS, C, History, build

CLAUDE = AGENTS["claude"]
PRICED = "AI-Usage: id=aaaa; agent=claude-code; model=m; req=2; in=1; cr=2; cw=3; out=4; usd=1.50; px=x/1; ev=paths"
UNPRICED = "AI-Usage: id=bbbb; agent=claude-code; model=m; req=2; in=1; cr=2; cw=3; out=4; ev=paths"


def told(history: History, name: str) -> CommitStory:
    with open_repository(history.path) as repository, open_facts(repository) as facts:
        story = explain(repository, facts, history.ids[name])
    assert isinstance(story, CommitStory)
    return story


def made_of(history: History, name: str = "S") -> MadeOf:
    found = told(history, name).made_of
    assert found
    return found


def lines(history: History, name: str = "S") -> list[str]:
    return stories.text(told(history, name)).split("\n")


def test_a_squash_names_the_commits_that_decided_its_class(tmp_path: Path) -> None:
    story = build(tmp_path, [*FIVE, squash(message=SETTINGS["PR_BODY"])], refs=HEAD_7)
    found = made_of(story)
    assert (found.number, found.commits, found.marked, found.lines, found.lines_marked) == (7, 5, 1, 20, 2)
    assert [(own.sha, own.lines) for own in found.shown] == [(story.ids["X3"], 2)]
    assert lines(story)[2:6] == [
        "  class mixed (counted as mixed), evidence declared",
        "  no AI mark on the commit itself",
        "  pull request #7: 1 of 5 commits AI-marked, with 2 of 20 lines",
        f"    {story.ids['X3'][:12]}  claude-code in the trailer (declared): {CLAUDE}",
    ]


def test_a_squash_without_its_refs_names_what_its_message_lists(tmp_path: Path) -> None:
    story = build(tmp_path, [*FIVE, squash(message=SETTINGS["COMMIT_MESSAGES"])])
    assert "  its message: 1 of 5 commits AI-marked" in lines(story)
    assert f"    * X3  claude-code in the trailer (declared): {CLAUDE}" in lines(story)


def test_a_squash_that_lists_nothing_says_that_its_parts_are_unknown(tmp_path: Path) -> None:
    story = build(tmp_path, [*FIVE, squash(message=SETTINGS["PR_BODY with co-authors"])])
    assert told(story, "S").made_of is None
    assert stories.NOT_KNOWN in lines(story)


def test_what_is_no_squash_was_made_of_nothing(tmp_path: Path) -> None:
    story = build(tmp_path, [C("A", f="a"), C("B", f="a b", ai="claude"), C("D", f="a b d")])
    assert told(story, "B").made_of is told(story, "D").made_of is None
    assert "  no AI mark on the commit itself" in lines(story, "D")


def test_of_many_commits_the_first_are_named_and_the_others_counted(tmp_path: Path) -> None:
    many = [C(f"X{n}", files={f"f{n}": "a " * (n + 1)}, ai="claude") for n in range(MOST_OWN + 3)]
    whole = {path: content for row in many for path, content in row.files.items()}
    rows = [
        C("A", f="a"),
        *many,
        C("Y", g="y"),
        C("S", on="A", message="Words (#7)", files={**whole, "g": "y"}, day=30),
    ]
    story = build(tmp_path, rows, refs={"refs/pull/7/head": "Y"})
    found = made_of(story)
    assert (found.commits, found.marked, len(found.shown)) == (MOST_OWN + 4, MOST_OWN + 3, MOST_OWN)
    assert [story.name(own.sha or "") for own in found.shown[:2]] == ["X12", "X11"], "those with most lines first"
    assert "    and 3 more (`ai-quality facts squashed`)" in lines(story)


@pytest.mark.parametrize("refs", [HEAD_7, {}], ids=["own commits", "listed"])
def test_hostile_text_in_an_own_commit_stays_text(tmp_path: Path, refs: dict[str, str]) -> None:
    evil = "Co-Authored-By: Claude \x1b[31m\u202ex <noreply@anthropic.com>"
    listed = f"Words (#7)\n\n* \x1b]0;x\x07one\n\n{evil}\n\n* two\n\n* three\n"
    rows = [*FIVE[:3], C("X3", f="a b1", trailers=[evil]), *FIVE[4:], squash(message=listed)]
    text = "\n".join(lines(build(tmp_path, rows, refs=refs)))
    assert "1 of " in text
    assert "(declared): Co-Authored-By: Claude" in text
    assert not {"\x1b", "\u202e", "\x07"} & set(text)


def test_a_mark_in_a_note_is_shown(tmp_path: Path) -> None:
    story = build(tmp_path, [C("A", f="a"), C("B", f="a b")])
    story.git("notes", "--ref=ai-quality", "add", "-m", "Assisted-by: claude-code", story.ids["B"])
    assert [mark.agent for mark in told(story, "B").marks] == ["claude-code"]
    assert not any("no AI mark" in line for line in lines(story, "B"))


@pytest.mark.parametrize(
    ("records", "cost"),
    [
        ([], "unknown (no usage record)"),
        ([PRICED], "$1.50 at list prices (1 record)"),
        ([UNPRICED], "unknown (1 of 1 record without a known price)"),
        ([PRICED, UNPRICED], "at least $1.50 at list prices (1 of 2 records without a known price)"),
    ],
)
def test_a_commit_tells_what_it_cost(tmp_path: Path, records: list[str], cost: str) -> None:
    story = build(tmp_path, [C("A", f="a"), C("B", f="a b", ai="claude", trailers=records)])
    assert lines(story, "B")[-1] == f"  cost: {cost}"


def test_a_squash_costs_what_its_own_commits_did(tmp_path: Path) -> None:
    own = C("X", f="a b", ai="claude", trailers=[PRICED])
    rows = [C("A", f="a"), own, C("S", on="A", f="a b", message="Words (#7)", day=9)]
    story = build(tmp_path, rows, refs={"refs/pull/7/head": "X"})
    assert lines(story)[-1] == "  cost: $1.50 at list prices (1 record)"
