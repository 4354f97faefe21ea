"""Every test here that asks for `service` or `verifier` runs once on each backend of this host."""

from tests.support.services import service, verifier

__all__ = ["service", "verifier"]
