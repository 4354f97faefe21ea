"""The sampler of OpenAI-compatible endpoints: the real client against a server that replays samples."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest
from openai import AsyncOpenAI

from tests.integration.frameworks.checks.page import program, said_by
from tests.support.recording import Recording
from tests.support.replay_server import MODEL, ReplayServer
from verifierd_client.sampling import Draw, FinishReason, Sample, SamplerError, Sampling
from verifierd_client.sampling.openai import OpenAISampler

pytestmark = pytest.mark.anyio

PROMPT = "def add(a, b):\n"
CHAT = [{"role": "user", "content": PROMPT}]
SHORT, LONG = "    return a + b\n", "    # " + "thinking " * 200 + "\n    return a + b\n"
SAMPLING = Sampling(max_tokens=1000)


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture
def server() -> ReplayServer:
    return ReplayServer(Recording({PROMPT: [LONG, SHORT, LONG, LONG]}), token_s=0.002)


@pytest.fixture
async def client(server: ReplayServer) -> AsyncIterator[AsyncOpenAI]:
    async with server.serving() as url, AsyncOpenAI(base_url=url, api_key="none", max_retries=1) as client:
        yield client


async def all_of(draw: Draw) -> list[Sample]:
    async with draw:
        return sorted([sample async for sample in draw], key=lambda sample: sample.index)


async def until_let_go(server: ReplayServer, streams: int) -> None:
    async with asyncio.timeout(5):
        while server.whole + server.aborted < streams:  # noqa: ASYNC110 - the server tells nobody
            await asyncio.sleep(0.005)


@pytest.mark.parametrize("prompt", [PROMPT, CHAT], ids=["completions", "chat"])
async def test_whole_samples_have_their_text_and_the_servers_own_counts(
    server: ReplayServer, client: AsyncOpenAI, prompt: Any
) -> None:
    samples = await all_of(OpenAISampler(client, MODEL).draw(prompt, 4, SAMPLING))
    assert sorted(each.text for each in samples) == sorted([SHORT, LONG, LONG, LONG])
    assert {each.prompt_tokens for each in samples} == {4}
    assert all(each.exact_counts and each.finish_reason is FinishReason.STOP for each in samples)
    assert sum(each.completion_tokens for each in samples) == server.tokens_sent
    assert (server.whole, server.aborted) == (4, 0)


async def test_an_abort_closes_its_own_stream_and_the_server_stops_decoding_it(
    server: ReplayServer, client: AsyncOpenAI
) -> None:
    async with OpenAISampler(client, MODEL).draw(PROMPT, 4, SAMPLING) as draw:
        first = await anext(draw)
        assert first.text == SHORT
        draw.abort()
        aborted = [sample async for sample in draw]
    await until_let_go(server, 4)
    assert (server.whole, server.aborted) == (1, 3)
    sent = server.tokens_sent
    await asyncio.sleep(0.05)
    assert server.tokens_sent == sent < 500, "nothing more was decoded"
    assert all(each.finish_reason is FinishReason.ABORTED and not each.exact_counts for each in aborted)
    assert all(LONG.startswith(each.text) for each in aborted)
    counted = sum(each.completion_tokens for each in [first, *aborted])
    assert sent - 3 * 5 <= counted <= sent, "counted by chunks; a few may have been on their way"


async def test_an_abort_before_the_first_token_reaches_the_server_too(
    server: ReplayServer, client: AsyncOpenAI
) -> None:
    server.token_s = 3600
    async with OpenAISampler(client, MODEL).draw(PROMPT, 1, SAMPLING) as draw:
        while not server.requests:  # noqa: ASYNC110 - the server tells nobody
            await asyncio.sleep(0.002)
        draw.abort()
        assert await anext(draw) == Sample(0, "", 0, 0, FinishReason.ABORTED, exact_counts=False)
    await until_let_go(server, 1)
    assert server.aborted == 1


async def test_usage_in_each_chunk_makes_the_counts_of_aborted_samples_exact(
    server: ReplayServer, client: AsyncOpenAI
) -> None:
    async with OpenAISampler(client, MODEL, usage_in_each_chunk=True).draw(PROMPT, 1, SAMPLING) as draw:
        while draw.completion_tokens < 5:  # noqa: ASYNC110 - it is what we test
            await asyncio.sleep(0.002)
        draw.abort()
        (sample,) = [sample async for sample in draw]
    assert sample.exact_counts
    assert (sample.prompt_tokens, len(sample.text)) == (4, 4 * sample.completion_tokens)


async def test_what_is_asked_for_reaches_the_server(server: ReplayServer, client: AsyncOpenAI) -> None:
    sampler = OpenAISampler(client, MODEL, extra_body={"top_k": 20})
    sampling = Sampling(0.5, 0.9, 3, ("\n",), seed=7)
    await all_of(sampler.draw(PROMPT, 2, sampling))
    texts = sorted(server.requests, key=lambda body: body["seed"])
    assert [body["seed"] for body in texts] == [7, 8]
    assert {key: texts[0][key] for key in ("temperature", "top_p", "max_tokens", "stop", "top_k")} == {
        "temperature": 0.5,
        "top_p": 0.9,
        "max_tokens": 3,
        "stop": ["\n"],
        "top_k": 20,
    }
    assert "n" not in texts[0]
    await all_of(sampler.draw(CHAT, 1, sampling))
    assert server.requests[-1]["max_completion_tokens"] == 3


async def test_an_answer_goes_on_from_its_beginning(server: ReplayServer, client: AsyncOpenAI) -> None:
    sampler = OpenAISampler(client, MODEL)
    (sample,) = await all_of(sampler.draw(CHAT, 1, SAMPLING, "    return a"))
    assert sample.text == " + b\n"
    body = server.requests[0]
    assert body["messages"][-1] == {"role": "assistant", "content": "    return a"}
    assert (body["continue_final_message"], body["add_generation_prompt"]) == (True, False)
    await all_of(sampler.draw(PROMPT, 1, SAMPLING, "    return a"))
    assert server.requests[-1]["prompt"] == PROMPT + "    return a"


async def test_a_sample_ends_at_max_tokens_and_before_a_stop_text(
    server: ReplayServer, client: AsyncOpenAI
) -> None:
    samples = await all_of(OpenAISampler(client, MODEL).draw(PROMPT, 2, Sampling(max_tokens=5, stop=(" +",))))
    assert {(each.text, each.completion_tokens, each.finish_reason) for each in samples} == {
        (LONG[:20], 5, FinishReason.LENGTH),
        ("    return a", 3, FinishReason.STOP),
    }


async def test_a_refused_request_is_repeated_by_the_client_itself(
    server: ReplayServer, client: AsyncOpenAI
) -> None:
    server.refuse = [503]
    samples = await all_of(OpenAISampler(client, MODEL).draw(PROMPT, 2, SAMPLING))
    assert [each.is_whole for each in samples] == [True, True]


@pytest.mark.parametrize(
    ("statuses", "model", "says"),
    [
        ([400], MODEL, "refused, as the test asked for"),
        ([401], MODEL, "`api_key`"),
        ([429, 429], MODEL, "`max_retries`"),
        ([], "another", "does it serve this model"),
    ],
)
async def test_a_refusal_says_what_to_do(
    server: ReplayServer, client: AsyncOpenAI, statuses: list[int], model: str, says: str
) -> None:
    server.refuse = statuses
    with pytest.raises(SamplerError, match=says):
        await all_of(OpenAISampler(client, model).draw(PROMPT, 1, SAMPLING))


async def test_a_server_that_is_not_there_is_named() -> None:
    async with AsyncOpenAI(base_url="http://127.0.0.1:9/v1", api_key="none", max_retries=0) as client:
        with pytest.raises(SamplerError, match=r"127\.0\.0\.1:9/v1.*is the model server running"):
            await all_of(OpenAISampler(client, MODEL).draw(PROMPT, 2, SAMPLING))


async def test_a_stream_that_is_cut_off_is_no_sample_and_ends_the_others(
    server: ReplayServer, client: AsyncOpenAI
) -> None:
    server.break_off_after = 10
    samples: list[Sample] = []
    with pytest.raises(SamplerError, match="failed to decode"):
        async with OpenAISampler(client, MODEL).draw(PROMPT, 4, SAMPLING) as draw:
            async for sample in draw:
                samples.append(sample)
    assert [each.text for each in samples if each.is_whole] == [SHORT]
    await until_let_go(server, 4)
    assert server.aborted == 3


async def test_the_pages_program_runs_as_it_stands(server: ReplayServer, client: AsyncOpenAI) -> None:
    server.recording = Recording({"Python function": [SHORT, *[LONG] * 7]})
    source = program("samplers.md", "from openai import")
    said = await said_by(source, OPENAI_BASE_URL=str(client.base_url), OPENAI_API_KEY="none", MODEL=MODEL)
    assert len(said) == 9
    assert said[0].endswith("stop 5 tokens")
    assert all("aborted" in line for line in said[1:8])
    await until_let_go(server, 8)
    assert (server.whole, server.aborted) == (1, 7)
