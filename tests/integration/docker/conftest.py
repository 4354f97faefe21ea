"""An engine of the tests' own, which they may stop, start and starve of disk."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from sandboxes.backends.docker.engine import Engine
from sandboxes.backends.docker.requirements import MANIFEST_LABEL
from sandboxes.images.build import NAME, TAR
from sandboxes.settings import DEFAULT_IMAGE, DockerSettings, SandboxSettings
from sandboxes.toolchain import MANIFEST, directory_toolchain
from tests.support.engine import IMAGES, PrivateEngine

DISK_BYTES = 512 << 20


@pytest.fixture(scope="module")
def private_engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PrivateEngine]:
    """An engine whose disk is a small file system, with the toolchain image in it."""
    if reason := PrivateEngine.why_not():
        pytest.skip(f"no private Docker engine: {reason}")
    image = IMAGES / NAME
    if not (image / MANIFEST).is_file():
        pytest.skip("no image is in build/images; `make images` makes it")
    folder = tmp_path_factory.mktemp("ve")
    disk = folder / "data"
    disk.mkdir()
    subprocess.run(
        ["mount", "-t", "tmpfs", "-o", f"size={DISK_BYTES}", "engine", str(disk)], check=True, timeout=20
    )
    engine = PrivateEngine(folder)
    try:
        engine.start()
        _load(engine, image, folder / "image.tar")
        yield engine
        engine.stop()
    finally:
        subprocess.run(["umount", "--lazy", str(disk)], check=True, timeout=20)


@pytest.fixture
def settings(private_engine: PrivateEngine) -> SandboxSettings:
    return SandboxSettings(backend="docker", docker=DockerSettings(engine=private_engine.address))


def _load(private: PrivateEngine, image: Path, tar: Path) -> None:
    root = directory_toolchain(image, None).root
    subprocess.run([*TAR, f"--file={tar}", f"--directory={root}", "."], check=True, timeout=60)
    engine = Engine(private.address)
    engine.connect()
    engine.import_image(tar, DEFAULT_IMAGE, {MANIFEST_LABEL: (image / MANIFEST).read_text().strip()})
    engine.close()
    tar.unlink()
