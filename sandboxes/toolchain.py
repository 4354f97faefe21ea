"""The toolchain that programs run with: the host's own below /usr, or an image's, named by its digest."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from .backends.base import BackendUnavailable
from .inside.walls import LIBRARIES_DIRECTORY
from .languages import LANGUAGES
from .languages.libraries import library_folders, library_versions
from .languages.presence import host_versions
from .python import find_python, python_version

MANIFEST = "manifest.json"
PYTHON = "python"
IMAGE_PYTHON = "/usr/bin/python3"
NAME_THE_IMAGE = "make images makes one in build/images/python: name that folder, from the root of the disk"


@dataclass(frozen=True, slots=True)
class Toolchain:
    """What is inside.

    `digest` is empty for the host's own files. `python` is the interpreter's path inside; `packages` are the
    folders of third-party packages that candidates may import, none of the host's: verdicts must not
    depend on what happens to be installed on it. `libraries` are folders on the host by name that
    those find who read answers, and no candidate.
    """

    digest: str
    versions: Mapping[str, str]  # by language
    python: str
    packages: tuple[str, ...] = ()
    root: Path = Path("/")
    libraries: Mapping[str, Path] = field(default_factory=dict)

    def with_own_libraries(self) -> Toolchain:
        """Return it with the libraries of this service's own installation, where it has none itself."""
        if self.reads_answers:
            return self
        versions, folders = dict(self.versions), dict[str, Path]()
        for name, language in LANGUAGES.items():
            if told := library_versions(language):
                versions[name] = told
                folders |= library_folders(language)
        return replace(self, versions=versions, libraries=folders)

    @property
    def reads_answers(self) -> bool:
        """Whether what reads answers is inside."""
        return any(LANGUAGES[name].libraries for name in self.versions if name in LANGUAGES)


def host_toolchain(python: str | None) -> Toolchain:
    """Return the host's own. Raises BackendUnavailable where it has no Python that is recent enough."""
    path = find_python(python)
    return Toolchain("", {PYTHON: ".".join(map(str, python_version(path))), **host_versions()}, path)


def directory_toolchain(directory: Path, python: str | None) -> Toolchain:
    """Return that of an image's directory, a manifest beside a root. Raises BackendUnavailable."""
    try:
        toolchain = image_toolchain((directory / MANIFEST).read_text("utf-8"), str(directory), python)
        root = directory.absolute() / root_name(toolchain.digest)
        (root / "usr").stat()
        of_image = root / LIBRARIES_DIRECTORY.lstrip("/")
        libraries = {each.name: each for each in of_image.iterdir()} if toolchain.reads_answers else {}
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else error
        raise BackendUnavailable(
            f"sandbox.root_directory names {directory.absolute()}, which holds no image: {reason}",
            NAME_THE_IMAGE,
        ) from None
    if not os.path.lexists(f"{root}{toolchain.python}"):
        raise BackendUnavailable(
            f"sandbox.python names {toolchain.python}, which the image in {directory.absolute()} lacks",
            f"leave it unset: the image's is {IMAGE_PYTHON}",
        )
    return replace(toolchain, root=root, libraries=libraries)


def root_name(digest: str) -> str:
    """Return the name of an image's root beside its manifest: so a new image leaves one in use as it is."""
    return f"root-{digest.removeprefix('sha256:')[:12]}"


def image_toolchain(manifest: str, image: str, python: str | None = None) -> Toolchain:
    """Return what an image's manifest tells. Raises BackendUnavailable where it is none."""
    try:
        told = json.loads(manifest)
        versions = {str(name): str(version) for name, version in told["languages"].items()}
        packages = tuple(map(str, told["packages"]))
        if PYTHON not in versions:
            raise ValueError("no Python, which the supervisor itself needs")
        return Toolchain(str(told["digest"]), versions, python or IMAGE_PYTHON, packages)
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        raise BackendUnavailable(
            f"the image {image} does not tell its digest and its languages: it is none of ours",
            "make images makes one; name it by sandbox.docker.image or sandbox.root_directory",
        ) from None
