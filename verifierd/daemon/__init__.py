"""The daemon: its parts put together, started, kept running and ended in good order."""

from verifierd.daemon.lifecycle import Daemon
from verifierd.daemon.starting import GaveUp, HostUnusable, StartFailed

__all__ = ["Daemon", "GaveUp", "HostUnusable", "StartFailed"]
