"""The executor that has answers judged by a checker program: in sandboxes of its own, never the candidate's.

A checker is as untrusted as a candidate. It runs when the candidate has given its sandbox back: while all
sandboxes are lent to candidates, one that waited for another with its own in hand would wait for ever. All
runs of the checker for one candidate are one request, so it is compiled once for them. What it says of equal
input, output and answer is asked once a batch: who needs what is being asked for another candidate waits.
"""

from __future__ import annotations

import asyncio
import hashlib
from collections import OrderedDict
from collections.abc import AsyncGenerator, Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import aclosing
from dataclasses import replace

from sandboxes.model import BrokenTestProgram, Limits, Program, Run, StdioRun
from verifierd.execution.executor import ExecutionRequest, Executor
from verifierd.judging.answers import Answer, Executed

MIB, SECOND_NS = 1 << 20, 1_000_000_000
# What a checker may use beside its files.
CHECKER_LIMITS = Limits(
    cpu_time_ns=10 * SECOND_NS,
    wall_time_ns=40 * SECOND_NS,
    memory_bytes=1024 * MIB,
    output_bytes=MIB // 16,
    processes=64,
    open_files=256,
    disk_bytes=64 * MIB,
)
FILES_AT_ONCE_BYTES = 64 * MIB  # in one request: a frame holds them all
WAITING_BYTES = 32 * MIB  # of outputs that wait for the checker: what comes then runs later
KEPT_CHECKS = 4096
KEPT_WORDS_BYTES = 2048

CheckOf = Callable[[Run, Answer], StdioRun | None]


class Checking:
    """Wraps an executor for one batch."""

    def __init__(
        self, inner: Executor, checker: Program, check_of: CheckOf, stops_at: Callable[[Run, Answer], bool]
    ) -> None:
        """`check_of` gives the checker's run for an answer to a run, None where it needs none.

        After one that `stops_at` tells of, none of the candidate's later ones is wanted.
        """
        self._inner = inner
        self._checker = checker
        self._check_of = check_of
        self._stops_at = stops_at
        self._known: OrderedDict[bytes, Executed] = OrderedDict()
        self._asking: dict[bytes, asyncio.Event] = {}  # set once it is known, or will not be

    @property
    def capacity(self) -> int:
        """Return the wrapped executor's."""
        return self._inner.capacity

    async def execute(self, request: ExecutionRequest) -> AsyncGenerator[Answer, None]:
        """Yield one answer for each run, in their order, with what the checker said of it."""
        answered = 0
        while answered < len(request.runs):
            waiting: list[tuple[Answer, StdioRun | None]] = []
            first, waiting_bytes = answered, 0
            broken: BrokenTestProgram | None = None
            async with aclosing(self._inner.execute(request.only(first))) as answers:
                async for landed in _until_broken(answers):
                    if isinstance(landed, BrokenTestProgram):
                        broken = landed
                        break
                    answer = landed.at(first + landed.run_index, landed.attempts)
                    run = request.runs[answer.run_index]
                    check = self._check_of(run, answer)
                    if check is None and not waiting:
                        yield answer
                        answered += 1
                        continue
                    waiting.append((answer, check))
                    waiting_bytes += sum(len(file.content) for file in check.files) if check else 0
                    if waiting_bytes > WAITING_BYTES or self._stops_at(run, answer):
                        break
            checked = self._checked(request, [check for _, check in waiting if check is not None])
            async with aclosing(checked) as checks:
                for answer, check in waiting:
                    yield answer if check is None else _with(answer, await anext(checks))
                    answered += 1
            if broken is not None:  # of the run whose answer is due now
                raise broken

    async def _checked(
        self, request: ExecutionRequest, wanted: Sequence[StdioRun]
    ) -> AsyncGenerator[tuple[Answer, bool], None]:
        """Yield what the checker says of each of these runs, in order, and whether it was known already."""
        for runs in _portions(wanted):
            digests = await asyncio.to_thread(list, map(_digest, runs))  # of MiB: the loop does not wait
            run_of = dict(zip(digests, runs, strict=True))
            said = self._known_of(run_of)
            others = [self._asking[each] for each in run_of if each not in said and each in self._asking]
            mine = [each for each in run_of if each not in said and each not in self._asking]
            asked = await self._ask(request, {each: run_of[each] for each in mine})
            # Nobody waits before its own is said, so those who wait for each other all come to an end.
            for other in others:
                await other.wait()
            said |= self._known_of(run_of)
            # Whoever asked for the rest was cut off, or has failed.
            rest = {each: run for each, run in run_of.items() if each not in said and each not in asked}
            asked |= await self._ask(request, rest)
            said |= asked
            for digest in digests:
                yield said[digest], asked.pop(digest, None) is None

    def _known_of(self, digests: Iterable[bytes]) -> dict[bytes, Answer]:
        return {each: self._known[each] for each in digests if each in self._known}

    async def _ask(self, request: ExecutionRequest, wanted: Mapping[bytes, StdioRun]) -> dict[bytes, Answer]:
        """Return what the checker says of these runs, in one request."""
        if not wanted:
            return {}
        over = asyncio.Event()
        self._asking |= dict.fromkeys(wanted, over)
        try:
            said: dict[bytes, Answer] = {}
            asking = _request(request, self._checker, tuple(wanted.values()))
            async with aclosing(self._inner.execute(asking)) as answers:
                for digest in wanted:
                    said[digest] = await anext(answers)
                    self._keep(digest, said[digest])
            return said
        finally:
            for digest in wanted:
                if self._asking.get(digest) is over:
                    del self._asking[digest]
            over.set()

    def _keep(self, digest: bytes, answer: Answer) -> None:
        if isinstance(answer, Executed):
            words = answer.outcome
            shortened = replace(
                words, stdout=words.stdout[:KEPT_WORDS_BYTES], stderr=words.stderr[:KEPT_WORDS_BYTES]
            )
            self._known[digest] = replace(answer, outcome=shortened)
            while len(self._known) > KEPT_CHECKS:
                self._known.popitem(last=False)


