"""A bound for the services that ask nobody who they are: health checks and reflection."""

from __future__ import annotations

import inspect
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

import grpc
from google.protobuf.message import DecodeError, Message
from grpc import aio

from verifierd.api.around import API_PREFIX

MAX_STREAMS = 512

Context = aio.ServicerContext[Any, Any]


class Bystanders:
    """Bounds how many streams of other services are open at a time; single questions go through."""

    def __init__(self, max_streams: int = MAX_STREAMS) -> None:
        self._max_streams = max_streams
        self._streams = 0

    def around(self, method: str, handler: Any) -> Any:
        """Return the method's handler, counted where it is another service's stream."""
        if method.startswith(API_PREFIX):
            return handler
        codec = _reader(handler.request_deserializer), handler.response_serializer
        if handler.stream_stream is not None:
            return grpc.stream_stream_rpc_method_handler(self._counted(handler.stream_stream), *codec)
        if handler.unary_stream is not None:
            return grpc.unary_stream_rpc_method_handler(self._counted(handler.unary_stream), *codec)
        return grpc.unary_unary_rpc_method_handler(_answering(handler.unary_unary), *codec)

    def _counted(self, behaviour: Callable[[Any, Any], Any]) -> Callable[..., Any]:
        async def sending(request: Any, context: Context) -> None:
            async with self._counting(context):
                await behaviour(await _readable(request, context), context)

        async def yielding(messages: Any, context: Context) -> AsyncGenerator[Any, None]:
            async with self._counting(context):
                async for response in behaviour(_readable_each(messages, context), context):
                    yield response

        return yielding if inspect.isasyncgenfunction(behaviour) else sending

    @asynccontextmanager
    async def _counting(self, context: Context) -> AsyncGenerator[None, None]:
        if self._streams >= self._max_streams:
            words = f"{self._max_streams} such streams are open, as many as may be; ask again later"
            await context.abort(grpc.StatusCode.RESOURCE_EXHAUSTED, words)
        self._streams += 1
        try:
            yield
        finally:
            self._streams -= 1


def _reader(deserialize: Callable[[bytes], Message]) -> Callable[[bytes], Message | None]:
    """Return what reads a message; None where it is none: gRPC itself would log a fault of the server."""

    def read(data: bytes) -> Message | None:
        try:
            return deserialize(data)
        except DecodeError:
            return None

    return read


def _answering(behaviour: Callable[[Any, Any], Awaitable[Any]]) -> Callable[..., Any]:
    async def call(request: Message | None, context: Context) -> Any:
        return await behaviour(await _readable(request, context), context)

    return call


async def _readable(message: Message | None, context: Context) -> Message:
    if message is None:
        await context.abort(
            grpc.StatusCode.INVALID_ARGUMENT, "the request is no message of its method's type"
        )
    return message


async def _readable_each(messages: Any, context: Context) -> AsyncGenerator[Message, None]:
    async for message in messages:
        yield await _readable(message, context)
