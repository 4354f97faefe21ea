"""The service on each backend that this host can run, as a user starts it: a daemon process on a socket."""

from __future__ import annotations

import json
import os
import pwd
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path

from sandboxes import cgroups
from sandboxes.delegate import delegate
from sandboxes.instance import instance_name
from tests.support.nats_server import NatsServer

REPOSITORY = Path(__file__).resolve().parents[2]
IMPORTED = (REPOSITORY, REPOSITORY / "proto", REPOSITORY / "clients/python")
START_S, END_S = 60.0, 60.0
UNPRIVILEGED = "nobody"


@dataclass(frozen=True)
class Backend:
    """A way to run the service: a name for tests, the daemon's settings, the user it runs as."""

    name: str
    settings: Mapping[str, str] = field(default_factory=dict, hash=False)
    user: str | None = None


@dataclass(frozen=True, slots=True)
class Service:
    """A running daemon."""

    backend: Backend
    address: str
    pid: int
    log: Path

    @property
    def instance(self) -> str:
        """The name of its cgroups' directories."""
        return instance_name(self.pid)


IMAGE = REPOSITORY / "build" / "images" / "python"
SANDBOX = "VERIFIERD_SANDBOX__"
DOCKER = {f"{SANDBOX}BACKEND": "docker"}
NO_CACHE = {"VERIFIERD_CACHE__RESULT_MIB": "0", "VERIFIERD_CACHE__COMPILE_MIB": "0"}
GVISOR = {f"{SANDBOX}DOCKER__RUNTIME": "runsc", f"{SANDBOX}ALLOW_UNENFORCED": "cpu,memory,processes"}
BACKENDS = (
    Backend("bubblewrap"),
    Backend("bubblewrap-user", user=UNPRIVILEGED),
    Backend("bubblewrap-image", {f"{SANDBOX}ROOT_DIRECTORY": str(IMAGE)}),
    Backend("docker-runc", DOCKER | {f"{SANDBOX}DOCKER__RUNTIME": "runc"}),
    Backend("docker-runsc", DOCKER | GVISOR),
)
# A front end and one worker, with NATS between them.
FLEET = Backend("bubblewrap-fleet", {"VERIFIERD_EXECUTOR__KIND": "jetstream"})


@cache
def why_not(backend: Backend) -> str:
    """Why this host cannot run the backend; empty where it can."""
    if backend.name == "bubblewrap-image" and not IMAGE.is_dir():
        return "no image is in build/images; `make images` makes it"
    if backend == FLEET and shutil.which("nats-server") is None:
        return "nats-server is not installed"
    if backend.user is None:
        return _what_it_lacks(backend)
    if os.getuid() != 0:
        return f"only root can start a daemon as {backend.user}"
    if interpreter(backend.user) is None:
        return f"no Python that {backend.user} may run has the service's packages"
    return ""


def _what_it_lacks(backend: Backend) -> str:
    """What `verifierd doctor` finds missing with the backend's settings."""
    process = subprocess.run(
        [sys.executable, "-m", "verifierd", "doctor", "--json"],
        env=_environment(backend, 1, {}),
        cwd=REPOSITORY,
        capture_output=True,
        text=True,
        timeout=START_S,
        check=False,
    )
    findings = json.loads(process.stdout)["findings"]
    return "; ".join(f"{each['detail']}" for each in findings if each["required"] and not each["ok"])


