"""Watch one run: read its pipes, hold its limits, and say how it ended and what it used."""

from __future__ import annotations

import os
import select
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from .groups import LONGEST_LOOK_NS
from .stages import Stage, StageFailed, StageLost
from .starvation import Starvation

READ_BYTES = 1 << 16
SHORTEST_LOOK_NS = 2_000_000
MOMENT_NS = 4_000_000  # what the worker may wait for an answer that could go with the next one
STARVATION_LOOK_NS = 50_000_000  # it reads a file a thread, so not at every look
NEVER_NS = 1 << 63
WALL_STEPS = 100  # a run past its wall limit is looked at no oftener than in such parts of the limit
# However starved of CPU a run is, this many times its wall limit ends it: a host that gives a program less
# than a tenth of its time judges nothing, and the repetition alone may take as long once more.
STARVED_WALL_FACTOR = 10


class Cancelled(Exception):
    """The worker no longer wants the job."""


@dataclass
class Pipe:
    """What comes out of one pipe, up to a bound; beyond it only the bytes are counted."""

    fd: int
    bound: int
    content: bytearray = field(default_factory=bytearray)
    total_bytes: int = 0
    ended: bool = False

    def read(self) -> None:
        """Read what is there now."""
        try:
            data = os.read(self.fd, READ_BYTES)
        except BlockingIOError:
            return
        self.ended = not data
        self.total_bytes += len(data)
        self.keep(data)

    def keep(self, data: bytes) -> None:
        """Add to the content what is within the bound."""
        self.content += data[: max(0, self.bound - len(self.content))]

    def drain(self) -> None:
        """Read to the end; every writer is dead, so there is one. Stops past the bound."""
        before = -1
        while not self.ended and not self.over and before < self.total_bytes:
            before = self.total_bytes
            self.read()

    @property
    def over(self) -> bool:
        """Whether more came than the bound allows."""
        return self.total_bytes > self.bound


@dataclass
class Party:
    """One stage that takes part in a run: the candidate's, or the test program's."""

    stage: Stage
    cpu_limit_ns: int
    longest_look_ns: int = LONGEST_LOOK_NS
    exited: dict[str, Any] | None = None
    lost: str | None = None
    failed: bool = False  # it was lost, and said itself why

    @property
    def has_ended(self) -> bool:
        """Whether its run is over, or its stage is lost."""
        return self.exited is not None or self.lost is not None


@dataclass
class Facts:
    """How a run ended: `limit` is the ending's name where a limit ended it."""

    limit: str | None
    started_at_ns: int
    ended_at_ns: int
    wall_time_ns: int


class Watch:
    """The loop over one run's events.

    `interrupted` is called when the worker sends something, `is_long` when the run takes more than a moment.
    """

    def __init__(
        self,
        parties: list[Party],
        pipes: list[Pipe],
        wall_limit_ns: int,
        command_fd: int,
        interrupted: Callable[[], None],
        is_long: Callable[[], None],
    ) -> None:
        """Watch the parties (the first is the candidate's) and all their pipes."""
        self._parties = parties
        self._pipes = pipes
        self._wall_limit_ns = wall_limit_ns
        self._interrupted = interrupted
        self._is_long = is_long
        self._command_fd = command_fd
        self._poll = select.poll()
        self._pipe_by_fd = {pipe.fd: pipe for pipe in pipes}
        self._party_by_fd = {party.stage.control.fileno(): party for party in parties}
        stages = [party.stage for party in parties]
        self._starvation = Starvation(
            [stage.group for stage in stages], lasting=frozenset(stage.pid for stage in stages)
        )
        for fd in (command_fd, *self._pipe_by_fd, *self._party_by_fd):
            self._poll.register(fd, select.POLLIN)

    def run(self, over: Callable[[], bool]) -> Facts:
        """Watch until `over()` or a limit. Raises Cancelled (from `interrupted`)."""
        started_at_ns, started_ns = time.time_ns(), time.monotonic_ns()
        next_look_ns = started_ns + self._until_next_look_ns(0, [0] * len(self._parties))
        moment_ends_ns = started_ns + MOMENT_NS
        limit: str | None = None
        while limit is None and not over():
            now_ns = time.monotonic_ns()
            if now_ns >= moment_ends_ns:
                self._is_long()
                moment_ends_ns = NEVER_NS
            if now_ns >= next_look_ns:
                cpu_ns = [party.stage.group.cpu_time_ns() for party in self._parties]
                limit = self._spent_limit(now_ns - started_ns, cpu_ns)
                next_look_ns = now_ns + self._until_next_look_ns(now_ns - started_ns, cpu_ns)
                continue
            # Round up: waking a moment early would look at the meters twice.
            for fd, _ in self._poll.poll((min(next_look_ns, moment_ends_ns) - now_ns) // 1_000_000 + 1):
                self._handle(fd)
            if any(pipe.over for pipe in self._pipes):
                limit = "output_limit"
        return Facts(limit, started_at_ns, time.time_ns(), time.monotonic_ns() - started_ns)

    def _handle(self, fd: int) -> None:
        if fd == self._command_fd:
            self._interrupted()
        elif fd in self._pipe_by_fd:
            pipe = self._pipe_by_fd[fd]
            pipe.read()
            if pipe.ended:
                self._poll.unregister(fd)
        else:
            party = self._party_by_fd[fd]
            self._poll.unregister(fd)
            try:
                party.exited = party.stage.receive()
            except StageLost as lost:
                party.lost, party.failed = str(lost), isinstance(lost, StageFailed)

    def _spent_limit(self, elapsed_ns: int, cpu_ns: list[int]) -> str | None:
        if any(spent >= party.cpu_limit_ns for party, spent in zip(self._parties, cpu_ns, strict=True)):
            return "cpu_limit"
        if any(party.stage.group.out_of_memory() for party in self._parties):
            return "memory_limit"
        if elapsed_ns >= STARVED_WALL_FACTOR * self._wall_limit_ns:
            return "wall_limit"
        unseen_ns = elapsed_ns - self._starvation.looked_at_ns
        if unseen_ns >= STARVATION_LOOK_NS or self._wall_left_ns(elapsed_ns) <= 0:
            self._starvation.look(elapsed_ns)
        return "wall_limit" if self._wall_left_ns(elapsed_ns) <= 0 else None

    def _wall_left_ns(self, elapsed_ns: int) -> int:
        """Time that the host kept from the run does not count, as far as it was seen yet."""
        return self._wall_limit_ns - (elapsed_ns - self._starvation.total_ns)

    def _until_next_look_ns(self, elapsed_ns: int, cpu_ns: list[int]) -> int:
        """A run has one CPU, so its limit cannot be reached sooner than what is left of it."""
        left_ns = max(self._wall_left_ns(elapsed_ns), self._wall_limit_ns // WALL_STEPS)
        for party, spent_ns in zip(self._parties, cpu_ns, strict=True):
            unseen_ns = min(party.stage.group.longest_look_ns, party.longest_look_ns)
            left_ns = min(left_ns, unseen_ns, party.cpu_limit_ns - spent_ns)
        return max(SHORTEST_LOOK_NS, left_ns)
