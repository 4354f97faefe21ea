"""A nats-server for each test that asks for one."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.backends import BACKENDS, why_not
from tests.support.nats_server import NatsServer, needs_nats

pytestmark = needs_nats


@pytest.fixture
def nats(tmp_path: Path) -> Iterator[NatsServer]:
    with NatsServer(tmp_path) as server:
        yield server


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture(scope="session")
def usable_host() -> None:
    if reason := why_not(BACKENDS[0]):
        pytest.skip(f"this host cannot run sandboxes: {reason}")
