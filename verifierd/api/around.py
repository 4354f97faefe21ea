"""Puts what stands around every method around it once, as it is added to a server, and not at every call."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import grpc
from grpc import aio

API_PREFIX = "/verifier.v1."
"""What the names of this API's methods begin with; other services are health checks and reflection."""

Around = Callable[[str, Any], Any]
"""Takes the full name of a method and its handler, and returns the handler that takes its place."""


class Surrounded:
    """Stands for a server while services are added to it.

    Interceptors of gRPC would make each call's handlers anew, and leave objects behind that only a collection
    frees: a flood of calls that are refused would fill the memory with them.
    """

    def __init__(self, server: aio.Server, *around: Around) -> None:
        """Put these around every method, the last one innermost."""
        self._server: Any = server
        self._around = around

    def add_generic_rpc_handlers(self, handlers: object) -> None:
        """Do nothing: who adds a service adds its methods by name too."""

    def add_registered_method_handlers(self, service: str, handlers: Mapping[str, Any]) -> None:
        """Add a service's methods."""
        surrounded = {name: self._surrounded(f"/{service}/{name}", own) for name, own in handlers.items()}
        self._server.add_generic_rpc_handlers((grpc.method_handlers_generic_handler(service, surrounded),))
        self._server.add_registered_method_handlers(service, surrounded)

    def _surrounded(self, method: str, handler: Any) -> Any:
        for around in reversed(self._around):
            handler = around(method, handler)
        return handler
