"""A caller of tenant A tries to see, cancel or poison what is B's: each way comes to nothing."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import grpc
import pytest
import sqlalchemy as sa
from grpc import aio

from tests.support.tenants import (
    SHELF_BYTES,
    Served,
    candidates,
    problem,
    serving,
    submit_request,
    verify_request,
)
from verifier.v1 import audit_service_pb2 as audit
from verifier.v1 import batch_pb2, problem_pb2
from verifier.v1 import verifier_service_pb2 as wire
from verifierd.audit.store import StoreSettings, open_store

pytestmark = pytest.mark.anyio

WORD = "sesame"  # in what B verifies
NOT_FOUND, DENIED = grpc.StatusCode.NOT_FOUND, grpc.StatusCode.PERMISSION_DENIED
INVALID, UNKNOWN_CALLER = grpc.StatusCode.INVALID_ARGUMENT, grpc.StatusCode.UNAUTHENTICATED


@dataclass
class Scene:
    """A server, and what B has on it: two durable batches, a problem, records."""

    served: Served
    finished: str
    running: str
    digest: problem_pb2.Digest
    execution: str
    list_token: str
    records_token: str

    @property
    def verifier(self) -> Any:
        return self.served.verifier

    @property
    def audit(self) -> Any:
        return self.served.audit

    @property
    def a(self) -> Any:
        """What A shows."""
        return self.served.shows("a")

    @property
    def b(self) -> Any:
        return self.served.shows("b")


@pytest.fixture(scope="session")
async def one_loop(anyio_backend: str) -> AsyncIterator[None]:
    """Keep one event loop for all tests: grpc.aio hands late events of a closed loop to the next one."""
    yield


@pytest.fixture
async def scene(one_loop: None, tmp_path: Path) -> AsyncIterator[Scene]:
    async with _set(tmp_path) as scene:
        yield scene


@pytest.fixture(scope="module")
async def one_scene(one_loop: None, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Scene]:
    """For those who change nothing of it."""
    async with _set(tmp_path_factory.mktemp("isolation")) as scene:
        yield scene


@asynccontextmanager
async def _set(folder: Path) -> AsyncIterator[Scene]:
    store = await asyncio.to_thread(open_store, StoreSettings(str(folder / "audit.db")))
    async with serving(store, folder) as served:
        by_b = served.shows("b")
        put = await served.verifier.PutProblem(wire.PutProblemRequest(problem=problem("b's")), metadata=by_b)
        done = submit_request(f"right {WORD}", "wrong", request_id="b-1")
        done.batch.labels["run"] = WORD
        finished = (await served.verifier.SubmitBatch(done, metadata=by_b)).batch.id
        watching = served.verifier.WatchBatch(wire.WatchBatchRequest(batch_id=finished), metadata=by_b)
        assert len([each async for each in watching]) == 4
        held = submit_request(f"held {WORD}", request_id="b-2")
        running = (await served.verifier.SubmitBatch(held, metadata=by_b)).batch.id
        await served.executor.held.wait()
        batches = await served.verifier.ListBatches(wire.ListBatchesRequest(page_size=1), metadata=by_b)
        records = await served.audit.ListExecutions(audit.ListExecutionsRequest(page_size=1), metadata=by_b)
        yield Scene(
            served,
            finished,
            running,
            put.digest,
            records.records[0].id,
            batches.next_page_token,
            records.next_page_token,
        )
    await asyncio.to_thread(store.close)


async def code_of(call: Any) -> grpc.StatusCode:
    """How a call ends; a stream is read to its end."""
    try:
        if hasattr(call, "__aiter__"):
            async for _ in call:
                pass
        else:
            await call
    except aio.AioRpcError as error:
        return error.code()
    return grpc.StatusCode.OK


async def opened(scene: Scene, spec: batch_pb2.BatchSpec, *later: wire.VerifyStreamRequest) -> Any:
    """An open batch of A's."""

    async def messages() -> AsyncIterator[wire.VerifyStreamRequest]:
        yield wire.VerifyStreamRequest(open=wire.OpenBatch(batch=spec))
        for each in later:
            yield each

    return scene.verifier.VerifyStream(messages(), metadata=scene.a)


