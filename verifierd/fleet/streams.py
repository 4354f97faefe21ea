"""The streams, made where they are missing and changed where the settings have changed.

Any process may do it at any time: two that do it at once want the same.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from contextlib import suppress
from functools import partial
from typing import TypeVar

from nats.js.api import ConsumerInfo, DiscardPolicy, RetentionPolicy, StorageType, StreamConfig
from nats.js.errors import APIError, NotFoundError

from verifierd.fleet.connection import PASSING, Connection
from verifierd.fleet.errors import FleetUnavailable
from verifierd.fleet.subjects import Names

# The server's codes for a stream that is there with other settings, and for subjects that are another's.
NAME_IN_USE, SUBJECTS_TAKEN = 10058, 10065
DUPLICATES_S = 120.0  # an id is remembered for so long
OUTCOMES_AGE_S = 600.0  # who has not read them by then asks for the work again
CHUNK_AGE_S = 86_400.0  # nobody waits for a chunk for so long: its front end has gone
Made = TypeVar("Made")


def work_stream(connection: Connection) -> StreamConfig:
    """Return the stream of chunks: each goes when it is acknowledged; a full one refuses more."""
    names, settings = Names(connection.settings.prefix), connection.settings
    return StreamConfig(
        name=names.work,
        description="Chunks of candidates that wait for verifierd's workers.",
        subjects=[names.all_chunks],
        retention=RetentionPolicy.WORK_QUEUE,
        storage=StorageType.FILE,
        num_replicas=settings.replicas,
        discard=DiscardPolicy.NEW,
        max_bytes=settings.max_queue_bytes,
        max_age=CHUNK_AGE_S,
        duplicate_window=DUPLICATES_S,
    )


def outcomes_stream(connection: Connection) -> StreamConfig:
    """Return the stream of outcomes: each is kept for a while, whether it was read or not."""
    names, settings = Names(connection.settings.prefix), connection.settings
    return StreamConfig(
        name=names.outcomes,
        description="What came of chunks, for the front ends that asked.",
        subjects=[names.all_outcomes],
        retention=RetentionPolicy.LIMITS,
        storage=StorageType.FILE,
        num_replicas=settings.replicas,
        discard=DiscardPolicy.OLD,
        max_bytes=settings.max_queue_bytes,
        max_age=OUTCOMES_AGE_S,
        duplicate_window=DUPLICATES_S,
    )


def batches_stream(connection: Connection) -> StreamConfig:
    """Return the stream of durable batches: each goes when a front end has brought it to its end.

    It has one message of a batch at most, however often that is published.
    """
    names, settings = Names(connection.settings.prefix), connection.settings
    return StreamConfig(
        name=names.batches,
        description="Durable batches that wait for a front end; their contents are in the audit store.",
        subjects=[names.all_batches],
        retention=RetentionPolicy.WORK_QUEUE,
        storage=StorageType.FILE,
        num_replicas=settings.replicas,
        max_msgs_per_subject=1,
        discard=DiscardPolicy.NEW,
        discard_new_per_subject=True,
        duplicate_window=DUPLICATES_S,
    )


async def make_streams(connection: Connection) -> None:
    """Make the streams of chunks and of outcomes. Raises FleetUnavailable."""
    await ensure_stream(connection, work_stream(connection))
    await ensure_stream(connection, outcomes_stream(connection))


async def ensure_stream(connection: Connection, wanted: StreamConfig) -> None:
    """Make a stream, or change the one that is there to what is wanted.

    Raises:
        FleetUnavailable: the server refuses it, or does not answer.
    """
    try:
        await make_or_take(
            partial(connection.jetstream.add_stream, wanted),
            partial(connection.jetstream.update_stream, wanted),
        )
    except PASSING as error:
        why = getattr(error, "description", None) or str(error) or type(error).__name__
        raise FleetUnavailable(f"NATS cannot keep the stream {wanted.name}: {why}") from error


async def make_or_take(make: Callable[[], Awaitable[Made]], take: Callable[[], Awaitable[Made]]) -> Made:
    """Make what the server keeps in a stream, or take the one of its name that has other settings.

    Of two who make the same at once one may be told that its subjects are taken, by the other's stream. Asked
    once more, the server knows the two for the same.

    Raises:
        APIError: the server refuses it.
    """
    try:
        try:
            return await make()
        except APIError as error:
            if error.err_code != SUBJECTS_TAKEN:
                raise
            return await make()
    except APIError as error:
        if error.err_code != NAME_IN_USE:
            raise
        return await take()


async def remove_acknowledged(connection: Connection, stream: str, consumer: ConsumerInfo) -> None:
    """Remove from a work queue what is acknowledged, and a server that was killed has back all the same.

    Nobody is given it any more, and yet it would count as work that waits. One by one: a purge makes a server
    (2.9) forget which messages are with somebody, and nobody would be given those again either. Raises one of
    `PASSING`.
    """
    floor = consumer.ack_floor.stream_seq if consumer.ack_floor else 0
    jetstream, subject = connection.jetstream, consumer.config.filter_subject
    sequence = 0
    while True:
        try:
            found = await jetstream.get_msg(stream, sequence + 1, subject, next=True)
        except NotFoundError:
            return
        sequence = found.seq or floor + 1
        if sequence > floor:
            return
        with suppress(APIError):  # another front end was faster
            await jetstream.delete_msg(stream, sequence)
