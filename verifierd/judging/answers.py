"""What comes to be judged: a run's outcome with where it was made, or a failure of ours in its place."""

from __future__ import annotations

from dataclasses import dataclass, replace

from sandboxes.model import Outcome


@dataclass(frozen=True, slots=True)
class Executed:
    """A run that was carried out: what it did, where, and how many sandboxes that took.

    `check` is what came of the checker program's run on its output, where it is judged by one;
    `check_was_known` tells that it had been made for an equal output before, `is_known` that the run itself
    was not made now: an earlier equal one had done this.
    """

    outcome: Outcome
    sandbox_id: str
    backend: str
    image_digest: str = ""
    attempts: int = 1
    check: Answer | None = None
    check_was_known: bool = False
    is_known: bool = False

    @property
    def run_index(self) -> int:
        """Return the position of the run in its request."""
        return self.outcome.run_index

    def at(self, run_index: int, attempts: int) -> Executed:
        """Return the same as the answer of run `run_index`, after `attempts` sandboxes."""
        if (run_index, attempts) == (self.run_index, self.attempts):
            return self
        return replace(self, outcome=replace(self.outcome, run_index=run_index), attempts=attempts)


@dataclass(frozen=True, slots=True)
class ExecutionFailed:
    """A run that could not be carried out, through no fault of the program. `cause` is for a person."""

    run_index: int
    cause: str
    attempts: int

    def at(self, run_index: int, attempts: int) -> ExecutionFailed:
        """Return the same as the answer of run `run_index`, after `attempts` sandboxes."""
        return replace(self, run_index=run_index, attempts=attempts)


Answer = Executed | ExecutionFailed
