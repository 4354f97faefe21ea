"""A group's call to the server: one thread reads it, and opens it anew where the connection is lost."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, replace

import grpc

from verifier.v1 import batch_pb2, result_pb2
from verifier.v1 import verifier_service_pb2 as wire
from verifierd_client._calls import Patience
from verifierd_client._connection import Connection
from verifierd_client._reading import STOP_REASONS, read_candidate_result, read_clusters, read_summary
from verifierd_client._rejections import error_of
from verifierd_client._threads import END_S, watch
from verifierd_client.errors import UnreadableAnswer
from verifierd_client.groups.ledger import Ledger
from verifierd_client.groups.requests import GroupRequests
from verifierd_client.results import StopReason

REOPENING = 4
"""So many times as often as another call is that of an open group tried again: daemons take time to start."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What a group is about: the batch, how many samples it may have (None: not known), and its name."""

    spec: batch_pb2.BatchSpec
    n: int | None
    request_id: str


class GroupCall:
    """Sends what the ledger has, and writes into it what lands.

    `changed` is called by the reading thread, without a lock, whenever there is something new to see.
    """

    def __init__(self, connection: Connection, patience: Patience, asked: Asked, ledger: Ledger) -> None:
        """Begin nothing yet."""
        self._connection = connection
        self._patience = patience
        self._asked = asked
        self.ledger = ledger
        self._begun_at = 0.0  # on the clock `time.monotonic`
        self._closings = 0
        self._is_closed = threading.Event()
        self._call: grpc.CallIterator[wire.VerifyStreamResponse] | None = None
        self._thread = threading.Thread(target=self._read, name="verifierd-client-group", daemon=True)
        self.changed: Callable[[], None] = lambda: None

    def begin(self) -> None:
        """Open the call."""
        self._begun_at = time.monotonic()
        self._closings = self._connection.closings
        watch(self)
        self._thread.start()

    def close(self) -> None:
        """Cancel what is left."""
        self._is_closed.set()
        self.ledger.lost()
        if (call := self._call) is not None:
            call.cancel()  # type: ignore[no-untyped-call]

    def end(self) -> None:
        """Cancel what is left, and wait until the thread has let go of it."""
        self.close()
        self._thread.join(END_S)

    def _read(self) -> None:
        try:
            self._read_to_the_end()
        except BaseException as error:  # it is the user's to see
            self.ledger.error = error
        self.changed()

    def _read_to_the_end(self) -> None:
        """Read until the batch has ended, through lost connections. Raises VerifierError."""
        attempt = 0
        while True:
            landed = self.ledger.results_count
            try:
                self._read_once()
                return
            except grpc.RpcError as status:
                error = error_of(status, self._connection.address)
            attempt = 0 if self.ledger.results_count > landed else attempt
            patience = self._patience
            if self.ledger.is_accepted:
                patience = replace(patience, retries=REOPENING * patience.retries)
            is_closed = self._is_closed.wait(patience.delay_s(attempt, error))
            if is_closed or self._connection.closings > self._closings:
                raise error
            attempt += 1

    def _read_once(self) -> None:
        requests = GroupRequests(self._opening())
        call = self._call = self._connection.stub().VerifyStream(requests, timeout=self._patience.left_s())
        if self._is_closed.is_set():  # by who could not see the call yet
            call.cancel()  # type: ignore[no-untyped-call]
        try:
            for response in call:
                self._take(response.event, requests)
        finally:
            self.ledger.lost()
            requests.close()
        if self.ledger.summary is None:
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
        match event.WhichOneof("event"):
            case "batch_accepted":
                self.ledger.opened(event.batch_accepted.batch_id, requests)
            case "candidate_finished":
                self.ledger.judged(read_candidate_result(event.candidate_finished.result))
            case "stop_decided" if not event.stop_decided.candidate_ids:
                self.ledger.stopped = STOP_REASONS.get(event.stop_decided.reason, StopReason.UNKNOWN)
            case "clusters_changed":
                self.ledger.clusters = read_clusters(event.clusters_changed.clusters)
            case "batch_finished":
                self.ledger.ended(read_summary(event.batch_finished.summary))
            case _:
                return
        self.changed()
