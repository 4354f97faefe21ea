"""The token that calls show: added to each of a channel's calls, and sent where nobody else can read it."""

from __future__ import annotations

import ipaddress
from typing import Any, NamedTuple

import grpc

_Metadata = tuple[tuple[str, str | bytes], ...]


class _Details(NamedTuple):
    """What gRPC asks of a call's details."""

    method: str
    timeout: float | None
    metadata: _Metadata | None
    credentials: Any
    wait_for_ready: bool | None
    compression: Any


class ShowsToken(
    grpc.UnaryUnaryClientInterceptor,  # type: ignore[type-arg]
    grpc.UnaryStreamClientInterceptor,  # type: ignore[type-arg]
    grpc.StreamStreamClientInterceptor,  # type: ignore[type-arg]
):
    """Adds a token to the metadata of every call."""

    def __init__(self, token: str) -> None:
        self._header = ("authorization", f"Bearer {token}")

    def intercept_unary_unary(self, continuation: Any, client_call_details: Any, request: Any) -> Any:
        """Go on with the token shown."""
        return continuation(self._shown(client_call_details), request)

    def intercept_unary_stream(self, continuation: Any, client_call_details: Any, request: Any) -> Any:
        """Go on with the token shown."""
        return continuation(self._shown(client_call_details), request)

    def intercept_stream_stream(
        self, continuation: Any, client_call_details: Any, request_iterator: Any
    ) -> Any:
        """Go on with the token shown."""
        return continuation(self._shown(client_call_details), request_iterator)

    def _shown(self, details: Any) -> _Details:
        return _Details(
            details.method,
            details.timeout,
            (*(details.metadata or ()), self._header),
            details.credentials,
            details.wait_for_ready,
            details.compression,
        )


def check_token(token: str, address: str, *, is_encrypted: bool) -> None:
    """Raise ValueError where a token is none, or would cross a network for all to read."""
    if not token or not token.isascii() or not token.isprintable() or " " in token:
        raise ValueError("token must be one word of printable ASCII, as `verifierd token create` prints it")
    if not is_encrypted and not _is_local(address):
        raise ValueError(
            f"a token must not cross a network in the clear: give tls=Tls(...) with the address {address!r}"
        )


def _is_local(address: str) -> bool:
    if address.startswith("unix:"):
        return True
    host = address.rpartition(":")[0].strip("[]")
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
