"""What is known of a worker: what it can run, how much at a time, and how it tells of itself."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from verifier.worker.v1 import worker_pb2 as wire
from verifierd.fleet.subjects import toolchain_token

WIRE_VERSION = 1
"""Highest `Chunk.needs_version` that this version reads."""


@dataclass(frozen=True, slots=True)
class Wall:
    """One kind of isolation on a worker's host, and how it is known to stand or not."""

    name: str
    stands: bool
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Toolchain:
    """What programs meet at a worker; `languages` has versions by name, as the toolchain tells them."""

    backend: str
    image_digest: str
    languages: Mapping[str, str]
    walls: tuple[Wall, ...] = ()

    @property
    def token(self) -> str:
        """Return what stands for it in subjects: equal where backend, image and versions are."""
        told = sorted(f"{name} {version}" for name, version in self.languages.items())
        return toolchain_token(self.backend, self.image_digest or "\n".join(told))


@dataclass(frozen=True, slots=True)
class WorkerState:
    """A worker as it told of itself last. `slots` of 0: it takes no new work."""

    id: str
    host: str
    version: str
    slots: int
    busy: int
    done: int
    toolchain: Toolchain
    wire_version: int = WIRE_VERSION


def toolchain_to_wire(toolchain: Toolchain) -> wire.Toolchain:
    """Return a toolchain as a message."""
    return wire.Toolchain(
        token=toolchain.token,
        backend=toolchain.backend,
        image_digest=toolchain.image_digest,
        languages=[wire.Language(name=name, version=said) for name, said in toolchain.languages.items()],
        walls=[wire.Wall(name=wall.name, stands=wall.stands, detail=wall.detail) for wall in toolchain.walls],
    )


def toolchain_from_wire(message: wire.Toolchain) -> Toolchain:
    """Return the toolchain of a message."""
    return Toolchain(
        message.backend,
        message.image_digest,
        {each.name: each.version for each in message.languages},
        tuple(Wall(each.name, each.stands, each.detail) for each in message.walls),
    )


def worker_to_wire(worker: WorkerState) -> wire.Worker:
    """Return what a worker tells of itself."""
    return wire.Worker(
        id=worker.id,
        host=worker.host,
        version=worker.version,
        wire_version=worker.wire_version,
        slots=worker.slots,
        busy=worker.busy,
        toolchain=toolchain_to_wire(worker.toolchain),
        done=worker.done,
    )


def worker_from_wire(message: wire.Worker) -> WorkerState:
    """Return what a worker told of itself."""
    return WorkerState(
        id=message.id,
        host=message.host,
        version=message.version,
        slots=message.slots,
        busy=message.busy,
        done=message.done,
        toolchain=toolchain_from_wire(message.toolchain),
        wire_version=message.wire_version,
    )
