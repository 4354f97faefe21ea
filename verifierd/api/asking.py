"""Who asks: what gRPC tells of a caller, and the trace that its call is part of."""

from __future__ import annotations

import re
from typing import Any

from verifierd.audit.entries import Asker
from verifierd.logs import bound_trace_id

MAX_ASKER_CHARS = 256
# https://www.w3.org/TR/trace-context: version, trace id, parent id, flags; ids of zeros are none.
_TRACEPARENT = re.compile(
    r"(?!ff)(?P<version>[0-9a-f]{2})-(?!0{32})(?P<trace>[0-9a-f]{32})-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}"
    r"(?P<more>-[!-~]*)?\Z"
)


def asker_of(context: Any) -> Asker:
    """Return who makes a call: address and program as the server sees them, and its trace id, if any."""
    agent = _metadata(context, "user-agent")
    told = f"{context.peer()} {agent}".strip()
    printable = "".join(char if char.isprintable() else "\ufffd" for char in told)
    trace_id = bound_trace_id() or trace_id_of(context)
    return Asker(requested_by=printable[:MAX_ASKER_CHARS], trace_id=trace_id)


def trace_id_of(context: Any) -> str:
    """Return the W3C trace id in a call's `traceparent`; empty where there is none that is well formed."""
    found = _TRACEPARENT.match(traceparent_of(context))
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
