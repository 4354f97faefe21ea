"""A pool whose start is cut short ends what it had begun before it lets go of the backend."""

from __future__ import annotations

import asyncio

import pytest

from sandboxes.pool import SandboxPool
from sandboxes.sandbox import Sandbox


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
