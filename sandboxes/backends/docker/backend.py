"""One container of a Docker engine for each sandbox, with no privilege and no network.

Inside, the supervisor gives itself a user namespace and makes the walls between candidates there, as it
does under bubblewrap for a user that is not root (`inside.entry`). So the engine's profile must let it, and
each run gets a filter that does not. Every sandbox has a uid that nothing else on the host has.
"""

from __future__ import annotations

import asyncio
import itertools
import json
import platform
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

from ... import bundle, cgroups, seccomp
from ...environment import ENVIRONMENT
from ...inside.cgroup import MOUNT as CGROUP_MOUNT
from ...instance import id_ranges, instance_name, is_instance, lives
from ...launch import NO_CORE, OPEN_FILES, STACK_BYTES
from ...model import SandboxError
from ...sandbox import START_SECONDS, Sandbox
from ...settings import LIMIT_NAMES, SandboxSettings
from ..base import BackendUnavailable
from .attached import AttachedContainer
from .engine import Engine, EngineError
from .requirements import engine_fails, find_facts, find_image, find_runtime, why_no_cgroups

INSTANCE_LABEL, HOST_LABEL, BOOT_LABEL = "verifierd.instance", "verifierd.host", "verifierd.boot"
BOOT_ID = Path("/proc/sys/kernel/random/boot_id")
RUN_DIRECTORY_BYTES = 8 << 20


