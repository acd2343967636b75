"""Where this program keeps what it knows of a repository, and what of the program itself that depends on.

Imports neither DuckDB nor the pass over history: whoever only spends (`usage`, the hooks) starts without them.
"""

from __future__ import annotations

import functools
import hashlib
from importlib import resources
from pathlib import Path

import ai_quality
from ai_quality.sources.git import Repository


@functools.cache
def fingerprint() -> str:
    """A hash of all that facts depend on beside the repository: every file that takes part in making them."""
    digest = hashlib.sha256(ai_quality.__version__.encode())
    for package in ("ai_quality", "ai_quality.facts", "ai_quality.pipeline", "ai_quality.sources"):
        for file in sorted(resources.files(package).iterdir(), key=lambda file: file.name):
            if file.is_file():
                digest.update(file.read_bytes())
    return digest.hexdigest()[:16]


def state_folder(repository: Repository) -> Path:
    """The folder, shared by the repository's worktrees, never pushed."""
    return repository.common_dir / "ai-quality"
