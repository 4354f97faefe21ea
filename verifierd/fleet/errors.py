"""What goes wrong with NATS itself."""

from __future__ import annotations


class FleetUnavailable(Exception):
    """NATS cannot be reached or used; the message says which server, why and what to do."""


class UnreadableMessage(Exception):
    """A message of the fleet says what this version does not understand, or is damaged."""


class BlobMissing(Exception):
    """The object store does not have, or not as it was, what a message names."""
