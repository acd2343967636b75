"""Every failure a user can meet, as a sentence and an exit status. Imports nothing of ours.

Exit statuses (design: CLI.md): 0 fine, 1 a policy failed, 2 usage, 3 environment.
"""

from __future__ import annotations


class AiQualityError(Exception):
    """A failure told in one line, with what to do next; shells print it and exit with `exit_status`."""

    exit_status = 3

    def __init__(self, problem: str, *, hint: str = "") -> None:
        """`problem` says what is wrong, `hint` what to do next (a command where there is one)."""
        super().__init__(problem)
        self.problem = problem
        self.hint = hint

    def __str__(self) -> str:
        """One line whatever git or a file name put into it."""
        line = f"{self.problem}: {self.hint}" if self.hint else self.problem
        return " ".join(line.split())


class UsageError(AiQualityError):
    """The call's words are off: an unknown revision, a bad date, a bad config key."""

    exit_status = 2


class EnvironmentProblem(AiQualityError):
    """The machine or the repository cannot give an answer."""


class NotARepository(EnvironmentProblem):
    """No git repository at or above the given directory."""


class EmptyHistory(EnvironmentProblem):
    """The repository has no commit yet."""


class ShallowHistory(EnvironmentProblem):
    """History is cut off, so every line older than the cut would be blamed on the wrong commit."""


class MissingObjects(EnvironmentProblem):
    """An object git needs is not here: a partial clone or a damaged repository."""


class UnsafeOwnership(EnvironmentProblem):
    """git refuses the repository because somebody else owns it."""


class GitTooOld(EnvironmentProblem):
    """The git on PATH lacks what the miner asks of it."""


class GitFailed(EnvironmentProblem):
    """git ended with an error that none of the names above fits."""


class HistoryGarbled(EnvironmentProblem):
    """git's output does not follow its own format: stop rather than count wrongly."""


class ForgeProblem(EnvironmentProblem):
    """The forge gave no answer that can be used. `status` is HTTP's, None where there was no answer."""

    def __init__(self, problem: str, *, hint: str = "", status: int | None = None) -> None:
        """`problem` and `hint` never hold a token or a body that others wrote."""
        super().__init__(problem, hint=hint)
        self.status = status


class TokenRefused(ForgeProblem):
    """401: the forge does not know the token."""


class NotPermitted(ForgeProblem):
    """403: the token is known and may not do this."""


class NotOnForge(ForgeProblem):
    """404 or 410: it is not there, or the token may not see it."""


class RefusedByForge(ForgeProblem):
    """422 and other refusals of what was sent: too long, of the wrong form."""


class ForgeBusy(ForgeProblem):
    """A rate limit that ends later than we may wait."""


class ForgeDown(ForgeProblem):
    """No connection, no answer in time, or 5xx to the end: it may or may not have done what was asked."""


class ForgeGarbled(ForgeProblem):
    """An answer that is not of the form the forge promises."""


class ArtifactRefused(EnvironmentProblem):
    """What another job handed over is not what our own program writes: nothing of it is used."""


class LedgerProblem(EnvironmentProblem):
    """The ledger of token requests cannot be used."""


class LedgerTooNew(LedgerProblem):
    """A newer ai-quality wrote the ledger; this one leaves it alone."""


class LedgerBusy(LedgerProblem):
    """Another process holds the ledger for longer than we wait."""


class LedgerUnwritable(LedgerProblem):
    """The ledger's file cannot be made or written here."""


class LedgerDamaged(LedgerProblem):
    """The ledger's file was no ledger any more, and has been moved aside."""
