"""The engine behind its API: connect, look, create, attach, remove; each failure names its fix."""

from __future__ import annotations

import contextlib
import json
import os
import socket
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ..base import BackendUnavailable

DEFAULT_ADDRESS = "unix:///var/run/docker.sock"
TIMEOUT_S = 60.0
OLDEST_API = "1.41"  # Docker 20.10, as Debian 12 has it
UNIX = "unix://"
GVISOR = "runsc"
# What reading an answer raises that is not an engine's: anything may listen there.
OTHER_FORM = (ValueError, KeyError, TypeError, AttributeError)
ATTACH = {"stream": 1, "stdin": 1, "stdout": 1, "stderr": 1}
INSTALL_SDK = "pip install 'verifierd[docker]'"

NOT_YOURS = "this user may not use it: run as root, or join the group (sudo usermod -aG docker $USER)"


class EngineError(OSError):
    """The engine refused, or could not be asked; the message is its own words."""


@dataclass(frozen=True, slots=True)
class EngineFacts:
    """What the engine says of itself."""

    version: str
    cgroup_driver: str
    cgroup_version: str
    runtimes: Mapping[str, str]  # what each starts, by name
    default_runtime: str
    has_apparmor: bool

    def is_gvisor(self, runtime: str) -> bool:
        """Tell whether a runtime is gVisor's, whatever its name in the engine's configuration."""
        return GVISOR in f"{runtime} {self.runtimes.get(runtime, '')}"


@dataclass(frozen=True, slots=True)
class EngineImage:
    """What the engine knows of an image. `volumes` are the directories that it wants writable."""

    id: str
    labels: Mapping[str, str]
    volumes: tuple[str, ...]


