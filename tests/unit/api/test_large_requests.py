"""Large requests: what no sandbox could read is refused, and reading the rest holds up nobody."""

from __future__ import annotations

import pytest

from sandboxes.inside.values import CONTAINERS_BOUND
from tests.unit.api.fakes import ABILITIES, FakeShelf, Serving
from tests.unit.api.requests import good_request
from verifier.v1 import batch_pb2, problem_pb2, values_pb2
from verifier.v1 import verifier_service_pb2 as wire
from verifierd.admission import AdmissionLimits
from verifierd.api.convert.problems import problem_from_proto
from verifierd.api.requests import RequestReader
from verifierd.errors import InvalidField

pytestmark = pytest.mark.anyio

EMPTY_LIST = b"\x0a\x02\x4a\x00"
EMPTY_TUPLE = b"\x0a\x02\x52\x00"


def _crowd(count: int, item: bytes = EMPTY_LIST) -> values_pb2.Value:
    """A list of so many empty lists, made from its bytes: that takes no time to speak of."""
    return values_pb2.Value(list_value=values_pb2.Items.FromString(item * count))


def _refused(call: problem_pb2.CallTest) -> InvalidField:
    problem = problem_pb2.Problem(id="p", tests=[problem_pb2.TestCase(id="t", call=call)])
    with pytest.raises(InvalidField) as caught:
        problem_from_proto(problem, "problem", AdmissionLimits())
    assert str(CONTAINERS_BOUND) in caught.value.problem
    assert f"up to {CONTAINERS_BOUND}" in caught.value.allowed
    return caught.value


def test_more_containers_than_a_sandbox_reads_are_refused_wherever_they_are() -> None:
    one = values_pb2.Value(int_value=1)
    crowd, half = _crowd(CONTAINERS_BOUND // 2, EMPTY_TUPLE), _crowd(CONTAINERS_BOUND // 2)
    for call, field in (
        (problem_pb2.CallTest(function="f", args=[crowd], expected=one), "args"),
        (problem_pb2.CallTest(function="f", args=[half, half], expected=one), "args"),
        (problem_pb2.CallTest(function="f", kwargs={"x": crowd}, expected=one), "kwargs"),
        (problem_pb2.CallTest(function="f", args=[one], expected=crowd), "expected"),
    ):
        assert _refused(call).field == f"problem.tests[0].call.{field}"


async def test_a_large_adjacency_list_is_taken_and_reading_it_holds_up_nobody(served: Serving) -> None:
    request = good_request()
    request.batch.problem.tests[2].call.args[0].CopyFrom(_crowd(200_000))
    assert [response async for response in served.stub.Verify(request)]
    await served.stub.PutProblem(wire.PutProblemRequest(problem=request.batch.problem))


async def test_a_large_answer_is_sent_and_writing_it_holds_up_nobody(served: Serving) -> None:
    request = good_request(1)
    request.batch.problem.tests[2].call.expected.CopyFrom(_crowd(200_000))  # which the fake engine answers
    events = [response.event async for response in served.stub.Verify(request)]
    assert len(events[1].candidate_finished.result.executions) == 3


@pytest.fixture
def largest_request() -> wire.VerifyRequest:
    """As many tests and candidates as are allowed, each of them small."""
    stdio = problem_pb2.StdioTest(stdin=b"1", expected_stdout=b"1")
    tests = [problem_pb2.TestCase(id=f"t{n}", stdio=stdio) for n in range(ABILITIES.bounds.max_tests)]
    return wire.VerifyRequest(
        batch=batch_pb2.BatchSpec(problem=problem_pb2.Problem(id="p", tests=tests)),
        candidates=[
            batch_pb2.Candidate(id=f"c{n}", language="python", source=b"print(1)")
            for n in range(ABILITIES.bounds.max_candidates)
        ],
    )


# With a server, so that no thread of the reader's collects the last of grpc.aio, which then leaves the loop.
@pytest.mark.usefixtures("served")
async def test_as_many_tests_and_candidates_as_allowed_hold_up_nobody(
    largest_request: wire.VerifyRequest,
) -> None:
    reader = RequestReader(ABILITIES, FakeShelf())
    read, candidates = await reader.closed(largest_request)
    assert len(read.batch.problem.tests) == ABILITIES.bounds.max_tests
    assert len(candidates) == ABILITIES.bounds.max_candidates
