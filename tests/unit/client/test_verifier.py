"""What the blocking client promises: the same results, from any thread, across pickling and forks."""

from __future__ import annotations

import asyncio
import gc
import pickle
import re
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TypeVar

import pytest

import verifierd_client as client
from tests.unit.api.fakes import Serving
from verifierd.errors import Draining, QueueFull
from verifierd_client import _blocking

pytestmark = pytest.mark.anyio

Answer = TypeVar("Answer")
ROOT = Path(__file__).resolve().parents[3]
IMPORT_ROOTS = [str(ROOT / folder) for folder in ("clients/python", "proto")]
PROBLEM = client.Problem("sum", [client.StdioTest("1 2", "3")])


async def _in_thread(work: Callable[[], Answer]) -> Answer:
    return await asyncio.to_thread(work)


async def _run(script: str, *arguments: str) -> str:
    """Run a script in a process of its own that can import the client and nothing of the service."""
    header = f"import sys; sys.path[:0] = {IMPORT_ROOTS!r}\n"
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-c",
        header + script,
        *arguments,
        cwd="/",
        env={},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    try:
        output, _ = await asyncio.wait_for(process.communicate(), timeout=60)
    finally:
        if process.returncode is None:
            process.kill()
    assert process.returncode == 0, output.decode()
    return output.decode()


async def test_it_verifies_and_streams(served: Serving) -> None:
    def work() -> tuple[client.BatchResult, list[str], client.BatchSummary]:
        with client.Verifier(served.server.address) as verifier:
            result = verifier.verify(PROBLEM, ["ok", "wrong"])
            with verifier.stream(PROBLEM, ["ok", "wrong"]) as stream:
                return result, [each.candidate_id for each in stream], stream.summary

    result, streamed, summary = await _in_thread(work)
    assert [each.passed for each in result.results] == [True, False]
    assert streamed == ["0", "1"]
    assert summary.verdict_counts == result.summary.verdict_counts


async def test_threads_share_one_client_without_mixing_results(served: Serving) -> None:
    verifier = client.Verifier(served.server.address)

    def work(number: int) -> list[str]:
        candidates = [client.Candidate("ok", id=f"{number}-{index}") for index in range(20)]
        return [each.candidate_id for each in verifier.verify(PROBLEM, candidates).results]

    def all_of_them() -> list[list[str]]:
        with ThreadPoolExecutor(16) as threads:
            return list(threads.map(work, range(64)))

    found = await _in_thread(all_of_them)
    assert found == [[f"{number}-{index}" for index in range(20)] for number in range(64)]


async def test_leaving_a_stream_cancels_the_batch(served: Serving) -> None:
    served.engine.hold_end = True

    def work() -> str:
        with client.Verifier(served.server.address).stream(PROBLEM, ["ok"]) as stream:
            return next(stream).candidate_id

    assert await _in_thread(work) == "0"
    await asyncio.wait_for(served.engine.closed.wait(), timeout=10)


async def test_a_stream_that_nobody_holds_any_more_cancels_the_batch(served: Serving) -> None:
    served.engine.hold_end = True
    verifier = client.Verifier(served.server.address)
    assert await _in_thread(lambda: next(verifier.stream(PROBLEM, ["ok"])).candidate_id) == "0"
    gc.collect()
    await asyncio.wait_for(served.engine.closed.wait(), timeout=10)


async def test_a_batch_above_the_servers_message_limit_is_sent_in_pieces(served: Serving) -> None:
    verifier = client.Verifier(served.server.address)
    result = await _in_thread(lambda: verifier.verify(PROBLEM, ["#" * 60_000] * 100))
    assert [each.candidate_id for each in result.results] == [str(number) for number in range(100)]


async def test_a_large_batch_that_is_refused_or_left_ends_at_once(served: Serving) -> None:
    verifier = client.Verifier(served.server.address, retries=0)
    large = ["#" * 60_000] * 100
    served.engine.fails_first = [QueueFull(0.01)]
    with pytest.raises(client.ServerBusy):
        await asyncio.wait_for(_in_thread(lambda: verifier.verify(PROBLEM, large)), timeout=10)

    def work() -> str:
        with verifier.stream(PROBLEM, large) as stream:
            return next(stream).candidate_id

    served.engine.hold_end = True
    assert await _in_thread(work) == "0"
    await asyncio.wait_for(served.engine.closed.wait(), timeout=10)


async def test_what_of_a_large_batch_was_no_longer_sent_is_cancelled(served: Serving) -> None:
    served.engine.stops_after = 3
    verifier = client.Verifier(served.server.address)
    result = await _in_thread(lambda: verifier.verify(PROBLEM, ["#" * 60_000] * 100))
    assert [each.candidate_id for each in result.results] == [str(number) for number in range(100)]
    assert [each.verdict for each in result.results[3:]] == [client.Verdict.CANCELLED] * 97
    assert result.summary.verdict_counts[client.Verdict.CANCELLED] == 97
    assert (result.results[99].tests_total, result.results[99].detail) == (
        1,
        "the batch was stopped (accepted_enough) before it was sent",
    )


