"""Why a request is rejected. `verifierd.api.status` turns each into a gRPC status.

    RequestRejected
    ├── Unauthenticated     the caller shows nothing that this server knows it by
    ├── PermissionDenied    the caller is known, and may not do this
    ├── QuotaExceeded       the tenant uses as much as it may
    ├── StreamIdle          no message came for too long
    ├── InvalidField        a field is wrong: which, how, and what is allowed
    ├── MalformedMessage    the bytes are no message of the expected type
    ├── MessageTooLarge     the message is above the size limit
    ├── UnknownProblem      no problem is kept under the digest
    ├── UnknownExecution    no record has this id
    ├── RecordUnreadable    the record is there, and what it holds is damaged
    ├── UnknownBatch        no durable batch has the id
    ├── RequestIdTaken      a durable batch with other contents has the request id
    ├── BatchFailed         a durable batch came to no end of its own: there is no summary
    ├── QueueFull           as much work waits as may wait: come back later
    ├── Draining            the daemon is shutting down: go elsewhere or come back later
    ├── RecordsUnavailable  the audit store cannot be written or read: come back later
    ├── DeadlineExpired     the call's deadline passed before its work began
    └── NotOffered          the method belongs to the API, but not to this server

What fails later is no rejection: it is INFRASTRUCTURE_ERROR, or a verdict on the program.
"""

from __future__ import annotations

from typing import ClassVar


class RequestRejected(Exception):
    """A request that is not served; its text is for the caller, `reason` for the caller's program."""

    reason: ClassVar[str] = "REJECTED"


class Unauthenticated(RequestRejected):
    """The caller shows nothing that this server knows it by."""

    reason = "UNAUTHENTICATED"

    def __init__(self, problem: str) -> None:
        """Say what is wrong with what it shows, and nothing of what would be right."""
        super().__init__(
            f"{problem}; send the metadata `authorization: Bearer TOKEN` with a token that "
            "`verifierd token create` made"
        )


class PermissionDenied(RequestRejected):
    """The caller is known, and may not do what it asks for."""

    reason = "PERMISSION_DENIED"

    def __init__(self, caller: str, needed: str) -> None:
        """Name the caller, and what it would have to be allowed."""
        super().__init__(f"{caller} may not do this: it takes {needed}")


class QuotaExceeded(RequestRejected):
    """A tenant uses as much as it may.

    Attributes:
        tenant: whose quota it is.
        quota: which one, by its name in the settings.
        retry_after_s: seconds after which there may be room again; None: the same request never fits.
    """

    reason = "QUOTA_EXCEEDED"

    def __init__(self, tenant: str, quota: str, used: str, retry_after_s: float | None) -> None:
        """Say in a sentence what is used of how much."""
        again = "" if retry_after_s is None else f"; try again in {retry_after_s:.3g} s"
        whose = f"tenant {tenant!r}" if tenant else "this server's callers"
        super().__init__(f"the quota {quota} of {whose} is used up: {used}{again}")
        self.tenant = tenant
        self.quota = quota
        self.retry_after_s = retry_after_s


class StreamIdle(RequestRejected):
    """No message of a call came for longer than this server waits."""

    reason = "STREAM_IDLE"

    def __init__(self, waited_s: float) -> None:
        """Say how long it was waited for, in seconds."""
        super().__init__(
            f"no message came for {waited_s:g} s, as long as this server waits (server.message_timeout_s); "
            "open the call again when there is something to send"
        )


class InvalidField(RequestRejected):
    """One field of a request is wrong.

    Attributes:
        field: path from the request's root, such as `batch.problem.tests[3].id`.
        problem: what is wrong with it.
        allowed: what it may be.
    """

    reason = "INVALID_FIELD"

    def __init__(self, field: str, problem: str, allowed: str) -> None:
        """Say what is wrong with the field and what it may be."""
        super().__init__(f"{field}: {problem}; allowed: {allowed}")
        self.field = field
        self.problem = problem
        self.allowed = allowed


class MalformedMessage(RequestRejected):
    """The bytes of a request are no message of its type."""

    reason = "MALFORMED_MESSAGE"

    def __init__(self, message_name: str) -> None:
        """Name the message type that was expected."""
        super().__init__(
            f"the request is no {message_name}: its bytes are damaged, a text field is not UTF-8, or values "
            "nest deeper than 30 levels; make it with the stubs of verifier-proto"
        )


