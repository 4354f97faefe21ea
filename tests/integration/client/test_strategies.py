"""Strategies against a real daemon: what they answer with, when they stop, and what they tell the model."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from tests.integration.daemon.serving import serving
from tests.support.scripted import NEVER_S, Answer, Asked, ScriptedSampler
from verifierd_client import (
    AsyncVerifier,
    CallProbe,
    Checker,
    Limits,
    Probes,
    Problem,
    Program,
    Role,
    StdioTest,
    StopReason,
    Verdict,
)
from verifierd_client.strategies import (
    Outcome,
    Prices,
    Query,
    Resources,
    adaptive,
    beam_search,
    best_of_n,
    mcts,
    self_consistency,
    sequential_revision,
)

pytestmark = pytest.mark.anyio

LIMITS = Limits(cpu_time_s=20)
TESTS = [StdioTest("1", "2", role=Role.EXAMPLE), StdioTest("2", "4"), StdioTest("717273", "1434546")]
DOUBLE = Query(Problem("double", TESTS, LIMITS), "Print twice the number.")
PRICES = Prices(usd_per_prompt_token=1e-6, usd_per_completion_token=4e-6)
RIGHT, WRONG, NO_EXAMPLE = "print(2 * int(input()))\n", "print(int(input()) + 1)\n", "print(0)\n"


def written(program: str) -> str:
    """What a model writes."""
    return f"```python\n{program}```"


@pytest.fixture
async def verifier() -> AsyncIterator[AsyncVerifier]:
    async with (
        serving(VERIFIERD_SANDBOX__COUNT="2") as running,
        AsyncVerifier(running.address, timeout_s=60) as verifier,
    ):
        yield verifier


async def test_best_of_n_answers_with_the_first_that_passes_and_aborts_the_rest(
    verifier: AsyncVerifier,
) -> None:
    sampler = ScriptedSampler([written(WRONG), written(RIGHT), Answer("", NEVER_S), Answer("", NEVER_S)])
    resolution = await best_of_n(DOUBLE, Resources(sampler, verifier, prices=PRICES), n=4)
    assert (resolution.outcome, resolution.answer, resolution.aborted) == (Outcome.ANSWERED, RIGHT, 2)
    assert resolution.evidence is not None
    assert [each.verdict for each in resolution.evidence.executions] == [Verdict.ACCEPTED] * 3
    assert resolution.batch.summary.stop_reason is StopReason.ACCEPTED_ENOUGH
    assert resolution.verifier_cost.executions + resolution.verifier_cost.cache_hits > 0
    assert sampler.open == 0


async def test_the_verifiers_own_fault_is_not_the_models(verifier: AsyncVerifier) -> None:
    broken = Checker("program", program=Program("import sys\nsys.exit(77)\n"))
    query = Query(Problem("unjudged", TESTS[:1], LIMITS, checker=broken), "")
    resources = Resources(ScriptedSampler([written(RIGHT)]), verifier)
    for resolution in (
        await best_of_n(query, resources, n=2),
        await sequential_revision(query, resources, rounds=2),
        await adaptive(query, resources, usd_per_resolved=1.0, stages=(1, 1)),
    ):
        assert resolution.outcome is Outcome.VERIFIER_FAILED
        assert resolution.answer is None
        assert "2 could not be verified" in resolution.detail


async def test_self_consistency_needs_no_test_and_stops_once_one_behaviour_leads(
    verifier: AsyncVerifier,
) -> None:
    probes = Probes([CallProbe("f", [number]) for number in (2, 5)])
    query = Query(Problem("vote", [], LIMITS, probes=probes), "Double f's argument.")
    common = [written(f"def f(n): return {body}\n") for body in ("2 * n", "n + n", "n << 1", "n * 2")]
    rare = written("def f(n): return n ** 2\n")
    sampler = ScriptedSampler([rare, *common, *common, Answer("", NEVER_S)])
    resolution = await self_consistency(query, Resources(sampler, verifier), n=10)
    assert resolution.outcome is Outcome.ANSWERED
    assert resolution.answer is not None
    assert "n ** 2" not in resolution.answer
    assert resolution.batch.summary.stop_reason is StopReason.CONFIDENT
    assert resolution.aborted >= 1


async def test_a_revision_is_told_of_the_example_and_of_nothing_hidden(verifier: AsyncVerifier) -> None:
    def model(asked: Asked, at: int) -> str:
        return written(RIGHT if "Expected on standard output: 2" in str(asked.prompt) else NO_EXAMPLE)

    sampler = ScriptedSampler(model)
    resolution = await sequential_revision(DOUBLE, Resources(sampler, verifier), rounds=3)
    assert (resolution.outcome, resolution.samples) == (Outcome.ANSWERED, 2)
    sampler = ScriptedSampler([written(WRONG)])
    resolution = await sequential_revision(DOUBLE, Resources(sampler, verifier), rounds=4, chains=2)
    assert (resolution.outcome, resolution.samples) == (Outcome.NOTHING_PASSED, 8)
    told = [str(each.prompt) for each in sampler.asked]
    assert sum("WRONG_ANSWER" in each for each in told) == 6
    assert not any("717273" in each or "717274" in each for each in told)


def first_line_matters(asked: Asked, at: int) -> str:
    """A model whose first line is good once in four times; only then may it come to an end that is right."""
    good, bad = "n = int(input())\n", "n = 1 + int(input())\n"
    begun = asked.continuing.removeprefix("```python\n")
    first = "" if begun else good if at % 4 == 3 else bad
    is_good = (begun or first).startswith(good)
    last = "print(2 * n)\n" if begun and at % 3 == 2 else "print(n if n == 2 else n + 1)\n"
    text = first + (last if is_good else "print(n + 40)\n")
    return (text if asked.continuing else f"```python\n{text}") + "```"


async def test_searches_go_on_from_the_beginning_whose_programs_pass_more(verifier: AsyncVerifier) -> None:
    for strategy in (beam_search, mcts):
        sampler = ScriptedSampler(first_line_matters)
        resolution = await strategy(DOUBLE, Resources(sampler, verifier), samples=60)
        assert resolution.outcome is Outcome.ANSWERED
        assert resolution.answer == "n = int(input())\nprint(2 * n)\n"
        assert any(each.continuing.endswith("n = int(input())\n") for each in sampler.asked)


async def test_the_dial_stays_low_where_the_first_sample_passes(verifier: AsyncVerifier) -> None:
    sampler = ScriptedSampler([written(RIGHT)])
    resolution = await adaptive(DOUBLE, Resources(sampler, verifier, prices=PRICES), usd_per_resolved=1.0)
    assert (resolution.outcome, resolution.samples) == (Outcome.ANSWERED, 1)


async def test_the_dial_goes_as_far_as_an_answer_is_worth(verifier: AsyncVerifier) -> None:
    drawn = []
    for usd_per_resolved in (0.0005, 0.005, 0.05, 50.0):
        sampler = ScriptedSampler([written(WRONG)])
        resources = Resources(sampler, verifier, prices=PRICES)
        resolution = await adaptive(
            DOUBLE, resources, usd_per_resolved=usd_per_resolved, stages=(1, 4, 8, 16)
        )
        drawn.append(resolution.samples)
        given_up = resolution.samples < 29
        assert resolution.outcome is (Outcome.NOT_WORTH_MORE if given_up else Outcome.NOTHING_PASSED)
    assert drawn == sorted(drawn)
    assert (drawn[0], drawn[-1]) == (1, 29)


async def test_the_dial_turns_to_revision_once_samples_have_failed(verifier: AsyncVerifier) -> None:
    def model(asked: Asked, at: int) -> str:
        return written(RIGHT if asked.prompt != DOUBLE.prompt else WRONG)

    resources = Resources(ScriptedSampler(model), verifier, prices=PRICES)
    resolution = await adaptive(DOUBLE, resources, usd_per_resolved=1.0, revisions=2)
    assert resolution.outcome is Outcome.ANSWERED
    assert resolution.answer == RIGHT
    assert resolution.samples <= 6
