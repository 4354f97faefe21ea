"""The daemon: its parts put together, started, kept running and ended in good order."""

from verifierd.daemon.lifecycle import Daemon
from verifierd.daemon.starting import HostUnusable, StartFailed

__all__ = ["Daemon", "HostUnusable", "StartFailed"]
