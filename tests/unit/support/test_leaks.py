"""The watch over the host must see each kind of thing that a test can leave behind."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import psutil
import pytest

from sandboxes import cgroups
from sandboxes.instance import instance_name
from tests.support import leaks
from tests.support.leaks import SHARED_MEMORY, adopt_orphans, left_behind, neighbours_watched, snapshot

AT_ONCE_S = 0.0
CGROUP_PARENTS = (Path("/sys/fs/cgroup"), Path("/sys/fs/cgroup/pids"))


@pytest.fixture(autouse=True)
def _adopting_orphans() -> None:
    adopt_orphans()


@pytest.fixture
def cgroup_parent() -> Iterator[Path]:
    for hierarchy in CGROUP_PARENTS:
        group = hierarchy / f"verifierd-planted-{os.getpid()}"
        with suppress(OSError):
            group.mkdir()
            yield group
            group.rmdir()
            return
    pytest.skip("this user cannot make a control group here")


def test_nothing_is_reported_when_nothing_was_left(tmp_path: Path) -> None:
    before = snapshot(tmp_path)
    subprocess.run(["true"], check=True)
    assert left_behind(before, tmp_path, AT_ONCE_S) == {}


def test_a_process_is_seen_until_it_is_gone(tmp_path: Path) -> None:
    before = snapshot(tmp_path)
    with subprocess.Popen(["sleep", "60"]) as planted:
        assert left_behind(before, tmp_path, AT_ONCE_S) == {"processes": [f"pid {planted.pid}: sleep 60"]}
        planted.kill()
    assert left_behind(before, tmp_path, AT_ONCE_S) == {}


def test_a_detached_daemon_is_seen(tmp_path: Path) -> None:
    before = snapshot(tmp_path)
    started = subprocess.run(
        ["sh", "-c", "setsid sleep 60 >/dev/null 2>&1 & echo $!"], capture_output=True, text=True, check=True
    )
    pid = int(started.stdout)
    assert "processes" in left_behind(before, tmp_path, AT_ONCE_S)
    os.kill(pid, signal.SIGKILL)
    while psutil.Process(pid).status() != psutil.STATUS_ZOMBIE:
        time.sleep(0.01)
    assert left_behind(before, tmp_path) == {}
    assert not psutil.pid_exists(pid)


def test_a_file_is_seen_in_the_own_folder_and_by_name_in_shared_ones(tmp_path: Path) -> None:
    before = snapshot(tmp_path)
    own, shared = tmp_path / "planted", SHARED_MEMORY / f"verifierd-planted-{os.getpid()}"
    own.touch()
    shared.touch()
    try:
        assert left_behind(before, tmp_path, AT_ONCE_S) == {"files": sorted([str(own), str(shared)])}
    finally:
        shared.unlink()


@pytest.mark.parametrize(
    ("family", "address"),
    [
        (socket.AF_INET, ("127.0.0.1", 0)),
        (socket.AF_UNIX, f"\0verifierd-planted-{os.getpid()}"),
        *([(socket.AF_INET6, ("::", 0))] if socket.has_dualstack_ipv6() else []),
    ],
)
def test_a_listening_socket_is_seen(
    tmp_path: Path, family: socket.AddressFamily, address: tuple[str, int] | str
) -> None:
    before = snapshot(tmp_path)
    with socket.socket(family) as planted:
        planted.bind(address)
        assert left_behind(before, tmp_path, AT_ONCE_S) == {}
        planted.listen()
        assert list(left_behind(before, tmp_path, AT_ONCE_S)) == ["sockets"]
    assert left_behind(before, tmp_path, AT_ONCE_S) == {}


def test_a_cgroup_is_seen(tmp_path: Path, cgroup_parent: Path) -> None:
    before = snapshot(tmp_path)
    planted = cgroup_parent / "planted"
    planted.mkdir()
    found = left_behind(before, tmp_path, AT_ONCE_S)
    planted.rmdir()
    assert found == {"cgroups": [str(planted)]}


def test_what_a_sandbox_that_stays_makes_ready_is_not_blamed_on_the_test(
    tmp_path: Path, cgroup_parent: Path
) -> None:
    stays, comes = cgroup_parent / "sandbox-1", cgroup_parent / "sandbox-2"
    stays.mkdir()
    before = snapshot(tmp_path)
    new = [stays / "next", comes, comes / "next"]
    for group in new:
        group.mkdir()
    found = left_behind(before, tmp_path, AT_ONCE_S)
    for group in [*reversed(new), stays]:
        group.rmdir()
    assert found == {"cgroups": [str(comes), str(comes / "next")]}


def test_a_living_neighbours_cgroup_is_not_blamed_on_the_test(tmp_path: Path, cgroup_parent: Path) -> None:
    before = snapshot(tmp_path)
    instance = cgroup_parent / f"{os.getppid()}-1"
    instance.mkdir()
    try:
        assert left_behind(before, tmp_path, AT_ONCE_S) == {}
    finally:
        instance.rmdir()


@pytest.fixture
def neighbour() -> Iterator[psutil.Process]:
    """A process that is not of this test's family."""
    adopt_orphans(False)
    try:
        command = ["sh", "-c", "sleep 600 > /dev/null 2>&1 & echo $!"]
        process = psutil.Process(int(subprocess.run(command, capture_output=True, check=True).stdout))
    finally:
        adopt_orphans()
    yield process
    with suppress(psutil.NoSuchProcess):
        process.kill()


def test_nor_is_one_of_a_neighbour_that_dies_meanwhile(
    tmp_path: Path, cgroup_parent: Path, neighbour: psutil.Process
) -> None:
    instance = cgroup_parent / instance_name(neighbour.pid)
    instance.mkdir()
    try:
        before = snapshot(tmp_path)
        (instance / "sandbox-1").mkdir()
        neighbour.kill()
        neighbour.wait(10)
        assert left_behind(before, tmp_path, AT_ONCE_S) == {}
    finally:
        cgroups.remove_tree(instance)


def test_nor_one_of_a_neighbour_that_comes_and_dies_meanwhile(
    tmp_path: Path, cgroup_parent: Path, neighbour: psutil.Process
) -> None:
    before = snapshot(tmp_path)
    instance = cgroup_parent / instance_name(neighbour.pid)
    try:
        with neighbours_watched():
            instance.mkdir()
            while instance.name not in leaks._neighbours:
                time.sleep(0.01)
            neighbour.kill()
            neighbour.wait(10)
        assert left_behind(before, tmp_path, AT_ONCE_S) == {}
    finally:
        cgroups.remove_tree(instance)


def test_a_mount_is_seen(tmp_path: Path) -> None:
    before = snapshot(tmp_path)
    planted = tmp_path / "mount"
    planted.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "none", str(planted)], capture_output=True, text=True, check=False
    )
    if mounted.returncode != 0:
        pytest.skip(f"this user cannot mount here: {mounted.stderr.strip()}")
    try:
        assert left_behind(before, tmp_path, AT_ONCE_S)["mounts"] == [f"mount at {planted}"]
    finally:
        subprocess.run(["umount", str(planted)], check=True)
