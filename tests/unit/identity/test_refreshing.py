"""A token counts as soon as it is made; who shows wrong ones costs the place of tokens next to nothing."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from verifierd.errors import Unauthenticated
from verifierd.identity import refreshing
from verifierd.identity.principals import Scope
from verifierd.identity.recognition import Recognition
from verifierd.identity.refreshing import MOST_WAITING, Refreshing
from verifierd.identity.shelf import TokenBook
from verifierd.identity.tokens import Token, new_token

pytestmark = pytest.mark.anyio

SELDOM_S = 600.0


class Source:
    """Tokens in memory; readings wait until they are `freed`."""

    where = "memory"

    def __init__(self) -> None:
        self.tokens: list[Token] = []
        self.reads = 0
        self.freed = threading.Event()
        self.freed.set()

    def all(self) -> tuple[Token, ...]:
        self.reads += 1
        self.freed.wait(60)
        return tuple(self.tokens)

    def made(self) -> str:
        token, text = new_token("a", frozenset({Scope.READ}), 1)
        self.tokens.append(token)
        return text


@asynccontextmanager
async def kept(source: Source, every_s: float = SELDOM_S) -> AsyncIterator[Recognition]:
    book = TokenBook(source)
    keeper = Refreshing(book, every_s)
    keeping = asyncio.create_task(keeper.keep())
    try:
        yield Recognition(book, {}, keeper.look)
    finally:
        source.freed.set()
        keeping.cancel()


async def known(recognition: Recognition, text: str) -> bool:
    try:
        return (await recognition.caller([f"Bearer {text}"], [])).tenant == "a"
    except Unauthenticated:
        return False


async def test_a_token_is_known_as_soon_as_it_is_made() -> None:
    source = Source()
    async with kept(source) as recognition:
        for _ in range(2):
            assert await known(recognition, source.made())


async def test_one_that_is_known_has_nothing_read() -> None:
    source = Source()
    async with kept(source) as recognition:
        text = source.made()
        assert await known(recognition, text)
        reads = source.reads
        assert all([await known(recognition, text) for _ in range(100)])
        assert source.reads == reads


async def test_what_is_no_token_has_nothing_read() -> None:
    source = Source()
    async with kept(source) as recognition:
        assert not await known(recognition, "vfd_guess")
        assert source.reads == 0


async def test_a_flood_of_wrong_ones_has_it_read_once_at_a_time_and_most_do_not_wait() -> None:
    source = Source()
    source.freed.clear()
    _, wrong = new_token("b", frozenset({Scope.READ}), 1)
    async with kept(source) as recognition:
        flood = [asyncio.create_task(known(recognition, wrong)) for _ in range(10 * MOST_WAITING)]
        _, waiting = await asyncio.wait(flood, timeout=0.2)
        assert len(waiting) == MOST_WAITING
        source.freed.set()
        assert not any(await asyncio.gather(*flood))
        assert source.reads == 1


async def test_a_source_that_does_not_answer_holds_nobody_up_for_long(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(refreshing, "WAITS_S", 0.01)
    source = Source()
    source.freed.clear()
    async with kept(source) as recognition:
        assert not await asyncio.wait_for(known(recognition, source.made()), 30)


async def test_it_is_read_every_so_often_though_nobody_asks() -> None:
    source = Source()
    async with asyncio.timeout(30), kept(source, every_s=0.01):
        while source.reads < 3:  # noqa: ASYNC110 - a thread reads
            await asyncio.sleep(0.01)
