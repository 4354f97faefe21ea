"""Durable batches through a daemon of its own: accepted, watched over a crash, cancelled, listed, refused."""

from __future__ import annotations

import asyncio
import re
import signal
import sqlite3
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path

import grpc
import pytest
import sqlalchemy as sa
from grpc import aio

import verifierd_client as client
from tests.integration.daemon.serving import Serving, serving
from verifier.v1 import verifier_service_pb2 as wire
from verifier.v1.verifier_service_pb2_grpc import VerifierServiceStub
from verifierd.audit import queries, reading
from verifierd.audit.errors import StoreInUse
from verifierd.audit.ownership import own
from verifierd.audit.schema import RECORDS
from verifierd.audit.store import Store, StoreSettings, open_store
from verifierd.audit.verifying import verify_records

pytestmark = pytest.mark.anyio

PROBLEM = client.Problem(
    "double", [client.StdioTest("2", "4"), client.StdioTest("5", "10")], client.Limits(cpu_time_s=5.0)
)
RIGHT, WRONG = "print(2 * int(input()))", "print(4)"
SLOW = "import time\ntime.sleep(0.2)\n" + RIGHT
REPOSITORY = Path(__file__).resolve().parents[3]
TRACE = "0af7651916cd43dd8448eb211c80319c"


@asynccontextmanager
async def keeping(folder: Path, **environment: str) -> AsyncIterator[Serving]:
    """A daemon that keeps its records in this folder, always at the same address."""
    environment = {"VERIFIERD_AUDIT__DATABASE": str(folder / "audit.db")} | environment
    async with serving(listen=f"unix:{folder}/api.sock", **environment) as daemon:
        yield daemon


@contextmanager
def kept_in(folder: Path) -> Iterator[Store]:
    """The store of such a daemon, to be looked into."""
    store = open_store(StoreSettings(str(folder / "audit.db")), create=False)
    try:
        yield store
    finally:
        store.close()


async def logged(daemon: Serving, beginning: str) -> None:
    """Wait until the daemon has logged an event that begins so."""
    async with asyncio.timeout(20):
        while not any(event["event"].startswith(beginning) for event in daemon.events()):  # noqa: ASYNC110
            await asyncio.sleep(0.02)


async def collected(watch: client.BatchWatch) -> dict[str, client.Verdict]:
    results = [result async for result in watch]
    by_id = {result.candidate_id: result.verdict for result in results}
    assert len(by_id) == len(results), "a candidate has two results"
    return by_id


async def test_a_batch_outlives_the_daemon_that_was_killed_and_nobody_who_watches_loses_anything(
    tmp_path: Path,
) -> None:
    candidates = [SLOW + f"# {number}\n" if number % 3 else WRONG for number in range(12)]
    async with client.AsyncVerifier(f"unix:{tmp_path}/api.sock", timeout_s=60) as verifier:
        async with keeping(tmp_path) as daemon:
            batch = await verifier.submit(PROBLEM, candidates, labels={"run": "7"})
            watch = verifier.watch(batch.id)
            first = await anext(watch)
            daemon.signal(signal.SIGKILL)
            await daemon.ended()
            sequence = watch.last_sequence
        async with keeping(tmp_path):
            rest = await collected(watch)
            finished = await verifier.get(batch.id)
            again = await collected(verifier.watch(batch.id))
    assert first.candidate_id not in rest
    assert again == rest | {first.candidate_id: first.verdict}
    assert {name: verdict.name for name, verdict in again.items()} == {
        str(number): "ACCEPTED" if number % 3 else "WRONG_ANSWER" for number in range(12)
    }
    assert (sequence, watch.last_sequence) == (2, 14)
    assert finished.is_finished
    assert finished.summary == watch.summary
    assert (finished.candidates_finished, dict(finished.labels)) == (12, {"run": "7"})


async def test_a_daemon_that_is_told_to_stop_does_not_wait_for_durable_batches(tmp_path: Path) -> None:
    async with client.AsyncVerifier(f"unix:{tmp_path}/api.sock", timeout_s=60) as verifier:
        async with keeping(tmp_path) as daemon:
            batch = await verifier.submit(PROBLEM, [SLOW + f"# {number}\n" for number in range(16)])
            watch = verifier.watch(batch.id)
            await anext(watch)
            daemon.signal(signal.SIGTERM)
            assert await asyncio.wait_for(daemon.ended(), 10.0) == 0
        async with keeping(tmp_path):
            await collected(watch)
    assert watch.summary.verdict_counts == {client.Verdict.ACCEPTED: 16}


