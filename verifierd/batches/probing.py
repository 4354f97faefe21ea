"""Which probe inputs a batch runs: given ones, changed inputs of tests, those of a program; the telling ones.

Where there are more than are to be run, the first programs of the batch run all of them. Then those are kept
on which programs differ, and the programs that come after run no others.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from contextlib import aclosing
from itertools import count as counted

from sandboxes.model import Ending, Outcome, Program, StdioRun
from verifierd.errors import InvalidField
from verifierd.execution.executor import ExecutionRequest, Executor
from verifierd.judging.answers import ExecutionFailed
from verifierd.model import Batch, CallTest, ProbeInput, Probes, StdinProbe, StdioTest, TestCase
from verifierd.selection.by_probes import ClustersByProbes
from verifierd.selection.grouped import Clustering
from verifierd.selection.probing.probes import probes_for

SCOUTS = 16
"""Programs that run all inputs, before the telling ones are chosen."""
INPUTS_TO_ONE_KEPT = 3
# What inputs are changed of: more of them, or larger ones, would take longer than a batch should wait.
MUTATED_TESTS, MUTATED_BYTES = 32, 1 << 14
SEED = 20_220_208
# A program that prints inputs is asked no more after so many failures in a row, or so many bytes.
COMPLAINTS, GENERATED_BYTES = 3, 16 << 20


async def candidates_for_probes(
    batch: Batch, executor: Executor, slots: asyncio.Semaphore
) -> tuple[ProbeInput, ...]:
    """Return the probe inputs that a batch may run, in a fixed order; the same for the same problem.

    Raises:
        InvalidField: the generator does not print an input.
    """
    probes = batch.problem.probes
    if probes is None:
        return ()
    given = list(probes.inputs)
    if probes.generator is not None:
        async with slots:
            given += await _generated(batch, probes, probes.generator, executor)
    tests = _mutable(batch.problem.tests) if probes.mutate_tests else ()
    if not tests and not probes.generator:
        return tuple(given)
    at_most = max(len(given), INPUTS_TO_ONE_KEPT * probes.max_inputs)
    return await asyncio.to_thread(probes_for, tests, given, at_most, SEED)


class Probing:
    """Keeps the programs of one batch in step: the first ones are seen on all inputs before others run."""

    def __init__(self, probes: Probes | None, inputs: Sequence[ProbeInput]) -> None:
        self._at_most = probes.max_inputs if probes is not None else 0
        self._begun = self._ended = 0
        self._is_settled = len(inputs) <= self._at_most
        self._may_go_on = asyncio.Event()

    async def begins(self) -> None:
        """Wait until a further program may run."""
        while self._begun >= SCOUTS and not self._is_settled:
            self._may_go_on.clear()
            await self._may_go_on.wait()
        self._begun += 1

    def took_up(self) -> None:
        """Take down that a program had begun before the batch was interrupted."""
        self._begun += 1

    def ended(self, was_seen: bool, clusters: Clustering) -> frozenset[str] | None:
        """Take down that a program has ended; return the inputs that are kept where that is known now.

        One that was not seen on the inputs, such as one that stopped at its first failed test, lets another
        go in its place.
        """
        self._may_go_on.set()
        if was_seen:
            self._ended += 1
        else:
            self._begun -= 1
        is_time = self._ended == self._begun >= SCOUTS
        if self._is_settled or not is_time or not isinstance(clusters, ClustersByProbes):
            return None
        self._is_settled = True
        return clusters.choose(self._at_most)


async def _generated(
    batch: Batch, probes: Probes, generator: Program, executor: Executor
) -> list[ProbeInput]:
    runs = tuple(StdioRun(b"", (str(seed),)) for seed in range(probes.max_inputs))
    request = ExecutionRequest(
        batch.id, "generator", generator, runs, batch.problem.limits, batch.tenant, batch.priority
    )
    taken = {each.id for each in probes.inputs}
    names = (name for seed in counted() if (name := f"generated-{seed}") not in taken)
    printed: list[ProbeInput] = []
    why, in_a_row, left_bytes = "", 0, GENERATED_BYTES
    async with aclosing(executor.execute(request)) as answers:
        async for answer in answers:
            why = answer.cause if isinstance(answer, ExecutionFailed) else _complaint(answer.outcome)
            if isinstance(answer, ExecutionFailed) or why:
                in_a_row += 1
                if in_a_row == COMPLAINTS:
                    break
                continue
            in_a_row = 0
            left_bytes -= len(answer.outcome.stdout)
            if left_bytes < 0:
                break
            printed.append(ProbeInput(next(names), StdinProbe(answer.outcome.stdout)))
    if not printed:
        why = why or f"it printed more than {GENERATED_BYTES} bytes"
        raise InvalidField(
            "probes.generator.source",
            f"it printed no input: {why}",
            "a program that prints one input a run and is given a seed as its first argument",
        )
    return printed


def _complaint(outcome: Outcome) -> str:
    """Return why what a generator printed is no input; empty where it is one."""
    if outcome.ending is not Ending.FINISHED:
        raised = f": {outcome.raised.class_name}: {outcome.raised.message}" if outcome.raised else ""
        return f"{outcome.ending.value}{raised}"
    if outcome.exit_code:
        return f"exit code {outcome.exit_code}"
    return "" if outcome.stdout else "nothing"


def _mutable(tests: Sequence[TestCase]) -> list[TestCase]:
    """Return tests whose inputs may be changed: not too many, and none that is large."""
    return [test for test in tests if _is_small(test)][:MUTATED_TESTS]


def _is_small(test: TestCase) -> bool:
    if isinstance(test.body, StdioTest):
        return len(test.body.stdin) <= MUTATED_BYTES and not test.body.input_file
    return isinstance(test.body, CallTest)
