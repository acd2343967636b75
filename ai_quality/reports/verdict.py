"""The sentence at the top: how much carries an AI mark, and what was seen of it beside the unmarked.

Never causal, and never crude alone where like compared with like says something else; where there is too little
to compare it says so, and how little.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from ai_quality.metrics import Counts, MarkedShare, marked_share
from ai_quality.metrics.rate import FEWEST_TO_COMPARE
from ai_quality.reports import words
from ai_quality.reports.figures import Contrast, MetricView

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
    of_lines = f" AI-marked lines: {_marked(share)}." if (share := marked_share(counts)) else ""
    return f"No commit counts as AI-marked, of {looked_at}: {words.listed(found)}.{of_lines}"


def _share(counts: Mapping[str, Counts], window: str) -> str:
    share = marked_share(counts)
    if not share:
        return f"{words.amount(counts['ai'].commits, 'AI-marked commits')} landed {window}, with no counted line added."
    return f"AI-marked lines: {_marked(share, f' {window}')}."


def _marked(share: MarkedShare, window: str = "") -> str:
    """`14.7 to 15.2 % of 516,710 counted lines added`, and what of it is no plain count of commits' lines."""
    told = words.shares(share.lo, share.hi)
    asides = []
    if share.marked_in_part:
        points = words.difference(share.marked_in_part / share.lines, "share").lstrip("+")
        asides.append(f"{points} in mixed squashes")
    if " to " in told:
        asides.append(f"{words.amount(share.unknown, 'lines')} unknown")
    return f"{told} of {words.count(share.lines)} counted lines added{window}" + (
        f" ({'; '.join(asides)})" if asides else ""
    )


def _comparison(metrics: Sequence[MetricView], counts: Mapping[str, Counts]) -> str:
    """What was seen of the headline metrics, in words; how few there are where nothing can be compared."""
    headline = [metric for metric in metrics if metric.metric.name in HEADLINE]
    if not any(metric.contrast.difference for metric in headline):
        for cohort, label in (("ai", "AI-marked"), ("unmarked", "unmarked")):
            commits = counts.get(cohort, _NOBODY).commits
            if commits < FEWEST_TO_COMPARE:
                return f"Too few {label} commits to compare (n = {commits})."
    told = [_shown(metric) for metric in headline if _says_something(metric)]
    silent = [metric for metric in headline if not _says_something(metric)]
    for said in ("no difference shown", "too few to compare", "unknown"):
        nouns = [metric.noun for metric in silent if metric.contrast.words == said]
        told += [f"{words.listed(nouns)}: {said}"] if nouns else []
    return words.sentence("; ".join(told)) + "." if told else ""


_SHOWN = {"higher", "lower"}


def _says_something(metric: MetricView) -> bool:
    """Does an interval, crude or adjusted, leave 0 out?"""
    return bool(_SHOWN & {metric.contrast.words, metric.adjusted.contrast.words})


def _shown(metric: MetricView) -> str:
    """The crude difference and the adjusted one, in the words that both together allow."""
    crude, other = metric.contrast, metric.adjusted.contrast
    within = f"within {metric.adjusted.alike}"
    if crude.words not in _SHOWN:
        return f"{metric.noun}: {crude.words} crude, but {within} {_sized(other)}"
    first = f"{metric.noun} {_sized(crude, ' than unmarked')}"
    if other.difference is None:
        return f"{first} crude, with too few alike to adjust"
    if other.words == crude.words:
        return f"{first}, and {within} by {_size(other)}"
    if other.words in _SHOWN:
        return f"{first} crude, but {within} {_sized(other)}"
    return f"{first} crude, but {within} no difference is shown"


def _sized(contrast: Contrast, than: str = "") -> str:
    """`lower than unmarked by 11.9 points (95 % interval 7 to 17)`: the direction said in a word, not in a sign."""
    return f"{contrast.words}{than} by {_size(contrast, f' {contrast.unit}', '95 % interval ')}"


def _size(contrast: Contrast, unit: str = "", of: str = "") -> str:
    found = contrast.difference
    assert found is not None
    size, lo, hi = (found.value, found.lo, found.hi) if found.value > 0 else (-found.value, -found.hi, -found.lo)
    interval = words.difference_interval(size, lo, hi, contrast.scale)
    return f"{words.difference(size, contrast.scale).lstrip('+')}{unit} ({of}{interval})"
