"""Session logs of Claude Code in few words, written as the agent writes them, into a home directory.

    shop = Session(home, "s1", directory=repository)
    shop.prompt(at=10)
    shop.answer(at=11, edits={"src/cart.py": 3})
    shop.answer(at=12, commits="1a2b3c4")

Times are seconds; every text of a log (prompts, answers, commands, file contents) is the session's `words`.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

Block = dict[str, Any]


class Session:
    """One session's log, appended to line by line."""

    def __init__(
        self, home: Path, name: str, *, directory: Path | str, branch: str | None = "main", words: str = "some words",
        model: str = "claude-sonnet-4-5",
    ) -> None:  # fmt: skip
        self.name, self.directory, self.branch, self.words, self.model = name, str(directory), branch, words, model
        self.file = home / ".claude/projects" / str(directory).replace("/", "-") / f"{name}.jsonl"
        self.file.parent.mkdir(parents=True, exist_ok=True)
        self.count = 0

    def prompt(self, at: float) -> None:
        """A person asks: a turn begins."""
        self._write(at, "user", {"role": "user", "content": self.words})

    def answer(
        self, at: float, *, edits: Mapping[str, int] | None = None, commits: str = "", runs: str = "",
        tokens: int = 100, key: str | None = None,
    ) -> str:  # fmt: skip
        """The model answers, edits files (path → lines), perhaps commits (the id git printed); returns its id."""
        self.count += 1
        key = key or f"msg_{self.name}_{self.count}"
        calls = list(self._calls(key, edits or {}, commits, runs))
        usage = {
            "input_tokens": tokens, "output_tokens": 10, "cache_read_input_tokens": 0, "cache_creation_input_tokens": 0,
        }  # fmt: skip
        for block in ({"type": "text", "text": self.words}, *(block for block, _ in calls)):
            about = {"id": key, "type": "message", "role": "assistant", "model": self.model}
            self._write(at, "assistant", {**about, "content": [block], "usage": usage}, requestId=f"req_{key}")
        for block, said in calls:
            content = [{"type": "tool_result", "tool_use_id": block["id"], "content": said, "is_error": False}]
            self._write(at + 0.2, "user", {"role": "user", "content": content})
        return key

    def _calls(self, key: str, edits: Mapping[str, int], commits: str, runs: str) -> Iterator[tuple[Block, str]]:
        for number, (path, lines) in enumerate(edits.items()):
            given = {"file_path": f"{self.directory}/{path}", "old_string": self.words, "new_string": "x\n" * lines}
            yield {"type": "tool_use", "id": f"{key}_{number}", "name": "Edit", "input": given}, self.words
        if commits:
            given = {"command": f"git commit -m '{self.words}'"}
            said = f"[{self.branch} {commits}] {self.words}\n 1 file changed"
            yield {"type": "tool_use", "id": f"{key}_c", "name": "Bash", "input": given}, said
        if runs:
            yield {"type": "tool_use", "id": f"{key}_r", "name": "Bash", "input": {"command": runs}}, self.words

    def _write(self, at: float, kind: str, message: Block, **more: str) -> None:
        time = datetime.fromtimestamp(at, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
        line = {
            "type": kind, "uuid": f"{self.name}-{at}-{self.count}", "timestamp": time, "cwd": self.directory,
            "sessionId": self.name, "version": "2.1.121", "isSidechain": False, "gitBranch": self.branch or "HEAD",
            "message": message, **more,
        }  # fmt: skip
        with self.file.open("a", encoding="utf-8") as log:
            log.write(json.dumps(line, separators=(",", ":")) + "\n")
