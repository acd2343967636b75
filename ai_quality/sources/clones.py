"""A throw-away repository that shares another's objects, for a library that writes where it reads.

The same as `git clone --shared --bare` without a transport (we allow git none) and without refs: a folder with its
own configuration, whose objects are looked up in the original too. New objects stay in it; the original is never
written. It lies in the original's scratch directory and goes with it.
"""

from __future__ import annotations

import contextlib
import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

from ai_quality.sources.git import Repository
from ai_quality.sources.hardening import clean_environment

OURS = {"GIT_CONFIG_NOSYSTEM": "1", "GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_SYSTEM": os.devnull}


@contextlib.contextmanager
def shared_clone(repository: Repository) -> Iterator[Repository]:
    """Give an empty bare repository that finds every object of `repository`, and delete it on leaving."""
    with tempfile.TemporaryDirectory(prefix="clone-", dir=repository.scratch) as folder:
        place, scratch = Path(folder) / "clone.git", Path(folder) / "scratch"
        scratch.mkdir()
        for part in ("objects/info", "objects/pack", "refs/heads"):
            (place / part).mkdir(parents=True)
        (place / "HEAD").write_text("ref: refs/heads/main\n", encoding="ascii")
        (place / "config").write_text(_config(repository), encoding="ascii")
        objects = str(repository.common_dir / "objects")
        (place / "objects/info/alternates").write_text(f"{objects}\n", encoding="utf-8", errors="surrogateescape")
        clone = Repository(place, place, scratch)
        try:
            yield clone
        finally:
            clone.close()


def commit(clone: Repository, files: dict[str, str], parent: str | None = None) -> str:
    """Write a commit that holds the blobs `files` (name → blob id), and return its id; names have no newline."""
    index = clone.scratch / "index"
    index.unlink(missing_ok=True)
    rows = "".join(f"100644 {blob}\t{name}\n" for name, blob in files.items())
    clone.ask("update-index", "--index-info", stdin=rows.encode("ascii"), index=index)
    tree = clone.ask("write-tree", index=index).decode("ascii").strip()
    nobody = ("-c", "user.name=ai-quality", "-c", "user.email=ai-quality@localhost", "-c", "user.useConfigOnly=true")
    onto = ("-p", parent) if parent else ()
    return clone.ask(*nobody, "commit-tree", tree, *onto, "-m", "the change").decode("ascii").strip()


@contextlib.contextmanager
def our_environment() -> Iterator[None]:
    """Let a library that starts git by itself inherit what our own git gets, and no configuration but the clone's."""
    before = dict(os.environ)
    os.environ.clear()
    os.environ.update(clean_environment() | OURS)
    try:
        yield
    finally:
        os.environ.clear()
        os.environ.update(before)


def _config(repository: Repository) -> str:
    core = "[core]\n\tbare = true\n\trepositoryformatversion = {}\n"
    if repository.object_format == "sha256":
        return core.format(1) + "[extensions]\n\tobjectformat = sha256\n"
    return core.format(0)
