"""A query lets go of all that it began, whatever ends it, and accounts for every token."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from functools import partial

import pytest

from tests.support.scripted import NEVER_S, Answer, ScriptedSampler
from tests.unit.api.fakes import Serving
from verifierd_client import AsyncVerifier, Extraction, Problem, Role, StdioTest, VerifierError
from verifierd_client.sampling import SamplerError, Sampling
from verifierd_client.strategies import (
    Prices,
    Query,
    Resources,
    Strategy,
    adaptive,
    beam_search,
    best_of_n,
    mcts,
    self_consistency,
    sequential_revision,
)

pytestmark = pytest.mark.anyio

PROBLEM = Problem("p", [StdioTest("1", "1", role=Role.EXAMPLE)])
QUERY = Query(PROBLEM, "solve it", extraction=Extraction.WHOLE_TEXT)
STRATEGIES: dict[str, Strategy] = {
    "best_of_n": partial(best_of_n, n=4),
    "best_of_n, two at once": partial(best_of_n, n=4, at_once=2),
    "self_consistency": partial(self_consistency, n=4),
    "sequential_revision": partial(sequential_revision, rounds=2, chains=2),
    "beam_search": partial(beam_search, samples=4),
    "mcts": partial(mcts, samples=4),
    "adaptive": partial(adaptive, usd_per_resolved=1.0, stages=(2, 2), revisions=2),
}
WAIT_S = 20.0


@pytest.fixture
async def verifier(served: Serving) -> AsyncIterator[AsyncVerifier]:
    async with AsyncVerifier(served.server.address) as verifier:
        yield verifier


async def until_closed(served: Serving) -> None:
    """Wait until the server has seen the batch end."""
    async with asyncio.timeout(WAIT_S):
        await served.engine.closed.wait()


@pytest.mark.parametrize("name", STRATEGIES)
async def test_whoever_is_cancelled_aborts_its_samples_and_closes_its_batch(
    served: Serving, verifier: AsyncVerifier, name: str
) -> None:
    sampler = ScriptedSampler([Answer("x", NEVER_S)])
    resolving = asyncio.ensure_future(STRATEGIES[name](QUERY, Resources(sampler, verifier)))
    async with asyncio.timeout(WAIT_S):
        await sampler.began.wait()
    resolving.cancel()
    with pytest.raises(asyncio.CancelledError):
        await resolving
    assert sampler.open == 0
    await until_closed(served)


@pytest.mark.parametrize("name", STRATEGIES)
async def test_a_sampler_that_fails_is_the_callers_to_see_and_nothing_goes_on(
    served: Serving, verifier: AsyncVerifier, name: str
) -> None:
    sampler = ScriptedSampler([Answer("", fails=True), Answer("x", NEVER_S)])
    with pytest.raises(SamplerError, match="refused the request"):
        await STRATEGIES[name](QUERY, Resources(sampler, verifier))
    assert sampler.open == 0
    await until_closed(served)


@pytest.mark.parametrize("name", STRATEGIES)
async def test_a_server_that_fails_ends_the_decoding_too(
    served: Serving, verifier: AsyncVerifier, name: str
) -> None:
    served.engine.hold = True
    served.engine.fails_later = RuntimeError("lost")
    sampler = ScriptedSampler([Answer("x", NEVER_S)])
    resolving = asyncio.ensure_future(STRATEGIES[name](QUERY, Resources(sampler, verifier)))
    async with asyncio.timeout(WAIT_S):
        await sampler.began.wait()
        served.engine.go_on.set()
        with pytest.raises(VerifierError):
            await resolving
    assert sampler.open == 0


async def test_every_token_is_accounted_for(served: Serving, verifier: AsyncVerifier) -> None:
    served.engine.stops_after = 2
    sampler = ScriptedSampler(["wrong", "right", Answer("late", NEVER_S), Answer("late", NEVER_S)])
    resources = Resources(sampler, verifier, prices=Prices(0.5, 0.25))
    resolution = await best_of_n(QUERY, resources, n=4)
    assert (resolution.samples, resolution.aborted) == (4, 2)
    assert (resolution.prompt_tokens, resolution.completion_tokens) == (40, 202)
    assert resolution.generation_usd == 40 * 0.5 + 202 * 0.25
    assert resolution.usd == resolution.generation_usd + resolution.verifier_cost.verification_usd
    assert [each.generation for each in served.engine.candidates] != [None, None]


async def test_the_split_of_the_time_adds_up_and_holds_the_answer(verifier: AsyncVerifier) -> None:
    sampler = ScriptedSampler([Answer("right", 0.05)])
    latency = (await best_of_n(QUERY, Resources(sampler, verifier), n=1)).latency
    assert latency.decoding_s >= 0.04
    assert latency.verdict_lag_s is not None
    assert 0 < latency.verdict_lag_s <= latency.total_s - 0.04
    assert 0.04 <= latency.time_to_answer_s <= latency.total_s


async def test_never_more_are_decoded_at_a_time_than_were_asked_for(verifier: AsyncVerifier) -> None:
    sampler = ScriptedSampler([Answer("wrong", 0.01)])
    resolution = await best_of_n(QUERY, Resources(sampler, verifier), n=7, at_once=3)
    assert (resolution.samples, sampler.most_open) == (7, 3)


async def test_a_seed_never_draws_the_same_sample_twice(verifier: AsyncVerifier) -> None:
    sampler = ScriptedSampler(["wrong"])
    resources = Resources(sampler, verifier, Sampling(seed=7))
    await best_of_n(QUERY, resources, n=4, at_once=2)
    await adaptive(QUERY, resources, usd_per_resolved=1.0, stages=(1, 4, 2))
    seeds = [each.sampling.seed for each in sampler.asked]
    assert seeds == [7, 8, 9, 10, 7, 8, 12]


async def test_what_is_drawn_is_verified_as_the_query_says(served: Serving, verifier: AsyncVerifier) -> None:
    query = Query(PROBLEM, "solve it", extraction=Extraction.WHOLE_TEXT, prefix="import math\n")
    resolution = await best_of_n(query, Resources(ScriptedSampler(["right"]), verifier), n=1)
    assert served.engine.candidates[0].source == "import math\nright"
    assert resolution.answer == "import math\nright"


@pytest.mark.parametrize(
    "strategy",
    [
        partial(best_of_n, n=0),
        partial(best_of_n, n=1, at_once=0),
        partial(self_consistency, n=0),
        partial(sequential_revision, rounds=0),
        partial(beam_search, samples=0),
        partial(beam_search, samples=1, width=0),
        partial(mcts, samples=0),
        partial(mcts, samples=1, exploration=float("nan")),
        partial(adaptive, usd_per_resolved=0.0),
        partial(adaptive, usd_per_resolved=1.0, stages=()),
        partial(adaptive, usd_per_resolved=1.0, revisions=-1),
    ],
)
async def test_numbers_out_of_range_are_refused_before_anything_is_drawn(
    verifier: AsyncVerifier, strategy: Strategy
) -> None:
    sampler = ScriptedSampler(["x"])
    with pytest.raises(ValueError, match=r"at least|above 0"):
        await strategy(QUERY, Resources(sampler, verifier))
    assert sampler.asked == []
