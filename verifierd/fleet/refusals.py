"""Servers that are there and do not let us in: since when, why, and how soon to ask again.

A user's rights end while a process is at work: they are taken away, they expire, or a server comes back with
other users. Nobody but an operator can help, who may do so at any time. So a process goes on asking, less and
less often, and says why it is of no use meanwhile.
"""

from __future__ import annotations

import asyncio
import ssl
import time
from collections.abc import Callable

from nats.aio.client import Client
from nats.errors import Error as NatsError
from nats.protocol.parser import PERMISSIONS_ERR

_SAID = ("authorization", "authentication")  # of the words of a server that refuses, in any case
FIRST_PAUSE_S, LONGEST_PAUSE_S = 0.5, 5.0


class Refusals:
    """What is known of one process's refusals since it was let in last."""

    def __init__(self, clock_s: Callable[[], float] = time.monotonic) -> None:
        """`clock_s` gives seconds from any beginning."""
        self._clock_s = clock_s
        self._since_s = 0.0
        self._pause_s = FIRST_PAUSE_S
        self._are_there = asyncio.Event()
        self.cause = ""
        """Why, in the words of the server that refused last; empty: none has."""

    def heard(self, error: BaseException) -> bool:
        """Learn of trouble with a server; tell whether it was a refusal."""
        said = str(error)
        if not (isinstance(error, ssl.SSLError) or any(word in said.lower() for word in _SAID)):
            return False
        if not self.cause:
            self._since_s = self._clock_s()
        self.cause = said
        self._are_there.set()
        return True

    def ended(self) -> None:
        """Learn that a server has let us in."""
        self.cause, self._pause_s = "", FIRST_PAUSE_S
        self._are_there.clear()

    async def pause(self) -> None:
        """Wait before the next try, longer each time."""
        pause_s, self._pause_s = self._pause_s, min(2 * self._pause_s, LONGEST_PAUSE_S)
        await asyncio.sleep(pause_s)

    async def lasting(self, bound_s: float) -> str:
        """Wait until no server has let us in for so many seconds, though one was there; return why."""
        while True:
            await self._are_there.wait()
            left_s = self._since_s + bound_s - self._clock_s()
            if left_s <= 0:
                return self.cause
            await asyncio.sleep(left_s)


class PersistentClient(Client):
    """Looks for a server again where the library's client closes for good, as when a user's rights end."""

    async def _process_connect_init(self) -> None:
        try:
            await super()._process_connect_init()
        except BaseException:  # the library opens the next one, and leaves this open
            if self._transport is not None:
                self._transport.close()  # type: ignore[no-untyped-call]
            raise

    async def _process_err(self, err_msg: str) -> None:
        if self.is_connected and PERMISSIONS_ERR not in err_msg.lower():
            error = NatsError(f"nats: {err_msg}")
            await self._error_cb(error)
            await self._process_op_err(error)
        else:
            await super()._process_err(err_msg)
