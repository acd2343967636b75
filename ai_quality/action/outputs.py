"""Where a runner looks for what a run says: outputs, step summary, log lines. Writes only the files it is given.

Nothing untrusted may become a command: every line we log starts with our name, `##[` is broken up, a command's
text is escaped as the runner reads it. GITHUB_ENV and GITHUB_PATH are never written.
https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-commands
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from ai_quality.reports.safe import plain, printable

SUMMARY_LIMIT = 900 * 1024
"""UTF-8 bytes; a step's summary over 1,024 KiB is thrown away as a whole."""

CUT = "\n\n*Cut here: a step summary has a limit. The whole is in `report-json`.*\n"

PUBLIC = (
    "activity", "verdict", "ai-share", "cost-usd", "tokens", "comment-id", "comment-written",
    "noted", "report-json", "report-md",
)  # fmt: skip
"""The outputs of action.yml, by the names a workflow reads them by."""

BETWEEN_STEPS = ("installed", "facts-of", "artifact-file")
"""What action.yml's own later steps go by; `installed` is said by run.sh."""

Level = Literal["notice", "warning", "error"]


@dataclass(frozen=True)
class Runner:
    """What a run may write to. `outputs` and `summary` are None where there is no runner; then nothing is written."""

    log: Callable[[str], None]
    outputs: Path | None
    summary: Path | None

    def say(self, text: str) -> None:
        """Log the text, each line behind our name."""
        for line in text.splitlines():
            self.log(f"ai-quality: {plain(line, 1000)}")

    def tell(self, level: Level, text: str) -> None:
        """Let the run's page show one sentence."""
        self.log(f"::{level} title=ai-quality::{command_text(plain(text, 1000))}")

    def set(self, values: Mapping[str, object]) -> None:
        """Set outputs, raw; None is an empty text, which is what GitHub has for unknown."""
        if self.outputs is not None:
            with self.outputs.open("a", encoding="utf-8", newline="\n") as file:
                file.writelines(output_line(name, value) for name, value in values.items())

    def summarise(self, markdown: str) -> None:
        """Append to the step's summary; what is too long is cut at a line, and says so."""
        if self.summary is not None:
            with self.summary.open("a", encoding="utf-8", newline="\n") as file:
                file.write(fitted(markdown))


def command_text(text: str) -> str:
    """Return the text as it may stand behind a workflow command's `::`."""
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def output_line(name: str, value: object, delimiter: str | None = None) -> str:
    """Return a line, or the lines, that set an output: a text's own words cannot end it or start another."""
    text = "" if value is None else value if isinstance(value, str) else _word(value)
    text = "\n".join(printable(line) for line in text.splitlines())
    if "\n" not in text:
        return f"{name}={text}\n"
    fence = delimiter or f"ai-quality-{secrets.token_hex(16)}"
    if fence in text:
        raise ValueError("the delimiter stands in the text")
    return f"{name}<<{fence}\n{text}\n{fence}\n"


def _word(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def fitted(markdown: str, limit: int = SUMMARY_LIMIT) -> str:
    """Return the Markdown in at most `limit` UTF-8 bytes, cut at the end of a line."""
    text = markdown if markdown.endswith("\n") else markdown + "\n"
    whole = text.encode("utf-8", "replace")
    if len(whole) <= limit:
        return whole.decode("utf-8")
    kept = whole[: limit - len(CUT.encode())]
    return kept[: kept.rfind(b"\n") + 1].decode("utf-8") + CUT
