"""The light words are the ordinary ones: rows as typing makes them, JSON as json reads and writes it."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import pickle
import typing

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ai_quality import light


class Row(light.NamedTuple):
    """A row."""

    name: str
    times: int = 0

    def twice(self) -> int:
        """Behaviour."""
        return 2 * self.times

    @property
    def loud(self) -> str:
        """A property."""
        return self.name.upper()


class Ordinary(typing.NamedTuple):
    """A row."""

    name: str
    times: int = 0


def test_a_row_is_what_typing_makes() -> None:
    row, other = Row("a", times=3), Ordinary("a", times=3)
    assert row == tuple(other) == ("a", 3)
    assert (Row.__name__, Row.__doc__, Row.__module__, Row.__mro__[1:]) == ("Row", "A row.", __name__, (tuple, object))
    for name in ("_fields", "_field_defaults", "__match_args__", "__slots__"):
        assert getattr(Row, name) == getattr(Ordinary, name)
    assert (repr(row), row._replace(name="b"), row._asdict()) == ("Row(name='a', times=3)", ("b", 3), other._asdict())
    assert (row.twice(), row.loud) == (6, "A")
    assert [tuple(Row("a")), tuple(Row._make("ab"))] == [("a", 0), ("a", "b")]
    assert pickle.loads(pickle.dumps(row)) == row
    with pytest.raises(TypeError):
        Row()  # type: ignore[call-arg]  # what is tested


def test_times_and_hashes_are_the_ordinary_ones() -> None:
    assert light.datetime is dt.datetime
    assert light.UTC is dt.UTC
    assert light.blake2b(b"x", key=b"k").digest() == hashlib.blake2b(b"x", key=b"k").digest()


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)


@given(VALUES, st.booleans(), st.booleans())
def test_json_is_written_and_read_as_json_does(value: object, compact: bool, sort_keys: bool) -> None:
    separators = (",", ":") if compact else (", ", ": ")
    text = light.dumps(value, compact=compact, sort_keys=sort_keys)
    assert text == json.dumps(value, separators=separators, sort_keys=sort_keys)
    assert light.loads(text) == value
    assert light.loads(text.encode()) == value


@given(st.binary(max_size=12) | st.text(alphabet='{}[]",:1e-.tf\\u00 \r\n\ufeff\ud800\0'))
def test_what_json_refuses_is_refused_and_what_it_takes_is_taken(data: str | bytes) -> None:
    assert outcome(light.loads, data) == outcome(json.loads, data)


@pytest.mark.parametrize(
    "data",
    [b'{"a": 1}\r', "[NaN, -Infinity]", '{"a":1}'.encode("utf-16"), b"\xef\xbb\xbf[1]", b'"\xed\xa0\x80"', " 1", "1 2"],
)
def test_odd_encodings_blanks_and_constants(data: str | bytes) -> None:
    assert outcome(light.loads, data) == outcome(json.loads, data)


def test_what_json_cannot_hold_and_what_is_too_deep() -> None:
    with pytest.raises(TypeError, match="set is nothing"):
        light.dumps({"a": {1}})
    with pytest.raises(RecursionError):
        light.loads("[" * 100_000)


def outcome(read: typing.Callable[[str | bytes], object], data: str | bytes) -> str:
    try:
        return repr(read(data))
    except ValueError:
        return "refused"
