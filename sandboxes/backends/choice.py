"""Which backend the settings ask for, and which toolchain it gives."""

from __future__ import annotations

from ..settings import SandboxSettings
from ..toolchain import Toolchain
from .base import Backend
from .bubblewrap import BubblewrapBackend, bubblewrap_toolchain
from .docker.backend import DockerBackend
from .docker.requirements import docker_toolchain

BACKENDS = (BubblewrapBackend.name, DockerBackend.name)


def make_backend(settings: SandboxSettings) -> Backend:
    """Return the backend, not started."""
    return DockerBackend(settings) if settings.backend == DockerBackend.name else BubblewrapBackend(settings)


def find_toolchain(settings: SandboxSettings) -> Toolchain:
    """Return what is in the sandboxes of the backend. Raises BackendUnavailable."""
    if settings.backend == DockerBackend.name:
        return docker_toolchain(settings)
    return bubblewrap_toolchain(settings)
