"""Containers by bubblewrap: no daemon; the root directory is the host's /usr read-only, or an image's."""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import json
import os
import shutil
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

from .. import bundle, cgroups, seccomp
from ..environment import ENVIRONMENT
from ..inside.artifacts import DIRECTORY as PROGRAM_DIRECTORY
from ..inside.cgroup import MOUNT as CGROUP_MOUNT
from ..inside.stages import memory_file
from ..inside.walls import LIBRARIES_DIRECTORY
from ..instance import id_ranges, instance_name
from ..languages import LANGUAGES
from ..model import SandboxError
from ..sandbox import Sandbox
from ..settings import LIMIT_NAMES, SandboxSettings
from ..toolchain import Toolchain, directory_toolchain, host_toolchain
from .base import BackendUnavailable
from .process import ProcessContainer

PACKAGE = Path(__file__).parent.parent
BUNDLE = "/run/verifierd.zip"
CAPABILITIES = ("CAP_SYS_ADMIN", "CAP_SETUID", "CAP_SETGID", "CAP_SETPCAP", "CAP_KILL")
CHECKPOINT_RESTORE = 40  # by number: older releases of libcap, and so of bubblewrap, do not know its name
NOBODY = "65534"
DEVICES = ("null", "zero", "full", "random", "urandom")
OLD_DIRECTORIES = ("bin", "sbin", "lib", "lib32", "lib64", "libx32")  # links into /usr on most systems
OF_ETC = ("alternatives", "ld.so.cache", "ld.so.conf", "ld.so.conf.d")
ETC = {
    "passwd": "root:x:0:0:root:/tmp:/bin/sh\nnobody:x:65534:65534:nobody:/tmp:/bin/sh\n",
    "group": "root:x:0:\nnogroup:x:65534:\n",
    "hosts": "127.0.0.1 localhost\n::1 localhost\n",
}


class BubblewrapBackend:
    """Makes one bubblewrap container a sandbox."""

    name = "bubblewrap"

    def __init__(self, settings: SandboxSettings) -> None:
        """Take the settings; nothing is made before `start`."""
        self._settings = settings
        self._numbers = itertools.count(1)
        self._first_ids = id_ranges()
        self._bundle = bundle.build()
        self._hierarchy = cgroups.Hierarchy("none", {}, None)

    async def start(self) -> None:
        """Find the tools and make this instance's cgroups. Raises BackendUnavailable."""
        self._bwrap = shutil.which("bwrap")
        if self._bwrap is None:
            raise BackendUnavailable("bubblewrap is not installed", "sudo apt-get install bubblewrap")
        self._toolchain = bubblewrap_toolchain(self._settings)
        self._container_filter = seccomp.container_filter()
        self._run_filters = seccomp.run_filters(shares_host=os.getuid() != 0)
        root = cgroups.root_name(self._settings.cgroup_root)
        cgroups.remove_leftovers(root)
        self._instance = instance_name()
        try:
            self._hierarchy = cgroups.find_hierarchy(root, self._instance)
        except cgroups.CgroupUnavailable as reason:
            unenforced = sorted(LIMIT_NAMES - self._settings.unenforced_limits_allowed)
            if unenforced:
                raise BackendUnavailable(
                    f"the limits {', '.join(unenforced)} cannot be enforced here: {reason}. "
                    "Run `verifierd doctor` for what to do, or name them in sandbox.allow_unenforced"
                ) from None

    async def create(self, cpu: int | None = None) -> Sandbox:
        """Make a sandbox, on this CPU alone if one is given, and wait until it takes jobs.

        Raises SandboxError.
        """
        name = f"sandbox-{next(self._numbers)}"
        try:
            first_id = next(self._first_ids) if os.getuid() == 0 else os.getuid()
            group = cgroups.make_group(
                self._hierarchy,
                name,
                first_id,
                self._settings.memory_ceiling_bytes,
                self._settings.processes_ceiling,
            )
            process = await self._spawn(group, first_id)
        except OSError as error:
            raise SandboxError(f"{name} could not be made: {error}") from error
        container = ProcessContainer(process, group.remove)
        sandbox = Sandbox(f"{self._instance}/{name}", self.name, container, self._toolchain.digest)
        try:
            await sandbox.start(
                self._run_filters,
                group.meters,
                self._toolchain.packages,
                reads_answers=self._toolchain.reads_answers,
                compile_cache_bytes=self._settings.compile_cache_bytes,
                cpu=cpu,
            )
        except BaseException:
            with contextlib.suppress(OSError):  # what is left of it goes with this instance's cgroups
                await sandbox.close()
            raise
        return sandbox

    async def close(self) -> None:
        """Remove this instance's cgroups."""
        for directory in self._hierarchy.directories:
            await asyncio.to_thread(cgroups.remove_tree, directory)
            with contextlib.suppress(OSError):  # another instance still lives below it
                directory.parent.rmdir()

    async def _spawn(self, group: cgroups.SandboxGroup, first_id: int) -> asyncio.subprocess.Process:
        data = {BUNDLE: self._bundle, **{f"/etc/{name}": text.encode() for name, text in ETC.items()}}
        data_fds = {path: memory_file(content) for path, content in data.items()}
        filter_fd = memory_file(self._container_filter)
        files = [*data_fds.values(), filter_fd]
        order = {
            "join": [str(path) for path in group.join],
            "first_id": first_id,
            "directories": [
                *(str(self._toolchain.root / name) for name in ("usr", "etc", *OLD_DIRECTORIES)),
                *map(str, self._toolchain.libraries.values()),
            ],
            "devices": [f"/dev/{name}" for name in DEVICES],
            "argv": self._arguments(group, data_fds, filter_fd),
        }
        try:
            return await asyncio.create_subprocess_exec(
                *(sys.executable, "-I", "-S", str(PACKAGE / "launch.py"), json.dumps(order)),
                stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.PIPE,
                stderr=asyncio.subprocess.PIPE,
                pass_fds=files,
                env={},
                cwd="/",
            )
        finally:
            for fd in files:
                os.close(fd)

    def _arguments(
        self, group: cgroups.SandboxGroup, data_fds: Mapping[str, int], filter_fd: int
    ) -> list[str]:
        arguments = [str(self._bwrap), "--die-with-parent", "--new-session", "--as-pid-1"]
        # No cgroup namespace: with cgroup v2's nsdelegate (systemd sets it) the supervisor could then move no
        # process out of its own cgroup. Each stage makes one of its own instead.
        arguments += [f"--unshare-{kind}" for kind in ("pid", "net", "ipc", "uts")]
        if os.getuid() != 0:
            arguments += ["--unshare-user", "--uid", NOBODY, "--gid", NOBODY]
        arguments += ["--hostname", "sandbox", "--clearenv", "--cap-drop", "ALL"]
        for name, text in ENVIRONMENT.items():
            arguments += ["--setenv", name, text]
        last_capability = int(Path("/proc/sys/kernel/cap_last_cap").read_text())
        optional = [str(CHECKPOINT_RESTORE)] if last_capability >= CHECKPOINT_RESTORE else []
        for capability in (*CAPABILITIES, *optional):
            arguments += ["--cap-add", capability]
        arguments += _root_directory(self._toolchain.root)
        arguments += ["--perms", "0755", "--dir", LIBRARIES_DIRECTORY]
        for name, folder in self._toolchain.libraries.items():
            arguments += ["--ro-bind", str(folder), f"{LIBRARIES_DIRECTORY}/{name}"]
        arguments += ["--tmpfs", CGROUP_MOUNT]
        for name, directory in group.visible.items():
            arguments += ["--bind", str(directory), f"{CGROUP_MOUNT}/{name}"]
        arguments += ["--remount-ro", CGROUP_MOUNT]
        for path, fd in data_fds.items():
            arguments += ["--perms", "0444", "--ro-bind-data", str(fd), path]
        arguments += ["--remount-ro", "/", "--seccomp", str(filter_fd), "--chdir", "/"]
        return [*arguments, *bundle.command(self._toolchain.python, BUNDLE)]


