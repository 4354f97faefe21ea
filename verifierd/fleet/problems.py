"""Problems that were put to one front end, for the others: in JetStream's object store, for a day.

A front end keeps what it was given within its memory, and looks here for what it was not. What is nowhere any
more is put again by whoever names it, as ever.
"""

from __future__ import annotations

import asyncio
import hashlib

from nats.js.errors import NotFoundError
from nats.js.object_store import ObjectStore

from verifierd.fleet.connection import PASSING, Connection
from verifierd.fleet.objects import object_bytes, object_store
from verifierd.fleet.subjects import Names
from verifierd.logs import get_logger

AGE_S = 86_400.0
MOST_BYTES = 1 << 30  # of all tenants; beyond it a problem is known where it was put alone
WITHIN_S = 10.0  # a call waits for it
_TRIES = 3  # one that is put anew while it is read comes in pieces of both


class SharedProblems:
    """The problems of all front ends, each by its tenant and the SHA-256 of its digest."""

    def __init__(self, connection: Connection) -> None:
        """Take the connection, which is not closed here; `start` comes first."""
        self._connection = connection
        self._objects: ObjectStore | None = None
        self._log = get_logger(__name__)

    async def start(self) -> None:
        """Make the object store where it is missing.

        Raises:
            FleetUnavailable: NATS refuses it, or does not answer.
        """
        self._objects = await object_store(
            self._connection,
            Names(self._connection.settings.prefix).problems,
            "Problems that were put, for batches that name them by digest.",
            AGE_S,
            MOST_BYTES,
        )

    async def put(self, tenant: str, sha256: str, message: bytes) -> None:
        """Let others have a problem. Where that fails, it is known here alone."""
        try:
            async with asyncio.timeout(WITHIN_S):
                await self._opened.put(_name(tenant, sha256), message)
        except PASSING as error:
            self._log.warning("problem_not_shared", sha256=sha256, cause=str(error) or type(error).__name__)

    async def get(self, tenant: str, sha256: str) -> bytes | None:
        """Return the message of a problem that this tenant put anywhere; None: it is not to be had."""
        trouble = ""
        try:
            async with asyncio.timeout(WITHIN_S):
                for _ in range(_TRIES):
                    try:
                        return await object_bytes(self._connection, self._opened, _name(tenant, sha256))
                    except NotFoundError:
                        return None
                    except PASSING as error:
                        trouble = str(error) or type(error).__name__
        except TimeoutError:
            trouble = f"no answer within {WITHIN_S:.0f} s"
        self._log.warning("shared_problem_not_read", sha256=sha256, cause=trouble)
        return None

    @property
    def _opened(self) -> ObjectStore:
        if self._objects is None:
            raise RuntimeError("start comes first")
        return self._objects


def _name(tenant: str, sha256: str) -> str:
    """Return a name of fixed length, which no problem of another tenant has."""
    return hashlib.sha256(f"{len(tenant)}:{tenant}{sha256}".encode()).hexdigest()
