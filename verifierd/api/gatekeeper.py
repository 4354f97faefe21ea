"""What stands around every method: rejections become statuses, faults become ids, each logged once."""

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

from verifierd.api.asking import trace_id_of
from verifierd.api.status import internal_status, status_of
from verifierd.errors import DeadlineExpired, InvalidField, MalformedMessage, MessageTooLarge, RequestRejected
from verifierd.logs import bound_ids, get_logger

API_PREFIX = "/verifier.v1."
OVERSIZE_FACTOR = 2
"""gRPC itself refuses messages above this many times the limit; up to there the refusal explains itself."""


@dataclass(frozen=True, slots=True)
class Unreadable:
    """Takes the place of a request message that could not be read."""

    rejection: RequestRejected


class Gatekeeper(aio.ServerInterceptor):  # type: ignore[type-arg]
    """Wraps the methods of this API; other services, such as health, pass untouched."""

    def __init__(self, max_message_bytes: int) -> None:
        """Refuse request messages above this size, in bytes."""
        self._max_message_bytes = max_message_bytes
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
        if handler.stream_stream is not None:
            return grpc.stream_stream_rpc_method_handler(
                self._streaming(handler.stream_stream, method), read, handler.response_serializer
            )
        if handler.unary_stream is not None:
            return grpc.unary_stream_rpc_method_handler(
                self._streaming(handler.unary_stream, method), read, handler.response_serializer
            )
        return grpc.unary_unary_rpc_method_handler(
            self._unary(handler.unary_unary, method), read, handler.response_serializer
        )

    def _reader(self, deserialize: Callable[[bytes], Message], method: str) -> Callable[[bytes], Any]:
        name = f"{method.rpartition('/')[2]}Request"

        def read(data: bytes) -> Message | Unreadable:
            if len(data) > self._max_message_bytes:
                return Unreadable(MessageTooLarge(name, len(data), self._max_message_bytes))
            try:
                return deserialize(data)
            except DecodeError:
                return Unreadable(MalformedMessage(name))

        return read

    def _unary(self, behaviour: Callable[[Any, Any], Awaitable[Any]], method: str) -> Callable[..., Any]:
        async def call(request: Any, context: aio.ServicerContext[Any, Any]) -> Any:
            with bound_ids(trace_id=trace_id_of(context)):
                try:
                    _check_deadline(context)
                    return await behaviour(_readable(request), context)
                except BaseException as error:
                    await self._refuse(error, method, context)

        return call

    def _streaming(
        self, behaviour: Callable[[Any, Any], AsyncGenerator[Any, None]], method: str
    ) -> Callable[..., Any]:
        async def call(request: Any, context: aio.ServicerContext[Any, Any]) -> AsyncIterator[Any]:
            with bound_ids(trace_id=trace_id_of(context)):
                try:
                    _check_deadline(context)
                    async with aclosing(behaviour(_readable(request), context)) as responses:
                        async for response in responses:
                            yield response
                except BaseException as error:
                    await self._refuse(error, method, context)

        return call

    async def _refuse(
        self, error: BaseException, method: str, context: aio.ServicerContext[Any, Any]
    ) -> NoReturn:
        """Log the error once and end the call with its status; what ends calls already goes on its way."""
        if isinstance(error, GeneratorExit | aio.AbortError):
            raise error
        if isinstance(error, asyncio.CancelledError):
            cause = "deadline" if deadline_passed(context) else "client gone"
            self._log.info("call ended early", method=method, cause=cause)
            raise error
        if isinstance(error, RequestRejected):
            status = status_of(error)
            self._log.warning(
                "request rejected",
                method=method,
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


def deadline_passed(context: Any) -> bool:
    """Say whether the call's own deadline, if it has one, is over."""
    remaining_s = context.time_remaining()
    return remaining_s is not None and remaining_s <= 0


def _check_deadline(context: aio.ServicerContext[Any, Any]) -> None:
    if deadline_passed(context):
        raise DeadlineExpired


def _readable(request: Any) -> Any:
    """Return the request, or the iterator of its messages, where it could be read. Raises RequestRejected."""
    if isinstance(request, Unreadable):
        raise request.rejection
    if isinstance(request, Message):
        return request
    return _readable_each(request)


async def _readable_each(messages: AsyncIterator[Any]) -> AsyncIterator[Any]:
    async for message in messages:
        yield _readable(message)
