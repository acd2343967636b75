"""Words what one pass found as the rows of schema.sql: commits, changes, defects, the run itself.

Column order is the schema's, without `repo`, which the pipeline puts in front. Times are seconds, None
where git cannot tell.
"""

from __future__ import annotations

import json
from bisect import bisect_left
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime

from ai_quality.facts import inverses
from ai_quality.facts.changes import Landing, squashes
from ai_quality.facts.cohorts import cohort_of, is_marked
from ai_quality.facts.costs import usage_rows
from ai_quality.facts.defects import Tracer
from ai_quality.facts.fixes import declared_causes
from ai_quality.facts.lifetimes import landed_times
from ai_quality.facts.mined import Mined, Touch
from ai_quality.facts.offers import Offer
from ai_quality.facts.paths import UNCOUNTED
from ai_quality.model import Change, Cohort, Commit, CommitClass, CommitFact, CommitUsage, Defect, Verdict

KEEPS_COMMITS = ("merge", "rebase")
"""Shapes of landings whose own commits are the ones that landed."""


def commit_facts(mined: Mined, landed_lines: Mapping[int, int], author: Callable[[str], str]) -> Iterator[CommitFact]:
    """Yield a row a landed commit; `author` hashes an e-mail address."""
    times = landed_times(mined.commits, mined.shape)
    shares = squash_shares(mined, landed_lines)
    kinds = mined.kinds_of_commits
    for number, (commit, verdict) in enumerate(zip(mined.landed_commits, mined.verdicts, strict=True), 1):
        cohort = cohort_of(verdict)
        touches = mined.touched[number - 1]
        counted = [touch for touch in touches if mined.kinds[touch.path] not in UNCOUNTED]
        added, deleted = sum(touch.added for touch in counted), sum(touch.deleted for touch in counted)
        kind = kinds[number - 1]
        work, size = _work(mined, commit, kind, touches), (1 + added + deleted).bit_length() - 1
        yield CommitFact(
            commit.sha, author(commit.author.email), commit.author_time or None, commit.commit_time or None,
            times[number], mined.commits[mined.shape.landed[number] - 1].sha,
            len(commit.parents) > 1, kind, work, size, f"{size} {work} {quarter(times[number])}",
            verdict.commit_class, cohort, verdict.agent, verdict.model, verdict.evidence,
            shares.get(number) if cohort == "mixed" else _whole_share(cohort), number in mined.ignored,
            added, deleted, len(touches),
        )  # fmt: skip


def quarter(seconds: int | None) -> str:
    """Return the UTC quarter of a time, as in 2026q4; `unknown` without one."""
    if not seconds:
        return "unknown"
    day = datetime.fromtimestamp(seconds, UTC)
    return f"{day.year}q{(day.month + 2) // 3}"


def _whole_share(cohort: Cohort) -> float | None:
    return {"ai": 1.0, "unmarked": 0.0, "bot": 0.0}.get(cohort)


def _work(mined: Mined, commit: Commit, kind: str, touches: Sequence[Touch]) -> str:
    """The kind of work a commit is compared within."""
    if kind == "fix":
        return "fix"
    if touches and all(mined.kinds[touch.path] == "docs" for touch in touches):
        return "docs"
    return "feature" if commit.message[:4].lower() == "feat" else "other"


def changes(mined: Mined, landed_lines: Mapping[int, int]) -> Iterator[Change]:
    """Yield a row a landing, then a row an offer that never landed by itself, by number."""
    groups, shares = mined.shape.group(), squash_shares(mined, landed_lines)
    for unit in mined.units:
        came = unit.members or groups[unit.commit]
        plain = [number for number in came if len(mined.commits[number - 1].parents) < 2]  # noqa: PLR2004
        yield _landed_change(mined, unit, plain, unit_share(mined, unit, plain, landed_lines, shares))
    landed = {unit.number for unit in mined.units}
    for number, offer in sorted(mined.offers.items()):
        if number not in landed and offer.own:
            yield _unlanded_change(mined, offer)


