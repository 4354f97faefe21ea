"""Every setting of the daemon, with its default, its allowed range and what it is for.

Each field's description is what `verifierd serve --print-config` prints above the key.
"""

from __future__ import annotations

from typing import Literal, Self

from pydantic import Field, field_validator, model_validator
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict

from sandboxes.model import Limits
from verifierd.admission import DEFAULT_LIMITS, DERIVED, MAX_LIMITS, MIB, SECOND_NS, AdmissionLimits
from verifierd.config.audit import AuditSection
from verifierd.config.identity import IdentitySection, QuotasSection, TlsSection
from verifierd.config.jetstream import ExecutorSection, JetStreamSection
from verifierd.config.sandbox import SandboxSection
from verifierd.config.section import Amount, Count, Seconds, Section, Text, Usd
from verifierd.config.telemetry import TelemetrySection

ENV_PREFIX = "VERIFIERD_"
ENV_NESTED_DELIMITER = "__"

_ADMISSION = AdmissionLimits()


def _bounds(limits: Limits) -> dict[str, float | None]:
    """Return limits in the units of the file; a wall time that is derived is None."""
    return {
        "cpu_time_s": limits.cpu_time_ns / SECOND_NS,
        "wall_time_s": None if limits.wall_time_ns == DERIVED else limits.wall_time_ns / SECOND_NS,
        "memory_mib": limits.memory_bytes // MIB,
        "output_bytes": limits.output_bytes,
        "processes": limits.processes,
        "open_files": limits.open_files,
        "disk_mib": limits.disk_bytes // MIB,
    }


class ServerSettings(Section):
    """Where the daemon listens and how it stops."""

    listen: Text = Field(
        default="127.0.0.1:50051",
        description="Address to serve gRPC on: HOST:PORT, or unix:PATH for a socket file. One that others "
        "can reach needs the tables tls and identity.",
    )
    max_message_bytes: int = Field(
        default=_ADMISSION.max_message_bytes,
        ge=64 * 1024,
        le=1024 * MIB,
        description="Largest gRPC message taken or sent, in bytes. A larger one is RESOURCE_EXHAUSTED.",
    )
    drain_timeout_s: Seconds = Field(
        default=60.0,
        description="Seconds that running batches get to end after SIGTERM or SIGINT. New work is refused "
        "meanwhile; what is left after it is cancelled. A second signal does not wait.",
    )

    message_timeout_s: Seconds = Field(
        default=1800.0,
        description="Seconds that the server waits for a message that is due, such as the next candidate of "
        "an open batch; the call then ends as ABORTED.",
    )
    max_streams: int = Field(
        default=1024,
        ge=1,
        le=100_000,
        description="Calls at a time over one connection; further ones wait in their client.",
    )

    @field_validator("listen")
    @classmethod
    def _is_address(cls, value: str) -> str:
        scheme, _, path = value.partition(":")
        if scheme == "unix" and path:
            return value
        host, _, port = value.rpartition(":")
        if host and port.isdigit() and int(port) < 65536:
            return value
        raise ValueError("must be HOST:PORT with a port from 0 to 65535, or unix:PATH")


class Bounds(Section):
    """Bounds of one execution: one candidate on one test case."""

    cpu_time_s: Seconds = Field(description="CPU seconds, children included: the limit that judges.")
    memory_mib: Count = Field(description="Memory in MiB, children and temporary files included.")
    output_bytes: Count = Field(description="Bytes of standard output, and again of standard error.")
    processes: Count = Field(description="Processes and threads at a time.")
    open_files: Count = Field(description="Open file descriptors of a process.")
    disk_mib: Count = Field(description="Temporary files in MiB: in /tmp, and again in /dev/shm.")


class DefaultBounds(Bounds):
    """What a problem gets in each limit that it does not name."""

    wall_time_s: Seconds | None = Field(
        default=None,
        examples=[30.0],
        description="Seconds of wall clock: a loose backstop for programs that wait instead of computing. "
        "Unset: three times the CPU time and two seconds.",
    )


class MaxBounds(Bounds):
    """What a problem may ask for at most."""

    wall_time_s: Seconds = Field(description="Seconds of wall clock.")


class LimitsSection(Section):
    """What a problem gets that names no limits, and what it may ask for at most."""

    default: DefaultBounds = Field(
        default=DefaultBounds.model_validate(_bounds(DEFAULT_LIMITS)),
        description="Limits of a problem that names none; each can be set by the problem.",
    )
    max: MaxBounds = Field(
        default=MaxBounds.model_validate(_bounds(MAX_LIMITS)),
        description="What a problem may ask for at most: more is INVALID_ARGUMENT, never clamped.",
    )

    @model_validator(mode="after")
    def _default_is_allowed(self) -> Self:
        for key in MaxBounds.model_fields:
            default, allowed = getattr(self.default, key), getattr(self.max, key)
            if default is not None and default > allowed:
                raise ValueError(f"default.{key} is {default}, above max.{key}, which is {allowed}")
        return self


