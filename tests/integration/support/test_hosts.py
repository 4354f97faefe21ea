"""Hosts within this machine: they reach one another unless cut off, and the machine knows nothing of them."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.support.hosts import Host, Network, NoHosts

OWN = Path("/proc/self/ns/net")

LISTENS = """
import socket
with socket.create_server(("", 7)) as server:
    print("listens", flush=True)
    while True:
        server.accept()[0].close()
"""
REACHES = "import socket, sys\nsocket.create_connection((sys.argv[1], 7), timeout=1).close()"
SENDS = """
import socket, sys, time
began = time.monotonic()
with socket.create_connection((sys.argv[1], 8), timeout=30) as to:
    to.sendall(bytes(100_000))
    to.shutdown(socket.SHUT_WR)
    to.recv(1)
print(time.monotonic() - began)
"""
TAKES = """
import socket
with socket.create_server(("", 8)) as server:
    print("listens", flush=True)
    while True:
        with server.accept()[0] as sender:
            while sender.recv(65536):
                pass
"""


@pytest.fixture
def network() -> Iterator[Network]:
    try:
        with Network("one", "other") as network:
            yield network
    except NoHosts as error:
        pytest.skip(str(error))


@contextmanager
def running(host: Host, program: str) -> Iterator[None]:
    """Run a program that says when it listens."""
    process = host.start([sys.executable, "-c", program], stdout=subprocess.PIPE)
    try:
        assert process.stdout is not None
        process.stdout.readline()
        yield
    finally:
        process.kill()
        process.communicate()


def reaches(host: Host, address: str) -> bool:
    """Say whether a host gets a connection."""
    process = host.start([sys.executable, "-c", REACHES, address], stderr=subprocess.DEVNULL)
    return process.wait(30) == 0


def links() -> list[str]:
    """The interfaces and routes of the machine itself."""
    asked = (["ip", "-o", "link"], ["ip", "-o", "route"])
    return [subprocess.run(each, capture_output=True, text=True, check=True).stdout for each in asked]


def test_hosts_reach_one_another_unless_the_cable_is_out(network: Network) -> None:
    one, other = network["one"], network["other"]
    with running(other, LISTENS):
        assert reaches(one, other.address)
        other.cut()
        assert not reaches(one, other.address)
        other.heal()
        assert reaches(one, other.address)


def test_a_narrow_cable_is_slower(network: Network) -> None:
    one, other = network["one"], network["other"]

    def sending_s() -> float:
        process = one.start([sys.executable, "-c", SENDS, other.address], stdout=subprocess.PIPE)
        return float(process.communicate(timeout=60)[0])

    with running(other, TAKES):
        other.narrow(kbit=400)
        narrow_s = sending_s()
        other.widen()
        assert narrow_s > 1.0  # 800 kilobits at 400 a second, but for a burst
        assert sending_s() < narrow_s


def test_the_machine_keeps_its_own_interfaces_and_routes(network: Network) -> None:
    before = links()
    with Network("third") as third:
        assert links() == before
        inside = third["third"].start(["readlink", "/proc/self/ns/net"], stdout=subprocess.PIPE)
        assert inside.communicate(timeout=10)[0].decode().strip() != str(OWN.readlink())
    assert links() == before