async def test_a_stream_that_is_over_has_no_more_results(served: Serving) -> None:
    def work() -> tuple[list[client.CandidateResult], list[client.CandidateResult]]:
        stream = client.Verifier(served.server.address).stream(PROBLEM, ["ok"] * 3)
        next(stream)
        stream.close()
        whole = client.Verifier(served.server.address).stream(PROBLEM, ["ok"])
        return list(stream), [*list(whole), *list(whole)]

    closed, whole = await _in_thread(work)
    assert (closed, len(whole)) == ([], 1)


DROPPED_WITHIN_A_LOOP = """
import asyncio, gc
import verifierd_client as client

PROBLEM = client.Problem("sum", [client.StdioTest("1 2", "3")])

async def begun():
    dropped = client.Verifier(sys.argv[1]).stream(PROBLEM, ["ok"] * 2)
    next(dropped)
    del dropped
    gc.collect()
    kept = client.Verifier(sys.argv[1]).stream(PROBLEM, ["ok"] * 2)
    next(kept)
    return kept

assert len(list(asyncio.run(begun()))) == 1
print("fine")
"""


async def test_a_stream_that_began_within_an_event_loop_is_not_that_loops(served: Serving) -> None:
    assert "fine" in await _run(DROPPED_WITHIN_A_LOOP, served.server.address)


async def test_a_busy_server_is_asked_again_as_often_as_it_may_be(served: Serving) -> None:
    served.engine.fails_first = [QueueFull(0.05), Draining(0.05), QueueFull(0.01)]
    verifier = client.Verifier(served.server.address)
    result = await _in_thread(lambda: verifier.verify(PROBLEM, ["ok"], request_id="r"))
    assert result.results[0].passed
    assert [batch.request_id for batch in served.engine.batches] == ["r"]
    served.engine.fails_first = [QueueFull(0.01), QueueFull(3600)]
    with pytest.raises(client.ServerBusy):
        await asyncio.wait_for(_in_thread(lambda: verifier.verify(PROBLEM, ["ok"], timeout_s=30)), timeout=10)


INTERRUPTED = """
import os, signal, threading
import verifierd_client as client

PROBLEM = client.Problem("sum", [client.StdioTest("1 2", "3")])
verifier = client.Verifier(sys.argv[1])
threading.Timer(1, os.kill, (os.getpid(), signal.SIGINT)).start()
try:
    verifier.verify(PROBLEM, ["ok"])
except KeyboardInterrupt:
    sys.stdin.read()
"""


async def test_an_interrupt_cancels_the_batch_at_once(served: Serving) -> None:
    served.engine.hold = True
    header = f"import sys; sys.path[:0] = {IMPORT_ROOTS!r}\n"
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", header + INTERRUPTED, served.server.address, stdin=asyncio.subprocess.PIPE
    )
    await asyncio.wait_for(served.engine.closed.wait(), timeout=20)
    assert process.returncode is None
    await asyncio.wait_for(process.communicate(b""), timeout=20)
    assert process.returncode == 0


async def test_it_waits_for_no_event_loop_and_serves_within_one(served: Serving) -> None:
    within_a_loop = """
import asyncio
import verifierd_client as client

async def work():
    problem = client.Problem("sum", [client.StdioTest("1 2", "3")])
    return client.Verifier(sys.argv[1]).verify(problem, ["ok"]).results[0].passed

assert asyncio.run(work())
print("fine")
"""
    assert "fine" in await _run(within_a_loop, served.server.address)
    with pytest.raises(RuntimeError, match="waits for an event loop"):
        _blocking.run(asyncio.sleep(0))


async def test_clients_results_and_errors_survive_pickling(served: Serving) -> None:
    verifier = client.Verifier(served.server.address, timeout_s=30)

    def work() -> client.BatchResult:
        verifier.verify(PROBLEM, ["ok"])
        copy: client.Verifier = pickle.loads(pickle.dumps(verifier))  # noqa: S301
        return copy.verify(PROBLEM, ["ok"])

    result = await _in_thread(work)
    assert pickle.loads(pickle.dumps(result)) == result  # noqa: S301
    for error in (client.InvalidRequest("w", "f", "p"), client.ServerBusy("w", 1.5), client.ServerFault("w")):
        copy = pickle.loads(pickle.dumps(error))  # noqa: S301
        assert (type(copy), str(copy), vars(copy)) == (type(error), str(error), vars(error))


