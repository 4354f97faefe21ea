"""Tenants that take turns keep the sandboxes that they have, and each comes to its share."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable

import pytest

from sandboxes.lending import Lending
from sandboxes.sandbox import Sandbox
from tests.unit.sandboxes.test_sandbox import ScriptedContainer

pytestmark = pytest.mark.anyio
LONG_S = 3600.0


class Scene:
    """Sandboxes that are lent; those taken away are made anew when the test says so."""

    def __init__(
        self, sandboxes: int, making_s: float, clock_s: Callable[[], float] = time.monotonic
    ) -> None:
        self.made = 0
        self.taken: list[Sandbox] = []
        self.is_taken = asyncio.Event()
        self.lending = Lending(self._take_away, clock_s)
        self.lending.making_s = making_s
        for _ in range(sandboxes):
            self.make()

    def make(self) -> None:
        self.made += 1
        self.lending.offer(Sandbox(str(self.made), "none", ScriptedContainer()))

    def _take_away(self, sandbox: Sandbox) -> None:
        self.taken.append(sandbox)
        self.is_taken.set()

    def give_back(self, *sandboxes: Sandbox) -> None:
        for sandbox in sandboxes:
            self.lending.give_back(sandbox)
            self.lending.offer(sandbox)

    async def asks(self, tenant: str) -> asyncio.Task[Sandbox]:
        """A request that has found all that it can have at once."""
        asking = asyncio.create_task(self.lending.borrow(tenant))
        for _ in range(3):
            await asyncio.sleep(0)
        return asking


async def test_a_tenant_waits_for_its_own_while_another_s_is_idle_for_a_moment() -> None:
    scene = Scene(2, LONG_S)
    one, other = await scene.lending.borrow("a"), await scene.lending.borrow("b")
    for _ in range(10):
        scene.give_back(other)
        asking = await scene.asks("a")
        assert not asking.done()
        scene.give_back(one)
        assert await asking is one
        other = await scene.lending.borrow("b")
    assert not scene.taken


async def test_a_tenant_that_has_none_takes_at_once_and_gets_what_is_made_for_it() -> None:
    scene = Scene(2, LONG_S)
    first, second = await scene.lending.borrow("a"), await scene.lending.borrow("a")
    older, newcomer = await scene.asks("a"), await scene.asks("b")
    scene.give_back(first)
    assert await older is first
    scene.give_back(second)
    assert scene.taken == [second]
    waits = await scene.asks("a")
    scene.make()
    assert (await newcomer).id == "3"
    assert not waits.done()
    scene.give_back(first)
    assert await waits is first


async def test_a_tenant_takes_no_second_one_while_its_first_is_made() -> None:
    scene = Scene(2, LONG_S)
    scene.give_back(await scene.lending.borrow("a"), await scene.lending.borrow("a"))
    both = [await scene.lending.borrow("a"), await scene.lending.borrow("a")]
    requests = [await scene.asks("b"), await scene.asks("b")]
    scene.give_back(*both)
    assert len(scene.taken) == 1
    scene.make()
    made = await requests[0]
    scene.give_back(made)
    assert await requests[1] is made


async def test_what_nobody_uses_is_anybody_s_after_a_while() -> None:
    scene = Scene(2, 0.01)
    await scene.lending.borrow("a")
    gone = await scene.lending.borrow("b")
    scene.give_back(gone)
    asking = await scene.asks("a")
    await scene.is_taken.wait()
    assert scene.taken == [gone]
    scene.make()
    assert (await asking).id == "3"


async def test_shares_even_out_between_tenants_that_all_have_work() -> None:
    now_s = 0.0
    scene = Scene(4, 1.0, lambda: now_s)
    lent = [await scene.lending.borrow("a") for _ in range(4)]
    requests = [await scene.asks("b") for _ in range(4)]
    for sandbox in lent:  # each is idle for a moment only, but they have waited long
        now_s += 10.0
        scene.give_back(sandbox)
        if sandbox not in scene.taken:
            assert await scene.lending.borrow("a") is sandbox
    assert scene.taken == lent[:2]
    for request in requests[:2]:
        scene.make()
        assert await request not in lent
    assert not any(request.done() for request in requests[2:])
    for request in requests[2:]:
        request.cancel()


async def test_a_request_that_is_given_up_keeps_no_sandbox() -> None:
    scene = Scene(1, LONG_S)
    lent = await scene.lending.borrow("a")
    given_up, waits = await scene.asks("a"), await scene.asks("a")
    given_up.cancel()
    scene.give_back(lent)
    assert await waits is lent
    too_late, next_one = await scene.asks("a"), await scene.asks("a")
    scene.give_back(lent)
    too_late.cancel()  # it was given the sandbox, and has not seen it yet
    assert await next_one is lent
    assert (scene.lending.lent, scene.lending.idle) == (1, 0)
