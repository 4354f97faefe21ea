"""What stands around every method: who may call it; rejections become statuses, faults become ids."""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable
from contextlib import aclosing
from dataclasses import dataclass
from typing import Any, NoReturn

import grpc
from google.protobuf.message import DecodeError, Message
from grpc import aio
from grpc_status import rpc_status

from verifierd.api.asking import authorization_of, certificate_names, trace_id_of
from verifierd.api.calls import Call
from verifierd.api.scopes import check_scope
from verifierd.api.sparing import Sparing
from verifierd.api.status import internal_status, status_of
from verifierd.errors import (
    DeadlineExpired,
    InvalidField,
    MalformedMessage,
    MessageTooLarge,
    RequestRejected,
    StreamIdle,
    Unauthenticated,
)
from verifierd.identity.principals import ANYBODY, Principal
from verifierd.identity.recognition import Identity
from verifierd.logs import bound_ids, get_logger

Streaming = Callable[[AsyncIterator[Any], Any], AsyncGenerator[Any, None]]

FIRST_MESSAGE_TIMEOUT_S = 120.0
API_PREFIX = "/verifier.v1."
OVERSIZE_FACTOR = 2
"""gRPC itself refuses messages above this many times the limit; up to there the refusal explains itself."""


@dataclass(frozen=True, slots=True)
class Unreadable:
    """Takes the place of a request message that could not be read."""

    rejection: RequestRejected


class Gatekeeper(aio.ServerInterceptor):  # type: ignore[type-arg]
    """Wraps the methods of this API; other services, such as health, pass untouched.

    Every method is served as gRPC serves streams, whose messages are read when the method asks for them: so
    a caller is known, allowed and within its quota before the server reads what it sends.
    """

    def __init__(self, max_message_bytes: int, identity: Identity, message_timeout_s: float) -> None:
        """Refuse request messages above this size, in bytes, and callers who are silent for so long."""
        self._max_message_bytes = max_message_bytes
        self._identity = identity
        self._message_timeout_s = message_timeout_s
        self._sparing = Sparing()
        self._log = get_logger("verifierd.api")

    async def intercept_service(
        self,
        continuation: Callable[[grpc.HandlerCallDetails], Awaitable[Any]],
        handler_call_details: grpc.HandlerCallDetails,
    ) -> Any:
        """Return the method's handler, wrapped."""
        handler = await continuation(handler_call_details)
        method = handler_call_details.method
        if handler is None or not method.startswith(API_PREFIX):
            return handler
        read = self._reader(handler.request_deserializer, method)
        responding: Streaming = handler.stream_stream or _of_one(
            handler.unary_stream or _answering(handler.unary_unary), method
        )
        return grpc.stream_stream_rpc_method_handler(
            self._guarded(responding, method), read, handler.response_serializer
        )

    def _reader(self, deserialize: Callable[[bytes], Message], method: str) -> Callable[[bytes], Any]:
        name = _request_name(method)

        def read(data: bytes) -> Message | Unreadable:
            if len(data) > self._max_message_bytes:
                return Unreadable(MessageTooLarge(name, len(data), self._max_message_bytes))
            try:
                return deserialize(data)
            except DecodeError:
                return Unreadable(MalformedMessage(name))

        return read

    def _guarded(self, behaviour: Streaming, method: str) -> Callable[..., Any]:
        identity = self._identity

        async def call(messages: Any, context: aio.ServicerContext[Any, Any]) -> AsyncIterator[Any]:
            with bound_ids(trace_id=trace_id_of(context)):
                try:
                    _check_deadline(context)
                    principal = await _caller(identity, context)
                    check_scope(principal, method)
                    with bound_ids(tenant=principal.tenant), identity.metering.call(principal.tenant):
                        responses = behaviour(self._readable_each(messages), Call(context, principal))
                        async with aclosing(responses):
                            async for response in responses:
                                if not identity.knows_still(principal):
                                    raise Unauthenticated("the token has expired or was revoked meanwhile")
                                yield response
                except BaseException as error:
                    await self._refuse(error, method, context)

        return call

    async def _readable_each(self, messages: AsyncIterator[Any]) -> AsyncGenerator[Any, None]:
        """Yield a call's messages as they come. Raises RequestRejected: one is unreadable, or none comes."""
        waiting_s = min(self._message_timeout_s, FIRST_MESSAGE_TIMEOUT_S)
        coming = aiter(messages)
        while True:
            try:
                async with asyncio.timeout(waiting_s):
                    message = await anext(coming, None)
            except TimeoutError:
                raise StreamIdle(waiting_s) from None
            if message is None:
                return
            if isinstance(message, Unreadable):
                raise message.rejection
            yield message
            waiting_s = self._message_timeout_s

    async def _refuse(
        self, error: BaseException, method: str, context: aio.ServicerContext[Any, Any]
    ) -> NoReturn:
        """Log the error once and end the call with its status; what ends calls already goes on its way."""
        if isinstance(error, GeneratorExit | aio.AbortError):
            raise error
        if isinstance(error, asyncio.CancelledError):
            cause = "deadline" if deadline_passed(context) else "client gone"
            self._tell(self._log.info, "call ended early", cause, method, cause=cause)
            raise error
        if isinstance(error, RequestRejected):
            status = status_of(error)
            self._tell(
                self._log.warning,
                "request rejected",
                error.reason,
                method,
                peer=context.peer(),
                reason=error.reason,
                field=error.field if isinstance(error, InvalidField) else None,
                message=str(error),
            )
        else:
            error_id = uuid.uuid4().hex
            status = internal_status(error_id)
            self._log.error("request failed", method=method, error_id=error_id, exc_info=error)
            if not isinstance(error, Exception):
                raise error
        code_and_details = rpc_status.to_status(status)
        await context.abort(
            code_and_details.code, code_and_details.details, code_and_details.trailing_metadata
        )

    def _tell(
        self, say: Callable[..., object], event: str, subject: str, method: str, **facts: object
    ) -> None:
        """Log what a call came to; of what comes many times a second, some, and how much was left out."""
        left_out = self._sparing.left_out((event, subject, method))
        if left_out is not None:
            say(event, method=method, **facts, **({"left_out": left_out} if left_out else {}))


