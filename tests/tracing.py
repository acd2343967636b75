"""The line pass over a tiny history, answering in the history's own words.

traced = trace(story)
assert traced.owners("f") == blame_owners(story, "f")
assert traced.fates("b") == ["A-D"]         # the line "b": born in A, ended by D; "A-" is alive
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from ai_quality.facts.landings import Landings, landings
from ai_quality.facts.lines import LineBook
from ai_quality.facts.moves import moved_by
from ai_quality.facts.provenance import Plan, Provenance, Questions, State
from ai_quality.model import Commit, FileDiff
from ai_quality.sources import history
from ai_quality.sources.git import open_repository
from tests.histories import History

Arrange = Callable[[list[FileDiff]], list[FileDiff]]
"""Another order for the files of a commit."""


@dataclass(frozen=True)
class Trace:
    """What one pass found; commits go by their names, or by their ids where the history has none."""

    book: LineBook
    state: State
    commits: list[Commit]
    shape: Landings
    names: Mapping[str, str] = field(repr=False)
    states: Mapping[int, State] = field(repr=False)
    """The files of each commit of the mainline."""
    moved: Mapping[int, int]
    """Line taken out → the line put down in its place, where a commit moved a block."""

    def name(self, number: int) -> str:
        """The name of a commit from its number; "" for none."""
        if not number:
            return ""
        sha = self.commits[number - 1].sha
        return self.names.get(sha, sha)

    def number(self, name: str) -> int:
        """The number of a commit, from its name."""
        return next(number for number in range(1, len(self.commits) + 1) if self.name(number) == name)

    def owners(self, path: str) -> str:
        """The name of the commit that added each line of a file of the tip; "" where it has no lines."""
        version = self.state.get(path)
        return " ".join(self.name(self.book.born[line]) for line in (version and version.lines) or ())

    @property
    def readable(self) -> list[str]:
        """The files of the tip that have lines to follow: no binary, no symbolic link."""
        return sorted(path for path, version in self.state.items() if version.lines is not None)

    @property
    def living(self) -> list[int]:
        """The number of every line of every file of the tip."""
        return [line for path in self.readable for line in self.state[path].lines or ()]

    def lines(self, word: str) -> list[int]:
        """The numbers of every line that ever had this text, oldest first."""
        return [line for line in range(1, len(self.book.born)) if self.book.content[line] == hash(word.encode())]

    def fates(self, word: str) -> list[str]:
        """Born and ended, for every line that ever had this text."""
        return [f"{self.name(self.book.born[line])}-{self.name(self.book.ended[line])}" for line in self.lines(word)]


def trace(
    story: History | Path,
    rev: str = "HEAD",
    *,
    reverts: Mapping[str, str] | None = None,
    ignored: Collection[str] = (),
    also: Collection[str] = (),
    arrange: Arrange = list,
) -> Trace:
    """Run the pass up to `rev` as the pipeline does.

    `reverts={"R": "B"}` says which rows a row undoes, `ignored` which rows blame is to skip; `also` are rows
    that `rev` does not reach and whose lines are followed too.
    """
    path, ids = (story.path, story.ids) if isinstance(story, History) else (story, {})
    with open_repository(path) as repository:
        tip = repository.resolve(ids.get(rev, rev))
        commits = list(history.log(repository, [tip]))
        if also:
            commits += history.log(repository, [*(ids.get(name, name) for name in also), f"^{tip}"])
        shape = landings(commits, tip)
        number = {name: shape.number[sha] for name, sha in ids.items() if sha in shape.number} | shape.number
        plan = Plan(
            parents=shape.parents,
            landed=shape.landed,
            reverts={number[one]: [number[name] for name in undone.split()] for one, undone in (reverts or {}).items()},
            ignored={number[name] for name in ignored},
            keep=set(shape.mainline),
        )
        with (
            history.differences(repository, commits) as differences,
            history.merge_answers(repository, commits) as ask_merge,
        ):
            fold = Provenance(plan, Questions(ask_merge, repository.blob, lambda _: ()))
            moved: dict[int, int] = {}
            for at, (commit, diffs) in enumerate(differences, 1):
                births = len(fold.book.births)
                fold.commit(commit, arrange(diffs))
                moved.update(moved_by(fold.book, at, births))
        book = fold.finish(number[tip])
        words = {sha: name for name, sha in ids.items()}
        return Trace(book, fold.states[number[tip]], commits, shape, words, fold.states, moved)
