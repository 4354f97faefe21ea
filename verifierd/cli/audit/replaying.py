"""A recorded program run again: what of the record says how, and what came of it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import grpc
import sqlalchemy as sa
from grpc import aio

from sandboxes.model import Limits
from verifier.v1 import problem_pb2, verifier_service_pb2
from verifier.v1.verifier_service_pb2_grpc import VerifierServiceStub
from verifierd import logs
from verifierd.api.convert.problems import limits_to_proto
from verifierd.audit.bodies import Part
from verifierd.audit.finding_batches import batch_with_id
from verifierd.audit.finding_candidates import candidate_of_record
from verifierd.audit.found import BatchRow, ExecutionRow
from verifierd.audit.naming import named
from verifierd.audit.recorded import PROBLEM, SOURCE_AND_OUTPUTS, RecordReader
from verifierd.audit.store import Store
from verifierd.audit.wrong_input import WrongInput
from verifierd.cli.audit.inputs import problem_in
from verifierd.config.settings import Settings
from verifierd.daemon.embedded import embedded_daemon
from verifierd.economics.proportions import share_estimate
from verifierd.model import Estimate, Verdict
from verifierd_client import AsyncVerifier, Candidate, CandidateResult, Digest, Options

NEVER_RAN = frozenset({Verdict.SKIPPED, Verdict.CANCELLED, Verdict.NO_CODE})


class NotReplayable(WrongInput):
    """What was recorded cannot be run again: why."""


@dataclass(frozen=True, slots=True)
class Recorded:
    """What is to be run again, and what came of it then. `test_id` names the one test; empty: all."""

    problem: problem_pb2.Problem
    candidate: Candidate
    test_id: str
    verdict: Verdict
    limits: Limits
    behaviour: str | None
    image_digest: str
    backend: str


@dataclass(frozen=True, slots=True)
class Replayed:
    """What came of it now, in so many runs. `behaviours` counts different ones, that then among them."""

    recorded: Verdict
    verdicts: Mapping[Verdict, int]
    behaviours: int
    image_digests: tuple[str, ...]
    backends: tuple[str, ...]
    detail: str

    @property
    def runs(self) -> int:
        """Return how many runs there were."""
        return sum(self.verdicts.values())

    @property
    def counted(self) -> int:
        """Return how many runs say something of the program."""
        return self.runs - self.verdicts.get(Verdict.INFRASTRUCTURE_ERROR, 0)

    @property
    def holds(self) -> bool:
        """Tell whether every run that counts had the recorded verdict."""
        return self.counted > 0 and self.verdicts.get(self.recorded, 0) == self.counted

    @property
    def flake_rate(self) -> Estimate | None:
        """Return the share of runs with another verdict; None where no run counts."""
        if not self.counted:
            return None
        return share_estimate(self.counted - self.verdicts.get(self.recorded, 0), self.counted)


def recorded(store: Store, connection: sa.Connection, name: str) -> Recorded:
    """Return what a name says is to be run again.

    Raises:
        UnknownName: there is no such thing.
        NotReplayable: it is a batch, was never run, or its program or its problem is not kept.
        RecordDamaged: a record of it cannot be read.
    """
    row = named(connection, name)
    if isinstance(row, BatchRow):
        raise NotReplayable(f"{name} is a batch: name one of its candidates, as {name}/CANDIDATE")
    of = candidate_of_record(connection, row.sequence) if isinstance(row, ExecutionRow) else row
    batch = batch_with_id(connection, row.batch_id)
    if of is None or batch is None:
        raise NotReplayable(f"the candidate or the batch of {name} is not there")
    begun = RecordReader(store, connection, PROBLEM).begun(batch)
    record, judged = RecordReader(store, connection, SOURCE_AND_OUTPUTS).candidate(of)
    problem = problem_in(begun.problem)
    if problem is None:
        raise NotReplayable(f"the problem of {name} was not kept, and so it cannot be run again")
    if any(part is Part.SOURCE for part, _ in record.lost):
        raise NotReplayable(f"the program of {name} is lost: {record.lost[0][1]}")
    if row.verdict in NEVER_RAN or not judged.candidate.source:
        raise NotReplayable(f"{name} was never run: it is {row.verdict.name}")
    problem.limits.CopyFrom(limits_to_proto(begun.limits))
    executions = judged.result.executions
    if isinstance(row, ExecutionRow):
        executions = executions[row.place : row.place + 1]
        _keep_test(problem, row)
    ran = next((each for each in executions if each.backend), None)
    return Recorded(
        problem=problem,
        candidate=Candidate(judged.candidate.source, id="replayed", language=judged.candidate.language),
        test_id=row.test_id if isinstance(row, ExecutionRow) else "",
        verdict=row.verdict,
        limits=begun.limits,
        behaviour=executions[0].behaviour if len(executions) == 1 else None,
        image_digest=ran.image_digest if ran else "",
        backend=ran.backend if ran else "",
    )


async def replayed(told: Recorded, times: int, settings: Settings, advance: Callable[[], None]) -> Replayed:
    """Run it so many times, one after the other, by a daemon that keeps no records.

    Raises:
        StartFailed: the daemon could not start.
        NotReplayable: it does not take the problem as it was recorded.
        VerifierError: a run failed.
    """
    logs.configure("error", "console")
    verdicts: Counter[Verdict] = Counter()
    behaviours = {told.behaviour} - {None}
    images: dict[str, None] = {}
    backends: dict[str, None] = {}
    detail = ""
    async with embedded_daemon(_without_records(settings)) as address, AsyncVerifier(address) as verifier:
        digest = await _put(address, told.problem)
        for _ in range(times):
            batch = await verifier.verify(digest, [told.candidate], Options(fresh=True))
            result = batch.results[0]
            verdict = Verdict[result.verdict.value]
            verdicts[verdict] += 1
            if verdict is not told.verdict and not detail:
                detail = _detail(result)
            for each in result.executions:
                if each.backend:
                    images[each.image_digest] = backends[each.backend] = None
                if told.test_id and each.behaviour:
                    behaviours.add(each.behaviour)
            advance()
    return Replayed(told.verdict, verdicts, len(behaviours), tuple(images), tuple(backends), detail)


def _keep_test(problem: problem_pb2.Problem, row: ExecutionRow) -> None:
    """Leave one test in a problem, as one that judges."""
    kept = [each for each in problem.tests if each.id == row.test_id]
    if not kept:
        raise NotReplayable(f"the problem of {row.name} has no test {row.test_id!r}")
    kept[0].role = problem_pb2.TEST_ROLE_JUDGE
    del problem.tests[:]
    problem.tests.append(kept[0])
    problem.ClearField("probes")


def _without_records(settings: Settings) -> Settings:
    """Return settings of a daemon that keeps no records: it must not own, nor fill, the store it replays."""
    return settings.model_copy(update={"audit": type(settings.audit)()})


async def _put(address: str, problem: problem_pb2.Problem) -> Digest:
    async with aio.insecure_channel(address) as channel:
        request = verifier_service_pb2.PutProblemRequest(problem=problem)
        try:
            answer = await VerifierServiceStub(channel).PutProblem(request)
        except aio.AioRpcError as error:
            if error.code() is not grpc.StatusCode.INVALID_ARGUMENT:
                raise
            raise NotReplayable(
                f"the daemon of this host does not take the problem as it was recorded: {error.details()}"
            ) from None
    return Digest(answer.digest.hash, answer.digest.size_bytes)


def _detail(result: CandidateResult) -> str:
    return result.detail or next((each.detail for each in result.executions if each.detail), "")
