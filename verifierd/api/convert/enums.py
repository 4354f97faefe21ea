"""The tables between the enums of the API and those of the service: one line a value."""

from __future__ import annotations

from collections.abc import Mapping

from verifier.v1 import batch_pb2, problem_pb2, result_pb2
from verifierd.judging.extraction import Extraction
from verifierd.model import KilledBy, TestRole, Verdict

VERDICT_TO_PROTO: Mapping[Verdict, result_pb2.Verdict.ValueType] = {
    Verdict.ACCEPTED: result_pb2.VERDICT_ACCEPTED,
    Verdict.WRONG_ANSWER: result_pb2.VERDICT_WRONG_ANSWER,
    Verdict.TIME_LIMIT_EXCEEDED: result_pb2.VERDICT_TIME_LIMIT_EXCEEDED,
    Verdict.MEMORY_LIMIT_EXCEEDED: result_pb2.VERDICT_MEMORY_LIMIT_EXCEEDED,
    Verdict.OUTPUT_LIMIT_EXCEEDED: result_pb2.VERDICT_OUTPUT_LIMIT_EXCEEDED,
    Verdict.RUNTIME_ERROR: result_pb2.VERDICT_RUNTIME_ERROR,
    Verdict.COMPILE_ERROR: result_pb2.VERDICT_COMPILE_ERROR,
    Verdict.NO_CODE: result_pb2.VERDICT_NO_CODE,
    Verdict.SKIPPED: result_pb2.VERDICT_SKIPPED,
    Verdict.CANCELLED: result_pb2.VERDICT_CANCELLED,
    Verdict.INFRASTRUCTURE_ERROR: result_pb2.VERDICT_INFRASTRUCTURE_ERROR,
}

VERDICT_FROM_PROTO: Mapping[result_pb2.Verdict.ValueType, Verdict] = {
    wire: verdict for verdict, wire in VERDICT_TO_PROTO.items()
}

KILLED_BY_TO_PROTO: Mapping[KilledBy, result_pb2.KilledBy.ValueType] = {
    KilledBy.NOBODY: result_pb2.KILLED_BY_NOBODY,
    KilledBy.CPU_LIMIT: result_pb2.KILLED_BY_CPU_LIMIT,
    KilledBy.WALL_LIMIT: result_pb2.KILLED_BY_WALL_LIMIT,
    KilledBy.MEMORY_LIMIT: result_pb2.KILLED_BY_MEMORY_LIMIT,
    KilledBy.OUTPUT_LIMIT: result_pb2.KILLED_BY_OUTPUT_LIMIT,
}

KILLED_BY_FROM_PROTO: Mapping[result_pb2.KilledBy.ValueType, KilledBy] = {
    wire: killed_by for killed_by, wire in KILLED_BY_TO_PROTO.items()
}

TEST_ROLE_TO_PROTO: Mapping[TestRole, problem_pb2.TestRole.ValueType] = {
    TestRole.JUDGE: problem_pb2.TEST_ROLE_JUDGE,
    TestRole.EXAMPLE: problem_pb2.TEST_ROLE_EXAMPLE,
    TestRole.GENERATED: problem_pb2.TEST_ROLE_GENERATED,
}

TEST_ROLE_FROM_PROTO: Mapping[problem_pb2.TestRole.ValueType, TestRole] = {
    problem_pb2.TEST_ROLE_UNSPECIFIED: TestRole.JUDGE,
    **{wire: role for role, wire in TEST_ROLE_TO_PROTO.items()},
}

EXTRACTION_FROM_PROTO: Mapping[batch_pb2.CodeExtraction.ValueType, Extraction] = {
    batch_pb2.CODE_EXTRACTION_UNSPECIFIED: Extraction.LAST_BLOCK,
    batch_pb2.CODE_EXTRACTION_LAST_BLOCK: Extraction.LAST_BLOCK,
    batch_pb2.CODE_EXTRACTION_FIRST_BLOCK: Extraction.FIRST_BLOCK,
    batch_pb2.CODE_EXTRACTION_WHOLE_TEXT: Extraction.WHOLE_TEXT,
}

STOP_REASON_TO_PROTO: Mapping[str, result_pb2.StopReason.ValueType] = {
    "completed": result_pb2.STOP_REASON_COMPLETED,
    "accepted_enough": result_pb2.STOP_REASON_ACCEPTED_ENOUGH,
    "deadline": result_pb2.STOP_REASON_DEADLINE,
    "budget": result_pb2.STOP_REASON_BUDGET,
    "cancelled": result_pb2.STOP_REASON_CANCELLED,
    "confident": result_pb2.STOP_REASON_CONFIDENT,
    "marginal_value": result_pb2.STOP_REASON_MARGINAL_VALUE,
    "settled": result_pb2.STOP_REASON_SETTLED,
}

STOP_REASON_FROM_PROTO: Mapping[result_pb2.StopReason.ValueType, str] = {
    wire: reason for reason, wire in STOP_REASON_TO_PROTO.items()
}
