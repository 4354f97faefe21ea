"""How NATS is reached, and what the streams in it are called and kept like."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path


@dataclass(frozen=True, slots=True)
class JetStreamSettings:
    """Where the servers are, who we are to them, and how streams are made.

    Attributes:
        servers: addresses such as nats://HOST:4222 or tls://HOST:4222; any of them will do.
        prefix: what all subjects, streams and buckets begin with, so that one NATS can serve several fleets.
        replicas: copies of each stream, on so many servers of a cluster.
        credentials_file: a user's JWT and seed, as `nsc` writes them.
        ca_file, certificate_file, key_file: TLS, with a certificate of our own where the server asks for one.
        connect_timeout_s: how long a start waits for a server.
        ack_wait_s: how long after its last sign of life a worker's chunk goes to another.
        max_queue_bytes: of chunks that wait for workers; beyond it front ends hold theirs back.
    """

    servers: tuple[str, ...] = ("nats://127.0.0.1:4222",)
    prefix: str = "verifierd"
    replicas: int = 1
    credentials_file: Path | None = None
    ca_file: Path | None = None
    certificate_file: Path | None = None
    key_file: Path | None = None
    connect_timeout_s: float = 10.0
    ack_wait_s: float = 5.0
    max_queue_bytes: int = 4 << 30
    tenant_weights: dict[str, int] = field(default_factory=dict)
