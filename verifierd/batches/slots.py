"""The slots that all batches share, as many as the executor has room for; a fleet's number changes."""

from __future__ import annotations

import asyncio


class Slots(asyncio.Semaphore):
    """A semaphore that can be resized. Given out first come, first served."""

    def __init__(self, capacity: int) -> None:
        super().__init__(capacity)
        self._capacity = capacity
        self._too_many = 0  # given out or free beyond what there is now

    def resize(self, capacity: int) -> None:
        """Have so many slots from now on; those too many go as they are given back."""
        change, self._capacity = capacity - self._capacity, capacity
        if change < 0:
            self._too_many -= change
        for _ in range(change):
            self.release()

    def release(self) -> None:
        """Give a slot back."""
        if self._too_many:
            self._too_many -= 1
        else:
            super().release()
