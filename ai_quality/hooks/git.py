"""The hooks' own door to git: a few short questions, asked of the very git that runs the hook.

Not `sources.git`: GitPython costs 84 ms to import, and a hook must keep the GIT_DIR and GIT_INDEX_FILE it was
given, which that door drops (docs/decisions/0009). `subprocess` alone would cost 13 ms, so a question is asked with
`os.posix_spawn` where the system has it. Exit statuses are always read. The hook's shell sets the time limit.
"""

from __future__ import annotations

import os

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

OPTED_OUT = {"ai-quality.usage": ("off",)}
"""Values that nothing read later overrides: what a user chose for all repositories holds in each."""

_ASKED = r"^(ai-quality\..*|core\.comment(char|string)|commit\.cleanup)$"

PIPE = 32_768
"""Bytes that surely fit into a pipe before anybody reads them."""


_begun: dict[int, int] = {}
"""Processes at work, and where each is read."""


class GitSaysNo(Exception):
    """git failed or is not there; the words are for the log."""

    def __init__(self, said: str, status: int = -1) -> None:
        """`status` is git's exit status, -1 where there is none."""
        super().__init__(said)
        self.status = status


def ask(*arguments: str, stdin: bytes = b"", directory: Path | None = None) -> bytes:
    """Return what git prints; GitSaysNo if it fails. From the command line (`directory`) with git's own words."""
    if directory is not None:
        return _ask_by_subprocess(arguments, stdin, directory)
    return begin(*arguments, stdin=stdin)()


def begin(*arguments: str, stdin: bytes = b"") -> Callable[[], bytes]:
    """Ask, and do something else while git works: what comes back waits for the answer, as `ask` does."""
    if len(stdin) > PIPE or not hasattr(os, "posix_spawnp"):
        return lambda: _ask_by_subprocess(arguments, stdin, None)
    try:
        process, told = _spawn(arguments, stdin)
    except OSError as failed:
        raise GitSaysNo(f"git {arguments[0]}: {failed}") from failed

    _begun[process] = told

    def answer() -> bytes:
        del _begun[process]
        parts = []
        try:
            while part := os.read(told, 1 << 16):
                parts.append(part)
        finally:
            os.close(told)
        if status := os.waitstatus_to_exitcode(os.waitpid(process, 0)[1]):
            raise GitSaysNo(f"git {arguments[0]} ended with {status}", status)
        return b"".join(parts)

    return answer


def forget() -> None:
    """End what was begun and never asked for: a git that nobody reads stops at its next word."""
    while _begun:
        process, told = _begun.popitem()
        os.close(told)
        os.waitpid(process, 0)


def _spawn(arguments: Sequence[str], stdin: bytes) -> tuple[int, int]:
    """The process, and where its standard output can be read; standard error goes nowhere."""
    given, give = os.pipe()
    told, tell = os.pipe()
    try:
        actions = [
            (os.POSIX_SPAWN_DUP2, given, 0),
            (os.POSIX_SPAWN_DUP2, tell, 1),
            (os.POSIX_SPAWN_OPEN, 2, os.devnull, os.O_WRONLY, 0),
        ]
        process = os.posix_spawnp("git", ["git", *arguments], os.environ, file_actions=actions)
        if stdin:
            _write(give, stdin)
    except OSError:
        os.close(told)
        raise
    finally:
        for end in (given, give, tell):
            os.close(end)
    return process, told


def _write(end: int, data: bytes) -> None:
    try:
        os.write(end, data)  # whole: it fits
    except BrokenPipeError:
        return  # git has ended without reading; its exit status says why


def _ask_by_subprocess(arguments: Sequence[str], stdin: bytes, directory: Path | None) -> bytes:
    import subprocess  # noqa: PLC0415 (13 ms, which a commit does not wait for)

    try:
        done = subprocess.run(["git", *arguments], input=stdin, capture_output=True, cwd=directory, check=False)
    except OSError as failed:
        raise GitSaysNo(f"git {arguments[0]}: {failed}") from failed
    if done.returncode:
        said = done.stderr.decode("utf-8", "replace").strip()[:200]
        raise GitSaysNo(f"git {arguments[0]}: {said or done.returncode}", done.returncode)
    return done.stdout


def start(arguments: Sequence[str], program: str = "git") -> None:
    """Start git, or another program, and do not wait for it; it asks nobody anything."""
    import subprocess  # noqa: PLC0415 (as above)

    subprocess.Popen(
        [program, *arguments], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        start_new_session=True, env={**os.environ, "GIT_TERMINAL_PROMPT": "0"},
    )  # fmt: skip


def git_dir(environ: Mapping[str, str]) -> str:
    """Return the folder of this work tree's own state, asking git only where a look does not tell.

    A hook runs at the top of its work tree; git names the folder in GIT_DIR where it is not `.git` there.
    """
    if given := environ.get("GIT_DIR"):
        return given
    return ".git" if os.path.isdir(".git") else os.fsdecode(ask("rev-parse", "--git-dir").rstrip(b"\n"))


def common_dir(folder: str) -> str:
    """Return the folder that all work trees share, from the folder of one (gitrepository-layout, `commondir`)."""
    try:
        with open(os.path.join(folder, "commondir"), "rb") as file:
            return os.path.join(folder, os.fsdecode(file.read(4096).rstrip(b"\n")))
    except OSError:
        return folder


def settings(directory: Path | None = None) -> dict[str, str]:
    """Return the settings a hook may need by lower-case key: ours, and how messages are commented; last value wins."""
    try:
        told = ask("config", "-z", "--get-regexp", _ASKED, directory=directory)
    except GitSaysNo as failed:
        if failed.status == 1:  # there is none
            return {}
        raise
    found: dict[str, str] = {}
    for row in told.decode("utf-8", "replace").split("\0"):
        key, _, value = row.partition("\n")
        if row and found.get(key.lower()) not in OPTED_OUT.get(key.lower(), ()):
            found[key.lower()] = value
    return found
