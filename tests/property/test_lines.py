"""What holds of lines in every history: here tiny ones out of few words, as collisions are where diffs go wrong."""

from __future__ import annotations

import tempfile
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from hypothesis import assume, given
from hypothesis import strategies as st

from ai_quality.model import FileDiff
from tests.histories import C, Content, History, Row, blame_owners, build
from tests.tracing import Trace, trace

NAMES = "ABCDEFG"
PATHS = ("f", "g", "d/f")
MOST_LINES = 8

Text = tuple[str, ...]
Tree = dict[str, Text]


class Step(NamedTuple):
    """A commit: its parents by position, and all its files."""

    parents: tuple[int, ...]
    tree: Tree


LINES = st.builds(
    str.format,
    st.sampled_from(["{}", "{}", "{}", " {}", "{}\t", "{}\r", "{} {}"]),
    *[st.sampled_from("abcdefgh")] * 2,
)
TEXTS = st.lists(LINES, max_size=MOST_LINES).map(tuple)
EDITS = st.lists(
    st.tuples(st.sampled_from(["put", "take", "change", "indent"]), st.integers(0, MOST_LINES), LINES), max_size=3
)


def edited(text: Text, edits: list[tuple[str, int, str]]) -> Text:
    lines = list(text)
    for what, at, line in edits:
        place = min(at, len(lines))
        if what == "put":
            lines.insert(place, line)
        elif place < len(lines):
            lines[place : place + 1] = {"take": [], "change": [line], "indent": [f"  {lines[place]}"]}[what]
    return tuple(lines[:MOST_LINES])


@st.composite
def trees(draw: st.DrawFn, parents: list[Tree]) -> Tree:
    """What a commit makes of its parents' files: it keeps, edits, rewrites, renames, deletes, and adds."""
    tree = dict(parents[0]) if parents else {}
    for path in PATHS:
        known = [parent[path] for parent in parents if path in parent]
        what = draw(st.sampled_from(["keep", "edit", "edit", "write", "take", "move", "drop"]))
        if what == "write" or (what == "edit" and not known):
            tree[path] = draw(TEXTS)
        elif what in {"edit", "take"} and known:
            tree[path] = edited(draw(st.sampled_from(known)), draw(EDITS) if what == "edit" else [])
        elif what == "move" and path in tree:
            tree[draw(st.sampled_from(PATHS))] = edited(tree.pop(path), draw(EDITS))
        elif what == "drop":
            tree.pop(path, None)
    return tree


@st.composite
def histories(draw: st.DrawFn, *, branches: bool) -> list[Step]:
    """Up to seven commits; with branches, also merges of two or three, evil ones among them, and several roots."""
    steps: list[Step] = []
    for position in range(draw(st.integers(1, len(NAMES)))):
        if not branches or not position:
            parents = [position - 1] if position else []
        else:
            choice = st.lists(st.integers(0, position - 1), max_size=3, unique=True)
            parents = draw(st.just([position - 1]) | choice)
        steps.append(Step(tuple(parents), draw(trees([steps[parent].tree for parent in parents]))))
    return steps


@st.composite
def landing_histories(draw: st.DrawFn) -> list[Step]:
    """A mainline with branches of one to three commits, each merged, while the mainline goes on or stands still."""
    steps = [Step((), draw(trees([])))]
    main = 0

    def add(*parents: int) -> int:
        trees_of = [steps[parent].tree for parent in parents]
        takes = len(parents) > 1 and draw(st.booleans())
        steps.append(Step(parents, trees_of[1] if takes else draw(trees(trees_of))))
        return len(steps) - 1

    while len(steps) + 2 < len(NAMES):
        branch = add(main)
        for _ in range(draw(st.integers(0, 2))):
            branch = add(branch) if len(steps) + 1 < len(NAMES) else branch
        if draw(st.booleans()) and len(steps) + 1 < len(NAMES):
            main = add(main)
        main = add(main, branch)
    return steps


def has_two_heirs(steps: list[Step]) -> bool:
    """Does a commit lose a path and gain two, against one parent?

    Then `git blame` may trace both gained files to the lost one, as it asks for each alone (`single_follow` in
    git's blame.c), while the diff of the commit, which we and `git log` read, lets the lost one have one heir.
    """
    return any(
        len(step.tree.keys() - steps[parent].tree.keys()) > 1 and steps[parent].tree.keys() - step.tree.keys()
        for step in steps
        for parent in step.parents
    )