def get(scene: Scene) -> Any:
    return scene.verifier.GetBatch(wire.GetBatchRequest(batch_id=scene.finished), metadata=scene.a)


def get_running(scene: Scene) -> Any:
    return scene.verifier.GetBatch(wire.GetBatchRequest(batch_id=scene.running), metadata=scene.a)


def watch(scene: Scene) -> Any:
    return scene.verifier.WatchBatch(wire.WatchBatchRequest(batch_id=scene.finished), metadata=scene.a)


def watch_later_events(scene: Scene) -> Any:
    asked = wire.WatchBatchRequest(batch_id=scene.running, after_sequence=1)
    return scene.verifier.WatchBatch(asked, metadata=scene.a)


def watch_beyond_the_newest_event(scene: Scene) -> Any:
    """The refusal of one's own names the newest number."""
    asked = wire.WatchBatchRequest(batch_id=scene.running, after_sequence=10**6)
    return scene.verifier.WatchBatch(asked, metadata=scene.a)


def cancel(scene: Scene) -> Any:
    return scene.verifier.CancelBatch(wire.CancelBatchRequest(batch_id=scene.running), metadata=scene.a)


def cancel_what_has_ended(scene: Scene) -> Any:
    return scene.verifier.CancelBatch(wire.CancelBatchRequest(batch_id=scene.finished), metadata=scene.a)


def list_batches_of_b(scene: Scene) -> Any:
    return scene.verifier.ListBatches(wire.ListBatchesRequest(tenant="b"), metadata=scene.a)


def go_on_with_a_list_of_b(scene: Scene) -> Any:
    asked = wire.ListBatchesRequest(page_size=1, page_token=scene.list_token)
    return scene.verifier.ListBatches(asked, metadata=scene.a)


def submit_as_b(scene: Scene) -> Any:
    request = submit_request("right", request_id="a-1")
    request.batch.tenant = "b"
    return scene.verifier.SubmitBatch(request, metadata=scene.a)


def repeat_b_s_request_as_b(scene: Scene) -> Any:
    request = submit_request(f"right {WORD}", "wrong", request_id="b-1")
    request.batch.tenant = "b"
    return scene.verifier.SubmitBatch(request, metadata=scene.a)


def verify_as_b(scene: Scene) -> Any:
    request = verify_request("right")
    request.batch.tenant = "b"
    return scene.verifier.Verify(request, metadata=scene.a)


async def stream_as_b(scene: Scene) -> Any:
    return await opened(scene, batch_pb2.BatchSpec(problem=problem(), tenant="b"))


def verify_by_b_s_digest(scene: Scene) -> Any:
    request = wire.VerifyRequest(
        batch=batch_pb2.BatchSpec(problem_digest=scene.digest), candidates=candidates("right")
    )
    return scene.verifier.Verify(request, metadata=scene.a)


def submit_by_b_s_digest(scene: Scene) -> Any:
    spec = batch_pb2.BatchSpec(problem_digest=scene.digest)
    request = wire.SubmitBatchRequest(request_id="a-2", batch=spec, candidates=candidates("right"))
    return scene.verifier.SubmitBatch(request, metadata=scene.a)


async def stream_by_b_s_digest(scene: Scene) -> Any:
    return await opened(scene, batch_pb2.BatchSpec(problem_digest=scene.digest))


async def give_up_a_candidate_of_b(scene: Scene) -> Any:
    gone = wire.VerifyStreamRequest(cancel=wire.CancelCandidate(candidate_id="c0"))
    return await opened(scene, batch_pb2.BatchSpec(problem=problem()), gone)


def get_an_execution(scene: Scene) -> Any:
    return scene.audit.GetExecution(audit.GetExecutionRequest(id=scene.execution), metadata=scene.a)


def list_executions_of_b(scene: Scene) -> Any:
    wanted = audit.ExecutionFilter(tenant="b")
    return scene.audit.ListExecutions(audit.ListExecutionsRequest(filter=wanted), metadata=scene.a)


def go_on_with_executions_of_b(scene: Scene) -> Any:
    asked = audit.ListExecutionsRequest(page_size=1, page_token=scene.records_token)
    return scene.audit.ListExecutions(asked, metadata=scene.a)


def tail_b(scene: Scene) -> Any:
    asked = audit.TailExecutionsRequest(filter=audit.ExecutionFilter(tenant="b"), after_sequence=0)
    return scene.audit.TailExecutions(asked, metadata=scene.a)


