"""Toolchain images: a new one takes the name, and those that daemons run on stay where they are."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from sandboxes.backends.base import BackendUnavailable
from sandboxes.images import build as images
from sandboxes.toolchain import MANIFEST, directory_toolchain

Make = Callable[[str], Path]


@pytest.fixture
def make(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Make:
    """Makes an image whose packages are one file with this text."""

    def made(text: str) -> Path:
        def run(*command: str) -> str:
            if command[0] == "mmdebstrap":
                Path(command[-1], "usr", "bin").mkdir(parents=True)
                Path(command[-1], "usr", "bin", "python3").touch()
                Path(command[-1], "usr", "file").write_text(text)
            if command[0] == "tar":
                tar.write_text(text)
            return "3.11.2"

        tar = tmp_path / "tar"
        monkeypatch.setattr(images, "_run", run)
        monkeypatch.setattr(images, "_finish", lambda _: None)
        monkeypatch.setattr(images, "_add_libraries", lambda _: {})
        images.build(tmp_path / "python", tar)
        return directory_toolchain(tmp_path / "python", None).root

    return made


def test_the_root_before_the_last_stays(make: Make, tmp_path: Path) -> None:
    first = make("1")
    second = make("2")
    assert [(root / "usr" / "file").read_text() for root in (first, second)] == ["1", "2"]
    third = make("3")
    assert {path.name for path in (tmp_path / "python").iterdir()} == {second.name, third.name, MANIFEST}


def test_the_same_image_again_leaves_its_root_alone(make: Make) -> None:
    first = make("1")
    inode = first.stat().st_ino
    assert make("1").stat().st_ino == inode


def test_a_manifest_without_its_root_is_refused(tmp_path: Path) -> None:
    told = {"digest": "sha256:1", "languages": {"python": "3"}, "packages": []}
    (tmp_path / MANIFEST).write_text(json.dumps(told))
    with pytest.raises(BackendUnavailable, match="holds no image"):
        directory_toolchain(tmp_path, None)
