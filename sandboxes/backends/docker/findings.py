"""What `verifierd doctor` looks at for the docker backend."""

from __future__ import annotations

from ... import cgroups
from ...findings import LIMIT, Finding
from ...instance import instance_name
from ...settings import LIMIT_NAMES, SandboxSettings
from ..base import BackendUnavailable
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
        return found
    finally:
        engine.close()


def _image(engine: Engine, settings: SandboxSettings) -> Finding:
    try:
        toolchain = find_image(engine, settings)
    except BackendUnavailable as reason:
        return Finding("toolchain image", False, reason.why, reason.remedy, required=True)
    versions = ", ".join(f"{name} {version}" for name, version in toolchain.versions.items())
    detail = f"{settings.docker.image}: {versions}, {toolchain.digest}"
    return Finding("toolchain image", True, detail, "", required=True)


def _runtime(facts: EngineFacts, settings: SandboxSettings) -> Finding:
    try:
        return Finding("container runtime", True, find_runtime(facts, settings), "", required=True)
    except BackendUnavailable as reason:
        return Finding("container runtime", False, reason.why, reason.remedy, required=True)


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