def _landed_change(mined: Mined, unit: Landing, plain: Sequence[int], share: float | None) -> Change:
    landing = mined.commits[unit.commit - 1]
    said = [mined.verdicts[unit.commit - 1]]
    if unit.shape in KEEPS_COMMITS:
        said = [mined.verdicts[number - 1] for number in plain] or said
        written = min((t for n in plain if (t := mined.commits[n - 1].author_time)), default=None)
        count = len(plain)
    elif unit.offer:
        written, count = unit.offer.first_written, sum(sha in mined.own_verdicts for sha in unit.offer.own) or 1
    else:
        written, count = (landing.author_time or None if unit.shape == "direct" else None), 1
    together, cohort, agent = taken_together(said)
    return Change(
        landing.sha, unit.number, "landed", unit.shape, None, written, landing.commit_time or None, None,
        together, cohort, agent, quarter(landing.commit_time), share, count, None, None,
    )  # fmt: skip


def _unlanded_change(mined: Mined, offer: Offer) -> Change:
    said = [mined.own_verdicts[sha] for sha in offer.own if sha in mined.own_verdicts]
    together, cohort, agent = taken_together(said) if said else ("bot", "bot", None)
    return Change(
        None, offer.number, _state(mined, offer), offer.merged or "unknown", None, offer.first_written, None, None,
        together, cohort, agent, quarter(offer.first_written), _whole_share(cohort), len(said), None, None,
    )  # fmt: skip


def _state(mined: Mined, offer: Offer) -> str:
    """What became of an offer that never landed by itself; without a single open one here, closed shows in nothing."""
    if offer.merged:
        return "merged"
    if not mined.open_numbers:
        return "unknown"
    return "open" if offer.number in mined.open_numbers else "closed"


def taken_together(said: Sequence[Verdict]) -> tuple[CommitClass, Cohort, str | None]:
    """Return class, cohort and leading agent of commits taken as one change; bots do not count beside others."""
    heard = [verdict for verdict in said if verdict.commit_class != "bot"]
    if not heard:
        return "bot", "bot", None
    agents = Counter(verdict.agent for verdict in heard if verdict.agent)
    agent = agents.most_common(1)[0][0] if agents else None
    cohorts = {cohort_of(verdict) for verdict in heard}
    if len(cohorts) > 1 or "mixed" in cohorts:
        return ("mixed", "mixed", agent) if cohorts & {"ai", "mixed"} else ("assisted", "uncertain", agent)
    cohort = cohorts.pop()
    if cohort == "unmarked":
        return "unmarked", "unmarked", None
    return "agent" if all(v.commit_class == "agent" for v in heard) else "assisted", cohort, agent


def unit_share(
    mined: Mined,
    unit: Landing,
    group: Sequence[int],
    landed_lines: Mapping[int, int],
    squashed: Mapping[int, float | None],
) -> float | None:
    """Return the AI-marked share of the non-blank counted lines a unit landed, None if that cannot be known.

    A unit that landed no such line is shared out by its commits. `squashed` are the shares of `squash_shares`.
    """
    numbers = group if unit.shape in KEEPS_COMMITS else (unit.commit,)
    parts: list[tuple[float, int]] = []
    for number in numbers:
        cohort = cohort_of(mined.verdicts[number - 1])
        share = squashed.get(number) if cohort == "mixed" else _whole_share(cohort)
        if share is None and (cohort == "mixed" or len(numbers) == 1):
            return None
        parts.append((share or 0.0, landed_lines.get(number, 0)))
    return _weighed(parts)


def squash_shares(mined: Mined, landed_lines: Mapping[int, int]) -> dict[int, float | None]:
    """Return landed squash → the AI-marked share of the lines that its offer's own commits left at its head."""
    shares: dict[int, float | None] = {}
    for number, offer in squashes(mined.units, mined.offers, mined.shape).items():
        own = [sha for sha in offer.own if sha in mined.own_verdicts]
        lines = (landed_lines.get(mined.shape.number.get(sha, 0), 0) for sha in own)
        shares[number] = _weighed([
            (float(is_marked(mined.own_verdicts[sha])), count) for sha, count in zip(own, lines, strict=True)
        ])  # fmt: skip
    return shares


def _weighed(parts: Sequence[tuple[float, int]]) -> float | None:
    """The mean share by lines, by commits where there is not one line; None of nothing."""
    weights = [lines for _, lines in parts] if any(lines for _, lines in parts) else [1] * len(parts)
    shares = zip(weights, (share for share, _ in parts), strict=True)
    return sum(weight * share for weight, share in shares) / sum(weights) if weights else None


