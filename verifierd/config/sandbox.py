"""The settings of the containers that candidates run in."""

from __future__ import annotations

import json
from typing import Annotated, Any, Literal, Self

from pydantic import Field, field_validator, model_validator
from pydantic_settings import NoDecode

from sandboxes.settings import DEFAULT_IMAGE
from verifierd.config.section import Folder, Section, Text

LimitName = Literal["memory", "processes", "cpu"]


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
    pin_cpus: bool = Field(
        default=True,
        description="Keep each sandbox on one core: what it forks finds its pages and its data there. Unset "
        "this where other busy programs are kept on some of the cores.",
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

    @model_validator(mode="after")
    def _nothing_is_set_in_vain(self) -> Self:
        """Refuse what the other backend alone reads: who sets it believes in a wall that is not there."""
        if self.backend == "bubblewrap" and self.docker != DockerSection():
            raise ValueError('docker is for the backend docker: set backend to "docker", or leave it out')
        if self.backend == "docker" and self.root_directory is not None:
            raise ValueError("root_directory is for the backend bubblewrap; for docker, name docker.image")
        return self

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
