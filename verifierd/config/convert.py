"""Settings as what the parts of the daemon take: nothing below this package reads a file or a variable."""

from __future__ import annotations

import os

from sandboxes.model import Limits
from sandboxes.settings import DockerSettings, SandboxSettings
from verifierd.admission import DERIVED, MIB, SECOND_NS, AdmissionLimits
from verifierd.config.settings import DefaultBounds, MaxBounds, Settings
from verifierd.economics.prices import PriceTable
from verifierd.fleet.settings import JetStreamSettings


def sandbox_settings(settings: Settings) -> SandboxSettings:
    """Return what the sandboxes' backend takes."""
    section = settings.sandbox
    return SandboxSettings(
        backend=section.backend,
        root_directory=section.root_directory,
        docker=DockerSettings(section.docker.engine, section.docker.image, section.docker.runtime),
        cgroup_root=section.cgroup_root,
        unenforced_limits_allowed=frozenset(section.allow_unenforced),
        python=section.python,
        compile_cache_bytes=settings.cache.compile_mib * MIB,
    )


def sandbox_count(settings: Settings) -> int:
    """Return how many sandboxes to keep: as configured, or one for each core that this process may use."""
    return settings.sandbox.count or len(os.sched_getaffinity(0))


def sandbox_cpus(settings: Settings) -> tuple[int, ...]:
    """Return the CPUs that sandboxes take turns at; none where they are to run where there is room."""
    return tuple(sorted(os.sched_getaffinity(0))) if settings.sandbox.pin_cpus else ()


def admission_limits(settings: Settings) -> AdmissionLimits:
    """Return the bounds of a request."""
    section = settings.admission
    return AdmissionLimits(
        max_candidates=section.max_candidates,
        max_tests=section.max_tests,
        max_source_bytes=section.max_source_bytes,
        max_stdin_bytes=section.max_stdin_bytes,
        max_total_bytes=section.max_total_bytes,
        max_message_bytes=settings.server.max_message_bytes,
        default_limits=_limits(settings.limits.default),
        max_limits=_limits(settings.limits.max),
    )


def price_table(settings: Settings) -> PriceTable:
    """Return what verifying costs."""
    section = settings.prices
    return PriceTable(
        usd_per_vcpu_second=section.usd_per_vcpu_second,
        usd_per_gib_second=section.usd_per_gib_second,
        usd_per_execution=section.usd_per_execution,
        usd_per_million_prompt_tokens=section.usd_per_million_prompt_tokens,
        usd_per_million_completion_tokens=section.usd_per_million_completion_tokens,
    )


def jetstream_settings(settings: Settings) -> JetStreamSettings:
    """Return how NATS is reached."""
    section = settings.jetstream
    return JetStreamSettings(
        servers=section.servers,
        prefix=section.prefix,
        replicas=section.replicas,
        credentials_file=section.credentials_file,
        ca_file=section.ca_file,
        certificate_file=section.certificate_file,
        key_file=section.key_file,
        connect_timeout_s=section.connect_timeout_seconds,
        ack_wait_s=section.ack_wait_seconds,
        max_queue_bytes=section.queue_mib * MIB,
        tenant_weights=section.tenant_weights,
    )


def _limits(bounds: DefaultBounds | MaxBounds) -> Limits:
    wall_time_s = bounds.wall_time_s
    return Limits(
        cpu_time_ns=_nanoseconds(bounds.cpu_time_s),
        wall_time_ns=DERIVED if wall_time_s is None else _nanoseconds(wall_time_s),
        memory_bytes=bounds.memory_mib * MIB,
        output_bytes=bounds.output_bytes,
        processes=bounds.processes,
        open_files=bounds.open_files,
        disk_bytes=bounds.disk_mib * MIB,
    )


def _nanoseconds(seconds: float) -> int:
    return round(seconds * SECOND_NS)
