"""One call from start to end: deadline, retries of what is safe to repeat, errors by their names."""

from __future__ import annotations

import random
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TypeVar

import grpc

from verifier.v1.verifier_service_pb2_grpc import VerifierServiceStub
from verifierd_client._connection import Connection
from verifierd_client._rejections import error_of
from verifierd_client._waiting import Waits
from verifierd_client.errors import ConnectionFailed, HandshakeFailed, ServerBusy, VerifierError

Answer = TypeVar("Answer")

FIRST_DELAY_S = 0.1
LONGEST_DELAY_S = 5.0
MOST_DOUBLINGS = 10


@dataclass(frozen=True)
class Patience:
    """How long a call may take, how it waits, and how often it is repeated while nothing of it has begun."""

    ends_at: float | None
    retries: int
    waits: Waits

    @classmethod
    def starting_now(cls, timeout_s: float | None, retries: int, waits: Waits) -> Patience:
        """Begin a call that may take `timeout_s` seconds; None: as long as it takes."""
        return cls(None if timeout_s is None else time.monotonic() + timeout_s, retries, waits)

    def left_s(self) -> float | None:
        """Return the seconds that are left; None: no bound."""
        return None if self.ends_at is None else max(0.0, self.ends_at - time.monotonic())

    def without_end(self) -> Patience:
        """Return one that repeats a call for as long as it may take."""
        return replace(self, retries=sys.maxsize)

    async def wait(self, attempt: int, error: VerifierError) -> None:
        """Wait before the next attempt. Raises the error where there is to be none."""
        await self.waits.sleep(self.delay_s(attempt, error))

    def delay_s(self, attempt: int, error: VerifierError) -> float:
        """Return how long to wait before the next attempt. Raises the error where there is to be none."""
        is_lasting = isinstance(error, HandshakeFailed) or not isinstance(error, ConnectionFailed)
        if is_lasting or attempt >= self.retries:
            raise error
        delay_s = min(LONGEST_DELAY_S, FIRST_DELAY_S * 2.0 ** min(attempt, MOST_DOUBLINGS))
        delay_s *= random.uniform(0.5, 1.0)  # noqa: S311 (spreads clients, hides nothing)
        if isinstance(error, ServerBusy):
            delay_s = max(delay_s, error.retry_after_s)
        left_s = self.left_s()
        if left_s is not None and left_s <= delay_s:
            raise error
        return delay_s


async def unary(
    connection: Connection,
    patience: Patience,
    method: Callable[[VerifierServiceStub, float | None], grpc.Future[Answer]],
) -> Answer:
    """Make a call that is safe to repeat, and return its answer. Raises VerifierError."""
    attempt = 0
    while True:
        try:
            return await patience.waits.answer_of(method(connection.stub(), patience.left_s()))
        except grpc.RpcError as status:
            error = error_of(status, connection.address)
        await patience.wait(attempt, error)
        attempt += 1
