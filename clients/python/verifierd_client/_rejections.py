"""gRPC statuses to this package's exceptions, by their code and their rich details."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from google.protobuf.message import Message
from grpc import RpcError, StatusCode

from verifier.v1.status_pb2 import BadRequest, ErrorInfo, RetryInfo, Status
from verifierd_client.errors import (
    BatchFailed,
    ConnectionFailed,
    DeadlineExceeded,
    HandshakeFailed,
    InvalidRequest,
    NotOffered,
    PermissionDenied,
    QuotaExceeded,
    RequestIdTaken,
    RequestRejected,
    RequestTooLarge,
    ServerBusy,
    ServerFault,
    Unauthenticated,
    UnknownBatch,
    UnknownProblem,
    UnreadableAnswer,
    VerifierError,
)

DETAILS_KEY = "grpc-status-details-bin"
STOPPED = "Cancelling all calls"
"""What gRPC says of the calls that a server ends as it stops."""
CLOSED = "Socket closed"
"""What it says of a server that ended the connection: it may have gone, or speak TLS where we do not."""

Detail = TypeVar("Detail", bound=Message)

_REFUSALS = frozenset(
    {
        StatusCode.NOT_FOUND,
        StatusCode.ALREADY_EXISTS,
        StatusCode.FAILED_PRECONDITION,
        StatusCode.ABORTED,
    }
)
_BY_REASON: Mapping[str, type[RequestRejected]] = {
    "UNKNOWN_PROBLEM": UnknownProblem,
    "UNKNOWN_BATCH": UnknownBatch,
    "REQUEST_ID_TAKEN": RequestIdTaken,
    "BATCH_FAILED": BatchFailed,
}


def error_of(status: RpcError, address: str) -> VerifierError:
    """Return the exception that tells of a call's status."""
    code, words = status.code(), status.details() or status.code().name
    if code is StatusCode.INVALID_ARGUMENT:
        bad = _detail(status, BadRequest)
        violation = bad.field_violations[0] if bad and bad.field_violations else BadRequest.FieldViolation()
        return InvalidRequest(words, violation.field, violation.description)
    if code is StatusCode.RESOURCE_EXHAUSTED:
        if _reason(status) == "QUOTA_EXCEEDED":
            return QuotaExceeded(words, _retry_after_s(status))
        return RequestTooLarge(words)
    if code is StatusCode.UNAUTHENTICATED:
        return Unauthenticated(words)
    if code is StatusCode.PERMISSION_DENIED:
        return PermissionDenied(words)
    if code is StatusCode.UNIMPLEMENTED:
        return NotOffered(words)
    if code is StatusCode.DEADLINE_EXCEEDED:
        return DeadlineExceeded(f"the call to {address} did not end within its timeout ({words})")
    if code is StatusCode.UNAVAILABLE:
        retry_after_s = _retry_after_s(status)
        if retry_after_s is not None:
            return ServerBusy(words, retry_after_s)
        if _is_handshake(words):
            return HandshakeFailed(_no_handshake(address, words))
        return ConnectionFailed(_unreachable(address, words))
    if code in (StatusCode.INTERNAL, StatusCode.UNKNOWN, StatusCode.DATA_LOSS):
        return ServerFault(words)
    if code is StatusCode.CANCELLED:
        return ConnectionFailed(_cut_off(address, words))
    if code in _REFUSALS:
        return _BY_REASON.get(_reason(status), RequestRejected)(words)
    return UnreadableAnswer(f"{code.name}: {words}")


def _reason(status: RpcError) -> str:
    """Return the server's own word for why it refused; empty where it gave none."""
    info = _detail(status, ErrorInfo)
    return info.reason if info else ""


def _retry_after_s(status: RpcError) -> float | None:
    """Return when the server says that there may be room, in seconds; None where it does not say."""
    retry = _detail(status, RetryInfo)
    return None if retry is None else retry.retry_delay.seconds + retry.retry_delay.nanos / 1e9


def _unreachable(address: str, words: str) -> str:
    if STOPPED in words:
        return _cut_off(address, words)
    unlike = "; where it speaks TLS, give tls=Tls(...)" if CLOSED in words else ""
    return (
        f"no answer from {address}: {words}; no daemon is there (not started, shutting down or ended), "
        f"or the address is wrong{unlike}"
    )


def _is_handshake(words: str) -> bool:
    """Tell a handshake of TLS that failed from one that a server's end cut short, which TCP has, too."""
    return any(
        told in words.lower() for told in ("ssl_error_ssl", "certificate", "verification check failed")
    )


def _no_handshake(address: str, words: str) -> str:
    return (
        f"no TLS with {address}: {words}; where the server speaks TLS, Tls(root_certificates=...) must have "
        "who signed its certificate, and server_name the name in it; where it speaks none, leave tls out"
    )


def _cut_off(address: str, words: str) -> str:
    if STOPPED in words:
        return f"the daemon at {address} was stopped and ended the call ({words})"
    return f"the call to {address} was cut off: {words}"


def _detail(status: RpcError, kind: type[Detail]) -> Detail | None:
    """Return the detail whose type goes by the same name in google.rpc, if there is one."""
    metadata: Any = status.trailing_metadata() or ()
    for key, value in metadata:
        if key != DETAILS_KEY or not isinstance(value, bytes):
            continue
        for packed in Status.FromString(value).details:
            if packed.type_url.endswith(f"google.rpc.{kind.DESCRIPTOR.name}"):
                return kind.FromString(packed.value)
    return None
