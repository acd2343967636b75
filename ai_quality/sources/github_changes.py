"""Changes as GitHub knows them: GraphQL in pages, REST where GraphQL is silent. What is missing is said."""

from __future__ import annotations

from ai_quality.model import ForgeChange
from ai_quality.sources import web


def changes(
    door: web.Door, repository: str, since: int | None, limit: int
) -> tuple[list[ForgeChange], bool, tuple[str, ...]]:
    """Return changes, whether they are all that were asked for, and sentences on what is missing."""
    raise NotImplementedError
