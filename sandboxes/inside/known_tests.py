"""The test programs that a stage has run: one that judges many candidates is compiled once.

Process 1 compiles what a fork of it has compiled before, under its limits, and come to its end with.
"""

from __future__ import annotations

import gc
import os
from collections import OrderedDict
from typing import Any

from .tester import TestProgram, read_tests

KEPT = 8  # for the batches that take turns at a sandbox


class KnownTests:
    """Keeps the last few test programs; the longest unused go first."""

    def __init__(self) -> None:
        """Know none."""
        self._known: OrderedDict[str, TestProgram | None] = OrderedDict()

    def program(self, order: dict[str, Any], fd: int) -> TestProgram | None:
        """Return the test program that is in a file, if the like of it came to its end before."""
        digest = order["digest"]
        if digest not in self._known:
            return None
        self._known.move_to_end(digest)
        if self._known[digest] is None:
            source = os.pread(fd, os.fstat(fd).st_size, 0)
            self._known[digest] = read_tests(source, order["candidate_names"])
            gc.freeze()
        return self._known[digest]

    def note_end(self, order: dict[str, Any], exit_code: int | None) -> None:
        """Take down that a run of a test program came to its end."""
        if exit_code == 0 and order["digest"] not in self._known:
            self._known[order["digest"]] = None
            if len(self._known) > KEPT:
                self._known.popitem(last=False)
