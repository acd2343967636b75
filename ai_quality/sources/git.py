"""THE git door: find a repository, ask git a question, stream its answer. Nothing else here runs git.

GitPython finds and opens the repository. The processes are started here rather than through
`Repo.git`, because that passes the whole inherited environment on (GIT_EXTERNAL_DIFF, GIT_CONFIG_COUNT,
GIT_OBJECT_DIRECTORY ...) and writes files named by an option hidden in a revision (`--output=x`, measured
with GitPython 3.2.1). Here the environment is an allow-list, every setting that changes a diff is pinned,
revisions are resolved once to full ids, and the exit status is always read: git prints half a history and
then dies on a missing object.

git runs with an empty directory as its work tree and current directory, so that neither in-tree
attributes (`*.svg -diff`) nor an index change what it prints: a bare and a checked-out copy answer alike. What
obeys attributes is asked in a git directory of our own that lends the repository's objects and nothing else, since
no option keeps git from reading `info/attributes` beside them.
"""

from __future__ import annotations

import configparser
import contextlib
import io
import os
import re
import subprocess
import tempfile
import zlib
from collections import deque
from collections.abc import Generator, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import islice
from pathlib import Path
from typing import IO, TYPE_CHECKING

os.environ.setdefault("GIT_PYTHON_REFRESH", "quiet")  # a missing git is our error to tell, not an ImportError
import git  # it reads the variable above while it is imported

from ai_quality import errors
from ai_quality.sources.complaints import failure
from ai_quality.sources.hardening import SETTINGS, clean_environment
from ai_quality.sources.spool import Spool, yield_to_reader

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

OLDEST_GIT = (2, 31)
"""`log --diff-merges=first-parent` and `--end-of-options` of rev-parse work from here on."""

DIFF_OPTIONS = (
    "--no-ext-diff", "--no-textconv", "--no-color", "--ignore-submodules=all", "--no-relative",
    "--no-abbrev", "--full-index", "-r", "--src-prefix=a/", "--dst-prefix=b/",
    "--diff-algorithm=myers", "--indent-heuristic", "--inter-hunk-context=0", "--submodule=short",
)  # fmt: skip
"""What `git blame` itself uses by default, spelt out so that a user's diff.* settings change nothing."""

AHEAD = 4
"""Answers under way or waiting on disk for their reader: some ten megabytes each, of a few thousand commits."""

OBEYS_ATTRIBUTES = ("check-attr", "diff-tree", "read-tree")
"""Questions asked by full ids alone, without the repository's refs, settings and `info/attributes`."""

FULL_ID = re.compile(r"[0-9a-f]{40}(?:[0-9a-f]{24})?\Z")


