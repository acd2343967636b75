"""The one way to a template: sandboxed, undefined names are errors, and every value is escaped for its format."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from jinja2.sandbox import SandboxedEnvironment


class Escaped(str):
    """Text that is made for the format already: nothing escapes it again."""

    __slots__ = ()

    def __html__(self) -> str:
        """Return itself: autoescape leaves alone what has this."""
        return self


def fill(template: str, values: dict[str, object], *, escape: Callable[[object], str] | None = None) -> str:
    """Render one of `templates/`; `escape` makes a value safe in the format, by default HTML."""
    return _environment(escape).get_template(template).render(values)


@functools.cache
def _environment(escape: Callable[[object], str] | None) -> SandboxedEnvironment:
    from jinja2 import PackageLoader, StrictUndefined  # noqa: PLC0415 (30 ms, which text and JSON need not wait for)
    from jinja2.sandbox import SandboxedEnvironment  # noqa: PLC0415

    return SandboxedEnvironment(
        loader=PackageLoader("ai_quality.reports"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        finalize=None if escape is None else lambda value: _escaped(value, escape),
    )


def _escaped(value: object, escape: Callable[[object], str]) -> object:
    """What a macro returns, and what the caller vouches for, is escaped already."""
    return value if hasattr(value, "__html__") else Escaped(escape(value))
