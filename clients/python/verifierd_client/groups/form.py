"""How a group's samples become candidates, and what of a group holds whichever way it is waited for."""

from __future__ import annotations

import os
from dataclasses import dataclass

from verifierd_client._arguments import request_id_of
from verifierd_client._calls import Patience
from verifierd_client._candidates import checked
from verifierd_client._connection import Connection
from verifierd_client._writing import write_spec
from verifierd_client.completions import Completion, Extraction
from verifierd_client.errors import ForkError
from verifierd_client.groups.call import Asked, GroupCall
from verifierd_client.groups.ledger import Ledger
from verifierd_client.groups.stops import Stop, with_stop
from verifierd_client.problems import Candidate, Digest, Generation, Options, Problem
from verifierd_client.results import Cluster, StopReason

MOST_SAMPLES = (1 << 31) - 1  # the request counts them in 32 bits


@dataclass(frozen=True, slots=True)
class Form:
    """What the samples of a group are: their language, and which part of them is the program."""

    language: str = "python"
    extraction: Extraction = Extraction.LAST_BLOCK
    prefix: str = ""

    def candidate(
        self, sample: str | bytes | Candidate | Completion, index: int, generation: Generation | None
    ) -> Candidate | Completion:
        """Return a sample as a candidate. Raises NotACandidate."""
        if isinstance(sample, str | bytes):
            sample = Completion(
                sample, self.language, extraction=self.extraction, prefix=self.prefix, generation=generation
            )
        return checked(sample, index)


@dataclass(frozen=True, slots=True)
class GroupRequest:
    """A group as it is asked for: `n` samples are meant to be drawn, None where that is not known."""

    problem: Problem | Digest
    n: int | None
    stop: Stop | None
    form: Form
    options: Options
    request_id: str | None

    def call(self, connection: Connection, patience: Patience) -> GroupCall:
        """Return its call, not begun.

        Raises:
            ValueError: `n` is below 1 or too large, or the stop contradicts the options.
            NotAValue: an argument of a CallTest has no typed form.
            OutOfRange: a number of the limits or options cannot be sent.
        """
        if self.n is not None and (type(self.n) is not int or not 1 <= self.n <= MOST_SAMPLES):
            allowed = f"a whole number from 1 to {MOST_SAMPLES}, or None where it is not known"
            raise ValueError(f"n must be {allowed}, and is {self.n!r}")
        spec = write_spec(self.problem, with_stop(self.options, self.stop))
        tests_total = len(self.problem.tests) if isinstance(self.problem, Problem) else 0
        asked = Asked(spec, self.n, request_id_of(self.request_id))
        return GroupCall(connection, patience, asked, Ledger(self.n, tests_total))


class OpenGroup:
    """What both kinds of groups have: samples go in, and what is known by now can be looked at."""

    def __init__(self, call: GroupCall, form: Form) -> None:
        """Begin nothing yet."""
        self._call = call
        self._ledger = call.ledger
        self._form = form
        self._pid = os.getpid()

    def submit(
        self, index: int, sample: str | bytes | Candidate | Completion, generation: Generation | None = None
    ) -> bool:
        """Have a sample verified, without waiting for it; False where it is of no use any more.

        `index` is the sampler's name for it, 0 to n - 1, and its result's `candidate_id` as a text. A text is
        a completion, from which the program is taken as the group says; a Candidate is a program.

        Raises:
            ValueError: the index is out of range or was used before.
            NotACandidate: the sample is neither a text nor a candidate.
            OutOfRange: a number of its generation cannot be sent.
            RuntimeError: the group was finished.
            ForkError: the group is the parent's.
        """
        return self._own().submit(index, self._form.candidate(sample, index, generation))

    def cancel(self, index: int) -> None:
        """Give a sample up, submitted or not; one with a verdict keeps it. Raises ValueError, ForkError."""
        self._own().give_up(index)
        self._call.changed()

    def finish(self) -> None:
        """Say that no more samples come; needless once all `n` came or were cancelled. Raises ForkError."""
        self._own().finish()

    @property
    def batch_id(self) -> str:
        """Return the server's name for the batch."""
        return self._ledger.batch_id

    @property
    def stopped(self) -> StopReason | None:
        """Return why decoding further samples is of no use; None while it is of use."""
        return self._ledger.stopped

    @property
    def to_abort(self) -> frozenset[int]:
        """Return the samples that are of no use, and not submitted: those whose decoding may be aborted.

        Raises:
            ForkError: the group is the parent's.
        """
        return self._own().unwanted()

    @property
    def clusters(self) -> tuple[Cluster, ...]:
        """Return the clusters as they stood a short while ago; after the end, as they are."""
        return self._ledger.clusters

    @property
    def _is_own(self) -> bool:
        return self._pid == os.getpid()

    @property
    def _is_decided(self) -> bool | None:
        """True once decoding is of no use any more; None before, for who waits for something."""
        return self._ledger.stopped is not None or self._ledger.summary is not None or None

    def _own(self) -> Ledger:
        if not self._is_own:
            raise ForkError("this group is open in the process that opened it, not in its forked child")
        return self._ledger
