"""What a backend is: a maker of containers with a supervisor inside."""

from __future__ import annotations

from typing import Protocol

from ..sandbox import Sandbox


class Backend(Protocol):
    """Makes sandboxes; one instance serves a worker for its whole life."""

    name: str

    async def start(self) -> None:
        """Make ready and remove what a killed predecessor left. Raises BackendUnavailable."""

    async def create(self, cpu: int | None = None) -> Sandbox:
        """Make a sandbox, on this CPU alone if one is given, and wait until it takes jobs.

        Raises SandboxError.
        """

    async def close(self) -> None:
        """Remove what `start` made; every sandbox is closed before."""


class BackendUnavailable(Exception):
    """This host cannot run the backend; the message says why, and what to do where `remedy` does not."""

    def __init__(self, why: str, remedy: str = "") -> None:
        super().__init__(f"{why}; {remedy}" if remedy else why)
        self.why = why
        self.remedy = remedy
