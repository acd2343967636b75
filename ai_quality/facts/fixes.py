"""Which commits mend a defect, as their messages say, and which earlier commits they blame for it.

Developers of one repository agree on how to say it, those of different repositories do not: where fixes are
labelled, a list of words finds less than half of them in most repositories. So a repository's own convention
is learned first (`learn_convention`), and where a commit carries its mark the words are not asked: a `feat:`
that says "fix" is no fix. For the rest three questions are asked in turn. Does the subject speak of fixing?
Does it name a malfunction, or a case that went wrong (`when`, `not`, `missing`, `properly`), without
announcing something new? Does the body say that this mends something? Each word of the lists raised the
share of fixes in most of the thirteen repositories with labels that use it, which is why `when` is in and
`warning` is not.

Left to the caller: bots, and fixes that touch no product source.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from ai_quality.facts.reverts import is_revert_subject, subject_of
from ai_quality.facts.trailers import own_lines, trailer_lines
from ai_quality.model import Commit


@dataclass(frozen=True, slots=True)
class Convention:
    """How a repository marks its fixes: `share` of its `n` latest ordinary commits carry such a mark.

    `kind` is conventional (`fix(scope): …`), tag (`BUG/MINOR: …`, `[FIX] …`, `ENH: …`), gitmoji (`:bug: …`),
    trailer (a line `Type: fix`), or keywords where none of these marks half of the commits; then `share` is
    that of the most frequent mark.
    """

    kind: str
    share: float
    n: int


class FixEvidence(NamedTuple):
    """Why a commit counts as a fix: `declared`, `convention` or `keyword`, and the words that say so."""

    rule: str
    text: str


class Mark(NamedTuple):
    """What stands before the subject proper: `fix(parser)!: …` is conventional, fix, parser."""

    kind: str
    word: str
    scope: str
    text: str


_FIX_TYPES = frozenset({
    "fix", "fixes", "fixed", "bug", "bugs", "bugfix", "bugfixes", "bug-fix", "bug_fix", "hotfix", "hot-fix",
    "regression", "ambulance", "adhesive_bandage", "lock", "🐛", "🚑", "🩹", "🔒",
})  # fmt: skip
_OTHER_TYPES = frozenset({
    "feat", "feature", "features", "chore", "doc", "docs", "documentation", "refactor", "style", "ci", "build",
    "test", "tests", "testing", "perf", "dep", "deps", "dependencies", "lint", "typo", "wip", "release", "revert",
    "sparkles", "memo", "white_check_mark", "arrow_up", "recycle", "art", "tada", "construction_worker",
    "green_heart", "rotating_light", "pencil2", "bookmark",
    "✨", "📝", "✅", "⬆", "♻", "🎨", "🎉", "👷", "💚", "🚨", "✏", "🔖",
})  # fmt: skip
"""Types that are no fix in any repository."""

_SORTING_TYPES = _OTHER_TYPES | frozenset({
    "enh", "enhancement", "enhance", "improvement", "improvements", "improve", "imp", "add", "added", "new", "opt",
    "optim", "optimization", "ref", "refac", "rf", "reorg", "rem", "remove", "mov", "move", "cleanup", "clean",
    "cln", "maint", "maintenance", "mnt", "tst", "regtest", "regtests", "bld", "sty", "rel", "rev", "bench", "api",
    "typ", "types", "misc", "minor", "medium", "major", "trivial", "example", "examples", "script", "scripts", "dev",
    "bump", "upd", "update", "change", "config", "debug", "license", "i18n", "l10n", "cla", "merge",
    "fea", "eff", "infra", "make", "breaking",
})  # fmt: skip
"""Words that sort changes where that is the habit; elsewhere `misc:` or `config:` may be a component."""

_CONVENTIONAL = re.compile(r"([A-Za-z][A-Za-z_-]{1,19})\s?(?:[(\[]([^)\]]{0,60})[)\]])?!?\s?:\s*")
_TAG = re.compile(
    r"\[([A-Za-z][\w -]{1,19})(?:/[\w -]{1,19})*\]\s*:?\s*|([A-Z][A-Z0-9]{1,11})(?:/[A-Z0-9]{2,12})*(:"
    r"|(?=\s))\s*"
)
_EMOJI = re.compile(r"(?::([a-z0-9_+-]{2,40}):|([\u2600-\u27bf\u2b00-\u2bff\U0001f300-\U0001faff])[\ufe0f\u200d]*)\s*")
_TICKET = re.compile(
    r"(?:(?:bug|issue|ticket|task)\s+#?\d+|#\d+|\[?[A-Z][A-Z0-9]+-\d+\]?)(?:\s*[-:.,]+\s*|\s+)", re.IGNORECASE
)
_TYPE_KEYS = ("type", "change-type", "commit-type")
_RECENT = 1000
_FEWEST = 10
_ENOUGH = 0.5
_FIXES_AMONG = 0.01
_DEEPEST = 4


def learn_convention(commits: Sequence[Commit]) -> Convention:
    """Return how the repository marks fixes, from the latest thousand of its commits (parents first)."""
    ordinary = [c for c in commits if len(c.parents) < 2 and not is_revert_subject(subject_of(c.message))]  # noqa: PLR2004
    recent = ordinary[-_RECENT:]
    marked: Counter[str] = Counter()
    fixes: Counter[str] = Counter()
    for commit in recent:
        for mark in _marks(commit):
            if mark.kind == "gitmoji" or mark.word in _SORTING_TYPES or mark.word in _FIX_TYPES:
                marked[mark.kind] += 1
                fixes[mark.kind] += mark.word in _FIX_TYPES
    best, count = max(marked.items(), key=lambda item: item[1], default=("keywords", 0))
    enough = len(recent) >= _FEWEST and count >= _ENOUGH * len(recent) and fixes[best] >= _FIXES_AMONG * len(recent)
    return Convention(best if enough else "keywords", count / max(len(recent), 1), len(recent))


def _marks(commit: Commit) -> list[Mark]:
    """The marks of a commit, the one that counts first."""
    found: list[Mark] = []
    if "ype:" in commit.message:
        lines = (line for line in trailer_lines(commit.message) if line.key in _TYPE_KEYS and line.line_number > 1)
        found += [Mark("trailer", line.value.strip(" .").lower(), "", f"{line.key}: {line.value}") for line in lines]
    subject = subject_of(commit.message)
    emoji = _EMOJI.match(subject)
    if word := _leading_word(subject[emoji.end() :] if emoji else subject):
        found.append(word)
    if emoji:
        found.append(Mark("gitmoji", emoji[1] or emoji[2], "", emoji[0].strip()))
    return found


def _leading_word(subject: str) -> Mark | None:
    text = _TICKET.sub("", subject, count=1) if _TICKET.match(subject) else subject
    if (found := _CONVENTIONAL.match(text)) and not found[1].isupper():
        return Mark("conventional", found[1].lower(), (found[2] or "").lower(), found[0].strip())
    if found := _TAG.match(text):
        word = (found[1] or found[2]).lower()
        if found[1] or found[3] or word in _FIX_TYPES or word in _SORTING_TYPES:
            return Mark("tag", word, "", found[0].strip())
    return None


def _any(listed: str) -> str:
    """Alternatives of a pattern from words set apart by white space; `_` stands for a blank."""
    return "|".join(listed.split()).replace("_", " ")


def _words(listed: str) -> re.Pattern[str]:
    return re.compile(rf"\b(?:{_any(listed)})\b", re.IGNORECASE)


_AUTOSQUASH = re.compile(r"(?:fixup|squash|amend)! ")
_NO_SCOPE = _words(r"ci docs? documentation readme tests? testing e2e build deps? dependencies lint typos? chore")
_COMPONENT = re.compile(r"(?:\[[^\]]{1,40}\]:?|[\w./+,{}*-]{1,60}:(?=\s)|[^\w\s\"'`]{1,8}(?=\s))\s*")
_FILLER = _any(
    "the an? some more minor various all other remaining failing broken flaky unit merge code type in for of"
)
_NO_PRODUCT = _any(r"""
    merg(?:e|ing) conflicts? lint(?:s|er|ers|ing)? format(?:s|ting)? whitespaces? indent(?:s|ation|ing)? styl(?:e|ing)
    docs? documentation docstrings? readme changelog comments? ci travis workflows? pre-?commit tests? testsuite specs?
    snapshots? examples? copyrights? licen[sc]es? nits? reviews? wording links? badges? hints? typing mypy flake8 pylint
    eslint rubocop clippy
