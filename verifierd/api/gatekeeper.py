"""What stands around every method: who may call it; rejections become statuses, faults become ids."""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable
from contextlib import aclosing
from dataclasses import dataclass
from typing import Any

import grpc
from google.protobuf.message import DecodeError, Message
from google.rpc import status_pb2  # type: ignore[import-untyped]
from grpc import aio
from grpc_status import rpc_status

from verifierd.api.around import API_PREFIX
from verifierd.api.asking import authorization_of, certificate_names
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
OVERSIZE_FACTOR = 2
"""gRPC itself refuses messages above this many times the limit; up to there the refusal explains itself."""


@dataclass(frozen=True, slots=True)
class Unreadable:
    """Takes the place of a request message that could not be read."""

    rejection: RequestRejected


class Gatekeeper:
    """Stands around the methods of this API; other services, such as health, pass untouched.

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

    def around(self, method: str, handler: Any) -> Any:
        """Return the method's handler, guarded."""
        if not method.startswith(API_PREFIX):
            return handler
        read = self._reader(handler.request_deserializer, method)
        responding: Streaming
        if handler.stream_stream:
            responding = handler.stream_stream
        elif handler.unary_stream:
            responding = _of_one(handler.unary_stream, method)
        else:
            responding = _answering(handler.unary_unary, method)
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
                status = self._told(error, method, context)
                if status is None:
                    raise
                _end(context, status)

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

    def _told(
        self, error: BaseException, method: str, context: aio.ServicerContext[Any, Any]
    ) -> status_pb2.Status | None:
        """Log the error once; return the status that its call ends with, None where it ends already."""
        if isinstance(error, GeneratorExit | aio.AbortError):
            return None
        if isinstance(error, asyncio.CancelledError):
            cause = "deadline" if deadline_passed(context) else "client gone"
            if (more := self._worth_telling("call ended early", cause, method)) is not None:
                self._log.info("call ended early", method=method, cause=cause, **more)
            return None
        if isinstance(error, RequestRejected):
            if (more := self._worth_telling("request rejected", error.reason, method)) is not None:
                self._log.warning(
                    "request rejected",
                    method=method,
                    peer=context.peer(),
                    reason=error.reason,
                    field=error.field if isinstance(error, InvalidField) else None,
                    message=str(error),
                    **more,
                )
            return status_of(error)
        error_id = uuid.uuid4().hex
        self._log.error("request failed", method=method, error_id=error_id, exc_info=error)
        return internal_status(error_id) if isinstance(error, Exception) else None

    def _worth_telling(self, event: str, subject: str, method: str) -> dict[str, int] | None:
        """Return what a line in the log says of those before it that were left out; None: leave it out."""
        left_out = self._sparing.left_out((event, subject, method))
        if left_out is None:
            return None
        return {"left_out": left_out} if left_out else {}


def _end(context: aio.ServicerContext[Any, Any], status: status_pb2.Status) -> None:
    """Let a call end with a status, once its method returns.

    To abort it would raise an error, which only a collection frees with all that its call held.
    """
    ended = rpc_status.to_status(status)
    context.set_code(ended.code)
    context.set_details(ended.details)
    context.set_trailing_metadata(ended.trailing_metadata)


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
        async with aclosing(behaviour(await _only(messages, method), context)) as responses:
            async for response in responses:
                yield response

    return call


def _answering(behaviour: Callable[[Any, Any], Awaitable[Any]], method: str) -> Streaming:
    """Return a method that takes one message and sends one as one with streams of them."""

    async def call(messages: AsyncIterator[Any], context: Any) -> AsyncGenerator[Any, None]:
        yield await behaviour(await _only(messages, method), context)

    return call


async def _only(messages: AsyncIterator[Any], method: str) -> Any:
    request = await anext(messages, None)
    if request is None:
        raise MalformedMessage(_request_name(method))
    return request


def _request_name(method: str) -> str:
    return f"{method.rpartition('/')[2]}Request"
