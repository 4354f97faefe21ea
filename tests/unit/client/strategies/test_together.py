"""Coroutines that run together end together."""

from __future__ import annotations

import asyncio

import pytest

from verifierd_client.strategies._together import together

pytestmark = pytest.mark.anyio


async def test_results_come_in_order() -> None:
    async def slow(delay_s: float) -> float:
        await asyncio.sleep(delay_s)
        return delay_s

    assert await together(slow(delay_s) for delay_s in (0.02, 0.0, 0.01)) == [0.02, 0.0, 0.01]


async def test_the_first_error_is_raised_as_itself_once_the_others_have_ended() -> None:
    ended = []

    async def waits() -> None:
        try:
            await asyncio.Event().wait()
        finally:
            await asyncio.sleep(0)
            ended.append(True)

    async def fails() -> None:
        raise LookupError("mine")

    with pytest.raises(LookupError, match="mine"):
        await together([waits(), fails(), waits()])
    assert ended == [True, True]
