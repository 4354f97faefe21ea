"""What takes minutes and is the same whoever the daemon is runs once, unless everywhere is asked for."""

from __future__ import annotations

import os

import pytest

EVERYWHERE = "TEST_EVERYWHERE"
ONCE = pytest.mark.skip(reason=f"as where the daemon is root; {EVERYWHERE}=1 runs it here, too")


def skip_on_a_second_backend(item: pytest.Item) -> None:
    """Skip the test where the daemon is an unprivileged user's."""
    if "[bubblewrap-user" in item.name and not os.environ.get(EVERYWHERE):
        item.add_marker(ONCE)
