"""Tells an observer of every call of the API: its method, how long it lasts and the code it ends with."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Iterator
from contextlib import aclosing, contextmanager
from typing import Any

import grpc
from grpc import aio

from verifierd.api.around import API_PREFIX
from verifierd.api.asking import trace_id_in, traceparent_of
from verifierd.api.gatekeeper import deadline_passed
from verifierd.logs import bound_ids
from verifierd.observing import Observer

_NAMES = {code.value[0]: code.name for code in grpc.StatusCode}


class Observed:
    """Stands around `Gatekeeper`, which makes every method one of streams: it sees how rejections end."""

    def __init__(self, observer: Observer) -> None:
        self._observer = observer

    def around(self, method: str, handler: Any) -> Any:
        """Return the method's handler, watched."""
        if not method.startswith(API_PREFIX):
            return handler
        return grpc.stream_stream_rpc_method_handler(
            self._watched(handler.stream_stream, method),
            handler.request_deserializer,
            handler.response_serializer,
        )

    def _watched(
        self, behaviour: Callable[[Any, Any], AsyncGenerator[Any, None]], method: str
    ) -> Callable[..., Any]:
        async def call(messages: Any, context: Any) -> AsyncIterator[Any]:
            with self._watching(method, context):
                async with aclosing(behaviour(messages, context)) as responses:
                    async for response in responses:
                        yield response

        return call

    @contextmanager
    def _watching(self, method: str, context: Any) -> Iterator[None]:
        traceparent = traceparent_of(context)
        with self._observer.call(method, traceparent) as call:
            with bound_ids(trace_id=trace_id_in(traceparent) or call.trace_id):
                try:
                    yield
                except BaseException as error:
                    call.ended(_code_of(error, context))
                    raise
            call.ended(_code_set(context))


def _code_of(error: BaseException, context: Any) -> str:
    """Return the name of the code that the caller sees of a call that ended by this."""
    if isinstance(error, aio.AbortError):
        return _code_set(context)
    if isinstance(error, asyncio.CancelledError | GeneratorExit):
        ended = grpc.StatusCode.DEADLINE_EXCEEDED if deadline_passed(context) else grpc.StatusCode.CANCELLED
        return ended.name
    return grpc.StatusCode.UNKNOWN.name


def _code_set(context: Any) -> str:
    """Return the name of the code that a call was given: none is one that went well."""
    code = context.code() or grpc.StatusCode.OK
    return code.name if isinstance(code, grpc.StatusCode) else _NAMES.get(code, "UNKNOWN")
