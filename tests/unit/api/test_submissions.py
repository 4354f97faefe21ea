"""A durable batch is read from its record as it was accepted, whatever the server's settings are by then."""

from __future__ import annotations

from dataclasses import replace

import pytest

from sandboxes.model import Limits
from tests.support.entries import BEGAN_NS, LIMITS
from tests.unit.api.fakes import ABILITIES, FakeShelf
from verifier.v1 import batch_pb2, problem_pb2
from verifier.v1 import verifier_service_pb2 as wire
from verifierd.api.convert.batches import digest_to_proto
from verifierd.api.engine import Abilities
from verifierd.api.requests import RequestReader
from verifierd.api.submissions import Submissions
from verifierd.audit.entries import Asker
from verifierd.durable.submission import Submission

pytestmark = [pytest.mark.anyio, pytest.mark.usefixtures("one_loop")]

ASKER = Asker("unix:", "lab", "")
SOURCE = b"print(1)".ljust(600)
LATER_NS = BEGAN_NS + 3_600_000_000_000


def problem(stdin: bytes = b"1") -> problem_pb2.Problem:
    test = problem_pb2.TestCase(id="t", stdio=problem_pb2.StdioTest(stdin=stdin, expected_stdout=b"1"))
    return problem_pb2.Problem(id="p", tests=[test])


def request(spec: batch_pb2.BatchSpec) -> wire.SubmitBatchRequest:
    candidate = batch_pb2.Candidate(id="c", language="python", source=SOURCE)
    return wire.SubmitBatchRequest(request_id="r", batch=spec, candidates=[candidate])


def reader(
    abilities: Abilities = ABILITIES, shelf: FakeShelf | None = None, now_ns: int = BEGAN_NS
) -> RequestReader:
    return RequestReader(abilities, shelf or FakeShelf(), lambda: now_ns, for_records=True)


async def submitted(message: wire.SubmitBatchRequest, by: RequestReader) -> Submission:
    submissions = Submissions(by)
    return await submissions.submitted(message, await submissions.name(message, ASKER))


def with_bounds(**changes: Limits | int) -> Abilities:
    bounds = replace(ABILITIES.bounds, **changes)  # type: ignore[arg-type]
    return replace(ABILITIES, bounds=bounds)


async def test_what_a_request_left_open_is_as_it_was_when_it_was_accepted() -> None:
    spec = batch_pb2.BatchSpec(problem=problem(stdin=bytes(10_000)))
    spec.options.stop_when.add().time_budget.wall_time.FromSeconds(60)
    accepted = await submitted(request(spec), reader())
    small = replace(LIMITS, memory_bytes=64 << 20, disk_bytes=4096)
    today = replace(with_bounds(default_limits=small), selection_rules=("mbr_exec", "plurality"))
    batch, candidates = await Submissions(reader(today, now_ns=LATER_NS)).read(accepted.entry(BEGAN_NS))
    assert batch == accepted.batch
    assert [candidate.source.encode() for candidate in candidates] == [SOURCE]


async def test_a_problem_that_was_named_by_digest_takes_no_room_from_the_candidates() -> None:
    abilities, shelf = with_bounds(max_total_bytes=1000), FakeShelf()
    by = reader(abilities, shelf)
    digest = await by.kept_problem(problem(stdin=bytes(600)), "problem")
    spec = batch_pb2.BatchSpec(problem_digest=digest_to_proto(digest))
    accepted = await submitted(request(spec), by)
    batch, candidates = await Submissions(reader(abilities)).read(accepted.entry(BEGAN_NS))
    assert (batch, len(candidates)) == (accepted.batch, 1)
