"""Any figures and any text can be told in every format."""

from __future__ import annotations

import csv
import io
import json
from datetime import UTC, datetime
from xml.etree import ElementTree as ET

from hypothesis import given
from hypothesis import strategies as st

from ai_quality.metrics import METRICS, Counts, Measured, load
from ai_quality.metrics.rate import Rate, clustered, median_of, proportion, unknown
from ai_quality.metrics.statistics import Difference
from ai_quality.reports import RENDERERS, terminal
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


@st.composite
def measured(draw: st.DrawFn, name: str) -> Measured:
    metric = load(name)
    rates = st.dictionaries(st.sampled_from(["ai", "unmarked"]), MEDIANS if metric.is_median else RATES)
    young = st.dictionaries(st.sampled_from(["ai", "unmarked"]), MANY)
    return Measured(metric, draw(rates), draw(DIFFERENCES), draw(young), draw(st.none() | WORDS))


COHORTS = st.sampled_from(["ai", "unmarked", "mixed", "bot", "uncertain"])
VIEWS = st.builds(
    build_view,
    st.lists(st.sampled_from(METRICS), unique=True).flatmap(lambda names: st.tuples(*map(measured, names))),
    st.dictionaries(COHORTS, st.builds(Counts, MANY, MANY, MANY, MANY)),
    st.lists(st.tuples(WORDS, st.none() | MANY, MANY), max_size=4),
    st.builds(
        RunFacts, repo=WORDS, rev=WORDS, tip_time=st.none() | MOMENTS, now=MOMENTS, since=st.none() | MOMENTS,
        until=st.none() | MOMENTS, why_since=WORDS, commits=MANY, merges=MANY, changes=MANY, lines_alive=MANY,
        pull_refs=MANY, complete=st.booleans(), notes=st.lists(WORDS, max_size=4).map(tuple), fix_convention=WORDS,
    ),
)  # fmt: skip


@given(VIEWS)
def test_any_view_renders_in_every_format(view: ReportView) -> None:
    texts = {name: render(view) for name, render in RENDERERS.items()}
    assert all(text.endswith("\n") and text.encode() for text in texts.values())
    assert json.loads(texts["json"])["schema_version"] == 1
    assert ET.fromstring(texts["html"]).tag == "html"
    assert {len(row) for row in csv.reader(io.StringIO(texts["csv"]))} == {20}
    assert sum(line.startswith("| ") for line in texts["md"].split("\n")) == 2 + len(view.metrics) + sum(
        cohort.counts is not None for cohort in view.cohorts
    )


@given(VIEWS, st.integers(1, 120))
def test_any_view_keeps_within_any_terminal(view: ReportView, width: int) -> None:
    shown = terminal.render(view, width=width)
    assert max(map(columns, shown.split("\n"))) <= max(terminal.NARROWEST, min(width, terminal.WIDTH))


@given(VIEWS)
def test_asking_for_colour_harms_no_format(view: ReportView) -> None:
    for name, render in RENDERERS.items():
        if name != "text":
            assert render(view, colour=True) == render(view)
