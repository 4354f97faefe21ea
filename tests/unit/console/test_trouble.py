"""What is missing or damaged is named where it would be, and nothing else is affected."""

from __future__ import annotations

from pathlib import Path

import pytest
import sqlalchemy as sa
from starlette.testclient import TestClient

from tests.support.console_entries import NOW_NS, usual_batch
from tests.support.consoles import app_of, empty_store, put
from verifierd.audit.schema import BLOBS, CANDIDATES, RECORDS
from verifierd.audit.store import Store

BATCH = "batch-of-trouble"


@pytest.fixture
def client(store: Store) -> TestClient:
    put(store, usual_batch(BATCH, NOW_NS - 10**12))
    return TestClient(app_of(store), raise_server_exceptions=False)


def _alter(store: Store, statement: sa.Executable) -> None:
    with store.writing() as connection:
        connection.execute(statement)


def _blob(store: Store, column: sa.Column[str], position: int) -> str:
    with store.reading() as connection:
        mine = sa.select(column).where(CANDIDATES.c.position == position)
        return str(connection.scalar(mine))


def test_without_its_source_a_candidate_keeps_its_outputs(store: Store, client: TestClient) -> None:
    blob = _blob(store, CANDIDATES.c.source_blob, 1)
    _alter(store, sa.delete(BLOBS).where(BLOBS.c.sha256 == blob))
    page = client.get(f"/batches/{BATCH}/candidates/1?test=0")
    assert page.status_code == 200
    assert f"The source cannot be read: blob {blob}" in page.text
    assert "Standard input" in page.text
    assert client.get(f"/batches/{BATCH}/candidates/1/source").status_code == 500


def test_damaged_outputs_cost_no_more_than_themselves(store: Store, client: TestClient) -> None:
    blob = _blob(store, CANDIDATES.c.outputs_blob, 1)
    _alter(store, sa.update(BLOBS).where(BLOBS.c.sha256 == blob).values(content=b"damaged"))
    page = client.get(f"/batches/{BATCH}/candidates/1")
    assert page.status_code == 200
    assert f"The outputs cannot be read: blob {blob}" in page.text
    assert "def</span>" in page.text
    assert client.get(f"/batches/{BATCH}").status_code == 200


def test_a_damaged_record_is_named(store: Store, client: TestClient) -> None:
    with store.reading() as connection:
        sequence = connection.scalar(sa.select(CANDIDATES.c.sequence).where(CANDIDATES.c.position == 3))
    _alter(store, sa.update(RECORDS).where(RECORDS.c.sequence == sequence).values(body=b"damaged"))
    page = client.get(f"/batches/{BATCH}/candidates/3")
    assert page.status_code == 500
    assert f"record {sequence} of the audit store is damaged" in page.text
    assert client.get(f"/batches/{BATCH}/candidates/2").status_code == 200


def test_a_store_that_is_gone_is_said_to_be_and_is_seen_when_it_is_back(tmp_path: Path) -> None:
    store = empty_store(tmp_path)
    client = TestClient(app_of(store))
    file = tmp_path / "audit.db"
    store.close()
    aside = file.rename(tmp_path / "aside.db")
    file.mkdir()
    page = client.get("/")
    assert page.status_code == 503
    assert "The audit store cannot be read" in page.text
    file.rmdir()
    aside.rename(file)
    assert client.get("/").status_code == 200
    store.close()


def test_a_fault_of_ours_says_so_and_keeps_the_policy(
    client: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise RuntimeError("a secret detail")

    monkeypatch.setattr("verifierd.audit.queries.problems", fail)
    page = client.get("/problems")
    assert page.status_code == 500
    assert "a fault of verifierd (RuntimeError)" in page.text
    assert "secret" not in page.text
    assert "default-src 'none'" in page.headers["Content-Security-Policy"]