async def _until_broken(
    answers: AsyncGenerator[Answer, None],
) -> AsyncGenerator[Answer | BrokenTestProgram, None]:
    """Yield answers, and a broken test program as the last of them."""
    try:
        async for answer in answers:
            yield answer
    except BrokenTestProgram as error:
        yield error


def _with(answer: Answer, check: tuple[Answer, bool]) -> Answer:
    return (
        replace(answer, check=check[0], check_was_known=check[1]) if isinstance(answer, Executed) else answer
    )


def _portions(runs: Sequence[StdioRun]) -> Iterator[list[StdioRun]]:
    portion: list[StdioRun] = []
    portion_bytes = 0
    for run in runs:
        size_bytes = sum(len(file.content) for file in run.files)
        if portion and portion_bytes + size_bytes > FILES_AT_ONCE_BYTES:
            yield portion
            portion, portion_bytes = [], 0
        portion.append(run)
        portion_bytes += size_bytes
    if portion:
        yield portion


def _request(request: ExecutionRequest, checker: Program, runs: tuple[StdioRun, ...]) -> ExecutionRequest:
    room_bytes = max(sum(len(file.content) for file in run.files) for run in runs)
    limits = replace(
        CHECKER_LIMITS,
        disk_bytes=CHECKER_LIMITS.disk_bytes + room_bytes,
        memory_bytes=CHECKER_LIMITS.memory_bytes + room_bytes,
    )
    return replace(request, program=checker, runs=runs, limits=limits)


def _digest(run: StdioRun) -> bytes:
    digest = hashlib.sha256()
    for file in run.files:
        digest.update(len(file.content).to_bytes(8, "big"))
        digest.update(file.content)
    return digest.digest()