async def test_batches_are_listed_cancelled_and_told_apart_by_their_request_ids(tmp_path: Path) -> None:
    async with keeping(tmp_path) as daemon, client.AsyncVerifier(daemon.address, timeout_s=60) as verifier:
        first = await verifier.submit(PROBLEM, [RIGHT], request_id="one", labels={"model": "a"})
        same = await verifier.submit(PROBLEM, [RIGHT], request_id="one", labels={"model": "a"})
        assert same.id == first.id
        with pytest.raises(client.RequestIdTaken, match="other contents"):
            await verifier.submit(PROBLEM, [WRONG], request_id="one", labels={"model": "a"})
        await collected(verifier.watch(first.id))
        long = await verifier.submit(PROBLEM, [SLOW + f"# {number}\n" for number in range(200)])
        await verifier.cancel(long.id, "enough")
        watch = verifier.watch(long.id)
        verdicts = await collected(watch)
        assert watch.summary.stop_reason is client.StopReason.CANCELLED
        assert len(verdicts) == 200
        assert (await verifier.cancel(long.id)).is_finished
        listed = [batch.id async for batch in verifier.batches()]
        by_label = [batch.id async for batch in verifier.batches(labels={"model": "a"})]
        by_state = [batch.id async for batch in verifier.batches(states=[client.BatchState.QUEUED])]
        assert (listed, by_label, by_state) == ([long.id, first.id], [first.id], [])
        with pytest.raises(client.UnknownBatch):
            await verifier.get("none")


async def test_a_problem_that_was_put_before_serves_a_durable_batch_after_the_next_start(
    tmp_path: Path,
) -> None:
    async with client.AsyncVerifier(f"unix:{tmp_path}/api.sock", timeout_s=60) as verifier:
        async with keeping(tmp_path):
            digest = await verifier.put_problem(PROBLEM)
            batch = await verifier.submit(digest, [SLOW + f"# {number}\n" for number in range(10)])
            assert batch.problem_digest == digest
        async with keeping(tmp_path):
            assert set((await collected(verifier.watch(batch.id))).values()) == {client.Verdict.ACCEPTED}


async def test_a_repeated_submission_by_digest_finds_its_batch_when_the_problem_is_forgotten(
    tmp_path: Path,
) -> None:
    async with client.AsyncVerifier(f"unix:{tmp_path}/api.sock", timeout_s=60) as verifier:
        async with keeping(tmp_path):
            digest = await verifier.put_problem(PROBLEM)
            batch = await verifier.submit(digest, [RIGHT], request_id="one")
        async with keeping(tmp_path):
            assert (await verifier.submit(digest, [RIGHT], request_id="one")).id == batch.id
            with pytest.raises(client.RequestIdTaken, match="other contents"):
                await verifier.submit(digest, [WRONG], request_id="one")
            with pytest.raises(client.UnknownProblem):
                await verifier.submit(digest, [RIGHT], request_id="two")


async def test_verify_is_on_record_with_who_asked_and_in_which_trace(tmp_path: Path) -> None:
    async with keeping(tmp_path, VERIFIERD_LOG__LEVEL="debug") as daemon:
        async with client.AsyncVerifier(daemon.address, timeout_s=60) as verifier:
            await verifier.verify(PROBLEM, [RIGHT, WRONG])
        async with aio.insecure_channel(daemon.address) as channel:
            call = VerifierServiceStub(channel).Verify(
                _verify_request(), metadata=(("traceparent", f"00-{TRACE}-00f067aa0ba902b7-01"),)
            )
            told = [response.event async for response in call]
            batch_id = told[0].batch_accepted.batch_id
        daemon.signal(signal.SIGTERM)
        assert await daemon.ended() == 0
        logged = [event for event in daemon.events() if event.get("trace_id") == TRACE]
        executions = [event["executions"] for event in daemon.events() if "executions" in event]
    with kept_in(tmp_path) as store, store.reading() as connection:
        begun = reading.batch_begun(store, batch_id, with_messages=True)
        rows = queries.batches(connection).items
        judged = list(reading.candidates_of(store, batch_id))
    assert begun is not None
    assert (begun.asker.trace_id, begun.is_durable) == (TRACE, False)
    assert begun.asker.requested_by.startswith("unix: grpc-python")
    assert begun.problem == _verify_request().batch.problem.SerializeToString(deterministic=True)
    assert [(row.state, row.candidates_finished) for row in rows] == [("finished", 1), ("finished", 2)]
    assert [each.result.verdict.name for each in judged] == ["ACCEPTED"]
    assert [len(ids) for ids in executions if isinstance(ids, list)] == [2, 2, 1]
    assert {event["batch_id"] for event in logged} == {batch_id}
    assert [event["candidate_id"] for event in logged if event["event"] == "candidate_judged"] == ["c"]


