"""A change whose every word is a stranger's: none of them reaches the comment, the summary, the numbers or a log."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from ai_quality.config import Config
from ai_quality.pipeline.commenting import review
from ai_quality.reports import comment
from ai_quality.reports.comment_data import NAME, OTHER, CommentView
from tests.git.test_commenting import moment, opened
from tests.histories import C, Row, build
from tests.unit.reports.hostile import TEXTS
from tests.unit.reports.test_comment import is_harmless
from tests.unit.reports.test_markdown import skeleton

CANARY = "Zq7canary"
"""Stands in every hostile text; a safe name may hold it, a sentence of ours never."""


def row(place: str, number: int, text: str) -> Row:
    """A commit of the change, with the text where `place` says."""
    text = text.replace("\0", "").replace("\ud800", "")  # no byte that git could store stands for half a pair
    name = re.sub(r"[<>\n\r]", "", text).strip() or "x"
    usage = f"AI-Usage: id=uaaa{number}; agent={text}; model={text}; usd=1; px={text}; ev={text}"
    fields: dict[str, dict[str, Any]] = {
        "subject": {"message": text},
        "body": {"message": f"subject\n\n{text}"},
        "author": {"by": name, "email": "x@example.com"},
        "path": {"files": {f"{re.sub('/', '_', text)[:60]}{number}.py": "n e w"}},
        "trailer": {"trailers": [f"AI-Usage: {text}", f"{text}: x", f"AI-Session: {text}"]},
        "model": {"trailers": [f"Co-Authored-By: {text} <noreply@anthropic.com>", f"Assisted-by: Claude:{text}"]},
        "agent": {"trailers": [f"Assisted-by: {text}", usage]},
        "attributes": {"files": {"new.py": str(number), ".gitattributes": text.encode("utf-8", "surrogateescape")}},
    }
    return C(f"X{number}", **{"files": {"new.py": str(number)}, "ai": "claude", **fields[place]})


PLACES = ("subject", "body", "author", "path", "trailer", "model", "agent", "attributes")


def reviewed(folder: Path, rows: Sequence[Row], head: str = "refs/heads/topic") -> CommentView:
    story = build(folder, [C("A", files={"app.py": "a"}), *rows], refs={head: rows[-1].name})
    with opened(story, story.ids["A"]) as (repository, facts):
        return review(
            repository, facts, base=story.ids["A"], head=head, config=Config(), now=moment(3), clock=lambda: 0.0
        )  # fmt: skip


def said(view: CommentView) -> str:
    """All that is said of a change, without the names of agents and models that may be shown."""
    text = comment.render(view) + comment.render_summary(view) + json.dumps(comment.numbers(view))
    shown = [name for one in view.own.lines for name in (one.agent, one.model, one.spend_evidence)]
    shown += [name for of_agent in view.own.agents for name in (of_agent.agent, of_agent.model)]
    names = {name for name in shown if name}
    for name in sorted(names, key=len, reverse=True):
        assert NAME.fullmatch(name)
        text = text.replace(name, "")
    return text


@pytest.mark.parametrize("place", PLACES)
def test_no_word_of_a_stranger_s_reaches_anything(place: str, tmp_path: Path) -> None:
    rows = [row(place, number, f"{CANARY} {text}") for number, text in enumerate(TEXTS.values())]
    view = reviewed(tmp_path, rows)
    body = comment.render(view)
    assert view.own.commits == len(TEXTS)
    assert CANARY not in said(view)
    assert is_harmless(body)
    assert body.count(comment.MARKER) == 1
    cells = [line.count("|") for line in skeleton(body) if "|" in line]
    assert set(cells) <= {5, 6, 8}, "the tables of figures, agents and commits"
    assert cells.count(8) == len(TEXTS) + 2
    assert not re.search(r"^\s*::|##\[", comment.render_summary(view), re.MULTILINE)
    assert comment.view_from(json.dumps(comment.numbers(view)).encode()) == view


@pytest.mark.parametrize(
    "head", ["a`b", "x<img>", "p|q", "@all", "$(id)", ";rm", '"q"', "a&&b", "&#64;x", "--output=x"]
)
def test_no_branch_s_name_does_either(head: str, tmp_path: Path) -> None:
    view = reviewed(tmp_path, [C("X", files={"new.py": "n"}, ai="codex")], f"refs/heads/{head}")
    assert head not in said(view)
    assert is_harmless(comment.render(view))
    assert sorted(path.name for path in tmp_path.iterdir()) == [".git", "app.py", "new.py"]


@pytest.mark.parametrize("text", ["https://evil.example/x", "www.evil.example", "GH-7", "owner/repo", "a" * 40])
def test_a_name_of_safe_letters_is_shown_and_still_does_nothing(text: str, tmp_path: Path) -> None:
    view = reviewed(tmp_path, [row("agent", 0, text)])
    assert view.own.lines[0].model == text
    assert is_harmless(comment.render(view))


@pytest.mark.parametrize("text", ["@team", "<b>", "m" * 65, "modèle", "a|b", "`x`"])
def test_a_name_of_other_letters_is_not_shown(text: str, tmp_path: Path) -> None:
    view = reviewed(tmp_path, [row("model", 0, text)])
    assert {one.model for one in view.own.lines} <= {None, OTHER}
