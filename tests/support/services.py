"""Fixtures for tests that meet the service on every backend that this host can run."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.support.backends import BACKENDS, Backend, Service, serving, why_not
from verifierd_client import Verifier


@pytest.fixture(scope="session", params=BACKENDS, ids=lambda backend: backend.name)
def service(request: pytest.FixtureRequest) -> Iterator[Service]:
    """A daemon on one backend; a test that asks for it runs once for each."""
    yield from served(request.param)


def served(backend: Backend) -> Iterator[Service]:
    """Run a daemon on a backend, for a fixture; skip its test where this host cannot."""
    if reason := why_not(backend):
        pytest.skip(f"{backend.name}: {reason}")
    with serving(backend) as service:
        yield service


@pytest.fixture(scope="session")
def verifier(service: Service) -> Iterator[Verifier]:
    with Verifier(service.address) as verifier:
        yield verifier
