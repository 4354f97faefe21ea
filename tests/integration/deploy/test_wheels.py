"""Wheels hold all that the repository has of the service, and are the same whoever builds them."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from zipfile import ZipFile

import pytest

from deploy.release.making import Wanted, make
from deploy.release.pins import OWN, read_lock
from deploy.release.wheels import build_wheels, head, sha256

ROOT = Path(__file__).resolve().parents[3]
# For readers of the repository, and for who makes the toolchain image with a registry.
NOT_SHIPPED = ("README.md", "Dockerfile")
FOLDERS = {"verifierd": ("verifierd", "sandboxes"), "verifier_proto": ("proto/verifier",)}

pytestmark = [
    pytest.mark.timeout(300),
    pytest.mark.skipif(not (ROOT / ".git").exists(), reason="needs a checkout of the repository"),
]


@contextmanager
def umask(mask: int) -> Iterator[None]:
    before = os.umask(mask)
    try:
        yield
    finally:
        os.umask(before)


@pytest.fixture(scope="module")
def wheels(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    return build_wheels(ROOT, head(ROOT), tmp_path_factory.mktemp("wheels"))


def test_another_who_builds_them_gets_the_same_bytes(wheels: list[Path], tmp_path: Path) -> None:
    with umask(0o077):
        again = build_wheels(ROOT, head(ROOT), tmp_path / "again")
    assert {path.name: sha256(path) for path in again} == {path.name: sha256(path) for path in wheels}
    assert len(again) == 3


def test_a_release_s_lock_has_its_own_wheels_and_all_that_they_need_by_hash(tmp_path: Path) -> None:
    wanted = Wanted(is_draft=True, base=None, engine=None, say=lambda _: None)
    made = {path.name: path for path in make(ROOT, tmp_path, wanted)}
    (lock,) = (path for name, path in made.items() if name.endswith(".lock"))
    pins = read_lock(lock.read_text("utf-8"))
    own = {sha256(path) for name, path in made.items() if name.endswith(".whl")}
    assert {each for pin in pins.values() if pin.name in OWN for each in pin.hashes} == own
    assert {"nats-py", "psycopg", "grpcio"} <= pins.keys()
    assert all(pin.hashes for pin in pins.values())
    assert lock.name in made["SHA256SUMS"].read_text("utf-8")


@pytest.mark.parametrize("name", FOLDERS)
def test_a_wheel_holds_every_file_of_its_folders(wheels: list[Path], name: str) -> None:
    (wheel,) = (path for path in wheels if path.name.startswith(f"{name}-"))
    with ZipFile(wheel) as archive:
        held = {*archive.namelist()}
    listed = subprocess.run(
        ["git", "ls-tree", "-r", "--name-only", "HEAD", *FOLDERS[name]],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    wanted = {
        path.removeprefix("proto/") for path in listed.stdout.splitlines() if not path.endswith(NOT_SHIPPED)
    }
    assert wanted - held == set()
