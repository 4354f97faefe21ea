"""What of a group was submitted, given up and judged, for several threads to look at and write in."""

from __future__ import annotations

import operator
import threading
from collections import deque
from dataclasses import replace

from verifier.v1 import batch_pb2
from verifierd_client._candidates import write_candidate
from verifierd_client.completions import Completion
from verifierd_client.groups.requests import GroupRequests
from verifierd_client.problems import Candidate
from verifierd_client.results import (
    BatchSummary,
    CandidateResult,
    Cluster,
    StopReason,
    Usage,
    Verdict,
)

GIVEN_UP = "its sampler gave it up"


class Ledger:
    """The samples of a group of `n` (None: not known) by their indexes, and what is known of the whole.

    They are sent by what `opened` was given last, until it is `lost`; the next one gets all of them anew,
    since clusters and picks are of all. A result stands as it landed first.
    """

    def __init__(self, n: int | None, tests_total: int) -> None:
        """Begin with nothing."""
        self._n = n
        self._tests_total = tests_total
        self._lock = threading.Lock()
        self._programs: dict[int, batch_pb2.Candidate] = {}
        self._results: dict[int, CandidateResult] = {}
        self._judged: set[int] = set()  # of those sent by this connection
        self._given_up: set[int] = set()
        self._landed: deque[CandidateResult] = deque()
        self._requests: GroupRequests | None = None
        self._is_finished = False
        self.is_accepted = False
        self.batch_id = ""
        self.stopped: StopReason | None = None
        self.clusters: tuple[Cluster, ...] = ()
        self.summary: BatchSummary | None = None
        self.error: BaseException | None = None

    @property
    def is_over(self) -> bool:
        """Say whether nothing more will land."""
        return self.summary is not None or self.error is not None

    @property
    def results_count(self) -> int:
        """Return how many results have landed."""
        return len(self._results)

    def submit(self, index: int, program: Candidate | Completion) -> bool:
        """Send a sample; False where it is of no use. Raises ValueError, RuntimeError, OutOfRange."""
        index = self._checked(index)
        candidate = write_candidate(replace(program, id=str(index)), index)
        with self._lock:
            if index in self._programs:
                raise ValueError(f"sample {index} was submitted before; each index stands for one sample")
            if self.stopped is not None or self.is_over or index in self._given_up:
                return False
            if self._is_finished:
                raise RuntimeError("no sample is taken after finish() or result()")
            self._programs[index] = candidate
            if self._requests is not None:
                self._requests.submit(candidate)
            self._finish_if_all_came()
        return True

    def give_up(self, index: int) -> None:
        """Cancel a sample, whether it was submitted or not. Raises ValueError."""
        index = self._checked(index)
        with self._lock:
            if index in self._given_up or index in self._results or self.is_over:
                return
            self._given_up.add(index)
            if index in self._programs:
                if self._requests is not None:
                    self._requests.give_up(index)
                else:
                    self._land(index, self._cancelled(index, GIVEN_UP))
            self._finish_if_all_came()

    def finish(self) -> None:
        """Take no more samples; the batch ends with those that are there."""
        with self._lock:
            self._is_finished = True
            self._half_close()

    def next_landed(self) -> CandidateResult | bool | None:
        """Return the next result that nobody has taken: None where there is none yet, True after the last."""
        with self._lock:  # the last results and the end come together
            return self._landed.popleft() if self._landed else self.summary is not None or None

    def results(self) -> tuple[CandidateResult, ...]:
        """Return what has landed so far, in the order of the samples' indexes."""
        with self._lock:
            return tuple(self._results[index] for index in sorted(self._results))

    def unwanted(self) -> frozenset[int]:
        """Return what need not be decoded: what was given up, or not submitted when the group stopped."""
        with self._lock:
            unwanted = self._given_up - self._programs.keys()
            if self.stopped is not None or self.is_over:
                unwanted |= set(range(self._n or 0)) - self._programs.keys()
        return frozenset(unwanted)

    def opened(self, batch_id: str, requests: GroupRequests) -> None:
        """Take down that the server has taken the batch, and send what was submitted so far."""
        with self._lock:
            self.batch_id = batch_id
            self.is_accepted = True
            self._requests = requests
            self._judged.clear()
            for index, candidate in self._programs.items():
                if index not in self._given_up:
                    requests.submit(candidate)
                else:
                    self._land(index, self._cancelled(index, GIVEN_UP))
            self._half_close()

    def lost(self) -> None:
        """Take down that there is no connection, for now or for good: what is submitted waits."""
        with self._lock:
            requests, self._requests = self._requests, None
        if requests is not None:
            requests.close()

    def judged(self, result: CandidateResult) -> None:
        """Take down a result of the server's. Raises ValueError where it is of no index."""
        with self._lock:
            self._land(int(result.candidate_id), result)
            self._half_close()

    def ended(self, summary: BatchSummary) -> None:
        """Keep the summary, and give the samples that the server did not take in any more their results."""
        reason = summary.stop_reason
        with self._lock:
            self.stopped = self.stopped or (reason if reason is not StopReason.COMPLETED else None)
            for index in self._programs.keys() - self._results.keys():
                why = f"the batch was stopped ({reason.value.lower()}) before it was sent"
                self._land(index, self._cancelled(index, why))
            counts = dict(summary.verdict_counts)
            uncounted = len(self._programs) - sum(counts.values())
            if uncounted > 0:  # given up or submitted while this server did not know of them
                counts[Verdict.CANCELLED] = counts.get(Verdict.CANCELLED, 0) + uncounted
            self.clusters = summary.clusters
            self.summary = replace(summary, verdict_counts=counts)

    def _checked(self, index: int) -> int:
        try:
            whole, n = operator.index(index), self._n
        except TypeError:
            raise ValueError(f"the index of a sample must be a whole number, and is {index!r}") from None
        if whole < 0 or (n is not None and whole >= n):
            allowed = "0 or more" if n is None else f"0 to {n - 1}"
            raise ValueError(f"the index of a sample must be {allowed}, and is {whole}")
        return whole

    def _finish_if_all_came(self) -> None:
        if self._n is not None and len(self._programs.keys() | self._given_up) >= self._n:
            self._is_finished = True
            self._half_close()

    def _half_close(self) -> None:
        """Say that nothing more comes, once that is so: until its verdict a sample may be given up.

        A group that was stopped takes no more, whether a server that begins anew would stop it again or not.
        """
        is_all = (self._is_finished or self.stopped is not None) and self._programs.keys() <= self._judged
        if is_all and self._requests is not None:
            self._requests.close()

    def _land(self, index: int, result: CandidateResult) -> None:
        self._judged.add(index)
        if index not in self._results:
            self._results[index] = result
            self._landed.append(result)

    def _cancelled(self, index: int, why: str) -> CandidateResult:
        return CandidateResult(
            candidate_id=str(index),
            verdict=Verdict.CANCELLED,
            detail=why,
            duplicate_of="",
            executions=(),
            tests_passed=0,
            tests_total=self._tests_total,
            usage=Usage(0.0, 0.0, 0),
        )
