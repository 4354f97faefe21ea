"""A draw of one stream a sample: a task reads each of them, and aborting it closes the stream."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing
from functools import partial

from verifierd_client.sampling.running import Piece, RunningDraw
from verifierd_client.sampling.sampler import SamplerError


def draw_streams(n: int, stream: Callable[[int], AsyncGenerator[Piece, None]]) -> RunningDraw:
    """Read the streams of samples 0 to n - 1 side by side; an aborted one is cancelled, then closed.

    A stream says why it ended by its last piece, and raises SamplerError if the model's side fails.
    """
    tasks: list[asyncio.Task[None]] = []

    def stop(indexes: list[int]) -> None:
        for index in indexes:
            tasks[index].cancel()

    draw = RunningDraw(n, stop)
    for index in range(n):
        task = asyncio.create_task(_read(draw, index, stream(index)))
        task.add_done_callback(partial(_let_go, draw, index))
        tasks.append(task)
    return draw


async def _read(draw: RunningDraw, index: int, stream: AsyncGenerator[Piece, None]) -> None:
    finished = False
    async with aclosing(stream) as pieces:
        async for piece in pieces:
            draw.add(index, piece)
            finished = finished or piece.finish_reason is not None
    if not finished:
        raise SamplerError(f"the stream of sample {index} broke off: it did not say why it ended")


def _let_go(draw: RunningDraw, index: int, task: asyncio.Task[None]) -> None:
    """Say how a stream ended, from outside: a task cancelled before it began ran no line of its own."""
    error = None if task.cancelled() else task.exception()
    if error is None:
        draw.end(index)
    else:
        draw.fail(index, error)
