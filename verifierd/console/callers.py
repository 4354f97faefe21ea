"""Who asked for a batch, in words: what gRPC tells of a caller says more of gRPC than of who calls."""

from __future__ import annotations

from urllib.parse import unquote


def caller(requested_by: str) -> str:
    """Return a caller's program and where it ran; what is not as gRPC tells it is returned as it is."""
    peer, _, agents = requested_by.partition(" ")
    kind, _, where = peer.partition(":")
    program = agents.partition(" ")[0] or "a program"
    if kind == "unix":
        return f"{program} on the daemon's machine"
    return f"{program} at {unquote(where)}" if kind in ("ipv4", "ipv6") and where else requested_by
