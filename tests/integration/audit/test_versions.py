"""A store goes from each version of its tables to the newest and back, and every record goes with it."""

from __future__ import annotations

from itertools import pairwise

import pytest
import sqlalchemy as sa

from tests.support.entries import begun, judged
from verifierd.audit import schema
from verifierd.audit.appending import append, prepare
from verifierd.audit.entries import Entry
from verifierd.audit.errors import SchemaTooNew, StoreUnavailable
from verifierd.audit.migrating import known_versions, version_of
from verifierd.audit.ownership import own, share
from verifierd.audit.store import Store, StoreSettings, looked_at, open_store
from verifierd.audit.verifying import verify_records
from verifierd.audit.versions import Versions, roll_back, versions
from verifierd.audit.wrong_input import NoSuchVersion

NEWEST = schema.SCHEMA_VERSION
OLDER = sorted(known_versions() - {NEWEST})
FILLED = 20


@pytest.fixture
def filled(store: Store, store_settings: StoreSettings) -> StoreSettings:
    """A store with a batch and its candidates, which nobody has open."""
    with store.writing() as connection:
        entries: list[Entry] = [
            begun(is_durable=True),
            *(judged(position=position) for position in range(FILLED)),
        ]
        append(connection, store.blobs, [prepare(entry) for entry in entries])
    store.close()
    return store_settings


def records(settings: StoreSettings) -> list[tuple[int, bytes]]:
    """The chain: every record's number and hash."""
    with looked_at(settings) as store, store.reading() as connection:
        wanted = sa.select(schema.RECORDS.c.sequence, schema.RECORDS.c.hash)
        return [
            (sequence, bytes(digest)) for sequence, digest in connection.execute(wanted.order_by("sequence"))
        ]


@pytest.mark.parametrize("older", OLDER)
def test_a_store_goes_back_and_forward_and_keeps_every_record(filled: StoreSettings, older: str) -> None:
    before = records(filled)
    assert len(before) == 1 + FILLED
    assert roll_back(filled, older) == Versions(older)
    assert versions(filled) == Versions(older)
    assert records(filled) == before
    newer = open_store(filled)  # as the newer daemon's next start does
    try:
        assert verify_records(newer).holds
    finally:
        newer.close()
    assert records(filled) == before
    assert versions(filled) == Versions(NEWEST)


def test_each_version_can_be_gone_back_to_from_the_next(filled: StoreSettings) -> None:
    for newer, older in pairwise(sorted(known_versions(), reverse=True)):
        assert versions(filled).found == newer
        assert roll_back(filled, older).found == older


def test_an_older_program_goes_on_writing_after_a_newer_one_brought_the_tables_up_to_date(
    filled: StoreSettings,
) -> None:
    """As while front ends are replaced one by one: the older ones name the columns that they know."""
    roll_back(filled, OLDER[0])
    with looked_at(filled) as store, store.reading() as connection:
        known = [column["name"] for column in sa.inspect(connection).get_columns("batches")]
    open_store(filled).close()
    taken = {"id": "'of-the-older'", "sequence": "10000", "request_id": "'another'"}
    written = ", ".join(taken.get(name, name) for name in known)
    with looked_at(filled) as store, store.writing() as connection:
        connection.execute(
            sa.text(f"INSERT INTO batches ({', '.join(known)}) SELECT {written} FROM batches")  # noqa: S608
        )
        assert connection.scalar(sa.select(sa.func.count()).select_from(schema.BATCHES)) == 2


@pytest.mark.parametrize("version", [NEWEST, "9999", "", "base", "head", "-1"])
def test_there_is_no_way_back_to_what_is_no_older_version(filled: StoreSettings, version: str) -> None:
    with pytest.raises(NoSuchVersion, match=rf"not one before {NEWEST}.*{OLDER[0]}"):
        roll_back(filled, version)
    assert versions(filled) == Versions(NEWEST)


@pytest.mark.usefixtures("impatient")
def test_tables_stay_while_a_daemon_is_at_them_unless_it_is_an_older_one(filled: StoreSettings) -> None:
    at_it = open_store(filled)
    owned = share(at_it, "front-1") if at_it.is_postgresql else own(at_it)
    try:
        with pytest.raises(StoreUnavailable, match=r"verifierd process \d+ .*--beside-older"):
            roll_back(filled, OLDER[0])
        assert versions(filled) == Versions(NEWEST)
        assert roll_back(filled, OLDER[0], beside_older=True) == Versions(OLDER[0])
    finally:
        owned.close()
        at_it.close()


def test_a_store_that_is_newer_than_the_program_is_refused(filled: StoreSettings) -> None:
    with looked_at(filled) as store, store.writing() as connection:
        connection.execute(sa.text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(SchemaTooNew):
        roll_back(filled, OLDER[0])


def test_looking_makes_no_store_and_changes_none(store_settings: StoreSettings) -> None:
    with pytest.raises(StoreUnavailable):
        versions(store_settings)
    made = open_store(store_settings)
    with made.reading() as connection:
        assert version_of(connection) == NEWEST
    made.close()
    assert versions(store_settings) == Versions(NEWEST)
