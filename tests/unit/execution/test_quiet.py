from __future__ import annotations

import asyncio

import pytest

from verifierd.execution.quiet import Quiet

pytestmark = pytest.mark.anyio


async def test_who_is_alone_has_waited_for_all_inside_and_keeps_out_all_that_come() -> None:
    quiet = Quiet()
    story: list[str] = []
    leave, entered = asyncio.Event(), asyncio.Event()

    async def together(name: str, until: asyncio.Event | None = None) -> None:
        async with quiet.together():
            story.append(f"{name} in")
            entered.set()
            if until is not None:
                await until.wait()
            story.append(f"{name} out")

    async def alone() -> None:
        async with quiet.alone():
            story.append("alone in")
            await asyncio.sleep(0)
            story.append("alone out")

    first = asyncio.create_task(together("first", leave))
    await entered.wait()
    waiting = asyncio.create_task(alone())
    await asyncio.sleep(0)
    late = asyncio.create_task(together("late"))
    await asyncio.sleep(0)
    leave.set()
    await asyncio.gather(first, waiting, late)
    assert story == ["first in", "first out", "alone in", "alone out", "late in", "late out"]


async def test_a_cancelled_wait_for_being_alone_lets_the_others_in() -> None:
    quiet = Quiet()
    async with quiet.together():
        waiting = asyncio.create_task(_alone(quiet))
        await asyncio.sleep(0)
        waiting.cancel()
        await asyncio.gather(waiting, return_exceptions=True)
        async with asyncio.timeout(1), quiet.together():
            pass


async def _alone(quiet: Quiet) -> None:
    async with quiet.alone():
        pass
