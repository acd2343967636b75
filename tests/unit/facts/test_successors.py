"""Which commit stands for one that was rewritten, told as small histories: name, parents, files with their versions."""

from __future__ import annotations

from ai_quality.facts.successors import Known, successors

DAY = 86_400


def commit(name: str, files: str, *on: str, at: int = 0, wrote: int | None = None, says: str = "") -> Known:
    """A commit with files as `path=version`; `wrote` earlier where a rebase made it anew."""
    versions = dict(word.split("=") for word in files.split())
    return Known(name, on, "Ann <ann@example.com>", at if wrote is None else wrote, at, says or name, versions)


def heirs(
    commits: list[Known], alive: str, seen: dict[str, str] | None = None, main: str = ""
) -> dict[str, str | None]:
    """Who stands for whom, of those for whom another one or none stands."""
    found = successors(commits, frozenset(alive.split()), frozenset((main or alive).split()), seen or {})
    assert found.keys() == {one.sha for one in commits}
    return {sha: heir for sha, heir in found.items() if heir != sha}


def test_a_commit_that_is_there_stands_for_itself() -> None:
    assert heirs([commit("A", "f=1"), commit("B", "f=2", "A", at=1)], "A B") == {}


def test_a_rewrite_that_was_seen_is_followed_step_by_step() -> None:
    history = [commit("A", "f=1"), commit("B", "f=2", at=1), commit("C", "g=1", at=2)]
    assert heirs(history, "C", {"A": "B", "B": "C"}) == {"A": "C", "B": "C"}
    assert heirs(history, "C", {"A": "B", "B": "A"}) == {"A": None, "B": None}, "a circle leads nowhere"


def test_a_rebase_is_known_by_its_author_second_subject_and_paths() -> None:
    old, new = commit("A", "f=1", at=1, says="x"), commit("B", "f=9", "Z", at=5, wrote=1, says="x")
    assert heirs([old, new], "B") == {"A": "B"}
    assert heirs([old, new._replace(subject="y")], "B") == {"A": None}
    assert heirs([old, new._replace(files={"g": "9"})], "B") == {"A": None}


def test_a_rebase_of_what_was_amended_before_is_followed_through_both() -> None:
    history = [
        commit("A", "f=1", at=1, says="x"),
        commit("B", "f=2", at=2, wrote=1, says="y"),
        commit("C", "f=3", at=3, wrote=1, says="y"),
    ]
    assert heirs(history, "C", {"A": "B"}) == {"A": "C", "B": "C"}


def test_a_pick_on_the_main_line_is_charged_and_else_the_original() -> None:
    picked, original = commit("A", "f=1", at=5, wrote=1, says="x"), commit("B", "f=1", at=1, says="x")
    assert heirs([original, picked], "A B", main="A") == {"B": "A"}
    assert heirs([original, picked], "A B", main="A B") == {"A": "B"}


def test_commits_of_one_second_in_one_line_are_no_copies() -> None:
    assert heirs([commit("A", "f=1", says="wip"), commit("B", "f=2", "A", says="wip")], "A B") == {}


def test_a_fixup_went_into_the_commit_that_it_names() -> None:
    history = [
        commit("A", "f=1", at=1, says="cart"),
        commit("B", "f=2", at=2, says="fixup! cart"),
        commit("C", "f=3", at=3, wrote=1, says="cart"),
    ]
    assert heirs(history, "C") == {"A": "C", "B": "C"}


def test_a_squash_holds_what_changes_all_its_paths_and_has_a_version_that_grew_from_it() -> None:
    first, second = commit("A", "f=1", at=1), commit("B", "f=2 g=1", "A", at=2)
    squash = commit("S", "f=2 g=1 h=1", at=3)
    assert heirs([first, second, squash], "S") == {"A": "S", "B": "S"}
    assert heirs([first, squash], "S") == {"A": None}, "another version: nobody can tell"
    assert heirs([second, squash._replace(files={"f": "2"})], "S") == {"B": None}, "not all its paths"
    assert heirs([second, squash._replace(time=31 * DAY)], "S") == {"B": None}, "too late"
    assert heirs([second, squash._replace(time=1)], "S") == {"B": None}, "too early"


def test_a_common_deletion_proves_nothing() -> None:
    gone = "0" * 40
    assert heirs([commit("A", f"f={gone}", at=1), commit("S", f"f={gone}", at=2, says="other")], "S") == {"A": None}


def test_a_dropped_commit_has_no_heir() -> None:
    assert heirs([commit("A", "f=1", at=1), commit("B", "g=1", at=2)], "B") == {"A": None}