""")
_NO_DEFECT = _words(
    rf"typos? misspell\w* spelling grammar fix(?:es|ed|ing)?(?:_up)?(?:_(?:{_FILLER}))*_(?:{_NO_PRODUCT})"
)
_NOT_DENIED = "(?<!no_)(?<!any_)(?<!without_)"  # "no regressions" boasts of a test run
_FIXING = _words(rf"(?:bug|hot|quick)?fix(?:es|ed|ing)? {_NOT_DENIED}regressions?")
_MALFUNCTION = _words(rf"""
    bugs? crash\w* seg(?:mentation)?[_-]?fault\w* sigsegv leak\w* rac(?:e|es|y) deadlock\w* livelock\w* overflow\w*
    underflow\w* use[_-]after[_-]free uaf double[_-]free out[_-]of[_-]bounds? oob npe panic\w* hang(?:s|ing)? hung
    infinite_loop corrupt\w* uninitiali[sz]ed off[_-]by[_-]one broken breaks? breakage wrong\w* incorrect\w* mistake\w*
    bogus bad spurious\w* erroneous\w* inconsisten\w* misbehav\w* unexpected\w* accidental\w* unintended
    unintentional\w* {_NOT_DENIED}regress\w* fail(?:s|ed|ing|ures?)? repair\w* resolve[sd]? work-?around invalid stale
    malformed
    false[_-](?:positive|negative)s? undefined unhandled uncaught dangling
