"""Every test here that asks for `service` or `verifier` runs once on each backend of this host."""

from __future__ import annotations

import pytest

from tests.support.once import skip_on_a_second_backend
from tests.support.services import service, verifier

__all__ = ["leaves_nothing_behind", "service", "verifier"]


# It sends each program twice more, alone and among others.
REPEATED = "test_sending_a_program_again_and_stopping_early_changes_nothing"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if item.name.startswith(REPEATED):
            skip_on_a_second_backend(item)


@pytest.fixture(autouse=True)
def leaves_nothing_behind(request: pytest.FixtureRequest) -> None:
    """Watch as everywhere, but not around the session's daemon: it replaces sandboxes when it likes.

    A suite that attacks it compares counts instead.
    """
    if "service" not in request.fixturenames:
        request.getfixturevalue("leaves_nothing_behind")
