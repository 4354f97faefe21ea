"""Reading answers within limits: what hangs or is broken costs one run, and leaves the sandbox as it was."""

from __future__ import annotations

import asyncio
from contextlib import aclosing
from dataclasses import replace

import pytest

from sandboxes.backends.choice import find_toolchain
from sandboxes.model import AnswerRun, BrokenTestProgram, Ending, Job, MathAnswer, Outcome, Program
from sandboxes.pool import SandboxPool
from tests.integration.sandboxes.conftest import LIMITS, MIB, SETTINGS, Perform, job
from tests.support.leaks import living_descendants

pytestmark = pytest.mark.anyio
HANGS_IN_READING = r"\boxed{\binom{1000000000}{500000000}}"
HANGS_IN_COMPARING = r"\boxed{9^{9^{9}}}"
NINES = "387420489"
LIMIT_ENDINGS = {Ending.CPU_LIMIT, Ending.MEMORY_LIMIT}


@pytest.fixture(autouse=True)
def reads_answers(pool: SandboxPool) -> None:
    if not find_toolchain(SETTINGS[pool.backend.name]).reads_answers:
        pytest.skip("the image was made without math-verify")


def answer(text: str, *expected: str, **limits: int) -> Job:
    runs = tuple(AnswerRun(each) for each in expected)
    return Job(Program("text", text), runs, replace(LIMITS, **{"memory_bytes": 256 * MIB, **limits}))


def said(outcome: Outcome) -> object:
    return outcome.value[0] if outcome.value else outcome.ending


async def test_each_expected_answer_is_compared_with_the_one_text(perform: Perform) -> None:
    outcomes = await perform(answer(r"It is $\frac{2}{4}$.", "1/2", "0.5", "2", r"50\%"))
    E, D = MathAnswer.EQUAL, MathAnswer.DIFFERENT
    assert [said(each) for each in outcomes] == [E, E, D, E]
    assert {each.stdout for each in outcomes} == {rb"\frac{2}{4}"}
    assert len({each.behaviour for each in outcomes}) == 1


@pytest.mark.parametrize("text", [HANGS_IN_READING, HANGS_IN_COMPARING])
async def test_what_hangs_is_ended_by_its_limit_and_the_next_one_is_judged(
    pool: SandboxPool, perform: Perform, text: str
) -> None:
    before = living_descendants().keys()
    (hanging,) = await perform(answer(text, NINES, cpu_time_ns=500_000_000))
    assert hanging.ending in LIMIT_ENDINGS
    assert hanging.value is None
    (right,) = await perform(answer(r"\boxed{9^9}", NINES))
    assert said(right) == MathAnswer.EQUAL
    assert living_descendants().keys() == before


async def test_a_run_that_hangs_costs_its_own_job_s_next_run_nothing(perform: Perform) -> None:
    outcomes = await perform(answer(HANGS_IN_COMPARING, NINES, "7", cpu_time_ns=500_000_000))
    assert outcomes[0].ending in LIMIT_ENDINGS
    outcomes = await perform(answer(r"\boxed{7}", NINES, "7"))
    assert [said(each) for each in outcomes] == [MathAnswer.DIFFERENT, MathAnswer.EQUAL]


async def test_who_no_longer_wants_an_answer_gets_the_sandbox_back(
    pool: SandboxPool, perform: Perform
) -> None:
    async with pool.lease() as sandbox, aclosing(sandbox.run(answer(HANGS_IN_COMPARING, NINES))) as outcomes:
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.3):
                await anext(outcomes)
    (right,) = await perform(answer(r"\boxed{9^9}", NINES))
    assert said(right) == MathAnswer.EQUAL


@pytest.mark.parametrize(
    ("expected", "words"),
    [("???", "reads no expression"), (r"\foo{", "reads no expression"), (HANGS_IN_READING, "exceeded its")],
)
async def test_an_expected_answer_that_cannot_be_read_is_nobody_s_failure(
    perform: Perform, expected: str, words: str
) -> None:
    with pytest.raises(BrokenTestProgram, match=words):
        await perform(answer("7", expected))
    (right,) = await perform(answer("7", "7"))
    assert said(right) == MathAnswer.EQUAL


async def test_no_program_finds_the_library(perform: Perform) -> None:
    source = (
        "import os, sys\n"
        "sys.path += ['/libraries', *os.listdir('/libraries')]\n"
        "print(os.listdir('/libraries'), sorted(set(sys.modules) & {'sympy', 'mpmath', 'math_verify', 'antlr4'}))\n"
        "import sympy\n"
    )
    await perform(answer("7", "7"))
    (outcome,) = await perform(job(source))
    assert outcome.stdout == b"[] []\n"
    assert outcome.raised is not None
    assert outcome.raised.class_name == "ModuleNotFoundError"
