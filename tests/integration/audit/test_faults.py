"""Whatever happens to the store while it is written: nothing is lost, and it goes on by itself."""

from __future__ import annotations

import asyncio
import os
import random
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import sqlalchemy as sa

from tests.support.blob_places import IN_FOLDER_AND_S3
from tests.support.entries import begun, judged
from tests.support.postgres import Postgres
from tests.support.stores import REPOSITORY, sequences_of_whole_chain
from tests.support.writing import QUICK, until, writing
from verifierd.audit import reading
from verifierd.audit import store as stores
from verifierd.audit.appending import append, lock_head, prepare
from verifierd.audit.entries import Asker, CancelAsked
from verifierd.audit.errors import StoreTrouble, StoreUnavailable
from verifierd.audit.schema import CHAIN_HEAD
from verifierd.audit.store import Store, StoreSettings, open_store
from verifierd.audit.writer import Writer

NOISE = random.Random(8)


def noise(size_bytes: int) -> str:
    """Return a program that compression makes no smaller than half."""
    return NOISE.randbytes(size_bytes // 2).hex()


def positions(store: Store) -> list[int]:
    return [each.position for each in reading.candidates_of(store, "batch")]


@pytest.mark.anyio
@pytest.mark.usefixtures("impatient")
async def test_a_locked_store_is_waited_for_and_said_to_be_locked(store: Store) -> None:
    async with writing(store) as writer:
        await writer.committed(begun())
        with store.writing() as connection:
            connection.execute(sa.update(CHAIN_HEAD).values(sequence=CHAIN_HEAD.c.sequence))
            waiting = asyncio.create_task(writer.committed(judged(0)))
            await until(lambda: writer.trouble is not None)
            assert "cannot be written: another program has locked it" in str(writer.trouble)
            assert not waiting.done()
            connection.rollback()
        assert await waiting == (2,)
        assert writer.trouble is None
    assert await asyncio.to_thread(positions, store) == [0]


@pytest.mark.anyio
@pytest.mark.usefixtures("impatient")
async def test_a_writer_that_closes_amid_trouble_says_what_was_lost(store: Store) -> None:
    writer = Writer(store, QUICK)
    writer.start()
    await writer.committed(begun())
    with store.writing() as connection:
        connection.execute(sa.update(CHAIN_HEAD).values(sequence=CHAIN_HEAD.c.sequence))
        waiting = asyncio.create_task(writer.committed(judged(0)))
        await asyncio.sleep(0)
        await writer.put(judged(1))
        counts = await writer.close(within_s=0.2)
        connection.rollback()
    assert counts.lost == 2
    with pytest.raises(StoreTrouble, match="another program has locked it"):
        await waiting
    assert await asyncio.to_thread(sequences_of_whole_chain, store) == [1]


@pytest.mark.anyio
async def test_a_commit_whose_answer_was_lost_is_not_made_twice(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    real, losses = store.writing, iter([True, False, True])

    @contextmanager
    def losing() -> Iterator[sa.Connection]:
        with real() as connection:
            yield connection
        if next(losses, False):
            raise StoreTrouble("the connection broke once it was committed")

    monkeypatch.setattr(store, "writing", losing)
    async with writing(store) as writer:
        assert await writer.committed(begun(), judged(0)) == (1, 2)
        assert await writer.committed(CancelAsked("batch", 9, Asker(), "enough")) == (3,)
    assert next(losses, None) is None
    assert await asyncio.to_thread(sequences_of_whole_chain, store) == [1, 2, 3]


@pytest.fixture
def on_small_disk() -> Iterator[Store]:
    """A store on a file system of four megabytes, half of it taken by a file `ballast`."""
    if os.geteuid() != 0:
        pytest.skip("only root may mount a small file system")
    with tempfile.TemporaryDirectory(prefix="small-store-") as folder:
        options = ["-t", "tmpfs", "-o", "size=4m", "tmpfs"]
        made = subprocess.run(["mount", *options, folder], capture_output=True, text=True, check=False)
        if made.returncode != 0:
            pytest.skip(f"this host allows no mounts: {made.stderr.strip()}")
        try:
            (Path(folder) / "ballast").write_bytes(bytes(2 << 20))
            store = open_store(StoreSettings(f"{folder}/audit.db"))
            yield store
            store.close()
        finally:
            subprocess.run(["umount", "--lazy", folder], check=True)


@pytest.mark.anyio
@pytest.mark.parametrize("size_bytes", [12_000, 300_000], ids=["in the database", "in files"])
async def test_a_full_disk_holds_the_writer_up_and_nothing_is_lost(
    on_small_disk: Store, size_bytes: int
) -> None:
    store = on_small_disk
    async with writing(store) as writer:
        await writer.committed(begun())
        for given in range(1, 1000):
            entry = judged(given - 1, source=noise(size_bytes), tests=1)
            last = asyncio.create_task(writer.committed(entry))
            await until(lambda done=last.done: done() or writer.trouble is not None)  # type: ignore[misc]
            if writer.trouble is not None:
                break
        assert writer.trouble is not None
        assert re.search("disk is full|No space left on device|is full or is gone", writer.trouble)
        committed = await asyncio.to_thread(positions, store)
        assert committed == list(range(len(committed)))
        Path(store.where).with_name("ballast").unlink()
        assert await last == (given + 1,)
        assert not writer.trouble
    assert await asyncio.to_thread(positions, store) == list(range(given))
    assert len(await asyncio.to_thread(sequences_of_whole_chain, store)) == given + 1


@pytest.fixture
def in_own_postgres(own_postgres: Postgres, tmp_path: Path) -> Iterator[Store]:
    store = open_store(StoreSettings(own_postgres.new_database(), str(tmp_path / "blobs")))
    yield store
    store.close()


def test_who_freezes_amid_a_commit_does_not_keep_others_from_writing_for_long(
    store_settings: StoreSettings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stores, "IDLE_S", 0.2)
    store, other = open_store(store_settings), open_store(store_settings)
    if not store.is_postgresql:
        pytest.skip("a file is locked by processes of one host, which thaw or end")
    ended = "idle-in-transaction|the connection to its server broke"
    with pytest.raises(StoreTrouble, match=ended), store.writing() as frozen:
        lock_head(frozen)
        with other.writing() as connection:
            append(connection, other.blobs, [prepare(begun())])
        append(frozen, store.blobs, [prepare(begun("late"))])
    assert sequences_of_whole_chain(store) == [1]
    store.close()
    other.close()


@pytest.mark.anyio
@pytest.mark.parametrize("how", ["fast", "immediate", "killed"])
async def test_a_server_that_was_away_is_gone_on_with(
    own_postgres: Postgres, in_own_postgres: Store, how: str
) -> None:
    store = in_own_postgres
    async with writing(store) as writer:
        await writer.committed(begun())
        for position in range(20):
            await writer.put(judged(position, tests=1))
        await asyncio.to_thread(own_postgres.kill if how == "killed" else own_postgres.stop, *_how(how))
        for position in range(20, 30):
            await writer.put(judged(position, tests=1))
        await until(lambda: writer.trouble is not None)
        with pytest.raises(StoreUnavailable) as caught:
            await asyncio.to_thread(positions, store)
        assert "cannot be used: " in str(caught.value)
        await asyncio.to_thread(own_postgres.start)
        await writer.flush()
        assert writer.trouble is None
    assert await asyncio.to_thread(positions, store) == list(range(30))
    assert len(await asyncio.to_thread(sequences_of_whole_chain, store)) == 31


def _how(how: str) -> tuple[str, ...]:
    return () if how == "killed" else (how,)


@IN_FOLDER_AND_S3
def test_a_killed_writer_loses_nothing_that_it_had_committed(store_settings: StoreSettings) -> None:
    store = open_store(store_settings)
    chance = random.Random(11)
    blobs = store_settings.blobs or f"{store_settings.database}.blobs"
    told: set[int] = set()
    for attempt in range(3):
        with subprocess.Popen(
            [
                sys.executable,
                "-m",
                "tests.support.store_writer",
                store_settings.database,
                blobs,
                f"b{attempt}",
            ],
            stdout=subprocess.PIPE,
            text=True,
            cwd=REPOSITORY,
        ) as process:
            assert process.stdout is not None
            for _ in range(chance.randint(1, 30)):
                told.update(map(int, process.stdout.readline().split()))
            process.kill()
            # What it said before it died was committed as well; its last line may be torn.
            rest = process.stdout.read()
            told.update(map(int, rest.rpartition("\n")[0].split()))
        assert told <= set(sequences_of_whole_chain(store))
        candidates = list(reading.candidates_of(store, f"b{attempt}"))  # reads every blob
        assert [each.position for each in candidates] == list(range(len(candidates)))
    assert len(told) > 3
    store.close()
