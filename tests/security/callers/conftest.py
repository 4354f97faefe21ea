"""What the tests of this room have in common: the event loop that their servers run in."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest


@pytest.fixture(scope="session", autouse=True)
async def one_loop(anyio_backend: str) -> AsyncIterator[None]:
    """Keep one event loop for all tests: grpc.aio hands late events of a closed loop to the next one."""
    yield
