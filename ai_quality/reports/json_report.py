"""The report for programs; its shape is a contract (docs: the command line). Unknown is null, never 0."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime

from ai_quality.metrics import COMPARED, MARKED_SHARE, marked_share
from ai_quality.metrics.accuracy import Accuracy
from ai_quality.metrics.statistics import Difference
from ai_quality.reports.curves import NOTE, Curve
from ai_quality.reports.figures import Figure, MetricView, Within
from ai_quality.reports.slices import SlicedView, SliceView
from ai_quality.reports.view import Cohort, ReportView, RunFacts

SCHEMA_VERSION = 1

Json = dict[str, object]


def render(view: ReportView) -> str:
    """Return the report as one JSON object."""
    return _json(
        {
            **_head(view.run),
            "verdict": view.verdict,
            "history": _history(view.run),
            "marked_share": _marked_share(view),
            "cohorts": {cohort.name: _cohort(cohort) for cohort in view.cohorts},
            "metrics": {one.metric.name: _metric(one) for one in (*view.metrics, *view.unrecorded)},
            "survival_curves": _curves(view.curves),
            "excluded": [{"reason": one.reason, "commits": one.commits, "lines": one.lines} for one in view.excluded],
            "caveat": view.caveat,
        }
    )


def render_sliced(view: SlicedView) -> str:
    """Return the report by slices as one JSON object; `left_out` counts the slices too small to be measured."""
    return _json(
        {
            **_head(view.run),
            "history": _history(view.run),
            "by": view.by,
            "slices": [_slice(one) for one in view.slices],
            "left_out": view.left_out,
            "caveat": view.caveat,
        }
    )


def _json(told: Json) -> str:
    return json.dumps(told, indent=2, ensure_ascii=False, allow_nan=False) + "\n"


def _head(run: RunFacts) -> Json:
    return {
        "schema_version": SCHEMA_VERSION,
        "repo": run.repo,
        "rev": run.rev,
        "now": _moment(run.now),
        "window": {"since": _moment(run.since), "until": _moment(run.until), "why_since": run.why_since},
    }


def _slice(one: SliceView) -> Json:
    return {
        "value": one.value,
        "cohorts": {cohort.name: _cohort(cohort) for cohort in one.cohorts},
        "metrics": {metric.metric.name: _metric(metric) for metric in one.metrics},
    }


def _history(run: RunFacts) -> Json:
    return {
        "commits": run.commits,
        "merges": run.merges,
        "changes": run.changes,
        "lines_alive": run.lines_alive,
        "complete": run.complete,
        "tip_time": _moment(run.tip_time),
        "pull_refs": run.pull_refs,
        "fix_convention": run.fix_convention or None,
        "notes": list(run.notes),
    }


def _marked_share(view: ReportView) -> Json | None:
    """Null where no counted line was added."""
    share = marked_share({cohort.name: cohort.counts for cohort in view.cohorts if cohort.counts})
    return (
        None
        if share is None
        else {
            "definition": MARKED_SHARE,
            "lo": share.lo,
            "hi": share.hi,
            "lines": share.lines,
            "marked": share.marked,
            "marked_in_part": share.marked_in_part,
            "unknown": share.unknown,
        }
    )


def _cohort(cohort: Cohort) -> Json:
    counts = cohort.counts
    return {
        "commits": counts and counts.commits,
        "changes": counts and counts.changes,
        "lines_added": counts and counts.lines_added,
        "lines_alive": counts and counts.lines_alive,
    }


def _metric(view: MetricView) -> Json:
    metric = view.metric
    return {
        "definition": metric.definition,
        "unit": metric.unit,
        "hit": metric.hit,
        "horizon": metric.horizon,
        "scale": view.scale,
        "cohorts": {name: _rate(figure) for name, figure in view.figures.items()},
        "difference": _difference(view.contrast.difference),
        "verdict": view.contrast.words,
        "adjusted": _within(view.adjusted),
        "within_author": _within(view.within_author),
        "signs_differ": view.signs_differ,
        "accuracy": [_accuracy(one) for one in metric.accuracy],
        "why_unknown": view.why_unknown,
    }


def _difference(found: Difference | None) -> Json | None:
    return None if found is None else dict(zip(("value", "lo", "hi", "method"), found, strict=True))


def _within(within: Within) -> Json | None:
    found = within.found
    if found is None:
        return None
    return {
        **(_difference(found.difference) or {}),
        "verdict": within.contrast.words,
        "within": within.alike,
        "strata": found.strata,
        "dropped": {"ai": found.dropped_ai, "unmarked": found.dropped_unmarked},
    }


def _accuracy(found: Accuracy) -> Json:
    return {
        "question": found.question,
        "data": found.data,
        "unit": found.unit,
        "n": found.n,
        "precision": found.precision,
        "recall": found.recall,
        "f1": found.f1,
        "date": None if found.date is None else found.date.isoformat(),
        "repeat": found.repeat,
    }


def _curves(curves: Sequence[Curve]) -> Json:
    """Null for a cohort without a curve, or with too few commits for one."""
    keys = ("days", "survival", "lo", "hi", "at_risk")
    points = {curve.cohort: [dict(zip(keys, point, strict=True)) for point in curve.points] for curve in curves}
    cohorts: Json = {name: points.get(name) or None for name in COMPARED}
    return {"unit": "line", "method": "kaplan-meier", "note": NOTE, "cohorts": cohorts}


def _rate(figure: Figure) -> Json:
    rate = figure.rate
    return {
        "value": rate.value,
        "hits": rate.hits,
        "of": rate.of,
        "lo": rate.lo,
        "hi": rate.hi,
        "status": rate.status,
        "method": rate.method,
        "n": figure.n,
        "low_n": figure.low_n,
        "too_young": figure.too_young,
    }


def _moment(moment: datetime | None) -> str | None:
    """UTC, to the second, ISO-8601."""
    return None if moment is None else f"{moment:%Y-%m-%dT%H:%M:%SZ}"
