"""The observer that traces: a call, its batch, and where the time of each candidate went, as spans.

Spans of candidates are made when their result is there, from the times that it has: while a candidate runs,
nothing is kept of it and nothing is done.
"""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from opentelemetry import trace
from opentelemetry.context import Context
from opentelemetry.sdk.trace.sampling import Decision, Sampler
from opentelemetry.trace import Span, SpanContext, SpanKind, Status, StatusCode, TraceFlags, Tracer
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

from verifierd.logs import bound_trace_id
from verifierd.model import Batch, Candidate, CandidateResult, Cost, ExecutionResult, Verdict
from verifierd.observing import Call, Observer, Work

RUNS_SHOWN = 64  # of one candidate
CALLS_KNOWN = 4096
# As https://opentelemetry.io/docs/specs/semconv/rpc/grpc/ has them for a server.
_SERVER_FAULTS = frozenset(
    {"UNKNOWN", "DEADLINE_EXCEEDED", "UNIMPLEMENTED", "INTERNAL", "UNAVAILABLE", "DATA_LOSS"}
)


class Tracing(Observer):
    """Makes spans of what happens, where a trace is sampled."""

    def __init__(self, tracer: Tracer, sampler: Sampler, clock_ns: Callable[[], int] = time.time_ns) -> None:
        """`sampler` decides of traces whose calls are not known any more; `clock_ns` gives epoch ns."""
        self._tracer = tracer
        self._sampler = sampler
        self._clock_ns = clock_ns
        self._propagator = TraceContextTextMapPropagator()
        self._batches: dict[str, Span] = {}
        self._calls: OrderedDict[str, SpanContext] = OrderedDict()  # the last ones, by trace

    @contextmanager
    def call(self, method: str, traceparent: str) -> Iterator[Call]:
        """Have a span for a call; it is the current one of the call's task."""
        service, _, name = method.removeprefix("/").partition("/")
        span = self._tracer.start_span(
            f"{service}/{name}",
            self._propagator.extract({"traceparent": traceparent}, Context()),
            SpanKind.SERVER,
            {"rpc.system": "grpc", "rpc.service": service, "rpc.method": name},
        )
        call = _TracedCall(span)
        self._remember(call.trace_id, span.get_span_context())
        with trace.use_span(span, end_on_exit=True, record_exception=False, set_status_on_exception=False):
            yield call

    def batch_began(self, batch: Batch, candidates: int) -> None:
        """Begin a span below the call of this task, or below the one that its trace was begun by."""
        parent = self._parent()
        if parent is not None and not parent.trace_flags.sampled:
            return
        told: dict[str, Any] = {
            "verifierd.batch_id": batch.id,
            "verifierd.problem_id": batch.problem.id,
            "verifierd.candidates": candidates,
            "verifierd.tests": len(batch.problem.tests),
        }
        span = self._tracer.start_span("batch", _below(parent), attributes=told)
        if span.is_recording():
            self._batches[batch.id] = span

    def traceparent(self, batch: Batch) -> str:
        """Return the batch's span, for work elsewhere to be below; empty where the batch is not traced."""
        span = self._batches.get(batch.id)
        if span is None:
            return ""
        context = span.get_span_context()
        return f"00-{context.trace_id:032x}-{context.span_id:016x}-{context.trace_flags:02x}"

    def batch_ended(self, batch: Batch, stop_reason: str, started_at_ns: int, ended_at_ns: int) -> None:
        """End a batch's span."""
        span = self._batches.pop(batch.id, None)
        if span is not None:
            span.set_attribute("verifierd.stop_reason", stop_reason)
            span.end(ended_at_ns)

    def candidate_judged(
        self, batch: Batch, candidate: Candidate, queued_at_ns: int, result: CandidateResult, cost: Cost
    ) -> None:
        """Make the spans of a candidate: itself, its wait, its compilation, and each run."""
        above = self._batches.get(batch.id)
        if above is None:
            return
        told: dict[str, Any] = {
            "verifierd.candidate_id": candidate.id,
            "verifierd.language": candidate.language,
            "verifierd.verdict": result.verdict.name,
            "verifierd.cpu_time_ns": cost.cpu_time_ns,
            **({"verifierd.duplicate_of": result.duplicate_of} if result.duplicate_of else {}),
        }
        span = self._tracer.start_span(
            "candidate", _below(above.get_span_context()), attributes=told, start_time=queued_at_ns
        )
        if result.verdict is Verdict.INFRASTRUCTURE_ERROR:
            span.set_status(Status(StatusCode.ERROR, result.detail))
        if not result.duplicate_of:
            self._trace_runs(span, queued_at_ns, result)
        span.end(self._clock_ns())

    def work_done(self, work: Work) -> None:
        """Make the span of a worker's work, below the batch that a front end has."""
        if not work.traceparent:
            return
        told = {
            "verifierd.batch_id": work.batch_id,
            "verifierd.candidate_id": work.candidate_id,
            "verifierd.language": work.language,
            "verifierd.runs_answered": work.runs_answered,
            "verifierd.runs_failed": work.runs_failed,
        }
        below = self._propagator.extract({"traceparent": work.traceparent}, Context())
        self._span("work", below, work.began_at_ns, work.ended_at_ns, told)

    def _trace_runs(self, candidate: Span, queued_at_ns: int, result: CandidateResult) -> None:
        ran = [each for each in result.executions if each.started_at_ns]
        if len(ran) > RUNS_SHOWN:
            candidate.set_attribute("verifierd.runs_not_shown", len(ran) - RUNS_SHOWN)
        below = _below(candidate.get_span_context())
        for place, execution in enumerate(ran[:RUNS_SHOWN]):
            built = execution.compilation
            if not place:
                began_at_ns = execution.started_at_ns if built is None else built.started_at_ns
                self._span("queue", below, queued_at_ns, began_at_ns)
            if built is not None:
                used = {"verifierd.cpu_time_ns": built.usage.cpu_time_ns}
                self._span("compile", below, built.started_at_ns, built.ended_at_ns, used)
            self._span("run", below, execution.started_at_ns, execution.ended_at_ns, _told_of(execution))

    def _span(
        self,
        name: str,
        below: Context,
        started_at_ns: int,
        ended_at_ns: int,
        told: Mapping[str, Any] | None = None,
    ) -> None:
        span = self._tracer.start_span(name, below, attributes=told, start_time=started_at_ns)
        span.end(max(started_at_ns, ended_at_ns))

    def _parent(self) -> SpanContext | None:
        """Return what a batch that begins in this task is part of; None: of no trace that is known."""
        current = trace.get_current_span().get_span_context()
        if current.is_valid:
            return current
        trace_id = bound_trace_id()
        if not trace_id:
            return None
        return self._calls.get(trace_id) or self._of_trace(trace_id)

    def _of_trace(self, trace_id: str) -> SpanContext:
        """Return a stand-in for the call that a trace was begun by, as before a restart of the daemon."""
        number = int(trace_id, 16)
        decided = self._sampler.should_sample(None, number, "batch").decision
        flags = TraceFlags.SAMPLED if decided is Decision.RECORD_AND_SAMPLE else TraceFlags.DEFAULT
        stand_in = (number & ((1 << 64) - 1)) or 1
        return SpanContext(number, stand_in, is_remote=True, trace_flags=TraceFlags(flags))

    def _remember(self, trace_id: str, span: SpanContext) -> None:
        self._calls[trace_id] = span
        while len(self._calls) > CALLS_KNOWN:
            self._calls.popitem(last=False)


class _TracedCall(Call):
    def __init__(self, span: Span) -> None:
        self._span = span
        self.trace_id = format(span.get_span_context().trace_id, "032x")

    def ended(self, code: str) -> None:
        self._span.set_attribute("rpc.grpc.status_code", code)
        if code in _SERVER_FAULTS:
            self._span.set_status(Status(StatusCode.ERROR, code))


def _below(parent: SpanContext | None) -> Context:
    if parent is None:
        return Context()
    return trace.set_span_in_context(trace.NonRecordingSpan(parent), Context())


def _told_of(execution: ExecutionResult) -> dict[str, Any]:
    return {
        "verifierd.test_id": execution.test_id,
        "verifierd.verdict": execution.verdict.name,
        "verifierd.sandbox_id": execution.sandbox_id,
        "verifierd.backend": execution.backend,
        "verifierd.attempts": execution.attempts,
        "verifierd.cpu_time_ns": execution.cpu_time_ns,
        "verifierd.peak_memory_bytes": execution.peak_memory_bytes,
    }
