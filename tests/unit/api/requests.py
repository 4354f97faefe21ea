"""Well-formed requests, for tests to spoil."""

from __future__ import annotations

from verifier.v1.batch_pb2 import BatchSpec, Candidate
from verifier.v1.problem_pb2 import Problem, StdioTest, TestCase
from verifier.v1.values_pb2 import Value
from verifier.v1.verifier_service_pb2 import VerifyRequest


def good_request(candidates: int = 2) -> VerifyRequest:
    """Two stdio tests, a call test and some candidates."""
    problem = Problem(
        id="sum",
        tests=[
            TestCase(id="t1", stdio=StdioTest(stdin=b"1 2", expected_stdout=b"3")),
            TestCase(id="t2", stdio=StdioTest(stdin=b"", expected_stdout=b"")),
            TestCase(id="t3"),
        ],
    )
    problem.tests[2].call.function = "add"
    problem.tests[2].call.args.extend([Value(int_value=1), Value(int_value=2)])
    problem.tests[2].call.expected.int_value = 3
    return VerifyRequest(
        request_id="r1",
        batch=BatchSpec(problem=problem),
        candidates=[
            Candidate(id=f"c{index}", language="python", source=b"print(%d)" % index)
            for index in range(candidates)
        ],
    )