def _verify_request() -> wire.VerifyRequest:
    request = wire.VerifyRequest()
    test = request.batch.problem.tests.add(id="t")
    request.batch.problem.id = "p"
    test.stdio.stdin, test.stdio.expected_stdout = b"2", b"4"
    request.candidates.add(id="c", language="python", source=RIGHT.encode())
    return request


async def test_batches_that_died_with_their_caller_or_their_daemon_are_abandoned(tmp_path: Path) -> None:
    async with keeping(tmp_path) as daemon, client.AsyncVerifier(daemon.address, retries=0) as verifier:
        async with verifier.stream(PROBLEM, [RIGHT, *[SLOW] * 3]) as gone:
            await anext(gone)
        async with verifier.stream(PROBLEM, [RIGHT, *[SLOW + f"# {at}" for at in range(50)]]) as died:
            await anext(died)
            with kept_in(tmp_path) as store:
                async with asyncio.timeout(20):
                    while None in (  # noqa: ASYNC110
                        reading.batch_abandoned(store, gone.batch_id),
                        reading.batch_begun(store, died.batch_id),
                    ):
                        await asyncio.sleep(0.02)
            daemon.signal(signal.SIGKILL)
            await daemon.ended()
    async with keeping(tmp_path) as daemon:
        daemon.signal(signal.SIGTERM)
        await daemon.ended()
    with kept_in(tmp_path) as store:
        abandoned = [reading.batch_abandoned(store, each.batch_id) for each in (gone, died)]
    assert [each and each.why for each in abandoned] == [
        "its caller went away",
        "the daemon ended while it ran",
    ]


async def test_the_example_in_the_client_s_readme_runs_as_it_stands(tmp_path: Path) -> None:
    readme = (REPOSITORY / "clients" / "python" / "README.md").read_text()
    examples = re.findall(r"^```python\n(.*?)^```$", readme, re.DOTALL | re.MULTILINE)
    (example,) = (each for each in examples if "verifier.watch(" in each)
    async with keeping(tmp_path) as daemon:
        program = example.replace("127.0.0.1:50051", daemon.address)
        for _ in range(2):  # whoever starts over finds the same batch
            ran = await asyncio.create_subprocess_exec(
                *(sys.executable, "-c", program), stdout=asyncio.subprocess.PIPE
            )
            said, _ = await asyncio.wait_for(ran.communicate(), 30.0)
            lines = said.decode().splitlines()
            assert sorted(lines[:2]) == ["0 ACCEPTED", "1 WRONG_ANSWER"]
            assert lines[2] == "picked: ['0']"
            assert lines[3].endswith(" FINISHED 2 of 2")
            assert len(lines) == 4


async def test_a_store_that_cannot_be_used_stops_the_start_and_says_why(tmp_path: Path) -> None:
    (tmp_path / "audit.db").write_text("this is no database, whatever its name says, and it is long enough")
    with pytest.raises(AssertionError, match="no SQLite database"):
        async with keeping(tmp_path):
            pass


async def test_without_a_store_durable_batches_are_refused_and_the_setting_is_named() -> None:
    async with serving() as daemon, client.AsyncVerifier(daemon.address) as verifier:
        with pytest.raises(client.NotOffered, match=r"audit\.database"):
            await verifier.submit(PROBLEM, [RIGHT])
        with pytest.raises(client.NotOffered, match=r"audit\.database"):
            await verifier.get("any")
        with pytest.raises(client.InvalidRequest, match="labels"):
            await _with_labels(daemon.address)


