"""Front ends that start at once make the same things at once."""

from __future__ import annotations

import asyncio

import pytest

from tests.support.nats_server import NatsServer
from verifierd.fleet.buckets import key_value_bucket
from verifierd.fleet.connection import connect
from verifierd.fleet.objects import object_store
from verifierd.fleet.streams import make_streams

pytestmark = pytest.mark.anyio


async def test_all_of_those_who_make_the_same_at_once_have_it(nats: NatsServer) -> None:
    connections = [await connect(nats.settings(), f"front-end-{number}") for number in range(4)]
    await asyncio.gather(*map(make_streams, connections))
    for number in range(20):
        stores, buckets = await asyncio.gather(
            asyncio.gather(*(object_store(each, f"objects-{number}", "test", 60.0) for each in connections)),
            asyncio.gather(*(key_value_bucket(each, f"keys-{number}", "test") for each in connections)),
        )
        await stores[0].put("name", b"object")
        await buckets[0].put("name", b"value")
        assert {(await each.get("name")).data for each in stores} == {b"object"}
        assert {(await each.get("name")).value for each in buckets} == {b"value"}
    for each in connections:
        await each.close()
