"""A metric's rows become figures in one way, whoever ran them."""

from __future__ import annotations

import random
from functools import partial
from typing import Any

from ai_quality import metrics


def rows(names: list[str]) -> list[tuple[Any, ...]]:
    """Two hundred commits of five authors, of both cohorts, in four strata; as SQL gives them, in no order."""
    made = random.Random(3)
    found = [
        ("ai" if made.random() < 0.4 else "unmarked", True, f"stratum {number % 4}", names[made.randrange(5)],
         f"{number:040x}", made.randrange(9), 9 + made.randrange(99))
        for number in range(200)
    ]  # fmt: skip
    random.Random(names[0]).shuffle(found)
    return found


def asked(named: list[str], _: str) -> list[tuple[Any, ...]]:
    return rows(named)


def test_figures_do_not_depend_on_the_hashes_of_authors() -> None:
    (first,), (second,) = (
        metrics.measure(partial(asked, named), pull_refs=True, names=["rework_rate"])
        for named in (["a", "b", "c", "d", "e"], ["z", "k", "x", "b", "a"])
    )
    assert first.adjusted
    assert first.within_author
    assert first == second
