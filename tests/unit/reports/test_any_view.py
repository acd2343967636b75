"""Any figures and any text can be told in every format."""

from __future__ import annotations

import csv
import io
import json
from dataclasses import replace
from datetime import UTC, date, datetime
from xml.etree import ElementTree as ET

from hypothesis import given
from hypothesis import strategies as st

from ai_quality.metrics import FORGE_METRICS, METRICS, Counts, Measured, load
from ai_quality.metrics.accuracy import Accuracy
from ai_quality.metrics.adjusted import Adjusted
from ai_quality.metrics.rate import Rate, clustered, median_of, proportion, unknown
from ai_quality.metrics.statistics import Difference
from ai_quality.metrics.survival import kaplan_meier
from ai_quality.pipeline.measuring import CUTS
from ai_quality.reports import slices_text, terminal
from ai_quality.reports.csv_report import COLUMNS
from ai_quality.reports.renderers import RENDERERS, SLICED_RENDERERS
from ai_quality.reports.slices import Slice, SlicedView, build_sliced
from ai_quality.reports.styling import WIDTH
from ai_quality.reports.tables import columns
from ai_quality.reports.view import ReportView, RunFacts, build_view
from tests.unit.reports.hostile import TEXTS

HITS_OF = st.integers(0, 60).flatmap(lambda of: st.tuples(st.integers(0, of), st.just(of)))
MANY = st.integers(0, 10**9)
WORDS = st.text(st.characters(exclude_categories=()), max_size=40) | st.sampled_from(sorted(TEXTS.values()))
MOMENTS = st.datetimes(datetime(1970, 1, 1), datetime(2100, 1, 1), timezones=st.sampled_from([None, UTC]))  # noqa: DTZ001
CLOSE = st.floats(-1, 1)

RATES = st.one_of(
    HITS_OF.map(lambda pair: proportion(*pair)),
    st.lists(HITS_OF, max_size=35).map(clustered),
    st.builds(unknown),
    st.floats(1e-9, 1).map(lambda share: Rate(share, 1, 10**9, share / 2, min(1.0, share * 2), "ok", "wilson")),
)
MEDIANS = st.lists(st.floats(0, 1e6), max_size=45).map(median_of) | st.builds(unknown)
DIFFERENCES = st.none() | st.tuples(CLOSE, CLOSE, CLOSE).map(sorted).map(
    lambda found: Difference(found[1], found[0], found[2], "newcombe")
)
SHARES = st.floats(0, 1)
ADJUSTED = st.none() | st.builds(Adjusted, DIFFERENCES.filter(bool), st.integers(1, 10**6), SHARES, SHARES)
ACCURACIES = st.lists(
    st.builds(
        lambda share: Accuracy("Right?", "labels", "fixes", 7, share, share, share, date(2026, 1, 31), None), SHARES
    )
    | st.just(Accuracy("Right?", "labels", "fixes", None, None, None, None, None, None)),
    max_size=3,
).map(tuple)
LIVES = st.lists(st.tuples(st.integers(0, 900), st.booleans(), st.integers(1, 99)), min_size=1, max_size=90)
CURVES = st.dictionaries(
    st.sampled_from(["ai", "unmarked"]), LIVES.map(lambda lives: kaplan_meier(*zip(*lives, strict=True)))
)


@st.composite
def measured(draw: st.DrawFn, name: str) -> Measured:
    metric = load(name)
    rates = st.dictionaries(st.sampled_from(["ai", "unmarked"]), MEDIANS if metric.is_median else RATES)
    young = st.dictionaries(st.sampled_from(["ai", "unmarked"]), MANY)
    return Measured(
        replace(metric, accuracy=draw(ACCURACIES)), draw(rates), draw(DIFFERENCES), draw(young),
        draw(st.none() | WORDS), draw(ADJUSTED), draw(ADJUSTED),
    )  # fmt: skip


EVERY_METRIC = METRICS + FORGE_METRICS
RUNS = st.builds(
    RunFacts, repo=WORDS, rev=WORDS, tip_time=st.none() | MOMENTS, now=MOMENTS, since=st.none() | MOMENTS,
    until=st.none() | MOMENTS, why_since=WORDS, commits=MANY, merges=MANY, changes=MANY, lines_alive=MANY,
    pull_refs=MANY, complete=st.booleans(), notes=st.lists(WORDS, max_size=4).map(tuple), fix_convention=WORDS,
)  # fmt: skip
COHORTS = st.sampled_from(["ai", "unmarked", "mixed", "bot", "uncertain"])
COUNTS = st.dictionaries(COHORTS, st.builds(Counts, MANY, MANY, MANY, MANY, MANY, MANY))
VIEWS = st.builds(
    build_view,
    st.lists(st.sampled_from(EVERY_METRIC), unique=True).flatmap(lambda names: st.tuples(*map(measured, names))),
    COUNTS,
    st.lists(st.tuples(WORDS, st.none() | MANY, MANY), max_size=4),
    RUNS,
    st.none() | CURVES,
)


@st.composite
def sliced(draw: st.DrawFn) -> SlicedView:
    by = draw(st.sampled_from(sorted(CUTS)))
    names = draw(st.lists(st.sampled_from(METRICS), min_size=1, max_size=5, unique=True))
    values = st.integers(0, 40).map(str) if by == "size" else st.none() | WORDS
    slices = st.builds(Slice, values, COUNTS, st.tuples(*map(measured, names)))
    return build_sliced(by, draw(st.lists(slices, max_size=14)), draw(st.integers(0, 10**6)), draw(RUNS))


@given(VIEWS)
def test_any_view_renders_in_every_format(view: ReportView) -> None:
    texts = {name: render(view) for name, render in RENDERERS.items()}
    assert all(text.endswith("\n") and text.encode() for text in texts.values())
    assert json.loads(texts["json"])["schema_version"] == 1
    assert ET.fromstring(texts["html"]).tag == "html"
    assert {len(row) for row in csv.reader(io.StringIO(texts["csv"]))} == {len(COLUMNS)}
    assert sum(line.startswith("| ") for line in texts["md"].split("\n")) == 2 + len(view.metrics) + sum(
        cohort.counts is not None for cohort in view.cohorts
    )


@given(VIEWS, st.integers(1, 120))
def test_any_view_keeps_within_any_terminal(view: ReportView, width: int) -> None:
    shown = terminal.render(view, width=width)
    assert max(map(columns, shown.split("\n"))) <= max(terminal.NARROWEST, min(width, WIDTH))


@given(VIEWS)
def test_asking_for_colour_harms_no_format(view: ReportView) -> None:
    for name, render in RENDERERS.items():
        if name != "text":
            assert render(view, colour=True) == render(view)


@given(sliced(), st.integers(1, 120))
def test_any_slices_render_in_every_format(view: SlicedView, width: int) -> None:
    texts = {name: render(view) for name, render in SLICED_RENDERERS.items()}
    assert all(text.endswith("\n") and text.encode() for text in texts.values())
    assert len(json.loads(texts["json"])["slices"]) == len(view.slices)
    assert ET.fromstring(texts["html"]).tag == "html"
    assert {len(row) for row in csv.reader(io.StringIO(texts["csv"]))} == {len(COLUMNS) + 2}
    shown = slices_text.render(view, width=width)
    assert max(map(columns, shown.split("\n"))) <= max(terminal.NARROWEST, min(width, WIDTH))
