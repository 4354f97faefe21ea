"""A store's batches stay this daemon's over a restart of the database, unless another one was faster."""

from __future__ import annotations

import asyncio

import pytest

from verifierd.audit.errors import StoreInUse, StoreUnavailable
from verifierd.daemon.owning import Owning

pytestmark = pytest.mark.anyio


class Lock:
    """Holds until it is forgotten."""

    session = "71 of today"

    def __init__(self) -> None:
        self.is_held = True
        self.is_closed = False

    def holds(self) -> bool:
        return self.is_held

    def close(self) -> None:
        self.is_closed = True


class Database:
    """Gives locks, or raises what it is told to, once each."""

    def __init__(self) -> None:
        self.locks: list[Lock] = []
        self.errors: list[StoreUnavailable] = []

    def take(self) -> Lock:
        if self.errors:
            raise self.errors.pop(0)
        self.locks.append(Lock())
        return self.locks[-1]

    def forgets(self) -> None:
        self.locks[-1].is_held = False


async def never() -> None:
    raise AssertionError("the batches were not lost")


async def test_what_the_database_forgot_is_taken_again_once_it_is_back() -> None:
    database = Database()
    owning = Owning(database.take, look_s=0.001)
    keeping = asyncio.create_task(owning.keep(never))
    database.errors = [StoreUnavailable("x", "it is away")] * 3
    database.forgets()
    async with asyncio.timeout(10):
        while not database.locks[0].is_closed:  # noqa: ASYNC110 - by a thread
            await asyncio.sleep(0.001)
    keeping.cancel()
    await asyncio.gather(keeping, return_exceptions=True)
    owning.close()
    assert [lock.is_closed for lock in database.locks] == [True, True]


async def test_a_lock_of_its_own_whose_connection_broke_is_waited_for() -> None:
    database = Database()
    owning = Owning(database.take, look_s=0.001)
    keeping = asyncio.create_task(owning.keep(never))
    database.errors = [StoreInUse("x", "process 7 on host a", Lock.session)] * 3
    database.forgets()
    async with asyncio.timeout(10):
        while not database.locks[0].is_closed and not keeping.done():  # noqa: ASYNC110 - by a thread
            await asyncio.sleep(0.001)
    assert not keeping.done()
    keeping.cancel()
    await asyncio.gather(keeping, return_exceptions=True)
    assert len(database.locks) == 2


@pytest.mark.parametrize("session", ["", "71 of yesterday"])
async def test_batches_that_another_daemon_took_are_let_go_of(session: str) -> None:
    database = Database()
    owning = Owning(database.take, look_s=0.001)
    lost = asyncio.Event()

    async def let_go() -> None:
        lost.set()

    database.errors = [StoreInUse("x", "process 7 on host a", session)]
    database.forgets()
    await asyncio.wait_for(owning.keep(let_go), 10.0)
    assert lost.is_set()
