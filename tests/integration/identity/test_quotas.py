"""Quotas over a real server: refused by name, with when to come back, and others go on."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import grpc
import pytest
from google.protobuf.duration_pb2 import Duration
from grpc import aio

import verifierd_client as client
from tests.support.tenants import Served, problem, serving, submit_request, verify_request
from tests.unit.api.fakes import details_of
from verifier.v1 import batch_pb2
from verifier.v1 import verifier_service_pb2 as wire
from verifier.v1.status_pb2 import RetryInfo
from verifierd.audit.store import Store, StoreSettings, open_store
from verifierd.audit.unjudged import unjudged_candidates
from verifierd.identity.cpu_time import CpuTime
from verifierd.identity.principals import ALL_SCOPES
from verifierd.identity.quotas import Quota, Quotas
from verifierd.identity.token_table import TokenTable
from verifierd.identity.tokens import new_token
from verifierd.identity.usage_table import UsageTable

pytestmark = pytest.mark.anyio

EXHAUSTED = grpc.StatusCode.RESOURCE_EXHAUSTED


@pytest.fixture(scope="session")
async def one_loop(anyio_backend: str) -> AsyncIterator[None]:
    """Keep one event loop for all tests: grpc.aio hands late events of a closed loop to the next one."""
    yield


@pytest.fixture
async def sqlite(one_loop: None, tmp_path: Path) -> AsyncIterator[Store]:
    store = await asyncio.to_thread(open_store, StoreSettings(str(tmp_path / "audit.db")))
    yield store
    await asyncio.to_thread(store.close)


def of_a(**quota: Any) -> Quotas:
    return Quotas(of_tenants={"a": Quota(**quota)})


async def verified(served: Served, caller: str, *sources: str) -> None:
    async for _ in served.verifier.Verify(verify_request(*sources), metadata=served.shows(caller)):
        pass


async def test_a_refusal_names_the_quota_and_when_it_is_free_again(sqlite: Store, tmp_path: Path) -> None:
    async with serving(sqlite, tmp_path, of_a(requests_per_second=0.5)) as served:
        await verified(served, "a", "right")
        with pytest.raises(aio.AioRpcError) as refused:
            await verified(served, "a", "right")
        await verified(served, "b", "right")
        assert refused.value.code() is EXHAUSTED
        details = details_of(refused.value)
        assert set(details) == {"ErrorInfo", "QuotaFailure", "RetryInfo"}
        assert b"requests_per_second:a" in details["QuotaFailure"]
        delay: Duration = RetryInfo.FromString(details["RetryInfo"]).retry_delay
        assert 0 < delay.ToTimedelta().total_seconds() <= 2.0


async def test_the_client_says_when_to_come_back(sqlite: Store, tmp_path: Path) -> None:
    async with serving(sqlite, tmp_path, of_a(requests_per_second=0.01)) as served:
        token = served.texts["a"]
        async with client.AsyncVerifier(served.address, token=token) as verifier:
            asked = client.Problem("p", [client.StdioTest("0", "0")])
            assert (await verifier.verify(asked, [client.Candidate("right")])).results[0].passed
            with pytest.raises(client.QuotaExceeded, match="requests_per_second") as refused:
                await verifier.verify(asked, [client.Candidate("right")])
            assert refused.value.retry_after_s == pytest.approx(100.0, rel=0.5)
        async with client.AsyncVerifier(served.address) as nobody:
            with pytest.raises(client.Unauthenticated, match="shows no token"):
                await nobody.capabilities()


async def test_what_runs_uses_up_the_cpu_time_of_its_tenant(sqlite: Store, tmp_path: Path) -> None:
    """A run of these programs takes 10 ms."""
    async with serving(sqlite, tmp_path, of_a(cpu_seconds_per_day=0.02)) as served:
        await verified(served, "a", "right")
        with pytest.raises(aio.AioRpcError, match="cpu_seconds_per_day") as refused:
            await verified(served, "a", "right")
        assert refused.value.code() is EXHAUSTED
        with pytest.raises(aio.AioRpcError, match="cpu_seconds_per_day"):
            await served.verifier.SubmitBatch(submit_request("right"), metadata=served.shows("a"))
        await verified(served, "b", "right")


async def test_candidates_of_durable_batches_count_until_they_are_judged(
    sqlite: Store, tmp_path: Path
) -> None:
    async with serving(sqlite, tmp_path, of_a(concurrent_candidates=2)) as served:
        by_a = served.shows("a")
        held = await served.verifier.SubmitBatch(submit_request("held", request_id="1"), metadata=by_a)
        await served.executor.held.wait()
        two = submit_request("right", "wrong", request_id="2")
        with pytest.raises(aio.AioRpcError, match="1 candidates of 2 are not judged yet"):
            await served.verifier.SubmitBatch(two, metadata=by_a)
        await served.verifier.CancelBatch(wire.CancelBatchRequest(batch_id=held.batch.id), metadata=by_a)
        watch = wire.WatchBatchRequest(batch_id=held.batch.id)
        async for _ in served.verifier.WatchBatch(watch, metadata=by_a):
            pass
        await served.verifier.SubmitBatch(two, metadata=by_a)


async def test_a_problem_beyond_the_quota_is_refused(sqlite: Store, tmp_path: Path) -> None:
    async with serving(sqlite, tmp_path, of_a(stored_problem_bytes=100)) as served:
        put = wire.PutProblemRequest(problem=problem())
        with pytest.raises(aio.AioRpcError, match="stored_problem_bytes") as refused:
            await served.verifier.PutProblem(put, metadata=served.shows("a"))
        assert "RetryInfo" not in details_of(refused.value)
        await served.verifier.PutProblem(put, metadata=served.shows("b"))


async def test_open_calls_are_bounded_whatever_they_wait_for(sqlite: Store, tmp_path: Path) -> None:
    async with serving(sqlite, tmp_path, of_a(concurrent_calls=2)) as served:
        idle = [served.verifier.VerifyStream(metadata=served.shows("a")) for _ in range(2)]
        for each in idle:  # it is served once its batch is accepted
            spec = batch_pb2.BatchSpec(problem=problem())
            await each.write(wire.VerifyStreamRequest(open=wire.OpenBatch(batch=spec)))
            await each.read()
        with pytest.raises(aio.AioRpcError, match="2 calls of 2 are open"):
            await verified(served, "a", "right")
        await verified(served, "b", "right")
        for each in idle:
            each.cancel()


async def test_a_call_that_owes_a_message_for_too_long_is_ended(sqlite: Store, tmp_path: Path) -> None:
    async with serving(sqlite, tmp_path, message_timeout_s=0.3) as served:
        silent = served.verifier.VerifyStream(metadata=served.shows("a"))
        with pytest.raises(aio.AioRpcError) as ended:
            await silent.read()
        assert ended.value.code() is grpc.StatusCode.ABORTED
        assert "server.message_timeout_s" in (ended.value.details() or "")
        await verified(served, "a", "right")


async def test_use_and_tokens_are_kept_by_the_store(store: Store) -> None:
    """On both databases: sums are added to in place, and a token comes back as it was."""
    one, other = (CpuTime(UsageTable(store), clock_ns=lambda: 5) for _ in range(2))
    one.count("a", 3)
    other.count("a", 4)
    other.count("b", 1 << 40)
    await asyncio.gather(one.flush(), other.flush())
    again = CpuTime(UsageTable(store), clock_ns=lambda: 5)
    await again.flush()
    assert (again.used_ns("a"), again.used_ns("b")) == (7, 1 << 40)

    tokens = TokenTable(store)
    token, _ = new_token("a", ALL_SCOPES, 3, 9, "a note")
    await asyncio.to_thread(tokens.add, token)
    assert await asyncio.to_thread(tokens.all) == (token,)
    revoked = await asyncio.to_thread(tokens.revoke, token.id, 8)
    assert revoked is not None
    assert revoked.revoked_at_ns == 8
    assert await asyncio.to_thread(tokens.revoke, token.id, 9) == revoked
    assert await asyncio.to_thread(tokens.revoke, "0" * 12, 9) is None
    assert await asyncio.to_thread(unjudged_candidates, store, "a") == 0
