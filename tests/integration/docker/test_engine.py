"""What the docker backend does when its engine is not as it should be."""

from __future__ import annotations

import asyncio
import os
import platform
import signal
import subprocess
import sys
from contextlib import aclosing
from dataclasses import replace
from pathlib import Path

import pytest

from sandboxes.backends.base import BackendUnavailable
from sandboxes.backends.docker.backend import BOOT_LABEL, HOST_LABEL, INSTANCE_LABEL, DockerBackend
from sandboxes.backends.docker.engine import Engine
from sandboxes.model import Ending, Job, Limits, Outcome, Program, SandboxError, StdioRun
from sandboxes.pool import SandboxPool
from sandboxes.settings import DockerSettings, SandboxSettings
from tests.support.backends import UNPRIVILEGED, interpreter, python_path
from tests.support.engine import PrivateEngine

pytestmark = [
    pytest.mark.anyio,
    pytest.mark.timeout(180),
    # The SDK leaves a socket to the garbage collector where nobody listens at its other end.
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
    pytest.mark.leaves(kind="mounts", reason="the engine's own, which ends with the module"),
    pytest.mark.leaves(kind="processes", reason="the engine's own, which ends with the module"),
    pytest.mark.leaves(kind="files", reason="what the engine keeps"),
]

MIB = 1 << 20
SECOND_NS = 1_000_000_000
LIMITS = Limits(SECOND_NS, 5 * SECOND_NS, 128 * MIB, MIB, 32, 64, 16 * MIB)
HELLO = Job(Program("python", "print('hello')"), (StdioRun(b""),), LIMITS)
RECOVERED_WITHIN_S = 60.0
WORKER = """
import asyncio, sys
from contextlib import aclosing
from sandboxes.backends.docker.backend import DockerBackend
from sandboxes.pool import SandboxPool
from sandboxes.settings import DockerSettings, SandboxSettings
from tests.integration.docker.test_engine import HELLO

async def main():
    pool = SandboxPool(DockerBackend(SandboxSettings(docker=DockerSettings(engine=sys.argv[1]))), 2)
    await pool.start()
    print("running", flush=True)
    await asyncio.sleep(600)

asyncio.run(main())
"""

AS_ANOTHER_USER = """
import sys
from sandboxes.backends.base import BackendUnavailable
from sandboxes.backends.docker.engine import Engine
try:
    Engine(sys.argv[1]).connect()
except BackendUnavailable as refusal:
    print(refusal.remedy)
"""


async def said(pool: SandboxPool) -> bytes:
    """What a program says in some sandbox of the pool; a broken one is given back for another."""
    async with pool.lease() as sandbox, aclosing(sandbox.run(HELLO)) as outcomes:
        outcome: Outcome = await anext(outcomes)
        assert outcome.ending is Ending.FINISHED, outcome
        return outcome.stdout


async def recovers(pool: SandboxPool) -> None:
    async with asyncio.timeout(RECOVERED_WITHIN_S):
        while True:
            try:
                assert await said(pool) == b"hello\n"
                return
            except SandboxError:
                continue


def containers(engine: PrivateEngine) -> set[str]:
    asked = Engine(engine.address)
    asked.connect()
    try:
        return set(asked.labelled(INSTANCE_LABEL))
    finally:
        asked.close()


async def test_closing_the_pool_leaves_no_container(
    private_engine: PrivateEngine, settings: SandboxSettings
) -> None:
    pool = SandboxPool(DockerBackend(settings), 2)
    await pool.start()
    assert len(containers(private_engine)) == 2
    assert await said(pool) == b"hello\n"
    await pool.close()
    assert not containers(private_engine)


async def test_a_restarted_engine_is_survived(
    private_engine: PrivateEngine, settings: SandboxSettings
) -> None:
    pool = SandboxPool(DockerBackend(settings), 1)
    await pool.start()
    try:
        assert await said(pool) == b"hello\n"
        await asyncio.to_thread(private_engine.stop)
        with pytest.raises(SandboxError):
            await said(pool)
        await asyncio.to_thread(private_engine.start)
        await recovers(pool)
    finally:
        await pool.close()
    assert not containers(private_engine)


def fill(path: Path) -> None:
    """Write until the disk is full. Raises OSError."""
    with path.open("wb") as file:
        while True:
            file.write(b"x" * MIB)


async def test_a_full_disk_is_survived(private_engine: PrivateEngine, settings: SandboxSettings) -> None:
    pool = SandboxPool(DockerBackend(settings), 1)
    await pool.start()
    filling = private_engine.folder / "data" / "filling"
    try:
        with pytest.raises(OSError, match="No space"):
            await asyncio.to_thread(fill, filling)
        assert await said(pool) == b"hello\n", "a sandbox that stands needs no disk"
        async with pool.lease() as sandbox:
            sandbox.broken = True
        with pytest.raises(SandboxError, match="no space"):
            await pool.backend.create()
        filling.unlink()
        await recovers(pool)
    finally:
        filling.unlink(missing_ok=True)
        await pool.close()