def row(position: int, steps: list[Step], *, newline: bool) -> Row:
    step = steps[position]
    before = steps[step.parents[0]].tree if step.parents else {}
    files: dict[str, Content] = dict.fromkeys(before.keys() - step.tree.keys())
    for path, text in step.tree.items():
        content = "".join(f"{line}\n" for line in text).encode()
        files[path] = content if newline else content.removesuffix(b"\n")
    return C(NAMES[position], on=" ".join(NAMES[parent] for parent in step.parents), files=files)


@contextmanager
def built(steps: list[Step], *, newline: bool = True) -> Iterator[History]:
    rows = [row(position, steps, newline=newline) for position in range(len(steps))]
    with tempfile.TemporaryDirectory() as place:
        yield build(Path(place), rows, bare=True)


def blamed(story: History, tree: Tree) -> dict[str, str]:
    return {path: blame_owners(story, path) if text else "" for path, text in tree.items()}


@given(steps=histories(branches=False), newline=st.booleans())
def test_owners_are_those_of_git_blame(steps: list[Step], newline: bool) -> None:
    assume(not has_two_heirs(steps))
    with built(steps, newline=newline) as story:
        traced = trace(story)
        assert {path: traced.owners(path) for path in traced.readable} == blamed(story, steps[-1].tree)


@given(steps=histories(branches=True), newline=st.booleans())
def test_owners_are_those_of_git_blame_after_merges_too(steps: list[Step], newline: bool) -> None:
    assume(not has_two_heirs(steps))
    with built(steps, newline=newline) as story:
        traced = trace(story)
        assert {path: traced.owners(path) for path in traced.readable} == blamed(story, steps[-1].tree)


def older(parents: list[tuple[int, ...]], commit: int) -> set[int]:
    """A commit and all that it stands on."""
    found: set[int] = set()
    waiting = [commit]
    while waiting:
        number = waiting.pop()
        if number not in found:
            found.add(number)
            waiting.extend(parents[number])
    return found


@given(histories(branches=True))
def test_every_line_is_accounted_for(steps: list[Step]) -> None:
    with built(steps) as story:
        traced = trace(story)
    book, shape = traced.book, traced.shape
    lines = range(1, len(book.born))
    living = {line for line in lines if not book.ended[line]}
    deaths = sum(1 for line in lines if book.ended[line])
    assert {path: len(traced.state[path].lines or ()) for path in traced.readable} == {
        path: len(text) for path, text in steps[-1].tree.items()
    }
    assert set(traced.living) == living
    assert len(lines) - deaths == len(living)
    assert sum(size for *_, size in book.births) == len(lines)
    for line in lines:
        born, cut, ended = book.born[line], book.cut[line], book.ended[line]
        assert not {cut, ended} & older(shape.parents, born)
        assert not ended or shape.landed[ended] >= shape.landed[born]


@given(histories(branches=False))
def test_on_one_branch_a_line_stands_in_one_place_and_ends_where_it_is_cut(steps: list[Step]) -> None:
    with built(steps) as story:
        traced = trace(story)
    assert len(traced.living) == len(set(traced.living)) == sum(len(text) for text in steps[-1].tree.values())
    assert traced.book.cut == traced.book.ended
    assert traced.book.more_cuts == {}


@given(landing_histories() | histories(branches=True))
def test_a_line_ends_with_the_landing_at_which_the_mainline_loses_it_for_good(steps: list[Step]) -> None:
    with built(steps) as story:
        traced = trace(story)
    lost: dict[int, int] = {}
    before: set[int] = set()
    for landing in traced.shape.mainline:
        files = traced.states[landing].values()
        after = {line for version in files for line in version.lines or ()}
        lost |= dict.fromkeys(before - after, landing)
        before = after
    gone = {line: landing for line, landing in lost.items() if line not in before}
    assert {line: traced.shape.landed[traced.book.ended[line]] for line in gone} == gone


def fates(traced: Trace) -> Counter[tuple[object, ...]]:
    """What became of how many lines, whatever their numbers."""
    book = traced.book
    return Counter(
        (book.paths[path], commit, book.cut[line], book.ended[line], book.content[line], book.flags[line])
        for commit, path, first, size in book.births
        for line in range(first, first + size)
    )


@given(histories(branches=True), st.permutations(range(len(PATHS))))
def test_the_order_of_files_within_a_commit_does_not_matter(steps: list[Step], order: list[int]) -> None:
    def arrange(diffs: list[FileDiff]) -> list[FileDiff]:
        return sorted(diffs, key=rank)

    rank: Callable[[FileDiff], int] = lambda diff: order[PATHS.index(diff.change.new_path)]  # noqa: E731
    with built(steps) as story:
        usual, other = trace(story), trace(story, arrange=arrange)
    assert fates(usual) == fates(other)
    assert [usual.owners(path) for path in PATHS] == [other.owners(path) for path in PATHS]
