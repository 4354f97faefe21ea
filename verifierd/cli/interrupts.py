"""What SIGTERM and SIGINT do to a command: the first ends it in order, a second one at once; light to import.

An exception that a handler raises can be lost: the interpreter swallows what is raised within a destructor or
a callback of its own, and imports are full of those. So while nothing is under way a signal ends the process
where it stands; within `ending_in_order` it raises Stopped; and a coroutine that `run` runs is cancelled.
"""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager, suppress
from types import FrameType
from typing import Any, NoReturn, TypeVar

from verifierd.cli.endings import say_interrupted
from verifierd.stopping import SIGNALLED, heeded, leave_the_next_to_the_kernel

T = TypeVar("T")


class Stopped(KeyboardInterrupt):
    """A signal asks the command to end; `code` is the exit status that follows."""

    def __init__(self, number: int) -> None:
        """Keep which signal."""
        super().__init__(number)
        self.code = SIGNALLED + number


class StopSignals:
    """The handler of the signals of a process: what the first one does depends on what is under way."""

    def __init__(self) -> None:
        """Let a signal end the process where it stands."""
        self._act: Callable[[int], None] = end_now

    def install(self) -> None:
        """Handle the signals from now on."""
        for number in heeded():
            signal.signal(number, self)

    def __call__(self, number: int, _frame: FrameType | None) -> None:
        """Take the first signal; the kernel takes the second."""
        leave_the_next_to_the_kernel()
        self._act(number)

    @contextmanager
    def acting(self, act: Callable[[int], None]) -> Iterator[None]:
        """Let a signal do this for the length of the block."""
        before, self._act = self._act, act
        try:
            yield
        finally:
            self._act = before


def end_now(number: int) -> NoReturn:
    """Say that the command was interrupted, and end the process with what is under way."""
    code = SIGNALLED + number
    with suppress(Exception):  # whatever cannot be said, it ends
        say_interrupted("--json" in sys.argv, code)
    os._exit(code)


@contextmanager
def ending_in_order() -> Iterator[None]:
    """Let a signal raise Stopped within the block, so that what is under way is left in order."""
    signals = _installed()
    if signals is None:
        yield
        return
    told_otherwise = sys.unraisablehook
    sys.unraisablehook = _end_where_swallowed
    try:
        with signals.acting(_raise):
            yield
    finally:
        sys.unraisablehook = told_otherwise


def run(work: Coroutine[Any, Any, T]) -> T:
    """Run a coroutine to its end, as asyncio.run does; a signal cancels it.

    Raises:
        Stopped: a signal came.
    """
    import asyncio  # not light

    received: list[int] = []

    async def until_stopped() -> T:
        signals, task, loop = _installed(), asyncio.current_task(), asyncio.get_running_loop()
        if signals is None or task is None:
            return await work

        def cancel(number: int) -> None:
            received.append(number)
            loop.call_soon_threadsafe(task.cancel)

        with signals.acting(cancel):
            return await work

    try:
        done = asyncio.run(until_stopped())
    except asyncio.CancelledError:
        if received:
            raise Stopped(received[0]) from None
        raise
    finally:
        work.close()  # where a signal came before it began
    if received:
        raise Stopped(received[0])
    return done


def _raise(number: int) -> NoReturn:
    raise Stopped(number)


def _end_where_swallowed(what: Any) -> None:
    if isinstance(what.exc_value, Stopped):
        os._exit(what.exc_value.code)
    sys.__unraisablehook__(what)


def _installed() -> StopSignals | None:
    """Return the handler, or None in a process that has another one, such as a test's."""
    handler = signal.getsignal(signal.SIGTERM)
    return handler if isinstance(handler, StopSignals) else None
