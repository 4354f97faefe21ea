"""The sampler of transformers models: the library's own `generate` on a tiny random model."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import torch
from transformers import AutoModelForCausalLM, AutoTokenizer

from tests.integration.frameworks import tiny_model
from tests.integration.frameworks.checks.page import program, said_by
from verifierd_client.sampling import Draw, FinishReason, Sample, SamplerError, Sampling
from verifierd_client.sampling.transformers import TransformersSampler

pytestmark = pytest.mark.anyio

PROMPT = "def add(a, b):\n"
CHAT = [{"role": "user", "content": "add two numbers"}]
GREEDY = Sampling(temperature=0, max_tokens=24)
LONG = Sampling(temperature=1.0, top_p=1.0, max_tokens=400, seed=5)


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    torch.set_num_threads(1)
    return tiny_model.make(tmp_path_factory.mktemp("model"))


@pytest.fixture(scope="module")
def model(folder: Path) -> Any:
    device = "cuda" if torch.cuda.is_available() else "cpu"
    return AutoModelForCausalLM.from_pretrained(folder).to(device)


@pytest.fixture(scope="module")
def tokenizer(folder: Path) -> Any:
    return AutoTokenizer.from_pretrained(folder)


@contextmanager
def steps_of(model: Any) -> Iterator[list[int]]:
    """Give how many rows each step of the model decoded."""
    rows: list[int] = []
    hook = model.register_forward_hook(lambda _, __, output: rows.append(output.logits.shape[0]))
    try:
        yield rows
    finally:
        hook.remove()


async def all_of(draw: Draw) -> list[Sample]:
    async with draw:
        return sorted([sample async for sample in draw], key=lambda sample: sample.index)


async def test_a_greedy_sample_is_what_generate_itself_says(model: Any, tokenizer: Any) -> None:
    asked = tokenizer(PROMPT, return_tensors="pt").to(model.device)
    said = model.generate(**asked, do_sample=False, max_new_tokens=24)[0, asked.input_ids.shape[1] :]
    (sample,) = await all_of(TransformersSampler(model, tokenizer).draw(PROMPT, 1, GREEDY))
    assert sample == Sample(0, tokenizer.decode(said), len(PROMPT), 24, FinishReason.LENGTH)


async def test_rows_are_yielded_as_they_end_and_every_token_is_counted(model: Any, tokenizer: Any) -> None:
    with steps_of(model) as steps:
        async with TransformersSampler(model, tokenizer).draw(PROMPT, 4, LONG) as draw:
            first = await anext(aiter(draw))
            steps_at_first = len(steps)
            rest = [sample async for sample in draw]
    tokens = [each.completion_tokens for each in [first, *rest]]
    assert tokens == sorted(tokens), "they end in lockstep, so the shortest comes first"
    assert first.finish_reason is FinishReason.STOP
    assert steps_at_first < len(steps) == tokens[-1]
    assert draw.completion_tokens == sum(tokens)
    assert sum(each.prompt_tokens for each in [first, *rest]) == len(PROMPT), "read once for the batch"


async def test_an_abort_ends_the_batch_and_what_no_batch_has_begun_costs_nothing(
    model: Any, tokenizer: Any
) -> None:
    sampler = TransformersSampler(model, tokenizer, rows_per_batch=2)
    endless = Sampling(temperature=0, max_tokens=400)
    with steps_of(model) as steps:
        async with sampler.draw(PROMPT, 6, endless) as draw:
            async with asyncio.timeout(20):
                while draw.completion_tokens < 10:  # noqa: ASYNC110 - it is what we test
                    await asyncio.sleep(0.001)
            draw.abort()
            samples = [sample async for sample in draw]
        decoded = sum(each.completion_tokens for each in samples)
        await all_of(sampler.draw(PROMPT, 1, Sampling(temperature=0, max_tokens=1)))
    assert {each.finish_reason for each in samples} == {FinishReason.ABORTED}
    assert [each.completion_tokens for each in samples[2:]] == [0, 0, 0, 0]
    assert 10 <= decoded < 2 * 400
    assert sum(steps) == decoded + 1, "the model made no step for a sample after its abort"


async def test_one_row_may_be_aborted_while_the_others_go_on(model: Any, tokenizer: Any) -> None:
    endless = Sampling(temperature=0, max_tokens=200)
    async with TransformersSampler(model, tokenizer).draw(PROMPT, 3, endless) as draw:
        while draw.completion_tokens < 9:  # noqa: ASYNC110 - it is what we test
            await asyncio.sleep(0.001)
        draw.abort([1])
        samples = [sample async for sample in draw]
    assert [each.index for each in samples] == [1, 0, 2]
    assert samples[0].finish_reason is FinishReason.ABORTED
    assert 3 <= samples[0].completion_tokens < 200
    assert [each.completion_tokens for each in samples[1:]] == [200, 200]


async def test_equal_seeds_draw_equal_samples_and_leave_the_callers_chance_alone(
    model: Any, tokenizer: Any
) -> None:
    sampler = TransformersSampler(model, tokenizer, rows_per_batch=2)
    before = torch.random.get_rng_state()
    first, second = [await all_of(sampler.draw(PROMPT, 4, LONG)) for _ in range(2)]
    assert first == second
    assert len({each.text for each in first}) == 4
    assert torch.equal(torch.random.get_rng_state(), before)


async def test_a_sample_ends_before_its_stop_text(model: Any, tokenizer: Any) -> None:
    sampler = TransformersSampler(model, tokenizer)
    (whole,) = await all_of(sampler.draw(PROMPT, 1, LONG))
    stop = next(letter for letter in whole.text[3:] if letter.isascii())
    (sample,) = await all_of(sampler.draw(PROMPT, 1, Sampling(1.0, 1.0, 400, (stop,), seed=5)))
    assert sample.text == whole.text[: whole.text.index(stop)]
    assert sample.finish_reason is FinishReason.STOP
    assert sample.completion_tokens < whole.completion_tokens


async def test_a_chats_answer_goes_on_from_its_beginning(model: Any, tokenizer: Any) -> None:
    sampler = TransformersSampler(model, tokenizer)
    (whole,) = await all_of(sampler.draw(CHAT, 1, GREEDY))
    (rest,) = await all_of(sampler.draw(CHAT, 1, Sampling(temperature=0, max_tokens=16), whole.text[:8]))
    assert whole.text == whole.text[:8] + rest.text
    assert whole.prompt_tokens == len("<user>add two numbers\n<assistant>")


async def test_a_closed_draw_leaves_the_model_alone(model: Any, tokenizer: Any) -> None:
    with steps_of(model) as steps:
        draw = TransformersSampler(model, tokenizer).draw(PROMPT, 2, Sampling(temperature=0, max_tokens=400))
        while draw.completion_tokens < 10:  # noqa: ASYNC110 - it is what we test
            await asyncio.sleep(0.001)
        await draw.aclose()
        made = len(steps)
        await asyncio.sleep(0.1)
    assert len(steps) == made


async def test_draws_at_the_same_time_take_turns(model: Any, tokenizer: Any) -> None:
    sampler = TransformersSampler(model, tokenizer)
    draws = [sampler.draw(PROMPT, 2, GREEDY) for _ in range(3)]
    drawn = await asyncio.gather(*(all_of(draw) for draw in draws))
    assert drawn[0] == drawn[1] == drawn[2]


async def test_a_failure_of_the_model_is_the_samplers_error(model: Any, tokenizer: Any) -> None:
    def fail(*_: object) -> None:
        raise RuntimeError("CUDA out of memory")

    hook = model.register_forward_pre_hook(fail)
    sampler = TransformersSampler(model, tokenizer, rows_per_batch=2)
    try:
        with pytest.raises(SamplerError, match=r"out of memory.*`rows_per_batch`"):
            await all_of(sampler.draw(PROMPT, 5, GREEDY))
    finally:
        hook.remove()
    assert len(await all_of(sampler.draw(PROMPT, 1, GREEDY))) == 1, "the next draw is served"


async def test_a_chat_needs_a_template(model: Any, folder: Path) -> None:
    plain = AutoTokenizer.from_pretrained(folder)
    plain.chat_template = None
    with pytest.raises(SamplerError, match="chat template did not take the prompt"):
        TransformersSampler(model, plain).draw(CHAT, 1, GREEDY)


def test_batches_of_no_row_are_refused(model: Any, tokenizer: Any) -> None:
    with pytest.raises(ValueError, match="rows_per_batch is 0"):
        TransformersSampler(model, tokenizer, rows_per_batch=0)


async def test_the_pages_program_runs_as_it_stands(folder: Path) -> None:
    said = await said_by(program("samplers.md", "from transformers import"), MODEL=str(folder))
    assert len(said) == 9
    assert all(line.endswith("aborted 0 tokens") for line in said[4:8]), "the second batch was never begun"
