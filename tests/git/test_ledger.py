"""The ledger's file: private, told apart from what is no ledger, and every failure a sentence."""

from __future__ import annotations

import contextlib
import sqlite3
from decimal import Decimal
from pathlib import Path

import pytest

from ai_quality import errors
from ai_quality.sources.ledger import FILE, VERSION, open_ledger
from ai_quality.spend import Call, Stored, Tokens
from tests.ledgers import MARK, edit, record, stored


def all_of(folder: Path) -> list[Stored]:
    with open_ledger(folder) as ledger:
        return ledger.sighted(["home"], elsewhere=False)


def test_the_file_and_what_stands_beside_it_are_for_their_owner_only(tmp_path: Path) -> None:
    with open_ledger(tmp_path / "new") as ledger:
        ledger.keep("home", MARK, [stored("a")])
        assert {place.name: place.stat().st_mode & 0o777 for place in (tmp_path / "new").iterdir()} == {
            FILE: 0o600, f"{FILE}-wal": 0o600, f"{FILE}-shm": 0o600,
        }  # fmt: skip


def test_a_file_that_was_open_to_others_is_closed_to_them(tmp_path: Path) -> None:
    all_of(tmp_path)
    (tmp_path / FILE).chmod(0o644)
    all_of(tmp_path)
    assert (tmp_path / FILE).stat().st_mode & 0o777 == 0o600


def test_what_is_kept_comes_back_as_it_was(tmp_path: Path) -> None:
    calls = (Call("c", "test", None, None, "f", True, 7, ("0123456", "89abcde")), edit("p q", 3, "d"))
    given = [stored("a", calls=calls), stored("b", time=2000, tokens=None, model=None)]
    with open_ledger(tmp_path) as ledger:
        ledger.keep("home", MARK, given)
        assert ledger.marks() == {"log": MARK}
    assert [one._replace(row=0) for one in all_of(tmp_path)] == given


def test_a_request_told_again_grows_and_is_not_doubled(tmp_path: Path) -> None:
    asked, answered = edit("p"), edit("p")._replace(failed=False)
    more = edit("q", name="d")
    with open_ledger(tmp_path) as ledger:
        ledger.keep("home", MARK, [stored("a", time=1000, tokens=Tokens(5, 0, 0, 0, 1), calls=(asked,))])
        before = ledger.generation()
        ledger.keep_prices([(1, Decimal("0.5"), "prices")])
        ledger.keep("home", MARK, [stored("a", time=900, tokens=Tokens(1, 0, 0, 0, 9), calls=(answered, more))])
        assert ledger.generation() == before + 1
        ledger.keep("home", MARK, [stored("a", time=1000), stored("a", time=950)][:0])
        assert ledger.generation() == before + 1
    (one,) = all_of(tmp_path)
    assert (one.time, one.tokens, one.calls) == (900, Tokens(5, 0, 0, 0, 9), (answered, more))
    assert (one.dollars, one.pico, one.basis) == (None, None, None), "what grew is priced anew"


def test_only_the_homes_asked_for_count_and_a_request_in_two_of_them_once(tmp_path: Path) -> None:
    with open_ledger(tmp_path) as ledger:
        ledger.keep("one", MARK, [stored("a"), stored("b")])
        ledger.keep("two", MARK, [stored("b"), stored("c")])
        ledger.keep("two", MARK, [stored("d", kind="other")])
        keys = [[one.key for one in ledger.sighted(homes, elsewhere=False)] for homes in (["one"], ["one", "two"], [])]
        assert keys == [["a", "b"], ["a", "b", "c"], []]
        assert [one.key for one in ledger.sighted(["two"], elsewhere=True)] == ["d"]


def test_dollars_are_kept_to_the_trillionth(tmp_path: Path) -> None:
    with open_ledger(tmp_path) as ledger:
        ledger.keep("home", MARK, [stored("a"), stored("b"), stored("c")])
        ledger.keep_prices([(1, Decimal("12.000000000001"), "p"), (2, None, "p")])
        assert [(one.dollars, one.pico, one.basis) for one in ledger.sighted(["home"], elsewhere=False)] == [
            (12, 1, "p"), (None, None, "p"), (None, None, None),
        ]  # fmt: skip


