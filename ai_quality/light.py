"""Words of the standard library without what else they bring: for all that a commit waits for (docs/decisions/0010).

`typing` takes 3 ms to import and 0.1 for each of its NamedTuples, whose every annotation it compiles; `json` brings
`re` and `enum` (4 ms), `datetime` a second implementation of itself (1 ms), `hashlib` OpenSSL (2 ms and more).
The same C functions stand behind the names here; where CPython's own are missing, the ordinary modules do.
Type checkers see the ordinary ones. tests/unit/test_light.py holds both equal.
"""

from __future__ import annotations

from collections import namedtuple

__all__ = [
    "TYPE_CHECKING", "UTC", "Any", "Literal", "NamedTuple", "blake2b", "cast", "datetime", "dumps", "loads",
]  # fmt: skip

TYPE_CHECKING = False
if TYPE_CHECKING:
    from datetime import UTC, datetime
    from hashlib import blake2b
    from typing import Any, Literal, NamedTuple, cast
else:
    Any = object

    class Literal:
        """Only its name is needed while a program runs."""

        def __class_getitem__(cls, _values: object) -> type:
            """Any of the values."""
            return str

    def cast(_kind: object, value: object) -> object:
        """The value as it is."""
        return value

    class _Rows(type):
        """Makes the class below a namedtuple of the annotated fields, as typing's does."""

        def __new__(cls, name: str, bases: tuple[type, ...], body: dict[str, object]) -> type:
            """Only the base itself stays an ordinary class."""
            if not bases:
                return super().__new__(cls, name, bases, body)
            fields = tuple(body["__annotations__"])
            defaults = [body[field] for field in fields if field in body]
            row = namedtuple(name, fields, defaults=defaults, module=body["__module__"])  # noqa: PYI024 (as typing does)
            row.__annotations__ = body["__annotations__"]
            for key, value in body.items():
                if key not in fields and key not in {"__annotations__", "__module__", "__qualname__"}:
                    setattr(row, key, value)
            return row

    class NamedTuple(metaclass=_Rows):
        """A base class: its heirs are tuples with named fields."""

    try:
        from _blake2 import blake2b
        from _datetime import datetime, timezone
    except ImportError:  # a Python other than CPython
        from datetime import datetime, timezone
        from hashlib import blake2b
    UTC = timezone.utc  # noqa: UP017 (only the slow module has the short name)

try:
    import _json as _c
except ImportError:
    _c = None  # type: ignore[assignment]  # a Python other than CPython


class _Plain:
    """What json's own decoder tells its scanner."""

    strict = True
    object_hook = object_pairs_hook = None
    parse_float, parse_int = float, int
    parse_constant = {"NaN": float("nan"), "Infinity": float("inf"), "-Infinity": float("-inf")}.__getitem__


_scan: Any = getattr(_c, "make_scanner", None) and _c.make_scanner(_Plain)  # type: ignore[arg-type]  # any object with these will do
_BLANK = " \t\n\r"


def loads(data: str | bytes) -> Any:
    """What json.loads gives; what is not plainly JSON in UTF-8 goes there."""
    if _scan:
        try:
            text = data if isinstance(data, str) else data.decode("utf-8", "surrogatepass")
            found, end = _scan(text, 0)
        except (StopIteration, ValueError):
            pass
        else:
            if end == len(text) or not text[end:].strip(_BLANK):
                return found
    import json  # noqa: PLC0415 (it brings `re`)

    return json.loads(data)


def dumps(value: object, *, compact: bool = False, sort_keys: bool = False) -> str:
    """What json.dumps gives, without blanks where `compact`; the value holds no circle."""
    item, key = (",", ":") if compact else (", ", ": ")
    if _scan:
        encode: Any = _c.make_encoder(
            None, _refuse, _c.encode_basestring_ascii, None, key, item, sort_keys, skipkeys=False, allow_nan=True
        )
        return "".join(encode(value, 0))
    import json  # noqa: PLC0415 (as above)

    return json.dumps(value, separators=(item, key), sort_keys=sort_keys, check_circular=False)


def _refuse(value: object) -> None:
    raise TypeError(f"{type(value).__name__} is nothing that JSON can hold")
