"""A collector of OpenTelemetry's protocol over HTTP: it decodes what it is sent, and keeps it."""

from __future__ import annotations

import gzip
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest


@dataclass(frozen=True, slots=True)
class SpanSeen:
    """A span as it was sent. Ids are hex, `parent` is empty for a root; times are epoch nanoseconds."""

    service: str
    name: str
    trace_id: str
    span_id: str
    parent: str
    started_at_ns: int
    ended_at_ns: int
    is_error: bool
    told: dict[str, Any]


class Collector:
    """Keeps spans; whoever waits for some is woken up when they come."""

    def __init__(self) -> None:
        self.url = ""
        self._spans: list[SpanSeen] = []
        self._came = threading.Condition()

    def take(self, body: bytes) -> None:
        """Keep the spans of one message."""
        seen = []
        for resource in ExportTraceServiceRequest.FromString(body).resource_spans:
            service = _told(resource.resource.attributes)["service.name"]
            for scope in resource.scope_spans:
                seen += [_seen(str(service), span) for span in scope.spans]
        with self._came:
            self._spans += seen
            self._came.notify_all()

    def spans(self, *names: str, within_s: float = 20.0) -> list[SpanSeen]:
        """Return all spans, once there is one of each of these names."""
        with self._came:
            have_come = self._came.wait_for(
                lambda: set(names) <= {each.name for each in self._spans}, within_s
            )
            assert have_come, f"of {names} there came {sorted({each.name for each in self._spans})}"
            return list(self._spans)


@contextmanager
def collecting() -> Iterator[Collector]:
    """Run a collector for the length of the block."""
    collector = Collector()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            if self.headers.get("Content-Encoding") == "gzip":
                body = gzip.decompress(body)
            collector.take(body)
            self.send_response(200)
            self.send_header("Content-Type", "application/x-protobuf")
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, format: str, *args: Any) -> None:
            """Say nothing of each request."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    collector.url = f"http://127.0.0.1:{server.server_port}/v1/traces"
    thread = threading.Thread(target=server.serve_forever, args=(0.05,))
    thread.start()
    try:
        yield collector
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def _seen(service: str, span: Any) -> SpanSeen:
    return SpanSeen(
        service=service,
        name=span.name,
        trace_id=span.trace_id.hex(),
        span_id=span.span_id.hex(),
        parent=span.parent_span_id.hex(),
        started_at_ns=span.start_time_unix_nano,
        ended_at_ns=span.end_time_unix_nano,
        is_error=span.status.code == 2,
        told=_told(span.attributes),
    )


def _told(attributes: Any) -> dict[str, Any]:
    return {each.key: getattr(each.value, each.value.WhichOneof("value")) for each in attributes}
