"""The daemon of a command ends with it, however the command ends."""

from __future__ import annotations

import signal
import subprocess
import sys

import psutil
import pytest

STARTS_ONE = """
import asyncio
from verifierd.cli.spawn import daemon_process
async def main():
    async with daemon_process() as address:
        print(address, flush=True)
        await asyncio.Event().wait()
asyncio.run(main())
"""


@pytest.mark.leaves(kind="files", reason="the folder of a command that was killed")
def test_the_daemon_of_a_command_that_was_killed_ends() -> None:
    with subprocess.Popen([sys.executable, "-c", STARTS_ONE], stdout=subprocess.PIPE, text=True) as command:
        assert command.stdout is not None
        assert command.stdout.readline().startswith("unix:")
        (daemon,) = psutil.Process(command.pid).children()
        command.send_signal(signal.SIGKILL)
        command.wait()
        _, alive = psutil.wait_procs([daemon], timeout=20)
    assert [each for each in alive if each.status() != psutil.STATUS_ZOMBIE] == []
