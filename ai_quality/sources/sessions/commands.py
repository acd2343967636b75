r"""What kind of thing a shell command does, from its shape; the text is looked at and forgotten.

A command line is cut at `&&`, `||`, `;`, `|`, `&` and newlines outside quotes; each part loses what only wraps it
(`cd x`, `FOO=1`, `sudo`, `timeout 60`, `uv run`, `npx`, `python -m`). Of several kinds the first of
test, build, lint, commit, edit, read counts, so that `pytest && git commit` has run a test.
"""

from __future__ import annotations

import re

from ai_quality.spend import CallKind

LONGEST = 20_000
"""Characters of a command that are looked at: a here-document follows the interesting part."""

ORDER: tuple[CallKind, ...] = ("test", "build", "lint", "commit", "edit", "read", "other")

PARTS = re.compile(r"'[^']*'|\"(?:[^\"\\]|\\.)*\"|\\.|&&|\|\|?|[;&\n]|[^'\"\\|;&\n]+|['\"\\]", re.DOTALL)
BLANK = re.compile(r"\s")
QUOTED_BLANK = "\0"
"""Stands for a blank within quotes, which does not part words."""

DOCUMENT = re.compile(r"<<-?\s*[\"']?(\w{1,50})")
ENDS = frozenset({"&&", "||", "|", ";", "&", "\n"})
ASSIGNMENT = re.compile(r"[A-Za-z_]\w*=")


def _set(words: str) -> frozenset[str]:
    return frozenset(words.split())


WRAPPERS = _set(
    "sudo env time nice nohup command exec xargs timeout stdbuf npx bunx pnpx uvx pipx poetry uv pdm hatch rye bundle "
    "run exec dotenv direnv mise asdf nix-shell then do if while ! ( {"
)
MANAGERS = frozenset({"npm", "pnpm", "yarn", "bun", "deno", "composer", "rake", "just", "task", "make", "tox", "nox"})

TESTS = _set(
    "pytest py.test unittest nosetests tox nox jest vitest mocha ava karma cypress playwright rspec phpunit pest "
    "ctest bats minitest gotestsum nextest busted"
)
BUILDS = _set(
    "tsc webpack vite rollup esbuild gcc g++ clang clang++ cc javac kotlinc rustc cmake ninja msbuild "
    "xcodebuild swiftc make"
)
LINTS = _set(
    "ruff flake8 pylint mypy pyright black isort bandit eslint prettier biome oxlint stylelint golangci-lint gofmt "
    "staticcheck rubocop shellcheck shfmt hadolint yamllint actionlint clang-tidy clang-format ktlint detekt "
    "checkstyle phpstan psalm php-cs-fixer swiftlint pre-commit prek lefthook semgrep tflint markdownlint"
)
READS = _set("cat head tail less more bat sed awk grep rg ag ack find fd ls tree wc nl jq yq file stat diff")
EDITS = _set("tee patch mv cp rm touch mkdir truncate dd install ln")
SHELLS = frozenset({"bash", "sh", "zsh"})
COMMITS = frozenset({"commit", "merge", "cherry-pick", "revert", "am", "rebase"})
GIT_READS = frozenset({"show", "log", "diff", "status", "blame", "grep", "cat-file", "ls-files", "branch"})
GIT_EDITS = frozenset({"apply", "checkout", "restore", "reset", "stash", "mv", "rm", "clean"})

TOOLCHAINS: dict[str, dict[str, CallKind]] = {
    "go": {"test": "test", "build": "build", "install": "build", "vet": "lint", "fmt": "lint"},
    "cargo": {
        "test": "test", "nextest": "test", "build": "build", "check": "build", "clippy": "lint", "fmt": "lint",
    },
    "dotnet": {"test": "test", "build": "build", "publish": "build", "format": "lint"},
    "mvn": {"test": "test", "verify": "test", "compile": "build", "package": "build", "install": "build"},
    "gradle": {"test": "test", "check": "test", "build": "build", "assemble": "build"},
    "swift": {"test": "test", "build": "build"},
    "mix": {"test": "test", "compile": "build", "format": "lint", "credo": "lint"},
    "bazel": {"test": "test", "build": "build"},
    "rails": {"test": "test"},
    "django-admin": {"test": "test"},
    "manage.py": {"test": "test"},
    "docker": {"build": "build"},
    "deno": {"test": "test", "check": "build", "lint": "lint", "fmt": "lint"},
    "bun": {"test": "test", "build": "build"},
    "sbt": {"test": "test", "compile": "build"},
    "zig": {"test": "test", "build": "build"},
}  # fmt: skip
ALIASES = {"mvnw": "mvn", "gradlew": "gradle"}

SCRIPT_WORDS: tuple[tuple[CallKind, re.Pattern[str]], ...] = (
    ("test", re.compile(r"(?:^|[-:_])(?:tests?|spec|e2e|check|ci)(?:$|[-:_])")),
    ("lint", re.compile(r"(?:^|[-:_])(?:lint|format|fmt|typecheck|types?|style)(?:$|[-:_])")),
    ("build", re.compile(r"(?:^|[-:_])(?:build|compile|bundle|dist|all)(?:$|[-:_])")),
)

