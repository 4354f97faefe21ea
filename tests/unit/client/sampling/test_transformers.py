"""A draw of transformers ends whatever ends `generate`; what torch is needed for is checked with it."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from verifierd_client.sampling import FinishReason, Sampling
from verifierd_client.sampling.transformers import TransformersSampler

pytestmark = pytest.mark.anyio


class OutOfTime(TransformersSampler):
    """One whose model has a `max_time` of its own, which has passed before the first token."""

    def _generate(self, tokens: list[int], sampling: Sampling, rows: Any) -> None:
        assert list(rows.indexes)


def one_token(text: str, *, add_special_tokens: bool) -> dict[str, list[int]]:
    return {"input_ids": [1]}


async def test_samples_that_a_bound_of_the_models_own_cut_off_are_aborted_and_not_waited_for() -> None:
    sampler = OutOfTime(None, one_token, rows_per_batch=2)
    async with asyncio.timeout(10), sampler.draw("text", 3, Sampling()) as draw:
        reasons = [(sample.index, sample.finish_reason) async for sample in draw]
    assert sorted(reasons) == [(index, FinishReason.ABORTED) for index in range(3)]
