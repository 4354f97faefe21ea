"""A running server over a fake engine for the client to talk to."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.unit.api.fakes import Serving, serving


@pytest.fixture(scope="session")
async def one_loop(anyio_backend: str) -> AsyncIterator[None]:
    """Keep one event loop for all tests: grpc.aio hands late events of a closed loop to the next one."""
    yield


@pytest.fixture
async def served(one_loop: None, tmp_path: Path) -> AsyncIterator[Serving]:
    async with serving(tmp_path) as running:
        yield running
