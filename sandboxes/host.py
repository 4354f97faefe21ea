"""Look at the host: which walls and limits it gives, and what to do about those it does not."""

from __future__ import annotations

import ctypes.util
import os
import platform
import pwd
import shutil
import subprocess
import sys
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from . import cgroups
from .backends.base import BackendUnavailable
from .backends.choice import find_toolchain
from .backends.docker.backend import DockerBackend
from .backends.docker.findings import docker_findings
from .findings import HOST_KERNEL, LIMIT, OWN_UID, RUNTIME, Finding, HostReport
from .inside import linux
from .instance import instance_name
from .languages import LANGUAGES
from .python import CHOICES, WANTED
from .settings import LIMIT_NAMES, SandboxSettings
from .toolchain import Toolchain

PROBE_SECONDS = 20.0
APPARMOR_SWITCH = Path("/proc/sys/kernel/apparmor_restrict_unprivileged_userns")
NAMESPACE_SWITCHES = (
    Path("/proc/sys/kernel/unprivileged_userns_clone"),
    Path("/proc/sys/user/max_user_namespaces"),
)
GO_WITHOUT = (
    f"VERIFIERD_SANDBOX__ALLOW_UNENFORCED={','.join(sorted(LIMIT_NAMES))} needs no privileges, at a price: "
    "memory is then bounded for each process alone, CPU time seen in clock ticks and peak memory by samples"
)


def examine(settings: SandboxSettings) -> HostReport:
    """Examine this host for the backend of the settings; makes and removes a container and a cgroup."""
    looks: tuple[Callable[[SandboxSettings], list[Finding]], ...]
    if settings.backend == DockerBackend.name:
        looks = (_libseccomp, docker_findings, _clock)
    else:
        looks = (_kernel, _bubblewrap, _libseccomp, _python, _container, _identity, _limits, _clock)
    findings = [finding for look in looks for finding in look(settings)]
    toolchain = _toolchain(settings)
    if toolchain is not None:
        findings.append(_languages(toolchain))
    runtimes = [each.detail for each in findings if each.what == RUNTIME and each.ok]
    return HostReport(tuple(findings), toolchain, "/".join([settings.backend, *runtimes]))


def _toolchain(settings: SandboxSettings) -> Toolchain | None:
    with suppress(BackendUnavailable):
        return find_toolchain(settings)
    return None


def _languages(toolchain: Toolchain) -> Finding:
    """Say which languages are here; one that is not keeps nothing else from running."""
    absent = [each for each in LANGUAGES.values() if each.name not in toolchain.versions]
    here = ", ".join(f"{name} {version}" for name, version in toolchain.versions.items())
    lacking = f"; absent: {', '.join(each.name for each in absent)}" if absent else ""
    remedy = "; ".join(f"{each.name}: {each.install_command}" for each in absent)
    return Finding("languages", not absent, f"{here}{lacking}", remedy, required=False)


def _kernel(_: SandboxSettings) -> list[Finding]:
    ok = sys.platform == "linux" and linux.SYS_CLONE is not None
    detail = f"{platform.system()} {platform.release()} on {platform.machine()}"
    return [Finding("Linux on x86_64 or aarch64", ok, detail, "run verifierd on such a host", required=True)]


def _bubblewrap(_: SandboxSettings) -> list[Finding]:
    path = shutil.which("bwrap")
    detail = _output([path, "--version"])[1] if path else "bwrap is not on the PATH"
    return [Finding("bubblewrap", path is not None, detail, "sudo apt-get install bubblewrap", required=True)]


def _libseccomp(_: SandboxSettings) -> list[Finding]:
    name = ctypes.util.find_library("seccomp")
    detail = name or "libseccomp.so is not installed"
    return [
        Finding("libseccomp", name is not None, detail, "sudo apt-get install libseccomp2", required=True)
    ]


def _python(settings: SandboxSettings) -> list[Finding]:
    what = "Python for candidates"
    try:
        toolchain = find_toolchain(settings)
    except BackendUnavailable as reason:
        remedy = reason.remedy or (
            f"let the setting sandbox.python name {WANTED}, or leave it unset"
            if settings.python
            else "sudo apt-get install python3"
        )
        return [Finding(what, False, reason.why, remedy, required=True)]
    where = f"the image {toolchain.digest}" if toolchain.digest else "the host's own /usr, read-only"
    detail = f"{toolchain.versions['python']} at {toolchain.python} of {where}"
    return [Finding(what, True, detail, "", required=True)]


