"""Changes to comment on: the states one can be in, as literal figures. `STATES` has them by name."""

from __future__ import annotations

from dataclasses import replace

from ai_quality.reports.comment_data import (
    AgentLine,
    CommentView,
    CommitLine,
    Comparable,
    Difference,
    Figure,
    Judgement,
    Maintainability,
    Own,
    Row,
    RowName,
    Spend,
    Waste,
)

HEAD = "3f2c9ab12d4e5f60718293a4b5c6d7e8f9012345"
CLAUDE, CURSOR = "claude-code", "cursor"
OPUS = "claude-opus-4-8"


def ok(value: float, lo: float, hi: float, n: int) -> Figure:
    return Figure(value, lo, hi, n, "ok" if n >= 30 else "low_n")


def few(n: int) -> Figure:
    return Figure(None, None, None, n, "too_few")


UNKNOWN = Figure(None, None, None, None, "unknown")


def row(name: RowName, ai: Figure, unmarked: Figure, difference: Difference = "none") -> Row:
    return Row(name, ai, unmarked, difference)


ROWS = (
    row("merged", ok(0.81, 0.70, 0.89, 64), ok(0.86, 0.78, 0.91, 130)),
    row("first_pass", ok(0.42, 0.31, 0.55, 64), ok(0.58, 0.49, 0.66, 130)),
    row("review_rounds", ok(2, 1, 2, 64), ok(1, 1, 2, 130)),
    row("review_comments", ok(4, 2, 7, 64), ok(2, 1, 3, 130)),
    row("reverted", ok(0.058, 0.021, 0.142, 52), ok(0.031, 0.009, 0.083, 98)),
    row("defect", ok(0.171, 0.102, 0.281, 35), ok(0.143, 0.088, 0.219, 71)),
    row("rework", ok(0.094, 0.052, 0.141, 56), ok(0.112, 0.081, 0.144, 101)),
    row("cost_median", ok(2.9, 2.1, 3.8, 48), UNKNOWN, "unknown"),
    row("cost_per_stuck", ok(4.35, 3.5, 5.6, 41), UNKNOWN, "unknown"),
)
COMPARABLE = Comparable(180, 20, 127, 510, 64, 112, 2.9, 0.8, 9.75, ROWS)

COMMITS = (
    CommitLine(HEAD, CLAUDE, OPUS, True, "declared", 210, 1_240_000, 3.05, "paths"),
    CommitLine("d4e5f6a" + HEAD[7:], CLAUDE, OPUS, True, "observed", 60, 640_000, 0.95, "agent-commit"),
    CommitLine("9ab12d4" + HEAD[7:], None, None, False, "none", 42, None, None, None),
)
SPEND = Spend(4.0, 1_880_000, 1_730_000, 2, 2, 2, "genai-prices/0.2.3")
OWN = Own(
    3, 2, 0, 312, 270, 48, 291, SPEND, COMMITS,
    (AgentLine(CLAUDE, OPUS, 2, 270, 1_880_000, 4.0), AgentLine("unmarked", None, 1, 42, None, None)),
)  # fmt: skip
MAINTAINABILITY = Maintainability(0.82, 0.91, 0.77, 120, 131, 6, 6, None)
WASTE = (Waste("repeated_failure", True, 4, 120_000, 0.31), Waste("reread", False, 1, 40_000, None))

ORDINARY = CommentView(
    HEAD, 987_654_321, 1_795_349_040, "0.4.1", "open", OWN, COMPARABLE, WASTE, MAINTAINABILITY, (), ()
)


def with_own(view: CommentView = ORDINARY, **fields: object) -> CommentView:
    return replace(view, own=replace(view.own, **fields))  # type: ignore[arg-type]


def with_rows(*rows: Row) -> CommentView:
    """The ordinary change beside others of which some figures are different."""
    named = {one.name: one for one in rows}
    found = tuple(named.get(one.name, one) for one in ROWS)
    return replace(ORDINARY, comparable=replace(COMPARABLE, rows=found))


