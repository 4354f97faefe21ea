"""Whether a run has left anything in the scratch directories, or any mark on them."""

from __future__ import annotations

import os
import time
from collections.abc import Sequence

CLOCK_REALTIME_COARSE = 5  # linux/time.h: the clock of files' times


class Scratch:
    """What the directories were before any run.

    Whatever changes an entry, the mode, the owner, an attribute or a time of a directory sets its time of
    change, which nobody can set to another one. But two changes within one tick of the kernel's clock have
    the same. So a run that began in the tick in which the directories were made is told by all that there is
    to see of them, later ones by that time alone: for that a stage touches half as many pages.
    """

    def __init__(self, directories: Sequence[str]) -> None:
        """Take down how they are."""
        self._before = [(directory, _seen(directory)) for directory in directories]
        self._changed = [(directory, os.stat(directory).st_ctime_ns) for directory in directories]
        self._is_older = False

    def begin(self) -> None:
        """Note that a run is about to begin."""
        if not self._is_older:
            now_ns = time.clock_gettime_ns(CLOCK_REALTIME_COARSE)
            self._is_older = all(changed_ns < now_ns for _, changed_ns in self._changed)

    def is_untouched(self) -> bool:
        """Tell whether they are as they were."""
        for directory, changed_ns in self._changed:
            if os.stat(directory).st_ctime_ns != changed_ns:
                return False
        return self._is_older or all(_seen(directory) == before for directory, before in self._before)


def _seen(directory: str) -> list[object]:
    found = os.stat(directory)
    times = (found.st_atime_ns, found.st_mtime_ns, found.st_ctime_ns)
    state: list[object] = [found.st_mode, found.st_uid, found.st_gid, times]
    try:
        state += [os.listdir(directory), os.listxattr(directory)]
    except OSError as error:  # it was made unreadable
        state.append(error.errno)
    return state