def export_b(scene: Scene) -> Any:
    asked = audit.ExportExecutionsRequest(filter=audit.ExecutionFilter(tenant="b"), include_blobs=True)
    return scene.audit.ExportExecutions(asked, metadata=scene.a)


def verify_the_chain_of_all(scene: Scene) -> Any:
    return scene.audit.VerifyRecords(audit.VerifyRecordsRequest(), metadata=scene.a)


def _showing(scene: Scene, *headers: tuple[str, str]) -> Any:
    asked = wire.GetBatchRequest(batch_id=scene.finished)
    return scene.verifier.GetBatch(asked, metadata=headers)


def show_nothing(scene: Scene) -> Any:
    return _showing(scene)


def show_b_s_id_and_one_s_own_secret(scene: Scene) -> Any:
    texts, b = scene.served.texts, scene.served.kept["b"]
    forged = f"vfd_{b.id}_{texts['a'].split('_', 2)[2]}"
    return _showing(scene, ("authorization", f"Bearer {forged}"))


def show_the_hash_of_b_s_secret(scene: Scene) -> Any:
    b = scene.served.kept["b"]
    return _showing(scene, ("authorization", f"Bearer vfd_{b.id}_{b.sha256.hex()[:43]}"))


def show_two_tokens(scene: Scene) -> Any:
    return _showing(scene, *scene.a, *scene.b)


def show_a_token_as_a_password(scene: Scene) -> Any:
    return _showing(scene, ("authorization", f"Basic {scene.served.texts['b']}"))


def call_oneself_b(scene: Scene) -> Any:
    return _showing(scene, *scene.a, ("tenant", "b"), ("x-tenant", "b"), ("x-verifierd-tenant", "b"))


def read_with_a_token_that_submits(scene: Scene) -> Any:
    asked = wire.GetBatchRequest(batch_id=scene.finished)
    return scene.verifier.GetBatch(asked, metadata=scene.served.shows("a who submits"))


def submit_with_a_token_that_reads(scene: Scene) -> Any:
    return scene.verifier.Verify(verify_request("right"), metadata=scene.served.shows("a who reads"))


def cancel_with_a_token_that_reads(scene: Scene) -> Any:
    asked = wire.CancelBatchRequest(batch_id=scene.running)
    return scene.verifier.CancelBatch(asked, metadata=scene.served.shows("a who reads"))


REFUSED: tuple[tuple[Callable[[Scene], Any], grpc.StatusCode], ...] = (
    (get, NOT_FOUND),
    (get_running, NOT_FOUND),
    (watch, NOT_FOUND),
    (watch_later_events, NOT_FOUND),
    (watch_beyond_the_newest_event, NOT_FOUND),
    (cancel, NOT_FOUND),
    (cancel_what_has_ended, NOT_FOUND),
    (list_batches_of_b, DENIED),
    (go_on_with_a_list_of_b, INVALID),
    (submit_as_b, DENIED),
    (repeat_b_s_request_as_b, DENIED),
    (verify_as_b, DENIED),
    (stream_as_b, DENIED),
    (verify_by_b_s_digest, NOT_FOUND),
    (submit_by_b_s_digest, NOT_FOUND),
    (stream_by_b_s_digest, NOT_FOUND),
    (give_up_a_candidate_of_b, INVALID),
    (get_an_execution, NOT_FOUND),
    (list_executions_of_b, DENIED),
    (go_on_with_executions_of_b, INVALID),
    (tail_b, DENIED),
    (export_b, DENIED),
    (verify_the_chain_of_all, DENIED),
    (show_nothing, UNKNOWN_CALLER),
    (show_b_s_id_and_one_s_own_secret, UNKNOWN_CALLER),
    (show_the_hash_of_b_s_secret, UNKNOWN_CALLER),
    (show_two_tokens, UNKNOWN_CALLER),
    (show_a_token_as_a_password, UNKNOWN_CALLER),
    (call_oneself_b, NOT_FOUND),
    (read_with_a_token_that_submits, DENIED),
    (submit_with_a_token_that_reads, DENIED),
    (cancel_with_a_token_that_reads, DENIED),
)


