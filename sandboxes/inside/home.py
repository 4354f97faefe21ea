"""The cgroup that the zygote lives in: a stage begins where its parent is, so it need not be moved.

Moving a process between cgroups waits for every CPU (the kernel's `cgroup_threadgroup_rwsem`), about as long
as a whole candidate takes. What lives here besides a stage is the zygote alone, which does nothing meanwhile;
what it uses is taken from what a run used.
"""

from __future__ import annotations

import time

from .cgroup import Cgroup, make_cgroup

NAME = "home"
ZYGOTE = 1  # process beside the candidate's
UNUSED = (1 << 30, 64)  # limits until the first stage comes
LEFT_BYTES = 1 << 20
LEFT_SECONDS = 0.005


class Home:
    """Lends the group to one stage at a time."""

    def __init__(self, kind: str, zygote_pid: int) -> None:
        """Make the group, with the zygote in it."""
        self._kind = kind
        self._zygote_pid = zygote_pid
        self._is_lent = False
        self._move_in()

    @property
    def is_free(self) -> bool:
        """Whether a stage may be forked into it now."""
        return not self._is_lent and self._group.resets_peak

    def lend(self, memory_bytes: int, processes: int) -> Cgroup:
        """Return the group, under these limits. The next stage is in it as soon as it is forked."""
        self._is_lent = True
        self.limit(memory_bytes, processes)
        self._group.note_residents()
        return self._group

    def limit(self, memory_bytes: int, processes: int) -> None:
        """Change the limits of the stage that it is lent to."""
        self._group.limit(memory_bytes, processes + ZYGOTE)

    def take_back(self) -> None:
        """Make sure that nothing of a stage is left. Raises OSError where a process is.

        What the kernel still holds for a candidate, such as the names of files that it looked at, would count
        for the next one. Where it is slow to give that up, the group is made anew.
        """
        self._group.wait_until_left()
        self._is_lent = False
        ends_at = time.monotonic() + LEFT_SECONDS
        while self._group.used_bytes() - self._empty_bytes > LEFT_BYTES:
            if time.monotonic() > ends_at:
                self._group.put_out(self._zygote_pid)
                self._group.close()
                self._move_in()
                return
            time.sleep(0.001)

    def _move_in(self) -> None:
        self._group = make_cgroup(self._kind, NAME, *UNUSED)
        self._group.settle(self._zygote_pid)
        self._empty_bytes = self._group.used_bytes()
