"""Large blobs in S3: nothing is lost whatever its server does, and what is wrong is said without a secret."""

from __future__ import annotations

import asyncio
import os
import random
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tests.support.blob_places import Bucket, find_server
from tests.support.entries import begun, ended, execution, judged
from tests.support.s3 import NoS3, S3Server
from tests.support.stores import REPOSITORY, sequences_of_whole_chain
from tests.support.writing import until, writing
from verifierd.audit import bounded_calls, reading, s3
from verifierd.audit.blob_files import BlobFiles
from verifierd.audit.entries import CandidateJudged
from verifierd.audit.errors import StoreTrouble, StoreUnavailable
from verifierd.audit.removing import unnamed_swept
from verifierd.audit.retention import Rules, retain
from verifierd.audit.store import Store, StoreSettings, open_store
from verifierd.audit.verifying import verify_records

NOISE = random.Random(8)
SECRET = "secret-of-a-test"  # noqa: S105 - what the clients of the tests are given
IN_S3 = pytest.mark.parametrize("s3_server", ["s3"], indirect=True, scope="session")


def large(position: int, batch_id: str = "batch") -> CandidateJudged:
    """Return a candidate whose outputs are too large for the database."""
    return judged(position, batch_id, executions=(execution("t0", stdout=NOISE.randbytes(40_000)),))


def opened(database: Path, place: Bucket) -> Store:
    return open_store(StoreSettings(str(database), place.url))


@pytest.fixture
def in_s3(blob_place: Bucket, tmp_path: Path) -> Iterator[Store]:
    """A store in a file, with large blobs in S3."""
    store = opened(tmp_path / "audit.db", blob_place)
    yield store
    store.close()


@pytest.fixture
def own_s3(monkeypatch: pytest.MonkeyPatch) -> Iterator[S3Server]:
    """A server to stop and start."""
    try:
        server = S3Server()
    except NoS3 as error:
        pytest.skip(str(error))
    find_server(monkeypatch, server)
    yield server
    server.close()


@IN_S3
@pytest.mark.anyio
async def test_a_batch_with_large_outputs_comes_back_and_verifies(in_s3: Store, blob_place: Bucket) -> None:
    candidates = [large(position) for position in range(40)]
    async with writing(in_s3) as writer:
        await writer.committed(begun(candidates_total=40), *candidates, ended())
    assert len(blob_place.paths()) == 40
    assert all(path.startswith(f"{blob_place.name}/some/prefix/") for path in blob_place.paths())
    assert list(await asyncio.to_thread(lambda: list(reading.candidates_of(in_s3, "batch")))) == candidates
    report = await asyncio.to_thread(verify_records, in_s3)
    assert (report.faults, report.blobs_checked > 40) == ((), True)


@IN_S3
@pytest.mark.anyio
async def test_a_server_that_hangs_holds_the_writer_up_and_nothing_is_lost(
    s3_server: S3Server, in_s3: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bounded_calls, "ANSWER_S", 2.0)
    async with writing(in_s3) as writer:
        await writer.committed(begun(), large(0))
        in_s3.blobs.files = await asyncio.to_thread(impatient, in_s3.blobs.files.where)
        s3_server.hang()
        try:
            waiting = asyncio.create_task(writer.committed(large(1)))
            await until(lambda: writer.trouble is not None)
            assert "a blob cannot be written to s3://audit-" in str(writer.trouble)
            assert "no answer within 2 seconds" in str(writer.trouble)
            assert SECRET not in str(writer.trouble)
            assert not waiting.done()
            with pytest.raises(
                StoreUnavailable, match=r"a blob cannot be read from s3://.*(timeout|no answer)"
            ):
                await asyncio.to_thread(reading.candidate_at, in_s3, 2)
            assert await asyncio.to_thread(sequences_of_whole_chain, in_s3) == [1, 2]
        finally:
            s3_server.go_on()
        assert await waiting == (3,)
        assert writer.trouble is None
    assert (await asyncio.to_thread(verify_records, in_s3)).holds


def impatient(url: str) -> BlobFiles:
    """Return the same place, whose server has half a second to answer."""
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(s3, "READ_S", 0.5)
        files = BlobFiles(url)
        files.check()
    return files