class Engine:
    """A Docker engine at one address. Its methods block; call them in a thread."""

    def __init__(self, address: str | None) -> None:
        """Take the address (None: DOCKER_HOST, else the usual socket); nothing is connected."""
        self.address = address or os.environ.get("DOCKER_HOST") or DEFAULT_ADDRESS

    @property
    def is_local(self) -> bool:
        """Whether the engine is reached by a socket file, so that it runs on this host."""
        return self.address.startswith(UNIX)

    def connect(self) -> None:
        """Find the engine. Raises BackendUnavailable with what to do."""
        try:
            import docker
        except ImportError:
            raise BackendUnavailable("the Docker SDK is not installed", INSTALL_SDK) from None
        try:
            self._knock()
            asking = docker.APIClient(base_url=self.address, version=OLDEST_API, timeout=int(TIMEOUT_S))
            try:
                spoken = asking.version(api_version=False)["ApiVersion"]
            finally:
                asking.close()
            is_recent = _numbers(spoken) >= _numbers(OLDEST_API)
            self._api = docker.APIClient(base_url=self.address, version=spoken, timeout=int(TIMEOUT_S))
        except (docker.errors.DockerException, OSError, *OTHER_FORM) as error:
            why = f"no Docker engine answers at {self.address}"
            raise BackendUnavailable(why, self._remedy(error)) from None
        if not is_recent:
            raise BackendUnavailable(
                f"the Docker engine at {self.address} speaks API {spoken}",
                f"it takes {OLDEST_API}, which Docker 20.10 and newer speak",
            )

    def _knock(self) -> None:
        """Connect once and hang up: the SDK leaves its socket open where nobody listens. Raises OSError."""
        if self.is_local:
            with socket.socket(socket.AF_UNIX) as line:
                line.settimeout(TIMEOUT_S)
                line.connect(self.address.removeprefix(UNIX))

    def facts(self) -> EngineFacts:
        """Return what the engine says of itself. Raises EngineError."""
        with _failures():
            info = self._api.info()
            return EngineFacts(
                version=str(info.get("ServerVersion", "")),
                cgroup_driver=str(info.get("CgroupDriver", "")),
                cgroup_version=str(info.get("CgroupVersion", "1")),
                runtimes={name: _started_by(told) for name, told in (info.get("Runtimes") or {}).items()},
                default_runtime=info.get("DefaultRuntime") or "runc",
                has_apparmor=any("name=apparmor" in option for option in info.get("SecurityOptions") or ()),
            )

    def image(self, image: str) -> EngineImage | None:
        """Return what the engine knows of an image, None where it has none such. Raises EngineError."""
        import docker

        try:
            with _failures():
                found = self._api.inspect_image(image)  # type: ignore[no-untyped-call]
                config = found["Config"]
                return EngineImage(
                    str(found["Id"]), dict(config.get("Labels") or {}), tuple(config.get("Volumes") or ())
                )
        except EngineError as error:
            if isinstance(error.__cause__, docker.errors.ImageNotFound):
                return None
            raise

    def import_image(self, tar: Path, image: str, labels: Mapping[str, str]) -> None:
        """Make an image of a root file system. Raises EngineError."""
        repository, _, tag = image.partition(":")
        changes = [f"LABEL {name}={json.dumps(value)}" for name, value in labels.items()]
        with _failures():
            answer = self._api.import_image_from_file(str(tar), repository, tag, changes=changes)
        if "error" in str(answer):
            raise EngineError(str(answer))

    def create(self, name: str, config: Mapping[str, Any], host: Mapping[str, Any], **paths: Any) -> str:
        """Create a container, not started. Returns its id. Raises EngineError.

        `config` goes to the SDK's create_container, `host` to its create_host_config, and `paths` into
        the request as they are, where the SDK has no name for them.
        """
        with _failures():
            host_config = self._api.create_host_config(**host)
            host_config.update(paths)
            made = self._api.create_container(
                name=name,
                host_config=host_config,
                use_config_proxy=False,  # programs would find the password of this user's proxy
                **config,
            )
            return str(made["Id"])

    def attach(self, container: str) -> socket.socket:
        """Return the container's line: input as it is, output in frames. Raises EngineError."""
        with _failures():
            stream = self._api.attach_socket(container, params=ATTACH)
            raw: socket.socket = getattr(stream, "_sock", stream)
            try:
                return socket.socket(fileno=os.dup(raw.fileno()))
            finally:
                stream.close()
                raw.close()

    def start(self, container: str) -> None:
        """Start a container. Raises EngineError."""
        with _failures():
            self._api.start(container)

    def remove(self, container: str) -> None:
        """Kill and remove a container; one that is gone already is well. Raises EngineError."""
        import docker

        try:
            with _failures():
                self._api.remove_container(container, force=True, v=True)
        except EngineError as error:
            gone = isinstance(error.__cause__, docker.errors.NotFound)
            if not gone and "already in progress" not in str(error):
                raise

    def labelled(self, label: str) -> dict[str, dict[str, str]]:
        """Return the labels of every container that has this one, by container id. Raises EngineError."""
        with _failures():
            found = self._api.containers(all=True, filters={"label": label})
            return {each["Id"]: dict(each["Labels"]) for each in found}

    def is_running(self, container: str) -> bool:
        """Tell whether the container's processes are there. Raises EngineError."""
        with _failures():
            return bool(self._api.inspect_container(container)["State"]["Running"])

    def close(self) -> None:
        """Close the connections, if there are any."""
        if hasattr(self, "_api"):
            self._api.close()

    def _remedy(self, error: Exception) -> str:
        path = Path(self.address.removeprefix(UNIX))
        if not self.is_local or "\0" in self.address:
            return f"check sandbox.docker.engine, or DOCKER_HOST where that is unset ({error})"
        try:
            path.stat()
        except FileNotFoundError:
            return (
                "there is no such socket: start the engine (sudo systemctl start docker), or name another "
                "one by sandbox.docker.engine or DOCKER_HOST"
            )
        except OSError:
            return NOT_YOURS
        if not os.access(path, os.W_OK):
            return NOT_YOURS
        return f"is it running? sudo systemctl restart docker ({error})"


def _started_by(told: Mapping[str, Any]) -> str:
    return f"{told.get('path', '')} {told.get('runtimeType', '')}"


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(map(int, version.split(".")))


@contextlib.contextmanager
def _failures() -> Iterator[None]:
    """Turn what the SDK raises into EngineError."""
    import docker

    try:
        yield
    except docker.errors.APIError as error:
        raise EngineError(error.explanation or str(error)) from error
    except (docker.errors.DockerException, OSError, *OTHER_FORM) as error:
        raise EngineError(f"the Docker engine could not be asked: {error}") from error