@pytest.mark.parametrize(("attempt", "code"), REFUSED, ids=[each.__name__ for each, _ in REFUSED])
async def test_what_is_b_s_is_refused_to_a_and_goes_on(
    one_scene: Scene, attempt: Callable[[Scene], Any], code: grpc.StatusCode
) -> None:
    scene = one_scene
    call = attempt(scene)
    if asyncio.iscoroutine(call):
        call = await call
    assert await code_of(call) is code
    running = await scene.verifier.GetBatch(wire.GetBatchRequest(batch_id=scene.running), metadata=scene.b)
    assert running.batch.state == wire.BATCH_STATE_RUNNING
    assert not running.batch.HasField("cancel_reason")


async def lists_no_batch(scene: Scene) -> object:
    return (await scene.verifier.ListBatches(wire.ListBatchesRequest(), metadata=scene.a)).batches


async def lists_no_batch_by_its_labels(scene: Scene) -> object:
    asked = wire.ListBatchesRequest(labels={"run": WORD})
    return (await scene.verifier.ListBatches(asked, metadata=scene.a)).batches


async def _listed(scene: Scene, **wanted: str) -> object:
    asked = audit.ListExecutionsRequest(filter=audit.ExecutionFilter(**wanted))  # type: ignore[arg-type]
    return (await scene.audit.ListExecutions(asked, metadata=scene.a)).records


async def lists_no_execution(scene: Scene) -> object:
    return await _listed(scene)


async def lists_no_execution_of_its_batch(scene: Scene) -> object:
    return await _listed(scene, batch_id=scene.finished)


async def lists_no_execution_of_its_candidate(scene: Scene) -> object:
    return await _listed(scene, candidate_id="c0")


async def lists_no_execution_of_its_problem(scene: Scene) -> object:
    return await _listed(scene, problem_id="p")


async def finds_no_word_of_its_programs(scene: Scene) -> object:
    return await _listed(scene, text=WORD)


async def exports_nothing(scene: Scene) -> object:
    asked = audit.ExportExecutionsRequest(include_blobs=True)
    return b"".join([each.data async for each in scene.audit.ExportExecutions(asked, metadata=scene.a)])


async def tails_nothing(scene: Scene) -> object:
    """Until something of A's own comes, which is then the first."""
    tail = scene.audit.TailExecutions(audit.TailExecutionsRequest(after_sequence=0), metadata=scene.a)
    async for _ in scene.verifier.Verify(verify_request("right", name="a's"), metadata=scene.a):
        pass
    first = (await tail.read()).record
    tail.cancel()
    return [] if (first.tenant, first.problem_id) == ("a", "a's") else [first]


async def guesses_no_id_of_an_execution(scene: Scene) -> object:
    found = []
    for sequence in range(1, 12):
        for place in range(3):
            asked = audit.GetExecutionRequest(id=f"{sequence}.{place}")
            if await code_of(scene.audit.GetExecution(asked, metadata=scene.a)) is not NOT_FOUND:
                found.append(asked.id)
    return found


async def gets_no_batch_by_b_s_request_id(scene: Scene) -> object:
    """The same request, word for word, is a batch of A's own."""
    request = submit_request(f"right {WORD}", "wrong", request_id="b-1")
    own = (await scene.verifier.SubmitBatch(request, metadata=scene.a)).batch
    return [] if own.id != scene.finished and own.tenant == "a" else [own]