REWRITTEN = row("rework", ok(0.191, 0.152, 0.243, 56), ok(0.112, 0.081, 0.144, 101), "higher")
COSTLY = with_own(spend=replace(SPEND, usd=12.4))
FAILED = replace(
    with_rows(REWRITTEN),
    policy=(
        Judgement("max_rework_rate", 0.15, 0.191, 56, "failed"),
        Judgement("max_revert_rate", 0.1, 0.058, 52, "passed"),
        Judgement("max_defect_rate", 0.2, None, 7, "too_few"),
        Judgement("max_unlanded_usd", 50.0, None, None, "unknown"),
    ),
)

YOUNG_ROWS = (
    row("reverted", few(5), ok(0.0, 0.0, 0.12, 27), "too_few"),
    row("defect", Figure(None, None, None, 0, "too_few"), ok(0.11, 0.03, 0.3, 18), "too_few"),
    row("rework", few(6), ok(0.07, 0.02, 0.13, 27), "too_few"),
    row("cost_median", few(3), UNKNOWN, "unknown"),
)
NOT_ENOUGH = replace(
    ORDINARY,
    comparable=replace(COMPARABLE, ai=7, unmarked=31, usual=None, usual_low=None, usual_high=None, rows=YOUNG_ROWS),
    waste=(),
    notes=("no_offers",),
)

NO_SPEND = Spend(None, None, None, 0, 0, 2, None)
BARE_COMMITS = tuple(replace(one, tokens=None, usd=None, spend_evidence=None) for one in COMMITS)
COST_UNKNOWN = with_own(
    replace(ORDINARY, waste=()), spend=NO_SPEND, lines=BARE_COMMITS,
    agents=(AgentLine(CLAUDE, OPUS, 2, 270, None, None), AgentLine("unmarked", None, 1, 42, None, None)),
)  # fmt: skip

FIVE = (
    *COMMITS[:1],
    replace(COMMITS[0], sha="a" * 40, lines_added=12, tokens=200_000, usd=None),
    *(CommitLine(c * 40, CURSOR, None, True, "declared", 30, None, None, None) for c in "bc"),
    COMMITS[2],
)
PARTLY = with_own(
    replace(ORDINARY, waste=()), commits=5, marked=4, lines_added=324, lines_marked=282, lines=FIVE,
    spend=Spend(3.05, 1_440_000, None, 2, 1, 4, "genai-prices/0.2.3"),
    agents=(
        AgentLine(CLAUDE, OPUS, 2, 222, 1_440_000, 3.05), AgentLine(CURSOR, None, 2, 60, None, None),
        AgentLine("unmarked", None, 1, 42, None, None),
    ),
)  # fmt: skip

UNMARKED = with_own(
    replace(ORDINARY, waste=(), maintainability=None), marked=0, lines_marked=0,
    spend=Spend(None, None, None, 0, 0, 0, None),
    lines=tuple(replace(one, agent=None, model=None, marked=False, evidence="none") for one in BARE_COMMITS),
    agents=(AgentLine("unmarked", None, 3, 312, None, None),),
)  # fmt: skip

MIXED = with_own(
    commits=3, marked=1, uncertain=1, lines_marked=60,
    lines=(
        replace(COMMITS[0], agent="codex", model=None, marked=False, evidence="pull_request", tokens=None, usd=None,
                spend_evidence=None),
        *COMMITS[1:],
    ),
    spend=Spend(0.95, 640_000, 600_000, 1, 1, 1, "genai-prices/0.2.3"),
    agents=(AgentLine(CLAUDE, OPUS, 1, 60, 640_000, 0.95), AgentLine("uncertain", None, 1, 210, None, None),
            AgentLine("unmarked", None, 1, 42, None, None)),
)  # fmt: skip
MIXED = replace(MIXED, notes=("weak_marks",))

STATES: dict[str, CommentView] = {
    "ordinary": ORDINARY,
    "outside": with_rows(REWRITTEN),
    "costly": COSTLY,
    "policy-failed": FAILED,
    "not-enough-history": NOT_ENOUGH,
    "no-baseline": replace(ORDINARY, comparable=None),
    "cost-unknown": COST_UNKNOWN,
    "cost-partly-known": PARTLY,
    "no-mark": UNMARKED,
    "weak-marks": with_own(UNMARKED, uncertain=2),
    "mixed": MIXED,
    "merged": replace(ORDINARY, state="merged"),
    "closed": replace(ORDINARY, state="closed"),
}
