"""What only looks AI-marked never counts as AI: each entry of fake_marks.toml in every place it can stand."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from ai_quality.facts.cohorts import cohort_of
from ai_quality.facts.marks import classify
from ai_quality.model import Commit, Person, Verdict

CORPUS = tomllib.loads((Path(__file__).parent / "fake_marks.toml").read_text(encoding="utf-8"))
MESSAGES = CORPUS["messages"]
NOW = 1_793_500_000  # 2026-11-01
JANE = "Jane Doe <jane@example.org>"
REVIEWS = ("Reviewed-by", "Suggested-by", "Reported-by", "Tested-by", "Acked-by", "Signed-off-by", "Helped-by", "Cc")
CREDITS = ("Co-authored-by", "Co-developed-by", "Assisted-by")


def said(message: str = "Fix", author: str = JANE, committer: str = "") -> Verdict:
    return classify(Commit("0" * 40, (), person(author), person(committer or author), NOW, NOW, message))


def person(text: str) -> Person:
    name, _, email = text.rpartition(" <")
    return Person(name, email.rstrip(">"))


def listed(group: str) -> list[str]:
    return [one for kind in CORPUS[group].values() for one in kind]


@pytest.mark.parametrize("somebody", listed("people"))
def test_a_person_is_unmarked_wherever_they_are_named(somebody: str) -> None:
    assert said(author=somebody).commit_class == "unmarked"
    assert said(committer=somebody).commit_class == "unmarked"
    for key in (*CREDITS, *REVIEWS):
        assert said(f"Fix\n\n{key}: {somebody}").commit_class == "unmarked", key


@pytest.mark.parametrize("bot", CORPUS["reviewers"]["suggest"])
def test_who_only_suggests_never_counts_as_ai(bot: str) -> None:
    assert cohort_of(said(author=bot)) in ("bot", "uncertain")
    for key in (*CREDITS, *REVIEWS):
        assert cohort_of(said(f"Fix\n\n{key}: {bot}")) in ("unmarked", "uncertain"), key


@pytest.mark.parametrize("bot", CORPUS["reviewers"]["machines"])
def test_a_machine_is_a_bot_and_a_person_it_helps_is_unmarked(bot: str) -> None:
    assert cohort_of(said(author=bot)) == "bot"
    for key in (*CREDITS, *REVIEWS):
        assert cohort_of(said(f"Fix\n\n{key}: {bot}")) == "unmarked", key


@pytest.mark.parametrize("message", listed("messages"))
def test_words_that_credit_no_agent_never_count_as_ai(message: str) -> None:
    assert cohort_of(said(message)) in ("unmarked", "uncertain")


@pytest.mark.parametrize("message", MESSAGES["quoted_in_a_revert"] + MESSAGES["shown"] + MESSAGES["prose"])
def test_what_is_only_quoted_shown_or_told_leaves_no_mark_at_all(message: str) -> None:
    assert said(message).marks == ()


@pytest.mark.parametrize("kind", sorted(MESSAGES.keys() - {"quoted_in_a_revert"}))
def test_a_true_mark_after_a_fake_one_counts(kind: str) -> None:
    for message in MESSAGES[kind]:
        told = said(f"{message}\n\nCo-authored-by: Claude <noreply@anthropic.com>")
        assert cohort_of(told) == "ai", message
