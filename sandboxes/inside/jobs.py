"""One candidate's runs, from order to answer: prepare a stage, watch each run, put the facts together."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator
from typing import Any

from .answers import (
    LIMIT_ENDINGS,
    Answer,
    add_left,
    compile_answer,
    count_output,
    name_ending_with_tests,
    name_memory_ending,
    run_answer,
)
from .building import Build, Program, Programs
from .compile_cache import CompileCache
from .examining import Examiner
from .factory import CANDIDATE, StageFactory
from .grading import STAGES as STAGES_OF_AN_ANSWER
from .grading import Grader
from .interactive import Interactive
from .seats import Seat, is_reusable
from .sending import Orders
from .sockets import Sockets
from .stages import GONE_SECONDS, Stage, StageLost
from .watch import Party, Pipe, Watch
from .zygotes import fitting

SOCKETS_OF_A_STAGE = 2
SOCKETS_GONE_SECONDS = 2.0  # Linux needs a millisecond to find them; gVisor never does, and the sandbox ends
LOOK_NS = 2_000_000_000  # of CPU and wall time, to look at what a run left; it takes milliseconds


class Jobs:
    """Performs jobs one at a time and owns the stages that they need."""

    def __init__(
        self,
        factory: StageFactory,
        cache: CompileCache,
        orders: Orders,
        command_fd: int,
        interrupted: Callable[[], None],
        is_long: Callable[[], None],
    ) -> None:
        """`interrupted` is called when something comes in on `command_fd` during a run.

        `is_long` is called when a run takes more than a moment.
        """
        self._factory = factory
        self._command_fd = command_fd
        self._interrupted = interrupted
        self._is_long = is_long
        self._orders = orders
        self._candidate = Seat(CANDIDATE, factory, self._orders, self._watch, cache)
        self._interactor = Seat("interactor", factory, self._orders, self._watch, cache)
        self._seats = (self._candidate, self._interactor)
        self._interactive = Interactive(self._candidate, self._interactor, self._orders, self._watch)
        self._examiner = Examiner(factory, self._candidate, self._orders, self._watch)
        self._grader = Grader(factory, self._perform)
        self._household = _processes() - {self._examiner.pid}
        self._sockets = Sockets()
        self._own_sockets = self._sockets.count()
        self.prepare()

    def perform(self, header: dict[str, Any], blobs: list[bytes]) -> Iterator[Answer]:
        """Yield one answer a run, in order. Raises Cancelled, StageLost and OSError."""
        limits = header["limits"]
        source, *rest = blobs
        sources, of_runs = rest[: len(header["interactors"])], rest[len(header["interactors"]) :]
        programs = Programs(header["builds"], source, {order["kind"] for order in header["runs"]})
        interactors = [
            Program(Build(**each["build"]), text) if each["build"] else Program(None, text, fitting(text, ()))
            for each, text in zip(header["interactors"], sources, strict=True)
        ]
        runs = zip(header["runs"], of_runs[0::3], of_runs[1::3], of_runs[2::3], strict=True)
        for index, (order, payload, gift, asked) in enumerate(runs):
            if order["kind"] == "answer":
                self._wait_for_sockets(STAGES_OF_AN_ANSWER)
                yield self._grader.run(index, order, source, payload, limits)
                continue
            program = programs.of(order["build"], payload)
            self._candidate.make_ready(program, limits)
            self._wait_for_sockets(sum(not seat.is_empty for seat in self._seats))
            if program.failed is not None:
                answer, parts = compile_answer(index, program.failed)
            elif order["kind"] == "interactive":
                which = order["interactor"]
                order = program.build.run_order if program.build else {"kind": "stdio"}
                interactor_limits = header["interactors"][which]["limits"]
                answer, parts = self._interactive.run(
                    index, order, limits, interactors[which], interactor_limits, gift
                )
            elif program.build is not None and program.build.kind == "asserts":
                answer, parts = self._run_with_tests(index, program.build, limits)
            elif program.build is not None:
                answer, parts = self._run_alone(index, program.build.run_order, payload, limits, gift, asked)
            elif order["kind"] == "asserts":
                answer, parts = self._examiner.run(index, order, payload, limits)
            else:
                answer, parts = self._run_alone(index, order, payload, limits, gift, asked)
            yield answer | program.told_once(), parts
        self.end_stages()

    def end_stages(self) -> None:
        """End whatever is left of the current job's programs. Raises OSError where a process survives."""
        for seat in self._seats:
            seat.end()
        self._grader.end()

    def abandon(self) -> None:
        """End whatever the run in hand has left: its candidate, its pipes, the test program next door.

        Raises OSError where a process survives.
        """
        self.end_stages()
        self._orders.collect(list(self._orders.open))
        self._examiner.abandon()

    def prepare(self) -> None:
        """Make ready for the next job: nobody waits for the reset, so this costs time that is free.

        Raises OSError and StageLost.
        """
        self._factory.prepare()

    def verify_reset(self) -> None:
        """Make sure that nothing of a candidate is left. Raises OSError where something is."""
        ends_at = time.monotonic() + GONE_SECONDS
        # Linux has ended all of a PID namespace when its process 1 is gone; gVisor is still about it.
        while strangers := _processes() - self._household - {self._examiner.pid, self._factory.waiting_pid}:
            if time.monotonic() > ends_at:
                raise OSError(f"processes {sorted(strangers)} survived their candidate")
            time.sleep(0.001)
        if not all(seat.is_empty for seat in self._seats):
            raise OSError("a stage outlived its job")
        self._wait_for_sockets(0)

    def _wait_for_sockets(self, stages: int) -> None:
        """Wait until no socket is left but ours and those of so many stages. Raises OSError."""
        stages += self._factory.waiting_pid is not None
        self._sockets.wait_for(self._own_sockets + stages * SOCKETS_OF_A_STAGE, SOCKETS_GONE_SECONDS)

    def _run_alone(
        self,
        index: int,
        order: dict[str, Any],
        payload: bytes,
        limits: dict[str, Any],
        gift: bytes = b"",
        asked: bytes = b"",
    ) -> Answer:
        """One `stdio` or `call` run: the program and its input, nobody else."""
        return self._perform(
            self._candidate.stage, index, order, payload, limits, self._candidate.end, gift, asked
        )

    def _perform(
        self,
        stage: Stage,
        index: int,
        order: dict[str, Any],
        payload: bytes,
        limits: dict[str, Any],
        end: Callable[[], None],
        gift: bytes = b"",
        asked: bytes = b"",
    ) -> Answer:
        """Have a stage perform an order, and end it by `end` where it can serve no other one.

        `gift` is what it finds (`given`), `asked` are the paths at which to look afterwards (`left`).
        """
        party = Party(stage, limits["cpu_time_ns"])
        pipes = self._orders.send(stage, order, payload, limits, gift=gift)
        stage.group.begin()
        facts = self._watch([party], pipes, limits["wall_time_ns"]).run(lambda: party.has_ended)
        answer = run_answer(index, facts, party)
        is_over = answer["ending"] in LIMIT_ENDINGS
        found = self._look(stage, asked, limits, answer) if asked and not is_over else []
        if not is_reusable(party, facts):
            end()
        stdout, stderr, result = self._orders.collect(pipes)
        name_memory_ending(answer, order.get("out_of_memory", ()), (stderr.content, result.content))
        count_output(answer, pipes)
        return answer, [bytes(stdout.content), bytes(stderr.content), bytes(result.content), *found]

    def _look(
        self, stage: Stage, asked: bytes, limits: dict[str, Any], answer: dict[str, Any]
    ) -> list[bytes]:
        """Look at what an ended run left at these paths, and end its stage. Nothing of it is metered.

        Adds to the answer what was found, and returns the contents of the files, if not too much of it.
        """
        (found,) = self._orders.send(stage, {"kind": "look"}, asked, limits, outputs=1)
        party = Party(stage, stage.group.cpu_time_ns() + LOOK_NS)
        facts = self._watch([party], [found], LOOK_NS).run(lambda: party.has_ended)
        self._orders.collect([found])
        if stage.group.out_of_memory():  # the run had left no room for looking
            answer["ending"] = "memory_limit"
        elif party.exited is None:
            raise StageLost(party.lost or f"looking at the files of a run exceeded its {facts.limit}")
        else:
            add_left(answer, party.exited["left"], limits["output_bytes"])
        self._candidate.end()
        return [bytes(found.content)] if "left" in answer else []

    def _run_with_tests(self, index: int, build: Build, limits: dict[str, Any]) -> Answer:
        """One `asserts` run of a program that was compiled together with its test program.

        The harness around both is given a token, and gives it back when the test program came to its end:
        an exit code alone is also what a program has that leaves before.
        """
        token = os.urandom(16).hex().encode()
        answer, (stdout, stderr, result) = self._run_alone(index, build.run_order, token, limits)
        at_its_end = build.is_closed(stdout) if build.closing else result == token
        said = name_ending_with_tests(answer, at_its_end, build.refused, stdout + stderr)
        return answer, [stdout, stderr, said]

    def _watch(self, parties: list[Party], pipes: list[Pipe], wall_limit_ns: int) -> Watch:
        return Watch(parties, pipes, wall_limit_ns, self._command_fd, self._interrupted, self._is_long)


def _processes() -> set[int]:
    return {int(name) for name in os.listdir("/proc") if name.isdigit()}
