"""Looks for candidates of which nothing was heard: what nobody has any more is to be published again."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping

from google.protobuf.message import DecodeError
from nats.js.errors import NotFoundError

from verifier.worker.v1 import worker_pb2 as wire
from verifierd.fleet.connection import PASSING, Connection
from verifierd.fleet.errors import FleetUnavailable
from verifierd.fleet.inbox import Inbox
from verifierd.fleet.pending import Pending
from verifierd.fleet.queues import Queues
from verifierd.fleet.subjects import Names, Queue
from verifierd.logs import get_logger

LOOK_S = 5.0
SILENT_S = 30.0


class Lookout:
    """Watches over the candidates of one front end, as `keep` says."""

    def __init__(
        self,
        connection: Connection,
        queues: Queues,
        inbox: Inbox,
        queue_of: Callable[[Pending], Queue],
        missed: Callable[[Pending, str], None],
        clock_s: Callable[[], float],
    ) -> None:
        """`missed` is told of a candidate that no queue and no worker has, and why it is thought so."""
        self._connection = connection
        self._names = Names(connection.settings.prefix)
        self._queues = queues
        self._inbox = inbox
        self._queue_of = queue_of
        self._missed = missed
        self._clock_s = clock_s
        self._log = get_logger(__name__)

    async def keep(self, tasks: Mapping[str, Pending]) -> None:
        """Look every few seconds for what was silent for half a minute, for ever."""
        while True:
            await asyncio.sleep(LOOK_S)
            silent_since_s = self._clock_s() - SILENT_S
            for task in tuple(tasks.values()):
                if task.sequence and not task.is_complete and task.heard_at_s < silent_since_s:
                    try:
                        await self._look_for(task)
                    except (FleetUnavailable, *PASSING):
                        continue
                    except Exception:  # who looks no more leaves callers waiting for ever
                        self._log.exception("candidate_not_looked_for", task=task.id)

    async def _look_for(self, task: Pending) -> None:
        """Look whether a queue has a candidate; if none has, not at once: its outcomes may be on their way.

        What leads to it, and back from it, may be gone as well: its queue, and this front end's inbox.
        """
        if await self._is_queued(task):
            await self._queues.ensure(self._queue_of(task))
            task.is_missed, task.heard_at_s = False, self._clock_s()
        elif task.is_missed:
            task.is_missed, task.sequence, task.heard_at_s = False, 0, self._clock_s()
            self._missed(task, "neither a queue nor a worker has it any more")
        else:
            await self._inbox.renew()
            task.is_missed = True

    async def _is_queued(self, task: Pending) -> bool:
        """Tell whether the stream has a candidate's chunk; one made anew has another's where it was."""
        try:
            found = await self._connection.jetstream.get_msg(self._names.work, task.sequence)
            return any(each.id == task.id for each in wire.Chunk.FromString(found.data or b"").tasks)
        except (NotFoundError, DecodeError):
            return False
