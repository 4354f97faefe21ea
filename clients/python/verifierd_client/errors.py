"""What may go wrong in a call. A program that fails its tests is no error: it is a verdict.

VerifierError
├── RequestRejected         the server refused the request; repeating it as it is will not help
│   ├── InvalidRequest      a field is wrong: `field` and `problem` say which and how
│   ├── Unauthenticated     the server does not know the caller: no token, or none that it accepts
│   ├── PermissionDenied    the caller is known, and may not do this
│   ├── QuotaExceeded       the tenant uses as much as it may: when is in `retry_after_s`
│   ├── RequestTooLarge     a message is above the server's size limit
│   ├── UnknownProblem      the server does not keep the problem (any longer): put it again
│   ├── UnknownBatch        the server keeps no durable batch of this id
│   ├── RequestIdTaken      the request id names a durable batch with other contents
│   ├── BatchFailed         a durable batch came to no end of its own: it has no summary
│   └── NotOffered          this server does not offer the method
├── ConnectionFailed        the server cannot be reached, or went away during the call
│   ├── ServerBusy          it is full or shutting down: come back after `retry_after_s`
│   └── HandshakeFailed     TLS did not come about: wrong certificates, or one side speaks none
├── DeadlineExceeded        `timeout_s` passed; also a TimeoutError
├── ServerFault             the server failed; its log tells more under the id in the message
├── UnreadableAnswer        the server answered something this version cannot read
├── ForkError               a forked child asked for the results of its parent's batch
├── NotAValue               an argument of a CallTest has no typed form; also a TypeError
├── NoVerdict               completions could not be judged, and their scorer is to raise then
├── NotAProblem             a dataset's row holds no tests in a known form; also a ValueError
├── NotACandidate           what was given as candidates is none; also a TypeError
├── NotAnArgument           an argument is of another type than the call takes; also a TypeError
└── OutOfRange              a value cannot be sent, such as a number of Limits; also a ValueError
"""

from __future__ import annotations

from collections.abc import Mapping


class VerifierError(Exception):
    """The root of all errors that this package raises."""


class RequestRejected(VerifierError):
    """The server refused the request."""


class InvalidRequest(RequestRejected):
    """A field of the request is wrong.

    Attributes:
        field: path of the field in the request, such as `batch.problem.tests[3].id`; may be empty.
        problem: what is wrong with it and what is allowed.
    """

    def __init__(self, message: str, field: str = "", problem: str = "") -> None:
        """Keep what the server said."""
        super().__init__(message, field, problem)
        self.field = field
        self.problem = problem

    def __str__(self) -> str:
        """Return the server's words."""
        return str(self.args[0])


class Unauthenticated(RequestRejected):
    """The server does not know the caller; `Verifier(address, token=...)` shows a token."""


class PermissionDenied(RequestRejected):
    """The caller is known, and its token or certificate does not allow this."""


class QuotaExceeded(RequestRejected):
    """The caller's tenant uses as much as it may.

    Attributes:
        retry_after_s: seconds after which there may be room again; None: the same request never fits.
    """

    def __init__(self, message: str, retry_after_s: float | None = None) -> None:
        """Keep what the server said."""
        super().__init__(message, retry_after_s)
        self.retry_after_s = retry_after_s

    def __str__(self) -> str:
        """Return the server's words."""
        return str(self.args[0])


class RequestTooLarge(RequestRejected):
    """A message is above the server's size limit."""


class UnknownProblem(RequestRejected):
    """The server does not keep the problem that a digest names."""


class UnknownBatch(RequestRejected):
    """The server keeps no durable batch of this id."""


class RequestIdTaken(RequestRejected):
    """The request id names a durable batch that was submitted with other contents."""


class BatchFailed(RequestRejected):
    """A durable batch came to no end of its own; the results that had landed by then hold."""


class NotOffered(RequestRejected):
    """This server does not offer the method."""


class ConnectionFailed(VerifierError):
    """The server cannot be reached, or the connection was lost during the call."""


class ServerBusy(ConnectionFailed):
    """The server takes no new work for now.

    Attributes:
        retry_after_s: seconds to wait before the next attempt.
    """

    def __init__(self, message: str, retry_after_s: float) -> None:
        """Keep what the server said."""
        super().__init__(message, retry_after_s)
        self.retry_after_s = retry_after_s

    def __str__(self) -> str:
        """Return the server's words."""
        return str(self.args[0])


class HandshakeFailed(ConnectionFailed):
    """TLS did not come about; trying again will not help."""


class DeadlineExceeded(VerifierError, TimeoutError):
    """The call did not end within `timeout_s`."""


class ServerFault(VerifierError):
    """The server failed on this request."""


class UnreadableAnswer(VerifierError):
    """The server answered something that this version cannot read; it may be older or newer."""


class ForkError(VerifierError):
    """A forked child asked for the results of a batch that its parent had begun."""


class NoVerdict(VerifierError):
    """Completions could not be judged: the service failed or refused them. They are not wrong.

    Attributes:
        reasons: why, by the position of each that was not judged.
    """

    def __init__(self, message: str, reasons: Mapping[int, str]) -> None:
        """Keep who was not judged and why."""
        super().__init__(message, reasons)
        self.reasons = reasons

    def __str__(self) -> str:
        """Return the message."""
        return str(self.args[0])


class NotAValue(VerifierError, TypeError):
    """A Python object cannot be an argument or the expected value of a CallTest."""


class NotAProblem(VerifierError, ValueError):
    """A row of a dataset holds no tests, or in no form that is known."""


class NotACandidate(VerifierError, TypeError):
    """What was given as candidates is no list of programs, or one of them is no program."""


class NotAnArgument(VerifierError, TypeError):
    """An argument is of another type than the call takes; the message names it."""


class OutOfRange(VerifierError, ValueError):
    """A value is of the right type and cannot be sent: a number not finite or too large, or an empty id."""
