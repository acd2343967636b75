from __future__ import annotations

import pytest

from ai_quality.hooks.tagging import Moment, amends, carried, decide, with_models

CLAUDE = ["claude-code"]
TAG = "Assisted-by: claude-code"


def moment(message: bytes = b"One\n", **more: object) -> Moment:
    return Moment(**{"hook": "prepare-commit-msg", "message": message, **more})  # type: ignore[arg-type]


def test_an_agents_ordinary_commit_is_marked_and_asks_for_its_cost() -> None:
    said = decide(moment(), CLAUDE, lambda: ["AI-Usage: id=u1"])
    assert said.lines == [TAG, "AI-Usage: id=u1"]


@pytest.mark.parametrize(
    "against",
    [
        moment(editor=True),
        moment(source=""),
        moment(source="template"),
        moment(source="commit"),
        moment(source="merge"),
        moment(hook="commit-msg"),
        moment(b"", hook="commit-msg", editor=True),
        moment(b"# only a comment\n", hook="commit-msg", editor=True),
        moment(b"Signed-off-by: A <a@b>\n", hook="commit-msg", editor=True),
        moment(b"T\n", hook="commit-msg", editor=True, source="template", offered=b"T\n\n# hints\n"),
        moment(b"T\n\nSigned-off-by: A <a@b>\n", hook="commit-msg", editor=True, source="template", offered=b"T\n"),
        *(moment(states=[state]) for state in ("MERGE_MSG", "CHERRY_PICK_HEAD", "rebase-merge", "rebase-apply")),
        *(moment(command=["git", word]) for word in ("cherry-pick", "revert", "rebase", "merge", "pull", "am")),
        moment(command=["git", "-c", "x=commit", "-C", "commit", "revert"]),
        moment(hook="commit-msg", editor=True, source=None, command=["git", "commit", "-c", "HEAD"]),
        moment(hook="commit-msg", editor=True, source=None, command=["git", "commit", "--reedit-message=HEAD"]),
        *(
            moment(f"{word} One\n".encode())
            for word in ("fixup!", "squash!", "amend!", "Revert", "revert:", 'Reapply "')
        ),
        moment(b"Undo it\n\nThis reverts commit 0123456.\n"),
        moment(is_amend=True, head=b"By a person\n"),
        moment(squashed=b"Squashed commit of the following:\n\n    By a person\n"),
    ],
)
def test_what_is_not_the_agents_own_words_is_not_marked(against: Moment) -> None:
    said = decide(against, CLAUDE, lambda: pytest.fail("nobody is charged for it"))
    assert (said.lines, said.why != "") == ([], True)


@pytest.mark.parametrize(
    "subject",
    ["Reverting is fast now", "Fix: revert button", "amend the docs", "fixup the docs", "Squash a bug", "#12 Fix"],
)
def test_words_that_only_look_like_it_are_marked(subject: str) -> None:
    assert decide(moment(f"{subject}\n".encode()), CLAUDE).lines == [TAG]


def test_nobody_in_sight_marks_nothing() -> None:
    assert decide(moment(), []).lines == []


def test_an_amend_keeps_what_the_commit_carried_and_adds_nobody() -> None:
    head = b"One\n\nAssisted-by: codex:gpt-5\nAI-Usage: id=u1; req=3\nAssisted-by: Jane Doe\n"
    said = decide(moment(is_amend=True, head=head), CLAUDE)
    assert said.lines == ["Assisted-by: codex:gpt-5", "AI-Usage: id=u1; req=3"]
    own = decide(moment(is_amend=True, head=b"One\n\nCo-authored-by: Claude <noreply@anthropic.com>\n"), CLAUDE)
    assert own.lines == [TAG]
    again = decide(moment(is_amend=True, head=b"One\n\nAssisted-by: claude-code:m-1\n"), CLAUDE)
    assert again.lines == ["Assisted-by: claude-code:m-1"]


def test_a_squash_carries_marks_over_once_and_only_in_the_first_hook() -> None:
    squashed = b"    One\n\n    Assisted-by: codex\n\n    Two\n\n    assisted-by: codex\n    Assisted-by: Codex:gpt-5\n"
    said = decide(moment(squashed=squashed, editor=True), [])
    assert said.lines == ["Assisted-by: codex", "assisted-by: codex", "Assisted-by: Codex:gpt-5"]
    assert decide(moment(hook="commit-msg", squashed=squashed, editor=True), CLAUDE).lines == []


def test_people_are_credited_with_the_same_key() -> None:
    text = b"Assisted-by: Jane Doe <j@d>\nAssisted-by: Devon\nAssisted-by: LLM\nAssisted-by: Tool:model-1 sparse\n"
    assert carried(text) == ["Assisted-by: LLM", "Assisted-by: Tool:model-1 sparse"]


@pytest.mark.parametrize(
    ("words", "is_amend"),
    [
        ("git commit --amend -m x", True),
        ("git commit --am -m x", True),
        ("/usr/bin/git -c a=b commit -qm x --amen", True),
        ("git commit -am x", False),
        ("git commit --all --allow-empty --author=x -m x", False),
        ("git commit -m x -- --amend", False),
    ],
)
def test_an_amend_is_told_by_gits_own_words(words: str, is_amend: bool) -> None:
    assert amends(words.split()) is is_amend


def test_models_join_where_they_are_known_and_fit() -> None:
    lines = [TAG, "Assisted-by: devin-ai", "AI-Usage: id=1"]
    named = with_models(lines, {"claude-code": "claude-opus-4-8", "devin": "m 1\nSigned-off-by: x"})
    assert named == [f"{TAG}:claude-opus-4-8", "Assisted-by: devin-ai", "AI-Usage: id=1"]
