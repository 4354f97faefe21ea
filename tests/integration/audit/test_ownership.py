"""One process at a time owns a store's batches, or front ends share them; it is known which."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from tests.support.stores import REPOSITORY
from verifierd.audit.errors import StoreInUse, StoreUnavailable
from verifierd.audit.ownership import gone, own, share
from verifierd.audit.store import Store, StoreSettings, open_store

OWNING = """
import sys
from verifierd.audit.ownership import gone, own, share
from verifierd.audit.store import StoreSettings, open_store
owned = own(open_store(StoreSettings(sys.argv[1], sys.argv[2])))
print("owned", flush=True)
sys.stdin.read()
"""


@pytest.mark.usefixtures("impatient")
def test_a_store_has_one_owner_at_a_time(store: Store, store_settings: StoreSettings) -> None:
    other = open_store(store_settings)
    owned = own(store)
    assert owned.holds()
    name = f"verifierd process {os.getpid()} on {os.uname().nodename[:20]}"
    with pytest.raises(StoreInUse, match=name) as refused:
        own(other)
    assert refused.value.session == owned.session
    assert bool(owned.session) == store.is_postgresql
    owned.close()
    own(other).close()
    own(store).close()
    other.close()


def test_a_store_that_is_opened_by_a_link_is_the_same_store(tmp_path: Path) -> None:
    """Its one owner is asked for, and its blobs are there."""
    store = open_store(StoreSettings(str(tmp_path / "audit.db")))
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "elsewhere" / "link.db").symlink_to(tmp_path / "audit.db")
    linked = open_store(StoreSettings(str(tmp_path / "elsewhere" / "link.db")))
    owned = own(store)
    with pytest.raises(StoreInUse):
        own(linked)
    owned.close()
    assert linked.blobs.files.where == store.blobs.files.where
    linked.close()
    store.close()


def test_what_a_killed_process_owned_is_free(store: Store, store_settings: StoreSettings) -> None:
    """At once: a daemon that starts again does not wait for a server to notice that its predecessor died."""
    blobs = store_settings.blobs or f"{store_settings.database}.blobs"
    with subprocess.Popen(
        [sys.executable, "-c", OWNING, store_settings.database, blobs],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        cwd=REPOSITORY,
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "owned\n"
        process.kill()
        process.wait()
        own(store).close()


def test_an_owner_whose_server_forgot_it_does_not_hold(store: Store) -> None:
    if not store.is_postgresql:
        pytest.skip("a file's lock lasts as long as its process")
    owned = own(store)
    with store.writing() as connection:
        kill = "SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory'"
        connection.execute(sa.text(kill))
    assert not owned.holds()
    own(store).close()
    owned.close()


@pytest.mark.usefixtures("impatient")
def test_a_server_that_goes_away_while_it_is_asked_who_owns_the_store_is_unavailable(
    store: Store, store_settings: StoreSettings
) -> None:
    if not store.is_postgresql:
        pytest.skip("there is no server that could go away")
    other = open_store(store_settings)
    owned = own(store)

    @sa.event.listens_for(other.engine, "before_cursor_execute")
    def cut(connection: sa.Connection, cursor: Any, statement: str, *_: Any) -> None:
        if "application_name" in statement:
            with store.writing() as administrator:
                pid = cursor.connection.info.backend_pid
                administrator.execute(sa.select(sa.func.pg_terminate_backend(pid)))

    with pytest.raises(StoreUnavailable) as refused:
        own(other)
    assert not isinstance(refused.value, StoreInUse)
    owned.close()
    own(other).close()
    other.close()


@pytest.mark.usefixtures("impatient")
def test_an_owner_that_leaves_while_it_is_asked_for_its_name_is_in_nobody_s_way(
    store: Store, store_settings: StoreSettings
) -> None:
    if not store.is_postgresql:
        pytest.skip("a file's lock is waited for by nobody")
    other = open_store(store_settings)
    owned = own(store)

    @sa.event.listens_for(other.engine, "before_cursor_execute")
    def leave(connection: sa.Connection, cursor: Any, statement: str, *_: Any) -> None:
        if "application_name" in statement:
            owned.close()

    took = own(other)
    assert took.holds()
    took.close()
    other.close()


@pytest.mark.usefixtures("impatient")
def test_front_ends_share_a_store_and_who_would_be_alone_is_kept_out(
    store: Store, store_settings: StoreSettings
) -> None:
    if not store.is_postgresql:
        pytest.skip("a file is not shared")
    alone, other = open_store(store_settings), open_store(store_settings)
    shared = [share(store, "a"), share(other, "b")]
    assert all(each.holds() for each in shared)
    with pytest.raises(StoreInUse):
        own(alone)
    for each in shared:
        each.close()
    owned = own(alone)
    with pytest.raises(StoreInUse) as refused:
        share(store, "a")
    assert refused.value.session == owned.session
    owned.close()
    share(store, "a").close()
    alone.close()
    other.close()


def test_a_front_end_is_gone_when_its_session_is(store: Store, store_settings: StoreSettings) -> None:
    if not store.is_postgresql:
        pytest.skip("a file is not shared")
    other = open_store(store_settings)
    a, b = share(store, "a"), share(other, "b")
    assert gone(store, ["a", "b", "c", ""]) == {"c", ""}
    b.close()
    assert gone(store, ["a", "b"]) == {"b"}
    with store.writing() as connection:
        kill = "SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory'"
        connection.execute(sa.text(kill))
    assert not a.holds()
    assert gone(store, ["a", "b"]) == {"a", "b"}
    again = share(store, "a")
    assert gone(other, ["a", "b"]) == {"b"}
    again.close()
    a.close()
    other.close()


def test_a_file_is_refused_to_front_ends_that_would_share_it(tmp_path: Path) -> None:
    store = open_store(StoreSettings(str(tmp_path / "audit.db")))
    what_to_do = "set audit.database to postgresql://USER@HOST/DATABASE, or executor.kind to local"
    with pytest.raises(StoreUnavailable, match=re.escape(what_to_do)):
        share(store, "a")
    store.close()
