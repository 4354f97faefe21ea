"""The daemon's telemetry: what is counted and traced, the endpoint, and gRPC's health in step with it."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from typing import TYPE_CHECKING

from verifierd.audit.entries import CandidateJudged, Committed
from verifierd.config.settings import Settings
from verifierd.daemon.parts import Parts, distribution_version
from verifierd.logs import get_logger
from verifierd.observing import NOBODY, FleetLoad, Observer, Stage
from verifierd.telemetry.errors import TracingNotInstalled
from verifierd.telemetry.readiness import not_ready
from verifierd.telemetry.reading import Reading, RecordsLoad

if TYPE_CHECKING:
    from verifierd.api.records import Records

LOOK_S = 1.0  # between two looks whether work can be taken

_log = get_logger(__name__)


class Telemetry:
    """What is known of a daemon, from before its parts are made until they are gone."""

    def __init__(self, observer: Observer, clock_ns: Callable[[], int] = time.time_ns) -> None:
        """Take the observer that the parts are to tell of their work; `clock_ns` gives epoch nanoseconds."""
        self.observer = observer
        self.address = ""
        self._clock_ns = clock_ns
        self._version = distribution_version()
        self._parts: Parts | None = None
        self._records: Records | None = None
        self._fleet: Callable[[], FleetLoad] | None = None

    def started(
        self, parts: Parts, records: Records | None, fleet: Callable[[], FleetLoad] | None = None
    ) -> None:
        """Read these from now on. `fleet` tells of workers on other machines, where there are any."""
        self._parts, self._records, self._fleet = parts, records, fleet
        if records is not None and self.observer is not NOBODY:
            records.writer.on_commit(self._stored)

    def reading(self) -> Reading:
        """Return what the daemon has in hand at this moment. Called in its event loop."""
        if self._parts is None:
            return Reading(self._clock_ns(), self._version, not_ready={"daemon": "it is starting"})
        load = self._parts.engine.load()
        pool = None if self._parts.pool is None else self._parts.pool.load()
        records = None if self._records is None else _records_load(self._records)
        fleet = None if self._fleet is None else self._fleet()
        return Reading(
            now_ns=self._clock_ns(),
            version=self._version,
            load=load,
            pool=pool,
            caches={"result": load.result_cache, "problem": self._parts.problems.load()},
            records=records,
            fleet=fleet,
            not_ready=not_ready(load, pool, records, fleet),
        )

    async def keep_health(self, tell: Callable[[bool], Awaitable[None]]) -> None:
        """Tell gRPC's health checks whether work can be taken, whenever that changes; for ever."""
        said: Mapping[str, str] = {}
        while True:
            now = self.reading().not_ready
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


def _records_load(records: Records) -> RecordsLoad:
    writer = records.writer
    counts = writer.counts
    entries = {
        "committed": counts.committed,
        "dropped": counts.dropped,
        "refused": counts.refused,
        "lost": counts.lost,
    }
    return RecordsLoad(entries, writer.waiting, writer.trouble or "")