class AdmissionSection(Section):
    """How large a batch may be, and how much may wait before callers are told to come back."""

    max_candidates: Count = Field(default=_ADMISSION.max_candidates, description="Candidates of one batch.")
    max_tests: Count = Field(default=_ADMISSION.max_tests, description="Test cases of one problem.")
    max_source_bytes: Count = Field(
        default=_ADMISSION.max_source_bytes, description="Bytes of one candidate's source, as UTF-8."
    )
    max_stdin_bytes: Count = Field(
        default=_ADMISSION.max_stdin_bytes,
        description="Bytes of one test's standard input, and again of its expected output.",
    )
    max_total_bytes: Count = Field(
        default=_ADMISSION.max_total_bytes, description="Bytes of all sources and test data of one batch."
    )
    max_stored_problem_bytes: Count = Field(
        default=256 * MIB,
        description="Bytes of all problems kept for PutProblem; the longest unused go first.",
    )
    max_batches: Count = Field(
        default=2048,
        description="Batches in flight; beyond it a batch is UNAVAILABLE, with the time to retry after.",
    )
    max_durable_batches: Count = Field(
        default=8,
        description="Durable batches that run at a time, of each priority so many; the others are QUEUED.",
    )
    max_candidates_waiting: Count = Field(
        default=1_000_000,
        description="Candidates taken in and not yet judged, over all batches; beyond it a batch is "
        "UNAVAILABLE as well.",
    )


class CacheSection(Section):
    """What is kept of earlier work, for equal work that comes later."""

    result_mib: Amount = Field(
        default=64,
        description="MiB of outcomes, used again once two runs of a program agreed on one. Programs that may "
        "vary are left out, and what load may have a say in. 0: every run is made.",
    )
    compile_mib: Amount = Field(
        default=32, description="MiB of compiled programs that each sandbox keeps. 0: none."
    )


class PricesSection(Section):
    """What verifying costs. The defaults are about what serverless containers cost on demand, 2025."""

    usd_per_vcpu_second: Usd = Field(
        default=1.12e-5, description="US dollars for a CPU second (0.040 an hour)."
    )
    usd_per_gib_second: Usd = Field(
        default=1.23e-6, description="US dollars for a GiB of memory held for a second (0.0044 an hour)."
    )
    usd_per_execution: Usd = Field(default=0.0, description="US dollars for starting one execution.")
    usd_per_million_prompt_tokens: Usd = Field(
        default=0.0,
        description="US dollars for a million tokens that a sampler read, if it tells no money itself.",
    )
    usd_per_million_completion_tokens: Usd = Field(
        default=0.0, description="US dollars for a million tokens that it wrote."
    )


class LogSection(Section):
    """What the daemon says, on standard error."""

    level: Literal["debug", "info", "warning", "error"] = Field(
        default="info", description="Least level written."
    )
    format: Literal["json", "console"] = Field(
        default="json",
        description="json: one object a line, for machines. console: coloured lines, for people.",
    )


class Settings(BaseSettings):
    """All settings. The environment goes before the file: VERIFIERD_SERVER__LISTEN sets server.listen."""

    model_config = SettingsConfigDict(
        extra="forbid",
        frozen=True,
        env_prefix=ENV_PREFIX,
        env_nested_delimiter=ENV_NESTED_DELIMITER,
        nested_model_default_partial_update=True,
    )

    server: ServerSettings = Field(
        default=ServerSettings(), description="Where the daemon listens, how it stops."
    )
    sandbox: SandboxSection = Field(
        default=SandboxSection(), description="The containers that candidates run in."
    )
    executor: ExecutorSection = Field(
        default=ExecutorSection(), description="Where candidates are run: in this daemon, or by a fleet."
    )
    jetstream: JetStreamSection = Field(
        default=JetStreamSection(),
        description="NATS with JetStream, which carries work to a fleet; for the executor jetstream.",
    )
    limits: LimitsSection = Field(
        default=LimitsSection(), description="Bounds of one execution: one candidate on one test case."
    )
    admission: AdmissionSection = Field(
        default=AdmissionSection(),
        description="How large a batch may be, and how much may wait before callers are told to come back.",
    )
    cache: CacheSection = Field(
        default=CacheSection(), description="What is kept of earlier work, for equal work that comes later."
    )
    prices: PricesSection = Field(
        default=PricesSection(),
        description="What verifying costs. The defaults are about what serverless containers cost, 2025.",
    )
    audit: AuditSection = Field(
        default=AuditSection(), description="The store of what was asked, what ran and what came of it."
    )
    telemetry: TelemetrySection = Field(
        default=TelemetrySection(), description="Metrics, health and traces, for machines."
    )
    tls: TlsSection = Field(default=TlsSection(), description="TLS for gRPC.")
    identity: IdentitySection = Field(
        default=IdentitySection(), description="Who may call, and how the server knows."
    )
    quotas: QuotasSection = Field(
        default=QuotasSection(),
        description="What each tenant may use; more is RESOURCE_EXHAUSTED, with the time to retry after.",
    )
    log: LogSection = Field(default=LogSection(), description="What the daemon says, on standard error.")

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Let the environment go before the file's values, which `load_settings` passes in."""
        return env_settings, init_settings