async def test_a_killed_worker_takes_its_containers_along_and_the_next_one_removes_them(
    private_engine: PrivateEngine, settings: SandboxSettings
) -> None:
    repository = Path(__file__).parents[3]
    worker = await asyncio.create_subprocess_exec(
        *(sys.executable, "-c", WORKER, private_engine.address),
        stdout=asyncio.subprocess.PIPE,
        cwd=repository,
        env=os.environ | {"PYTHONPATH": str(repository)},
    )
    assert worker.stdout is not None
    assert await worker.stdout.readline() == b"running\n"
    assert len(await asyncio.to_thread(running, private_engine)) == 2
    worker.send_signal(signal.SIGKILL)
    await worker.wait()
    async with asyncio.timeout(10):
        while await asyncio.to_thread(running, private_engine):  # noqa: ASYNC110 - the engine has no event for us
            await asyncio.sleep(0.05)
    backend = DockerBackend(settings)
    await backend.start()
    await backend.close()
    assert not containers(private_engine)


async def test_containers_of_living_workers_and_of_other_hosts_are_left_alone(
    private_engine: PrivateEngine, settings: SandboxSettings
) -> None:
    engine = Engine(private_engine.address)
    engine.connect()
    others = {
        engine.create(
            f"left-{number}", {"image": settings.docker.image, "command": "true", "labels": labels}, {}
        )
        for number, labels in enumerate(
            (
                {INSTANCE_LABEL: "1-1", HOST_LABEL: "another", BOOT_LABEL: "x"},
                {INSTANCE_LABEL: "no instance", HOST_LABEL: platform.node(), BOOT_LABEL: "x"},
            )
        )
    }
    backend = DockerBackend(settings)
    try:
        await backend.start()
        assert containers(private_engine) >= others
    finally:
        await backend.close()
        for container in others:
            engine.remove(container)
        engine.close()


@pytest.mark.parametrize(
    ("change", "why", "remedy"),
    [
        pytest.param({"engine": "unix:///nowhere.sock"}, "no Docker engine", "start the engine", id="engine"),
        pytest.param({"engine": "tcp://127.0.0.1:1"}, "no Docker engine", "docker.engine", id="address"),
        pytest.param({"image": "absent:x"}, "has no image absent:x", "make images", id="image"),
        pytest.param({"runtime": "kata"}, "runtime names kata", "daemon.json", id="runtime"),
    ],
)
async def test_what_is_missing_is_named_with_its_remedy(
    settings: SandboxSettings, change: dict[str, str], why: str, remedy: str
) -> None:
    backend = DockerBackend(replace(settings, docker=replace(settings.docker, **change)))
    with pytest.raises(BackendUnavailable) as refusal:
        await backend.start()
    await backend.close()
    assert why in refusal.value.why
    assert remedy in refusal.value.remedy


async def test_an_image_runs_nothing_but_the_supervisor(
    private_engine: PrivateEngine, settings: SandboxSettings
) -> None:
    lines = ('ENTRYPOINT ["/bin/false"]', "HEALTHCHECK CMD sleep 60")
    built = await asyncio.to_thread(build, private_engine, settings, *lines)
    pool = SandboxPool(DockerBackend(built), 1)
    await pool.start()
    try:
        assert await said(pool) == b"hello\n"
    finally:
        await pool.close()


async def test_an_image_that_asks_for_writable_directories_is_refused(
    private_engine: PrivateEngine, settings: SandboxSettings
) -> None:
    built = await asyncio.to_thread(build, private_engine, settings, "VOLUME /data")
    backend = DockerBackend(built)
    with pytest.raises(BackendUnavailable, match="declares /data as volumes"):
        await backend.start()
    await backend.close()


def build(private: PrivateEngine, settings: SandboxSettings, *lines: str) -> SandboxSettings:
    """Settings with an image that has these lines more in its Dockerfile."""
    dockerfile = "\n".join([f"FROM {settings.docker.image}", *lines])
    subprocess.run(
        ["docker", f"--host={private.address}", "build", "--quiet", "--tag=changed", "-"],
        input=dockerfile,
        env=os.environ | {"DOCKER_BUILDKIT": "0"},
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    return replace(settings, docker=replace(settings.docker, image="changed"))


def test_a_socket_that_this_user_may_not_use_is_named_with_its_remedy(private_engine: PrivateEngine) -> None:
    python = interpreter(UNPRIVILEGED)
    if python is None:
        pytest.skip(f"no Python that {UNPRIVILEGED} may run has the service's packages")
    private_engine.folder.chmod(0o755)
    done = subprocess.run(
        [python, "-c", AS_ANOTHER_USER, private_engine.address],
        env={"PYTHONPATH": python_path()},
        cwd="/",
        user=UNPRIVILEGED,
        extra_groups=[],
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    assert "this user may not use it" in done.stdout, done


def running(private: PrivateEngine) -> list[str]:
    """The ids of the service's containers whose processes are there."""
    engine = Engine(private.address)
    engine.connect()
    try:
        return [each for each in engine.labelled(INSTANCE_LABEL) if engine.is_running(each)]
    finally:
        engine.close()


def test_an_address_from_the_environment_is_used_where_none_is_set(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DOCKER_HOST", "unix:///elsewhere.sock")
    assert Engine(None).address == "unix:///elsewhere.sock"
    assert Engine("tcp://a:1").address == "tcp://a:1"
    assert DockerSettings().engine is None
