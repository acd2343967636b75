"""Pages made from code say what the code says: docs/metrics.md from the .sql headers, docs/schema.md likewise."""

from __future__ import annotations

from collections.abc import Callable
from importlib import resources
from typing import Any

import duckdb
import pytest

from ai_quality import metrics
from ai_quality.facts import lifetimes, store
from ai_quality.facts.landings import Landings
from ai_quality.facts.lines import LineBook
from ai_quality.model import Change, CommitFact, CommitUsage, Defect, SquashedCommit
from ai_quality.reports import words

ROW_TYPES: dict[str, Any] = {
    "commits": CommitFact,
    "changes": Change,
    "squashed": SquashedCommit,
    "defects": Defect,
    "usage": CommitUsage,
}
RENAMED = {"class": "commit_class"}
"""`class` is a Python keyword."""


def metrics_page() -> str:
    lines = [
        "# Metrics",
        "",
        "Generated from the headers of `ai_quality/metrics/*.sql` (`make docs`). Each file is plain ANSI SQL over the",
        "tables of [schema.md](schema.md) and a one-row table `params` (since, until, observed_until, pull_refs).",
        "Cohorts compared are `ai` (an agent is the author, or an AI mark is declared or observed) and `unmarked`",
        "(no AI mark was found, which is not the same as human). Differences are AI minus unmarked: crude, and",
        "adjusted within strata of size, kind of work and quarter (Mantel-Haenszel; offers within quarter, medians",
        "not at all), with how much of each cohort its strata leave out; and within authors who have both kinds of",
        "work, as a check. Never causal. `ai-quality report --by` runs the same files on slices.",
        "",
        "## marked_share",
        "",
        metrics.MARKED_SHARE,
    ]
    for name in (*metrics.METRICS, *metrics.SPENDING, *metrics.FORGE_METRICS):
        metric = metrics.load(name)
        label = "value" if metric.is_median else "hit"
        lines += [
            "",
            f"## {name}",
            "",
            metric.definition,
            "",
            f"- **unit**: {metric.unit}",
            f"- **{label}**: {metric.hit}",
            f"- **horizon**: {metric.horizon}",
            f"- **interval**: {metric.interval}, 95 %",
            f"- **source**: {metric.source}",
            *(f"- **accuracy**: {one.question} {words.sentence(words.accuracy(one))}" for one in metric.accuracy),
        ]
    return "\n".join(lines) + "\n"


def schema_page() -> str:
    lines = [
        "# The facts, version " + str(store.SCHEMA_VERSION),
        "",
        "Generated from `ai_quality/facts/schema.sql` (`make docs`). Parquet, one folder a table, under",
        "`$(git rev-parse --git-common-dir)/ai-quality/facts/`. Times are UTC. NULL is unknown or not yet, never zero.",
    ]
    for table in store.schema():
        lines += ["", f"## {table.name}", "", table.definition, "", "| column | type | |", "|---|---|---|"]
        for column in table.columns:
            kind = column.type.lower() + (", may be null" if column.nullable else "")
            lines.append(f"| `{column.name}` | {kind} | {column.definition} |")
    return "\n".join(lines) + "\n"


def test_the_metrics_page_is_fresh(generated: Callable[[str, str], None]) -> None:
    generated("docs/metrics.md", metrics_page())


def test_the_schema_page_is_fresh(generated: Callable[[str, str], None]) -> None:
    generated("docs/schema.md", schema_page())


def test_every_table_has_the_columns_of_its_row_type_in_order() -> None:
    for table in store.schema():
        if table.name in ROW_TYPES:
            columns = ["repo", *ROW_TYPES[table.name]._fields]
            assert [RENAMED.get(c.name, c.name) for c in table.columns] == columns, table.name


@pytest.mark.parametrize("name", ["line_lives", "owners"])
def test_a_keyed_table_has_the_columns_its_query_gives_in_order(name: str) -> None:
    book, shape = LineBook(), Landings({}, [()], [0], [])
    keyed = {"line_lives": lifetimes.line_lives([], book, {}), "owners": lifetimes.owners([], book)}[name]
    with duckdb.connect(":memory:") as connection:
        for made, given in {"numbered": lifetimes.numbered([], shape), **keyed.given}.items():
            connection.execute(f"CREATE TABLE {made} ({given.columns})")
        query = resources.files("ai_quality.facts").joinpath(keyed.sql).read_text(encoding="utf-8")
        columns = [column[0] for column in connection.execute(query).description or ()]
    (table,) = (table for table in store.schema() if table.name == name)
    assert [column.name for column in table.columns] == ["repo", *columns]


def test_every_column_of_the_schema_is_defined() -> None:
    for table in store.schema():
        assert table.columns, table.name
        assert all(column.definition.strip() for column in table.columns), table.name
    names = {table.name for table in store.schema()}
    assert names == {"commits", "line_lives", "changes", "reverts", "defects", "owners", "runs", "squashed", "usage"}
