"""A signal ends a command at whatever moment it comes, and whether or not SIGINT is ignored."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from tests.support.consoles import empty_store

# A process that sends itself signals as it imports: the moment is the same on every machine.
SCRIPT = """
import json, os, signal, sys
plan = json.loads(sys.argv.pop(1))
signal.signal(signal.SIGINT, signal.SIG_IGN if plan["ignored"] else signal.default_int_handler)
from verifierd.__main__ import main
left = plan["imports"]
def importing(event, arguments):
    global left
    if event == "import":
        left -= 1
        if left == 0:
            for number in plan["numbers"]:
                os.kill(os.getpid(), number)
sys.addaudithook(importing)
sys.argv[0] = "verifierd"
main()
"""

SERVING = """
import builtins, json, os, signal, sys
plan = json.loads(sys.argv.pop(1))
signal.signal(signal.SIGINT, signal.SIG_IGN if plan["ignored"] else signal.default_int_handler)
from verifierd.__main__ import main
from verifierd.daemon.lifecycle import Daemon
original = Daemon.startup
async def startup(self):
    for number in plan["numbers"]:
        os.kill(os.getpid(), number)
    await original(self)
Daemon.startup = startup
sys.argv[0] = "verifierd"
main()
"""

SWALLOWED = """
import os, signal, sys
from verifierd.__main__ import main
from verifierd.cli.audit import tail
class Swallows:
    def __del__(self):
        os.kill(os.getpid(), signal.SIGTERM)
def newest_id(connection):
    Swallows()
    return 0
tail.newest_id = newest_id
sys.argv[0] = "verifierd"
main()
"""


def ended(script: str, *arguments: str) -> tuple[int, str, str]:
    """Run it; the status is as a shell has it, which does not tell an exit from an end by the signal."""
    done = subprocess.run(
        [sys.executable, "-c", script, *arguments],
        capture_output=True,
        text=True,
        check=False,
        timeout=30,
        stdin=subprocess.DEVNULL,
    )
    status = done.returncode if done.returncode >= 0 else 128 - done.returncode
    return status, done.stdout, done.stderr


def plan(*numbers: int, ignored: bool, imports: int = 0) -> str:
    return json.dumps({"numbers": numbers, "ignored": ignored, "imports": imports})


@pytest.fixture
def commands(tmp_path: Path) -> dict[str, Any]:
    empty_store(tmp_path).close()
    database = ("--database", str(tmp_path / "audit.db"))
    return {
        "serve": ("serve", "--listen", f"unix:{tmp_path}/api.sock"),
        "console": ("console", "--listen", "127.0.0.1:0", *database),
        "tail": ("audit", "tail", *database),
    }


@pytest.mark.parametrize("imports", [1, 1000])
@pytest.mark.parametrize("ignored", [True, False])
@pytest.mark.parametrize("command", ["serve", "console", "tail"])
def test_sigterm_while_it_starts_ends_with_143_whatever_sigint_does(
    commands: dict[str, Any], command: str, ignored: bool, imports: int
) -> None:
    asked = plan(signal.SIGTERM, ignored=ignored, imports=imports)
    assert ended(SCRIPT, asked, *commands[command]) == (143, "", "interrupted\n")


def test_sigint_while_it_starts_ends_with_130_but_not_where_it_is_ignored(commands: dict[str, Any]) -> None:
    asked = plan(signal.SIGINT, ignored=False, imports=300)
    assert ended(SCRIPT, asked, *commands["console"]) == (130, "", "interrupted\n")
    asked = plan(signal.SIGINT, ignored=True, imports=300)
    assert ended(SCRIPT, asked, *commands["tail"], "--no-follow") == (0, "", "")


@pytest.mark.parametrize("ignored", [True, False])
@pytest.mark.parametrize("numbers", [(signal.SIGTERM,), (signal.SIGTERM, signal.SIGTERM)])
def test_a_signal_while_the_daemon_starts_ends_it(
    commands: dict[str, Any], numbers: tuple[int, ...], ignored: bool
) -> None:
    status, out, _ = ended(SERVING, plan(*numbers, ignored=ignored), *commands["serve"])
    assert (status, out) == (143, "")


def test_a_signal_that_the_interpreter_would_swallow_ends_the_command(commands: dict[str, Any]) -> None:
    assert ended(SWALLOWED, *commands["tail"])[0] == 143


@pytest.mark.parametrize("ignored", [True, False])
def test_a_command_that_follows_ends_with_the_signals_own_status(
    commands: dict[str, Any], tmp_path: Path, ignored: bool
) -> None:
    command = [sys.executable, "-m", "verifierd", *commands["tail"], "--interval", "60"]
    ignoring = partial(signal.signal, signal.SIGINT, signal.SIG_IGN if ignored else signal.SIG_DFL)
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True, preexec_fn=ignoring) as process:
        try:
            while not has_open(process.pid, tmp_path / "audit.db"):
                assert process.poll() is None
            process.terminate()
            _, said = process.communicate(timeout=20)
        finally:
            process.kill()
    assert (process.returncode, said) == (143, "interrupted\n")


def has_open(pid: int, path: Path) -> bool:
    try:
        return path in [link.resolve() for link in Path(f"/proc/{pid}/fd").iterdir()]
    except OSError:  # it changed as it was read
        return False
