"""Why telemetry cannot be had as the settings want it; each says what to do."""

from __future__ import annotations


class TelemetryError(Exception):
    """The root of all of these."""


class CannotListen(TelemetryError):
    """The endpoint's address is malformed, taken or not allowed."""


class TracingNotInstalled(TelemetryError):
    """Traces are wanted, and the libraries that send them are not there."""

    def __init__(self, library: str) -> None:
        """Name the first library that is missing."""
        super().__init__(
            f"telemetry.traces needs {library}: pip install 'verifierd[tracing]', or leave the setting empty"
        )
