"""What a forge tells, as facts: it completes what git alone knows of a change, and overrules none of it.

git says what landed, with whose marks and lines; the forge says when a change was offered, reviewed, closed, and how
its checks went. Also the text in which such facts are kept. Definitions: docs/decisions/0016.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from types import UnionType
from typing import Any, Literal, NamedTuple, get_args, get_origin, get_type_hints

from ai_quality.facts import marks
from ai_quality.facts.rows import quarter, taken_together
from ai_quality.model import Change, Cohort, Commit, CommitClass, ForgeChange, ForgeFact, Review

VERSION = 1
"""Of the kept text."""

BUG = re.compile(r"(?:^|[^a-z])(?:bugs?|defects?|regressions?|crash(?:es)?)(?:$|[^a-z])", re.IGNORECASE)
"""A label that says bug: `bug`, `type: Bug`, `kind/regression`, `C-bug`; not `debugging`."""


class Snapshot(NamedTuple):
    """What a forge told up to `asked` (seconds): facts by number; `mark` is of the program that made them.

    `cut`: changes that were not touched for long may be missing.
    """

    repository: str
    mark: str
    asked: int
    cut: bool
    notes: tuple[str, ...]
    facts: Mapping[int, ForgeFact]


def fact_of(change: ForgeChange) -> ForgeFact:
    """Return what is kept of a change."""
    pull, commits = change.pull, change.commits
    own = [one for one in commits or () if len(one.parents) < 2]  # noqa: PLR2004 (a merge has two)
    commit_class, cohort, agent = _classed(own)
    reviews = None if change.reviews is None else _by_others(change.reviews)
    return ForgeFact(
        number=pull.number,
        state=pull.state,
        updated=change.updated,
        opened=pull.opened,
        closed=pull.closed if pull.merged is None else pull.merged,
        head_sha=pull.head_sha,
        merge_commit=pull.merge_commit,
        first_commit=min((one.author_time for one in own if one.author_time), default=None),
        commits=len(own) if commits is not None and len(commits) == change.commits_count else change.commits_count,
        commit_class=commit_class,
        cohort=cohort,
        agent=agent,
        draft=pull.is_draft,
        bug=_is_bug(change),
        first_pass=None if reviews is None else _is_first_pass(change, reviews),
        review_rounds=None if reviews is None else len({review.commit for review in reviews}),
        review_comments=None if reviews is None else sum(review.comments for review in reviews),
        failed_checks=change.failed_checks,
        checks=change.checks,
    )


def _classed(own: Sequence[Commit]) -> tuple[CommitClass, Cohort, str | None]:
    """As git's own commits are classed; of a change whose commits nobody told, nothing is known."""
    if not own:
        return "unmarked", "uncertain", None
    return taken_together([marks.classify(commit) for commit in own])


def _by_others(reviews: Iterable[Review]) -> list[Review]:
    """Reviews by people other than the author, first to last: an author's answers are a review to GitHub too."""
    return sorted(one for one in reviews if one.by_person and not one.by_author)


def _is_bug(change: ForgeChange) -> bool | None:
    """Whether a label says bug; unknown where what it closes is not told and its own labels say nothing."""
    if any(map(BUG.search, change.pull.labels)):
        return True
    if change.closes is None:
        return None
    return any(BUG.search(label) for labels in change.closes for label in labels)


def _is_first_pass(change: ForgeChange, reviews: Sequence[Review]) -> bool | None:
    if not reviews or change.pull.state == "open":
        return None
    if change.pull.state == "closed":
        return False
    pushed = _was_pushed_after(change, reviews[0])
    return None if pushed is None else not pushed


def _was_pushed_after(change: ForgeChange, first: Review) -> bool | None:
    """Was anything but merges pushed after a review? GitHub tells what was reviewed, not when something was pushed."""
    if first.commit == change.pull.head_sha:
        return False
    if first.commit is None or change.commits is None:
        return None
    ids = [commit.sha for commit in change.commits]
    if first.commit in ids:
        return any(len(commit.parents) < 2 for commit in change.commits[ids.index(first.commit) + 1 :])  # noqa: PLR2004
    return True if len(ids) == change.commits_count else None  # what was reviewed has been rewritten since


