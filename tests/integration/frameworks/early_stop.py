"""Shows what an early stop saves: a real engine decodes, a real daemon verifies; exit status 0 if it saves.

`python early_stop.py asynchronous` (or `offline`, or `transformers`) on a host with the framework and the
service. The model is tiny and random: the figures say that a stop reaches the engine, and nothing of what it
saves with a model that is of use.
"""

from __future__ import annotations

import asyncio
import sys
import tempfile
import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.integration.daemon.serving import serving
from tests.integration.frameworks import tiny_model
from tests.integration.frameworks.vllm_engines import CONTEXT_TOKENS, PROMPT, engine_args
from verifierd_client import AsyncVerifier, FirstPass, Problem, StdioTest
from verifierd_client.results import Verdict
from verifierd_client.sampling import Sampler, Sampling

N = 64
ONE_IN = 8
PROBLEM = Problem("checksum", [StdioTest("", "0\n")])
SAMPLING = Sampling(temperature=1.0, top_p=1.0, max_tokens=450, seed=1)


@dataclass(frozen=True)
class Run:
    """What a way to resolve the problem took."""

    completion_tokens: int
    whole: int
    answered_s: float
    accepted: int


def completion(text: str) -> str:
    """Return a completion whose program is right for about one text in eight: random ones are no programs."""
    return f"```python\nprint(sum({list(text.encode())}) % {ONE_IN})\n```"


async def resolve(sampler: Sampler, verifier: AsyncVerifier, stop: FirstPass | None) -> Run:
    """Decode and verify `N` samples, or as many as are of use until the server says stop."""
    began = time.monotonic()
    whole = 0
    async with (
        verifier.group(PROBLEM, n=N, stop=stop) as group,
        sampler.draw(PROMPT, N, SAMPLING) as draw,
        asyncio.TaskGroup() as tasks,
    ):

        async def abort_at_the_stop() -> None:
            await group.stop_decided()
            draw.abort(group.to_abort)

        stopping = tasks.create_task(abort_at_the_stop())
        async for sample in draw:
            if sample.is_whole:
                whole += 1
                group.submit(sample.index, completion(sample.text))
        result = await group.result()
        await stopping
    accepted = sum(each.verdict is Verdict.ACCEPTED for each in result.results)
    return Run(draw.completion_tokens, whole, time.monotonic() - began, accepted)


def in_half_precision(model: str) -> dict[str, Any]:
    """Return an engine's arguments as it is used: no text is held to another here."""
    return engine_args(model) | {"dtype": "bfloat16"}


@asynccontextmanager
async def asynchronous(model: str) -> AsyncIterator[Sampler]:
    """Give the sampler of an `AsyncLLM`."""
    from vllm.engine.arg_utils import AsyncEngineArgs
    from vllm.v1.engine.async_llm import AsyncLLM

    from verifierd_client.sampling.vllm import VLLMSampler

    engine = AsyncLLM.from_engine_args(AsyncEngineArgs(**in_half_precision(model)))
    try:
        yield VLLMSampler(engine)
    finally:
        engine.shutdown()


@asynccontextmanager
async def offline(model: str) -> AsyncIterator[Sampler]:
    """Give the sampler of an `LLM`."""
    from vllm import LLM

    from verifierd_client.sampling.vllm_offline import OfflineVLLMSampler

    yield OfflineVLLMSampler(LLM(**in_half_precision(model)))


@asynccontextmanager
async def transformers(model: str) -> AsyncIterator[Sampler]:
    """Give the sampler of a model of transformers."""
    import torch
    from transformers import AutoModelForCausalLM, AutoTokenizer

    from verifierd_client.sampling.transformers import TransformersSampler

    loaded: Any = AutoModelForCausalLM.from_pretrained(model)
    if torch.cuda.is_available():
        loaded.to("cuda")
    yield TransformersSampler(loaded, AutoTokenizer.from_pretrained(model), rows_per_batch=16)


SAMPLERS = {each.__name__: each for each in (asynchronous, offline, transformers)}


async def main(kind: str, model: str) -> None:
    """Resolve the problem both ways, after a first time that warms the engine and the sandboxes."""
    async with AsyncExitStack() as stack:
        # Before an engine: its threads and memory are nothing that a daemon should be forked beside.
        daemon = await stack.enter_async_context(serving())
        sampler = await stack.enter_async_context(SAMPLERS[kind](model))
        verifier = await stack.enter_async_context(AsyncVerifier(daemon.address, timeout_s=120))
        await resolve(sampler, verifier, None)
        everything = await resolve(sampler, verifier, None)
        stopped = await resolve(sampler, verifier, FirstPass())
    for said, run in (("all", everything), ("until one passes", stopped)):
        print(
            f"{kind}: {said}: {run.whole} of {N} samples ended whole, {run.completion_tokens} tokens, "
            f"{run.accepted} accepted, answered after {run.answered_s:.2f} s"
        )
    assert everything.whole == N, everything
    assert everything.accepted >= stopped.accepted >= 1, (everything, stopped)
    assert stopped.completion_tokens < everything.completion_tokens, "the stop saved no token"


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder:
        asyncio.run(main(sys.argv[1], str(tiny_model.make(Path(folder), context_tokens=CONTEXT_TOKENS))))
