"""Workers as actors of a real Ray: they get the settings and a CPU each, come again, and drain."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.integration.deploy.conftest import DEPLOY
from tests.integration.frameworks.conftest import MAKING_S
from tests.integration.frameworks.environment import NotHere, environment
from tests.integration.frameworks.running import OFFLINE

pytestmark = pytest.mark.timeout(MAKING_S + 300)

START_S, END_S = 120.0, 60.0
# Stands in for `verifierd worker`: breaks once, notes what it is told and that it was asked to end.
WORKER = """#!/bin/sh
note() { printf '%s %s\\n' "$1" "$VERIFIERD_JETSTREAM__SERVERS $VERIFIERD_SANDBOX__COUNT $*" >> NOTES; }
trap 'note drained; exit 0' TERM
note began "$@"
test -e ONCE || { : > ONCE; note broke; exit 1; }
while :; do sleep 0.1; done
"""


@pytest.fixture(scope="module")
def ray_python() -> Path:
    try:
        return environment("ray")
    except NotHere as reason:
        pytest.skip(str(reason))


@pytest.fixture
def started(ray_python: Path, tmp_path: Path) -> Iterator[tuple[subprocess.Popen[bytes], Path]]:
    """The script with one worker, and where that worker notes what happens to it."""
    notes, program = tmp_path / "notes", tmp_path / "verifierd"
    program.write_text(WORKER.replace("NOTES", str(notes)).replace("ONCE", str(tmp_path / "once")), "utf-8")
    program.chmod(0o755)
    ray_folder = Path("/tmp") / f"vr{os.getpid()}"  # sockets' paths are short
    script = subprocess.Popen(
        [
            *(str(ray_python), str(DEPLOY / "ray" / "workers.py"), "--verifierd", str(program)),
            *("--workers", "1", "--cpus", "1", "--config", "/etc/verifierd/worker.toml"),
        ],
        env={
            **{name: value for name, value in os.environ.items() if name != "PYTHONPATH"},
            **OFFLINE,
            "RAY_TMPDIR": str(ray_folder),
            "VERIFIERD_JETSTREAM__SERVERS": "nats://store:4222",
        },
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    yield script, notes
    if script.poll() is None:
        os.killpg(script.pid, signal.SIGKILL)
        script.wait()
    subprocess.run(["rm", "-rf", str(ray_folder)], check=False)


def until(found: Callable[[], Any], within_s: float) -> None:
    ends_at = time.monotonic() + within_s
    while not found():
        assert time.monotonic() < ends_at, "not seen in time"
        time.sleep(0.05)


def test_a_worker_gets_its_settings_comes_again_and_drains(
    started: tuple[subprocess.Popen[bytes], Path],
) -> None:
    script, notes = started

    def noted() -> list[str]:
        return [line.split()[0] for line in notes.read_text().splitlines()] if notes.exists() else []

    until(lambda: noted().count("began") == 2, START_S)
    assert noted() == ["began", "broke", "began"]
    script.send_signal(signal.SIGTERM)
    assert script.wait(END_S) == 0
    assert noted()[-1] == "drained"
    words = {tuple(line.split()[1:3]) for line in notes.read_text().splitlines()}
    assert words == {("nats://store:4222", "1")}
    assert "worker --config /etc/verifierd/worker.toml" in notes.read_text()


def test_nothing_of_the_service_imports_ray() -> None:
    repository = DEPLOY.parent
    modules = [path for room in ("verifierd", "sandboxes") for path in (repository / room).rglob("*.py")]
    assert modules
    assert [str(path) for path in modules if "import ray" in path.read_text("utf-8")] == []