class Repository:
    """An open repository. Use as a context manager: it owns a scratch directory and git processes."""

    def __init__(self, git_dir: Path, common_dir: Path, scratch: Path) -> None:
        """Only `open_repository` calls this; the paths are absolute."""
        self.git_dir = git_dir
        self.common_dir = common_dir
        self.scratch = scratch
        self._empty = scratch / "empty"
        self._empty.mkdir()
        self._stand_ins: Path | None = None
        self._started: list[subprocess.Popen[bytes]] = []
        told = self.ask("rev-parse", "--is-shallow-repository", "--show-object-format").decode().split()
        self.is_shallow, self.object_format = told[0] == "true", told[1]
        self._bare = scratch / "bare"
        _lend(common_dir / "objects", self._bare, self.object_format)

    def ask(self, *arguments: str, stdin: bytes | None = None, index: Path | None = None) -> bytes:
        """Run git to its end and return what it printed; a failing git raises, in one line."""
        done = subprocess.run(
            self._command(arguments),
            input=stdin if stdin is not None else b"",
            capture_output=True,
            cwd=self._empty,
            env=self._environment(arguments, index),
            check=False,
        )
        if done.returncode:
            raise failure(done.stderr, arguments)
        return done.stdout

    @contextlib.contextmanager
    def stream(self, *arguments: str, lines: Iterable[str] = ()) -> Iterator[IO[bytes]]:
        """Give git's standard output as it comes; `lines` are its standard input.

        Reading to the end reads the exit status too: a git that dies half way raises there, before its last record
        can pass for whole.
        """
        with self._input(lines) as given, tempfile.TemporaryFile(dir=self.scratch) as talk:
            process = self._start(arguments, given, talk)
            output = _Output(process, talk, arguments)
            try:
                with io.BufferedReader(output, 1 << 18) as stream:
                    yield stream
                    while stream.read(1 << 20):
                        pass
            finally:
                process.kill()
                process.wait()

    @contextlib.contextmanager
    def answers_ahead(self, *arguments: str, chunks: Iterable[Sequence[str]]) -> Iterator[Iterator[IO[bytes]]]:
        """Give git's answer to each chunk of input lines, in order, readable while git still writes it.

        As many gits as there are cores run at once, up to AHEAD chunks ahead of the reader, so neither waits for the
        other longer than it must. A git that fails raises where its answer would end, at the latest on leaving.
        """
        rest = iter(chunks)
        waiting: deque[Spool] = deque()
        with ThreadPoolExecutor(os.cpu_count()) as pool:

            def submit(count: int) -> None:
                for lines in islice(rest, count):
                    waiting.append(Spool(self.scratch))
                    pool.submit(self._fill, waiting[-1], arguments, lines)

            def in_turn() -> Generator[IO[bytes]]:
                while waiting:
                    yield waiting[0]  # type: ignore[misc]  # a RawIOBase reads, which is all that is asked of it
                    while waiting[0].read(1 << 20):
                        pass
                    waiting.popleft().close()
                    submit(1)

            submit(AHEAD)
            answers = in_turn()
            try:
                yield answers
                for _ in answers:
                    pass
            except BaseException:
                pool.shutdown(wait=False, cancel_futures=True)
                self.close()
                raise
            finally:
                answers.close()
        for left in waiting:
            left.close()

    def _fill(self, answer: Spool, arguments: tuple[str, ...], lines: Iterable[str]) -> None:
        """Run git to its end with its output into `answer`; a thread of its own, so failures go there, too."""
        problem: Exception | None = None
        try:
            with (
                self._input(lines) as given, tempfile.TemporaryFile(dir=self.scratch) as talk,
                answer.place.open("ab") as output,
            ):  # fmt: skip
                process = self._start(arguments, given, talk, output)
                yield_to_reader(process.pid)
                if process.wait():
                    talk.seek(0)
                    problem = failure(talk.read(), arguments)
        except OSError as refused:
            problem = refused
        finally:
            answer.finish(problem)

    @contextlib.contextmanager
    def _input(self, lines: Iterable[str]) -> Iterator[IO[bytes]]:
        """Give a file to be git's standard input, so that neither side can wait for the other."""
        with tempfile.TemporaryFile(dir=self.scratch) as given:
            given.writelines(f"{line}\n".encode() for line in lines)
            given.seek(0)
            yield given

    def resolve(self, revision: str) -> str:
        """Return the full id of the commit a revision names.

        UsageError if it names none; MissingObjects if a ref names a commit that is not here.
        """
        if not revision or revision.startswith(("-", "^")) or "\n" in revision or "\0" in revision:
            message = f"not a revision: {revision!r}"
            raise errors.UsageError(message, hint="name a branch, a tag or a commit id")
        unknown = errors.UsageError(
            f"no commit is named {revision!r} here", hint="see `git log --oneline` or `git branch -a`"
        )
        try:
            named = self.ask("rev-parse", "--verify", "--end-of-options", revision).decode().strip()
        except errors.EnvironmentProblem as problem:
            raise unknown from problem
        try:
            return self.ask("rev-parse", "--verify", "--end-of-options", f"{named}^{{commit}}").decode().strip()
        except errors.EnvironmentProblem as problem:
            kind = self.ask("cat-file", "--batch-check", stdin=f"{named}\n".encode()).rstrip()
            if b" commit " not in kind and (named == revision or not kind.endswith(b"missing")):
                raise unknown from problem
            message = f"the commit {named} that {revision!r} names is missing or damaged"
            raise errors.MissingObjects(message, hint="run `git fsck`, then fetch or clone again") from problem

    def stand_in_for_missing(self, revision: str) -> int:
        """Let git read an unreadable placeholder for every object missing below `revision`; return how many.

        The placeholders are loose objects in the scratch directory, under the missing ids and with a NUL
        inside, so git shows those versions of a file as binary. Nothing is written into the repository.
        """
        listed = self.ask("rev-list", "--objects", "--missing=print", revision)
        missing = [line[1:].decode() for line in listed.splitlines() if line[:1] == b"?"]
        self._stand_ins = self.scratch / "stand-ins"
        for name in missing:
            place = self._stand_ins / name[:2] / name[2:]
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_bytes(zlib.compress(b"blob 2\0\0\n"))
        return len(missing)

    def refs(self, *patterns: str) -> dict[str, str]:
        """Return ref name → commit id, tags peeled, for refs under the given prefixes."""
        listing = self.ask("for-each-ref", "--format=%(refname) %(*objectname) %(objectname)", "--", *patterns)
        refs: dict[str, str] = {}
        for line in listing.decode("utf-8", "surrogateescape").splitlines():
            name, *ids = line.split(" ")
            refs[name] = next(i for i in ids if i)
        return refs

    def blob(self, name: str) -> bytes | None:
        """Return the content a `REV:PATH` or blob id names; None when there is no such file."""
        answer = self.ask("cat-file", "--batch", stdin=f"{name}\n".encode("utf-8", "surrogateescape"))
        head, _, rest = answer.partition(b"\n")
        found = re.fullmatch(rb"[0-9a-f]+ blob ([0-9]+)", head)
        return rest[: int(found[1])] if found else None

    def attributes(self, tree: str, paths: Iterable[str], names: tuple[str, ...]) -> dict[str, dict[str, str]]:
        """Return path → attribute → value as the `.gitattributes` files of `tree` say, unspecified ones left out.

        git reads the tree through a scratch index, so bare repositories work and the real index is untouched.
        """
        index = self.scratch / "attributes-index"
        self.ask("read-tree", tree, index=index)
        given = b"".join(path.encode("utf-8", "surrogateescape") + b"\0" for path in paths)
        answer = self.ask("check-attr", "--cached", "-z", "--stdin", *names, stdin=given, index=index)
        fields = answer.decode("utf-8", "surrogateescape").split("\0")[:-1]
        values: dict[str, dict[str, str]] = {}
        for path, name, value in zip(fields[0::3], fields[1::3], fields[2::3], strict=True):
            if value != "unspecified":
                values.setdefault(path, {})[name] = value
        return values

    def close(self) -> None:
        """End every git that still runs: who gave up half way may keep a stream alive, in a traceback at that."""
        for process in self._started:
            process.kill()
            process.wait()

    def _command(self, arguments: tuple[str, ...]) -> list[str]:
        settings = [word for setting in SETTINGS for word in ("-c", setting)]
        place = self._bare if arguments[0] in OBEYS_ATTRIBUTES else self.git_dir
        return ["git", f"--git-dir={place}", "--no-replace-objects", *settings, *arguments]

    def _environment(self, arguments: tuple[str, ...], index: Path | None = None) -> dict[str, str]:
        kept = clean_environment()
        if arguments[0] in OBEYS_ATTRIBUTES:
            kept["GIT_OBJECT_DIRECTORY"] = str(self.common_dir / "objects")
        kept["GIT_WORK_TREE"] = str(self._empty)
        kept["GIT_INDEX_FILE"] = str(index or self.scratch / "no-index")
        if self._stand_ins:
            kept["GIT_ALTERNATE_OBJECT_DIRECTORIES"] = str(self._stand_ins)
        return kept

    def _start(
        self, arguments: tuple[str, ...], given: IO[bytes], talk: IO[bytes], answer: IO[bytes] | int = subprocess.PIPE
    ) -> subprocess.Popen[bytes]:
        process = subprocess.Popen(
            self._command(arguments), stdin=given, stdout=answer, stderr=talk,
            cwd=self._empty, env=self._environment(arguments), bufsize=0,
        )  # fmt: skip
        self._started.append(process)
        return process


