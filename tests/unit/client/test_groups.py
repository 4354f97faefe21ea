"""What an open group promises: verdicts while samples still come, stops that say what to abort, errors."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

import verifierd_client as client
from tests.unit.api.fakes import Serving, serving
from verifierd_client import Deadline, FirstPass, Options, Passes, Selection, Verdict
from verifierd_client._rejections import _is_handshake
from verifierd_client.groups.stops import with_stop

pytestmark = pytest.mark.anyio

PROBLEM = client.Problem("sum", [client.StdioTest("1 2", "3")])
RIGHT, WRONG = "```python\nok\n```", "```python\nwrong\n```"


@pytest.fixture
async def verifier(served: Serving) -> AsyncIterator[client.AsyncVerifier]:
    async with client.AsyncVerifier(served.server.address, retries=2) as verifier:
        yield verifier


async def test_results_land_while_samples_still_come_and_are_given_back_by_index(
    verifier: client.AsyncVerifier,
) -> None:
    async with verifier.group(PROBLEM, 3) as group:
        assert group.submit(2, RIGHT)
        first = await anext(group)
        assert (first.candidate_id, first.verdict, first.extracted_source) == ("2", Verdict.ACCEPTED, "ok\n")
        assert group.submit(0, WRONG)
        assert group.submit(1, client.Candidate("ok"))
        rest = [result.candidate_id async for result in group]
        whole = await group.result()
    assert rest == ["0", "1"]
    assert [result.candidate_id for result in whole.results] == ["0", "1", "2"]
    assert [result.passed for result in whole.results] == [False, True, True]
    assert whole.summary.picks
    assert group.stopped is None


async def test_without_n_the_group_ends_when_it_is_said_to(
    served: Serving, verifier: client.AsyncVerifier
) -> None:
    served.engine.hold = True
    async with verifier.group(PROBLEM) as group:
        group.submit(7, RIGHT)
        group.finish()
        with pytest.raises(RuntimeError, match="finish"):
            group.submit(8, RIGHT)
        served.engine.go_on.set()
        whole = await group.result()
    assert [result.candidate_id for result in whole.results] == ["7"]


async def test_a_stop_says_which_samples_to_abort_and_later_ones_are_not_taken(
    served: Serving, verifier: client.AsyncVerifier
) -> None:
    served.engine.stops_after = 1
    async with verifier.group(PROBLEM, 4, stop=FirstPass()) as group:
        assert group.to_abort == frozenset()
        group.submit(1, RIGHT)
        whole = await group.result()
        assert await group.stop_decided() is client.StopReason.ACCEPTED_ENOUGH
        assert group.to_abort == {0, 2, 3}
        assert not group.submit(0, RIGHT)
    assert whole.summary.stop_reason is client.StopReason.ACCEPTED_ENOUGH
    assert served.engine.batches[0].options.stop_after_accepted == 1


async def test_a_sample_may_be_given_up_before_and_after_it_was_submitted(
    served: Serving, verifier: client.AsyncVerifier
) -> None:
    served.engine.hold = True
    async with verifier.group(PROBLEM, 3) as group:
        group.cancel(0)
        assert not group.submit(0, RIGHT)
        assert group.to_abort == {0}
        group.submit(1, RIGHT)
        group.submit(2, RIGHT)
        group.cancel(2)
        served.engine.go_on.set()
        whole = await group.result()
    assert [result.candidate_id for result in whole.results] == ["1", "2"]
    async with asyncio.timeout(10):
        while not served.engine.given_up:  # noqa: ASYNC110
            await asyncio.sleep(0.01)
    assert [name for _, name in served.engine.given_up] == ["2"]


async def test_wrong_use_is_told_at_once(verifier: client.AsyncVerifier) -> None:
    for n in (0, 1 << 31, 2.5):
        with pytest.raises(ValueError, match="n must be a whole number from 1 to 2147483647"):
            verifier.group(PROBLEM, n)  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="give the stricter one"):
        verifier.group(PROBLEM, 2, stop=Passes(1) | Passes(2))
    async with verifier.group(PROBLEM, 2) as group:
        with pytest.raises(ValueError, match="0 to 1"):
            group.submit(2, RIGHT)
        with pytest.raises(client.NotACandidate):
            group.submit(0, 7)  # type: ignore[arg-type]
        group.submit(0, RIGHT)
        with pytest.raises(ValueError, match="submitted before"):
            group.submit(0, RIGHT)


async def test_a_sample_that_cannot_be_sent_is_told_at_once_and_not_waited_for(
    verifier: client.AsyncVerifier,
) -> None:
    unsendable = client.Generation(prompt_tokens=1 << 70)
    async with asyncio.timeout(10), verifier.group(PROBLEM, 1) as group:
        with pytest.raises(client.OutOfRange, match="prompt_tokens"):
            group.submit(0, RIGHT, unsendable)
        assert group.submit(0, RIGHT)
        whole = await group.result()
    assert [result.passed for result in whole.results] == [True]


async def test_a_refused_problem_and_an_absent_server_fail_the_opening(
    verifier: client.AsyncVerifier, tmp_path: Path
) -> None:
    with pytest.raises(client.InvalidRequest) as refused:
        async with verifier.group(client.Problem("", [client.StdioTest("", "")]), 1):
            raise AssertionError("a group opened without a name of its problem")
    assert refused.value.field == "message[0].open.batch.problem.id"
    absent = client.AsyncVerifier(f"unix:{tmp_path}/none.sock", retries=1)
    with pytest.raises(client.ConnectionFailed):
        async with absent.group(PROBLEM, 1):
            raise AssertionError("a group opened without a server")


async def test_a_group_goes_on_with_a_server_that_comes_back(one_loop: None, tmp_path: Path) -> None:
    async with client.AsyncVerifier(f"unix:{tmp_path}/api.sock", retries=20) as verifier:
        async with serving(tmp_path) as first:
            group = verifier.group(PROBLEM, 3)
            await group.__aenter__()
            group.submit(0, RIGHT)
            assert (await anext(group)).candidate_id == "0"
            first.engine.hold = True
        group.submit(1, WRONG)
        async with serving(tmp_path) as second:
            landed = await anext(group)
            assert (landed.candidate_id, landed.passed) == ("1", False)
            group.submit(2, RIGHT)
            whole = await group.result()
            assert sorted(each.id for each in second.engine.candidates) == ["0", "1", "2"]
            await group.aclose()
    assert [result.passed for result in whole.results] == [True, False, True]
    assert len(whole.summary.clusters[0].candidate_ids) == 3


async def test_a_stopped_group_ends_with_a_server_that_does_not_stop_it_again(
    one_loop: None, tmp_path: Path
) -> None:
    async with asyncio.timeout(20), client.AsyncVerifier(f"unix:{tmp_path}/api.sock", retries=20) as verifier:
        async with serving(tmp_path) as first:
            first.engine.stops_after = 1
            first.engine.hold_end = True
            group = verifier.group(PROBLEM, 3, stop=client.Budget(cpu_s=1))
            await group.__aenter__()
            group.submit(0, RIGHT)
            assert await group.stop_decided() is client.StopReason.ACCEPTED_ENOUGH
        async with serving(tmp_path) as second:
            assert [result.candidate_id async for result in group] == ["0"]
            assert [each.id for each in second.engine.candidates] == ["0"]
            await group.aclose()


async def test_a_sample_given_up_before_a_server_was_lost_is_counted_by_the_next(
    one_loop: None, tmp_path: Path
) -> None:
    async with asyncio.timeout(20), client.AsyncVerifier(f"unix:{tmp_path}/api.sock", retries=20) as verifier:
        async with serving(tmp_path) as first:
            first.engine.hold = True
            group = verifier.group(PROBLEM, 2)
            await group.__aenter__()
            group.submit(0, RIGHT)
            group.cancel(0)
        async with serving(tmp_path):
            group.submit(1, RIGHT)
            whole = await group.result()
            await group.aclose()
    assert [result.verdict for result in whole.results] == [Verdict.CANCELLED, Verdict.ACCEPTED]
    assert whole.summary.verdict_counts == {Verdict.CANCELLED: 1, Verdict.ACCEPTED: 1}


async def test_a_verifier_that_is_closed_ends_its_groups_and_they_do_not_open_it_anew(
    served: Serving,
) -> None:
    verifier = client.AsyncVerifier(served.server.address, retries=20)
    async with asyncio.timeout(20):
        group = verifier.group(PROBLEM, 2)
        await group.__aenter__()
        group.submit(0, RIGHT)
        assert (await anext(group)).candidate_id == "0"
        await verifier.close()
        with pytest.raises(client.ConnectionFailed):
            await group.result()
        await group.aclose()
    assert len(served.engine.batches) == 1


async def test_a_server_that_stays_away_is_an_error_after_what_had_landed(
    one_loop: None, tmp_path: Path
) -> None:
    async with client.AsyncVerifier(f"unix:{tmp_path}/api.sock", retries=1) as verifier:
        async with serving(tmp_path):
            group = verifier.group(PROBLEM, 3)
            await group.__aenter__()
            group.submit(0, RIGHT)
            async with asyncio.timeout(10):
                while not group.to_abort and group._ledger.results() == ():  # noqa: ASYNC110
                    await asyncio.sleep(0.01)
        assert (await anext(group)).candidate_id == "0"
        with pytest.raises(client.ConnectionFailed):
            await anext(group)
        with pytest.raises(client.ConnectionFailed):
            await group.result()
        assert not group.submit(1, RIGHT)


async def test_a_trainer_that_cancels_leaves_no_batch_behind(
    served: Serving, verifier: client.AsyncVerifier
) -> None:
    async def train() -> None:
        async with verifier.group(PROBLEM, 3) as group:
            group.submit(0, RIGHT)
            await group.stop_decided()

    trainer = asyncio.create_task(train())
    async with asyncio.timeout(10):
        while not served.engine.candidates:  # noqa: ASYNC110
            await asyncio.sleep(0.01)
        trainer.cancel()
        with pytest.raises(asyncio.CancelledError):
            await trainer
        await served.engine.closed.wait()


async def test_the_blocking_twin_does_the_same(served: Serving) -> None:
    def work() -> tuple[list[str], client.BatchResult, client.StopReason | None]:
        with (
            client.Verifier(served.server.address) as verifier,
            verifier.group(PROBLEM, 3, stop=Deadline(60)) as group,
        ):
            group.submit(0, RIGHT)
            first = next(group)
            group.submit(1, WRONG)
            with pytest.raises(TimeoutError):
                group.stop_decided(timeout_s=0.01)
            group.submit(2, RIGHT)
            return [first.candidate_id, *(each.candidate_id for each in group)], group.result(), group.stopped

    landed, whole, stopped = await asyncio.to_thread(work)
    assert landed == ["0", "1", "2"]
    assert [result.passed for result in whole.results] == [True, False, True]
    assert stopped is None


async def test_a_forked_child_is_told_that_the_group_is_its_parents(
    verifier: client.AsyncVerifier,
) -> None:
    async with verifier.group(PROBLEM, 1) as group:
        group._pid = os.getpid() + 1  # what a child of a fork sees
        with pytest.raises(client.ForkError):
            group.submit(0, RIGHT)
        with pytest.raises(client.ForkError):  # the lock may have been taken in the parent
            assert group.to_abort
        with pytest.raises(client.ForkError):
            await group.result()
        group._pid = os.getpid()


def test_stops_become_options_and_may_be_combined() -> None:
    options = with_stop(Options(), FirstPass() | Deadline(30) | client.Budget(usd=0.5))
    assert (options.stop_after_accepted, options.time_budget_s, options.money_budget_usd) == (1, 30, 0.5)
    confident = with_stop(Options(selection=Selection(picks=3)), client.Confident(0.9))
    assert confident.selection == Selection("posterior", picks=3)
    assert with_stop(Options(), None) == Options()
    with pytest.raises(ValueError, match=r"Options\.confidence"):
        with_stop(Options(confidence=0.5), client.Confident(0.9))
    with pytest.raises(ValueError, match="needs usd"):
        with_stop(Options(), client.Budget())


async def test_what_is_no_stop_and_no_index_is_told_by_its_name(verifier: client.AsyncVerifier) -> None:
    with pytest.raises(TypeError, match="stop must be one such as FirstPass"):
        verifier.group(PROBLEM, 2, stop=[FirstPass()])  # type: ignore[arg-type]
    async with verifier.group(PROBLEM, 2) as group:
        with pytest.raises(ValueError, match="index of a sample must be a whole number, and is '0'"):
            group.submit("0", RIGHT)  # type: ignore[arg-type]


def test_a_tcp_handshake_that_was_cut_short_is_no_failure_of_tls() -> None:
    words = "failed to connect to all addresses; last error: UNKNOWN: unix:/s: tcp handshaker shutdown"
    assert not _is_handshake(words)
    assert _is_handshake(
        "Ssl handshake failed: SSL_ERROR_SSL: error:100000f7:SSL routines:WRONG_VERSION_NUMBER"
    )
