"""Reading commit messages by line: what the author of this commit says, apart from what is only quoted.

git's own trailer parser sees just the last paragraph, and loses trailers that share a paragraph with
prose, stand under the subject, or sit in a squashed body (design: marks.md 2.4). So everything here is
line-anchored: up to eight blanks and one bullet may stand before the key. What is shown rather than
said never counts: `>` quotes, fenced code, the lines of a diff, and the original message a revert
repeats. `sections` tells apart the commits that one squash message strings together.

Pure functions over text, linear in its length; at most 64 KiB of a message is read.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

MESSAGE_LIMIT = 65_536
"""Characters of a message that are read; the rest of a longer one is ignored."""

TRAILER = re.compile(
    r"[ \t]{0,8}(?:[*-] )?(?:[^\x00-\x7f]{1,3} )?"  # blanks, a bullet, an emoji some agents put first
    r"([A-Za-z][A-Za-z0-9-]{0,63})[ \t]?:[ \t]*(?!//)(\S.*)"
)
_DIFF_START = re.compile(r"([ \t]{0,8})(?:diff --git |@@ -\d)")
_DIFF_HEADERS = ("diff --git ", "index ", "new ", "old ", "deleted ", "similarity ", "rename ", "copy ", "Binary ")
_REVERT_SUBJECT = re.compile(r"\W{0,4}revert(?:s|ed|ing)?\b", re.IGNORECASE)
_REVERT_BODY = re.compile(r"(?:this )?reverts (?:commits? |[\w./-]{0,200}#\d)", re.IGNORECASE)
_QUOTE_HEADING = re.compile(
    r"original (?:commit |change |pr |pull[ -]request |change's )?(?:message|description)",
    re.IGNORECASE,
)
_TRAILER_COMPANY = re.compile(r"\W{0,8}generated (?:with|by) |\(cherry picked from commit ", re.IGNORECASE)
_PULL_NUMBER = re.compile(r"\((?:#|!)\d{1,10}\)$")
_LOCAL_SQUASH = "Squashed commit of the following:"
_LOCAL_COMMIT = re.compile(r"commit [0-9a-f]{7,64}$")


class TrailerLine(NamedTuple):
    """One `Key: value` line: the key in lower case, the value as written, the line counted from 1."""

    key: str
    value: str
    line_number: int


class Section(NamedTuple):
    """A message, or one commit's share of a squash message: its subject and the lines it says itself."""

    subject: str
    lines: list[str]


class Sections(NamedTuple):
    """A squash message taken apart: a section for each commit, and the lines that speak for them all."""

    parts: list[Section]
    footer: list[str]


def trailer_lines(message: str) -> Iterator[TrailerLine]:
    """Every trailer-shaped line of the message's own words, wherever it stands, in order."""
    for number, line in enumerate(own_lines(message), 1):
        if match := TRAILER.match(line):
            yield TrailerLine(match[1].lower(), match[2].rstrip(), number)


def own_lines(message: str) -> list[str]:
    """The message's lines with quoted text, fenced code and diffs blanked; numbering is kept."""
    lines = [line.rstrip() for line in message[:MESSAGE_LIMIT].split("\n")]
    if "```" in message or "~~~" in message:
        _blank_fences(lines)
    if "@@ -" in message or "diff --git " in message:
        _blank_diffs(lines)
    return ["" if line.lstrip().startswith(">") else line for line in lines]


def _blank_fences(lines: list[str]) -> None:
    """Blank fenced code; an opening fence without a closing one fences nothing."""
    opened: dict[str, int] = {}
    for at, line in enumerate(lines):
        mark = line.lstrip()[:3]
        if mark not in ("```", "~~~"):
            continue
        start = opened.pop(mark, None)
        if start is None:
            opened[mark] = at
        else:
            lines[start : at + 1] = [""] * (at + 1 - start)
            opened.clear()


def _blank_diffs(lines: list[str]) -> None:
    """Blank each diff from its header to the first line that can belong to none."""
    indent: str | None = None
    for at, line in enumerate(lines):
        if start := _DIFF_START.match(line):
            indent = start[1]
        elif indent is not None and line and not _may_be_diff(line, indent):
            indent = None
        if indent is not None:
            lines[at] = ""


def _may_be_diff(line: str, indent: str) -> bool:
    return line.startswith(indent) and line[len(indent) :].startswith((" ", "+", "-", "@", "\\", *_DIFF_HEADERS))


def own_words(section: Section) -> list[str]:
    """The section's lines; in a revert only its own last trailers, since the rest may be the original's."""
    lines = section.lines
    if not _REVERT_SUBJECT.match(section.subject) and not any(map(_REVERT_BODY.match, lines)):
        return lines
    start = _last_paragraph(lines)
    if _quotes_openly(lines[:start]) or not all(map(_is_trailer_like, lines[start:])):
        return []
    return lines[start:]


def _last_paragraph(lines: list[str]) -> int:
    """Where the last run of non-blank lines begins."""
    end = len(lines)
    while end and not lines[end - 1]:
        end -= 1
    while end and lines[end - 1]:
        end -= 1
    return end


def _quotes_openly(lines: list[str]) -> bool:
    """Whether an "Original message:" heading is followed by text that no `>` sets apart."""
    headings = [at for at, line in enumerate(lines) if _QUOTE_HEADING.match(line)]
    return bool(headings) and any(lines[headings[0] + 1 :])


def _is_trailer_like(line: str) -> bool:
    return not line or any(shape.match(line) for shape in (TRAILER, _REVERT_BODY, _TRAILER_COMPANY))


def sections(message: str) -> Sections:
    """The commits a squash message strings together; no parts when the message is not of that shape."""
    lines = own_lines(message)
    if _LOCAL_SQUASH in lines:
        return _local_squash(lines)
    divider = next((at for at in range(len(lines) - 1, 0, -1) if _is_divider(lines[at])), len(lines))
    starts = [at for at in range(1, divider) if _starts_part(lines, at)]
    first = next((at for at in range(1, divider) if lines[at]), None)
    numbered = _PULL_NUMBER.search(lines[0].rstrip()) is not None
    if not starts or starts[0] != first or not (numbered or divider < len(lines)):
        return Sections([], lines)
    ends = [*starts[1:], divider]
    parts = [Section(lines[a][2:], lines[a + 1 : b]) for a, b in zip(starts, ends, strict=True)]
    return Sections(parts, lines[divider:])


def _is_divider(line: str) -> bool:
    """GitHub's rule of nine dashes, below which it lists the co-authors of all commits."""
    return line == "---------"


def _starts_part(lines: list[str], at: int) -> bool:
    """A subject bullet stands alone between blank lines; the items of an ordinary list touch."""
    alone = not lines[at - 1] and (at + 1 == len(lines) or not lines[at + 1])
    return alone and lines[at].startswith("* ")


def _local_squash(lines: list[str]) -> Sections:
    """`git merge --squash`: each commit as `git log` shows it, the message indented by four blanks."""
    starts = [at for at, line in enumerate(lines) if _LOCAL_COMMIT.match(line)]
    if not starts:
        return Sections([], lines)
    indented = [at for at, line in enumerate(lines) if line.startswith("    ")]
    last = max([*indented, starts[-1]]) + 1
    ends = [*starts[1:], last]
    parts = [_local_part(lines[a + 1 : b]) for a, b in zip(starts, ends, strict=True)]
    return Sections(parts, lines[: starts[0]] + lines[last:])


def _local_part(lines: list[str]) -> Section:
    subject = next((line.strip() for line in lines if line.startswith("    ")), "")
    return Section(subject, [line.strip() for line in lines])