def test_a_record_follows_its_commit(tmp_path: Path) -> None:
    with open_ledger(tmp_path) as ledger:
        ledger.keep("home", MARK, [stored("a")])
        with ledger.writing():
            assert ledger.claim(record("u1"), [1]) == 1
            ledger.update(record("u1", sha="old", state="kept"))
            ledger.rewrite([("old", "new"), ("x", "y")])
        assert [one.sha for one in ledger.records("state = ?", ["kept"])] == ["new"]
        assert ledger.rewrites() == {"old": "new", "x": "y"}


def test_a_failed_transaction_leaves_nothing(tmp_path: Path) -> None:
    with open_ledger(tmp_path) as ledger:
        ledger.keep("home", MARK, [stored("a")])
        with contextlib.suppress(KeyError), ledger.writing():
            ledger.claim(record("u1"), [1])
            raise KeyError
        assert [one.key for one in ledger.unclaimed("W", 0)] == ["a"]
        assert ledger.records() == []


@pytest.mark.parametrize("content", [b"no ledger at all" * 300, b"SQLite format 3\0" + bytes(4000)])
def test_a_damaged_file_is_moved_aside_whole_and_the_next_run_begins_anew(tmp_path: Path, content: bytes) -> None:
    (tmp_path / FILE).write_bytes(content)
    with pytest.raises(errors.LedgerDamaged, match=r"damaged.*damaged-1") as told:
        all_of(tmp_path)
    assert "\n" not in str(told.value)
    assert (tmp_path / f"{FILE}.damaged-1").read_bytes() == content
    assert all_of(tmp_path) == []
    (tmp_path / FILE).write_bytes(content)
    with pytest.raises(errors.LedgerDamaged, match="damaged-2"):
        all_of(tmp_path)


def test_a_page_damaged_later_is_told_when_it_is_met(tmp_path: Path) -> None:
    with open_ledger(tmp_path) as ledger:
        ledger.keep("home", MARK, [stored(f"{number}") for number in range(2000)])
    whole = (tmp_path / FILE).read_bytes()
    (tmp_path / FILE).write_bytes(whole[:4096] + b"\xff" * (len(whole) - 4096))
    with pytest.raises(errors.LedgerDamaged):
        all_of(tmp_path)
    assert len((tmp_path / f"{FILE}.damaged-1").read_bytes()) == len(whole)


def test_a_newer_ledger_is_left_alone(tmp_path: Path) -> None:
    all_of(tmp_path)
    with sqlite3.connect(tmp_path / FILE) as db:
        db.execute(f"PRAGMA user_version = {VERSION + 1}")
    db.close()
    before = (tmp_path / FILE).read_bytes()
    with pytest.raises(errors.LedgerTooNew, match="update ai-quality"):
        all_of(tmp_path)
    assert (tmp_path / FILE).read_bytes() == before


def test_who_waits_too_long_is_told_so(tmp_path: Path) -> None:
    def wait() -> None:
        with open_ledger(tmp_path, patience=0.01) as other, other.writing():
            pass

    with open_ledger(tmp_path) as ledger, ledger.writing(), pytest.raises(errors.LedgerBusy):
        wait()


def test_a_place_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(errors.LedgerUnwritable, match="cannot keep a ledger"):
        all_of(tmp_path / "file")


def test_a_callers_own_failure_passes_as_it_is(tmp_path: Path) -> None:
    with pytest.raises(BrokenPipeError), open_ledger(tmp_path):
        raise BrokenPipeError


def test_a_ledger_in_memory_leaves_no_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    with open_ledger(None) as ledger:
        ledger.keep("home", MARK, [stored("a")])
    assert list(tmp_path.iterdir()) == []
