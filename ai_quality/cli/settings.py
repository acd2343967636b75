"""What the words before the command say. A row, which every command is handed; imports nothing, so costs nothing."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Settings:
    """What the words before the command say."""

    directory: Path
    quiet: bool
    verbose: bool
    colour: bool
    allow_missing: bool
