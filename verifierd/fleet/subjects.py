"""What subjects, streams and buckets are called: the one place where names are put together."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass

_TOKEN = re.compile("[A-Za-z0-9_-]{1,64}")
ANY = "any"  # a chunk for any worker that can run its language, whatever its toolchain
NO_TENANT = "-"


@dataclass(frozen=True, slots=True)
class Queue:
    """One queue of work: chunks that are alike in all that decides who may take them, and when.

    `toolchain` is a worker's own (`toolchain_token`), or `any`; `tenant` is a token, not yet a name.
    """

    priority: str
    toolchain: str
    language: str
    tenant: str

    @property
    def consumer(self) -> str:
        """Return the name of the consumer that hands out the queue's chunks."""
        return "_".join((self.priority, self.toolchain, self.language, self.tenant))

    @classmethod
    def of_consumer(cls, name: str) -> Queue | None:
        """Return the queue whose consumer has this name; None where it is none of ours."""
        parts = name.split("_", 3)
        return cls(*parts) if len(parts) == 4 else None


@dataclass(frozen=True, slots=True)
class Names:
    """The names below one prefix."""

    prefix: str = "verifierd"

    @property
    def work(self) -> str:
        """Return the stream of chunks."""
        return f"{self.prefix}-work"

    @property
    def outcomes(self) -> str:
        """Return the stream of what came of them."""
        return f"{self.prefix}-outcomes"

    @property
    def batches(self) -> str:
        """Return the stream of durable batches."""
        return f"{self.prefix}-batches"

    @property
    def blobs(self) -> str:
        """Return the object store of what is too large for messages."""
        return f"{self.prefix}-blobs"

    @property
    def problems(self) -> str:
        """Return the object store of problems that were put."""
        return f"{self.prefix}-problems"

    @property
    def toolchains(self) -> str:
        """Return the bucket of what workers could run that were ever here."""
        return f"{self.prefix}-toolchains"

    @property
    def store(self) -> str:
        """Return the bucket of which audit store the batches are in."""
        return f"{self.prefix}-store"

    def chunks(self, queue: Queue) -> str:
        """Return the subject of one queue."""
        return f"{self.prefix}.work.{queue.priority}.{queue.toolchain}.{queue.language}.{queue.tenant}"

    @property
    def all_chunks(self) -> str:
        """Return the subjects of the stream of chunks."""
        return f"{self.prefix}.work.>"

    def outcomes_of(self, front_end: str) -> str:
        """Return the subjects of one front end's outcomes."""
        return f"{self.prefix}.outcomes.{front_end}.>"

    def outcome(self, front_end: str, chunk: str) -> str:
        """Return the subject of one chunk's outcomes."""
        return f"{self.prefix}.outcomes.{front_end}.{chunk}"

    @property
    def all_outcomes(self) -> str:
        """Return the subjects of the stream of outcomes."""
        return f"{self.prefix}.outcomes.>"

    def batch(self, priority: str, batch: str) -> str:
        """Return the subject of one durable batch."""
        return f"{self.prefix}.batches.{priority}.{batch}"

    @property
    def all_batches(self) -> str:
        """Return the subjects of the stream of durable batches."""
        return f"{self.prefix}.batches.>"

    def committed(self, batch: str) -> str:
        """Return the subject of news that records of a batch were committed; not kept."""
        return f"{self.prefix}.committed.{batch}"

    def cancelled(self, batch: str) -> str:
        """Return the subject of news that a durable batch is to be cancelled; not kept."""
        return f"{self.prefix}.cancelled.{batch}"

    def begun(self, front_end: str) -> str:
        """Return the subject of news that a worker began one of a front end's chunks; not kept."""
        return f"{self.prefix}.begun.{front_end}"

    def cancel(self, worker: str) -> str:
        """Return the subject of what a worker need not do any more; not kept."""
        return f"{self.prefix}.cancel.{worker}"

    def presence(self, kind: str, name: str) -> str:
        """Return the subject of one process's signs of life; not kept. `kind` is worker or frontend."""
        return f"{self.prefix}.presence.{kind}.{name}"

    @property
    def roll_call(self) -> str:
        """Return the subject on which all who are present are asked to say so; not kept."""
        return f"{self.prefix}.rollcall"

    def queue_of(self, subject: str) -> Queue | None:
        """Return the queue with this subject; None where it is none of ours."""
        parts = subject.removeprefix(f"{self.prefix}.work.").split(".")
        is_ours = subject.startswith(f"{self.prefix}.work.") and len(parts) == 4
        return Queue(*parts) if is_ours else None


def token(name: str) -> str:
    """Return a name as a part of a subject: itself where it may be one, else what stands for it."""
    if _TOKEN.fullmatch(name) and not name.startswith(("x-", NO_TENANT)):
        return name
    return f"x-{hashlib.sha256(name.encode()).hexdigest()[:24]}" if name else NO_TENANT


def toolchain_token(backend: str, image_digest: str) -> str:
    """Return what tells one toolchain from others in a subject: short, and equal on equal workers."""
    return hashlib.sha256(f"{backend}\0{image_digest}".encode()).hexdigest()[:12]
