"""Every setting of the daemon, with its default, its allowed range and what it is for.

Each field's description is what `verifierd serve --print-config` prints above the key.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated, Any, Literal, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, field_validator, model_validator
from pydantic_settings import BaseSettings, NoDecode, PydanticBaseSettingsSource, SettingsConfigDict

from sandboxes.model import Limits
from sandboxes.settings import DEFAULT_IMAGE
from verifierd.admission import DEFAULT_LIMITS, DERIVED, MAX_LIMITS, MIB, SECOND_NS, AdmissionLimits

ENV_PREFIX = "VERIFIERD_"
ENV_NESTED_DELIMITER = "__"

Seconds = Annotated[float, Field(gt=0, allow_inf_nan=False)]
Count = Annotated[int, Field(ge=1)]
Usd = Annotated[float, Field(ge=0, allow_inf_nan=False)]


def _whole(value: Any) -> Any:
    """Refuse what the system would read as ended before its end."""
    if "\0" in str(value):
        raise ValueError("must not hold the character NUL")
    return value


Text = Annotated[str, AfterValidator(_whole)]
Folder = Annotated[Path, AfterValidator(_whole)]
LimitName = Literal["memory", "processes", "cpu"]

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


class Section(BaseModel):
    """A table of the TOML file: unknown keys are refused, values do not change."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class ServerSettings(Section):
    """Where the daemon listens and how it stops."""

    listen: Text = Field(
        default="127.0.0.1:50051",
        description="Address to serve gRPC on: HOST:PORT, or unix:PATH for a socket file. There is no "
        "authentication: keep it on loopback, on a socket file, or behind something that checks the caller.",
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


class DockerSection(Section):
    """The engine that makes the containers, where sandbox.backend is docker."""

    engine: Text | None = Field(
        default=None,
        examples=["unix:///var/run/docker.sock"],
        description="The engine's address: unix:///PATH, or tcp://HOST:PORT. Unset: DOCKER_HOST, else the "
        "usual socket.",
    )
    image: Text = Field(
        default=DEFAULT_IMAGE,
        min_length=1,
        description="The image that sandboxes run, as `make images` makes it.",
    )
    runtime: Text | None = Field(
        default=None,
        examples=["runsc"],
        description="An OCI runtime by the engine's name for it: runc, crun, runsc (gVisor). Unset: the "
        "engine's default.",
    )

    @field_validator("engine")
    @classmethod
    def _is_address(cls, value: str | None) -> str | None:
        if value is None or value.startswith(("unix:///", "tcp://")):
            return value
        raise ValueError("must be unix:///PATH or tcp://HOST:PORT")


class SandboxSection(Section):
    """The containers that untrusted programs run in."""

    backend: Literal["bubblewrap", "docker"] = Field(
        default="bubblewrap",
        description="What makes the containers: bubblewrap (no daemon, the default) or docker (an engine, "
        "and any runtime that it knows).",
    )
    root_directory: Folder | None = Field(
        default=None,
        examples=["/var/lib/verifierd/images/python"],
        description="For bubblewrap, an image as a directory, as `make images` makes it; its digest is in "
        "every result. Unset: the host's own /usr, read-only.",
    )
    docker: DockerSection = Field(
        default=DockerSection(), description="For the backend docker: the engine, the image, the runtime."
    )
    count: int | None = Field(
        default=None,
        ge=1,
        le=1024,
        examples=[2],
        description="Sandboxes kept ready, each running one candidate at a time. Unset: one per core.",
    )
    allow_unenforced: Annotated[tuple[LimitName, ...], NoDecode] = Field(
        default=(),
        description="Limits that this host may leave unenforced: any of memory, processes, cpu. A limit that "
        "the host cannot enforce stops the start unless it is named here; `verifierd doctor` tells. In the "
        "environment: cpu,memory or a list as JSON.",
    )
    cgroup_root: Text | None = Field(
        default=None,
        examples=["verifierd"],
        description="Control group below which the sandboxes' groups are made, relative to where each "
        "hierarchy is mounted. Unset: verifierd, with the user id appended for a user that is not root.",
    )
    python: Text | None = Field(
        default=None,
        examples=["/usr/bin/python3"],
        description="Python that candidates run with, as a path inside the sandbox. Unset: the first of "
        "/usr/bin and /usr/local/bin that is recent enough.",
    )

    @field_validator("cgroup_root")
    @classmethod
    def _is_below_the_mount(cls, value: str | None) -> str | None:
        if value is not None and not all(part.strip(".") for part in value.split("/")):
            raise ValueError("must be relative, such as verifierd or machine/verifierd")
        return value

    @field_validator("allow_unenforced", mode="before")
    @classmethod
    def _is_list(cls, value: Any) -> Any:
        """Read what a variable holds: names with commas between them, or a list as JSON."""
        if not isinstance(value, str):
            return value
        if not value.lstrip().startswith("["):
            return [name.strip() for name in value.split(",") if name.strip()]
        try:
            return json.loads(value)
        except ValueError:
            raise ValueError('must be names such as cpu,memory or JSON such as ["cpu", "memory"]') from None


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
        default=256,
        description="Batches in flight; beyond it a batch is UNAVAILABLE, with the time to retry after.",
    )
    max_candidates_waiting: Count = Field(
        default=1_000_000,
        description="Candidates taken in and not yet judged, over all batches; beyond it a batch is "
        "UNAVAILABLE as well.",
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
    limits: LimitsSection = Field(
        default=LimitsSection(), description="Bounds of one execution: one candidate on one test case."
    )
    admission: AdmissionSection = Field(
        default=AdmissionSection(),
        description="How large a batch may be, and how much may wait before callers are told to come back.",
    )
    prices: PricesSection = Field(
        default=PricesSection(),
        description="What verifying costs. The defaults are about what serverless containers cost, 2025.",
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
