"""Every test here that asks for `service` or `verifier` runs once on each backend of this host."""

from __future__ import annotations

import pytest

from tests.support.services import service, verifier

__all__ = ["leaves_nothing_behind", "service", "verifier"]


@pytest.fixture(autouse=True)
def leaves_nothing_behind(request: pytest.FixtureRequest) -> None:
    """Watch as everywhere, but not around the session's daemon: it replaces sandboxes when it likes.

    A suite that attacks it compares counts instead.
    """
    if "service" not in request.fixturenames:
        request.getfixturevalue("leaves_nothing_behind")
