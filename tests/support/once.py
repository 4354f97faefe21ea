"""What takes minutes and is the same whoever the daemon is runs once, unless everywhere is asked for."""

from __future__ import annotations

import os

import pytest

from tests.support.backends import FLEET

EVERYWHERE = "TEST_EVERYWHERE"
ONCE = pytest.mark.skip(reason=f"as where one daemon is root; {EVERYWHERE}=1 runs it here, too")
# Where in a test's name it says so.
A_USERS, A_FLEETS = "[bubblewrap-user", f"[{FLEET.name}"


def skip_on_a_second_backend(item: pytest.Item) -> None:
    """Skip the test where the daemon is an unprivileged user's, or a fleet."""
    _skip_on(item, A_USERS, A_FLEETS)


def skip_in_a_fleet(item: pytest.Item) -> None:
    """Skip the test where the daemon is a front end with a worker."""
    _skip_on(item, A_FLEETS)


def _skip_on(item: pytest.Item, *backends: str) -> None:
    if any(each in item.name for each in backends) and not os.environ.get(EVERYWHERE):
        item.add_marker(ONCE)
