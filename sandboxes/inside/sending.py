"""Runs on their way to a stage, and the pipes that the run in hand writes to."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import Any

from .pipes import pipe_for, private_pipe
from .stages import Stage, memory_file
from .watch import Pipe

RESULT_BYTES = 1 << 16  # a report or an exception has so much room whatever the output limit is


class Orders:
    """Sends runs to stages. `open` are the pipes that are not collected yet."""

    def __init__(self, cpus: Sequence[int] = ()) -> None:
        """Begin with none. `cpus` are those of programs that are no Python, where the sandbox keeps to one.

        Their threads may wait for one another by looking again and again, which on one CPU takes as long as
        the kernel leaves each of them there.
        """
        self.open: list[Pipe] = []
        self._cpus = {"cpus": list(cpus)} if cpus else {}

    def send(
        self,
        stage: Stage,
        order: dict[str, Any],
        payload: bytes,
        limits: dict[str, Any],
        peer: int | None = None,
        outputs: int = 3,
        gift: bytes = b"",
        talk: tuple[int, int] | None = None,
    ) -> list[Pipe]:
        """Send a run to a stage. Returns the last `outputs` of its stdout, stderr and result pipes.

        With `talk` these files are its standard input and output: `outputs` is 2 then.
        """
        pipes: list[Pipe] = []
        if talk is None:
            theirs = [memory_file(payload)]
            theirs += [os.open(os.devnull, os.O_WRONLY | os.O_CLOEXEC) for _ in range(3 - outputs)]
        else:
            theirs = [os.dup(fd) for fd in talk]
        for number in range(outputs, 0, -1):
            is_named = (number > 1 or order.get("leaves_result")) and stage.has_own_uid
            reading, writing = pipe_for(stage.uid) if is_named else private_pipe()
            bound = limits["output_bytes"] if number > 1 else max(limits["output_bytes"], RESULT_BYTES)
            pipes.append(Pipe(reading, bound))
            theirs.append(writing)
        if gift:
            theirs.insert(0, memory_file(gift))
        cpus = self._cpus if order["kind"] == "execute" else {}
        message = {
            **cpus,
            **order,
            "limits": stage.limits_of_a_run(limits),
            "is_given": bool(gift),
            "talks": talk is not None,
        }
        stage.send(message, theirs if peer is None else [*theirs, peer])
        for fd in theirs:
            os.close(fd)
        self.open += pipes
        return pipes

    def collect(self, pipes: list[Pipe]) -> list[Pipe]:
        """Read what is left in the pipes and close them."""
        for pipe in pipes:
            pipe.drain()
            os.close(pipe.fd)
            self.open.remove(pipe)
        return pipes
