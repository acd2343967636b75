"""Marks are told from look-alikes: every registry example, a corpus of fakes, and the shapes messages come in."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ai_quality.facts.marks import classify, load_registry, marks_in_sections, read_marks
from ai_quality.facts.registry import Example, Rule, _unique
from ai_quality.model import EVIDENCE_ORDER, Commit, Mark, Person

REGISTRY = load_registry()
NOW = 1_793_500_000  # 2026-11-01
JANE = "Jane Doe <jane@example.org>"
CLAUDE = "Co-Authored-By: Claude Opus 4.6 <noreply@anthropic.com>"
DEVIN = "Devin AI <158243242+devin-ai-integration[bot]@users.noreply.github.com>"


def commit(message: str = "Tidy up", *, author: str = JANE, committer: str = "", when: int = NOW) -> Commit:
    return Commit("0" * 40, (), person(author), person(committer or author), when, when, message)


def person(text: str) -> Person:
    name, _, email = text.rpartition(" <")
    return Person(name, email.rstrip(">"))


def shown(example: Example) -> Commit:
    return commit(example.message, author=example.author or JANE)


def strong(marks: tuple[Mark, ...]) -> list[str]:
    return [mark.agent for mark in marks if mark.evidence not in ("weak", "pull_request")]


def agents(message: str, **about: str) -> list[str]:
    return [mark.agent for mark in read_marks(commit(message, **about))]  # type: ignore[arg-type]


# --- the registry proves itself --------------------------------------------------------------------


def rule_id(rule: Rule) -> str:
    return f"{rule.agent}-{rule.kind}-{rule.match[0]}"


@pytest.mark.parametrize("rule", REGISTRY.rules, ids=rule_id)
def test_a_rules_example_is_marked_as_the_rule_says(rule: Rule) -> None:
    marks = read_marks(shown(rule.example))
    assert marks, "the example is marked"
    assert {mark.agent for mark in marks} == {rule.agent}
    as_coauthor = rule.kind == "identity" and marks[0].source == "trailer"
    assert marks[0].evidence == ("declared" if as_coauthor and rule.evidence == "identity" else rule.evidence)
    if rule.example.model:
        assert marks[0].model == rule.example.model


@pytest.mark.parametrize("rule", REGISTRY.rules, ids=rule_id)
def test_a_rules_look_alike_is_not_marked(rule: Rule) -> None:
    assert read_marks(shown(rule.counter)) == ()


@pytest.mark.parametrize("rule", REGISTRY.rules, ids=rule_id)
def test_a_rule_states_where_it_comes_from_and_how_good_it_is(rule: Rule) -> None:
    assert rule.source
    assert rule.grade in ("A", "B", "C")
    assert rule.evidence in EVIDENCE_ORDER
    assert (rule.grade == "C") == (rule.evidence == "weak")


@pytest.mark.parametrize("email", [email for rule in REGISTRY.rules if rule.kind == "identity" for email in rule.match])
def test_every_listed_identity_is_an_agents(email: str) -> None:
    found = classify(commit(author=f"Somebody <{email.upper()}>"))
    assert found.commit_class in ("agent", "assisted")
    assert found.marks[0].source == "author"


@pytest.mark.parametrize("email", [email for rule in REGISTRY.rules if rule.kind == "coauthor" for email in rule.match])
def test_every_listed_coauthor_address_is_a_mark(email: str) -> None:
    assert len(agents(f"Fix\n\nCo-authored-by: Somebody <{email}>")) == 1


KEY_EXAMPLES = [(key, example) for key in REGISTRY.keys.values() for example in key.examples]
KEY_COUNTERS = [(key.key, counter) for key in REGISTRY.keys.values() for counter in key.counters]


@pytest.mark.parametrize(("key", "example"), KEY_EXAMPLES, ids=lambda value: getattr(value, "key", None))
def test_a_shared_trailer_is_understood_as_its_example_says(key: object, example: Example) -> None:
    mark = read_marks(shown(example))[0]
    assert (mark.agent, mark.source) == (example.agent, "trailer"), key
    assert mark.model == example.model
    assert mark.evidence == (example.evidence or "declared")


@pytest.mark.parametrize(("key", "counter"), KEY_COUNTERS)
def test_a_shared_trailers_look_alike_is_not_marked(key: str, counter: Example) -> None:
    assert read_marks(shown(counter)) == (), key


@pytest.mark.parametrize("example", REGISTRY.machine_examples, ids=lambda example: example.author)
def test_a_machine_that_is_no_agent_is_a_bot(example: Example) -> None:
    found = classify(shown(example))
    assert (found.commit_class, found.evidence, found.marks) == ("bot", "none", ())


@pytest.mark.parametrize("counter", REGISTRY.machine_counters, ids=lambda counter: counter.author)
def test_a_person_or_an_agent_is_no_bot(counter: Example) -> None:
    assert classify(shown(counter)).commit_class != "bot"


WANTED = (
    "aider amazon-q amp bolt claude-code cline codebuddy coderabbit codex continue copilot-cli copilot-coding-agent "
    "copilot-review copilot-vscode crush cursor devin droid entire gemini-cli gemini-code-assist git-ai goose jules "
    "junie kiro lovable mistral-vibe opencode openhands qwen-code replit roo-code sweep tabnine trae v0 warp windsurf"
)


def test_every_agent_we_promise_to_know_is_listed() -> None:
    assert set(WANTED.split()) <= set(REGISTRY.names)


# --- people who only look like agents ---------------------------------------------------------------


@pytest.mark.parametrize(
    "author",
    [
        "Claude <claude@example.org>",
        "Claude Martin <claude.martin@gmail.example>",
        "Devin Shaw <4242+devinshaw@users.noreply.github.com>",
        "Jules <jules@petit.example>",
        "Kiro Sato <kiro@sato.example>",
        "Kimi Raikko <kimi@example.org>",
        "Staff Member <someone@anthropic.com>",
        "Dev Hand <dev@all-hands.dev>",
        "Jane Park <jane@cursor.com>",
        "Paul G <paul@aider.chat>",
        "Alex Moss <alex@openai.com>",
        "Abbot Aider <abbot@example.org>",
        "Jane (aiders) <jane@example.org>",
        "Copilot Fan <1+copilotfan@users.noreply.github.com>",
    ],
)
def test_a_person_with_an_agents_name_or_employer_is_unmarked(author: str) -> None:
    assert classify(commit(author=author)).commit_class == "unmarked"
    assert classify(commit(f"Fix\n\nCo-authored-by: {author}")).commit_class == "unmarked"
    assert classify(commit(f"Fix\n\nAssisted-by: {author}")).commit_class == "unmarked"


@pytest.mark.parametrize(
    "message",
    [
        "Describe how Co-Authored-By: Claude <noreply@anthropic.com> is written",
        "codex: rename the claude module\n\nCopilot and Cursor users asked for it; Devin agreed.",
        "Use branch codex/fix-parser from acme/codex/fix-parser",
        "Merge branch 'main' into cursor/search",
        "Merge remote-tracking branch 'origin/main' into devin/123-page",
        "Fix\n\nReviewed-by: Claude <noreply@anthropic.com>",
        "Fix\n\nAssisted-by: Jane Doe <jane@x.org>",
        "Fix\n\nAssisted-by: Claude (a colleague)",
        "Fix\n\nThanks-to: Claude <noreply@anthropic.com>",
        "Remove 'Generated with Claude Code' footers",
        "Fix\n\nGenerated with Claude Code templates in mind",
        "Fix\n\nMade with love",
        "Fix\n\nGenerated by protoc 25.1",
        "Fix\n\nhttps://claude.ai is down",
    ],
)
def test_prose_that_names_an_agent_is_no_mark(message: str) -> None:
    assert read_marks(commit(message)) == ()


@pytest.mark.parametrize(
    "message",
    [
        f"Explain trailers\n\n> {CLAUDE}",
        f"Explain trailers\n\n```\n{CLAUDE}\n```\n",
        f"Explain trailers\n\n~~~text\nFix\n\n{CLAUDE}\n~~~",
        f"Patch\n\ndiff --git a/x b/x\n--- a/x\n+++ b/x\n@@ -1,2 +1,2 @@\n {CLAUDE}\n+{CLAUDE}\n- {CLAUDE}",
    ],
)
def test_text_that_is_only_shown_is_no_mark(message: str) -> None:
    assert read_marks(commit(message)) == ()


@pytest.mark.parametrize(
    "before", ["```\ncode\n```\n\n", "An open fence:\n```\n\n", "@@ -1 +1 @@\n-a\n+b\n\n", "> quoted\n\n"]
)
def test_a_trailer_after_shown_text_is_a_mark(before: str) -> None:
    assert agents(f"Fix\n\n{before}{CLAUDE}") == ["claude-code"]


# --- reverts ----------------------------------------------------------------------------------------

REVERT = 'Revert "Add a cache"\n\nThis reverts commit 0123456789abcdef0123456789abcdef01234567.'


@pytest.mark.parametrize(
    "message",
    [
        f"{REVERT}\n\nOriginal message:\n> Add a cache\n>\n> {CLAUDE}",
        f"{REVERT}\n\nOriginal commit message:\nAdd a cache\n\n{CLAUDE}",
        f"{REVERT}\n\nAdd a cache\n\n{CLAUDE}\n\nIt was too slow.",
        f"{REVERT}\n\n    Add a cache\n    {CLAUDE}\n\nSigned-off-by: Jane Doe <jane@example.org>",
        f"Take the cache out\n\nThis reverts commit 0123456789ab.\n\nAdd a cache\n\n{CLAUDE}\n\nToo slow.",
        f'Revert "Add a cache" (#8)\n\nReverts acme/app#7\n\nAdd a cache\n{CLAUDE}',
    ],
)
def test_a_trailer_a_revert_quotes_is_no_mark(message: str) -> None:
    assert read_marks(commit(message)) == ()


@pytest.mark.parametrize(
    "message",
    [
        f"{REVERT}\n\nToo slow.\n\n{CLAUDE}",
        f"{REVERT}\n{CLAUDE}",
        f"{REVERT}\n\n🤖 Generated with [Claude Code](https://claude.com/claude-code)\n{CLAUDE}\n",
        f"{REVERT}\n\nOriginal change's description:\n> Add a cache\n> {CLAUDE}\n\n{CLAUDE}",
        f'Revert "Add a cache" (#8)\n\n{CLAUDE}',
    ],
)
def test_a_reverts_own_last_trailers_are_marks(message: str) -> None:
    assert "claude-code" in agents(message)


def test_a_revert_among_squashed_commits_does_not_silence_the_others() -> None:
    message = f"Add a cache (#7)\n\n* Add a cache\n\n{CLAUDE}\n\n* {REVERT}\n\n* Add a better cache"
    assert agents(message) == ["claude-code"]


# --- where marks stand -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "message",
    [
        f"Fix\n\n{CLAUDE}",
        f"Fix\n{CLAUDE}",
        f"Fix\r\n\r\n{CLAUDE}\r\n",
        f"Fix\n\n🤖 Made by a robot\n{CLAUDE}",
        f"Fix\n\n{CLAUDE}\n\nSome prose after it.",
        f"Fix\n\n{CLAUDE}\n\nSigned-off-by: Jane Doe <jane@example.org>",
        f"Fix\n\n* {CLAUDE}",
        f"Fix\n\n- {CLAUDE}",
        f"Fix\n\n        {CLAUDE}",
        f"Fix\n\n{CLAUDE.upper()}",
    ],
)
def test_a_trailer_counts_wherever_the_line_stands(message: str) -> None:
    assert [mark.model for mark in read_marks(commit(message))] == ["claude-opus-4-6"]


@pytest.mark.parametrize(
    ("message", "agent"),
    [
        ("Fix the parser 🤖 Generated with Codex (#12)", "codex"),
        ("Fix the parser 🤖 Generated with GPT-5.2-Codex (#12)", "codex"),
        ("Fix the parser 🤖 Generated with [Claude Code](https://claude.com/claude-code)", "claude-code"),
        ("Fix the parser\n\n*This PR was generated by Codex.*", "codex"),
        ("Fix the parser\n\n_This commit was generated with Claude Code_", "claude-code"),
    ],
)
def test_a_line_that_credits_a_tool_and_says_nothing_else_is_a_mark(message: str, agent: str) -> None:
    found = classify(commit(message))
    assert (found.agent, found.evidence, found.marks[0].source) == (agent, "declared", "body")


@pytest.mark.parametrize(
    ("subject", "agent"),
    [
        ("Merge pull request #7 from acme/codex/fix-parser", "codex"),
        ("Merge branch 'cursor/search-1a2b' into 'main'", "cursor"),
        ("Merge branch 'devin/17-page' of https://example.org/acme/app into devin/17-page", "devin"),
        ("Merge remote-tracking branch 'origin/claude/cache-x1'", "claude-code"),
        ("Merged in copilot/fix-race (pull request #7)", "copilot-coding-agent"),
        ("Merge pull request #7 in PROJ/app from claude/cache to main", "claude-code"),
        ("Pull request #7: Add a cache\n\nMerge in PROJ/app from claude/cache to main", "claude-code"),
        ("Merge pull request 'Add a cache' (#7) from claude/cache into main", "claude-code"),
    ],
)
def test_a_merge_of_an_agents_branch_is_pull_request_evidence(subject: str, agent: str) -> None:
    found = classify(commit(subject))
    assert (found.commit_class, found.evidence, found.agent) == ("assisted", "pull_request", agent)
    assert found.marks[0].source == "branch"


def test_marks_come_strongest_first_and_each_once() -> None:
    message = f"Fix\n\nCo-authored-by: Copilot <175728472+Copilot@users.noreply.github.com>\n{CLAUDE}\n{CLAUDE.upper()}"
    marks = read_marks(commit(message, author=DEVIN))
    assert [(mark.agent, mark.evidence) for mark in marks] == [
        ("devin", "identity"),
        ("claude-code", "declared"),
        ("copilot-review", "weak"),
    ]


def test_an_agent_that_only_committed_is_weak() -> None:
    found = classify(commit(committer="Claude <noreply@anthropic.com>"))
    assert (found.commit_class, found.evidence, found.marks[0].source) == ("assisted", "weak", "committer")


def test_aiders_suffix_on_the_committer_alone_is_weak_and_shows_no_name() -> None:
    found = classify(commit(committer="Jane Doe (aider) <jane@example.org>"))
    assert (found.evidence, found.marks[0].text) == ("weak", "(aider)")
    assert classify(commit(author="Jane Doe (aider) <jane@example.org>")).commit_class == "agent"


def test_review_bots_suggest_and_are_weak_even_as_authors() -> None:
    for bot in ("coderabbitai[bot]", "gemini-code-assist[bot]"):
        found = classify(commit(author=f"{bot} <1+{bot}@users.noreply.github.com>"))
        assert (found.commit_class, found.evidence) == ("assisted", "weak")


def test_copilots_surfaces_are_told_apart_by_the_account_number() -> None:
    line = "Fix\n\nCo-authored-by: Copilot <{}+Copilot@users.noreply.github.com>"
    numbers = {198982749: "copilot-coding-agent", 223556219: "copilot-cli", 175728472: "copilot-review"}
    assert {number: agents(line.format(number))[0] for number in numbers} == numbers


def test_a_session_of_unknown_agent_belongs_to_the_agent_named_beside_it() -> None:
    log = "Fix\n\nAgent-Logs-Url: https://github.com/acme/app/sessions/0a1b"
    assert agents(log) == ["copilot-coding-agent"]
    assert set(agents(log, author="Claude <noreply@anthropic.com>")) == {"claude-code"}
    assert set(agents(f"{log}\nCo-authored-by: coderabbitai[bot] <1+coderabbitai[bot]@users.noreply.github.com>")) == {
        "copilot-coding-agent",
        "coderabbit",
    }


def test_our_own_line_takes_the_agent_of_the_trailer_beside_it() -> None:
    marks = read_marks(commit("Fix\n\nAssisted-by: Codex:gpt-5.2\nAI-Usage: in=1 out=2 usd=0.01 src=transcript"))
    assert [(mark.agent, mark.evidence) for mark in marks] == [("codex", "declared"), ("codex", "observed")]


def test_a_machines_commit_with_a_declared_agent_is_assisted() -> None:
    machine = "github-actions[bot] <41898282+github-actions[bot]@users.noreply.github.com>"
    assert classify(commit(f"Fix\n\n{CLAUDE}", author=machine)).commit_class == "assisted"
    assert classify(commit("Merge branch 'claude/x'", author=machine)).commit_class == "bot"


# --- dates -------------------------------------------------------------------------------------------

CLAUDE_CODE_DAY = 1_740_355_200  # 2025-02-24


@pytest.mark.parametrize(
    ("when", "evidence"),
    [
        (CLAUDE_CODE_DAY - 2 * 86_400, "weak"),
        (CLAUDE_CODE_DAY - 86_400, "declared"),
        (NOW, "declared"),
        (0, "declared"),
    ],
    ids=["before", "a day early", "after", "unknown"],
)
def test_a_mark_older_than_its_tool_is_weak(when: int, evidence: str) -> None:
    assert classify(commit(f"Fix\n\n{CLAUDE}", when=when)).evidence == evidence


def test_an_old_author_date_alone_is_no_forgery() -> None:
    amended = commit(f"Fix\n\n{CLAUDE}", when=1_500_000_000)._replace(commit_time=NOW)
    assert classify(amended).evidence == "declared"


# --- squash messages ---------------------------------------------------------------------------------


def test_a_github_squash_tells_which_of_its_commits_are_marked() -> None:
    message = (
        f"Add a cache (#7)\n\n* Add a cache\n\nWith a list:\n\n* one\n* two\n\n{CLAUDE}\n\n* Fix a typo\n\n"
        "---------\n\nCo-authored-by: Claude <noreply@anthropic.com>"
    )
    found = marks_in_sections(message)
    assert [(part.subject, strong(part.marks)) for part in found.parts] == [
        ("Add a cache", ["claude-code"]),
        ("Fix a typo", []),
    ]
    assert strong(found.footer_marks) == ["claude-code"]


def test_a_local_squash_tells_its_commits_and_their_authors() -> None:
    message = (
        "Squashed commit of the following:\n\ncommit 0123456789abcdef\nAuthor: Claude <noreply@anthropic.com>\n"
        f"Date:   today\n\n    Add a cache\n\ncommit 123456789abcdef0\nAuthor: {JANE}\n"
        f"Date:   today\n\n    Fix a typo\n\n{CLAUDE}"
    )
    found = marks_in_sections(message)
    assert [(part.subject, strong(part.marks)) for part in found.parts] == [
        ("Add a cache", ["claude-code"]),
        ("Fix a typo", []),
    ]
    assert strong(found.footer_marks) == ["claude-code"]


@pytest.mark.parametrize(
    "message",
    [
        f"Add a cache\n\n* one\n* two\n\n{CLAUDE}",
        f"Add a cache\n\n* One thing\n\n{CLAUDE}",
        f"Add a cache (#7)\n\nProse first.\n\n* One thing\n\n{CLAUDE}",
        f"Add a cache (#7)\n\n{CLAUDE}",
        "",
    ],
)
def test_a_message_that_is_no_squash_has_no_parts(message: str) -> None:
    assert marks_in_sections(message).parts == ()


# --- hostile input -----------------------------------------------------------------------------------

TRICKY = """
Co-authored-by: |Assisted-by: |AI-Usage: |AI-Assisted: |AI-Session: |Generated with |Merge branch '|Revert |* |> |
```|@@ -1 |---------|<|>|:|(|)|[|](|=|/|!|🤖|İ|Claude|noreply@anthropic.com|claude/
"""
PIECES = [piece.strip("\n") for piece in TRICKY.split("|")] + ["\n", "\n\n", "\r\n", "\x00", "\x1c", "\u202e", "\udcff"]
MESSAGES = st.lists(st.sampled_from(PIECES) | st.text(max_size=4), max_size=20).map("".join)


@given(MESSAGES, st.text(max_size=20), st.text(max_size=20), st.integers(-1, 2**40))
def test_no_text_makes_reading_fail(message: str, name: str, email: str, when: int) -> None:
    hostile = Commit("0" * 40, (), Person(name, email), Person(email, name), when, when, message)
    found = classify(hostile)
    assert list(found.marks) == sorted(found.marks, key=lambda mark: EVIDENCE_ORDER.index(mark.evidence))
    for mark in found.marks:
        assert mark.text.isprintable()
        assert len(mark.text) <= 200
    marks_in_sections(message)


@pytest.mark.parametrize(
    "value", ["Claude:<script>alert(1)</script>", "Claude:a|b", "Claude:" + "x" * 65, "Ev|l:model-1", "Claude:`x`"]
)
def test_a_model_or_agent_that_is_not_a_plain_name_is_dropped(value: str) -> None:
    for mark in read_marks(commit(f"Fix\n\nAssisted-by: {value}")):
        assert mark.model is None
        assert mark.agent in REGISTRY.names


@pytest.mark.parametrize(
    "piece", [" ", "* ", "Co-authored-by: ", "(", "[", "é ", "@@ -1 ", "```\n", "\n* a\n", "a-", "Revert "]
)
def test_reading_time_is_linear_in_a_huge_message(piece: str) -> None:
    message = "Fix (#1)\n\n" + piece * (200_000 // len(piece)) + "\nCo-authored-by: x"
    started = time.perf_counter()
    read_marks(commit(message))
    assert time.perf_counter() - started < 1


def test_only_the_first_64_kib_of_a_message_are_read() -> None:
    assert agents("Fix\n\n" + "x\n" * 40_000 + CLAUDE) == []


def test_a_registry_in_which_two_agents_claim_one_address_does_not_load() -> None:
    with pytest.raises(ValueError, match="two owners"):
        _unique([("noreply@example.org", "one"), ("noreply@example.org", "other")])


def test_a_note_of_ours_credits_as_a_message_does_and_its_costs_are_no_mark() -> None:
    undone = commit('Revert "One"\n\nThis reverts commit 0123456.\n')
    said = classify(undone, note="Assisted-by: codex:gpt-5\nAI-Usage: id=u1; agent=codex; req=1")
    assert (said.commit_class, said.evidence, said.agent, said.model) == ("assisted", "declared", "codex", "gpt-5")
    for note in ("", "AI-Usage: id=u1; agent=codex; req=1", "Words about Assisted-by: codex", "Assisted-by: Jane Doe"):
        assert classify(undone, note=note).commit_class == "unmarked", note
