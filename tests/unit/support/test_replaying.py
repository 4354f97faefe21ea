from __future__ import annotations

import asyncio
import time
from pathlib import Path

import pytest

from tests.support.recording import Recording, cut, recorded, tokens_of
from tests.support.replaying import ReplayingSampler
from verifierd_client.sampling import FinishReason, SamplerError, Sampling

SAMPLING = Sampling(max_tokens=100_000)


def test_a_prompt_gets_its_completions_in_order_and_then_again() -> None:
    recording = Recording({"def f": ["one", "two"], "def f(x)": ["longer"]})
    assert [recording.next_of("def f") for _ in range(3)] == ["one", "two", "one"]
    chat = [{"role": "user", "content": "Please write def f(x)."}]
    assert recording.next_of(chat) == "longer", "the longest recorded prompt is meant"
    with pytest.raises(SamplerError, match="nothing was recorded"):
        recording.next_of("class C")


def test_what_follows_a_beginning_is_drawn_among_those_that_begin_so() -> None:
    recording = Recording({"p": ["ab", "ac", "b"]})
    assert {recording.next_of("p", "a") for _ in range(40)} == {"b", "c"}
    with pytest.raises(SamplerError, match="begins with"):
        recording.next_of("p", "z")


@pytest.mark.parametrize(
    ("sampling", "text", "reason"),
    [
        (Sampling(), "x = 1\n\ny = 2", FinishReason.STOP),
        (Sampling(max_tokens=2), "x = 1\n\ny", FinishReason.LENGTH),
        (Sampling(max_tokens=3), "x = 1\n\ny = 2", FinishReason.STOP),
        (Sampling(stop=("\n\n", "y")), "x = 1", FinishReason.STOP),
        (Sampling(max_tokens=1, stop=("y",)), "x = ", FinishReason.LENGTH),
    ],
)
def test_a_recorded_text_ends_as_a_model_would_have_ended_it(
    sampling: Sampling, text: str, reason: FinishReason
) -> None:
    assert cut("x = 1\n\ny = 2", sampling) == (text, reason)


@pytest.mark.anyio
async def test_samples_end_by_their_length_and_all_tokens_are_counted() -> None:
    sampler = ReplayingSampler(Recording({"p": ["a" * 40, "b" * 8, "c" * 40_000]}), token_s=0.005)
    began_s = time.monotonic()
    async with sampler.draw("p", 3, SAMPLING) as draw:
        short = await anext(draw)
        assert (short.index, short.text, short.completion_tokens) == (1, "b" * 8, 2)
        long = await anext(draw)
        assert time.monotonic() - began_s >= 10 * 0.005
        draw.abort()
        aborted = await anext(draw)
        with pytest.raises(StopAsyncIteration):
            await anext(draw)
    assert (long.index, aborted.index, aborted.finish_reason) == (0, 2, FinishReason.ABORTED)
    assert 10 <= aborted.completion_tokens < 10_000
    assert tokens_of(aborted.text) == aborted.completion_tokens
    assert draw.completion_tokens == 2 + 10 + aborted.completion_tokens
    assert [each.prompt_tokens for each in (long, short, aborted)] == [1, 0, 0]


@pytest.mark.anyio
async def test_tokens_are_counted_while_they_are_said() -> None:
    sampler = ReplayingSampler(Recording({"p": ["a" * 400]}), token_s=0.002)
    async with sampler.draw("p", 2, SAMPLING) as draw:
        before = draw.completion_tokens
        await asyncio.sleep(0.02)
        assert before < draw.completion_tokens <= 200


@pytest.mark.anyio
async def test_all_recorded_samples_of_a_problem_end_when_the_longest_does(shared_data: Path) -> None:
    completions = recorded(shared_data)
    assert [len(each) for each in completions.values()] == [100] * 41
    prompt, said = next(iter(completions.items()))
    began_s = time.monotonic()
    async with ReplayingSampler(Recording(completions)).draw(prompt, 100, SAMPLING) as draw:
        samples = [sample async for sample in draw]
    longest = max(tokens_of(text) for text in said)
    assert sorted(each.text for each in samples) == sorted(said)
    assert draw.completion_tokens == sum(tokens_of(text) for text in said)
    assert time.monotonic() - began_s >= longest * 0.010
