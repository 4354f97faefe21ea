"""Slots grow at once and shrink as they are given back; nobody who waits is forgotten."""

from __future__ import annotations

import asyncio

import pytest

from verifierd.batches.slots import Slots

pytestmark = pytest.mark.anyio


async def test_who_waits_is_served_when_there_are_more() -> None:
    slots = Slots(1)
    await slots.acquire()
    waiting = [asyncio.create_task(slots.acquire()) for _ in range(3)]
    await asyncio.sleep(0)
    slots.resize(3)
    done, left = await asyncio.wait(waiting, timeout=0.05)
    assert (len(done), len(left)) == (2, 1)
    slots.release()
    await asyncio.wait_for(asyncio.gather(*left), 5)


async def test_what_is_too_many_goes_as_it_is_given_back() -> None:
    slots = Slots(3)
    for _ in range(3):
        await slots.acquire()
    slots.resize(1)
    slots.release()
    slots.release()
    assert slots.locked()
    slots.release()
    assert not slots.locked()
    await slots.acquire()
    assert slots.locked()


async def test_growing_again_pays_back_what_was_too_many() -> None:
    slots = Slots(4)
    for _ in range(4):
        await slots.acquire()
    slots.resize(1)
    slots.resize(4)
    assert slots.locked()
    slots.release()
    assert not slots.locked()