def _container(_: SandboxSettings) -> list[Finding]:
    """Make a container as the backend does, and try each namespace in it."""
    path = shutil.which("bwrap")
    if path is None:
        return []
    arguments = [
        path,
        "--ro-bind",
        "/",
        "/",
        "--unshare-pid",
        "--unshare-net",
        "--unshare-ipc",
        "--proc",
        "/proc",
    ]
    if os.getuid() != 0:
        arguments += ["--unshare-user", "--uid", "0", "--gid", "0"]
    arguments += ["--cap-add", "CAP_SYS_ADMIN", "--tmpfs", "/tmp"]  # noqa: S108 - inside the container
    arguments += [
        str(next((path for path in CHOICES if Path(path).exists()), sys.executable)),
        "-I",
        "-S",
        "-c",
    ]
    ok, detail = _output([*arguments, "print('user, PID, mount, IPC and network namespaces')"])
    return [
        Finding("container without privileges", ok, detail, "" if ok else _namespace_remedy(), required=True)
    ]


def _namespace_remedy() -> str:
    if APPARMOR_SWITCH.exists() and APPARMOR_SWITCH.read_text().strip() == "1":
        return "let bubblewrap make user namespaces: sudo apparmor_parser -r deploy/host/apparmor-bwrap"
    for switch in NAMESPACE_SWITCHES:
        if switch.exists() and switch.read_text().strip() == "0":
            name = ".".join(switch.parts[3:])
            return f"allow user namespaces: sudo sysctl -w {name}={1 if 'clone' in name else 15000}"
    return "inside a container of your own, allow it user namespaces and an unmasked /proc"


def _identity(_: SandboxSettings) -> list[Finding]:
    if os.getuid() == 0:
        detail = (
            "root: the sandbox's ids are a range that nothing on the host uses, a fresh one each candidate"
        )
    else:
        detail = (
            f"user {os.getuid()}: candidates share your uid; PID namespaces alone keep them from one another"
        )
    return [
        Finding(OWN_UID, os.getuid() == 0, detail, "run as root", required=False),
        HOST_KERNEL,
    ]


def _limits(settings: SandboxSettings) -> list[Finding]:
    """Make this worker's cgroups for a moment; without one, only what is allowed by name may go."""
    root = cgroups.root_name(settings.cgroup_root)
    try:
        hierarchy = cgroups.find_hierarchy(root, f"{instance_name()}-examined")
        kind = {"cgroup1": "cgroup v1", "cgroup2": "cgroup v2"}[hierarchy.meters]
        for directory in hierarchy.directories:
            cgroups.remove_tree(directory)
        return [Finding(f"{LIMIT}{name}", True, kind, "", required=True) for name in sorted(LIMIT_NAMES)]
    except cgroups.CgroupUnavailable as reason:
        remedy = f"{_delegation_remedy()}; or go without: {GO_WITHOUT}"
        findings = []
        for name in sorted(LIMIT_NAMES):
            allowed = name in settings.unenforced_limits_allowed
            detail = f"{reason}{' (allowed by sandbox.allow_unenforced)' if allowed else ''}"
            findings.append(Finding(f"{LIMIT}{name}", False, detail, remedy, required=not allowed))
        return findings


def _delegation_remedy() -> str:
    if os.getuid() == 0:
        return "mount cgroups writable, with the memory, pids and cpu controllers"
    try:
        user = pwd.getpwuid(os.getuid()).pw_name
    except KeyError:
        return f"give user id {os.getuid()} a name in /etc/passwd, then run `verifierd doctor` again"
    return f"in the shell that starts verifierd: sudo {sys.executable} -m sandboxes.delegate {user} $$"


def _clock(_: SandboxSettings) -> list[Finding]:
    load, cores = os.getloadavg()[0], os.cpu_count() or 1
    detail = f"load {load:.1f} on {cores} cores"
    remedy = "other work competes for the CPUs; verdicts stay right, throughput falls"
    return [Finding("idle CPUs", load < cores, detail, remedy, required=False)]


def _output(command: list[str]) -> tuple[bool, str]:
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=PROBE_SECONDS, check=False)
    except (OSError, subprocess.SubprocessError) as error:
        return False, str(error)
    return done.returncode == 0, (done.stdout or done.stderr).strip()
