"""Durable batches with large requests in S3: none is lost while its server hangs, the next is refused."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.integration.durable.scene import life, submission, verdicts_in
from tests.support.blob_places import Bucket
from verifierd.audit import bounded_calls
from verifierd.audit.store import Store, StoreSettings, open_store
from verifierd.errors import RecordsUnavailable
from verifierd.model import Verdict

pytestmark = [
    pytest.mark.anyio,
    pytest.mark.parametrize("s3_server", ["s3"], indirect=True, scope="session"),
]
# Compression makes it no smaller than the database takes.
LARGE = "right " + random.Random(8).randbytes(30_000).hex()


@pytest.fixture
def in_s3(blob_place: Bucket, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Store]:
    """A store with large blobs in S3, whose server has two seconds to answer."""
    store = open_store(StoreSettings(str(tmp_path / "audit.db"), blob_place.url))
    store.blobs.files.check()
    monkeypatch.setattr(bounded_calls, "ANSWER_S", 2.0)
    yield store
    store.close()


async def test_a_batch_waits_for_a_server_that_hangs_and_the_next_is_refused_by_name(
    in_s3: Store, blob_place: Bucket
) -> None:
    async with asyncio.timeout(60), life(in_s3) as daemon:
        blob_place.server.hang()
        try:
            waiting = asyncio.create_task(daemon.durable.submit(submission(LARGE, "wrong")))
            while daemon.writer.trouble is None:  # noqa: ASYNC110 - the writer's thread tells nobody
                await asyncio.sleep(0.01)
            with pytest.raises(RecordsUnavailable, match=r"a blob cannot be written to s3://.* no answer"):
                await daemon.durable.submit(submission("right", request_id="r2"))
            assert not waiting.done()
        finally:
            blob_place.server.go_on()
        await waiting
        events = await daemon.watched("batch-r1")
    assert [*verdicts_in(events).values()] == [Verdict.ACCEPTED, Verdict.WRONG_ANSWER]
    async with asyncio.timeout(60), life(in_s3) as daemon:
        assert await daemon.watched("batch-r1") == events


async def test_a_large_request_is_read_from_s3_after_a_stop_and_goes_with_the_batch_s_end(
    in_s3: Store, blob_place: Bucket
) -> None:
    async with asyncio.timeout(60), life(in_s3, at_a_time=0) as daemon:
        await daemon.durable.submit(submission(LARGE))
    assert len(blob_place.paths()) == 1
    async with asyncio.timeout(60), life(in_s3) as daemon:
        events = await daemon.watched("batch-r1")
    assert verdicts_in(events) == {"c0": Verdict.ACCEPTED}
    assert len(blob_place.paths()) == 1, "the program is there, its request no longer"
