"""The report for programs; its shape is a contract (docs: the command line). Unknown is null, never 0."""

from __future__ import annotations

import json
from datetime import datetime

from ai_quality.reports.figures import Figure, MetricView
from ai_quality.reports.view import Cohort, ReportView, RunFacts

SCHEMA_VERSION = 1

Json = dict[str, object]


def render(view: ReportView) -> str:
    """Return the report as one JSON object."""
    run = view.run
    told: Json = {
        "schema_version": SCHEMA_VERSION,
        "repo": run.repo,
        "rev": run.rev,
        "now": _moment(run.now),
        "verdict": view.verdict,
        "window": {"since": _moment(run.since), "until": _moment(run.until), "why_since": run.why_since},
        "history": _history(run),
        "cohorts": {cohort.name: _cohort(cohort) for cohort in view.cohorts},
        "metrics": {metric.metric.name: _metric(metric) for metric in view.metrics},
        "excluded": [{"reason": one.reason, "commits": one.commits, "lines": one.lines} for one in view.excluded],
        "caveat": view.caveat,
    }
    return json.dumps(told, indent=2, ensure_ascii=False, allow_nan=False) + "\n"


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


def _cohort(cohort: Cohort) -> Json:
    counts = cohort.counts
    return {
        "commits": counts and counts.commits,
        "changes": counts and counts.changes,
        "lines_added": counts and counts.lines_added,
        "lines_alive": counts and counts.lines_alive,
    }


def _metric(view: MetricView) -> Json:
    metric, found = view.metric, view.contrast.difference
    return {
        "definition": metric.definition,
        "unit": metric.unit,
        "hit": metric.hit,
        "horizon": metric.horizon,
        "scale": view.scale,
        "cohorts": {name: _rate(figure) for name, figure in view.figures.items()},
        "difference": found and dict(zip(("value", "lo", "hi", "method"), found, strict=True)),
        "verdict": view.contrast.words,
        "why_unknown": view.why_unknown,
    }


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
