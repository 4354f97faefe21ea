"""What an operator may set of the sandboxes."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

LIMIT_NAMES = frozenset({"memory", "processes", "cpu"})


DEFAULT_IMAGE = "verifierd-sandbox:python"


@dataclass(frozen=True, slots=True)
class DockerSettings:
    """Settings of the docker backend.

    `engine` is the engine's address (None: DOCKER_HOST, else the usual socket), `image` the toolchain's,
    `runtime` an OCI runtime by the name under which the engine knows it (None: the engine's default).
    """

    engine: str | None = None
    image: str = DEFAULT_IMAGE
    runtime: str | None = None


@dataclass(frozen=True, slots=True)
class SandboxSettings:
    """Settings of every sandbox of a worker.

    `backend` makes the containers. `root_directory` is an image as a directory, for bubblewrap (None: the
    host's own /usr). `unenforced_limits_allowed` names limits of `LIMIT_NAMES` that may go without a cgroup
    on a host that cannot make one; any other limit that cannot be enforced stops the start. `cgroup_root` is
    the cgroup below which the worker makes its own, relative to each hierarchy's mount point (None:
    "verifierd", with the user id appended for a user that is not root). `python` is the interpreter's
    path inside the sandbox (None: the first of /usr/bin and /usr/local/bin that is recent enough).
    The ceilings bound one whole sandbox, whatever limits its runs have; `compile_cache_bytes` the compiled
    programs that each keeps for equal ones.
    """

    backend: str = "bubblewrap"
    root_directory: Path | None = None
    cgroup_root: str | None = None
    unenforced_limits_allowed: frozenset[str] = frozenset()
    python: str | None = None
    memory_ceiling_bytes: int = 10 << 30
    processes_ceiling: int = 2048
    compile_cache_bytes: int = 32 << 20
    docker: DockerSettings = DockerSettings()
