"""The daemon's records: the store, opened, owned and thinned out, the writer, and the durable batches."""

from __future__ import annotations

import asyncio
import os
import secrets
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from functools import partial
from typing import TYPE_CHECKING

from verifierd.api.records import Records
from verifierd.api.requests import RequestReader
from verifierd.api.submissions import Submissions
from verifierd.audit.ownership import own, share
from verifierd.audit.retaining import Retainer
from verifierd.audit.store import open_store
from verifierd.audit.writer import Writer
from verifierd.batches.recorded import Recorder, log_committed
from verifierd.config.records import redactor, retention_bounds, store_settings
from verifierd.config.settings import Settings
from verifierd.daemon.owning import owned
from verifierd.daemon.parts import Parts
from verifierd.daemon.sealing import sealed, seals_of
from verifierd.durable.alone import Alone
from verifierd.durable.batches import DurableBatches
from verifierd.durable.runs import Runs

if TYPE_CHECKING:
    from verifierd.durable.dispatch import Dispatch
    from verifierd.fleet.connection import Connection

LAST_WORDS_S = 2.0  # for batches that are being cut off to say so


@asynccontextmanager
async def records_kept(
    settings: Settings, parts: Parts, connection: Connection | None = None
) -> AsyncIterator[Records | None]:
    """Keep records for the length of the block; None where the settings name no database.

    With a connection to NATS the store's batches are shared with other front ends; else this daemon has them
    alone. `Records.durable.resume` goes on with those that are left, once there are sandboxes.

    Raises:
        StoreError: the store cannot be opened or shared, or another daemon has it alone.
        FleetUnavailable: NATS refuses the queue of batches, or does not answer.
        WrongInput: checkpoints cannot be made as the settings want them.
    """
    wanted = store_settings(settings)
    if wanted is None:
        yield None
        return
    async with AsyncExitStack() as undo:
        store = await asyncio.to_thread(open_store, wanted)
        undo.callback(store.close)
        name = f"{os.uname().nodename}:{os.getpid()}"
        # Of this process alone: in a container each has the number 1.
        writer = Writer(store, alter=redactor(settings), front_end=f"{name}:{secrets.token_hex(4)}")
        recorder = Recorder(parts.engine, writer, name)
        submissions = Submissions(RequestReader(parts.abilities, parts.problems, for_records=True))
        runs = Runs(recorder, store, submissions)
        at_a_time = settings.admission.max_durable_batches
        dispatch: Dispatch
        if connection is None:
            take, look_s = partial(own, store), None
            dispatch = Alone(recorder, store, runs, at_a_time)
        else:  # who is alone does not wait for the libraries of NATS
            from verifierd.daemon.sharing import WATCH_LOOK_S, shared

            take, look_s = partial(share, store, writer.front_end), WATCH_LOOK_S
            dispatch = await shared(connection, recorder, store, runs, at_a_time)
        durable = DurableBatches(recorder, store, dispatch, look_s)
        section = settings.audit
        retainer = Retainer(store, retention_bounds(settings), section.retain_seconds, f"the daemon {name}")

        async def lost() -> None:
            retainer.stop()
            await durable.stop()

        # Left last: a successor goes on from what is in the store, and the writer may have more for it.
        await undo.enter_async_context(owned(take, lost))
        await undo.enter_async_context(sealed(settings, store))
        writer.start()
        undo.push_async_callback(writer.close)
        undo.push_async_callback(recorder.close, LAST_WORDS_S)
        retainer.start()
        undo.push_async_callback(retainer.close)
        undo.push_async_callback(durable.stop)
        writer.on_commit(log_committed)
        writer.on_commit(durable.committed)
        writer.on_drop(durable.dropped)
        yield Records(store, writer, recorder, durable, submissions, seals_of(settings))
