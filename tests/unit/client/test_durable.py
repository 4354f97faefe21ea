"""Durable batches through the client: a lost connection loses nothing, and what is refused has its name."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import grpc
import pytest
from grpc import aio

import verifierd_client as client
from verifier.v1 import result_pb2
from verifier.v1 import verifier_service_pb2 as wire
from verifier.v1.verifier_service_pb2_grpc import (
    VerifierServiceServicer,
    add_VerifierServiceServicer_to_server,
)
from verifierd.api.status import status_of
from verifierd.errors import BatchFailed, RequestIdTaken, RequestRejected, UnknownBatch
from verifierd_client import BatchState, Verdict

pytestmark = pytest.mark.anyio

PROBLEM = client.Problem("sum", [client.StdioTest("1 2", "3")])
CANDIDATES = 5
LAST = CANDIDATES + 2


@dataclass
class Durable(VerifierServiceServicer):
    """Keeps one batch, whose watchers it cuts off after so many events each; 0: never.

    The first watcher that is to be told the event `held` waits for it in vain.
    """

    cuts: list[int] = field(default_factory=list)
    held: int = 0
    is_holding: asyncio.Event = field(default_factory=asyncio.Event)
    watched_after: list[int] = field(default_factory=list)
    submitted: list[wire.SubmitBatchRequest] = field(default_factory=list)
    listed: list[wire.ListBatchesRequest] = field(default_factory=list)
    refusal: RequestRejected | None = None

    async def SubmitBatch(self, request: wire.SubmitBatchRequest, context: Any) -> wire.SubmitBatchResponse:
        self.submitted.append(request)
        await self._refuse(context)
        if len(self.submitted) == 1:
            await context.abort(grpc.StatusCode.UNAVAILABLE, "not yet")
        return wire.SubmitBatchResponse(batch=wire.Batch(id="b", state=wire.BATCH_STATE_QUEUED))

    async def GetBatch(self, request: wire.GetBatchRequest, context: Any) -> wire.GetBatchResponse:
        await self._refuse(context)
        return wire.GetBatchResponse(batch=wire.Batch(id=request.batch_id, state=99))  # type: ignore[arg-type]

    async def ListBatches(self, request: wire.ListBatchesRequest, context: Any) -> wire.ListBatchesResponse:
        self.listed.append(request)
        first = not request.page_token
        names = ("c", "b") if first else ("a",)
        return wire.ListBatchesResponse(
            batches=[wire.Batch(id=name) for name in names], next_page_token="more" if first else ""
        )

    async def WatchBatch(
        self, request: wire.WatchBatchRequest, context: Any
    ) -> AsyncGenerator[wire.WatchBatchResponse, None]:
        self.watched_after.append(request.after_sequence)
        await self._refuse(context)
        cut = self.cuts.pop(0) if self.cuts else 0
        for told, sequence in enumerate(range(request.after_sequence + 1, LAST + 1)):
            if cut and told == cut:
                await context.abort(grpc.StatusCode.UNAVAILABLE, "the daemon went away")
            if sequence == self.held and not self.is_holding.is_set():
                self.is_holding.set()
                await asyncio.Event().wait()
            yield wire.WatchBatchResponse(event=_event(sequence))

    async def _refuse(self, context: Any) -> None:
        if self.refusal is not None:
            status = status_of(self.refusal)
            details = (("grpc-status-details-bin", status.SerializeToString()),)
            code = next(code for code in grpc.StatusCode if code.value[0] == status.code)
            await context.abort(code, status.message, details)


def kept_batch(**facts: Any) -> Durable:
    return Durable(**facts)  # type: ignore[abstract]  # what it lacks is not called


def _event(sequence: int) -> result_pb2.VerifyEvent:
    event = result_pb2.VerifyEvent(sequence=sequence)
    if sequence == 1:
        event.batch_accepted.batch_id = "b"
    elif sequence == LAST:
        event.batch_finished.summary.batch_id = "b"
    else:
        event.candidate_finished.result.candidate_id = f"c{sequence - 2}"
        event.candidate_finished.result.verdict = result_pb2.VERDICT_ACCEPTED
    return event


@asynccontextmanager
async def keeping(folder: Path, kept: Durable) -> AsyncIterator[client.AsyncVerifier]:
    server = aio.server()
    add_VerifierServiceServicer_to_server(kept, server)
    address = f"unix:{folder}/api.sock"
    server.add_insecure_port(address)
    await server.start()
    try:
        async with client.AsyncVerifier(address, timeout_s=30, retries=1) as verifier:
            yield verifier
    finally:
        await server.stop(0)


async def test_a_watch_that_is_cut_off_goes_on_after_the_last_event(one_loop: None, tmp_path: Path) -> None:
    kept = kept_batch(cuts=[2, 1, 1, 3])
    async with keeping(tmp_path, kept) as verifier, verifier.watch("b") as watch:
        names = [result.candidate_id async for result in watch]
    assert names == [f"c{place}" for place in range(CANDIDATES)]
    assert kept.watched_after == [0, 2, 3, 4]
    assert (watch.last_sequence, watch.summary.batch_id) == (LAST, "b")


async def test_a_watch_goes_on_where_another_one_left_off(one_loop: None, tmp_path: Path) -> None:
    kept = kept_batch()
    async with keeping(tmp_path, kept) as verifier:
        async with verifier.watch("b", after=4) as watch:
            assert [result.candidate_id async for result in watch] == ["c3", "c4"]
        async with verifier.watch("b", after=LAST) as over:
            assert [result async for result in over] == []
        with pytest.raises(RuntimeError, match="after the last result"):
            _ = over.summary


async def test_a_watch_that_failed_goes_on_with_the_result_that_was_to_come(
    one_loop: None, tmp_path: Path
) -> None:
    kept = kept_batch(cuts=[3])
    async with keeping(tmp_path, kept) as verifier, verifier.watch("b") as watch:
        assert [(await anext(watch)).candidate_id for _ in range(2)] == ["c0", "c1"]
        kept.refusal = BatchFailed("b", "its record cannot be read")
        for _ in range(2):
            with pytest.raises(client.BatchFailed):
                await anext(watch)
        kept.refusal = None
        assert [result.candidate_id async for result in watch] == ["c2", "c3", "c4"]
        assert [result async for result in watch] == []
    assert (watch.last_sequence, watch.summary.batch_id) == (LAST, "b")


async def test_a_watch_whose_reader_gave_up_waiting_goes_on_with_the_result_that_was_to_come(
    one_loop: None, tmp_path: Path
) -> None:
    kept = kept_batch(held=4)
    async with keeping(tmp_path, kept) as verifier, verifier.watch("b") as watch:
        assert [(await anext(watch)).candidate_id for _ in range(2)] == ["c0", "c1"]
        waiting = asyncio.ensure_future(anext(watch))
        await kept.is_holding.wait()
        await asyncio.sleep(0)  # it may have held before the reader began
        with pytest.raises(RuntimeError, match="somebody else"):
            await anext(watch)
        waiting.cancel()
        await asyncio.gather(waiting, return_exceptions=True)
        assert waiting.cancelled()
        assert [result.candidate_id async for result in watch] == ["c2", "c3", "c4"]
    assert kept.watched_after == [0, 3]


async def test_a_watch_that_was_closed_stays_closed(one_loop: None, tmp_path: Path) -> None:
    async with keeping(tmp_path, kept_batch()) as verifier:
        watch = verifier.watch("b")
        await anext(watch)
        await watch.aclose()
        assert [result async for result in watch] == []


async def test_a_server_that_was_never_there_is_not_waited_for(one_loop: None, tmp_path: Path) -> None:
    async with client.AsyncVerifier(f"unix:{tmp_path}/none.sock", retries=1) as verifier:
        with pytest.raises(client.ConnectionFailed):
            await anext(verifier.watch("b"))


@pytest.mark.parametrize(
    ("refusal", "error"),
    [
        (UnknownBatch("b"), client.UnknownBatch),
        (RequestIdTaken("r", "b"), client.RequestIdTaken),
        (BatchFailed("b", "it was refused"), client.BatchFailed),
    ],
)
async def test_refusals_have_their_names(
    one_loop: None, tmp_path: Path, refusal: RequestRejected, error: type[Exception]
) -> None:
    async with keeping(tmp_path, kept_batch(refusal=refusal)) as verifier:
        for call in (verifier.submit(PROBLEM, ["a"]), verifier.get("b"), anext(verifier.watch("b"))):
            with pytest.raises(error, match=str(refusal)[:20]):
                await call


async def test_a_repeated_submission_has_one_request_id(one_loop: None, tmp_path: Path) -> None:
    kept = kept_batch()
    async with keeping(tmp_path, kept) as verifier:
        batch = await verifier.submit(PROBLEM, ["a", "b"], labels={"run": "7"})
    assert (batch.id, batch.state, batch.is_finished) == ("b", BatchState.QUEUED, False)
    first, second = kept.submitted
    assert first == second
    assert (len(first.request_id), dict(first.batch.labels)) == (32, {"run": "7"})


async def test_a_list_is_followed_page_by_page_as_far_as_it_is_read(one_loop: None, tmp_path: Path) -> None:
    kept = kept_batch()
    moment = datetime(2026, 1, 2, tzinfo=UTC)
    async with keeping(tmp_path, kept) as verifier:
        found = verifier.batches(states=[BatchState.RUNNING], labels={"a": "b"}, submitted_from=moment)
        assert (await anext(found)).id == "c"
        assert len(kept.listed) == 1
        assert [batch.id async for batch in found] == ["b", "a"]
        for states, when in (([BatchState.UNKNOWN], None), ([], datetime(2026, 1, 2))):
            with pytest.raises(client.OutOfRange):
                verifier.batches(states=states, submitted_from=when)
    assert kept.listed[0].submitted_from.ToDatetime(UTC) == moment


async def test_a_state_of_a_newer_server_is_unknown(one_loop: None, tmp_path: Path) -> None:
    async with keeping(tmp_path, kept_batch()) as verifier:
        assert (await verifier.get("b")).state is BatchState.UNKNOWN


async def test_the_blocking_client_does_the_same(one_loop: None, tmp_path: Path) -> None:
    def blocking(address: str) -> tuple[str, list[Verdict], list[str]]:
        with client.Verifier(address, timeout_s=30) as verifier:
            batch = verifier.submit(PROBLEM, ["a"])
            with verifier.watch(batch.id) as watch:
                verdicts = [result.verdict for result in watch]
            assert (watch.batch_id, watch.last_sequence) == ("b", LAST)
            return watch.summary.batch_id, verdicts, [each.id for each in verifier.batches()]

    async with keeping(tmp_path, kept_batch(cuts=[3])) as verifier:
        batch_id, verdicts, listed = await asyncio.to_thread(blocking, verifier.address)
    assert (batch_id, verdicts) == ("b", [Verdict.ACCEPTED] * CANDIDATES)
    assert listed == ["c", "b", "a"]


async def test_a_blocking_watch_that_failed_goes_on_too(one_loop: None, tmp_path: Path) -> None:
    kept = kept_batch(cuts=[2])

    def blocking(address: str) -> list[str]:
        with client.Verifier(address, timeout_s=30) as verifier, verifier.watch("b") as watch:
            names = [next(watch).candidate_id]
            kept.refusal = BatchFailed("b", "its record cannot be read")
            with pytest.raises(client.BatchFailed):
                next(watch)
            kept.refusal = None
            return names + [result.candidate_id for result in watch]

    async with keeping(tmp_path, kept) as verifier:
        names = await asyncio.to_thread(blocking, verifier.address)
    assert names == [f"c{place}" for place in range(CANDIDATES)]