FORKS = """
import os
from multiprocessing import get_context
import verifierd_client as client

PROBLEM = client.Problem("sum", [client.StdioTest("1 2", "3")])
verifier = client.Verifier(sys.argv[1], timeout_s=20)

def work(number):
    found = verifier.verify(PROBLEM, [client.Candidate("ok", id=str(number))]).results
    return found[0].candidate_id

assert work("parent") == "parent"
counts = []
for _ in range(4):
    with get_context("fork").Pool(4) as pool:
        assert pool.map(work, range(16), chunksize=1) == [str(number) for number in range(16)]
    del pool
    assert work("again") == "again"
    counts.append(len(os.listdir("/proc/self/fd")))
assert counts[-1] <= counts[0], counts
print("fine")
"""


async def test_it_works_on_both_sides_of_a_fork(served: Serving) -> None:
    assert "fine" in await _run(FORKS, served.server.address)


FORKED_DURING_A_BATCH = """
import asyncio, os, threading
import verifierd_client as client

PROBLEM = client.Problem("sum", [client.StdioTest("1 2", "3")])
verifier = client.Verifier(sys.argv[1], timeout_s=40)
stream = verifier.stream(PROBLEM, ["ok"] * 2)
next(stream)
taken, forked = threading.Event(), threading.Event()

async def drawn():
    yield "ok"
    await asyncio.to_thread(forked.wait)
    yield "ok"

async def open_batch():
    async with client.AsyncVerifier(sys.argv[1]).stream(PROBLEM, drawn()) as results:
        async for result in results:
            taken.set()
            passed.append(result.passed)

passed, ended = [], []
thread = threading.Thread(target=asyncio.run, args=(open_batch(),))
thread.start()
taken.wait()
for _ in range(10):
    child = os.fork()
    if child == 0:
        assert verifier.verify(PROBLEM, ["ok"]).results[0].passed
        try:
            next(stream)
        except client.ForkError:
            stream.close()
            os._exit(42)
    ended.append(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
forked.set()
thread.join()
assert passed == [True, True], passed
assert len(list(stream)) == 1
assert verifier.verify(PROBLEM, ["ok"]).results[0].passed
# A child works, or gRPC ends it by a signal: one in a hundred on a busy host. None answers anything else.
assert all(each == 42 or each < 0 for each in ended), ended
assert sum(each < 0 for each in ended) <= 2, ended
print("fine")
"""


async def test_a_fork_while_batches_are_in_flight_never_harms_the_parent_and_hardly_ever_the_child(
    served: Serving,
) -> None:
    assert "fine" in await _run(FORKED_DURING_A_BATCH, served.server.address)


LEFT_OPEN = """
import asyncio, threading, time
import verifierd_client as client

PROBLEM = client.Problem("sum", [client.StdioTest("1 2", "3")])

async def begun():
    stream = client.AsyncVerifier(sys.argv[1]).stream(PROBLEM, ["ok"] * 300)
    await anext(stream)
    return stream

loop = asyncio.new_event_loop()
unread = loop.run_until_complete(begun())
loop.close()
limit_s = time.monotonic() + 15
while any("client-read" in thread.name for thread in threading.enumerate()) and time.monotonic() < limit_s:
    time.sleep(0.05)
assert not any("client-read" in thread.name for thread in threading.enumerate())
stream = client.Verifier(sys.argv[1]).stream(PROBLEM, ["ok"] * 300)
next(stream)
print("fine")
"""


async def test_no_thread_outlives_a_closed_loop_and_no_open_stream_holds_up_the_end(served: Serving) -> None:
    served.engine.hold_end = True
    assert "fine" in await _run(LEFT_OPEN, served.server.address)


async def test_it_imports_fast_and_brings_nothing_but_grpc_and_protobuf() -> None:
    output = await _run(
        "import time; began = time.perf_counter(); import verifierd_client;"
        "print(time.perf_counter() - began);"
        "print(*sorted({name.partition('.')[0] for name in sys.modules} - sys.stdlib_module_names))"
    )
    seconds, modules = output.splitlines()
    assert float(seconds) < 1
    allowed = ("_", "cython_runtime", "google", "grpc", "sitecustomize", "typing_extensions", "verifier")
    assert [name for name in modules.split() if not name.startswith(allowed)] == []
    assert "verifierd" not in modules.split()


async def test_the_readmes_example_runs_as_it_stands(served: Serving) -> None:
    readme = (ROOT / "clients/python/README.md").read_text()
    examples = re.findall(r"^```python\n(.*?)^```$", readme, re.DOTALL | re.MULTILINE)
    assert examples
    served.engine.stops_after = 2  # the group waits for a stop
    for example in examples:
        if "verifier.watch(" in example:
            continue  # it needs a store: tests/integration/daemon/test_durable.py runs it
        assert "127.0.0.1:50051" in example
        await _run(example.replace("127.0.0.1:50051", served.server.address))
