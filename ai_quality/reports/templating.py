"""The one way to a template: sandboxed, undefined names are errors, and every value is escaped for its format."""

from __future__ import annotations

import functools
from collections.abc import Callable

from jinja2 import PackageLoader, StrictUndefined
from jinja2.sandbox import SandboxedEnvironment


class _Escaped(str):
    """Text that autoescape leaves as it is."""

    __slots__ = ()

    def __html__(self) -> str:
        return self


def fill(template: str, values: dict[str, object], *, escape: Callable[[object], str] | None = None) -> str:
    """Render one of `templates/`; `escape` makes a value safe in the format, by default HTML."""
    return _environment(escape).get_template(template).render(values)


@functools.cache
def _environment(escape: Callable[[object], str] | None) -> SandboxedEnvironment:
    return SandboxedEnvironment(
        loader=PackageLoader("ai_quality.reports"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        finalize=None if escape is None else lambda value: _Escaped(escape(value)),
    )