""")
_CASE = _words(r"""
    correct(?:s|ed|ing|ly)? properly prevent\w* avoid\w* don't doesn't not never ensure\w* make_sure handle[sd]?
    missing missed forgot\w* should(?:n't)? must(?:n't)? respect preserve restore reject sanitize escape guard protect
    errors? null empty exception when before after during unless still validate check clear reset
""")
_ANNOUNCES = _words(r"""
    add(?:s|ed|ing)?(?!_missing) implement\w* introduc\w* support\w* new initial allow\w* enable[sd]? bump\w*
    upgrade[sd]? update[sd]? rename\w* mov(?:e|es|ed|ing) remov\w* delete[sd]? drop\w* refactor\w* simplif\w* clean\w*
    document\w* improv\w* optimi[sz]\w* replace[sd]? use switch\w* migrate\w* convert\w* split\w* extract\w* merge[sd]?
    release[sd]? tests? docs? make reorgani[sz]e\w* rework\w* rewrite expose\w* extend\w* provide\w* create[sd]? build
    format style lint
""")
_SAYS_SO = _words(rf"""
    (?:this|it|patch|commit|change|which|that|and)_(?:\w+_)?fix(?:es|ed)? the_fix to_fix_(?:this|it|the|that)
    reported[_-]by introduced_(?:in|by|with) backported cc:_<?stable {_NOT_DENIED}regress\w* reproduc\w*
    steps_to (?:this|the|a)_bug