@IN_S3
def test_a_call_ends_within_its_time_whatever_the_server_sends(
    s3_server: S3Server, in_s3: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    in_s3.blobs.files.check()
    monkeypatch.setattr(bounded_calls, "ANSWER_S", 1.0)
    s3_server.hang()
    try:
        with pytest.raises(StoreTrouble, match="no answer within 1 seconds"):
            in_s3.blobs.files.put({"ab" * 32: b"x" * 1000})
    finally:
        s3_server.go_on()
    in_s3.blobs.files.put({"ab" * 32: b"x" * 1000})
    assert in_s3.blobs.files.get("ab" * 32, 10) == b"x" * 10


@pytest.mark.anyio
async def test_a_server_that_was_away_is_gone_on_with(own_s3: S3Server, tmp_path: Path) -> None:
    place = Bucket(own_s3)
    store = await asyncio.to_thread(opened, tmp_path / "audit.db", place)
    async with writing(store) as writer:
        await writer.committed(begun())
        for position in range(5):
            await writer.put(large(position))
        await writer.flush()
        await asyncio.to_thread(own_s3.stop)
        for position in range(5, 10):
            await writer.put(large(position))
        await until(lambda: writer.trouble is not None)
        assert "Could not connect" in str(writer.trouble)
        assert SECRET not in str(writer.trouble)
        assert await asyncio.to_thread(sequences_of_whole_chain, store) == [1, 2, 3, 4, 5, 6]
        with pytest.raises(StoreUnavailable, match="its blobs cannot be reached: Could not connect"):
            await asyncio.to_thread(opened, tmp_path / "audit.db", place)
        await asyncio.to_thread(own_s3.start)
        await writer.flush()
        assert writer.trouble is None
    report = await asyncio.to_thread(verify_records, store)
    assert (report.faults, len(place.paths())) == ((), 10)
    store.close()


@IN_S3
@pytest.mark.anyio
async def test_a_bucket_that_went_is_trouble_and_no_missing_blob(
    s3_server: S3Server, in_s3: Store, blob_place: Bucket
) -> None:
    async with writing(in_s3) as writer:
        await writer.committed(begun())
        await asyncio.to_thread(s3_server.remove_bucket, blob_place.name)
        waiting = asyncio.create_task(writer.committed(large(0)))
        await until(lambda: writer.trouble is not None)
        assert "there is no such bucket (NoSuchBucket)" in str(writer.trouble)
        with pytest.raises(StoreTrouble, match="there is no such bucket"):
            await asyncio.to_thread(in_s3.blobs.files.get, "ab" * 32, 10)
        await asyncio.to_thread(s3_server.make_bucket, blob_place.name)
        assert await waiting == (2,)


@IN_S3
def test_what_is_wrong_with_a_bucket_is_said_when_a_store_is_opened(
    s3_server: S3Server, blob_place: Bucket, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refusal(url: str) -> str:
        with pytest.raises(StoreUnavailable) as caught:
            open_store(StoreSettings(str(tmp_path / "audit.db"), url))
        assert SECRET not in str(caught.value)
        return str(caught.value)

    assert "there is no such bucket (NoSuchBucket)" in refusal("s3://no-such-bucket/prefix")
    in_url = refusal(f"s3://key:{SECRET}@{blob_place.name}/prefix")
    assert "set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY" in in_url
    for url in ("s3://", "s3:///prefix", f"s3://{blob_place.name}?endpoint_url=x"):
        assert "it should be s3://BUCKET/PREFIX" in refusal(url)
    s3_server.require_known_keys(required=True)
    try:
        refused = refusal(blob_place.url)
    finally:
        s3_server.require_known_keys(required=False)
    assert "its credentials are missing or refused (InvalidAccessKeyId): look at AWS_ACCESS_KEY_ID" in refused
    for endpoint in (f"http://ada:{SECRET}@127.0.0.1:1", f"ada:{SECRET}@127.0.0.1:1"):
        with monkeypatch.context() as patched:
            patched.setenv("AWS_ENDPOINT_URL_S3", endpoint)
            assert "its blobs cannot be reached: " in refusal(blob_place.url)
    with monkeypatch.context() as patched:
        patched.delenv("AWS_ACCESS_KEY_ID")
        patched.delenv("AWS_SECRET_ACCESS_KEY")
        assert "its credentials are missing or refused (NoCredentialsError)" in refusal(blob_place.url)
        # Who only reads what is in the database needs neither bucket nor credentials.
        open_store(StoreSettings(str(tmp_path / "other.db"))).close()
        open_store(StoreSettings(str(tmp_path / "other.db"), "s3://no-such-bucket"), create=False).close()


def test_a_missing_library_is_named_with_what_installs_it() -> None:
    program = """
import sys
sys.modules["s3fs"] = None
from verifierd.audit.blob_files import BlobFiles
try:
    BlobFiles("s3://bucket/prefix")
except Exception as error:
    print(type(error).__name__, error)
"""
    said = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, cwd=REPOSITORY, check=True
    ).stdout
    assert said.startswith("StoreUnavailable the audit store s3://bucket/prefix cannot be used: ")
    assert "s3fs is not installed: pip install 'verifierd[s3]'" in said


@IN_S3
def test_retention_removes_strays_and_leaves_what_is_of_others(in_s3: Store, blob_place: Bucket) -> None:
    in_s3.blobs.files.put({f"{number:064x}": b"never committed" for number in range(70)})
    others = [
        f"{blob_place.name}/{key}"
        for key in (
            f"some/prefix-of-others/00/{0:064x}.zst",
            "some/prefix/notes.zst",
            f"some/prefix/{0:064x}.zst",
            f"some/prefix/00/deeper/{0:064x}.zst",
        )
    ]
    for path in others:
        blob_place.write(path, b"of others")
    assert len(list(in_s3.blobs.files.names())) == 70
    retain(in_s3, Rules(), lambda: 1)
    assert blob_place.paths() == sorted(others)


@IN_S3
def test_a_removal_amid_trouble_is_said_and_done_by_the_next(
    s3_server: S3Server, in_s3: Store, blob_place: Bucket
) -> None:
    in_s3.blobs.files.put({"ab" * 32: b"never committed"})
    in_s3.blobs.files = impatient(in_s3.blobs.files.where)
    s3_server.hang()
    try:
        with pytest.raises(StoreTrouble, match=r"cannot be listed: .*(timeout|no answer)"):
            list(unnamed_swept(in_s3, 1))
        with pytest.raises(StoreTrouble, match=r"a blob cannot be deleted from s3://.*(timeout|no answer)"):
            in_s3.blobs.files.remove(["ab" * 32])
    finally:
        s3_server.go_on()
    list(unnamed_swept(in_s3, 1))
    assert blob_place.paths() == []


@IN_S3
def test_an_object_is_written_whole_however_large(
    s3_server: S3Server, in_s3: Store, blob_place: Bucket
) -> None:
    content = bytes(110 << 20)  # s3fs by itself would write it part by part
    in_s3.blobs.files.put({"ab" * 32: content})
    assert in_s3.blobs.files.get("ab" * 32, len(content) + 1) == content
    assert "-" not in s3_server.etag(in_s3.blobs.files.path("ab" * 32)), "of one that was made of parts"


@IN_S3
def test_many_threads_share_the_files(in_s3: Store) -> None:
    contents = {f"{number:064x}": NOISE.randbytes(2000) for number in range(64)}
    files = in_s3.blobs.files
    with ThreadPoolExecutor(8) as threads:
        list(threads.map(lambda sha256: files.put({sha256: contents[sha256]}), contents))
        assert list(threads.map(lambda sha256: files.get(sha256, 2001), contents)) == [*contents.values()]


@IN_S3
def test_a_forked_process_says_so_and_opens_its_own(in_s3: Store) -> None:
    in_s3.blobs.files.put({"ab" * 32: b"of the parent"})
    program = """
import os, sys
from verifierd.audit.blob_files import BlobFiles
from verifierd.audit.errors import StoreTrouble
files = BlobFiles(sys.argv[1])
assert files.get("ab" * 32, 99) == b"of the parent"
child = os.fork()
if child == 0:
    try:
        files.get("ab" * 32, 99)
    except StoreTrouble as error:
        print(error, flush=True)
    own = BlobFiles(sys.argv[1])
    own.put({"cd" * 32: b"of the child"})
    os._exit(0 if own.get("ab" * 32, 99) == b"of the parent" else 1)
assert os.waitpid(child, 0)[1] == 0
assert files.get("cd" * 32, 99) == b"of the child"
"""
    done = subprocess.run(
        [sys.executable, "-c", program, in_s3.blobs.files.where],
        capture_output=True,
        text=True,
        cwd=REPOSITORY,
        env=dict(os.environ),
        timeout=60,
        check=False,
    )
    assert (done.returncode, "fork" in done.stdout) == (0, True), done.stdout + done.stderr


@IN_S3
def test_a_log_of_everything_has_no_content_and_no_secret(in_s3: Store) -> None:
    program = """
import logging, sys
from verifierd.audit.blob_files import BlobFiles
from verifierd.logs import configure
configure(level="debug", form="json", stream=sys.stdout)
logging.getLogger("some.other").debug("of a step")
files = BlobFiles(sys.argv[1])
files.check()
files.put({"ab" * 32: b"a needle in a blob"})
assert files.get("ab" * 32, 99) == b"a needle in a blob"
"""
    command = [sys.executable, "-c", program, in_s3.blobs.files.where]
    done = subprocess.run(command, capture_output=True, text=True, cwd=REPOSITORY, timeout=60, check=False)
    said = done.stdout + done.stderr
    assert (done.returncode, "of a step" in said) == (0, True), said
    assert not [each for each in ("a needle", SECRET, "Signature", "AWS4-HMAC") if each in said]