def bubblewrap_toolchain(settings: SandboxSettings) -> Toolchain:
    """Return the toolchain that the settings ask for. Raises BackendUnavailable."""
    if settings.root_directory is None:
        return host_toolchain(settings.python).with_own_libraries()
    return directory_toolchain(settings.root_directory, settings.python).with_own_libraries()


def _of_languages(etc: Path) -> Iterator[str]:
    """Yield what the languages' toolchains read below /etc."""
    for pattern in sorted({pattern for language in LANGUAGES.values() for pattern in language.etc}):
        yield from (path.name for path in sorted(etc.glob(pattern)))


def _root_directory(root: Path) -> list[str]:
    # Made by itself, /etc would be its owner's alone as root, and no candidate is that.
    arguments = ["--ro-bind", str(root / "usr"), "/usr", "--perms", "0755", "--dir", "/etc"]
    for name in OLD_DIRECTORIES:
        path = root / name
        if path.is_symlink():
            arguments += ["--symlink", str(path.readlink()), f"/{name}"]
        elif path.is_dir():
            arguments += ["--ro-bind", str(path), f"/{name}"]
    for name in (*OF_ETC, *_of_languages(root / "etc")):
        arguments += ["--ro-bind-try", str(root / "etc" / name), f"/etc/{name}"]
    arguments += ["--dir", PROGRAM_DIRECTORY, "--proc", "/proc", "--tmpfs", "/dev", "--dir", "/tmp"]  # noqa: S108 - a mount point
    for name in DEVICES:
        arguments += ["--dev-bind", f"/dev/{name}", f"/dev/{name}"]
    for name, target in (("fd", ""), ("stdin", "/0"), ("stdout", "/1"), ("stderr", "/2")):
        arguments += ["--symlink", f"/proc/self/fd{target}", f"/dev/{name}"]
    return [*arguments, "--dir", "/dev/shm", "--remount-ro", "/dev"]  # noqa: S108 - a mount point