async def _with_labels(address: str) -> None:
    request = _verify_request()
    request.batch.labels["a"] = "b"
    async with aio.insecure_channel(address) as channel:
        try:
            async for _ in VerifierServiceStub(channel).Verify(request):
                pass
        except grpc.RpcError as error:
            assert error.code() is grpc.StatusCode.INVALID_ARGUMENT
            raise client.InvalidRequest(error.details() or "") from None


async def test_a_store_that_cannot_be_written_refuses_new_batches_and_loses_nothing(tmp_path: Path) -> None:
    async with keeping(tmp_path) as daemon, client.AsyncVerifier(daemon.address, retries=0) as verifier:
        with sqlite3.connect(tmp_path / "audit.db", isolation_level=None) as other:
            other.execute("BEGIN IMMEDIATE")
            before = await verifier.verify(PROBLEM, [RIGHT])
            await logged(daemon, "the audit store cannot be written")
            for refused in (verifier.verify(PROBLEM, [RIGHT]), verifier.submit(PROBLEM, [RIGHT])):
                with pytest.raises(client.ServerBusy, match="written: another program has locked it"):
                    await refused
            other.execute("ROLLBACK")
        await logged(daemon, "the audit store can be written again")
        after = await verifier.submit(PROBLEM, [RIGHT])
        await collected(verifier.watch(after.id))
    with kept_in(tmp_path) as store, store.reading() as connection:
        rows = queries.batches(connection).items
    assert {row.id: row.state for row in rows} == {
        before.summary.batch_id: "finished",
        after.id: "finished",
    }


async def test_two_daemons_never_share_the_batches_of_a_store(tmp_path: Path) -> None:
    async with keeping(tmp_path):
        with pytest.raises(AssertionError, match="goes on with its batches"):
            async with serving(VERIFIERD_AUDIT__DATABASE=str(tmp_path / "audit.db")):
                pass


async def test_a_daemon_leaves_its_batches_to_another_once_all_that_it_had_is_written(tmp_path: Path) -> None:
    """Else both number what comes next of a batch, and who watches it misses one of two."""

    def record_count() -> int | None:
        """Take the batches over, and return how many records are there; None: they are somebody's."""
        with kept_in(tmp_path) as store:
            try:
                owned = own(store)
            except StoreInUse:
                return None
            with store.reading() as connection:
                count = connection.scalar(sa.select(sa.func.count()).select_from(RECORDS))
            owned.close()
            return count

    async with keeping(tmp_path) as daemon, client.AsyncVerifier(daemon.address, retries=0) as verifier:
        with sqlite3.connect(tmp_path / "audit.db", isolation_level=None) as other:
            other.execute("BEGIN IMMEDIATE")
            await verifier.verify(PROBLEM, [RIGHT])
            daemon.signal(signal.SIGTERM)
            await logged(daemon, "daemon_stopped")
            for _ in range(20):
                assert record_count() is None
                await asyncio.sleep(0.02)  # there is no event for what must not happen
            other.execute("ROLLBACK")
        async with asyncio.timeout(20):
            while (count := record_count()) is None:  # noqa: ASYNC110 - another process' lock
                await asyncio.sleep(0.02)
        await daemon.ended()
    assert (count, record_count()) == (3, 3)


async def test_the_daemon_removes_what_is_not_to_be_kept_and_the_rest_verifies(tmp_path: Path) -> None:
    bounds = {"VERIFIERD_AUDIT__KEEP_GIB": "1e-9", "VERIFIERD_AUDIT__RETAIN_SECONDS": "0.2"}
    async with keeping(tmp_path, **bounds) as daemon:
        async with client.AsyncVerifier(daemon.address, timeout_s=60) as verifier:
            batch = await verifier.submit(PROBLEM, [SLOW, WRONG])
            await logged(daemon, "batches_removed")
            with pytest.raises(client.UnknownBatch):
                await verifier.get(batch.id)
        events = {event["event"]: event for event in daemon.events()}
    removal = events["batches_removed"]
    assert (removal["batches"], removal["candidates"], removal["executions"]) == (1, 2, 4)
    assert "beyond 1e-09 GiB; removed by the daemon " in removal["why"]
    assert "retention_failed" not in events
    with kept_in(tmp_path) as store:
        report = verify_records(store)
    assert report.faults == ()
    assert report.records_removed == removal["records"]
