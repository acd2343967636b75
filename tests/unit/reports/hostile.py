"""What a stranger may put into a name, a note or a message, and the fields of a report it can come through."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from ai_quality.metrics import Measured, load
from ai_quality.metrics.rate import unknown
from ai_quality.reports.comment_data import CommentView
from ai_quality.reports.slices import SlicedView, build_sliced
from ai_quality.reports.view import ReportView, RunFacts, build_view
from tests.unit.reports.comments import ORDINARY as COMMENT
from tests.unit.reports.comments import with_own
from tests.unit.reports.views import COUNTS, ORDINARY, RUN, one_slice, sliced

TEXTS = {
    "mention": "thanks @octocat and @org/team",
    "reference": "fixes #123, closes owner/repo#1, GH-7, !8 and gh-9",
    "image": "![x](https://tracker.example/a.png)",
    "link": "[click](javascript:alert(1)) https://evil.example www.evil.example <https://evil.example>",
    "html": "<img src=x onerror=alert(1)><script>alert(1)</script></td></svg>",
    "comment": "--> <!-- ai-quality:pr v=1 -->",
    "details": "</details><details open><summary>all good</summary>",
    "table": "a | b || c\\| d \\\\| e",
    "lines": "one\ntwo\r\nthree\n\n# four\n- [ ] five\n| six | seven |",
    "code": "`one` ``two`` ```three\n~~~",
    "emphasis": "*a* **b** _c_ ~~d~~ __e__",
    "math": "$\\color{red}{verdict}$",
    "entity": "&#64;octocat &lt;b&gt; &amp;",
    "ansi": "\x1b[31mred\x1b[0m \x1b]0;title\x07 \x1b]8;;http://evil.example\x1b\\link \x9b2J \x1b(0",
    "control": "a\x00b\x08\x08c\x7fd\x85e\x0bf\x1cg",
    "direction": "abc\u202egnp.exe\u202c \u2066x\u2069 \u200e",
    "invisible": "a\u200bb\u2060c\ufeffd\u00ade\U000e0041f\u3164g\u2800h",
    "separators": "a\u2028b\u2029c",
    "half": "caf\udce9 \ud800",
    "workflow command": "::error::pwned\n::add-mask::x ##[error]pwned",
    "formula": '=HYPERLINK("http://evil.example")',
    "formulas": "+1 -1",
    "rule": "---",
    "underline": "===",
    "list": "1. one",
    "template": "{{ 7 * 7 }} {% raw %} {# x #} ${{ github.token }}",
    "long": "x" * 10_000,
    "wide": "漢字" * 200,
    "empty": "",
    "blank": " \t ",
}

Place = Callable[[str], ReportView]


def _run(**fields: object) -> RunFacts:
    return replace(RUN, **fields)  # type: ignore[arg-type]  # the fields below are all text


def _no_pull_refs(why: str) -> list[Measured]:
    nobody_knows = {"ai": unknown(), "unmarked": unknown()}
    return [*ORDINARY, Measured(load("merge_pass_rate"), nobody_knows, None, {}, why)]


FIELDS: dict[str, Place] = {
    "repo": lambda text: build_view(ORDINARY, COUNTS, [], _run(repo=text)),
    "rev": lambda text: build_view(ORDINARY, COUNTS, [], _run(rev=text)),
    "why_since": lambda text: build_view(ORDINARY, COUNTS, [], _run(why_since=text)),
    "since": lambda text: build_view(ORDINARY, COUNTS, [], _run(why_since=f"since {text}")),
    "note": lambda text: build_view(ORDINARY, COUNTS, [], _run(notes=(f"note {text}",))),
    "whole note": lambda text: build_view(ORDINARY, COUNTS, [], _run(notes=(text.strip() or "nothing",))),
    "fix_convention": lambda text: build_view(ORDINARY, COUNTS, [], _run(fix_convention=text.strip() or "nothing")),
    "excluded lines": lambda text: build_view(ORDINARY, COUNTS, [(text, None, 3)], RUN),
    "excluded commits": lambda text: build_view(ORDINARY, COUNTS, [(text, 2, 3)], RUN),
    "why_unknown": lambda text: build_view(_no_pull_refs(text.strip() or "nothing"), COUNTS, [], RUN),
}

SLICE_FIELDS: dict[str, Callable[[str], SlicedView]] = {
    "path": lambda text: sliced("path", one_slice(f"a{text}", 40), one_slice(f"b{text}", 4)),
    "whole path": lambda text: sliced("path", one_slice(text.strip() or "nothing", 4)),
    "model": lambda text: sliced("model", one_slice(text.strip() or "nothing", 4)),
    "repo": lambda text: build_sliced("agent", [one_slice("codex", 4)], 0, _run(repo=text)),
    "note": lambda text: build_sliced("agent", [], 0, _run(notes=(f"note {text}",))),
}

COMMENT_FIELDS: dict[str, Callable[[str], CommentView]] = {
    "head": lambda text: replace(COMMENT, head=text),
    "version": lambda text: replace(COMMENT, version=text),
    "sha": lambda text: _with_commit(sha=text),
    "agent": lambda text: _with_commit(agent=text, model=None),
    "model": lambda text: _with_commit(model=text),
    "spend evidence": lambda text: _with_commit(spend_evidence=text or "nothing"),
    "agents' agent": lambda text: _with_agent(agent=text, model=None),
    "agents' model": lambda text: _with_agent(model=text),
    "price basis": lambda text: with_own(COMMENT, spend=replace(COMMENT.own.spend, basis=text or "nothing")),
}
"""Past the schema: even a view that nobody checked comes out harmless."""


def _with_commit(**fields: str | None) -> CommentView:
    first = replace(COMMENT.own.lines[0], **fields)  # type: ignore[arg-type]  # the fields above are all text
    return with_own(COMMENT, lines=(first, *COMMENT.own.lines[1:]))


def _with_agent(**fields: str | None) -> CommentView:
    first = replace(COMMENT.own.agents[0], **fields)  # type: ignore[arg-type]  # the fields above are all text
    return with_own(COMMENT, agents=(first, *COMMENT.own.agents[1:]))
