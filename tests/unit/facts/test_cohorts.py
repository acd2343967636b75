"""Which cohort a landed commit is counted in, by its own marks and by the company it came in."""

from __future__ import annotations

import pytest

from ai_quality.facts.changes import Landing
from ai_quality.facts.cohorts import cohort_of, merged_verdicts, partly_marked, squash_verdicts
from ai_quality.facts.landings import landings
from ai_quality.facts.offers import Offer
from ai_quality.model import Commit, CommitClass, Evidence, Mark, Person, Verdict

DEV = Person("dev", "dev@example.com")
TRAILER = "Co-authored-by: Claude <noreply@anthropic.com>"
DIVIDER = "---------"


def commit(message: str, *parents: str, sha: str = "s") -> Commit:
    return Commit(sha, parents, DEV, DEV, 1_780_000_000, 1_780_000_000, message)


def verdict(commit_class: CommitClass, evidence: Evidence = "none", agent: str = "claude-code") -> Verdict:
    marks = (Mark(agent, None, "trailer", evidence, agent),) if evidence != "none" else ()
    return Verdict(commit_class, evidence, marks)


UNMARKED = verdict("unmarked")
ASSISTED = verdict("assisted", "declared")
AGENT = verdict("agent", "identity", "devin")
WEAK = verdict("assisted", "weak")


@pytest.mark.parametrize(("given", "cohort"), [
    (UNMARKED, "unmarked"), (ASSISTED, "ai"), (AGENT, "ai"), (verdict("assisted", "observed"), "ai"),
    (WEAK, "uncertain"), (verdict("assisted", "pull_request"), "uncertain"),
    (verdict("mixed", "declared"), "mixed"), (verdict("bot"), "bot"),
])  # fmt: skip
def test_headline_rates_take_the_three_strongest_evidences(given: Verdict, cohort: str) -> None:
    assert cohort_of(given) == cohort


@pytest.mark.parametrize(("own", "said", "expected"), [
    ([ASSISTED, ASSISTED], UNMARKED, ("assisted", "declared")),
    ([AGENT, AGENT], UNMARKED, ("agent", "identity")),
    ([ASSISTED, AGENT], UNMARKED, ("assisted", "identity")),
    ([ASSISTED, UNMARKED], ASSISTED, ("mixed", "declared")),
    ([ASSISTED, WEAK], UNMARKED, ("mixed", "declared")),
    ([UNMARKED, UNMARKED], ASSISTED, ("assisted", "declared")),
    ([WEAK, UNMARKED], UNMARKED, ("unmarked", "none")),
    ([], AGENT, ("agent", "identity")),
])  # fmt: skip
def test_a_squash_is_judged_by_its_offers_own_commits(
    own: list[Verdict], said: Verdict, expected: tuple[str, str]
) -> None:
    names = [f"x{number}" for number in range(len(own))]
    offer = Offer(7, "x", tuple(names), None)
    (judged,) = squash_verdicts([commit("Words (#7)")], {1: offer}, dict(zip(names, own, strict=True)), [said])
    assert (judged.commit_class, judged.evidence) == expected


@pytest.mark.parametrize("message", [
    f"Words (#7)\n\n* one\n\n* two\n\n{TRAILER}\n\n{DIVIDER}\n\n{TRAILER}",
    f"Words (#7)\n\nIt adds words.\n\n{DIVIDER}\n\n{TRAILER}",
    f"Words (#7)\n\n{DIVIDER}\n\n{TRAILER}",
], ids=["one of two commits is marked", "co-authors of several commits", "nothing but co-authors"])  # fmt: skip
def test_a_squash_of_unknown_commits_is_mixed(message: str) -> None:
    (judged,) = squash_verdicts([commit(message)], {}, {}, [ASSISTED])
    assert judged == verdict("mixed", "declared")


@pytest.mark.parametrize(("message", "said"), [
    (f"Words (#7)\n\n* one\n\n{TRAILER}\n\n* two\n\n{TRAILER}\n\n{DIVIDER}\n\n{TRAILER}", ASSISTED),
    (f"Words (#7)\n\n* one\n\n{DIVIDER}\n\n{TRAILER}", ASSISTED),
    (f"Words (#7)\n\n{TRAILER}", ASSISTED),
    (f"Words (#7)\n\n> {DIVIDER}\n\n{TRAILER}", ASSISTED),
    (f"Words (#7)\n\nIt adds words.\n\n{DIVIDER}\n\n{TRAILER}", WEAK),
    (f"Words (#7)\n\nIt adds words.\n\n{DIVIDER}\n\n{TRAILER}", AGENT),
], ids=["all are marked", "there is one", "no list", "a quoted rule", "weak marks", "an agent's own"])  # fmt: skip
def test_other_squashes_are_what_they_say(message: str, said: Verdict) -> None:
    assert squash_verdicts([commit(message)], {}, {}, [said]) == [said]


def test_only_unmarked_commits_of_a_merge_take_after_the_branch_it_names() -> None:
    history = [
        commit("a", sha="a"),
        commit("x", "a", sha="x"),
        commit("y", "x", sha="y"),
        commit("m", "a", "y", sha="m"),
    ]
    branch = verdict("assisted", "pull_request", "codex")
    said = [UNMARKED, UNMARKED, ASSISTED, branch]
    units = [Landing(1, None, "direct", None), Landing(4, 7, "merge", None)]
    assert merged_verdicts(said, landings(history, "m"), units) == [UNMARKED, branch, ASSISTED, branch]
    named = [UNMARKED, UNMARKED, ASSISTED, ASSISTED]
    assert merged_verdicts(named, landings(history, "m"), units) == named


def test_lines_are_only_needed_where_marked_and_unmarked_commits_meet() -> None:
    own = {"a": ASSISTED, "b": UNMARKED, "c": WEAK}
    offered = [Offer(1, "A", ("a",), None), Offer(2, "B", ("b", "c"), None), Offer(3, "C", ("a", "c", "merge"), None)]
    assert partly_marked(offered, own) == ["C"]
