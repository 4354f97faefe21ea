"""What Python does after a fork, set aside where every run is a fork: a run needs next to nothing of it.

`threading` makes its locks anew, which a process without other threads needs not; `random` seeds itself,
which is done before the fork. Each object that is looked at in a fork costs a copy of its page: all of it
took as long as the fork itself.
"""

from __future__ import annotations

import _random
import gc
import random
import sys
import threading
from collections.abc import Callable
from functools import partial

Hook = Callable[[], object]


class ForkHooks:
    """What `os.register_at_fork` was given to call in the child, which CPython keeps in a list."""

    def __init__(self) -> None:
        """Find the list; where there is none, forks are as ever."""
        self._hooks = _list_with(threading._after_fork)  # type: ignore[attr-defined]
        self._aside: list[Hook] = []
        self._seeds: list[Hook] = []

    def set_aside(self) -> None:
        """Have nothing called in the processes that are forked from now on."""
        self._aside = self._hooks[:]
        self._hooks.clear()
        self._seeds = [partial(_random.Random.seed, random._inst)] if self._aside else []
        if "numpy.random" in sys.modules:  # which seeds itself when it is loaded
            self._seeds.append(sys.modules["numpy.random"].seed)

    def seed(self) -> None:
        """Do beforehand, in the process that forks, what a run needs of it: numbers of its own."""
        for seed in self._seeds:
            seed()

    def restore(self) -> None:
        """Have the forks of a run's own be as ever."""
        self._hooks[:] = self._aside


def _list_with(hook: Hook) -> list[Hook]:
    for each in gc.get_objects():
        if type(each) is list and any(item is hook for item in each):
            return each
    return []
