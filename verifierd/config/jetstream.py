"""The settings of the fleet: where work is done, and the NATS that carries it there."""

from __future__ import annotations

import re
from typing import Annotated, Literal, Self
from urllib.parse import urlsplit

from pydantic import Field, field_validator, model_validator
from pydantic_settings import NoDecode

from verifierd.config.section import Count, Folder, Seconds, Section, Text

SCHEMES = ("nats", "tls", "ws", "wss")
_PREFIX = re.compile("[a-z0-9][a-z0-9_-]{0,31}")


class ExecutorSection(Section):
    """Where candidates are run."""

    kind: Literal["local", "jetstream"] = Field(
        default="local",
        description="local: in sandboxes of this daemon. jetstream: by `verifierd worker` processes, on this "
        "host or others; the daemon needs no sandboxes then (`pip install 'verifierd[jetstream]'`).",
    )
    toolchain: Text = Field(
        default="",
        description="For jetstream: run candidates only by workers with this toolchain, as the log "
        "of `verifierd worker` names it. Empty: by any worker that has the language.",
    )
    ahead: Count = Field(
        default=3,
        description="For jetstream: candidates that are on their way for each sandbox of the fleet, the one "
        "that runs among them. More hide a slower network, and delay early stops.",
    )


class JetStreamSection(Section):
    """NATS with JetStream, for front ends and workers alike."""

    servers: Annotated[tuple[Text, ...], NoDecode] = Field(
        default=("nats://127.0.0.1:4222",),
        min_length=1,
        description="Addresses of NATS, such as nats://HOST:4222 or tls://HOST:4222; any one of them will "
        "do. In the environment: with commas between them.",
    )
    prefix: Text = Field(
        default="verifierd",
        description="What all subjects and streams begin with: fleets with different ones share a NATS.",
    )
    replicas: int = Field(
        default=1, ge=1, le=5, description="Copies of each stream, on so many servers of a cluster."
    )
    credentials_file: Folder | None = Field(
        default=None,
        examples=["/etc/verifierd/nats.creds"],
        description="Who we are to NATS: a file with a JWT and a seed. Or put USER:PASSWORD@ in the address.",
    )
    ca_file: Folder | None = Field(
        default=None,
        examples=["/etc/verifierd/nats-ca.pem"],
        description="Certificates by which the server's is believed. Unset: those of the system.",
    )
    certificate_file: Folder | None = Field(
        default=None,
        examples=["/etc/verifierd/nats.pem"],
        description="Our own certificate, where the server asks for one.",
    )
    key_file: Folder | None = Field(
        default=None, examples=["/etc/verifierd/nats.key"], description="The key of that certificate."
    )
    connect_timeout_seconds: Seconds = Field(
        default=10.0, description="Seconds that a start waits for a server; later it is looked for for ever."
    )
    ack_wait_seconds: float = Field(
        default=5.0,
        ge=1.0,
        le=600.0,
        description="Seconds after a worker's last sign of life until its work goes to another one. A front "
        "end's durable batches go to another after twice that.",
    )
    queue_mib: Count = Field(
        default=4096, description="MiB of work that may wait; beyond it front ends hold theirs back."
    )
    tenant_weights: dict[str, Count] = Field(
        default={},
        description="For workers: turns that a tenant gets for one of a tenant that is not named here, such "
        'as {"research" = 3}.',
    )

    @field_validator("servers", mode="before")
    @classmethod
    def _is_list(cls, value: object) -> object:
        """Read what a variable holds: addresses with commas between them."""
        return (
            [each.strip() for each in value.split(",") if each.strip()] if isinstance(value, str) else value
        )

    @field_validator("servers")
    @classmethod
    def _are_addresses(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        for each in value:
            parts = urlsplit(each)
            if parts.scheme not in SCHEMES or not parts.hostname:
                raise ValueError("must be addresses such as nats://HOST:4222 or tls://HOST:4222")
        return value

    @field_validator("prefix")
    @classmethod
    def _is_prefix(cls, value: str) -> str:
        if not _PREFIX.fullmatch(value):
            raise ValueError("must be up to 32 of a-z, 0-9, - and _, and begin with a letter or a digit")
        return value

    @model_validator(mode="after")
    def _key_has_certificate(self) -> Self:
        if (self.certificate_file is None) != (self.key_file is None):
            raise ValueError("certificate_file and key_file need each other: set both, or none")
        return self