async def takes_no_room_of_b_s_problem(scene: Scene) -> object:
    for number in range(8):
        mine = problem(f"a's {number}")
        mine.tests[0].stdio.stdin = bytes([number]) * (SHELF_BYTES // 4)
        await scene.verifier.PutProblem(wire.PutProblemRequest(problem=mine), metadata=scene.a)
    spec = batch_pb2.BatchSpec(problem_digest=scene.digest)
    request = wire.VerifyRequest(batch=spec, candidates=candidates("right"))
    code = await code_of(scene.verifier.Verify(request, metadata=scene.b))
    return [] if code is grpc.StatusCode.OK else [code]


async def learns_nothing_of_b_s_results(scene: Scene) -> object:
    """What B ran often enough to be known is run anew for A."""
    hits = []
    for shown in (scene.b, scene.b, scene.b, scene.a):
        call = scene.verifier.Verify(verify_request("right and known"), metadata=shown)
        hits.append([each.event async for each in call][-1].batch_finished.summary.cost.cache_hits)
    assert hits[2] > 0
    assert scene.served.executor.requests[-1].tenant == "a"
    return hits[3]


NOTHING: tuple[Callable[[Scene], Awaitable[object]], ...] = (
    lists_no_batch,
    lists_no_batch_by_its_labels,
    lists_no_execution,
    lists_no_execution_of_its_batch,
    lists_no_execution_of_its_candidate,
    lists_no_execution_of_its_problem,
    finds_no_word_of_its_programs,
    exports_nothing,
    tails_nothing,
    guesses_no_id_of_an_execution,
    gets_no_batch_by_b_s_request_id,
    takes_no_room_of_b_s_problem,
    learns_nothing_of_b_s_results,
)


@pytest.mark.parametrize("attempt", NOTHING, ids=lambda each: each.__name__)
async def test_a_finds_nothing_of_b_s(scene: Scene, attempt: Callable[[Scene], Awaitable[Any]]) -> None:
    assert not await attempt(scene)


async def test_another_tenant_s_batch_and_one_that_there_is_not_are_told_of_alike(scene: Scene) -> None:
    """In words, and in what the store is asked for them."""
    told, statements = [], list[str]()

    def note(connection: Any, cursor: Any, statement: str, *_: object) -> None:
        statements.append(statement)

    sa.event.listen(scene.served.store.engine, "before_cursor_execute", note)
    for batch_id in (scene.finished, "0" * 32):
        statements.clear()
        with pytest.raises(aio.AioRpcError) as refused:
            await scene.verifier.GetBatch(wire.GetBatchRequest(batch_id=batch_id), metadata=scene.a)
        words = (refused.value.details() or "").replace(batch_id, "ID")
        told.append((refused.value.code(), words, tuple(statements)))
    assert told[0] == told[1]


async def test_an_administrator_sees_and_cancels_what_all_tenants_have(scene: Scene) -> None:
    by_admin = scene.served.shows("admin")
    listed = await scene.verifier.ListBatches(wire.ListBatchesRequest(), metadata=by_admin)
    assert {batch.id for batch in listed.batches} == {scene.finished, scene.running}
    cancelled = await scene.verifier.CancelBatch(
        wire.CancelBatchRequest(batch_id=scene.running), metadata=by_admin
    )
    assert cancelled.batch.id == scene.running
    report = await scene.audit.VerifyRecords(audit.VerifyRecordsRequest(), metadata=by_admin)
    assert report.records_checked > 0
    assert not report.faults


async def test_an_administrator_may_submit_on_a_tenant_s_behalf(scene: Scene) -> None:
    request = submit_request("right", request_id="ops-1")
    request.batch.tenant = "a"
    by_admin = scene.served.shows("admin")
    made = (await scene.verifier.SubmitBatch(request, metadata=by_admin)).batch
    got = await scene.verifier.GetBatch(wire.GetBatchRequest(batch_id=made.id), metadata=scene.a)
    assert got.batch.tenant == "a"


async def test_records_say_for_whom_and_by_which_token(scene: Scene) -> None:
    listed = await scene.audit.ListExecutions(audit.ListExecutionsRequest(), metadata=scene.b)
    assert {record.tenant for record in listed.records} == {"b"}
    name = f"token {scene.served.kept['b'].id} "
    assert all(record.requested_by.startswith(name) for record in listed.records)


async def test_a_revoked_token_s_calls_end_with_their_next_message(scene: Scene) -> None:
    tail = scene.audit.TailExecutions(
        audit.TailExecutionsRequest(), metadata=scene.served.shows("a who reads")
    )
    await asyncio.to_thread(scene.served.tokens.revoke, scene.served.kept["a who reads"].id, 2)
    await asyncio.to_thread(scene.served.book.refresh)
    async for _ in scene.verifier.Verify(verify_request("right"), metadata=scene.a):
        pass
    assert await code_of(tail) is UNKNOWN_CALLER
    asked = wire.ListBatchesRequest()
    by_revoked = scene.served.shows("a who reads")
    assert await code_of(scene.verifier.ListBatches(asked, metadata=by_revoked)) is UNKNOWN_CALLER
