"""A pool whose start is cut short, or whose sandboxes do not go, lets go of the backend all the same."""

from __future__ import annotations

import asyncio
from contextlib import aclosing

import pytest

from sandboxes.pool import SandboxPool
from sandboxes.sandbox import Sandbox
from tests.unit.sandboxes.test_sandbox import JOB, ScriptedContainer, SlowToReset


class SlowBackend:
    """Makes no sandbox for ever; says what happened in which order."""

    name = "slow"

    def __init__(self) -> None:
        self.begun = asyncio.Event()
        self.happened: list[str] = []

    async def start(self) -> None: ...

    async def create(self, cpu: int | None = None) -> Sandbox:
        self.begun.set()
        try:
            await asyncio.Event().wait()
        finally:
            self.happened.append("sandbox given up")
        raise AssertionError

    async def close(self) -> None:
        self.happened.append("backend closed")


@pytest.mark.anyio
async def test_a_cancelled_start_gives_up_every_sandbox_before_the_backend_is_closed() -> None:
    backend = SlowBackend()
    starting = asyncio.create_task(SandboxPool(backend, 3).start())
    await backend.begun.wait()
    starting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await starting
    assert backend.happened == ["sandbox given up"] * 3 + ["backend closed"]


class StubbornContainer(ScriptedContainer):
    """Cannot be removed."""

    async def close(self) -> None:
        raise OSError("the engine is gone")


class StubbornBackend(SlowBackend):
    """Makes sandboxes that cannot be removed."""

    async def create(self, cpu: int | None = None) -> Sandbox:
        return Sandbox("stubborn", self.name, StubbornContainer())


@pytest.mark.anyio
async def test_sandboxes_that_cannot_be_removed_keep_no_pool_from_closing() -> None:
    backend = StubbornBackend()
    pool = SandboxPool(backend, 2)
    await pool.start()
    await pool.close()
    assert backend.happened == ["backend closed"]


class SlowlyResettingBackend(SlowBackend):
    """Its first sandbox resets when it is told to, and may say that it is spent; the next ones are new."""

    def __init__(self, done: dict[str, object]) -> None:
        super().__init__()
        self.first = SlowToReset(done)
        self.made = 0

    async def create(self, cpu: int | None = None) -> Sandbox:
        self.made += 1
        return Sandbox(str(self.made), self.name, self.first if self.made == 1 else ScriptedContainer())


@pytest.mark.anyio
@pytest.mark.parametrize(("done", "next_one"), [({}, "1"), ({"spent": "a socket is left"}, "2")])
async def test_a_sandbox_is_lent_again_when_its_reset_is_over_and_went_well(
    done: dict[str, object], next_one: str
) -> None:
    backend = SlowlyResettingBackend(done)
    pool = SandboxPool(backend, 1)
    await pool.start()
    async with pool.lease() as sandbox, aclosing(sandbox.run(JOB)) as outcomes:
        assert [outcome.run_index async for outcome in outcomes] == [0, 1]
    leasing = asyncio.create_task(_leased(pool))
    await asyncio.sleep(0.01)
    assert not leasing.done(), "it was lent while it still reset itself"
    backend.first.may_end.set()
    assert await leasing == next_one
    await pool.close()


async def _leased(pool: SandboxPool) -> str:
    async with pool.lease() as sandbox:
        return sandbox.id


class EasyBackend(SlowBackend):
    """Makes sandboxes at once, each on the CPU that it is told."""

    async def create(self, cpu: int | None = None) -> Sandbox:
        sandbox = Sandbox("easy", self.name, ScriptedContainer())
        sandbox.cpu = cpu
        return sandbox


@pytest.mark.anyio
@pytest.mark.parametrize("size", [2, 4, 5])
async def test_candidates_are_spread_over_the_cpus(size: int) -> None:
    pool = SandboxPool(EasyBackend(), size, cpus=[3, 7])
    await pool.start()
    for _ in range(4):
        async with pool.lease() as one, pool.lease() as other:
            assert {one.cpu, other.cpu} == {3, 7}
        async with pool.lease():
            pass
    await pool.close()


@pytest.mark.anyio
async def test_a_pool_tells_what_its_sandboxes_are_at_and_why_it_replaced_any() -> None:
    backend = SlowlyResettingBackend({"spent": "a socket is left"})
    pool = SandboxPool(backend, 1)
    await pool.start()
    assert pool.load().states == {"idle": 1, "busy": 0, "resetting": 0, "replacing": 0}
    async with pool.lease() as sandbox, aclosing(sandbox.run(JOB)) as outcomes:
        assert pool.load().states["busy"] == 1
        assert [outcome.run_index async for outcome in outcomes] == [0, 1]
    leasing = asyncio.create_task(_leased(pool))
    await asyncio.sleep(0.01)
    assert pool.load().states == {"idle": 0, "busy": 0, "resetting": 1, "replacing": 0}
    backend.first.may_end.set()
    await leasing
    assert pool.load().states == {"idle": 1, "busy": 0, "resetting": 0, "replacing": 0}
    assert pool.load().replaced == {"lost": 0, "spent": 1, "disobeyed": 0, "other_tenant": 0}
    await pool.close()


@pytest.mark.anyio
async def test_a_sandbox_never_serves_two_tenants() -> None:
    pool = SandboxPool(EasyBackend(), 2)
    await pool.start()
    served: dict[Sandbox, set[str]] = {}

    async def serve(tenant: str) -> None:
        async with pool.lease(tenant) as sandbox:
            served.setdefault(sandbox, set()).add(tenant)
            await asyncio.sleep(0)

    await asyncio.gather(*(serve(tenant) for tenant in "aabbabcacbbbaac"))
    assert all(len(tenants) == 1 for tenants in served.values())
    assert set().union(*served.values()) == {"a", "b", "c"}
    assert pool.load().states["idle"] + pool.load().states["replacing"] == 2
    await pool.close()


@pytest.mark.anyio
async def test_one_tenant_alone_costs_no_sandbox() -> None:
    pool = SandboxPool(EasyBackend(), 2)
    await pool.start()
    for _ in range(5):
        async with pool.lease("a"), pool.lease("a"):
            pass
    assert pool.load().replaced["other_tenant"] == 0
    await pool.close()