COMMITTED = re.compile(r"^\[[^\[\]\n]{1,250} ([0-9a-f]{7,64})\] ", re.MULTILINE)
LONGEST_ANSWER = 200_000
MOST_COMMITS = 50


def kind(command: str) -> CallKind:
    """What a shell command does, as far as its shape tells."""
    found = {_kind(words) for words in _parts(command)}
    return next((kind for kind in ORDER if kind in found), "other")


def may_commit(command: str) -> bool:
    """Whether a part of the command is a git command that makes commits and prints their ids?"""
    return "git" in command and any(_git(words) in COMMITS for words in _parts(command))


def moves_branch(command: str) -> bool:
    """Whether a part of the command may leave the branch it began on?"""
    return "git" in command and any(_git(words) in {"switch", "checkout", "worktree"} for words in _parts(command))


def committed(answer: str) -> tuple[str, ...]:
    """The ids that `git commit` printed, as `[branch 1a2b3c4] subject`."""
    return tuple(dict.fromkeys(COMMITTED.findall(answer[-LONGEST_ANSWER:])))[-MOST_COMMITS:]


def _parts(command: str) -> list[list[str]]:
    """The words of each simple command, without what wraps it."""
    parts: list[list[str]] = []
    current = ""
    for token in PARTS.findall(_without_documents(command[:LONGEST])):
        if token in ENDS:
            parts.append(_words(current))
            current = ""
        else:
            current += BLANK.sub(QUOTED_BLANK, token) if token[0] in "'\"" else token
    parts.append(_words(current))
    return [inner for words in parts if words for inner in (_inside(words) or [words])]


def _inside(words: list[str]) -> list[list[str]]:
    """The commands of `bash -c '…'`; a shell in that shell is not looked into."""
    if words[0] not in SHELLS or len(words) < len(("bash", "-c", "…")) or words[1] not in {"-c", "-lc"}:
        return []
    script = words[2].strip("'\"").replace(QUOTED_BLANK, " ")
    return [] if script.startswith(tuple(SHELLS)) else _parts(script)


def _without_documents(command: str) -> str:
    """The command without the lines of its here-documents, which are data."""
    if "<<" not in command:
        return command
    kept: list[str] = []
    end: str | None = None
    for line in command.split("\n"):
        if end is None:
            kept.append(line)
            opened = DOCUMENT.search(line)
            end = opened[1] if opened else None
        elif line.strip() == end:
            end = None
    return "\n".join(kept)


def _words(part: str) -> list[str]:
    words = part.split()
    at = 0
    wrapped = False
    while at < len(words):
        word = words[at].rsplit("/", 1)[-1]
        if ASSIGNMENT.match(word) or word in WRAPPERS:
            wrapped = word in WRAPPERS
        elif word.startswith("python") and words[at + 1 : at + 2] == ["-m"]:
            at += 1
        elif not (wrapped and (word.startswith("-") or word[:1].isdigit())):
            return [word.strip("'\"("), *words[at + 1 :]]
        at += 1
    return []


def _kind(words: list[str]) -> CallKind:
    first, rest = ALIASES.get(words[0], words[0]), words[1:]
    if first == "git":
        verb = _git(words)
        return (
            "commit" if verb in COMMITS else "read" if verb in GIT_READS else "edit" if verb in GIT_EDITS else "other"
        )
    if first.startswith("python") and rest:
        first, rest = rest[0].rsplit("/", 1)[-1], rest[1:]
    verbs = [word for word in rest if not word.startswith("-")]
    if first in TOOLCHAINS and (known := _first(TOOLCHAINS[first], verbs)):
        return known
    if first in MANAGERS and (scripted := _scripted([verb for verb in verbs if verb not in WRAPPERS])):
        return scripted
    for found, members in (("test", TESTS), ("build", BUILDS), ("lint", LINTS)):
        if first in members:
            return found  # type: ignore[return-value]  # a literal of CallKind, which a loop over literals widens
    if (
        first in EDITS
        or ">" in rest
        or ">>" in rest
        or (first in {"sed", "perl"} and any(w.startswith("-i") for w in rest))
    ):
        return "edit"
    return "read" if first in READS else "other"


def _first(table: dict[str, CallKind], verbs: list[str]) -> CallKind | None:
    return next((table[verb] for verb in verbs[:3] if verb in table), None)


def _scripted(verbs: list[str]) -> CallKind | None:
    """`npm run test:unit`, `make check`: the first word that says something."""
    for verb in verbs[:3]:
        if verb in TESTS:
            return "test"
        if verb in LINTS:
            return "lint"
        for found, pattern in SCRIPT_WORDS:
            if pattern.search(verb):
                return found
    return None


def _git(words: list[str]) -> str | None:
    """The verb of a git command, past its global options."""
    if not words or words[0] != "git":
        return None
    skip = False
    for word in words[1:]:
        if skip:
            skip = False
        elif word in {"-C", "-c", "--git-dir", "--work-tree"}:
            skip = True
        elif not word.startswith("-"):
            return word
    return None