class _Output(io.RawIOBase):
    """git's standard output, whose end is only reported once git has said that it went well."""

    def __init__(self, process: subprocess.Popen[bytes], talk: IO[bytes], arguments: tuple[str, ...]) -> None:
        super().__init__()
        assert process.stdout is not None
        self._pipe = process.stdout
        self._process, self._talk, self._arguments = process, talk, arguments
        _widen(self._pipe)

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: WriteableBuffer) -> int:
        count = self._pipe.readinto(buffer)  # type: ignore[attr-defined]  # a BufferedReader or FileIO has it
        if not count and self._process.wait():
            self._talk.seek(0)
            raise failure(self._talk.read(), self._arguments)
        return int(count)

    def close(self) -> None:
        self._pipe.close()
        super().close()


@contextlib.contextmanager
def open_repository(directory: Path) -> Iterator[Repository]:
    """Find the repository at or above `directory` and check that its whole history can be read.

    Raises one of the sentences of `errors` for: no repository, another user's repository, a git too old,
    a shallow clone. Writes nothing into the repository.
    """
    git_version()
    if not directory.is_dir():
        message = f"there is no directory {str(directory)!r}"
        raise errors.NotARepository(message, hint="name one with -C DIR")
    directory = directory.absolute()
    try:
        _check_ownership(directory)
        with _hidden_git_variables(), git.Repo(directory, search_parent_directories=True, expand_vars=False) as found:
            git_dir, common_dir = Path(found.git_dir).absolute(), Path(found.common_dir).absolute()
    except (errors.NotARepository, git.InvalidGitRepositoryError, OSError, ValueError) as missing:
        message = f"no git repository at {str(directory)!r} or above"
        raise errors.NotARepository(message, hint="name one with -C DIR, or run `git init`") from missing
    except configparser.Error as garbled:  # GitPython is stricter than git
        message = f"the repository's configuration cannot be read ({garbled})"
        raise errors.GitFailed(message, hint="mend the line it names") from garbled
    with tempfile.TemporaryDirectory(prefix="ai-quality-") as scratch:
        repository = Repository(git_dir, common_dir, Path(scratch))
        if repository.is_shallow:
            message = "this clone is shallow: lines older than its cut would be credited to the wrong commit"
            raise errors.ShallowHistory(message, hint="run `git fetch --unshallow` (in CI: fetch-depth: 0)")
        try:
            yield repository
        finally:
            repository.close()


