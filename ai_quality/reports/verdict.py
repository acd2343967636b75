"""The sentence at the top: how much carries an AI mark, and what was seen of it beside the unmarked.

Crude and never causal; where there is too little to compare it says so, and how little.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from ai_quality.metrics import Counts
from ai_quality.metrics.rate import FEWEST_TO_COMPARE
from ai_quality.reports import words
from ai_quality.reports.figures import MetricView

HEADLINE = ("rework_rate", "revert_rate", "defect_rate")

INCOMPLETE = "Incomplete history: unreadable files were left out, so every figure may be off."

NO_PROOF = (
    "That is not proof that no AI was used: "
    "one agent left a trace in 1.8 % of its pull requests (n = 2,686, AIDev 2025)."
)
"""Codex among the 7,122 agent pull requests of AIDev-pop (arXiv 2507.15003); see decisions/0003."""

_NOBODY = Counts(0, 0, 0, 0)


def verdict(metrics: Sequence[MetricView], counts: Mapping[str, Counts], *, window: str, complete: bool) -> str:
    """Return one to four sentences; `window` says when the counted work landed."""
    parts = [] if complete else [INCOMPLETE]
    if counts.get("ai", _NOBODY).commits:
        parts += [_share(counts, window), _comparison(metrics, counts)]
    else:
        parts.append(_nothing_found(counts, window))
    return " ".join(filter(None, parts))


def _nothing_found(counts: Mapping[str, Counts], window: str) -> str:
    commits = sum(cohort.commits for name, cohort in counts.items() if name != "bot")
    if not commits:
        return f"No commit to count landed {window}."
    looked_at = f"{words.amount(commits, 'commits')} landed {window}"
    left_out = {"only in part AI-marked": "mixed", "with marks too weak to count": "uncertain"}
    found = [
        f"{words.count(counts[name].commits)} {what}"
        for what, name in left_out.items()
        if counts.get(name, _NOBODY).commits
    ]
    if not found:
        return f"No AI mark found in {looked_at}. {NO_PROOF}"
    return f"No commit counts as AI-marked, of {looked_at}: {words.listed(found)}."


def _share(counts: Mapping[str, Counts], window: str) -> str:
    """Bots are on neither side."""
    lines = sum(cohort.lines_added for name, cohort in counts.items() if name != "bot")
    if not lines:
        return f"{words.amount(counts['ai'].commits, 'AI-marked commits')} landed {window}, with no counted line added."
    share = words.value(counts["ai"].lines_added / lines, "share")
    return f"AI-marked lines: {share} of {words.count(lines)} counted lines added {window}."


def _comparison(metrics: Sequence[MetricView], counts: Mapping[str, Counts]) -> str:
    """What was seen of the headline metrics, in words; how few there are where nothing can be compared."""
    headline = [metric for metric in metrics if metric.metric.name in HEADLINE]
    if not any(metric.contrast.difference for metric in headline):
        for cohort, label in (("ai", "AI-marked"), ("unmarked", "unmarked")):
            commits = counts.get(cohort, _NOBODY).commits
            if commits < FEWEST_TO_COMPARE:
                return f"Too few {label} commits to compare (n = {commits})."
    told = [_shown(metric) for metric in headline if metric.contrast.words in {"higher", "lower"}]
    for said in ("no difference shown", "too few to compare", "unknown"):
        nouns = [metric.noun for metric in headline if metric.contrast.words == said]
        told += [f"{words.listed(nouns)}: {said}"] if nouns else []
    return words.sentence("; ".join(told)) + "." if told else ""


def _shown(metric: MetricView) -> str:
    """The size of a difference whose interval does not hold 0, its direction said in a word."""
    found, said = metric.contrast.difference, metric.contrast.words
    assert found is not None
    size, lo, hi = (found.value, found.lo, found.hi) if said == "higher" else (-found.value, -found.hi, -found.lo)
    by = f"{words.difference(size, metric.scale).lstrip('+')} {metric.contrast.unit}"
    return (
        f"{metric.noun} {said} than unmarked by {by} "
        f"(95 % interval {words.difference_interval(size, lo, hi, metric.scale)})"
    )
