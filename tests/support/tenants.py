"""A server with several tenants: real gRPC, store, tokens and engine; programs run in memory."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from grpc import aio

from tests.unit.api.fakes import ABILITIES
from tests.unit.batches.scene import act, engine
from tests.unit.execution.fakes import FakeExecutor
from verifier.v1 import batch_pb2, problem_pb2
from verifier.v1 import verifier_service_pb2 as wire
from verifier.v1.audit_service_pb2_grpc import AuditServiceStub
from verifier.v1.verifier_service_pb2_grpc import VerifierServiceStub
from verifierd.api.records import Records
from verifierd.api.requests import RequestReader
from verifierd.api.server import ApiServer, Door
from verifierd.api.submissions import Submissions
from verifierd.audit.store import Store
from verifierd.audit.writer import Writer
from verifierd.batches.problems import ProblemStore
from verifierd.batches.recorded import Recorder
from verifierd.batches.settings import EngineSettings
from verifierd.durable.alone import Alone
from verifierd.durable.batches import DurableBatches
from verifierd.durable.runs import Runs
from verifierd.execution.accounted import Accounted
from verifierd.execution.executor import ExecutionRequest
from verifierd.identity.cpu_time import CpuTime
from verifierd.identity.metering import Metering
from verifierd.identity.principals import Scope
from verifierd.identity.quotas import Quotas
from verifierd.identity.recognition import Identity, Recognition
from verifierd.identity.shelf import TokenBook
from verifierd.identity.token_table import TokenTable
from verifierd.identity.tokens import Token, new_token
from verifierd.judging.answers import Answer

Metadata = tuple[tuple[str, str], ...]
SHELF_BYTES = 1 << 16
BOTH = frozenset({Scope.SUBMIT, Scope.READ})
CALLERS = {
    "a": ("a", BOTH),
    "b": ("b", BOTH),
    "a who reads": ("a", frozenset({Scope.READ})),
    "a who submits": ("a", frozenset({Scope.SUBMIT})),
    "admin": ("ops", frozenset({Scope.ADMIN})),
}


class Waiting(FakeExecutor):
    """Does what programs say (`tests.unit.batches.scene`); "held" never ends."""

    def __init__(self) -> None:
        super().__init__(act, capacity=8)
        self.held = asyncio.Event()

    async def execute(self, request: ExecutionRequest) -> AsyncGenerator[Answer, None]:
        if request.program.source.startswith("held"):
            self.held.set()
            await asyncio.Event().wait()
        async with aclosing(super().execute(request)) as answers:
            async for answer in answers:
                yield answer


@dataclass
class Served:
    """A running server and what its callers show."""

    address: str
    store: Store
    executor: Waiting
    book: TokenBook
    tokens: TokenTable
    verifier: Any  # the stubs' types are those of gRPC without asyncio
    audit: Any
    kept: dict[str, Token] = field(default_factory=dict)
    texts: dict[str, str] = field(default_factory=dict)

    def shows(self, caller: str) -> Metadata:
        """What a caller of `CALLERS` sends along."""
        return (("authorization", f"Bearer {self.texts[caller]}"),)


def problem(name: str = "p") -> problem_pb2.Problem:
    """Two tests that want their input back."""
    return problem_pb2.Problem(
        id=name,
        tests=[
            problem_pb2.TestCase(
                id=f"t{number}", stdio=problem_pb2.StdioTest(stdin=said, expected_stdout=said)
            )
            for number, said in enumerate((b"0", b"1"))
        ],
    )


def candidates(*sources: str) -> list[batch_pb2.Candidate]:
    """Programs as `tests.unit.batches.scene` knows them."""
    return [
        batch_pb2.Candidate(id=f"c{index}", language="python", source=source.encode())
        for index, source in enumerate(sources)
    ]


def verify_request(*sources: str, name: str = "p") -> wire.VerifyRequest:
    """A closed batch."""
    return wire.VerifyRequest(
        batch=batch_pb2.BatchSpec(problem=problem(name)), candidates=candidates(*sources)
    )


def submit_request(*sources: str, request_id: str = "r1", name: str = "p") -> wire.SubmitBatchRequest:
    """A durable batch."""
    return wire.SubmitBatchRequest(
        request_id=request_id,
        batch=batch_pb2.BatchSpec(problem=problem(name)),
        candidates=candidates(*sources),
    )


@asynccontextmanager
async def serving(
    store: Store, folder: Path, quotas: Quotas | None = None, message_timeout_s: float = 60.0
) -> AsyncIterator[Served]:
    """Serve the callers of `CALLERS` until left."""
    quotas, executor, cpu_time = quotas or Quotas(), Waiting(), CpuTime()
    served_engine = engine(Accounted(executor, cpu_time.count), EngineSettings(result_cache_bytes=1 << 20))
    shelf = ProblemStore(SHELF_BYTES, lambda tenant: quotas.of(tenant).stored_problem_bytes)
    writer = Writer(store)
    writer.start()
    recorder = Recorder(served_engine, writer, "host:1")
    submissions = Submissions(RequestReader(ABILITIES, shelf, for_records=True))
    runs = Runs(recorder, store, submissions)
    durable = DurableBatches(recorder, store, Alone(recorder, store, runs, 4))
    writer.on_commit(durable.committed)
    tokens = TokenTable(store)
    book = TokenBook(tokens)
    identity = Identity(Metering(quotas, cpu_time), Recognition(book, {}))
    door = Door(f"unix:{folder}/api.sock", identity, message_timeout_s=message_timeout_s)
    records = Records(store, writer, recorder, durable, submissions)
    server = ApiServer(served_engine, shelf, ABILITIES, door, records)
    texts, kept = {}, {}
    for caller, (tenant, scopes) in CALLERS.items():
        kept[caller], texts[caller] = new_token(tenant, scopes, 1)
        await asyncio.to_thread(tokens.add, kept[caller])
    await asyncio.to_thread(book.refresh)
    await durable.resume()
    await server.start()
    try:
        async with aio.insecure_channel(server.address) as channel:
            stubs = VerifierServiceStub(channel), AuditServiceStub(channel)
            yield Served(server.address, store, executor, book, tokens, *stubs, kept, texts)
    finally:
        await server.stop(0)
        await durable.stop()
        await recorder.close(1.0)
        await writer.close()
