"""What `verifierd doctor` looks at for the docker backend."""

from __future__ import annotations

import asyncio

from ... import cgroups
from ...findings import HOST_KERNEL, LIMIT, OWN_KERNEL, OWN_UID, RUNTIME, Finding
from ...instance import instance_name
from ...model import SandboxError
from ...settings import LIMIT_NAMES, SandboxSettings
from ..base import BackendUnavailable
from .backend import DockerBackend
from .engine import Engine, EngineFacts
from .requirements import find_facts, find_image, find_runtime, why_no_cgroups

WITHOUT = (
    "or name it in sandbox.allow_unenforced: then memory and processes are held for the container as a "
    "whole, a candidate's memory by looking every 10 ms, and CPU time is seen in clock ticks"
)


def docker_findings(settings: SandboxSettings) -> list[Finding]:
    """Return the engine, the image, the runtime and the limits, as far as each can be asked."""
    engine = Engine(settings.docker.engine)
    try:
        engine.connect()
        facts = find_facts(engine)
    except BackendUnavailable as reason:
        return [Finding("Docker engine", False, reason.why, reason.remedy, required=True)]
    try:
        detail = f"{facts.version} at {engine.address}"
        found = [Finding("Docker engine", True, detail, "", required=True)]
        found.append(_image(engine, settings))
        found.append(_runtime(facts, settings))
        if found[-1].ok:
            found += _limits(engine, facts, settings)
            found += _walls(facts, find_runtime(facts, settings))
        if all(each.ok for each in found if each.required):
            found.append(_container(settings))
        return found
    finally:
        engine.close()


def _image(engine: Engine, settings: SandboxSettings) -> Finding:
    try:
        toolchain, _ = find_image(engine, settings)
    except BackendUnavailable as reason:
        return Finding("toolchain image", False, reason.why, reason.remedy, required=True)
    versions = ", ".join(f"{name} {version}" for name, version in toolchain.versions.items())
    detail = f"{settings.docker.image}: {versions}, {toolchain.digest}"
    return Finding("toolchain image", True, detail, "", required=True)


def _runtime(facts: EngineFacts, settings: SandboxSettings) -> Finding:
    try:
        return Finding(RUNTIME, True, find_runtime(facts, settings), "", required=True)
    except BackendUnavailable as reason:
        return Finding(RUNTIME, False, reason.why, reason.remedy, required=True)


def _walls(facts: EngineFacts, runtime: str) -> list[Finding]:
    if facts.is_gvisor(runtime):
        uid, kernel = "the runtime's own ids, a fresh one each candidate", "gVisor answers every system call"
        return [Finding(OWN_UID, True, uid, "", False), Finding(OWN_KERNEL, True, kernel, "", False)]
    uid = (
        "one for each sandbox, which nothing else on the host has; PID namespaces alone keep its candidates "
        "from one another"
    )
    remedy = "the runtime runsc, or the backend bubblewrap as root"
    return [Finding(OWN_UID, False, uid, remedy, False), HOST_KERNEL]


def _container(settings: SandboxSettings) -> Finding:
    """Make a sandbox as the backend does, and end it."""
    what = "container without privileges"
    try:
        asyncio.run(_try_container(settings))
    except (BackendUnavailable, SandboxError, OSError) as error:
        return Finding(what, False, str(error), _container_remedy(str(error)), required=True)
    detail = "no capability, no network, read-only root, user and PID namespaces of its own inside"
    return Finding(what, True, detail, "", required=True)


def _container_remedy(error: str) -> str:
    if "unshare" in error:
        return "let containers make user namespaces: sudo sysctl -w user.max_user_namespaces=15000"
    return "what the engine or the container said stands above; the engine's log: sudo journalctl -u docker"


async def _try_container(settings: SandboxSettings) -> None:
    backend = DockerBackend(settings)
    await backend.start()
    try:
        await (await backend.create()).close()
    finally:
        await backend.close()


def _limits(engine: Engine, facts: EngineFacts, settings: SandboxSettings) -> list[Finding]:
    reason = why_no_cgroups(engine, facts, find_runtime(facts, settings))
    kind = ""
    if reason is None:
        try:
            name = f"{instance_name()}-examined"
            hierarchy = cgroups.find_hierarchy(cgroups.root_name(settings.cgroup_root), name)
            kind = {"cgroup1": "cgroup v1", "cgroup2": "cgroup v2"}[hierarchy.meters]
            for directory in hierarchy.directories:
                cgroups.remove_tree(directory)
        except cgroups.CgroupUnavailable as unavailable:
            reason = BackendUnavailable(str(unavailable))
    if reason is None:
        return [Finding(f"{LIMIT}{name}", True, kind, "", required=True) for name in sorted(LIMIT_NAMES)]
    remedy = f"{reason.remedy}; {WITHOUT}" if reason.remedy else WITHOUT.removeprefix("or ")
    findings = []
    for name in sorted(LIMIT_NAMES):
        allowed = name in settings.unenforced_limits_allowed
        detail = f"{reason.why}{' (allowed by sandbox.allow_unenforced)' if allowed else ''}"
        findings.append(Finding(f"{LIMIT}{name}", False, detail, remedy, required=not allowed))
    return findings
