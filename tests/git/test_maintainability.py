"""Delta maintainability on a throw-away clone: PyDriller's own figures, and nothing of the user's touched."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

import pydriller
import pytest

from ai_quality.errors import EnvironmentProblem
from ai_quality.sources import maintainability
from ai_quality.sources.changed import between
from ai_quality.sources.clones import commit, our_environment, shared_clone
from ai_quality.sources.git import open_repository
from ai_quality.sources.maintainability import MOST_BYTES, MOST_FILES, NOTHING, Delta, measure
from tests.histories import C, Content, History, Link, Sub, build, run_git

SHORT = b"def f(a):\n    return a\n"
LONG = b"def g(a, b, c, d):\n" + b"    if a:\n        b += 1\n" * 12 + b"    return b\n"
JS = b"function f(a) { if (a) { return 1 } return 2 }\n"


def two(folder: Path, before: Mapping[str, Content], after: Mapping[str, Content], **options: str) -> History:
    return build(folder, [C("A", files=before), C("B", files=after)], **options)  # type: ignore[arg-type]


def measured(story: History, **options: float) -> Delta:
    with open_repository(story.path) as repository:
        changes = [one.change for one in between(repository, story.ids["A"], story.ids["B"])]
        return measure(repository, changes, clock=lambda: 0.0, **options)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ({"f.py": SHORT}, {"f.py": SHORT + LONG}),
        ({"f.py": SHORT + LONG}, {"f.py": SHORT}),
        ({"f.py": SHORT, "a.js": JS}, {"f.py": LONG, "a.js": JS + JS.replace(b"f", b"h"), "n.go": b"package n\n"}),
        ({"f.py": LONG}, {"f.py": None, "g.py": SHORT}),
        ({"f.py": LONG}, {"f.py": None, "moved.py": LONG + SHORT}),
        ({"f.py": b"x = 1\n"}, {"f.py": b"x = 2\n"}),
    ],
)
def test_it_says_of_the_change_what_pydriller_says(
    tmp_path: Path, before: Mapping[str, Content], after: Mapping[str, Content]
) -> None:
    story = two(tmp_path / "story", before, after)
    run_git(".", "clone", "--quiet", str(story.path), str(tmp_path / "clone"))
    theirs = pydriller.Git(str(tmp_path / "clone")).get_commit(story.ids["B"])
    found = measured(story)
    assert (found.unit_size, found.unit_complexity, found.unit_interfacing) == (
        theirs.dmm_unit_size, theirs.dmm_unit_complexity, theirs.dmm_unit_interfacing,
    )  # fmt: skip
    assert found.complexity_after == sum(file.complexity or 0 for file in theirs.modified_files)
    assert (found.files, found.why_not) == (found.of, None)


def test_it_measures_the_change_as_a_whole_and_not_a_commit(tmp_path: Path) -> None:
    rows = [C("A", files={"f.py": SHORT}), C("X", files={"f.py": LONG}), C("B", files={"f.py": SHORT + b"\nx = 1\n"})]
    assert measured(build(tmp_path, rows)).unit_size is None


@pytest.mark.parametrize("object_format", ["sha1", "sha256"])
def test_it_reads_both_kinds_of_repository(tmp_path: Path, object_format: str) -> None:
    found = measured(two(tmp_path, {"f.py": SHORT}, {"f.py": SHORT + LONG}, object_format=object_format))
    if object_format == "sha256":  # GitPython 3.2 does not know its ids: said, not guessed
        assert found == NOTHING._replace(of=1, why_not="failed")
    else:
        assert found.unit_size == 0


def test_the_repository_is_left_byte_for_byte_as_it_was(tmp_path: Path) -> None:
    story = two(tmp_path, {"f.py": SHORT}, {"f.py": LONG})

    def everything() -> dict[Path, bytes]:
        return {path: path.read_bytes() for path in story.path.rglob("*") if path.is_file()}

    before = everything()
    assert measured(story).files == 1
    assert everything() == before
    assert not any(b"markUnblamableLines" in text for text in before.values())


def test_the_clone_is_gone_afterwards_even_after_an_error(tmp_path: Path) -> None:
    story = two(tmp_path, {"f.py": SHORT}, {"f.py": LONG})
    with open_repository(story.path) as repository:
        places = []

        def fail() -> None:
            with shared_clone(repository) as clone:
                places.append(clone.git_dir)
                assert clone.ask("cat-file", "-p", f"{story.ids['B']}:f.py") == LONG
                raise ZeroDivisionError

        with pytest.raises(ZeroDivisionError):
            fail()
        assert [place.exists() for place in places] == [False]


def test_a_new_object_stays_in_the_clone(tmp_path: Path) -> None:
    story = two(tmp_path, {"f.py": SHORT}, {"f.py": LONG})
    with open_repository(story.path) as repository, shared_clone(repository) as clone:
        made = commit(clone, {"x.py": story.git("rev-parse", "HEAD:f.py").strip()})
        assert clone.ask("cat-file", "-t", made) == b"commit\n"
        with pytest.raises(EnvironmentProblem):
            repository.ask("cat-file", "-t", made)


def test_git_started_by_the_library_gets_our_environment_and_ours_comes_back(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GIT_EXTERNAL_DIFF", "touch /tmp/never")
    monkeypatch.setenv("SOME_TOKEN", "secret")
    before = dict(os.environ)
    with our_environment():
        assert {"GIT_EXTERNAL_DIFF", "SOME_TOKEN"}.isdisjoint(os.environ)
        assert os.environ["GIT_CONFIG_GLOBAL"] == os.devnull
    assert dict(os.environ) == before
    with pytest.raises(ZeroDivisionError), our_environment():
        raise ZeroDivisionError
    assert dict(os.environ) == before


@pytest.mark.parametrize(
    "path",
    ["--output=x.py", ' sp "quo\\te.py', "new\nline.py", "tab\t.py", "caf\udce9.py", "-x.py", "a/.hidden.py", "漢.py"],
)
def test_whatever_a_file_is_called_only_its_ending_matters(tmp_path: Path, path: str) -> None:
    assert measured(two(tmp_path, {path: SHORT}, {path: LONG})).unit_size == 0


def test_git_s_own_drivers_named_by_the_repository_are_not_run(tmp_path: Path) -> None:
    attributes = b"*.py diff=evil -text\n"
    story = two(tmp_path / "story", {"f.py": SHORT, ".gitattributes": attributes}, {"f.py": LONG})
    with (story.path / ".git/config").open("a") as config:
        config.write(
            '[diff "evil"]\n\tcommand = touch pwned\n\ttextconv = touch pwned\n[filter "evil"]\n\tsmudge = x\n'
        )
    assert measured(story).files == 1


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ({"a.md": "a"}, {"a.md": "b"}), ({"Makefile": "a"}, {"Makefile": "b"}),
        ({"l.py": Link("x")}, {"l.py": Link("y")}), ({"s.py": Sub("a" * 40)}, {"s.py": Sub("b" * 40)}),
    ],
)  # fmt: skip
def test_where_no_code_changed_nothing_is_measured(
    tmp_path: Path, before: Mapping[str, Content], after: Mapping[str, Content]
) -> None:
    assert measured(two(tmp_path, before, after)) == NOTHING


def test_too_many_files_are_not_measured(tmp_path: Path) -> None:
    found = measured(two(tmp_path, {"a": "a"}, {f"f{n}.py": SHORT for n in range(MOST_FILES + 1)}))
    assert (found.files, found.of, found.why_not) == (0, MOST_FILES + 1, "too_many_files")
    assert found.unit_size is None


def test_a_file_too_large_is_left_out_and_said(tmp_path: Path) -> None:
    found = measured(two(tmp_path, {"a": "a"}, {"f.py": SHORT, "big.py": b"x = 1\n" * MOST_BYTES}))
    assert (found.files, found.of, found.why_not) == (1, 2, "too_large")


def test_when_time_is_up_the_rest_is_left_out_and_said(tmp_path: Path) -> None:
    story = two(tmp_path, {"a": "a"}, {"f.py": SHORT, "g.py": LONG, "h.py": LONG})
    ticks = iter(range(0, 100, 3))
    with open_repository(story.path) as repository:
        changes = [one.change for one in between(repository, story.ids["A"], story.ids["B"])]
        found = measure(repository, changes, clock=lambda: float(next(ticks)), seconds=4)
    assert (found.files, found.of, found.why_not) == (1, 3, "too_slow")


def test_a_text_that_cannot_be_read_as_its_language_is_unknown_and_not_simple(tmp_path: Path) -> None:
    deep = b"(" * 40_000
    found = measured(two(tmp_path, {"a.js": JS, "b.js": JS}, {"a.js": deep, "b.js": JS + b"// more\nlet x = 1\n"}))
    assert (found.files, found.of, found.why_not) == (1, 2, "failed")
    assert found.complexity_after == 2


def test_a_missing_object_is_said_and_no_error(tmp_path: Path) -> None:
    story = two(tmp_path, {"f.py": SHORT}, {"f.py": LONG})
    with open_repository(story.path) as repository:
        changes = [one.change for one in between(repository, story.ids["A"], story.ids["B"])]
        absent = [one._replace(new_blob="1" * 40) for one in changes]
        found = measure(repository, absent, clock=lambda: 0.0)
    assert (found.files, found.of, found.why_not) == (0, 1, "failed")


def test_it_is_imported_only_when_it_is_needed() -> None:
    assert "pydriller" not in maintainability.__dict__
