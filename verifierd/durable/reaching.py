"""The store, read in a thread: where it cannot be reached, whoever asks is told to come back."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import ParamSpec, TypeVar

from verifierd.audit.errors import BlobError, RecordDamaged, StoreTrouble, StoreUnavailable
from verifierd.errors import RecordsUnavailable, RecordUnreadable

Given = ParamSpec("Given")
Found = TypeVar("Found")


async def reached(function: Callable[Given, Found], *args: Given.args, **kwargs: Given.kwargs) -> Found:
    """Return what a function finds in the store, for a caller.

    Raises:
        RecordsUnavailable: the store cannot be read at the moment.
        RecordUnreadable: a record or a blob is damaged or gone.
    """
    with reachable():
        try:
            return await asyncio.to_thread(function, *args, **kwargs)
        except (RecordDamaged, BlobError) as error:
            raise RecordUnreadable(str(error)) from error


@contextmanager
def reachable() -> Iterator[None]:
    """Raise RecordsUnavailable where the store cannot be read or written in the block."""
    try:
        yield
    except (StoreUnavailable, StoreTrouble) as error:
        raise RecordsUnavailable(str(error)) from error
