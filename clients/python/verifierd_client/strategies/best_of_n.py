"""Best of n: draw samples, verify each as it ends, answer with what the selection rule picks."""

from __future__ import annotations

from collections.abc import Iterator

from verifierd_client.groups import Stop
from verifierd_client.strategies._together import together
from verifierd_client.strategies._trial import UNTIL_ONE_PASSES, Trial, open_trial
from verifierd_client.strategies.query import Query, Resources
from verifierd_client.strategies.resolution import Resolution


async def best_of_n(
    query: Query,
    resources: Resources,
    *,
    n: int,
    stop: Stop | None = UNTIL_ONE_PASSES,
    at_once: int | None = None,
) -> Resolution:
    """Resolve a query by repeated sampling (Brown et al. 2024, "Large Language Monkeys", section 2).

    Args:
        query: what is asked.
        resources: where samples come from, and who verifies them.
        n: how many samples at most.
        stop: when the rest is aborted; None: never, so that the selection rule sees all of them.
        at_once: how many are decoded at a time, a new one as each ends; None: all. Fewer at once decode fewer
            tokens until the stop, and take longer.

    Raises:
        ValueError: `n` or `at_once` is below 1.
        SamplerError: the model's side failed.
        VerifierError: the batch failed as a whole.
    """
    if n < 1 or (at_once is not None and at_once < 1):
        raise ValueError(f"n is {n} and at_once {at_once}; both are at least 1")
    async with open_trial(query, resources, n, stop) as trial:
        if at_once is None or at_once >= n:
            await trial.decode(n)
        else:
            left = iter(range(n))
            await together(_one_by_one(trial, left) for _ in range(at_once))
        return await trial.resolution("best_of_n")


async def _one_by_one(trial: Trial, left: Iterator[int]) -> None:
    """Decode one sample after the other until none is left, or no more is needed."""
    for _ in left:
        if trial.is_stopped:
            return
        await trial.decode(1)
