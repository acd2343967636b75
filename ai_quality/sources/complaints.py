"""What git's complaints mean: which of our sentences each one is, and what to do about it."""

from __future__ import annotations

from ai_quality import errors

COMPLAINTS: tuple[tuple[str, type[errors.EnvironmentProblem], str, str], ...] = (
    ("dubious ownership", errors.UnsafeOwnership, "git refuses this repository because another user owns it",
     "if you trust it, run `git config --global --add safe.directory <its path>`"),
    ("not a git repository", errors.NotARepository, "not a git repository", "give one with -C DIR"),
    ("bad config", errors.GitFailed, "git cannot read a configuration file", "mend the line it names"),
    ("safe.bareRepository", errors.UnsafeOwnership, "git refuses a bare repository found by searching",
     "name it with -C DIR"),
    ("unknown repository extension", errors.GitTooOld, "this repository needs a newer git", "update git"),
    ("transport '", errors.MissingObjects, "an object of this partial clone is not here",
     "run `git fetch --refetch --no-filter` and try again; --allow-missing goes on without"),
    ("promisor", errors.MissingObjects, "an object of this partial clone is not here",
     "run `git fetch --refetch --no-filter` and try again; --allow-missing goes on without"),
    *((words, errors.MissingObjects, "an object of this history is missing or damaged",
       "run `git fsck` to see which, then fetch or clone again; --allow-missing goes on without")
      for words in (
          "bad object", "unable to read", "is not a blob", "missing blob", "missing tree", "bad tree", "Could not read",
          "could not parse", "Failed to traverse", "object file", "loose object", "unable to find",
          "failed to read object", "corrupt", "revision walk setup failed",
      )),
)  # fmt: skip


def failure(stderr: bytes, arguments: tuple[str, ...]) -> errors.EnvironmentProblem:
    """Return git's complaint as one of our sentences, with git's own last words."""
    text = stderr.decode("utf-8", "replace")
    said = next((line for line in text.splitlines() if line.startswith(("fatal:", "error:"))), text.strip()[:200])
    for words, kind, problem, hint in COMPLAINTS:
        if words in text:
            return kind(f"{problem} ({said[:200]})", hint=hint)
    return errors.GitFailed(f"git {arguments[0]} failed ({said[:200] or 'it said nothing'})")
