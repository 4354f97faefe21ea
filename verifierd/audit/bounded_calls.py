"""Calls to a file system of fsspec that end: each within its time, many at once where that can be."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from fsspec import AbstractFileSystem
from fsspec.asyn import sync

AT_ONCE = 32
"""So many calls go beside each other, over as many connections."""
ANSWER_S = 10.0
"""Seconds after which a call without an answer has failed."""
SLOWEST_BYTES_PER_S = 1 << 20
"""What a network moves at least: a call has so much more time for what it moves, and those beside it."""


class NoAnswer(OSError):
    """A call took too long, and was given up. What it was to do may have been done."""


@dataclass(frozen=True, slots=True)
class Call:
    """A method of a file system and what it is called with.

    `limit_s` is how many seconds it may take where the file system is another machine's; None: `ANSWER_S`.
    """

    method: str
    arguments: tuple[Any, ...]
    options: Mapping[str, Any] = field(default_factory=dict)
    limit_s: float | None = None


def limit_s(moved_bytes: int) -> float:
    """Return how many seconds a call may take that moves so many bytes."""
    return ANSWER_S + moved_bytes / SLOWEST_BYTES_PER_S


def run(fs: AbstractFileSystem, *calls: Call, passing: tuple[type[Exception], ...] = ()) -> Sequence[Any]:
    """Make calls and return what they returned. Blocks; any thread may call it but that of fsspec's loop.

    Those of a file system over a network are made beside each other, in fsspec's own thread and event loop.
    The first error ends all that are not done; one of `passing` is none, and None its answer.

    Raises:
        NoAnswer: a call took too long.
        Exception: whatever the file system raises.
    """
    if not fs.async_impl:
        return [_in_turn(fs, each, passing) for each in calls]
    answers: Sequence[Any] = sync(fs.loop, _beside, fs, calls, passing)
    return answers


def _in_turn(fs: AbstractFileSystem, call: Call, passing: tuple[type[Exception], ...]) -> Any:
    with suppress(*passing):
        return getattr(fs, call.method)(*call.arguments, **call.options)
    return None


async def _beside(
    fs: AbstractFileSystem, calls: Sequence[Call], passing: tuple[type[Exception], ...]
) -> Sequence[Any]:
    gate = asyncio.Semaphore(AT_ONCE)

    async def one(call: Call) -> Any:
        within_s = ANSWER_S if call.limit_s is None else call.limit_s
        async with gate:
            try:
                async with asyncio.timeout(within_s) as limit:
                    return await getattr(fs, f"_{call.method}")(*call.arguments, **call.options)
            except passing:
                return None
            except TimeoutError as error:
                if limit.expired():
                    raise NoAnswer(f"no answer within {within_s:.0f} seconds") from error
                raise

    try:
        async with asyncio.TaskGroup() as group:
            tasks = [group.create_task(one(each)) for each in calls]
    except ExceptionGroup as errors:
        error = errors.exceptions[0]
    else:
        return [task.result() for task in tasks]
    raise error  # with the cause that it has
