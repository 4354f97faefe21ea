"""First steps in every container: its CPU, its devices, its zygotes; then it becomes the supervisor."""

from __future__ import annotations

import importlib
import os
from collections.abc import Sequence

from . import zygotes
from .marks import protect_devices
from .walls import LIBRARIES_DIRECTORY
from .worker_line import WorkerLine


def main() -> None:
    """Serve jobs until the worker hangs up. Raises OSError where the container forbids what it needs."""
    line = WorkerLine()
    setup, filters = line.receive()
    cpus = _keep_to(setup["cpu"])
    protect_devices()
    forked = zygotes.start(setup["packages"], [LIBRARIES_DIRECTORY] if setup["reads_answers"] else [])
    # Not before: a zygote would have all that it loads.
    importlib.import_module(".supervisor", __package__).serve(line, setup, filters, forked, cpus)


def _keep_to(cpu: int | None) -> Sequence[int]:
    """Keep to a CPU, and so all that is forked. Returns those that the sandbox had before, if others."""
    cpus = sorted(os.sched_getaffinity(0))
    if cpu is None or cpus == [cpu]:
        return ()
    try:
        os.sched_setaffinity(0, {cpu})
    except OSError:  # the engine keeps its containers on others
        return ()
    return cpus
