"""The service as a contender: a daemon on a socket, a client process beside it, the CPU time of both."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field

import psutil

from tests.benchmarks.works import Absent
from tests.support.backends import BACKENDS, REPOSITORY, Backend, Service, python_path, serving, why_not
from tests.support.leaks import SUPERVISOR

CLIENT_S = 3600.0


@dataclass(frozen=True, slots=True)
class Ran:
    """One piece of work that the service did.

    `cpu_s` is by part: the client, the daemon, and of the sandboxes the supervisors, the zygotes, and what
    they forked (stages and runs). `verdicts` are by problem and candidate; `stages_s` is wall time, summed
    over executions, as results tell it.
    """

    took_s: float
    cpu_s: Mapping[str, float]
    verdicts: Mapping[str, str]
    stages_s: Mapping[str, float] = field(default_factory=dict)
    daemon_growth_bytes: int = 0


def backend(name: str) -> Backend:
    """Return a backend by its name among the tests'."""
    return next(each for each in BACKENDS if each.name == name)


@contextmanager
def running(name: str, sandboxes: int = 2, **settings: str) -> Iterator[Service]:
    """Run the service on a backend, further settings by variables. Raises Absent where it cannot."""
    if reason := why_not(backend(name)):
        raise Absent(f"{name}: {reason}")
    with serving(backend(name), sandboxes, **settings) as service:
        yield service


def verify(service: Service, work: str, count: int) -> Ran:
    """Have a client process verify some work."""
    before, resident = _cpu_by_part(service.pid), psutil.Process(service.pid).memory_info().rss
    said = json.loads(
        subprocess.run(
            [sys.executable, "-m", "tests.benchmarks.client", service.address, work, str(count)],
            cwd=REPOSITORY,
            env={"PYTHONPATH": python_path(), "PYTHONHASHSEED": "0"},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            text=True,
            timeout=CLIENT_S,
            check=True,
        ).stdout
    )
    after = _cpu_by_part(service.pid)
    used = {part: after[part] - before.get(part, 0.0) for part in after}
    growth = psutil.Process(service.pid).memory_info().rss - resident
    return Ran(said["took_s"], {"client": said["cpu_s"], **used}, said["verdicts"], said["stages_s"], growth)


def _cpu_by_part(pid: int) -> dict[str, float]:
    daemon = psutil.Process(pid)
    parts = {"daemon": _own(daemon), "supervisor": 0.0, "zygote": 0.0, "stages and runs": 0.0}
    for process in _in_sandboxes(daemon):
        with suppress(psutil.NoSuchProcess):
            times, parent = process.cpu_times(), process.parent()
            parts["stages and runs"] += times.children_user + times.children_system
            is_first = parent is None or not _is_in_a_sandbox(parent)
            parts["supervisor" if is_first else "zygote"] += _own(process)
    return parts


def _in_sandboxes(daemon: psutil.Process) -> list[psutil.Process]:
    """Return the processes of a daemon's sandboxes; of an engine's, which are no children, all."""
    children = [each for each in daemon.children(recursive=True) if _is_in_a_sandbox(each)]
    return children or [each for each in psutil.process_iter() if _is_in_a_sandbox(each)]


def _is_in_a_sandbox(process: psutil.Process) -> bool:
    """Tell the processes of the service's own in there: their command line is the supervisor's."""
    with suppress(psutil.NoSuchProcess):
        return "python" in process.name() and SUPERVISOR in " ".join(process.cmdline())
    return False


def _own(process: psutil.Process) -> float:
    times = process.cpu_times()
    return float(times.user + times.system)
