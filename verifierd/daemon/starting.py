"""What a start needs of its host and its libraries, and why it may fail."""

from __future__ import annotations

import asyncio
from importlib import import_module
from typing import Any

from sandboxes.findings import HostReport
from sandboxes.host import examine
from verifierd.config.convert import sandbox_settings
from verifierd.config.settings import Settings
from verifierd.fleet.errors import FleetUnavailable

FLEET_LIBRARY = "nats"


class StartFailed(Exception):
    """The daemon cannot start; the message says why and what to do."""


class GaveUp(Exception):
    """What was at work cannot go on; the message says why and what to do."""


class HostUnusable(StartFailed):
    """This host does not give what the sandboxes need; `report` has each finding."""

    def __init__(self, report: HostReport) -> None:
        """Name what is missing, and its remedy."""
        missing = [finding for finding in report.grouped if finding.required and not finding.ok]
        lines = [f"  {finding.what}: {finding.detail}; {finding.remedy}" for finding in missing]
        super().__init__("\n".join(["this host cannot run sandboxes:", *lines]))
        self.report = report


async def examined(settings: Settings) -> HostReport:
    """Return what this host has for sandboxes. Raises HostUnusable."""
    report = await asyncio.to_thread(examine, sandbox_settings(settings))
    if not report.usable:
        raise HostUnusable(report)
    return report


def fleet_part(name: str) -> Any:
    """Return the module of this room that needs the library of NATS. Raises FleetUnavailable without it."""
    try:
        return import_module(f"verifierd.daemon.{name}")
    except ModuleNotFoundError as error:
        if (error.name or "").partition(".")[0] != FLEET_LIBRARY:
            raise
        raise FleetUnavailable(
            "a fleet needs the client of NATS: pip install 'verifierd[jetstream]'; without it, executor.kind "
            "can be local"
        ) from None