@contextmanager
def serving(backend: Backend, sandboxes: int = 2, **settings: str) -> Iterator[Service]:
    """Run a daemon for the length of the block. `settings` are further environment variables.

    The process of a fleet's service is its worker: that is where sandboxes are.
    """
    if backend == FLEET and "VERIFIERD_JETSTREAM__SERVERS" not in settings:
        with _fleet_beside(backend, sandboxes, settings) as (servers, worker_pid):
            reached = {**settings, "VERIFIERD_JETSTREAM__SERVERS": servers}
            with serving(backend, sandboxes, **reached) as service:
                yield replace(service, pid=worker_pid)
        return
    with tempfile.TemporaryDirectory(prefix="vs-") as folder:
        if backend.user is not None:
            shutil.chown(folder, backend.user)
        log = Path(folder, "log")
        with log.open("wb") as stderr:
            process = subprocess.Popen(
                [*_command(backend), "serve", "--json", "--listen", f"unix:{folder}/api.sock"],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=stderr,
                cwd=folder,
                env=_environment(backend, sandboxes, settings),
                user=backend.user,
                group=_group(backend.user),
                extra_groups=None if backend.user is None else [],
            )
        instance = ""
        try:
            assert process.stdout is not None
            said = json.loads(process.stdout.readline() or b"{}")
            if "listening" not in said:
                raise AssertionError(f"{backend.name} did not start: {said or log.read_text()[-2000:]}")
            service = Service(backend, said["listening"], process.pid, log)
            instance = service.instance
            yield service
        finally:
            process.terminate()
            try:
                process.wait(END_S)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
                raise
            finally:
                assert process.stdout is not None
                process.stdout.close()
                if backend.user is not None:
                    _take_back_cgroups(backend.user, instance)


@contextmanager
def _fleet_beside(backend: Backend, sandboxes: int, settings: Mapping[str, str]) -> Iterator[tuple[str, int]]:
    """Run NATS and a worker; give the address of the one and the process of the other."""
    with tempfile.TemporaryDirectory(prefix="vs-") as folder, NatsServer(Path(folder)) as nats:
        reached = {**settings, "VERIFIERD_JETSTREAM__SERVERS": nats.address}
        with (Path(folder) / "worker.log").open("wb") as stderr:
            worker = subprocess.Popen(
                [*_command(backend), "worker", "--json"],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=stderr,
                cwd=folder,
                env=_environment(backend, sandboxes, reached),
            )
        assert worker.stdout is not None
        try:
            assert b"worker" in worker.stdout.readline(), (Path(folder) / "worker.log").read_text()[-2000:]
            yield nats.address, worker.pid
        finally:
            worker.terminate()
            worker.wait(END_S)
            worker.stdout.close()


def _command(backend: Backend) -> list[str]:
    if backend.user is None:
        return [sys.executable, "-m", "verifierd"]
    delegate(backend.user, None)
    python = interpreter(backend.user)
    assert python is not None, why_not(backend)
    return [python, "-m", "verifierd"]


def _environment(backend: Backend, sandboxes: int, settings: Mapping[str, str]) -> dict[str, str]:
    kept = {name: os.environ[name] for name in ("PATH", "LANG", "DOCKER_HOST") if name in os.environ}
    return {
        **kept,
        "PYTHONPATH": python_path(),
        "PYTHONDONTWRITEBYTECODE": "1",
        "VERIFIERD_SANDBOX__COUNT": str(sandboxes),
        # Where it is not the cache that is tested, a run that is asked for is to be made.
        **NO_CACHE,
        **backend.settings,
        **settings,
    }


def python_path() -> str:
    """Where the service's own packages and those it needs are, for an interpreter that is not this one."""
    installed = [entry for entry in sys.path if entry.endswith("site-packages")]
    return os.pathsep.join([*map(str, IMPORTED), *installed])


@cache
def interpreter(user: str) -> str | None:
    """An interpreter that the user may run and that can import the service; this one may lie out of reach."""
    for python in (sys.executable, "/usr/bin/python3"):
        with suppress(OSError, subprocess.SubprocessError):
            subprocess.run(
                [python, "-c", "import verifierd.__main__, grpc"],
                env={"PYTHONPATH": python_path(), "PYTHONDONTWRITEBYTECODE": "1"},
                cwd="/",
                user=user,
                group=_group(user),
                extra_groups=[],
                capture_output=True,
                timeout=START_S,
                check=True,
            )
            return python
    return None


def _group(user: str | None) -> int | None:
    return None if user is None else pwd.getpwnam(user).pw_gid


def _take_back_cgroups(user: str, instance: str) -> None:
    """Remove this daemon's, and what was delegated unless another daemon of the user lives in it."""
    name = f"verifierd-{pwd.getpwnam(user).pw_uid}"
    for mount in (Path("/sys/fs/cgroup"), *Path("/sys/fs/cgroup").glob("*")):
        delegated = mount / name
        if instance:
            cgroups.remove_tree(delegated / instance)
        if not any(delegated.glob("*-*/")):
            cgroups.remove_tree(delegated)