""")
_FIXES_COMMIT = re.compile(r"(?:commit )?(?P<sha>[0-9a-f]{7,64})\b", re.IGNORECASE)
_FIXES_ISSUE = re.compile(
    r"\bfix(?:es|ed)?(?: (?:issue|bug|problem))?:? (?:[\w.-]{1,60}/[\w.-]{1,60})?#\d+", re.IGNORECASE
)


def fix_evidence(commit: Commit, convention: Convention) -> FixEvidence | None:
    """Return what makes the commit a fix; None when nothing does.

    A commit that names the commit it mends is one whatever its mark. Otherwise its mark decides, if it has
    one, and only then the issue it closes and its words.
    """
    subject = subject_of(commit.message)
    if len(commit.parents) > 1 or _AUTOSQUASH.match(subject) or is_revert_subject(subject):
        return None
    if named := _names_a_commit(commit.message):
        return FixEvidence("declared", named)
    if _NO_DEFECT.search(subject):
        return None
    for mark in _marks(commit):
        is_fix = _decides(mark, convention)
        if is_fix is not None:
            return FixEvidence("convention", mark.text) if is_fix else None
    return _in_words(subject, commit.message)


def _names_a_commit(message: str) -> str | None:
    if "ixes:" not in message:
        return None
    lines = (line for line in trailer_lines(message) if line.key == "fixes")
    return next((f"Fixes: {line.value}" for line in lines if _FIXES_COMMIT.match(line.value)), None)


def _decides(mark: Mark, convention: Convention) -> bool | None:
    """Whether the mark says fix or something else; None when it says neither."""
    if mark.word in _FIX_TYPES:
        return not _NO_SCOPE.search(mark.scope)
    if mark.word in _OTHER_TYPES or (mark.word in _SORTING_TYPES and mark.kind in (convention.kind, "trailer")):
        return False
    return False if mark.kind == convention.kind and mark.kind in ("tag", "gitmoji") else None


def _in_words(subject: str, message: str) -> FixEvidence | None:
    rest = subject
    for _ in range(_DEEPEST):
        if component := _EMOJI.match(rest) or _COMPONENT.match(rest) or _TICKET.match(rest):
            rest = rest[component.end() :]
            if _NO_SCOPE.search(component[0].lower()):
                return None
    announces = _ANNOUNCES.match(rest)
    if announces:
        found = _FIXING.search(subject)
        return FixEvidence("keyword", found[0]) if found else None
    own = own_lines(message)
    text = "\n".join(own)
    if told := _FIXES_ISSUE.search(text) or next(_accusations(text), None):
        return FixEvidence("declared", told[0])
    found = _FIXING.search(subject) or _MALFUNCTION.search(rest) or _CASE.search(rest)
    found = found or _SAYS_SO.search(text, len(own[0]))
    return FixEvidence("keyword", found[0]) if found else None


_HEX = r"(?P<sha>[0-9a-f]{7,64})\b"
_SUBJECT = r"(?:\s*\((?:[^()]|\([^()]*\)){0,300}\)|\s*\"[^\"]{0,200}\")?"
_SHA = re.compile(r"\b[0-9a-f]{7,64}\b", re.IGNORECASE)
_CAUSE_KEYS = frozenset({
    "fixes", "fix", "introduced-by", "introduced-in", "regression-from", "regressed-by", "broken-by", "caused-by",
    "bug-introduced-by",
})  # fmt: skip
_CAUSE = re.compile(
    r"\b(?P<verb>introduced|broken|broke|regress(?:ed|ions?)|caused|since(?= commit )|(?:bug|issue|problem"
    r"|error|leak|crash) since"
    r"|missed|forgotten|overlooked|(?:bug)?fix(?:up|es|ed)?(?: bug| error| issue)?(?= for| in| from| commit"
    r"| [0-9a-f]{7}))"
    r"(?:\s+(?:in|by|with|for|from|since|due|to|after|of|as|back|via|was|the|a|my|this|our|earlier|previous"
    r"|recent|commits?|patch|change"
    rf"|changeset|revision|merge|typo|bug|bugfix|refactoring|cleanup"
    rf"|rewrite))*\s*:?\s+(?:https?://\S{{1,200}}/commit/)?{_HEX}",
    re.IGNORECASE,
)
_CULPRIT = re.compile(
    rf"\b{_HEX}{_SUBJECT},?\s+(?:(?:which|that|has|had|also|\w+ly)\s+)*"
    r"(?:broke|introduced|caused|regressed|forgot|missed|failed to|overlooked|neglected)\b",
    re.IGNORECASE,
)
_ANOTHER = re.compile(rf"{_SUBJECT}\s*(?:,|\band\b|&)\s*(?:and\s+)?(?:commits?\s+)?{_HEX}", re.IGNORECASE)
_FAULT = re.compile(
    r"\b(?:bugs?|regress|issue|problem|error|leak|typo|br[eo]ke?|breakage|crash|\w*fix|fault|race|wrong"
    r"|incorrect|mistake|fail|warning"
    r"|defect|oversight|deadlock|overflow|missing|invalid|unintend|accident)|[.:(]\s*$",
    re.IGNORECASE,
)


def declared_causes(commit: Commit, resolve: Callable[[str], str | None]) -> tuple[str, ...]:
    """Return the commits the message blames, in the order named; `resolve` makes a short id a full one.

    Where a line `Fixes: <id>` says it, the prose is not asked: there an id may be no more than background.
    """
    named = list(_in_trailers(commit.message)) or list(_in_prose(commit.message))
    found = dict.fromkeys(full for sha in named if (full := resolve(sha)) and full != commit.sha)
    return tuple(found)


def _in_trailers(message: str) -> Iterator[str]:
    for line in trailer_lines(message):
        if line.key in _CAUSE_KEYS and (first := _FIXES_COMMIT.match(line.value)):
            yield from _joined(line.value, first)


def _in_prose(message: str) -> Iterator[str]:
    text = " ".join(" ".join(own_lines(message)).split())
    for match in _accusations(text):
        yield from _joined(text, match)
    yield from (match["sha"].lower() for match in _CULPRIT.finditer(text))


def _accusations(text: str) -> Iterator[re.Match[str]]:
    """Where the text says which commit is to blame; "a macro introduced in <id>" blames nobody."""
    for match in _CAUSE.finditer(text) if _SHA.search(text) else ():
        if match["verb"].lower() != "introduced" or _FAULT.search(text, max(0, match.start() - 100), match.start()):
            yield match


def _joined(text: str, first: re.Match[str]) -> Iterator[str]:
    """The id found and those joined to it: `introduced by A ("subject") and B`."""
    found: re.Match[str] | None = first
    while found:
        yield found["sha"].lower()
        found = _ANOTHER.match(text, found.end())
