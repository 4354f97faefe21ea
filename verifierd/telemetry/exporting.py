"""Where spans go: to a collector of OpenTelemetry's protocol, by a thread of its own; nobody waits for it."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from opentelemetry.sdk.trace.sampling import ParentBased, TraceIdRatioBased

from verifierd.telemetry.tracing import Tracing

SPANS_WAITING = 1 << 14  # beyond it spans are dropped: a collector that is away costs memory, and no more
SPANS_AT_ONCE = 512
EXPORT_EVERY_MS, EXPORT_WITHIN_S = 1000, 5
LAST_SPANS_WITHIN_MS = 3000


@asynccontextmanager
async def exporting(url: str, share: float, version: str) -> AsyncIterator[Tracing]:
    """Send the spans of what is observed to `url`, of a share of the traces, for the length of the block."""
    sampler = TraceIdRatioBased(share)
    instance = f"{os.uname().nodename}:{os.getpid()}"
    told = {"service.name": "verifierd", "service.version": version, "service.instance.id": instance}
    provider = TracerProvider(
        resource=Resource.create(told), sampler=ParentBased(sampler), shutdown_on_exit=False
    )
    processor = BatchSpanProcessor(
        OTLPSpanExporter(endpoint=url, timeout=EXPORT_WITHIN_S),
        max_queue_size=SPANS_WAITING,
        max_export_batch_size=SPANS_AT_ONCE,
        schedule_delay_millis=EXPORT_EVERY_MS,
    )
    provider.add_span_processor(processor)
    try:
        yield Tracing(provider.get_tracer("verifierd", version), sampler)
    finally:
        await asyncio.to_thread(provider.force_flush, LAST_SPANS_WITHIN_MS)
        await asyncio.to_thread(provider.shutdown)
