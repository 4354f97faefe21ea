"""What a group sends: put in by the sampler's threads, taken out by one of gRPC's."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from queue import SimpleQueue

from verifier.v1 import verifier_service_pb2 as wire
from verifierd_client._candidates import write_candidate
from verifierd_client.completions import Completion
from verifierd_client.problems import Candidate


class GroupRequests(Iterator[wire.VerifyStreamRequest]):
    """The opening, and what comes after it. A sample's index is its candidate's id."""

    def __init__(self, opening: wire.OpenBatch) -> None:
        """Hold the opening."""
        self._given: SimpleQueue[wire.VerifyStreamRequest | None] = SimpleQueue()
        self._given.put(wire.VerifyStreamRequest(open=opening))

    def submit(self, index: int, program: Candidate | Completion) -> None:
        """Send a sample."""
        message = write_candidate(replace(program, id=str(index)), index)
        self._given.put(wire.VerifyStreamRequest(candidate=message))

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