class DockerBackend:
    """Makes one container of an engine a sandbox."""

    name = "docker"

    def __init__(self, settings: SandboxSettings) -> None:
        """Take the settings; nothing is made before `start`."""
        self._settings = settings
        self._engine = Engine(settings.docker.engine)
        self._numbers = itertools.count(1)
        self._first_ids = id_ranges()
        self._bundle = bundle.build()
        self._instance = instance_name()
        self._hierarchy = cgroups.Hierarchy("none", {}, None)

    async def start(self) -> None:
        """Find the engine and the image, remove what a killed predecessor left. Raises BackendUnavailable."""
        await asyncio.to_thread(self._start)

    async def create(self, cpu: int | None = None) -> Sandbox:
        """Make a sandbox, on this CPU alone if one is given, and wait until it takes jobs.

        Raises SandboxError.
        """
        number = next(self._numbers)
        name, uid = f"sandbox-{number}", 0 if self._has_own_ids else next(self._first_ids)
        try:
            group = self._make_group(name, uid)
            try:
                container = await self._start_container(name, uid, group)
            except BaseException:
                await asyncio.to_thread(group.remove)
                raise
        except OSError as error:
            raise SandboxError(f"{name} could not be made: {error}") from error
        backend = f"{self.name}/{self._runtime}"
        sandbox = Sandbox(f"{self._instance}/{name}", backend, container, self._toolchain.digest)
        try:
            async with asyncio.timeout(START_SECONDS):
                await container.write(bundle.packed(self._bundle))
            meters = "gvisor" if self._has_own_ids else group.meters
            await sandbox.start(
                self._run_filters,
                meters,
                self._toolchain.packages,
                reads_answers=self._toolchain.reads_answers,
                compile_cache_bytes=self._settings.compile_cache_bytes,
                cpu=cpu,
            )
        except BaseException as error:
            with suppress(OSError):  # an engine that cannot remove it now is asked again by `close`
                await sandbox.close()
            if isinstance(error, OSError):
                raise SandboxError(f"{name} did not take its supervisor: {error!r}") from error
            raise
        return sandbox

    async def close(self) -> None:
        """Remove what of this instance is left, and close the line to the engine."""
        await asyncio.to_thread(self._remove_own)
        for directory in self._hierarchy.directories:
            await asyncio.to_thread(cgroups.remove_tree, directory)
            with suppress(OSError):  # another instance still lives below it
                directory.parent.rmdir()
        await asyncio.to_thread(self._engine.close)

    def _start(self) -> None:
        self._engine.connect()
        self._run_filters = seccomp.run_filters()
        self._facts = find_facts(self._engine)
        self._toolchain, self._image_id = find_image(self._engine, self._settings)
        self._runtime = find_runtime(self._facts, self._settings)
        try:
            self._remove_leftovers()
        except EngineError as error:
            raise engine_fails(self._engine, error) from None
        self._prepare_limits()

    def _prepare_limits(self) -> None:
        """Make this instance's cgroups, which the containers see a part of each."""
        root = cgroups.root_name(self._settings.cgroup_root)
        cgroups.remove_leftovers(root)
        reason = why_no_cgroups(self._engine, self._facts, self._runtime)
        if reason is None:
            try:
                self._hierarchy = cgroups.find_hierarchy(root, self._instance)
                return
            except cgroups.CgroupUnavailable as unavailable:
                reason = BackendUnavailable(str(unavailable))
        unenforced = sorted(LIMIT_NAMES - self._settings.unenforced_limits_allowed)
        if unenforced:
            raise BackendUnavailable(
                f"the limits {', '.join(unenforced)} cannot be held by cgroups for each candidate: {reason}",
                "run `verifierd doctor` for what to do, or name them in sandbox.allow_unenforced",
            )

    @property
    def _has_own_ids(self) -> bool:
        """Whether uids inside are not the host's at all, root's neither: gVisor's kernel has its own."""
        return self._facts.is_gvisor(self._runtime)

    def _remove_leftovers(self) -> None:
        """Remove the containers of daemons of this host that are gone."""
        for container, labels in self._engine.labelled(INSTANCE_LABEL).items():
            instance = labels[INSTANCE_LABEL]
            if labels.get(HOST_LABEL) != platform.node() or not is_instance(instance):
                continue
            if labels.get(BOOT_LABEL) != _boot_id() or not lives(instance):
                self._engine.remove(container)

    def _remove_own(self) -> None:
        """Remove containers that came late or did not go; those of an engine that is gone wait for it."""
        with suppress(EngineError):
            for container in self._engine.labelled(f"{INSTANCE_LABEL}={self._instance}"):
                self._engine.remove(container)

    def _make_group(self, name: str, uid: int) -> cgroups.SandboxGroup:
        if self._hierarchy.meters == "none":
            return cgroups.SandboxGroup("none", {}, (), ())
        settings = self._settings
        return cgroups.make_group(
            self._hierarchy, name, uid, settings.memory_ceiling_bytes, settings.processes_ceiling
        )

    async def _start_container(self, name: str, uid: int, group: cgroups.SandboxGroup) -> AttachedContainer:
        """Create, attach and start: attached first, so that no byte is missed."""
        engine = self._engine
        creating = asyncio.create_task(asyncio.to_thread(self._create, name, uid, group))
        try:
            identity = await asyncio.shield(creating)
        except asyncio.CancelledError:
            with suppress(OSError):  # the engine goes on making it all the same
                await asyncio.to_thread(engine.remove, await creating)
            raise

        def remove() -> None:
            try:
                engine.remove(identity)
            finally:
                group.remove()

        try:
            line = await asyncio.to_thread(engine.attach, identity)
        except BaseException:
            await asyncio.to_thread(remove)
            raise
        container = await AttachedContainer.over(line, remove)
        try:
            await asyncio.to_thread(engine.start, identity)
        except BaseException:
            await container.close()
            raise
        return container

    def _create(self, name: str, uid: int, group: cgroups.SandboxGroup) -> str:
        program, *arguments = bundle.command_from_stdin(self._toolchain.python)
        config = {
            "image": self._image_id,  # the name may pass to another image meanwhile, the digest told does not
            "entrypoint": [program],  # not the image's own, with this as its arguments
            "command": arguments,
            "healthcheck": {"test": ["NONE"]},
            "stdin_open": True,
            "user": f"{uid}:{uid}",
            "environment": ENVIRONMENT,
            "hostname": "sandbox",
            "working_dir": "/",
            "labels": {
                INSTANCE_LABEL: self._instance,
                HOST_LABEL: platform.node(),
                BOOT_LABEL: _boot_id(),
            },
        }
        return self._engine.create(
            f"verifierd-{self._instance}-{name}", config, self._host(uid, group), **UNMASKED
        )

    def _host(self, uid: int, group: cgroups.SandboxGroup) -> dict[str, Any]:
        """Return what of the host the container gets: nearly nothing."""
        options = ["no-new-privileges:true", f"seccomp={json.dumps(seccomp.docker_profile())}"]
        if self._facts.has_apparmor:
            options.append("apparmor=unconfined")  # its default profile denies every mount
        memory_bytes, in_v2 = self._settings.memory_ceiling_bytes, group.meters == "cgroup2"
        return {
            "network_mode": "none",
            "ipc_mode": "private",
            "read_only": True,
            "cap_drop": ["ALL"],
            "cap_add": ["SETUID", "SETGID", "KILL"] if self._has_own_ids else [],
            "security_opt": options,
            "runtime": self._runtime,
            "mem_limit": memory_bytes,
            "memswap_limit": memory_bytes,
            "pids_limit": self._settings.processes_ceiling,
            "nano_cpus": 1_000_000_000,
            "log_config": {"type": "none"},  # its output is the line to the worker
            "tmpfs": {
                "/run": f"rw,nosuid,nodev,noexec,size={RUN_DIRECTORY_BYTES},mode=0755,uid={uid},gid={uid}"
            },
            "mounts": [_bound(path, f"{CGROUP_MOUNT}/{name}") for name, path in group.visible.items()],
            "ulimits": [
                {"Name": "stack", "Soft": STACK_BYTES, "Hard": -1},
                {"Name": "nofile", "Soft": OPEN_FILES, "Hard": OPEN_FILES},
                {"Name": "core", "Soft": NO_CORE[0], "Hard": NO_CORE[1]},
            ],
            # Moving a process takes the right to write to what its old and its new cgroup have in common.
            "cgroup_parent": self._below_mount(group.directories[0]) if in_v2 else None,
        }

    def _below_mount(self, directory: Path) -> str:
        """Return a sandbox's cgroup as the engine names it, from the root of the unified hierarchy."""
        return f"/{cgroups.root_name(self._settings.cgroup_root)}/{self._instance}/{directory.name}"


# Else no /proc can be mounted for a candidate: the kernel lets no one see more than what is there already.
UNMASKED: Mapping[str, Any] = {"MaskedPaths": [], "ReadonlyPaths": []}


def _bound(source: Path, target: str) -> dict[str, Any]:
    return {"Type": "bind", "Source": str(source), "Target": target, "ReadOnly": False}


def _boot_id() -> str:
    return BOOT_ID.read_text().strip()
