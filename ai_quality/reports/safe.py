"""Text from outside made harmless: what a name, a path, a note or a message may bring into a report.

`printable` keeps the layout, `plain` makes one short line, `md_cell` makes that line safe in GitHub's and
GitLab's Markdown. Whatever is not known to be ours goes through one of them before it is shown.
"""

from __future__ import annotations

import re
import unicodedata

_ESCAPE_SEQUENCES = re.compile(
    r"(?:\x1b\[|\x9b)[0-?]*[ -/]*[@-~]"  # CSI: colours, cursor moves
    r"|(?:\x1b[\]PX^_]|[\x90\x98\x9d-\x9f])[^\x00-\x1f\x7f-\x9f]*(?:\x07|\x1b\\|\x9c)"  # OSC, DCS ...: titles, links
    r"|\x1b[ -/]*[0-~]"  # the two- and three-byte rest
)
"""Taken out whole, so that no `[31m` stays behind. Bodies hold no control character: matching stays linear."""

_BLANK_LETTERS = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u180b\u180c\u180d\u180f\u2800\u3164\uffa0")
"""Invisible though Unicode files them under letters, marks or symbols."""

_ZERO_WIDTH_SPACE = "\u200b"

_MARKDOWN = re.compile(r"[&<>`|\\*_\[\]~$#@]|!(?=\d)|:(?=//)|(?<=www)\.|(?<=\bGH)-(?=\d)", re.IGNORECASE)
_LOG_COMMAND = re.compile(r"^\s*:(?=:)")
_BLOCK_START = re.compile(r"^(?:[-+](?=[-\s]|$)|=|\d{1,9}(?=[.)](?:\s|$)))")
_ENTITIES = {"&": "&amp;", "<": "&lt;", ">": "&gt;"}


def printable(text: str) -> str:
    """Return `text` without escape sequences, control, direction and invisible characters; a line break is a blank.

    `##[` would be a command anywhere in the log of a GitHub job, so it gets a blank.
    """
    return "".join(map(_shown, _ESCAPE_SEQUENCES.sub("", text))).replace("##[", "## [")


def tamed(line: str) -> str:
    """Return the line so that it is no command in a job's log: GitHub's runner obeys `::error::` at a line's start."""
    return _LOG_COMMAND.sub(rf"\g<0>{_ZERO_WIDTH_SPACE}", line)


def plain(text: str, limit: int | None = 200) -> str:
    """Return one line of at most `limit` printable characters, its blanks collapsed."""
    line = " ".join(unicodedata.normalize("NFC", printable(text)).split())
    if limit is None or len(line) <= limit:
        return line
    return line[: limit - 1].rstrip() + "…"


def md_cell(text: object, limit: int | None = 80) -> str:
    """Return `text` as it reads, for a cell or a line of Markdown: no markup, link, mention or reference comes alive.

    A backslash does not stop a mention or a cross-reference, so a zero-width space follows `@`, `#` and their
    like; it also survives mail clients, which drop markup (dependabot-core#3157).
    """
    escaped = _MARKDOWN.sub(_escape, plain(str(text), limit))
    return _BLOCK_START.sub(_escape_start, escaped)


def _shown(character: str) -> str:
    if character.isspace():
        return " "
    category = unicodedata.category(character)
    if category == "Cs":  # half of a pair: a byte that is no UTF-8 (model.py), and no encoder takes it
        return "\ufffd"
    return "" if category in {"Cc", "Cf"} or character in _BLANK_LETTERS else character


def _escape(found: re.Match[str]) -> str:
    character = found[0]
    if character == ".":  # behind the dot, the space would be taken for a letter of the host's name
        return _ZERO_WIDTH_SPACE + character
    if character in "@!:-":
        return character + _ZERO_WIDTH_SPACE
    if character == "#":
        return "\\#" + _ZERO_WIDTH_SPACE
    return _ENTITIES.get(character, "\\" + character)


def _escape_start(found: re.Match[str]) -> str:
    """A list, a rule or a heading's underline would start here."""
    return found[0] + "\\" if found[0].isdigit() else "\\" + found[0]
