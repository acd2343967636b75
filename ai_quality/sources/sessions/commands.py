r"""What kind of thing a shell command does, from its shape; the text is looked at and forgotten.

A command line is cut at `&&`, `||`, `;`, `|`, `&` and newlines outside quotes; each part loses what only wraps it
(`cd x`, `FOO=1`, `sudo`, `timeout 60`, `uv run`, `npx`, `python -m`). Of several kinds the first of
test, build, lint, commit, edit, read counts, so that `pytest && git commit` has run a test.
Without `re`, whose import a commit would wait for 4 ms.
"""

from __future__ import annotations

from collections.abc import Iterator

from ai_quality.spend import CallKind

LONGEST = 20_000
"""Characters of a command that are looked at: a here-document follows the interesting part."""

ORDER: tuple[CallKind, ...] = ("test", "build", "lint", "commit", "edit", "read", "other")

SPECIAL = frozenset("'\"\\|;&\n")
MARKED = {ord("\1"): "\2", **{ord(character): "\1" for character in SPECIAL}}
"""For str.translate, so that one `find` comes to the next of SPECIAL."""

QUOTED_BLANK = "\0"
"""Stands for a blank within quotes, which does not part words."""

BLANKS = frozenset(
    "\t\n\x0b\x0c\r\x1c\x1d\x1e\x1f \x85\xa0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a"
    "\u2028\u2029\u202f\u205f\u3000"
)
WITHOUT_BLANKS = {ord(blank): QUOTED_BLANK for blank in BLANKS}

LONGEST_END = 50
"""Characters of the word that ends a here-document."""

ENDS = frozenset({"&&", "||", "|", ";", "&", "\n"})


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

SCRIPT_WORDS: tuple[tuple[CallKind, frozenset[str]], ...] = (
    ("test", _set("test tests spec e2e check ci")),
    ("lint", _set("lint format fmt typecheck type types style")),
    ("build", _set("build compile bundle dist all")),
)

HEX = frozenset("0123456789abcdef")
LONGEST_BRANCH = 250
SHORTEST_ID, LONGEST_ID = 7, 64
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
    lines = answer[-LONGEST_ANSWER:].split("\n")
    return tuple(dict.fromkeys(sha for line in lines if line.startswith("[") and (sha := _printed(line))))[
        -MOST_COMMITS:
    ]


def _printed(line: str) -> str:
    """The id in `[branch 1a2b3c4] subject`, "" in any other line."""
    inside, end, after = line[1:].partition("]")
    branch, _, sha = inside.rpartition(" ")
    is_line = bool(end) and after.startswith(" ") and 0 < len(branch) <= LONGEST_BRANCH and "[" not in inside
    return sha if is_line and SHORTEST_ID <= len(sha) <= LONGEST_ID and HEX.issuperset(sha) else ""


def _parts(command: str) -> list[list[str]]:
    """The words of each simple command, without what wraps it."""
    parts: list[list[str]] = []
    current = ""
    for token in _tokens(_without_documents(command[:LONGEST])):
        if token in ENDS:
            parts.append(_words(current))
            current = ""
        else:
            current += token.translate(WITHOUT_BLANKS) if token[0] in "'\"" else token
    parts.append(_words(current))
    return [inner for words in parts if words for inner in (_inside(words) or [words])]


def _tokens(text: str) -> Iterator[str]:
    """The text in pieces: quoted, escaped, an operator, or what stands between such."""
    marks = text.translate(MARKED)
    at = 0
    while at < len(text):
        end = _end(text, at) if text[at] in SPECIAL else marks.find("\1", at)
        end = len(text) if end < 0 else end
        yield text[at:end]
        at = end


def _end(text: str, at: int) -> int:
    """Where the piece ends that a special character begins; a quote that is not closed stands alone."""
    first = text[at]
    if first == "'":
        return text.find("'", at + 1) + 1 or at + 1
    if first == '"':
        return _end_of_quoted(text, at + 1) or at + 1
    return at + 2 if first == "\\" or (first in "|&" and text[at + 1 : at + 2] == first) else at + 1


def _end_of_quoted(text: str, at: int) -> int:
    """Where a text in double quotes ends; 0 where it does not."""
    while (end := text.find('"', at)) >= 0:
        escape = text.find("\\", at, end)
        if escape < 0:
            return end + 1
        at = escape + 2
    return 0


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
            end = _opens(line)
        elif line.strip() == end:
            end = None
    return "\n".join(kept)


def _opens(line: str) -> str | None:
    """The word that ends the here-document which a line opens."""
    at = line.find("<<")
    while at >= 0:
        rest = line[at + 2 :].removeprefix("-").lstrip()
        rest = rest[1:] if rest[:1] in {"'", '"'} else rest
        if word := rest[: next((n for n, c in enumerate(rest) if not (c.isalnum() or c == "_")), len(rest))]:
            return word[:LONGEST_END]
        at = line.find("<<", at + 1)
    return None


def _assigns(word: str) -> bool:
    """Whether a word sets a variable (`FOO=1`)?"""
    name, equal, _ = word.partition("=")
    return (
        bool(equal)
        and name.replace("_", "a").isalnum()
        and (name[0] == "_" or (name[0].isascii() and name[0].isalpha()))
    )


def _words(part: str) -> list[str]:
    words = part.split()
    at = 0
    wrapped = False
    while at < len(words):
        word = words[at].rsplit("/", 1)[-1]
        if _assigns(word) or word in WRAPPERS:
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
        parts = verb.replace(":", "-").replace("_", "-").split("-")
        for found, members in SCRIPT_WORDS:
            if not members.isdisjoint(parts):
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