class MessageTooLarge(RequestRejected):
    """A request message is above the size limit."""

    reason = "MESSAGE_TOO_LARGE"

    def __init__(self, message_name: str, size_bytes: int, max_bytes: int) -> None:
        """Say how large it is and may be, in bytes."""
        super().__init__(
            f"{message_name} is {size_bytes} bytes; allowed: up to {max_bytes}; send the problem once by "
            "PutProblem, or split the candidates over several batches, or stream them with VerifyStream"
        )
        self.size_bytes = size_bytes
        self.max_bytes = max_bytes


class UnknownProblem(RequestRejected):
    """No problem is kept under the digest that a request names."""

    reason = "UNKNOWN_PROBLEM"

    def __init__(self, digest_hash: str) -> None:
        """Name the hash that was asked for."""
        super().__init__(f"no problem with digest {digest_hash} is kept here; send it again by PutProblem")
        self.digest_hash = digest_hash


class UnknownExecution(RequestRejected):
    """No execution is recorded under the id that a request names."""

    reason = "UNKNOWN_EXECUTION"

    def __init__(self, execution_id: str) -> None:
        """Name the id that was asked for, fit to be shown."""
        super().__init__(
            f"no execution {execution_id} is recorded here: it never was, or retention has removed it; "
            "ListExecutions tells those that are"
        )


class RecordUnreadable(RequestRejected):
    """What a record holds, or a blob that it names, is not what was written."""

    reason = "RECORD_UNREADABLE"

    def __init__(self, lost: str) -> None:
        """Say what cannot be read."""
        super().__init__(f"{lost}; all other records can be read, and VerifyRecords names all that is wrong")


class UnknownBatch(RequestRejected):
    """No durable batch has the id that a request names."""

    reason = "UNKNOWN_BATCH"

    def __init__(self, batch_id: str) -> None:
        """Name the id that was asked for."""
        super().__init__(
            f"there is no durable batch {batch_id!r}; SubmitBatch answers with the id, and ListBatches tells "
            "those that are kept"
        )
        self.batch_id = batch_id


class RequestIdTaken(RequestRejected):
    """A durable batch has this request id, and was asked for with other contents."""

    reason = "REQUEST_ID_TAKEN"

    def __init__(self, request_id: str, batch_id: str) -> None:
        """Name the request id and the batch that has it."""
        super().__init__(
            f"request_id {request_id!r} names batch {batch_id}, which was submitted with other contents; "
            "repeat that request as it was, or give this one an id of its own"
        )
        self.batch_id = batch_id


class BatchFailed(RequestRejected):
    """A durable batch came to no end of its own."""

    reason = "BATCH_FAILED"

    def __init__(self, batch_id: str, why: str) -> None:
        """Say why."""
        super().__init__(
            f"batch {batch_id} has no summary: {why}; the results that it had come to by then hold"
        )
        self.batch_id = batch_id


class QueueFull(RequestRejected):
    """As much work waits as may wait.

    Attributes:
        retry_after_s: seconds after which the same request has a chance.
    """

    reason = "QUEUE_FULL"

    def __init__(self, retry_after_s: float, what: str = "the queue is full") -> None:
        """Say what is full and when to come back, in seconds."""
        super().__init__(f"{what}; try again in {retry_after_s:g} s")
        self.retry_after_s = retry_after_s


class Draining(RequestRejected):
    """The daemon is shutting down and takes no new work.

    Attributes:
        retry_after_s: seconds after which its successor may be there.
    """

    reason = "DRAINING"

    def __init__(self, retry_after_s: float = 5.0) -> None:
        """Say when to come back, in seconds."""
        super().__init__(
            f"the daemon is shutting down and takes no new work; try again in {retry_after_s:g} s"
        )
        self.retry_after_s = retry_after_s


class RecordsUnavailable(RequestRejected):
    """The audit store cannot be written or read at the moment.

    Attributes:
        retry_after_s: seconds after which it may be well again.
    """

    reason = "RECORDS_UNAVAILABLE"

    def __init__(self, trouble: str, retry_after_s: float = 5.0) -> None:
        """Say in a sentence what is wrong with it, and when to come back, in seconds."""
        super().__init__(f"{trouble}; try again in {retry_after_s:g} s")
        self.retry_after_s = retry_after_s


class DeadlineExpired(RequestRejected):
    """The call's deadline passed before its work began."""

    reason = "DEADLINE_EXPIRED"

    def __init__(self) -> None:
        """Say so."""
        super().__init__("the call's deadline had passed before its work began; allow it more time")


class NotOffered(RequestRejected):
    """The method belongs to the API, but this server does not offer it."""

    reason = "NOT_OFFERED"

    def __init__(self, method: str, instead: str) -> None:
        """Name the method and what to use instead."""
        super().__init__(f"{method} is not offered by this server; {instead}")
        self.method = method
