"""A fixed number of warm sandboxes, lent one at a time; a broken one is replaced in the background."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections import Counter
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass

import structlog

from .backends.base import Backend
from .lending import Lending
from .model import SandboxError
from .sandbox import Broke, Sandbox

RETRY_SECONDS = (0.1, 0.5, 2.0, 5.0, 15.0)


@dataclass(frozen=True, slots=True)
class PoolLoad:
    """What a pool has at a moment: sandboxes by what they are at, and how many it replaced so far, by why."""

    states: Mapping[str, int]
    replaced: Mapping[str, int]


class SandboxPool:
    """Lends sandboxes by the rules of `lending`, for as long as each of them is sound."""

    def __init__(self, backend: Backend, size: int, cpus: Sequence[int] = ()) -> None:
        """Hold `size` sandboxes of a backend, made by `start`.

        They take turns at `cpus`, each on one of them alone; without any they run where there is room.
        """
        self.backend = backend
        self.size = size
        self._cpus = [cpus[number % len(cpus)] if cpus else None for number in range(size)]
        self._lending = Lending(self._make_way)
        self._all: set[Sandbox] = set()
        self._working: set[asyncio.Task[None]] = set()
        self._resetting = self._replacing = 0
        self._replaced = Counter(dict.fromkeys(Broke, 0))
        self._closing = False
        self._log = structlog.get_logger("sandboxes.pool")

    async def start(self) -> None:
        """Start the backend and make every sandbox. Raises BackendUnavailable and SandboxError."""
        making: list[asyncio.Task[Sandbox]] = []
        try:
            await self.backend.start()
            began_s = time.monotonic()
            making += [asyncio.create_task(self.backend.create(cpu)) for cpu in self._cpus]
            for made in asyncio.as_completed(making):
                self._admit(await made)
            self._lending.making_s = (time.monotonic() - began_s) / self.size
        except BaseException:
            for task in making:
                task.cancel()
            ended = await asyncio.gather(*making, return_exceptions=True)
            self._all.update(each for each in ended if isinstance(each, Sandbox))
            await self.close()
            raise

    @contextlib.asynccontextmanager
    async def lease(self, tenant: str = "") -> AsyncIterator[Sandbox]:
        """Lend a sandbox for the length of the block, one that has served nobody but this tenant."""
        sandbox = await self._lending.borrow(tenant)
        try:
            yield sandbox
        finally:
            self._lending.give_back(sandbox)
            if sandbox.is_settling:
                self._keep(asyncio.create_task(self._take_back_when_settled(sandbox)))
            else:
                self._take_back(sandbox)

    @property
    def has_idle(self) -> bool:
        """Whether a sandbox is idle that nobody waits for."""
        return bool(self._lending.idle) and not self._lending.is_anyone_waiting

    def load(self) -> PoolLoad:
        """Return what there is at this moment."""
        states = {
            "idle": self._lending.idle,
            "busy": self._lending.lent,
            "resetting": self._resetting,
            "replacing": self._replacing,
        }
        return PoolLoad(states, {why.value: count for why, count in self._replaced.items()})

    async def close(self) -> None:
        """End every sandbox, lent ones too, and then the backend."""
        self._closing = True
        for task in self._working:
            task.cancel()
        await asyncio.gather(*self._working, return_exceptions=True)
        sandboxes = list(self._all)
        ended = await asyncio.gather(*(each.close() for each in sandboxes), return_exceptions=True)
        for sandbox, error in zip(sandboxes, ended, strict=True):
            if error is not None:  # the others are to go all the same, and the backend
                self._log.error("sandbox_not_removed", sandbox_id=sandbox.id, cause=str(error))
        self._all.clear()
        await self.backend.close()

    def _admit(self, sandbox: Sandbox) -> None:
        self._all.add(sandbox)
        self._lending.offer(sandbox)

    async def _take_back_when_settled(self, sandbox: Sandbox) -> None:
        self._resetting += 1
        try:
            await sandbox.settled()
        finally:
            self._resetting -= 1
        self._take_back(sandbox)

    def _take_back(self, sandbox: Sandbox) -> None:
        if not (sandbox.broken or sandbox.busy):
            self._lending.offer(sandbox)
        elif not self._closing:
            self._keep(asyncio.create_task(self._make_another(sandbox)))

    def _make_way(self, sandbox: Sandbox) -> None:
        """Have another sandbox made for a tenant that this one cannot serve."""
        sandbox.broken, sandbox.broke = True, Broke.OTHER_TENANT
        sandbox.broken_because = "it has served another tenant"
        if not self._closing:
            self._keep(asyncio.create_task(self._make_another(sandbox)))

    def _keep(self, task: asyncio.Task[None]) -> None:
        self._working.add(task)
        task.add_done_callback(self._working.discard)

    async def _make_another(self, broken: Sandbox) -> None:
        """Replace a sandbox, however long the host cannot make one: an empty pool would hang for ever."""
        say = self._log.debug if broken.broke is Broke.OTHER_TENANT else self._log.warning
        say("sandbox_replaced", sandbox_id=broken.id, cause=broken.broken_because)
        self._replaced[broken.broke] += 1
        self._replacing += 1
        try:
            await self._remove(broken)
            made = await self._made_in_the_end(broken.cpu)
            self._lending.forget(broken)  # until now it was its tenant's share
            self._admit(made)
        finally:
            self._replacing -= 1

    async def _remove(self, broken: Sandbox) -> None:
        try:
            await broken.close()
            self._all.discard(broken)
        except (OSError, TimeoutError) as error:  # kept in _all: closing the pool tries once more
            self._log.error("sandbox_not_removed", sandbox_id=broken.id, cause=str(error))

    async def _made_in_the_end(self, cpu: int | None) -> Sandbox:
        attempt = 0
        while True:
            began_s = time.monotonic()
            try:
                made = await self.backend.create(cpu)
            except SandboxError as error:
                delay_s = RETRY_SECONDS[min(attempt, len(RETRY_SECONDS) - 1)]
                self._log.error("sandbox_not_made", cause=str(error), retry_in_s=delay_s)
                attempt += 1
                await asyncio.sleep(delay_s)
            else:
                self._lending.making_s = time.monotonic() - began_s
                return made
