"""A pool whose start is cut short, or whose sandboxes do not go, lets go of the backend all the same."""

from __future__ import annotations

import asyncio

import pytest

from sandboxes.pool import SandboxPool
from sandboxes.sandbox import Sandbox
from tests.unit.sandboxes.test_sandbox import ScriptedContainer


class SlowBackend:
    """Makes no sandbox for ever; says what happened in which order."""

    name = "slow"

    def __init__(self) -> None:
        self.begun = asyncio.Event()
        self.happened: list[str] = []

    async def start(self) -> None: ...

    async def create(self) -> Sandbox:
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

    async def create(self) -> Sandbox:
        return Sandbox("stubborn", self.name, StubbornContainer())


@pytest.mark.anyio
async def test_sandboxes_that_cannot_be_removed_keep_no_pool_from_closing() -> None:
    backend = StubbornBackend()
    pool = SandboxPool(backend, 2)
    await pool.start()
    await pool.close()
    assert backend.happened == ["backend closed"]
