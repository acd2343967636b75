"""The view as numbers, and back: what a fork's job hands to the job that may write. Everything read is hostile.

The row types of `comment_data` are the schema. A text that does not fit them is refused as a whole; nothing is
mended. Reads no file and knows no forge.
"""

from __future__ import annotations

from typing import Any

from ai_quality.reports.comment_data import CommentView

LIMIT = 65_536
"""Bytes; a longer text is refused before it is parsed."""

SCHEMA_VERSION = 1


def numbers(view: CommentView) -> dict[str, Any]:
    """Return the view as JSON values with a `schema_version`; `json.dumps` of it is at most LIMIT bytes."""
    raise NotImplementedError


def view_from(text: bytes) -> CommentView:
    """Return the view that `numbers` was made from; ArtifactRefused says what does not fit."""
    raise NotImplementedError
