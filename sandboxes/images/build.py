"""Make a toolchain image without a registry: `python -m sandboxes.images.build [--engine ADDRESS] FOLDER`.

mmdebstrap unpacks the distribution's packages into a directory, which bubblewrap takes as its root. The
same files as a tar go to a Docker engine, where one answers. Both carry one manifest: that tar's SHA-256.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import platform
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import Any

from ..backends.base import BackendUnavailable
from ..backends.docker.engine import Engine, EngineError
from ..backends.docker.requirements import MANIFEST_LABEL
from ..inside.walls import LIBRARIES_DIRECTORY
from ..languages import LANGUAGES
from ..languages.libraries import library_folders, library_versions
from ..languages.presence import versions
from ..settings import DEFAULT_IMAGE
from ..toolchain import IMAGE_PYTHON, MANIFEST, PYTHON, root_name

NAME = "python"
PACKAGES = Path(__file__).with_name(f"{NAME}.packages")
PYTHON_PACKAGES = "/usr/lib/python3/dist-packages"
# Of no use to a program, and different from one day to the next.
LEFT_OUT = (
    *("usr/share/doc", "usr/share/man", "usr/share/locale", "usr/share/info", "usr/share/lintian"),
    *("var/cache", "var/log", "var/lib/apt", "var/lib/dpkg", "etc/apt", "boot", "home", "media", "srv"),
)
NO_LIBRARY = ("__pycache__", "tests")  # of one's folder
OF_THE_BUILDER = ("etc/fstab", "etc/hostname", "etc/resolv.conf")
# What the packages' own scripts would make, which are not run: (path, target).
LINKS = (
    ("usr/lib/{triplet}/libblas.so.3", "openblas-pthread/libblas.so.3"),
    ("usr/lib/{triplet}/liblapack.so.3", "openblas-pthread/liblapack.so.3"),
    ("usr/lib/{triplet}/libopenblas.so.0", "openblas-pthread/libopenblas.so.0"),
    ("usr/bin/sh", "dash"),
)
ETC = {
    "passwd": "root:x:0:0:root:/tmp:/bin/sh\nnobody:x:65534:65534:nobody:/tmp:/bin/sh\n",
    "group": "root:x:0:\nnogroup:x:65534:\n",
}
DIRECTORIES = {"tmp": 0o1777, "run": 0o755, "proc": 0o555, "program": 0o755, "sys": 0o555, "dev": 0o755}
TAR = ("tar", "--create", "--sort=name", "--mtime=@0", "--owner=0", "--group=0", "--numeric-owner")


class BuildFailed(Exception):
    """The image could not be made; the message says why and what to do."""


def main() -> int:
    """Run from the command line. Returns the exit status."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("folder", type=Path, help="where the directory for bubblewrap goes: FOLDER/python")
    parser.add_argument("--engine", help="the Docker engine's address (default: DOCKER_HOST, else the usual)")
    arguments = parser.parse_args()
    try:
        with tempfile.TemporaryDirectory() as scratch:
            tar = Path(scratch, "image.tar")
            manifest = build(arguments.folder / NAME, tar)
            print(f"{arguments.folder / NAME}: {json.dumps(manifest)}")
            print(load(tar, manifest, arguments.engine))
    except (BuildFailed, OSError) as failed:
        print(f"images: {failed}", file=sys.stderr)
        return 1
    return 0


def build(directory: Path, tar: Path) -> dict[str, Any]:
    """Make the image's root and manifest anew, and its tar. Returns the manifest. Raises BuildFailed.

    The root before it stays, for the daemons that run on it.
    """
    directory.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="new-", dir=directory, ignore_cleanup_errors=True) as fresh:
        root = Path(fresh, "root")
        root.mkdir()
        _run(
            "mmdebstrap",
            "--quiet",
            "--variant=extract",
            f"--include={','.join(_packages())}",
            _suite(),
            str(root),
        )
        _finish(root)
        of_libraries = _add_libraries(root)
        _run(*TAR, f"--file={tar}", f"--directory={root}", ".")
        manifest: dict[str, Any] = {
            "digest": f"sha256:{_sha256(tar)}",
            "languages": {
                PYTHON: _python_version(root),
                **versions(root, partial(_run_inside, root)),
                **of_libraries,
            },
            "packages": [PYTHON_PACKAGES],
        }
        kept = {root_name(manifest["digest"]), _root_before(directory)}
        if not (directory / root_name(manifest["digest"])).exists():
            root.rename(directory / root_name(manifest["digest"]))
        Path(fresh, MANIFEST).write_text(json.dumps(manifest) + "\n")
        Path(fresh, MANIFEST).replace(directory / MANIFEST)
    for old in directory.glob("root*"):
        if old.name not in kept:
            shutil.rmtree(old, ignore_errors=True)
    return manifest


