"""What the docker backend needs of an engine: the image, the runtime, and cgroups that both sides reach."""

from __future__ import annotations

from ...settings import DEFAULT_IMAGE, SandboxSettings
from ...toolchain import Toolchain, image_toolchain
from ..base import BackendUnavailable
from .engine import Engine, EngineError, EngineFacts

MANIFEST_LABEL = "verifierd.image"


def docker_toolchain(settings: SandboxSettings) -> Toolchain:
    """Connect, look and leave. Raises BackendUnavailable."""
    engine = Engine(settings.docker.engine)
    engine.connect()
    try:
        return find_image(engine, settings)[0]
    finally:
        engine.close()


def find_facts(engine: Engine) -> EngineFacts:
    """Return what the engine says of itself. Raises BackendUnavailable."""
    try:
        return engine.facts()
    except EngineError as error:
        raise engine_fails(engine, error) from None


def engine_fails(engine: Engine, error: EngineError) -> BackendUnavailable:
    """Return what to say of an engine that answers, and not as asked."""
    return BackendUnavailable(
        f"the Docker engine at {engine.address} fails: {error}",
        "its log tells more: sudo journalctl -u docker",
    )


def find_image(engine: Engine, settings: SandboxSettings) -> tuple[Toolchain, str]:
    """Return what the image of the settings has inside, and its id. Raises BackendUnavailable."""
    image = settings.docker.image
    try:
        found = engine.image(image)
    except EngineError as error:
        raise engine_fails(engine, error) from None
    if found is None:
        raise BackendUnavailable(
            f"the Docker engine at {engine.address} has no image {image}, which sandbox.docker.image names",
            f"make images makes {DEFAULT_IMAGE}",
        )
    if found.volumes:
        raise BackendUnavailable(
            f"the image {image} declares {', '.join(found.volumes)} as volumes, which could be written to",
            "build it without VOLUME",
        )
    return image_toolchain(found.labels.get(MANIFEST_LABEL, ""), image, settings.python), found.id


def find_runtime(facts: EngineFacts, settings: SandboxSettings) -> str:
    """Return the runtime of the settings, or the engine's own. Raises BackendUnavailable."""
    runtime = settings.docker.runtime or facts.default_runtime
    if runtime not in facts.runtimes:
        raise BackendUnavailable(
            f"sandbox.docker.runtime names {runtime}; the Docker engine has "
            f"{', '.join(sorted(facts.runtimes))}",
            'name one of those, or add it under "runtimes" in the engine\'s daemon.json',
        )
    return runtime


def why_no_cgroups(engine: Engine, facts: EngineFacts, runtime: str) -> BackendUnavailable | None:
    """Return why a supervisor in a container cannot hold a candidate's limits by cgroups, if it cannot."""
    if facts.is_gvisor(runtime):
        return BackendUnavailable("gVisor's processes are not the host's")
    if not engine.is_local:
        return BackendUnavailable(f"the engine at {engine.address} is not on this host")
    if facts.cgroup_version == "2" and facts.cgroup_driver != "cgroupfs":
        return BackendUnavailable(
            f"the engine's cgroup driver is {facts.cgroup_driver}, which moves what it did not make",
            'set "exec-opts": ["native.cgroupdriver=cgroupfs"] in the engine\'s daemon.json',
        )
    return None
