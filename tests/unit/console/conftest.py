"""A console over a filled store, and one over an empty one, asked without a network."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from starlette.testclient import TestClient

from tests.support.consoles import app_of, empty_store, fill
from verifierd.audit.store import Store


@pytest.fixture(scope="session")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    store = empty_store(tmp_path_factory.mktemp("filled"))
    fill(store)
    yield store
    store.close()


@pytest.fixture(scope="session")
def client(filled: Store) -> TestClient:
    return TestClient(app_of(filled))
