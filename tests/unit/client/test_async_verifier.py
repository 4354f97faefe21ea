"""What the asyncio client promises: order, streaming, errors by name, retries of what is safe only."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from unittest import mock

import grpc
import pytest

import verifierd_client as client
from tests.unit.api.fakes import Serving
from verifierd.errors import Draining, QueueFull
from verifierd.model import CallTest, SelectionSpec
from verifierd_client._rejections import error_of

pytestmark = pytest.mark.anyio

PROBLEM = client.Problem("sum", [client.StdioTest("1 2", "3"), client.CallTest("add", (1, 2), 3)])


@pytest.fixture
async def verifier(served: Serving) -> AsyncIterator[client.AsyncVerifier]:
    async with client.AsyncVerifier(served.server.address) as verifier:
        yield verifier


async def test_results_come_in_the_order_of_the_candidates(verifier: client.AsyncVerifier) -> None:
    candidates: list[client.Candidate | str] = [
        client.Candidate("ok", id="z"),
        "wrong",
        client.Candidate(b"ok", id="a"),
    ]
    result = await verifier.verify(PROBLEM, candidates)
    assert [each.candidate_id for each in result.results] == ["z", "1", "a"]
    assert [each.passed for each in result.results] == [True, False, True]
    assert result["1"].verdict is client.Verdict.WRONG_ANSWER
    assert result.counts == {client.Verdict.ACCEPTED: 2, client.Verdict.WRONG_ANSWER: 1}
    assert result.summary.verdict_counts == result.counts
    assert result.summary.stop_reason is client.StopReason.COMPLETED
    assert result.summary.picks[0].candidate_id == "z"
    execution = result["z"].executions[1]
    assert (execution.test_id, execution.exit_code, execution.term_signal) == ("1", 0, None)
    assert execution.actual == (3,)
    assert execution.usage.cpu_time_s == 0.005
    assert execution.stdout.text == "out"


async def test_problems_options_and_limits_arrive_as_they_were_given(
    served: Serving, verifier: client.AsyncVerifier
) -> None:
    value = {"a": (1, 2.5, None), 3: {b"x", 1 << 70}, "s": "\ud800", "c": 1j, "f": frozenset([(True,)])}
    problem = client.Problem(
        "p",
        [client.CallTest("f", [value], value, kwargs={"k": [value]}, id="t"), client.AssertsTest("assert f")],
        client.Limits(cpu_time_s=1.5, memory_bytes=64 << 20),
        None,
    )
    options = client.Options(
        stop_at_first_failure=True,
        stop_after_accepted=2,
        cpu_budget_s=2.5,
        time_budget_s=60,
        include_outputs=False,
        selection=client.Selection("mbr_exec", 3, {"whole": 1}),
    )
    await verifier.verify(problem, ["x"], options, request_id="mine")
    batch = served.engine.batches[0]
    body = batch.problem.tests[0].body
    assert isinstance(body, CallTest)
    assert (body.args, body.kwargs, body.expected) == ((value,), {"k": [value]}, value)
    assert (batch.problem.limits.cpu_time_ns, batch.problem.limits.memory_bytes) == (1_500_000_000, 64 << 20)
    assert (batch.options.stop_at_first_failure, batch.options.stop_after_accepted) == (True, 2)
    assert (batch.options.cpu_budget_ns, batch.options.include_outputs) == (2_500_000_000, False)
    assert batch.deadline_at_ns is not None
    assert batch.request_id == "mine"
    assert batch.selection == SelectionSpec("mbr_exec", 3, {"whole": 1.0})
    await verifier.verify(problem, ["x"])
    assert served.engine.batches[1].selection == SelectionSpec("plurality", 1, {})
    with pytest.raises(client.OutOfRange, match=r"Selection\.picks"):
        await verifier.verify(problem, ["x"], client.Options(selection=client.Selection(picks=1 << 31)))


async def test_results_land_while_candidates_are_still_drawn(verifier: client.AsyncVerifier) -> None:
    draw = asyncio.Event()

    async def drawn() -> AsyncIterator[str]:
        yield "first"
        await draw.wait()
        yield "second"

    async with verifier.stream(PROBLEM, drawn()) as stream:
        assert (await anext(stream)).candidate_id == "0"
        assert stream.batch_id
        with pytest.raises(RuntimeError, match="after the last result"):
            _ = stream.summary
        draw.set()
        assert [result.candidate_id async for result in stream] == ["1"]
        assert stream.summary.batch_id == stream.batch_id


async def test_leaving_a_stream_cancels_the_batch(served: Serving, verifier: client.AsyncVerifier) -> None:
    never = asyncio.Event()

    async def drawn() -> AsyncIterator[str]:
        yield "first"
        await never.wait()

    async with verifier.stream(PROBLEM, drawn()) as stream:
        await anext(stream)
    await asyncio.wait_for(served.engine.closed.wait(), timeout=10)


async def test_a_stream_that_was_cut_off_says_so_and_does_not_seem_to_end(
    served: Serving, verifier: client.AsyncVerifier
) -> None:
    served.engine.hold_end = True
    stream = verifier.stream(PROBLEM, ["ok"])
    await anext(stream)
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(anext(stream), timeout=0.2)
    with pytest.raises(RuntimeError, match="cut these results off"):
        await anext(stream)
    await stream.aclose()
    assert [result async for result in stream] == []


async def test_an_error_of_the_callers_own_source_reaches_the_caller(verifier: client.AsyncVerifier) -> None:
    async def drawn() -> AsyncIterator[str]:
        yield "first"
        raise ZeroDivisionError("the sampler broke")

    with pytest.raises(ZeroDivisionError, match="the sampler broke"):
        await verifier.verify(PROBLEM, drawn())


async def test_a_source_that_is_cancelled_by_itself_ends_the_stream_at_once(
    verifier: client.AsyncVerifier,
) -> None:
    async def drawn() -> AsyncIterator[str]:
        yield "first"
        sampler = asyncio.create_task(asyncio.sleep(100))
        sampler.cancel()
        await sampler

    with pytest.raises(asyncio.CancelledError):
        await asyncio.wait_for(verifier.verify(PROBLEM, drawn()), timeout=10)


async def test_a_batch_above_the_servers_message_limit_is_sent_in_pieces(
    verifier: client.AsyncVerifier,
) -> None:
    result = await verifier.verify(PROBLEM, ["#" * 60_000] * 100)
    assert len(result.results) == 100


async def test_a_busy_server_is_asked_again_before_anything_has_begun(
    served: Serving, verifier: client.AsyncVerifier
) -> None:
    served.engine.fails_first = [QueueFull(0.05), Draining(0.05)]
    drawn = 0

    async def draw() -> AsyncIterator[str]:
        nonlocal drawn
        for _ in range(3):
            drawn += 1
            yield "ok"

    result = await verifier.verify(PROBLEM, draw(), request_id="r")
    assert len(result.results) == drawn == 3
    assert [batch.request_id for batch in served.engine.batches] == ["r"]


async def test_a_batch_that_has_begun_is_never_repeated(
    served: Serving, verifier: client.AsyncVerifier
) -> None:
    served.engine.fails_later = QueueFull(0.01)
    with pytest.raises(client.ServerBusy):
        await verifier.verify(PROBLEM, ["ok"])
    assert len(served.engine.batches) == 1


async def test_retries_are_bounded_in_number_and_by_the_deadline(served: Serving) -> None:
    served.engine.fails_first = [QueueFull(0.01), QueueFull(0.01), QueueFull(3600)]
    async with client.AsyncVerifier(served.server.address, retries=1) as verifier:
        with pytest.raises(client.ServerBusy) as caught:
            await verifier.verify(PROBLEM, ["ok"])
    assert caught.value.retry_after_s == 0.01
    async with client.AsyncVerifier(served.server.address, timeout_s=30) as verifier:
        with pytest.raises(client.ServerBusy):
            await asyncio.wait_for(verifier.verify(PROBLEM, ["ok"]), timeout=10)


async def test_a_deadline_is_an_error_of_its_own_and_a_timeout_error(served: Serving) -> None:
    served.engine.hold = True
    async with client.AsyncVerifier(served.server.address, timeout_s=0.2) as verifier:
        with pytest.raises(client.DeadlineExceeded) as caught:
            await verifier.verify(PROBLEM, ["ok"])
    assert isinstance(caught.value, TimeoutError)
    await asyncio.wait_for(served.engine.closed.wait(), timeout=10)


async def test_a_refused_field_is_named(verifier: client.AsyncVerifier) -> None:
    problem = client.Problem("p", PROBLEM.tests, client.Limits(memory_bytes=-1))
    with pytest.raises(client.InvalidRequest) as caught:
        await verifier.verify(problem, ["ok"])
    assert caught.value.field == "batch.problem.limits.memory_bytes"
    assert "16777216 to 8589934592" in caught.value.problem
    with pytest.raises(client.InvalidRequest, match="byte 1"):
        await verifier.verify(PROBLEM, [client.Candidate(b"#\xff")])


async def test_a_kept_problem_goes_by_its_digest(verifier: client.AsyncVerifier) -> None:
    digest = await verifier.put_problem(PROBLEM)
    assert (await verifier.verify(digest, ["ok"])).results[0].passed
    with pytest.raises(client.UnknownProblem):
        await verifier.verify(client.Digest("0" * 64, 1), ["ok"])


async def test_what_has_no_typed_form_is_refused_before_anything_is_sent(
    verifier: client.AsyncVerifier,
) -> None:
    class Odd(int):
        pass

    for value in (Odd(1), object(), [[{1: range(3)}]]):
        with pytest.raises(client.NotAValue, match="argument 0 of test '0'"):
            verifier.stream(client.Problem("p", [client.CallTest("f", [value], 1)]), ["ok"])
    deep: object = 1
    for _ in range(40):
        deep = [deep]
    with pytest.raises(client.NotAValue, match="30 levels"):
        verifier.stream(client.Problem("p", [client.CallTest("f", [], deep)]), ["ok"])


async def test_a_fault_of_the_server_is_told_as_such(served: Serving, verifier: client.AsyncVerifier) -> None:
    served.engine.fails_later = ValueError("inside")
    with pytest.raises(client.ServerFault, match="error id"):
        await verifier.verify(PROBLEM, ["ok"])


async def test_nobody_at_the_address_is_told_with_the_address(one_loop: None) -> None:
    async with client.AsyncVerifier("127.0.0.1:1", retries=1) as verifier:
        with pytest.raises(client.ConnectionFailed, match=r"127\.0\.0\.1:1.*no daemon is there"):
            await verifier.capabilities()


@pytest.mark.parametrize("code", [grpc.StatusCode.UNAVAILABLE, grpc.StatusCode.CANCELLED])
def test_a_call_that_a_stopping_daemon_ended_is_told_as_its_doing(code: grpc.StatusCode) -> None:
    status = mock.Mock(spec=grpc.Call, code=lambda: code, details=lambda: "Cancelling all calls")
    status.trailing_metadata.return_value = ()
    error = error_of(status, "unix:/x")
    assert isinstance(error, client.ConnectionFailed)
    assert str(error) == "the daemon at unix:/x was stopped and ended the call (Cancelling all calls)"


async def test_a_socket_file_that_is_gone_means_that_no_daemon_is_there(
    one_loop: None, tmp_path: Path
) -> None:
    async with client.AsyncVerifier(f"unix:{tmp_path}/gone.sock", retries=0) as verifier:
        with pytest.raises(client.ConnectionFailed, match=r"not started, shutting down or ended"):
            await verifier.capabilities()


async def test_capabilities_say_what_is_there(verifier: client.AsyncVerifier) -> None:
    capabilities = await verifier.capabilities()
    assert capabilities.test_kinds == ("stdio", "call", "asserts", "files", "answer", "interactive")
    by_name = {language.name: language for language in capabilities.languages}
    assert by_name["rust"].remedy == "apt-get install rustc"
    assert by_name["perl"].test_kinds == ("stdio",)
    (backend,) = capabilities.backends
    assert (backend.name, [wall.name for wall in backend.walls]) == ("bubblewrap", ["seccomp"])


async def test_it_works_again_after_close(verifier: client.AsyncVerifier) -> None:
    assert (await verifier.verify(PROBLEM, ["ok"])).results
    await verifier.close()
    assert (await verifier.verify(PROBLEM, ["ok"])).results
