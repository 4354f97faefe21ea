"""The one table from rejections to gRPC statuses, with details that a client's program can read."""

from __future__ import annotations

from collections.abc import Mapping

import grpc
from google.protobuf.any_pb2 import Any
from google.protobuf.duration_pb2 import Duration
from google.protobuf.message import Message
from google.rpc import error_details_pb2, status_pb2  # type: ignore[import-untyped]

from verifierd.errors import (
    BatchFailed,
    DeadlineExpired,
    Draining,
    InvalidField,
    MalformedMessage,
    MessageTooLarge,
    NotOffered,
    PermissionDenied,
    QueueFull,
    QuotaExceeded,
    RecordsUnavailable,
    RecordUnreadable,
    RequestIdTaken,
    RequestRejected,
    StreamIdle,
    Unauthenticated,
    UnknownBatch,
    UnknownExecution,
    UnknownProblem,
)

DOMAIN = "verifier.v1"
_PASSING = QueueFull | Draining | RecordsUnavailable | QuotaExceeded

CODE_OF_REJECTION: Mapping[type[RequestRejected], grpc.StatusCode] = {
    Unauthenticated: grpc.StatusCode.UNAUTHENTICATED,
    PermissionDenied: grpc.StatusCode.PERMISSION_DENIED,
    QuotaExceeded: grpc.StatusCode.RESOURCE_EXHAUSTED,
    StreamIdle: grpc.StatusCode.ABORTED,
    InvalidField: grpc.StatusCode.INVALID_ARGUMENT,
    MalformedMessage: grpc.StatusCode.INVALID_ARGUMENT,
    MessageTooLarge: grpc.StatusCode.RESOURCE_EXHAUSTED,
    UnknownProblem: grpc.StatusCode.NOT_FOUND,
    UnknownExecution: grpc.StatusCode.NOT_FOUND,
    RecordUnreadable: grpc.StatusCode.DATA_LOSS,
    UnknownBatch: grpc.StatusCode.NOT_FOUND,
    RequestIdTaken: grpc.StatusCode.ALREADY_EXISTS,
    BatchFailed: grpc.StatusCode.FAILED_PRECONDITION,
    QueueFull: grpc.StatusCode.UNAVAILABLE,
    Draining: grpc.StatusCode.UNAVAILABLE,
    RecordsUnavailable: grpc.StatusCode.UNAVAILABLE,
    DeadlineExpired: grpc.StatusCode.DEADLINE_EXCEEDED,
    NotOffered: grpc.StatusCode.UNIMPLEMENTED,
}


def status_of(rejection: RequestRejected) -> status_pb2.Status:
    """Return the status that tells a caller of a rejection."""
    return _status(CODE_OF_REJECTION[type(rejection)], str(rejection), _details(rejection))


def internal_status(error_id: str) -> status_pb2.Status:
    """Return the status of a fault of ours: an id to find it by in the log, and nothing of its inside."""
    message = f"the daemon failed on this request; its log tells more under error id {error_id}"
    info = error_details_pb2.ErrorInfo(reason="INTERNAL", domain=DOMAIN, metadata={"error_id": error_id})
    return _status(grpc.StatusCode.INTERNAL, message, [info])


def _details(rejection: RequestRejected) -> list[Message]:
    details: list[Message] = [error_details_pb2.ErrorInfo(reason=rejection.reason, domain=DOMAIN)]
    if isinstance(rejection, InvalidField):
        violation = error_details_pb2.BadRequest.FieldViolation(
            field=rejection.field, description=f"{rejection.problem}; allowed: {rejection.allowed}"
        )
        details.append(error_details_pb2.BadRequest(field_violations=[violation]))
    if isinstance(rejection, QuotaExceeded):
        used_up = error_details_pb2.QuotaFailure.Violation(
            subject=f"{rejection.quota}:{rejection.tenant}", description=str(rejection)
        )
        details.append(error_details_pb2.QuotaFailure(violations=[used_up]))
    retry_after_s = rejection.retry_after_s if isinstance(rejection, _PASSING) else None
    if retry_after_s is not None:
        delay = Duration()
        delay.FromNanoseconds(round(retry_after_s * 1e9))
        details.append(error_details_pb2.RetryInfo(retry_delay=delay))
    return details


def _status(code: grpc.StatusCode, message: str, details: list[Message]) -> status_pb2.Status:
    status = status_pb2.Status(code=code.value[0], message=message)
    for detail in details:
        packed = Any()
        packed.Pack(detail)
        status.details.append(packed)
    return status
