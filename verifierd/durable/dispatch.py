"""Which front end runs a durable batch, and when: what `DurableBatches` leaves to others."""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import Protocol

from verifierd.model import Priority

Wake = Callable[[Collection[str]], None]
"""Is told of which batches something more is in the store."""


class Dispatch(Protocol):
    """Sees to it that each batch of the store is run by somebody, from now to its end."""

    async def resume(self, wake: Wake, /) -> None:
        """Begin: go on with what was left, and tell of what others store from now on.

        Raises:
            StoreUnavailable: the store cannot be read at the moment.
        """
        ...

    def begin(self, batch_id: str, priority: Priority) -> None:
        """Have a batch run that was just accepted."""
        ...

    def cancel(self, batch_id: str) -> None:
        """Have a batch come to its end early, which the store says already."""
        ...

    def committed(self, batch_ids: Collection[str]) -> None:
        """Take down that something more of these batches is in the store, by this daemon."""
        ...

    def dropped(self, batch_ids: Collection[str]) -> None:
        """Take down that the store did not take what this daemon told of these batches."""
        ...

    async def stop(self) -> None:
        """Let go of everything."""
        ...
