"""The trace that calls are part of: OpenTelemetry's current span, or a W3C `traceparent` that is given."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

_given: ContextVar[str] = ContextVar("verifierd_traceparent", default="")


@contextmanager
def traced(traceparent: str) -> Iterator[None]:
    """Make the calls within the block part of this trace, as https://www.w3.org/TR/trace-context writes it.

    Who uses OpenTelemetry needs none of this: the current span goes along by itself.
    """
    token = _given.set(traceparent)
    try:
        yield
    finally:
        _given.reset(token)


def trace_metadata() -> tuple[tuple[str, str], ...]:
    """Return the metadata of a call that is made here; empty where it is part of no trace."""
    traceparent = _given.get() or _current()
    return (("traceparent", traceparent),) if traceparent else ()


def _current() -> str:
    """Return what OpenTelemetry has as its current span; who has not loaded it has none."""
    trace = sys.modules.get("opentelemetry.trace")
    if trace is None:
        return ""
    span = trace.get_current_span().get_span_context()
    if not span.is_valid:
        return ""
    return f"00-{span.trace_id:032x}-{span.span_id:016x}-{span.trace_flags:02x}"
