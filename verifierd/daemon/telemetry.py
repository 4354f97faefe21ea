"""The daemon's telemetry: what is counted and traced, the endpoint, and gRPC's health in step with it."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from functools import partial
from typing import TYPE_CHECKING

from verifierd.audit.entries import CandidateJudged, Committed
from verifierd.config.settings import Settings
from verifierd.daemon.parts import Parts, distribution_version
from verifierd.daemon.readings import of_a_start, of_daemon, of_worker, why_not_ready
from verifierd.logs import get_logger
from verifierd.observing import NOBODY, FleetLoad, Observer, Stage
from verifierd.telemetry.errors import TracingNotInstalled
from verifierd.telemetry.reading import Reading

if TYPE_CHECKING:
    from sandboxes.pool import SandboxPool
    from verifierd.api.records import Records
    from verifierd.fleet.connection import Connection
    from verifierd.fleet.worker import Worker

LOOK_S = 1.0  # between two looks whether work can be taken

_log = get_logger(__name__)


class Telemetry:
    """What is known of a daemon or a worker, from before its parts are made until they are gone."""

    def __init__(self, observer: Observer, clock_ns: Callable[[], int] = time.time_ns) -> None:
        """Take the observer that the parts are to tell of their work; `clock_ns` gives epoch nanoseconds."""
        self.observer = observer
        self.address = ""
        self._clock_ns = clock_ns
        self._read: Callable[[int], Reading] = of_a_start
        self._why_not_ready: Callable[[], Mapping[str, str]] = dict

    def started(
        self, parts: Parts, records: Records | None, fleet: Callable[[], FleetLoad] | None = None
    ) -> None:
        """Read a daemon's parts from now on. `fleet` tells of workers on other machines, if any."""
        self._read = partial(of_daemon, parts, records, fleet)
        self._why_not_ready = partial(why_not_ready, parts, records, fleet)
        if records is not None and self.observer is not NOBODY:
            records.writer.on_commit(self._stored)

    def worker_started(self, worker: Worker, pool: SandboxPool, connection: Connection) -> None:
        """Read a worker's parts from now on."""
        self._read = partial(of_worker, worker, pool, connection)

    def reading(self) -> Reading:
        """Return what is in hand at this moment. Called in the event loop."""
        return self._read(self._clock_ns())

    async def keep_health(self, tell: Callable[[bool], Awaitable[None]]) -> None:
        """Tell gRPC's health checks whether work can be taken, whenever that changes; for ever."""
        said: Mapping[str, str] = {}
        while True:
            now = self._why_not_ready()
            if bool(now) != bool(said):
                await tell(not now)
                _log.info("not_ready", **now) if now else _log.info("ready_again")
            said = now
            await asyncio.sleep(LOOK_S)

    def _stored(self, committed: Sequence[Committed]) -> None:
        now_ns = self._clock_ns()
        for each in committed:
            if isinstance(each.entry, CandidateJudged):
                took_ns = max(0, now_ns - each.entry.occurred_at_ns)
                self.observer.stage_took(Stage.STORE, took_ns / 1e9)


@asynccontextmanager
async def telemetry_for(settings: Settings) -> AsyncIterator[Telemetry]:
    """Count, trace and serve as the settings want it, for the length of the block.

    What is not wanted is not loaded.

    Raises:
        CannotListen: the address of the endpoint cannot be used.
        TracingNotInstalled: traces are wanted, and their libraries are not there.
    """
    section = settings.telemetry
    if not section.listen and not section.traces:
        yield Telemetry(NOBODY)
        return
    from verifierd.telemetry.several import observer_of

    observers: list[Observer] = []
    async with AsyncExitStack() as undo:
        if section.listen:
            from prometheus_client import CollectorRegistry

            from verifierd.telemetry.counting import Counting

            registry = CollectorRegistry()
            observers.append(Counting(registry, _named_tenants(settings)))
        if section.traces:
            observers.append(await undo.enter_async_context(_exporting(section.traces, section.traces_share)))
        telemetry = Telemetry(observer_of(observers))
        if section.listen:
            from verifierd.telemetry.endpoint import serving

            serves = serving(section.listen, registry, telemetry.reading)
            telemetry.address = await undo.enter_async_context(serves)
        yield telemetry


def _exporting(url: str, share: float) -> AbstractAsyncContextManager[Observer]:
    try:
        from verifierd.telemetry.exporting import exporting
    except ModuleNotFoundError as error:
        if (error.name or "").partition(".")[0] != "opentelemetry":
            raise
        raise TracingNotInstalled("opentelemetry") from None
    return exporting(url, share, distribution_version())


def _named_tenants(settings: Settings) -> set[str]:
    """Return the tenants that the settings name: there are so many, and no more."""
    return {
        *(each.tenant for each in settings.quotas.tenants),
        *(each.tenant for each in settings.identity.certificates),
    }
