"""Tells an observer of every call of the API: its method, how long it lasts and the code it ends with."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable, Iterator
from contextlib import aclosing, contextmanager
from typing import Any

import grpc
from grpc import aio

from verifierd.api.asking import traceparent_of
from verifierd.api.gatekeeper import API_PREFIX, deadline_passed
from verifierd.logs import bound_ids
from verifierd.observing import Observer

_NAMES = {code.value[0]: code.name for code in grpc.StatusCode}


class Observed(aio.ServerInterceptor):  # type: ignore[type-arg]
    """Stands outside of `Gatekeeper`, so that it sees the codes that rejections end with."""

    def __init__(self, observer: Observer) -> None:
        self._observer = observer

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
        codec = handler.request_deserializer, handler.response_serializer
        if handler.stream_stream is not None:
            return grpc.stream_stream_rpc_method_handler(
                self._streaming(handler.stream_stream, method), *codec
            )
        if handler.unary_stream is not None:
            return grpc.unary_stream_rpc_method_handler(self._streaming(handler.unary_stream, method), *codec)
        return grpc.unary_unary_rpc_method_handler(self._unary(handler.unary_unary, method), *codec)

    def _unary(self, behaviour: Callable[[Any, Any], Awaitable[Any]], method: str) -> Callable[..., Any]:
        async def call(request: Any, context: Any) -> Any:
            with self._watched(method, context):
                return await behaviour(request, context)

        return call

    def _streaming(
        self, behaviour: Callable[[Any, Any], AsyncGenerator[Any, None]], method: str
    ) -> Callable[..., Any]:
        async def call(request: Any, context: Any) -> AsyncIterator[Any]:
            with self._watched(method, context):
                async with aclosing(behaviour(request, context)) as responses:
                    async for response in responses:
                        yield response

        return call

    @contextmanager
    def _watched(self, method: str, context: Any) -> Iterator[None]:
        with self._observer.call(method, traceparent_of(context)) as call, bound_ids(trace_id=call.trace_id):
            try:
                yield
            except BaseException as error:
                call.ended(_code_of(error, context))
                raise
            call.ended(grpc.StatusCode.OK.name)


def _code_of(error: BaseException, context: Any) -> str:
    """Return the name of the code that the caller sees of a call that ended by this."""
    if isinstance(error, aio.AbortError):
        code = context.code()
        return code.name if isinstance(code, grpc.StatusCode) else _NAMES.get(code, "UNKNOWN")
    if isinstance(error, asyncio.CancelledError | GeneratorExit):
        ended = grpc.StatusCode.DEADLINE_EXCEEDED if deadline_passed(context) else grpc.StatusCode.CANCELLED
        return ended.name
    return grpc.StatusCode.UNKNOWN.name