def git_version() -> str:
    """Return what git calls itself; GitTooOld if there is none or it is older than OLDEST_GIT."""
    try:
        said = subprocess.run(["git", "version"], capture_output=True, env=clean_environment(), check=False).stdout
    except OSError as missing:
        message = "git is not on PATH"
        raise errors.GitTooOld(message, hint="install git 2.31 or newer") from missing
    text = said.decode(errors="replace").strip()
    version = re.search(r"(\d+)\.(\d+)", text)
    if version is None or (int(version[1]), int(version[2])) < OLDEST_GIT:
        message = f"{text or 'this git'} is too old"
        raise errors.GitTooOld(message, hint="install git 2.31 or newer")
    return text


@contextlib.contextmanager
def _hidden_git_variables() -> Iterator[None]:
    """GitPython reads GIT_COMMON_DIR and GIT_OBJECT_DIRECTORY by itself: what we inherit must not lead it astray."""
    hidden = {name: value for name, value in os.environ.items() if name.startswith("GIT_")}
    for name in hidden:
        del os.environ[name]
    try:
        yield
    finally:
        os.environ.update(hidden)


def _check_ownership(directory: Path) -> None:
    """Let git itself search once: naming the directory with --git-dir switches its ownership check off."""
    named = ("-c", "safe.bareRepository=all") if (directory / "HEAD").is_file() else ()  # not found by searching
    done = subprocess.run(
        ["git", "-c", "core.fsmonitor=false", *named, "rev-parse", "--git-dir"],
        cwd=directory, env=clean_environment(), capture_output=True, check=False,
    )  # fmt: skip
    if done.returncode:
        raise failure(done.stderr, ("rev-parse",))


def _lend(objects: Path, place: Path, object_format: str) -> None:
    """Make a git directory without refs or settings for questions about the objects of another.

    Of a partial clone it says so much that git tells what is missing as such, and cannot fetch it.
    """
    (place / "objects").mkdir(parents=True)
    (place / "refs").mkdir()
    (place / "HEAD").write_text("ref: refs/heads/none\n", encoding="ascii")
    config = f"[core]\n\trepositoryformatversion = 1\n[extensions]\n\tobjectFormat = {object_format}\n"
    if any((objects / "pack").glob("*.promisor")):
        config += f'\tpartialClone = it\n[remote "it"]\n\tpromisor = true\n\turl = {os.devnull}\n'
    (place / "config").write_text(config, encoding="ascii")


def _widen(pipe: IO[bytes]) -> None:
    """Let git work ahead by a megabyte where the system allows it (Linux); elsewhere this changes nothing."""
    try:
        import fcntl  # noqa: PLC0415 (absent on Windows)

        fcntl.fcntl(pipe.fileno(), fcntl.F_SETPIPE_SZ, 1 << 20)
    except (ImportError, AttributeError, OSError):
        return
