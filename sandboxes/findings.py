"""What was found on the host: each fact with what to do about it where it is not as it should be."""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import groupby

from .toolchain import Toolchain

LIMIT = "limit: "
OWN_UID = "a uid of its own for each candidate"
RUNTIME = "container runtime"
OWN_KERNEL = "a kernel of its own"


@dataclass(frozen=True, slots=True)
class Finding:
    """One fact of the host. `required` findings that are not ok keep the backend from running."""

    what: str
    ok: bool
    detail: str
    remedy: str
    required: bool


HOST_KERNEL = Finding(
    OWN_KERNEL,
    False,
    "candidates make system calls to the host's kernel, through two filters",
    "the backend docker with the runtime runsc (gVisor)",
    required=False,
)


@dataclass(frozen=True, slots=True)
class HostReport:
    """Every finding of one examination, and the toolchain where one was found."""

    findings: tuple[Finding, ...]
    toolchain: Toolchain | None = None
    backend: str = ""  # its full name, as results have it

    @property
    def usable(self) -> bool:
        """Whether the backend can run here with the settings examined."""
        return all(finding.ok for finding in self.findings if finding.required)

    @property
    def grouped(self) -> tuple[Finding, ...]:
        """The findings, neighbours that lack the same for the same reason as one."""
        alike = groupby(self.findings, key=lambda each: each.what if each.ok else replace(each, what=""))
        groups = (list(group) for _, group in alike)
        return tuple(replace(each[0], what=_together([one.what for one in each])) for each in groups)


def _together(names: list[str]) -> str:
    """Return the names of findings as one: `limit: cpu` and `limit: memory` are `limit: cpu, memory`."""
    return ", ".join([names[0], *(name.removeprefix(LIMIT) for name in names[1:])])
