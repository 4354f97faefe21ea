"""The way from a stage to a run: a fork that becomes the program.

A fork copies a page for each object that it so much as looks at, and that is most of what a short run costs.
So all that can be done before the fork is done there, what the fork needs is at hand in local names, and its
way is one function: half as many pages as a function for each step.
"""

from __future__ import annotations

import contextlib
import os
import resource
import signal
import sys
import traceback
from collections.abc import Callable, Sequence
from typing import Any

from . import given, linux, walls
from .forking import ForkHooks
from .programs import FOLDER, RESULT_FD, SOURCE_NAME, STAGE_FDS, make_streams, quietly
from .walls import SCRATCH

# With fewer files than these, a stage has no room for its own and those of a run on their way to it.
ROOMY_FILES = 64
NO_PROGRAMS = frozenset({"execute", "read", "compare"})  # kinds that run none of Python's
Begin = Callable[[Sequence[str]], int]


def limit_all_runs(limits: dict[str, Any]) -> bool:
    """Set, in a stage, the limits of all its runs, which inherit them; tell whether that could be done."""
    if limits["ends_by_clock"] or limits["without_cgroup"] or limits["open_files"] < ROOMY_FILES:
        return False
    _limit_files(limits)
    return True


def fork_run(
    begin: Begin,
    order: dict[str, Any],
    fds: list[int],
    uid: int | None,
    hooks: ForkHooks,
    let_go: Callable[[], object],
    *,
    is_limited: bool,
) -> int:
    """Fork a run, which `begin` makes the program; its result is the exit status. Returns the process id.

    The files are closed here. The fork lets go of the stage's line (`let_go`); what fails before that is the
    stage's failure: it raises there, and the stage's own way tells the supervisor.
    """
    wanted = fds[1:] if order["is_given"] else fds
    kept = RESULT_FD if order.get("leaves_result") else 2  # up to there, for a program that it becomes
    is_python = order["kind"] != "execute"
    is_program = order["kind"] not in NO_PROGRAMS
    arguments: list[str] = []
    setsid, setresuid = os.setsid, os.setresuid
    set_handler, interrupt, handler = linux.set_signal_handler, linux.SIGINT, signal.default_int_handler
    dup2, close_others, leave, path = os.dup2, os.closerange, os._exit, sys.path
    hooks.seed()
    pid = os.fork()
    if pid:
        for fd in fds:
            os.close(fd)
        return pid
    setsid()
    set_handler(interrupt, handler)
    if not is_limited:
        _limit(order["limits"])
    if "cpus" in order:
        with contextlib.suppress(OSError):  # where one was taken from the sandbox meanwhile
            os.sched_setaffinity(0, order["cpus"])
    if uid is None:
        walls.become_run(None)
    else:
        setresuid(uid, uid, uid)
    if order["is_given"]:
        arguments = given.take(fds[0], SCRATCH[0])
    if is_python:
        hooks.restore()
    let_go()
    status = 1
    try:
        place = 0
        for fd in wanted:  # none of them is below `zygotes.FIRST_FREE_FD`
            dup2(fd, place, place <= kept)
            place += 1
        close_others(place, STAGE_FDS)
        if is_program:
            if order["talks"]:
                make_streams()
            # In a run alone: process 1 may never import what a program has put there.
            path.insert(0, FOLDER)
            sys.argv = [SOURCE_NAME, *arguments]
        status = begin(arguments)
    except BaseException:
        quietly(traceback.print_exc)
    finally:
        leave(status)


def _limit(limits: dict[str, Any]) -> None:
    """Set the forked run's own limits; those that a cgroup holds are not repeated here."""
    _limit_files(limits)
    if limits["ends_by_clock"]:
        cpu_s = -(-limits["cpu_time_ns"] // 1_000_000_000) + 1
        resource.setrlimit(resource.RLIMIT_CPU, (cpu_s, cpu_s))
    if limits["without_cgroup"]:
        resource.setrlimit(resource.RLIMIT_DATA, (limits["memory_bytes"],) * 2)
        resource.setrlimit(resource.RLIMIT_NPROC, (limits["processes"],) * 2)


def _limit_files(limits: dict[str, Any]) -> None:
    resource.setrlimit(resource.RLIMIT_NOFILE, (limits["open_files"],) * 2)
    resource.setrlimit(resource.RLIMIT_FSIZE, (limits["disk_bytes"],) * 2)
