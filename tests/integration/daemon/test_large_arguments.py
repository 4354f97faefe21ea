"""Large arguments reach every candidate and are judged, like any others."""

from __future__ import annotations

import pytest
from grpc import aio

from tests.integration.daemon.serving import serving
from verifier.v1 import problem_pb2
from verifier.v1.batch_pb2 import BatchSpec, Candidate
from verifier.v1.result_pb2 import VERDICT_ACCEPTED, VERDICT_WRONG_ANSWER
from verifier.v1.values_pb2 import Items, Value
from verifier.v1.verifier_service_pb2 import VerifyRequest
from verifier.v1.verifier_service_pb2_grpc import VerifierServiceStub

pytestmark = pytest.mark.anyio

NODES = 200_000


@pytest.fixture
def large_request() -> VerifyRequest:
    """A graph of `NODES` lists for two candidates; made here, since it takes a while."""
    neighbours = b"\x0a\x06\x4a\x04\x0a\x02\x18\x02"  # the bytes of [1], which come faster than messages do
    graph = Value(list_value=Items.FromString(neighbours * NODES))
    call = problem_pb2.CallTest(function="edges", args=[graph], expected=Value(int_value=NODES))
    return VerifyRequest(
        batch=BatchSpec(
            problem=problem_pb2.Problem(id="graph", tests=[problem_pb2.TestCase(id="t", call=call)])
        ),
        candidates=[
            Candidate(id="right", language="python", source=b"def edges(g): return sum(map(sum, g))"),
            Candidate(id="wrong", language="python", source=b"def edges(g): return len(g[0])"),
        ],
    )


async def test_a_large_adjacency_list_is_handed_over_and_judged(large_request: VerifyRequest) -> None:
    async with serving() as daemon, aio.insecure_channel(daemon.address) as channel:
        events = [each.event async for each in VerifierServiceStub(channel).Verify(large_request)]
    results = [each.candidate_finished.result for each in events if each.HasField("candidate_finished")]
    assert {each.candidate_id: each.verdict for each in results} == {
        "right": VERDICT_ACCEPTED,
        "wrong": VERDICT_WRONG_ANSWER,
    }
