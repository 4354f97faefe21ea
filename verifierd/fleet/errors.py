"""What goes wrong with NATS itself."""

from __future__ import annotations


class FleetUnavailable(Exception):
    """NATS cannot be reached or used; the message says which server, why and what to do."""
