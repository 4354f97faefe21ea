"""One host as `compose.yaml` has it, but for the containers: NATS, settings, a token, a batch, the drains."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any
from urllib.error import URLError
from urllib.request import urlopen

import pytest
import yaml

from tests.integration.deploy.conftest import DEPLOY
from tests.support.nats_server import needs_nats
from tests.support.postgres import NoPostgres, Postgres
from verifierd_client import Problem, StdioTest, Verifier

pytestmark = [needs_nats, pytest.mark.timeout(300)]

COMPOSE = DEPLOY / "compose"
READY_S, END_S = 120.0, 60.0


def free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port: int = free.getsockname()[1]
        return port


def until(holds: Callable[[], bool], process: subprocess.Popen[bytes], within_s: float = READY_S) -> None:
    ends_at = time.monotonic() + within_s
    while not holds():
        assert process.poll() is None, "it ended by itself"
        assert time.monotonic() < ends_at, "not seen in time"
        time.sleep(0.05)


def is_ready(port: int) -> bool:
    try:
        with urlopen(f"http://127.0.0.1:{port}/readyz", timeout=5) as answer:
            return bool(answer.status == 200)
    except (URLError, TimeoutError, ConnectionError):
        return False


def variables(service: str, known: Mapping[str, str], port: int) -> dict[str, str]:
    """A service's environment in compose.yaml, with what `.env` gives, and its health at this port."""
    services = yaml.safe_load((COMPOSE / "compose.yaml").read_text("utf-8"))["services"]
    told = {}
    for name, value in services[service]["environment"].items():
        of_env = value[2:-1].partition(":")[0] if value.startswith("${") else ""
        told[name] = known[of_env] if of_env else value
    return told | {"VERIFIERD_TELEMETRY__LISTEN": f"127.0.0.1:{port}"}


@contextmanager
def running(environment: dict[str, str], folder: Path, *arguments: str) -> Iterator[subprocess.Popen[bytes]]:
    """A command of verifierd, which SIGTERM ends with 0."""
    with (folder / f"{arguments[0]}.log").open("wb") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "verifierd", *arguments],
            env=paths() | environment,
            cwd=folder,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
        )
    try:
        yield process
    finally:
        process.terminate()
        try:
            status = process.wait(END_S)
        finally:
            process.kill()  # where it did not end
            process.wait()
    assert status == 0, (folder / f"{arguments[0]}.log").read_text()[-2000:]


def paths() -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("VERIFIERD_")}
    return kept | {"PYTHONPATH": os.pathsep.join(filter(None, sys.path))}


@contextmanager
def nats(folder: Path) -> Iterator[str]:
    """The server of nats.conf, but for its ports and folder; gives its address as `.env` has it."""
    ports = free_port(), free_port()
    text = (
        (COMPOSE / "nats.conf").read_text("utf-8").replace("port: 4222", f"port: {ports[0]}\nhost: 127.0.0.1")
    )
    text = text.replace("http: 127.0.0.1:8222", f"http: 127.0.0.1:{ports[1]}").replace(
        "/data", str(folder / "js")
    )
    (folder / "nats.conf").write_text(text, "utf-8")
    process = subprocess.Popen(
        ["nats-server", "-c", str(folder / "nats.conf")],
        env=os.environ | {"NATS_PASSWORD": "secret"},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        yield f"nats://verifierd:secret@127.0.0.1:{ports[0]}"
    finally:
        process.terminate()
        process.wait(END_S)


@pytest.fixture
def database() -> Iterator[str]:
    try:
        server = Postgres()
    except NoPostgres as reason:
        pytest.skip(str(reason))
    yield server.new_database()
    server.close()


def test_the_settings_of_compose_make_a_fleet_that_judges_for_who_is_known(
    database: str, tmp_path: Path
) -> None:
    health, of_worker = free_port(), free_port()
    address = f"127.0.0.1:{free_port()}"
    config = tmp_path / "front-end.toml"
    config.write_text(
        (COMPOSE / "front-end.toml").read_text("utf-8").replace("0.0.0.0:50051", address), "utf-8"
    )
    with ExitStack() as stack:
        known = {"NATS_URL": stack.enter_context(nats(tmp_path)), "DATABASE_URL": database}
        environment = variables("front-end", known, health) | {
            "VERIFIERD_AUDIT__BLOBS": str(tmp_path / "blobs")
        }
        worker = stack.enter_context(running(variables("worker", known, of_worker), tmp_path, "worker"))
        front_end = stack.enter_context(running(environment, tmp_path, "serve", "--config", str(config)))
        until(lambda: is_ready(of_worker), worker)
        until(lambda: is_ready(health), front_end)
        token = a_token(environment, config)
        problem = Problem("sum", [StdioTest("1 2\n", "3\n")])
        programs = ["print(sum(map(int, input().split())))\n", "print(4)\n"]
        with Verifier(address, timeout_s=60, token=token) as verifier:
            verdicts = [each.verdict.value for each in verifier.verify(problem, programs).results]
        assert verdicts == ["ACCEPTED", "WRONG_ANSWER"]


def a_token(environment: dict[str, str], config: Path) -> str:
    """What the first comment of front-end.toml says to do."""
    done = subprocess.run(
        [
            *(sys.executable, "-m", "verifierd", "token", "create", "--tenant", "me", "--json"),
            *("--config", str(config)),
        ],
        env=paths() | environment,
        capture_output=True,
        text=True,
        timeout=END_S,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    told: dict[str, Any] = json.loads(done.stdout)
    return str(told["token"])
