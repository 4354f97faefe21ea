"""What holds of durable batches where one daemon has the store holds where it shares it with others."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from contextlib import AbstractAsyncContextManager
from pathlib import Path

import pytest

from tests.integration.durable import test_durable_batches
from tests.integration.durable.fronts import FrontEnd, shared_life
from tests.integration.durable.test_durable_batches import *  # noqa: F403 - the tests, once more
from tests.support.nats_server import NatsServer, needs_nats
from tests.support.postgres import Postgres
from tests.unit.execution.fakes import FakeExecutor
from verifierd.audit.entries import Entry
from verifierd.audit.store import Store

pytestmark = [needs_nats, pytest.mark.anyio]  # type: ignore[assignment]  # there it is one


@pytest.fixture(scope="session")
def server(postgres: Postgres) -> Postgres:
    """The only kind of database that front ends share."""
    return postgres


@pytest.fixture(autouse=True)
def in_a_fleet(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Have the tests' daemons be front ends, each by a name of its own."""
    names = (f"front end {number}" for number in itertools.count())
    with NatsServer(tmp_path) as nats:

        def life(
            store: Store,
            executor: FakeExecutor | None = None,
            at_a_time: int = 4,
            alter: Callable[[Entry], Entry] = lambda entry: entry,
        ) -> AbstractAsyncContextManager[FrontEnd]:
            of = (next(names), at_a_time, alter)
            return shared_life(store, nats.settings(), executor, *of, grace_s=0.0, watch_look_s=5.0)

        monkeypatch.setattr(test_durable_batches, "life", life)
        yield
