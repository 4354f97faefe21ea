"""The table [telemetry]: where machines ask how the daemon is, and where its traces go."""

from __future__ import annotations

from urllib.parse import urlsplit

from pydantic import Field, field_validator

from verifierd.config.section import Section, Share, Text


class TelemetrySection(Section):
    """Metrics, health and traces, for machines."""

    listen: Text = Field(
        default="",
        examples=["127.0.0.1:9464"],
        description="Address to serve HTTP on, as HOST:PORT: /metrics for Prometheus, /healthz and /readyz "
        "for whoever restarts it or sends it work. Nobody is asked who they are, and nothing is secret. "
        "Empty: none.",
    )
    traces: Text = Field(
        default="",
        examples=["http://127.0.0.1:4318/v1/traces"],
        description="URL that OpenTelemetry's spans are sent to, by OTLP over HTTP; needs the extra tracing. "
        "Headers with secrets go into the environment: OTEL_EXPORTER_OTLP_HEADERS. Empty: no traces.",
    )
    traces_share: Share = Field(
        default=1.0,
        description="Share of the batches that are traced, from 0 to 1, where the caller did not decide: one "
        "whose `traceparent` says sampled is traced, one that says not is not.",
    )

    @field_validator("listen")
    @classmethod
    def _is_address(cls, value: str) -> str:
        host, _, port = value.rpartition(":")
        if not value or (host and port.isascii() and port.isdigit() and int(port) < 65536):
            return value
        raise ValueError("must be HOST:PORT with a port from 0 to 65535, or empty")

    @field_validator("traces")
    @classmethod
    def _is_url(cls, value: str) -> str:
        if not value or (urlsplit(value).scheme in {"http", "https"} and urlsplit(value).hostname):
            return value
        raise ValueError("must be a URL that begins with http:// or https://, or empty")