def reverts(mined: Mined) -> Iterator[tuple[object, ...]]:
    """Yield what messages tell to be undone, then what content alone tells."""
    landed = mined.landed_commits
    changed = inverses.changes_of(mined.book, mined.kinds, mined.outlines[: len(landed)], mined.touched)
    by_content = inverses.content_reverts(mined.book, changed, landed, mined.reverts)
    for row in (*mined.reverts, *by_content):
        yield row.revert, row.reverted, row.evidence, row.partial, row.reinstated_by


def defects(mined: Mined) -> Iterator[Defect]:
    """Yield the causes of every landed fix: those its message names, else those its lines trace back to.

    A fault that came and went within one change never reached the branch, so it is no row.
    """
    tracer, resolve = tracer_of(mined), resolver(mined)
    landed, numbers = mined.shape.landed, mined.shape.number
    for number, kind in enumerate(mined.kinds_of_commits, 1):
        if kind == "fix":
            causes = _causes(mined, tracer, resolve, number)
            yield from (one for one in causes if landed[numbers[one.introduced]] != landed[number])


def tracer_of(mined: Mined) -> Tracer:
    """Return a tracer over the mined lines."""
    return Tracer(mined.book, mined.kinds, mined.ignored, [0, *(commit.commit_time for commit in mined.commits)])


def _causes(
    mined: Mined, tracer: Tracer, resolve: Callable[[str], str | None], number: int, *, declared: bool = True
) -> Iterable[Defect]:
    """Return the causes of one fix; with `declared` false every reference in its message is ignored."""
    commit = mined.commits[number - 1]
    named = declared_causes(commit, resolve) if declared else ()
    if named:
        return [Defect(commit.sha, sha, tracer.lines_of(number, mined.shape.number[sha]), "declared") for sha in named]
    return [
        Defect(commit.sha, mined.commits[cause.commit - 1].sha, cause.lines, "traced") for cause in tracer.trace(number)
    ]


def resolver(mined: Mined) -> Callable[[str], str | None]:
    """Return a function from an abbreviated id to the one mined commit it names, None if none or several."""
    ids = sorted(mined.shape.number)

    def resolve(short: str) -> str | None:
        at = bisect_left(ids, short)
        found = [sha for sha in ids[at : at + 2] if sha.startswith(short)]
        return found[0] if len(found) == 1 else None

    return resolve


def usage(mined: Mined) -> Iterator[CommitUsage]:
    """Yield a row for each record of what a commit cost."""
    ids = [commit.sha for commit in mined.commits]
    change_of = {commit.sha: ids[mined.shape.landed[n] - 1] for n, commit in enumerate(mined.landed_commits, 1)}
    landing_of = {unit.number: ids[unit.commit - 1] for unit in mined.units if unit.number is not None}
    return usage_rows(mined.spent, change_of, mined.units, mined.offers, landing_of)


def run(mined: Mined, schema_version: int, fingerprint: str) -> tuple[object, ...]:
    """The one row of `runs`."""
    tip = mined.commits[mined.shape.number[mined.tip] - 1]
    merges = sum(len(commit.parents) > 1 for commit in mined.landed_commits)
    return (
        mined.tip, tip.commit_time or None, schema_version, fingerprint, len(mined.verdicts), merges,
        mined.pull_refs, mined.convention.kind, mined.complete, json.dumps(mined.notes),
    )  # fmt: skip


def traced(mined: Mined, asked: Sequence[str], *, declared: bool) -> dict[str, list[dict[str, object]]]:
    """Return fix → its causes, for the commits asked about, whatever they say they are, or for every known fix."""
    tracer, resolve = tracer_of(mined), resolver(mined)
    fixes = asked or [
        commit.sha for commit, kind in zip(mined.landed_commits, mined.kinds_of_commits, strict=True) if kind == "fix"
    ]
    found: dict[str, list[dict[str, object]]] = {}
    for sha in fixes:
        blamed = _causes(mined, tracer, resolve, mined.shape.number[sha], declared=declared)
        found[sha] = [{"commit": d.introduced, "lines": d.lines, "evidence": d.evidence} for d in blamed]
    return found