def _root_before(directory: Path) -> str:
    with suppress(OSError, ValueError, KeyError):
        return root_name(json.loads((directory / MANIFEST).read_text())["digest"])
    return ""


def load(tar: Path, manifest: dict[str, Any], address: str | None) -> str:
    """Give the image to the engine, if one answers. Returns what to tell. Raises BuildFailed."""
    engine = Engine(address)
    try:
        engine.connect()
    except BackendUnavailable as reason:
        return f"no Docker image was made: {reason}"
    try:
        engine.import_image(tar, DEFAULT_IMAGE, {MANIFEST_LABEL: json.dumps(manifest)})
    except EngineError as error:
        raise BuildFailed(f"the Docker engine at {engine.address} did not take the image: {error}") from None
    finally:
        engine.close()
    return f"{DEFAULT_IMAGE}: in the Docker engine at {engine.address}"


def _finish(root: Path) -> None:
    """Do what the packages' scripts would, and leave out what no program needs."""
    triplet = f"{platform.machine()}-linux-gnu"
    for name in LEFT_OUT:
        shutil.rmtree(root / name, ignore_errors=True)
    for name in OF_THE_BUILDER:
        (root / name).unlink(missing_ok=True)
    for path, target in LINKS:
        link = root / path.format(triplet=triplet)
        with suppress(FileNotFoundError):
            link.unlink()
        link.symlink_to(target)
    for name, text in ETC.items():
        (root / "etc" / name).write_text(text)
    for name, mode in DIRECTORIES.items():
        (root / name).mkdir(exist_ok=True)
        (root / name).chmod(mode)


def _add_libraries(root: Path) -> dict[str, str]:
    """Copy the libraries of languages that rest on some, as they are beside this program.

    Returns the versions of those languages. They are compiled here, since nobody may write there later, and
    without a look at times, which the tar sets.
    """
    found = {name: version for name, each in LANGUAGES.items() if (version := library_versions(each))}
    for name in found:
        for library, folder in library_folders(LANGUAGES[name]).items():
            shutil.copytree(folder, _libraries(root) / library, ignore=shutil.ignore_patterns(*NO_LIBRARY))
    if found:
        _libraries(root).chmod(0o755)
        compiled = ("compileall", "-q", "--invalidation-mode", "unchecked-hash", LIBRARIES_DIRECTORY)
        _run_inside(root, (IMAGE_PYTHON, "-I", "-S", "-m", *compiled))
    return found


def _libraries(root: Path) -> Path:
    return root / LIBRARIES_DIRECTORY.lstrip("/")


def _packages() -> Iterator[str]:
    lines = (line.strip() for line in PACKAGES.read_text().splitlines())
    return (line for line in lines if line and not line.startswith("#"))


def _suite() -> str:
    """Return this distribution's release, so that its own mirror and keys serve."""
    return platform.freedesktop_os_release().get("VERSION_CODENAME", "bookworm")


def _python_version(root: Path) -> str:
    script = "import sys; print('.'.join(map(str, sys.version_info[:3])))"
    return _run_inside(root, (IMAGE_PYTHON, "-I", "-S", "-c", script)).strip()


def _run_inside(root: Path, command: Sequence[str]) -> str:
    as_root = () if os.getuid() == 0 else ("unshare", "--map-root-user")
    return _run(*as_root, "chroot", str(root), *command)


def _sha256(file: Path) -> str:
    with file.open("rb") as opened:
        return hashlib.file_digest(opened, "sha256").hexdigest()


def _run(*command: str) -> str:
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=True)
    except FileNotFoundError:
        raise BuildFailed(f"{command[0]} is not installed: sudo apt-get install {command[0]}") from None
    except subprocess.CalledProcessError as error:
        words = (error.stderr or error.stdout).strip()[-2000:]
        hint = "; can this host reach its mirror, and has the disk room?" if "apt-get" in words else ""
        raise BuildFailed(f"{command[0]} ended with {error.returncode}: {words}{hint}") from None
    return done.stdout


if __name__ == "__main__":
    sys.exit(main())
