"""Who asks: what gRPC tells of a caller, and the trace that its call is part of."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from verifierd.api.calls import principal_of
from verifierd.audit.entries import Asker
from verifierd.logs import bound_trace_id

MAX_ASKER_CHARS = 256
# https://www.w3.org/TR/trace-context: version, trace id, parent id, flags; ids of zeros are none.
_TRACEPARENT = re.compile(
    r"(?!ff)(?P<version>[0-9a-f]{2})-(?!0{32})(?P<trace>[0-9a-f]{32})-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}"
    r"(?P<more>-[!-~]*)?\Z"
)


def asker_of(context: Any) -> Asker:
    """Return who makes a call: what it is known by, address and program as the server sees them."""
    agent, principal = _metadata(context, "user-agent"), principal_of(context)
    told = " ".join(part for part in (principal.name, context.peer(), agent) if part)
    printable = "".join(char if char.isprintable() else "\ufffd" for char in told)
    trace_id = bound_trace_id() or trace_id_of(context)
    return Asker(printable[:MAX_ASKER_CHARS], principal.tenant, trace_id)


def authorization_of(context: Any) -> list[str]:
    """Return the values of `authorization` in a call's metadata, of which one is a secret."""
    metadata = context.invocation_metadata() or ()
    return [value for key, value in metadata if key == "authorization" and isinstance(value, str)]


def certificate_names(context: Any) -> Iterator[str]:
    """Yield the names in the certificate that a call's connection was made with: URI, DNS, `CN=name`.

    gRPC tells of certificates that it has verified, and of no others.
    """
    told = context.auth_context()
    for name in (*told.get("peer_uri", ()), *told.get("peer_dns", ())):
        yield name.decode("utf-8", "replace")
    for name in told.get("x509_common_name", ()):
        yield "CN=" + name.decode("utf-8", "replace")


def trace_id_of(context: Any) -> str:
    """Return the W3C trace id in a call's `traceparent`; empty where there is none that is well formed."""
    return trace_id_in(traceparent_of(context))


def trace_id_in(traceparent: str) -> str:
    """Return the trace id in a `traceparent` that is well formed; empty where it is empty."""
    found = _TRACEPARENT.match(traceparent)
    return found["trace"] if found else ""


def traceparent_of(context: Any) -> str:
    """Return a call's `traceparent`; empty where there is none that is well formed."""
    given = _metadata(context, "traceparent")
    found = _TRACEPARENT.match(given)
    if found is None or (found["version"] == "00" and found["more"] is not None):
        return ""
    return given


def _metadata(context: Any, wanted: str) -> str:
    """Return the one value of a key of a call's metadata; empty where there is none, or more than one."""
    values = [value for key, value in context.invocation_metadata() or () if key == wanted]
    return values[0] if len(values) == 1 and isinstance(values[0], str) else ""
