"""One sandbox as the worker sees it: a supervisor at the end of a line, whatever the container."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Mapping, Sequence
from enum import StrEnum
from typing import Any

from .container import Container
from .inside import wire
from .inside.watch import STARVED_WALL_FACTOR
from .languages import LANGUAGES
from .model import (
    BrokenTestProgram,
    CallRun,
    Ending,
    InteractiveRun,
    Job,
    Outcome,
    SandboxError,
    StdioRun,
)
from .orders import order_of
from .reading import LARGE_RESULT_BYTES, NotAnAnswer, read_outcome

START_SECONDS = 30.0
ANSWER_SECONDS = 30.0  # on top of what the limits allow a run
CANCEL_SECONDS = 10.0
SEND_SECONDS = 30.0  # a supervisor that was broken may read nothing any more
MAX_HEADER_BYTES = 1 << 16  # honest ones have a tenth of it; a large one would hold up everybody


class Broke(StrEnum):
    """Why a sandbox is lent to nobody any more, in one word."""

    LOST = "lost"  # it broke off, or answered what is no answer
    SPENT = "spent"  # a candidate left something in it
    DISOBEYED = "disobeyed"  # it did not let go of a job that was cancelled
    OTHER_TENANT = "other_tenant"  # it is whole, but has served another tenant than the next one


class Sandbox:
    """A live container. One job at a time; broken once anything odd happened, and then replaced."""

    def __init__(self, sandbox_id: str, backend: str, container: Container, image_digest: str = "") -> None:
        """Own the container, a fresh one. `image_digest` names its toolchain, empty for the host's own."""
        self.id = sandbox_id
        self.backend = backend
        self.image_digest = image_digest
        self.python_version = ""
        self.cpu: int | None = None
        self.broken = False
        self.broken_because = ""
        self.broke = Broke.LOST
        self.busy = False
        self._container = container
        self._settling: asyncio.Task[None] | None = None

    async def start(
        self,
        filters: Mapping[tuple[str, ...], bytes],
        meters: str,
        packages: Sequence[str] = (),
        *,
        reads_answers: bool = False,
        compile_cache_bytes: int = 0,
        cpu: int | None = None,
    ) -> None:
        """Hand the supervisor its set-up: the filters of runs by what they grant. Raises SandboxError.

        `reads_answers`: math-verify is in there. `compile_cache_bytes` bound the compiled programs that it
        keeps for equal ones, `cpu` is the one that all in there runs on, as far as its kernel allows.
        """
        self.cpu = cpu
        setup = {
            "meters": meters,
            "packages": list(packages),
            "granted": [*map(list, filters)],
            "reads_answers": reads_answers,
            "compile_cache_bytes": compile_cache_bytes,
            "cpu": cpu,
        }
        try:
            async with asyncio.timeout(START_SECONDS):
                await self._send(setup, list(filters.values()))
                header, _ = await self._receive()
        except TimeoutError:
            raise await self._failed(f"the supervisor did not start within {START_SECONDS:g} s") from None
        if "python" not in header:
            raise await self._failed("the supervisor's line broke: no greeting")
        self.python_version = str(header["python"])

    async def run(self, job: Job, *, is_unhurried: bool = False) -> AsyncGenerator[Outcome, None]:
        """Yield one outcome a run, in order; leaving early (`aclose`) cancels the rest.

        After the last outcome the sandbox resets itself; see `settled`. One that `is_unhurried` leaves its
        CPU to the readers of that outcome first.

        Raises:
            BrokenTestProgram: the test program of the run that is due cannot be used.
            SandboxError: the sandbox failed; outcomes yielded before are good.
        """
        if any(isinstance(run, CallRun) and not run.is_packed for run in job.runs):
            await asyncio.to_thread(order_of, job)  # packing large arguments would hold up everybody
        await self.settled()
        if self.broken or self.busy:
            raise SandboxError(f"sandbox {self.id} is {'broken' if self.broken else 'busy'}")
        self.busy = True
        done = False
        answer_seconds = ANSWER_SECONDS + STARVED_WALL_FACTOR * _allowed_ns(job) / 1e9
        try:
            header, blobs = order_of(job)
            await self._send({**header, "is_unhurried": is_unhurried}, blobs)
            for left in reversed(range(len(job.runs))):
                header, blobs = await self._answer(answer_seconds)
                if "done" in header:
                    done = True
                    self._note_whether_spent(header)
                    if "broken_tests" in header:
                        raise BrokenTestProgram(str(header["broken_tests"]))
                    if "error" in header:
                        raise SandboxError(str(header["error"]))
                    return
                outcome = await self._outcome(job, header, blobs)
                if not left:
                    done = True
                    self._settling = asyncio.create_task(self._settle())
                yield outcome
        finally:
            if not done and not self.broken:
                await self._cancel()
            self.busy = self._settling is not None

    @property
    def is_settling(self) -> bool:
        """Whether the last job is answered and its reset not over yet."""
        return self._settling is not None

    async def settled(self) -> None:
        """Wait for the reset after the last job: only then it is known whether the sandbox is still whole."""
        if self._settling is not None:
            await asyncio.shield(self._settling)

    async def close(self) -> None:
        """End the container and remove what was made for it. Raises OSError and TimeoutError."""
        self.broken = True
        await self._container.close()

    async def _answer(self, seconds: float) -> tuple[dict[str, Any], list[bytes]]:
        try:
            async with asyncio.timeout(seconds):
                return await self._receive()
        except TimeoutError:
            raise await self._failed(f"no answer within {seconds:.0f} s") from None

    async def _settle(self) -> None:
        """Wait for the word that nothing of the job is left; without it the sandbox is broken."""
        try:
            header, _ = await self._answer(ANSWER_SECONDS)
            if "done" not in header or "error" in header:
                await self._failed(f"after its last answer the supervisor said {str(header)[:200]}")
            self._note_whether_spent(header)
        except SandboxError:
            pass  # it is marked as broken, which is all that matters now
        finally:
            self._settling, self.busy = None, False

    async def _outcome(self, job: Job, header: dict[str, Any], blobs: list[bytes]) -> Outcome:
        try:
            numbers_are_one = LANGUAGES[job.program.language].numbers_are_one
            if sum(map(len, blobs[2:])) < LARGE_RESULT_BYTES:
                outcome = read_outcome(header, blobs, numbers_are_one=numbers_are_one)
            else:  # it would hold up everybody
                outcome = await asyncio.to_thread(
                    read_outcome, header, blobs, numbers_are_one=numbers_are_one
                )
            asked, told = _paths_asked(job, outcome.run_index), len(outcome.left)
            ended_by_itself = outcome.ending in (Ending.FINISHED, Ending.RAISED)
            if told != asked and (told or ended_by_itself):
                raise NotAnAnswer(f"{told} paths are told of, {asked} were asked for")
            return outcome
        except NotAnAnswer as error:
            raise await self._failed(f"the supervisor's line broke: {error}") from None

    async def _cancel(self) -> None:
        """Stop the job in hand and wait for the reset; a sandbox that does not obey is broken.

        That is no error of the job's: what it was to answer is answered, or nobody wants it any more.
        """
        try:
            async with asyncio.timeout(CANCEL_SECONDS):
                await self._send({"op": "cancel"}, [])
                while "done" not in (header := (await self._receive())[0]):
                    pass
                self._note_whether_spent(header)
        except (TimeoutError, SandboxError):
            self.broken, self.broke = True, Broke.DISOBEYED
        except asyncio.CancelledError:
            self.broken, self.broke = True, Broke.DISOBEYED
            raise

    def _note_whether_spent(self, header: dict[str, Any]) -> None:
        """Lend it to nobody any more where a candidate left something in it."""
        if "spent" in header:
            self.broken, self.broken_because, self.broke = True, str(header["spent"]), Broke.SPENT

    async def _send(self, header: dict[str, Any], blobs: list[bytes]) -> None:
        try:
            async with asyncio.timeout(SEND_SECONDS):
                await self._container.write(wire.pack(header, blobs))
        except TimeoutError:
            raise await self._failed(f"it took no order within {SEND_SECONDS:g} s") from None
        except OSError as error:
            raise await self._failed(f"the supervisor hung up: {error}") from None

    async def _receive(self) -> tuple[dict[str, Any], list[bytes]]:
        read = self._container.read
        try:
            header_bytes, blobs_bytes = wire.parse_prefix(await read(wire.PREFIX.size))
            if header_bytes > MAX_HEADER_BYTES:
                raise wire.FrameError(f"a header of {header_bytes} bytes")
            return wire.unpack(await read(header_bytes), await read(blobs_bytes))
        except (EOFError, OSError, wire.FrameError) as error:
            raise await self._failed(f"the supervisor's line broke: {error}") from None

    async def _failed(self, what: str) -> SandboxError:
        """Mark the sandbox broken, end it, and return the error with the supervisor's last words."""
        self.broken, self.broken_because = True, what
        await self._container.kill()
        return SandboxError(" | ".join([f"sandbox {self.id}: {what}", *await self._container.last_words()]))


def _allowed_ns(job: Job) -> int:
    """Return the wall time before an answer: a run's, and a compilation's where one may be due."""
    programs = {run.interactor for run in job.runs if isinstance(run, InteractiveRun)} | {job.program}
    allowed_ns = 0
    for program in programs:  # an interactor has as long again once the program has ended
        language = LANGUAGES[program.language]
        allowed_ns += language.limits.applied(job.limits).wall_time_ns
        allowed_ns += 0 if language.warm else language.build_limits.as_limits.wall_time_ns
    return allowed_ns


def _paths_asked(job: Job, run_index: int) -> int:
    run = job.runs[run_index] if run_index < len(job.runs) else None
    return len(run.asked) if isinstance(run, StdioRun) else 0
