"""Every test that asks for `service` or `verifier` runs once on each backend of this host, and in a fleet."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.conformance.exceptions import exception_of
from tests.support.backends import BACKENDS, FLEET, Service
from tests.support.once import skip_in_a_fleet, skip_on_a_second_backend
from tests.support.services import served, verifier

__all__ = ["verifier"]

# What a language's own harness does is the same whoever the daemon is, and compiling takes minutes.
HARNESSES = ("test_asserts_in_languages.py", "test_calls.py", "test_calls_in_c.py")

# What a worker's sandboxes do is the same whether its work came through NATS or not.
SANDBOXES = (
    "test_cpu_time.py",
    "test_heavyweights.py",
    "test_languages.py",
    "test_peak_memory.py",
    "test_reset.py",
)


@pytest.fixture(scope="session", params=[*BACKENDS, FLEET], ids=lambda backend: backend.name)
def service(request: pytest.FixtureRequest) -> Iterator[Service]:
    """A daemon on one backend, or a front end with a worker; a test that asks for it runs once for each."""
    yield from served(request.param)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        unlike = exception_of(item.name) if "conformance" in item.path.parts else None
        if unlike is not None:
            item.add_marker(pytest.mark.xfail(strict=not unlike.at_times, reason=unlike.why))
        if item.path.name in HARNESSES:
            skip_on_a_second_backend(item)
        if item.path.name in SANDBOXES:
            skip_in_a_fleet(item)