async def _caller(identity: Identity, context: Any) -> Principal:
    """Return who makes a call. Raises Unauthenticated."""
    if identity.recognition is None:
        return ANYBODY
    return await identity.recognition.caller(authorization_of(context), certificate_names(context))


def deadline_passed(context: Any) -> bool:
    """Say whether the call's own deadline, if it has one, is over."""
    remaining_s = context.time_remaining()
    return remaining_s is not None and remaining_s <= 0


def _check_deadline(context: aio.ServicerContext[Any, Any]) -> None:
    if deadline_passed(context):
        raise DeadlineExpired


def _of_one(behaviour: Callable[[Any, Any], AsyncGenerator[Any, None]], method: str) -> Streaming:
    """Return a method that takes one message as one that takes a stream of them."""

    async def call(messages: AsyncIterator[Any], context: Any) -> AsyncGenerator[Any, None]:
        request = await anext(messages, None)
        if request is None:
            raise MalformedMessage(_request_name(method))
        async with aclosing(behaviour(request, context)) as responses:
            async for response in responses:
                yield response

    return call


def _answering(behaviour: Callable[[Any, Any], Awaitable[Any]]) -> Callable[..., AsyncGenerator[Any, None]]:
    """Return a method that sends one message as one that sends a stream of them."""

    async def call(request: Any, context: Any) -> AsyncGenerator[Any, None]:
        yield await behaviour(request, context)

    return call


def _request_name(method: str) -> str:
    return f"{method.rpartition('/')[2]}Request"