# --- beside what git knows ------------------------------------------------------------------------


def completed(changes: Iterable[Change], facts: Mapping[int, ForgeFact]) -> Iterator[Change]:
    """Yield git's changes with what the forge knows of them, then a row each of which only the forge knows."""
    rows = list(changes)
    landed = {row.change for row in rows if row.change}
    by_landing = {fact.merge_commit or "": fact for fact in facts.values()}
    told: set[int] = set()
    for row in rows:
        fact = by_landing.get(row.change or "-") or facts.get(row.number or 0)
        if fact and row.change and row.change != fact.merge_commit and fact.merge_commit in landed:
            fact = None  # its number stands in another's subject: a backport, or a mere mention
        if fact is None:
            yield row
        else:
            told.add(fact.number)
            yield _completed(row, fact)
    for number in sorted(facts.keys() - told):
        if facts[number].merge_commit not in landed:
            yield _of_forge_alone(facts[number])


def _completed(row: Change, fact: ForgeFact) -> Change:
    """Where both speak git is believed: what it saw landing has landed, whatever the forge calls it.

    But which number a landing has, a forge knows better than a subject line.
    """
    commits = row.commits
    if row.shape == "squash":  # without its refs git sees one commit
        commits = max(commits, fact.commits or 0)
    return row._replace(
        number=fact.number,
        state=row.state if row.change else fact.state,
        first_commit=fact.first_commit if row.first_commit is None else row.first_commit,
        commits=commits,
        **_told(fact),
    )


def _of_forge_alone(fact: ForgeFact) -> Change:
    share = {"ai": 1.0, "unmarked": 0.0, "bot": 0.0}.get(fact.cohort)
    row = Change(
        None, fact.number, fact.state, "unknown", None, fact.first_commit, None, None,
        fact.commit_class, fact.cohort, fact.agent, quarter(fact.first_commit or fact.opened), share,
        fact.commits or 0, None, None,
    )  # fmt: skip
    return row._replace(**_told(fact))


def _told(fact: ForgeFact) -> dict[str, Any]:
    names = ("opened", "closed", "review_rounds", "review_comments", "draft", "bug", "first_pass", "failed_checks",
             "checks")  # fmt: skip
    return {name: getattr(fact, name) for name in names}


# --- the text they are kept in --------------------------------------------------------------------


def text_of(snapshot: Snapshot) -> str:
    """Return a snapshot as JSON."""
    told = snapshot._asdict() | {"version": VERSION, "facts": [fact._asdict() for fact in snapshot.facts.values()]}
    return json.dumps(told, indent=0, sort_keys=True) + "\n"


def snapshot_from(text: str) -> Snapshot | None:
    """Return the snapshot a text holds; None where it is not of this program's making: it is asked for anew then."""
    try:
        told = json.loads(text)
        if told.pop("version") != VERSION:
            return None
        facts = [ForgeFact(**_checked(ForgeFact, fact)) for fact in told.pop("facts")]
        notes = tuple(_checked_value(str, note) for note in told.pop("notes"))
        return Snapshot(**_checked(Snapshot, told | {"notes": notes, "facts": {fact.number: fact for fact in facts}}))
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
        return None


def _checked(kind: type, given: Mapping[str, Any]) -> dict[str, Any]:
    """The fields of a row type, just these and each of its own type; TypeError otherwise."""
    hints = get_type_hints(kind)
    if given.keys() != hints.keys():
        raise TypeError
    return {name: _checked_value(hints[name], value) for name, value in given.items()}


def _checked_value(hint: Any, value: Any) -> Any:  # noqa: ANN401
    hints = get_args(hint) if get_origin(hint) is UnionType else (hint,)
    if not any(_fits(one, value) for one in hints):
        raise TypeError
    return value


def _fits(hint: Any, value: object) -> bool:  # noqa: ANN401
    """A number is no truth value; what is in a tuple or a mapping was looked at before."""
    if get_origin(hint) is Literal:
        return isinstance(value, str) and value in get_args(hint)
    return type(value) is (hint if isinstance(hint, type) and get_origin(hint) is None else PLAIN[get_origin(hint)])


PLAIN = {tuple: tuple, Mapping: dict}
"""How what is hinted comes out of JSON."""
