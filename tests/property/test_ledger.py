"""Each request is claimed at most once, and claimed and unclaimed are all: whatever happens, whoever is killed."""

from __future__ import annotations

import contextlib
import os
import random
import signal
import sqlite3
import tempfile
from collections.abc import Callable
from pathlib import Path

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, consumes, invariant, rule

from ai_quality.sources.ledger import FILE, Ledger, open_ledger
from tests.ledgers import MARK, record, stored

ROWS = st.sets(st.integers(1, 12), max_size=6)


class Spending(RuleBasedStateMachine):
    """Hooks of several worktrees, syncs, aborted commits, in any order; a plain dict is the oracle."""

    records = Bundle("records")

    def __init__(self) -> None:
        super().__init__()
        self.folder = tempfile.TemporaryDirectory()
        self.opened = contextlib.ExitStack()
        self.ledger = self.opened.enter_context(open_ledger(self.folder.name))
        self.kept: set[str] = set()
        self.claims: dict[int, str] = {}
        self.made = 0

    def teardown(self) -> None:
        self.opened.close()
        self.folder.cleanup()

    @rule(keys=st.sets(st.sampled_from("abcdefghijkl"), max_size=5), home=st.sampled_from(["one", "two"]))
    def read_logs(self, keys: set[str], home: str) -> None:
        self.ledger.keep(home, MARK, [stored(key) for key in sorted(keys)])
        self.kept |= keys

    @rule(target=records, rows=ROWS)
    def claim(self, rows: set[int]) -> str:
        self.made += 1
        name = f"u{self.made}"
        with self.ledger.writing():
            got = self.ledger.claim(record(name), rows)
        fresh = {row for row in rows if row <= len(self.kept) and row not in self.claims}
        assert got == len(fresh)
        self.claims |= dict.fromkeys(fresh, name)
        return name

    @rule(name=records, rows=ROWS)
    def claim_more(self, name: str, rows: set[int]) -> None:
        with self.ledger.writing():
            self.ledger.claim(record(name), rows)
        self.claims |= {row: name for row in rows if row <= len(self.kept) and row not in self.claims}

    @rule(name=consumes(records))
    def abort(self, name: str) -> None:
        with self.ledger.writing():
            self.ledger.release(name)
        self.claims = {row: other for row, other in self.claims.items() if other != name}

    @invariant()
    def claimed_and_unclaimed_are_all(self) -> None:
        counted(self.ledger, len(self.kept))
        told = {one.row: record.id for record in self.ledger.records() for one in self.ledger.claimed(record.id)}
        assert told == self.claims


TestSpending = Spending.TestCase
TestSpending.settings = settings(max_examples=20, stateful_step_count=12, deadline=None)


def counted(ledger: Ledger, expected: int) -> list[str]:
    """Every request once: among the unclaimed or with one record; returns the claimed."""
    free = [one.key for one in ledger.unclaimed("W", 0)]
    claimed = [one.key for record in ledger.records() for one in ledger.claimed(record.id)]
    assert len(free) + len(claimed) == len({*free, *claimed}) == expected
    return claimed


def in_a_process(work: Callable[[], None]) -> int:
    """Start work in a process of its own, as a hook is; returns its id."""
    child = os.fork()
    if child:
        return child
    try:
        work()
    finally:
        os._exit(0)


def a_hook(folder: str, name: str, die_at: int | None = None) -> None:
    """Read, claim three free requests, tie them to a commit; die by `kill -9` before the given statement."""
    with open_ledger(folder) as ledger:
        steps = 0

        def step(_: str) -> None:
            nonlocal steps
            steps += 1
            if steps == die_at:
                os.kill(os.getpid(), signal.SIGKILL)

        ledger._db.set_trace_callback(step)
        ledger.keep("home", MARK, [stored(key) for key in "abcdefghi"])
        with ledger.writing():
            ledger.claim(record(name), [one.row for one in ledger.unclaimed("W", 0)[:3]])
        with ledger.writing():
            ledger.update(record(name, sha="c" * 40, state="kept"))
        Path(folder, f"done-{die_at}").touch()


def test_a_kill_between_any_two_steps_loses_and_doubles_nothing() -> None:
    for die_at in range(1, 100):
        with tempfile.TemporaryDirectory() as folder:
            with open_ledger(folder) as ledger:
                ledger.keep("home", MARK, [stored(key) for key in "abc"])
            os.waitpid(in_a_process(lambda: a_hook(folder, "killed", die_at)), 0)  # noqa: B023 (it is used up at once)
            with open_ledger(folder) as ledger:
                claimed = counted(ledger, len(ledger.sighted(["home"], elsewhere=False)))
                assert len(claimed) in {0, 3}, "a claim is whole or not at all"
            a_hook(folder, "after")
            with open_ledger(folder) as ledger:
                assert len(counted(ledger, 9)) == 3 + len(claimed)
            if Path(folder, f"done-{die_at}").exists():
                assert die_at > 10, "it has died before every step there is"
                return
    raise AssertionError("it never came to its end")


def test_hooks_at_once_some_of_them_killed_never_claim_a_request_twice() -> None:
    chance = random.Random(7)
    with tempfile.TemporaryDirectory() as folder:
        with open_ledger(folder) as ledger:
            ledger.keep("home", MARK, [stored(f"k{number:03}") for number in range(200)])

        def work(number: int) -> None:
            for step in range(10):
                with open_ledger(folder) as ledger, ledger.writing():
                    free = ledger.unclaimed("W", 0)
                    ledger.claim(record(f"u{number}-{step}"), [one.row for one in free[:3]])
                    if step % 4 == 3:
                        ledger.release(f"u{number}-{step - 1}")

        children = [in_a_process(lambda number=number: work(number)) for number in range(6)]  # type: ignore[misc]
        for child in chance.sample(children, 2):
            os.kill(child, signal.SIGKILL)
        for child in children:
            os.waitpid(child, 0)
        with open_ledger(folder) as ledger:
            claimed = counted(ledger, 200)
            assert all(len(ledger.claimed(one.id)) == 3 for one in ledger.records())
        assert len(claimed) >= 4 * 3 * 8
        with sqlite3.connect(Path(folder, FILE)) as db:
            assert db.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        db.close()
