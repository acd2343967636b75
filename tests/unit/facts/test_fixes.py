"""What is a fix: every row is a message, and the answer is by which rule, if by any."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ai_quality.facts.fixes import Convention, declared_causes, fix_evidence, learn_convention
from ai_quality.model import Commit, Person

NOBODY = Person("", "")
OLD, OTHER, SELF = "c0ffee1" + "0" * 33, "badcafe" + "1" * 33, "5e1f000" + "2" * 33

KEYWORDS = Convention("keywords", 0.1, 500)
CONVENTIONAL = Convention("conventional", 0.9, 500)
TAG = Convention("tag", 0.98, 500)
GITMOJI = Convention("gitmoji", 0.8, 500)
TRAILER = Convention("trailer", 1.0, 500)


def commit(message: str, parents: int = 1) -> Commit:
    return Commit(SELF, tuple(f"{n:040x}" for n in range(1, parents + 1)), NOBODY, NOBODY, 0, 0, message)


def rule(message: str, convention: Convention = KEYWORDS) -> str:
    evidence = fix_evidence(commit(message), convention)
    return evidence.rule if evidence else ""


def learned(*messages: str) -> str:
    return learn_convention([commit(message) for message in messages]).kind


class TestLearning:
    @pytest.mark.parametrize(
        ("kind", "messages"),
        [
            ("conventional", ["feat: a", "fix(api): b", "chore!: c", "docs: d"]),
            ("conventional", ["Feat: a", "Bugfix: b", "docs : c", "tests: d"]),
            ("tag", ["MINOR: a", "BUG/MEDIUM: cache: b", "CLEANUP: c", "DOC: d"]),
            ("tag", ["[IMP] a", "[FIX] cache: b", "[REF] c", "[ADD] d"]),
            ("tag", ["ENH: a", "BUG: b", "MAINT: c", "TST: d"]),
            ("tag", ["FEA a", "FIX b", "MNT c", "DOC d"]),
            ("gitmoji", [":sparkles: a", ":bug: b", ":memo: c", ":recycle: d"]),
            ("gitmoji", ["✨ a", "🐛 b", "📝 c", "♻️ d"]),
            ("conventional", ["🔥 feat: a", "🐛 bug: b", "🧹 chore: c", "📚 docs: d"]),
            (
                "trailer",
                ["cache: a\n\nType: feature", "cache: b\n\nType: fix", "api: c\n\nType: docs", "x\n\nType: test"],
            ),
        ],
    )
    def test_a_mark_on_most_commits_is_the_convention(self, kind: str, messages: list[str]) -> None:
        assert learned(*messages * 5) == kind

    @pytest.mark.parametrize(
        "messages",
        [
            ["add a", "fix b", "tidy c", "speed up d"],
            ["cache: add a", "api: fix b", "net: tidy c", "docs: d"],
            ["[Cache] add a", "[API] fix b", "[Net] tidy c", "[Cache] d"],
            ["feat: a", "docs: b", "chore: c", "build: d"],
            ["fix: a", "fix b", "tidy c", "add d"],
            ["Bug 1 - add a", "Bug 2 - fix b", "Bug 3: tidy c", "Bug 4. d"],
            ["CACHE-1 add a", "CACHE-2: fix b", "CACHE-3 tidy c", "CACHE-4 d"],
        ],
        ids=["prose", "components", "components in brackets", "never a fix", "too few", "tickets", "keys of tickets"],
    )
    def test_without_such_a_mark_words_must_do(self, messages: list[str]) -> None:
        assert learned(*messages * 5) == "keywords"

    def test_a_handful_of_commits_shows_no_convention(self) -> None:
        assert learned("feat: a", "fix: b", "docs: c") == "keywords"

    def test_only_the_latest_thousand_count(self) -> None:
        old, new = [commit("tidy up")] * 2000, [commit("feat: a"), commit("fix: b")] * 500
        assert learn_convention([*old, *new]) == Convention("conventional", 1.0, 1000)
        assert learn_convention([*new, *old]).kind == "keywords"

    def test_merges_and_reverts_are_left_out(self) -> None:
        ordinary = [commit("feat: a"), commit("fix: b")] * 10
        noise = [commit("Merge branch 'x'", parents=2), commit('Revert "feat: a"')] * 100
        assert learn_convention([*ordinary, *noise]) == Convention("conventional", 1.0, 20)

    def test_an_empty_history_has_none(self) -> None:
        assert learn_convention([]) == Convention("keywords", 0.0, 0)


MARKED = {
    "conventional": ("fix: stop twice", CONVENTIONAL),
    "with a scope": ("fix(parser)!: stop twice", CONVENTIONAL),
    "hotfix": ("hotfix: stop twice", CONVENTIONAL),
    "capitalised": ("Bugfix: stop twice", KEYWORDS),
    "a slashed tag": ("BUG/MEDIUM: cache: stop twice", TAG),
    "a bracketed tag": ("[FIX] cache: stop twice", TAG),
    "a tag without a colon": ("FIX stop twice", TAG),
    "a shortcode": (":bug: stop twice", GITMOJI),
    "an emoji": ("🐛 stop twice", GITMOJI),
    "an urgent one": ("🚑️ stop twice", KEYWORDS),
    "behind a ticket": ("CACHE-12: fix: stop twice", CONVENTIONAL),
    "a type by itself": ("cache: stop twice\n\nType: fix\nChange-Id: I0123", TRAILER),
    "a type, unlearned": ("cache: add a guard\n\nType: bugfix", KEYWORDS),
}


@pytest.mark.parametrize(("message", "convention"), MARKED.values(), ids=MARKED)
def test_a_fix_that_carries_the_mark_of_one_is_told_by_convention(message: str, convention: Convention) -> None:
    assert rule(message, convention) == "convention"


OVERRULED = {
    "a feature": ("feat: fix the crash for good", CONVENTIONAL),
    "a feature that closes an issue": ("feat: add export\n\nFixes #12", CONVENTIONAL),
    "a refactoring": ("refactor: do not crash", CONVENTIONAL),
    "a feature where words must do": ("feat: fix the crash for good", KEYWORDS),
    "another tag": ("MINOR: cache: fix a leak", TAG),
    "an unknown tag": ("HTTP: fix a leak", TAG),
    "another emoji": ("🎨 fix the crash", GITMOJI),
    "an emoji of no known meaning": ("🦄 fix the crash", GITMOJI),
    "a type by itself": ("cache: fix a leak\n\nType: refactor", TRAILER),
    "an improvement": ("improvement: fix the crash", CONVENTIONAL),
}
SCOPES = ["ci", "docs", "test", "tests", "build", "deps", "deps-dev", "lint", "typo", "chore", "e2e", "api-docs"]


@pytest.mark.parametrize(("message", "convention"), OVERRULED.values(), ids=OVERRULED)
def test_another_mark_overrules_the_words(message: str, convention: Convention) -> None:
    assert rule(message, convention) == ""


@pytest.mark.parametrize("scope", SCOPES)
def test_a_fix_of_what_is_no_product_is_none(scope: str) -> None:
    assert rule(f"fix({scope}): stop twice", CONVENTIONAL) == ""
    assert rule(f"{scope}: fix a crash") == ""


DECLARED = {
    "a commit": f'cache: round up\n\nFixes: {OLD[:12]} ("cache: add")',
    "a commit, whatever the mark": f'MINOR: round up\n\nFixes: {OLD[:12]} ("cache: add")',
    "an issue in the subject": "cache: round up (fixes #12)",
    "an issue in the body": "Round up\n\nFixes #12.",
    "an issue elsewhere": "Round up\n\nFixes: someone/thing#12",
    "a ticket as Django words it": "Fixed #12 -- rounded up.",
    "a regression": f"cache: round up\n\nRegression from {OLD[:10]}.",
    "an origin": f"cache: round up\n\nThe bug was introduced in {OLD[:10]}.",
}


@pytest.mark.parametrize("message", DECLARED.values(), ids=DECLARED)
def test_a_fix_that_names_what_it_mends_declares_it(message: str) -> None:
    assert rule(message, TAG) == "declared"


SAID = [
    "Fix a crash", "fixed rounding", "cache: fixes rounding", "hotfix for rounding", "Add a guard to fix rounding",
    "cache: leak of entries", "Segmentation fault on exit", "race between readers", "wrong rounding", "broken links",
    "Do not round twice", "don't round twice", "Round correctly", "cache: handle no entries", "Prevent rounding twice",
    "add missing rounding", "Keep entries when restarted", "ensure that entries are kept", "null entries",
    "[Cache] bug in rounding",
    "cache: net: avoid rounding twice", "Round up\n\nThis fixes rounding of negative numbers.",
    "Round up\n\nReported-by: Jane Doe <jane@example.org>", "Round up\n\nThis should be backported to 2.1.",
    "Round up\n\nCc: stable@example.org", "CACHE-12 - wrong rounding", "Bug 12 - wrong rounding",
]  # fmt: skip
NOT_SAID = [
    "Add rounding", "Bump the version", "Bug 12 - add rounding", "cache: add a test when empty", "Add error messages",
    "Fix typo", "fix typo in comment", "Fix a spelling error", "fix merge", "Fix merge conflicts", "fix lint",
    "fix tests", "Fix the failing unit tests", "Fix docs", "fix README",
    "fix formatting", "Fix flake8", "fixup! fix a crash",
    "squash! fix a crash", 'Revert "fix a crash"', "docs: fix a wrong word", "tests: fix a race", "ci: do not fail",
    "Documentation/cache: correct the example", "Prefix the names", "Fixture for the cache", "Debug output",
    "Support rounding when empty", "Refactor error handling", "Round up", "", "\n\nfixes nothing",
    "Rename fixtures\n\n> this fixes it", "Use the new cache\n\nThis is faster.",
    "Faster parsing\n\nAll tests pass, no regressions.", "Faster parsing\n\nShown to be without regressions",
    "Speed without regressions",
]  # fmt: skip


@pytest.mark.parametrize("message", SAID)
def test_words_tell_a_fix(message: str) -> None:
    assert rule(message) == "keyword"


@pytest.mark.parametrize("message", NOT_SAID)
def test_other_words_tell_none(message: str) -> None:
    assert rule(message) == ""


def test_a_merge_is_no_fix() -> None:
    assert fix_evidence(commit("fix: a crash", parents=2), CONVENTIONAL) is None


def test_the_words_that_decided_are_kept() -> None:
    evidence = fix_evidence(commit("fix(api)!: round up"), CONVENTIONAL)
    assert evidence is not None
    assert evidence.text == "fix(api)!:"
    evidence = fix_evidence(commit("cache: a Memory Leak"), KEYWORDS)
    assert evidence is not None
    assert evidence.text == "Leak"


def resolve(start: str) -> str | None:
    """Two commits exist, and the one that asks."""
    return next((full for full in (OLD, OTHER, SELF) if full.startswith(start)), None)


BLAMES = {
    "a trailer": (f'x\n\nFixes: {OLD[:12]} ("cache: add")', [OLD]),
    "two trailers": (f'x\n\nFixes: {OLD[:12]} ("a")\nFixes: {OTHER} ("b")', [OLD, OTHER]),
    "two ids in one": (f"x\n\nFixes: {OLD[:12]}, {OTHER[:12]}", [OLD, OTHER]),
    "the word commit": (f"x\n\nFixes: commit {OLD[:12]}", [OLD]),
    "other keys": (f"x\n\nIntroduced-by: {OLD}\nRegressed-by: {OTHER[:9]}", [OLD, OTHER]),
    "introduced in": (f"Fix a bug introduced in {OLD[:7]}", [OLD]),
    "introduced by commit": (f'Fix rounding\n\nThis regression was introduced by\ncommit {OLD[:12]} ("a").', [OLD]),
    "introduced by two": (f"Fix leaks introduced by {OLD[:9]} (a (b)) and {OTHER[:9]}", [OLD, OTHER]),
    "regression from": (f"Round up\n\nRegression from {OLD[:9]}", [OLD]),
    "broken by": (f"Fix what was broken by {OLD[:9]}", [OLD]),
    "broken since": (f"Rounding is broken since commit {OLD[:9]}.", [OLD]),
    "caused by": (f"Fix a crash caused by commit {OLD[:9]}", [OLD]),
    "since commit": (f"x\n\nSince commit {OLD[:9]} rounding fails.", [OLD]),
    "an address": (f"x\n\nThis bug was introduced in https://git.example.org/x/commit/{OLD}.", [OLD]),
    "a fix of": (f"Fix {OLD[:9]}: round up", [OLD]),
    "a fix for": (f"bug fix for {OLD[:9]}", [OLD]),
    "the commit as culprit": (f'x\n\nCommit {OLD[:9]} ("cache: add (more)") broke rounding.', [OLD]),
    "a careless commit": (f"x\n\n{OLD[:9]} accidentally introduced rounding down.", [OLD]),
    "an id in capitals": (f"Fix a bug introduced in {OLD[:12].upper()}", [OLD]),
    "twice the same": (f"Fix a bug introduced in {OLD[:9]}\n\nFixes: {OLD}", [OLD]),
    "a trailer before prose": (f"x\n\nSince commit {OTHER[:9]} this is needed.\n\nFixes: {OLD}", [OLD]),
}
BLAMES_NONE = {
    "an issue": "Fixes: #12",
    "an id of nobody": "Fixes: 0123456789ab",
    "its own id": f"Fixes: {SELF}",
    "an id too short": f"Fix a bug introduced in {OLD[:6]}",
    "where it came from": f"x\n\n(cherry picked from commit {OLD})",
    "a revert": f"x\n\nThis reverts commit {OLD}.",
    "background": f"Use the macro that was introduced in {OLD[:9]}",
    "a quotation": f"x\n\n> Fixes: {OLD}\n> introduced in {OLD[:9]}",
    "an upstream commit": f"x\n\n[ upstream commit {OLD} ]",
    "a mention": f"See {OLD[:9]} for the idea",
}


@pytest.mark.parametrize(("message", "blamed"), BLAMES.values(), ids=BLAMES)
def test_a_message_that_blames_commits_is_believed(message: str, blamed: list[str]) -> None:
    assert list(declared_causes(commit(message), resolve)) == blamed


@pytest.mark.parametrize("message", BLAMES_NONE.values(), ids=BLAMES_NONE)
def test_a_message_that_only_mentions_a_commit_blames_none(message: str) -> None:
    assert declared_causes(commit(message), resolve) == ()


PIECES = st.sampled_from([
    "fix", "Fixes: ", "fix(", "): ", "[FIX] ", "BUG/", ":bug: ", "🐛", "Type: fix", "\n", "\n\n", " ", "#1", OLD[:9],
    OLD, "introduced in ", "broken by ", "since commit ", "(", ")", '"', " and ", "not", "when", "Bug 1 - ", "> ",
])  # fmt: skip


@given(st.lists(st.one_of(st.lists(PIECES, max_size=12).map("".join), st.text()), max_size=12))
def test_whatever_messages_say_an_answer_comes_and_its_text_is_theirs(messages: list[str]) -> None:
    commits = [commit(message) for message in messages]
    convention = learn_convention(commits)
    assert convention.share >= 0
    for one in commits:
        assert set(declared_causes(one, resolve)) <= {OLD, OTHER}
        evidence = fix_evidence(one, convention)
        assert evidence is None or evidence.text


@pytest.mark.parametrize("piece", ["fix ", "introduced in ", "0123456 and ", "0123456 which ", "(", "x: ", "   fix"])
def test_no_message_is_slow(piece: str) -> None:
    began = time.perf_counter()
    fix_evidence(commit(f"x\n\n{piece * 5000}"), KEYWORDS)
    declared_causes(commit(piece * 5000), resolve)
    assert time.perf_counter() - began < 2
