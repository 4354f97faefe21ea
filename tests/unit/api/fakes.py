"""A server over a fake engine: what the API and the client are tested against without a sandbox."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import AsyncGenerator, AsyncIterable, AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import grpc
from grpc import aio

from verifier.v1.status_pb2 import Status
from verifier.v1.verifier_service_pb2_grpc import VerifierServiceStub
from verifierd.admission import AdmissionLimits
from verifierd.api.engine import Abilities, BackendAbility, CheckerAbility, LanguageAbility, WallAbility
from verifierd.api.server import ApiServer, Door
from verifierd.batches.problems import ProblemExchange
from verifierd.errors import UnknownProblem
from verifierd.model import (
    Batch,
    BatchAccepted,
    BatchEvent,
    BatchFinished,
    CallTest,
    Candidate,
    CandidateFinished,
    CandidateResult,
    Cluster,
    Cost,
    Digest,
    ExecutionResult,
    KilledBy,
    Pick,
    Problem,
    StopDecided,
    TestCase,
    Verdict,
)

PYTHON_KINDS = frozenset({"stdio", "call", "asserts", "files", "interactive"})
ABILITIES = Abilities(
    server_version="0.1.0",
    languages=(
        LanguageAbility("python", "CPython 3.11.2", PYTHON_KINDS, fence_tags=frozenset({"python", "py"})),
        LanguageAbility("perl", "v5.36.0", frozenset({"stdio"})),
        LanguageAbility("text", "math-verify 0.9.0", frozenset({"answer"})),
        LanguageAbility("rust", "", frozenset({"stdio"}), available=False, remedy="apt-get install rustc"),
    ),
    checkers=(
        CheckerAbility("tokens", "1", frozenset({"stdio"}), frozenset({"stdio"})),
        CheckerAbility("float", "1", frozenset({"stdio", "call"}), params=frozenset({"abs", "rel"})),
        CheckerAbility("exact", "1", frozenset({"call"}), frozenset({"call"})),
        CheckerAbility("program", "1", frozenset({"stdio"}), params=frozenset({"protocol", "strict"})),
    ),
    selection_rules=("plurality", "mbr_exec"),
    backends=(BackendAbility("bubblewrap", (WallAbility("seccomp", stands=True),)),),
    bounds=AdmissionLimits(max_message_bytes=1 << 20, max_source_bytes=1 << 16),
)


class FakeEngine:
    """Finds a candidate right unless its source says "wrong"; call tests return what was expected.

    Of one that says "lost" it could not run the first test.

    With `hold`, the batch waits for `go_on` after its first event, with `hold_end` before its last one.
    After `stops_after` results (0: never) it has seen enough.
    `fails_first` is raised before the first event, `fails_later` after it. `closed` is set when a batch
    ends in any way.
    """

    def __init__(self) -> None:
        self.fails_first: list[BaseException] = []
        self.fails_later: BaseException | None = None
        self.hold = False
        self.hold_end = False
        self.stops_after = 0
        self.go_on = asyncio.Event()
        self.closed = asyncio.Event()
        self.batches: list[Batch] = []
        self.candidates: list[Candidate] = []
        self.given_up: list[tuple[str, str]] = []

    def give_up(self, batch_id: str, candidate_id: str) -> None:
        self.given_up.append((batch_id, candidate_id))

    async def run(
        self, batch: Batch, candidates: AsyncIterable[Candidate] | Sequence[Candidate]
    ) -> AsyncGenerator[BatchEvent, None]:
        if self.fails_first:
            raise self.fails_first.pop(0)
        self.batches.append(batch)
        count = len(candidates) if isinstance(candidates, Sequence) else 0
        results: list[CandidateResult] = []
        try:
            yield BatchAccepted(batch_id=batch.id, candidates_total=count)
            if self.hold:
                await self.go_on.wait()
            if self.fails_later is not None:
                raise self.fails_later
            async for candidate in _each(candidates):
                self.candidates.append(candidate)
                results.append(candidate_result(candidate, batch.problem))
                extracted = candidate.source if candidate.is_extracted else None
                yield CandidateFinished(results[-1], Cost(), extracted)
                if len(results) == self.stops_after:
                    yield StopDecided("accepted_enough", ())
                    break
            if self.hold_end:
                await self.go_on.wait()
            finished = _finished(batch, results)
            yield replace(finished, stop_reason="accepted_enough") if self.stops_after else finished
        finally:
            self.closed.set()


async def _each(candidates: AsyncIterable[Candidate] | Sequence[Candidate]) -> AsyncIterator[Candidate]:
    if isinstance(candidates, Sequence):
        for candidate in candidates:
            yield candidate
    else:
        async for candidate in candidates:
            yield candidate


def candidate_result(candidate: Candidate, problem: Problem) -> CandidateResult:
    """What the fake engine finds."""
    verdict = Verdict.WRONG_ANSWER if "wrong" in candidate.source else Verdict.ACCEPTED
    first = Verdict.INFRASTRUCTURE_ERROR if "lost" in candidate.source else verdict
    return CandidateResult(
        candidate_id=candidate.id,
        verdict=verdict,
        detail="" if verdict is Verdict.ACCEPTED else "line 1: expected 1, got 2",
        duplicate_of="",
        executions=tuple(
            execution_result(test, verdict if at else first) for at, test in enumerate(problem.tests)
        ),
        tests_passed=len(problem.tests) if verdict is Verdict.ACCEPTED else 0,
        tests_total=len(problem.tests),
        cpu_time_ns=5_000_000,
        wall_time_ns=7_000_000,
        peak_memory_bytes=9 << 20,
    )


def execution_result(test: TestCase, verdict: Verdict) -> ExecutionResult:
    """One run as the fake engine tells it."""
    return ExecutionResult(
        test_id=test.id,
        verdict=verdict,
        checker="tokens@1",
        detail="",
        exit_code=0,
        term_signal=None,
        killed_by=KilledBy.NOBODY,
        stdout=b"out",
        stdout_total_bytes=3,
        stderr=b"",
        stderr_total_bytes=0,
        actual=(test.body.expected,) if isinstance(test.body, CallTest) else None,
        behaviour="ab" * 32,
        cpu_time_ns=5_000_000,
        wall_time_ns=7_000_000,
        peak_memory_bytes=9 << 20,
        queued_at_ns=1_700_000_000_000_000_001,
        started_at_ns=1_700_000_000_000_000_002,
        ended_at_ns=1_700_000_000_000_000_003,
        attempts=1,
        sandbox_id="s1",
        backend="bubblewrap",
    )


def _finished(batch: Batch, results: list[CandidateResult]) -> BatchFinished:
    ids = tuple(result.candidate_id for result in results)
    counts = {verdict: sum(result.verdict is verdict for result in results) for verdict in Verdict}
    return BatchFinished(
        batch_id=batch.id,
        verdict_counts=counts,
        clusters=(Cluster("00ff", ids, Verdict.ACCEPTED),) if ids else (),
        picks=(Pick(ids[0], "plurality", "00ff"),) if ids else (),
        cost=Cost(cpu_time_ns=5_000_000, memory_byte_ns=1 << 40, executions=len(ids), money_usd=0.25),
        stop_reason="completed",
        started_at_ns=1_700_000_000_000_000_000,
        ended_at_ns=1_700_000_001_000_000_000,
    )


class FakeShelf:
    """Keeps problems without a bound."""

    def __init__(self) -> None:
        self.exchange: ProblemExchange | None = None
        self.problems: dict[Digest, Problem] = {}
        self.messages: dict[Digest, bytes] = {}

    def put(self, problem: Problem, message: bytes = b"", tenant: str = "") -> Digest:
        form = repr(problem).encode()
        digest = Digest(hashlib.sha256(form).hexdigest(), len(form))
        self.problems[digest] = problem
        self.messages[digest] = message
        return digest

    def message(self, digest: Digest, tenant: str = "") -> bytes:
        self.get(digest)
        return self.messages[digest]

    def get(self, digest: Digest, tenant: str = "") -> Problem:
        if digest not in self.problems:
            raise UnknownProblem(digest.hash)
        return self.problems[digest]


class Serving:
    """A running server with its fakes, and a stub of a client."""

    def __init__(self, server: ApiServer, engine: FakeEngine, shelf: FakeShelf, channel: aio.Channel) -> None:
        self.server = server
        self.engine = engine
        self.shelf = shelf
        self.channel = channel
        self.stub = VerifierServiceStub(channel)


@asynccontextmanager
async def serving(folder: Path, listen: str = "") -> AsyncIterator[Serving]:
    """Serve on a socket in `folder`, or on `listen`, until left."""
    engine, shelf = FakeEngine(), FakeShelf()
    server = ApiServer(engine, shelf, ABILITIES, Door(listen or f"unix:{folder}/api.sock"))
    await server.start()
    try:
        async with aio.insecure_channel(server.address) as channel:
            yield Serving(server, engine, shelf, channel)
    finally:
        await server.stop(grace_s=0)


def details_of(error: aio.AioRpcError) -> dict[str, bytes]:
    """The rich details of a rejection by the last part of their type's name."""
    metadata: Any = error.trailing_metadata() or ()
    status = Status.FromString(dict(metadata)["grpc-status-details-bin"])
    assert status.code == error.code().value[0]
    return {each.type_url.rpartition(".")[2]: each.value for each in status.details}


INVALID = grpc.StatusCode.INVALID_ARGUMENT
