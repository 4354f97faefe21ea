"""A call goes along in the trace that its program is in: OpenTelemetry's, or one that is given."""

from __future__ import annotations

import subprocess
import sys

import pytest
from opentelemetry.sdk.trace import TracerProvider

from verifierd_client.tracing import trace_metadata, traced

GIVEN = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"


def test_a_call_outside_of_any_trace_names_none() -> None:
    assert trace_metadata() == ()


def test_a_trace_that_is_given_holds_for_its_block() -> None:
    with traced(GIVEN):
        assert trace_metadata() == (("traceparent", GIVEN),)
    assert trace_metadata() == ()


@pytest.mark.parametrize("given", ["", GIVEN])
def test_the_current_span_goes_along_unless_another_trace_is_given(given: str) -> None:
    provider = TracerProvider(shutdown_on_exit=False)
    with provider.get_tracer("test").start_as_current_span("sample") as span, traced(given):
        context = span.get_span_context()
        current = f"00-{context.trace_id:032x}-{context.span_id:016x}-{context.trace_flags:02x}"
        assert trace_metadata() == (("traceparent", given or current),)


def test_who_does_not_use_opentelemetry_does_not_load_it() -> None:
    program = (
        "import sys; from verifierd_client.tracing import trace_metadata; trace_metadata();"
        "print('opentelemetry' in sys.modules)"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, timeout=60, check=True
    )
    assert done.stdout.strip() == "False"
