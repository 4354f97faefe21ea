"""What a group sends: put in by the sampler's threads, taken out by one of gRPC's."""

from __future__ import annotations

from collections.abc import Iterator
from queue import SimpleQueue

from verifier.v1 import batch_pb2
from verifier.v1 import verifier_service_pb2 as wire


class GroupRequests(Iterator[wire.VerifyStreamRequest]):
    """The opening, and what comes after it. A sample's index is its candidate's id."""

    def __init__(self, opening: wire.OpenBatch) -> None:
        """Hold the opening."""
        self._given: SimpleQueue[wire.VerifyStreamRequest | None] = SimpleQueue()
        self._given.put(wire.VerifyStreamRequest(open=opening))

    def submit(self, candidate: batch_pb2.Candidate) -> None:
        """Send a sample."""
        self._given.put(wire.VerifyStreamRequest(candidate=candidate))

    def give_up(self, index: int) -> None:
        """Send word that a sample sent before is given up."""
        cancel = wire.CancelCandidate(candidate_id=str(index))
        self._given.put(wire.VerifyStreamRequest(cancel=cancel))

    def close(self) -> None:
        """Send nothing more."""
        self._given.put(None)

    def __next__(self) -> wire.VerifyStreamRequest:
        """Return the next request, waiting for it."""
        request = self._given.get()
        if request is None:
            self._given.put(None)
            raise StopIteration
        return request
