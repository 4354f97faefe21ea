"""A group's call to the server: one thread reads it, and opens it anew where the connection is lost."""

from __future__ import annotations

import operator
import threading
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, replace

import grpc

from verifier.v1 import batch_pb2, result_pb2
from verifier.v1 import verifier_service_pb2 as wire
from verifierd_client._calls import Patience
from verifierd_client._candidates import write_candidate
from verifierd_client._connection import Connection
from verifierd_client._reading import STOP_REASONS, read_candidate_result, read_clusters, read_summary
from verifierd_client._rejections import error_of
from verifierd_client._threads import END_S, watch
from verifierd_client.completions import Completion
from verifierd_client.errors import UnreadableAnswer
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
REOPENING = 4
"""So many times as often as another call is that of an open group tried again: daemons take time to start."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What a group is about: the batch, how many samples it may have (None: not known), and its name."""

    spec: batch_pb2.BatchSpec
    n: int | None
    request_id: str
    tests_total: int


class GroupCall:
    """What was submitted and what has landed, for several threads to look at.

    `changed` is called by the reading thread, without a lock, whenever there is something new to see.
    """

    def __init__(self, connection: Connection, patience: Patience, asked: Asked) -> None:
        """Begin nothing yet."""
        self._connection = connection
        self._patience = patience
        self._asked = asked
        self._begun_at = 0.0  # on the clock `time.monotonic`
        self._closings = 0
        self._is_closed = threading.Event()
        self._lock = threading.Lock()
        self._programs: dict[int, batch_pb2.Candidate] = {}
        self._results: dict[int, CandidateResult] = {}
        self._judged: set[int] = set()  # of those sent by this connection; an earlier one's are judged anew
        self._given_up: set[int] = set()
        self._landed: deque[CandidateResult] = deque()
        self._requests: GroupRequests | None = None
        self._call: grpc.CallIterator[wire.VerifyStreamResponse] | None = None
        self._is_finished = False
        self._thread = threading.Thread(target=self._read, name="verifierd-client-group", daemon=True)
        self.changed: Callable[[], None] = lambda: None
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

    def begin(self) -> None:
        """Open the call."""
        self._begun_at = time.monotonic()
        self._closings = self._connection.closings
        watch(self)
        self._thread.start()

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
        self.changed()

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
                unwanted |= set(range(self._asked.n or 0)) - self._programs.keys()
        return frozenset(unwanted)

    def close(self) -> None:
        """Cancel what is left."""
        self._is_closed.set()
        with self._lock:
            call = self._call
            if self._requests is not None:
                self._requests.close()
        if call is not None:
            call.cancel()  # type: ignore[no-untyped-call]

    def end(self) -> None:
        """Cancel what is left, and wait until the thread has let go of it."""
        self.close()
        self._thread.join(END_S)

    def _checked(self, index: int) -> int:
        try:
            whole, n = operator.index(index), self._asked.n
        except TypeError:
            raise ValueError(f"the index of a sample must be a whole number, and is {index!r}") from None
        if whole < 0 or (n is not None and whole >= n):
            allowed = "0 or more" if n is None else f"0 to {n - 1}"
            raise ValueError(f"the index of a sample must be {allowed}, and is {whole}")
        return whole

    def _finish_if_all_came(self) -> None:
        if self._asked.n is not None and len(self._programs.keys() | self._given_up) >= self._asked.n:
            self._is_finished = True
            self._half_close()

    def _half_close(self) -> None:
        """Say that nothing more comes, once that is so: until its verdict a sample may be given up.

        A group that was stopped takes no more, whether a server that begins anew would stop it again or not.
        """
        is_all = (self._is_finished or self.stopped is not None) and self._programs.keys() <= self._judged
        if is_all and self._requests is not None:
            self._requests.close()

    def _read(self) -> None:
        try:
            self._read_to_the_end()
        except BaseException as error:  # it is the user's to see
            self.error = error
        self.changed()

    def _read_to_the_end(self) -> None:
        """Read until the batch has ended, through lost connections. Raises VerifierError."""
        attempt = 0
        while True:
            landed = len(self._results)
            try:
                self._read_once()
                return
            except grpc.RpcError as status:
                error = error_of(status, self._connection.address)
            attempt = 0 if len(self._results) > landed else attempt
            patience = self._patience
            if self.is_accepted:
                patience = replace(patience, retries=REOPENING * patience.retries)
            is_closed = self._is_closed.wait(patience.delay_s(attempt, error))
            if is_closed or self._connection.closings > self._closings:
                raise error
            attempt += 1

    def _read_once(self) -> None:
        requests = GroupRequests(self._opening())
        call = self._connection.stub().VerifyStream(requests, timeout=self._patience.left_s())
        with self._lock:
            self._call = call
        if self._is_closed.is_set():
            call.cancel()  # type: ignore[no-untyped-call]
        try:
            for response in call:
                self._take(response.event, requests)
        finally:
            with self._lock:
                self._requests = None
            requests.close()
        if self.summary is None:
            raise UnreadableAnswer("the server ended the batch without a summary")

    def _opening(self) -> wire.OpenBatch:
        opening = wire.OpenBatch(request_id=self._asked.request_id, batch=self._asked.spec)
        if self._asked.n is not None:
            opening.expected_candidates = self._asked.n
        for rule in opening.batch.options.stop_when:
            if rule.WhichOneof("rule") == "time_budget":  # it counts from when the group was opened
                budget, gone_s = rule.time_budget.wall_time, time.monotonic() - self._begun_at
                budget.FromNanoseconds(max(1, budget.ToNanoseconds() - round(gone_s * 1e9)))
        return opening

    def _take(self, event: result_pb2.VerifyEvent, requests: GroupRequests) -> None:
        with self._lock:
            match event.WhichOneof("event"):
                case "batch_accepted":
                    self.batch_id = event.batch_accepted.batch_id
                    self._send_all(requests)
                    self.is_accepted = True
                case "candidate_finished":
                    result = read_candidate_result(event.candidate_finished.result)
                    self._land(int(result.candidate_id), result)
                    self._half_close()
                case "stop_decided" if not event.stop_decided.candidate_ids:
                    self.stopped = STOP_REASONS.get(event.stop_decided.reason, StopReason.UNKNOWN)
                case "clusters_changed":
                    self.clusters = read_clusters(event.clusters_changed.clusters)
                case "batch_finished":
                    self._end(read_summary(event.batch_finished.summary))
                case _:
                    return
        self.changed()

    def _send_all(self, requests: GroupRequests) -> None:
        """Send what was submitted so far: clusters and picks are of all samples, judged before or not."""
        self._requests = requests
        self._judged.clear()
        for index, candidate in self._programs.items():
            if index not in self._given_up:
                requests.submit(candidate)
            else:
                self._land(index, self._cancelled(index, GIVEN_UP))
        self._half_close()

    def _land(self, index: int, result: CandidateResult) -> None:
        self._judged.add(index)
        if index not in self._results:
            self._results[index] = result
            self._landed.append(result)

    def _end(self, summary: BatchSummary) -> None:
        """Keep the summary, and give the samples that the server did not take in any more their results."""
        self.stopped = self.stopped or (
            summary.stop_reason if summary.stop_reason is not StopReason.COMPLETED else None
        )
        late = [index for index in self._programs if index not in self._results]
        for index in late:
            why = f"the batch was stopped ({summary.stop_reason.value.lower()}) before it was sent"
            self._land(index, self._cancelled(index, why))
        counts = dict(summary.verdict_counts)
        uncounted = len(self._programs) - sum(counts.values())
        if uncounted > 0:  # given up or submitted while this server did not know of them
            counts[Verdict.CANCELLED] = counts.get(Verdict.CANCELLED, 0) + uncounted
        self.clusters = summary.clusters
        self.summary = replace(summary, verdict_counts=counts)

    def _cancelled(self, index: int, why: str) -> CandidateResult:
        return CandidateResult(
            candidate_id=str(index),
            verdict=Verdict.CANCELLED,
            detail=why,
            duplicate_of="",
            executions=(),
            tests_passed=0,
            tests_total=self._asked.tests_total,
            usage=Usage(0.0, 0.0, 0),
        )
