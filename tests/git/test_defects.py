"""Whom fixes are traced to, in real histories: what git makes of branches, renames, reverts and moves."""

from __future__ import annotations

from pathlib import Path

from ai_quality.facts import rows
from ai_quality.pipeline.mining import mine
from ai_quality.pipeline.tracing import trace
from ai_quality.sources.git import open_repository
from tests.histories import C, History, Row, build


def told(path: Path, *story: Row, off_branch: str = "") -> tuple[History, dict[str, str], dict[str, str]]:
    """The history; whom each known fix is said to mend in the facts; whom its lines alone tell of."""
    history = build(path, story, refs={"refs/heads/aside": off_branch} if off_branch else {})
    with open_repository(history.path) as repository:
        mined = mine(repository)
        asked = trace(repository, list(history.ids.values()), declared=False)
    facts = {history.name(row.fix): f"{history.name(row.introduced)} {row.evidence}" for row in rows.defects(mined)}
    traced = {history.name(fix): history.name(str(one["commit"])) for fix, found in asked.items() for one in found}
    return history, facts, traced


def test_what_a_message_says_counts_for_more_than_the_lines(tmp_path: Path) -> None:
    _, facts, traced = told(
        tmp_path,
        C("A", files={"f.py": "a b c"}),
        C("B", files={"f.py": "a B c"}),
        C("D", files={"f.py": "a D c"}, message="Fix crash", fixes="A"),
        C("E", files={"f.py": "a D E"}, message="Fix crash"),
    )
    assert facts == {"D": "A declared", "E": "A traced"}
    assert traced["D"] == "B"


def test_a_fault_mended_before_it_landed_is_no_row_but_can_be_asked_for(tmp_path: Path) -> None:
    _, facts, traced = told(
        tmp_path,
        C("A", files={"f.py": "a b c"}),
        C("B", files={"f.py": "a B c"}),
        C("D", files={"f.py": "a D c"}, message="Fix crash"),
        C("side", "A", files={"g.py": "x"}),
        C("M", "side D"),
    )
    assert facts == {}
    assert traced["D"] == "B"


def test_a_fault_mended_after_it_landed_is_a_row_wherever_the_fix_was_made(tmp_path: Path) -> None:
    _, facts, _ = told(
        tmp_path,
        C("A", files={"f.py": "a b c"}),
        C("B", files={"f.py": "a B c"}),
        C("M", "A B"),
        C("D", "B", files={"f.py": "a D c"}, message="Fix crash"),
        C("N", "M D"),
    )
    assert facts == {"D": "B traced"}


def test_a_fix_beside_the_branch_can_be_asked_for(tmp_path: Path) -> None:
    _, facts, traced = told(
        tmp_path,
        C("A", files={"f.py": "a b c"}),
        C("B", files={"f.py": "a B c"}),
        C("D", "B", files={"f.py": "a D c"}, message="Fix crash"),
        C("E", "B", files={"f.py": "a B E"}),
        off_branch="D",
    )
    assert facts == {}
    assert traced["D"] == "B"


def test_a_renamed_file_keeps_its_writers(tmp_path: Path) -> None:
    _, facts, _ = told(
        tmp_path,
        C("A", files={"f.py": "a b c d"}),
        C("R", moves={"f.py": "g.py"}, files={"g.py": "a b c D"}),
        C("X", files={"g.py": "a x c D"}, message="Fix crash"),
    )
    assert facts == {"X": "A traced"}


def test_a_line_moved_to_another_file_keeps_its_writer(tmp_path: Path) -> None:
    _, facts, _ = told(
        tmp_path,
        C("A", files={"f.py": "a b c d"}),
        C("B", files={"f.py": "a d", "g.py": "x b c y"}),
        C("D", files={"g.py": "x b C y"}, message="Fix crash"),
        C("E", files={"g.py": "X b C y"}, message="Fix crash again"),
    )
    assert facts == {"D": "A traced", "E": "B traced"}


def test_a_line_that_a_revert_brought_back_keeps_its_writer(tmp_path: Path) -> None:
    _, facts, _ = told(
        tmp_path,
        C("A", files={"f.py": "a b c"}),
        C("B", files={"f.py": "a B c"}),
        C("R", reverts="B", files={"f.py": "a b c"}),
        C("D", files={"f.py": "a D c"}, message="Fix crash"),
    )
    assert facts == {"D": "A traced"}


def test_a_line_re_formatted_by_an_ignored_commit_keeps_its_writer(tmp_path: Path) -> None:
    story = [C("A", files={"f.py": "a b c"}), C("B", files={"f.py": "A B C"})]
    listed = build(tmp_path / "first", story).ids["B"]
    _, facts, _ = told(
        tmp_path / "second",
        *story,
        C("L", files={".git-blame-ignore-revs": f"{listed}\n".encode()}),
        C("D", files={"f.py": "A D C"}, message="Fix crash"),
    )
    assert facts == {"D": "A traced"}


def test_a_fix_that_only_inserts_is_traced_by_what_stands_beside(tmp_path: Path) -> None:
    _, facts, _ = told(
        tmp_path,
        C("A", files={"f.py": "a b c d"}),
        C("B", files={"f.py": "a b w x y z c d"}),
        C("D", files={"f.py": "a b w x new y z c d"}, message="Fix crash"),
    )
    assert facts == {"D": "B traced"}


def test_a_pass_that_ends_at_the_fix_answers_as_one_over_everything(tmp_path: Path) -> None:
    story = [
        C("A", files={"f.py": "a b c d", "g.py": "x y"}),
        C("B", files={"f.py": "a B c d"}),
        C("S", "A", files={"f.py": "a b c D", "h.py": "s"}),
        C("M", "B S", files={"f.py": "a B c D"}),
        C("R", reverts="M", message='Revert "M"', files={"f.py": "a B c d", "h.py": None}),
        C("T", files={"f.py": "a T c d"}, message="Fix crash"),
        C("Q", reverts="R", files={"f.py": "a T c D", "h.py": "s"}),
        C("K", files={"g.py": "x Y"}),
        C("U", files={"f.py": "a T c U", "g.py": "X Y"}, message="Fix crash"),
        C("V", files={"f.py": "V"}, fixes="T", message="Fix crash"),
        C("L", files={".gitattributes": b"g.py linguist-generated\n"}),
    ]
    history = build(tmp_path, story)
    with open_repository(history.path) as repository:
        everything = mine(repository)
        for declared in (True, False):
            whole = rows.traced(everything, list(history.ids.values()), declared=declared)
            assert trace(repository, list(whole), declared=declared) == whole
            for sha in whole:
                assert trace(repository, [sha], declared=declared) == {sha: whole[sha]}, history.name(sha)
    causes = {history.name(sha): [history.name(str(one["commit"])) for one in found] for sha, found in whole.items()}
    assert (causes["U"], causes["K"]) == (["S"], []), "what is generated the branch says today"
