"""The draw that all engines share, over streams that the test feeds token by token."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncGenerator

import pytest

from tests.integration.frameworks.checks.page import program, said_by
from verifierd_client.sampling import FinishReason, Sample, SamplerError
from verifierd_client.sampling.running import Piece, RunningDraw
from verifierd_client.sampling.streams import draw_streams

pytestmark = pytest.mark.anyio


class Engine:
    """Streams whose pieces the test puts there; an exception in place of a piece is raised."""

    def __init__(self, n: int) -> None:
        self.queues: list[asyncio.Queue[Piece | Exception]] = [asyncio.Queue() for _ in range(n)]
        self.closed: list[int] = []

    async def stream(self, index: int) -> AsyncGenerator[Piece, None]:
        try:
            while True:
                piece = await self.queues[index].get()
                if isinstance(piece, Exception):
                    raise piece
                yield piece
                if piece.finish_reason is not None:
                    return
        finally:
            await asyncio.sleep(0)  # a real one waits here for its server
            self.closed.append(index)

    def say(self, index: int, text: str, tokens: int, reason: FinishReason | None = None) -> None:
        self.queues[index].put_nowait(Piece(text, tokens, 9, reason))

    def draw(self) -> RunningDraw:
        return draw_streams(len(self.queues), self.stream)


async def settled() -> None:
    for _ in range(20):
        await asyncio.sleep(0)


async def rest_of(draw: RunningDraw) -> list[Sample]:
    return [sample async for sample in draw]


async def test_samples_come_as_they_end_with_all_their_text_and_tokens() -> None:
    engine = Engine(2)
    async with engine.draw() as draw:
        engine.say(0, "a", 1)
        engine.say(1, "x", 1)
        engine.say(1, "y", 2, FinishReason.LENGTH)
        assert await anext(draw) == Sample(1, "xy", 9, 2, FinishReason.LENGTH)
        assert draw.completion_tokens == 3
        engine.say(0, "b", 2)
        engine.say(0, "", 3, FinishReason.STOP)
        assert await rest_of(draw) == [Sample(0, "ab", 9, 3, FinishReason.STOP)]
        assert await rest_of(draw) == [], "asked again, it is still over"


async def test_an_aborted_sample_comes_as_far_as_it_was_once_its_stream_is_closed() -> None:
    engine = Engine(3)
    async with engine.draw() as draw:
        engine.say(0, "half", 2)
        await settled()
        draw.abort([0, 1])
        draw.abort([0])
        assert await anext(draw) == Sample(0, "half", 9, 2, FinishReason.ABORTED)
        assert await anext(draw) == Sample(1, "", 0, 0, FinishReason.ABORTED)
        assert sorted(engine.closed) == [0, 1]
        engine.say(2, "whole", 1, FinishReason.STOP)
        assert [each.text for each in await rest_of(draw)] == ["whole"]
        draw.abort()
        assert await rest_of(draw) == []


async def test_what_is_aborted_before_it_began_is_accounted_for_too() -> None:
    engine = Engine(2)
    draw = engine.draw()
    draw.abort()
    assert [(each.index, each.finish_reason) for each in await rest_of(draw)] == [
        (0, FinishReason.ABORTED),
        (1, FinishReason.ABORTED),
    ]


async def test_leaving_the_block_aborts_what_is_left_and_waits_for_it() -> None:
    engine = Engine(2)
    async with engine.draw() as draw:
        engine.say(0, "a", 1)
        await settled()
    assert sorted(engine.closed) == [0, 1]
    assert [each.text for each in await rest_of(draw)] == ["a", ""]


async def test_a_failure_aborts_the_others_and_is_raised_after_all_that_ended() -> None:
    engine = Engine(3)
    async with engine.draw() as draw:
        engine.say(0, "whole", 1, FinishReason.STOP)
        engine.say(1, "half", 2)
        await settled()
        engine.queues[2].put_nowait(SamplerError("the server went away"))
        engine.queues[1].put_nowait(SamplerError("this one, too, but later"))
        seen = []
        with pytest.raises(SamplerError, match="the server went away"):
            async for sample in draw:
                seen.append(sample)
        assert seen[0].text == "whole"
        assert {each.finish_reason for each in seen[1:]} <= {FinishReason.ABORTED}
        with pytest.raises(SamplerError):
            await anext(draw)
    assert sorted(engine.closed) == [0, 1, 2]


async def test_a_stream_that_does_not_say_why_it_ended_is_no_sample() -> None:
    async def broken(index: int) -> AsyncGenerator[Piece, None]:
        yield Piece("def f(", 3)

    with pytest.raises(SamplerError, match="broke off"):
        await rest_of(draw_streams(1, broken))


async def test_a_sample_that_ended_before_its_abort_stays_whole() -> None:
    """The last piece has come, the stream is still closing: what was decoded is all there."""

    async def lingering(index: int) -> AsyncGenerator[Piece, None]:
        yield Piece("all", 3, 1, FinishReason.STOP)
        await asyncio.sleep(60)

    async with draw_streams(1, lingering) as draw:
        await settled()
        draw.abort()
        assert await anext(draw) == Sample(0, "all", 1, 3, FinishReason.STOP)


async def test_another_thread_may_abort() -> None:
    engine = Engine(1)
    draw = engine.draw()
    thread = threading.Thread(target=draw.abort)
    thread.start()
    assert [each.finish_reason for each in await rest_of(draw)] == [FinishReason.ABORTED]
    thread.join()


async def test_cancelling_who_waits_loses_no_sample() -> None:
    engine = Engine(1)
    async with engine.draw() as draw:
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.01):
                await anext(draw)
        engine.say(0, "late", 1, FinishReason.STOP)
        assert (await anext(draw)).text == "late"


async def test_a_draw_of_none_is_over_at_once_and_one_of_fewer_is_refused() -> None:
    assert await rest_of(Engine(0).draw()) == []
    with pytest.raises(ValueError, match="n is -1"):
        draw_streams(-1, Engine(0).stream)


@pytest.mark.parametrize("index", [-1, 2])
async def test_a_sample_that_the_draw_does_not_have_cannot_be_aborted(index: int) -> None:
    async with Engine(2).draw() as draw:
        with pytest.raises(ValueError, match=f"no sample {index}"):
            draw.abort([index])


def test_an_abort_after_the_loop_has_ended_is_harmless() -> None:
    async def abandoned() -> RunningDraw:
        return Engine(0).draw()

    draw = asyncio.run(abandoned())
    draw.abort()
    assert draw.post(draw.end, 0) is False


async def test_the_pages_sampler_of_your_own_runs_as_it_stands() -> None:
    assert await said_by(program("samplers.md", "class Dictation")) == ["['print(2)', 'print(2)']"]
